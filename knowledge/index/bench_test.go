package index

import (
	"bytes"
	"io/fs"
	"runtime"
	"testing"
	"testing/fstest"

	"firstline/knowledge"
)

// languages are those the program supports at first.
var languages = []string{
	"en", "zh-Hans", "zh-Hant", "ja", "ko", "id", "ms", "th", "vi", "fil", "hi", "bn",
	"ur", "ar", "fa", "tr", "ru", "uk", "es", "pt-BR", "fr", "de", "it", "pl",
}

// everyLanguage gives a library with every article in every language: the real text where there is one, else English
// under another name, which is about as long.
func everyLanguage(t testing.TB) *knowledge.Library {
	t.Helper()
	out := fstest.MapFS{}
	for _, a := range load(t).Articles() {
		for _, lang := range languages {
			text, ok := a.In(lang)
			if !ok {
				text, _ = a.In(knowledge.SourceLanguage)
			}
			src, err := fs.ReadFile(knowledge.Embedded(), text.File)
			if err != nil {
				t.Fatal(err)
			}
			out[a.ID+"/"+lang+".md"] = &fstest.MapFile{Data: src}
		}
	}
	lib, err := knowledge.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// heap gives the live heap in bytes.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkNew builds the index of ten articles in 24 languages and says what it keeps in memory.
func BenchmarkNew(b *testing.B) {
	lib := everyLanguage(b)
	before := heap()
	var x *Index
	b.ReportAllocs()
	for b.Loop() {
		if x != nil {
			_ = x.Close()
		}
		var err error
		if x, err = New(lib); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((heap()-before)/(1<<20), "MiB-live")
	runtime.KeepAlive(x)
	_ = x.Close()
}

// BenchmarkLoad reads the same articles.
func BenchmarkLoad(b *testing.B) {
	before := heap()
	var lib *knowledge.Library
	for b.Loop() {
		var err error
		if lib, err = knowledge.Load(knowledge.Embedded()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((heap()-before)/(1<<20), "MiB-live")
	runtime.KeepAlive(lib)
}

// BenchmarkSearch asks for one message with all that triage knows.
func BenchmarkSearch(b *testing.B) {
	x := build(b, everyLanguage(b))
	long := string(bytes.Repeat([]byte("the stream freezes and the log says timeout 504 at edge node "), 40))
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"short", Query{Text: "viewers stare at a spinner", Lang: "en", Scenario: "showroom", Symptoms: []string{"slow_start"}}},
		{"thai", Query{Text: "ภาพกระตุกมากตั้งแต่เมื่อคืน คนดูบ่นเยอะ", Lang: "th", Symptoms: []string{"stutter"}}},
		{"long", Query{Text: long, Lang: "de"}},
		{"structure", Query{Lang: "de", Symptoms: []string{"black_screen"}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Search(b.Context(), c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
