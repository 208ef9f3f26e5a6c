package discord

import (
	"context"
	"errors"

	"firstline/bot"
	"firstline/bot/internal/cut"
)

// Limits of a modal.
const (
	maxModalTitle   = 45
	maxModalLabel   = 45
	maxModalHint    = 100
	maxModalFields  = 5
	maxFormAnswer   = 500 // characters of one line of text
	maxProblem      = 4000
	problemField    = "problem"
	supportCallback = "support"
)

type modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []component `json:"components"`
}

// openForm shows the form of a case. Discord wants a modal as the first answer, so the form has to be
// there in time; opening it changes nothing, so a lost one costs a second click and needs no durable
// event.
func (c *Client) openForm(ctx context.Context, a *answer, caseID string) {
	err := c.tryForm(ctx, a, caseID)
	if err == nil {
		c.cfg.Metrics.Received("form_open")
		return
	}
	c.log.Warn("form not opened", "case", caseID, "err", err)
	a.tell(ctx, "discord.form.failed")
}

var errLate = errors.New("discord: the form was not taken")

func (c *Client) tryForm(ctx context.Context, a *answer, caseID string) error {
	if c.cfg.Forms == nil {
		return errors.New("no source of forms")
	}
	within, cancel := context.WithDeadline(ctx, a.began.Add(c.times.form))
	defer cancel()
	form, err := c.formOf(within, caseID)
	if err != nil {
		return err
	}
	m, err := formModal(form)
	if err != nil {
		return err
	}
	if !a.give(ctx, answerModal, m) {
		return errLate
	}
	return nil
}

// formOf asks for a form, and does not wait for a source that does not look at its context.
func (c *Client) formOf(ctx context.Context, caseID string) (bot.Form, error) {
	type result struct {
		form bot.Form
		err  error
	}
	got := make(chan result, 1)
	go func() {
		form, err := c.cfg.Forms.Form(ctx, caseID)
		got <- result{form, err}
	}()
	select {
	case r := <-got:
		return r.form, r.err
	case <-ctx.Done():
		return bot.Form{}, ctx.Err()
	}
}

// formModal renders a form. A modal has room for five fields: those that have no value yet come first.
// Every field may be left empty.
func formModal(form bot.Form) (modal, error) {
	id, err := custom{action: "form", caseID: form.ID}.id()
	if err != nil {
		return modal{}, err
	}
	if len(form.Fields) == 0 {
		return modal{}, errors.New("form without fields")
	}
	m := modal{CustomID: id, Title: label(form.Title, maxModalTitle)}
	m.Components, err = formFields(form.Fields, maxModalFields)
	return m, err
}

func formFields(fields []bot.FormField, most int) ([]component, error) {
	var sorted []bot.FormField
	for _, filled := range []bool{false, true} {
		for _, f := range fields {
			if (f.Value != "") == filled {
				sorted = append(sorted, f)
			}
		}
	}
	var out []component
	for _, f := range sorted[:min(len(sorted), most)] {
		e, err := formField(f)
		if err != nil {
			return nil, err
		}
		out = append(out, component{Type: labelType, Label: label(f.Label, maxModalLabel), Component: &e})
	}
	return out, nil
}

// formField renders a question: a menu, or a line of text where there are no options or more than a menu can hold.
func formField(f bot.FormField) (component, error) {
	no, none := false, 0
	if f.Name == "" || cut.Size(f.Name) > maxCustomID {
		return component{}, errors.New("field without a name, or with too long a one")
	}
	if n := len(f.Options); n > 0 && n <= maxOptions {
		options, err := optionsOf(f.Name, f.Options, f.Value)
		if err != nil {
			return component{}, err
		}
		e := component{Type: menuType, CustomID: f.Name, Options: options, Required: &no, MinValues: &none}
		if f.Hint != "" {
			e.Placeholder = label(f.Hint, maxHint)
		}
		return e, nil
	}
	e := component{Type: inputType, CustomID: f.Name, Style: styleShort, Required: &no, MaxLength: maxFormAnswer}
	e.Value = cut.Shorten(cut.Clean(f.Value), maxFormAnswer)
	if f.Hint != "" {
		e.Placeholder = label(f.Hint, maxModalHint)
	}
	return e, nil
}

// supportModal asks for a new case: the problem in one's own words, and up to four fields of the empty form.
func (c *Client) supportModal(locale string) (modal, error) {
	yes := true
	m := modal{CustomID: custom{action: supportCallback}.String(), Title: label(c.text(locale, "discord.support.title", nil), maxModalTitle)}
	problem := component{Type: inputType, CustomID: problemField, Style: styleParagraph, Required: &yes, MaxLength: maxProblem}
	problem.Placeholder = label(c.text(locale, "discord.support.hint", nil), maxModalHint)
	m.Components = []component{{Type: labelType, Label: label(c.text(locale, "discord.support.problem", nil), maxModalLabel), Component: &problem}}
	if c.cfg.Forms == nil {
		return m, nil
	}
	fields, err := formFields(c.cfg.Forms.NewForm(c.cfg.Texts.Match(locale)).Fields, maxModalFields-1)
	m.Components = append(m.Components, fields...)
	return m, err
}

// submitted handles a form that was sent.
func (c *Client) submitted(ctx context.Context, a *answer) {
	i := a.i
	k, ours := parseCustom(i.Data.CustomID)
	fields := answers(i.Data.Components)
	for name, text := range fields {
		if name != problemField {
			fields[name] = cut.Shorten(text, maxFormAnswer)
		}
	}
	switch {
	case ours && k.action == supportCallback:
		c.support(ctx, a, fields)
		return
	case !ours || k.action != "form":
		a.refuse(ctx, "unknown_action", "discord.click.stale")
		return
	}
	message := ""
	if i.Message != nil {
		message = i.Message.ID
		a.soon(answerDeferUpdate)
	} else {
		a.soon(answerDefer)
	}
	at, err := c.where(ctx, i, message)
	switch {
	case err != nil:
		c.log.Warn("form without a place", "channel", i.Channel, "err", err)
		a.refuse(ctx, "place", "discord.form.unsent")
		return
	case !c.isCase(at, k.caseID):
		a.refuse(ctx, "stale", "discord.click.stale")
		return
	}
	in := bot.Inbound{
		ID: "form:" + i.ID, Kind: bot.KindForm, At: moment(i.ID), MessageID: message, Person: a.person, Action: "form", Value: k.caseID, Fields: fields,
	}
	at.fill(&in)
	if err := c.take(ctx, in); err != nil {
		a.tell(ctx, "discord.form.unsent")
		return
	}
	if message != "" {
		a.give(ctx, answerDeferUpdate, nil)
		return
	}
	a.tell(ctx, "discord.form.sent")
}
