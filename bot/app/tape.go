package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"firstline/bot/config"
	"firstline/bot/openai"
	"firstline/triage/understand"
)

// TapedModel is a language model whose questions can be recorded to a file and
// replayed from one, for measuring.
type TapedModel struct {
	client *openai.Client
	out    *bufio.Writer
	file   *os.File
}

// OpenModel makes the client of a model. At most one of record, a file to write,
// and replay, a file to answer from, is named; neither holds secrets.
func OpenModel(m config.Model, key config.Secret, record, replay string) (*TapedModel, error) {
	c := modelConfig(&config.Config{Model: m, Secrets: config.Secrets{OpenAIKey: key}})
	c.DailyBudget = 0 // a measurement is asked for; a replay costs nothing
	t := &TapedModel{}
	var err error
	switch {
	case replay != "":
		if t.file, err = os.Open(replay); err != nil {
			return nil, err
		}
		if c.Tape, err = openai.NewReplay(t.file); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", replay, err), t.file.Close())
		}
	case record != "":
		if t.file, err = os.OpenFile(record, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			return nil, err
		}
		t.out = bufio.NewWriter(t.file)
		c.Tape = openai.NewRecorder(t.out)
	}
	if t.client, err = openai.New(c); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Understand meets [understand.Model].
func (t *TapedModel) Understand(ctx context.Context, p understand.Prompt) (understand.Answer, error) {
	return t.client.Understand(ctx, p)
}

// Spent gives the tokens and the US dollars so far.
func (t *TapedModel) Spent() (in, out int, usd float64) {
	s := t.client.Spent()
	return s.Usage.In, s.Usage.Out, s.USD
}

// Why names the class of a failure in a word or two.
func (t *TapedModel) Why(err error) string {
	if e, ok := errors.AsType[*openai.Error](err); ok {
		if e.Fault != "" {
			return string(e.Outcome) + " (" + string(e.Fault) + ")"
		}
		return string(e.Outcome)
	}
	if errors.Is(err, openai.ErrNotRecorded) {
		return "not recorded"
	}
	return "other"
}

// Close ends a recording.
func (t *TapedModel) Close() error {
	if t.file == nil {
		return nil
	}
	var err error
	if t.out != nil {
		err = t.out.Flush()
	}
	return errors.Join(err, t.file.Close())
}
