// # ModelServer
//
// [ModelServer] is a server of a language model that speaks OpenAI's interface: chat completions (whole or
// streamed), embeddings and the list of models. It understands nothing. A healthy answer is made by rule from the data that was
// sent, so that a story can tell where a text went through the model and into which language; [ModelServer.Script] makes it slow, ill,
// wrong or hostile, for one purpose or for all.
//
// What is checked as OpenAI does: the key, the fields and their types and ranges, the model's name, roles and contents of
// messages, the word "json" where JSON mode is asked for, and schemas of structured output (strict ones must close every object,
// require every property and use the documented keywords alone). [ModelOptions] switches off what other servers do not have, and
// refuses it as they do. A request that no server would take fails the test, unless [ModelServer.Forgive] was told of it; one
// that only this server cannot take (by its options) does not.
//
// What is agreed with the client: the purpose of a request is the name of its schema or, without one, the line "purpose: <name>"
// that the system message begins with; one system message has the instruction, one user message the data as JSON, with words
// around it or not.
//
// Left out: tools, functions, images, audio, log probabilities, token arrays as input, Azure's addresses. A token
// is four bytes. An answer longer than the request's limit is cut there, with finish_reason "length", as a model's would be.
package bottest

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// ModelOptions configures a [ModelServer]; the zero value is a hosted model that can do everything.
type ModelOptions struct {
	Key        string // default [ModelKey]
	Name       string // of the chat model; default [ModelName]
	Embeddings string // of the embedding model; default [ModelEmbeddings]

	NoSchema           bool // structured output is refused, in the manner of an old vLLM
	NoJSONMode         bool // response_format json_object is refused
	IgnoresFormat      bool // every response_format is taken and none is kept, as an old Ollama does
	NoEmbeddings       bool // there is no such address
	NoUsage            bool // answers do not tell their tokens
	RefusesTemperature bool // any but 1, as OpenAI's reasoning models
	NoMaxTokens        bool // max_tokens is refused, max_completion_tokens is not

	Now func() time.Time
}

// Identities of the stand-in.
const (
	ModelKey        = "sk-test-model-key"
	ModelName       = "test-model"
	ModelEmbeddings = "test-embeddings"
	ModelDims       = 64 // of a vector, unless dimensions asks for another length
)

// Purposes of requests.
const (
	ModelUnderstanding = "understanding"
	ModelStep          = "step"
	ModelSummary       = "summary"
	ModelReply         = "reply"
	ModelTranslation   = "translation"
	ModelOther         = "other"      // a chat that names none of those above
	ModelEmbedding     = "embeddings" // POST /embeddings
	ModelList          = "models"     // GET /models
	AnyPurpose         = "*"          // for [ModelServer.Script] and [ModelServer.Calls]
)

var modelPurposes = []string{
	ModelUnderstanding, ModelStep, ModelSummary, ModelReply, ModelTranslation, ModelOther, ModelEmbedding, ModelList, AnyPurpose,
}

const maxModelBody = 4 << 20

// ModelServer is the stand-in. Its methods are safe for concurrent use.
type ModelServer struct {
	t    testing.TB
	opts ModelOptions
	http *httptest.Server
	ctx  context.Context // ends with the server
	stop context.CancelFunc

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	calls    []*ModelCall
	rules    []*modelRule
	forgiven []string
	seq      int
}

// NewModel starts a stand-in that is closed when the test ends.
func NewModel(t testing.TB, opts ModelOptions) *ModelServer {
	t.Helper()
	opts.Key = cmp.Or(opts.Key, ModelKey)
	opts.Name = cmp.Or(opts.Name, ModelName)
	opts.Embeddings = cmp.Or(opts.Embeddings, ModelEmbeddings)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &ModelServer{t: t, opts: opts, changed: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.endpoint(s.readChat, s.completion))
	mux.HandleFunc("POST /v1/embeddings", s.endpoint(s.readEmbeddings, s.embeddings))
	mux.HandleFunc("GET /v1/models", s.endpoint(s.readModels, s.models))
	mux.HandleFunc("/", s.endpoint(noSuchModelAddress, nil))
	s.http = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// Close stops the stand-in; calls that hang are cut. Whoever asks later finds nobody there.
func (s *ModelServer) Close() {
	s.stop()
	s.http.CloseClientConnections()
	s.http.Close()
}

// URL is the address to configure as model.base_url.
func (s *ModelServer) URL() string { return s.http.URL + "/v1" }

// Forgive lets requests be refused without failing the test when the refusal's message holds one of these texts,
// for stories about a wrong key or a model that is not there.
func (s *ModelServer) Forgive(messages ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgiven = append(s.forgiven, messages...)
}

// blame fails the test for a request that no server would take.
func (s *ModelServer) blame(path string, no *modelRefusal) {
	s.mu.Lock()
	forgiven := no.unable
	for _, text := range s.forgiven {
		forgiven = forgiven || strings.Contains(no.message, text)
	}
	s.mu.Unlock()
	if !forgiven {
		s.t.Errorf("bottest: %s is refused with %d: %s", path, no.status, no.message)
	}
}

func (s *ModelServer) readModels(*http.Request, []byte) (modelAsk, *modelRefusal) {
	return modelAsk{purpose: ModelList}, nil
}

func (s *ModelServer) models(modelAsk, ModelFault) modelAnswer {
	list := []obj{}
	for _, id := range []string{s.opts.Name, s.opts.Embeddings} {
		list = append(list, obj{"id": id, "object": "model", "created": 1700000000, "owned_by": "bottest"})
	}
	return modelJSON(obj{"object": "list", "data": list})
}

// noSuchModelAddress answers for whatever is not served.
func noSuchModelAddress(r *http.Request, _ []byte) (modelAsk, *modelRefusal) {
	switch r.URL.Path {
	case "/v1/chat/completions", "/v1/embeddings", "/v1/models":
		return modelAsk{purpose: ModelOther}, &modelRefusal{
			status: http.StatusMethodNotAllowed, code: "method_not_supported", message: "Not allowed to " + r.Method + " on " + r.URL.Path + ".",
		}
	}
	return modelAsk{purpose: ModelOther}, &modelRefusal{
		status: http.StatusNotFound, code: "unknown_url", message: "Unknown request URL: " + r.Method + " " + r.URL.Path + ".",
	}
}
