package knowledge

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// SourceLanguage is the language that every article has and that translations are compared with.
const SourceLanguage = "en"

// Article is one problem with its fixes, in every language it has been written in. Its fields are those of the English
// front matter.
type Article struct {
	ID        string
	Scenarios []string // where it applies; empty means anywhere
	Symptoms  []string // leading one first
	Layers    []string // fault layer of each step, in step order
	Suits     []string // symptoms that each step is for, in step order and separated by spaces; empty: every step is for all of them
	Reviewed  time.Time
	texts     map[string]Text
}

// Text is an article in one language. Steps, Summary, Check and HandOff are inline Markdown.
type Text struct {
	Lang     string // the language of this text, which after a fallback is not the one asked for
	Title    string
	Summary  string
	Steps    []string
	Check    string
	HandOff  string
	Examples []string // phrases a customer would type in this language
	Reviewed time.Time
	File     string // slash path inside the file system it was loaded from

	meta      Meta
	stepLines []int
	line      int // of the title
}

// Languages returns the languages the article has been written in, sorted.
func (a Article) Languages() []string { return slices.Sorted(maps.Keys(a.texts)) }

// In returns the text in exactly this language; false if there is none.
func (a Article) In(lang string) (Text, bool) {
	t, ok := a.texts[lang]
	return t, ok
}

// stepTitle matches the bold beginning of a step.
var stepTitle = regexp.MustCompile(`^\*\*([^*]+)\*\*`)

// StepTitle returns the bold beginning of step i without its final punctuation, for buttons and summaries ("tried: …").
// It is empty if i is out of range or the step has no bold beginning.
func (t Text) StepTitle(i int) string {
	if i < 0 || i >= len(t.Steps) {
		return ""
	}
	m := stepTitle.FindStringSubmatch(t.Steps[i])
	if m == nil {
		return ""
	}
	return strings.TrimRight(m[1], titleEnd+" ")
}

// Library is a set of articles that does not change after [Load].
type Library struct {
	articles map[string]Article
	ids      []string // sorted
	langs    []string // sorted
}

// Article returns the article with this id; false if there is none.
func (l *Library) Article(id string) (Article, bool) {
	a, ok := l.articles[id]
	return a, ok
}

// Articles returns all articles, sorted by id.
func (l *Library) Articles() []Article {
	out := make([]Article, 0, len(l.ids))
	for _, id := range l.ids {
		out = append(out, l.articles[id])
	}
	return out
}

// Languages returns every language in which at least one article has been written, sorted.
func (l *Library) Languages() []string { return slices.Clone(l.langs) }

// Text returns the text of an article in the best language there is: lang, its parents, English. The language found
// stands in Text.Lang. It is false only if the article is unknown.
func (l *Library) Text(id, lang string) (Text, bool) {
	a, ok := l.articles[id]
	if !ok {
		return Text{}, false
	}
	for _, tag := range Fallback(lang) {
		if t, ok := a.texts[tag]; ok {
			return t, true
		}
	}
	return Text{}, false
}
