package triage

import (
	"fmt"
	"time"
)

// Policy is what a deployment can set about the conversation.
type Policy struct {
	Catalogue    *Catalogue
	MaxQuestions int           // before the first proposal; questions of a P1 count too
	MaxAsks      int           // of the same diagnostic
	MaxFixes     int           // proposed before a person takes over
	MaxMissed    int           // messages in a row that bring nothing before a person takes over
	NudgeAfter   time.Duration // a customer who is quiet after a proposal is asked once
	CloseAfter   time.Duration // a case that is quiet this long is closed
	Languages    []string      // BCP 47 tags the bot speaks; the first is the last resort
	FixedConf    float64       // below this, "fixed" is asked about before it ends a case
	// FixedAloneConf is the same where no fix was proposed, or a person has been
	// called: there is no question that "fixed" would answer.
	FixedAloneConf float64
	Model          bool // a language model writes and translates
	SummaryEvery   int  // with a model: messages after which the card is shown anew
}

// DefaultPolicy is the policy the design describes.
func DefaultPolicy(cat *Catalogue, languages []string) Policy {
	return Policy{
		Catalogue: cat, MaxQuestions: 3, MaxAsks: 2, MaxFixes: 3, MaxMissed: 2,
		NudgeAfter: 30 * time.Minute, CloseAfter: 72 * time.Hour,
		Languages: languages, FixedConf: 0.65, FixedAloneConf: 0.7, SummaryEvery: 5,
	}
}

// turn is one run of Decide: the case as it is becoming, and what follows.
type turn struct {
	p  Policy
	c  Case
	ev Event

	before Case // as it was before the event
	out    []Effect
	err    error
}

// Decide applies one event to a case. The case and the event are left as they
// are. The only error is a [TransitionError] or an event of unknown kind; both
// are defects, and the case comes back unchanged.
func Decide(p Policy, c Case, ev Event) (Case, []Effect, error) {
	t := &turn{p: p, c: c.clone(), ev: ev, before: c}
	if ev.Open != nil && t.c.ID == "" {
		t.open()
	}
	t.c.Events++
	t.c.Updated = ev.At
	switch ev.Kind {
	case EventMessage:
		t.customerWrote()
	case EventEdited:
		t.customerEdited()
	case EventDeleted:
		t.customerDeleted()
	case EventClicked:
		t.customerClicked()
	case EventForm:
		t.formSent()
	case EventFixes:
		t.fixesFound()
	case EventWritten:
		t.written()
	case EventDeskMessage:
		t.engineerWrote()
	case EventDeskEdited, EventDeskDeleted:
		t.engineerChanged()
	case EventDeskClicked:
		t.engineerClicked()
	case EventTimer:
		t.timerFired()
	default:
		t.err = fmt.Errorf("triage: unknown event kind %q", ev.Kind)
	}
	if t.err != nil {
		return c, nil, t.err
	}
	return t.c, t.out, nil
}

// Replay makes a case again from its events. The effects of the last event
// come with it.
func Replay(p Policy, events []Event) (Case, []Effect, error) {
	var c Case
	var out []Effect
	for i, ev := range events {
		next, effects, err := Decide(p, c, ev)
		if err != nil {
			return c, nil, fmt.Errorf("event %d (%s): %w", i+1, ev.ID, err)
		}
		c, out = next, effects
	}
	return c, out, nil
}

func (t *turn) open() {
	o := t.ev.Open
	t.c.ID, t.c.Conversation, t.c.Customer, t.c.Tier = o.CaseID, o.Conversation, o.Customer, o.Tier
	t.c.Contact = t.ev.By
	t.c.Opened = t.ev.At
	t.c.Status = StatusOpen
}

// move changes the status, by the table.
func (t *turn) move(to Status) {
	if t.c.Status == to || t.err != nil {
		return
	}
	if !CanMove(t.c.Status, to) {
		t.err = &TransitionError{From: t.c.Status, To: to}
		return
	}
	t.c.Status = to
}

func (t *turn) emit(e Effect) {
	if e.To == ToCustomer {
		e.Lang = t.c.Lang
		e.Zone, _ = t.c.Zone()
	}
	t.out = append(t.out, e)
}

// say speaks to the customer. Until engineers have the case, a person stays
// one click away in every message.
func (t *turn) say(e Effect) {
	e.Kind, e.To = EffectSay, ToCustomer
	if !t.c.Introduced {
		t.c.Introduced = true
		e.Lines = append([]Message{{Key: "intro"}}, e.Lines...)
	}
	if !t.c.Status.WithPerson() && !t.c.Status.Over() {
		e.Options = append(e.Options, Option{Action: ActionHuman, Value: t.c.ID, Label: Message{Key: "button.human"}})
	}
	t.emit(e)
}

// tell is say for plain lines.
func (t *turn) tell(lines ...Message) { t.say(Effect{Lines: lines}) }

// note writes a line of the bot into the case's thread on the desk.
func (t *turn) note(lines ...Message) {
	t.emit(Effect{Kind: EffectSay, To: ToDesk, Lines: lines})
}

// relay passes words to the other side.
func (t *turn) relay(to Audience) {
	t.emit(Effect{Kind: EffectRelay, To: to, Author: t.ev.By.Name, Text: t.ev.Text, Files: t.ev.Files, MessageID: t.ev.MessageID})
}

func (t *turn) timer(name string, after time.Duration) {
	due := t.ev.At.Add(after)
	t.c.Timers[name] = due
	t.emit(Effect{Kind: EffectTimer, Timer: name, Due: due})
}

func (t *turn) stop(name string) {
	if _, ok := t.c.Timers[name]; ok {
		delete(t.c.Timers, name)
		t.emit(Effect{Kind: EffectTimer, Timer: name})
	}
}

// timerFired handles quiet. A timer that was moved or cancelled since is stale.
func (t *turn) timerFired() {
	if due, ok := t.c.Timers[t.ev.Timer]; !ok || !due.Equal(t.ev.Due) {
		return
	}
	delete(t.c.Timers, t.ev.Timer)
	switch t.ev.Timer {
	case TimerNudge:
		if t.c.Status == StatusAwaiting {
			t.say(Effect{Lines: []Message{{Key: "nudge"}}, Options: t.verdictOptions()})
		}
	case TimerClose:
		if t.c.Status.WithPerson() {
			return // a person has it: quiet does not end it
		}
		if t.c.Status != StatusClosed {
			if t.c.Outcome == OutcomeNone {
				t.c.Outcome = OutcomeSilent
			}
			t.move(StatusClosed)
			t.refreshCard()
		}
	}
}

// Run applies an event and, in the same turn, the answers to whatever the core
// asks for: answer turns a query into the event that answers it. It returns all
// events of the turn, to be stored in this order, and the effects that are left
// to carry out.
func Run(p Policy, c Case, ev Event, answer func(Case, Effect) Event) (Case, []Event, []Effect, error) {
	var events []Event
	var left []Effect
	queue := []Event{ev}
	for len(queue) > 0 {
		if len(events) > maxTurn {
			return c, nil, nil, fmt.Errorf("triage: case %s asks without end", c.ID)
		}
		next := queue[0]
		queue = queue[1:]
		after, effects, err := Decide(p, c, next)
		if err != nil {
			return c, nil, nil, err
		}
		c, events = after, append(events, next)
		for _, e := range effects {
			if e.Kind == EffectQuery {
				queue = append(queue, answer(c, e))
				continue
			}
			left = append(left, e)
		}
	}
	return c, events, left, nil
}

// maxTurn bounds the events of one turn; a turn has two queries at most today.
const maxTurn = 8
