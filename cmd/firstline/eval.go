package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"firstline/bot/app"
	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand/score"
)

type evalCmd struct {
	catalogueFlag
	Messages  []string `help:"Labelled messages (JSON Lines)." placeholder:"FILE" type:"existingfile"`
	Dialogues []string `help:"Labelled dialogues (JSON Lines)." placeholder:"FILE" type:"existingfile"`
	ByLang    bool     `help:"Also a table by language."`
	JSON      bool     `help:"Print JSON." name:"json"`
}

// Help gives examples.
func (evalCmd) Help() string {
	return `Scores the offline understanding against labelled files and prints the table. The held-out files of the
repository were never trained on or tuned to:

  firstline eval --messages triage/understand/testdata/holdout.jsonl \
                 --dialogues triage/understand/testdata/dialogues.jsonl --by-lang`
}

type evalResult struct {
	messages  score.Messages
	byLang    map[string]*score.Messages
	dialogues score.Dialogues
	perMsg    time.Duration
}

// Run scores the files.
func (c evalCmd) Run(ctx context.Context, s streams) error {
	if len(c.Messages)+len(c.Dialogues) == 0 {
		return usageError{fmt.Errorf("eval: name labelled files with --messages or --dialogues")}
	}
	core, err := c.core()
	if err != nil {
		return err
	}
	res := evalResult{byLang: map[string]*score.Messages{}}
	for _, path := range c.Messages {
		if err := res.readMessages(ctx, core, path); err != nil {
			return usageError{fmt.Errorf("%s: %w", path, err)}
		}
	}
	for _, path := range c.Dialogues {
		if err := res.readDialogues(ctx, core, path); err != nil {
			return usageError{fmt.Errorf("%s: %w", path, err)}
		}
	}
	if c.JSON {
		return res.json(s.out)
	}
	return res.table(s.out, c.ByLang)
}

func open(path string, use func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return use(f)
}

func (r *evalResult) readMessages(ctx context.Context, core *app.Core, path string) error {
	var spent time.Duration
	err := open(path, func(f io.Reader) error {
		return score.ReadLines(f, func(gold score.Labels) error {
			if gold.Text == "" || gold.Act == "" {
				return errors.New(`no "text" or no "act"; want labelled messages, {"id": …, "text": …, "act": …, …}`)
			}
			began := time.Now()
			u := toUnderstood(gold.ID, core.Reader.Read(ctx, triage.Question{Text: gold.Text}))
			spent += time.Since(began)
			got := score.Labels{Lang: u.Lang, Act: u.Act, Scenario: u.Scenario, Regions: u.Regions, Symptoms: u.Symptoms, Severity: u.Severity}
			r.messages.Add(gold, got)
			if r.byLang[gold.Lang] == nil {
				r.byLang[gold.Lang] = &score.Messages{}
			}
			r.byLang[gold.Lang].Add(gold, got)
			return nil
		})
	})
	if r.messages.N > 0 {
		r.perMsg = spent / time.Duration(r.messages.N)
	}
	return err
}

func (r *evalResult) readDialogues(ctx context.Context, core *app.Core, path string) error {
	return open(path, func(f io.Reader) error {
		return score.ReadLines(f, func(gold score.Dialogue) error {
			d, err := core.Converse(ctx, gold.ID, texts(gold))
			if err != nil {
				return err
			}
			r.dialogues.Add(gold, score.Outcome{
				Lang: d.Case.Lang, Scenario: told(d.Case.Scenario.Value), Regions: allTold(d.Case.RegionCodes()),
				Symptoms: allTold(d.Case.SymptomIDs()), Severity: string(d.Case.Severity), Status: d.Status(),
			})
			return nil
		})
	})
}

func (r *evalResult) table(out io.Writer, byLang bool) error {
	w := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	if r.messages.N > 0 {
		fmt.Fprintf(w, "messages\t%d\t\n", r.messages.N)
		for _, row := range r.messages.Rows() {
			fmt.Fprintf(w, "  %s\t%s\t%d of %d\n", row.Name, percent(row.Ratio), row.Ratio.Right, row.Ratio.Of)
		}
		fmt.Fprintf(w, "  time a message\t%s\t\n", r.perMsg.Round(time.Microsecond))
	}
	if r.dialogues.N > 0 {
		fmt.Fprintf(w, "dialogues\t%d\t\n", r.dialogues.N)
		for _, row := range r.dialogues.Rows() {
			fmt.Fprintf(w, "  %s\t%s\t%d of %d\n", row.Name, percent(row.Ratio), row.Ratio.Right, row.Ratio.Of)
		}
	}
	if byLang && r.messages.N > 0 {
		fmt.Fprint(w, "\nlanguage\tn\tlang\tact\tscenario\tregions\tsymptom F1\tseverity ±1\n")
		for _, lang := range i18n.Languages() {
			if m := r.byLang[lang]; m != nil {
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", lang, m.N, percent(m.Lang), percent(m.Act), percent(m.Scenario),
					percent(m.Regions), percent(m.SymptomF1()), percent(m.SeverityOne))
			}
		}
	}
	return w.Flush()
}

func percent(r score.Ratio) string {
	v, ok := r.Value()
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.3f", v)
}

func (r *evalResult) json(out io.Writer) error {
	ratios := func(rows []score.Row) map[string]any {
		m := map[string]any{}
		for _, row := range rows {
			m[row.Name] = nil
			if v, ok := row.Ratio.Value(); ok {
				m[row.Name] = round(v)
			}
		}
		return m
	}
	byLang := map[string]any{}
	for lang, m := range r.byLang {
		byLang[lang] = ratios(m.Rows())
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{
		"messages": r.messages.N, "scores": ratios(r.messages.Rows()), "by_lang": byLang,
		"dialogues": r.dialogues.N, "dialogue_scores": ratios(r.dialogues.Rows()), "microseconds_a_message": r.perMsg.Microseconds(),
	})
}
