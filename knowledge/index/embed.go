package index

import (
	"context"
	"time"
)

// Embedder turns texts into vectors of one length, in the order of the texts; texts of like meaning are near, whatever
// language they are in. It returns when the context ends. What of a text leaves the machine is its own to decide.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// VectorStore keeps vectors between runs, by the model that made them and a key that we make of the text.
type VectorStore interface {
	// Vectors gives all vectors of a model.
	Vectors(ctx context.Context, model string) (map[string][]float32, error)
	// SetVectors changes some of them in one piece; an empty vector forgets the key.
	SetVectors(ctx context.Context, model string, vectors map[string][]float32) error
}

// DefaultEmbedTimeout is how long a search waits for the vector of its query.
const DefaultEmbedTimeout = time.Second

// Option changes how an index searches.
type Option func(*Index)

// WithEmbeddings adds the search by meaning, once [Index.Learn] is done. model names what e computes: vectors of another
// name are never mixed in. s may be nil, then every run computes anew.
func WithEmbeddings(e Embedder, s VectorStore, model string) Option {
	return func(x *Index) { x.meaning = &meaning{embedder: e, store: s, model: model} }
}

// EmbedTimeout bounds the wait for the vector of a query; the default is [DefaultEmbedTimeout]. A search whose vector is
// late or fails goes without it.
func EmbedTimeout(d time.Duration) Option {
	return func(x *Index) { x.embedTimeout = d }
}
