package dispatch

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestAcceptRefusesWhatHasNoPlace(t *testing.T) {
	b := newBench(t)
	for field, spoil := range map[string]func(*bot.Inbound){
		"an id":          func(in *bot.Inbound) { in.ID = "" },
		"a platform":     func(in *bot.Inbound) { in.Address.Platform = "" },
		"a conversation": func(in *bot.Inbound) { in.Address.Channel = "" },
		"a usable conversation (platform and channel have no colon)": func(in *bot.Inbound) { in.Address.Channel = "a:b" },
	} {
		in := message("e", "t", "x")
		spoil(&in)
		e, ok := errors.AsType[*InvalidError](b.d.Accept(t.Context(), in))
		if !ok || e.Field != field {
			t.Errorf("got %v, want an InvalidError for %s", e, field)
		}
	}
	same(t, "stored", b.depths(), 0)
}

func TestAcceptTellsAFullDisk(t *testing.T) {
	var s *broken
	b := newBench(t, func(c *Config) { s = &broken{Store: c.Store, down: true}; c.Store = s })
	if err := b.d.Accept(t.Context(), message("e", "t", "x")); !errors.Is(err, store.ErrFull) {
		t.Errorf("error %v, want %v", err, store.ErrFull)
	}
}

func TestConversationThroughHandoffAndRelay(t *testing.T) {
	b := newBench(t)
	b.play(message("m1", "A", "human please"))
	c := b.caseOf("A")
	same(t, "case", []any{c.ID, c.Status, c.Customer, c.Tier, c.Conversation}, []any{"K1", triage.StatusHandedOff, "acme", "gold", "fake:C:A"})
	b.deliverCard("K1", "T9")
	b.play(action(deskMessage("m2", "T9", ""), triage.ActionClaim, "K1"), message("m3", "A", "hello?"), deskMessage("m4", "T9", "on it\n// internal"))
	same(t, "outbox", b.effects("K1"), []string{
		"desk:K1 card", "fake:C:A say intro handoff.asked_for_person",
		"desk:K1 card", "desk:K1 say desk.claimed", "fake:C:A say claimed",
		"desk:K1 relay hello?", "fake:C:A relay on it",
	})
	edit := message("m5", "A", "hello!")
	edit.Kind, edit.MessageID = bot.KindEdit, "m3"
	gone := deskMessage("m6", "T9", "")
	gone.Kind, gone.MessageID = bot.KindDelete, "m4"
	b.play(edit, gone)
	got := b.effects("K1")
	for _, want := range []string{"desk:K1 revise hello!", "fake:C:A revoke"} {
		if !slices.Contains(got, want) {
			t.Errorf("outbox %q has no %q", got, want)
		}
	}
	same(t, "pending", b.depths(), 0)
	replayed(t, b, "K1")
}

// replayed checks that the stored events give the stored case.
func replayed(t *testing.T, b *bench, caseID string) {
	t.Helper()
	events, err := b.store.Events(t.Context(), caseID)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := triage.Replay(b.cfg.Policy, events)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := b.store.Case(t.Context(), caseID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "replay of "+caseID, asStored(t, got), asStored(t, want))
}

// asStored gives a case as the store writes it: an empty map is none.
func asStored(t *testing.T, c triage.Case) string {
	t.Helper()
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestQueryIsAnsweredInTheTurn(t *testing.T) {
	b := newBench(t)
	b.play(message("m1", "A", "stutter everywhere"), message("m2", "A", "human"))
	b.play(message("m3", "B", "stutter"), message("m4", "B", "human"))
	events, err := b.store.Events(t.Context(), "K2")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, ev := range events {
		kinds = append(kinds, ev.ID+" "+string(ev.Kind))
	}
	same(t, "events", kinds, []string{"m3 message", "m4 message", "m4/fixes fixes"})
	last := events[len(events)-1]
	same(t, "similar", last.Similar, []string{"K1"})
	same(t, "candidates", len(last.Candidates), 1)
	if last.At.Nanosecond()%1000 != 0 || last.At.Location() != time.UTC {
		t.Errorf("time %v, want microseconds in UTC", last.At)
	}
	replayed(t, b, "K1")
	replayed(t, b, "K2")
}

func TestOrderWithinAndBesideConversations(t *testing.T) {
	b := newBench(t)
	const conversations, messages = 12, 15
	var wg sync.WaitGroup
	for k := range conversations {
		wg.Go(func() {
			for i := range messages {
				id := fmt.Sprintf("c%d-%d", k, i)
				if err := b.d.Accept(t.Context(), message(id, fmt.Sprint("t", k), "hi "+id)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	b.d.Start()
	wg.Wait()
	b.drain()
	if err := b.d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for k := range conversations {
		var want []string
		for i := range messages {
			want = append(want, fmt.Sprintf("hi c%d-%d", k, i))
		}
		same(t, "words", b.texts(fmt.Sprint("t", k)), want)
	}
	list, err := b.store.Cases(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "cases", len(list), conversations)
}

// A conversation that is slow to read must not hold up another.
func TestLanesRunBesideEachOther(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Workers = 2 })
	second := make(chan struct{})
	b.words.gate = func(text string) {
		switch text {
		case "first":
			<-second // goes on only when the other conversation was read
		case "second":
			close(second)
		}
	}
	b.play(message("m1", "A", "first"), message("m2", "B", "second"))
	same(t, "pending", b.depths(), 0)
}

func TestReplicasHandleEachEventOnce(t *testing.T) {
	b := newBench(t)
	other := b.another()
	var wg sync.WaitGroup
	for i := range 60 {
		in := message(fmt.Sprint("m", i), fmt.Sprint("t", i%3), fmt.Sprint("hi ", i))
		b.accept(in)
	}
	for _, d := range []*Dispatcher{b.d, other} {
		wg.Go(func() {
			if err := d.Drain(t.Context()); err != nil {
				t.Errorf("drain: %v", err)
			}
		})
	}
	wg.Wait()
	same(t, "pending", b.depths(), 0)
	seen := map[string]int{}
	list, err := b.store.Cases(t.Context(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		events, err := b.store.Events(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events {
			if ev.Kind == triage.EventMessage {
				seen[ev.ID]++
			}
		}
		replayed(t, b, c.ID)
	}
	for i := range 60 {
		if seen[fmt.Sprint("m", i)] != 1 {
			t.Errorf("event m%d was applied %d times", i, seen[fmt.Sprint("m", i)])
		}
	}
}

func TestWhatBelongsToNoCase(t *testing.T) {
	b := newBench(t)
	edit, del, form := message("m1", "A", "x"), message("m2", "A", ""), message("m3", "A", "")
	edit.Kind, del.Kind, form.Kind = bot.KindEdit, bot.KindDelete, bot.KindForm
	top := deskMessage("m4", "m4", "lunch?")
	bare := deskMessage("m5", "", "lunch!")
	b.play(edit, del, form, top, bare, action(message("m6", "A", ""), triage.ActionFixed, "K9"))
	same(t, "settled", b.settled, []string{"no_case", "no_case", "no_case", "no_case", "no_case", "no_case"})
	same(t, "outgoing", b.outgoing(), []string{})
	b.play(deskMessage("m7", "m4", "a reply among engineers"), action(deskMessage("m8", "old", ""), triage.ActionClaim, "gone"))
	rows, err := b.store.Outgoing(t.Context(), time.Now().Add(time.Hour), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.Lane+" "+r.Platform+" "+r.CaseID+" "+r.Effect.OnlyFor+" "+describe(r.Effect))
	}
	slices.Sort(got) // two conversations, side by side
	same(t, "outgoing", got, []string{"addr:fake:desk:m4 fake  E1 say desk.no_case", "addr:fake:desk:old fake  E1 say desk.no_case"})
	same(t, "pending", b.depths(), 0)
}

func (b *bench) outgoing() []string {
	b.Helper()
	rows, err := b.store.Outgoing(b.Context(), time.Now().Add(time.Hour), 100)
	if err != nil {
		b.Fatal(err)
	}
	out := []string{}
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

func TestWishForAPersonOpensACase(t *testing.T) {
	b := newBench(t)
	in := action(message("m1", "A", ""), triage.ActionHuman, "")
	in.Surface, in.Person.Locale = bot.SurfaceCommand, "th-TH"
	b.play(in)
	c := b.caseOf("A")
	same(t, "case", []any{c.Status, c.Handoff.Reason, c.Lang}, []any{triage.StatusHandedOff, triage.ReasonAskedForPerson, "th"})
}

func TestCommandsAreConversationsOfTheirOwn(t *testing.T) {
	b := newBench(t, func(c *Config) {
		c.Direct = func(a bot.Address) bool { return strings.HasPrefix(a.Channel, "D") }
	})
	channel, again, direct, plain := message("m1", "", "hi one"), message("m2", "", "hi two"), message("m3", "", "hi three"), message("m4", "", "hi four")
	for _, in := range []*bot.Inbound{&channel, &again, &direct} {
		in.Surface = bot.SurfaceCommand
	}
	direct.Address.Channel, plain.Address.Channel, plain.Surface = "D1", "D1", bot.SurfaceDirect
	b.play(channel, again, direct, plain)
	same(t, "first command", b.texts("cmd-m1"), []string{"hi one"})
	same(t, "second command", b.texts("cmd-m2"), []string{"hi two"})
	c, _, _, err := b.store.CaseOf(t.Context(), "fake:D1:")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "words in the direct message", len(c.Words), 2)

	// The first answer becomes the thread; a click there before that is known
	// finds its case by what it carries, and a reply after it by the link.
	id := b.caseOf("cmd-m1").ID
	b.play(action(message("m5", "77", ""), triage.ActionHuman, id))
	same(t, "status", b.caseOf("cmd-m1").Status, triage.StatusHandedOff)
	tie(t, b, id, "fake:C:77")
	b.play(message("m6", "77", "hi six"))
	same(t, "words", b.texts("77"), []string{"hi one", "hi six"})
	rows, err := b.store.Outbox(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Effect.To == triage.ToCustomer && r.Lane != "fake:C:cmd-m1" {
			t.Errorf("row %s is in lane %s; the lane of a conversation must not change", r.ID, r.Lane)
		}
	}
}

func tie(t *testing.T, b *bench, id, conversation string) {
	t.Helper()
	rows, err := b.store.Outbox(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	err = b.store.Sent(t.Context(), []store.Sent{{Seq: rows[0].Seq, MessageID: "77", Address: "fake:C:",
		Link: &store.Link{Conversation: conversation, Role: store.RoleCustomer, CaseID: id}}})
	if err != nil {
		t.Fatal(err)
	}
}

// After a crash between a card's arrival and its note, an engineer's reply
// waits for the thread to be tied instead of being refused.
func TestReplyWaitsForItsThread(t *testing.T) {
	b := newBench(t)
	b.play(message("m1", "A", "human"))
	rows, err := b.store.Outbox(t.Context(), "K1")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Sending(t.Context(), []int64{rows[0].Seq}); err != nil {
		t.Fatal(err)
	}
	b.accept(deskMessage("m2", "T9", "hello, Kim here"), message("m3", "B", "hi"))
	if err := b.d.Drain(t.Context()); !errors.Is(err, errTying) {
		t.Fatalf("drain: %v, want %v", err, errTying)
	}
	same(t, "another conversation meanwhile", b.texts("B"), []string{"hi"})
	b.deliverCard("K1", "T9")
	b.drain()
	got := b.effects("K1")
	if !slices.Contains(got, "fake:C:A relay hello, Kim here") {
		t.Errorf("outbox %q has no relay of the reply", got)
	}
	// A thread that is never tied is not waited for for ever.
	b.play(message("m4", "D", "human"))
	id := b.caseOf("D").ID
	if rows, err = b.store.Outbox(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Sending(t.Context(), []int64{rows[0].Seq}); err != nil {
		t.Fatal(err)
	}
	b.accept(deskMessage("m5", "other", "hm"))
	tries := 0
	for ; errors.Is(b.d.Drain(t.Context()), errTying); tries++ {
	}
	same(t, "waits", tries, maxWaits)
	same(t, "pending", b.depths(), 0)
}

func TestContactLanguageIsRemembered(t *testing.T) {
	b := newBench(t)
	hi := message("m1", "A", "hi")
	hi.Person.Locale = "th-TH"
	b.play(hi, message("m2", "A", "thai please"))
	contact, err := b.store.Contact(t.Context(), "fake", "U1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "contact", contact, store.Contact{Platform: "fake", ID: "U1", Lang: "th", Chosen: true})
	b.play(message("m3", "B", "hi"))
	events, err := b.store.Events(t.Context(), b.caseOf("B").ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "hint of a new case", []any{events[0].LangHint, events[0].LangOwn}, []any{"th", true})
	q := b.words.asked
	same(t, "question at the beginning", q[0], triage.Question{Text: "hi", LangHint: "th", Status: triage.StatusOpen})
	if q[1].Lang != "en" || q[1].Asking == "" || q[1].Status != triage.StatusCollecting {
		t.Errorf("question in a conversation: %+v, want its language, what was asked and its status", q[1])
	}
	contact, err = b.store.Contact(t.Context(), "fake", "U1")
	if err != nil || !contact.Chosen || contact.Lang != "th" {
		t.Errorf("contact %+v (%v), want the choice to stay", contact, err)
	}
}

// Whatever comes, in whatever order, and however often: every event is applied
// once, and the stored events give the stored case.
func TestAnyEventsReplay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := newBench(t)
		n := rapid.IntRange(1, 12).Draw(r, "events")
		for i := range n {
			id := fmt.Sprint("m", i)
			thread := rapid.SampledFrom([]string{"A", "B"}).Draw(r, "thread")
			text := rapid.SampledFrom([]string{"hi", "human", "howto x", "stutter", "thai", ""}).Draw(r, "text")
			in := message(id, thread, text)
			switch rapid.IntRange(0, 4).Draw(r, "kind") {
			case 1:
				in = action(in, rapid.SampledFrom([]string{"fixed", "not_fixed", "human", "slot:scope", "lang"}).Draw(r, "action"), "all")
			case 2:
				in.Kind, in.MessageID = bot.KindEdit, fmt.Sprint("m", i/2)
			case 3:
				in.Kind, in.Fields = bot.KindForm, map[string]string{"symptom": "blurry", "region": "TH"}
			}
			b.accept(in)
			if rapid.Bool().Draw(r, "twice") {
				b.accept(in)
			}
			if rapid.Bool().Draw(r, "drain") {
				b.now = b.now.Add(time.Duration(rapid.IntRange(0, 100).Draw(r, "hours")) * time.Hour)
				b.drain()
			}
		}
		b.drain()
		list, err := b.store.Cases(t.Context(), store.Filter{})
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range list {
			replayed(t, b, c.ID)
		}
		if b.depths() != 0 || len(b.dropped) > 0 {
			r.Fatalf("%d events are pending and %v dropped, want none", b.depths(), b.dropped)
		}
		if err := b.store.Close(); err != nil {
			r.Fatal(err)
		}
	})
}
