package index

import (
	"container/list"
	"crypto/sha256"
	"math"
	"sync"
)

// maxLength bounds the numbers of a vector; the largest models in use have half as many.
const maxLength = 8192

// vectors are those of all passages, one after the other in one piece of memory. They are looked at one by one: ten
// articles in 24 languages with 1536 numbers a vector are 480 vectors in 2.8 MiB and take a third of a
// millisecond, ten times as many take four (BenchmarkNearest), and an index that guesses would cost more than it saves.
type vectors struct {
	length  int
	rows    []float32
	article []string // of each row
}

// newVectors puts the vectors of the passages together. All of them are known and have the same length.
func newVectors(passages []passage, known map[string][]float32) *vectors {
	v := &vectors{article: make([]string, 0, len(passages))}
	for _, p := range passages {
		row := known[p.key]
		if v.rows == nil {
			v.length = len(row)
			v.rows = make([]float32, 0, len(row)*len(passages))
		}
		v.rows = append(v.rows, row...)
		v.article = append(v.article, p.article)
	}
	return v
}

// nearest ranks articles by the cosine of their nearest passage. Something is always nearest, so the list is short: an
// article that merely comes next is no find.
func (v *vectors) nearest(query []float32) []ranked {
	if len(query) != v.length {
		return nil // by another model than the articles
	}
	best := map[string]float64{}
	for i, article := range v.article {
		score := float64(dot(query, v.rows[i*v.length:(i+1)*v.length]))
		if was, ok := best[article]; !ok || score > was {
			best[article] = score
		}
	}
	var list ranking
	for article, score := range best {
		list.add(article, score)
	}
	list.sort()
	return list.items[:min(nearestArticles, len(list.items))]
}

// nearestArticles is how many articles the search by meaning gives.
const nearestArticles = 5

// dot multiplies two vectors of one length; for vectors of length one that is the cosine. Four sums instead of one let
// the processor add while it multiplies.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// normal gives a vector of length one in the same direction; nil if there is no direction.
func normal(v []float32) []float32 {
	if len(v) == 0 || len(v) > maxLength {
		return nil
	}
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if norm := math.Sqrt(sum); norm > 0 && !math.IsInf(norm, 0) { // not a number is not above zero
		out := make([]float32, len(v))
		for i, x := range v {
			out[i] = float32(float64(x) / norm)
		}
		return out
	}
	return nil
}

// recentQueries is how many vectors of queries are kept: in one turn a case may be searched for more than once, and many
// customers of one incident paste the same error.
const recentQueries = 64

// recent keeps the vectors of the last queries, by the hash of their text: what customers wrote is not kept.
type recent struct {
	mu    sync.Mutex
	order *list.List // of recentVector, last used first
	at    map[[sha256.Size]byte]*list.Element
}

type recentVector struct {
	key    [sha256.Size]byte
	vector []float32
}

func newRecent() *recent {
	return &recent{order: list.New(), at: map[[sha256.Size]byte]*list.Element{}}
}

func (r *recent) get(text string) ([]float32, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[sha256.Sum256([]byte(text))]
	if !ok {
		return nil, false
	}
	r.order.MoveToFront(e)
	return e.Value.(recentVector).vector, true
}

func (r *recent) put(text string, vector []float32) {
	key := sha256.Sum256([]byte(text))
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.at[key]; ok {
		return // another search was faster
	}
	r.at[key] = r.order.PushFront(recentVector{key, vector})
	if r.order.Len() > recentQueries {
		delete(r.at, r.order.Remove(r.order.Back()).(recentVector).key)
	}
}
