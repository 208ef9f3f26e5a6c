package app_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
	"firstline/i18n"
	"firstline/triage"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// newDemo starts the whole program as `firstline demo` does and gives its address.
func newDemo(t *testing.T) (*config.Config, string) {
	t.Helper()
	cfg := config.Defaults()
	cfg.Listen, cfg.Database, cfg.Web = "127.0.0.1:0", "sqlite:"+filepath.Join(t.TempDir(), "demo.db"), true
	cfg.Engineers.Desk = "web:desk"
	cfg.Customers = []config.Customer{{Name: "Siam Live", Tier: "gold"}}
	a, err := app.New(&cfg, app.Options{Customer: "Siam Live"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return &cfg, "http://" + a.Addr() + "/"
}

// person is who sits before the page: the customer of a language on the left,
// Kim at the desk on the right.
type person struct {
	words
	t   *testing.T
	tab context.Context
	bot int // messages of the bot that were seen
}

func (p *person) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		bottest.Screenshot(p.t, p.tab, p.lang+"-failed")
		p.t.Fatalf("%s: %v", what, err)
	}
}

// until waits for an expression of the page to be true.
func (p *person) until(js string) {
	p.t.Helper()
	p.do("wait for "+js, chromedp.Poll[chromedp.Void](js, chromedp.WithPollingInterval(50*time.Millisecond)))
}

func (p *person) eval(js string) string {
	p.t.Helper()
	s, err := chromedp.Run(p.tab, chromedp.Evaluate[string](js))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return s
}

func (p *person) is(js string) bool {
	p.t.Helper()
	return p.eval("String(!!("+js+"))") == "true"
}

func (p *person) click(sel string) {
	p.t.Helper()
	p.do("click "+sel, chromedp.Click(chromedp.CSS(sel), chromedp.NodeVisible))
}

func (p *person) write(pane, text string) {
	p.t.Helper()
	// Inserted as an input method does: chromedp takes the key for some letters (Thai kho khai) for another.
	p.do("focus", chromedp.Focus(chromedp.CSS(pane+" textarea")))
	if _, err := chromedp.Call(p.tab, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatalf("write %s: %v", text, err)
	}
	p.click(pane + " .send")
}

// look takes a picture of a stage, in light and in dark, and measures both.
func (p *person) look(name string, roots ...string) {
	p.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		bottest.Scheme(p.t, p.tab, scheme)
		bottest.Look(p.t, p.tab, p.lang+"-"+name+"-"+scheme, roots...)
	}
	bottest.Scheme(p.t, p.tab, "light")
}

// answered waits for the bot's next message and gives its words.
func (p *person) answered() string {
	p.t.Helper()
	p.bot++
	p.until(fmt.Sprintf(`document.querySelectorAll('#chat .msg.bot').length >= %d && !document.querySelector('#chat .waiting')`, p.bot))
	return p.eval(`[...document.querySelectorAll('#chat .msg.bot .bubble')].at(-1).textContent`)
}

// lastOffers is the selector of a choice under the bot's latest message.
func lastOffers(action string) string {
	return `#chat .msg.bot:last-child .choice[data-action^="` + action + `"]`
}

func (p *person) offered(action string) bool {
	p.t.Helper()
	return p.is(`document.querySelector('` + lastOffers(action) + `')`)
}

// TestBrowserWholeDemo plays a case in the browser, with the real
// understanding, articles and store behind it, from a ready sentence to the
// customer's confirmation.
func TestBrowserWholeDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	bottest.Chromium(t)
	texts, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"th", "ar", "es"} {
		t.Run(lang, func(t *testing.T) {
			cfg, url := newDemo(t)
			p := &person{words: words{texts, lang}, t: t, tab: bottest.Browser(t)}
			bottest.Viewport(t, p.tab, 1280, 800)
			p.open(url)
			sample := p.report()
			p.answerQuestions()
			p.rejectFix()
			p.askForPerson()
			p.readCard(sample)
			p.engineer()
			p.resolve()
			p.reload()
			cases := casesOf(t, cfg)
			if len(cases) != 1 || cases[0].Outcome != triage.OutcomeConfirmed || cases[0].Lang != lang {
				t.Errorf("cases %+v; want one, confirmed, in %s", cases, lang)
			}
			p.phone()
		})
	}
}

func (p *person) open(url string) {
	p.t.Helper()
	p.do("open", chromedp.Navigate(url))
	p.until(`document.documentElement.dataset.ready === 'yes'`)
	p.do("language", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`(() => { const s = document.getElementById('language'); s.value = %q; s.dispatchEvent(new Event('change')); })()`, p.lang)))
	p.until(fmt.Sprintf(`document.getElementById('chat').lang === %q`, p.lang))
	want := "ltr"
	if i18n.RTL(p.lang) {
		want = "rtl"
	}
	if got := p.eval(`document.getElementById('chat').dir`); got != want {
		p.t.Errorf("the chat's direction is %q, want %q", got, want)
	}
	p.look("1280-a-start", "#chat", "#desk")
}

// report clicks the first ready sentence.
func (p *person) report() string {
	p.t.Helper()
	p.click(`#chat .samples li:first-child .sample`)
	first := p.answered()
	if !strings.Contains(bare(first), bare(p.say("intro"))) {
		p.t.Errorf("the first answer is %q; want it to begin with the introduction", first)
	}
	p.look("1280-b-question", "#chat", "#desk")
	return p.say("web.sample.1")
}

// answerQuestions answers by a click, by the form and in words, until a fix is proposed.
func (p *person) answerQuestions() {
	p.t.Helper()
	if !p.offered("slot:") {
		p.t.Fatal("the first question offers nothing to click")
	}
	p.click(lastOffers("slot:"))
	p.answered()
	p.look("1280-c-clicked", "#chat")
	p.fillForm()
	p.write("#chat", p.say("script.answer"))
	p.answered()
	p.look("1280-f-in-words", "#chat")
	for turn := 0; !p.offered("not_fixed"); turn++ {
		if turn > 2 || !p.offered("slot:") {
			p.t.Fatal("no fix was proposed after three questions")
		}
		p.click(lastOffers("slot:"))
		p.answered()
	}
	p.until(open + ` === 'fixed not_fixed human'`) // answered questions leave no buttons behind
}

func (p *person) fillForm() {
	p.t.Helper()
	if !p.offered("form") {
		p.t.Fatal("the form is not offered with the second question")
	}
	p.click(lastOffers("form"))
	p.until(`document.getElementById('form').open`)
	p.look("1280-e-form", "#form")
	if kept := p.eval(`document.querySelector('#form [name="symptom"]').value`); kept != "stutter" {
		p.t.Errorf("the form's symptom is %q; want what was understood, stutter", kept)
	}
	p.do("fill in", chromedp.SendKeys(chromedp.CSS(`#form [name="version"]`), "4.2.1"), chromedp.SendKeys(chromedp.CSS(`#form [name="stream_id"]`), "room-77"))
	p.click("#form .strong")
	p.until(`!document.getElementById('form').open`)
	if got := p.answered(); !strings.Contains(bare(got), "4.2.1") {
		p.t.Errorf("after the form the bot says %q; want what was filled in, 4.2.1, in it", got)
	}
	p.look("1280-e-after-form", "#chat")
}

// open lists the buttons that the customer can click now, in order.
const open = `[...document.querySelectorAll('#chat .choice:enabled')].filter((b) => b.checkVisibility()).map((b) => b.dataset.action).join(' ')`

func (p *person) rejectFix() {
	p.t.Helper()
	p.click(lastOffers("not_fixed"))
	if got := p.answered(); !strings.Contains(bare(got), bare(p.say("propose.next"))) {
		p.t.Errorf("after a fix that failed the bot says %q; want another one", got)
	}
	p.until(open + ` === 'fixed not_fixed human'`)
	p.look("1280-g-next-fix", "#chat")
}

func (p *person) askForPerson() {
	p.t.Helper()
	p.write("#chat", p.say("script.human"))
	if got := p.answered(); !strings.Contains(bare(got), bare(p.say("handoff.asked_for_person"))) {
		p.t.Errorf("asked for a person the bot says %q", got)
	}
	p.until(`document.querySelectorAll('#desk .row.unread').length === 1`)
	p.look("1280-h-handoff", "#chat", "#desk")
}

// readCard wants everything on the card that was told, tried and learned.
func (p *person) readCard(sample string) {
	p.t.Helper()
	p.click("#desk .row")
	p.until(`document.querySelector('#desk .thread .card') && document.querySelector('#desk .choice[data-action="claim"]')`)
	card := bare(p.eval(`document.querySelector('#desk .card').textContent`))
	for _, want := range []string{
		"Siam Live (gold)", i18n.LanguageName("en", p.lang), "the customer asked for a person", "waiting for an engineer", "stutter", "showroom live stream",
		"4.2.1", "room-77", "form", "read from the text", "did not help", sample, p.say("script.answer"), p.say("script.human"), "showroom-stutter-blur",
	} {
		if !strings.Contains(card, bare(want)) {
			p.t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	p.look("1280-i-card", "#desk")
}

// engineer claims, leaves an internal line, answers, and hears the customer.
func (p *person) engineer() {
	p.t.Helper()
	p.click(`#desk .choice[data-action="claim"]`)
	claimed := p.texts.Text(p.lang, "claimed", map[string]any{"name": "Kim"})
	if got := p.answered(); bare(got) != bare(claimed) {
		p.t.Errorf("claimed, the bot says %q, want %q", got, claimed)
	}
	p.until(`!document.querySelector('#desk .choice[data-action="claim"]') && document.querySelector('#desk .choice[data-action="resolve"]:enabled')`)
	p.do("an internal line and an answer", chromedp.SendKeys(chromedp.CSS("#desk textarea"), "// the bkk-1 edge again"),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierShift)), chromedp.KeyEvent("Please set `Keyframe Interval` to 2 s and open the stream again."))
	p.look("1280-j-writing", "#desk")
	p.click("#desk .thread .send")
	p.until(`document.querySelector('#chat .msg.person')?.textContent.includes('open the stream again') && document.querySelector('#desk .msg.own .internal')`)
	if got := p.eval(`document.querySelector('#chat .log').textContent`); strings.Contains(got, "bkk-1") {
		p.t.Error("the internal line reached the customer")
	}
	p.write("#chat", p.say("script.fixed"))
	p.until(`document.querySelector('#desk .msg.person') && !document.querySelector('#chat .waiting')`)
	if got, want := p.eval(`document.querySelector('#desk .msg.person .bubble').textContent`), p.say("script.fixed"); bare(got) != bare(want) {
		p.t.Errorf("the engineer reads %q, want %q", got, want)
	}
	p.look("1280-k-relay", "#chat", "#desk")
}

func (p *person) resolve() {
	p.t.Helper()
	p.click(`#desk .choice[data-action="resolve"]`)
	p.answered()
	p.until(`document.querySelector('` + lastOffers("fixed") + `')`)
	p.look("1280-l-resolved", "#chat", "#desk")
	p.click(lastOffers("fixed"))
	if got, want := p.answered(), p.say("resolved.confirmed"); bare(got) != bare(want) {
		p.t.Errorf("confirmed, the bot says %q, want %q", got, want)
	}
	p.until(open + ` === '' && document.querySelector('#desk .card').textContent.includes('confirmed by the customer') && !document.querySelector('#desk .actions .choice')`)
	p.look("1280-m-confirmed", "#chat", "#desk")
}

// told is what the customer has before their eyes, without the times.
const told = `[...document.querySelectorAll('#chat .msg')].map((m) => m.className + ': ' + m.querySelector('.bubble').textContent).join('\n')`

func (p *person) reload() {
	p.t.Helper()
	before := p.eval(told)
	p.do("reload", chromedp.Reload())
	p.until(fmt.Sprintf(`document.documentElement.dataset.ready === 'yes' && document.querySelectorAll('#chat .msg').length >= %d && document.querySelector('#desk .row')`,
		strings.Count(before, "msg ")))
	if after := p.eval(told); after != before {
		p.t.Errorf("after a reload the chat is\n%s\nwant\n%s", after, before)
	}
	if got := p.eval(`document.getElementById('chat').lang`); got != p.lang {
		p.t.Errorf("after a reload the language is %q, want %q", got, p.lang)
	}
	p.look("1280-n-reloaded", "#chat", "#desk")
}

// phone looks at all of it on a telephone.
func (p *person) phone() {
	p.t.Helper()
	bottest.Viewport(p.t, p.tab, 390, 844)
	p.until(`innerWidth === 390 && getComputedStyle(document.querySelector('.tabs')).display === 'flex'`)
	pages := func(name, pane, scroller string) {
		for i := 0; ; i++ {
			p.do("scroll", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const s = document.querySelector('%s'); s.scrollTop = %d * (s.clientHeight - 60); })()`, scroller, i)))
			p.look(fmt.Sprintf("390-%s-%d", name, i), pane)
			if p.is(fmt.Sprintf(`((s) => s.scrollTop + s.clientHeight >= s.scrollHeight - 2)(document.querySelector('%s'))`, scroller)) {
				return
			}
		}
	}
	pages("a-chat", "#chat", "#chat .scroll")
	p.click("#tab-desk")
	p.look("390-b-list", "#desk")
	p.click("#desk .row")
	p.until(`document.querySelectorAll('#desk .msg').length >= 4`)
	pages("c-thread", "#desk", "#desk .thread .scroll")
	p.click("#tab-chat")
	p.click("#new")
	p.until(`!document.querySelector('#chat .empty').hidden && !document.querySelector('#chat .msg')`)
	p.look("390-d-new", "#chat")
	p.click(`#chat .samples li:nth-child(3) .sample`)
	p.bot = 0
	if got := p.answered(); !strings.Contains(bare(got), bare(p.say("handoff.p1"))) {
		p.t.Errorf("a black screen at a concert for all: the bot says %q, want a P1", got)
	}
	p.look("390-e-p1", "#chat")
	p.click(lastOffers("form"))
	p.until(`document.getElementById('form').open`)
	p.look("390-f-form", "#form")
}
