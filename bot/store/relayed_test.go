package store

import (
	"slices"
	"testing"

	"firstline/triage"
)

func TestRelayed(t *testing.T) {
	row := func(kind triage.EffectKind, to triage.Audience, original, text string) Outbox {
		return Outbox{ID: text, Effect: triage.Effect{Kind: kind, To: to, MessageID: original, Text: text}}
	}
	once := row(triage.EffectRelay, triage.ToDesk, "", "shown once more")
	once.Effect.AsWritten = true
	rows := []Outbox{
		row(triage.EffectRelay, triage.ToDesk, "m1", "one"), row(triage.EffectSay, triage.ToDesk, "", "said by the bot"),
		row(triage.EffectRelay, triage.ToCustomer, "d1", "two"), row(triage.EffectRelay, triage.ToDesk, "m2", "three"),
		row(triage.EffectRevise, triage.ToDesk, "m1", "one, edited"), row(triage.EffectRevise, triage.ToDesk, "m9", "of nothing"), once,
		row(triage.EffectRevoke, triage.ToCustomer, "m2", ""), row(triage.EffectRevoke, triage.ToCustomer, "d1", ""),
		row(triage.EffectRevise, triage.ToDesk, "m1", "one, edited again"),
	}
	var got []string
	for _, r := range Relayed(rows) {
		got = append(got, r.Effect.Text)
	}
	if want := []string{"one, edited again", "three"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if rows[0].Effect.Text != "one" {
		t.Error("the rows were changed")
	}
}
