package bottest

import (
	"strings"
	"sync"
)

// line is a message in a transcript.
func (m Shown) line() string {
	author := m.Author
	if m.Bot {
		author = "firstline"
	}
	if m.For != "" {
		author += " to " + m.For
	}
	var b strings.Builder
	b.WriteString(author + ": " + strings.ReplaceAll(m.Text, "\n", "\n    "))
	for _, x := range m.Buttons {
		b.WriteString(" [" + x.Action + "=" + x.Label + "]")
	}
	for _, x := range m.Menus {
		b.WriteString(" {" + x.Action + "}")
	}
	for _, f := range m.Files {
		b.WriteString(" <" + f.Name + ">")
	}
	if m.Deleted {
		b.WriteString(" (deleted)")
	}
	return b.String()
}

// Offers tells whether a button or menu whose action begins with action can be used.
func (m Shown) Offers(action string) bool {
	for _, b := range m.Buttons {
		if strings.HasPrefix(b.Action, action) {
			return true
		}
	}
	for _, p := range m.Menus {
		if strings.HasPrefix(p.Action, action) {
			return true
		}
	}
	return false
}

// directory holds the names of a story and the ids of a platform.
type directory struct {
	mu   sync.Mutex
	ids  map[string]string
	keys map[string]string
}

func newDirectory() *directory {
	return &directory{ids: map[string]string{}, keys: map[string]string{}}
}

func (d *directory) put(key, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids[key], d.keys[id] = id, key
}

func (d *directory) id(key string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ids[key]
}

// key names what has an id; what the story has not named keeps its id.
func (d *directory) key(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if key, ok := d.keys[id]; ok {
		return key
	}
	return id
}

func (d *directory) has(key string) bool { return d.id(key) != "" }
