package openai

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What an [Error] can be. Each is the whole truth for a caller that falls back.
var (
	ErrBudget   = errors.New("the day's budget is spent")
	ErrOpen     = errors.New("the server has failed too often and is left alone")
	ErrLate     = errors.New("no answer in time")
	ErrRefused  = errors.New("the model refused")
	ErrNonsense = errors.New("the answer is of no use")
	ErrDown     = errors.New("the server gives no answer")
)

// Outcome is how a question ended, as metrics and recordings name it.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"
	Budget    Outcome = "budget"
	Open      Outcome = "open"
	Late      Outcome = "late"
	Refused   Outcome = "refused"
	Nonsense  Outcome = "nonsense"
	Down      Outcome = "down"
	Cancelled Outcome = "cancelled" // the caller went away
)

var sentinels = map[Outcome]error{
	Budget: ErrBudget, Open: ErrOpen, Late: ErrLate, Refused: ErrRefused, Nonsense: ErrNonsense, Down: ErrDown, Cancelled: context.Canceled,
}

// Fault says more closely what was wrong.
type Fault string

// The faults.
const (
	FaultKey         Fault = "key"         // 401, 403
	FaultModel       Fault = "model"       // 404
	FaultRequest     Fault = "request"     // another 4xx
	FaultLimited     Fault = "limited"     // 429
	FaultServer      Fault = "server"      // 5xx
	FaultConnect     Fault = "connect"     // no connection
	FaultCut         Fault = "cut"         // the line was cut in the middle of an answer
	FaultNotAPI      Fault = "not_api"     // an answer that is no answer of the API: a proxy's page, a redirect
	FaultLength      Fault = "length"      // the answer is longer than allowed
	FaultFilter      Fault = "filter"      // a content filter
	FaultEmpty       Fault = "empty"       // no choice, or nothing in it
	FaultShape       Fault = "shape"       // no JSON, or not what the schema says
	FaultPlaceholder Fault = "placeholder" // a placeholder that was never given
	FaultFormat      Fault = "format"      // response_format is refused
	FaultParameter   Fault = "parameter"   // temperature or the limit of tokens is refused
)

// Error is a question without an answer. It wraps one of the errors above, or
// [context.Canceled] when the caller went away, and never has words of a
// message, of a server, or the key.
type Error struct {
	Purpose string
	Outcome Outcome
	Fault   Fault // may be empty
	Status  int   // of HTTP, when there was one

	again bool          // worth a retry
	blame bool          // counts against the server
	wait  time.Duration // that the server asked for before a retry
	about string        // the part of the request that was refused, of [complaints]
	next  *manner       // of asking, when the server refused this one
}

// Error names the purpose, the class and the status.
func (e *Error) Error() string {
	s := fmt.Sprintf("openai: %s: %v", e.Purpose, sentinels[e.Outcome])
	switch {
	case e.Fault != "" && e.Status != 0:
		s += fmt.Sprintf(" (%s, status %d)", e.Fault, e.Status)
	case e.Fault != "":
		s += fmt.Sprintf(" (%s)", e.Fault)
	}
	return s
}

// Unwrap gives the error that the outcome stands for.
func (e *Error) Unwrap() error { return sentinels[e.Outcome] }
