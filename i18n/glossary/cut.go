package glossary

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pieceLimit is how many characters of a masked text go to the engine at once.
const pieceLimit = 1500

// cut divides a masked text into pieces of at most limit characters whose
// concatenation is the text. It cuts where a paragraph ends, else a line, a
// sentence, a clause or word, and only in a text without any of these between
// two characters; never inside a placeholder, which may make a piece longer.
func cut(text string, limit int) []string {
	var pieces []string
	for {
		at := cutAt(text, limit)
		if at == len(text) {
			return append(pieces, text)
		}
		pieces = append(pieces, text[:at])
		text = text[at:]
	}
}

// Borders between pieces, the best last.
const (
	betweenCharacters = iota
	betweenWords
	betweenSentences
	betweenLines
	betweenParagraphs
	borders
)

// cutAt gives the length in bytes of the first piece: the last of the best
// borders, as long as a piece does not get shorter than a third of the limit.
func cutAt(text string, limit int) int {
	var best [borders]int
	count, atThird := 0, 0
	for at := 0; at < len(text); {
		step := stepAt(text[at:])
		if count += utf8.RuneCountInString(text[at : at+step]); count > limit && at > 0 {
			return pick(best, atThird)
		}
		at += step
		if count <= limit/3 {
			atThird = at
		}
		if at < len(text) {
			best[borderAt(text, at)] = at
		}
	}
	return len(text)
}

func pick(best [borders]int, least int) int {
	for _, enough := range []int{max(least, 1), 1} {
		for b := borders - 1; b > betweenCharacters; b-- {
			if best[b] >= enough {
				return best[b]
			}
		}
	}
	return best[betweenCharacters]
}

// stepAt gives the length of what must stay together: a placeholder, or a
// character with its marks and joiners.
func stepAt(s string) int {
	if strings.HasPrefix(s, "⟦") {
		if end := strings.Index(s, "⟧"); end > 0 && end < 16 {
			return end + len("⟧")
		}
	}
	r, n := utf8.DecodeRuneInString(s)
	for marks := 0; n < len(s) && marks < 32; marks++ {
		next, size := utf8.DecodeRuneInString(s[n:])
		if next == '⟦' || !unicode.IsMark(next) && next != '\u200d' && next != '\u200c' && r != '\u200d' {
			break
		}
		r, n = next, n+size
	}
	return n
}

// nearby is how many bytes before a border are looked at.
const nearby = 64

// borderAt says what ends at a place inside the text. White space belongs to
// what stands before it.
func borderAt(text string, at int) int {
	if r := after(text, at); unicode.IsSpace(r) {
		return betweenCharacters
	}
	near := text[max(0, at-nearby):at]
	words := strings.TrimRightFunc(near, unicode.IsSpace)
	space := near[len(words):]
	switch newlines := strings.Count(space, "\n"); {
	case newlines > 1:
		return betweenParagraphs
	case newlines == 1:
		return betweenLines
	case endsSentence(words, space != ""):
		return betweenSentences
	case space != "":
		return betweenWords
	}
	return betweenCharacters
}

// endsSentence knows the sentence signs of the supported languages. A full stop
// ends one before a space, and not after a digit: that may be "1. ".
func endsSentence(s string, spaceFollows bool) bool {
	s = strings.TrimRight(s, `)"'*”’»」』）】`)
	last, n := utf8.DecodeLastRuneInString(s)
	switch last {
	case '。', '！', '？', '｡', '；', '؟', '۔', '।', '॥', '؛':
		return true
	case '.', '!', '?', '…':
		previous, _ := utf8.DecodeLastRuneInString(s[:len(s)-n])
		return spaceFollows && !unicode.IsDigit(previous)
	}
	return false
}
