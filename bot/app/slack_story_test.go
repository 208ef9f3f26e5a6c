package app_test

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/triage"
)

// patience is how long a story waits for what must come; it is only spent when
// something is broken.
const patience = 20 * time.Second

// town is a Slack workspace with the whole program behind it.
type town struct {
	*bottest.SlackServer
	t    *testing.T
	app  *app.App
	cfg  *config.Config
	opt  app.Options
	url  string // of the program's HTTP server
	stop func() // ends the program; the town goes on
}

// newTown starts the workspace and the program; with may change the program's
// configuration and options before.
func newTown(t *testing.T, opts bottest.SlackOptions, with ...func(*town)) *town {
	t.Helper()
	opts.AckWithin, opts.TriggerLife = patience, patience
	w := &town{SlackServer: bottest.NewSlack(t, opts), t: t, opt: app.Options{Core: sharedCore(t), SlackPace: -1, Now: opts.Now}}
	w.AddUser(bottest.SlackUser{ID: "UNOK", Name: "Nok", Locale: "en-US", Zone: "Asia/Bangkok"})
	w.AddUser(bottest.SlackUser{ID: "UKIM", Name: "Kim", Locale: "en-US"})
	w.AddUser(bottest.SlackUser{ID: "ULEE", Name: "Lee", Locale: "en-US"})
	w.AddChannel(bottest.SlackChannel{ID: "C0SIAM", Name: "siam-live", Members: []string{"UNOK"}})
	w.AddChannel(bottest.SlackChannel{ID: "C0DESK", Name: "desk", Members: []string{"UKIM", "ULEE"}})
	cfg := config.Defaults()
	cfg.Database = "sqlite:" + filepath.Join(t.TempDir(), "town.db")
	cfg.Engineers.Desk = "slack:C0DESK"
	cfg.Customers = []config.Customer{{Name: "Siam Live", Tier: "gold", Slack: []string{"C0SIAM"}}}
	cfg.Secrets = config.Secrets{SlackBotToken: bottest.SlackBotToken, SlackSigningSecret: bottest.SlackSigningSecret, SlackAPIURL: w.APIURL()}
	if opts.Socket {
		cfg.Secrets.SlackAppToken = bottest.SlackAppToken
	}
	w.cfg = &cfg
	for _, f := range with {
		f(w)
	}
	w.start()
	return w
}

func (w *town) start() {
	w.t.Helper()
	a, err := app.New(w.cfg, w.opt)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	a.Work()
	w.app, w.url = a, server.URL
	w.SetApp(server.URL)
	w.stop = sync.OnceFunc(func() {
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			w.t.Errorf("stop: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
}

var loaded = sync.OnceValues(func() (*app.Core, error) { return app.NewCore("", "en") })

// sharedCore loads the catalogues once for all stories.
func sharedCore(t *testing.T) *app.Core {
	t.Helper()
	core, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// words gives what a customer of a language writes in a script.
type words struct {
	texts *i18n.Catalogue
	lang  string
}

func (s words) say(key string) string { return s.texts.Text(s.lang, key, nil) }

// TestWholeConversationOnSlackInEveryLanguage plays, in each of the 24
// languages, a problem, the questions, a fix that fails, the handoff, an
// engineer's answer both ways, the end and its confirmation.
func TestWholeConversationOnSlackInEveryLanguage(t *testing.T) {
	texts, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	detect, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Languages() {
		t.Run(lang, func(t *testing.T) {
			w := newTown(t, bottest.SlackOptions{})
			s := words{texts, lang}
			root := w.Post("UNOK", "C0SIAM", s.say("script.report"))
			first := w.Expect(bottest.InThread(root), shows((s.say("intro"))), patience)
			if got := detect.Detect(first.Visible(), lang).Lang; got != lang {
				t.Errorf("the first answer is in %s, want %s:\n%s", got, lang, first.Visible())
			}
			last := w.askedUntilProposal(root, first, s)
			w.Reply("UNOK", root, s.say("script.not_fixed"))
			w.Expect(bottest.InThread(root), bottest.All(bottest.After(last), shows((s.say("propose.next")))), patience)
			w.Reply("UNOK", root, s.say("script.human"))
			w.Expect(bottest.InThread(root), shows((s.say("handoff.asked_for_person"))), patience)
			w.relayAndResolve(root, s)
		})
	}
}

// shows matches a message that shows a text, whatever its markup.
func shows(text string) bottest.SlackMatch {
	return func(m bottest.SlackMessage) bool { return strings.Contains(bare(m.Visible()), bare(text)) }
}

// bare is a text without markup, isolates and what Slack's rendering puts
// between letters.
func bare(s string) string {
	return strings.NewReplacer("*", "", "`", "", "\u200b", "", "\u2068", "", "\u2069", "", "\n", " ").Replace(s)
}

// askedUntilProposal answers the questions, by words first and then by clicks.
func (w *town) askedUntilProposal(root, last bottest.SlackMessage, s words) bottest.SlackMessage {
	w.t.Helper()
	w.Reply("UNOK", root, s.say("script.answer"))
	for range 4 {
		last = w.Expect(bottest.InThread(root), bottest.All(bottest.After(last), bottest.Offers("human")), patience)
		if bottest.Offers("not_fixed")(last) {
			return last
		}
		if i := slices.IndexFunc(last.Buttons(), func(b bottest.SlackButton) bool { return strings.HasPrefix(b.ActionID, "slot:") }); i >= 0 {
			w.Click("UNOK", last, last.Buttons()[i].ActionID, last.Buttons()[i].Value)
			continue
		}
		w.Choose("UNOK", last, last.Menus()[0].ActionID, last.Menus()[0].Options[0].Value)
	}
	w.t.Fatalf("no proposal after three questions; the last message:\n%s", last.Visible())
	return last
}

func (w *town) relayAndResolve(root bottest.SlackMessage, s words) {
	w.t.Helper()
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	for _, want := range []string{"Siam Live", "gold", "stutter", s.say("script.report")} {
		if !strings.Contains(bare(card.Visible()), bare(want)) {
			w.t.Errorf("the card lacks %q:\n%s", want, card.Visible())
		}
	}
	w.Click("UKIM", card, "claim")
	w.Expect(bottest.InThread(root), shows((s.texts.Text(s.lang, "claimed", map[string]any{"name": "Kim"}))), patience)
	w.Reply("UKIM", card, "// only for us\nPlease open the stream again.")
	relayed := w.Expect(bottest.InThread(root), bottest.Says("Please open the stream again."), patience)
	if strings.Contains(relayed.Visible(), "only for us") || !strings.Contains(relayed.Visible(), "Kim") {
		w.t.Errorf("relayed to the customer: %q; want Kim's public line alone", relayed.Visible())
	}
	w.Reply("UNOK", root, s.say("script.fixed"))
	w.Expect(bottest.InThread(card), shows(s.say("script.fixed")), patience)
	w.Click("UKIM", w.Message(card), "resolve")
	ask := w.Expect(bottest.InThread(root), bottest.All(bottest.After(relayed), bottest.Offers("fixed")), patience)
	w.Click("UNOK", ask, "fixed")
	w.Expect(bottest.InThread(root), shows((s.say("resolved.confirmed"))), patience)
	w.drain()
	if len(w.Message(ask).Buttons()) > 0 {
		w.t.Errorf("the used choices can still be clicked: %v", w.Message(ask).Buttons())
	}
	cases := w.cases()
	if len(cases) != 1 || cases[0].Outcome != triage.OutcomeConfirmed || cases[0].Lang != s.lang {
		w.t.Errorf("cases %+v; want one, confirmed, in %s", cases, s.lang)
	}
}

func (w *town) drain() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.app.Drain(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) cases() []triage.Case {
	w.t.Helper()
	cs, err := app.OpenCases(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	defer cs.Close()
	list, err := cs.List(context.Background(), "", "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}
