package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
	"firstline/i18n"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// script answers like the bot: a question, steps, a handoff, a relay. It runs beside the requests, as the
// real one does.
type script struct {
	t      testing.TB
	client *Client
	events chan bot.Inbound
	done   chan struct{}
	n      int
	card   string // message id of the case's card
	chat   bot.Address
	lang   string
}

func newScript(t testing.TB, s *site) *script {
	p := &script{t: t, client: s.client, events: make(chan bot.Inbound, 100), done: make(chan struct{})}
	s.inbox.mu.Lock()
	s.inbox.then = func(in bot.Inbound) { p.events <- in }
	s.inbox.mu.Unlock()
	go func() {
		defer close(p.done)
		for in := range p.events {
			p.answer(in)
		}
	}()
	t.Cleanup(func() { // the browser is gone by now: nothing is accepted any more
		close(p.events)
		<-p.done
	})
	return p
}

func (p *script) send(out bot.Outbound) string {
	p.n++
	out.ID = fmt.Sprintf("out-%d", p.n)
	rec, err := p.client.Send(context.Background(), out)
	if err != nil {
		p.t.Errorf("Send: %v", err)
	}
	return rec.MessageID
}

func (p *script) say(text string, choices ...bot.Choice) {
	p.send(bot.Outbound{To: p.chat, Lang: p.lang, RTL: i18n.RTL(p.lang), Text: text, Choices: choices})
}

func (p *script) note(text string) {
	p.send(bot.Outbound{To: deskAddress(p.card), Lang: "en", Text: text})
}

func (p *script) answer(in bot.Inbound) {
	if in.Side == bot.SideDesk {
		p.desk(in)
		return
	}
	p.chat = in.Address
	if in.Person.Locale != "" {
		p.lang = in.Person.Locale
	}
	w := wordsOf(p.lang)
	switch {
	case in.Kind == bot.KindMessage && p.card != "":
		p.send(bot.Outbound{To: deskAddress(p.card), Lang: "en", Author: in.Person.Name, Text: in.Text})
	case in.Kind == bot.KindMessage:
		p.send(question(p.chat, "", p.lang))
	case in.Kind == bot.KindAction:
		p.send(bot.Outbound{To: p.chat, Lang: p.lang, RTL: i18n.RTL(p.lang), Update: in.MessageID, Text: w["answer"] + "\n\n✓ " + in.Value})
		if in.Action == "human" {
			p.say(w["called"])
			out := sampleCard("")
			out.Card.Fields[1].Value = i18n.LanguageName("en", p.lang)
			p.card = p.send(out)
			return
		}
		p.say(w["steps"], bot.Choice{Action: "fixed", Value: "case1", Label: w["fixed"], Strong: true}, bot.Choice{Action: "not_fixed", Value: "case1", Label: w["not"]},
			bot.Choice{Action: "form", Value: "case1", Label: w["form"]}, bot.Choice{Action: "human", Value: "case1", Label: w["human"]})
	case in.Kind == bot.KindForm:
		p.say(w["called"])
	}
}

func (p *script) desk(in bot.Inbound) {
	w := wordsOf(p.lang)
	switch {
	case in.Action == "claim":
		out := sampleCard("")
		out.Update = p.card
		out.Card.Fields[4].Value = "claimed"
		out.Choices = out.Choices[1:]
		p.send(out)
		p.note("Claimed by **" + in.Person.Name + "**. Replies in this thread go to the customer; lines that begin with // stay here.")
		p.say(w["claimed"])
	case in.Kind == bot.KindMessage && !strings.HasPrefix(in.Text, "//"):
		p.send(bot.Outbound{
			To: p.chat, Lang: p.lang, Author: in.Person.Name, Text: w["reply"], Note: "Translated from English",
			Choices: []bot.Choice{{Action: "original", Value: in.MessageID, Label: "Original"}},
		})
	}
}

// tab is one page in the browser, with the waiting and looking that the stories need.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b tab) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.fail(what, err)
	}
}

func (b tab) fail(what string, err error) {
	b.t.Helper()
	bottest.Screenshot(b.t, b.ctx, "failed")
	b.t.Fatalf("%s: %v", what, err)
}

func (b tab) js(code string) {
	b.t.Helper()
	b.run(code, chromedp.Evaluate[chromedp.Void](code))
}

// until waits for an expression to be true; the page looks at every frame.
func (b tab) until(js string) {
	b.t.Helper()
	b.run("wait for "+js, chromedp.Poll[chromedp.Void](js, chromedp.WithPollingInterval(50*time.Millisecond)))
}

func (b tab) eval(js string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js))
	if err != nil {
		b.fail(js, err)
	}
	return s
}

func (b tab) click(sel string) {
	b.t.Helper()
	b.run("click "+sel, chromedp.Click(chromedp.CSS(sel), chromedp.NodeVisible))
}

const countBot = `document.querySelectorAll('#chat .msg.bot').length`

func TestBrowserStories(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	bottest.Chromium(t)
	for _, lang := range []string{"th", "ar", "es"} {
		t.Run(lang, func(t *testing.T) { story(t, lang) })
	}
}

// story is one whole conversation through handoff and back, at 1280 pixels, then looked at
// again at 390, in light and dark.
func story(t *testing.T, lang string) {
	s := newSite(t, func(c *Config) { c.Forms = forms{"case1": sampleForm(lang)} })
	newScript(t, s)
	b := tab{t, bottest.Browser(t)}
	w := wordsOf(lang)
	bottest.Viewport(t, b.ctx, 1280, 800)
	b.run("open", chromedp.Navigate(s.server.URL+"/"))
	b.until(`document.documentElement.dataset.ready === 'yes'`)
	b.pickLanguage(lang)
	b.look(lang+"-1280-a-start", "#chat")

	b.click("#chat .samples li:first-child .sample")
	b.until(countBot + ` === 1`)
	b.until(`document.querySelectorAll('#chat .msg.own').length === 1 && !document.querySelector('#chat .waiting')`)
	b.look(lang+"-1280-b-question", "#chat")
	b.fillForm(lang)

	b.click(`#chat .choice[data-action="slot:scope"]`)
	b.until(`document.querySelectorAll('#chat .msg.bot').length === 3 && !document.querySelector('#chat .msg.bot .choice[data-action="slot:scope"]')`)
	b.until(`document.querySelector('#chat .msg.bot:last-child pre')?.dir === 'ltr'`)
	b.look(lang+"-1280-c-steps", "#chat")

	b.click(`#chat .msg.bot:last-child .choice[data-action="human"]`)
	b.until(`document.querySelectorAll('#desk .row').length === 1`)
	b.look(lang+"-1280-d-handoff", "#chat", "#desk")
	b.deskStory(w["reply"])
	b.look(lang+"-1280-e-relay", "#chat", "#desk")

	b.run("reload", chromedp.Reload())
	b.until(`document.documentElement.dataset.ready === 'yes' && document.querySelectorAll('#chat .msg').length >= 7 && document.querySelectorAll('#desk .row').length === 1`)
	if got := b.eval(`document.getElementById('chat').lang`); got != lang {
		t.Errorf("after a reload the language is %q, want %q", got, lang)
	}
	b.phone(lang)
}

func (b tab) setLanguage(lang string) {
	b.t.Helper()
	b.js(fmt.Sprintf(`(() => { const s = document.getElementById('language'); s.value = %q; s.dispatchEvent(new Event('change')); })()`, lang))
	b.until(fmt.Sprintf(`document.getElementById('chat').lang === %q`, lang))
}

func (b tab) pickLanguage(lang string) {
	b.t.Helper()
	b.setLanguage(lang)
	want := "ltr"
	if lang == "ar" {
		want = "rtl"
	}
	if got := b.eval(`document.getElementById('chat').dir`); got != want {
		b.t.Errorf("dir = %q, want %q", got, want)
	}
	if got := b.eval(`document.getElementById('desk').dir`); got != "ltr" {
		b.t.Errorf("the desk's dir = %q, want ltr", got)
	}
	if got, want := b.eval(`document.querySelector('#chat .send').innerText.trim()`), sampleTexts[lang]["web.send"]; got != want {
		b.t.Errorf("send button says %q, want %q", got, want)
	}
	if got := b.eval(`String(document.getElementById('language').options.length)`); got != "24" {
		b.t.Errorf("%s languages, want 24", got)
	}
}

func (b tab) fillForm(lang string) {
	b.t.Helper()
	b.click(`#chat .choice[data-action="form"]`)
	b.until(`document.getElementById('form').open`)
	b.look(lang+"-1280-form", "#form")
	if got, want := b.eval(`document.getElementById('form').dir`), direction(i18n.RTL(lang)); got != want {
		b.t.Errorf("form's dir = %q, want %q", got, want)
	}
	b.run("fill in", chromedp.SetValue(chromedp.CSS("#field-0"), "many"), chromedp.SendKeys(chromedp.CSS("#field-2"), "room-77"))
	b.click("#form .strong")
	b.until(`!document.getElementById('form').open && ` + countBot + ` === 2`)
}

// deskStory claims the case, leaves an internal note, and answers.
func (b tab) deskStory(reply string) {
	b.t.Helper()
	b.click("#desk .row")
	b.until(`document.querySelector('#desk .thread .card') && document.querySelector('#desk .threadbar .sev').textContent === 'P1'`)
	b.look(b.t.Name()[strings.LastIndexByte(b.t.Name(), '/')+1:]+"-1280-d2-card", "#desk")
	b.click(`#desk .choice[data-action="claim"]`)
	b.until(`!document.querySelector('#desk .choice[data-action="claim"]') && document.querySelector('#desk .msg.note')`)
	b.run("an internal note", chromedp.SendKeys(chromedp.CSS("#desk textarea"), "// looks like the bkk-1 node"+kb.Enter))
	b.until(`document.querySelector('#desk .msg.own .internal')`)
	b.run("an answer", chromedp.SendKeys(chromedp.CSS("#desk textarea"), "Moved you to bkk-3, please check"+kb.Enter))
	b.until(`document.querySelectorAll('#desk .msg.own').length === 2 && document.querySelector('#chat .msg.person')`)
	plain := strings.NewReplacer("`", "", "**", "").Replace(reply)
	if got := b.eval(`document.querySelector('#chat .msg.person .bubble').textContent`); got != plain {
		b.t.Errorf("customer reads %q, want %q", got, plain)
	}
	if got := b.eval(`document.querySelector('#chat .log').textContent`); strings.Contains(got, "bkk-1") {
		b.t.Error("the internal note reached the customer")
	}
	b.run("customer answers", chromedp.SendKeys(chromedp.CSS("#chat textarea"), "OK, <b>thanks</b>"),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierShift)), chromedp.KeyEvent("2nd line"))
	if got := b.eval(`document.querySelector('#chat textarea').value`); got != "OK, <b>thanks</b>\n2nd line" {
		b.t.Errorf("the text box has %q", got)
	}
	b.click("#chat .send")
	b.until(`document.querySelector('#desk .msg.person')?.textContent.includes('<b>thanks</b>')`)
}

func (b tab) phone(lang string) {
	b.t.Helper()
	bottest.Viewport(b.t, b.ctx, 390, 844)
	b.until(`innerWidth === 390 && getComputedStyle(document.querySelector('.tabs')).display === 'flex'`)
	b.look(lang+"-390-a-chat", "#chat")
	b.click("#tab-desk")
	b.until(`getComputedStyle(document.getElementById('chat')).display === 'none'`)
	b.look(lang+"-390-b-list", "#desk")
	b.click("#desk .row")
	b.until(`document.querySelectorAll('#desk .msg').length >= 4`)
	b.look(lang+"-390-c-card", "#desk")
	b.js(`(() => { const s = document.querySelector('#desk .thread .scroll'); s.scrollTop = s.scrollHeight; })()`)
	b.look(lang+"-390-d-thread", "#desk")
	bottest.Dark(b.t, b.ctx)
	b.look(lang+"-390-e-dark", "#desk")
	b.click("#tab-chat")
	b.click("#new")
	b.until(`!document.querySelector('#chat .empty').hidden && !document.querySelector('#chat .msg')`)
	b.look(lang+"-390-f-new-dark", "#chat")
	bottest.Viewport(b.t, b.ctx, 1280, 800)
	b.look(lang+"-1280-f-dark", "#chat", "#desk")
}

// TestBrowserChoices looks at a choice between the click and the bot's answer, at live
// edits and deletions, at a menu, and at words for one engineer alone.
func TestBrowserChoices(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	bottest.Chromium(t)
	s := newSite(t)
	b := tab{t, bottest.Browser(t)}
	bottest.Viewport(t, b.ctx, 1280, 800)
	b.run("open", chromedp.Navigate(s.server.URL+"/"))
	b.until(`document.documentElement.dataset.ready === 'yes'`)
	to := chatAddress(b.eval(`JSON.parse(document.getElementById('boot').textContent).conversation`))
	q := s.send(question(to, "q1", "en")).MessageID
	b.until(countBot + ` === 1`)
	b.click(`#chat .choice[data-action="human"]`)
	b.until(`[...document.querySelectorAll('#chat .choices button, #chat .choices select')].every((e) => e.disabled)`)
	b.until(`document.querySelector('#chat .choice.used').dataset.action === 'human'`)
	b.look("choices-1280-a-used", "#chat")
	b.until(`!document.querySelector('#chat .typing').hidden`)
	if in := s.inbox.last(t, 1); in.Action != "human" || in.MessageID != q {
		t.Errorf("event = %+v", in)
	}
	s.send(bot.Outbound{ID: "u1", To: to, Lang: "en", Text: "settled", Update: q})
	b.until(`document.querySelector('#chat .msg.bot .bubble').textContent === 'settled' && !document.querySelector('#chat .choices')`)
	s.send(bot.Outbound{ID: "u2", To: to, Update: q, Delete: true})
	b.until(`document.querySelectorAll('#chat .msg').length === 0`)

	s.send(question(to, "q2", "en"))
	b.until(`document.querySelector('#chat .menu select')`)
	b.run("choose", chromedp.SetValue(chromedp.CSS("#chat .menu select"), "1"))
	b.js(`document.querySelector('#chat .menu select').dispatchEvent(new Event('change'))`)
	b.click("#chat .menu button")
	b.until(`document.querySelector('#chat .menu select').disabled && !document.querySelector('#chat .typing').hidden`)
	if in := s.inbox.last(t, 2); in.Action != "slot:region" || in.Value != "MX" {
		t.Errorf("event = %+v", in)
	}

	card := s.send(sampleCard("card")).MessageID
	b.click("#desk .row")
	b.run("write", chromedp.SendKeys(chromedp.CSS("#desk textarea"), "hello"), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector('#desk .msg.own') && !document.querySelector('#desk .waiting')`)
	s.send(bot.Outbound{ID: "w", To: deskAddress(card), OnlyFor: s.inbox.last(t, 3).Person.ID, Lang: "en", Text: "Not sent: **Lee** has this case."})
	b.until(`document.querySelector('#desk .msg.note .meta')?.textContent.includes('only you')`)
	b.look("choices-1280-b-desk", "#desk")
}

// TestBrowserKeepsUnsent lets the store fail: the page says so, keeps the words over a reload,
// tries again, and nothing doubles. It also looks at hostile text and at Enter within an input method.
func TestBrowserKeepsUnsent(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	bottest.Chromium(t)
	s := newSite(t)
	b := tab{t, bottest.Browser(t)}
	full := errors.New("disk full")
	s.inbox.refuse(full, full, full, full, full, full, full, full, full, full, full, full)
	bottest.Viewport(t, b.ctx, 1280, 800)
	b.run("open", chromedp.Navigate(s.server.URL+"/"))
	b.until(`document.documentElement.dataset.ready === 'yes'`)
	b.js(`(() => {
		const box = document.querySelector('#chat textarea');
		box.value = 'にほんご';
		box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}));
	})()`)
	if got := b.eval(`document.querySelector('#chat textarea').value`); got != "にほんご" {
		t.Fatalf("Enter while composing sent the text; left: %q", got)
	}
	hostile := `<img src=x onerror="document.title='owned'"> [good](javascript:alert(1)) https://ok.example/a`
	b.run("write", chromedp.SetValue(chromedp.CSS("#chat textarea"), hostile), chromedp.Click(chromedp.CSS("#chat .send")))
	b.until(`document.querySelector('#chat .waiting .failed')`)
	b.look("unsent-1280", "#chat")
	b.run("reload", chromedp.Reload())
	b.until(`document.querySelector('#chat .waiting .link')`)
	s.inbox.refuse()
	b.click("#chat .waiting .link")
	b.until(`document.querySelectorAll('#chat .msg.own').length === 1 && !document.querySelector('#chat .waiting')`)
	b.until(`!document.querySelector('#chat .typing').hidden`)
	b.look("typing-1280", "#chat")
	if got := s.inbox.last(t, 1).Text; got != hostile {
		t.Errorf("accepted %q, want %q", got, hostile)
	}
	s.send(bot.Outbound{ID: "hostile", To: s.inbox.last(t, 1).Address, Lang: "en", Author: "Eve <script>", Text: "**<script>document.title='owned'</script>** " + hostile})
	b.until(`document.querySelector('#chat .msg.person')`)
	got := b.eval(`[document.title, document.querySelectorAll('#chat .log script, #chat .log img').length, ...[...document.querySelectorAll('#chat .log a')].map((a) => a.getAttribute('href'))].join(' ')`)
	if want := "Firstline 0 https://ok.example/a https://ok.example/a"; got != want {
		t.Errorf("page has %q, want %q", got, want)
	}
	if n := len(s.inbox.all()); n != 1 {
		t.Errorf("%d events, want one", n)
	}
}
