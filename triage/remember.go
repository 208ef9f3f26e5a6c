package triage

import "slices"

// Thresholds of belief. They are rules of the conversation, not of the
// reading: a fact that comes up in passing must be surer than one that
// answers a question.
const (
	scenarioFloor    = 0.45 // below this a scenario that was read is not taken
	scenarioOverrule = 0.85 // and this is needed to replace one that was read before
	symptomLater     = 0.75 // how sure a symptom must be that comes up after the first ones
	symptomAdded     = 0.50 // the same where the customer says that it is a further one
	switchFloor      = 0.80 // how sure a change of language must be
	switchLetters    = 8    // and on how many letters it must rest
	holdFloor        = 0.60 // how sure the message must be that sets the language
)

// remember takes over what a message told. It returns whether anything new was
// learned.
func (t *turn) remember(r Reading, messageID string) bool {
	t.holdLanguage(r)
	learned := false
	fact := func(v string, conf float64) Fact {
		return Fact{Value: v, Source: r.source(), Confidence: conf, MessageID: messageID}
	}
	if r.Scenario != "" && t.takesScenario(r) {
		learned = learned || t.c.Scenario.Value != r.Scenario
		t.c.Scenario = fact(r.Scenario, r.ScenarioConf)
	}
	learned = t.rememberRegions(r, fact) || learned
	learned = t.rememberSymptoms(r, fact) || learned
	if describes(r) || r.Act == ActHuman || r.Act == ActNotFixed { // "get me a person, it is 4.2.1 on AIS"
		for slot, v := range r.Facts {
			old, known := t.c.Facts[slot]
			if known && (old.Source.rank() > r.source().rank() || old.Value == v) {
				continue
			}
			t.c.Facts[slot] = fact(v, 1)
			learned = true
		}
	}
	if t.c.Asking != "" && t.c.Known(t.c.Asking) {
		t.c.Asking = ""
	}
	if describes(r) && r.Severity != "" && (t.c.WordingSev == "" || tellsExtent(r)) {
		t.c.WordingSev, t.c.WordingConf = r.Severity, r.SeverityConf
	}
	t.judge()
	return learned
}

// rememberSymptoms takes the first symptoms as they are read; what comes up
// later must be surer, because answers and side remarks name things that are
// not wrong.
func (t *turn) rememberSymptoms(r Reading, fact func(string, float64) Fact) bool {
	switch {
	case describes(r), r.Act == ActQuestion:
	case r.Act == ActNotFixed: // "it does not freeze any more, but now there is no sound"
	default:
		return false
	}
	floor, learned := 0.0, false
	if len(t.c.Symptoms) > 0 {
		floor = symptomLater
		if r.Adds {
			floor = symptomAdded
		}
	}
	had := len(t.c.Symptoms)
	for i, s := range r.Symptoms {
		conf := 1.0
		if i < len(r.SymptomConf) {
			conf = r.SymptomConf[i]
		}
		known := slices.ContainsFunc(t.c.Symptoms, func(f Fact) bool { return f.Value == s })
		if known || conf < floor || len(t.c.Symptoms) >= 3 {
			continue
		}
		t.c.Symptoms = append(t.c.Symptoms, fact(s, conf))
		learned = true
	}
	if learned && r.Act == ActNotFixed { // what is wrong now leads
		t.c.Symptoms = append(slices.Clone(t.c.Symptoms[had:]), t.c.Symptoms[:had]...)
	}
	return learned
}

func (r Reading) source() Source {
	if r.Source == "" {
		return SourceRead
	}
	return r.Source
}

// describes tells that a message is about the problem itself, not about a fix.
func describes(r Reading) bool {
	return r.Act == ActReport || r.Act == ActAnswer || r.Act == ActHuman && r.Severity != ""
}

// tellsExtent tells that a message says something of how bad it is. A version,
// a carrier or another country neither wakes people nor takes a P1 back.
func tellsExtent(r Reading) bool {
	if r.Act != ActAnswer && !r.Corrects {
		return true
	}
	return len(r.Symptoms) > 0 || r.Facts[SlotScope] != "" || r.Facts[SlotLive] != "" || r.Facts["users"] != ""
}

func (t *turn) takesScenario(r Reading) bool {
	old := t.c.Scenario
	switch {
	case old.Source.rank() > r.source().rank():
		return false
	case old.Value == "" || old.Value == Unknown || old.Value == r.Scenario:
		return r.ScenarioConf >= scenarioFloor
	case r.Corrects:
		return r.ScenarioConf >= scenarioFloor
	}
	return describes(r) && r.ScenarioConf >= max(scenarioOverrule, old.Confidence)
}

// rememberRegions replaces on a correction, adds otherwise, and takes out what
// the customer says is not affected.
func (t *turn) rememberRegions(r Reading, fact func(string, float64) Fact) bool {
	before := t.c.RegionCodes()
	if len(r.Regions) > 0 {
		if r.Corrects && !r.Adds || slices.Contains(before, Unknown) {
			t.c.Regions = nil
		}
		for _, code := range r.Regions {
			if !slices.Contains(t.c.RegionCodes(), code) {
				t.c.Regions = append(t.c.Regions, fact(code, 1))
			}
		}
	}
	t.c.Regions = slices.DeleteFunc(t.c.Regions, func(f Fact) bool {
		return slices.Contains(r.Unaffected, f.Value) && !slices.Contains(r.Regions, f.Value)
	})
	return !slices.Equal(before, t.c.RegionCodes())
}

// holdLanguage keeps the language of the conversation: the first confident
// message sets it, the contact's own choice beats everything, a clear switch is
// followed, two words or a version number change nothing, and a hint serves
// until something better comes.
func (t *turn) holdLanguage(r Reading) {
	switch {
	case r.WantsLang != "" && t.speaks(r.WantsLang):
		t.c.Lang, t.c.LangHeld, t.c.LangChosen = r.WantsLang, true, true
	case t.c.LangChosen:
	case !t.c.LangHeld && t.ev.LangOwn && t.speaks(t.ev.LangHint) && r.LangLetters < switchLetters:
		t.c.Lang = t.ev.LangHint
	case !t.c.LangHeld && t.speaks(r.Lang) && r.LangConfidence >= holdFloor && r.LangLetters > 0:
		t.c.Lang, t.c.LangHeld = r.Lang, r.LangLetters >= 4
	case !t.c.LangHeld && t.c.Lang == "":
		t.c.Lang = t.p.Languages[0]
		if t.speaks(t.ev.LangHint) {
			t.c.Lang = t.ev.LangHint
		} else if t.speaks(r.Lang) && r.LangLetters > 0 {
			t.c.Lang = r.Lang
		}
	case t.c.LangHeld && r.Lang != t.c.Lang && t.speaks(r.Lang) &&
		r.LangConfidence >= switchFloor && r.LangLetters >= switchLetters:
		t.c.Lang = r.Lang
	}
}

func (t *turn) speaks(lang string) bool { return slices.Contains(t.p.Languages, lang) }

// judge computes the severity anew from all that is known. How many users
// and whether an event is live count as facts where the customer chose them;
// where they were read, the wording's severity was read from the same words and
// is the surer reading, but for a plain "some users".
func (t *turn) judge() {
	if len(t.c.Symptoms) == 0 && t.c.WordingSev == "" {
		return
	}
	t.c.Severity, t.c.SeverityRule = t.p.Catalogue.Judge(SeverityFacts{
		Wording: t.c.WordingSev, Scope: t.chosen(SlotScope), Said: t.c.Facts[SlotScope].Value, Live: t.chosen(SlotLive), Symptoms: t.c.SymptomIDs(),
	})
}

func (t *turn) chosen(slot string) string {
	f := t.c.Facts[slot]
	if t.c.WordingSev != "" && f.Source.rank() < SourceForm.rank() {
		return ""
	}
	return f.Value
}

// forget drops everything that was read from a message, because the customer
// changed or deleted it.
func (t *turn) forget(messageID string) {
	from := func(f Fact) bool { return f.MessageID == messageID && f.Source.rank() < SourceForm.rank() }
	if from(t.c.Scenario) {
		t.c.Scenario = Fact{}
	}
	t.c.Regions = slices.DeleteFunc(t.c.Regions, from)
	t.c.Symptoms = slices.DeleteFunc(t.c.Symptoms, from)
	for slot, f := range t.c.Facts {
		if from(f) {
			delete(t.c.Facts, slot)
		}
	}
	t.c.Words = slices.DeleteFunc(t.c.Words, func(w Words) bool { return w.MessageID == messageID })
}
