package openai

import (
	"context"
	"strings"

	"firstline/bot/assist"

	"github.com/sashabaranov/go-openai/jsonschema"
)

var (
	stepShape        = single("step", "the step as the customer will read it")
	replyShape       = single("reply", "the draft")
	translationShape = single("translation", "the translated text and nothing else")
	summaryShape     = newShape(object(map[string]jsonschema.Definition{"lines": list(text("one line"))}))
)

// summaryLines is how many lines a summary has at most.
const summaryLines = 3

// Step says a step in b.Lang. Whether it keeps to the article is for the caller to check.
func (c *Client) Step(ctx context.Context, said string, b assist.Brief) (string, error) {
	data := struct {
		Step  string       `json:"step"`
		Brief assist.Brief `json:"brief"`
	}{said, b}
	var a struct {
		Step string `json:"step"`
	}
	return c.words(ctx, question{purpose: step, system: voiced(step, b.Lang), data: data, answer: stepShape, room: 1600}, &a, &a.Step)
}

// Reply drafts an engineer's answer in b.Lang.
func (c *Client) Reply(ctx context.Context, b assist.Brief) (string, error) {
	var a struct {
		Reply string `json:"reply"`
	}
	return c.words(ctx, question{purpose: reply, system: voiced(reply, b.Lang), data: briefed(b), answer: replyShape, room: 2000}, &a, &a.Reply)
}

// Translate translates a text; from may be empty. Placeholders are the caller's
// to check.
func (c *Client) Translate(ctx context.Context, source, from, to string) (string, error) {
	data := struct {
		Text string `json:"text"`
		From string `json:"from"`
		To   string `json:"to"`
	}{source, from, to}
	var a struct {
		Translation string `json:"translation"`
	}
	room := 3*tokens(source) + 300 // scripts differ by as much
	return c.words(ctx, question{purpose: translation, system: voiced(translation, to), data: data, answer: translationShape, room: room}, &a, &a.Translation)
}

// Summary tells in one to three lines, in b.Lang, how a case stands.
func (c *Client) Summary(ctx context.Context, b assist.Brief) ([]string, error) {
	var a struct {
		Lines []string `json:"lines"`
	}
	var lines []string
	found := func() bool {
		for _, l := range a.Lines {
			if l = strings.Join(strings.Fields(l), " "); l != "" && len(lines) < summaryLines {
				lines = append(lines, l)
			}
		}
		return len(lines) > 0
	}
	err := c.ask(ctx, question{purpose: summary, system: voiced(summary, b.Lang), data: briefed(b), answer: summaryShape, room: 1200, found: found}, &a)
	if err != nil {
		return nil, err
	}
	return lines, nil
}

func briefed(b assist.Brief) any {
	return struct {
		Brief assist.Brief `json:"brief"`
	}{b}
}

// words asks for one text, of which there must be something.
func (c *Client) words(ctx context.Context, q question, out any, field *string) (string, error) {
	q.found = func() bool { return strings.TrimSpace(*field) != "" }
	if err := c.ask(ctx, q, out); err != nil {
		return "", err
	}
	return *field, nil
}
