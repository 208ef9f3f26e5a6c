package discord

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	directKept = 14 * 24 * time.Hour  // how long a place of which nobody tells is looked at after a gap
	marksKept  = 365 * 24 * time.Hour // then the mark of a place of which nobody tells is forgotten
)

// marker keeps the marks: the last message of each channel and thread that was stored. Changes are written
// in one piece once a second at most; a crash repeats what lies between, and the ids of events make that
// harmless. Where a place begins is written at once: after a crash without it, what was said meanwhile would
// be history.
type marker struct {
	client *Client

	mu    sync.Mutex
	by    map[string]string
	dirty map[string]string
	begun chan struct{} // there is a new place
}

func newMarker(c *Client) *marker {
	return &marker{client: c, by: map[string]string{}, dirty: map[string]string{}, begun: make(chan struct{}, 1)}
}

// load reads the marks; without them nothing may be received, so it goes on until they are there.
func (m *marker) load(ctx context.Context) error {
	for failures := 1; ; failures++ {
		stored, err := m.client.cfg.Marks.Marks(ctx, Platform)
		if err == nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			maps.Copy(m.by, stored)
			return nil
		}
		m.client.log.Error("marks not read", "err", err)
		if err := m.client.times.retry.wait(ctx, failures); err != nil {
			return err
		}
	}
}

func (m *marker) get(place string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id, ok := m.by[place]
	return id, ok
}

// begin marks a place that has no mark yet.
func (m *marker) begin(place, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.by[place]; known {
		return
	}
	m.by[place], m.dirty[place] = id, id
	select {
	case m.begun <- struct{}{}:
	default:
	}
}

// advance moves a mark on, never back.
func (m *marker) advance(place, id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, known := m.by[place]; !known || newer(id, old) {
		m.by[place], m.dirty[place] = id, id
	}
}

func (m *marker) forget(place string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.by[place]; known {
		delete(m.by, place)
		m.dirty[place] = ""
	}
}

// prune forgets places whose mark is older than marksKept and of which Discord does not tell.
func (m *marker) prune(told func(place string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	oldest := snowflake(m.client.cfg.Now().Add(-marksKept))
	for place, id := range m.by {
		if newer(oldest, id) && !told(place) {
			delete(m.by, place)
			m.dirty[place] = ""
		}
	}
}

// recent lists the places whose mark is not older than directKept.
func (m *marker) recent() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	oldest := snowflake(m.client.cfg.Now().Add(-directKept))
	var out []string
	for place, id := range m.by {
		if newer(id, oldest) {
			out = append(out, place)
		}
	}
	return out
}

// flush writes what has changed; what cannot be written is written later.
func (m *marker) flush(ctx context.Context) {
	m.mu.Lock()
	changed := m.dirty
	m.dirty = map[string]string{}
	m.mu.Unlock()
	if len(changed) == 0 {
		return
	}
	err := m.client.cfg.Marks.SetMarks(ctx, Platform, changed)
	if err == nil {
		return
	}
	m.client.log.Warn("marks not stored", "marks", len(changed), "err", err)
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(changed, m.dirty) // what has changed since is newer
	m.dirty = changed
}

// run writes the marks until ctx ends, and then a last time.
func (m *marker) run(ctx context.Context) {
	tick := time.NewTicker(m.client.times.flush)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			m.flush(ctx)
		case <-m.begun:
			m.flush(ctx)
		case <-ctx.Done():
		}
	}
}
