package bottest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
)

var modelEmbeddingFields = strings.Fields("model input encoding_format dimensions user")

// Limits of one request, as OpenAI documents them.
const (
	maxModelInputs      = 2048
	maxModelInputTokens = 8192
	maxModelDims        = 3072
)

func (s *ModelServer) readEmbeddings(r *http.Request, body []byte) (modelAsk, *modelRefusal) {
	ask := modelAsk{purpose: ModelEmbedding, dimensions: ModelDims}
	if s.opts.NoEmbeddings {
		const message = "Not Found"
		return ask, &modelRefusal{status: http.StatusNotFound, message: message, body: obj{"detail": message}, unable: true}
	}
	f := modelBody(r, body, modelEmbeddingFields)
	s.readModel(f, &ask, s.opts.Embeddings)
	ask.inputs = readInputs(f)
	ask.data = mustJSON(ask.inputs)
	ask.packed = f.oneOf("encoding_format", "float", "base64") == "base64"
	if n, given := f.integer("dimensions", 1, maxModelDims); given {
		ask.dimensions = n
	}
	f.text("user")
	return ask, f.no
}

// readInputs takes one text or several.
func readInputs(f *modelFields) (inputs []string) {
	var one string
	if json.Unmarshal(f.raw["input"], &one) == nil {
		inputs = []string{one}
	} else {
		f.into("input", "a string or an array of strings", &inputs)
	}
	if len(inputs) == 0 || len(inputs) > maxModelInputs {
		f.wrong("input", "", "'$.input' must have 1 to %d texts, but has %d.", maxModelInputs, len(inputs))
	}
	for i, text := range inputs {
		if text == "" {
			f.wrong("input", "", "'$.input[%d]' is empty.", i)
		}
		if n := modelTokens(text); n > maxModelInputTokens {
			f.wrong("input", "", "This model's maximum context length is %d tokens, however you requested %d tokens in '$.input[%d]'.", maxModelInputTokens, n, i)
		}
	}
	return inputs
}

// embeddings answers with a vector for each text.
func (s *ModelServer) embeddings(ask modelAsk, f ModelFault) modelAnswer {
	vectors, tokens := []obj{}, 0
	for i, text := range ask.inputs {
		tokens += modelTokens(text)
		vectors = append(vectors, obj{"object": "embedding", "index": i, "embedding": packVector(trigramVector(text, ask.dimensions), ask.packed)})
	}
	if f.vectors != nil {
		vectors = f.vectors(vectors)
	}
	answer := obj{"object": "list", "data": vectors, "model": ask.model}
	if !s.opts.NoUsage {
		answer["usage"] = obj{"prompt_tokens": tokens, "total_tokens": tokens}
	}
	return modelJSON(answer)
}

func packVector(v []float32, packed bool) any {
	if !packed {
		return v
	}
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// trigramVector counts the hashed trigrams of a text's characters: texts that share words are near, whatever the
// script. Its length is one.
func trigramVector(text string, dims int) []float32 {
	v := make([]float64, dims)
	runes := []rune("  " + strings.ToLower(strings.Join(strings.Fields(text), " ")) + "  ")
	for i := range len(runes) - 2 {
		h := fnv.New32a()
		_, _ = h.Write([]byte(string(runes[i : i+3])))
		sum := h.Sum32()
		sign := 1.0
		if sum>>31 == 1 {
			sign = -1 // unlike texts come out near zero, not half alike
		}
		v[int(sum&math.MaxInt32)%dims] += sign
	}
	var square float64
	for _, x := range v {
		square += x * x
	}
	if square == 0 {
		v[0], square = 1, 1
	}
	out := make([]float32, dims)
	for i, x := range v {
		out[i] = float32(x / math.Sqrt(square))
	}
	return out
}
