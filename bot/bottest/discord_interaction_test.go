package bottest

import (
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// answering connects an app that does with each interaction what answer says. SyncEvents is off, so that
// answer may itself wait for Discord.
func answering(t *testing.T, s *DiscordServer, answer func(i o)) {
	t.Helper()
	dg := newSession(t, s)
	var busy sync.RWMutex
	dg.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		busy.RLock()
		defer busy.RUnlock()
		if e.Type == "INTERACTION_CREATE" {
			var i o
			if err := json.Unmarshal(e.RawData, &i); err != nil {
				t.Error(err)
			}
			answer(i)
		}
	})
	open(t, s, dg)
	t.Cleanup(func() { busy.Lock(); defer busy.Unlock() }) // a story goes on when Discord has the answer, which is before the app knows that
}

func callbackPath(i o) string {
	return "/interactions/" + str(i["id"]) + "/" + str(i["token"]) + "/callback"
}

func webhookPath(i o) string { return "/webhooks/" + DiscordApp + "/" + str(i["token"]) }

// card posts a message of the bot with a button, a grey one, a link and a menu.
func card(t *testing.T, s *DiscordServer, channel string) DiscordMessage {
	t.Helper()
	ask(t, s, "POST", "/channels/"+channel+"/messages", o{"content": "card", "components": []any{
		row(button("fixed||1"), with(button("grey||1"), "disabled", true), o{"type": 2, "style": 5, "label": "Open", "url": "https://x.example"}),
		row(menu("slot:region||1", 3)),
	}})
	return s.Expect(InDiscord(channel), DiscordAll(DiscordSays("card"), DiscordOffers("fixed")), patience)
}

func TestDiscordClicks(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	seen := make(chan o, 1)
	answering(t, s, func(i o) {
		ask(t, s, "POST", callbackPath(i), o{"type": answerDeferUpdate})
		seen <- i
	})
	m := card(t, s, textC)
	if reply := s.Click(mali, m, "fixed"); reply.Failed || reply.Type != answerDeferUpdate {
		t.Errorf("reply = %+v", reply)
	}
	i := <-seen
	member := asObj(i["member"])
	if num(i["type"]) != interactionComponent || str(asObj(i["data"])["custom_id"]) != "fixed||1" || str(asObj(i["message"])["id"]) != m.ID ||
		i["locale"] != "th" || i["guild_locale"] != "th" || str(asObj(member["user"])["id"]) != mali || i["user"] != nil || str(asObj(i["channel"])["id"]) != textC {
		t.Errorf("interaction = %v", i)
	}
	s.Click(kim, m, "fixed")
	if i := <-seen; len(list(asObj(i["member"])["roles"])) != 1 || i["locale"] != "en-US" {
		t.Errorf("an engineer's interaction = %v", i)
	}
	s.Choose(mali, m, "slot:region", "2")
	if i := <-seen; len(list(asObj(i["data"])["values"])) != 1 || num(asObj(i["data"])["component_type"]) != 3 {
		t.Errorf("choice = %v", i)
	}
	private := card(t, s, s.DM(mali))
	s.Click(mali, private, "fixed")
	if i := <-seen; i["member"] != nil || str(asObj(i["user"])["id"]) != mali || i["guild_id"] != nil {
		t.Errorf("interaction in a direct message = %v", i)
	}
	s.Forge(mali, m, "resolve||9")
	if i := <-seen; str(asObj(i["data"])["custom_id"]) != "resolve||9" {
		t.Errorf("forged = %v", i)
	}
}

func TestDiscordAnswersOnce(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Now: standing})
	done := make(chan o, 1)
	answering(t, s, func(i o) {
		if status, _ := ask(t, s, "POST", webhookPath(i), o{"content": "too early"}); status != 404 {
			t.Errorf("follow-up before the answer: %d, want 404", status)
		}
		if status, got := ask(t, s, "POST", callbackPath(i), o{"type": 8, "data": o{"choices": []any{}}}); status != 400 {
			t.Errorf("answer of a wrong type: %d %v", status, got)
		}
		_, got := ask(t, s, "POST", callbackPath(i)+"?with_response=true", o{"type": answerMessage, "data": o{"content": "for you", "flags": flagEphemeral}})
		if str(asObj(asObj(got["resource"])["message"])["content"]) != "for you" {
			t.Errorf("with_response: %v", got)
		}
		if status, got := ask(t, s, "POST", callbackPath(i), o{"type": answerDeferUpdate}); status != 400 || num(got["code"]) != 40060 {
			t.Errorf("second answer: %d %v", status, got)
		}
		done <- i
	})
	m := card(t, s, textC)
	if reply := s.Click(mali, m, "fixed"); reply.Type != answerMessage || reply.Message.Content != "for you" || reply.Message.OnlyFor != mali {
		t.Errorf("reply = %+v", reply)
	}
	i := <-done
	s.Expect(InDiscord(textC).For(mali), DiscordSays("for you"), patience)
	if _, list1 := ask(t, s, "GET", "/channels/"+textC+"/messages", nil); len(list(list1["list"])) != 1 {
		t.Errorf("an ephemeral message is in the history: %v", list1)
	}
	hook := webhookPath(i)
	ask(t, s, "PATCH", hook+"/messages/@original", o{"content": "changed"})
	s.Expect(InDiscord(textC).For(mali), DiscordSays("changed"), patience)
	_, follow := ask(t, s, "POST", hook, o{"content": "and more", "components": []any{row(button("again||1"))}})
	if follow["webhook_id"] != DiscordApp || str(asObj(follow["author"])["id"]) != DiscordBotUser {
		t.Errorf("follow-up = %v", follow)
	}
	if status, got := ask(t, s, "GET", hook+"/messages/@original", nil); status != 200 || got["content"] != "changed" {
		t.Errorf("original: %d %v", status, got)
	}
	ask(t, s, "DELETE", hook+"/messages/@original", nil)
	if status, _ := ask(t, s, "GET", hook+"/messages/@original", nil); status != 404 {
		t.Errorf("deleted original: %d", status)
	}
	s.Advance(discordTokenLife)
	if status, got := ask(t, s, "POST", hook, o{"content": "late"}); status != 401 || num(got["code"]) != 50027 {
		t.Errorf("after 15 minutes: %d %v", status, got)
	}
}

func TestDiscordDefers(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	done := make(chan o, 1)
	answering(t, s, func(i o) {
		kind := answerDefer
		if str(asObj(i["data"])["custom_id"]) != "fixed||1" {
			kind = answerUpdate
		}
		ask(t, s, "POST", callbackPath(i), o{"type": kind, "data": o{"content": "changed in place", "components": []any{}}})
		done <- i
	})
	m := card(t, s, textC)
	if reply := s.Click(mali, m, "fixed"); reply.Type != answerDefer || !reply.Message.Loading {
		t.Errorf("reply = %+v", reply)
	}
	ask(t, s, "POST", webhookPath(<-done), o{"content": "here it is"})
	if got := s.Expect(InDiscord(textC), DiscordSays("here it is"), patience); got.EditedAt.IsZero() || len(s.Messages(InDiscord(textC))) != 2 {
		t.Errorf("the follow-up stands beside the deferred message: %+v", got)
	}
	s.Choose(mali, m, "slot:", "1")
	<-done
	if got := s.Message(m); got.Content != "changed in place" || len(got.Buttons()) != 0 {
		t.Errorf("message = %+v", got)
	}
	if _, err := s.TryClick(mali, m, "fixed"); err == nil {
		t.Error("clicked a button that was taken away")
	}
}

func TestDiscordGivesUp(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{AckWithin: time.Millisecond})
	late := make(chan o, 1)
	answering(t, s, func(i o) { late <- i })
	if reply := s.Click(mali, card(t, s, textC), "fixed"); !reply.Failed {
		t.Errorf("reply = %+v, want that the app did not respond", reply)
	}
	if status, got := ask(t, s, "POST", callbackPath(<-late), o{"type": answerDeferUpdate}); status != 404 || num(got["code"]) != 10062 {
		t.Errorf("late answer: %d %v", status, got)
	}
}

func modal(components ...any) o {
	return o{"type": answerModal, "data": o{"custom_id": "form||1", "title": "Form", "components": components}}
}

func label(text string, component o) o { return o{"type": 18, "label": text, "component": component} }

func line(id string) o { return o{"type": 4, "custom_id": id, "style": 1} }

func TestDiscordForms(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	region := with(menu("region", 2), "required", false)
	submitted := make(chan o, 1)
	answering(t, s, func(i o) {
		if num(i["type"]) == interactionModal {
			ask(t, s, "POST", callbackPath(i), o{"type": answerDeferUpdate})
			submitted <- i
			return
		}
		ask(t, s, "POST", callbackPath(i), modal(label("What?", with(line("what"), "max_length", 5)), label("Where?", region),
			o{"type": 1, "components": []any{with(with(line("old"), "label", "Old"), "value", "as before")}}))
	})
	form := s.OpenForm(mali, card(t, s, textC), "fixed")
	if len(form.Fields) != 3 || form.Fields[0].Label != "What?" || len(form.Fields[1].Options) != 2 || form.Fields[1].Required {
		t.Fatalf("form = %+v", form)
	}
	if open := s.ExpectForm(mali, patience); open.ID != form.ID {
		t.Errorf("open is %+v", open)
	}
	for _, wrong := range []map[string]string{{}, {"what": "longer"}, {"what": "x", "region": "9"}, {"what": "x", "none": "x"}} {
		if _, err := s.forms[0].fill(wrong); err == nil {
			t.Errorf("%v can be sent", wrong)
		}
	}
	if reply := s.Submit(mali, form, map[string]string{"what": "x", "region": "1"}); reply.Type != answerDeferUpdate {
		t.Errorf("reply = %+v", reply)
	}
	i := <-submitted
	components := list(asObj(i["data"])["components"])
	if asObj(i["message"])["id"] == nil || str(asObj(i["data"])["custom_id"]) != "form||1" || len(components) != 3 ||
		str(asObj(asObj(components[0])["component"])["value"]) != "x" || str(list(asObj(asObj(components[1])["component"])["values"])[0]) != "1" ||
		str(asObj(list(asObj(components[2])["components"])[0])["value"]) != "as before" {
		t.Errorf("submitted = %v", i)
	}
	stops(t, s, "a form twice", func() { s.Submit(mali, form, map[string]string{"what": "x"}) })
}

func TestDiscordRefusesForms(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{AckWithin: patience})
	good := label("What?", line("what"))
	tests := map[string]o{
		"six components":     modal(good, good, good, good, good, good),
		"no components":      modal(),
		"id twice":           modal(good, good),
		"label too long":     modal(label(strings.Repeat("x", 46), line("what"))),
		"no label":           modal(label("", line("what"))),
		"no style":           modal(label("a", o{"type": 4, "custom_id": "a"})),
		"value too long":     modal(label("a", with(with(line("a"), "max_length", 3), "value", "long"))),
		"button in a form":   modal(row(button("a"))),
		"text outside label": modal(line("a")),
		"26 options":         modal(label("a", menu("a", 26))),
		"title too long":     {"type": answerModal, "data": o{"custom_id": "x", "title": strings.Repeat("x", 46), "components": []any{good}}},
		"no custom id":       {"type": answerModal, "data": o{"title": "x", "components": []any{good}}},
	}
	answering(t, s, func(i o) {
		for name, body := range tests {
			if status, got := askAnyway(t, s, "POST", callbackPath(i), body); status != 400 || num(got["code"]) != 50035 {
				t.Errorf("%s: %d %v, want a bad form", name, status, got)
			}
		}
		ask(t, s, "POST", callbackPath(i), modal(good)) // what was refused has not answered
	})
	if form := s.OpenForm(mali, card(t, s, textC), "fixed"); form.Title != "Form" {
		t.Errorf("form = %+v", form)
	}
}

func TestDiscordCommands(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	seen := make(chan o, 1)
	answering(t, s, func(i o) {
		ask(t, s, "POST", callbackPath(i), o{"type": answerMessage, "data": o{"content": "done"}})
		seen <- i
	})
	said := s.Post(mali, textC, "it stutters", DiscordFiles(DiscordFile{Name: "x.log", Content: []byte("x")}))
	stops(t, s, "a command that is not registered", func() { s.Command(mali, textC, "support") })
	stops(t, s, "no message command", func() { s.AskAbout(mali, said) })
	ask(t, s, "PUT", "/applications/"+DiscordApp+"/commands", []any{
		o{"name": "support", "description": "Ask", "contexts": []any{0}}, o{"name": "Ask about this", "type": 3},
	})
	reply := s.Command(mali, textC, "support")
	if i := <-seen; num(i["type"]) != interactionCommand || str(asObj(i["data"])["name"]) != "support" || reply.Message.Content != "done" {
		t.Errorf("command = %v, reply %+v", i, reply)
	}
	stops(t, s, "a command outside its contexts", func() { s.Command(mali, s.DM(mali), "support") })
	if reply := s.AskAbout(kim, said); reply.Message.Type != typeContextMenu {
		t.Errorf("reply = %+v", reply)
	}
	data := asObj((<-seen)["data"])
	about := asObj(asObj(asObj(data["resolved"])["messages"])[said.ID])
	if str(data["target_id"]) != said.ID || about["content"] != "it stutters" || len(list(about["attachments"])) != 1 {
		t.Errorf("message command = %v", data)
	}
}

// stopper is a test that can be stopped without stopping this one.
type stopper struct {
	testing.TB
	stopped bool
}

func (x *stopper) Fatalf(string, ...any) { x.stopped = true; runtime.Goexit() }
func (x *stopper) Helper()               {}

// stops checks that a story ends its test.
func stops(t *testing.T, s *DiscordServer, name string, story func()) {
	t.Helper()
	x := &stopper{TB: t}
	done := make(chan struct{})
	s.t = x
	go func() { defer close(done); story() }()
	<-done
	s.t = t
	if !x.stopped {
		t.Errorf("%s: the story went on", name)
	}
}

func TestDiscordStoriesEndWhereTheClientDoes(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{AckWithin: time.Millisecond})
	said := s.Post(mali, textC, "hello")
	m := card(t, s, textC)
	secret := card(t, s, deskD)
	theirs := s.Post(kim, textC, "of another bot", WithButtons(row(button("theirs"))))
	thread := s.StartThread(mali, said, "thread")
	s.Archive(thread.ID, true)
	for name, story := range map[string]func(){
		"writing where one is not":      func() { s.Post(mali, deskD, "x") },
		"writing into a forum":          func() { s.Post(mali, forumF, "x") },
		"a post outside a forum":        func() { s.PostForum(mali, textC, "x", "x") },
		"a thread that is locked":       func() { s.Post(mali, thread.ID, "x") },
		"a reply where is no thread":    func() { s.Reply(mali, m, "x") },
		"a second thread":               func() { s.StartThread(mali, said, "x") },
		"somebody's message, to change": func() { s.Edit(kim, said, "x") },
		"somebody's message, to delete": func() { s.Delete(kim, said) },
		"no such button":                func() { s.Click(mali, m, "none") },
		"a grey button":                 func() { s.Click(mali, m, "grey") },
		"a button out of sight":         func() { s.Click(mali, secret, "fixed") },
		"a stranger":                    func() { s.Click("5", m, "fixed") },
		"another app's button":          func() { s.Click(mali, theirs, "theirs") },
		"no such option":                func() { s.Choose(mali, m, "slot:", "9") },
		"no form":                       func() { s.Submit(mali, DiscordForm{ID: "1"}, nil) },
		"no form opened":                func() { s.OpenForm(mali, m, "fixed") },
		"a call that is none":           func() { s.Fail("POST /x", 1, DiscordHang) },
		"nothing shown":                 func() { s.Expect(InDiscord(textC), DiscordSays("never said"), time.Millisecond) },
		"a gateway that never comes":    func() { s.AwaitGateway(time.Millisecond) },
	} {
		stops(t, s, name, story)
	}
}
