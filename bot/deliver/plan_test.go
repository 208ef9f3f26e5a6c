package deliver

import (
	"testing"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

func TestCardMakesTheThread(t *testing.T) {
	b := newBench(t)
	b.queue("A", card(triage.StatusHandedOff), say(triage.ToDesk, "note"), relay(triage.ToDesk, "m1", "help"), card(triage.StatusClaimed))
	b.drain()
	b.arrived("fake:desk: card handed_off", "fake:desk:p1 note", "fake:desk:p1 help", "fake:desk:p1 update p1 card claimed")
	out := b.p.outs[2]
	same(t, "relay", []any{out.Author, out.Lang, out.To.Space, len(out.Files)}, []any{"Ana", "zh-Hans", "S", 1})
}

// A card that was given up must not take the customer's words with it.
func TestWithoutACardTheNextRowMakesTheThread(t *testing.T) {
	b := newBench(t)
	b.p.script["card handed_off"] = []error{fail(bot.ClassInvalid)}
	only := say(triage.ToDesk, "psst")
	only.OnlyFor = "E1"
	b.queue("A", card(triage.StatusHandedOff), only, relay(triage.ToDesk, "m1", "help"), relay(triage.ToDesk, "m2", "please"))
	b.drain()
	b.arrived("fake:desk: psst", "fake:desk: help", "fake:desk:p2 please")
}

func TestFirstAnswerToACommandMakesTheThread(t *testing.T) {
	b := newBench(t)
	b.queue("cmd1", hello("1"), hello("2"))
	b.drain()
	b.arrived("fake:C: 1", "fake:C:p1 2")
	c, _, role, err := b.store.CaseOf(t.Context(), "fake:C:p1")
	if err != nil || c.ID != "cmd1" || role != store.RoleCustomer {
		t.Errorf("case %s, role %s (%v), want a reply in the thread to find the case", c.ID, role, err)
	}
}

func TestRowWithoutACase(t *testing.T) {
	b := newBench(t)
	e := say(triage.ToDesk, "desk.no_case")
	e.OnlyFor = "E1"
	for _, lane := range []string{store.LaneAddress + "fake:desk:77", store.LaneAddress + "junk", "junk"} {
		err := b.store.Commit(t.Context(), []store.Turn{{Out: []store.Outbox{{ID: lane, Lane: lane, Platform: "fake", Effect: e}}}})[0]
		if err != nil {
			t.Fatal(err)
		}
	}
	b.drain()
	b.arrived("fake:desk:77 desk.no_case")
	same(t, "message", []string{b.p.outs[0].OnlyFor, b.p.outs[0].Lang}, []string{"E1", "zh-Hans"})
	same(t, "dead", b.dead, []string{"unshowable", "unshowable"})
}

func settle(message, action, value string) triage.Effect {
	return triage.Effect{Kind: triage.EffectSettle, To: triage.ToCustomer, MessageID: message, Action: action, Value: value}
}

func TestSettleShowsTheChoice(t *testing.T) {
	b := newBench(t)
	ask := hello("ask")
	ask.Options = []triage.Option{{Action: "fixed", Value: "A", Label: triage.Message{Key: "yes"}}}
	ask.Menus = []triage.Menu{{Action: "slot:scope", Options: []triage.Option{{Action: "slot:scope", Value: "all", Label: triage.Message{Key: "everybody"}}}}}
	b.queue("B", hello("other")) // p1, of another case
	b.drain()
	b.queue("A", ask, settle("p2", "slot:scope", "all"), settle("p2", "fixed", "A"), settle("p2", "form", ""),
		settle("none", "fixed", "A"), settle("p1", "fixed", "A"), hello("after"))
	b.drain()
	b.arrived("fake:C:B other", "fake:C:A ask",
		"fake:C:A update p2 ask (settled) chose everybody", "fake:C:A update p2 ask (settled) chose yes", "fake:C:A update p2 ask (settled)",
		"fake:C:A after")
	for _, out := range b.p.outs[2:5] {
		if len(out.Choices)+len(out.Menus) > 0 {
			t.Errorf("a settled message still has choices: %+v", out)
		}
	}
	same(t, "choices at first", len(b.p.outs[1].Choices), 1)
	same(t, "dead", len(b.dead), 0)
	got, err := b.store.SentAs(t.Context(), "fake", "p2")
	if err != nil || got.ID != "o2" {
		t.Errorf("the message came from row %s (%v), want o2", got.ID, err)
	}
}

func TestReviseAndRevokeFollowTheCopies(t *testing.T) {
	b := newBench(t)
	change := func(kind triage.EffectKind, original, text string) triage.Effect {
		return triage.Effect{Kind: kind, To: triage.ToDesk, MessageID: original, Text: text}
	}
	b.queue("A", card(triage.StatusHandedOff), relay(triage.ToDesk, "m1", "helo"), change(triage.EffectRevise, "m1", "hello"),
		change(triage.EffectRevise, "unknown", "x"), change(triage.EffectRevoke, "m1", ""), change(triage.EffectRevoke, "unknown", ""))
	b.p.script["hello"] = []error{fail(bot.ClassUnclear)}
	b.drain()
	b.now = b.now.Add(1e9)
	b.drain()
	b.arrived("fake:desk: card handed_off", "fake:desk:p1 helo", "fake:desk:p1 update p2 hello", "fake:desk:p1 delete p2")
	same(t, "looked for", b.p.finds, 0) // changing can be repeated
	same(t, "author and files stay", []any{b.p.outs[2].Author, len(b.p.outs[2].Files)}, []any{"Ana", 1})
	for _, id := range []string{"o4", "o6"} {
		same(t, "a change of nothing", b.row(id).State, store.StateSent)
	}
}
