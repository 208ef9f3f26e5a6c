// Package langid tells which of the supported languages a chat message is in:
// short, mixed with English terms, romanised, without its marks, or full of
// codes and links.
//
// What is not language (links, code, addresses, mentions, emoji, numbers) is
// left out first. Then the script decides what it can (Thai, Bengali, Hangul,
// kana), and a small learned model ([linear.Model], over character n-grams)
// tells apart what shares a script: Malay from Indonesian, Hindi and Urdu in
// Latin letters from English, Persian from Arabic from Urdu, Ukrainian from
// Russian, simplified from traditional characters.
//
// A text without enough letters gives no verdict; whoever holds a conversation
// keeps its language then. [Detector.Detect] is safe for concurrent use.
package langid

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"firstline/i18n/linear"
)

//go:embed model.bin
var model []byte

// Detector identifies languages.
type Detector struct{ m *linear.Model }

// Verdict is what was found.
type Verdict struct {
	Lang       string  // "" when there are no letters to judge by
	Confidence float64 // 0…1
	Letters    int     // how many letters the verdict rests on
}

// New loads the built-in model.
func New() (*Detector, error) { return FromModel(model) }

// FromModel loads a model that [linear.Model.Write] wrote.
func FromModel(data []byte) (*Detector, error) {
	m, err := linear.Read(data)
	if err != nil {
		return nil, fmt.Errorf("langid: %w", err)
	}
	return &Detector{m: m}, nil
}

var notLanguage = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|(?i:https?://|www\\.)\\S+|\\S+@\\S+\\.\\S+|[@#][\\pL\\pN_.-]+|\\S*[_/\\\\=]\\S*[_/\\\\=]?\\S*|\\S*[\\pL]\\d\\S*|\\S*\\d[\\pL]\\S*")

// maxRunes bounds the work on a long message; its language shows long before.
const maxRunes = 600

// Clean gives the letters of a text that tell its language: lower case, one
// space between words and at both ends.
func Clean(text string) []rune {
	if len(text) > 8*maxRunes {
		text = text[:8*maxRunes]
	}
	if strings.ContainsAny(text, "`/@#_=\\0123456789") || strings.Contains(text, "www.") {
		text = notLanguage.ReplaceAllStringFunc(text, keepScript)
	}
	out := []rune{' '}
	for _, r := range norm.NFC.String(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r) || r == '\u200c' && len(out) > 1:
			out = append(out, unicode.ToLower(r))
		case (r == '\'' || r == '’') && len(out) > 1 && out[len(out)-1] != ' ':
			out = append(out, '\'')
		case out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
		if len(out) >= maxRunes {
			break
		}
	}
	if out[len(out)-1] != ' ' {
		out = append(out, ' ')
	}
	return out
}

// keepScript keeps the letters of a token that is taken out when they are not
// Latin: "v2版本" tells its language although it has a digit.
func keepScript(token string) string {
	kept := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) || unicode.IsMark(r) {
			return r
		}
		return ' '
	}, token)
	return " " + kept + " "
}

// Features gives what the model looks at in a cleaned text. The share of
// each script goes in as a feature of its own.
func Features(clean []rune) []linear.ID {
	g := linear.NewGrams()
	g.Chars(clean, 5, 1)
	g.Words(strings.Fields(string(clean)), 2)
	for name, share := range scripts(clean) {
		switch {
		case share > 0.5:
			g.Name("script most " + name)
		case share > 0.15:
			g.Name("script much " + name)
		case share > 0:
			g.Name("script some " + name)
		}
	}
	return g.IDs()
}

var tables = map[string]*unicode.RangeTable{
	"han": unicode.Han, "thai": unicode.Thai, "hangul": unicode.Hangul, "bengali": unicode.Bengali,
	"devanagari": unicode.Devanagari, "arabic": unicode.Arabic, "cyrillic": unicode.Cyrillic, "latin": unicode.Latin,
}

func scripts(clean []rune) map[string]float64 {
	count := map[string]float64{}
	total := 0.0
	for _, r := range clean {
		if !unicode.IsLetter(r) {
			continue
		}
		weight := 1.0
		if unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hangul, r) {
			weight = 2.5 // a character of these carries as much as a few letters
		}
		total += weight
		if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
			count["kana"] += weight
			continue
		}
		for name, t := range tables {
			if unicode.Is(t, r) {
				count[name] += weight
				break
			}
		}
	}
	for name := range count {
		count[name] /= total
	}
	return count
}

var allowed = map[string][]string{
	"thai": {"th"}, "hangul": {"ko"}, "bengali": {"bn"}, "devanagari": {"hi"}, "kana": {"ja"},
	"arabic": {"ar", "fa", "ur"}, "cyrillic": {"ru", "uk"}, "han": {"zh-Hans", "zh-Hant", "ja"},
}

// scriptFloor is the share of a script above which it decides what a mixed
// text is in: English terms inside Thai leave it Thai.
const scriptFloor = 0.22

// Detect identifies the language of a text. hold, when not empty, is the
// language the conversation is in: it breaks near ties.
func (d *Detector) Detect(text, hold string) Verdict {
	clean := Clean(text)
	letters := 0
	for _, r := range clean {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, unicode.Han, unicode.Hangul) {
				letters++ // a syllable says more than a letter
			}
		}
	}
	if letters == 0 {
		return Verdict{}
	}
	candidates := narrow(scripts(clean))
	if len(candidates) == 1 {
		return Verdict{Lang: candidates[0], Confidence: 0.99, Letters: letters}
	}
	scores := d.m.Scores(Features(clean))
	for i, class := range d.m.Classes {
		if candidates != nil && !contains(candidates, class) || candidates == nil && nonLatin[class] {
			scores[i] = -1e9
		}
		if class == hold {
			scores[i] += holdBonus
		}
	}
	i, p := linear.Best(linear.Softmax(scores))
	return Verdict{Lang: d.m.Classes[i], Confidence: float64(p), Letters: letters}
}

// holdBonus is what the language of the conversation is ahead by.
const holdBonus = 1.0

// nonLatin are the languages that are not written in Latin letters even in chat.
var nonLatin = map[string]bool{"zh-Hans": true, "zh-Hant": true, "ja": true, "ko": true, "th": true, "uk": true, "ru": true}

// narrow gives the languages that the scripts of a text allow; nil means the
// Latin ones and the romanised.
func narrow(share map[string]float64) []string {
	best, top := "", scriptFloor
	for _, name := range []string{"kana", "thai", "hangul", "bengali", "devanagari", "arabic", "cyrillic", "han"} {
		if s := share[name]; s > top {
			best, top = name, s
		}
	}
	if best == "han" && share["kana"] > 0.08 {
		best = "kana"
	}
	return allowed[best]
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
