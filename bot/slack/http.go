package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody      = 1 << 20
	maxAge       = 5 * time.Minute // of a signature, in either direction
	afterTimeout = 5 * time.Second // for what is done after the answer
)

// reply is what a request is answered with, whichever way it came.
type reply struct {
	status int
	body   any                   // JSON; nil: empty
	after  func(context.Context) // done once the answer is out; may be nil
}

func ok() reply { return reply{status: http.StatusOK} }

// Handler serves /slack/events, /slack/interactions and /slack/commands. It expects
// these paths whole; it needs [Config.SigningSecret], and refuses everything
// without one.
func (c *Client) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/slack/events", c.signed(c.event))
	mux.Handle("/slack/interactions", c.signed(func(ctx context.Context, body []byte) reply {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return c.junk("form")
		}
		if form.Get("ssl_check") != "" {
			return ok()
		}
		return c.interaction(ctx, []byte(form.Get("payload")))
	}))
	mux.Handle("/slack/commands", c.signed(func(ctx context.Context, body []byte) reply {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return c.junk("form")
		}
		if form.Get("ssl_check") != "" {
			return ok()
		}
		return c.command(ctx, commandOf(form))
	}))
	return mux
}

// signed checks method, size and signature, answers within Slack's time, and only then runs
// what may take longer.
func (c *Client) signed(handle func(context.Context, []byte) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			c.refuse(w, http.StatusMethodNotAllowed, "method")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			c.refuse(w, http.StatusRequestEntityTooLarge, "too_large")
			return
		}
		if err != nil {
			c.refuse(w, http.StatusBadRequest, "cut")
			return
		}
		if why := verify(c.cfg.SigningSecret, r.Header, body, c.cfg.Now()); why != "" {
			c.log.Warn("request refused", "path", r.URL.Path, "reason", why)
			c.refuse(w, http.StatusUnauthorized, "signature")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), c.accept)
		defer cancel()
		rep := handle(ctx, body)
		write(w, rep)
		if rep.after != nil {
			// The answer is out; what follows has a time of its own, whether or not the caller still listens.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), afterTimeout)
			defer cancel()
			rep.after(ctx)
		}
	})
}

func (c *Client) refuse(w http.ResponseWriter, status int, reason string) {
	c.cfg.Metrics.Refused(reason)
	http.Error(w, http.StatusText(status), status)
}

// write sends the whole answer at once, so that Slack has it while after still runs.
func write(w http.ResponseWriter, rep reply) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	var body []byte
	if rep.body != nil {
		var err error
		if body, err = json.Marshal(rep.body); err != nil { // our own types: cannot happen
			rep.status, body = http.StatusInternalServerError, nil
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(rep.status)
	_, _ = w.Write(body) // a caller that went away asks again
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// junk is the answer to what cannot be read.
func (c *Client) junk(what string) reply {
	c.cfg.Metrics.Refused("junk")
	c.log.Warn("unreadable request", "part", what)
	return reply{status: http.StatusBadRequest}
}

// ignore is the answer to what is readable and not for us.
func (c *Client) ignore(reason string) reply {
	c.cfg.Metrics.Ignored(reason)
	return ok()
}

// unstored is the answer when Accept failed: Slack will ask again.
func (c *Client) unstored(id string, err error) reply {
	c.cfg.Metrics.Refused("accept")
	c.log.Error("event not stored", "event", id, "err", err)
	return reply{status: http.StatusServiceUnavailable}
}

// verify checks Slack's v0 signature; it gives the reason of a refusal, or "".
func verify(secret string, h http.Header, body []byte, now time.Time) string {
	if secret == "" {
		return "no signing secret configured"
	}
	stamp := h.Get("X-Slack-Request-Timestamp")
	given, found := strings.CutPrefix(h.Get("X-Slack-Signature"), "v0=")
	if stamp == "" || !found {
		return "missing signature headers"
	}
	unix, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return "unreadable timestamp"
	}
	if age := now.Unix() - unix; age > int64(maxAge/time.Second) || age < -int64(maxAge/time.Second) {
		return "timestamp outside of five minutes"
	}
	sum, err := hex.DecodeString(given)
	if err != nil {
		return "unreadable signature"
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), sum) {
		return "wrong signature"
	}
	return ""
}
