package understand

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/i18n/linear"
)

// Sample is one labelled message of the corpus with the features the models
// see, for training.
type Sample struct {
	Lang     string
	Text     string
	Act      string
	Scenario string // "-" for none
	Regions  []string
	Symptoms []string
	Severity string // "-" for none
	Features [][]linear.ID
	matches  []match
}

// Corpus is the labelled messages the models learn from.
type Corpus struct {
	Samples []Sample
	phrases map[string][]string // by language: lexicon phrases, for the language model
}

// LoadCorpus reads corpus/<lang>.tsv of every language that has one, with the
// lexicon and gazetteer beside it. Its columns are act, scenario, regions,
// symptoms, severity and text; "-" is nothing.
func LoadCorpus(fsys fs.FS) (*Corpus, error) {
	lex := newLexicon()
	if err := lex.load(fsys); err != nil {
		return nil, err
	}
	c := &Corpus{phrases: map[string][]string{}}
	for _, lang := range i18n.Languages() {
		err := eachLine(fsys, "corpus/"+lang+".tsv", 6, func(f []string) error {
			text := strings.ReplaceAll(f[5], `\n`, "\n")
			n := normalise(text)
			m := lex.find(n)
			c.Samples = append(c.Samples, Sample{Lang: lang, Text: text, Act: f[0], Scenario: f[1], Regions: list(f[2]),
				Symptoms: list(f[3]), Severity: f[4], Features: features(n, m), matches: m})
			return nil
		})
		if err != nil {
			return nil, err
		}
		err = eachLine(fsys, "lexicon/"+lang+".tsv", 2, func(f []string) error {
			for _, p := range strings.Split(f[1], "|") {
				c.phrases[lang] = append(c.phrases[lang], strings.TrimSpace(p))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(c.Samples) == 0 {
		return nil, fmt.Errorf("corpus: no messages")
	}
	return c, nil
}

// Fingerprint names the contents of the files the models are trained from. The
// trainer writes it beside them ([FingerprintFile]), and a test compares: models
// that are not of this corpus are noticed.
func Fingerprint(fsys fs.FS) (string, error) {
	h := sha256.New()
	for _, dir := range []string{"corpus", "lexicon", "gazetteer"} {
		for _, lang := range i18n.Languages() {
			name := dir + "/" + lang + ".tsv"
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return "", fmt.Errorf("fingerprint: %w", err)
			}
			fmt.Fprintf(h, "%s %d\n", name, len(data))
			h.Write(data)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// FingerprintFile is where the trainer keeps the [Fingerprint].
const FingerprintFile = "models/corpus.sha256"

func list(s string) []string {
	if s == none {
		return nil
	}
	return strings.Split(s, ",")
}

// Stops gives, by phrase, the languages in which a place's name is mostly an
// ordinary word: it occurs in messages whose labels do not have the place.
func (c *Corpus) Stops() map[uint64]uint32 {
	type tally struct{ place, word int }
	counts := map[string]map[uint64]*tally{}
	for _, s := range c.Samples {
		if counts[s.Lang] == nil {
			counts[s.Lang] = map[uint64]*tally{}
		}
		for _, m := range s.matches {
			if !m.place() {
				continue
			}
			t := counts[s.Lang][m.phrase]
			if t == nil {
				t = &tally{}
				counts[s.Lang][m.phrase] = t
			}
			if slices.Contains(s.Regions, m.id) {
				t.place++
			} else {
				t.word++
			}
		}
	}
	out := map[uint64]uint32{}
	for lang, phrases := range counts {
		for p, t := range phrases {
			if t.word > 2*t.place && t.word >= 2 {
				out[p] |= bit(lang)
			}
		}
	}
	return out
}

// LanguageSample is a text for the language model, with a weight: whole
// messages count more than single phrases and snippets.
type LanguageSample struct {
	Lang     string
	Features [][]linear.ID
	Weight   float32
	Of       int // index of the sample it was cut from, or -1
}

// LanguageSamples gives what the language model learns from: the messages,
// each also as a snippet of its first and of its last words and without its
// marks (chat is short and hurried), and the lexicon's phrases.
func (c *Corpus) LanguageSamples() []LanguageSample {
	var out []LanguageSample
	add := func(lang, text string, weight float32, of int) {
		if clean := langid.Clean(text); len(clean) > 2 {
			out = append(out, LanguageSample{lang, [][]linear.ID{langid.Features(clean)}, weight, of})
		}
	}
	for i, s := range c.Samples {
		add(s.Lang, s.Text, 1, i)
		words := strings.Fields(s.Text)
		if n := len(words); n > 6 {
			k := 2 + i%4
			add(s.Lang, strings.Join(words[:k], " "), 0.4, i)
			add(s.Lang, strings.Join(words[n-k:], " "), 0.4, i)
			add(s.Lang, strings.Join(words[n/3:min(n, n/3+k)], " "), 0.4, i)
		}
		if p := plain(s.Text); p != s.Text && i%2 == 0 {
			add(s.Lang, p, 0.5, i)
		}
	}
	for _, lang := range i18n.Languages() {
		for _, p := range c.phrases[lang] {
			add(lang, p, 0.15, -1)
		}
	}
	return out
}

// Classes lists the different labels that of gives, sorted: the classes of a
// model in its order.
func (c *Corpus) Classes(of func(Sample) []string) []string {
	set := map[string]bool{}
	for _, s := range c.Samples {
		for _, v := range of(s) {
			set[v] = true
		}
	}
	out := make([]string, 0, len(set))
	for v := range set {
		out = append(out, v)
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}
