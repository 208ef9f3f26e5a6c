package slack

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
)

// What is sent again after an unclear end shows nothing twice and leaves nothing out.

// TestLinkLineIsNotRepeated breaks between two link lines.
func TestLinkLineIsNotRepeated(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"a": "1", "b": "2"})})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("a"), linked("b")}}
	w.Fail("files.completeUploadExternal", 2, bottest.SlackError("file_type_not_allowed"))
	ctx, cancel := context.WithCancel(t.Context())
	w.client.pace.every = time.Nanosecond
	posts := 0
	w.client.pace.wait = func(context.Context, time.Duration) error { return nil }
	stop := w.client.cfg.Metrics.Sent
	w.client.cfg.Metrics.Sent = func(method, result string) {
		if stop(method, result); method == "chat.postMessage" {
			if posts++; posts == 2 { // the text and the first line
				cancel()
			}
		}
	}
	_, err := w.client.Send(ctx, out)
	classIs(t, err, bot.ClassRetry)
	find(t, w, out, false)
	mustSend(t, w, out)
	shows(t, w, bottest.In("C0SIAM"), "see", "📎 a\n<https://elsewhere.example/a>", "📎 b\n<https://elsewhere.example/b>")
	find(t, w, out, true)
}

func TestNoFileTwice(t *testing.T) {
	tests := []struct {
		name   string
		method string
		fault  bottest.SlackFault
		want   bot.Class
		found  bool
	}{
		{"text, done", "chat.postMessage", bottest.SlackServerErrorAfter, bot.ClassUnclear, false},
		{"text, cut after", "chat.postMessage", bottest.SlackCutAfter, bot.ClassUnclear, false},
		{"text, not done", "chat.postMessage", bottest.SlackServerError, bot.ClassUnclear, false},
		{"files, cut after", "files.completeUploadExternal", bottest.SlackCutAfter, bot.ClassUnclear, true},
		{"files, 500 after", "files.completeUploadExternal", bottest.SlackServerErrorAfter, bot.ClassUnclear, true},
		{"files, cut before", "files.completeUploadExternal", bottest.SlackCutBefore, bot.ClassUnclear, false},
		{"files, 503", "files.completeUploadExternal", bottest.SlackUnavailable, bot.ClassRetry, false},
		{"files, maintenance", "files.completeUploadExternal", bottest.SlackHTML, bot.ClassUnclear, false},
		{"files, limited", "files.completeUploadExternal", bottest.SlackError("ratelimited"), bot.ClassLimited, false},
		{"look, cut", "conversations.replies", bottest.SlackCutBefore, bot.ClassRetry, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Now()
			var mu sync.Mutex
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			w := newTown(t, townOptions{config: func(c *Config) {
				passing(map[string]string{"log.txt": "line"})(c)
				c.Now = clock
			}})
			root := w.Post("UMALI", "C0SIAM", "hello")
			out := bot.Outbound{ID: "m1", To: at("C0SIAM", root.TS), Text: "see", Files: []bot.File{linked("log.txt")}}
			w.Fail(tt.method, 1, tt.fault)
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, tt.want)
			find(t, w, out, tt.found)
			mu.Lock()
			now = now.Add(time.Minute) // past what Slack asked for
			mu.Unlock()
			for range 2 {
				mustSend(t, w, out)
				shows(t, w, bottest.InThread(root), "see", "log.txt=line")
				find(t, w, out, true)
			}
		})
	}
}

// TestTextDecidesWhatFollows sends again when the files can no longer be fetched: what was
// uploaded is there, and needs nobody.
func TestTextDecidesWhatFollows(t *testing.T) {
	contents := map[string]string{"log.txt": "line"}
	w := newTown(t, townOptions{config: passing(contents)})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("log.txt"), linked("later.txt")}}
	w.Fail("files.completeUploadExternal", 1, bottest.SlackCutBefore)
	_, err := w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassUnclear)
	maps.Copy(contents, map[string]string{"later.txt": "late"})
	delete(contents, "log.txt")
	mustSend(t, w, out)
	shows(t, w, bottest.In("C0SIAM"), "see\n📎 later.txt\n<https://elsewhere.example/later.txt>", "log.txt=line")
	if n := len(w.Calls(bottest.SlackUpload)); n != 1 {
		t.Errorf("%d uploads, want one", n)
	}
}

// TestLateShareIsNotDoubled loses the answer of a completion that Slack carries out later.
func TestLateShareIsNotDoubled(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"log.txt": "line"})})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("log.txt")}}
	w.HoldShares(true)
	w.Fail("files.completeUploadExternal", 1, bottest.SlackCutAfter)
	_, err := w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassUnclear)
	find(t, w, out, false)
	mustSend(t, w, out) // Slack refuses to take it again
	w.HoldShares(false)
	shows(t, w, bottest.In("C0SIAM"), "see", "📎 log.txt\n<https://elsewhere.example/log.txt>", "log.txt=line")
	find(t, w, out, true)
}

func TestFileThatSlackCannotDigestIsGivenUp(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := newTown(t, townOptions{
		slack:  bottest.SlackOptions{Now: clock},
		config: func(c *Config) { passing(map[string]string{"log.txt": "line"})(c); c.Now = clock },
	})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("log.txt")}}
	w.Fail("files.completeUploadExternal", 3, bottest.SlackError("internal_error"))
	for range 2 {
		_, err := w.client.Send(t.Context(), out)
		classIs(t, err, bot.ClassUnclear)
	}
	shows(t, w, bottest.In("C0SIAM"), "see")
	mu.Lock()
	now = now.Add(sharePatience + time.Second)
	mu.Unlock()
	mustSend(t, w, out)
	shows(t, w, bottest.In("C0SIAM"), "see", "📎 log.txt\n<https://elsewhere.example/log.txt>")
	find(t, w, out, true)
}

func TestLongTextComesWithItsFiles(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"log.txt": "line"})})
	root := w.Post("UMALI", "C0SIAM", "hello")
	out := bot.Outbound{ID: "long", To: at("C0SIAM", root.TS), Text: relayed(), Files: []bot.File{linked("log.txt"), linked("nowhere")}}
	w.Fail("chat.postMessage", 1, bottest.SlackServerErrorAfter)
	_, err := w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassUnclear)
	w.Fail("files.completeUploadExternal", 1, bottest.SlackCutAfter)
	_, err = w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassUnclear)
	find(t, w, out, true)
	mustSend(t, w, out)
	got := shown(w, bottest.InThread(root))
	if last := len(got) - 1; got[last] != "log.txt=line" || !strings.HasSuffix(got[last-1], "📎 nowhere\n<https://elsewhere.example/nowhere>") {
		t.Errorf("the end is %q", got[last-1:])
	}
	for i := range 1200 {
		if line := fmt.Sprintf("Line %d of", i); strings.Count(strings.Join(got, "\n"), line) != 1 {
			t.Fatalf("%q is not there once", line)
		}
	}
}
