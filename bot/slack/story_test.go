package slack

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var ignoreTimes = cmpopts.IgnoreFields(bot.Inbound{}, "At")

func same(t *testing.T, got, want bot.Inbound) {
	t.Helper()
	if diff := cmp.Diff(want, got, ignoreTimes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("inbound (-want +got):\n%s", diff)
	}
	if got.At.IsZero() {
		t.Error("the event has no time")
	}
}

var (
	mali   = bot.Person{ID: "UMALI", Name: "mali", Locale: "th-TH", Zone: "Asia/Bangkok"}
	kim    = bot.Person{ID: "UKIM", Name: "kim", Locale: "en-US", Zone: "Asia/Seoul"}
	fatima = bot.Person{ID: "UFAR", Name: "fatima", Locale: "ar"}
)

func space(a bot.Address) bot.Address { a.Space = bottest.SlackTeam; return a }

func TestMessagesInEveryPlace(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		m := w.Post("UMALI", "C0SIAM", "ภาพกระตุก < 2 Mbps & <!here>")
		want := bot.Inbound{
			ID: "msg:C0SIAM:" + m.TS, Kind: bot.KindMessage, Address: space(at("C0SIAM", m.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceChannel, Customer: "Siam Live", MessageID: m.TS, Person: mali, Text: "ภาพกระตุก < 2 Mbps & <!here>",
		}
		same(t, w.inbox.last(t, 1), want)

		r := w.Reply("UKIM", m, "which carrier?")
		same(t, w.inbox.last(t, 2), bot.Inbound{
			ID: "msg:C0SIAM:" + r.TS, Kind: bot.KindMessage, Address: space(at("C0SIAM", m.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceChannel, Customer: "Siam Live", MessageID: r.TS, Person: kim, Text: "which carrier?",
		})

		far := w.Post("UFAR", "G0GULF", "مرحبا")
		same(t, w.inbox.last(t, 3), bot.Inbound{
			ID: "msg:G0GULF:" + far.TS, Kind: bot.KindMessage, Address: space(at("G0GULF", far.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceChannel, Customer: "Gulf TV", MessageID: far.TS, Person: fatima, Text: "مرحبا",
		})

		desk := w.Post("UKIM", "C0DESK", "I take it")
		same(t, w.inbox.last(t, 4), bot.Inbound{
			ID: "msg:C0DESK:" + desk.TS, Kind: bot.KindMessage, Address: space(at("C0DESK", desk.TS)), Side: bot.SideDesk,
			Surface: bot.SurfaceDesk, MessageID: desk.TS, Person: kim, Text: "I take it",
		})

		direct := w.Post("UMALI", w.DM("UMALI"), "hello")
		reply := w.Reply("UMALI", direct, "and more")
		for n, m := range map[int]bottest.SlackMessage{5: direct, 6: reply} {
			same(t, w.inbox.all()[n-1], bot.Inbound{
				ID: "msg:DMALI:" + m.TS, Kind: bot.KindMessage, Address: space(at("DMALI", "")), Side: bot.SideCustomer,
				Surface: bot.SurfaceDirect, MessageID: m.TS, Person: mali, Text: m.Text,
			})
		}
	})
}

func TestElsewhereOnlyMentions(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		lunch := w.Post("UKIM", "C0ELSE", "lunch?")
		w.Reply("UMALI", lunch, "yes")
		if n := len(w.inbox.all()); n != 0 {
			t.Fatalf("%d messages taken that were not for the bot", n)
		}
		m := w.MentionBot("UMALI", "C0ELSE", "black screen")
		same(t, w.inbox.last(t, 1), bot.Inbound{
			ID: "msg:C0ELSE:" + m.TS, Kind: bot.KindMessage, Address: space(at("C0ELSE", m.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceMention, MessageID: m.TS, Person: mali, Text: "black screen",
		})
		if w.inbox.repeats != 1 { // Slack told it as a message and as a mention
			t.Errorf("%d repeats, want one", w.inbox.repeats)
		}
		w.Reply("UMALI", m, "hello?")
		w.inbox.last(t, 1)
		w.known.Store(at("C0ELSE", m.TS).Key(), true)
		r := w.Reply("UMALI", m, "since 20:00")
		if got := w.inbox.last(t, 2); got.Surface != bot.SurfaceMention || got.Address.Thread != m.TS || got.MessageID != r.TS {
			t.Errorf("reply in a known conversation = %+v", got)
		}
		w.MentionBot("UKIM", "C0SIAM", "hi")
		if got := w.inbox.last(t, 3); got.Surface != bot.SurfaceChannel || got.Text != "hi" {
			t.Errorf("mention in a customer's channel = %+v", got)
		}
	})
}

func TestEditsAndDeletions(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		m := w.Post("UMALI", "C0SIAM", "Thailand")
		w.Unfurl(m)
		w.inbox.last(t, 1)
		w.Edit("UMALI", m, "Vietnam")
		got := w.inbox.last(t, 2)
		if got.Kind != bot.KindEdit || got.Text != "Vietnam" || got.MessageID != m.TS || got.Address.Thread != m.TS || got.Person.ID != "UMALI" ||
			!strings.HasPrefix(got.ID, "edit:C0SIAM:"+m.TS+":") {
			t.Errorf("edit = %+v", got)
		}
		r := w.Reply("UMALI", m, "oops")
		w.Delete("UMALI", r)
		same(t, w.inbox.last(t, 4), bot.Inbound{
			ID: "del:C0SIAM:" + r.TS, Kind: bot.KindDelete, Address: space(at("C0SIAM", m.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceChannel, Customer: "Siam Live", MessageID: r.TS, Person: bot.Person{ID: "UMALI"},
		})
		w.Reply("UKIM", m, "still there")
		w.Delete("UMALI", m) // it has replies: Slack leaves a tombstone
		if got := w.inbox.last(t, 6); got.Kind != bot.KindDelete || got.MessageID != m.TS || got.ID != "del:C0SIAM:"+m.TS {
			t.Errorf("deleted root = %+v", got)
		}
	})
}

func TestIgnoresBotsAndNoise(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		w.Post("UMALI", "C0SIAM", "joined", bottest.WithSubtype("channel_join"))
		w.Post("UMALI", "C0SIAM", "old bot", bottest.WithSubtype("bot_message"))
		w.Post("UMALI", "C0SIAM", "from an app", bottest.FromOtherBot())
		own := mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Text: "hello"})
		mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Text: "changed", Update: own.MessageID})
		mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Update: own.MessageID, Delete: true})
		// The three above come back as events; each was acknowledged and none accepted.
		w.ExpectDeliveries(6, func(d bottest.SlackDelivery) bool { return d.Status == 200 }, patience)
		if all := w.inbox.all(); len(all) != 0 {
			t.Errorf("accepted %+v", all)
		}
	})
}

func TestFilesAndForwards(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		w.AddFile(bottest.SlackFile{ID: "F2", Name: "screen.png", Size: 7})
		w.Post("UMALI", "C0SIAM", "see", bottest.WithFiles(
			bottest.SlackFile{ID: "F1", Name: "log.txt", Size: 5}, bottest.SlackFile{ID: "F2", Name: "screen.png", Size: 7, Hidden: true}))
		got := w.inbox.last(t, 1)
		want := []bot.File{
			{Name: "log.txt", URL: "https://first.slack.com/files/U0/F1/log.txt", Size: 5, Platform: "slack"},
			{Name: "screen.png", URL: "https://first.slack.com/files/U0/F2/screen.png", Size: 7, Platform: "slack"},
		}
		for i, name := range []string{"F1/download/log.txt", "F2/download/screen.png"} {
			want[i].Source = strings.TrimSuffix(w.APIURL(), "/api/") + "/files-pri/T0FIRST-" + name
		}
		if diff := cmp.Diff(want, got.Files); diff != "" || got.Text != "see" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		w.Post("UMALI", "C0SIAM", "this", bottest.Forwarding("their viewers &gt; 1000 are stuck"))
		if got := w.inbox.last(t, 2); got.Text != "this\n\ntheir viewers > 1000 are stuck" {
			t.Errorf("forwarded text = %q", got.Text)
		}
		m := w.Post("UMALI", "C0SIAM", "root")
		w.Reply("UMALI", m, "for all", bottest.Broadcast())
		if got := w.inbox.last(t, 4); got.Text != "for all" || got.Address.Thread != m.TS {
			t.Errorf("broadcast = %+v", got)
		}
	})
}

func TestMentionsGetNames(t *testing.T) {
	w := newTown(t, townOptions{})
	w.Post("UMALI", "C0SIAM", "ask <@UKIM> or <@UNOBODY>", bottest.Raw())
	if got := w.inbox.last(t, 1); got.Text != "ask @kim or @UNOBODY" {
		t.Errorf("text = %q", got.Text)
	}
}

func TestSlowNamesDoNotHoldAMessage(t *testing.T) {
	w := newTown(t, townOptions{})
	w.client.lookup = time.Millisecond
	w.Fail("users.info", 2, bottest.SlackHang)
	w.Post("UMALI", "C0SIAM", "<@UKIM> help", bottest.Raw())
	if got := w.inbox.last(t, 1); got.Person != (bot.Person{ID: "UMALI"}) || got.Text != "@UKIM help" {
		t.Errorf("inbound = %+v, want ids only", got)
	}
}

func TestNotAcknowledgedBeforeStored(t *testing.T) {
	w := newTown(t, townOptions{})
	full := errors.New("disk full")
	w.inbox.fail = []error{full, full}
	w.Post("UMALI", "C0SIAM", "hello")
	w.inbox.last(t, 1)
	var got []int
	for _, d := range w.Deliveries() {
		got = append(got, d.Status)
	}
	if diff := cmp.Diff([]int{503, 503, 200}, got); diff != "" {
		t.Errorf("answers (-want +got): %s", diff)
	}
}

func TestSocketLeavesUnstoredEventsAlone(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{
		Socket: true, AckWithin: 300 * time.Millisecond, RetryDelays: make([]time.Duration, 30), // a slow machine needs some of them
	}})
	w.inbox.fail = []error{errors.New("disk full")}
	w.Post("UMALI", "C0SIAM", "hello")
	w.inbox.last(t, 1)
	if d := w.Deliveries(); len(d) < 2 || d[0].Status != 0 || d[len(d)-1].Status != 200 {
		t.Errorf("deliveries = %+v, want a first one without acknowledgement", d)
	}
}

func TestHangingStoreIsAnsweredInTime(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{RetryDelays: []time.Duration{}}})
	w.client.accept = 20 * time.Millisecond
	w.inbox.block = make(chan struct{})
	w.Post("UMALI", "C0SIAM", "hello")
	if d := w.Deliveries(); len(d) != 1 || d[0].Status != http.StatusServiceUnavailable || w.Undelivered() != 1 {
		t.Fatalf("deliveries = %+v", d)
	}
	close(w.inbox.block)
	w.client.accept = patience
	if left := w.Redeliver(); left != 0 {
		t.Errorf("%d events left", left)
	}
	w.inbox.last(t, 1)
	w.Again()
	if w.inbox.last(t, 1); w.inbox.repeats != 1 {
		t.Errorf("%d repeats, want one", w.inbox.repeats)
	}
}

func TestButtonsAndMenus(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		root := w.Post("UMALI", "C0SIAM", "stutter")
		q := kinds("th")["question"]
		q.To = at("C0SIAM", root.TS)
		rec := mustSend(t, w, q)
		m := w.Expect(bottest.InThread(root), bottest.Offers("slot:region"), patience)
		if m.TS != rec.MessageID {
			t.Errorf("receipt %s, message %s", rec.MessageID, m.TS)
		}
		w.Choose("UMALI", m, "slot:region", "VN")
		got := w.inbox.last(t, 2)
		want := bot.Inbound{
			Kind: bot.KindAction, Address: space(at("C0SIAM", root.TS)), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
			Customer: "Siam Live", MessageID: m.TS, Person: mali, Action: "slot:region", Value: "VN",
		}
		want.ID = got.ID
		same(t, got, want)
		if !strings.HasPrefix(got.ID, "act:C0SIAM:"+m.TS+":") || !strings.Contains(got.ID, ":UMALI:") {
			t.Errorf("id = %q", got.ID)
		}
		w.Click("UMALI", m, "slot:carrier", "dtac") // the third of its kind: its id has a number
		if got := w.inbox.last(t, 3); got.Action != "slot:carrier" || got.Value != "dtac" {
			t.Errorf("click = %+v", got)
		}
		a := kinds("th")["answered"]
		a.To, a.Update = q.To, m.TS
		mustSend(t, w, a)
		if err := w.TryClick("UMALI", m, "human"); err == nil {
			t.Error("a button that was taken away can be clicked")
		}
		card := mustSend(t, w, kinds("en")["card"])
		c := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
		w.Click("UKIM", c, "claim")
		if got := w.inbox.last(t, 4); got.Side != bot.SideDesk || got.Address.Thread != card.MessageID || got.Action != "claim" || got.Person != kim {
			t.Errorf("claim = %+v", got)
		}
		only := bot.Outbound{To: q.To, OnlyFor: "UMALI", Text: "just you", Choices: []bot.Choice{{Action: "human", Value: "x", Label: "A person"}}}
		if rec := mustSend(t, w, only); rec.MessageID != "" {
			t.Errorf("receipt of an ephemeral message = %+v", rec)
		}
		e := w.Expect(bottest.InThread(root).For("UMALI"), nil, patience)
		w.Click("UMALI", e, "human")
		if got := w.inbox.last(t, 5); got.Address.Thread != root.TS || got.MessageID != e.TS {
			t.Errorf("click on an ephemeral message = %+v", got)
		}
	})
}

func TestForm(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		root := w.Post("UMALI", "C0SIAM", "stutter")
		q := kinds("en")["question"]
		q.To = at("C0SIAM", root.TS)
		mustSend(t, w, q)
		m := w.Expect(bottest.InThread(root), bottest.Offers("form"), patience)
		w.Click("UMALI", m, "form")
		v := w.ExpectView("UMALI", patience)
		reply := w.Submit("UMALI", v, map[string]string{"region": "VN", "carrier": ""})
		if reply.Status != 200 || len(reply.Errors) > 0 {
			t.Errorf("reply = %+v", reply)
		}
		same(t, w.inbox.last(t, 2), bot.Inbound{
			ID: "form:" + v.ID + ":" + v.Hash, Kind: bot.KindForm, Address: space(at("C0SIAM", root.TS)), Side: bot.SideCustomer,
			Surface: bot.SurfaceChannel, Customer: "Siam Live", MessageID: m.TS, Person: mali, Action: "form", Value: "case-1",
			Fields: map[string]string{"region": "VN"},
		})
	})
}

func TestFormThatDoesNotOpenSaysSo(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		root := w.Post("UMALI", "C0SIAM", "stutter")
		mustSend(t, w, bot.Outbound{To: at("C0SIAM", root.TS), Text: "x", Choices: []bot.Choice{
			{Action: "form", Value: "case-1", Label: "all"}, {Action: "form", Value: "gone", Label: "old"}}})
		m := w.Expect(bottest.InThread(root), bottest.Offers("form"), patience)
		w.Click("UMALI", m, "form", "gone")
		first := w.Expect(bottest.InThread(root).For("UMALI"), bottest.Says("th slack.form.failed"), patience)
		w.Fail("views.open", 1, bottest.SlackError("expired_trigger_id"))
		w.Click("UMALI", m, "form", "case-1")
		w.Expect(bottest.InThread(root).For("UMALI"), bottest.All(bottest.After(first), bottest.Says("th slack.form.failed")), patience)
		w.inbox.last(t, 1)
	})
}

func TestHome(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		w.OpenHome("UMALI")
		if v := w.ExpectHome("UMALI", patience); !strings.Contains(v.Visible(), "th slack.home.title") || !strings.Contains(v.Visible(), "th slack.home.how") {
			t.Errorf("home = %q", v.Visible())
		}
	})
}

func TestCommand(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		for _, text := range []string{"", "help", " HELP "} {
			if got := w.Command("UMALI", "C0SIAM", text); got.Text != "th slack.command.help" || got.Status != 200 {
				t.Errorf("/firstline %q = %+v", text, got)
			}
		}
		if all := w.inbox.all(); len(all) != 0 {
			t.Errorf("help is an event: %+v", all)
		}
		if got := w.Command("UMALI", "C0SIAM", "black screen <!here>"); got.Text != "th slack.command.ack" {
			t.Errorf("reply = %+v", got)
		}
		root := w.Expect(bottest.In("C0SIAM"), bottest.Says("mali", "black screen &lt;!here&gt;"), patience)
		got := w.inbox.last(t, 1)
		same(t, got, bot.Inbound{
			ID: got.ID, Kind: bot.KindMessage, Address: space(at("C0SIAM", root.TS)), Side: bot.SideCustomer, Surface: bot.SurfaceCommand,
			Customer: "Siam Live", MessageID: root.TS, Person: mali, Text: "black screen <!here>",
		})
		if got := w.Command("UKIM", "C0ELSE", "human"); got.Text != "en slack.command.ack" {
			t.Errorf("reply = %+v", got)
		}
		if got := w.inbox.last(t, 2); got.Kind != bot.KindAction || got.Action != "human" || got.Surface != bot.SurfaceCommand || got.Address.Thread == "" {
			t.Errorf("human = %+v", got)
		}
		if w.Command("UMALI", w.DM("UMALI"), "hello"); w.inbox.last(t, 3).Address.Thread != "" {
			t.Error("a direct message has no threads")
		}
		w.AddChannel(bottest.SlackChannel{ID: "C0OUT", NoBot: true, Members: []string{"UMALI"}})
		if got := w.Command("UMALI", "C0OUT", "hello"); got.Text != "th slack.command.elsewhere" {
			t.Errorf("where the bot is not: %+v", got)
		}
		w.Fail("chat.postMessage", 1, bottest.SlackServerError)
		if got := w.Command("UMALI", "C0SIAM", "hello"); got.Text != "th slack.command.failed" {
			t.Errorf("when Slack fails: %+v", got)
		}
		w.inbox.last(t, 3)
	})
}

func TestCommandThatIsNotStoredIsTakenBack(t *testing.T) {
	w := newTown(t, townOptions{})
	w.inbox.fail = []error{errors.New("disk full")}
	if got := w.Command("UMALI", "C0SIAM", "hello"); got.Status != http.StatusServiceUnavailable {
		t.Errorf("reply = %+v", got)
	}
	w.ExpectCalls("chat.delete", 1, patience)
	if left := w.Messages(bottest.In("C0SIAM")); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestSocketReconnects(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{Socket: true}})
	w.Post("UMALI", "C0SIAM", "one")
	for n, ask := range []bool{true, false, true} {
		w.DisconnectSockets(ask)
		w.Post("UMALI", "C0SIAM", "after")
		w.inbox.last(t, n+2)
	}
	w.PushRaw(`{"envelope_id":"e1","type":"events_api","payload":{"type":"event_callback","event":{"type":"brand_new_event"}}}`)
	w.ExpectAck("e1", patience) // what slack-go cannot parse is acknowledged too
	w.PushRaw(`not json`)
	w.PushRaw(`{"envelope_id":"e2","type":"brand_new_type","payload":"x"}`)
	w.ExpectAck("e2", patience)
	w.Post("UMALI", "C0SIAM", "still there")
	w.inbox.last(t, 5)
}

func TestSocketEndsWithARefusedToken(t *testing.T) {
	w := newTown(t, townOptions{slack: bottest.SlackOptions{Socket: false}})
	w.SetAuthError("invalid_auth")
	classIs(t, w.client.RunSocket(t.Context()), bot.ClassAuth)
	none, err := New(Config{BotToken: "x", SigningSecret: "x", Acceptor: w.inbox, Texts: texts{}})
	if err != nil {
		t.Fatal(err)
	}
	classIs(t, none.RunSocket(t.Context()), bot.ClassAuth)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.client.RunSocket(ended); err != nil {
		t.Errorf("an ended context gives %v", err)
	}
}

func TestMetrics(t *testing.T) {
	counts := map[string]int{}
	count := func(s string) { counts[s]++ }
	w := newTown(t, townOptions{slack: bottest.SlackOptions{NoEcho: true}, config: func(c *Config) {
		c.Metrics = Metrics{
			Received: func(k string) { count("received " + k) }, Ignored: func(r string) { count("ignored " + r) },
			Refused: func(r string) { count("refused " + r) }, Limited: func(m string, _ time.Duration) { count("limited " + m) },
		}
	}})
	w.inbox.fail = []error{errors.New("full")}
	w.Post("UMALI", "C0SIAM", "hello")
	w.Post("UMALI", "C0ELSE", "lunch?")
	w.Fail("chat.postMessage", 1, bottest.SlackLimited(3))
	_, _ = w.client.Send(t.Context(), bot.Outbound{To: at("C0SIAM", ""), Text: "x"})
	want := map[string]int{"received message": 1, "refused accept": 1, "ignored not_for_us": 1, "limited chat.postMessage": 1}
	if !maps.Equal(counts, want) {
		t.Errorf("counts = %v, want %v", counts, want)
	}
}
