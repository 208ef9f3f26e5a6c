// Package linear is the one learned model of Firstline: hashed n-grams of a
// text in, a score a class out, by a single matrix of small whole numbers. Both
// the language identification (i18n/langid) and the offline understanding
// (triage/understand) are built on it.
//
// Why this and not a larger model: it reads a message in microseconds, loads
// as a few hundred kilobytes, is deterministic to the bit on every machine,
// and on messages of chat length it was measured to be as good as what would
// need a hundred times the memory. Training is in triage/understand/train.
package linear

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Bits is the size of the hash table of features: 2^Bits rows.
const Bits = 18

// ID is a hashed feature.
type ID uint32

// Hash makes the ID of a named feature (FNV-1a).
func Hash(name string) ID {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return fold(h)
}

func fold(h uint32) ID { return ID((h ^ h>>Bits) & (1<<Bits - 1)) }

// Model scores texts. The zero Model is not usable; see [Read].
type Model struct {
	Classes []string
	weights []int8 // 1<<Bits rows of len(Classes)
	scale   []float32
	bias    []float32
}

// New makes a model of trained weights: rows of classes, one a feature.
func New(classes []string, weights [][]float32, bias []float32) *Model {
	n := len(classes)
	m := &Model{Classes: classes, weights: make([]int8, n<<Bits), scale: make([]float32, n), bias: bias}
	for c := range n {
		var top float32
		for _, row := range weights {
			top = max(top, float32(math.Abs(float64(row[c]))))
		}
		m.scale[c] = max(top, 1e-6) / 127
		for f, row := range weights {
			m.weights[f*n+c] = int8(math.Round(float64(row[c] / m.scale[c])))
		}
	}
	return m
}

// Scores gives each class the weighted sum of a text's features. The features
// come in blocks (n-grams, concepts …); each block is divided by the square
// root of its size, so that long and short texts compare and a few concepts
// are not drowned by hundreds of n-grams.
func (m *Model) Scores(blocks ...[]ID) []float32 {
	n := len(m.Classes)
	out := make([]float32, n)
	copy(out, m.bias)
	sums := make([]int32, n)
	for _, block := range blocks {
		clear(sums)
		for _, f := range block {
			row := m.weights[int(f)*n : int(f)*n+n]
			for c, w := range row {
				sums[c] += int32(w)
			}
		}
		norm := Norm(len(block))
		for c, s := range sums {
			out[c] += float32(s) * m.scale[c] * norm
		}
	}
	return out
}

// Norm is the factor of a text with n features.
func Norm(n int) float32 {
	if n == 0 {
		return 0
	}
	return float32(1 / math.Sqrt(float64(n)))
}

// Softmax turns scores into probabilities, in place.
func Softmax(scores []float32) []float32 {
	top := float32(math.Inf(-1))
	for _, s := range scores {
		top = max(top, s)
	}
	var sum float32
	for i, s := range scores {
		scores[i] = float32(math.Exp(float64(s - top)))
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
	return scores
}

// Sigmoid turns one score into a probability.
func Sigmoid(s float32) float32 { return float32(1 / (1 + math.Exp(-float64(s)))) }

// Best gives the index of the highest probability, and it.
func Best(p []float32) (int, float32) {
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return best, p[best]
}

var magic = []byte("firstline-linear-1\n")

// Write stores the model, compressed.
func (m *Model) Write(w io.Writer) error {
	if _, err := w.Write(magic); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	z, err := flate.NewWriter(w, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	var head bytes.Buffer
	_ = binary.Write(&head, binary.LittleEndian, uint32(len(m.Classes)))
	for _, c := range m.Classes {
		_ = binary.Write(&head, binary.LittleEndian, uint32(len(c)))
		head.WriteString(c)
	}
	_ = binary.Write(&head, binary.LittleEndian, m.scale)
	_ = binary.Write(&head, binary.LittleEndian, m.bias)
	_ = binary.Write(&head, binary.LittleEndian, m.weights)
	if _, err := z.Write(head.Bytes()); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

// ErrFormat says that the data is not a model of this version.
var ErrFormat = errors.New("not a model of this version; run go generate ./triage/understand")

// Read loads a model.
func Read(data []byte) (*Model, error) {
	if !bytes.HasPrefix(data, magic) {
		return nil, ErrFormat
	}
	r := flate.NewReader(bytes.NewReader(data[len(magic):]))
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil || n == 0 || n > 1000 {
		return nil, ErrFormat
	}
	m := &Model{Classes: make([]string, n), scale: make([]float32, n), bias: make([]float32, n), weights: make([]int8, int(n)<<Bits)}
	for i := range m.Classes {
		var size uint32
		if err := binary.Read(r, binary.LittleEndian, &size); err != nil || size > 1000 {
			return nil, ErrFormat
		}
		name := make([]byte, size)
		if _, err := io.ReadFull(r, name); err != nil {
			return nil, ErrFormat
		}
		m.Classes[i] = string(name)
	}
	for _, part := range []any{m.scale, m.bias, m.weights} {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return nil, ErrFormat
		}
	}
	return m, nil
}
