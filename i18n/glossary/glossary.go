// Package glossary translates what people write to each other about a live
// system, and breaks nothing in it.
//
// A relay between a customer and an engineer is only as good as its exact
// parts: a stream key with one letter changed, a "-" lost before an error code
// or a command put into Thai does harm that no good sentence makes up for. So
// these never reach the [Engine] that translates. [Glossary.Mask] puts
// placeholders ⟦0⟧, ⟦1⟧ … in the place of code, links, addresses, mentions,
// emoji, identifiers, numbers with units and the names of things; when the
// answer has each of them once, and the numbers, the list and the emphasis of
// the original, [Masked.Unmask] puts them back. Any other answer is refused:
// nobody is shown a translation that is not known to be whole. What cannot be
// verified is left to the engine: the words.
//
// A [Glossary] says what the things of the trade are called in each language,
// and which names no language translates. It has names of things only. Verbs,
// symptoms and everyday words stay words of the sentence, where the engine can
// inflect them and see what they mean.
//
// [Translator] does the whole: it cuts long texts, asks again once, remembers,
// and gives the text back as written, with the reason, when there is no
// translation to be trusted.
package glossary

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/text/language"

	"firstline/i18n"
)

//go:embed data/*.tsv
var embedded embed.FS

// Glossary holds the terms of every language. It is safe for concurrent use.
type Glossary struct {
	terms map[string]map[string]string // language → id → what is written
	forms map[string]index             // language → what is recognised
	keep  index                        // what no language translates
	match language.Matcher
}

// Default loads the terms that are built in.
func Default() (*Glossary, error) { return Load("") }

// Load reads the built-in terms and, when dir is not empty, the files <lang>.tsv
// and keep.tsv of that directory over them, entry by entry: an id or a name
// that is there already is replaced, and "-" in its second column takes it
// away. All mistakes are reported together, each with file, line and remedy.
func Load(dir string) (*Glossary, error) {
	base, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, fmt.Errorf("glossary: built-in terms: %w", err)
	}
	var over fs.FS
	if dir != "" {
		over = os.DirFS(dir)
	}
	return load(base, over)
}

func load(base, over fs.FS) (*Glossary, error) {
	r := newReader()
	r.layer(base)
	if over != nil {
		r.layer(over)
	}
	r.check()
	if err := errors.Join(r.errs...); err != nil {
		return nil, fmt.Errorf("glossary: %w", err)
	}
	tags := make([]language.Tag, 0, len(i18n.Languages()))
	for _, lang := range i18n.Languages() {
		tags = append(tags, language.MustParse(lang))
	}
	g := &Glossary{terms: map[string]map[string]string{}, forms: map[string]index{}, keep: index{}, match: language.NewMatcher(tags)}
	for lang, entries := range r.terms {
		g.terms[lang], g.forms[lang] = map[string]string{}, index{}
		for id, t := range entries {
			g.terms[lang][id] = t.text
			for _, form := range t.forms {
				g.forms[lang].add(form, id, false)
			}
		}
	}
	for _, k := range r.keep {
		g.keep.add(k.text, "", k.exact)
	}
	return g, nil
}

// Term says what a thing is called in a language; ok is false when the
// glossary has no word for it.
func (g *Glossary) Term(id, lang string) (term string, ok bool) {
	term, ok = g.terms[g.nearest(lang)][id]
	return term, ok
}

// nearest gives the language whose terms serve lang ("pt-PT", "zh-TW"), or "".
func (g *Glossary) nearest(lang string) string {
	if _, ok := g.terms[lang]; ok {
		return lang
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return ""
	}
	_, i, _ := g.match.Match(tag)
	if near := i18n.Languages()[i]; sameLanguage(lang, near) {
		return near
	}
	return ""
}

// sameLanguage tells whether a text of one language is readable as the other:
// the same language in the same script. Simplified and traditional Chinese are
// two; European and Brazilian Portuguese are one.
func sameLanguage(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := language.All.Parse(a)
	y, errY := language.All.Parse(b)
	if errX != nil || errY != nil || x == language.Und || y == language.Und {
		return false
	}
	baseX, _ := x.Base()
	baseY, _ := y.Base()
	scriptX, _ := x.Script()
	scriptY, _ := y.Script()
	return baseX == baseY && scriptX == scriptY
}
