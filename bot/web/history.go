package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
)

// ErrNoEntry is what [History.Update] gives for an id that it does not have.
var ErrNoEntry = errors.New("web: no such entry")

// Entry is one line of a conversation.
type Entry struct {
	ID      string
	Payload []byte
}

// History keeps what the page shows, so that a reload or a restart shows the same
// chat. Ids are unique over all conversations.
type History interface {
	// Append adds an entry at the end; an id that is there already changes nothing and is no error.
	Append(ctx context.Context, conversation, id string, payload []byte) error
	// Update replaces an entry's payload where it stands, or gives [ErrNoEntry].
	Update(ctx context.Context, id string, payload []byte) error
	// List gives the newest entries of a conversation, oldest first, limit of them at most.
	List(ctx context.Context, conversation string, limit int) ([]Entry, error)
	// Conversations gives the keys that begin with prefix and have entries.
	Conversations(ctx context.Context, prefix string) ([]string, error)
}

const (
	memoryConversations = 1000
	memoryEntries       = 1000
)

// Memory is a [History] that lasts as long as the process. It keeps the newest 1000
// entries of each of the 1000 conversations that were written to last.
type Memory struct {
	mu            sync.Mutex
	conversations map[string][]Entry
	where         map[string]string // entry id → conversation
	order         []string          // conversations, the one written to last at the end
	maxConv       int
	maxEntries    int
}

var _ History = (*Memory)(nil)

// NewMemory gives an empty history.
func NewMemory() *Memory {
	return &Memory{conversations: map[string][]Entry{}, where: map[string]string{}, maxConv: memoryConversations, maxEntries: memoryEntries}
}

// Append meets [History].
func (m *Memory) Append(_ context.Context, conversation, id string, payload []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.where[id]; ok {
		return nil
	}
	m.where[id] = conversation
	list := append(m.conversations[conversation], Entry{ID: id, Payload: slices.Clone(payload)})
	if n := len(list) - m.maxEntries; n > 0 {
		m.forget(list[:n])
		list = slices.Clone(list[n:])
	}
	m.conversations[conversation] = list
	if i := slices.Index(m.order, conversation); i >= 0 {
		m.order = slices.Delete(m.order, i, i+1)
	}
	m.order = append(m.order, conversation)
	if len(m.order) > m.maxConv {
		oldest := m.order[0]
		m.forget(m.conversations[oldest])
		delete(m.conversations, oldest)
		m.order = slices.Delete(m.order, 0, 1)
	}
	return nil
}

func (m *Memory) forget(entries []Entry) {
	for _, e := range entries {
		delete(m.where, e.ID)
	}
}

// Update meets [History].
func (m *Memory) Update(_ context.Context, id string, payload []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.conversations[m.where[id]]
	i := slices.IndexFunc(list, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return ErrNoEntry
	}
	list[i].Payload = slices.Clone(payload)
	return nil
}

// List meets [History].
func (m *Memory) List(_ context.Context, conversation string, limit int) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.conversations[conversation]
	return slices.Clone(list[max(0, len(list)-max(0, limit)):]), nil
}

// Conversations meets [History].
func (m *Memory) Conversations(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for k := range m.conversations {
		if strings.HasPrefix(k, prefix) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys, nil
}
