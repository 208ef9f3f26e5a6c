package glossary_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

func TestRemembered(t *testing.T) {
	e := saying("un", "deux")
	tr := translator(t, e)
	for range 3 {
		if got, err := tr.Translate(t.Context(), "hello there", "en", "fr"); err != nil || got.Text != "un" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	for i, other := range [][3]string{{"hello here", "en", "fr"}, {"hello there", "de", "fr"}, {"hello there", "en", "it"}} {
		if got, err := tr.Translate(t.Context(), other[0], other[1], other[2]); err != nil || got.Text != "deux" || e.calls() != i+2 {
			t.Errorf("%v: got %+v, %v after %d calls", other, got, err, e.calls())
		}
	}
}

func TestSameWordsAroundOtherCodeAreOneQuestion(t *testing.T) {
	e := saying("⟦0⟧ fehlt")
	tr := translator(t, e)
	for _, id := range []string{"room_1", "room_2"} {
		if got, err := tr.Translate(t.Context(), id+" is missing", "en", "de"); err != nil || got.Text != id+" fehlt" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if e.calls() != 1 {
		t.Errorf("%d calls", e.calls())
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	e := &engine{answer: func(_ context.Context, _ string, call int) (string, error) {
		if call <= 2 {
			return "", errDown
		}
		return "bonjour", nil
	}}
	tr := translator(t, e)
	if _, err := tr.Translate(t.Context(), "hello there", "en", "fr"); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	if got, err := tr.Translate(t.Context(), "hello there", "en", "fr"); err != nil || got.Text != "bonjour" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	tr := translator(t, shouting())
	word := func(i int) string { return strings.NewReplacer("0", "a", "1", "b").Replace(fmt.Sprintf("%012b", i)) }
	for i := range 1100 {
		if _, err := tr.Translate(t.Context(), word(i), "en", "fr"); err != nil {
			t.Fatal(err)
		}
	}
	entries, bytes := tr.Remembered()
	if entries != 1000 || bytes != 12*1000 {
		t.Errorf("%d entries, %d bytes", entries, bytes)
	}
}

// TestSharedCall lets two people ask the same at once; one of them leaves.
func TestSharedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &engine{answer: func(ctx context.Context, _ string, _ int) (string, error) {
			select {
			case <-release:
				return "bonjour", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}}
		tr := translator(t, e)
		first, leave := context.WithCancel(t.Context())
		type answer struct {
			text string
			err  error
		}
		ask := func(ctx context.Context) chan answer {
			c := make(chan answer, 1)
			go func() {
				got, err := tr.Translate(ctx, "hello there", "en", "fr")
				c <- answer{got.Text, err}
			}()
			synctest.Wait()
			return c
		}
		a, b, c := ask(first), ask(t.Context()), ask(t.Context())
		leave()
		if got := <-a; !errors.Is(got.err, context.Canceled) || got.text != "hello there" {
			t.Errorf("who left got %+v", got)
		}
		close(release)
		for _, waiting := range []chan answer{b, c} {
			if got := <-waiting; got.err != nil || got.text != "bonjour" {
				t.Errorf("who stayed got %+v", got)
			}
		}
		if e.calls() != 1 {
			t.Errorf("%d calls, want 1", e.calls())
		}
	})
}
