package score_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage/understand/score"
)

func ptr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func label(lang, act, scenario, regions, symptoms, severity string) score.Labels {
	return score.Labels{Lang: lang, Act: act, Scenario: ptr(scenario), Regions: strings.Fields(regions), Symptoms: strings.Fields(symptoms), Severity: ptr(severity)}
}

// table says what the rows of a score are: "right/of", and "-" for nothing to count.
func table(rows []score.Row) map[string]string {
	out := map[string]string{}
	for _, r := range rows {
		out[r.Name] = "-"
		if _, ok := r.Ratio.Value(); ok {
			out[r.Name] = fmt.Sprintf("%d/%d", r.Ratio.Right, r.Ratio.Of)
		}
	}
	return out
}

// TestMessages has one message a case; the wanted figures were counted by hand
// from the definitions of the evaluation's README.
func TestMessages(t *testing.T) {
	gold := label("th", "report", "showroom", "TH VN", "stutter blurry", "P2")
	for _, tc := range []struct {
		name      string
		gold, got score.Labels
		want      map[string]string
	}{
		{"all right", gold, gold, map[string]string{"language": "1/1", "act": "1/1", "scenario": "1/1", "regions exact": "1/1", "symptom micro-F1": "4/4",
			"first symptom": "1/1", "severity exact": "1/1", "severity within one": "1/1", "severity null": "-", "P1 recall": "-", "P1 precision": "-"}},
		{"nothing right", gold, label("en", "fixed", "", "", "", ""), map[string]string{"language": "0/1", "act": "0/1", "scenario": "0/1", "regions exact": "0/1",
			"symptom micro-F1": "0/2", "first symptom": "0/1", "severity exact": "0/1", "severity within one": "0/1", "severity null": "-", "P1 recall": "-", "P1 precision": "-"}},
		{"regions are a set", gold, label("th", "report", "showroom", "VN TH VN", "stutter blurry", "P2"), map[string]string{"regions exact": "1/1"}},
		{"a region too few", gold, label("th", "report", "showroom", "TH", "stutter blurry", "P2"), map[string]string{"regions exact": "0/1"}},
		{"a region too many", gold, label("th", "report", "showroom", "TH VN ID", "stutter blurry", "P2"), map[string]string{"regions exact": "0/1"}},
		{"symptoms in another order", gold, label("th", "report", "showroom", "TH VN", "blurry stutter", "P2"), map[string]string{"symptom micro-F1": "4/4", "first symptom": "0/1"}},
		{"half of the symptoms", gold, label("th", "report", "showroom", "TH VN", "stutter", "P2"), map[string]string{"symptom micro-F1": "2/3", "first symptom": "1/1"}},
		{"a symptom twice is once", gold, label("th", "report", "showroom", "TH VN", "stutter stutter", "P2"), map[string]string{"symptom micro-F1": "2/3"}},
		{"one level off", gold, label("th", "report", "showroom", "TH VN", "", "P3"), map[string]string{"severity exact": "0/1", "severity within one": "1/1"}},
		{"two levels off", gold, label("th", "report", "showroom", "TH VN", "", "P4"), map[string]string{"severity exact": "0/1", "severity within one": "0/1"}},
		{"said P1 wrongly", gold, label("th", "report", "showroom", "TH VN", "", "P1"), map[string]string{"severity within one": "1/1", "P1 recall": "-", "P1 precision": "0/1"}},
		{"P1 missed", label("en", "report", "", "", "", "P1"), label("en", "report", "", "", "", "P2"), map[string]string{"P1 recall": "0/1", "P1 precision": "-"}},
		{"P1 found", label("en", "report", "", "", "", "P1"), label("en", "report", "", "", "", "P1"), map[string]string{"P1 recall": "1/1", "P1 precision": "1/1"}},
		{"null is a value", label("en", "fixed", "", "", "", ""), label("en", "fixed", "", "", "", ""), map[string]string{"scenario": "1/1", "regions exact": "1/1",
			"symptom micro-F1": "-", "first symptom": "-", "severity exact": "-", "severity within one": "-", "severity null": "1/1"}},
		{"a scenario where there is none", label("en", "fixed", "", "", "", ""), label("en", "fixed", "showroom", "", "", "P1"), map[string]string{"scenario": "0/1", "severity null": "0/1", "P1 precision": "0/1"}},
		{"a severity that is none", label("en", "fixed", "", "", "", ""), label("en", "fixed", "", "", "", "P9"), map[string]string{"severity null": "0/1"}},
		{"and none for one", gold, label("th", "report", "", "", "", "P9"), map[string]string{"severity exact": "0/1", "severity within one": "0/1"}},
	} {
		var m score.Messages
		m.Add(tc.gold, tc.got)
		got := table(m.Rows())
		for name, want := range tc.want {
			if got[name] != want {
				t.Errorf("%s: %s is %s, want %s", tc.name, name, got[name], want)
			}
		}
	}
}

// TestMessagesTogether counts pairs over all messages (micro-averaged), which
// is not the mean of the messages' own figures.
func TestMessagesTogether(t *testing.T) {
	var m score.Messages
	m.Add(label("en", "report", "", "", "stutter blurry black_screen", "P1"), label("en", "report", "", "", "stutter", "P1"))
	m.Add(label("en", "report", "", "", "", "P3"), label("en", "report", "", "", "no_audio", "P1"))
	m.Add(label("en", "report", "", "", "no_audio", "P1"), label("de", "report", "", "", "no_audio", "P2"))
	want := map[string]string{"language": "2/3", "act": "3/3", "scenario": "3/3", "regions exact": "3/3", "symptom micro-F1": "4/7", "first symptom": "2/2",
		"severity exact": "1/3", "severity within one": "2/3", "severity null": "-", "P1 recall": "1/2", "P1 precision": "1/2"}
	if diff := cmp.Diff(want, table(m.Rows())); diff != "" || m.N != 3 {
		t.Errorf("%d messages (-want +got):\n%s", m.N, diff)
	}
}

// TestOrderDoesNotCount: figures do not depend on the order of the file.
func TestOrderDoesNotCount(t *testing.T) {
	word := func(words ...string) *rapid.Generator[string] { return rapid.SampledFrom(words) }
	some := rapid.Custom(func(t *rapid.T) score.Labels {
		return label(word("en", "th").Draw(t, "lang"), word("report", "fixed").Draw(t, "act"), word("", "showroom").Draw(t, "scenario"),
			word("", "TH", "TH VN").Draw(t, "regions"), word("", "stutter", "stutter blurry").Draw(t, "symptoms"), word("", "P1", "P2", "P4").Draw(t, "severity"))
	})
	rapid.Check(t, func(t *rapid.T) {
		gold := rapid.SliceOfN(some, 1, 8).Draw(t, "gold")
		got := rapid.SliceOfN(some, len(gold), len(gold)).Draw(t, "got")
		var a, b, perfect score.Messages
		for i := range gold {
			a.Add(gold[i], got[i])
			perfect.Add(gold[i], gold[i])
		}
		for i := range slices.Backward(gold) {
			b.Add(gold[i], got[i])
		}
		if diff := cmp.Diff(table(a.Rows()), table(b.Rows())); diff != "" {
			t.Fatalf("in another order the score is another:\n%s", diff)
		}
		for _, r := range perfect.Rows() {
			if v, ok := r.Ratio.Value(); ok && v != 1 {
				t.Fatalf("the gold file against itself has %s %v, want 1", r.Name, v)
			}
		}
	})
}

func TestDialogues(t *testing.T) {
	var gold score.Dialogue
	gold.Lang = "zh-Hans"
	gold.Expect.Scenario, gold.Expect.Regions, gold.Expect.Symptoms = ptr("showroom"), []string{"TH", "VN"}, []string{"stutter"}
	gold.Expect.Severity, gold.Expect.Ends = ptr("P2"), "resolved"
	right := score.Outcome{Lang: "zh-Hans", Scenario: "showroom", Regions: []string{"VN", "TH"}, Symptoms: []string{"stutter"}, Severity: "P2", Status: "resolved"}
	all := map[string]string{"final language": "1/1", "scenario": "1/1", "regions exact": "1/1", "symptoms exact": "1/1", "severity exact": "1/1", "ending": "1/1", "all of it": "1/1"}
	for _, tc := range []struct {
		name  string
		edit  func(*score.Dialogue, *score.Outcome)
		wrong string
	}{
		{"all right", func(*score.Dialogue, *score.Outcome) {}, ""},
		{"language", func(_ *score.Dialogue, o *score.Outcome) { o.Lang = "en" }, "final language"},
		{"the language changed", func(d *score.Dialogue, _ *score.Outcome) { d.FinalLang = "en" }, "final language"},
		{"scenario", func(_ *score.Dialogue, o *score.Outcome) { o.Scenario = "" }, "scenario"},
		{"no scenario", func(d *score.Dialogue, _ *score.Outcome) { d.Expect.Scenario = nil }, "scenario"},
		{"regions", func(_ *score.Dialogue, o *score.Outcome) { o.Regions = []string{"TH"} }, "regions exact"},
		{"symptoms", func(_ *score.Dialogue, o *score.Outcome) { o.Symptoms = []string{"stutter", "blurry"} }, "symptoms exact"},
		{"severity", func(_ *score.Dialogue, o *score.Outcome) { o.Severity = "P1" }, "severity exact"},
		{"ending", func(_ *score.Dialogue, o *score.Outcome) { o.Status = "handed_off" }, "ending"},
	} {
		g, o := gold, right
		tc.edit(&g, &o)
		var d score.Dialogues
		d.Add(g, o)
		want := map[string]string{}
		for k, v := range all {
			want[k] = v
		}
		if tc.wrong != "" {
			want[tc.wrong], want["all of it"] = "0/1", "0/1"
		}
		if diff := cmp.Diff(want, table(d.Rows())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
	var empty score.Dialogues
	for name, v := range table(empty.Rows()) {
		if v != "-" {
			t.Errorf("of no dialogues %s is %s, want nothing to count", name, v)
		}
	}
}

func TestRatio(t *testing.T) {
	if v, ok := (score.Ratio{Right: 3, Of: 4}).Value(); v != 0.75 || !ok {
		t.Errorf("3 of 4 is %v (%t), want 0.75", v, ok)
	}
	if v, ok := (score.Ratio{}).Value(); v != 0 || ok {
		t.Errorf("nothing of nothing is %v (%t), want no value", v, ok)
	}
}

func TestReadLines(t *testing.T) {
	const file = "\ufeff{\"id\":\"a\",\"lang\":\"th\",\"act\":\"report\",\"text\":\"x\\ny\",\"scenario\":null,\"regions\":[\"TH\"],\"symptoms\":[],\"severity\":\"P1\",\"note\":\"n\"}\n\n  \r\n" +
		"{\"id\":\"b\",\"lang\":\"en\",\"act\":\"fixed\",\"scenario\":\"showroom\"}"
	var got []score.Labels
	if err := score.ReadLines(strings.NewReader(file), func(l score.Labels) error { got = append(got, l); return nil }); err != nil {
		t.Fatal(err)
	}
	want := []score.Labels{{ID: "a", Lang: "th", Act: "report", Text: "x\ny", Regions: []string{"TH"}, Symptoms: []string{}, Severity: ptr("P1")},
		{ID: "b", Lang: "en", Act: "fixed", Scenario: ptr("showroom")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	var d score.Dialogue
	err := score.ReadLines(strings.NewReader(`{"id":"d","lang":"en","final_lang":"th","turns":[{"from":"customer","text":"hi"}],"expect":{"scenario":null,"regions":["TH"],"symptoms":[],"severity":"P3","ends":"resolved"}}`),
		func(x score.Dialogue) error { d = x; return nil })
	if err != nil || d.FinalLang != "th" || len(d.Turns) != 1 || d.Turns[0].Text != "hi" || d.Expect.Ends != "resolved" {
		t.Errorf("a dialogue reads as %+v (error %v)", d, err)
	}
}

func TestReadLinesNamesTheLine(t *testing.T) {
	stop := errors.New("stop")
	for name, tc := range map[string]struct {
		file string
		each func(score.Labels) error
		want string
	}{
		"syntax":  {"{}\n{", func(score.Labels) error { return nil }, "line 2"},
		"type":    {"{}\n\n{\"lang\":5}", func(score.Labels) error { return nil }, "line 3"},
		"refused": {"{}\n", func(score.Labels) error { return stop }, "line 1: stop"},
	} {
		if err := score.ReadLines(strings.NewReader(tc.file), tc.each); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, tc.want)
		}
	}
	if err := score.ReadLines(strings.NewReader(strings.Repeat("x", 5<<20)), func(score.Labels) error { return nil }); err == nil {
		t.Error("a line of 5 MB is read without error")
	}
}
