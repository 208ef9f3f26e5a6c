package slack

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"firstline/bot"
	"firstline/bot/internal/transport"

	slackapi "github.com/slack-go/slack"
)

// wire is what was observed of one HTTP exchange. slack-go's errors do not tell
// whether a request left the machine; this does.
type wire struct {
	traced     atomic.Bool // net/http's transport reported to us
	connected  atomic.Bool // a connection was there, so something may have been sent
	status     atomic.Int64
	retryAfter atomic.Int64 // seconds; -1 when 429 came without a readable Retry-After
}

type wireKey struct{}

// doer is the HTTP client given to slack-go: it fills the wire of the context.
type doer struct{ client *http.Client }

func (d doer) Do(req *http.Request) (*http.Response, error) {
	w, ok := req.Context().Value(wireKey{}).(*wire)
	if !ok {
		return d.client.Do(req)
	}
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { w.traced.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	})
	resp, err := d.client.Do(req.WithContext(ctx))
	if resp != nil {
		w.status.Store(int64(resp.StatusCode))
		w.retryAfter.Store(-1)
		if n, err := strconv.Atoi(strings.TrimSpace(resp.Header.Get("Retry-After"))); err == nil && n >= 0 && n < 86400 {
			w.retryAfter.Store(int64(n))
		}
	}
	return resp, err
}

// withoutRedirects copies client with redirects off: slack-go carries the token in
// the form body, and a 307 would repeat it wherever the answer points to.
func withoutRedirects(client *http.Client) *http.Client {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// call runs one Web API call and classifies its failure.
func (c *Client) call(ctx context.Context, method, channel string, f func(context.Context) error) error {
	if after := c.pace.blocked(method, channel); after > 0 {
		c.cfg.Metrics.Sent(method, string(bot.ClassLimited))
		return &bot.SendError{Class: bot.ClassLimited, After: after, Err: errors.New("slack " + method + ": still limited")}
	}
	w := new(wire)
	err := f(context.WithValue(ctx, wireKey{}, w))
	if err == nil {
		c.cfg.Metrics.Sent(method, "ok")
		return nil
	}
	se := classify(method, w, err, c.cfg.BotToken, c.cfg.AppToken, c.cfg.SigningSecret)
	if se.Class == bot.ClassLimited {
		c.pace.block(method, channel, se.After)
		c.cfg.Metrics.Limited(method, se.After)
	}
	c.cfg.Metrics.Sent(method, string(se.Class))
	return se
}

// What is counted beside Slack's own methods: a file's contents, either way.
const (
	methodDownload = "file.download"
	methodUpload   = "file.upload"
)

const defaultRetryAfter = 30 * time.Second // a 429 that does not say how long

// repeatable are the methods that change nothing, or change it to the same, when called
// twice: an unclear failure of theirs may simply be tried again.
var repeatable = map[string]bool{
	"chat.update": true, "chat.delete": true, "auth.test": true, "users.info": true, "files.info": true,
	"conversations.replies": true, "conversations.history": true, "conversations.info": true,
	"views.publish": true, "apps.connections.open": true,
	methodDownload: true, "files.getUploadURLExternal": true, methodUpload: true, // an upload is shown only when it is completed
}

// codeClass sorts Slack's error codes. fatal_error and internal_error are unclear by
// Slack's own words: part of the operation may have succeeded. Codes that are in
// no row are invalid: Slack read the request and refused it.
var codeClass = map[string]bot.Class{
	"ratelimited": bot.ClassLimited, "rate_limited": bot.ClassLimited, "message_limit_exceeded": bot.ClassLimited,

	"service_unavailable": bot.ClassRetry, "request_timeout": bot.ClassRetry, "team_added_to_org": bot.ClassRetry,
	"fatal_error": bot.ClassUnclear, "internal_error": bot.ClassUnclear,

	"channel_not_found": bot.ClassGone, "is_archived": bot.ClassGone, "message_not_found": bot.ClassGone,
	"not_in_channel": bot.ClassGone, "thread_not_found": bot.ClassGone, "user_not_found": bot.ClassGone,
	"user_not_in_channel": bot.ClassGone, "cannot_reply_to_message": bot.ClassGone, "cant_update_message": bot.ClassGone,
	"cant_delete_message": bot.ClassGone, "edit_window_closed": bot.ClassGone, "messages_tab_disabled": bot.ClassGone,
	"restricted_action": bot.ClassGone, "restricted_action_read_only_channel": bot.ClassGone,
	"restricted_action_thread_only_channel": bot.ClassGone, "restricted_action_non_threadable_channel": bot.ClassGone,
	"restricted_action_thread_locked": bot.ClassGone, "cannot_dm_bot": bot.ClassGone, "user_disabled": bot.ClassGone,
	"channel_is_archived": bot.ClassGone, "team_not_found": bot.ClassGone, "is_inactive": bot.ClassGone,

	"not_authed": bot.ClassAuth, "invalid_auth": bot.ClassAuth, "account_inactive": bot.ClassAuth, "token_revoked": bot.ClassAuth,
	"token_expired": bot.ClassAuth, "missing_scope": bot.ClassAuth, "no_permission": bot.ClassAuth, "not_allowed_token_type": bot.ClassAuth,
	"access_denied": bot.ClassAuth, "accesslimited": bot.ClassAuth, "ekm_access_denied": bot.ClassAuth, "org_login_required": bot.ClassAuth,
	"enterprise_is_restricted": bot.ClassAuth, "team_access_not_granted": bot.ClassAuth, "two_factor_setup_required": bot.ClassAuth,
	"deprecated_endpoint": bot.ClassAuth, "method_deprecated": bot.ClassAuth, "unknown_method": bot.ClassAuth, "app_missing_action_url": bot.ClassAuth,
	"metadata_must_be_sent_from_app": bot.ClassAuth,
}

// classify turns a failed call into a SendError whose text holds Slack's code and
// none of the secrets.
func classify(method string, w *wire, err error, secrets ...string) *bot.SendError {
	class, what := classOf(w, err)
	se := &bot.SendError{Class: class}
	if class == bot.ClassUnclear && repeatable[method] {
		se.Class = bot.ClassRetry
	}
	if class == bot.ClassLimited {
		se.After = defaultRetryAfter
		if n := w.retryAfter.Load(); w.status.Load() != 0 && n >= 0 {
			se.After = max(time.Duration(n)*time.Second, time.Second)
		}
	}
	se.Err = &callError{text: scrub("slack "+method+": "+what, secrets), cause: contextCause(err)}
	return se
}

// callError is an API failure; it unwraps to a context's error and to nothing else,
// because inner errors may carry URLs.
type callError struct {
	text  string
	cause error
}

func (e *callError) Error() string { return e.text }
func (e *callError) Unwrap() error { return e.cause }

func contextCause(err error) error {
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			return cause
		}
	}
	return nil
}

func scrub(s string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "***")
		}
	}
	return s
}

func classOf(w *wire, err error) (bot.Class, string) {
	if api, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok {
		return codeOf(api)
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.class, r.what
	}
	if status := int(w.status.Load()); status != 0 && status != http.StatusOK {
		return statusClass(status, w.retryAfter.Load() >= 0), "status " + strconv.Itoa(status)
	}
	what := transport.Text(err)
	switch {
	case w.status.Load() != 0: // 200, but the body was cut or is not JSON
		return bot.ClassUnclear, "unreadable answer: " + what
	case w.traced.Load() && !w.connected.Load(), transport.NotSent(err):
		return bot.ClassRetry, "not sent: " + what
	case errors.Is(err, errNotSent):
		return bot.ClassRetry, "not sent: " + what
	}
	return bot.ClassUnclear, what
}

var (
	errNotSent = errors.New("ended before sending")
	reCode     = regexp.MustCompile(`^[a-z0-9_]{1,80}$`)
	rePointer  = regexp.MustCompile(`\[json-pointer:([a-z0-9_/]{1,80})\]`)
)

func codeOf(api slackapi.SlackErrorResponse) (bot.Class, string) {
	if !reCode.MatchString(api.Err) {
		return bot.ClassUnclear, "unreadable error code"
	}
	what := api.Err
	for _, m := range api.ResponseMetadata.Messages {
		if at := rePointer.FindStringSubmatch(m); at != nil {
			what += " at " + at[1]
			break
		}
	}
	if api.Needed != "" && len(api.Needed) < 200 {
		what += " (needed: " + api.Needed + ")"
	}
	if class, ok := codeClass[api.Err]; ok {
		return class, what
	}
	if strings.HasPrefix(api.Err, "slack_connect_") {
		return bot.ClassGone, what
	}
	return bot.ClassInvalid, what
}

// statusClass sorts statuses other than 200. A 503 with Retry-After says that nothing was
// done; other 5xx say nothing, and a gateway's 502 or 504 often follows a message that was shown.
func statusClass(status int, retryAfter bool) bot.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return bot.ClassLimited
	case status == http.StatusServiceUnavailable && retryAfter:
		return bot.ClassRetry
	case status == http.StatusRequestTimeout, status >= 500:
		return bot.ClassUnclear
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge:
		return bot.ClassInvalid
	}
	return bot.ClassAuth // a redirect, 401, 403, 404: a wrong address or a proxy that wants something
}
