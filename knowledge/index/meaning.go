package index

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"firstline/knowledge"
)

const (
	learnBatch = 32   // texts of one call of the embedder; what a failure can lose
	maxPassage = 8000 // bytes of a text that are embedded: below the limit of the usual models in any script
)

// meaning is the search by vectors.
//
// It is one list for all languages: the models that matter here bring a question in Thai near an answer in English.
type meaning struct {
	embedder Embedder
	store    VectorStore // may be nil
	model    string
	passages []passage
	recent   *recent
	ready    atomic.Pointer[vectors] // nil until everything is known

	mu      sync.Mutex           // held while learning
	known   map[string][]float32 // of length one, by key; nil before the store was read, and when ready
	unsaved map[string][]float32 // not yet in the store; nil values are to be forgotten
}

// passage is a text of an article that gets a vector of its own.
type passage struct{ article, key, text string }

// passagesOf gives two passages for each text of an article: what it is about, in our words and the customers', and what
// to do. One vector for all would be near to nothing in particular.
func passagesOf(articles []knowledge.Article) []passage {
	var out []passage
	for _, a := range articles {
		for _, lang := range a.Languages() {
			t, _ := a.In(lang)
			about := t.Title + "\n" + t.Summary + "\n" + strings.Join(t.Examples, "\n")
			for _, text := range []string{about, strings.Join(t.Steps, "\n")} {
				text = clip(text, maxPassage)
				sum := sha256.Sum256([]byte(text))
				out = append(out, passage{article: a.ID, key: hex.EncodeToString(sum[:]), text: text})
			}
		}
	}
	return out
}

// Learn computes the vectors that the store does not have, in batches, and turns the search by meaning on when all are
// there: with some of them only, the articles that happened to be first would win. Vectors of texts that no longer exist
// are forgotten. Without [WithEmbeddings] there is nothing to learn.
//
// It may take minutes; searches go on meanwhile. After an error what was computed is kept, and the next call goes on from
// there. An error of the store after everything was computed leaves the search on, and the next call saves.
func (x *Index) Learn(ctx context.Context) error {
	if x.meaning == nil {
		return nil
	}
	if err := x.meaning.learn(ctx); err != nil {
		return fmt.Errorf("learn articles: %w", err)
	}
	return nil
}

func (m *meaning) learn(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ready.Load() != nil {
		return m.save(ctx)
	}
	if err := m.recall(ctx); err != nil {
		return err
	}
	var unsaved error
	for batch := range slices.Chunk(m.missing(), learnBatch) {
		if err := m.compute(ctx, batch); err != nil {
			return errors.Join(err, m.save(ctx))
		}
		unsaved = m.save(ctx)
	}
	if len(m.unsaved) > 0 && unsaved == nil {
		unsaved = m.save(ctx)
	}
	m.ready.Store(newVectors(m.passages, m.known))
	m.known = nil
	return unsaved
}

// recall reads the store, once, and marks what is not needed to be forgotten.
func (m *meaning) recall(ctx context.Context) error {
	if m.known != nil {
		return nil
	}
	known, unsaved := map[string][]float32{}, map[string][]float32{}
	if m.store != nil {
		stored, err := m.store.Vectors(ctx, m.model)
		if err != nil {
			return fmt.Errorf("read vectors: %w", err)
		}
		needed := map[string]bool{}
		for _, p := range m.passages {
			needed[p.key] = true
		}
		for key, v := range stored {
			if v = normal(v); v != nil && needed[key] {
				known[key] = v
			} else {
				unsaved[key] = nil
			}
		}
	}
	m.known, m.unsaved = known, unsaved
	if m.length() < 0 {
		m.drop()
	}
	return nil
}

// length gives how many numbers the known vectors have: 0 if there is none, -1 if they differ.
func (m *meaning) length() int {
	n := 0
	for _, v := range m.known {
		if n != 0 && len(v) != n {
			return -1
		}
		n = len(v)
	}
	return n
}

// drop forgets all vectors.
func (m *meaning) drop() {
	for key := range m.known {
		m.unsaved[key] = nil
	}
	clear(m.known)
}

// missing gives the passages without a vector, those of equal text once.
func (m *meaning) missing() []passage {
	var out []passage
	seen := map[string]bool{}
	for _, p := range m.passages {
		if _, ok := m.known[p.key]; !ok && !seen[p.key] {
			seen[p.key] = true
			out = append(out, p)
		}
	}
	return out
}

// compute gets the vectors of some passages. Where they are not as long as those that we have, another model has the name
// now: nothing of the old one can be used.
func (m *meaning) compute(ctx context.Context, batch []passage) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	texts := make([]string, len(batch))
	for i, p := range batch {
		texts[i] = p.text
	}
	fresh, err := m.embed(ctx, texts)
	if err != nil {
		return err
	}
	if have := m.length(); have != 0 && have != len(fresh[0]) {
		m.drop()
		return fmt.Errorf("model %s gives %d numbers a vector, and gave %d before: all are computed anew", m.model, len(fresh[0]), have)
	}
	for i, p := range batch {
		m.known[p.key], m.unsaved[p.key] = fresh[i], fresh[i]
	}
	return nil
}

// embed asks the embedder and believes only what can be compared.
func (m *meaning) embed(ctx context.Context, texts []string) ([][]float32, error) {
	got, err := m.embedder.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	if len(got) != len(texts) {
		return nil, fmt.Errorf("embed: %d vectors for %d texts", len(got), len(texts))
	}
	out := make([][]float32, len(got))
	for i, v := range got {
		if out[i] = normal(v); out[i] == nil || len(v) != len(got[0]) {
			return nil, fmt.Errorf("embed: vector %d of %d cannot be used", i+1, len(got))
		}
	}
	return out, nil
}

// save writes what is not in the store yet.
func (m *meaning) save(ctx context.Context) error {
	if m.store == nil {
		clear(m.unsaved)
	}
	if len(m.unsaved) == 0 {
		return nil
	}
	// A copy, because a store whose caller left may still be writing.
	if err := m.store.SetVectors(ctx, m.model, maps.Clone(m.unsaved)); err != nil {
		return fmt.Errorf("save vectors: %w", err)
	}
	clear(m.unsaved)
	return nil
}

// search ranks articles by what a text means. The ranking is empty when nothing was learnt yet and when the vector of the
// text cannot be had in time: nobody waits longer for an answer because a model is down.
func (m *meaning) search(ctx context.Context, text string, timeout time.Duration) ranking {
	list := ranking{by: Meaning, weight: meaningWeight}
	known := m.ready.Load()
	text = strings.TrimSpace(clip(text, maxText))
	if known == nil || text == "" {
		return list
	}
	query, ok := m.recent.get(text)
	if !ok {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		got, err := m.embed(ctx, []string{text})
		if err != nil {
			return list
		}
		query = got[0]
		m.recent.put(text, query)
	}
	list.items = known.nearest(query)
	return list
}
