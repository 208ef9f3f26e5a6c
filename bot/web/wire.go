package web

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"firstline/bot"
	"firstline/i18n"
)

// Who a record is from.
const (
	fromBot      = "bot"
	fromCustomer = "customer"
	fromEngineer = "engineer"
)

// record is a message as the history keeps it: neutral, so that a later version
// of the page can show it in a better way.
type record struct {
	ID      string       `json:"id"`
	V       int          `json:"v,omitempty"` // counts changes: a page ignores what is older than it has
	At      time.Time    `json:"at"`
	From    string       `json:"from"`
	Name    string       `json:"name,omitempty"`   // whose words, when relayed or an engineer's own
	Client  string       `json:"client,omitempty"` // the id that the browser gave
	Lang    string       `json:"lang,omitempty"`
	RTL     bool         `json:"rtl,omitempty"`
	Text    string       `json:"text,omitempty"`
	Note    string       `json:"note,omitempty"`
	Choices []bot.Choice `json:"choices,omitempty"`
	Menus   []bot.Menu   `json:"menus,omitempty"`
	Card    *bot.Card    `json:"card,omitempty"`
	Files   []bot.File   `json:"files,omitempty"`
	Last    string       `json:"last,omitempty"` // id of the Outbound that is shown
	Edited  bool         `json:"edited,omitempty"`
	Gone    bool         `json:"gone,omitempty"`
}

// message is a record as the page gets it.
type message struct {
	ID      string       `json:"id"`
	V       int          `json:"v"`
	At      time.Time    `json:"at,omitzero"`
	From    string       `json:"from,omitempty"`
	Name    string       `json:"name,omitempty"`
	Client  string       `json:"client,omitempty"`
	Lang    string       `json:"lang,omitempty"`
	Dir     string       `json:"dir,omitempty"`
	Blocks  []block      `json:"blocks,omitempty"`
	Note    string       `json:"note,omitempty"`
	Choices []bot.Choice `json:"choices,omitempty"`
	Menus   []bot.Menu   `json:"menus,omitempty"`
	Card    *card        `json:"card,omitempty"`
	Files   []bot.File   `json:"files,omitempty"`
	Edited  bool         `json:"edited,omitempty"`
	Only    bool         `json:"only,omitempty"`
	Gone    bool         `json:"gone,omitempty"`
}

type card struct {
	Severity string      `json:"severity,omitempty"` // P1 … P4, for the badge
	Title    string      `json:"title"`              // without the severity, when it led
	Fields   []cardField `json:"fields,omitempty"`
	Notes    []cardField `json:"notes,omitempty"`
}

type cardField struct {
	Key    string  `json:"key,omitempty"`
	Label  string  `json:"label"`
	Blocks []block `json:"blocks"`
}

// change is one event of the stream: a message that is new or has changed.
type change struct {
	Channel string  `json:"channel"`
	Thread  string  `json:"thread,omitempty"`
	Message message `json:"message"`
}

func (r record) message(desk bool) message {
	m := message{ID: r.ID, V: r.V}
	if r.Gone {
		m.Gone = true
		return m
	}
	m.At, m.From, m.Name, m.Client, m.Lang, m.Edited = r.At, r.From, r.Name, r.Client, r.Lang, r.Edited
	m.Note = clean(r.Note)
	m.Choices, m.Menus, m.Dir = r.Choices, r.Menus, "auto"
	if r.From == fromBot {
		m.Blocks = markdown(r.Text)
		if r.Name == "" {
			m.Blocks = apart(m.Blocks) // what was understood, what to do, what is asked: each line is a thing of its own
			m.Dir = direction(r.RTL || i18n.RTL(r.Lang))
		}
	} else {
		m.Blocks = asWritten(r.Text, desk)
	}
	if m.Card = cardOf(r.Card); m.Card != nil && clean(r.Text) == clean(r.Card.Title) {
		m.Blocks = nil // a fallback for platforms without cards
	}
	for _, f := range r.Files {
		m.Files = append(m.Files, bot.File{Name: clean(f.Name), URL: safeLink(f.URL), Size: f.Size})
	}
	return m
}

func direction(rtl bool) string {
	if rtl {
		return "rtl"
	}
	return "ltr"
}

var reSeverity = regexp.MustCompile(`(?:^|[^\pL\pN])(P[1-4])(?:[^\pL\pN]|$)`)

func cardOf(c *bot.Card) *card {
	if c == nil {
		return nil
	}
	out := &card{Title: clean(c.Title)}
	if m := reSeverity.FindStringSubmatch(out.Title); m != nil {
		out.Severity = m[1]
		bare := strings.TrimLeft(out.Title, "\u2066\u2067\u2068 ")
		if rest, ok := strings.CutPrefix(bare, m[1]); ok {
			if rest = strings.TrimLeft(rest, "\u2069 ·|:-–—"); rest != "" {
				out.Title = rest
			}
		}
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, cardField{Key: f.Key, Label: clean(f.Label), Blocks: markdown(f.Value)})
	}
	for _, f := range c.Notes {
		out.Notes = append(out.Notes, cardField{Label: clean(f.Label), Blocks: markdown(f.Value)})
	}
	return out
}

// preview is the beginning of a message as one line.
func (r record) preview() string {
	line := strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "").Replace(clean(r.Text))), " ")
	if runes := []rune(line); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return line
}

func decode(e Entry) (record, error) {
	var r record
	err := json.Unmarshal(e.Payload, &r)
	r.ID = e.ID
	return r, err
}
