package understand_test

import (
	"os"
	"testing"

	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand/score"
)

// TestVerdicts reads what a tester said after a proposed fix: denials of the
// plainest kinds ("not working", "worse", "fixed for some, not for all"), which
// must hardly ever close a case, and confirmations, which mostly must.
func TestVerdicts(t *testing.T) {
	f, err := os.Open("testdata/verdicts.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cat, err := triage.LoadCatalogue("")
	if err != nil {
		t.Fatal(err)
	}
	sure := triage.DefaultPolicy(cat, i18n.Languages()).FixedConf
	closed, all := map[bool]int{}, map[bool]int{}
	err = score.ReadLines(f, func(v struct {
		ID, Lang, Text string
		Fixed          bool
	}) error {
		r := read(t, triage.Question{Text: v.Text, Lang: v.Lang, Status: triage.StatusAwaiting})
		all[v.Fixed]++
		if r.Act == triage.ActFixed && r.ActConfidence >= sure || r.Act == triage.ActAnswer && r.Yes {
			closed[v.Fixed]++
			if !v.Fixed {
				t.Logf("%s closes the case: %q", v.ID, v.Text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if all[false] < 150 || closed[false]*50 > all[false] {
		t.Errorf("%d of %d denials close the case, want at most one in fifty", closed[false], all[false])
	}
	if all[true] < 50 || closed[true]*5 < all[true]*4 {
		t.Errorf("%d of %d confirmations close the case, want at least four in five", closed[true], all[true])
	}
}
