package discord

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"firstline/bot"

	"github.com/bwmarrin/discordgo"
)

const (
	maxBuckets = 4096            // remembered by discordgo's limiter, which forgets none by itself
	maxTurn    = 6 * time.Second // what a call waits for its bucket: Discord's for messages is five in five seconds
)

// limiter keeps to Discord's rate limits: discordgo's buckets, filled from the headers of every answer, and
// silence for as long as a 429 asked for. discordgo would sleep without regard to the context;
// here a call waits a short time at most and is then told how long it still has.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	buckets *discordgo.RateLimiter
	known   map[string]bool
	closed  map[string]time.Time // by bucket: not before
	all     time.Time            // nothing before
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, buckets: discordgo.NewRatelimiter(), known: map[string]bool{}, closed: map[string]time.Time{}}
}

var errNotSent = errors.New("ended before sending")

// turn waits until k may be sent and gives its bucket, locked: the request releases it. The error is a
// [bot.SendError] with the time that is left, or says that ctx ended; then nothing was sent.
func (l *limiter) turn(ctx context.Context, k call) (*discordgo.Bucket, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotSent, err)
	}
	if left := l.blocked(k); left > 0 {
		return nil, stillLimited(k, left)
	}
	b, buckets := l.bucket(k)
	b.Lock()
	for waited := false; ; waited = true {
		left := buckets.GetWaitTime(b, 1)
		switch {
		case left <= 0:
			b.Remaining--
			return b, nil
		case left > maxTurn, waited:
			b.Unlock()
			return nil, stillLimited(k, left)
		}
		if err := sleep(ctx, left); err != nil {
			b.Unlock()
			return nil, fmt.Errorf("%w: %w", errNotSent, err)
		}
	}
}

func stillLimited(k call, left time.Duration) error {
	return &bot.SendError{Class: bot.ClassLimited, After: left, Err: errors.New("discord " + k.name + ": still limited")}
}

func (l *limiter) bucket(k call) (*discordgo.Bucket, *discordgo.RateLimiter) {
	if k.bucket == "" {
		once := discordgo.NewRatelimiter()
		return once.GetBucket(k.name), once
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known[k.bucket] && len(l.known) >= maxBuckets { // a forgotten one costs a 429 at most
		l.buckets, l.known = discordgo.NewRatelimiter(), map[string]bool{}
	}
	l.known[k.bucket] = true
	return l.buckets.GetBucket(k.bucket), l.buckets
}

// block remembers that Discord asked for silence.
func (l *limiter) block(k call, after time.Duration, global bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	until := now.Add(after)
	if global {
		l.all = until
		return
	}
	if len(l.closed) >= maxBuckets {
		for key, t := range l.closed {
			if !t.After(now) {
				delete(l.closed, key)
			}
		}
	}
	if k.bucket != "" {
		l.closed[k.bucket] = until
	}
}

// blocked tells how long k must still be silent.
func (l *limiter) blocked(k call) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	until, ok := l.closed[k.bucket]
	if ok && !until.After(now) {
		delete(l.closed, k.bucket)
	}
	if !k.free && l.all.After(until) {
		until = l.all
	}
	return max(until.Sub(now), 0)
}
