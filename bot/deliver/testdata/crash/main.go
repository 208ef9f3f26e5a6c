// Command crash is a small whole of sqlite, dispatch and deliver, made to be
// killed: the crash test of package deliver builds it with the tag "failpoint",
// gives it events over HTTP and is its platform.
//
// Environment: CRASH_DB is the file, CRASH_PLATFORM the base URL of the
// platform, CRASH_FIND=1 makes the platform one that can look, CRASH_WORKERS bounds how
// many lanes are sent at a time. It prints its
// address and serves POST /event and POST /drain.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/deliver"
	"firstline/bot/dispatch"
	"firstline/bot/store/sqlite"
	"firstline/triage"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	st, err := sqlite.Open(os.Getenv("CRASH_DB"))
	if err != nil {
		return err
	}
	catalogue, err := triage.DefaultCatalogue()
	if err != nil {
		return err
	}
	policy := triage.DefaultPolicy(catalogue, []string{"en"})
	policy.NudgeAfter = 30 * time.Millisecond
	client := &platform{base: os.Getenv("CRASH_PLATFORM")}
	var p bot.Platform = client
	if os.Getenv("CRASH_FIND") == "1" {
		p = finder{client}
	}
	desk := bot.Address{Platform: "fake", Channel: "desk"}
	workers, _ := strconv.Atoi(os.Getenv("CRASH_WORKERS")) // 0: the default
	out, err := deliver.New(deliver.Config{
		Store: st, Workers: workers, Platforms: map[string]bot.Platform{"fake": p}, Renderer: plain{}, Desk: desk, Log: log,
	})
	if err != nil {
		return err
	}
	in, err := dispatch.New(dispatch.Config{
		Store: st, Understander: scripted{}, Fixes: scripted{}, Policy: policy, Desk: desk, Committed: out.Wake, Log: log,
		Backoff: func(int) time.Duration { return 5 * time.Millisecond },
	})
	if err != nil {
		return err
	}
	out.Start()
	in.Start()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return http.Serve(ln, routes(in, out))
}

func routes(in *dispatch.Dispatcher, out *deliver.Deliverer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /event", func(w http.ResponseWriter, r *http.Request) {
		var e bot.Inbound
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := in.Accept(r.Context(), e); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("POST /drain", func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(in.Drain(r.Context()), out.Drain(r.Context())); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	return mux
}

// scripted understands what the test writes.
type scripted struct{}

func (scripted) Read(_ context.Context, q triage.Question) triage.Reading {
	r := triage.Reading{Lang: "en", LangConfidence: 1, LangLetters: 9, Act: triage.ActOther, ActConfidence: 1}
	switch {
	case strings.HasPrefix(q.Text, "human"):
		r.Act = triage.ActHuman
	case strings.HasPrefix(q.Text, "howto"):
		r.Act = triage.ActQuestion
	}
	return r
}

func (scripted) Fixes(context.Context, triage.Case) ([]triage.Candidate, error) {
	return []triage.Candidate{{Article: "a", Layers: []string{"client"}}}, nil
}

// plain renders keys as they are.
type plain struct{}

func (plain) Render(e triage.Effect, c deliver.RenderContext) (bot.Outbound, error) {
	var text []string
	switch e.Kind {
	case triage.EffectCard:
		text = append(text, "card", c.Case.ID)
	case triage.EffectRelay:
		text = append(text, e.Text)
	}
	for _, m := range e.Lines {
		text = append(text, m.Key)
	}
	return bot.Outbound{Text: strings.Join(text, " ")}, nil
}

// platform is the client of the test's stand-in.
type platform struct{ base string }

func (p *platform) Name() string { return "fake" }

func (p *platform) Send(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	body, err := json.Marshal(out)
	if err != nil {
		return bot.Receipt{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/send", bytes.NewReader(body))
	if err != nil {
		return bot.Receipt{}, err
	}
	var r bot.Receipt
	return r, answer(req, &r)
}

type finder struct{ *platform }

type found struct {
	Receipt bot.Receipt
	Found   bool
}

func (f finder) Find(ctx context.Context, out bot.Outbound) (bot.Receipt, bool, error) {
	q := url.Values{"key": {out.To.Key()}, "id": {out.ID}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+"/find?"+q.Encode(), nil)
	if err != nil {
		return bot.Receipt{}, false, err
	}
	var a found
	err = answer(req, &a)
	return a.Receipt, a.Found, err
}

func answer(req *http.Request, into any) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return &bot.SendError{Class: bot.ClassUnclear, Err: err}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return &bot.SendError{Class: bot.ClassRetry, Err: errors.New(resp.Status)}
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
