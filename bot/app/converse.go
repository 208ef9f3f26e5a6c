package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"firstline/bot/dispatch"
	"firstline/triage"
)

// Line is one message of a transcript.
type Line struct {
	From    string   `json:"from"` // customer, bot or desk
	Lang    string   `json:"lang,omitempty"`
	Text    string   `json:"text"`
	Choices []string `json:"choices,omitempty"`
}

// Dialogue is what came of a conversation.
type Dialogue struct {
	Case       triage.Case
	Events     []triage.Event
	Transcript []Line
}

// Status is the outcome in the words of the evaluation: open, resolved or
// handed_off.
func (d Dialogue) Status() string {
	switch {
	case d.Case.Status == triage.StatusResolved, d.Case.Status == triage.StatusClosed && d.Case.Outcome == triage.OutcomeConfirmed:
		return "resolved"
	case d.Case.Handoff != nil:
		return "handed_off"
	}
	return "open"
}

// start is the moment at which every dialogue of [Core.Converse] begins: a
// replay must not depend on the day it is run.
var start = time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC)

// Converse leads one dialogue through the real core, from a fresh case, without
// platform or store: a customer's turns a minute apart.
func (k *Core) Converse(ctx context.Context, id string, turns []string) (Dialogue, error) {
	return k.ConverseReadBy(ctx, k.Reader, id, turns)
}

// ConverseReadBy is [Core.Converse] with another understanding.
func (k *Core) ConverseReadBy(ctx context.Context, reader dispatch.Understander, id string, turns []string) (Dialogue, error) {
	var d Dialogue
	at := start
	for i, text := range turns {
		at = at.Add(time.Minute)
		ev := triage.Event{
			ID: id + "/" + strconv.Itoa(i+1), Kind: triage.EventMessage, At: at,
			By: triage.Party{ID: "customer"}, MessageID: strconv.Itoa(i + 1), Text: text,
		}
		if i == 0 {
			ev.Open = &triage.Opening{CaseID: id, Conversation: "converse:" + id + ":"}
		}
		reading := reader.Read(ctx, Question(d.Case, text, ""))
		ev.Reading = &reading
		d.Transcript = append(d.Transcript, Line{From: "customer", Lang: reading.Lang, Text: text})
		var searchErr error
		c, events, effects, err := triage.Run(k.Policy, d.Case, ev, func(c triage.Case, _ triage.Effect) triage.Event {
			var found []triage.Candidate
			found, searchErr = k.Fixes(ctx, c)
			return triage.Event{ID: ev.ID + "/fixes", Kind: triage.EventFixes, At: at, Candidates: found}
		})
		if err := errors.Join(err, searchErr); err != nil {
			return d, fmt.Errorf("dialogue %s, turn %d: %w", id, i+1, err)
		}
		d.Case, d.Events = c, append(d.Events, events...)
		if err := k.transcribe(&d, effects); err != nil {
			return d, fmt.Errorf("dialogue %s, turn %d: %w", id, i+1, err)
		}
	}
	return d, nil
}

func (k *Core) transcribe(d *Dialogue, effects []triage.Effect) error {
	for _, e := range effects {
		if e.Kind != triage.EffectSay && e.Kind != triage.EffectCard {
			continue
		}
		out, err := k.Renderer.Render(e, nil)
		if err != nil {
			return err
		}
		from := "bot"
		if e.To == triage.ToDesk {
			from = "desk"
		}
		line := Line{From: from, Lang: out.Lang, Text: out.Text}
		for _, c := range out.Choices {
			line.Choices = append(line.Choices, c.Label)
		}
		for _, m := range out.Menus {
			for _, c := range m.Options {
				line.Choices = append(line.Choices, c.Label)
			}
		}
		d.Transcript = append(d.Transcript, line)
	}
	return nil
}

// Question puts a message into the context of its case, to be read.
func Question(c triage.Case, text, hint string) triage.Question {
	q := triage.Question{Text: text, LangHint: hint, Asking: c.Asking, Status: c.Status, Problem: c.Problem(), Turns: c.Turns(), Regions: c.RegionCodes()}
	if c.ID == "" {
		q.Status = triage.StatusOpen
	}
	if c.LangHeld || c.LangChosen {
		q.Lang = c.Lang
	}
	return q
}
