package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search/query"
	bleveindex "github.com/blevesearch/bleve_index_api"

	"firstline/knowledge"
)

// scoring is Bleve's ranking function for words.
const scoring = bleveindex.BM25Scoring

// boosts weigh a word by where it stands. A title is short and says what the article is about; steps mention much that
// is only in passing.
var boosts = []struct {
	field string
	boost float64
}{{fieldTitle, 4}, {fieldSummary, 3}, {fieldExamples, 2}, {fieldSteps, 1}}

const (
	// DefaultLimit is the number of hits when the query names none.
	DefaultLimit = 5
	maxText      = 4000 // bytes of the text that are read
	maxTerms     = 160  // different terms that are searched; Thai makes two of almost every letter
)

// Query says what to look for. All of it may be empty.
type Query struct {
	Text     string   // the customer's words
	Lang     string   // their language, a BCP 47 tag
	Scenario string   // scenario id
	Symptoms []string // symptom ids, leading one first
	Layers   []string // fault layers, likeliest first
	Limit    int      // at most so many hits; 0 means DefaultLimit
}

// Matched tells which searches found an article.
type Matched uint8

// The searches.
const (
	Lexical   Matched = 1 << iota // by words
	Structure                     // by symptom, scenario, layer
	Meaning                       // by vectors of meaning
)

// String gives the names of the searches joined by "+" ("lexical+structure"), or "none".
func (m Matched) String() string {
	var names []string
	for _, search := range []struct {
		m    Matched
		name string
	}{{Lexical, "lexical"}, {Structure, "structure"}, {Meaning, "meaning"}} {
		if m&search.m != 0 {
			names = append(names, search.name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, "+")
}

// Hit is one article found.
type Hit struct {
	ArticleID string
	Score     float64 // of the fusion; comparable within one result only
	Matched   Matched
}

// Index searches the articles of one library. Close it when a newer one has taken its place.
type Index struct {
	articles     []knowledge.Article
	shards       map[string]*shard // by language
	meaning      *meaning          // nil without an embedder
	embedTimeout time.Duration
}

// shard is the lexical index of one language.
type shard struct {
	lang     string
	analyzer analysis.Analyzer
	index    bleve.Index
	docs     int
}

// New indexes every text of the library for the search by words and structure. That work is done when it returns; the
// search by meaning, if there is one, waits for [Index.Learn].
func New(lib *knowledge.Library, opts ...Option) (*Index, error) {
	x := &Index{articles: lib.Articles(), shards: map[string]*shard{}, embedTimeout: DefaultEmbedTimeout}
	for _, opt := range opts {
		opt(x)
	}
	if x.meaning != nil {
		x.meaning.passages, x.meaning.recent = passagesOf(x.articles), newRecent()
	}
	for _, lang := range lib.Languages() {
		s, err := newShard(lang, x.articles)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("index articles in %s: %w", lang, err), x.Close())
		}
		x.shards[lang] = s
	}
	return x, nil
}

// newShard indexes the texts of one language in one batch, which makes one segment.
func newShard(lang string, articles []knowledge.Article) (*shard, error) {
	name := analyzerOf(lang)
	m, err := newMapping(name)
	if err != nil {
		return nil, err
	}
	s := &shard{lang: lang, analyzer: m.AnalyzerNamed(name)}
	if s.analyzer == nil {
		return nil, fmt.Errorf("no analyzer %q", name)
	}
	if s.index, err = bleve.NewUsing("", m, scorch.Name, bleve.Config.DefaultMemKVStore, nil); err != nil {
		return nil, err
	}
	batch := s.index.NewBatch()
	for _, a := range articles {
		t, ok := a.In(lang)
		if !ok {
			continue
		}
		doc := map[string]any{
			fieldTitle: t.Title, fieldSummary: t.Summary,
			fieldExamples: strings.Join(t.Examples, "\n"), fieldSteps: strings.Join(t.Steps, "\n"),
		}
		if err := batch.Index(a.ID, doc); err != nil {
			return nil, errors.Join(err, s.index.Close())
		}
		s.docs++
	}
	if err := s.index.Batch(batch); err != nil {
		return nil, errors.Join(err, s.index.Close())
	}
	return s, nil
}

// Close frees the memory of the index. Searches that run meanwhile fail.
func (x *Index) Close() error {
	var errs []error
	for _, s := range x.shards {
		errs = append(errs, s.index.Close())
	}
	x.shards = nil
	return errors.Join(errs...)
}

// Search returns the best articles for a query, best first.
func (x *Index) Search(ctx context.Context, q Query) ([]Hit, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var lists []ranking
	for i, s := range x.shardsFor(q) {
		list, err := s.search(ctx, q.Text)
		if err != nil {
			return nil, fmt.Errorf("search articles in %s: %w", s.lang, err)
		}
		list.weight = lexicalWeights[i]
		lists = append(lists, list)
	}
	lists = append(lists, byStructure(x.articles, q))
	if x.meaning != nil {
		lists = append(lists, x.meaning.search(ctx, q.Text, x.embedTimeout))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	hits := fuse(lists)
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	return hits[:min(limit, len(hits))], nil
}

// shardsFor gives the lexical indexes to ask: that of the query's language or its fallback, and English beside it, since
// customers everywhere paste English terms and error messages.
func (x *Index) shardsFor(q Query) []*shard {
	if strings.TrimSpace(q.Text) == "" {
		return nil
	}
	var shards []*shard
	for _, lang := range knowledge.Fallback(q.Lang) {
		if s, ok := x.shards[lang]; ok {
			shards = append(shards, s)
			break
		}
	}
	if en, ok := x.shards[knowledge.SourceLanguage]; ok && !slices.Contains(shards, en) {
		shards = append(shards, en)
	}
	return shards
}

// search ranks the articles of one language by the words of the text.
func (s *shard) search(ctx context.Context, text string) (ranking, error) {
	terms := s.terms(text)
	if len(terms) == 0 {
		return ranking{by: Lexical}, nil
	}
	disjuncts := make([]query.Query, 0, len(boosts))
	for _, b := range boosts {
		words := make([]query.Query, 0, len(terms))
		for _, term := range terms {
			word := bleve.NewTermQuery(term)
			word.SetField(b.field)
			word.SetBoost(b.boost)
			words = append(words, word)
		}
		disjuncts = append(disjuncts, bleve.NewDisjunctionQuery(words...))
	}
	request := bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(disjuncts...), s.docs, 0, false)
	result, err := s.index.SearchInContext(ctx, request)
	if err != nil {
		return ranking{}, err
	}
	list := ranking{by: Lexical}
	for _, hit := range result.Hits {
		list.add(hit.ID, hit.Score)
	}
	list.sort()
	return list, nil
}

// terms gives the different terms of a text in the order in which they come. A word said twice is no better a sign than
// a word said once, and a pasted log must not become a thousand terms.
func (s *shard) terms(text string) []string {
	var terms []string
	seen := map[string]bool{}
	for _, token := range s.analyzer.Analyze([]byte(clip(text, maxText))) {
		if term := string(token.Term); !seen[term] && len(terms) < maxTerms {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	return terms
}

// clip cuts text to at most n bytes at the beginning of a rune.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}

// ranking is the result of one search: articles with scores that only this search understands.
type ranking struct {
	by     Matched
	weight float64
	items  []ranked
}

type ranked struct {
	id    string
	score float64
}

func (r *ranking) add(id string, score float64) { r.items = append(r.items, ranked{id, score}) }

func (r *ranking) sort() {
	slices.SortFunc(r.items, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
}
