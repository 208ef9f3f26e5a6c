package triage

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Fact is one diagnostic that is known, with where it came from.
type Fact struct {
	Value      string  `json:"value"`
	Source     Source  `json:"source"`
	Confidence float64 `json:"confidence,omitempty"` // 0…1 when read
	MessageID  string  `json:"message_id,omitempty"` // the customer's message it was read from
}

// Unknown is the value of a diagnostic that the customer does not know: it
// counts as known, because asking again would not help.
const Unknown = "unknown"

// Words is one message of the customer, kept for the engineer and as the
// context in which the next message is read.
type Words struct {
	MessageID string    `json:"message_id"`
	At        time.Time `json:"at"`
	Text      string    `json:"text"`
	Problem   bool      `json:"problem,omitempty"` // it describes the problem, rather than a verdict or a wish
}

// Party is a person of a case, on either side.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Zone string `json:"zone,omitempty"` // IANA time zone
}

// Candidate is an article that may help, with the fault layer each of its steps works on.
type Candidate struct {
	Article string   `json:"article"`
	Layers  []string `json:"layers"`
	Suits   []string `json:"suits,omitempty"` // by step: the symptoms it is for, separated by spaces; none: for all
}

// suits tells whether a step is for a symptom.
func (c Candidate) suits(step int, symptom string) bool {
	return step >= len(c.Suits) || slices.Contains(strings.Fields(c.Suits[step]), symptom)
}

// FixOutcome is what came of a proposed fix.
type FixOutcome string

// The outcomes of a fix.
const (
	FixPending FixOutcome = "pending"
	FixHelped  FixOutcome = "helped"
	FixFailed  FixOutcome = "failed"
	FixSkipped FixOutcome = "skipped" // the conversation went on without a verdict
)

// Fix is one step of an article that was proposed.
type Fix struct {
	Article string     `json:"article"`
	Step    int        `json:"step"` // from 0
	Layer   string     `json:"layer"`
	At      time.Time  `json:"at"`
	Outcome FixOutcome `json:"outcome"`
	Said    string     `json:"said,omitempty"` // as a model said it for this case; empty: the article's own words

	AskedBack bool `json:"asked_back,omitempty"` // the customer asked about it instead of trying it
}

// HandoffReason says why a person was called.
type HandoffReason string

// The reasons, as DESIGN §6 lists them.
const (
	ReasonAskedForPerson HandoffReason = "asked_for_person"
	ReasonP1             HandoffReason = "p1"
	ReasonNoFixKnown     HandoffReason = "no_fix_known"
	ReasonFixesFailed    HandoffReason = "fixes_failed"
	ReasonNotUnderstood  HandoffReason = "not_understood"
	ReasonPolicy         HandoffReason = "policy"
)

// HandoffReasons lists every reason.
func HandoffReasons() []HandoffReason {
	return []HandoffReason{ReasonAskedForPerson, ReasonP1, ReasonNoFixKnown, ReasonFixesFailed, ReasonNotUnderstood, ReasonPolicy}
}

// Handoff is the call for a person.
type Handoff struct {
	Reason HandoffReason `json:"reason"`
	At     time.Time     `json:"at"`
	Level  int           `json:"level"` // 1, and one more for each escalation
}

// Outcome tells how a case ended. Silence is never success.
type Outcome string

// The outcomes of a case.
const (
	OutcomeNone      Outcome = ""
	OutcomeConfirmed Outcome = "confirmed" // the customer said that it is solved
	OutcomeByPerson  Outcome = "by_person" // an engineer said so; the customer has not (yet)
	OutcomeSilent    Outcome = "silent"    // nobody said anything any more
)

// Case is one problem, from first message to close. It is a value: [Decide]
// copies it before it changes anything.
type Case struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"` // key of the customer's conversation
	Customer     string    `json:"customer,omitempty"`
	Tier         string    `json:"tier,omitempty"`
	Contact      Party     `json:"contact"`
	Opened       time.Time `json:"opened"`
	Updated      time.Time `json:"updated"`
	Events       int       `json:"events"` // how many events made it what it is

	Status Status `json:"status"`

	Lang       string `json:"lang"`        // language of the conversation; empty until the first message
	LangHeld   bool   `json:"lang_held"`   // set by a confident message, not by a hint
	LangChosen bool   `json:"lang_chosen"` // the contact's own choice: only another choice changes it

	Scenario     Fact            `json:"scenario"`
	Regions      []Fact          `json:"regions,omitempty"`
	Symptoms     []Fact          `json:"symptoms,omitempty"`
	Facts        map[string]Fact `json:"facts,omitempty"`
	WordingSev   Severity        `json:"wording_severity,omitempty"` // how bad the words make it
	WordingConf  float64         `json:"wording_conf,omitempty"`
	Severity     Severity        `json:"severity,omitempty"`
	SeverityRule string          `json:"severity_rule,omitempty"` // the catalogue's rule that decided
	Words        []Words         `json:"words,omitempty"`

	Introduced bool           `json:"introduced"`
	Asking     string         `json:"asking,omitempty"` // the diagnostic last asked and not yet answered
	Asked      map[string]int `json:"asked,omitempty"`
	Questions  int            `json:"questions"`
	Missed     int            `json:"missed,omitempty"`     // messages in a row that brought nothing
	PassedOn   bool           `json:"passed_on,omitempty"`  // the customer was told that words go to the engineers
	AskedSure  bool           `json:"asked_sure,omitempty"` // the last thing asked was whether the problem is solved

	Searched   bool          `json:"searched"`
	Wanted     HandoffReason `json:"wanted,omitempty"` // a handoff that waits for the search to fill its card
	Candidates []Candidate   `json:"candidates,omitempty"`
	Similar    []string      `json:"similar,omitempty"`
	Fixes      []Fix         `json:"fixes,omitempty"`

	Handoff  *Handoff `json:"handoff,omitempty"`
	Assignee *Party   `json:"assignee,omitempty"`
	Answered bool     `json:"answered,omitempty"` // the assignee has written to the customer
	Outcome  Outcome  `json:"outcome,omitempty"`
	Reopened int      `json:"reopened,omitempty"`

	Drafts    map[string]string `json:"drafts,omitempty"`     // replies that a model drafted, by the engineer who asked
	SinceCard int               `json:"since_card,omitempty"` // messages of either side since the card was last shown

	Timers map[string]time.Time `json:"timers,omitempty"` // due times; a timer that fires at another time is stale
}

func (c Case) clone() Case {
	c.Regions = slices.Clone(c.Regions)
	c.Symptoms = slices.Clone(c.Symptoms)
	c.Words = slices.Clone(c.Words)
	c.Candidates = slices.Clone(c.Candidates)
	c.Similar = slices.Clone(c.Similar)
	c.Fixes = slices.Clone(c.Fixes)
	c.Facts = cloneMap(c.Facts)
	c.Asked = cloneMap(c.Asked)
	c.Timers = cloneMap(c.Timers)
	c.Drafts = cloneMap(c.Drafts)
	if c.Handoff != nil {
		h := *c.Handoff
		c.Handoff = &h
	}
	if c.Assignee != nil {
		a := *c.Assignee
		c.Assignee = &a
	}
	return c
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// RegionCodes gives the regions without their sources.
func (c Case) RegionCodes() []string { return values(c.Regions) }

// SymptomIDs gives the symptoms, the leading one first.
func (c Case) SymptomIDs() []string { return values(c.Symptoms) }

func values(facts []Fact) []string {
	out := make([]string, 0, len(facts))
	for _, f := range facts {
		out = append(out, f.Value)
	}
	return out
}

// Problem is the customer's own description so far, in order, for reading the
// next message in its light.
func (c Case) Problem() string {
	var b []byte
	for _, w := range c.Words {
		if w.Problem {
			if len(b) > 0 {
				b = append(b, '\n')
			}
			b = append(b, w.Text...)
		}
	}
	return string(b)
}

// Known tells whether a diagnostic needs no question any more.
func (c Case) Known(slot string) bool {
	switch slot {
	case SlotScenario:
		return c.Scenario.Value != ""
	case SlotRegion:
		return len(c.Regions) > 0
	case SlotSymptom:
		return len(c.Symptoms) > 0
	}
	return c.Facts[slot].Value != ""
}

// Diagnosis gives everything that is known as slot and fact, in the catalogue's order.
func (c Case) Diagnosis(cat *Catalogue) []SlotFact {
	var out []SlotFact
	add := func(slot string, facts ...Fact) {
		for _, f := range facts {
			if f.Value != "" {
				out = append(out, SlotFact{Slot: slot, Fact: f})
			}
		}
	}
	for _, s := range cat.Slots {
		switch s.ID {
		case SlotScenario:
			add(s.ID, c.Scenario)
		case SlotRegion:
			add(s.ID, c.Regions...)
		case SlotSymptom:
			add(s.ID, c.Symptoms...)
		default:
			add(s.ID, c.Facts[s.ID])
		}
	}
	return out
}

// SlotFact is a fact with the diagnostic it belongs to.
type SlotFact struct {
	Slot string `json:"slot"`
	Fact Fact   `json:"fact"`
}
