package render

import (
	"strings"

	"firstline/triage"
)

// State tells a person how a case stands and what is known of it.
func (r *Renderer) State(lang string, c triage.Case) string {
	say := func(key string, args map[string]any) string { return r.Texts.Text(lang, key, args) }
	lines := []string{say("case.state", map[string]any{"id": c.ID, "status": say("status."+string(c.Status), nil)})}
	for _, d := range c.Diagnosis(r.Catalogue) {
		if d.Fact.Value != triage.Unknown {
			lines = append(lines, "- "+say("slot."+d.Slot, nil)+": **"+r.beside(lang, d.Slot, d.Fact.Value)+"**")
		}
	}
	return strings.Join(lines, "\n")
}
