// Package score measures understanding against labelled files: single messages
// (JSON Lines with lang, act, scenario, regions, symptoms, severity) and
// dialogues (turns, and what should be known at the end).
//
// A field counts as right when it is the same string, or for regions the same
// set; symptoms are counted as pairs of message and symptom (micro-averaged
// F1). A severity is "within one" when it is at most one level off, over the
// messages that have one.
package score

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Labels is what a message says, or was understood to say.
type Labels struct {
	ID       string   `json:"id"`
	Lang     string   `json:"lang"`
	Act      string   `json:"act"`
	Text     string   `json:"text,omitempty"`
	Scenario *string  `json:"scenario"`
	Regions  []string `json:"regions"`
	Symptoms []string `json:"symptoms"`
	Severity *string  `json:"severity"`
}

// Dialogue is a conversation's customer turns with the outcome to reach.
type Dialogue struct {
	ID        string `json:"id"`
	Lang      string `json:"lang"`
	FinalLang string `json:"final_lang,omitempty"`
	Turns     []struct {
		Text string `json:"text"`
	} `json:"turns"`
	Expect struct {
		Scenario *string  `json:"scenario"`
		Regions  []string `json:"regions"`
		Symptoms []string `json:"symptoms"`
		Severity *string  `json:"severity"`
		Ends     string   `json:"ends"`
	} `json:"expect"`
}

// ReadLines reads JSON Lines; an error names the line.
func ReadLines[T any](r io.Reader, each func(T) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 4<<20)
	for n := 1; s.Scan(); n++ {
		line := bytes.TrimSpace(s.Bytes())
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return fmt.Errorf("line %d: %w", n, plainly(err))
		}
		if err := each(v); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return nil
}

// Ratio is a count of how many were right.
type Ratio struct{ Right, Of int }

func (r *Ratio) add(right bool) {
	r.Of++
	if right {
		r.Right++
	}
}

// Value is the share; ok is false when there was nothing to count.
func (r Ratio) Value() (v float64, ok bool) {
	if r.Of == 0 {
		return 0, false
	}
	return float64(r.Right) / float64(r.Of), true
}

// Messages is the score of single messages.
type Messages struct {
	N                          int
	Lang, Act, Scenario        Ratio
	Regions                    Ratio
	FirstSymptom               Ratio
	SeverityExact, SeverityOne Ratio
	SeverityNull               Ratio
	P1Recall, P1Precision      Ratio
	both, said, is             int
}

// Add counts one message.
func (m *Messages) Add(gold, got Labels) {
	m.N++
	m.Lang.add(gold.Lang == got.Lang)
	m.Act.add(gold.Act == got.Act)
	m.Scenario.add(same(gold.Scenario, got.Scenario))
	m.Regions.add(sameSet(gold.Regions, got.Regions))
	is, said := distinct(gold.Symptoms), distinct(got.Symptoms)
	for _, s := range said {
		if slices.Contains(is, s) {
			m.both++
		}
	}
	m.said += len(said)
	m.is += len(is)
	if len(gold.Symptoms) > 0 {
		m.FirstSymptom.add(len(got.Symptoms) > 0 && got.Symptoms[0] == gold.Symptoms[0])
	}
	want, have := level(gold.Severity), level(got.Severity)
	if want > 0 {
		m.SeverityExact.add(want == have)
		m.SeverityOne.add(have > 0 && max(want-have, have-want) <= 1)
	} else {
		m.SeverityNull.add(have == 0)
	}
	if want == 1 {
		m.P1Recall.add(have == 1)
	}
	if have == 1 {
		m.P1Precision.add(want == 1)
	}
}

// SymptomF1 is the micro-averaged F1 over pairs of message and symptom.
func (m *Messages) SymptomF1() Ratio { return Ratio{Right: 2 * m.both, Of: m.said + m.is} }

// Row is one line of the table.
type Row struct {
	Name  string
	Ratio Ratio
}

// Rows lists the measures in the order of the table.
func (m *Messages) Rows() []Row {
	return []Row{
		{"language", m.Lang}, {"act", m.Act}, {"scenario", m.Scenario}, {"regions exact", m.Regions},
		{"symptom micro-F1", m.SymptomF1()}, {"first symptom", m.FirstSymptom},
		{"severity exact", m.SeverityExact}, {"severity within one", m.SeverityOne}, {"severity null", m.SeverityNull},
		{"P1 recall", m.P1Recall}, {"P1 precision", m.P1Precision},
	}
}

// Dialogues is the score of conversations.
type Dialogues struct {
	N                                                        int
	Lang, Scenario, Regions, Symptoms, Severity, Ends, Whole Ratio
}

// Outcome is what the bot knew and reached at the end of a dialogue.
type Outcome struct {
	Lang, Scenario    string
	Regions, Symptoms []string
	Severity, Status  string
}

// Add counts one dialogue.
func (d *Dialogues) Add(gold Dialogue, got Outcome) {
	lang := gold.Lang
	if gold.FinalLang != "" {
		lang = gold.FinalLang
	}
	checks := []struct {
		ratio *Ratio
		ok    bool
	}{
		{&d.Lang, got.Lang == lang},
		{&d.Scenario, got.Scenario == deref(gold.Expect.Scenario)},
		{&d.Regions, sameSet(gold.Expect.Regions, got.Regions)},
		{&d.Symptoms, sameSet(gold.Expect.Symptoms, got.Symptoms)},
		{&d.Severity, got.Severity == deref(gold.Expect.Severity)},
		{&d.Ends, got.Status == gold.Expect.Ends},
	}
	d.N++
	whole := true
	for _, c := range checks {
		c.ratio.add(c.ok)
		whole = whole && c.ok
	}
	d.Whole.add(whole)
}

// Rows lists the measures in the order of the table.
func (d *Dialogues) Rows() []Row {
	return []Row{
		{"final language", d.Lang}, {"scenario", d.Scenario}, {"regions exact", d.Regions}, {"symptoms exact", d.Symptoms},
		{"severity exact", d.Severity}, {"ending", d.Ends}, {"all of it", d.Whole},
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func same(a, b *string) bool { return (a == nil) == (b == nil) && deref(a) == deref(b) }

func sameSet(a, b []string) bool { return slices.Equal(distinct(a), distinct(b)) }

// distinct sorts a list and drops repeats: a name said twice is said once.
func distinct(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func level(s *string) int { return slices.Index([]string{"", "P1", "P2", "P3", "P4"}, deref(s)) }

// plainly says what is wrong with a line of JSON without the names of Go's types.
func plainly(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return fmt.Errorf("it is a JSON %s, want an object", wrong.Value)
		}
		return fmt.Errorf("%q is a JSON %s of the wrong kind", wrong.Field, wrong.Value)
	}
	return fmt.Errorf("not JSON: %w", err)
}
