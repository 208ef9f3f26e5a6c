package index

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"firstline/knowledge"
)

// concepts are what the tests' embedder understands: words of one line mean the same.
var concepts = [][]string{
	{"freezes", "stutters", "spinner", "hakt", "กระตุก"},
	{"refused", "rejected", "abgelehnt", "denied"},
	{"silent", "mute", "hushed", "stumm"},
}

const plainWords = 29 // dimensions for all other words

// meanings is an embedder for tests: a bag of concepts, and of other words by hash. It counts what it was asked.
type meanings struct {
	mu    sync.Mutex
	texts []string
	fail  func(ctx context.Context, call int, texts []string) ([][]float32, error) // nil: never
	calls int
}

func (m *meanings) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	m.mu.Lock()
	m.calls++
	call, fail := m.calls, m.fail
	m.mu.Unlock()
	if fail != nil {
		if out, err := fail(ctx, call, texts); out != nil || err != nil {
			return out, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts = append(m.texts, texts...)
	out := make([][]float32, len(texts))
	for i, text := range texts {
		out[i] = meaningOf(text)
	}
	return out, nil
}

// asked gives the texts since the last call.
func (m *meanings) asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.texts
	m.texts = nil
	return out
}

func meaningOf(text string) []float32 {
	v := make([]float32, len(concepts)+plainWords)
	v[len(v)-1] = 0.01 // no text is without direction
	for _, word := range strings.Fields(strings.ToLower(text)) {
		word = strings.Trim(word, ".,?!")
		at := slices.IndexFunc(concepts, func(c []string) bool { return slices.Contains(c, word) })
		if at >= 0 {
			v[at] += 10
			continue
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		v[len(concepts)+int(h.Sum32()%plainWords)] += 0.1
	}
	return v
}

// shelf is a vector store for tests.
type shelf struct {
	mu      sync.Mutex
	vectors map[string]map[string][]float32
	read    error
	write   error
	writes  int
}

func (s *shelf) Vectors(_ context.Context, model string) (map[string][]float32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.vectors[model]), s.read
}

func (s *shelf) SetVectors(_ context.Context, model string, vectors map[string][]float32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	if s.write != nil {
		return s.write
	}
	if s.vectors == nil {
		s.vectors = map[string]map[string][]float32{}
	}
	if s.vectors[model] == nil {
		s.vectors[model] = map[string][]float32{}
	}
	for key, v := range vectors {
		if len(v) == 0 {
			delete(s.vectors[model], key)
			continue
		}
		s.vectors[model][key] = v
	}
	return nil
}

func (s *shelf) kept(model string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.vectors[model])
}

// written makes a library of one-sentence articles in English: id to summary.
func written(t testing.TB, summaries map[string]string) *knowledge.Library {
	t.Helper()
	out := fstest.MapFS{}
	for id, summary := range summaries {
		out[id+"/en.md"] = &fstest.MapFile{Data: []byte("---\nid: " + id + "\nscenarios: []\nsymptoms: [" + id + "]\nlayers: [client]\nexamples: []\nreviewed: 2026-11-20\n---\n# About " +
			id + "\n" + summary + "\n\n## A\n1. Do what helps " + id + "\n\n## B\nY\n\n## C\nZ\n")}
	}
	lib, err := knowledge.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// three articles whose words and concepts are apart.
func three(t testing.TB) *knowledge.Library {
	return written(t, map[string]string{
		"stutter": "The picture freezes again and again.",
		"publish": "The push of the broadcast is refused.",
		"audio":   "The room is silent for listeners.",
	})
}

// batches makes a library whose passages fill n batches.
func batches(t testing.TB, n int) *knowledge.Library {
	summaries := map[string]string{}
	for i := range n * learnBatch / 2 {
		summaries[fmt.Sprintf("a%d", i)] = fmt.Sprintf("The picture freezes for reason %d.", i)
	}
	return written(t, summaries)
}

// learning builds an index with an embedder.
func learning(t testing.TB, lib *knowledge.Library, e Embedder, s VectorStore, opts ...Option) *Index {
	t.Helper()
	x, err := New(lib, append([]Option{WithEmbeddings(e, s, "m1")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func learn(t testing.TB, x *Index) {
	t.Helper()
	if err := x.Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, x *Index, q Query) []Hit {
	t.Helper()
	hits, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

// TestMeaningHelpsWhereWordsDiffer asks in words that no article has, in other languages too.
func TestMeaningHelpsWhereWordsDiffer(t *testing.T) {
	without := build(t, three(t))
	x := learning(t, three(t), &meanings{}, &shelf{})
	learn(t, x)
	for _, c := range []struct {
		q    Query
		want string
		by   Matched
	}{
		{Query{Text: "spinner", Lang: "en"}, "stutter", Meaning},
		{Query{Text: "hakt", Lang: "de"}, "stutter", Meaning},
		{Query{Text: "กระตุก", Lang: "th"}, "stutter", Meaning},
		{Query{Text: "denied", Lang: "en"}, "publish", Meaning},
		{Query{Text: "stumm", Lang: "sw"}, "audio", Meaning},
		{Query{Text: "freezes", Lang: "en"}, "stutter", Lexical | Meaning},
		{Query{Text: "hushed", Lang: "en", Symptoms: []string{"publish"}}, "publish", Structure | Meaning},
	} {
		hits := find(t, x, c.q)
		if len(hits) == 0 || hits[0].ArticleID != c.want || hits[0].Matched != c.by {
			t.Errorf("%+v: got %+v, want %s by %v first", c.q, hits, c.want, c.by)
		}
		if c.by == Meaning {
			if hits := find(t, without, c.q); len(hits) > 0 && hits[0].ArticleID == c.want {
				t.Errorf("%+v: found without meaning too, so this shows nothing", c.q)
			}
		}
	}
	if hits := find(t, x, Query{Text: "  "}); len(hits) != 0 {
		t.Errorf("an empty query: got %+v, want none", hits)
	}
}

// TestBeforeLearning: nothing is asked of the embedder before Learn, and nothing of it shows.
func TestBeforeLearning(t *testing.T) {
	e := &meanings{}
	x, without := learning(t, three(t), e, nil), build(t, three(t))
	q := Query{Text: "the picture hakt", Lang: "en"}
	if got, want := find(t, x, q), find(t, without, q); !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v as without an embedder", got, want)
	}
	if e.calls != 0 {
		t.Errorf("the embedder was asked %d times", e.calls)
	}
	if err := without.Learn(t.Context()); err != nil {
		t.Errorf("an index without embedder has nothing to learn: %v", err)
	}
}

// TestOnlyChangedIsComputed starts the program again and again on one store.
func TestOnlyChangedIsComputed(t *testing.T) {
	e, s := &meanings{}, &shelf{}
	learn(t, learning(t, three(t), e, s))
	if got := len(e.asked()); got != 6 || s.kept("m1") != 6 {
		t.Fatalf("%d texts computed, %d kept; want 6: two for each article", got, s.kept("m1"))
	}

	again := learning(t, three(t), e, s)
	learn(t, again)
	learn(t, again)
	if got := e.asked(); len(got) != 0 {
		t.Errorf("computed again: %q", got)
	}
	if hits := find(t, again, Query{Text: "denied", Lang: "en"}); len(hits) == 0 || hits[0].ArticleID != "publish" {
		t.Errorf("with stored vectors: got %+v, want publish first", hits)
	}

	e.asked()
	changed := written(t, map[string]string{
		"stutter": "The picture stutters now and then.", // another summary, the same steps
		"publish": "The push of the broadcast is refused.",
	})
	learn(t, learning(t, changed, e, s))
	if got := e.asked(); len(got) != 1 || !strings.Contains(got[0], "now and then") {
		t.Errorf("computed %q, want the changed text alone", got)
	}
	if got := s.kept("m1"); got != 4 {
		t.Errorf("%d vectors are kept, want 4: those of the old texts are forgotten", got)
	}

	other, err := New(changed, WithEmbeddings(e, s, "m2"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	learn(t, other)
	if got := len(e.asked()); got != 4 || s.kept("m1") != 4 || s.kept("m2") != 4 {
		t.Errorf("another model: %d computed, %d and %d kept; want 4 each", got, s.kept("m1"), s.kept("m2"))
	}
}

// TestEqualTextsAreComputedOnce: of the eight passages of this library four are different.
func TestEqualTextsAreComputedOnce(t *testing.T) {
	e := &meanings{}
	x := learning(t, two(t, "de", "Das Bild hakt", "Der Raum ist stumm"), e, nil)
	learn(t, x)
	if asked, have := len(e.asked()), len(x.meaning.ready.Load().article); asked != 4 || have != 8 {
		t.Errorf("%d texts computed for %d passages, want 4 for 8", asked, have)
	}
}

var errDown = errors.New("down")

// TestBrokenEmbedder: whatever it does while learning, the error is told and searches are what they were.
func TestBrokenEmbedder(t *testing.T) {
	nan := float32(math.NaN())
	for name, fail := range map[string]func(context.Context, int, []string) ([][]float32, error){
		"an error":      func(context.Context, int, []string) ([][]float32, error) { return nil, errDown },
		"too few":       func(context.Context, int, []string) ([][]float32, error) { return [][]float32{{1}}, nil },
		"none":          func(context.Context, int, []string) ([][]float32, error) { return [][]float32{}, nil },
		"empty vectors": func(_ context.Context, _ int, s []string) ([][]float32, error) { return make([][]float32, len(s)), nil },
		"not a number": func(_ context.Context, _ int, s []string) ([][]float32, error) {
			return same(s, []float32{1, nan}), nil
		},
		"no direction": func(_ context.Context, _ int, s []string) ([][]float32, error) { return same(s, []float32{0, 0}), nil },
		"too long": func(_ context.Context, _ int, s []string) ([][]float32, error) {
			return same(s, make([]float32, maxLength+1)), nil
		},
		"different length": func(_ context.Context, _ int, s []string) ([][]float32, error) {
			return append(same(s[1:], []float32{1}), []float32{1, 2}), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			e, s := &meanings{fail: fail}, &shelf{}
			x, without := learning(t, three(t), e, s), build(t, three(t))
			if err := x.Learn(t.Context()); err == nil {
				t.Error("Learn gave no error")
			}
			q := Query{Text: "the picture is silent", Lang: "en"}
			if got, want := find(t, x, q), find(t, without, q); !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v as without an embedder", got, want)
			}
			e.fail = nil
			learn(t, x)
			if hits := find(t, x, Query{Text: "spinner", Lang: "en"}); len(hits) == 0 || hits[0].ArticleID != "stutter" {
				t.Errorf("after it was repaired: got %+v, want stutter first", hits)
			}
		})
	}
}

func same(texts []string, v []float32) [][]float32 {
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = v
	}
	return out
}

// TestQueryWithoutVector: a search does not wait longer than its timeout for the vector, and goes without it.
func TestQueryWithoutVector(t *testing.T) {
	hang := func(ctx context.Context, _ int, _ []string) ([][]float32, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, fail := range map[string]func(context.Context, int, []string) ([][]float32, error){
		"late":           hang,
		"down":           func(context.Context, int, []string) ([][]float32, error) { return nil, errDown },
		"another length": func(context.Context, int, []string) ([][]float32, error) { return [][]float32{{1}}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			e := &meanings{}
			x, without := learning(t, three(t), e, nil, EmbedTimeout(10*time.Millisecond)), build(t, three(t))
			learn(t, x)
			e.fail = fail
			q := Query{Text: "the picture hakt", Lang: "en"}
			if got, want := find(t, x, q), find(t, without, q); !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v as without an embedder", got, want)
			}
		})
	}
	t.Run("the caller leaves", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		e := &meanings{}
		x := learning(t, three(t), e, nil, EmbedTimeout(time.Hour))
		learn(t, x)
		e.fail = func(ctx context.Context, call int, texts []string) ([][]float32, error) {
			cancel()
			return hang(ctx, call, texts)
		}
		if _, err := x.Search(ctx, Query{Text: "hakt"}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
}

// TestRecentQueries: a text is asked for once as long as it is recent.
func TestRecentQueries(t *testing.T) {
	e := &meanings{}
	x := learning(t, three(t), e, nil)
	learn(t, x)
	e.asked()
	ask := func(text string) { find(t, x, Query{Text: text, Lang: "en"}) }
	ask("hakt")
	ask(" hakt\n")
	for i := range recentQueries - 1 {
		ask("other " + strings.Repeat("x", i))
	}
	ask("hakt") // the oldest that is still there, now the newest
	ask("one more")
	ask("hakt")
	if got := slices.DeleteFunc(e.asked(), func(s string) bool { return s != "hakt" }); len(got) != 1 {
		t.Errorf("asked %d times for the same text, want once", len(got))
	}
	if got := x.meaning.recent.order.Len(); got != recentQueries || len(x.meaning.recent.at) != got {
		t.Errorf("%d queries are kept, want %d", got, recentQueries)
	}
}

// TestSearchWhileLearning runs both at once; with -race it tells more.
func TestSearchWhileLearning(t *testing.T) {
	x := learning(t, batches(t, 4), &meanings{}, &shelf{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { learn(t, x) })
	}
	for i := range 4 {
		wg.Go(func() {
			for n := range 10 {
				find(t, x, Query{Text: "the picture freezes " + strings.Repeat("x", n*i), Lang: "en", Symptoms: []string{"a1"}})
			}
		})
	}
	wg.Wait()
	if hits := find(t, x, Query{Text: "spinner", Lang: "en"}); len(hits) == 0 || hits[0].Matched&Meaning == 0 {
		t.Errorf("got %+v, want a hit by meaning", hits)
	}
}
