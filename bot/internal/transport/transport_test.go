package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
)

func TestFailures(t *testing.T) {
	var number int
	syntax, kind := json.Unmarshal([]byte("{secret"), &number), json.Unmarshal([]byte(`"secret"`), &number)
	for _, tc := range []struct {
		err     error
		text    string
		notSent bool
	}{
		{&url.Error{Op: "Get", URL: "https://x.example/?token=secret", Err: context.DeadlineExceeded}, "timeout", false},
		{fmt.Errorf("call: %w", context.Canceled), "canceled", false},
		{&url.Error{Op: "Get", URL: "https://x.example", Err: io.ErrUnexpectedEOF}, "connection cut", false},
		{&url.Error{Op: "Get", URL: "https://x.example", Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}}, "dial tcp: refused", true},
		{&net.OpError{Op: "read", Net: "tcp", Err: errors.New("reset")}, "read tcp: reset", false},
		{&url.Error{Op: "Get", URL: "https://x.example", Err: &net.DNSError{Err: "no such host", Name: "x.example"}}, "lookup x.example: no such host", true},
		{syntax, "not JSON at byte 2", false},
		{kind, "not the expected JSON", false},
	} {
		if got := Text(tc.err); got != tc.text {
			t.Errorf("%v is told as %q, want %q", tc.err, got, tc.text)
		}
		if got := NotSent(tc.err); got != tc.notSent {
			t.Errorf("%v: not sent: %t", tc.err, got)
		}
	}
}
