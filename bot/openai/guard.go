package openai

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

const maxRetries = 2

// guard keeps us from hurting a server, and a server from holding us up.
type guard struct {
	breaker circuitbreaker.CircuitBreaker[any]
	around  failsafe.Executor[any] // retries, each of which takes a slot anew
}

func newGuard(concurrency int, t tuning, changed func(state string)) *guard {
	retry := retrypolicy.NewBuilder[any]().
		HandleIf(func(_ any, err error) bool { e, ok := errors.AsType[*Error](err); return ok && e.again }).
		WithMaxRetries(maxRetries).
		WithDelayFunc(func(exec failsafe.ExecutionAttempt[any]) time.Duration { return delay(exec, t.backoff) }).
		ReturnLastFailure().
		Build()
	slots := bulkhead.NewBuilder[any](uint(concurrency)).WithMaxWaitTime(time.Hour).Build() // the budget ends first
	breaker := circuitbreaker.NewBuilder[any]().
		WithFailureThresholdRatio(5, 10).
		WithSuccessThreshold(1).
		WithDelay(t.rest).
		OnStateChanged(func(e circuitbreaker.StateChangedEvent) { changed(e.NewState.String()) }).
		Build()
	return &guard{breaker: breaker, around: failsafe.With[any](retry, slots)}
}

// delay is what the server asked for, or a pause that doubles, of which up to
// half is taken away at random.
func delay(exec failsafe.ExecutionAttempt[any], base time.Duration) time.Duration {
	if e, ok := errors.AsType[*Error](exec.LastError()); ok && e.wait > 0 {
		return e.wait
	}
	d := base << exec.Retries()
	return d - rand.N(d/2+1)
}

// run calls attempt until it succeeds or fails for good. The context has the budget.
func (g *guard) run(ctx context.Context, attempt func(context.Context) error) error {
	_, err := g.around.WithContext(ctx).GetWithExecution(func(exec failsafe.Execution[any]) (any, error) {
		return nil, attempt(exec.Context())
	})
	return err
}

// resting tells whether the breaker would let nothing through.
func (g *guard) resting() bool { return g.breaker.IsOpen() && g.breaker.RemainingDelay() > 0 }

// settle tells the breaker how a request ended for which it gave its permission.
// What tells nothing of the server is not counted; but the one request that a
// half-open breaker let through has to be settled: an answer of any kind closes
// it, a caller that went away opens it again.
func (g *guard) settle(e *Error) {
	switch {
	case e == nil:
		g.breaker.RecordSuccess()
	case e.blame:
		g.breaker.RecordFailure()
	case !g.breaker.IsHalfOpen():
	case e.Status != 0:
		g.breaker.RecordSuccess()
	default:
		g.breaker.Open()
	}
}
