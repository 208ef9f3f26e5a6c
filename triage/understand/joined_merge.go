package understand

import (
	"maps"
	"slices"

	"firstline/triage"
)

// The confidences of what was joined, on the scale of the offline ones.
const (
	// claimed is that of a claim with its quote: enough for every threshold of
	// the core, and not more than a sure offline reading has.
	claimed = 0.9
	// sureSeverity is where an offline severity is not lowered: it wakes people.
	sureSeverity = 0.7
	// sureSymptom is where an offline symptom stays that the model passed over.
	sureSymptom = 0.75
)

// merge lays what a model said over an offline reading.
type merge struct {
	q     triage.Question
	r     triage.Reading
	said  said
	words signs
	drop  func(claim string, why DropReason)
	taken int // claims
}

// apply gives the joined reading. The act comes first: what the rest may say
// depends on it.
func (m *merge) apply() triage.Reading {
	m.r.Facts = maps.Clone(m.r.Facts)
	outage := m.r.Severity == triage.P1 && m.r.SeverityConf >= sureSeverity
	m.act(outage)
	m.lang()
	m.scenario()
	m.regions()
	m.facts(outage)
	m.symptoms()
	m.severity()
	return m.r
}

// bareYes tells of a message that may end a case as long as it brings nothing
// new: then the model may add to what was read offline but not replace it.
func bareYes(r triage.Reading) bool { return r.Act == triage.ActAnswer && r.Yes }

// act takes the act over unless that could end a case, or lose a customer who
// is in need. "Fixed" is never made surer than it was read offline: that would
// spare a click (to one of the 59 confirmations in testdata/verdicts.jsonl, when
// it was tried) and risk a case that ends wrongly.
func (m *merge) act(outage bool) {
	to := m.said.act
	silent := m.q.Status.Over() && (to == triage.ActOther || to == triage.ActGreeting || to == triage.ActAnswer) // nobody would hear it
	ending := to == triage.ActFixed || to == triage.ActThanks || to == triage.ActAnswer && m.r.Yes
	switch {
	case to == "":
	case to == m.r.Act:
		m.taken++
		if to != triage.ActFixed {
			m.r.ActConfidence = max(m.r.ActConfidence, claimed)
		}
	case (ending || silent) && (m.words.trouble || m.r.Act == triage.ActNotFixed), // "still broken, thanks" is no thanks
		to == triage.ActAnswer && m.r.Yes,                               // "yes" after a proposal ends the case
		m.r.Act == triage.ActHuman && m.words.person,                    // who asks for a person gets one
		to == triage.ActHuman && m.r.WantsLang != "" && !m.words.person, // "English please" asks for a language
		outage && !tellsSeverity(to, m.r.Symptoms, m.q):
		m.drop("act", DropUnsafe)
	default:
		m.taken++
		m.r.Act, m.r.ActConfidence = to, claimed
		if to == triage.ActFixed {
			m.r.ActConfidence = doubted // the model alone: the customer is asked
		}
		m.r.Wait = m.r.Wait && to != triage.ActFixed && to != triage.ActNotFixed && to != triage.ActReport
	}
}

// lang is the model's to say only at the beginning, and where the offline
// reading could not tell.
func (m *merge) lang() {
	switch {
	case m.said.lang == "":
	case m.q.Lang == "" && m.r.LangLetters > 0 && m.r.LangConfidence < holdFloor:
		m.taken++
		m.r.Lang, m.r.LangConfidence = m.said.lang, claimed
	case m.said.lang != m.r.Lang:
		m.drop("lang", DropMoot)
	}
}

func (m *merge) scenario() {
	switch {
	case m.said.scenario == "":
	case m.said.scenario == m.r.Scenario:
		m.taken++
		m.r.ScenarioConf = max(m.r.ScenarioConf, claimed)
	case bareYes(m.r) && m.r.Scenario != "":
		m.drop("scenario", DropUnsafe)
	default:
		m.taken++
		m.r.Scenario, m.r.ScenarioConf = m.said.scenario, claimed
	}
}

// regions takes the model's list for the whole list.
func (m *merge) regions() {
	if len(m.said.regions) == 0 {
		return
	}
	m.taken++
	regions := m.said.regions
	if bareYes(m.r) {
		regions = union(m.r.Regions, regions)
	}
	m.r.Regions = regions
	m.r.Unaffected = slices.DeleteFunc(slices.Clone(m.r.Unaffected), func(c string) bool { return slices.Contains(regions, c) })
}

func (m *merge) facts(outage bool) {
	for slot, v := range m.said.facts {
		few := slot == triage.SlotScope && (v == "some" || v == "one")
		if outage && few || bareYes(m.r) && m.r.Facts[slot] != "" {
			m.drop("facts", DropUnsafe)
			continue
		}
		m.taken++
		if m.r.Facts == nil {
			m.r.Facts = map[string]string{}
		}
		m.r.Facts[slot] = v
	}
}

// symptoms takes the model's list and, behind it, what was surely read offline.
// A thing that does not go with the act is left out, as offline does.
func (m *merge) symptoms() {
	was := map[string]float64{}
	for i, s := range m.r.Symptoms {
		was[s] = m.r.SymptomConf[i]
	}
	if len(m.said.symptoms) > 0 && !slices.ContainsFunc(m.said.symptoms, m.suits) {
		m.drop("symptoms", DropMoot)
	}
	claims := slices.DeleteFunc(slices.Clone(m.said.symptoms), func(s string) bool { return !m.suits(s) })
	var list []string
	switch {
	case len(claims) == 0:
		list = m.r.Symptoms
	case bareYes(m.r):
		m.taken++
		list = union(m.r.Symptoms, claims)
	default:
		m.taken++
		sure := slices.DeleteFunc(slices.Clone(m.r.Symptoms), func(s string) bool { return was[s] < sureSymptom })
		list = union(claims, sure)
	}
	m.r.Symptoms, m.r.SymptomConf = nil, nil
	for _, s := range list {
		if !m.suits(s) || len(m.r.Symptoms) == mostSymptoms {
			continue
		}
		conf := was[s]
		if slices.Contains(claims, s) {
			conf = max(conf, claimed)
		}
		m.r.Symptoms, m.r.SymptomConf = append(m.r.Symptoms, s), append(m.r.SymptomConf, conf)
	}
}

// mostSymptoms is how many symptoms a message can have.
const mostSymptoms = 3

// suits tells that a symptom goes with the act.
func (m *merge) suits(symptom string) bool {
	switch m.r.Act {
	case triage.ActFixed, triage.ActThanks, triage.ActGreeting, triage.ActOther:
		return false
	case triage.ActQuestion:
		return symptom == "capacity" || symptom == "account"
	}
	return true
}

// tellsSeverity tells that a message of an act can say how bad it is.
func tellsSeverity(act triage.Act, symptoms []string, q triage.Question) bool {
	switch act {
	case triage.ActReport:
		return true
	case triage.ActHuman:
		return len(symptoms) > 0
	}
	return act == triage.ActAnswer && q.Problem != ""
}

// severity goes up by one quote, and down only where offline was unsure. One
// user is no outage, whatever is quoted.
func (m *merge) severity() {
	to := m.said.severity
	if !tellsSeverity(m.r.Act, m.r.Symptoms, m.q) {
		m.r.Severity, m.r.SeverityConf = "", 0
		if to != "" {
			m.drop("severity", DropMoot)
		}
		return
	}
	switch {
	case to == "":
	case level(to) > level(m.r.Severity) && (m.r.SeverityConf >= sureSeverity || bareYes(m.r)):
		m.drop("severity", DropMoot)
	case to == triage.P1 && m.r.Facts[triage.SlotScope] == "one":
		m.drop("severity", DropUnsafe)
	case to == m.r.Severity:
		m.taken++
		m.r.SeverityConf = max(m.r.SeverityConf, claimed)
	default:
		m.taken++
		m.r.Severity, m.r.SeverityConf = to, claimed
	}
}

// union gives the values of both lists, each once.
func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, v := range b {
		out = add(out, v)
	}
	return out
}
