package main

import (
	"fmt"
	"slices"

	"firstline/i18n/linear"
	"firstline/triage/understand"
)

const folds = 5

// crossValidate prints how well messages are read by models that have not
// seen them.
func crossValidate(c *understand.Corpus) error {
	right := map[string]int{}
	total := map[string]int{}
	score := func(name string, ok bool) {
		total[name]++
		if ok {
			right[name]++
		}
	}
	var tp, fp, fn int
	for fold := range folds {
		models := trainAll(c, func(i int) bool { return i%folds != fold })
		for i, s := range c.Samples {
			if i%folds != fold {
				continue
			}
			best := func(name string) string {
				m := models[name]
				k, _ := linear.Best(m.Scores(s.Features...))
				return m.Classes[k]
			}
			score("act", best("act") == s.Act)
			score("scenario", best("scenario") == s.Scenario)
			if s.Severity != "-" {
				got := best("severity")
				score("severity exact", got == s.Severity)
				d := int(got[1]) - int(s.Severity[1])
				score("severity within one", d >= -1 && d <= 1)
				if s.Severity == "P1" {
					score("P1 recall", got == "P1")
				}
				if got == "P1" {
					score("P1 precision", s.Severity == "P1")
				}
			}
			if s.Act == "report" {
				for k, x := range models["symptom"].Scores(s.Features...) {
					said := linear.Sigmoid(x) >= understand.OtherFloor
					is := slices.Contains(s.Symptoms, models["symptom"].Classes[k])
					switch {
					case said && is:
						tp++
					case said:
						fp++
					case is:
						fn++
					}
				}
			}
		}
	}
	names := []string{"act", "scenario", "severity exact", "severity within one", "P1 recall", "P1 precision"}
	for _, n := range names {
		fmt.Printf("%-24s %.4f  (%d)\n", n, float64(right[n])/float64(max(1, total[n])), total[n])
	}
	fmt.Printf("%-24s %.4f\n", "symptom micro-F1", 2*float64(tp)/float64(2*tp+fp+fn))
	return nil
}
