package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"firstline/bot/app"
	"firstline/bot/store"
	"firstline/triage"
)

type caseCmd struct {
	List   caseListCmd   `cmd:"" help:"List cases, last changed first."`
	Show   caseShowCmd   `cmd:"" help:"Show everything known of a case."`
	Replay caseReplayCmd `cmd:"" help:"Make a case again from its stored events and compare."`
}

func (f configFlag) cases() (*app.Cases, error) {
	cfg, err := f.load()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(cfg.SQLitePath()); err != nil {
		return nil, fmt.Errorf("no database at %s yet: it is made when firstline serve runs", cfg.SQLitePath())
	}
	return app.OpenCases(cfg)
}

type caseListCmd struct {
	configFlag
	Status   string `help:"Only cases in this status." placeholder:"STATUS"`
	Customer string `help:"Only cases of this customer." placeholder:"NAME"`
	Limit    int    `help:"At most so many." default:"50"`
	JSON     bool   `help:"Print JSON Lines." name:"json"`
}

// Help gives examples.
func (caseListCmd) Help() string {
	return `  firstline case list --status handed_off
  firstline case list --customer "Siam Live" --json`
}

// Run lists cases.
func (c caseListCmd) Run(ctx context.Context, s streams) error {
	if c.Status != "" && !known(c.Status) {
		return usageError{fmt.Errorf("--status %q: use one of %v", c.Status, triage.Statuses())}
	}
	cs, err := c.cases()
	if err != nil {
		return err
	}
	defer cs.Close()
	list, err := cs.List(ctx, triage.Status(c.Status), c.Customer, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		for _, k := range list {
			if err := writeLine(s.out, k); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(s.out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "case\tstatus\tseverity\tlanguage\tcustomer\tscenario\tsymptoms\tregions\tchanged")
	for _, k := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Status, orDash(string(k.Severity)), k.Lang, orDash(k.Customer),
			orDash(k.Scenario.Value), orDash(strings.Join(k.SymptomIDs(), ",")), orDash(strings.Join(k.RegionCodes(), ",")), k.Updated.Format(time.DateTime))
	}
	return w.Flush()
}

func known(status string) bool {
	for _, s := range triage.Statuses() {
		if string(s) == status {
			return true
		}
	}
	return false
}

type caseShowCmd struct {
	configFlag
	ID   string `arg:"" help:"The case's id."`
	JSON bool   `help:"Print JSON." name:"json"`
}

// Help gives examples.
func (caseShowCmd) Help() string { return `  firstline case show k3v9…` }

// Run shows a case.
func (c caseShowCmd) Run(ctx context.Context, s streams) error {
	cs, err := c.cases()
	if err != nil {
		return err
	}
	defer cs.Close()
	h, err := cs.Show(ctx, c.ID)
	if err != nil {
		return notFound(err, c.ID)
	}
	if c.JSON {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(h)
	}
	return showCase(s, h)
}

func notFound(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no case %s; firstline case list shows what there is", id)
	}
	return err
}

func showCase(s streams, h app.History) error {
	k := h.Case
	w := tabwriter.NewWriter(s.out, 2, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(w, "%s\t%s\n", name, orDash(value)) }
	row("case", k.ID)
	row("status", string(k.Status))
	if k.Severity != "" {
		row("severity", fmt.Sprintf("%s (%s)", k.Severity, k.SeverityRule))
	}
	row("customer", k.Customer)
	row("language", k.Lang)
	row("scenario", k.Scenario.Value)
	row("regions", strings.Join(k.RegionCodes(), ", "))
	row("symptoms", strings.Join(k.SymptomIDs(), ", "))
	if k.Handoff != nil {
		row("handed off", fmt.Sprintf("%s, level %d, %s", k.Handoff.Reason, k.Handoff.Level, k.Handoff.At.Format(time.DateTime)))
	}
	if k.Assignee != nil {
		row("assignee", k.Assignee.Name)
	}
	row("outcome", string(k.Outcome))
	for _, slot := range slices.Sorted(maps.Keys(k.Facts)) {
		row(slot, fmt.Sprintf("%s (%s)", k.Facts[slot].Value, k.Facts[slot].Source))
	}
	for _, f := range k.Fixes {
		row("tried", fmt.Sprintf("%s, step %d: %s", f.Article, f.Step+1, f.Outcome))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	for _, ev := range h.Events {
		what := ev.Action + ev.Timer
		if what == "" {
			what = strings.Join(strings.Fields(ev.Text), " ")
		}
		fmt.Fprintf(s.out, "%s  %-12s  %s  %s\n", ev.At.Format(time.DateTime), ev.Kind, orDash(ev.By.Name), what)
	}
	for _, o := range h.Outbox {
		if o.State != store.StateSent {
			fmt.Fprintf(s.out, "not delivered: %s %s (%s, %d attempts) %s\n", o.ID, o.Effect.Kind, o.State, o.Attempts, o.Error)
		}
	}
	return nil
}

type caseReplayCmd struct {
	configFlag
	ID string `arg:"" help:"The case's id."`
}

// Help gives examples.
func (caseReplayCmd) Help() string {
	return `  firstline case replay k3v9…

Exits 1 when the events no longer give the stored case, as after a change of the rules or the catalogue.`
}

// Run replays a case.
func (c caseReplayCmd) Run(ctx context.Context, s streams) error {
	cs, err := c.cases()
	if err != nil {
		return err
	}
	defer cs.Close()
	n := 0
	stored, replayed, err := cs.Replay(ctx, c.ID, func(ev triage.Event, k triage.Case, effects []triage.Effect) {
		n++
		fmt.Fprintf(s.out, "%3d  %-12s → %s", n, ev.Kind, k.Status)
		for _, e := range effects {
			fmt.Fprintf(s.out, "  %s", e.Kind)
			for _, l := range e.Lines {
				fmt.Fprintf(s.out, " %s", l.Key)
			}
		}
		fmt.Fprintln(s.out)
	})
	if err != nil {
		return notFound(err, c.ID)
	}
	if !sameCase(stored, replayed) {
		return fmt.Errorf("the replay gives another case: status %s, stored %s; the rules or the catalogue have changed since", replayed.Status, stored.Status)
	}
	fmt.Fprintln(s.out, "the same case")
	return nil
}

// sameCase compares cases in the form in which the store keeps them.
func sameCase(a, b triage.Case) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}
