package discord

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is how long to wait after the nth failure in a row: twice as long each
// time, and a random part of it, so that many do not come back at once.
type backoff struct{ first, most time.Duration }

func (b backoff) after(failures int) time.Duration {
	d := b.first
	for range min(max(failures-1, 0), 30) {
		if d *= 2; d >= b.most {
			d = b.most
			break
		}
	}
	return d/2 + rand.N(d/2+1)
}

// wait is after, cut short by ctx.
func (b backoff) wait(ctx context.Context, failures int) error { return sleep(ctx, b.after(failures)) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
