package triage

import "slices"

// maxWords bounds the customer's words that a case keeps; older ones stay in
// the events.
const maxWords = 60

// customerWrote is the heart of the dialogue: one message of the customer.
func (t *turn) customerWrote() {
	r := t.reading()
	learned := t.remember(r, t.ev.MessageID)
	t.timer(TimerClose, t.p.CloseAfter)
	if t.sentTwice(r, learned) {
		t.leaveAsItWas()
		return
	}
	t.keepWords(r)
	t.c.AskedSure = false
	switch {
	case t.c.Status.Over():
		t.afterTheEnd(r)
	case t.c.Status.WithPerson():
		t.besidePerson(r, learned)
	default:
		t.firstLine(r, learned)
	}
}

func (t *turn) reading() Reading {
	if t.ev.Reading == nil {
		return Reading{Act: ActOther}
	}
	return *t.ev.Reading
}

func (t *turn) keepWords(r Reading) {
	if t.ev.Text == "" {
		return
	}
	t.c.Words = append(t.c.Words, Words{MessageID: t.ev.MessageID, At: t.ev.At, Text: t.ev.Text, Problem: describes(r)})
	if n := len(t.c.Words) - maxWords; n > 0 {
		t.c.Words = slices.Delete(t.c.Words, 0, n)
	}
}

// firstLine answers while the bot has the case.
func (t *turn) firstLine(r Reading, learned bool) {
	switch {
	case r.Act == ActHuman:
		t.handOff(ReasonAskedForPerson)
	case t.c.Severity == P1 && r.Act != ActFixed:
		t.handOff(ReasonP1)
	case r.Act == ActFixed && t.mayBeFixed(r) && !t.cannotTell(r):
		t.saidFixed(r)
	case t.before.AskedSure && r.Act == ActAnswer && r.Yes && !learned:
		t.confirmed()
	case t.c.Status == StatusAwaiting:
		t.afterProposal(r, learned)
	default:
		t.collect(r, learned)
	}
}

// answeredInstead tells that a message that may say "fixed" rather answered the
// question that was asked: it was not sure, and it brought something.
func (t *turn) answeredInstead(r Reading, learned bool) bool {
	return learned && r.ActConfidence < t.p.FixedConf
}

// mayBeFixed tells whether "fixed" can be meant at all: of a problem that was
// told before, and surely where nothing was proposed that could have helped.
func (t *turn) mayBeFixed(r Reading) bool {
	if len(t.c.Fixes) > 0 {
		return true
	}
	return len(t.before.Symptoms) > 0 && (t.before.AskedSure || r.ActConfidence >= t.p.FixedConf)
}

// saidFixed believes a customer who is clear about it and asks one who is
// not: taking "still broken" for "fixed" would close a case, the costliest
// error there is. Where nothing was proposed it must be clearer still.
func (t *turn) saidFixed(r Reading) {
	sure := t.p.FixedConf
	if len(t.c.Fixes) == 0 && !t.before.AskedSure {
		sure = t.p.FixedAloneConf
	}
	if r.ActConfidence >= sure && !endsAsking(t.ev.Text) {
		t.confirmed()
		return
	}
	t.askSure()
}

// askSure asks whether the problem is solved.
func (t *turn) askSure() {
	t.c.AskedSure = true
	t.say(Effect{Lines: []Message{{Key: "verdict.sure"}}, Options: t.verdictOptions()})
}

// afterProposal reads a message in the light of the fix that was proposed.
func (t *turn) afterProposal(r Reading, learned bool) {
	switch {
	case r.Act == ActNotFixed && t.newTrouble():
		t.judgeFix(FixFailed)
		t.c.Searched = false
		t.search()
	case (r.Act == ActReport || r.Act == ActQuestion) && learned && t.newTrouble():
		t.skipFixes()
		t.c.Searched = false
		t.search()
	case r.Act == ActQuestion, !learned && (t.cannotTell(r) || t.asks(r)):
		t.explain()
	case r.Act == ActNotFixed, r.Act == ActAnswer && r.No && !learned:
		t.fixFailed()
	case r.Act == ActAnswer && r.Yes && !learned:
		t.confirmed()
	case r.Wait:
		t.tell(Message{Key: "wait"})
	default:
		t.timer(TimerNudge, t.p.NudgeAfter)
		lines := t.understood(learned)
		t.say(Effect{Lines: append(lines, Message{Key: "verdict.ask"}), Options: t.verdictOptions()})
	}
}

// newTrouble tells that this message named a symptom no proposed fix was for.
func (t *turn) newTrouble() bool {
	return slices.ContainsFunc(t.c.Symptoms, func(f Fact) bool { return f.MessageID == t.ev.MessageID })
}

// collect learns what is missing, at most a few questions long.
func (t *turn) collect(r Reading, learned bool) {
	if r.Unknown && t.c.Asking != "" && !learned {
		t.know(t.c.Asking, Fact{Value: Unknown, Source: SourceRead, Confidence: 1, MessageID: t.ev.MessageID})
		learned = true
	}
	switch {
	case r.Wait && !learned:
		t.tell(Message{Key: "wait"})
		return
	case r.Act == ActThanks && !learned:
		t.tell(Message{Key: "thanks"})
		return
	case r.WantsLang != "" && !learned && t.c.Asking == "" && t.c.Questions > 0:
		t.tell(Message{Key: "language.ok"})
		return
	case r.Act == ActQuestion && t.p.Catalogue.forPerson(t.c):
		t.handOff(ReasonPolicy)
		return
	case r.Act == ActQuestion:
		t.search()
		return
	}
	switch {
	case learned || r.Act == ActGreeting || r.WantsLang != "":
		t.c.Missed = 0
	default:
		t.c.Missed++
	}
	if t.c.Missed > t.p.MaxMissed {
		t.handOff(ReasonNotUnderstood)
		return
	}
	lines := t.understood(learned)
	if r.WantsLang != "" && !learned { // what was asked is asked again, in words that are understood
		lines = []Message{{Key: "language.ok"}}
		if slot := t.c.Asking; slot != "" && t.c.Asked[slot] < t.p.MaxAsks {
			t.c.Questions--
			t.ask(slot, lines)
			return
		}
	} else if r.Act == ActOther && !learned {
		lines = []Message{{Key: "off_topic"}}
	}
	if slot := t.nextQuestion(); slot != "" {
		if t.c.Status == StatusOpen || t.c.Status == StatusProposing {
			t.move(StatusCollecting)
		}
		t.ask(slot, lines)
		return
	}
	t.search()
}

// understood says what this message added to what is known; all of it, when it
// only took something away. A click shows itself.
func (t *turn) understood(learned bool) []Message {
	if !learned || t.ev.Kind == EventClicked {
		return nil
	}
	known := t.known(t.c)
	before := t.known(t.before)
	fresh := slices.DeleteFunc(slices.Clone(known), func(f string) bool { return slices.Contains(before, f) })
	if len(fresh) == 0 {
		fresh = known
	}
	return factLine(fresh)
}

// summary says everything that is known: before a fix, and when a person is called.
func (t *turn) summary() []Message { return factLine(t.known(t.c)) }

// known gives the diagnostics of a case that have a value, as slot=value.
func (t *turn) known(c Case) []string {
	var facts []string
	for _, sf := range c.Diagnosis(t.p.Catalogue) {
		if sf.Fact.Value != Unknown {
			facts = append(facts, sf.Slot+"="+sf.Fact.Value)
		}
	}
	return facts
}

func factLine(facts []string) []Message {
	if len(facts) == 0 {
		return nil
	}
	return []Message{{Key: "understood", Args: map[string]Arg{"facts": {Kind: ArgFacts, Values: facts}}}}
}

// besidePerson passes the customer's words on. While nobody has claimed the
// case the bot goes on collecting what helps; once somebody has, it is silent.
func (t *turn) besidePerson(r Reading, learned bool) {
	t.relay(ToDesk)
	if learned {
		t.refreshCard()
	}
	t.told()
	if t.c.Status == StatusClaimed {
		switch {
		case r.Act == ActFixed && r.ActConfidence >= t.p.FixedConf:
			t.note(Message{Key: "desk.customer_says_fixed"})
		case !t.c.Answered && (r.Act == ActQuestion || r.Act == ActHuman):
			t.tell(t.standing())
		}
		return
	}
	switch {
	case t.asksNews(r, learned):
		t.tell(t.standing())
	case r.Act == ActFixed && len(t.before.Symptoms) > 0 && r.ActConfidence >= t.p.FixedAloneConf:
		t.confirmed()
	case r.Act == ActFixed && len(t.before.Symptoms) > 0 && !t.answeredInstead(r, learned):
		t.askSure()
	default:
		if t.c.Handoff.Reason == ReasonP1 {
			if slot := t.nextQuestion(); slot != "" {
				t.ask(slot, t.understood(learned))
				return
			}
		}
		if !t.c.PassedOn {
			t.c.PassedOn = true
			t.tell(Message{Key: "handoff.passed_on"})
		}
	}
}

// afterTheEnd hears a customer whose case is resolved or closed.
func (t *turn) afterTheEnd(r Reading) {
	switch {
	case r.Act == ActReport, r.Act == ActNotFixed, r.Act == ActHuman, r.Act == ActQuestion, r.Act == ActAnswer && r.No, r.Act == ActFixed && endsAsking(t.ev.Text):
		t.reopen()
	case r.Act == ActAnswer && len(r.Symptoms) > 0, r.Act == ActFixed && r.ActConfidence < t.p.FixedConf && len(r.Facts) > 0:
		t.reopen() // it tells of trouble: silence would be the worst answer
	case t.c.Status == StatusResolved && t.c.Outcome == OutcomeByPerson &&
		(r.Act == ActFixed || r.Act == ActThanks || r.Act == ActAnswer && r.Yes):
		t.confirmed()
	}
}

// customerClicked applies a button or a menu.
func (t *turn) customerClicked() {
	if t.ev.Action == ActionOriginal {
		t.original(ToCustomer)
		return
	}
	if t.ev.MessageID != "" {
		t.emit(Effect{Kind: EffectSettle, To: ToCustomer, MessageID: t.ev.MessageID, Action: t.ev.Action, Value: t.ev.Value})
	}
	action := t.ev.Action
	if t.c.Status == StatusClosed && action != ActionNotFixed && action != ActionHuman {
		return
	}
	t.timer(TimerClose, t.p.CloseAfter)
	switch {
	case action == ActionHuman:
		t.wantsPerson()
	case action == ActionFixed:
		if t.c.Outcome != OutcomeConfirmed {
			t.confirmed()
		}
	case action == ActionNotFixed && t.c.Status.Over():
		t.reopen()
	case action == ActionNotFixed && t.c.Status == StatusAwaiting:
		t.fixFailed()
	case action == ActionLang && t.speaks(t.ev.Value):
		t.c.Lang, t.c.LangHeld, t.c.LangChosen = t.ev.Value, true, true
		t.tell(Message{Key: "language.ok"})
	case len(action) > len(ActionSlot) && action[:len(ActionSlot)] == ActionSlot:
		t.answered(map[string]string{action[len(ActionSlot):]: t.ev.Value}, SourceClicked)
	}
}

func (t *turn) wantsPerson() {
	switch {
	case t.c.Status.Over():
		t.reopen()
	case t.c.Status.WithPerson():
		t.tell(t.standing())
	default:
		t.handOff(ReasonAskedForPerson)
	}
}

func (t *turn) formSent() {
	if t.c.Status == StatusClosed {
		return
	}
	t.timer(TimerClose, t.p.CloseAfter)
	if t.ev.MessageID != "" {
		t.emit(Effect{Kind: EffectSettle, To: ToCustomer, MessageID: t.ev.MessageID, Action: ActionForm, Value: t.c.ID})
	}
	if t.c.Known(SlotSymptom) || t.ev.Fields[SlotSymptom] != "" {
		t.c.Questions = max(t.c.Questions, t.p.MaxQuestions) // it asked everything at once: what was left empty is not asked again
	}
	t.answered(t.ev.Fields, SourceForm)
}

// answered takes over clicks and forms, and goes on from there.
func (t *turn) answered(fields map[string]string, source Source) {
	for _, s := range t.p.Catalogue.Slots {
		if v := fields[s.ID]; v != "" {
			t.know(s.ID, Fact{Value: v, Source: source, Confidence: 1, MessageID: t.ev.MessageID})
		}
	}
	t.c.Missed = 0
	t.judge()
	switch {
	case t.c.Status.Over(), t.c.Status == StatusClaimed:
		t.refreshCard()
	case t.c.Status == StatusHandedOff:
		t.refreshCard()
		if slot := t.nextQuestion(); slot != "" && t.c.Handoff.Reason == ReasonP1 {
			t.ask(slot, t.understood(true))
			return
		}
		t.tell(append(t.understood(true), Message{Key: "handoff.passed_on"})...)
	case t.c.Severity == P1:
		t.handOff(ReasonP1)
	case t.c.Status == StatusAwaiting:
		t.say(Effect{Lines: append(t.understood(true), Message{Key: "verdict.ask"}), Options: t.verdictOptions()})
	default:
		t.collect(Reading{Act: ActAnswer}, true)
	}
}

// know sets a diagnostic to a value that the customer gave on purpose; a
// click replaces what was read.
func (t *turn) know(slot string, f Fact) {
	switch slot {
	case SlotScenario:
		t.c.Scenario = f
	case SlotRegion:
		t.c.Regions = []Fact{f}
	case SlotSymptom:
		t.c.Symptoms = append([]Fact{f}, slices.DeleteFunc(t.c.Symptoms, func(o Fact) bool { return o.Value == f.Value || o.Value == Unknown })...)
		t.c.Symptoms = t.c.Symptoms[:min(3, len(t.c.Symptoms))]
	default:
		t.c.Facts[slot] = f
	}
	if t.c.Asking == slot {
		t.c.Asking = ""
	}
}

// customerEdited reads the new words instead of the old ones. The bot answers
// an edit only where it changes what has to happen.
func (t *turn) customerEdited() {
	t.forget(t.ev.MessageID)
	r := t.reading()
	learned := t.remember(r, t.ev.MessageID)
	t.keepWords(r)
	switch {
	case t.c.Status.Over():
	case t.c.Status.WithPerson():
		t.emit(Effect{Kind: EffectRevise, To: ToDesk, MessageID: t.ev.MessageID, Author: t.ev.By.Name, Text: t.ev.Text})
		t.refreshCard()
	case r.Act == ActHuman:
		t.handOff(ReasonAskedForPerson)
	case t.c.Severity == P1:
		t.handOff(ReasonP1)
	case t.c.Status == StatusCollecting && t.c.Asking == "":
		t.collect(r, learned)
	}
}

func (t *turn) customerDeleted() {
	t.forget(t.ev.MessageID)
	t.judge()
	if t.c.Status.WithPerson() {
		t.emit(Effect{Kind: EffectRevoke, To: ToDesk, MessageID: t.ev.MessageID})
		t.refreshCard()
	}
}
