package index

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestNormal: a usable vector has length one afterwards, any other gives nil, and nothing panics.
func TestNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.OneOf(rapid.Float32(), rapid.SampledFrom([]float32{0, float32(math.NaN()), float32(math.Inf(-1))})), 0, 40).Draw(t, "v")
		n := normal(v)
		if n == nil {
			for _, x := range v {
				if x != 0 && !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) {
					continue
				}
				return
			}
			if len(v) > 0 {
				t.Fatalf("%v gives none", v)
			}
			return
		}
		if got := dot(n, n); math.Abs(float64(got)-1) > 1e-4 {
			t.Fatalf("%v has length %v afterwards", v, got)
		}
	})
}

// TestDot compares with the plain sum.
func TestDot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.Float32Range(-1, 1), 0, 70).Draw(t, "a")
		b := make([]float32, len(a))
		want := 0.0
		for i := range a {
			b[i] = a[len(a)-1-i]
			want += float64(a[i]) * float64(b[i])
		}
		if got := dot(a, b); math.Abs(float64(got)-want) > 1e-4 {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// TestNearest: an article stands once, by its best passage, and only the nearest are in the list.
func TestNearest(t *testing.T) {
	passages := []passage{{"a", "1", ""}, {"b", "2", ""}, {"a", "3", ""}, {"c", "4", ""}, {"d", "2", ""}, {"e", "4", ""}, {"f", "4", ""}, {"g", "4", ""}}
	known := map[string][]float32{"1": {0, 1}, "2": {0.8, 0.6}, "3": {1, 0}, "4": {-1, 0}}
	v := newVectors(passages, known)
	if got, want := fmt.Sprint(v.nearest([]float32{1, 0})), "[{a 1} {b 0.800000011920929} {d 0.800000011920929} {c -1} {e -1}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := v.nearest([]float32{1, 0, 0}); got != nil {
		t.Errorf("a query of another length: got %v, want none", got)
	}
	if got := newVectors(nil, nil).nearest([]float32{1}); got != nil {
		t.Errorf("no articles: got %v, want none", got)
	}
}

// BenchmarkNearest looks through all vectors for one query: of ten articles in 24 languages, and of ten times as many.
func BenchmarkNearest(b *testing.B) {
	const length = 1536
	random := rand.New(rand.NewPCG(1, 2))
	some := func() []float32 {
		v := make([]float32, length)
		for i := range v {
			v[i] = random.Float32() - 0.5
		}
		return normal(v)
	}
	for _, articles := range []int{10, 100} {
		var passages []passage
		known := map[string][]float32{}
		for i := range articles * 24 * 2 {
			p := passage{article: fmt.Sprint(i % articles), key: fmt.Sprint(i)}
			passages, known[p.key] = append(passages, p), some()
		}
		v, query := newVectors(passages, known), some()
		b.Run(fmt.Sprintf("passages=%d", len(passages)), func(b *testing.B) {
			for b.Loop() {
				v.nearest(query)
			}
			b.ReportMetric(float64(len(v.rows))*4/(1<<20), "MiB")
		})
	}
}
