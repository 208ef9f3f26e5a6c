package triage

import "slices"

// nextQuestion gives the diagnostic to ask next, or "" when enough is known or
// enough was asked. Only what is wrong is asked a second time; who does not
// answer anything else is not pressed.
func (t *turn) nextQuestion() string {
	if t.c.Questions >= t.p.MaxQuestions {
		return ""
	}
	for _, slot := range t.p.Catalogue.Questions(t.c) {
		if t.c.Known(slot) {
			continue
		}
		asked := t.c.Asked[slot]
		if asked == 0 || asked < t.p.MaxAsks && slot == SlotSymptom {
			return slot
		}
	}
	return ""
}

// ask puts one question, answerable by a click, in the form, or in words.
func (t *turn) ask(slot string, lines []Message) {
	t.c.Asking = slot
	t.c.Asked[slot]++
	t.c.Questions++
	e := Effect{Lines: append(lines, Message{Key: "ask." + slot})}
	options := t.slotOptions(slot)
	if len(options) > 5 {
		e.Menus = []Menu{{Action: ActionSlot + slot, Hint: Message{Key: "slot." + slot}, Options: options}}
	} else {
		e.Options = options
	}
	if slot != SlotSymptom {
		e.Options = append(e.Options, Option{Action: ActionSlot + slot, Value: Unknown, Label: Message{Key: "button.dont_know"}})
	}
	e.Options = append(e.Options, Option{Action: ActionForm, Value: t.c.ID, Label: Message{Key: "button.form"}})
	t.say(e)
}

func (t *turn) slotOptions(slot string) []Option {
	var out []Option
	for _, v := range t.p.Catalogue.OptionsOf(slot) {
		out = append(out, Option{Action: ActionSlot + slot, Value: v, Label: OptionLabel(slot, v)})
	}
	return out
}

// OptionsOf gives the values a click can choose for a diagnostic; none for one
// that is answered in words.
func (c *Catalogue) OptionsOf(slot string) []string {
	var out []string
	switch slot {
	case SlotSymptom:
		for _, s := range c.Symptoms {
			out = append(out, s.ID)
		}
	case SlotScenario:
		for _, s := range c.Scenarios {
			out = append(out, s.ID)
		}
	default:
		s, _ := c.Slot(slot)
		out = slices.Clone(s.Options)
	}
	return out
}

// OptionLabel names a value of a diagnostic.
func OptionLabel(slot, value string) Message {
	return Message{Key: "plain", Args: map[string]Arg{"text": {Kind: ArgFacts, Values: []string{slot + "=" + value}}}}
}

// FormSlots lists the diagnostics that a form about the case asks: all that
// its questions may need, known ones included so that they can be corrected.
func (c *Catalogue) FormSlots(k Case) []string {
	out := []string{SlotSymptom, SlotScenario, SlotRegion, SlotScope}
	for _, slot := range append(c.Questions(k), "version", "error_code", "stream_id") {
		if !slices.Contains(out, slot) {
			out = append(out, slot)
		}
	}
	return out
}
