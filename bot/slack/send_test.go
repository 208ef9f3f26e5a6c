package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
)

func TestSendSetsWhatKeepsPeopleSafe(t *testing.T) {
	w := newTown(t, townOptions{})
	root := w.Post("UMALI", "C0SIAM", "hello")
	mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", root.TS), Text: "hi <!channel> @everyone"})
	p := w.Calls("chat.postMessage")[0].Params
	for k, want := range map[string]string{
		"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false", "thread_ts": root.TS,
		"metadata": `{"event_type":"firstline_message","event_payload":{"id":"m1"}}`, "text": "hi &lt;!channel&gt; @\u200beveryone",
	} {
		if p[k] != want {
			t.Errorf("%s = %q, want %q", k, p[k], want)
		}
	}
}

func TestUpdateAndDelete(t *testing.T) {
	w := newTown(t, townOptions{})
	rec := mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "one"})
	for range 2 { // doing it twice is the same
		got := mustSend(t, w, bot.Outbound{ID: "m2", To: at("C0SIAM", ""), Text: "two", Update: rec.MessageID})
		if got != rec {
			t.Errorf("receipt = %+v, want %+v", got, rec)
		}
	}
	w.Expect(bottest.In("C0SIAM"), bottest.Says("two"), patience)
	for range 2 {
		mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Update: rec.MessageID, Delete: true})
	}
	if left := w.Messages(bottest.In("C0SIAM")); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	_, err := w.client.Send(t.Context(), bot.Outbound{To: at("C0SIAM", ""), Text: "three", Update: rec.MessageID})
	classIs(t, err, bot.ClassGone)
}

func TestSendFailures(t *testing.T) {
	tests := []struct {
		name   string
		method string
		fault  bottest.SlackFault
		want   bot.Class
		shown  bool
	}{
		{"500", "chat.postMessage", bottest.SlackServerError, bot.ClassUnclear, false},
		{"500 after", "chat.postMessage", bottest.SlackServerErrorAfter, bot.ClassUnclear, true},
		{"503 try later", "chat.postMessage", bottest.SlackUnavailable, bot.ClassRetry, false},
		{"html", "chat.postMessage", bottest.SlackHTML, bot.ClassUnclear, false},
		{"cut before", "chat.postMessage", bottest.SlackCutBefore, bot.ClassUnclear, false},
		{"cut after", "chat.postMessage", bottest.SlackCutAfter, bot.ClassUnclear, true},
		{"429", "chat.postMessage", bottest.SlackLimited(7), bot.ClassLimited, false},
		{"revoked", "chat.postMessage", bottest.SlackError("token_revoked"), bot.ClassAuth, false},
		{"archived", "chat.postMessage", bottest.SlackError("is_archived"), bot.ClassGone, false},
		{"blocks", "chat.postMessage", bottest.SlackError("invalid_blocks"), bot.ClassInvalid, false},
		{"not ok without a code", "chat.postMessage", bottest.SlackError(""), bot.ClassUnclear, false},
		{"update 500", "chat.update", bottest.SlackServerError, bot.ClassRetry, false},
		{"update cut after", "chat.update", bottest.SlackCutAfter, bot.ClassRetry, true},
		{"delete cut", "chat.delete", bottest.SlackCutBefore, bot.ClassRetry, false},
		{"ephemeral 500", "chat.postEphemeral", bottest.SlackServerError, bot.ClassUnclear, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t, townOptions{})
			out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "shown"}
			switch tt.method {
			case "chat.update", "chat.delete":
				out.Update = mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Text: "first"}).MessageID
				out.Delete = tt.method == "chat.delete"
			case "chat.postEphemeral":
				out.OnlyFor = "UMALI"
			}
			w.Fail(tt.method, 1, tt.fault)
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, tt.want)
			if n := len(w.Calls(tt.method)); n != 1 {
				t.Errorf("%d calls, want one: nothing may be tried again behind our back", n)
			}
			if tt.method != "chat.postMessage" {
				return
			}
			if se, _ := errors.AsType[*bot.SendError](err); tt.want == bot.ClassLimited && se.After != 7*time.Second {
				t.Errorf("after = %v, want 7s", se.After)
			}
			_, found, err := w.client.Find(t.Context(), bot.Outbound{To: out.To, ID: "m1"})
			if err != nil || found != tt.shown {
				t.Errorf("Find = %v, %v; want %v", found, err, tt.shown)
			}
		})
	}
}

func TestHangIsUnclearAndFindTells(t *testing.T) {
	for _, shown := range []bool{false, true} {
		t.Run(fmt.Sprint(shown), func(t *testing.T) {
			w := newTown(t, townOptions{})
			fault := bottest.SlackHang
			if shown {
				fault = bottest.SlackHangAfter
			}
			root := w.Post("UMALI", "C0SIAM", "hello")
			w.Fail("chat.postMessage", 1, fault)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			to := at("C0SIAM", root.TS)
			go func() {
				_, err := w.client.Send(ctx, bot.Outbound{ID: "m1", To: to, Text: "x"})
				done <- err
			}()
			w.ExpectCalls("chat.postMessage", 1, patience)
			cancel()
			err := <-done
			classIs(t, err, bot.ClassUnclear)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v does not tell that it was cancelled", err)
			}
			rec, found, err := w.client.Find(t.Context(), bot.Outbound{To: to, ID: "m1"})
			if err != nil || found != shown || found == (rec.MessageID == "") {
				t.Errorf("Find = %+v, %v, %v; want %v", rec, found, err, shown)
			}
		})
	}
}

func TestRefusedConnectionIsRetried(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{NoEcho: true}})
	w.Close()
	_, err := w.client.Send(t.Context(), bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "x"})
	classIs(t, err, bot.ClassRetry)
	_, _, err = w.client.Find(t.Context(), bot.Outbound{To: at("C0SIAM", ""), ID: "m1"})
	classIs(t, err, bot.ClassRetry)
}

func TestLimitIsRemembered(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := newTown(t, townOptions{config: func(c *Config) { c.Now = clock }})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "x"}
	w.Fail("chat.postMessage", 1, bottest.SlackLimited(7))
	for range 2 {
		_, err := w.client.Send(t.Context(), out)
		classIs(t, err, bot.ClassLimited)
	}
	mustSend(t, w, bot.Outbound{ID: "m2", To: at("C0DESK", ""), Text: "elsewhere"})
	if n := len(w.Calls("chat.postMessage")); n != 2 {
		t.Errorf("%d calls, want two: Slack asked for silence in one channel", n)
	}
	mu.Lock()
	now = now.Add(7 * time.Second)
	mu.Unlock()
	mustSend(t, w, out)
}

func TestPaceKeepsSlackContent(t *testing.T) {
	now := time.Unix(1700000000, 0)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := newTown(t, townOptions{
		slack:  bottest.SlackOptions{Pace: true, Now: clock},
		config: func(c *Config) { c.Now, c.Pace = clock, 0 },
	})
	w.client.pace.wait = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
		return nil
	}
	for i := range 5 {
		mustSend(t, w, bot.Outbound{ID: fmt.Sprint(i), To: at("C0SIAM", ""), Text: "x"})
		mustSend(t, w, bot.Outbound{ID: fmt.Sprint("d", i), To: at("C0DESK", ""), Text: "x"})
	}
}

func TestReplyToADeletedRootIsTakenBack(t *testing.T) {
	w := newTown(t, townOptions{})
	root := w.Post("UMALI", "C0SIAM", "never mind")
	w.Delete("UMALI", root)
	_, err := w.client.Send(t.Context(), bot.Outbound{ID: "m1", To: at("C0SIAM", root.TS), Text: "for you alone"})
	classIs(t, err, bot.ClassGone)
	if left := w.Messages(bottest.In("C0SIAM")); len(left) != 0 {
		t.Errorf("left for everybody to read: %+v", left)
	}
}

func TestGoneAndForeignPlaces(t *testing.T) {
	w := newTown(t, townOptions{})
	w.AddChannel(bottest.SlackChannel{ID: "C0OUT", NoBot: true})
	w.AddChannel(bottest.SlackChannel{ID: "C0OLD", Archived: true})
	for _, ch := range []string{"C0OUT", "C0OLD", "C0NONE"} {
		_, err := w.client.Send(t.Context(), bot.Outbound{To: at(ch, ""), Text: "x"})
		classIs(t, err, bot.ClassGone)
	}
	_, err := w.client.Send(t.Context(), bot.Outbound{To: at("C0SIAM", ""), OnlyFor: "UFAR", Text: "x"})
	classIs(t, err, bot.ClassGone)
	_, _, err = w.client.Find(t.Context(), bot.Outbound{To: at("C0SIAM", "1.1"), ID: "m1"})
	classIs(t, err, bot.ClassGone)
	w.SetAuthError("missing_scope")
	_, err = w.client.Send(t.Context(), bot.Outbound{To: at("C0SIAM", ""), Text: "x"})
	classIs(t, err, bot.ClassAuth)
	if !strings.Contains(err.Error(), "chat:write") {
		t.Errorf("error %v does not name the scope", err)
	}
}

// relayed is a text that needs several messages.
func relayed() string {
	var b strings.Builder
	for i := range 1200 {
		fmt.Fprintf(&b, "Line %d of the log that the customer pasted.\n", i)
	}
	return b.String()
}

func TestLongTextComesWhole(t *testing.T) {
	for _, threaded := range []bool{true, false} {
		t.Run(fmt.Sprint("thread ", threaded), func(t *testing.T) {
			w := newTown(t, townOptions{})
			to := at("C0SIAM", "")
			if threaded {
				to.Thread = w.Post("UMALI", "C0SIAM", "hello").TS
			}
			out := bot.Outbound{ID: "long", To: to, Text: relayed(), Choices: []bot.Choice{{Action: "human", Value: "1", Label: "A person"}}}
			look := map[bool]string{true: "conversations.replies", false: "conversations.history"}[threaded]
			w.Fail(look, 1, bottest.SlackCutBefore) // nothing is written before it is known what is there
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, bot.ClassRetry)
			w.Fail("chat.postMessage", 1, bottest.SlackServerErrorAfter) // the first part arrives, unclearly
			_, err = w.client.Send(t.Context(), out)
			classIs(t, err, bot.ClassUnclear)
			if _, found, err := w.client.Find(t.Context(), bot.Outbound{To: to, ID: "long"}); found || err != nil {
				t.Errorf("Find after one part = %v, %v", found, err)
			}
			rec := mustSend(t, w, out)
			got, found, err := w.client.Find(t.Context(), bot.Outbound{To: to, ID: "long"})
			if err != nil || !found || got != rec {
				t.Errorf("Find = %+v, %v, %v; want %+v", got, found, err, rec)
			}
			seen, count := "", 0
			for _, m := range w.Messages(bottest.In("C0SIAM")) {
				if m.BotID != "" {
					seen += m.Visible() + "\n"
					count++
					if !threaded && m.TS != rec.MessageID && m.ThreadTS != rec.MessageID {
						t.Errorf("part %s is not under the first one", m.TS)
					}
				}
			}
			for i := range 1200 {
				if line := fmt.Sprintf("Line %d of", i); strings.Count(seen, line) != 1 {
					t.Fatalf("%q is there %d times", line, strings.Count(seen, line))
				}
			}
			if count < 5 {
				t.Errorf("%d messages", count)
			}
		})
	}
}

func TestFindReadsOn(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{NoEcho: true}})
	root := w.Post("UMALI", "C0SIAM", "hello")
	to := at("C0SIAM", root.TS)
	for i := range pageSize + 5 {
		mustSend(t, w, bot.Outbound{ID: fmt.Sprint(i), To: to, Text: "x"})
	}
	for id, want := range map[string]bool{"0": true, "204": true, "205": false, "": false} {
		_, found, err := w.client.Find(t.Context(), bot.Outbound{To: to, ID: id})
		if err != nil || found != want {
			t.Errorf("Find(%q) = %v, %v; want %v", id, found, err, want)
		}
	}
	for i := range pageSize + 5 {
		mustSend(t, w, bot.Outbound{ID: fmt.Sprint("top", i), To: at("C0SIAM", ""), Text: "x"})
	}
	if _, found, err := w.client.Find(t.Context(), bot.Outbound{To: at("C0SIAM", ""), ID: "top0"}); !found || err != nil {
		t.Errorf("Find in the channel = %v, %v", found, err)
	}
}

func TestCheck(t *testing.T) {
	w := newTown(t, townOptions{})
	w.AddChannel(bottest.SlackChannel{ID: "C0OUT", Name: "out", NoBot: true})
	r, err := w.client.Check(t.Context(), "C0SIAM", "G0GULF", "C0OUT", "C0NONE")
	if err != nil {
		t.Fatal(err)
	}
	if r.Team != "First" || r.BotUser != bottest.SlackBotUser || len(r.Missing) != 0 || r.Socket != nil || r.Good() {
		t.Errorf("report = %+v", r)
	}
	want := []ChannelReport{
		{ID: "C0DESK", Name: "desk", Member: true}, {ID: "C0SIAM", Name: "siam", Member: true},
		{ID: "G0GULF", Name: "gulf", Member: true, Shared: true}, {ID: "C0OUT", Name: "out"},
	}
	for i, ch := range want {
		if r.Channels[i] != ch {
			t.Errorf("channel %d = %+v, want %+v", i, r.Channels[i], ch)
		}
	}
	classIs(t, r.Channels[4].Err, bot.ClassGone)
	if good, err := w.client.Check(t.Context(), "C0SIAM"); err != nil || !good.Good() {
		t.Errorf("report = %+v, %v; want it good", good, err)
	}
	w.Without("files:write")
	if r, err := w.client.Check(t.Context(), "C0SIAM"); err != nil || r.Good() || !slices.Equal(r.Missing, []string{"files:write"}) {
		t.Errorf("report = %+v, %v; want the missing scope", r, err)
	}
	w.SetAuthError("invalid_auth")
	_, err = w.client.Check(t.Context())
	classIs(t, err, bot.ClassAuth)
}

func TestNewNamesAllProblems(t *testing.T) {
	_, err := New(Config{})
	for _, want := range []string{"BotToken", "SigningSecret", "Acceptor", "Texts"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	c, err := New(Config{BotToken: "x", SigningSecret: "x", Acceptor: &inbox{}, Texts: texts{}})
	if err != nil || c.Name() != "slack" || c.cfg.APIURL != DefaultAPIURL || c.cfg.HTTPClient == http.DefaultClient {
		t.Errorf("defaults: %+v, %v", c, err)
	}
}

func TestManifest(t *testing.T) {
	for name, socket := range map[string]bool{"manifest_http.json": false, "manifest_socket.json": true} {
		got, err := Manifest("https://bot.example.com/", socket)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, string(got))
	}
	for _, bad := range []string{"", "http://bot.example.com", "https://", "bot.example.com", "https://x?a=b", "%zz"} {
		if _, err := Manifest(bad, false); err == nil {
			t.Errorf("Manifest(%q) takes it", bad)
		}
	}
}
