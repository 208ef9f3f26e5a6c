package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"firstline/bot/deliver/render"
	"firstline/i18n"
	"firstline/knowledge"
	"firstline/knowledge/index"
	"firstline/triage"
	"firstline/triage/understand"
)

// Core is everything that needs no platform and no store: catalogues,
// understanding, search, policy and wording. The offline commands (understand,
// converse, eval, kb) run on it, and the whole program does.
type Core struct {
	Texts    *i18n.Catalogue
	Library  *knowledge.Library
	Index    *index.Index
	Reader   *understand.Offline
	Policy   triage.Policy
	Renderer *render.Renderer

	glossary string // directory of the glossary's own files; "" for the built-in ones only
}

// NewCore loads the catalogues. dir, when not empty, has files that replace
// built-in ones: catalogue.yaml, locales/<lang>.yaml, articles/<id>/<lang>.md,
// lexicon/<lang>.tsv, gazetteer/<lang>.tsv, glossary/<lang>.tsv. deskLang is the engineers' language.
func NewCore(dir, deskLang string) (*Core, error) {
	sub := func(name string) string {
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); dir == "" || err != nil || !st.IsDir() {
			return ""
		}
		return path
	}
	texts, err := i18n.Load(sub("locales"))
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	cat, err := triage.LoadCatalogue(dir)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	layers := []fs.FS{knowledge.Embedded()}
	if d := sub("articles"); d != "" {
		layers = append(layers, os.DirFS(d))
	}
	lib, err := knowledge.Load(layers...)
	if err != nil {
		return nil, fmt.Errorf("articles: %w", err)
	}
	ix, err := index.New(lib)
	if err != nil {
		return nil, fmt.Errorf("article index: %w", err)
	}
	reader, err := understand.New(dir)
	if err != nil {
		return nil, fmt.Errorf("understanding: %w", err)
	}
	return &Core{
		Texts: texts, Library: lib, Index: ix, Reader: reader,
		Policy:   triage.DefaultPolicy(cat, i18n.Languages()),
		Renderer: &render.Renderer{Texts: texts, Articles: lib, Catalogue: cat, DeskLang: deskLang},
		glossary: sub("glossary"),
	}, nil
}

// candidates is how many articles a search may propose from.
const candidates = 3

// Fixes finds articles that may help with a case: what is known of it as
// structure, the customer's own words as text. Where a symptom is known, an
// article that is not about it is no fix, however alike the words.
func (k *Core) Fixes(ctx context.Context, c triage.Case) ([]triage.Candidate, error) {
	hits, err := k.Index.Search(ctx, index.Query{
		Text: c.Problem(), Lang: c.Lang, Scenario: c.Scenario.Value, Symptoms: c.SymptomIDs(),
		Layers: k.Policy.Catalogue.LikelyLayers(c), Limit: candidates,
	})
	if err != nil {
		return nil, fmt.Errorf("search articles: %w", err)
	}
	var out []triage.Candidate
	for _, h := range hits {
		a, ok := k.Library.Article(h.ArticleID)
		if ok && (len(c.Symptoms) == 0 || slices.ContainsFunc(c.SymptomIDs(), func(s string) bool { return slices.Contains(a.Symptoms, s) })) {
			out = append(out, triage.Candidate{Article: a.ID, Layers: a.Layers, Suits: a.Suits})
		}
	}
	return out, nil
}

// discard is the logger of commands that print results, not a log.
func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
