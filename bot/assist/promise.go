package assist

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed promises.txt
var promiseList string

// Promises tells whether a text speaks of money back, rebates or guarantees in
// words that no source has: what only a person may promise. promises.txt has
// the words, one line a language; a word is found at its beginning, so that
// endings do not hide it.
func Promises(text string, sources ...string) bool {
	text, source := fold(text), fold(strings.Join(sources, "\n"))
	return slices.ContainsFunc(promises(), func(word string) bool {
		return contains(text, word) && !contains(source, word)
	})
}

var promises = sync.OnceValue(func() []string {
	var out []string
	for line := range strings.Lines(promiseList) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		_, words, _ := strings.Cut(line, "\t")
		for _, w := range strings.Split(words, "|") {
			out = append(out, fold(w))
		}
	}
	return out
})

// fold makes spelling comparable: lower case, one blank between words, no marks
// that are often left out.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) && unicode.Is(unicode.Arabic, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)), " ")
}

// contains looks for a word at the beginning of one; scripts without blanks have it anywhere.
func contains(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		at := from + i
		before := []rune(text[max(0, at-4):at])
		if at == 0 || !unicode.IsLetter(before[len(before)-1]) || !spaced(word) {
			return true
		}
		from = at + len(word)
	}
}

func spaced(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul, unicode.Arabic)
	})
}
