package glossary

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// index finds forms in a text: by the first rune, the longest form first.
type index map[rune][]form

type form struct {
	folded []rune
	id     string // "" for a name that is never translated
	exact  string // the only spelling, or ""
}

func (x index) add(text, id string, exact bool) {
	f := form{folded: []rune(foldText(text)), id: id}
	if exact {
		f.exact = text
	}
	first := f.folded[0]
	x[first] = append(x[first], f)
	slices.SortStableFunc(x[first], func(a, b form) int { return len(b.folded) - len(a.folded) })
}

// find gives every place where a form stands as a word of its own; places may
// overlap.
func (x index) find(text string, use func(start, end int, id string)) {
	var folded []rune
	var at []int // byte offset of each rune
	for i, r := range text {
		folded, at = append(folded, fold(r)), append(at, i)
	}
	at = append(at, len(text))
	for i, r := range folded {
		for _, f := range x[r] {
			if len(folded)-i < len(f.folded) || !slices.Equal(folded[i:i+len(f.folded)], f.folded) {
				continue
			}
			start, end := at[i], at[i+len(f.folded)]
			if standsAlone(text, start, end) && (f.exact == "" || f.exact == text[start:end]) {
				use(start, end, f.id)
				break
			}
		}
	}
}

// standsAlone tells whether text[start:end] is not a part of a longer word. In
// Korean a particle may follow.
func standsAlone(text string, start, end int) bool {
	first, _ := utf8.DecodeRuneInString(text[start:end])
	last, _ := utf8.DecodeLastRuneInString(text[start:end])
	if before, n := utf8.DecodeLastRuneInString(text[:start]); n > 0 && joined(before, first) {
		return false
	}
	after, n := utf8.DecodeRuneInString(text[end:])
	return n == 0 || !joined(last, after) || unicode.Is(unicode.Hangul, last) && !unicode.IsMark(after)
}

// joined tells whether two neighbouring runes belong to one word. Scripts
// without spaces never join, and neither do two scripts: "SDK를", "更新SDK版本".
func joined(a, b rune) bool {
	switch {
	case !wordy(a) || !wordy(b):
		return false
	case unicode.IsMark(b):
		return true
	}
	x, y := scriptOf(a), scriptOf(b)
	return x == y && x != unspaced
}

func wordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '_'
}

type script int

const (
	otherScript script = iota
	latin              // and digits: "h264" is one word
	unspaced           // words without spaces between them
	hangul
	cyrillic
	arabic
)

// spacelessScripts are written without spaces between words.
var spacelessScripts = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

func scriptOf(r rune) script {
	switch {
	case r < utf8.RuneSelf, unicode.IsDigit(r), unicode.Is(unicode.Latin, r):
		return latin
	case r == 'ー', unicode.In(r, spacelessScripts...):
		return unspaced
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Arabic, r):
		return arabic
	}
	return otherScript
}

// fold makes alike what people type for the same letter: capitals, full width,
// dotted and dotless i, ё, the Arabic and the Persian kaf and yeh, apostrophes
// and spaces. One rune stays one rune, so that places in the text stay known.
func fold(r rune) rune {
	switch r {
	case 'ı', 'İ':
		return 'i'
	case 'ё', 'Ё':
		return 'е'
	case 'ي', 'ى':
		return 'ی'
	case 'ك':
		return 'ک'
	case '’', 'ʼ':
		return '\''
	case '\u00a0', '\u202f', '\u3000':
		return ' '
	case '\u2010', '\u2011':
		return '-'
	}
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

func foldText(s string) string { return strings.Map(fold, s) }
