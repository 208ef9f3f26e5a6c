package index

import (
	"slices"
	"testing"

	"github.com/blevesearch/bleve/v2/analysis"
)

// terms gives the terms of a token stream.
func terms(tokens analysis.TokenStream) []string {
	var out []string
	for _, token := range tokens {
		out = append(out, string(token.Term))
	}
	return out
}

func TestThai(t *testing.T) {
	for _, c := range []struct {
		text         string
		runs, pieces []string
	}{
		{"", nil, nil},
		{" ?! ", nil, nil},
		{"OBS ภาพ", []string{"OBS", "ภาพ"}, []string{"OBS", "ภาพ"}},
		{"1080pดำๆ", []string{"1080p", "ดำๆ"}, []string{"1080p", "ดำๆ"}},
		{"กระตุก", []string{"กระตุก"}, []string{"กระ", "ระต", "ะตุ", "ตุก", "กระต", "ระตุ", "ะตุก"}},
		{"\xffภาพ\xff", []string{"ภาพ"}, []string{"ภาพ"}},
	} {
		runs := splitThai([]byte(c.text))
		if got := terms(runs); !slices.Equal(got, c.runs) {
			t.Errorf("splitThai(%q): got %q, want %q", c.text, got, c.runs)
		}
		if got := terms(cutThai(runs)); !slices.Equal(got, c.pieces) {
			t.Errorf("cutThai(%q): got %q, want %q", c.text, got, c.pieces)
		}
	}
}

func TestWordBeginnings(t *testing.T) {
	var in analysis.TokenStream
	for _, word := range []string{"", "sesi", "obraz", "obrazu", "зависла", "зависає"} {
		in = append(in, &analysis.Token{Term: []byte(word)})
	}
	want := []string{"", "sesi", "obraz", "obraz", "завис", "завис"}
	if got := terms(cutWords(in)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnalyzerOf(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "en", "pt-BR": "pt", "zh-Hant": "cjk", "th": thai, "vi": folded, "tr": prefixed, "ur": perso, "bn": indic, "sw": plain, "no such tag": plain,
	} {
		if got := analyzerOf(lang); got != want {
			t.Errorf("%s: got %s, want %s", lang, got, want)
		}
	}
	for _, lang := range languages {
		if analyzerOf(lang) == plain {
			t.Errorf("%s has no analyzer of its own", lang)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abc", 2, "ab"}, {"aé", 2, "a"}, {"ภาพ", 5, "ภ"}, {"ภาพ", 2, ""}, {"\x80\x80", 1, ""}} {
		if got := clip(c.text, c.n); got != c.want {
			t.Errorf("clip(%q, %d): got %q, want %q", c.text, c.n, got, c.want)
		}
	}
}
