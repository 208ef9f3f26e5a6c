package openai

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"firstline/bot/openai/internal/redact"
)

// question is one thing to ask.
type question struct {
	purpose string
	system  string // the instructions
	data    any    // given as JSON
	answer  shape
	room    int         // tokens for the answer
	found   func() bool // whether what was decoded has anything in it; nil: always
}

// ask puts a question and decodes the answer into out. The error is an [*Error],
// or tells of a tape that cannot be used.
func (c *Client) ask(ctx context.Context, q question, out any) error {
	box := redact.New(redact.Options{KeepIPs: c.cfg.KeepIPs})
	data, err := hide(box, q.data)
	if err != nil {
		return fmt.Errorf("openai: %s: data: %w", q.purpose, err)
	}
	take := Take{Purpose: q.purpose, Model: c.cfg.Model, Hash: hash(q.purpose, c.cfg.Model, q.system, data), Request: data}
	return c.play(ctx, take, func(ctx context.Context, t *Take) error {
		return c.converse(ctx, q, data, t)
	}, func(response string) *Error {
		return q.decode(box, response, out)
	})
}

// play gets a take from the server or from the tape, reads it, and counts.
// live fills in the response and the usage.
func (c *Client) play(ctx context.Context, take Take, live func(context.Context, *Take) error, read func(string) *Error) error {
	started := time.Now()
	fail := &Error{Purpose: take.Purpose}
	switch {
	case c.overBudget():
		fail.Outcome = Budget
	case c.cfg.Tape == nil && c.guard.resting():
		fail.Outcome = Open
	}
	if fail.Outcome != "" {
		return c.ended(take, fail, time.Since(started))
	}
	played := false
	perform := func(t Take) Take {
		played = true
		t.end(c.within(ctx, t.Purpose, func(ctx context.Context) error { return live(ctx, &t) }), time.Since(started))
		return t
	}
	var err error
	if c.cfg.Tape == nil {
		take = perform(take)
	} else if take, err = c.cfg.Tape.Play(take, perform); err != nil {
		return fmt.Errorf("openai: %s: tape: %w", take.Purpose, err)
	}
	if !played {
		c.charge(take.Purpose, take.Usage)
	}
	fail = take.failure()
	if fail == nil {
		fail = read(take.Response)
	}
	return c.ended(take, fail, take.took())
}

// within runs live under the budget and the guard. Whatever ends it is an
// [*Error]: time that runs out while it waits is late, too.
func (c *Client) within(ctx context.Context, purpose string, live func(context.Context) error) *Error {
	budget, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	err := c.guard.run(budget, live)
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{Purpose: purpose, Outcome: Cancelled}
	}
	return &Error{Purpose: purpose, Outcome: Late}
}

// ended counts how a question ended and gives its error.
func (c *Client) ended(t Take, e *Error, took time.Duration) error {
	outcome := OK
	if e != nil {
		outcome = e.Outcome
		c.cfg.Log.Debug("model gave no answer", "purpose", t.Purpose, "outcome", string(e.Outcome), "fault", string(e.Fault), "status", e.Status, "took", took)
	}
	c.cfg.Metrics.Asked(t.Purpose, string(outcome), took)
	if e != nil {
		return e
	}
	return nil
}

// decode reads an answer, puts back what was hidden, and fills out.
func (q question) decode(box *redact.Box, response string, out any) *Error {
	nonsense := func(f Fault) *Error { return &Error{Purpose: q.purpose, Outcome: Nonsense, Fault: f} }
	value, ok := q.answer.parse(response)
	if !ok {
		return nonsense(FaultShape)
	}
	known := true
	restored := eachString(value, func(s string) string {
		shown, ok := box.Show(s)
		known = known && ok
		return shown
	})
	if !known {
		return nonsense(FaultPlaceholder)
	}
	text, err := json.Marshal(restored)
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	switch {
	case err != nil:
		return nonsense(FaultShape)
	case q.found != nil && !q.found():
		return nonsense(FaultEmpty)
	}
	return nil
}

// hide gives data as JSON with every string in it redacted, the keys of maps too.
func hide(box *redact.Box, data any) (json.RawMessage, error) {
	text, err := plainJSON(data)
	if err != nil {
		return nil, err
	}
	var value any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	return plainJSON(eachString(value, box.Hide))
}

// plainJSON leaves <, > and & as they are: a model reads them so.
func plainJSON(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// hash names a question: the same words to the same model are the same question,
// however the server has to be asked.
func hash(purpose, model, system string, data []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(purpose), []byte(model), []byte(system), data} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}
