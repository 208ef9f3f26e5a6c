// Package assist has a language model write for a conversation, and lets
// nothing out that it has not checked: steps of articles said for the case, a
// summary for the engineer, a draft of a reply.
//
// What leaves is grounded: the facts of a step are those of its article, those
// of a draft stand in articles or in what was said ([knowledge.Verify]); money
// and guarantees are promised by people only ([Promises]); a text in another
// language than asked for is dropped. Where a check fails there is no text, and
// the caller does what it does without a model. The checks see facts and not
// sense, so a draft of a reply goes to an engineer, never to a customer.
//
// Why a package of its own, which the design does not list: bot/openai speaks
// to a server and knows no articles, dispatch and deliver know no model; what
// is between them is neither.
package assist

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"unicode/utf8"

	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/knowledge"
	"firstline/triage"
)

// Bounds of what is shown, in runes.
const (
	maxStep    = 900 // an article's own step has at most [knowledge.MaxStep]
	maxLine    = 220 // of a summary
	maxLines   = 3
	maxReply   = 1500
	maxTold    = 20 // messages that a model is told of
	maxSimilar = 3
	surely     = 24 // letters from which on a verdict on the language counts
)

// Assistant asks a model and checks what it says. All fields but Log, Said,
// Case and Rejected are needed.
type Assistant struct {
	Model     Model
	Library   *knowledge.Library
	Catalogue *triage.Catalogue
	Detector  *langid.Detector
	DeskLang  string // of an engineer whose own language nobody knows

	Said     func(ctx context.Context, c triage.Case) []Said           // the conversation; nil: the customer's words
	Case     func(ctx context.Context, id string) (triage.Case, error) // a similar case; nil: none are told
	Rejected func(purpose, why string)                                 // a text was dropped: "facts", "promise", "language", "length"
	Log      *slog.Logger
}

// Step says the fix that was chosen last for this case, in the customer's
// language; "" when it should be shown in the article's own words.
func (a *Assistant) Step(ctx context.Context, c triage.Case) string {
	if len(c.Fixes) == 0 {
		return ""
	}
	fix := c.Fixes[len(c.Fixes)-1]
	own, ok := a.step(fix, c.Lang)
	if !ok {
		return ""
	}
	english, _ := a.step(fix, knowledge.SourceLanguage)
	b := a.brief(ctx, c, c.Lang)
	draft, err := a.Model.Step(ctx, own, b)
	if err != nil {
		return a.none("step", c, err)
	}
	draft = strings.TrimSpace(draft)
	switch {
	case !knowledge.Verify(draft, own, english).OK():
		return a.reject("step", "facts")
	case !a.presentable("step", draft, c.Lang, maxStep, own, english):
		return ""
	}
	return draft
}

func (a *Assistant) step(f triage.Fix, lang string) (string, bool) {
	text, ok := a.Library.Text(f.Article, lang)
	if !ok || f.Step < 0 || f.Step >= len(text.Steps) {
		return "", false
	}
	return text.Steps[f.Step], true
}

// Summary tells in at most three lines how a case stands, in the language
// lang; lines with facts that nobody told are left out.
func (a *Assistant) Summary(ctx context.Context, c triage.Case, lang string) []string {
	b := a.brief(ctx, c, lang)
	lines, err := a.Model.Summary(ctx, b)
	if err != nil {
		a.none("summary", c, err)
		return nil
	}
	sources := b.texts()
	var out []string
	for _, line := range lines {
		line = strings.TrimLeft(strings.Join(strings.Fields(line), " "), "-•* ")
		switch {
		case line == "" || len(out) == maxLines:
		case len(knowledge.Verify(line, sources...).Added) > 0:
			a.reject("summary", "facts")
		case a.presentable("summary", line, lang, maxLine, sources...):
			out = append(out, line)
		}
	}
	return out
}

// Reply drafts what an engineer could answer, in the language lang (the
// engineer's own: what they send is translated; "" for the desk's).
func (a *Assistant) Reply(ctx context.Context, c triage.Case, lang string) string {
	lang = cmp.Or(lang, a.DeskLang)
	b := a.brief(ctx, c, lang)
	b.Articles = a.articles(c, lang)
	b.Similar = a.similar(ctx, c)
	draft, err := a.Model.Reply(ctx, b)
	if err != nil {
		return a.none("reply", c, err)
	}
	draft = strings.TrimSpace(draft)
	sources := append(b.texts(), a.articles(c, knowledge.SourceLanguage)...)
	switch {
	case len(knowledge.Verify(draft, sources...).Added) > 0:
		return a.reject("reply", "facts")
	case !a.presentable("reply", draft, lang, maxReply, append(b.Articles, b.Similar...)...):
		return ""
	}
	return draft
}

// presentable makes the checks that are the same for every text.
func (a *Assistant) presentable(purpose, text, lang string, most int, sources ...string) bool {
	switch {
	case text == "" || utf8.RuneCountInString(text) > most:
		a.reject(purpose, "length")
	case Promises(text, sources...):
		a.reject(purpose, "promise")
	case !a.speaks(text, lang):
		a.reject(purpose, "language")
	default:
		return true
	}
	return false
}

// speaks tells whether a text may be in a language: what is too short to tell,
// or full of names, may.
func (a *Assistant) speaks(text, lang string) bool {
	v := a.Detector.Detect(text, lang)
	return v.Lang == "" || v.Lang == lang || v.Letters < surely || v.Confidence < 0.6
}

func (a *Assistant) reject(purpose, why string) string {
	if a.Rejected != nil {
		a.Rejected(purpose, why)
	}
	return ""
}

func (a *Assistant) none(purpose string, c triage.Case, err error) string {
	if a.Log != nil {
		a.Log.Warn("nothing written", "purpose", purpose, "case", c.ID, "err", err)
	}
	return ""
}

// brief tells a model of a case.
func (a *Assistant) brief(ctx context.Context, c triage.Case, lang string) Brief {
	b := Brief{Lang: lang, Known: map[string]string{}}
	for _, d := range c.Diagnosis(a.Catalogue) {
		if d.Fact.Value != triage.Unknown {
			b.Known[d.Slot] = strings.Trim(b.Known[d.Slot]+", "+d.Fact.Value, ", ")
		}
	}
	for _, r := range c.RegionCodes() {
		b.Known["region"] = strings.Replace(b.Known["region"], r, i18n.Region(knowledge.SourceLanguage, r), 1)
	}
	for _, f := range c.Fixes {
		if text, ok := a.Library.Text(f.Article, knowledge.SourceLanguage); ok && f.Outcome != triage.FixPending && f.Step < len(text.Steps) {
			b.Tried = append(b.Tried, text.StepTitle(f.Step)+": "+string(f.Outcome))
		}
	}
	if a.Said != nil {
		b.Words = a.Said(ctx, c)
	} else {
		for _, w := range c.Words {
			b.Words = append(b.Words, Said{By: "customer", Text: w.Text})
		}
	}
	b.Words = b.Words[max(0, len(b.Words)-maxTold):]
	return b
}

// articles gives the articles of a case as Markdown: those it was helped with,
// then the candidates.
func (a *Assistant) articles(c triage.Case, lang string) []string {
	var ids, out []string
	for _, f := range c.Fixes {
		ids = append(ids, f.Article)
	}
	for _, cand := range c.Candidates {
		ids = append(ids, cand.Article)
	}
	for i, id := range ids {
		if text, ok := a.Library.Text(id, lang); ok && !slices.Contains(ids[:i], id) {
			out = append(out, "# "+text.Title+"\n\n"+text.Summary+"\n\n- "+strings.Join(text.Steps, "\n- "))
		}
	}
	return out
}

// similar tells how like cases were solved: the symptoms and what helped, never
// anybody's words, which are another customer's.
func (a *Assistant) similar(ctx context.Context, c triage.Case) []string {
	if a.Case == nil {
		return nil
	}
	var out []string
	for _, id := range c.Similar[:min(len(c.Similar), maxSimilar)] {
		s, err := a.Case(ctx, id)
		if err != nil {
			continue
		}
		for _, f := range s.Fixes {
			if text, ok := a.Library.Text(f.Article, knowledge.SourceLanguage); ok && f.Outcome == triage.FixHelped && f.Step < len(text.Steps) {
				out = append(out, strings.Join(s.SymptomIDs(), ", ")+": "+text.StepTitle(f.Step)+" helped")
			}
		}
	}
	return out
}

// texts gives everything in a brief that a fact may come from.
func (b Brief) texts() []string {
	out := slices.Concat(b.Tried, b.Articles, b.Similar)
	for slot, v := range b.Known {
		out = append(out, slot+" "+v)
	}
	for _, w := range b.Words {
		out = append(out, w.Text)
	}
	return out
}
