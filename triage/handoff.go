package triage

import "time"

// handOff calls a person. The search for the card's candidate articles is part
// of the same turn, so nothing waits for it.
func (t *turn) handOff(reason HandoffReason) {
	if !t.c.Searched {
		t.c.Wanted = reason
		t.emit(Effect{Kind: EffectQuery, Query: QueryFixes})
		return
	}
	t.finishHandoff(reason)
}

func (t *turn) finishHandoff(reason HandoffReason) {
	t.c.Wanted = ""
	t.skipFixes()
	t.stop(TimerNudge)
	level := 1
	if t.c.Handoff != nil {
		level = t.c.Handoff.Level
	}
	t.c.Handoff = &Handoff{Reason: reason, At: t.ev.At, Level: level}
	t.c.PassedOn = false
	t.move(StatusHandedOff)
	t.refreshCard()
	lines := append(t.summary(), Message{Key: "handoff." + string(reason)})
	if reason == ReasonP1 {
		if slot := t.nextQuestion(); slot != "" {
			t.ask(slot, append(lines, Message{Key: "handoff.meanwhile"}))
			return
		}
	}
	t.c.Asking = ""
	t.tell(lines...)
}

// reopen takes a case up again: it goes back to whoever had it, else to the
// desk, never through the questions again.
func (t *turn) reopen() {
	t.move(StatusReopened)
	t.c.Reopened++
	t.c.Outcome = OutcomeNone
	if t.c.Assignee != nil {
		t.move(StatusClaimed)
		t.note(Message{Key: "desk.reopened"})
		t.relayIfWritten()
		t.refreshCard()
		t.tell(Message{Key: "reopened.claimed", Args: map[string]Arg{"name": Text(t.c.Assignee.Name)}})
		return
	}
	if t.c.Handoff != nil {
		t.note(Message{Key: "desk.reopened"})
		t.relayIfWritten()
	}
	reason := ReasonFixesFailed
	if t.reading().Act == ActHuman || t.ev.Action == ActionHuman {
		reason = ReasonAskedForPerson
	}
	t.handOff(reason)
}

func (t *turn) relayIfWritten() {
	if t.ev.Kind == EventMessage {
		t.relay(ToDesk)
	}
}

// standing says how the case stands with the engineers: who has it, or since
// when nobody has taken it.
func (t *turn) standing() Message {
	if t.c.Assignee != nil {
		return t.hasIt("claimed")
	}
	return Message{Key: "handoff.waiting", Args: map[string]Arg{"time": {Kind: ArgTime, Values: []string{t.c.Handoff.At.Format(time.RFC3339)}}}}
}

// refreshCard posts the card, or changes the one that is there.
func (t *turn) refreshCard() {
	if t.c.Handoff == nil {
		return
	}
	v := &CardView{
		CaseID: t.c.ID, Status: t.c.Status, Customer: t.c.Customer, Tier: t.c.Tier, Contact: t.c.Contact,
		Lang: t.c.Lang, Opened: t.c.Opened, At: t.ev.At, Severity: t.c.Severity, SeverityRule: t.c.SeverityRule,
		Reason: t.c.Handoff.Reason, Level: t.c.Handoff.Level, Layers: t.p.Catalogue.LikelyLayers(t.c),
		Diagnosis: t.c.Diagnosis(t.p.Catalogue), Fixes: t.c.Fixes, Words: t.c.Words, Similar: t.c.Similar, Outcome: t.c.Outcome,
	}
	v.Zone, v.ZoneOf = t.c.Zone()
	for _, cand := range t.c.Candidates {
		v.Candidates = append(v.Candidates, cand.Article)
	}
	if t.c.Assignee != nil {
		v.Assignee = t.c.Assignee.Name
	}
	t.c.SinceCard = 0
	t.emit(Effect{Kind: EffectCard, To: ToDesk, Card: v, Options: t.deskOptions()})
}

// told counts what was said since the card was shown: its summary gets old.
func (t *turn) told() {
	t.c.SinceCard++
	if t.p.Model && t.c.SinceCard >= t.p.SummaryEvery {
		t.refreshCard()
	}
}

func (t *turn) deskOptions() []Option {
	option := func(action, key string, strong bool) Option {
		return Option{Action: action, Value: t.c.ID, Label: Message{Key: key}, Strong: strong}
	}
	var list []Option
	switch t.c.Status {
	case StatusHandedOff:
		list = []Option{option(ActionClaim, "button.claim", true), option(ActionEscalate, "button.escalate", false), option(ActionResolve, "button.resolve", false)}
	case StatusClaimed:
		list = []Option{option(ActionEscalate, "button.escalate", false), option(ActionResolve, "button.resolve", true)}
	default:
		return nil
	}
	if t.p.Model {
		list = append(list, option(ActionDraft, "button.draft", false), option(ActionTranscript, "button.transcript", false), option(ActionOriginal, "button.original", false))
	}
	return list
}
