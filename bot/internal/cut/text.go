package cut

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes s valid UTF-8 with \n line ends and without control characters.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// Line makes a label of s: one line, without control or direction-override
// characters, which would turn what follows around.
func Line(s string) string {
	words := strings.FieldsFunc(strings.Map(func(r rune) rune {
		if r >= 0x202a && r <= 0x202e || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, Clean(s)), func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' })
	return strings.Join(words, " ")
}

// Visible tells whether s has something to see.
func Visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r)
	})
}

// InWord tells whether r is part of a word.
func InWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r))
}

// Link gives the length of the http(s) link at the start of s, or 0; prev is the
// character before it.
func Link(s string, prev rune) int {
	if InWord(prev) && prev < utf8.RuneSelf {
		return 0
	}
	start := 0
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			start = len(scheme)
		}
	}
	if start == 0 {
		return 0
	}
	end := len(s)
	for i, r := range s {
		if strings.ContainsRune("<>|\"`*\\^{}。，、；：！？（）【】「」『』《》", r) || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			end = i
			break
		}
	}
	for end > start {
		r, size := utf8.DecodeLastRuneInString(s[:end])
		if !strings.ContainsRune(".,;:!?)]'…»”’؛،؟۔।", r) {
			break
		}
		end -= size
	}
	if end == start {
		return 0
	}
	return end
}
