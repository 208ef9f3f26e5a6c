package triage

import "strings"

// Public gives the part of an engineer's message that the customer may read:
// lines that begin with "//" stay internal.
func Public(text string) string {
	var keep []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			keep = append(keep, line)
		}
	}
	return strings.TrimSpace(strings.Join(keep, "\n"))
}

// engineerWrote relays an engineer's words. The first one to answer a case
// that nobody has claimed claims it by answering: a reply in a card's thread is
// meant for the customer, and a customer should not wait for a click. Once it is
// claimed only the assignee's words go out, so that nobody posts by accident.
func (t *turn) engineerWrote() {
	text := Public(t.ev.Text)
	if text == "" && (len(t.ev.Files) == 0 || strings.TrimSpace(t.ev.Text) != "") {
		t.readable(t.ev.Text)
		return
	}
	whole := t.ev.Text
	t.ev.Text = text
	if t.c.Status == StatusHandedOff {
		t.claim()
	}
	switch {
	case t.c.Status == StatusClosed || t.c.Handoff == nil:
		t.refuse(Message{Key: "desk.closed"})
	case t.c.Assignee == nil || t.c.Assignee.ID != t.ev.By.ID:
		t.refuse(t.hasIt("desk.not_yours"))
	default:
		t.c.Answered = true
		t.relay(ToCustomer)
		t.readable(whole)
		t.told()
	}
}

// refuse tells one engineer, and nobody else, why nothing was sent.
func (t *turn) refuse(m Message) {
	t.emit(Effect{Kind: EffectSay, To: ToDesk, Lines: []Message{m}, OnlyFor: t.ev.By.ID})
}

func (t *turn) hasIt(key string) Message {
	name := ""
	if t.c.Assignee != nil {
		name = t.c.Assignee.Name
	}
	return Message{Key: key, Args: map[string]Arg{"name": Text(name)}}
}

// engineerChanged follows an edit or a deletion of words that were relayed.
func (t *turn) engineerChanged() {
	if t.c.Status == StatusClosed || t.c.Assignee == nil || t.c.Assignee.ID != t.ev.By.ID && t.ev.Kind == EventDeskEdited {
		return
	}
	text := Public(t.ev.Text)
	if t.p.Model {
		t.rereadable()
	}
	if t.ev.Kind == EventDeskDeleted || text == "" {
		t.emit(Effect{Kind: EffectRevoke, To: ToCustomer, MessageID: t.ev.MessageID})
		return
	}
	t.emit(Effect{Kind: EffectRevise, To: ToCustomer, MessageID: t.ev.MessageID, Author: t.ev.By.Name, Text: text})
}

func (t *turn) engineerClicked() {
	switch {
	case t.ev.Action == ActionOriginal:
		t.original(ToDesk)
	case t.ev.Action == ActionTranscript:
		t.transcript()
	case t.c.Status.Over():
		t.refuse(Message{Key: "desk.closed"})
	case t.ev.Action == ActionClaim && t.c.Status == StatusHandedOff:
		t.claim()
	case t.ev.Action == ActionClaim && t.c.Assignee != nil && t.c.Assignee.ID != t.ev.By.ID:
		t.refuse(t.hasIt("desk.claimed_by"))
	case t.ev.Action == ActionEscalate && t.c.Status.WithPerson():
		t.escalate()
	case t.ev.Action == ActionResolve && t.c.Status.WithPerson():
		t.resolve()
	case t.ev.Action == ActionDraft && t.c.Status.WithPerson():
		t.draft()
	case t.ev.Action == ActionSendDraft && t.c.Status.WithPerson():
		t.sendDraft()
	}
}

func (t *turn) claim() {
	by := t.ev.By
	t.c.Assignee, t.c.Answered = &by, false
	t.c.Asking = ""
	t.move(StatusClaimed)
	t.refreshCard()
	t.note(t.hasIt("desk.claimed"))
	t.tell(t.hasIt("claimed"))
}

// escalate gives the case to the next level: it is unclaimed again, and what
// was said stays with it.
func (t *turn) escalate() {
	t.c.Assignee = nil
	t.c.Handoff.Level++
	t.move(StatusHandedOff)
	t.refreshCard()
	t.note(Message{Key: "desk.escalated", Args: map[string]Arg{"name": Text(t.ev.By.Name)}})
	t.tell(Message{Key: "escalated"})
}

// resolve ends the work from the desk and asks the customer whether it is so.
func (t *turn) resolve() {
	by := t.ev.By
	t.c.Assignee = &by
	t.move(StatusResolved)
	t.c.Outcome = OutcomeByPerson
	t.timer(TimerClose, t.p.CloseAfter)
	t.refreshCard()
	t.note(t.hasIt("desk.resolved"))
	t.say(Effect{Lines: []Message{t.hasIt("resolved.by_person")}, Options: t.verdictOptions()})
}
