package openai

import (
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSpend(t *testing.T) {
	now := newClock()
	var l log
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) { says(w, hello) })
	c := client(t, f, func(c *Config) {
		logged(&l)(c)
		c.Now, c.InputPrice, c.OutputPrice, c.DailyBudget = now.now, 2, 10, 0.008
	})
	// An answer of the fake is 1000 and 100 tokens: 0.003 dollars.
	for i := range 3 {
		if err := translate(t, c); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	s := c.Spent()
	if s.Requests != 3 || s.In != 3000 || s.Out != 300 || s.Estimated || math.Abs(s.USD-0.009) > 1e-9 || !s.Day.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("spent %+v", s)
	}
	if err := translate(t, c); !errors.Is(err, ErrBudget) || len(f.seen()) != 3 {
		t.Errorf("over the budget: %v after %d requests", err, len(f.seen()))
	}
	for _, want := range []string{"tokens translation 1000 100\n", "cost 0.003000\n", "asked translation ok\n", "asked translation budget\n", "level=WARN"} {
		if !strings.Contains(l.String(), want) {
			t.Errorf("not told: %s", want)
		}
	}
	now.add(11 * time.Hour)
	if err := translate(t, c); !errors.Is(err, ErrBudget) {
		t.Errorf("at 23:00: %v", err)
	}
	now.add(time.Hour)
	if err := translate(t, c); err != nil || c.Spent().Requests != 1 {
		t.Errorf("the next day: %v, %+v", err, c.Spent())
	}
}

// TestSpendOfEmbeddings has its own price, which may reach the budget too.
func TestSpendOfEmbeddings(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) { vectors(w, a, nil) })
	c := client(t, f, func(c *Config) { c.InputPrice, c.OutputPrice, c.EmbeddingPrice = 1, 1, 1e6 })
	if _, err := c.Embed(t.Context(), []string{"hello"}); err != nil {
		t.Fatal(err)
	}
	if s := c.Spent(); s.In != 7 || s.USD != 7 {
		t.Errorf("spent %+v, want 7 tokens for 7 dollars", s)
	}
}

// TestSpendUntold estimates when the server does not tell, and says so.
func TestSpendUntold(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) {
		_, _ = w.Write([]byte(`{"choices":[{"message":{"content":"{\"translation\":\"สวัสดี\"}"}}]}`))
	})
	c := client(t, f, nil)
	if err := translate(t, c); err != nil {
		t.Fatal(err)
	}
	if s := c.Spent(); !s.Estimated || s.In < 300 || s.In > 2000 || s.Out < 8 || s.Out > 30 {
		t.Errorf("spent %+v, want an estimate", s)
	}
}

// TestSpendLate counts a question that was sent and not answered in time.
func TestSpendLate(t *testing.T) {
	f := newFake(t, hang(""))
	c := client(t, f, func(c *Config) { c.Timeout = 30 * time.Millisecond })
	_ = translate(t, c)
	if s := c.Spent(); s.Requests != 1 || s.In == 0 || s.Out != 0 || !s.Estimated {
		t.Errorf("spent %+v, want the question", s)
	}
}

func TestTokens(t *testing.T) {
	for text, want := range map[string][2]int{"": {0, 0}, "hello, world": {3, 3}, "สวัสดีครับ": {10, 10}, "直播卡顿": {4, 4}, "привет": {4, 6}, "stutter 卡": {3, 4}} {
		if got := tokens(text); got < want[0] || got > want[1] {
			t.Errorf("tokens(%q) = %d, want %v", text, got, want)
		}
	}
}
