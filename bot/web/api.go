package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

const (
	maxBody   = 1 << 20
	ownHeader = "X-Firstline" // no other site can send it without being asked first
)

// refusal is an answer without effect.
type refusal struct {
	status int
	code   string // for the page, which has the words for it
}

func (e *refusal) Error() string { return e.code }

func no(status int, code string) error { return &refusal{status, code} }

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]string{"error": code})
}

func answer(w http.ResponseWriter, status int, v any) {
	var buf bytes.Buffer
	if err := json.NewEncoder(&buf).Encode(v); err != nil {
		status = http.StatusInternalServerError
		buf.Reset()
		buf.WriteString(`{"error":"encode"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// A page that went away asks again.
	_, _ = w.Write(buf.Bytes())
}

// Handler serves the page, its assets and its API; mount it at "/".
func (c *Client) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.page)
	mux.HandleFunc("GET /assets/{name}", c.asset)
	mux.Handle("GET /events", sameSite(c.events))
	mux.Handle("GET /api/history", sameSite(read(c, c.history)))
	mux.Handle("GET /api/form", sameSite(read(c, c.form)))
	mux.Handle("GET /api/texts", sameSite(read(c, c.texts)))
	mux.HandleFunc("POST /api/message", write(c, c.message))
	mux.HandleFunc("POST /api/action", write(c, c.action))
	mux.HandleFunc("POST /api/form", write(c, c.submit))
	mux.HandleFunc("POST /api/new", c.fresh)
	return secured(mux)
}

// secured sets the headers that every answer has.
func secured(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// sameSite refuses reads that a browser makes for another site.
func sameSite(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
			refuse(w, http.StatusForbidden, "other_site")
			return
		}
		next(w, r)
	})
}

func read(c *Client, f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		c.finish(w, r, v, err)
	}
}

// write guards a request that changes something, reads its JSON, and answers with what f gives.
func write[T any](c *Client, f func(context.Context, *http.Request, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := c.guard(r); err != nil {
			c.finish(w, r, nil, err)
			return
		}
		var body T
		if err := readJSON(w, r, &body); err != nil {
			c.finish(w, r, nil, err)
			return
		}
		// What was begun is finished although the page may go away meanwhile.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), c.accept)
		defer cancel()
		v, err := f(ctx, r, body)
		c.finish(w, r, v, err)
	}
}

// guard keeps other sites from acting in this browser's name.
func (c *Client) guard(r *http.Request) error {
	if r.Header.Get(ownHeader) == "" || c.cross.Check(r) != nil {
		return no(http.StatusForbidden, "other_site")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return no(http.StatusUnsupportedMediaType, "not_json")
	}
	return nil
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil {
		if _, end := dec.Token(); end == nil {
			return no(http.StatusBadRequest, "junk")
		} else if !errors.Is(end, io.EOF) {
			err = end
		}
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return no(http.StatusRequestEntityTooLarge, "too_large")
	}
	if err != nil {
		return no(http.StatusBadRequest, "junk")
	}
	return nil
}

// finish answers. What is not a refusal is our trouble: the page keeps what it has and tries again.
func (c *Client) finish(w http.ResponseWriter, r *http.Request, v any, err error) {
	if err == nil {
		answer(w, http.StatusOK, v)
		return
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		refuse(w, no.status, no.code)
		return
	}
	c.log.Error("request not served", "path", strings.Clone(r.URL.Path), "err", err)
	w.Header().Set("Retry-After", "2")
	refuse(w, http.StatusServiceUnavailable, "unavailable")
}
