package deliver

import (
	"context"
	"slices"
	"strings"
	"sync"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/i18n/glossary"
	"firstline/triage"
)

// Translator puts a person's words into another language. With an error the
// words are those that were given.
type Translator interface {
	Translate(ctx context.Context, text, from, to string) (glossary.Result, error)
}

// Summariser tells an engineer in a few lines how a case stands; none when it
// cannot. It keeps its own time limit.
type Summariser interface {
	Summary(ctx context.Context, c triage.Case, lang string) []string
}

// read puts an effect into the reader's language where it is made of people's
// words. skip tells that there is nothing to show.
func (d *Deliverer) read(ctx context.Context, e triage.Effect, rc *RenderContext) (out triage.Effect, skip bool) {
	switch e.Kind {
	case triage.EffectRelay, triage.EffectRevise:
		return d.readWords(ctx, e, rc)
	case triage.EffectCard:
		if e.Card != nil {
			return d.readCard(ctx, e, rc), false
		}
	}
	return e, false
}

func (d *Deliverer) readWords(ctx context.Context, e triage.Effect, rc *RenderContext) (triage.Effect, bool) {
	if d.cfg.Translator == nil || e.AsWritten {
		return e, e.IfForeign
	}
	usual := d.cfg.DeskLang
	if e.To == triage.ToDesk && !e.IfForeign {
		usual = rc.Case.Lang
	}
	text, from, done := d.translate(ctx, rc.Case.ID, e.Text, usual, rc.Lang)
	if from == rc.Lang || from == "" {
		return e, e.IfForeign
	}
	e.Text, rc.From, rc.Translated = text, from, done
	return e, e.IfForeign && !done
}

// translate gives words in the language to, and the language they were written
// in; done is false when they come back as they were.
func (d *Deliverer) translate(ctx context.Context, caseID, text, usual, to string) (out, from string, done bool) {
	from = d.cfg.Language(text, usual)
	if from == to || strings.TrimSpace(text) == "" {
		return text, to, false
	}
	res, err := d.cfg.Translator.Translate(ctx, text, from, to)
	if err != nil {
		d.cfg.Log.Warn("not translated", "case", caseID, "from", from, "to", to, "err", err)
		d.cfg.Metrics.Untranslated()
		return text, from, false
	}
	if !res.Translated { // nothing in it is language
		return text, to, false
	}
	return res.Text, from, true
}

// readCard translates the customer's words that the card quotes and adds the
// summary, all at the same time: an engineer waits for the card.
func (d *Deliverer) readCard(ctx context.Context, e triage.Effect, rc *RenderContext) triage.Effect {
	card := *e.Card
	var asked sync.WaitGroup
	if d.cfg.Summariser != nil {
		asked.Go(func() { card.Summary = d.cfg.Summariser.Summary(ctx, rc.Case, rc.Lang) })
	}
	if d.cfg.Translator != nil {
		card.Words = slices.Clone(card.Words)
		for i, w := range card.Words {
			if i == 0 || i > len(card.Words)-triage.CardWords {
				asked.Go(func() { card.Words[i].Text, _, _ = d.translate(ctx, card.CaseID, w.Text, card.Lang, rc.Lang) })
			}
		}
	}
	asked.Wait()
	e.Card = &card
	return e
}

// transcriptSize bounds a transcript, in runes: one message on every platform.
const transcriptSize = 1700

// transcript shows one engineer what was said so far in their own language, the
// latest where there is not room for all.
func (d *Deliverer) transcript(ctx context.Context, row store.Outbox, c triage.Case) (shipment, error) {
	at, err := d.deskPlace(ctx, c)
	if err != nil {
		return shipment{}, err
	}
	rows, err := d.cfg.Store.Outbox(ctx, row.CaseID)
	if _, only := store.Corrupt(err); !only {
		return shipment{}, err
	}
	rc := d.context(row.Effect, c, at.to)
	if row.Effect.Lang != "" {
		rc.Lang = row.Effect.Lang
	}
	rc.Transcript = []bot.Field{}
	size, answers := 0, true
	for _, line := range slices.Backward(said(c, rows)) {
		usual := c.Lang
		if line.To == triage.ToCustomer {
			usual = d.cfg.DeskLang
		}
		text := line.Text
		if answers { // of a model that is down only one line waits
			var from string
			var done bool
			text, from, done = d.translate(ctx, c.ID, text, usual, rc.Lang)
			answers = done || from == rc.Lang
		}
		if size += len([]rune(text)) + len([]rune(line.Author)); size > transcriptSize && len(rc.Transcript) > 0 {
			break
		}
		rc.Transcript = append(rc.Transcript, bot.Field{Label: line.Author, Value: text})
	}
	slices.Reverse(rc.Transcript)
	out, err := d.render(row, row.Effect, rc)
	return shipment{outs: []bot.Outbound{out}}, err
}

// said lists what people wrote to each other, in order and as it stands now: the
// customer's words before the handoff, then what was relayed.
func said(c triage.Case, rows []store.Outbox) []triage.Effect {
	var relayed []triage.Effect
	has := map[string]bool{}
	for _, r := range store.Relayed(rows) {
		if !r.Effect.IfForeign {
			relayed = append(relayed, r.Effect)
			has[r.Effect.MessageID] = true
		}
	}
	var out []triage.Effect
	for _, w := range c.Words {
		if !has[w.MessageID] {
			out = append(out, triage.Effect{To: triage.ToDesk, Author: c.Contact.Name, Text: w.Text})
		}
	}
	return append(out, relayed...)
}
