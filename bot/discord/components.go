package discord

import (
	"errors"
	"strconv"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"
)

// Types of components, with Discord's numbers.
const (
	rowType    = 1
	buttonType = 2
	menuType   = 3
	inputType  = 4
	labelType  = 18
)

// Styles of buttons and text inputs.
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleShort     = 1
	styleParagraph = 2
)

// Limits of components.
const (
	maxRows        = 5
	maxRow         = 5
	maxCustomID    = 100
	maxButtonLabel = 80
	maxHint        = 150
	maxOptions     = 25
	maxOptionText  = 100
)

// component is any of Discord's components, in messages and in modals.
type component struct {
	Type        int         `json:"type"`
	CustomID    string      `json:"custom_id,omitempty"`
	Style       int         `json:"style,omitempty"`
	Label       string      `json:"label,omitempty"`
	Description string      `json:"description,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Options     []option    `json:"options,omitempty"`
	Components  []component `json:"components,omitempty"`
	Component   *component  `json:"component,omitempty"`
	Value       string      `json:"value,omitempty"`
	Values      []string    `json:"values,omitempty"` // in what comes back
	Required    *bool       `json:"required,omitempty"`
	MinValues   *int        `json:"min_values,omitempty"`
	MaxLength   int         `json:"max_length,omitempty"`
}

type option struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"`
}

// custom is what a button or menu carries back: action, value, case. A menu's value is in its options; its own
// counts the pieces of one that has more options than Discord allows.
type custom struct{ action, value, caseID string }

func (k custom) String() string { return k.action + "|" + k.value + "|" + k.caseID }

// id gives the custom id, which has to fit.
func (k custom) id() (string, error) {
	id := k.String()
	switch {
	case k.action == "" || strings.Contains(k.action, "|") || strings.Contains(k.caseID, "|"):
		return "", errors.New("action or case cannot be carried")
	case cut.Size(id) > maxCustomID:
		return "", errors.New("value of " + k.action + " is too long")
	}
	return id, nil
}

// parseCustom is the inverse of custom.String; ok is false for what is none of ours.
func parseCustom(id string) (k custom, ok bool) {
	first, last := strings.IndexByte(id, '|'), strings.LastIndexByte(id, '|')
	if first <= 0 || last == first {
		return custom{}, false
	}
	return custom{action: id[:first], value: id[first+1 : last], caseID: id[last+1:]}, true
}

// controls renders menus, each in a row, and buttons, five in a row. Two buttons that do the same are one.
func controls(out bot.Outbound) ([]component, error) {
	var rows []component
	for _, m := range out.Menus {
		menus, err := menuRows(m, out.Case)
		if err != nil {
			return nil, err
		}
		rows = append(rows, menus...)
	}
	var row []component
	taken := map[string]bool{}
	for _, ch := range out.Choices {
		id, err := custom{ch.Action, ch.Value, out.Case}.id()
		if err != nil {
			return nil, err
		}
		if taken[id] {
			continue
		}
		taken[id] = true
		b := component{Type: buttonType, CustomID: id, Style: styleSecondary, Label: label(firstOf(ch.Label, ch.Action), maxButtonLabel)}
		if ch.Strong {
			b.Style = stylePrimary
		}
		if len(row) == maxRow {
			rows, row = append(rows, component{Type: rowType, Components: row}), nil
		}
		row = append(row, b)
	}
	if len(row) > 0 {
		rows = append(rows, component{Type: rowType, Components: row})
	}
	if len(rows) > maxRows {
		return nil, errors.New("too many buttons and menus")
	}
	return rows, nil
}

// menuRows renders a drop-down; one of more than 25 options becomes several, each with the names of its first and last
// entry in its hint.
func menuRows(m bot.Menu, caseID string) ([]component, error) {
	var rows []component
	for n, rest := 0, m.Options; len(rest) > 0; n++ {
		some := rest[:min(len(rest), maxOptions)]
		rest = rest[len(some):]
		k := custom{action: m.Action, caseID: caseID}
		hint := m.Hint
		if len(m.Options) > maxOptions {
			k.value = strconv.Itoa(n + 1)
			first, last := some[0], some[len(some)-1]
			hint = label(m.Hint, maxHint/3) + ": " + label(optionLabel(first), maxHint/4) + " – " + label(optionLabel(last), maxHint/4)
		}
		id, err := k.id()
		if err != nil {
			return nil, err
		}
		options, err := optionsOf(m.Action, some, "")
		if err != nil {
			return nil, err
		}
		menu := component{Type: menuType, CustomID: id, Placeholder: label(hint, maxHint), Options: options}
		rows = append(rows, component{Type: rowType, Components: []component{menu}})
	}
	return rows, nil
}

func optionLabel(c bot.Choice) string { return firstOf(c.Label, c.Value) }

func optionsOf(action string, list []bot.Choice, chosen string) ([]option, error) {
	var out []option
	taken := map[string]bool{}
	for _, o := range list {
		if o.Value == "" || cut.Size(o.Value) > maxOptionText {
			return nil, errors.New("option of " + action + " has no value or too long a one")
		}
		if !taken[o.Value] {
			out = append(out, option{Label: label(optionLabel(o), maxOptionText), Value: o.Value, Default: o.Value == chosen && chosen != ""})
		}
		taken[o.Value] = true
	}
	return out, nil
}

// customIDs lists what the controls of a message carry.
func customIDs(rows []component) []string {
	var out []string
	for _, row := range rows {
		for _, e := range row.Components {
			out = append(out, e.CustomID)
		}
	}
	return out
}

// offers tells whether rows have the component id and, of a menu, the value.
func offers(rows []component, id, value string, isMenu bool) bool {
	for _, row := range rows {
		for _, e := range row.Components {
			if e.CustomID != id || isMenu != (e.Type == menuType) {
				continue
			}
			if !isMenu {
				return true
			}
			for _, o := range e.Options {
				if o.Value == value {
					return true
				}
			}
		}
	}
	return false
}
