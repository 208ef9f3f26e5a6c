package discord

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
)

const (
	routePost   = "POST /channels/{channel}/messages"
	routeUpdate = "PATCH /channels/{channel}/messages/{message}"
	routeDelete = "DELETE /channels/{channel}/messages/{message}"
	routeList   = "GET /channels/{channel}/messages"
)

func TestSendSetsWhatKeepsPeopleSafe(t *testing.T) {
	w := newTown(t, townOptions{})
	mustSend(t, w, bot.Outbound{ID: "m1", To: siam(""), Text: "hi <@" + mali + "> @everyone"})
	body := w.Calls(routePost)[0].Body
	for _, want := range []string{`"allowed_mentions":{"parse":[],"replied_user":false}`, `"enforce_nonce":true`, `"nonce":"` + nonce("m1", 0) + `"`, `"flags":4`} {
		if !strings.Contains(body, want) {
			t.Errorf("body %s has no %s", body, want)
		}
	}
	if n := len(nonce("m1", 0)); n > 25 || nonce("m1", 0) == nonce("m1", 1) || nonce("m1", 0) == nonce("m2", 0) {
		t.Errorf("nonce of %d characters", n)
	}
	nobodyCalled(t, w)
}

func TestUpdateAndDelete(t *testing.T) {
	w := newTown(t, townOptions{})
	rec := mustSend(t, w, bot.Outbound{ID: "m1", To: siam(""), Text: "one", Choices: []bot.Choice{{Action: "human", Label: "x"}}})
	for range 2 { // doing it twice is the same
		got := mustSend(t, w, bot.Outbound{ID: "m2", To: siam(""), Text: "two", Update: rec.MessageID})
		if got != rec {
			t.Errorf("receipt = %+v, want %+v", got, rec)
		}
	}
	m := w.Expect(bottest.InDiscord(siamChannel), bottest.DiscordSays("two"), patience)
	if len(m.Components) != 0 {
		t.Errorf("buttons are left: %+v", m.Components)
	}
	for range 2 {
		mustSend(t, w, bot.Outbound{To: siam(""), Update: rec.MessageID, Delete: true})
	}
	if left := w.Messages(bottest.InDiscord(siamChannel)); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	_, err := w.client.Send(t.Context(), bot.Outbound{To: siam(""), Text: "three", Update: rec.MessageID})
	classIs(t, err, bot.ClassGone)
}

func TestSendFailures(t *testing.T) {
	tests := []struct {
		name  string
		route string
		fault bottest.DiscordFault
		want  bot.Class
		shown bool
	}{
		{"500", routePost, bottest.DiscordServerError, bot.ClassUnclear, false},
		{"500 after", routePost, bottest.DiscordServerErrorAfter, bot.ClassUnclear, true},
		{"overloaded", routePost, bottest.DiscordOverloaded, bot.ClassRetry, false},
		{"cloudflare 502", routePost, bottest.DiscordCloudflare(502), bot.ClassUnclear, false},
		{"cloudflare 520", routePost, bottest.DiscordCloudflare(520), bot.ClassUnclear, false},
		{"cloudflare 403", routePost, bottest.DiscordCloudflare(403), bot.ClassAuth, false},
		{"cut before", routePost, bottest.DiscordCutBefore, bot.ClassUnclear, false},
		{"cut after", routePost, bottest.DiscordCutAfter, bot.ClassUnclear, true},
		{"429", routePost, bottest.DiscordLimited(7.25), bot.ClassLimited, false},
		{"unauthorized", routePost, bottest.DiscordError(401, 0), bot.ClassAuth, false},
		{"permissions", routePost, bottest.DiscordError(403, 50013), bot.ClassAuth, false},
		{"access", routePost, bottest.DiscordError(403, 50001), bot.ClassGone, false},
		{"cannot dm", routePost, bottest.DiscordError(403, 50007), bot.ClassGone, false},
		{"form body", routePost, bottest.DiscordError(400, 50035), bot.ClassInvalid, false},
		{"slow mode", routePost, bottest.DiscordError(400, 20016), bot.ClassLimited, false},
		{"wrong address", routePost, bottest.DiscordError(404, 0), bot.ClassAuth, false},
		{"update 500", routeUpdate, bottest.DiscordServerError, bot.ClassRetry, false},
		{"update cut after", routeUpdate, bottest.DiscordCutAfter, bot.ClassRetry, true},
		{"delete cut", routeDelete, bottest.DiscordCutBefore, bot.ClassRetry, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t, townOptions{asleep: true})
			out := bot.Outbound{ID: "m1", At: time.Now(), To: siam(""), Text: "shown"}
			if tt.route != routePost {
				out.Update = mustSend(t, w, bot.Outbound{To: siam(""), Text: "first"}).MessageID
				out.Delete = tt.route == routeDelete
			}
			w.Fail(tt.route, 1, tt.fault)
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, tt.want)
			if n := len(w.Calls(tt.route)); n != 1 {
				t.Errorf("%d calls, want one: nothing may be tried again behind our back", n)
			}
			if tt.route != routePost || tt.want == bot.ClassLimited {
				return
			}
			rec, found, err := w.client.Find(t.Context(), out)
			if err != nil || found != tt.shown || found == (rec.MessageID == "") {
				t.Errorf("Find = %+v, %v, %v; want %v", rec, found, err, tt.shown)
			}
		})
	}
}

func TestRetryShowsOnce(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprint("late ", late), func(t *testing.T) {
			w := newTown(t, townOptions{asleep: true})
			out := bot.Outbound{ID: "m1", At: time.Now(), To: siam(""), Text: "shown once"}
			w.Fail(routePost, 1, bottest.DiscordCutAfter)
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, bot.ClassUnclear)
			w.renew() // and the process died
			var rec bot.Receipt
			if late { // Discord has forgotten the nonce: only looking tells
				w.Advance(10 * time.Minute)
				var found bool
				if rec, found, err = w.client.Find(t.Context(), out); err != nil || !found {
					t.Fatalf("Find = %v, %v", found, err)
				}
			} else {
				rec = mustSend(t, w, out)
			}
			all := w.Messages(bottest.InDiscord(siamChannel))
			if len(all) != 1 || all[0].ID != rec.MessageID {
				t.Errorf("shown: %+v, receipt %+v", all, rec)
			}
		})
	}
}

func TestFindTellsApart(t *testing.T) {
	w := newTown(t, townOptions{})
	root, _ := asked(t, w)
	to := siam(root.ID)
	now := time.Now()
	w.Reply(mali, root, "the same words")
	find := func(out bot.Outbound) bool {
		t.Helper()
		_, found, err := w.client.Find(t.Context(), out)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	out := bot.Outbound{ID: "m2", Case: "case-1", At: now, To: to, Text: "the same words"}
	if find(out) {
		t.Error("found what somebody else wrote")
	}
	mustSend(t, w, bot.Outbound{ID: "m1", To: to, Text: "the same words"})
	if find(out) {
		t.Error("found another message with the same words")
	}
	w.renew()
	if !find(out) {
		t.Error("a program that knows nothing takes the same words for the message")
	}
	for name, other := range map[string]bot.Outbound{
		"later":        {ID: "m2", At: now.Add(time.Hour), To: to, Text: "the same words"},
		"other words":  {ID: "m2", At: now, To: to, Text: "the same"},
		"with buttons": {ID: "m2", At: now, To: to, Text: "the same words", Choices: []bot.Choice{{Action: "human", Label: "x"}}},
		"elsewhere":    {ID: "m2", At: now, To: desk(""), Text: "the same words"},
		"no thread":    {ID: "m2", At: now, To: siam("1"), Text: "the same words"},
		"for one":      {ID: "m2", At: now, To: to, OnlyFor: mali, Text: "the same words"},
		"an update":    {ID: "m2", At: now, To: to, Update: "1", Text: "the same words"},
	} {
		if find(other) {
			t.Errorf("found %s", name)
		}
	}
	q := kinds("th")["question"]
	q.To, q.At = to, now
	if !find(q) {
		t.Error("did not find a question with its buttons and menu")
	}
	c := card("c1", desk(""))
	c.At = now
	rec := mustSend(t, w, c)
	w.renew()
	if got, found, err := w.client.Find(t.Context(), c); !found || err != nil || got != rec {
		t.Errorf("card: %+v, %v, %v", got, found, err)
	}
	_, _, err := w.client.Find(t.Context(), bot.Outbound{To: bot.Address{Platform: "slack", Channel: "C"}, Text: "x"})
	classIs(t, err, bot.ClassInvalid)
	w.Fail(routeList, 1, bottest.DiscordServerError)
	_, _, err = w.client.Find(t.Context(), out)
	classIs(t, err, bot.ClassRetry)
}

func TestFindReadsOn(t *testing.T) {
	w := newTown(t, townOptions{asleep: true})
	out := bot.Outbound{ID: "m1", At: time.Now(), To: siam(""), Text: "the first of many"}
	rec := mustSend(t, w, out)
	for range pageSize + 5 {
		w.Post(mali, siamChannel, "x")
	}
	w.renew()
	if got, found, err := w.client.Find(t.Context(), out); err != nil || !found || got != rec {
		t.Errorf("Find = %+v, %v, %v", got, found, err)
	}
}

func TestLimitsAreRemembered(t *testing.T) {
	for name, tt := range map[string]struct {
		fault  bottest.DiscordFault
		after  time.Duration
		others bool // other channels may be written in
	}{
		"bucket":     {bottest.DiscordLimited(7.25), 7250 * time.Millisecond, true},
		"global":     {bottest.DiscordLimitedGlobal(7.25), 7250 * time.Millisecond, false},
		"cloudflare": {bottest.DiscordCloudflare(429), 7 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			var mu sync.Mutex
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			var invalid []int
			w := newTown(t, townOptions{asleep: true, config: func(c *Config) {
				c.Now = clock
				c.Metrics.Invalid = func(status int) { invalid = append(invalid, status) }
			}})
			for _, to := range []bot.Address{siam(""), desk("")} { // channels are known
				mustSend(t, w, bot.Outbound{To: to, Text: "first"})
			}
			out := bot.Outbound{ID: "m1", To: siam(""), Text: "x"}
			w.Fail(routePost, 1, tt.fault)
			for range 2 {
				_, err := w.client.Send(t.Context(), out)
				classIs(t, err, bot.ClassLimited)
				if se, _ := errors.AsType[*bot.SendError](err); se.After != tt.after {
					t.Errorf("after = %v, want %v", se.After, tt.after)
				}
			}
			_, err := w.client.Send(t.Context(), bot.Outbound{ID: "m2", To: desk(""), Text: "x"})
			if tt.others && err != nil || !tt.others && bot.ClassOf(err) != bot.ClassLimited {
				t.Errorf("elsewhere: %v", err)
			}
			if err := w.client.do(t.Context(), call{name: "create_interaction_response", method: "POST", path: "interactions/1/x/callback", free: true}, nil); bot.ClassOf(err) == bot.ClassLimited {
				t.Error("interactions are not bound to the limit")
			}
			if len(invalid) != 1 || invalid[0] != 429 {
				t.Errorf("invalid requests counted: %v", invalid)
			}
			mu.Lock()
			now = now.Add(tt.after)
			mu.Unlock()
			w.client.limits.buckets, w.client.limits.known = newLimiter(clock).buckets, map[string]bool{} // discordgo has a clock of its own
			mustSend(t, w, out)
		})
	}
}

func TestGoneAndForeignPlaces(t *testing.T) {
	w := newTown(t, townOptions{})
	const closed = "1100000000000000199"
	w.AddChannel(bottest.DiscordChannel{ID: closed, Guild: siamGuild, Name: "closed", Deny: []string{"VIEW_CHANNEL"}})
	for _, ch := range []string{closed, "1100000000000000198"} {
		_, err := w.client.Send(t.Context(), bot.Outbound{To: at(siamGuild, ch, ""), Text: "x"})
		classIs(t, err, bot.ClassGone)
	}
	m := w.Post(mali, siamChannel, "never mind")
	w.inbox.last(t, 1)
	w.Delete(mali, m)
	_, err := w.client.Send(t.Context(), bot.Outbound{ID: "a", To: siam(m.ID), Text: "for you alone"})
	classIs(t, err, bot.ClassGone)
	if left := w.Messages(bottest.InDiscord(siamChannel)); len(left) != 0 {
		t.Errorf("left for everybody to read: %+v", left)
	}
	dm := w.DM(guest)
	w.AddUser(bottest.DiscordUser{ID: guest, Name: "guest", NoDM: true})
	_, err = w.client.Send(t.Context(), bot.Outbound{ID: "d", To: at("", dm, ""), Text: "x"})
	classIs(t, err, bot.ClassGone)
	w.RevokeToken(true)
	_, err = w.client.Send(t.Context(), bot.Outbound{ID: "t", To: siam(""), Text: "x"})
	classIs(t, err, bot.ClassAuth)
	w.RevokeToken(false)
	w.Close()
	w.renew()
	_, err = w.client.Send(t.Context(), bot.Outbound{ID: "z", To: siam(""), Text: "x"})
	classIs(t, err, bot.ClassRetry)
	w.ended = nil
	w.halt()
}

func TestArchivedThreads(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		t.Run(fmt.Sprint("refused ", refuses), func(t *testing.T) {
			w := newTown(t, townOptions{discord: bottest.DiscordOptions{ArchivedRefuses: refuses}})
			root, m := asked(t, w)
			w.Archive(root.ID, false)
			mustSend(t, w, bot.Outbound{ID: "a", To: siam(root.ID), Text: "still there?"})
			w.Expect(bottest.InDiscordThread(root), bottest.DiscordSays("still there?"), patience)
			w.Archive(root.ID, false)
			mustSend(t, w, bot.Outbound{ID: "b", To: siam(root.ID), Text: "settled", Update: m.ID})
			if got := w.Message(m); got.Content != "settled" {
				t.Errorf("message = %+v", got)
			}
			w.Archive(root.ID, true)
			_, err := w.client.Send(t.Context(), bot.Outbound{ID: "c", To: siam(root.ID), Text: "locked"})
			if class := bot.ClassOf(err); class != bot.ClassGone && class != bot.ClassAuth {
				t.Errorf("into a locked thread: %v", err)
			}
		})
	}
}

// relayed is a text that needs several messages.
func relayed() string {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "Line %d of the log_file that the customer pasted.\n", i)
	}
	return b.String()
}

func TestLongTextComesWhole(t *testing.T) {
	for _, threaded := range []bool{true, false} {
		t.Run(fmt.Sprint("thread ", threaded), func(t *testing.T) {
			w := newTown(t, townOptions{discord: bottest.DiscordOptions{Pace: false}})
			to := siam("")
			if threaded {
				to.Thread = w.Post(mali, siamChannel, "hello").ID
			}
			out := bot.Outbound{ID: "long", Case: "case-1", At: time.Now(), To: to, Text: relayed(), Choices: []bot.Choice{{Action: "human", Value: "1", Label: "A person"}}}
			w.Fail(routePost, 1, bottest.DiscordServerErrorAfter) // the first part arrives, unclearly
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, bot.ClassUnclear)
			if _, found, err := w.client.Find(t.Context(), out); found || err != nil {
				t.Errorf("Find after one part = %v, %v", found, err)
			}
			w.renew()
			w.Advance(10 * time.Minute) // its nonce is forgotten
			out.At = out.At.Add(-10 * time.Minute)
			rec := mustSend(t, w, out)
			got, found, err := w.client.Find(t.Context(), out)
			if err != nil || !found || got != rec {
				t.Errorf("Find = %+v, %v, %v; want %+v", got, found, err, rec)
			}
			checkWhole(t, w, threaded, rec)
		})
	}
}

func checkWhole(t *testing.T, w *town, threaded bool, rec bot.Receipt) {
	t.Helper()
	seen, count := "", 0
	var last bottest.DiscordMessage
	all := w.Messages(bottest.InDiscord(siamChannel))
	for _, thread := range w.Threads(siamChannel) {
		all = append(all, w.Messages(bottest.InDiscord(thread.ID))...)
	}
	for _, m := range all {
		if m.Author == bottest.DiscordBotUser && m.Type == 0 {
			seen += m.Content + "\n"
			last = m
			count++
		}
	}
	for i := range 300 {
		if line := fmt.Sprintf("Line %d of", i); strings.Count(seen, line) != 1 {
			t.Fatalf("%q is there %d times", line, strings.Count(seen, line))
		}
	}
	if count < 5 || len(last.Buttons()) != 1 {
		t.Errorf("%d messages, the last one with %d buttons", count, len(last.Buttons()))
	}
	if threaded && rec.MessageID != last.ID {
		t.Errorf("receipt %s is not the message with the button, %s", rec.MessageID, last.ID)
	}
	if !threaded && len(w.Messages(bottest.InDiscord(siamChannel))) != 1 {
		t.Error("the further parts are not in the thread of the first one")
	}
}

func TestNewNamesAllProblems(t *testing.T) {
	_, err := New(Config{APIURL: "ftp://x"})
	for _, want := range []string{"BotToken", "Acceptor", "Marks", "Texts", "APIURL"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	c, err := New(Config{BotToken: "Bot x", Acceptor: newInbox(), Texts: texts{}, Marks: &memory{}})
	if err != nil || c.Name() != "discord" || c.cfg.APIURL != DefaultAPIURL || c.cfg.BotToken != "x" {
		t.Errorf("defaults: %+v, %v", c, err)
	}
}
