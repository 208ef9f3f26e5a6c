package storetest

import (
	"math"
	"testing"

	"firstline/bot/store"

	"github.com/google/go-cmp/cmp"
)

func vectors(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	ctx := t.Context()
	set := func(model string, m map[string][]float32) {
		t.Helper()
		must(t, s.SetVectors(ctx, model, m))
	}
	long := make([]float32, 3072)
	for i := range long {
		long[i] = float32(i) / 7
	}
	odd := []float32{0, -0.5, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(1))}
	set("one", map[string][]float32{"a": {1, 2}, "b": {3}, "c": {4}, "long": long})
	set("two", map[string][]float32{"a": {5}})
	set("one", map[string][]float32{"b": odd, "c": nil, "d": {6}, "e": {}})
	set("one", nil)
	got, err := open(t).Vectors(ctx, "one")
	must(t, err)
	if diff := cmp.Diff(map[string][]float32{"a": {1, 2}, "b": odd, "d": {6}, "long": long}, got); diff != "" {
		t.Errorf("vectors differ (-want +got):\n%s", diff)
	}
	if none, err := s.Vectors(ctx, "nobody"); err != nil || len(none) != 0 {
		t.Errorf("vectors of an unknown model: %v, %v; want none", none, err)
	}
}
