package glossary_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"firstline/i18n/glossary"
)

// engine answers by a function of the masked text and of how often it was asked.
type engine struct {
	answer func(ctx context.Context, text string, call int) (string, error)

	mu    sync.Mutex
	texts []string
}

func (e *engine) Translate(ctx context.Context, text, from, to string) (string, error) {
	e.mu.Lock()
	e.texts = append(e.texts, text)
	call := len(e.texts)
	e.mu.Unlock()
	return e.answer(ctx, text, call)
}

func (e *engine) calls() int { e.mu.Lock(); defer e.mu.Unlock(); return len(e.texts) }

// saying makes an engine that goes through answers; the last one stays.
func saying(answers ...string) *engine {
	return &engine{answer: func(_ context.Context, _ string, call int) (string, error) {
		return answers[min(call, len(answers))-1], nil
	}}
}

// shouting makes an engine whose language is English in capitals.
func shouting() *engine {
	return &engine{answer: func(_ context.Context, text string, _ int) (string, error) { return strings.ToUpper(text), nil }}
}

func translator(t testing.TB, e glossary.Engine) *glossary.Translator {
	return &glossary.Translator{Glossary: load(t), Engine: e}
}

func TestTranslate(t *testing.T) {
	e := saying("Set ⟦0⟧ to ⟦1⟧, please.")
	got, err := translator(t, e).Translate(t.Context(), "\n 请把码率改成2Mbps。 \n", "zh-Hans", "en")
	want := glossary.Result{Text: "\n Set bitrate to 2Mbps, please. \n", Translated: true, From: "zh-Hans"}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if len(e.texts) != 1 || e.texts[0] != "请把⟦0⟧改成⟦1⟧。" {
		t.Errorf("the engine was given %q", e.texts)
	}
}

func TestNoCall(t *testing.T) {
	for _, tc := range []struct{ text, from, to, want string }{
		{"hello", "en", "en", "hello"},
		{"hello", "en-US", "en", "hello"},
		{"olá", "pt", "pt-BR", "olá"},
		{"你好", "zh-TW", "zh-Hant", "你好"},
		{"hello", "en", "", "hello"},
		{"\u2068https://x.com/a\u2069 👍 10012?", "en", "th", "\u2068https://x.com/a\u2069 👍 10012?"},
		{"", "en", "th", ""},
		{" \n", "en", "th", " \n"},
		{"码率 2 Mbps?", "zh-Hans", "en", "bitrate 2 Mbps?"},
	} {
		e := saying("should not be asked")
		got, err := translator(t, e).Translate(t.Context(), tc.text, tc.from, tc.to)
		if want := (glossary.Result{Text: tc.want, Translated: tc.want != tc.text, From: tc.from}); err != nil || got != want || e.calls() > 0 {
			t.Errorf("%q: got %+v, %v after %d calls; want %+v", tc.text, got, err, e.calls(), want)
		}
	}
}

func TestTwoLanguages(t *testing.T) {
	for _, tc := range [][2]string{{"zh-Hans", "zh-Hant"}, {"id", "ms"}, {"", "en"}, {"nl", "en"}} {
		e := shouting()
		if got, err := translator(t, e).Translate(t.Context(), "abc def", tc[0], tc[1]); err != nil || got.Text != "ABC DEF" || !got.Translated {
			t.Errorf("%v: got %+v, %v", tc, got, err)
		}
	}
}

func TestTheSameWordsAreNoTranslation(t *testing.T) {
	got, err := translator(t, saying("ok ⟦0⟧")).Translate(t.Context(), "ok `x`", "de", "en")
	if err != nil || got.Translated || got.Text != "ok `x`" {
		t.Errorf("got %+v, %v", got, err)
	}
}

var errDown = errors.New("engine: down")

func TestAskedOnceMore(t *testing.T) {
	const text, good = "Set `gop` to 2 minutes", "⟦0⟧ auf 2 Minuten setzen"
	down := func(n int) *engine {
		return &engine{answer: func(_ context.Context, _ string, call int) (string, error) {
			if call <= n {
				return "", errDown
			}
			return good, nil
		}}
	}
	for _, tc := range []struct {
		name   string
		engine *engine
		calls  int
		err    error
	}{
		{"good", saying(good), 1, nil},
		{"fails once", down(1), 2, nil},
		{"fails always", down(9), 2, errDown},
		{"translates code once", saying("`Gruppe` auf 2 Minuten setzen", good), 2, nil},
		{"translates code always", saying("`Gruppe` auf 2 Minuten setzen"), 2, glossary.ErrPlaceholder},
		{"changes a number always", saying("⟦0⟧ auf 3 Minuten setzen"), 2, glossary.ErrNumber},
		{"chatty once", saying("Sure! Here is the translation:\n\n"+good, good), 2, nil},
		{"chatty always", saying("Sure! Here is the translation:\n\n" + good), 2, glossary.ErrLayout},
		{"chatty on one line", saying("Here is the translation: " + good), 2, glossary.ErrChatter},
		{"empty always", saying(""), 2, glossary.ErrEmpty},
		{"white space around", saying(" \n" + good + "\n"), 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := translator(t, tc.engine).Translate(t.Context(), text, "en", "de")
			want := glossary.Result{Text: "`gop` auf 2 Minuten setzen", Translated: true, From: "en"}
			if tc.err != nil {
				want = glossary.Result{Text: text, From: "en"}
			}
			if got != want || !errors.Is(err, tc.err) || tc.engine.calls() != tc.calls {
				t.Errorf("got %+v, %v after %d calls; want %+v, %v after %d", got, err, tc.engine.calls(), want, tc.err, tc.calls)
			}
			if err != nil && (strings.Contains(err.Error(), "gop") || strings.Contains(err.Error(), "Minuten")) {
				t.Errorf("the error tells the text: %v", err)
			}
		})
	}
}

// longText has paragraphs, sentences, code that is long, and odd white space.
func longText() string {
	sentence := "The stream of `room 7` stops after 20 minutes.  It happened on 3 phones! "
	return "  " + strings.Repeat(sentence, 12) + "\n\n\n" + strings.Repeat(sentence, 30) + "\n- one\n- two\n\n" +
		"```\n" + strings.Repeat("log line. And more\n\n", 200) + "```\n\n" + strings.Repeat(sentence, 40) + "\t\n"
}

func TestLongTextIsCutAndJoined(t *testing.T) {
	text := longText()
	e := shouting()
	got, err := translator(t, e).Translate(t.Context(), text, "en", "fr")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("`ROOM 7`", "`room 7`", "LOG LINE. AND MORE", "log line. And more").Replace(strings.ToUpper(text))
	if got.Text != want {
		t.Errorf("got %q\nwant %q", got.Text, want)
	}
	if e.calls() < 4 {
		t.Errorf("%d calls for %d characters", e.calls(), len(text))
	}
	for _, piece := range e.texts {
		if n := utf8.RuneCountInString(piece); n > glossary.PieceLimit || piece != strings.TrimSpace(piece) {
			t.Errorf("a piece of %d characters: %q", n, piece)
		}
		if last := piece[len(piece)-1]; last != '.' && last != '!' && last != 'o' && !strings.HasSuffix(piece, "⟧") {
			t.Errorf("not cut at the end of a sentence: %q", piece)
		}
	}
}

func TestSentencesWithoutSpacesGetThem(t *testing.T) {
	text := strings.Repeat("画面又停了。", 400)
	e := &engine{answer: func(_ context.Context, text string, _ int) (string, error) {
		return strings.TrimSpace(strings.ReplaceAll(text, "画面又停了。", "The picture stopped again. ")), nil
	}}
	got, err := translator(t, e).Translate(t.Context(), text, "zh-Hans", "en")
	if want := strings.TrimSpace(strings.Repeat("The picture stopped again. ", 400)); err != nil || got.Text != want {
		t.Errorf("got %q, %v", got.Text, err)
	}
}

func TestOneBrokenPieceAndAllStaysAsWritten(t *testing.T) {
	e := &engine{answer: func(_ context.Context, text string, _ int) (string, error) {
		if strings.Contains(text, "- one") {
			return "no", nil
		}
		return strings.ToUpper(text), nil
	}}
	got, err := translator(t, e).Translate(t.Context(), longText(), "en", "fr")
	if !errors.Is(err, glossary.ErrChanged) || got.Text != longText() || got.Translated {
		t.Errorf("got translated=%v, %v", got.Translated, err)
	}
}

func TestThreePiecesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now atomic.Int32
		release := make(chan struct{})
		e := &engine{answer: func(_ context.Context, text string, _ int) (string, error) {
			now.Add(1)
			defer now.Add(-1)
			<-release
			return strings.ToUpper(text), nil
		}}
		tr := translator(t, e)
		done := make(chan error)
		go func() {
			_, err := tr.Translate(t.Context(), longText(), "en", "fr")
			done <- err
		}()
		synctest.Wait()
		if n := now.Load(); n != 3 {
			t.Errorf("%d pieces at once, want 3", n)
		}
		close(release)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestEndedContextStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopped := make(chan struct{}, 9)
		e := &engine{answer: func(ctx context.Context, _ string, _ int) (string, error) {
			<-ctx.Done()
			stopped <- struct{}{}
			return "", ctx.Err()
		}}
		tr := translator(t, e)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		got, err := tr.Translate(ctx, "hello there", "en", "fr")
		if !errors.Is(err, context.Canceled) || got.Text != "hello there" {
			t.Errorf("got %+v, %v", got, err)
		}
		<-stopped
		if _, err := tr.Translate(ctx, "hello there", "en", "fr"); !errors.Is(err, context.Canceled) || e.calls() != 1 {
			t.Errorf("got %v after %d calls", err, e.calls())
		}
	})
}
