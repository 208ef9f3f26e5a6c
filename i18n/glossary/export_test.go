package glossary

import "strings"

// Originals lists what was masked of a text without direction marks.
func (m Masked) Originals(text string) []string {
	var out []string
	for _, p := range m.parts {
		out = append(out, text[p.start:p.end])
	}
	return out
}

// What the tests look at from inside.
var (
	Cut       = cut
	LoadFiles = load
)

// PieceLimit is how much the engine is given at once.
const PieceLimit = pieceLimit

// Remembered tells how many answers are kept, and their bytes.
func (t *Translator) Remembered() (entries, bytes int) {
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	return len(t.memory.entries), t.memory.bytes
}

// Mapped is the text without direction marks, each masked part in its place as
// it comes back.
func (m Masked) Mapped(text string) string {
	text = withoutBidi(text)
	var b strings.Builder
	at := 0
	for _, p := range m.parts {
		b.WriteString(text[at:p.start] + p.back)
		at = p.end
	}
	return b.String() + text[at:]
}
