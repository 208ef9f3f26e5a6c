package store

import (
	"slices"

	"firstline/triage"
)

// Relayed gives the relays among the rows of a case, in order and as they stand
// now: with the words of their last edit, and without those that were taken back.
// What was shown to one person once more is none.
func Relayed(rows []Outbox) []Outbox {
	var out []Outbox
	for _, r := range rows {
		e := r.Effect
		if e.AsWritten {
			continue
		}
		same := func(x Outbox) bool { return x.Effect.To == e.To && x.Effect.MessageID == e.MessageID }
		switch i := slices.IndexFunc(out, same); {
		case e.Kind == triage.EffectRelay:
			out = append(out, r)
		case e.Kind == triage.EffectRevise && i >= 0:
			out[i].Effect.Text = e.Text
		case e.Kind == triage.EffectRevoke:
			out = slices.DeleteFunc(out, same)
		}
	}
	return out
}
