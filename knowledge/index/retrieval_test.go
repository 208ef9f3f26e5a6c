package index

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstline/knowledge"
)

// load reads the embedded articles.
func load(t testing.TB) *knowledge.Library {
	t.Helper()
	lib, err := knowledge.Load(knowledge.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// build indexes a library and closes the index at the end of the test.
func build(t testing.TB, lib *knowledge.Library) *Index {
	t.Helper()
	x, err := New(lib)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// tally counts at which place the wanted article came.
type tally struct{ asked, first, three int }

func (c *tally) add(hits []Hit, want string) {
	c.asked++
	at := slices.IndexFunc(hits, func(h Hit) bool { return h.ArticleID == want })
	if at == 0 {
		c.first++
	}
	if at >= 0 && at < 3 {
		c.three++
	}
}

func (c tally) at1() float64 { return float64(c.first) / float64(c.asked) }
func (c tally) at3() float64 { return float64(c.three) / float64(c.asked) }

func (c tally) String() string {
	return fmt.Sprintf("hit@1 %.3f, hit@3 %.3f of %d", c.at1(), c.at3(), c.asked)
}

// TestExamplesFindTheirArticle asks every example of every language, with nothing else known. The examples are indexed,
// so this is the test of "firstline kb test": an article whose own examples do not find it is lost.
func TestExamplesFindTheirArticle(t *testing.T) {
	lib := load(t)
	x := build(t, lib)
	for _, lang := range lib.Languages() {
		var c tally
		for _, a := range lib.Articles() {
			text, _ := a.In(lang)
			for _, example := range text.Examples {
				hits, err := x.Search(t.Context(), Query{Text: example, Lang: lang, Limit: 3})
				if err != nil {
					t.Fatal(err)
				}
				c.add(hits, a.ID)
				if hits[0].ArticleID != a.ID {
					t.Logf("%s %q: got %s, want %s", lang, example, hits[0].ArticleID, a.ID)
				}
			}
		}
		t.Logf("%s: %v", lang, c)
		if c.at1() < 0.9 || c.at3() < 0.97 {
			t.Errorf("%s: %v; want at least 0.90 and 0.97", lang, c)
		}
	}
}

// without gives the embedded articles without the k-th example of each file, and those examples by file.
func without(t *testing.T, k int) (fs.FS, map[string]string) {
	t.Helper()
	out, held := fstest.MapFS{}, map[string]string{}
	lib := load(t)
	for _, a := range lib.Articles() {
		for _, lang := range a.Languages() {
			text, _ := a.In(lang)
			src, err := fs.ReadFile(knowledge.Embedded(), text.File)
			if err != nil {
				t.Fatal(err)
			}
			front, body, _ := strings.Cut(strings.TrimPrefix(string(src), "---\n"), "\n---\n")
			var lines []string
			n := 0
			for _, line := range strings.Split(front, "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "- ") {
					if n++; n-1 == k {
						continue
					}
				}
				lines = append(lines, line)
			}
			if k < len(text.Examples) {
				held[text.File] = text.Examples[k]
			}
			out[text.File] = &fstest.MapFile{Data: []byte("---\n" + strings.Join(lines, "\n") + "\n---\n" + body)}
		}
	}
	return out, held
}

// TestUnseenExamples leaves one example of each text out of the index and asks for it: how well customers' words are
// understood that nobody has written down. Words alone; the bot adds what triage understood.
func TestUnseenExamples(t *testing.T) {
	counts := map[string]*tally{}
	for k := range 8 {
		fsys, held := without(t, k)
		lib, err := knowledge.Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		x := build(t, lib)
		for _, a := range lib.Articles() {
			for _, lang := range a.Languages() {
				text, _ := a.In(lang)
				example, ok := held[text.File]
				if !ok {
					continue
				}
				hits, err := x.Search(t.Context(), Query{Text: example, Lang: lang, Limit: 3})
				if err != nil {
					t.Fatal(err)
				}
				if counts[lang] == nil {
					counts[lang] = &tally{}
				}
				counts[lang].add(hits, a.ID)
				if testing.Verbose() && (len(hits) == 0 || hits[0].ArticleID != a.ID) {
					t.Logf("%s %q: got %v, want %s", lang, example, hits, a.ID)
				}
			}
		}
	}
	var all tally
	for _, lang := range load(t).Languages() {
		c := *counts[lang]
		t.Logf("%s: %v", lang, c)
		if c.at1() < 0.4 || c.at3() < 0.7 {
			t.Errorf("%s: %v; want at least 0.40 and 0.70", lang, c)
		}
		all = tally{all.asked + c.asked, all.first + c.first, all.three + c.three}
	}
	t.Logf("all: %v", all)
	if all.at1() < 0.55 || all.at3() < 0.8 {
		t.Errorf("all: %v; want at least 0.55 and 0.80", all)
	}
}
