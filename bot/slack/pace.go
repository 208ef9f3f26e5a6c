package slack

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const maxChannels = 4096 // channels remembered by the pacer; an idle one costs nothing to forget

// pacer keeps to Slack's rate: at most one message an interval and channel, and
// silence for as long as a Retry-After asked for. It holds no goroutine.
type pacer struct {
	every time.Duration
	now   func() time.Time
	wait  func(ctx context.Context, d time.Duration) error // replaced in tests

	mu     sync.Mutex
	slots  map[string]*rate.Limiter // by channel
	closed map[string]time.Time     // by method and channel: not before
}

func newPacer(every time.Duration, now func() time.Time) *pacer {
	return &pacer{every: every, now: now, wait: waitTimer, slots: map[string]*rate.Limiter{}, closed: map[string]time.Time{}}
}

// turn waits until a message may be posted in channel. An error says that ctx ended first; then
// nothing was sent and the turn was given back.
func (p *pacer) turn(ctx context.Context, channel string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", errNotSent, err)
	}
	if p.every <= 0 {
		return nil
	}
	now := p.now()
	r := p.slot(channel, now).ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d <= 0 {
		return nil
	}
	if err := p.wait(ctx, d); err != nil {
		r.CancelAt(p.now())
		return fmt.Errorf("%w: %w", errNotSent, err)
	}
	return nil
}

func (p *pacer) slot(channel string, now time.Time) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	lim, ok := p.slots[channel]
	if ok {
		return lim
	}
	if len(p.slots) >= maxChannels {
		for name, l := range p.slots {
			if l.TokensAt(now) >= 1 { // nothing to remember: a new one would be the same
				delete(p.slots, name)
			}
		}
	}
	lim = rate.NewLimiter(rate.Every(p.every), 1)
	p.slots[channel] = lim
	return lim
}

// block remembers that Slack asked for silence.
func (p *pacer) block(method, channel string, after time.Duration) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.closed) >= maxChannels {
		for k, until := range p.closed {
			if !until.After(now) {
				delete(p.closed, k)
			}
		}
	}
	p.closed[method+" "+channel] = now.Add(after)
}

// blocked tells how long method must still be silent in channel.
func (p *pacer) blocked(method, channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := method + " " + channel
	until, ok := p.closed[k]
	if !ok {
		return 0
	}
	left := until.Sub(p.now())
	if left <= 0 {
		delete(p.closed, k)
		return 0
	}
	return left
}

func waitTimer(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
