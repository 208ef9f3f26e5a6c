package openai

import (
	"context"

	"firstline/triage/understand"

	"github.com/sashabaranov/go-openai/jsonschema"
)

// Understand reads a message. It gives what the model claims, with nothing
// checked but the form: quotes, ids and regions are for the caller to check.
func (c *Client) Understand(ctx context.Context, p understand.Prompt) (understand.Answer, error) {
	var a understand.Answer
	err := c.ask(ctx, question{purpose: understanding, system: prompts[understanding], data: p, answer: claims(p), room: 1200}, &a)
	if err != nil {
		return understand.Answer{}, err
	}
	return a, nil
}

var (
	acts       = []string{"report", "question", "answer", "fixed", "not_fixed", "human", "thanks", "greeting", "other"}
	severities = []string{"P1", "P2", "P3", "P4"}
)

// claims is the shape of an understanding, with the ids that p allows.
func claims(p understand.Prompt) shape {
	claim := func(what string, values []string) jsonschema.Definition {
		return object(map[string]jsonschema.Definition{"value": oneOf(what, values), "quote": text("copied from the message")})
	}
	return newShape(object(map[string]jsonschema.Definition{
		"lang":     claim("language to answer in", p.Languages),
		"act":      claim("what the message does", acts),
		"scenario": claim("id of the scenario", p.Scenarios),
		"regions":  list(claim("ISO 3166-1 alpha-2 or UN M.49 code", nil)),
		"symptoms": list(claim("id of the symptom, the leading one first, at most three", p.Symptoms)),
		"severity": claim("severity", severities),
		"facts": list(object(map[string]jsonschema.Definition{
			"slot": oneOf("id of the diagnostic", p.Slots), "value": text("what the message says of it"), "quote": text("copied from the message"),
		})),
	}))
}
