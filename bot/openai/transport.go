package openai

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/sashabaranov/go-openai"
)

// azureVersion is the first stable version of Azure's interface with schemas.
const azureVersion = "2024-10-21"

// maxAnswer is the most that is read of one answer: 64 vectors of 4,096 numbers
// fit in four times over.
const maxAnswer = 16 << 20

var (
	errRedirect = errors.New("redirect")
	errTooLarge = errors.New("answer too large")
)

// server gives go-openai's client of the configured address.
func server(cfg Config) *sdk.Client {
	c := sdk.DefaultConfig(cfg.Key)
	if u, err := url.Parse(cfg.BaseURL); err == nil && isAzure(u) {
		c = azure(cfg, *u)
	} else {
		c.BaseURL = cmp.Or(cfg.BaseURL, c.BaseURL)
	}
	c.HTTPClient = hardened(cfg.HTTPClient, cfg.Concurrency)
	return sdk.NewClientWithConfig(c)
}

// isAzure is false for Azure's newer address …/openai/v1, which is OpenAI's interface.
func isAzure(u *url.URL) bool {
	if strings.Contains(u.Path, "/openai/v1") {
		return false
	}
	return strings.HasSuffix(u.Hostname(), ".openai.azure.com") || strings.Contains(u.Path, "/openai/deployments/")
}

// azure takes an address with or without a deployment, as its portal shows it.
// A model's name is that of its deployment; one in the address is the chat model's.
func azure(cfg Config, u url.URL) sdk.ClientConfig {
	version := cmp.Or(u.Query().Get("api-version"), azureVersion)
	root, rest, _ := strings.Cut(u.Path, "/openai")
	deployment, _, _ := strings.Cut(strings.TrimPrefix(rest, "/deployments/"), "/")
	u.Path, u.RawPath, u.RawQuery, u.Fragment = root, "", "", ""
	c := sdk.DefaultAzureConfig(cfg.Key, u.String())
	c.APIVersion = version
	c.AzureModelMapperFunc = func(model string) string {
		if model == cfg.Model && deployment != "" {
			return deployment
		}
		return model
	}
	return c
}

// hardened gives a client that follows no redirect, which would carry the key
// and the texts to an address that nobody configured, and reads no endless answer.
func hardened(given *http.Client, concurrency int) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	}
	if h.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = concurrency
		h.Transport = t
	}
	h.Transport = capped{h.Transport}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return errRedirect }
	return &h
}

type capped struct{ http.RoundTripper }

func (t capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = &cappedBody{ReadCloser: resp.Body, left: maxAnswer}
	}
	return resp, err
}

type cappedBody struct {
	io.ReadCloser
	left int
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
