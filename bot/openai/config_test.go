package openai

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string // in the error; empty: none
	}{
		{Config{Model: "m"}, ""}, {Config{}, "Model"}, {Config{Model: "m", BaseURL: "localhost:11434"}, "BaseURL"}, {Config{Model: "m", BaseURL: "ftp://x"}, "BaseURL"},
		{Config{Model: "m", BaseURL: "http://localhost:11434/v1"}, ""}, {Config{Model: "m", Timeout: -1}, "Timeout"}, {Config{Model: "m", Concurrency: -1}, "Concurrency"},
		{Config{Model: "m", InputPrice: -1}, "negative"}, {Config{Model: "m", DailyBudget: 5}, "InputPrice"}, {Config{Model: "m", DailyBudget: 5, OutputPrice: 1}, ""},
		{Config{Timeout: -1, BaseURL: "x"}, "Model"},
	} {
		_, err := New(tc.cfg)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("New(%+v): %v, want %q", tc.cfg, err, tc.want)
		}
	}
}

// wire keeps the address and headers of a request and answers it.
type wire struct{ requests []*http.Request }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests = append(w.requests, r)
	body := `{"choices":[{"message":{"content":"{\"translation\":\"สวัสดี\"}"}}]}`
	if strings.Contains(r.URL.Path, "embeddings") {
		body = `{"data":[{"index":0,"embedding":[1]}]}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestAddresses(t *testing.T) {
	const v = "?api-version=" + azureVersion
	for _, tc := range []struct {
		base, chat, embed, header string
	}{
		{"", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/embeddings", "Authorization"},
		{"http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions", "http://localhost:11434/v1/embeddings", "Authorization"},
		{"https://x.openai.azure.com", "https://x.openai.azure.com/openai/deployments/m/chat/completions" + v, "https://x.openai.azure.com/openai/deployments/e/embeddings" + v, "api-key"},
		{"https://x.openai.azure.com/", "https://x.openai.azure.com/openai/deployments/m/chat/completions" + v, "https://x.openai.azure.com/openai/deployments/e/embeddings" + v, "api-key"},
		{
			"https://gate.example/a/openai/deployments/ours/chat/completions?api-version=2025-01-01", "https://gate.example/a/openai/deployments/ours/chat/completions?api-version=2025-01-01",
			"https://gate.example/a/openai/deployments/e/embeddings?api-version=2025-01-01", "api-key",
		},
		{"https://x.openai.azure.com/openai/v1", "https://x.openai.azure.com/openai/v1/chat/completions", "https://x.openai.azure.com/openai/v1/embeddings", "Authorization"},
	} {
		w := &wire{}
		c, err := New(Config{BaseURL: tc.base, Key: testKey, Model: "m", Embeddings: "e", HTTPClient: &http.Client{Transport: w}})
		if err != nil {
			t.Fatal(err)
		}
		if err := translate(t, c); err != nil {
			t.Errorf("%s: %v", tc.base, err)
		}
		if _, err := c.Embed(t.Context(), []string{"a"}); err != nil {
			t.Errorf("%s: %v", tc.base, err)
		}
		for i, want := range []string{tc.chat, tc.embed} {
			if got := w.requests[i].URL.String(); got != want {
				t.Errorf("%s: asked %s, want %s", tc.base, got, want)
			}
			if got := strings.TrimPrefix(w.requests[i].Header.Get(tc.header), "Bearer "); got != testKey {
				t.Errorf("%s: %s is %q", tc.base, tc.header, got)
			}
		}
	}
}
