package main

import (
	"context"
	"fmt"
	"slices"

	"firstline/bot/app"
	"firstline/triage"
	"firstline/triage/understand/score"
)

type converseCmd struct {
	catalogueFlag
}

// Help gives examples.
func (converseCmd) Help() string {
	return `Reads one dialogue a line, {"id": …, "turns": [{"text": …}, …]}, from standard input; leads each through the
real core from a fresh case, the customer's turns one after the other; and writes one result a line with the
language, what is known, the status (open, resolved or handed_off) and the transcript.

  echo '{"id":"1","turns":[{"text":"black screen in our concert"},{"text":"Korea, everyone"}]}' | firstline converse`
}

// conversed is one line of output.
type conversed struct {
	ID           string     `json:"id"`
	Lang         string     `json:"lang"`
	Scenario     *string    `json:"scenario"`
	Regions      []string   `json:"regions"`
	Symptoms     []string   `json:"symptoms"`
	Severity     *string    `json:"severity"`
	SeverityRule string     `json:"severity_rule,omitempty"`
	Status       string     `json:"status"`
	Reason       string     `json:"handoff_reason,omitempty"`
	Transcript   []app.Line `json:"transcript"`
}

// Run leads every dialogue of the input.
func (c converseCmd) Run(ctx context.Context, s streams) error {
	core, err := c.core()
	if err != nil {
		return err
	}
	err = score.ReadLines(s.in, func(d score.Dialogue) error {
		if len(d.Turns) == 0 {
			return fmt.Errorf(`no "turns"; want {"id": …, "turns": [{"text": …}]}`)
		}
		got, err := core.Converse(ctx, d.ID, texts(d))
		if err != nil {
			return err
		}
		out := conversed{
			ID: d.ID, Lang: got.Case.Lang, Scenario: orNull(told(got.Case.Scenario.Value)),
			Regions: allTold(got.Case.RegionCodes()), Symptoms: allTold(got.Case.SymptomIDs()), Severity: orNull(string(got.Case.Severity)),
			SeverityRule: got.Case.SeverityRule, Status: got.Status(), Transcript: got.Transcript,
		}
		if got.Case.Handoff != nil {
			out.Reason = string(got.Case.Handoff.Reason)
		}
		return writeLine(s.out, out)
	})
	if err != nil {
		return usageError{fmt.Errorf("standard input: %w", err)}
	}
	return nil
}

// told is a value that the customer knew, or "".
func told(v string) string {
	if v == triage.Unknown {
		return ""
	}
	return v
}

func allTold(list []string) []string {
	return slices.DeleteFunc(orEmpty(slices.Clone(list)), func(v string) bool { return v == triage.Unknown })
}

func texts(d score.Dialogue) []string {
	out := make([]string, 0, len(d.Turns))
	for _, t := range d.Turns {
		out = append(out, t.Text)
	}
	return out
}
