package openai

import (
	"context"
	"errors"
	"time"
)

// Ability is one thing that a server may be able to do, as it was tried.
type Ability struct {
	Name    string        // "schema", "json", "text", "embeddings"
	Works   bool          //
	Took    time.Duration //
	Problem string        // in plain words, when it does not work
	Remedy  string        // what to do then
}

// Probe tries for real, one after the other, what the server can do: structured
// output, JSON mode, plain text, embeddings. Each try has the whole budget,
// counts as spent, and is neither recorded nor remembered. A server that can do
// one of the first three can do all that is asked of it, only less surely. When
// the server cannot be reached at all, the others are not tried.
func (c *Client) Probe(ctx context.Context) []Ability {
	var list []Ability
	for m := schemaMode; m <= textMode; m++ {
		a, fault := c.probe(m.String(), func() error { return c.probeMode(ctx, m) })
		list = append(list, a)
		if fault == FaultConnect || fault == FaultKey || ctx.Err() != nil {
			return list
		}
	}
	a, _ := c.probe("embeddings", func() error { return c.probeEmbeddings(ctx) })
	return append(list, a)
}

func (c *Client) probe(name string, try func() error) (Ability, Fault) {
	started := time.Now()
	err := try()
	a := Ability{Name: name, Works: err == nil, Took: time.Since(started)}
	if err == nil {
		return a, ""
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		a.Problem, a.Remedy = "no model of embeddings is configured", "set model.embeddings, or leave it: search then goes by words alone"
		return a, ""
	}
	a.Problem, a.Remedy = e.plain()
	return a, e.Fault
}

// probeMode asks in one mode; only parameters may be given up.
func (c *Client) probeMode(ctx context.Context, m mode) error {
	q := question{
		purpose: probing, system: "Say whether the number in the data is even. In the answer, the field \"even\" is yes or no.\n" + mustRead("prompts/data.txt"),
		answer: single("even", "yes or no"), room: 200,
	}
	data := []byte(`{"number":4}`)
	var t Take
	e := c.within(ctx, probing, func(ctx context.Context) error {
		with := manner{mode: m}
		for range maxWays {
			text, err := c.exchange(ctx, q, data, with, &t)
			switch {
			case err == nil:
				if !q.answer.kept(m, text) {
					return &Error{Purpose: probing, Outcome: Nonsense, Fault: FaultShape}
				}
				return nil
			case err.next == nil, err.next.mode != m:
				return err
			}
			with = *err.next
		}
		return &Error{Purpose: probing, Outcome: Down, Fault: FaultRequest}
	})
	if e != nil {
		return e
	}
	return nil
}

func (c *Client) probeEmbeddings(ctx context.Context) error {
	if c.cfg.Embeddings == "" {
		return errors.ErrUnsupported
	}
	var t Take
	e := c.within(ctx, probing, func(ctx context.Context) error { return c.vectors(ctx, []string{"one", "two"}, &t) })
	if e != nil {
		return e
	}
	return nil
}

// kept tells whether an answer is in the form that a mode promises; only plain
// text may have words around it.
func (s shape) kept(m mode, answer string) bool {
	if m == textMode {
		_, ok := s.parse(answer)
		return ok
	}
	_, ok := s.object(answer)
	return ok
}

// plain says an error in words for a person who sets the program up.
func (e *Error) plain() (problem, remedy string) {
	if p, ok := advice[e.Fault]; ok {
		return p[0], p[1]
	}
	switch e.Outcome {
	case Late:
		return "it did not answer in time", "raise model.timeout, choose a quicker model, or look whether the server is overloaded"
	case Open:
		return "it failed too often and is left alone for half a minute", "look at the problems before this one"
	case Refused:
		return "the model refused a harmless question", "choose another model, or loosen the filter of the server"
	}
	return "it does not work: " + string(e.Outcome), "look into the log of the server"
}

var advice = map[Fault][2]string{
	FaultKey:     {"the key is refused", "set OPENAI_API_KEY to a key of this server, with the right to use the model"},
	FaultModel:   {"the server does not know the model or the address", "look at model.name and model.embeddings, and whether model.base_url ends as the server wants it (often /v1)"},
	FaultConnect: {"there is no connection", "look at host, port and certificate of model.base_url, and whether a proxy or firewall is in between"},
	FaultNotAPI:  {"what answers is not an API: a web page or a redirect", "look at model.base_url; a proxy or a login page may be in between"},
	FaultCut:     {"the line is cut in the middle of the answer", "look at proxies in between and at the log of the server"},
	FaultServer:  {"the server has an error of its own", "look into the log of the server, or wait"},
	FaultLimited: {"the server limits how much may be asked", "wait, lower model.concurrency, or raise the limit or the credit of the account"},
	FaultRequest: {"the server does not take the request", "look into the log of the server: it may be too old, or need another model"},
	FaultFormat:  {"the server does not have this way of asking", "nothing: another way is used"},
	FaultShape:   {"the server takes the request, and the answer is not in the form asked for", "nothing, when another way works; else choose a more able model"},
	FaultLength:  {"the answer does not come to an end", "choose another model"},
	FaultEmpty:   {"the answer is empty", "choose another model"},
	FaultFilter:  {"a content filter stops a harmless question", "loosen the filter of the server"},
	FaultVectors: {"the answer has no usable vectors", "set model.embeddings to a model of embeddings"},
}
