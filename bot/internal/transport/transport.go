// Package transport reads failures below a platform's answers, the same for
// every platform that is spoken to over HTTP.
package transport

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"strconv"
)

// NotSent tells that a failure came before anything was sent: no connection.
func NotSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, dns := errors.AsType[*net.DNSError](err)
	return dns
}

// Text describes a failure without its URL, which may carry a token, and
// without what was received.
func Text(err error) string {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	if se, ok := errors.AsType[*json.SyntaxError](err); ok {
		return "not JSON at byte " + strconv.FormatInt(se.Offset, 10)
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "not the expected JSON"
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection cut"
	}
	return err.Error()
}
