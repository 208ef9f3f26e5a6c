package app_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
)

// town is people on one or two platforms with the whole program behind them.
type town struct {
	*people
	journal *journal
	app     *app.App
	cfg     *config.Config
	opt     app.Options
	url     string // of the program's HTTP server
	stop    func() // ends the program; the town goes on
}

// newTown builds the platforms and starts the program; with may change the
// program's configuration and options, and the town, before.
func newTown(t *testing.T, s stage, with ...func(*town)) *town {
	t.Helper()
	w := &town{people: newPeople(t, s), journal: newJournal()}
	w.opt = app.Options{Core: sharedCore(t), SlackPace: -1, Now: w.clock.now, Log: slog.New(w.journal)}
	w.cfg = w.configuration(s)
	for _, f := range with {
		f(w)
	}
	w.start()
	t.Cleanup(func() {
		w.journal.leaks(t, problem, wantHuman, bottest.SlackBotToken, bottest.DiscordBotToken)
		if t.Failed() && w.discord != nil {
			t.Logf("gateway connections: %+v", w.discord.Connections())
		}
	})
	return w
}

func (w *town) configuration(s stage) *config.Config {
	cfg := config.Defaults()
	cfg.Database = "sqlite:" + filepath.Join(w.t.TempDir(), "town.db")
	cfg.Engineers.Desk = s.desk + ":" + w.Desk.ID(desk)
	cfg.Customers = []config.Customer{{Name: "Siam Live", Tier: "gold"}}
	cfg.Customers[0] = w.serving(cfg.Customers[0], siam)
	if w.slack != nil {
		cfg.Secrets.SlackBotToken, cfg.Secrets.SlackSigningSecret = bottest.SlackBotToken, bottest.SlackSigningSecret
		cfg.Secrets.SlackAPIURL = w.slack.APIURL()
		if s.slack.Socket {
			cfg.Secrets.SlackAppToken = bottest.SlackAppToken
		}
	}
	if w.discord != nil {
		cfg.Secrets.DiscordBotToken, cfg.Secrets.DiscordAPIURL = bottest.DiscordBotToken, w.discord.APIURL()
	}
	return &cfg
}

// serving is a customer whose room this is.
func (w *town) serving(c config.Customer, room string) config.Customer {
	c.Slack, c.Discord = nil, nil
	if id := w.Customers.ID(room); w.Customers.Platform() == "slack" {
		c.Slack = []string{id}
	} else {
		c.Discord = []string{id}
	}
	return c
}

// start runs the program and waits until it hears what people say.
func (w *town) start() {
	w.t.Helper()
	w.run()
	w.online()
}

// run is start without waiting.
func (w *town) run() {
	w.t.Helper()
	a, err := app.New(w.cfg, w.opt)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewServer(a.Handler())
	if w.slack != nil {
		w.slack.SetApp(server.URL)
	}
	a.Work()
	w.app, w.url = a, server.URL
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

// restart ends the program, lets meanwhile happen, and starts it again.
func (w *town) restart(meanwhile func()) {
	w.t.Helper()
	w.stop()
	meanwhile()
	w.start()
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
