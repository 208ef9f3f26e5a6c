package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Classes of a flat text for what is not ASCII.
const (
	spaced = '\x01' // a letter of a script that writes spaces between words
	letter = '\x02' // any other letter or mark
	other  = '\x03'
)

// flat is a text with one ASCII byte for each of its characters: digits of any
// script are 0 to 9, full-width signs and the many dashes and spaces are the
// plain ones. Numbers can so be found by one set of rules in every script.
type flat struct {
	s   string
	raw string
	at  []int // where each character begins in raw, and raw's length at the end
}

func flatten(raw string) flat {
	var b strings.Builder
	b.Grow(len(raw))
	at := make([]int, 0, len(raw)+1)
	for i, r := range raw {
		b.WriteByte(flatByte(r))
		at = append(at, i)
	}
	return flat{s: b.String(), raw: raw, at: append(at, len(raw))}
}

func flatByte(r rune) byte {
	switch {
	case r < ' ' && r != '\n' && r != '\t' && r != '\r':
		return other
	case r < utf8.RuneSelf:
		return byte(r)
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		return byte(r - 0xFF01 + '!')
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xFE58, r == 0xFE63:
		return '-'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsDigit(r):
		return '0' + digit(r)
	case unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek):
		return spaced
	case unicode.IsLetter(r), unicode.IsMark(r):
		return letter
	}
	return other
}

// digit gives the value of a decimal digit. Unicode keeps the ten of a script in
// order, beginning with zero.
func digit(r rune) byte {
	for _, x := range unicode.Nd.R16 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	for _, x := range unicode.Nd.R32 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return byte((r - rune(x.Lo)) % 10)
		}
	}
	return 0
}

func (f flat) span(from, to int, kind string) span { return span{f.at[from], f.at[to], kind} }

// before gives what stands right before i in the text itself, a few words of it.
func (f flat) before(i int) string { return f.raw[f.at[max(0, i-32)]:f.at[i]] }

// byteAt gives the byte at i, or 0 outside.
func (f flat) byteAt(i int) byte {
	if i < 0 || i >= len(f.s) {
		return 0
	}
	return f.s[i]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func oneOf(set string, c byte) bool { return c != 0 && strings.IndexByte(set, c) >= 0 }

// isWord tells whether c would go on a word or number of ASCII, or one of an
// alphabet that sets its words apart.
func isWord(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == spaced
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
