package slack

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"firstline/bot"
	"firstline/bot/internal/cut"

	slackapi "github.com/slack-go/slack"
)

const (
	formCallback   = "firstline_form"
	maxFormAnswer  = 500 // characters of one line of text
	maxFormFields  = 90  // Slack: 100 blocks
	maxPrivateMeta = 3000
)

func itoa(n int) string { return strconv.Itoa(n) }

type viewPayload struct {
	ID              string `json:"id"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	State           struct {
		Values map[string]map[string]formAnswer `json:"values"`
	} `json:"state"`
}

type formAnswer struct {
	Value          string `json:"value"`
	SelectedOption *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func (a formAnswer) text() string {
	if a.SelectedOption != nil {
		return a.SelectedOption.Value
	}
	return a.Value
}

// formPlace travels in the view's private_metadata, which only Slack and we can write.
type formPlace struct {
	Address   bot.Address `json:"a"`
	MessageID string      `json:"m"`
	Case      string      `json:"c"`
	Lang      string      `json:"l,omitempty"`
}

// openForm shows the form of a case. Slack's trigger lives for three seconds, so this
// runs at once after the acknowledgement; opening a form changes nothing, so a lost
// one costs a second click and needs no durable event.
func (c *Client) openForm(ctx context.Context, p interaction, at place, ts, caseID string) {
	err := c.tryForm(ctx, p, at, ts, caseID)
	if err == nil {
		c.cfg.Metrics.Received("form_open")
		return
	}
	c.log.Warn("form not opened", "case", caseID, "err", err)
	person := c.who(ctx, p.User)
	if _, err := c.Send(ctx, bot.Outbound{To: at.addr, OnlyFor: p.User.ID, Text: c.text(person.Locale, "slack.form.failed", nil)}); err != nil {
		c.log.Warn("form failure not told", "case", caseID, "err", err)
	}
}

func (c *Client) tryForm(ctx context.Context, p interaction, at place, ts, caseID string) error {
	if c.cfg.Forms == nil {
		return errors.New("no source of forms")
	}
	ctx, cancel := context.WithTimeout(ctx, c.accept)
	defer cancel()
	form, err := c.cfg.Forms.Form(ctx, caseID)
	if err != nil {
		return err
	}
	view, err := formView(form, formPlace{Address: at.addr, MessageID: ts, Case: form.ID, Lang: form.Lang})
	if err != nil {
		return err
	}
	return c.call(ctx, "views.open", "", func(ctx context.Context) error {
		_, err := c.api.OpenViewContext(ctx, p.TriggerID, view)
		return err
	})
}

// formView renders a form as a modal. Every field may be left empty.
func formView(form bot.Form, at formPlace) (slackapi.ModalViewRequest, error) {
	meta, err := json.Marshal(at)
	if err != nil || len(meta) > maxPrivateMeta {
		return slackapi.ModalViewRequest{}, errors.New("form's place is too long")
	}
	if len(form.Fields) == 0 {
		return slackapi.ModalViewRequest{}, errors.New("form without fields")
	}
	view := slackapi.ModalViewRequest{
		Type: slackapi.VTModal, CallbackID: formCallback, PrivateMetadata: string(meta),
		Title: plainText(form.Title, 24), Submit: plainText(form.Submit, 24), Close: plainText(form.Cancel, 24),
	}
	for _, f := range form.Fields[:min(len(form.Fields), maxFormFields)] {
		element, err := formElement(f)
		if err != nil {
			return view, err
		}
		block := slackapi.NewInputBlock(f.Name, plainText(f.Label, 2000), nil, element)
		block.Optional = true
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, block)
	}
	return view, nil
}

func formElement(f bot.FormField) (slackapi.BlockElement, error) {
	var hint *slackapi.TextBlockObject
	if f.Hint != "" {
		hint = plainText(f.Hint, 150)
	}
	if len(f.Options) == 0 {
		return &slackapi.PlainTextInputBlockElement{
			Type: slackapi.METPlainTextInput, ActionID: f.Name, Placeholder: hint,
			InitialValue: cut.Shorten(f.Value, maxFormAnswer), MaxLength: maxFormAnswer,
		}, nil
	}
	sel, err := selectOf(f.Name, hint, f.Options)
	if err != nil {
		return nil, err
	}
	for _, o := range f.Options {
		if o.Value == f.Value && f.Value != "" {
			sel.InitialOption = option(o)
		}
	}
	return sel, nil
}

// submitted handles view_submission: an empty 200 closes the form, errors stay in it.
func (c *Client) submitted(ctx context.Context, p interaction) reply {
	if p.View == nil || p.View.ID == "" {
		return c.junk("view")
	}
	if p.View.CallbackID != formCallback {
		c.log.Warn("unknown form", "view", p.View.ID)
		return c.ignore("unknown_view")
	}
	var at formPlace
	if err := json.Unmarshal([]byte(p.View.PrivateMetadata), &at); err != nil || at.Address.Channel == "" || p.User.ID == "" {
		c.log.Warn("form without a place", "view", p.View.ID)
		return c.ignore("no_place")
	}
	fields, long := map[string]string{}, map[string]string{}
	for block, answers := range p.View.State.Values {
		for name, a := range answers {
			text := cut.Clean(a.text())
			if cut.Size(text) > maxFormAnswer {
				long[block] = c.cfg.Texts.Text(c.cfg.Texts.Match(at.Lang), "slack.form.too_long", map[string]any{"Max": maxFormAnswer})
			} else if text != "" {
				fields[name] = text
			}
		}
	}
	if len(long) > 0 {
		return reply{status: 200, body: map[string]any{"response_action": "errors", "errors": long}}
	}
	where := c.place(p.team(), at.Address.Channel, "", at.MessageID, at.Address.Thread)
	where.addr = at.Address // as it was when the form was opened
	in := bot.Inbound{
		ID: "form:" + p.View.ID + ":" + p.View.Hash, Kind: bot.KindForm, At: c.cfg.Now().UTC(), MessageID: at.MessageID,
		Person: c.who(ctx, p.User), Action: "form", Value: at.Case, Fields: fields,
	}
	where.fill(&in)
	return c.take(ctx, in)
}
