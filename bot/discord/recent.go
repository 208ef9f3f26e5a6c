package discord

import "sync"

// recent is a map that forgets what was put in first. What it holds can always be found out
// again, or does no harm when it is not known.
type recent[K comparable, V any] struct {
	mu    sync.Mutex
	most  int
	by    map[K]V
	order []K // a ring once it is full
	next  int
}

func newRecent[K comparable, V any](most int) *recent[K, V] {
	return &recent[K, V]{most: most, by: map[K]V{}}
}

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.by[k]
	return v, ok
}

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.by[k]; !known {
		if len(r.order) < r.most {
			r.order = append(r.order, k)
		} else {
			delete(r.by, r.order[r.next])
			r.order[r.next] = k
			r.next = (r.next + 1) % r.most
		}
	}
	r.by[k] = v
}
