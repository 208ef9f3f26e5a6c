package understand

import (
	"strings"
	"unicode"

	"firstline/i18n/linear"
)

// features gives what the learned models look at: n-grams of the text, the
// concepts of the lexicon (which are the same in every language, so what one
// language teaches serves the others), and the shape of the message.
func features(n normal, matches []match) [][]linear.ID {
	g := linear.NewGrams()
	masked := mask(n)
	g.Chars(masked, 5, 3)
	words := make([]string, 0, len(n.units))
	for _, u := range n.units {
		words = append(words, digitless(u.text))
	}
	wg := linear.NewGrams()
	wg.Words(words, 4)
	c := linear.NewGrams()
	addConcepts(c, n, matches)
	addShape(c, n)
	return [][]linear.ID{g.IDs(), c.IDs(), wg.IDs()}
}

// mask replaces digits, so that no number is learned by heart, and puts one
// space between words.
func mask(n normal) []rune {
	out := []rune{' '}
	for _, r := range n.text {
		switch {
		case unicode.IsDigit(r):
			r = '0'
			if out[len(out)-1] == '0' {
				continue
			}
		case unicode.IsLetter(r) || unicode.IsMark(r) || r == '\'' || r == '?' || r == '!' || r == '？' || r == '！':
		default:
			r = ' '
		}
		if r == ' ' && out[len(out)-1] == ' ' {
			continue
		}
		out = append(out, r)
	}
	return append(out, ' ')
}

func digitless(w string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, w)
}

// forRules are concepts that rules read and the models do not: words so common
// that beside anything else they would be learned as its sign.
var forRules = map[string]bool{"again": true, "now": true, "live_event": true, "some_places": true}

func addConcepts(g *linear.Grams, n normal, matches []match) {
	var before *match
	for i := range matches {
		m := &matches[i]
		if m.kind == kindLanguage || m.kind == kindOperator || m.kind == kindConcept && forRules[m.id] {
			continue
		}
		name := m.id
		if m.place() {
			name = "place"
		}
		g.Name("concept " + name)
		switch {
		case m.from == 0:
			g.Name("first " + name)
		case m.to >= len(n.units)-1:
			g.Name("last " + name)
		}
		if before != nil && before.id != m.id && m.from-before.to <= 6 {
			other := before.id
			if before.place() {
				other = "place"
			}
			g.Name("pair " + other + ">" + name)
		}
		before = m
	}
	if before == nil {
		g.Name("no concept")
	}
}

func addShape(g *linear.Grams, n normal) {
	text := string(n.text)
	for _, mark := range []string{"?", "!", "!!", "```", "http", "\n", "...", "…", "😊", "🙏", "😡", "🎉", "👍"} {
		if strings.Contains(text, mark) {
			g.Name("has " + mark)
		}
	}
	if strings.ContainsFunc(text, unicode.IsDigit) {
		g.Name("has digit")
	}
	size := len(n.units)
	switch {
	case size <= 2:
		g.Name("size 2")
	case size <= 5:
		g.Name("size 5")
	case size <= 10:
		g.Name("size 10")
	case size <= 20:
		g.Name("size 20")
	default:
		g.Name("size long")
	}
}
