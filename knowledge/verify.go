package knowledge

import (
	"slices"
	"strings"
)

// Difference is what a draft and its sources do not share. It quotes both, so it is not for a log.
type Difference struct {
	Added   []string // facts of the draft that no source has, each once
	Missing []string // code, amounts and addresses of every source that the draft lacks, each once
}

// OK reports whether the draft says neither more nor less than its sources.
func (d Difference) OK() bool { return len(d.Added) == 0 && len(d.Missing) == 0 }

// Verify compares the facts of a draft, a step of an article that a language model has said anew, with those of its
// sources: the English step, and the same step in the reader's language. Facts are
//
//   - code, and what looks technical outside of it: identifiers, flags, assignments, paths, and in a text of another
//     script every Latin word;
//   - addresses: links, e-mail addresses, hosts, IP addresses, mentions;
//   - names with a shape of their own (H.264, WebRTC, HEVC, 5G, v2.1) and well-known products and commands;
//   - amounts, by value and unit, in the digits and the number format of any language. Numbers that only count the
//     points of a list are none.
//
// Every fact of the draft must be in one of the sources, and code, amounts and addresses that all sources have must be
// in the draft, because a fix without its value is no fix. Bare numbers up to ten may be missing: people write them out.
// The other way round, a number that English has in words may stand in the draft in digits.
//
// What Verify cannot see is sense: a dropped "not", steps in another order, two values of one unit that changed places, a
// number spelt out, a name in ordinary letters that we have never heard of. It errs on the side of refusing: who
// is refused a draft shows the article's own text, and nobody is harmed.
//
// Any input is fine, in any markup: nothing that a chat platform could show or hide is skipped. With no source, every
// fact is an added one. An empty draft of a step without facts is OK; that it is empty is for the caller to see.
func Verify(draft string, sources ...string) Difference {
	got := read(draft)
	known := make([]statement, len(sources))
	for i, s := range sources {
		known[i] = read(s)
	}
	return compare(got, known)
}

func compare(draft statement, sources []statement) Difference {
	return Difference{Added: added(draft, sources), Missing: missing(draft, sources)}
}

// added lists what of a draft no source has.
func added(draft statement, sources []statement) []string {
	var out []string
	report := func(fact string, has func(statement) bool) {
		if !slices.ContainsFunc(sources, has) && !slices.Contains(out, fact) {
			out = append(out, fact)
		}
	}
	for _, span := range draft.code {
		report(span, func(s statement) bool { return s.hasCode(span) })
	}
	for _, list := range [][]string{draft.addresses, draft.names, draft.foreign()} {
		for _, name := range list {
			report(name, func(s statement) bool { return s.hasWord(name) })
		}
	}
	for _, a := range draft.amounts {
		report(a.String(), func(s statement) bool { return s.grants(a) })
	}
	return out
}

// missing lists what all sources have and the draft has not.
func missing(draft statement, sources []statement) []string {
	if len(sources) == 0 {
		return nil
	}
	var out []string
	report := func(fact string, has func(statement) bool) {
		others := sources[1:]
		everywhere := !slices.ContainsFunc(others, func(s statement) bool { return !has(s) })
		if everywhere && !has(draft) && !slices.Contains(out, fact) {
			out = append(out, fact)
		}
	}
	for _, span := range sources[0].code {
		report(span, func(s statement) bool { return s.hasCode(span) })
	}
	for _, address := range sources[0].addresses {
		report(address, func(s statement) bool { return s.hasWord(address) })
	}
	for _, a := range sources[0].amounts {
		if a.binding() {
			report(a.String(), func(s statement) bool { return s.states(a) })
		}
	}
	return out
}

// statement is a text as Verify reads it.
type statement struct {
	code      []string // code spans and lines of code blocks
	addresses []string
	names     []string
	latin     []string // ordinary words in Latin letters
	other     int      // letters of other scripts
	amounts   []amount // outside code
	coded     []amount // inside code, and what the text says in words or of a range
	words     map[string]bool
	runs      [][]string // what stands between blanks, piece by piece
}

// read takes a text apart.
func read(markdown string) statement {
	plain, code := separate(visible(markdown))
	s := statement{words: map[string]bool{}}
	for _, span := range code {
		if span = tidyCode(span); span == "" {
			continue
		}
		s.code = append(s.code, span)
		s.remember(span)
		inside := scan(span)
		s.know(inside)
		s.coded = append(s.coded, amountsOf(inside.rest)...)
	}
	s.remember(plain)
	outside := scan(plain)
	s.know(outside)
	s.addresses, s.names, s.latin, s.other = outside.addresses, outside.names, outside.latin, outside.other
	s.amounts = amountsOf(outside.rest)
	s.coded = append(s.coded, impliedBy(s.amounts, outside.rest)...)
	return s
}

// remember notes the words of a piece at every grain, so that a draft may take a part of them.
func (s *statement) remember(piece string) {
	run := strings.FieldsFunc(piece, func(r rune) bool { return r > '~' || r <= ' ' })
	for i, w := range run {
		run[i] = bare(w)
	}
	run = slices.DeleteFunc(run, func(w string) bool { return w == "" })
	s.runs = append(s.runs, run)
	for _, w := range run {
		s.word(w)
	}
	for _, w := range latinWord.FindAllString(piece, -1) {
		s.word(w)
		s.word(stemOf(w))
	}
}

// know notes the facts of a piece as words.
func (s *statement) know(f scanned) {
	for _, list := range [][]string{f.addresses, f.names} {
		for _, w := range list {
			s.word(w)
		}
	}
}

func (s *statement) word(w string) {
	s.words[w] = true
	s.words[strings.ToLower(w)] = true
}

// hasWord looks for a name or an address. The case of a flag has a meaning, that of a name has none.
func (s statement) hasWord(w string) bool {
	if strings.HasPrefix(w, "-") {
		return s.words[w]
	}
	return s.words[strings.ToLower(w)] || s.words[strings.ToLower(stemOf(w))]
}

// hasCode looks for code: as it is, or as whole words in a row of one piece of the text.
func (s statement) hasCode(span string) bool {
	if slices.Contains(s.code, span) {
		return true
	}
	want := strings.Fields(span)
	for i, w := range want {
		want[i] = bare(w)
	}
	if slices.ContainsFunc(want, func(w string) bool { return w == "" || strings.ContainsFunc(w, notASCII) }) {
		return false // only as it is
	}
	return slices.ContainsFunc(s.runs, func(run []string) bool {
		for at := 0; at+len(want) <= len(run); at++ {
			if slices.Equal(run[at:at+len(want)], want) {
				return true
			}
		}
		return false
	})
}

// foreign gives the Latin words of a text in another script: there they are names, commands or English.
func (s statement) foreign() []string {
	letters := 0
	for _, w := range s.latin {
		letters += len(w)
	}
	if s.other*foreignShare < letters {
		return nil
	}
	return s.latin
}

// foreignShare: a text is of another script if that has more than one letter for so many Latin ones. A step in Chinese or
// Thai is full of product names; one in Spanish has no Chinese letter at all.
const foreignShare = 4
