package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// discordSpec is the description that Discord publishes of its REST interface.
const discordSpec = "discord_openapi_v10.json"

// description is Discord's description, and the schemas of bodies that were needed so far. kin-openapi, which knows paths and
// parameters, would compile a body's schema anew for every check; compiled once, a check takes microseconds.
type description struct {
	doc *openapi3.T

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

// loadDiscord reads the description once a test binary: it takes a moment.
var loadDiscord = sync.OnceValues(func() (*description, error) {
	dir, err := specsDir()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, discordSpec))
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	d := &description{doc: doc, compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020) // that of OpenAPI 3.1
	d.compiler.AssertFormat()
	return d, d.compiler.AddResource(discordSpec, tree)
})

// check holds a JSON body to the schema at a place of the description: names from its root.
func (d *description) check(body []byte, at ...string) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	place := discordSpec + "#"
	for _, name := range at {
		place += "/" + url.PathEscape(escape.Replace(name))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	schema := d.schemas[place]
	if schema == nil {
		if schema, err = d.compiler.Compile(place); err != nil {
			return err
		}
		d.schemas[place] = schema
	}
	return schema.Validate(value)
}

// specsDir is FIRSTLINE_SPECS, or ../shared/specs beside the repository.
func specsDir() (string, error) {
	if dir := os.Getenv("FIRSTLINE_SPECS"); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "specs"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod above the test: %w", fs.ErrNotExist)
		}
		dir = parent
	}
}

// DiscordContract is a RoundTripper that checks every request to a Discord API, and every answer, against the
// description that Discord publishes; what does not fit is an error of the test. Multipart bodies are
// not checked, nor is an answer that is not Discord's (a page of the edge, a 5xx).
type DiscordContract struct {
	t       testing.TB
	api     *url.URL
	base    http.RoundTripper
	spec    *description
	checked atomic.Int64

	mu   sync.Mutex
	over bool // the test has ended: nothing can be reported any more
}

// NewDiscordContract checks what goes through base to apiURL ([DiscordServer.APIURL]). When the description is
// not at hand the test is skipped; with FIRSTLINE_REQUIRE_SPECS=1 it fails instead.
func NewDiscordContract(t testing.TB, apiURL string, base http.RoundTripper) *DiscordContract {
	t.Helper()
	spec, err := loadDiscord()
	needDescription(t, err)
	api, err := url.Parse(apiURL)
	if err != nil {
		t.Fatalf("bottest: %v", err)
	}
	c := &DiscordContract{t: t, api: api, base: base, spec: spec}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.over = true
	})
	return c
}

// Description reads a platform's published description. When it is not at hand the
// test is skipped; with FIRSTLINE_REQUIRE_SPECS=1 it fails instead.
func Description(t testing.TB, file string) []byte {
	t.Helper()
	dir, err := specsDir()
	needDescription(t, err)
	raw, err := os.ReadFile(filepath.Join(dir, file))
	needDescription(t, err)
	return raw
}

// needDescription goes on when a description was read.
func needDescription(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("FIRSTLINE_REQUIRE_SPECS") != "1" {
		t.Skipf("the platform's API description is not at hand (set FIRSTLINE_SPECS): %v", err)
	}
	if err != nil {
		t.Fatalf("bottest: API description: %v", err)
	}
}

// Checked tells how many requests were checked: a test asserts that there were some.
func (c *DiscordContract) Checked() int { return int(c.checked.Load()) }

// RoundTrip implements [http.RoundTripper].
func (c *DiscordContract) RoundTrip(r *http.Request) (*http.Response, error) {
	path, ours := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(c.api.Path, "/"))
	if r.URL.Host != c.api.Host || !ours {
		return c.base.RoundTrip(r)
	}
	sent, err := keepBody(&r.Body)
	if err != nil {
		return nil, err
	}
	c.checked.Add(1)
	route, err := c.request(r, path, sent)
	if err != nil {
		c.report("%s %s is no request to Discord: %v", r.Method, path, err)
	}
	resp, failed := c.base.RoundTrip(r)
	if failed != nil || route == nil {
		return resp, failed
	}
	got, failed := keepBody(&resp.Body)
	if failed != nil {
		return resp, nil // a cut line: the caller reads what there is
	}
	if err := c.response(route, resp, got); err != nil {
		c.report("%s %s: %d is no answer of Discord's: %v", r.Method, path, resp.StatusCode, err)
	}
	return resp, nil
}

func (c *DiscordContract) report(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.t.Errorf("bottest: "+format, args...)
	}
}

// keepBody reads a body and puts it back.
func keepBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	raw, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(io.MultiReader(bytes.NewReader(raw), failing{err}))
	return raw, err
}

// failing ends a body as it ended.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// request checks a request; route is nil when it fits no path.
func (c *DiscordContract) request(r *http.Request, path string, body []byte) (*routers.Route, error) {
	route, params := c.route(r.Method, path)
	if route == nil {
		return nil, errors.New("no such path and method")
	}
	query := r.URL.Query()
	for name := range query {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil && route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			return route, fmt.Errorf("no query parameter %s", name)
		}
	}
	err := openapi3filter.ValidateRequest(context.WithoutCancel(r.Context()), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route, QueryParams: query,
		Options: &openapi3filter.Options{ExcludeRequestBody: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch expected := route.Operation.RequestBody; {
	case err != nil:
		return route, err
	case expected == nil && len(body) == 0, expected != nil && len(body) == 0 && !expected.Value.Required:
		return route, nil
	case expected == nil:
		return route, errors.New("it takes no body")
	case expected.Value.Content[kind] == nil:
		return route, fmt.Errorf("it takes no %q", kind)
	case kind != "application/json":
		return route, nil
	}
	return route, c.spec.check(body, "paths", route.Path, strings.ToLower(r.Method), "requestBody", "content", kind, "schema")
}

// response checks an answer.
func (c *DiscordContract) response(route *routers.Route, resp *http.Response, body []byte) error {
	if resp.StatusCode >= 500 || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	status := strconv.Itoa(resp.StatusCode)
	expected := route.Operation.Responses.Value(status)
	if expected == nil && resp.StatusCode >= 400 {
		status = "4XX"
		expected = route.Operation.Responses.Value(status)
	}
	switch {
	case expected == nil:
		return errors.New("no such status")
	case expected.Value.Content == nil && len(body) == 0:
		return nil
	case expected.Value.Content == nil:
		return errors.New("it has no body")
	}
	at := []string{"paths", route.Path, strings.ToLower(route.Method), "responses", status}
	if expected.Ref != "" {
		at = strings.Split(strings.TrimPrefix(expected.Ref, "#/"), "/")
	}
	if resp.StatusCode >= 400 { // the description gives the nested errors numbers for codes; Discord sends words
		var o map[string]json.RawMessage
		if err := json.Unmarshal(body, &o); err != nil {
			return err
		}
		delete(o, "errors")
		body = mustJSON(o)
	}
	return c.spec.check(body, append(at, "content", "application/json", "schema")...)
}

// route finds the path of the description that a request fits: the one with the fewest parameters.
func (c *DiscordContract) route(method, path string) (*routers.Route, map[string]string) {
	var best *routers.Route
	var params map[string]string
	for template, item := range c.spec.doc.Paths.Map() {
		found, ok := fitPath(template, path)
		op := item.GetOperation(method)
		if ok && op != nil && (best == nil || len(found) < len(params)) {
			best = &routers.Route{Spec: c.spec.doc, Server: c.spec.doc.Servers[0], Path: template, PathItem: item, Method: method, Operation: op}
			params = found
		}
	}
	return best, params
}

func fitPath(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, part := range want {
		switch {
		case strings.HasPrefix(part, "{"):
			params[strings.Trim(part, "{}")] = have[i]
		case part != have[i]:
			return nil, false
		}
	}
	return params, true
}
