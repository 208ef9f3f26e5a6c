package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"firstline/triage"
	"firstline/triage/understand/score"
)

type understandCmd struct {
	catalogueFlag
}

// Help gives examples.
func (understandCmd) Help() string {
	return `Reads one JSON object a line, {"id": …, "text": …}, from standard input and writes one a line.

  echo '{"id":"1","text":"ไลฟ์ขายของกระตุกตั้งแต่เมื่อคืน ลูกค้า AIS โดนเกือบหมด"}' | firstline understand
  firstline understand < messages.jsonl > readings.jsonl`
}

// understood is one line of output: the labels, and what else was read.
type understood struct {
	ID         string             `json:"id"`
	Lang       string             `json:"lang"`
	Act        string             `json:"act"`
	Scenario   *string            `json:"scenario"`
	Regions    []string           `json:"regions"`
	Symptoms   []string           `json:"symptoms"`
	Severity   *string            `json:"severity"`
	Unaffected []string           `json:"unaffected,omitempty"`
	Facts      map[string]string  `json:"facts,omitempty"`
	Corrects   bool               `json:"corrects,omitempty"`
	Adds       bool               `json:"adds,omitempty"`
	Confidence map[string]float64 `json:"confidence"`
	Source     string             `json:"source"`
}

// Run reads and answers until the input ends.
func (c understandCmd) Run(ctx context.Context, s streams) error {
	core, err := c.core()
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	err = score.ReadLines(s.in, func(m struct {
		ID   string  `json:"id"`
		Text *string `json:"text"`
	}) error {
		switch {
		case m.ID == "":
			return errors.New(`no "id"; want {"id": …, "text": …}`)
		case m.Text == nil:
			return errors.New(`no "text"; want {"id": …, "text": …}`)
		}
		return out.Encode(toUnderstood(m.ID, core.Reader.Read(ctx, triage.Question{Text: *m.Text})))
	})
	if err != nil {
		return usageError{fmt.Errorf("standard input: %w", err)}
	}
	return nil
}

func toUnderstood(id string, r triage.Reading) understood {
	u := understood{
		ID: id, Lang: r.Lang, Act: string(r.Act), Regions: orEmpty(r.Regions), Symptoms: orEmpty(r.Symptoms),
		Scenario: orNull(r.Scenario), Severity: orNull(string(r.Severity)),
		Unaffected: r.Unaffected, Facts: r.Facts, Corrects: r.Corrects, Adds: r.Adds, Source: string(r.Source),
		Confidence: map[string]float64{"lang": round(r.LangConfidence), "act": round(r.ActConfidence)},
	}
	if r.Scenario != "" {
		u.Confidence["scenario"] = round(r.ScenarioConf)
	}
	if r.Severity != "" {
		u.Confidence["severity"] = round(r.SeverityConf)
	}
	return u
}

func round(x float64) float64 { return float64(int(x*1000+0.5)) / 1000 }

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func writeLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
