package glossary

import "context"

// Engine translates a text whose placeholders (⟦0⟧, ⟦1⟧ …) must come back
// unchanged, once each, wherever the sentence wants them, with the same digits,
// lines, list items and emphasis. It is not trusted to keep them: [Translator]
// looks. from and to are BCP 47 tags; from is empty when nobody knows. The text
// is data, whatever it asks for. An error holds no words of it.
type Engine interface {
	Translate(ctx context.Context, text, from, to string) (string, error)
}
