package web

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const (
	ringEvents  = 1024    // events kept for pages that reconnect
	ringBytes   = 4 << 20 // and their size together
	readerQueue = 64      // events that wait for one page; then it is dropped
	maxReaders  = 2000
	maxPerPage  = 12 // streams of one session: tabs
)

// event is one change that pages are told.
type event struct {
	seq   uint64
	topic string // a channel: "desk", or a customer's chat
	only  string // a person's id, who alone is told
	data  []byte
}

// reader is one open stream.
type reader struct {
	topics  []string
	persons []string
	queue   chan event // closed when the reader is dropped
}

func (r *reader) wants(e event) bool {
	return slices.Contains(r.topics, e.topic) && (e.only == "" || slices.Contains(r.persons, e.only))
}

// hub passes events to the readers. Its lock is never held while anything waits.
type hub struct {
	mu      sync.Mutex
	epoch   string // tells this process's numbers from another's
	seq     uint64
	ring    []event
	bytes   int
	readers map[*reader]bool
	closed  bool
}

func newHub() *hub { return &hub{epoch: rand.Text()[:8], readers: map[*reader]bool{}} }

// publish tells all who want to know. One whose queue is full is dropped.
func (h *hub) publish(topic, only string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e := event{seq: h.seq, topic: topic, only: only, data: data}
	h.ring = append(h.ring, e)
	h.bytes += len(data)
	drop := 0
	for len(h.ring)-drop > ringEvents || h.bytes > ringBytes && drop < len(h.ring) {
		h.bytes -= len(h.ring[drop].data)
		drop++
	}
	h.ring = slices.Delete(h.ring, 0, drop)
	for r := range h.readers {
		if !r.wants(e) {
			continue
		}
		select {
		case r.queue <- e:
		default:
			h.drop(r)
		}
	}
}

func (h *hub) drop(r *reader) {
	if h.readers[r] {
		delete(h.readers, r)
		close(r.queue)
	}
}

// subscribe opens a stream. missed are the events after the one that last names;
// resumed is false when they are not known: then the reader has to start anew at
// the returned position. It gives nil when there are too many streams.
func (h *hub) subscribe(topics, persons []string, last string) (r *reader, missed []event, position string, resumed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := 0
	for o := range h.readers {
		if o.topics[0] == topics[0] {
			mine++
		}
	}
	if h.closed || len(h.readers) >= maxReaders || mine >= maxPerPage {
		return nil, nil, "", false
	}
	r = &reader{topics: topics, persons: persons, queue: make(chan event, readerQueue)}
	h.readers[r] = true
	epoch, number, _ := strings.Cut(last, ".")
	from, err := strconv.ParseUint(number, 10, 64)
	resumed = err == nil && epoch == h.epoch && from <= h.seq && from+uint64(len(h.ring)) >= h.seq
	if resumed {
		for _, e := range h.ring {
			if e.seq > from && r.wants(e) {
				missed = append(missed, e)
			}
		}
	}
	return r, missed, h.position(h.seq), resumed
}

func (h *hub) position(seq uint64) string { return fmt.Sprintf("%s.%d", h.epoch, seq) }

func (h *hub) unsubscribe(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(r)
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for r := range h.readers {
		h.drop(r)
	}
}
