package bottest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// faultFinder is a test that counts what was reported.
type faultFinder struct {
	testing.TB
	found int
}

func (x *faultFinder) Errorf(string, ...any) { x.found++ }

// canned answers every request the same way.
type canned struct {
	status int
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

// TestDiscordContractFindsFaults has wrong requests and wrong answers; each must be reported.
func TestDiscordContractFindsFaults(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	said := s.Post(mali, textC, "hello")
	wrong := func(base http.RoundTripper, method, path string, body any) int {
		x := &faultFinder{TB: t}
		c := NewDiscordContract(x, s.APIURL(), base)
		askThrough(t, s, c, method, path, body)
		return x.found
	}
	messages := "/channels/" + textC + "/messages"
	for name, got := range map[string]int{
		"no such path":          wrong(http.DefaultTransport, "POST", "/channels/"+textC+"/message", o{}),
		"no such method":        wrong(http.DefaultTransport, "PUT", messages, o{}),
		"no such query":         wrong(http.DefaultTransport, "GET", messages+"?count=5", nil),
		"limit out of range":    wrong(http.DefaultTransport, "GET", messages+"?limit=500", nil),
		"content is a number":   wrong(http.DefaultTransport, "POST", messages, o{"content": 5}),
		"thread without a name": wrong(http.DefaultTransport, "POST", messages+"/"+said.ID+"/threads", o{}),
		"channel is no id":      wrong(http.DefaultTransport, "GET", "/channels/general", nil),
		"answer without fields": wrong(canned{200, `{"id":"1"}`}, "GET", messages+"/"+said.ID, nil),
		"answer is no list":     wrong(canned{200, `{}`}, "GET", messages, nil),
		"no such status":        wrong(canned{201, `[]`}, "GET", messages, nil),
		"error without a code":  wrong(canned{400, `{"message":"x"}`}, "GET", messages, nil),
	} {
		if got == 0 {
			t.Errorf("%s: not reported", name)
		}
	}
	if n := wrong(http.DefaultTransport, "GET", messages+"?limit=5", nil); n != 0 {
		t.Errorf("a good call is reported %d times", n)
	}
}

// ender is a test that notes how it was ended.
type ender struct {
	testing.TB
	skipped, failed bool
}

func (x *ender) Skipf(string, ...any)  { x.skipped = true; runtime.Goexit() }
func (x *ender) Fatalf(string, ...any) { x.failed = true; runtime.Goexit() }

func TestDescriptionMayBeMissingOnlyAtHome(t *testing.T) {
	missing := fmt.Errorf("open: %w", fs.ErrNotExist)
	for _, tt := range []struct {
		required        string
		err             error
		skipped, failed bool
	}{
		{"", nil, false, false},
		{"", missing, true, false},
		{"", errors.New("broken"), false, true},
		{"1", missing, false, true},
	} {
		t.Setenv("FIRSTLINE_REQUIRE_SPECS", tt.required)
		x, done := &ender{TB: t}, make(chan struct{})
		go func() { defer close(done); needDescription(x, tt.err) }()
		<-done
		if x.skipped != tt.skipped || x.failed != tt.failed {
			t.Errorf("%+v: skipped %v, failed %v", tt, x.skipped, x.failed)
		}
	}
	t.Setenv("FIRSTLINE_SPECS", "/elsewhere")
	if dir, err := specsDir(); dir != "/elsewhere" || err != nil {
		t.Errorf("FIRSTLINE_SPECS gives %s, %v", dir, err)
	}
}
