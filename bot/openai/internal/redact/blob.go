package redact

import (
	"regexp"
	"strings"
)

var (
	hexForm    = regexp.MustCompile(`\b(?:[0-9a-f]{32,}|[0-9A-F]{32,})\b`)
	base64Form = regexp.MustCompile(`[A-Za-z0-9+_\-]{32,}={0,2}|[A-Za-z0-9+/]{40,}={0,2}`)
)

// blobs finds long strings that nobody could say aloud: keys without a name.
// Words joined to a long name are not such strings, nor are UUIDs, which are ids.
func blobs(text string) []span {
	var spans []span
	for _, m := range hexForm.FindAllStringIndex(text, -1) {
		if s := text[m[0]:m[1]]; hasDigit(s) && digits(s) != s && jumps(s) >= 0.2 {
			spans = append(spans, span{m[0], m[1], secret})
		}
	}
	for _, m := range base64Form.FindAllStringIndex(text, -1) {
		s := text[m[0]:m[1]]
		if hasDigit(s) && strings.ToLower(s) != s && strings.ToUpper(s) != s && jumps(s) >= 0.27 {
			spans = append(spans, span{m[0], m[1], secret})
		}
	}
	return spans
}

// jumps gives how often, from one character to the next, small letters, capitals
// and digits change: more than four times in ten by chance, rarely in words. A
// small letter after a capital is no jump: so words begin in joined names.
func jumps(s string) float64 {
	n := 0
	for i := 1; i < len(s); i++ {
		from, to := class(s[i-1]), class(s[i])
		if from != to && !(from == capital && to == small) {
			n++
		}
	}
	return float64(n) / float64(len(s)-1)
}

const (
	small = iota
	capital
	numeral
	sign
)

func class(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return small
	case c >= 'A' && c <= 'Z':
		return capital
	case isDigit(c):
		return numeral
	}
	return sign
}
