package openai

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	sdk "github.com/sashabaranov/go-openai"
)

// reply is what is needed of an answer beside its words.
type response struct {
	header http.Header
	usage  sdk.Usage
}

// maxComplaint is how much of a server's complaint is looked at.
const maxComplaint = 4096

// classify turns an error of go-openai, which may quote texts and the key, into
// one of ours, which does not. ctx is the one that the request was made with.
func (c *Client) classify(ctx context.Context, purpose string, took time.Duration, h http.Header, err error) *Error {
	e := &Error{Purpose: purpose, Outcome: Down}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Outcome = Cancelled
	case ctx.Err() != nil:
		// A caller with a short deadline, or a slot that came late, left the server no fair time.
		e.Outcome, e.blame = Late, took >= c.cfg.Timeout/2
	default:
		e.class(err, h)
	}
	if deadline, ok := ctx.Deadline(); ok && e.wait > 0 && time.Until(deadline) <= e.wait {
		e.again = false
	}
	return e
}

// class reads an error that is not the context's.
func (e *Error) class(err error, h http.Header) {
	if api, ok := errors.AsType[*sdk.APIError](err); ok && api.HTTPStatusCode != 0 {
		param := ""
		if api.Param != nil {
			param = *api.Param
		}
		code, _ := api.Code.(string)
		e.status(api.HTTPStatusCode, h, param, api.Message+" "+code+" "+api.Type)
		if code == "content_filter" {
			e.Outcome, e.Fault = Refused, FaultFilter
		}
		return
	}
	if req, ok := errors.AsType[*sdk.RequestError](err); ok {
		e.status(req.HTTPStatusCode, h, "", string(req.Body[:min(len(req.Body), maxComplaint)]))
		return
	}
	if errors.Is(err, sdk.ErrReasoningModelMaxTokensDeprecated) {
		e.status(http.StatusBadRequest, h, "max_tokens", "")
		return
	}
	if errors.Is(err, sdk.ErrReasoningModelLimitationsOther) || errors.Is(err, sdk.ErrReasoningSamplingUnsupported) {
		e.status(http.StatusBadRequest, h, "temperature", "")
		return
	}
	e.broken(err)
}

// status reads an answer that is an error of HTTP.
func (e *Error) status(code int, h http.Header, param, complaint string) {
	e.Status = code
	switch {
	case code == http.StatusTooManyRequests:
		e.Fault, e.again, e.blame, e.wait = FaultLimited, true, true, retryAfter(h)
		if strings.Contains(complaint, "insufficient_quota") { // no pause mends it
			e.again = false
		}
	case code >= 500, code == http.StatusRequestTimeout:
		e.Fault, e.again, e.blame, e.wait = FaultServer, true, true, retryAfter(h)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		e.Fault = FaultKey
	case code == http.StatusBadRequest, code == http.StatusNotFound, code == http.StatusUnprocessableEntity:
		e.Fault = FaultRequest
		if code == http.StatusNotFound {
			e.Fault = FaultModel
		}
		e.about = about(param, complaint)
	default:
		e.Fault = FaultRequest
	}
}

// broken reads an answer that is none, or none that can be read.
func (e *Error) broken(err error) {
	var (
		syntax *json.SyntaxError
		typ    *json.UnmarshalTypeError
		cert   *tls.CertificateVerificationError
		u      *url.Error
	)
	switch {
	case errors.Is(err, errRedirect), errors.Is(err, errTooLarge):
		e.Fault, e.blame = FaultNotAPI, true
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Fault, e.again, e.blame = FaultCut, true, true
	case errors.As(err, &syntax), errors.As(err, &typ):
		e.Fault, e.blame = FaultNotAPI, true
	case errors.As(err, &cert):
		e.Fault, e.blame = FaultConnect, true
	case errors.As(err, &u):
		e.Fault, e.again, e.blame = FaultConnect, true, true
	default: // the line broke while the answer was read
		e.Fault, e.again, e.blame = FaultCut, true, true
	}
}

// asked completes an error with the manner of the request: what was refused is
// asked for in another one.
func (e *Error) asked(with manner) *Error {
	next, fault, ok := with.without(e.about)
	if ok {
		e.Fault, e.next = fault, &next
	}
	return e
}

// retryAfter gives the pause that a server asks for; 0 when it asks for none.
func retryAfter(h http.Header) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return time.Duration(min(ms, 1e9) * float64(time.Millisecond))
	}
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s > 0 {
		return time.Duration(min(s, 1e6) * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
