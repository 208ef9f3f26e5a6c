package bottest

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// modelRefusal is an error that is answered instead of what was asked.
type modelRefusal struct {
	status  int // default 400
	message string
	param   string
	code    string
	body    obj  // of a server that has another envelope than OpenAI's
	unable  bool // by the options: other servers would take the request
}

func (no *modelRefusal) json() obj {
	if no.body != nil {
		return no.body
	}
	return modelError(no.message, "invalid_request_error", no.param, no.code)
}

// modelError is OpenAI's envelope of an error; what is empty is null there.
func modelError(message, kind, param, code string) obj {
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return obj{"error": obj{"message": message, "type": kind, "param": orNull(param), "code": orNull(code)}}
}

// modelAnswer is a body ready to go out.
type modelAnswer struct {
	status int
	kind   string // Content-Type
	header map[string]string
	body   []byte
}

func modelJSON(v any) modelAnswer {
	return modelAnswer{status: http.StatusOK, kind: "application/json", body: mustJSON(v)}
}

type (
	modelReader func(*http.Request, []byte) (modelAsk, *modelRefusal)
	modelMaker  func(modelAsk, ModelFault) modelAnswer
)

// endpoint reads a request, judges it, notes it, and answers it or lets it go wrong. A request that is refused
// uses up no fault.
func (s *ModelServer) endpoint(read modelReader, answer modelMaker) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxModelBody))
		if tooLarge := new(http.MaxBytesError); err != nil && !errors.As(err, &tooLarge) {
			panic(http.ErrAbortHandler) // the client left: nobody is there to be answered
		}
		ask, no := read(r, body)
		switch bad := s.authorize(r); {
		case bad != nil:
			no = bad
		case err != nil:
			no = &modelRefusal{status: http.StatusRequestEntityTooLarge, message: "The request is too large."}
		}
		var fault ModelFault
		if no == nil {
			fault = s.take(ask)
		} else {
			no.status = cmp.Or(no.status, http.StatusBadRequest)
		}
		id := s.record(r, body, ask, no, fault)
		w.Header().Set("X-Request-Id", id)
		if no != nil {
			s.blame(r.URL.Path, no)
			a := modelJSON(no.json())
			a.status = no.status
			s.send(w, r, a, ModelFault{})
			return
		}
		a := fault.page()
		if a.status == 0 {
			a = answer(ask, fault)
		}
		s.send(w, r, a, fault)
	}
}

func (s *ModelServer) authorize(r *http.Request) *modelRefusal {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !bearer || key == "":
		return &modelRefusal{status: http.StatusUnauthorized, message: "You didn't provide an API key."}
	case key != s.opts.Key:
		return &modelRefusal{status: http.StatusUnauthorized, message: "Incorrect API key provided.", code: "invalid_api_key"}
	}
	return nil
}

// Sizes of pieces in which a slow answer goes out.
const modelPiece = 24

// send writes an answer as the fault has it: late, slowly, in part, or never.
func (s *ModelServer) send(w http.ResponseWriter, r *http.Request, a modelAnswer, f ModelFault) {
	if f.hang {
		s.wait(r, 0)
	}
	if f.delay > 0 {
		s.wait(r, f.delay)
	}
	if f.cut && f.after == 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", a.kind)
	if a.kind != modelStream {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	switch {
	case f.cut || f.stall:
		s.write(w, a.body[:min(f.after, len(a.body))])
		if f.stall {
			s.wait(r, 0)
		}
		panic(http.ErrAbortHandler)
	case f.pause > 0:
		for body := a.body; len(body) > 0; {
			n := min(modelPiece, len(body))
			s.write(w, body[:n])
			body = body[n:]
			s.wait(r, f.pause)
		}
	default:
		s.write(w, a.body)
	}
}

// write sends bytes at once. An error is the client's leaving, which the next wait or the server notices.
func (s *ModelServer) write(w http.ResponseWriter, body []byte) {
	_, _ = w.Write(body)
	_ = http.NewResponseController(w).Flush()
}

// wait waits for d, or without one for ever; when the client leaves or the server ends, the call is over.
func (s *ModelServer) wait(r *http.Request, d time.Duration) {
	var up <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		up = timer.C
	}
	select {
	case <-up:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-s.ctx.Done():
		panic(http.ErrAbortHandler)
	}
}

// modelTokens tells how many tokens a text is taken for.
func modelTokens(text string) int { return (len(text) + 3) / 4 }

// modelCut gives at most n bytes of a text, whole characters only.
func modelCut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
