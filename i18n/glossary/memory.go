package glossary

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"
)

// memory keeps answers that were verified, so that a relay which is delivered
// again says the same and is not paid twice, and lets equal questions that come
// together share one call. Its zero value is ready.
type memory struct {
	mu      sync.Mutex
	entries map[key]*list.Element
	order   list.List // the last used first
	bytes   int
	flights map[key]*flight
}

// What a memory holds at most.
const (
	maxEntries = 1000
	maxBytes   = 4 << 20
)

type key [sha256.Size]byte

// keyOf hashes fields, and where each of them ends.
func keyOf(fields ...string) key {
	h := sha256.New()
	for _, f := range fields {
		sum := sha256.Sum256([]byte(f))
		h.Write(sum[:])
	}
	return key(h.Sum(nil))
}

type remembered struct {
	key    key
	answer string
}

// flight is a call under way. It goes on while anyone waits for it.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	answer  string
	err     error
}

// do gives the answer that is remembered, else that of a call under way, else
// that of ask, and remembers it unless there is an error. It returns as soon as
// ctx ends; ask's own context has no deadline and ends when nobody waits.
func (m *memory) do(ctx context.Context, k key, ask func(context.Context) (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	m.mu.Lock()
	if e, ok := m.entries[k]; ok {
		m.order.MoveToFront(e)
		m.mu.Unlock()
		return e.Value.(remembered).answer, nil
	}
	f, ok := m.flights[k]
	if !ok {
		f = m.start(ctx, k, ask)
	}
	f.waiting++
	m.mu.Unlock()
	select {
	case <-f.done:
		return f.answer, f.err
	case <-ctx.Done():
		m.leave(k, f)
		return "", ctx.Err()
	}
}

// start is called with the lock held.
func (m *memory) start(ctx context.Context, k key, ask func(context.Context) (string, error)) *flight {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{done: make(chan struct{}), cancel: cancel}
	if m.flights == nil {
		m.flights, m.entries = map[key]*flight{}, map[key]*list.Element{}
	}
	m.flights[k] = f
	go func() {
		defer cancel()
		f.answer, f.err = ask(own)
		m.mu.Lock()
		if m.flights[k] == f {
			delete(m.flights, k)
		}
		if f.err == nil {
			m.remember(k, f.answer)
		}
		m.mu.Unlock()
		close(f.done)
	}()
	return f
}

// leave stops a call for which nobody waits any more; who asks next begins anew.
func (m *memory) leave(k key, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.cancel()
	if m.flights[k] == f {
		delete(m.flights, k)
	}
}

// remember is called with the lock held. What was not used for longest goes.
func (m *memory) remember(k key, answer string) {
	if _, ok := m.entries[k]; ok || len(answer) > maxBytes/8 {
		return
	}
	m.entries[k] = m.order.PushFront(remembered{k, answer})
	m.bytes += len(answer)
	for len(m.entries) > maxEntries || m.bytes > maxBytes {
		oldest := m.order.Remove(m.order.Back()).(remembered)
		delete(m.entries, oldest.key)
		m.bytes -= len(oldest.answer)
	}
}
