package bottest

import (
	"io"
	"net/http"
	"strconv"
)

// SlackFault is what goes wrong with one call. [SlackServer.Fail] arms it.
type SlackFault struct {
	name       string
	status     int
	body       string
	retryAfter string
	done       bool // the call takes effect first
	cut        bool
	hang       bool
}

// Faults of the Web API.
var (
	SlackServerError      = SlackFault{name: "500", status: 500, body: "Internal Server Error"}                   // nothing was done
	SlackServerErrorAfter = SlackFault{name: "500 after", status: 500, body: "Internal Server Error", done: true} // it was done
	SlackHTML             = SlackFault{name: "html", status: 200, body: "<html><body>maintenance</body></html>"}
	SlackCutBefore        = SlackFault{name: "cut", cut: true}                   // the line breaks, nothing was done
	SlackCutAfter         = SlackFault{name: "cut after", cut: true, done: true} // the line breaks, it was done
	SlackHang             = SlackFault{name: "hang", hang: true}                 // no answer until the caller goes away
	SlackHangAfter        = SlackFault{name: "hang after", hang: true, done: true}
	SlackUnavailable      = SlackFault{name: "503", status: 503, retryAfter: "1", body: "try later"}
)

// SlackLimited answers 429 with this many seconds in Retry-After.
func SlackLimited(seconds int) SlackFault {
	return SlackFault{name: "429", status: 429, retryAfter: strconv.Itoa(seconds), body: `{"ok":false,"error":"ratelimited"}`}
}

// SlackError answers with one of Slack's error codes.
func SlackError(code string) SlackFault {
	return SlackFault{name: code, status: 200, body: `{"ok":false,"error":"` + code + `"}`}
}

// SlackAnswer answers with this body, whatever was asked; nothing is done.
func SlackAnswer(body string) SlackFault {
	return SlackFault{name: "answer", status: 200, body: body}
}

// SlackStatus answers with this status; nothing is done.
func SlackStatus(status int) SlackFault {
	return SlackFault{name: strconv.Itoa(status), status: status}
}

// Fail makes the next n calls of method go wrong.
func (s *SlackServer) Fail(method string, n int, f SlackFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults[method] = append(s.faults[method], f)
	}
}

// stumble answers with the next fault that is armed for method, and tells whether there was one;
// run does what was asked.
func (s *SlackServer) stumble(w http.ResponseWriter, r *http.Request, method string, p params, run func()) bool {
	fault, armed := s.takeFault(method)
	if !armed {
		return false
	}
	if fault.done {
		run()
	}
	s.record(method, p, fault.name)
	switch {
	case fault.hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	case fault.cut:
		panic(http.ErrAbortHandler)
	}
	if fault.retryAfter != "" {
		w.Header().Set("Retry-After", fault.retryAfter)
	}
	w.WriteHeader(fault.status)
	_, _ = io.WriteString(w, fault.body)
	return true
}

func (s *SlackServer) takeFault(method string) (SlackFault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	armed := s.faults[method]
	if len(armed) == 0 {
		return SlackFault{}, false
	}
	s.faults[method] = armed[1:]
	return armed[0], true
}
