// Package app builds the whole program out of its parts, starts it and stops it
// in reverse order. It is the only package that knows adapters and engines by
// name; cmd and the whole-program tests use it.
//
//	platforms ──► dispatch ──► store ──► deliver ──► platforms
//	                 │
//	                core (catalogues, understanding, search, policy)
//
// The HTTP server carries Slack's endpoints, the web chat when it is switched
// on, /healthz (the process lives), /readyz (it can store what it is given: a
// full disk shows here) and /metrics.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"firstline/bot"
	"firstline/bot/config"
	"firstline/bot/deliver"
	"firstline/bot/deliver/render"
	"firstline/bot/discord"
	"firstline/bot/dispatch"
	"firstline/bot/slack"
	"firstline/bot/store"
	"firstline/bot/store/sqlite"
	"firstline/bot/web"
	"firstline/triage"
)

// Options are what a test or the demo sets besides the configuration.
type Options struct {
	Core      *Core // catalogues that are loaded already; nil: load them
	Log       *slog.Logger
	Now       func() time.Time
	Platforms []bot.Platform // further platforms; one of the same name takes the place of the built-in
	Customer  string         // whose the web chat is; "" for nobody's in particular
	SlackPace time.Duration  // see slack.Config.Pace
	HTTP      *http.Client   // for calls to Slack and Discord
}

// App is the whole program.
type App struct {
	cfg     *config.Config
	log     *slog.Logger
	core    *Core
	ownCore bool   // not shared
	model   *model // nil: everything offline
	store   *sqlite.Store
	intake  *dispatch.Dispatcher
	outgo   *deliver.Deliverer
	slack   *slack.Client
	discord *discord.Client
	web     *web.Client
	sources map[string]bot.Platform // by name, for files
	metrics *metrics
	server  *http.Server
	ln      net.Listener

	cancel context.CancelFunc
	wg     sync.WaitGroup
	failed chan error
}

// New builds the program and opens its store; nothing runs yet. Close or Stop
// releases what it holds.
func New(cfg *config.Config, opt Options) (*App, error) {
	if opt.Log == nil {
		opt.Log = discard()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	core := opt.Core
	if core == nil {
		var err error
		if core, err = NewCore(cfg.Catalogues, cfg.Engineers.Language); err != nil {
			return nil, err
		}
	}
	st, err := sqlite.Open(cfg.SQLitePath())
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", cfg.Database, err)
	}
	a := &App{cfg: cfg, log: opt.Log, core: core, ownCore: opt.Core == nil, store: st, failed: make(chan error, 4)}
	a.metrics = newMetrics(a.depths)
	if err := a.wire(opt); err != nil {
		return nil, errors.Join(err, a.release())
	}
	a.server = &http.Server{Handler: a.routes(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(opt.Log.Handler(), slog.LevelWarn)}
	return a, nil
}

func (a *App) wire(opt Options) error {
	platform, channel, _ := strings.Cut(a.cfg.Engineers.Desk, ":")
	desk := bot.Address{Platform: platform, Channel: channel}
	var err error
	if a.model, err = a.newModel(opt); err != nil {
		return err
	}
	turns := dispatch.Config{
		Store: a.store, Workers: workers, Understander: measured{a.core.Reader, a.metrics}, Fixes: a.core, Policy: a.core.Policy, Desk: desk,
		TierOf: a.cfg.TierOf, MatchLocale: a.core.Texts.Match, Direct: direct,
		Committed: func() { a.outgo.Wake() }, Now: opt.Now, Log: opt.Log.With("component", "dispatch"), Metrics: a.metrics.dispatch(),
	}
	messages := deliver.Config{
		Store: a.store, Renderer: wording{a.core.Renderer}, Desk: desk, DeskLang: a.cfg.Engineers.Language,
		Now: opt.Now, Log: opt.Log.With("component", "deliver"), Metrics: a.metrics.deliver(),
	}
	if a.model != nil {
		a.model.into(&turns, &messages)
		turns.Working = a.working
	}
	if a.intake, err = dispatch.New(turns); err != nil {
		return err
	}
	platforms, err := a.platforms(opt)
	if err != nil {
		return err
	}
	a.sources = platforms
	for _, err := range a.cfg.Unserved() {
		a.log.Error("customers are not served", "error", err)
	}
	if _, ok := platforms[platform]; !ok {
		return fmt.Errorf("engineers.desk is on %s, which is not configured: %w", platform, a.cfg.MissingSecrets())
	}
	messages.Platforms = platforms
	a.outgo, err = deliver.New(messages)
	return err
}

// workers is how many turns run at the same time. They mostly wait for the
// disk, and those that wait together share its flush.
const workers = 32

// wording lets the deliverer use the renderer.
type wording struct{ *render.Renderer }

func (w wording) Render(e triage.Effect, c deliver.RenderContext) (bot.Outbound, error) {
	switch {
	case e.Kind == triage.EffectTranscript:
		out := w.Transcript(c.Lang, c.Transcript)
		out.OnlyFor = e.OnlyFor
		return out, nil
	case !c.Settled:
		out, err := w.Renderer.Render(e, nil)
		if c.From != "" {
			w.Mark(&out, e, c.From, c.Translated)
		}
		return out, err
	}
	var chosen render.Chosen
	if c.Chosen != nil {
		chosen = render.Chosen{Action: c.Chosen.Action, Value: c.Chosen.Value}
	}
	return w.Renderer.Render(e, &chosen)
}

// measured counts and times readings.
type measured struct {
	dispatch.Understander
	m *metrics
}

func (r measured) Read(ctx context.Context, q triage.Question) triage.Reading {
	began := time.Now()
	out := r.Understander.Read(ctx, q)
	r.m.reading.Observe(time.Since(began).Seconds())
	r.m.readings.WithLabelValues(out.Lang, string(out.Act)).Inc()
	return out
}

// Form meets [bot.FormSource].
func (a *App) Form(ctx context.Context, caseID string) (bot.Form, error) {
	c, _, err := a.store.Case(ctx, caseID)
	if err != nil {
		return bot.Form{}, fmt.Errorf("form of case %s: %w", caseID, err)
	}
	return a.core.Renderer.Form(c), nil
}

// NewForm meets [bot.FormSource].
func (a *App) NewForm(lang string) bot.Form {
	return a.core.Renderer.Form(triage.Case{Lang: a.core.Texts.Match(lang)})
}

func (a *App) depths() (inbox, outbox, dead int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	inbox, outbox, dead, err := a.store.Depths(ctx)
	if err != nil {
		a.log.Warn("queue depths unknown", "error", err)
	}
	return inbox, outbox, dead
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	if a.slack != nil {
		mux.Handle("/slack/", a.slack.Handler())
	}
	if a.web != nil {
		mux.Handle("/", a.web.Handler())
	}
	return mux
}

// Handler is the HTTP face, for tests that bring their own server.
func (a *App) Handler() http.Handler { return a.server.Handler }

// ready answers whether an event that comes now would be stored.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	checks := map[string]string{"store": "ok"}
	code := http.StatusOK
	if err := a.store.Ping(ctx); err != nil {
		code = http.StatusServiceUnavailable
		checks["store"] = "cannot write: " + err.Error()
		if errors.Is(err, store.ErrFull) {
			checks["store"] = "the disk is full: events are not acknowledged until there is room"
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": code == http.StatusOK, "checks": checks})
}

// Start listens and begins to work. The address it listens on is [App.Addr].
func (a *App) Start() error {
	ln, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", a.cfg.Listen, err)
	}
	a.ln = ln
	a.Work()
	a.wg.Go(func() {
		if err := a.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("http server: %w", err)
		}
	})
	return nil
}

// Work begins to handle and deliver, without listening.
func (a *App) Work() {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	a.outgo.Start()
	a.intake.Start()
	if a.slack != nil && a.cfg.Secrets.SlackAppToken != "" {
		a.wg.Go(func() {
			if err := a.slack.RunSocket(ctx); err != nil {
				a.failed <- fmt.Errorf("slack socket mode: %w", err)
			}
		})
	}
	if a.discord != nil {
		a.wg.Go(func() { a.runDiscord(ctx) })
	}
	if a.model != nil && a.model.index != nil {
		a.wg.Go(func() { a.learn(ctx) })
	}
}

// Addr is the address the server listens on.
func (a *App) Addr() string { return a.ln.Addr().String() }

// Failed gives errors that end the program.
func (a *App) Failed() <-chan error { return a.failed }

// Drain waits until everything accepted is handled and everything due is
// delivered.
func (a *App) Drain(ctx context.Context) error {
	if err := a.intake.Drain(ctx); err != nil {
		return err
	}
	return a.outgo.Drain(ctx)
}

// Stop ends the program in the reverse order of its start. Work that ctx does
// not leave time for is found again at the next start.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	if a.web != nil {
		a.web.Close()
	}
	errs = append(errs, a.server.Shutdown(ctx))
	if a.cancel != nil {
		a.cancel()
	}
	errs = append(errs, a.intake.Stop(ctx), a.outgo.Stop(ctx))
	a.wg.Wait()
	return errors.Join(append(errs, a.release())...)
}

// release closes what New opened; catalogues that are shared stay open.
func (a *App) release() error {
	err := a.store.Close()
	if a.model != nil && a.model.index != nil {
		err = errors.Join(err, a.model.index.Close())
	}
	if a.ownCore {
		err = errors.Join(err, a.core.Index.Close())
	}
	return err
}
