package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
)

// impatient makes the program give up a call to Slack soon, so that a story of
// a Slack that hangs is short.
func impatient(w *town) { w.opt.HTTP = &http.Client{Timeout: 300 * time.Millisecond} }

// TestSlackFaultsOnTheWayOut arms every fault before each message of a
// conversation: all of them arrive, once and in order, and the trouble is counted.
func TestSlackFaultsOnTheWayOut(t *testing.T) {
	for _, f := range []struct {
		name  string
		fault bottest.SlackFault
		count string // what must be counted
	}{
		{"429", bottest.SlackLimited(1), `firstline_slack_rate_limited_total{method="chat.postMessage"}`},
		{"500", bottest.SlackServerError, `firstline_messages_total{platform="slack",result="failed_`},
		{"500 after", bottest.SlackServerErrorAfter, `firstline_messages_total{platform="slack",result="found"}`},
		{"503", bottest.SlackUnavailable, `firstline_messages_total{platform="slack",result="failed_`},
		{"html", bottest.SlackHTML, `firstline_messages_total{platform="slack",result="failed_`},
		{"cut", bottest.SlackCutBefore, `firstline_messages_total{platform="slack",result="failed_`},
		{"cut after", bottest.SlackCutAfter, `firstline_messages_total{platform="slack",result="found"}`},
		{"hang", bottest.SlackHang, `firstline_messages_total{platform="slack",result="failed_`},
		{"hang after", bottest.SlackHangAfter, `firstline_messages_total{platform="slack",result="found"}`},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, bottest.SlackOptions{}, impatient)
			s := english(t)
			w.Fail("chat.postMessage", 1, f.fault)
			root := w.Post("UNOK", "C0SIAM", problem)
			w.Reply("UNOK", root, wantHuman)
			w.Reply("UNOK", root, "The stream is summer-1")
			card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
			w.Expect(bottest.InThread(root), shows(s.say("handoff.passed_on")), patience)
			w.Fail("chat.postMessage", 2, f.fault) // to both sides at once
			w.Click("UKIM", card, "claim")
			w.Expect(bottest.InThread(root), shows(s.with("claimed", "name", "Kim")), patience)
			w.Expect(bottest.InThread(card), shows(s.with("desk.claimed", "name", "Kim")), patience)
			w.Fail("chat.update", 1, f.fault)
			w.Fail("chat.postMessage", 1, f.fault)
			w.Click("UKIM", w.Message(card), "resolve")
			w.Reply("UKIM", card, "one last word")
			w.Expect(bottest.InThread(root), shows(s.with("resolved.by_person", "name", "Kim")), patience)
			w.Expect(bottest.InThread(root), bottest.Says("one last word"), patience)
			w.until(card, shows(s.say("status.resolved")))
			w.Expect(bottest.InThread(card), shows(s.with("desk.resolved", "name", "Kim")), patience)
			inOrder(t, w, root, s.say("intro"), s.say("handoff.asked_for_person"), s.say("handoff.passed_on"),
				s.with("claimed", "name", "Kim"), s.with("resolved.by_person", "name", "Kim"), "one last word")
			inOrder(t, w, card, "summer-1", s.with("desk.claimed", "name", "Kim"), s.with("desk.resolved", "name", "Kim"))
			if n := w.count(bottest.In("C0DESK"), bottest.Offers("claim")); n > 1 {
				t.Errorf("%d cards", n)
			}
			if n := w.metric(f.count); n < 1 {
				t.Errorf("%s is %v, want it counted", f.count, n)
			}
			if n := w.metric("firstline_outbox_dead"); n != 0 {
				t.Errorf("%v messages were given up", n)
			}
		})
	}
}

// inOrder checks that the replies of the bot in a thread show these texts, each
// once and in this order.
func inOrder(t *testing.T, w *town, thread bottest.SlackMessage, texts ...string) {
	t.Helper()
	where, last := bottest.InThread(thread), ""
	for _, text := range texts {
		n := 0
		for _, m := range w.Messages(where) {
			if m.BotID != bottest.SlackBotID || m.TS == thread.TS || !shows(text)(m) {
				continue
			}
			if n++; m.TS < last {
				t.Errorf("%q comes too early:\n%s", text, w.transcript(where))
			}
			last = m.TS
		}
		if n != 1 {
			t.Errorf("%q is shown %d times, want once:\n%s", text, n, w.transcript(where))
		}
	}
}

// TestSlackRefusesTheToken: nothing is lost while an operator mends it.
func TestSlackRefusesTheToken(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	w.SetAuthError("token_revoked")
	root := w.Post("UNOK", "C0SIAM", problem)
	w.ExpectCalls("chat.postMessage", 1, patience)
	w.drain()
	if n := w.metric(`firstline_messages_total{platform="slack",result="failed_auth"}`); n < 1 {
		t.Errorf("refusals of the token counted: %v, want some", n)
	}
	w.stop()
	w.SetAuthError("")
	w.opt.Now = func() time.Time { return time.Now().Add(time.Minute) } // it is tried every half minute
	w.start()
	w.Expect(bottest.InThread(root), bottest.Offers("human"), patience)
}

// TestSlackEventsComeAgain: Slack's retries, a lost acknowledgement, and the two
// events of one mention are one event.
func TestSlackEventsComeAgain(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root := w.Post("UNOK", "C0SIAM", problem)
	w.Again()
	first := w.Expect(bottest.InThread(root), bottest.Offers("slot:"), patience)
	w.Again()
	b := first.Buttons()[0]
	w.Click("UNOK", first, b.ActionID)
	w.Again()
	w.Expect(bottest.InThread(root), bottest.After(first), patience)
	w.Reply("UNOK", root, wantHuman)
	w.Again()
	w.Again()
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	w.Click("UKIM", card, "claim")
	w.Again()
	w.Reply("UKIM", card, "hello from Kim")
	w.Again()
	w.Expect(bottest.InThread(root), bottest.Says("hello from Kim"), patience)
	m := w.MentionBot("UNOK", "C0SIAM", "And the sound of our voice rooms in Brazil is gone")
	w.Expect(bottest.InThread(m), bottest.Offers("human"), patience)
	w.drain()
	s := english(t)
	inOrder(t, w, root, s.say("intro"), s.say("handoff.asked_for_person"), s.with("claimed", "name", "Kim"), "hello from Kim")
	w.once(bottest.InThread(m), s.say("intro"))
	cases := w.cases()
	if len(cases) != 2 {
		t.Fatalf("%d cases, want two", len(cases))
	}
	if got := len(w.caseOf(root).Words); got != 2 {
		t.Errorf("%d messages of the customer are kept, want two", got)
	}
	if got := len(w.caseOf(m).Words); got != 1 {
		t.Errorf("a mention is kept as %d messages, want one", got)
	}
	if n := w.metric(`firstline_events_accepted_total{fresh="no"`); n < 7 {
		t.Errorf("%v repeats counted, want seven at least", n)
	}
}

func TestSlackBotsAreIgnored(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	w.Post("UNOK", "C0SIAM", "deploy finished, the stream is down", bottest.FromOtherBot())
	w.Post("UNOK", "C0SIAM", "Nok has joined", bottest.WithSubtype("channel_join"))
	root, card := w.claimed(problem)
	w.Reply("UNOK", root, "alert: 500", bottest.FromOtherBot())
	w.Reply("UKIM", card, "build is green", bottest.FromOtherBot())
	w.Reply("UKIM", card, "done")
	w.Expect(bottest.InThread(root), bottest.Says("done"), patience)
	w.never(bottest.InThread(root), "build is green")
	w.never(bottest.InThread(card), "alert: 500")
	if n := len(w.cases()); n != 1 {
		t.Errorf("%d cases, want the one of a person", n)
	}
	if n := w.metric(`firstline_slack_requests_total{result="ignored",what="own"}`); n < 3 {
		t.Errorf("%v own messages ignored, want some", n)
	}
}

func TestSlackJunkIsRefused(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	event := `{"type":"event_callback","team_id":"T0FIRST","event":{"type":"message","user":"UNOK","text":"hello","ts":"1700000000.000100","channel":"C0SIAM","channel_type":"channel"}}`
	now := time.Now()
	for _, c := range []struct {
		name, method, path, body string
		secret                   string
		at                       time.Time
		status                   int
	}{
		{"wrong signature", "POST", "/slack/events", event, "other", now, 401},
		{"old", "POST", "/slack/events", event, "", now.Add(-6 * time.Minute), 401},
		{"from the future", "POST", "/slack/events", event, "", now.Add(6 * time.Minute), 401},
		{"unsigned", "POST", "/slack/events", event, "-", now, 401},
		{"not JSON", "POST", "/slack/events", "{", "", now, 400},
		{"nothing", "POST", "/slack/events", "", "", now, 400},
		{"other JSON", "POST", "/slack/events", "[1,2]", "", now, 400},
		{"event without a type", "POST", "/slack/events", `{"type":"event_callback","event":{}}`, "", now, 400},
		{"event of the wrong shape", "POST", "/slack/events", `{"type":"event_callback","event":{"type":"message","ts":7,"channel":[]}}`, "", now, 400},
		{"too large", "POST", "/slack/events", `{"type":"event_callback","pad":"` + strings.Repeat("x", 1<<20) + `"}`, "", now, 413},
		{"read", "GET", "/slack/events", "", "", now, 405},
		{"elsewhere", "POST", "/slack/else", event, "", now, 404},
		{"click without payload", "POST", "/slack/interactions", "a=b", "", now, 400},
		{"broken click", "POST", "/slack/interactions", "payload=%7B", "", now, 400},
		{"form of nowhere", "POST", "/slack/interactions", `payload={"type":"view_submission"}`, "", now, 400},
		{"command of nobody", "POST", "/slack/commands", "text=hello", "", now, 400},
		{"broken command", "POST", "/slack/commands", "%zz", "", now, 400},
		{"broken interaction", "POST", "/slack/interactions", "%zz", "", now, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, w.url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			secret := bottest.SlackSigningSecret
			if c.secret != "" {
				secret = c.secret
			}
			if secret != "-" {
				req.Header = bottest.SignSlack(secret, c.at, []byte(c.body))
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.status {
				t.Errorf("answered %d, want %d", resp.StatusCode, c.status)
			}
		})
	}
	w.drain()
	if n := len(w.cases()); n != 0 {
		t.Errorf("%d cases came of junk, want none", n)
	}
	if n := len(w.Calls("chat.postMessage", "chat.postEphemeral")); n != 0 {
		t.Errorf("%d messages came of junk, want none", n)
	}
	if n := w.metric(`firstline_slack_requests_total{result="refused"`); n < 16 {
		t.Errorf("%v refusals counted, want sixteen at least", n)
	}
}
