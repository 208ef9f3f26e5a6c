package index

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"testing"
)

// TestLearningGoesOn: a failure loses one batch at most, within a run and between runs.
func TestLearningGoesOn(t *testing.T) {
	e, s := &meanings{}, &shelf{}
	e.fail = func(_ context.Context, call int, _ []string) ([][]float32, error) {
		if call == 3 || call == 5 {
			return nil, errDown
		}
		return nil, nil
	}
	lib, total := batches(t, 5), 5*learnBatch
	x := learning(t, lib, e, s)
	if err := x.Learn(t.Context()); !errors.Is(err, errDown) || s.kept("m1") != 2*learnBatch {
		t.Fatalf("error %v, %d kept; want %v and two batches", err, s.kept("m1"), errDown)
	}
	if err := x.Learn(t.Context()); !errors.Is(err, errDown) || s.kept("m1") != 3*learnBatch {
		t.Fatalf("error %v, %d kept; want %v and three batches", err, s.kept("m1"), errDown)
	}
	next := learning(t, lib, e, s) // another run of the program
	learn(t, next)
	if got := len(e.asked()); got != total || s.kept("m1") != total {
		t.Errorf("%d texts computed in all, %d kept; want %d: none twice", got, s.kept("m1"), total)
	}
}

func TestLearningIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := &meanings{fail: func(context.Context, int, []string) ([][]float32, error) { cancel(); return nil, nil }}
	x := learning(t, batches(t, 2), e, &shelf{})
	if err := x.Learn(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if e.calls != 1 {
		t.Errorf("the embedder was asked %d times after the end of the context", e.calls-1)
	}
}

// TestBrokenStore: a store that cannot be read stops learning, one that cannot be written does not.
func TestBrokenStore(t *testing.T) {
	e, s := &meanings{}, &shelf{read: errDown}
	x := learning(t, three(t), e, s)
	if err := x.Learn(t.Context()); !errors.Is(err, errDown) || e.calls != 0 {
		t.Errorf("error %v after %d calls; want %v before any", err, e.calls, errDown)
	}
	s.read, s.write = nil, errDown
	if err := x.Learn(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("error %v, want %v", err, errDown)
	}
	if hits := find(t, x, Query{Text: "spinner", Lang: "en"}); len(hits) == 0 || hits[0].Matched != Meaning {
		t.Errorf("got %+v, want a hit by meaning: what was computed is used", hits)
	}
	s.write = nil
	learn(t, x)
	if got := s.kept("m1"); got != 6 {
		t.Errorf("%d vectors kept by the next call, want 6", got)
	}
}

// TestOddVectorsInTheStore: what cannot be used is computed anew.
func TestOddVectorsInTheStore(t *testing.T) {
	e, s := &meanings{}, &shelf{}
	learn(t, learning(t, three(t), e, s))
	e.asked()
	keys := slices.Sorted(maps.Keys(s.vectors["m1"]))
	s.vectors["m1"][keys[0]] = []float32{float32(math.Inf(1)), 1}
	s.vectors["m1"]["unknown"] = []float32{1}
	learn(t, learning(t, three(t), e, s))
	if got := len(e.asked()); got != 1 || s.kept("m1") != 6 {
		t.Errorf("%d computed, %d kept; want 1 and 6", got, s.kept("m1"))
	}
	s.vectors["m1"][keys[1]] = []float32{1, 2, 3}
	learn(t, learning(t, three(t), e, s))
	if got := len(e.asked()); got != 6 {
		t.Errorf("%d computed where lengths differed, want all 6: nobody knows which are right", got)
	}
}

// TestAnotherModelUnderTheName: the vectors have another length than before.
func TestAnotherModelUnderTheName(t *testing.T) {
	e, s := &meanings{}, &shelf{}
	learn(t, learning(t, three(t), e, s))
	short := func(_ context.Context, _ int, texts []string) ([][]float32, error) {
		return same(texts, []float32{1, 2, 3}), nil
	}
	changed := written(t, map[string]string{"stutter": "New words.", "publish": "The push of the broadcast is refused."})
	x := learning(t, changed, &meanings{fail: short}, s)
	if err := x.Learn(t.Context()); err == nil || s.kept("m1") != 0 {
		t.Errorf("error %v, %d kept; want an error and the old ones forgotten", err, s.kept("m1"))
	}
	learn(t, x)
	if got := s.kept("m1"); got != 4 {
		t.Errorf("%d kept by the next call, want 4", got)
	}
}
