package discord

import (
	"regexp"
	"slices"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"
)

// Limits of an embed.
const (
	maxEmbed      = 5950 // all of its text: Discord says 6,000
	maxTitle      = 256
	maxFieldName  = 256
	maxFieldValue = 1024
	maxFields     = 25
)

type embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	Color       int          `json:"color,omitempty"`
	Fields      []embedField `json:"fields,omitempty"`
}

type embedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Colours of a card's edge by severity, as they are usual for it.
var severityColor = map[string]int{"P1": 0xd32f2f, "P2": 0xf57c00, "P3": 0xfbc02d, "P4": 0x90a4ae}

const plainColor = 0x1f3a5f

var reSeverity = regexp.MustCompile(`P[1-4]`)

// cardEmbed renders a card: its fields side by side, then the notes one under the other, shortened where the card
// fills up, with "…" for what is missing.
func cardEmbed(card bot.Card) embed {
	e := embed{Title: name(card.Title, maxTitle), Color: plainColor}
	room := maxEmbed - cut.Size(e.Title)
	add := func(f bot.Field, most int, inline bool) {
		label := "…"
		if strings.TrimSpace(f.Label) != "" {
			label = name(strings.NewReplacer("*", "", "`", "").Replace(f.Label), min(maxFieldName, most))
		}
		value := "–"
		if strings.TrimSpace(f.Value) != "" {
			value = strings.TrimSpace(fit(f.Value, max(most-cut.Size(label), 2)))
		}
		if !cut.Visible(value) {
			value = "–"
		}
		room -= cut.Size(label) + cut.Size(value)
		e.Fields = append(e.Fields, embedField{Name: label, Value: value, Inline: inline})
	}
	for i, f := range card.Fields {
		if f.Key == "severity" {
			if color, ok := severityColor[reSeverity.FindString(f.Value)]; ok {
				e.Color = color
			}
		}
		left := len(card.Fields) - i
		if len(e.Fields) < maxFields-1 { // half of the card is the notes'
			add(f, min(maxFieldValue, max((room-maxEmbed/2)/left, 40)), true)
		}
	}
	for i, n := range card.Notes {
		if len(e.Fields) == maxFields || room < 40 {
			break
		}
		left := len(card.Notes) - i
		add(n, min(maxFieldValue, max(room/left, min(room, 60))), false)
	}
	return e
}

// same tells whether Discord's copy of an embed shows what ours does.
func (e embed) same(of embed) bool {
	field := func(a, b embedField) bool {
		return strings.TrimSpace(a.Name) == strings.TrimSpace(b.Name) && strings.TrimSpace(a.Value) == strings.TrimSpace(b.Value)
	}
	return strings.TrimSpace(e.Title) == strings.TrimSpace(of.Title) && strings.TrimSpace(e.Description) == strings.TrimSpace(of.Description) &&
		slices.EqualFunc(e.Fields, of.Fields, field)
}
