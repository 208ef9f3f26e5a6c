package linear_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/i18n/linear"
)

// trained makes a model of a few known weights.
func trained(classes []string, weights map[linear.ID][]float32, bias []float32) *linear.Model {
	rows := make([][]float32, 1<<linear.Bits)
	for f := range rows {
		rows[f] = make([]float32, len(classes))
		if w, ok := weights[linear.ID(f)]; ok {
			copy(rows[f], w)
		}
	}
	return linear.New(classes, rows, bias)
}

func small() *linear.Model {
	return trained([]string{"a", "b", "ü"}, map[linear.ID][]float32{
		1: {1, 0, -1}, 2: {0, 2, 0.5}, 65535: {-0.25, 0, 1},
	}, []float32{0.1, -0.2, 0})
}

func bytesOf(t testing.TB, m *linear.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestScores(t *testing.T) {
	m := small()
	for _, tc := range []struct {
		name   string
		blocks [][]linear.ID
		want   []float64
	}{
		{"nothing gives the bias", nil, []float64{0.1, -0.2, 0}},
		{"an empty block adds nothing", [][]linear.ID{{}}, []float64{0.1, -0.2, 0}},
		{"one feature counts whole", [][]linear.ID{{1}}, []float64{1.1, -0.2, -1}},
		{"a block is divided by the root of its size", [][]linear.ID{{1, 7, 8, 9}}, []float64{0.6, -0.2, -0.5}},
		{"blocks add up", [][]linear.ID{{1}, {2}}, []float64{1.1, 1.8, -0.5}},
		{"the last row counts", [][]linear.ID{{65535}}, []float64{-0.15, -0.2, 1}},
	} {
		got := m.Scores(tc.blocks...)
		for c, want := range tc.want {
			if math.Abs(float64(got[c])-want) > 0.02 { // weights are kept in 8 bits
				t.Errorf("%s: score of %s is %v, want about %v", tc.name, m.Classes[c], got[c], want)
			}
		}
	}
}

func TestScoresLeaveTheModelAlone(t *testing.T) {
	m := small()
	before := bytesOf(t, m)
	first := m.Scores([]linear.ID{1, 2})
	linear.Softmax(first)
	if !bytes.Equal(before, bytesOf(t, m)) {
		t.Error("Scores, or changing what it returned, changed the model")
	}
	if got, want := m.Scores(nil), []float32{0.1, -0.2, 0}; !slices.Equal(got, want) {
		t.Errorf("scores of nothing are %v, want the bias %v", got, want)
	}
}

func TestScoresAreDeterministicAndOrderless(t *testing.T) {
	m := small()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) linear.ID { return linear.ID(rapid.Uint16().Draw(t, "id")) }), 0, 50).Draw(t, "ids")
		want := m.Scores(ids)
		turned := slices.Clone(ids)
		slices.Reverse(turned)
		if got := m.Scores(turned); !slices.Equal(got, want) {
			t.Fatalf("scores of the same features in another order: %v, want %v", got, want)
		}
	})
}

// drawn makes any small model; each costs a table of 65,536 rows, so the test
// looks at a handful of fixed draws instead of a hundred.
var drawn = rapid.Custom(func(t *rapid.T) *linear.Model {
	n := rapid.IntRange(1, 5).Draw(t, "classes")
	weight := rapid.Float32Range(-50, 50)
	weights := map[linear.ID][]float32{}
	for range rapid.IntRange(1, 5).Draw(t, "rows") {
		weights[linear.ID(rapid.Uint16().Draw(t, "row"))] = rapid.SliceOfN(weight, n, n).Draw(t, "weights")
	}
	return trained(rapid.SliceOfN(rapid.String(), n, n).Draw(t, "names"), weights, rapid.SliceOfN(weight, n, n).Draw(t, "bias"))
})

func TestRoundTrip(t *testing.T) {
	for seed := range 8 {
		m := drawn.Example(seed)
		written := bytesOf(t, m)
		back, err := linear.Read(written)
		if err != nil {
			t.Fatalf("draw %d: %v", seed, err)
		}
		if diff := cmp.Diff(m.Classes, back.Classes); diff != "" {
			t.Errorf("draw %d: other classes were read than written (-written +read):\n%s", seed, diff)
		}
		if again := bytesOf(t, back); !bytes.Equal(again, written) {
			t.Errorf("draw %d: what was read is written as %d other bytes, want the same %d", seed, len(again), len(written))
		}
		for f := range linear.ID(1 << linear.Bits) {
			if got, want := back.Scores([]linear.ID{f}), m.Scores([]linear.ID{f}); !slices.Equal(got, want) {
				t.Fatalf("draw %d: feature %d scores %v after reading, want %v", seed, f, got, want)
			}
		}
	}
}

func TestWriteIsTheSameEveryTime(t *testing.T) {
	if a, b := bytesOf(t, small()), bytesOf(t, small()); !bytes.Equal(a, b) {
		t.Errorf("the same model was written as %d and as %d other bytes", len(a), len(b))
	}
}

var errDisk = errors.New("disk full")

// full takes n bytes and no more.
type full struct{ n int }

func (f *full) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestWriteReportsAFullDisk(t *testing.T) {
	m := small()
	size := len(bytesOf(t, m))
	for _, n := range []int{0, 10, 20, size / 2, size - 1} {
		if err := m.Write(&full{n}); !errors.Is(err, errDisk) {
			t.Errorf("with room for %d of %d bytes Write gives %v, want %v", n, size, err, errDisk)
		}
	}
}

// TestDamaged cuts a model at every length; none may read, none may panic.
func TestDamaged(t *testing.T) {
	good := bytesOf(t, small())
	for n := range len(good) - 1 {
		if _, err := linear.Read(good[:n]); err == nil && n < len(good)-8 {
			t.Fatalf("a model cut to %d of %d bytes reads without error", n, len(good))
		} else if err != nil && !errors.Is(err, linear.ErrFormat) {
			t.Fatalf("a model cut to %d bytes gives %v, want ErrFormat", n, err)
		}
	}
	for name, data := range map[string][]byte{
		"nil": nil, "other": []byte("PK\x03\x04"), "other version": append([]byte("firstline-linear-2\n"), good[19:]...), "magic alone": []byte("firstline-linear-1\n"),
	} {
		if _, err := linear.Read(data); !errors.Is(err, linear.ErrFormat) {
			t.Errorf("%s: Read gives %v, want ErrFormat", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	good := bytesOf(f, small())
	f.Add(good)
	f.Add(good[:40])
	f.Add([]byte("firstline-linear-1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := linear.Read(data)
		if (m == nil) == (err == nil) {
			t.Fatalf("Read gives the model %v and the error %v, want one of them", m, err)
		}
		if err != nil {
			return
		}
		if got := m.Scores([]linear.ID{0, 1, 65535}); len(got) != len(m.Classes) {
			t.Fatalf("%d scores for %d classes", len(got), len(m.Classes))
		}
	})
}

func TestSoftmax(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Float32Range(-1e6, 1e6), 1, 20).Draw(t, "scores")
		p := linear.Softmax(slices.Clone(in))
		var sum float64
		for i, x := range p {
			if !(x >= 0 && x <= 1) {
				t.Fatalf("probability %d of %v is %v, want 0…1", i, in, x)
			}
			sum += float64(x)
		}
		if math.Abs(sum-1) > 1e-4 {
			t.Fatalf("probabilities of %v sum to %v, want 1", in, sum)
		}
		best, top := linear.Best(p)
		if in[best] < slices.Max(in)-1e-3 || top != p[best] {
			t.Fatalf("Best of %v is %d with %v, want the highest score", in, best, top)
		}
	})
}

func TestSigmoid(t *testing.T) {
	for s, want := range map[float32]float32{0: 0.5, 100: 1, -100: 0} {
		if got := linear.Sigmoid(s); math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("Sigmoid(%v) = %v, want %v", s, got, want)
		}
	}
}

func TestScoresConcurrently(t *testing.T) {
	m := small()
	want := m.Scores([]linear.ID{1, 2})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if got := m.Scores([]linear.ID{1, 2}); !slices.Equal(got, want) {
					t.Errorf("scores %v, want %v", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
