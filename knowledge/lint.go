package knowledge

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Rule names a check of [Lint].
type Rule string

// The rules of Lint.
const (
	RuleMissingLanguage  Rule = "missing-language"   // an article has no text in a language that must be there
	RuleFrontMatter      Rule = "front-matter"       // scenarios, symptoms or layers are not those of English
	RuleStepCount        Rule = "step-count"         // not as many steps as English
	RuleStepLength       Rule = "step-length"        // a step is too long for a chat message
	RuleStepTitle        Rule = "step-title"         // a step does not begin with a short title in bold
	RuleCodeMissing      Rule = "code-missing"       // a code span of English is not in the translation
	RuleCodeAdded        Rule = "code-added"         // a code span of the translation is not in English
	RuleNumberMissing    Rule = "number-missing"     // an amount of English is not in the translation
	RuleUnitChanged      Rule = "unit-changed"       // an amount of English stands under another unit
	RuleUnknownID        Rule = "unknown-id"         // a scenario, symptom or layer that the catalogue does not know
	RuleRepeated         Rule = "repeated"           // an id or an example stands twice
	RuleUncovered        Rule = "uncovered-symptom"  // a symptom of the catalogue has no article
	RuleExamples         Rule = "examples"           // too few examples
	RuleReviewedInFuture Rule = "reviewed-in-future" // the reviewed date is after today
	RuleReviewedTooOld   Rule = "reviewed-too-old"   // nobody has looked at the text for more than a year
)

// Limits of Lint. Runes, since chat platforms count characters.
const (
	MaxStep     = 420 // runes of a step
	MaxStepLong = 480 // runes of a step in a language that needs more letters for the same
	MinExamples = 6
)

// longRunning are the languages whose texts are often a tenth or more longer than English.
var longRunning = []string{"ar", "bn", "de", "es", "fa", "fil", "fr", "hi", "id", "it", "ms", "pl", "pt-BR", "ru", "th", "tr", "uk", "ur", "vi"}

// Problem is something that Lint found. Line is that of File, counted from 1; Step is counted from 1, and 0 where the
// problem is not in a step.
type Problem struct {
	File    string
	Line    int
	Article string
	Lang    string
	Step    int
	Rule    Rule
	Detail  string
}

// String gives file:line: rule: detail.
func (p Problem) String() string {
	at := fmt.Sprintf("%s:%d: %s: ", p.File, p.Line, p.Rule)
	if p.Step > 0 {
		at += fmt.Sprintf("step %d: ", p.Step)
	}
	return at + p.Detail
}

// Criteria are what Lint measures a library by.
type Criteria struct {
	IDs   IDs
	Today time.Time // only its date counts
}

// Lint checks a library against the catalogue, and every translation against English. langs are the languages in which
// every article must be there; texts in further languages are checked too. The result is ordered by file and line,
// empty if all is well.
func Lint(lib *Library, langs []string, c Criteria) []Problem {
	l := &linter{criteria: c}
	covered := map[string]bool{}
	for _, a := range lib.Articles() {
		for _, s := range a.Symptoms {
			covered[s] = true
		}
		for _, lang := range langs {
			if _, ok := a.In(lang); !ok {
				l.report(Problem{File: path.Join(a.ID, lang+".md"), Line: 1, Article: a.ID, Lang: lang, Rule: RuleMissingLanguage, Detail: "there is no such file"})
			}
		}
		en, _ := a.In(SourceLanguage)
		for _, lang := range a.Languages() {
			t, _ := a.In(lang)
			l.text(t)
			if lang != SourceLanguage {
				l.translation(en, t)
			}
		}
	}
	for _, s := range c.IDs.Symptoms {
		if !covered[s] {
			l.report(Problem{File: ".", Line: 1, Rule: RuleUncovered, Detail: fmt.Sprintf("no article has the symptom %q", s)})
		}
	}
	l.examples(lib)
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return l.problems
}

type linter struct {
	criteria Criteria
	problems []Problem
}

func (l *linter) report(p Problem) { l.problems = append(l.problems, p) }

// at reports a problem of a text that is not in a step, at the line of its title.
func (l *linter) at(t Text, rule Rule, format string, args ...any) {
	l.report(Problem{File: t.File, Line: t.line, Article: t.meta.ID, Lang: t.Lang, Rule: rule, Detail: fmt.Sprintf(format, args...)})
}

// inStep reports a problem of step i (from 0).
func (l *linter) inStep(t Text, i int, rule Rule, format string, args ...any) {
	l.report(Problem{File: t.File, Line: t.stepLines[i], Article: t.meta.ID, Lang: t.Lang, Step: i + 1, Rule: rule, Detail: fmt.Sprintf(format, args...)})
}

// text checks what a text must keep by itself.
func (l *linter) text(t Text) {
	l.ids(t, "scenario", t.meta.Scenarios, l.criteria.IDs.Scenarios, true)
	l.ids(t, "symptom", t.meta.Symptoms, l.criteria.IDs.Symptoms, true)
	l.ids(t, "layer", t.meta.Layers, l.criteria.IDs.Layers, false)
	if n := len(t.Examples); n < MinExamples {
		l.at(t, RuleExamples, "%d examples; want at least %d", n, MinExamples)
	}
	today := l.criteria.Today
	day := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	if t.Reviewed.After(day) {
		l.at(t, RuleReviewedInFuture, "reviewed on %s, which is after %s", t.Reviewed.Format(time.DateOnly), day.Format(time.DateOnly))
	}
	if t.Reviewed.Before(day.AddDate(-1, 0, 0)) {
		l.at(t, RuleReviewedTooOld, "reviewed on %s; check the text again and set the date", t.Reviewed.Format(time.DateOnly))
	}
	limit := MaxStep
	if slices.Contains(longRunning, t.Lang) {
		limit = MaxStepLong
	}
	for i, step := range t.Steps {
		if n := utf8.RuneCountInString(step); n > limit {
			l.inStep(t, i, RuleStepLength, "%d characters; at most %d", n, limit)
		}
		if t.StepTitle(i) == "" {
			l.inStep(t, i, RuleStepTitle, "a step begins with a short title in bold: **Set the bitrate.** …")
		}
	}
}

// ids checks a list of the front matter against the catalogue.
func (l *linter) ids(t Text, what string, got, known []string, once bool) {
	for i, id := range got {
		if !slices.Contains(known, id) {
			l.at(t, RuleUnknownID, "%s %q is not in the catalogue (%s)", what, id, strings.Join(known, ", "))
		}
		if once && slices.Contains(got[:i], id) {
			l.at(t, RuleRepeated, "%s %q stands twice", what, id)
		}
	}
}

// translation checks a text against English.
func (l *linter) translation(en, t Text) {
	for _, list := range []struct {
		key       string
		got, want []string
	}{
		{"scenarios", t.meta.Scenarios, en.meta.Scenarios},
		{"symptoms", t.meta.Symptoms, en.meta.Symptoms},
		{"layers", t.meta.Layers, en.meta.Layers},
		{"suits", t.meta.Suits, en.meta.Suits},
	} {
		if !slices.Equal(list.got, list.want) {
			l.at(t, RuleFrontMatter, "%s are %v; English has %v", list.key, list.got, list.want)
		}
	}
	if len(t.Steps) != len(en.Steps) {
		l.at(t, RuleStepCount, "%d steps; English has %d", len(t.Steps), len(en.Steps))
		return // steps cannot be told to belong together
	}
	for i := range en.Steps {
		l.compare(en.Steps[i], t.Steps[i], func(rule Rule, format string, args ...any) { l.inStep(t, i, rule, format, args...) })
	}
	for _, part := range []struct{ name, en, t string }{{"check", en.Check, t.Check}, {"hand-off", en.HandOff, t.HandOff}} {
		l.compare(part.en, part.t, func(rule Rule, format string, args ...any) {
			l.at(t, rule, part.name+": "+format, args...)
		})
	}
}

// compare reports what of English did not survive.
func (l *linter) compare(en, translated string, report func(Rule, string, ...any)) {
	want, got := factsOf(en), factsOf(translated)
	for _, span := range want.code {
		if !slices.Contains(got.code, span) {
			report(RuleCodeMissing, "`%s` is missing", span)
		}
	}
	for _, span := range got.code {
		if !slices.Contains(want.code, span) {
			report(RuleCodeAdded, "`%s` is not in the English text", span)
		}
	}
	for _, q := range want.amounts {
		if !q.binding() {
			continue
		}
		name := strings.TrimSpace(q.text + " " + q.unit)
		switch found, other := q.match(got.amounts); {
		case !found:
			report(RuleNumberMissing, "%s is missing", name)
		case other != "":
			report(RuleUnitChanged, "%s became %s %s", name, q.text, other)
		}
	}
}

// examples reports phrases that stand twice in one language: they cannot tell articles apart.
func (l *linter) examples(lib *Library) {
	seen := map[string]string{}
	for _, a := range lib.Articles() {
		for _, lang := range a.Languages() {
			t, _ := a.In(lang)
			for _, example := range t.Examples {
				key := lang + "\x00" + strings.ToLower(strings.TrimSpace(example))
				if first, ok := seen[key]; ok {
					l.at(t, RuleRepeated, "example %q stands in %s too", example, first)
				}
				seen[key] = t.File
			}
		}
	}
}
