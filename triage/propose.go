package triage

import (
	"slices"
	"strconv"
)

// search asks for articles; [turn.fixesFound] goes on with the answer.
func (t *turn) search() {
	if t.c.Searched {
		t.nextFix()
		return
	}
	t.move(StatusProposing)
	t.emit(Effect{Kind: EffectQuery, Query: QueryFixes})
}

func (t *turn) fixesFound() {
	t.c.Searched = true
	t.c.Candidates = t.ev.Candidates
	t.c.Similar = t.ev.Similar
	if t.c.Wanted != "" {
		t.finishHandoff(t.c.Wanted)
		return
	}
	if t.c.Status == StatusProposing {
		t.nextFix()
	}
}

// nextFix proposes one step that was not proposed before: articles in the
// order of the search, within an article the likely fault layer first.
func (t *turn) nextFix() {
	tried := len(t.c.Fixes)
	if tried >= t.p.MaxFixes {
		t.handOff(ReasonFixesFailed)
		return
	}
	cand, step, ok := t.pick()
	if !ok {
		reason := ReasonNoFixKnown
		switch {
		case tried > 0:
			reason = ReasonFixesFailed
		case len(t.c.Symptoms) == 0:
			reason = ReasonNotUnderstood
		}
		t.handOff(reason)
		return
	}
	t.move(StatusProposing)
	t.c.Fixes = append(t.c.Fixes, Fix{Article: cand.Article, Step: step, Layer: cand.Layers[step], At: t.ev.At, Outcome: FixPending})
	t.move(StatusAwaiting)
	t.c.Asking = ""
	if t.p.Model {
		t.emit(Effect{Kind: EffectQuery, Query: QueryStep})
		return
	}
	t.propose()
}

// propose says the fix that was chosen last.
func (t *turn) propose() {
	tried := len(t.c.Fixes) - 1
	fix := t.c.Fixes[tried]
	step := Arg{Kind: ArgStep, Values: []string{fix.Article, strconv.Itoa(fix.Step)}}
	if fix.Said != "" {
		step = Arg{Kind: ArgWritten, Values: []string{fix.Said}}
	}
	lead := Message{Key: "propose.first"}
	if tried > 0 {
		lead = Message{Key: "propose.next"}
	}
	lines := []Message{lead,
		{Key: "plain", Args: map[string]Arg{"text": step}},
		{Key: "propose.ask"}}
	if tried == 0 {
		lines = append(t.summary(), lines...)
	}
	t.say(Effect{Lines: lines, Options: t.verdictOptions()})
	t.timer(TimerNudge, t.p.NudgeAfter)
}

// pick gives the step to propose next: of the best article one that is for the
// leading symptom, on the likeliest layer.
func (t *turn) pick() (Candidate, int, bool) {
	lead := ""
	if len(t.c.Symptoms) > 0 {
		lead = t.c.Symptoms[0].Value
	}
	likely := t.p.Catalogue.LikelyLayers(t.c)
	for _, cand := range t.c.Candidates {
		best, bestRank := -1, 0
		for step, layer := range cand.Layers {
			if t.proposed(cand.Article, step) {
				continue
			}
			rank := slices.Index(likely, layer)
			if rank < 0 {
				rank = len(likely)
			}
			if !cand.suits(step, lead) {
				rank += len(likely) + 1
			}
			if best < 0 || rank < bestRank {
				best, bestRank = step, rank
			}
		}
		if best >= 0 {
			return cand, best, true
		}
	}
	return Candidate{}, 0, false
}

func (t *turn) proposed(article string, step int) bool {
	return slices.ContainsFunc(t.c.Fixes, func(f Fix) bool { return f.Article == article && f.Step == step })
}

func (t *turn) verdictOptions() []Option {
	return []Option{
		{Action: ActionFixed, Value: t.c.ID, Label: Message{Key: "button.fixed"}, Strong: true},
		{Action: ActionNotFixed, Value: t.c.ID, Label: Message{Key: "button.not_fixed"}},
	}
}

// judgeFix marks the fix that waits for a verdict.
func (t *turn) judgeFix(o FixOutcome) {
	for i := range t.c.Fixes {
		if t.c.Fixes[i].Outcome == FixPending {
			t.c.Fixes[i].Outcome = o
		}
	}
}

func (t *turn) skipFixes() { t.judgeFix(FixSkipped) }

func (t *turn) fixFailed() {
	t.judgeFix(FixFailed)
	t.stop(TimerNudge)
	t.nextFix()
}

// confirmed ends the work because the customer says that it is solved.
func (t *turn) confirmed() {
	t.judgeFix(FixHelped)
	t.stop(TimerNudge)
	hadPerson := t.c.Handoff != nil
	t.move(StatusResolved)
	t.c.Outcome = OutcomeConfirmed
	t.c.Asking = ""
	t.timer(TimerClose, t.p.CloseAfter)
	t.tell(Message{Key: "resolved.confirmed"})
	if hadPerson {
		t.note(Message{Key: "desk.confirmed"})
		t.refreshCard()
	}
}
