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

// settings of the descent; chosen by cross-validation.
type settings struct {
	epochs int
	rate   float32 // of the first epoch; falls to a tenth
	decay  float32 // L2, applied once an epoch
	drop   float32 // share of the features left out at each step, so that none is relied on alone
}

var defaults = settings{epochs: 12, rate: 2, decay: 0.04, drop: 0.25}

func trainModel(classes []string, items []item, multi bool, set settings) *linear.Model {
	n, rows := len(classes), 1<<linear.Bits
	w := make([][]float32, rows)
	flat := make([]float32, rows*n)
	for i := range w {
		w[i] = flat[i*n : i*n+n]
	}
	bias := make([]float32, n)
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	order := rng.Perm(len(items))
	for epoch := range set.epochs {
		rate := set.rate * (1 - 0.9*float32(epoch)/float32(set.epochs))
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			step(w, bias, items[k], multi, rate, set.drop, rng)
		}
		for i := range flat {
			flat[i] *= 1 - set.decay
		}
	}
	return linear.New(classes, w, bias)
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
			return trainModel(classes, items, false, defaults)
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
