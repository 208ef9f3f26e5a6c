package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"firstline/bot/openai/internal/redact"

	sdk "github.com/sashabaranov/go-openai"
)

// batch is how many texts one request has; every server takes as many.
const batch = 64

// FaultVectors is an answer whose vectors are missing, of different lengths, or no numbers.
const FaultVectors Fault = "vectors"

// Embed turns texts into vectors of one length, in their order. Each batch of 64
// is a question of its own, with the whole budget. What is hidden stays hidden:
// equal texts give equal vectors whatever stands beside them.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if c.cfg.Embeddings == "" {
		return nil, errors.New("openai: no model of embeddings is configured")
	}
	vectors := make([][]float32, 0, len(texts))
	for len(texts) > 0 {
		n := min(len(texts), batch)
		some, err := c.embed(ctx, texts[:n])
		if err != nil {
			return nil, err
		}
		if len(vectors) > 0 && len(some[0]) != len(vectors[0]) {
			return nil, &Error{Purpose: embedding, Outcome: Nonsense, Fault: FaultVectors}
		}
		vectors, texts = append(vectors, some...), texts[n:]
	}
	return vectors, nil
}

func (c *Client) embed(ctx context.Context, texts []string) ([][]float32, error) {
	hidden := make([]string, len(texts))
	for i, t := range texts {
		if t == "" {
			return nil, fmt.Errorf("openai: %s: text %d is empty", embedding, i)
		}
		hidden[i] = redact.New(redact.Options{KeepIPs: c.cfg.KeepIPs}).Hide(t)
	}
	data, err := plainJSON(hidden)
	if err != nil {
		return nil, err
	}
	take := Take{Purpose: embedding, Model: c.cfg.Embeddings, Hash: hash(embedding, c.cfg.Embeddings, "", data), Request: data}
	var vectors [][]float32
	err = c.play(ctx, take, func(ctx context.Context, t *Take) error {
		return c.vectors(ctx, hidden, t)
	}, func(response string) *Error {
		if json.Unmarshal([]byte(response), &vectors) != nil || !sound(vectors, len(texts)) {
			return &Error{Purpose: embedding, Outcome: Nonsense, Fault: FaultVectors}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return vectors, nil
}

// vectors asks once and leaves the vectors in t as JSON.
func (c *Client) vectors(ctx context.Context, texts []string, t *Take) error {
	var answer sdk.EmbeddingResponse
	e := c.send(ctx, embedding, func() (response, error) {
		var err error
		answer, err = c.sdk.CreateEmbeddings(ctx, sdk.EmbeddingRequest{Input: texts, Model: sdk.EmbeddingModel(c.cfg.Embeddings)})
		return response{answer.Header(), answer.Usage}, err
	}, &t.Usage, estimate{in: strings.Join(texts, ""), out: func() string { return "" }})
	if e != nil {
		return e
	}
	sorted := make([][]float32, len(texts))
	for _, d := range answer.Data {
		if d.Index < 0 || d.Index >= len(sorted) || sorted[d.Index] != nil {
			return &Error{Purpose: embedding, Outcome: Nonsense, Fault: FaultVectors}
		}
		sorted[d.Index] = d.Embedding
	}
	if !sound(sorted, len(texts)) {
		return &Error{Purpose: embedding, Outcome: Nonsense, Fault: FaultVectors}
	}
	text, err := json.Marshal(sorted)
	t.Response = string(text)
	return err
}

// sound tells whether there are n vectors of one length, each of numbers and not zero.
func sound(vectors [][]float32, n int) bool {
	if len(vectors) != n {
		return false
	}
	for _, v := range vectors {
		var sum float64
		for _, x := range v {
			sum += math.Abs(float64(x))
		}
		if len(v) == 0 || len(v) != len(vectors[0]) || sum == 0 || math.IsInf(sum, 0) || math.IsNaN(sum) {
			return false
		}
	}
	return true
}
