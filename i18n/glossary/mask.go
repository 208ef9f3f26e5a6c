package glossary

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Masked is a text with placeholders. Its zero value is the empty text.
type Masked struct {
	Text string // what the engine is given

	from, to string
	parts    []part          // by the number of the placeholder
	words    map[string]bool // words whose digits are letters
}

// part is what a placeholder stands for.
type part struct {
	start, end int    // in the text
	back       string // what takes its place in the answer
}

// Mask puts placeholders in the place of all that a translation from one
// language to the other must not touch. Direction marks are dropped: whoever
// shows the translation sets its own.
func (g *Glossary) Mask(text, from, to string) Masked {
	text = withoutBidi(text)
	m := Masked{from: cmp.Or(g.nearest(from), from), to: cmp.Or(g.nearest(to), to)}
	parts := firstAndLongest(m.solids(text))
	m.parts = slices.Clone(parts)
	at := 0
	for _, p := range append(parts, part{start: len(text), end: len(text)}) {
		m.parts = append(m.parts, firstAndLongest(g.softs(text, at, p.start, m.from, m.to))...)
		at = p.end
	}
	slices.SortFunc(m.parts, func(a, b part) int { return a.start - b.start })
	var b strings.Builder
	at = 0
	for i, p := range m.parts {
		b.WriteString(text[at:p.start])
		b.WriteString(placeholder(i))
		at = p.end
	}
	b.WriteString(text[at:])
	m.Text = b.String()
	m.words = chatWords(m.Text, m.from)
	return m
}

func placeholder(i int) string { return "⟦" + strconv.Itoa(i) + "⟧" }

// solids finds code, and all that rules find without regard to terms.
func (m Masked) solids(text string) []part {
	var found []part
	code(text, func(start, end int) { found = append(found, part{start, end, text[start:end]}) })
	for _, rule := range solid {
		rule.scan(text, 0, len(text), m.from, func(start, end int) {
			found = append(found, part{start, end, text[start:end]})
		})
	}
	return found
}

// softs finds terms, names and smaller things in text[start:end].
func (g *Glossary) softs(text string, start, end int, from, to string) []part {
	if start == end {
		return nil
	}
	var found []part
	for _, rule := range soft {
		rule.scan(text, start, end, from, func(a, b int) { found = append(found, part{a, b, text[a:b]}) })
	}
	take := func(a, b int, id string) {
		a, b = start+a, start+b
		if !standsAlone(text, a, b) { // in the whole text, too
			return
		}
		back := text[a:b]
		if term, ok := g.terms[to][id]; ok {
			back = term
		}
		found = append(found, part{a, b, back})
	}
	g.keep.find(text[start:end], take)
	g.forms[from].find(text[start:end], take)
	return found
}

// firstAndLongest keeps what begins first and, of what begins together, the
// longest; the rest of what overlaps is dropped.
func firstAndLongest(found []part) []part {
	slices.SortStableFunc(found, func(a, b part) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	out := found[:0]
	at := 0
	for _, p := range found {
		if p.start >= at {
			out = append(out, p)
			at = p.end
		}
	}
	return out
}

// chatWords lists the words of a masked text whose digits are no numbers.
func chatWords(text, lang string) map[string]bool {
	words := map[string]bool{}
	for _, w := range latinWord.FindAllString(text, -1) {
		if strings.ContainsAny(w, "0123456789") && strings.ContainsFunc(w, isASCIILetter) && isChatWord(w, lang) {
			words[w] = true
		}
	}
	return words
}

// HasWords tells whether there is anything to translate: a letter outside of
// placeholders.
func (m Masked) HasWords() bool {
	return strings.ContainsFunc(placeholders.ReplaceAllString(m.Text, ""), unicode.IsLetter)
}

// restore puts back what the placeholders stand for. A placeholder that is not
// of this text stays.
func (m Masked) restore(text string) string {
	return placeholders.ReplaceAllStringFunc(text, func(s string) string {
		if i, ok := numberOf(s); ok && i < len(m.parts) {
			return m.parts[i].back
		}
		return s
	})
}

// isBidi knows the marks, embeddings, overrides and isolates of direction.
func isBidi(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func withoutBidi(s string) string {
	if !strings.ContainsFunc(s, isBidi) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isBidi(r) {
			return -1
		}
		return r
	}, s)
}
