package glossary

import (
	"regexp"
	"slices"
	"strings"
)

// identifier tells which words of Latin letters and digits are names that a
// machine gave or reads: snake_case, camelCase, calls(), letters mixed with
// digits. What people write with digits is left to the sentence.
func identifier(text string, start, end int, lang string) (int, int) {
	word := text[start:end]
	hasDigit, hasLetter := strings.ContainsAny(word, "0123456789"), strings.ContainsFunc(word, isASCIILetter)
	switch {
	case strings.HasSuffix(word, "()") && hasLetter, snake.MatchString(word), camel.MatchString(word):
		return start, end
	case !hasDigit || !hasLetter || spokenDigits.MatchString(word) || isChatWord(word, lang):
		return start, start
	}
	if _, large := multiplier(strings.TrimLeft(word, "0123456789"), lang); large && word[0] <= '9' { // "3rb"
		return start, start
	}
	return start, end
}

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

var (
	snake = regexp.MustCompile(`[A-Za-z0-9]_+[A-Za-z0-9]`)
	camel = regexp.MustCompile(`[a-z][A-Z]`)
	// "3rd", "5pm", "30-minute", "2e".
	spokenDigits = regexp.MustCompile(`(?i)^\d+(?:st|nd|rd|th|am|pm|er|re|e)$|^\d+(?:-[a-z]{3,})+$`)
)

// isChatWord knows the words in which a digit is a letter or a doubling: Arabic
// in Latin letters ("3ndy", "bey2ata3") and, in Malay, Indonesian and Filipino,
// "teman2". Their digits need not be in the translation.
func isChatWord(word, from string) bool {
	switch baseOf(from) {
	case "ar":
		return arabicChat.MatchString(word) && len(word)-countDigits(word) >= 2 && !twoDigits.MatchString(word)
	case "id", "ms", "fil":
		return doubled.MatchString(word)
	}
	return false
}

var (
	arabicChat = regexp.MustCompile(`^[A-Z]?[a-z2356789]+$`)
	twoDigits  = regexp.MustCompile(`\d\d`)
	doubled    = regexp.MustCompile(`^[A-Z]?[a-z]{2,}2(?:nya|an|ng|kan|lah)?$`)
)

func baseOf(lang string) string { base, _, _ := strings.Cut(lang, "-"); return base }

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// version takes "4.3.2", "v2.1" and decimals as they are. A number whose point
// divides thousands where the writer lives, or that a word makes larger
// ("1.5亿"), has another form elsewhere: the engine writes it, and its value is
// compared.
func version(text string, start, end int, lang string) (int, int) {
	if _, ok := multiplier(text[end:], lang); ok || pointThousands.MatchString(text[start:end]) && slices.Contains(pointLanguages, baseOf(lang)) {
		return start, start
	}
	return start, end
}

var (
	pointThousands = regexp.MustCompile(`^[1-9]\d{0,2}(?:\.\d{3})+$`)
	pointLanguages = []string{"id", "vi", "tr", "es", "pt", "de", "it", "nl", "da"}
)

// longNumber takes a code, a room or a year; "5000万" is an amount, and so is
// what is left of "12-345" without its hyphen.
func longNumber(text string, start, end int, lang string) (int, int) {
	if _, ok := multiplier(text[end:], lang); ok {
		return start, start
	}
	if from, _ := signed(text, start, end, lang); from > start {
		return start, start
	}
	return start, end
}

// dashed takes "12-345", and leaves "10-15" to the sentence.
func dashed(text string, start, end int, _ string) (int, int) {
	if countDigits(text[start:end]) < 5 {
		return start, start
	}
	return start, end
}
