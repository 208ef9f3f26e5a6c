package understand_test

import (
	"context"
	"os"
	"testing"

	"firstline/triage"
	"firstline/triage/understand/score"
)

// TestHoldout scores the held-out messages against floors that leave room for
// chance: a test that fails here means that something broke, and the numbers
// themselves are those of firstline eval. It says nothing of single messages,
// so that nobody can tune to them.
func TestHoldout(t *testing.T) {
	f, err := os.Open("testdata/holdout.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var m score.Messages
	err = score.ReadLines(f, func(gold score.Labels) error {
		m.Add(gold, labels(read(t, triage.Question{Text: gold.Text})))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.N < 200 {
		t.Fatalf("%d held-out messages, want at least 200", m.N)
	}
	for _, floor := range []struct {
		name string
		got  score.Ratio
		want float64
	}{
		{"language", m.Lang, 0.93}, {"act", m.Act, 0.85}, {"scenario", m.Scenario, 0.85}, {"regions", m.Regions, 0.88}, {"symptom F1", m.SymptomF1(), 0.75},
	} {
		if got, ok := floor.got.Value(); !ok || got < floor.want {
			t.Errorf("%s %.3f over %d, want at least %.2f", floor.name, got, floor.got.Of, floor.want)
		}
	}
}

func labels(r triage.Reading) score.Labels {
	out := score.Labels{Lang: r.Lang, Act: string(r.Act), Regions: r.Regions, Symptoms: r.Symptoms}
	if r.Scenario != "" {
		out.Scenario = &r.Scenario
	}
	if s := string(r.Severity); s != "" {
		out.Severity = &s
	}
	return out
}

// TestReadIgnoresItsContext: the offline reading needs no time budget, so a
// cancelled context gives the same.
func TestReadIgnoresItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want := read(t, triage.Question{Text: benchTexts[0]})
	if got := offline(t).Read(ctx, triage.Question{Text: benchTexts[0]}); got.Act != want.Act || len(got.Regions) != len(want.Regions) {
		t.Errorf("with a cancelled context %+v, want %+v", got, want)
	}
}
