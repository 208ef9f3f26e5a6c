// Package cut is what the adapters share about text: how long it is, where it may
// be divided, and what is taken out of it before a platform's markup is put on.
//
// Lengths are in UTF-16 units, as chat clients count: never less than the characters.
// A limit always holds for the converted text, with its marks and escapes; what is
// divided is the neutral text, so that no mark and no escape is ever torn.
package cut

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Size counts s in UTF-16 units.
func Size(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// Shorten cuts s to at most limit units, with "…" for what is missing.
func Shorten(s string, limit int) string {
	if Size(s) <= limit {
		return s
	}
	head := At(s, limit-1, Size)
	return strings.TrimRightFunc(s[:head], unicode.IsSpace) + "…"
}

// Fit converts as much of s as stays within limit units, with "…" for what is missing.
func Fit(s string, limit int, convert func(string) string) string {
	if !over(s, limit) {
		if out := convert(s); Size(out) <= limit {
			return out
		}
	}
	head := At(s, limit-1, func(p string) int { return Size(convert(p)) })
	return convert(strings.TrimRightFunc(s[:head], unicode.IsSpace)) + "…"
}

// reach is how many characters of a text are looked at to fill limit units: markup
// that disappears makes the result shorter than the text.
func reach(limit int) int { return 2*limit + 8 }

// over tells whether s is longer than that, so that it need not be converted to see that it does not fit.
func over(s string, limit int) bool {
	return len(s) > reach(limit) && utf8.RuneCountInString(s) > reach(limit)
}

// At gives the byte length of the longest prefix of s whose measure is at most
// limit, moved back to the best border in its last half: a line end, a sentence
// end, a space; else between two characters that do not belong together. It is at
// least one character.
func At(s string, limit int, measure func(string) int) int {
	limit = max(limit, 1)
	var starts []int // byte offsets of characters
	for i := range s {
		if len(starts) > reach(limit) {
			break
		}
		starts = append(starts, i)
	}
	if len(starts) <= reach(limit) {
		starts = append(starts, len(s))
	}
	lo, hi := 1, len(starts)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if measure(s[:starts[mid]]) <= limit {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	head := s[:starts[lo]]
	if lo == len(starts)-1 && head == s { // it fits after all
		return len(s)
	}
	half := starts[lo/2]
	if i := strings.LastIndexByte(head, '\n'); i > half {
		return i
	}
	if i := lastSentence(head); i > half {
		return i
	}
	if i := strings.LastIndexByte(head, ' '); i > half {
		return i
	}
	for n := lo; n > max(1, lo-16); n-- {
		if !joins(s[starts[n]:]) && !strings.HasSuffix(s[:starts[n]], "\u200d") {
			return starts[n]
		}
	}
	return starts[lo]
}

// lastSentence gives the offset after the last end of a sentence in s, or -1.
func lastSentence(s string) int {
	best := -1
	for _, end := range []string{". ", "! ", "? ", "。", "！", "？", "؟ ", "۔ ", "। "} {
		if i := strings.LastIndex(s, end); i >= 0 {
			best = max(best, i+len(strings.TrimRight(end, " ")))
		}
	}
	return best
}

// joins tells whether s begins with a character that belongs to the one before.
func joins(s string) bool {
	for _, r := range s {
		return unicode.IsMark(r) || r == '\u200d' || r >= 0x1f3fb && r <= 0x1f3ff
	}
	return false
}
