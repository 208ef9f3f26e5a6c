package glossary

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Translator translates texts of which nothing may break. Glossary and Engine
// must be set; it is safe for concurrent use and must not be copied.
type Translator struct {
	Glossary *Glossary
	Engine   Engine

	memory memory
}

// Result is a text as it can be shown.
type Result struct {
	Text       string // translated, or as it was written
	Translated bool   // whether Text differs from what was written
	From       string // the language it was written in, as the caller said
}

// atOnce is how many pieces of one text are with the engine at a time.
const atOnce = 3

// tries is how often a piece is asked for.
const tries = 2

// Translate gives text in the language to. A text that is readable in it, or
// that has no words besides names, codes and numbers, costs no call. With an
// error, the text is as it was written, all of it, to be shown as untranslated:
// the error wraps the context's, the engine's or [ErrChanged], and has no words
// of the text in it. An empty from means that nobody knows.
func (t *Translator) Translate(ctx context.Context, text, from, to string) (Result, error) {
	written := Result{Text: text, From: from}
	if to == "" || sameLanguage(from, to) {
		return written, nil
	}
	m := t.Glossary.Mask(text, from, to)
	answer := m.Text
	if m.HasWords() {
		var err error
		if answer, err = t.pieces(ctx, m); err != nil {
			return written, err
		}
	}
	out := m.restore(answer)
	if out == withoutBidi(text) {
		return written, nil
	}
	return Result{Text: out, Translated: true, From: from}, nil
}

// pieces translates a masked text piece by piece and joins the answers.
func (t *Translator) pieces(ctx context.Context, m Masked) (string, error) {
	texts := cut(m.Text, pieceLimit)
	answers := make([]string, len(texts))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, atOnce)
	var wait sync.WaitGroup
	for i, text := range texts {
		piece := m
		piece.Text = text
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return // another piece failed, or the caller left
			}
			answer, err := t.piece(ctx, piece)
			if err != nil {
				cancel(fmt.Errorf("translate part %d of %d: %w", i+1, len(texts), err)) // the first one stays
			}
			answers[i] = answer
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return join(texts, answers, m.to), nil
}

// piece translates one piece; the white space around it is the writer's.
func (t *Translator) piece(ctx context.Context, m Masked) (string, error) {
	if !m.HasWords() {
		return m.Text, nil
	}
	whole := m.Text
	m.Text = strings.TrimSpace(whole)
	start := strings.Index(whole, m.Text)
	lead, trail := whole[:start], whole[start+len(m.Text):]
	answer, err := t.memory.do(ctx, keyOf(m.from, m.to, m.Text), func(ctx context.Context) (string, error) { return t.ask(ctx, m) })
	return lead + answer + trail, err
}

// ask wants a whole translation from the engine, and asks once more when it is
// broken or there is none. A context that ends is the end.
func (t *Translator) ask(ctx context.Context, m Masked) (answer string, err error) {
	for range tries {
		answer, err = t.Engine.Translate(ctx, m.Text, m.from, m.to)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			continue
		}
		answer = strings.TrimSpace(withoutBidi(answer))
		if err = m.verify(answer); err == nil {
			return answer, nil
		}
	}
	return "", err
}

// join puts translated pieces together. Between two sentences that had no space
// in Chinese or Japanese, most other languages want one.
func join(texts, answers []string, to string) string {
	var b strings.Builder
	for i, answer := range answers {
		if i > 0 && answer != texts[i] && spacedLanguage(to) {
			last, _ := utf8.DecodeLastRuneInString(answers[i-1])
			if first, _ := utf8.DecodeRuneInString(answer); !unicode.IsSpace(last) && !unicode.IsSpace(first) {
				b.WriteByte(' ')
			}
		}
		b.WriteString(answer)
	}
	return b.String()
}

func spacedLanguage(lang string) bool {
	base := baseOf(lang)
	return base != "zh" && base != "ja"
}
