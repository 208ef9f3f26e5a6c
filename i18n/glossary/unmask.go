package glossary

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// ErrChanged is behind every refusal of an answer: it is not known to say what
// the text says. The errors below wrap it and tell why; none has words of the
// text in it.
var (
	ErrChanged = errors.New("the translation changed what must stay")

	ErrPlaceholder = fmt.Errorf("%w: a placeholder is missing, doubled, altered or new", ErrChanged)
	ErrNumber      = fmt.Errorf("%w: the numbers differ", ErrChanged)
	ErrLayout      = fmt.Errorf("%w: lines, paragraphs, list items, emphasis or code marks differ", ErrChanged)
	ErrAdded       = fmt.Errorf("%w: it brings a link, an address or a mention along", ErrChanged)
	ErrLength      = fmt.Errorf("%w: it is far longer or shorter than the text", ErrChanged)
	ErrChatter     = fmt.Errorf("%w: it speaks about the translation", ErrChanged)
	ErrEmpty       = fmt.Errorf("%w: it is empty", ErrChanged)
)

// placeholders finds ours, and no variant of them.
var placeholders = regexp.MustCompile(`⟦(?:0|[1-9][0-9]{0,6})⟧`)

// numberOf reads ⟦12⟧.
func numberOf(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(s, "⟦"), "⟧"))
	return n, err == nil
}

// Unmask verifies an answer and puts back what the placeholders stand for: code
// and names as they were written, terms in the word of the target language. The
// order may differ. The errors wrap [ErrChanged].
func (m Masked) Unmask(answer string) (string, error) {
	answer = withoutBidi(answer)
	if err := m.verify(answer); err != nil {
		return "", err
	}
	return m.restore(answer), nil
}

func (m Masked) verify(answer string) error {
	if strings.TrimSpace(answer) == "" && strings.TrimSpace(m.Text) != "" {
		return ErrEmpty
	}
	if !samePlaceholders(m.Text, answer) {
		return ErrPlaceholder
	}
	// What stands on both sides of a placeholder must not grow together.
	text, said := placeholders.ReplaceAllString(m.Text, "\ufffc"), placeholders.ReplaceAllString(answer, "\ufffc")
	switch {
	case !sameNumbers(text, m.from, said, m.to, m.words):
		return ErrNumber
	case layoutOf(text) != layoutOf(said):
		return ErrLayout
	case brings(text, said):
		return ErrAdded
	case !likelyLength(text, said):
		return ErrLength
	case isChatter(text, said):
		return ErrChatter
	}
	return nil
}

// samePlaceholders wants each one of text in answer, once, and no other bracket.
func samePlaceholders(text, answer string) bool {
	left := map[string]bool{}
	for _, p := range placeholders.FindAllString(text, -1) {
		left[p] = true
	}
	for _, p := range placeholders.FindAllString(answer, -1) {
		if !left[p] {
			return false
		}
		delete(left, p)
	}
	return len(left) == 0 && !strings.ContainsAny(placeholders.ReplaceAllString(answer, ""), "⟦⟧")
}

// brings tells whether the answer calls someone or leads somewhere that the
// text does not.
func brings(text, answer string) bool {
	had := map[string]int{}
	for _, rule := range foreign {
		rule.scan(text, 0, len(text), "", func(start, end int) { had[text[start:end]]++ })
	}
	added := false
	for _, rule := range foreign {
		rule.scan(answer, 0, len(answer), "", func(start, end int) {
			s := answer[start:end]
			had[s]--
			added = added || had[s] < 0
		})
	}
	return added
}

// An answer may be up to four times as long as its text and as short as a sixth
// of it; a few words have no such measure.
const (
	longest, shortest = 4, 6
	fewWords          = 24
)

func likelyLength(text, answer string) bool {
	a, b := weight(text), weight(answer)
	return b <= longest*a+fewWords && shortest*b >= a-fewWords
}

// weight measures a text in letters of an alphabet: a character of Chinese says
// about as much as three of them, a syllable of Japanese or Korean as two.
func weight(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r), unicode.IsMark(r), r == '\ufffc':
		case unicode.Is(unicode.Han, r):
			n += 3
		case unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n += 2
		default:
			n++
		}
	}
	return n
}

// aboutTranslation begins an answer that speaks of itself: "Here is the
// translation:", in whatever language.
var aboutTranslation = regexp.MustCompile(`(?i)^[^:：\n]{0,80}(?:translat|tradu[cçz]|übersetz|tłumacz|перев[оі]д|переклад|翻译|翻譯|翻訳|译文|譯文|訳|번역|terjemah|salin|แปล|bản dịch|अनुवाद|অনুবাদ|ترجم|çevir)[^:：\n]{0,60}[:：]`)

func isChatter(text, answer string) bool {
	return aboutTranslation.MatchString(answer) && !aboutTranslation.MatchString(text) && strings.Count(normalColons(answer), ":") > strings.Count(normalColons(text), ":")
}

func normalColons(s string) string { return strings.ReplaceAll(s, "：", ":") }

// layout is what the eye sees of a text before it reads.
type layout struct {
	lines, paragraphs, bullets, numbered, bold, ticks int
}

var (
	bullet = regexp.MustCompile(`^\s*[-*•·]\s`)
	// "1. ", "2) ", "३. ", "1、".
	numbered = regexp.MustCompile(`^\s*\p{Nd}{1,2}(?:[.)．）]\s|、)`)
)

func layoutOf(text string) layout {
	l := layout{bold: strings.Count(text, "**"), ticks: strings.Count(text, "`")}
	blank := true
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			blank = true
			continue
		}
		l.lines++
		switch {
		case bullet.MatchString(line):
			l.bullets++
		case numbered.MatchString(line):
			l.numbered++
		}
		if blank {
			l.paragraphs++
		}
		blank = false
	}
	return l
}
