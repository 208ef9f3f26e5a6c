package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/gorilla/websocket"
)

func msgIDs(list ...bottest.DiscordMessage) []string {
	var out []string
	for _, m := range list {
		out = append(out, "msg:"+m.ID)
	}
	return out
}

// inOrder waits until all of want were accepted, and fails unless that was once each and in this order.
func inOrder(t *testing.T, w *town, want ...bottest.DiscordMessage) {
	t.Helper()
	w.inbox.last(t, len(want))
	if got := w.inbox.ids(); !slices.Equal(got, msgIDs(want...)) {
		t.Errorf("accepted %v, want %v", got, msgIDs(want...))
	}
}

func TestCutInTheMiddleIsResumed(t *testing.T) {
	w := newTown(t, townOptions{})
	one := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	for n, cut := range []func(){
		w.CutGateway, w.ReconnectGateway, func() { w.CloseGateway(4000, "unknown error") }, func() { w.InvalidateSessions(true) },
	} {
		cut()
		w.Post(mali, siamChannel, fmt.Sprint("while it was down ", n))
		w.ExpectConnections(n+2, patience)
		w.Post(mali, siamChannel, fmt.Sprint("after ", n))
		w.inbox.await(t, fmt.Sprint("both of ", n), func(b *inbox) bool { return len(b.events) == 3+2*n })
	}
	resumed := 0
	for _, c := range w.Connections() {
		if c.Resumed {
			resumed++
		}
	}
	if resumed < 3 {
		t.Errorf("resumed %d times: %+v", resumed, w.Connections())
	}
	if all := w.inbox.all(); all[0].MessageID != one.ID || all[1].Text != "while it was down 0" {
		t.Errorf("accepted %v", w.inbox.ids())
	}
}

func TestLostSessionIsReadAgain(t *testing.T) {
	for name, lose := range map[string]func(w *town){
		"operation 9":      func(w *town) { w.CutGateway(); w.ExpireSessions() },
		"invalid sequence": func(w *town) { w.CloseGateway(4007, "invalid seq") },
		"timed out":        func(w *town) { w.CloseGateway(4009, "session timed out") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, townOptions{})
			root := w.Post(mali, siamChannel, "root")
			w.inbox.last(t, 1)
			mustSend(t, w, bot.Outbound{ID: "a", To: siam(root.ID), Text: "hi"})
			dm := w.Post(mali, w.DM(mali), "direct")
			w.inbox.last(t, 2)
			lose(w)
			inThread := w.Reply(mali, root, "in the thread")
			direct := w.Post(mali, w.DM(mali), "direct again")
			post := w.PostForum(mali, siamForum, "new post", "first words")
			reply := w.Reply(mali, post, "second words")
			w.inbox.last(t, 6)
			var many []bottest.DiscordMessage
			for i := range 3 {
				many = append(many, w.Post(mali, siamChannel, fmt.Sprint("message ", i)))
			}
			w.inbox.last(t, 9)
			got := w.inbox.ids()
			for _, id := range msgIDs(root, dm, inThread, direct, post, reply, many[0], many[1], many[2]) {
				if n := strings.Count(strings.Join(got, " ")+" ", id+" "); n != 1 {
					t.Errorf("%s accepted %d times", id, n)
				}
			}
			if slices.Index(got, "msg:"+post.ID) > slices.Index(got, "msg:"+reply.ID) {
				t.Error("a reply came before its post")
			}
		})
	}
}

func TestGapIsReadInOrderPageByPage(t *testing.T) {
	w := newTown(t, townOptions{})
	want := []bottest.DiscordMessage{w.Post(mali, siamChannel, "before")}
	w.inbox.last(t, 1)
	w.restart(func() {
		for i := range pageSize*2 + 7 {
			want = append(want, w.Post(mali, siamChannel, fmt.Sprint("message ", i)))
		}
		w.Fail(routeList, 1, bottest.DiscordServerError)
		w.Fail(routeList, 1, bottest.DiscordLimited(0.01))
	})
	want = append(want, w.Post(mali, siamChannel, "live"))
	inOrder(t, w, want...)
	w.restart(func() {})
	want = append(want, w.Post(mali, siamChannel, "after nothing happened"))
	inOrder(t, w, want...)
}

func TestHistoryOpensNoCases(t *testing.T) {
	w := newTown(t, townOptions{asleep: true})
	w.Post(mali, siamChannel, "long before the bot came")
	old := w.PostForum(mali, siamForum, "old post", "old words")
	w.run()
	w.Post(mali, siamChannel, "now")
	if got := w.inbox.last(t, 1); got.Text != "now" {
		t.Errorf("accepted %+v", w.inbox.all())
	}
	w.Reply(mali, old, "still open?")
	if got := w.inbox.last(t, 2); got.Address.Thread != old.ID {
		t.Errorf("reply in an old post = %+v", got)
	}
	w.restart(func() { w.Post(mali, siamChannel, "in the gap") })
	if got := w.inbox.last(t, 3); got.Text != "in the gap" {
		t.Errorf("accepted %+v", got)
	}
}

func TestThreadOfTheGap(t *testing.T) {
	w := newTown(t, townOptions{})
	one := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	var two, first, second bottest.DiscordMessage
	w.restart(func() {
		two = w.Post(mali, siamChannel, "two")
		w.StartThread(mali, two, "two")
		first, second = w.Reply(mali, two, "first reply"), w.Reply(mali, two, "second reply")
		w.Fail(routeList, 1, bottest.DiscordLimited(0.2)) // the channel is slower than its thread
	})
	inOrder(t, w, one, two, first, second)
}

func TestEmptyThreadIsReadFromItsBeginning(t *testing.T) {
	w := newTown(t, townOptions{})
	const thread = "1100000000000000777" // older than anything said
	w.AddChannel(bottest.DiscordChannel{ID: thread, Guild: siamGuild, Name: "plans", Kind: bottest.DiscordPublicThread, Parent: siamChannel})
	one := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	var two bottest.DiscordMessage
	w.restart(func() { two = w.Post(mali, thread, "the first words in it") })
	inOrder(t, w, one, two)
}

// TestThreadWithoutItsMark is a crash before the mark of a thread was written: its channel's is younger already.
func TestThreadWithoutItsMark(t *testing.T) {
	w := newTown(t, townOptions{})
	one := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	w.opens(siam(one.ID), "case-1")
	w.StartThread(mali, one, "one")
	two := w.Post(mali, siamChannel, "two")
	inOrder(t, w, one, two)
	var reply bottest.DiscordMessage
	w.restart(func() {
		delete(w.memory.marks, one.ID)
		reply = w.Reply(mali, one, "written after the crash")
	})
	inOrder(t, w, one, two, reply)
}

// TestReplyWaitsForItsRoot holds back several messages, and what is said in their threads must come after them.
func TestReplyWaitsForItsRoot(t *testing.T) {
	w := newTown(t, townOptions{})
	w.inbox.set(errors.New("disk full"))
	replies := map[string]string{}
	for range 8 {
		root := w.Post(mali, siamChannel, "root")
		w.StartThread(mali, root, "x")
		replies[w.Reply(mali, root, "reply").ID] = root.ID
	}
	w.inbox.await(t, "refusals", func(b *inbox) bool { return b.refused > 10 })
	w.inbox.set(nil)
	w.inbox.last(t, 16)
	seen := map[string]bool{}
	for _, in := range w.inbox.all() {
		if root, isReply := replies[in.MessageID]; isReply && !seen[root] {
			t.Errorf("a reply was stored before the message that it belongs to")
		}
		seen[in.MessageID] = true
	}
}

func TestConversationsElsewhereAreReadAgain(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.MentionBot(mali, elseChannel, "black screen")
	got := w.inbox.last(t, 1)
	mustSend(t, w, bot.Outbound{ID: "a", To: got.Address, Text: "Where?"})
	w.opens(got.Address, "case-1")
	w.Expect(bottest.InDiscordThread(m), nil, patience)
	var r, call bottest.DiscordMessage
	w.restart(func() {
		r = w.Reply(mali, m, "in Korea") // the first words in that thread
		w.Post(kim, elseChannel, "lunch?")
		call = w.MentionBot(kim, elseChannel, "me too")
	})
	w.inbox.last(t, 3)
	for _, id := range msgIDs(m, r, call) {
		if !slices.Contains(w.inbox.ids(), id) {
			t.Errorf("%s is missing in %v", id, w.inbox.ids())
		}
	}
}

func TestArchivedWhileDown(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		t.Run(fmt.Sprint("restarted ", restarted), func(t *testing.T) {
			w := newTown(t, townOptions{})
			root, _ := asked(t, w)
			r := w.Reply(mali, root, "one")
			w.inbox.last(t, 2)
			var late bottest.DiscordMessage
			meanwhile := func() {
				late = w.Reply(mali, root, "before it was archived")
				w.Archive(root.ID, false)
			}
			if restarted {
				w.restart(meanwhile)
			} else {
				w.CutGateway()
				meanwhile()
				w.ExpireSessions()
			}
			inOrder(t, w, root, r, late)
		})
	}
}

// TestGuildThatIsDown shows that direct conversations do not wait for a guild that never comes up.
func TestGuildThatIsDown(t *testing.T) {
	w := newTown(t, townOptions{tune: func(c *Client) { c.times.guilds = time.Millisecond }})
	one := w.Post(mali, w.DM(mali), "one")
	w.inbox.last(t, 1)
	var two bottest.DiscordMessage
	w.restart(func() {
		w.Outage(elseGuild, true)
		two = w.Post(mali, w.DM(mali), "two")
	})
	inOrder(t, w, one, two)
}

func TestEditOfAKnownMessageInTheGap(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(mali, siamChannel, "Thailand")
	w.inbox.last(t, 1)
	w.CutGateway()
	w.ExpireSessions()
	w.Edit(mali, m, "Vietnam")
	w.Post(mali, siamChannel, "next")
	w.inbox.await(t, "edit and message", func(b *inbox) bool { return len(b.events) >= 3 })
	if got := w.inbox.all()[1]; got.Kind != bot.KindEdit || got.Text != "Vietnam" || got.MessageID != m.ID {
		t.Errorf("edit = %+v", got)
	}
	w.inbox.last(t, 3)
}

func TestFullDiskLosesNothing(t *testing.T) {
	w := newTown(t, townOptions{})
	want := []bottest.DiscordMessage{w.Post(mali, siamChannel, "before")}
	w.inbox.last(t, 1)
	w.inbox.set(errors.New("disk full"))
	for i := range 3 {
		want = append(want, w.Post(mali, siamChannel, fmt.Sprint("while it was full ", i)))
	}
	w.inbox.await(t, "refusals", func(b *inbox) bool { return b.refused >= 3 })
	if mark := w.memory.get(siamChannel); newer(mark, want[0].ID) {
		t.Errorf("mark %s is over what was not stored", mark)
	}
	w.inbox.set(nil)
	inOrder(t, w, want...)
	w.inbox.set(errors.New("disk full"))
	want = append(want, w.Post(mali, siamChannel, "stored by the next process"))
	w.inbox.await(t, "more refusals", func(b *inbox) bool { return b.refused >= 5 })
	w.restart(func() { w.inbox.set(nil) })
	inOrder(t, w, want...)
}

func TestOneFullChannelDoesNotHoldTheOthers(t *testing.T) {
	w := newTown(t, townOptions{})
	w.AddChannel(bottest.DiscordChannel{ID: gulfChannel, Guild: gulfGuild, Name: "gulf", Deny: []string{"CREATE_PRIVATE_THREADS"}})
	w.Post(fatima, gulfChannel, "cannot be taken")
	w.ExpectCalls("POST /channels/{channel}/threads", 2, patience)
	w.Post(mali, siamChannel, "can")
	if got := w.inbox.last(t, 1); got.Text != "can" {
		t.Errorf("accepted %+v", got)
	}
}

func TestOverflowIsReadAgain(t *testing.T) {
	w := newTown(t, townOptions{tune: func(c *Client) { c.feed.depth = 20 }})
	want := []bottest.DiscordMessage{w.Post(mali, siamChannel, "before")}
	w.inbox.last(t, 1)
	w.inbox.set(errors.New("disk full"))
	for i := range 30 {
		want = append(want, w.Post(mali, siamChannel, fmt.Sprint("message ", i)))
	}
	w.log.await(t, "channel will be read again")
	w.inbox.set(nil)
	inOrder(t, w, want...)
}

func TestMarksThatCannotBeStoredAreStoredLater(t *testing.T) {
	w := newTown(t, townOptions{})
	w.memory.mu.Lock()
	w.memory.fail = errors.New("disk full")
	w.memory.mu.Unlock()
	m := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	w.memory.mu.Lock()
	w.memory.fail = nil
	w.memory.mu.Unlock()
	w.stop()
	if got := w.memory.get(siamChannel); got != m.ID {
		t.Errorf("mark = %s, want %s", got, m.ID)
	}
}

func TestRefusedIntentIsNamed(t *testing.T) {
	w := newTown(t, townOptions{asleep: true})
	w.RefuseIntents(true)
	err := w.client.Run(t.Context())
	classIs(t, err, bot.ClassAuth)
	if err == nil || !strings.Contains(err.Error(), "Message Content Intent") || !strings.Contains(err.Error(), "developer portal") {
		t.Errorf("error %v does not name the remedy", err)
	}
}

func TestIntentRefusedWhileRunning(t *testing.T) {
	w := newTown(t, townOptions{})
	w.RefuseIntents(true)
	w.CloseGateway(4009, "timed out")
	err := <-w.ended
	classIs(t, err, bot.ClassAuth)
	w.ended = nil
}

func TestRefusedToken(t *testing.T) {
	w := newTown(t, townOptions{})
	w.RevokeToken(true)
	w.CutGateway()
	classIs(t, <-w.ended, bot.ClassAuth)
	w.ended = nil
	w.renew()
	classIs(t, w.client.Run(t.Context()), bot.ClassAuth) // gateway/bot says so already
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.client.Run(ended); err != nil {
		t.Errorf("an ended context gives %v", err)
	}
}

func TestIntents(t *testing.T) {
	w := newTown(t, townOptions{})
	const want = 1<<0 | 1<<9 | 1<<12 | 1<<15
	if c := w.Connections()[0]; c.Intents != want {
		t.Errorf("intents = %b, want %b", c.Intents, want)
	}
}

func TestSharding(t *testing.T) {
	w := newTown(t, townOptions{discord: bottest.DiscordOptions{Shards: 2}})
	m := w.Post(mali, siamChannel, "one")
	w.Post(fatima, gulfChannel, "two")
	w.Post(mali, w.DM(mali), "three")
	w.inbox.last(t, 3)
	shards := map[[2]int]bool{}
	for _, c := range w.Connections() {
		shards[c.Shard] = true
	}
	if len(shards) != 2 || !shards[[2]int{0, 2}] || !shards[[2]int{1, 2}] {
		t.Errorf("shards = %v", shards)
	}
	w.SetShards(3, 3)
	w.CutGateway()
	w.ExpireSessions()
	gap := w.Post(mali, siamChannel, "while shards changed")
	w.inbox.last(t, 4)
	w.AwaitGateway(patience)
	if c := w.Connections(); c[len(c)-1].Shard[1] != 3 {
		t.Errorf("connections = %+v", c)
	}
	if got := w.inbox.ids(); !slices.Contains(got, "msg:"+gap.ID) || !slices.Contains(got, "msg:"+m.ID) {
		t.Errorf("accepted %v", got)
	}
}

func TestGatewayThatIsDown(t *testing.T) {
	w := newTown(t, townOptions{})
	w.Fail("GET /gateway/bot", 1, bottest.DiscordServerError)
	w.Fail("GET /gateway/bot", 1, bottest.DiscordCloudflare(403)) // not Discord's word that the token is bad
	w.GatewayDown(true)
	w.CutGateway()
	w.ExpireSessions()
	m := w.Post(mali, siamChannel, "meanwhile")
	w.log.await(t, "failures=3")
	w.GatewayDown(false)
	inOrder(t, w, m)
}

func TestDeadLineIsNoticed(t *testing.T) {
	w := newTown(t, townOptions{discord: bottest.DiscordOptions{Heartbeat: 50 * time.Millisecond}})
	w.WithholdAcks(true)
	w.ExpectConnections(2, patience)
	w.WithholdAcks(false)
	m := w.Post(mali, siamChannel, "heard")
	inOrder(t, w, m)
}

// TestSilentGatewayIsLeft connects to a gateway that takes connections and says nothing.
func TestSilentGatewayIsLeft(t *testing.T) {
	t.Parallel()
	dialed := make(chan struct{}, 100)
	var a api
	a = newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			_, _ = fmt.Fprintf(w, `{"url": "ws%s", "shards": 1, "session_start_limit": {"remaining": 9}}`, strings.TrimPrefix(a.URL, "http"))
			return
		}
		conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		dialed <- struct{}{}
		_, _, _ = conn.ReadMessage() // until the app hangs up
		_ = conn.Close()
	})
	c := newAt(t, a.URL)
	c.times.open, c.times.identify, c.times.retry = 10*time.Millisecond, 0, backoff{first: time.Millisecond, most: time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	for range 3 {
		<-dialed
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestSessionStartLimit(t *testing.T) {
	w := newTown(t, townOptions{asleep: true, discord: bottest.DiscordOptions{SessionStarts: -1}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.client.Run(ctx) }()
	w.log.await(t, "no more sessions can be started")
	cancel()
	if err := <-ended; err != nil || len(w.Connections()) != 0 {
		t.Errorf("Run = %v with connections %+v", err, w.Connections())
	}
}

func TestOutage(t *testing.T) {
	w := newTown(t, townOptions{})
	one := w.Post(mali, siamChannel, "one")
	w.inbox.last(t, 1)
	w.Outage(siamGuild, true)
	two := w.Post(mali, siamChannel, "lost by Discord")
	w.Outage(siamGuild, false)
	inOrder(t, w, one, two)
}
