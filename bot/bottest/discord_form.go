package bottest

import (
	"fmt"
	"slices"
	"time"
)

// DiscordForm is a modal that a person has before them.
type DiscordForm struct {
	ID              string
	User            string
	CustomID, Title string
	Fields          []DiscordField
	Notes           []string // text between the fields
	Open            bool

	interaction *discordInteraction
	components  []any
}

// DiscordField is a question of a modal: a menu when it has options, else a line or paragraph of text.
type DiscordField struct {
	CustomID, Label, Description, Hint string
	Value                              string // shown already
	Long                               bool   // a paragraph
	Required                           bool
	MinLength, MaxLength               int
	Options                            []DiscordOption
}

// newForm checks a modal; the lock is held.
func (s *DiscordServer) newForm(i *discordInteraction, data obj) (*DiscordForm, *discordError) {
	var f formErrors
	k := &componentCheck{formErrors: &f, ids: map[string]bool{}}
	form := &DiscordForm{ID: i.id, User: i.user, CustomID: str(data["custom_id"]), Title: str(data["title"]), Open: true, interaction: i}
	f.length("data.custom_id", form.CustomID, 1, 100)
	f.length("data.title", form.Title, 1, 45)
	form.components = list(data["components"])
	if n := len(form.components); n < 1 || n > 5 {
		f.wrong("data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for n, v := range form.components {
		at, c := fmt.Sprintf("data.components.%d", n), asObj(v)
		if c == nil {
			f.wrong(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			continue
		}
		k.number(c)
		switch num(c["type"]) {
		case 1:
			inner := list(c["components"])
			if len(inner) != 1 || num(asObj(inner[0])["type"]) != 4 {
				f.wrong(at+".components", "UNION_TYPE_CHOICES", "An action row of a modal holds one text input.")
				continue
			}
			e := asObj(inner[0])
			f.length(at+".components.0.label", str(e["label"]), 1, 45)
			form.Fields = append(form.Fields, k.field(at+".components.0", str(e["label"]), "", e))
		case 10:
			f.length(at+".content", str(c["content"]), 1, 4000)
			form.Notes = append(form.Notes, str(c["content"]))
		case 18:
			f.length(at+".label", str(c["label"]), 1, 45)
			f.length(at+".description", str(c["description"]), 0, 100)
			e := asObj(c["component"])
			if kind := num(e["type"]); kind != 3 && kind != 4 {
				f.wrong(at+".component.type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (3, 4); the stand-in knows no other.")
				continue
			}
			if e["label"] != nil {
				f.wrong(at+".component.label", "MODAL_LABEL_TWICE", "A component in a label has no label of its own")
			}
			form.Fields = append(form.Fields, k.field(at+".component", str(c["label"]), str(c["description"]), e))
		default:
			f.wrong(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1, 10, 18).")
		}
	}
	return form, f.err()
}

// field checks an input of a modal.
func (k *componentCheck) field(at, label, description string, e obj) DiscordField {
	k.number(e)
	field := DiscordField{CustomID: str(e["custom_id"]), Label: label, Description: description, Hint: str(e["placeholder"]), Required: true}
	if v, given := e["required"].(bool); given {
		field.Required = v
	}
	if num(e["type"]) == 3 {
		k.menu(at, e)
		field.Options = discordOptions(e)
		for _, o := range list(e["options"]) {
			if on, _ := asObj(o)["default"].(bool); on {
				field.Value = str(asObj(o)["value"])
			}
		}
		return field
	}
	k.customID(at, e)
	k.length(at+".placeholder", field.Hint, 0, 100)
	field.Value, field.Long = str(e["value"]), num(e["style"]) == 2
	if style := num(e["style"]); style != 1 && style != 2 {
		k.wrong(at+".style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
	}
	field.MinLength, field.MaxLength = num(e["min_length"]), 4000
	if e["max_length"] != nil {
		field.MaxLength = num(e["max_length"])
	}
	if field.MaxLength < 1 || field.MaxLength > 4000 || field.MinLength < 0 || field.MinLength > field.MaxLength {
		k.wrong(at+".max_length", "NUMBER_TYPE_MAX", "int value should be between 1 and 4000, and not below min_length.")
	}
	k.length(at+".value", field.Value, 0, field.MaxLength)
	return field
}

// ExpectForm waits for a modal that is open before user.
func (s *DiscordServer) ExpectForm(user string, timeout time.Duration) DiscordForm {
	s.t.Helper()
	var found DiscordForm
	if !s.await(timeout, func() bool {
		for _, f := range s.forms {
			if f.User == user && f.Open {
				found = *f
				return true
			}
		}
		return false
	}) {
		s.t.Fatalf("bottest: no form before %s within %v", user, timeout)
	}
	return found
}

// Submit sends a modal with these fields, by custom id; fields that are not named keep what they show.
// It ends the test for what Discord's client would not let a person do.
func (s *DiscordServer) Submit(user string, form DiscordForm, fields map[string]string) DiscordReply {
	s.t.Helper()
	s.mu.Lock()
	i := slices.IndexFunc(s.forms, func(f *DiscordForm) bool { return f.ID == form.ID && f.User == user && f.Open })
	if i < 0 {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s has no such form open", user)
	}
	f := s.forms[i]
	components, err := f.fill(fields)
	if err != nil {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %v", err)
	}
	from := f.interaction
	reply := s.interact(interactionModal, user, s.channels[from.channel], from.message, obj{"custom_id": f.CustomID, "components": components})
	if !reply.Failed { // else the form stays with "Something went wrong. Try again."
		s.mu.Lock()
		f.Open = false
		s.changedNow()
		s.mu.Unlock()
	}
	return reply
}

// fill gives the components of a modal as Discord sends them back.
func (f *DiscordForm) fill(given map[string]string) ([]obj, error) {
	used := 0
	answer := func(e obj) (obj, error) {
		at := slices.IndexFunc(f.Fields, func(x DiscordField) bool { return x.CustomID == str(e["custom_id"]) })
		field := f.Fields[at]
		text, named := given[field.CustomID]
		if named {
			used++
		} else {
			text = field.Value
		}
		out := obj{"type": e["type"], "id": e["id"], "custom_id": field.CustomID}
		switch {
		case text == "" && field.Required:
			return nil, fmt.Errorf("%s must be filled", field.CustomID)
		case len(field.Options) == 0:
			if n := units(text); n > field.MaxLength || n < field.MinLength && text != "" {
				return nil, fmt.Errorf("%s must have %d to %d characters", field.CustomID, field.MinLength, field.MaxLength)
			}
			out["value"] = text
		default:
			out["values"] = []string{}
			if text != "" {
				out["values"] = []string{text}
			}
			if text != "" && !slices.ContainsFunc(field.Options, func(o DiscordOption) bool { return o.Value == text }) {
				return nil, fmt.Errorf("%s has no option %s", field.CustomID, text)
			}
		}
		return out, nil
	}
	var out []obj
	for _, v := range f.components {
		c := asObj(v)
		switch num(c["type"]) {
		case 1:
			e, err := answer(asObj(list(c["components"])[0]))
			if err != nil {
				return nil, err
			}
			out = append(out, obj{"type": 1, "id": c["id"], "components": []obj{e}})
		case 18:
			e, err := answer(asObj(c["component"]))
			if err != nil {
				return nil, err
			}
			out = append(out, obj{"type": 18, "id": c["id"], "component": e})
		default:
			out = append(out, obj{"type": c["type"], "id": c["id"]})
		}
	}
	if used < len(given) {
		return nil, fmt.Errorf("the form has not all of the fields %v", given)
	}
	return out, nil
}
