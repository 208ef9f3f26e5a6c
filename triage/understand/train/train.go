package main

import (
	"math/rand/v2"
	"slices"
	"sync"

	"firstline/i18n"
	"firstline/i18n/linear"
	"firstline/triage/understand"
)

// item is one training example: its features, and for each class whether it holds.
type item struct {
	features [][]linear.ID
	label    int   // softmax: the class
	labels   []int // sigmoid: the classes that hold
	weight   float32
}

// settings of the descent; chosen on reports that fresh writers brought, with
// models trained on the others'.
type settings struct {
	runs   int // descents with different orders, whose weights are averaged
	epochs int
	settle int     // epochs before the weights count for the average
	rate   float32 // of the first epoch; falls to a tenth
	decay  float32 // L2, applied once an epoch
	drop   float32 // share of the features left out at each step, so that none is relied on alone
}

var defaults = settings{runs: 4, epochs: 12, settle: 6, rate: 4, decay: 0.04, drop: 0.25}

// trainModel averages several descents: a single one ends, by the luck of its
// order, up to two points of symptom F1 above or below the next.
func trainModel(classes []string, items []item, multi bool, set settings) *linear.Model {
	mean := newWeights(len(classes))
	for run := range set.runs {
		descend(mean, items, multi, set, uint64(run))
	}
	mean.scale(1 / float32(set.runs*(set.epochs-set.settle)))
	return linear.New(classes, mean.rows, mean.bias)
}

// weights of a model: one row a feature, in one piece of memory.
type weights struct {
	flat []float32
	rows [][]float32
	bias []float32
}

func newWeights(classes int) *weights {
	w := &weights{flat: make([]float32, classes<<linear.Bits), rows: make([][]float32, 1<<linear.Bits), bias: make([]float32, classes)}
	for i := range w.rows {
		w.rows[i] = w.flat[i*classes : (i+1)*classes]
	}
	return w
}

func (w *weights) scale(by float32) {
	for i := range w.flat {
		w.flat[i] *= by
	}
	for i := range w.bias {
		w.bias[i] *= by
	}
}

func (w *weights) add(o *weights) {
	for i, x := range o.flat {
		w.flat[i] += x
	}
	for i, x := range o.bias {
		w.bias[i] += x
	}
}

// descend adds the weights of one descent, epoch by epoch, to sum.
func descend(sum *weights, items []item, multi bool, set settings, seed uint64) {
	w := newWeights(len(sum.bias))
	rng := rand.New(rand.NewPCG(7+seed, uint64(len(w.bias))))
	order := rng.Perm(len(items))
	for epoch := range set.epochs {
		rate := set.rate * (1 - 0.9*float32(epoch)/float32(set.epochs))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			step(w.rows, w.bias, items[k], multi, rate, set.drop, rng)
		}
		for i := range w.flat {
			w.flat[i] *= 1 - set.decay
		}
		if epoch >= set.settle {
			sum.add(w)
		}
	}
}

// step moves the weights along the gradient of one example.
func step(w [][]float32, bias []float32, it item, multi bool, rate, drop float32, rng *rand.Rand) {
	p := append([]float32(nil), bias...)
	kept := make([][]linear.ID, len(it.features))
	for b, block := range it.features {
		for _, f := range block {
			if rng.Float32() >= drop {
				kept[b] = append(kept[b], f)
			}
		}
		norm := linear.Norm(len(kept[b]))
		for _, f := range kept[b] {
			for c, x := range w[f] {
				p[c] += x * norm
			}
		}
	}
	if multi {
		for c := range p {
			p[c] = linear.Sigmoid(p[c])
		}
		for _, c := range it.labels {
			p[c]--
		}
	} else {
		linear.Softmax(p)
		p[it.label]--
	}
	for c := range p {
		p[c] *= -rate * it.weight
		bias[c] += 0.1 * p[c]
	}
	for _, block := range kept {
		norm := linear.Norm(len(block))
		for _, f := range block {
			for c, d := range p {
				w[f][c] += d * norm
			}
		}
	}
}

// trainAll trains the five models on the samples that use lets in.
func trainAll(c *understand.Corpus, use func(i int) bool) map[string]*linear.Model {
	one := func(of func(understand.Sample) string) ([]string, []item) {
		classes := c.Classes(func(s understand.Sample) []string { return []string{of(s)} })
		var items []item
		for i, s := range c.Samples {
			if use(i) {
				items = append(items, item{features: s.Features, label: slices.Index(classes, of(s)), weight: 1})
			}
		}
		return classes, items
	}
	jobs := map[string]func() *linear.Model{
		"act": func() *linear.Model {
			classes, items := one(func(s understand.Sample) string { return s.Act })
			return trainModel(classes, items, false, defaults)
		},
		"scenario": func() *linear.Model {
			classes, items := one(func(s understand.Sample) string { return s.Scenario })
			gentle := defaults
			gentle.rate = 2 // most messages do not tell: what little does must not be learned by heart
			return trainModel(classes, items, false, gentle)
		},
		"severity": func() *linear.Model { return trainSeverity(c, use) },
		"symptom":  func() *linear.Model { return trainSymptoms(c, use) },
		"lang":     func() *linear.Model { return trainLanguage(c, use) },
	}
	out := map[string]*linear.Model{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, job := range jobs {
		wg.Go(func() {
			m := job()
			mu.Lock()
			defer mu.Unlock()
			out[name] = m
		})
	}
	wg.Wait()
	return out
}

func trainSeverity(c *understand.Corpus, use func(int) bool) *linear.Model {
	classes := []string{"P1", "P2", "P3", "P4"}
	var items []item
	for i, s := range c.Samples {
		if k := slices.Index(classes, s.Severity); k >= 0 && use(i) {
			items = append(items, item{features: s.Features, label: k, weight: 1})
		}
	}
	return trainModel(classes, items, false, defaults)
}

func trainSymptoms(c *understand.Corpus, use func(int) bool) *linear.Model {
	classes := c.Classes(func(s understand.Sample) []string { return s.Symptoms })
	var items []item
	for i, s := range c.Samples {
		if !use(i) {
			continue
		}
		it := item{features: s.Features, weight: 1}
		for _, id := range s.Symptoms {
			it.labels = append(it.labels, slices.Index(classes, id))
		}
		items = append(items, it)
	}
	return trainModel(classes, items, true, defaults)
}

func trainLanguage(c *understand.Corpus, use func(int) bool) *linear.Model {
	classes := i18n.Languages()
	var items []item
	for _, s := range c.LanguageSamples() {
		if s.Of < 0 || use(s.Of) {
			items = append(items, item{features: s.Features, label: slices.Index(classes, s.Lang), weight: s.Weight})
		}
	}
	return trainModel(classes, items, false, defaults)
}
