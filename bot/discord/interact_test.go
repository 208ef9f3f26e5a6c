package discord

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
)

// asked puts a question into a new conversation with a case, and gives what Mali sees.
func asked(t *testing.T, w *town) (root, question bottest.DiscordMessage) {
	t.Helper()
	root = w.Post(mali, siamChannel, "stutter")
	w.inbox.last(t, 1)
	q := kinds("th")["question"]
	q.To = siam(root.ID)
	w.opens(q.To, "case-1")
	mustSend(t, w, q)
	return root, w.Expect(bottest.InDiscordThread(root), bottest.DiscordOffers("slot:region"), patience)
}

func TestButtonsAndMenus(t *testing.T) {
	w := newTown(t, townOptions{})
	root, m := asked(t, w)
	if r := w.Choose(mali, m, "slot:region", "VN"); r.Type != answerDeferUpdate {
		t.Errorf("reply = %+v", r)
	}
	got := w.inbox.last(t, 2)
	want := bot.Inbound{
		ID: got.ID, Kind: bot.KindAction, Address: siam(root.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Siam Live", MessageID: m.ID, Person: maliP, Action: "slot:region", Value: "VN",
	}
	same(t, got, want)
	w.Click(mali, m, "slot:carrier|dtac")
	if got := w.inbox.last(t, 3); got.Action != "slot:carrier" || got.Value != "dtac" || !strings.HasPrefix(got.ID, "act:") {
		t.Errorf("click = %+v", got)
	}
	a := kinds("th")["answered"]
	a.To, a.Update = siam(root.ID), m.ID
	mustSend(t, w, a)
	if _, err := w.TryClick(mali, m, "human"); err == nil {
		t.Error("a button that was taken away can be clicked")
	}
}

func TestSlowStoreIsDeferredInTime(t *testing.T) {
	w := newTown(t, townOptions{tune: func(c *Client) { c.times.answer = time.Millisecond }})
	_, m := asked(t, w)
	w.inbox.block = make(chan struct{})
	if r := w.Click(mali, m, "human"); r.Failed || r.Type != answerDeferUpdate {
		t.Errorf("reply = %+v, want it deferred while the store hangs", r)
	}
	w.inbox.last(t, 1)
	close(w.inbox.block)
	if got := w.inbox.last(t, 2); got.Action != "human" {
		t.Errorf("click = %+v", got)
	}
	if said := w.Messages(bottest.InDiscord(m.Channel).For(mali)); len(said) != 0 {
		t.Errorf("a click that was stored says %+v", said)
	}
}

func TestFailedStoreIsTold(t *testing.T) {
	for name, answer := range map[string]time.Duration{"at once": patience, "deferred": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, townOptions{tune: func(c *Client) { c.times.answer = answer }})
			_, m := asked(t, w)
			w.inbox.set(errors.New("disk full"))
			w.inbox.block = make(chan struct{})
			if answer == patience {
				close(w.inbox.block)
			}
			w.Click(mali, m, "human")
			if answer != patience {
				close(w.inbox.block)
			}
			w.Expect(bottest.InDiscord(m.Channel).For(mali), bottest.DiscordSays("th discord.click.failed"), patience)
			w.inbox.set(nil)
			w.Click(mali, m, "human")
			w.inbox.last(t, 2)
		})
	}
}

func TestForgedStaleAndForeignClicks(t *testing.T) {
	w := newTown(t, townOptions{})
	root, m := asked(t, w)
	refused := func(name string, r bottest.DiscordReply) {
		t.Helper()
		if r.Type != answerMessage || r.Message.OnlyFor != mali || !strings.Contains(r.Message.Content, "th discord.click.stale") {
			t.Errorf("%s: reply = %+v", name, r)
		}
	}
	refused("action that is none", w.Forge(mali, m, "explode||case-1"))
	refused("not ours", w.Forge(mali, m, "x"))
	refused("button of another message", w.Forge(mali, m, "resolve|case-1|case-1"))
	refused("another case", w.Forge(mali, m, "human|case-1|case-2"))
	refused("value that was not offered", w.Forge(mali, m, "slot:region||case-1", "XX"))
	refused("menu as a button", w.Forge(mali, m, "slot:region||case-1"))
	w.opens(siam(root.ID), "case-2") // a new case in the same conversation
	refused("stale", w.Click(mali, m, "human"))
	refused("stale form", w.Click(mali, m, "form"))
	w.known.Delete(siam(root.ID).Key())
	refused("no case any more", w.Click(mali, m, "human"))
	w.inbox.last(t, 1)
}

func TestForm(t *testing.T) {
	w := newTown(t, townOptions{})
	root, m := asked(t, w)
	f := w.OpenForm(mali, m, "form")
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.CustomID)
		if x.Required {
			t.Errorf("%s must be filled", x.CustomID)
		}
	}
	if got := strings.Join(names, " "); got != "carrier platform since error_code stream_id" {
		t.Errorf("fields = %s: those without a value come first", got)
	}
	if r := w.Submit(mali, f, map[string]string{"platform": "ios", "carrier": " AIS\x00 ", "since": ""}); r.Type != answerDeferUpdate {
		t.Errorf("reply = %+v", r)
	}
	got := w.inbox.last(t, 2)
	same(t, got, bot.Inbound{
		ID: got.ID, Kind: bot.KindForm, Address: siam(root.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel, Customer: "Siam Live",
		MessageID: m.ID, Person: maliP, Action: "form", Value: "case-1", Fields: map[string]string{"carrier": "AIS", "platform": "ios"},
	})
	f = w.OpenForm(mali, m, "form")
	w.opens(siam(root.ID), "case-2")
	if r := w.Submit(mali, f, map[string]string{"since": "noon"}); !strings.Contains(r.Message.Content, "th discord.click.stale") {
		t.Errorf("form of a case that is over: %+v", r)
	}
	w.opens(siam(root.ID), "case-1")
	f = w.OpenForm(mali, m, "form")
	w.inbox.set(errors.New("full"))
	if r := w.Submit(mali, f, nil); !strings.Contains(r.Message.Content, "th discord.form.unsent") {
		t.Errorf("form that was not stored: %+v", r)
	}
	w.inbox.last(t, 2)
}

// slowForms never comes to an end.
type slowForms struct{ forms }

func (slowForms) Form(context.Context, string) (bot.Form, error) { select {} }

func TestFormThatDoesNotOpenSaysSo(t *testing.T) {
	w := newTown(t, townOptions{
		config: func(c *Config) { c.Forms = slowForms{} },
		tune:   func(c *Client) { c.times.form = time.Millisecond },
	})
	_, m := asked(t, w)
	if r := w.Click(mali, m, "form"); r.Type != answerMessage || !strings.Contains(r.Message.Content, "th discord.form.failed") {
		t.Errorf("reply = %+v", r)
	}
	w.inbox.last(t, 1)
}

func TestOnlyForOnePerson(t *testing.T) {
	w := newTown(t, townOptions{})
	root, m := asked(t, w)
	only := bot.Outbound{ID: "o1", Case: "case-1", To: siam(root.ID), OnlyFor: mali, Text: "just you", Choices: []bot.Choice{{Action: "human", Value: "case-1", Label: "A person"}}}
	rec := mustSend(t, w, only) // nothing was clicked: a reply that calls nobody
	open := w.Expect(bottest.InDiscordThread(root), bottest.DiscordSays("just you"), patience)
	if rec.MessageID != open.ID || open.OnlyFor != "" {
		t.Errorf("receipt %+v of %+v", rec, open)
	}
	w.Reply(mali, root, "hm")
	w.inbox.last(t, 2)
	only.ID = "o2"
	rec = mustSend(t, w, only)
	if x := w.Message(bottest.DiscordMessage{Channel: root.ID, ID: rec.MessageID}); x.ReplyTo == "" {
		t.Errorf("message = %+v, want a reply to their words", x)
	}
	w.Click(mali, m, "slot:carrier|ais")
	w.inbox.last(t, 3)
	only.ID = "o3"
	if rec := mustSend(t, w, only); rec.MessageID != "" {
		t.Errorf("receipt of an ephemeral message = %+v", rec)
	}
	e := w.Expect(bottest.InDiscordThread(root).For(mali), bottest.DiscordSays("just you"), patience)
	w.Click(mali, e, "human")
	if got := w.inbox.last(t, 4); got.Address.Thread != root.ID || got.MessageID != e.ID {
		t.Errorf("click on an ephemeral message = %+v", got)
	}
	w.Advance(16 * time.Minute) // Discord's token is over, whatever we believe
	only.ID = "o4"
	if rec := mustSend(t, w, only); rec.MessageID == "" {
		t.Error("a message for one person was lost with its token")
	}
	nobodyCalled(t, w)
}

func TestLanguageOfTheClient(t *testing.T) {
	w := newTown(t, townOptions{})
	_, m := asked(t, w)
	w.Click(kim, m, "slot:carrier|ais") // kim's client speaks British English, the guild Thai
	if got := w.inbox.last(t, 2); got.Person.Locale != "en-GB" {
		t.Errorf("person = %+v", got.Person)
	}
	w.Reply(kim, m, "hello")
	if got := w.inbox.last(t, 3); got.Person.Locale != "en-GB" {
		t.Errorf("person of a message = %+v: the locale is not remembered", got.Person)
	}
}
