package index

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
)

// splitThai is a tokenizer that cuts at every change between Thai script, other letters and digits, and the rest. Bleve's
// own tokenizer follows the Unicode word rules, which leave Thai to a dictionary, and drops it.
func splitThai(input []byte) analysis.TokenStream {
	var out analysis.TokenStream
	const none, other, script = 0, 1, 2
	kind, start := none, 0
	end := func(at, next int) {
		if kind != none {
			out = append(out, &analysis.Token{Term: input[start:at], Start: start, End: at, Position: len(out) + 1, Type: analysis.AlphaNumeric})
		}
		kind, start = next, at
	}
	for i, r := range string(input) {
		class := none
		switch {
		case unicode.Is(unicode.Thai, r):
			class = script
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			class = other
		}
		if class != kind {
			end(i, class)
		}
	}
	end(len(input), none)
	return out
}

// Lengths of the pieces of a Thai run, in runes. Thai writes no spaces between words; syllables are two to five signs.
const (
	thaiMin = 3
	thaiMax = 4
)

// cutThai replaces every token in Thai script by its overlapping pieces and leaves the others whole, so that "OBS" and
// "1080p" inside a Thai sentence stay words.
func cutThai(in analysis.TokenStream) analysis.TokenStream {
	out := make(analysis.TokenStream, 0, 2*len(in))
	for _, token := range in {
		if r, _ := utf8.DecodeRune(token.Term); !unicode.Is(unicode.Thai, r) {
			out = append(out, token)
			continue
		}
		starts := runeStarts(token.Term)
		runes := len(starts) - 1
		if runes <= thaiMin {
			out = append(out, token)
			continue
		}
		for size := thaiMin; size <= min(thaiMax, runes); size++ {
			for i := 0; i+size <= runes; i++ {
				piece := *token
				piece.Term = token.Term[starts[i]:starts[i+size]]
				out = append(out, &piece)
			}
		}
	}
	return out
}

// runeStarts gives the offset of every rune of b, and the length of b at the end.
func runeStarts(b []byte) []int {
	starts := make([]int, 0, len(b)+1)
	for i := 0; i < len(b); {
		starts = append(starts, i)
		_, size := utf8.DecodeRune(b[i:])
		i += size
	}
	return append(starts, len(b))
}

// wordBeginning is how many runes of an inflected word are kept. Slavic endings take two to four.
const wordBeginning = 5

// cutWords keeps the beginning of every word: a stemmer for inflected languages that needs no tables.
func cutWords(in analysis.TokenStream) analysis.TokenStream {
	for _, token := range in {
		runes := 0
		for i := range string(token.Term) {
			if runes == wordBeginning {
				token.Term = token.Term[:i]
				break
			}
			runes++
		}
	}
	return in
}
