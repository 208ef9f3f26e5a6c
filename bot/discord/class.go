package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/internal/transport"

	"github.com/bwmarrin/discordgo"
)

const defaultRetryAfter = 30 * time.Second // a 429 that does not say how long

// once are the calls that would show something again when they are repeated. All others change nothing, or change
// it to the same: an unclear failure of theirs may simply be tried again.
var once = map[string]bool{"create_message": true, "create_thread": true, "execute_webhook": true}

// codeClass sorts Discord's error codes. Codes that are in no row are sorted by their status.
var codeClass = map[int]bot.Class{
	10003: bot.ClassGone, // unknown channel
	10004: bot.ClassGone, // unknown guild
	10008: bot.ClassGone, // unknown message
	10013: bot.ClassGone, // unknown user
	10015: bot.ClassGone, // unknown webhook: an interaction's token that is over
	10062: bot.ClassGone, // unknown interaction: answered too late
	50001: bot.ClassGone, // missing access: the bot is not in the channel
	50007: bot.ClassGone, // this person takes no direct messages
	50021: bot.ClassGone, // a system message
	50024: bot.ClassGone, // this type of channel has no such thing
	50027: bot.ClassGone, // webhook token over
	50083: bot.ClassGone, // archived, and it could not be opened again
	50278: bot.ClassGone, // no guild in common

	160005: bot.ClassGone, // thread is locked

	40001:  bot.ClassAuth, // unauthorized
	40002:  bot.ClassAuth, // the account must be verified
	40067:  bot.ClassAuth, // the forum wants a tag
	50009:  bot.ClassAuth, // verification level
	50013:  bot.ClassAuth, // missing permissions
	50014:  bot.ClassAuth, // invalid token
	160002: bot.ClassAuth, // cannot reply without the permission to read the history

	20016:  bot.ClassLimited, // slow mode
	20028:  bot.ClassLimited, // write rate of the channel
	40062:  bot.ClassLimited, // the resource is being limited
	40006:  bot.ClassRetry,   // switched off for the moment
	130000: bot.ClassRetry,   // overloaded
	160006: bot.ClassRetry,   // too many open threads: they archive themselves
}

// classify turns a failed call into a SendError whose text holds Discord's code and
// none of the secrets, no address and nothing of what was said.
func classify(k call, w *wire, err error, secrets ...string) *bot.SendError {
	if se, ok := errors.AsType[*bot.SendError](err); ok {
		return se
	}
	class, what := classOf(w, err)
	se := &bot.SendError{Class: class}
	if class == bot.ClassUnclear && !once[k.name] {
		se.Class = bot.ClassRetry
	}
	if class == bot.ClassLimited {
		var said bool
		if se.After, said = retryAfter(w, err); !said {
			se.After = defaultRetryAfter
		}
	}
	text := "discord " + k.name + ": " + what
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	se.Err = &callError{text: text, status: int(w.status.Load()), code: codeOf(err), cause: contextCause(err)}
	return se
}

// callError is a failed call; it unwraps to a context's error and to nothing else,
// because inner errors carry addresses and bodies.
type callError struct {
	text   string
	status int
	code   int
	cause  error
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

// isCode tells whether Discord answered with one of these codes.
func isCode(err error, codes ...int) bool {
	ce, ok := errors.AsType[*callError](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if ce.code == code {
			return true
		}
	}
	return false
}

// refused tells whether Discord does not know the token. Other failures of [bot.ClassAuth] may come from something on the way.
func refused(err error) bool {
	ce, ok := errors.AsType[*callError](err)
	return ok && ce.status == http.StatusUnauthorized
}

func codeOf(err error) int {
	if rest, ok := errors.AsType[*discordgo.RESTError](err); ok && rest.Message != nil {
		return rest.Message.Code
	}
	return 0
}

func classOf(w *wire, err error) (bot.Class, string) {
	status := int(w.status.Load())
	if code := codeOf(err); code != 0 {
		what := "code " + strconv.Itoa(code) + wrongFields(err)
		if class, ok := codeClass[code]; ok {
			return class, what
		}
		return statusClass(status, true), what
	}
	if status >= 300 {
		rest, ok := errors.AsType[*discordgo.RESTError](err)
		spoken := ok && rest.Message != nil && status != http.StatusNotFound // what has no code was not found by its address
		return statusClass(status, spoken), "status " + strconv.Itoa(status)
	}
	what := transport.Text(err)
	switch {
	case status != 0: // done, but the answer was cut or is not JSON
		return bot.ClassUnclear, "unreadable answer: " + what
	case w.traced.Load() && !w.connected.Load(), transport.NotSent(err), errors.Is(err, errNotSent):
		return bot.ClassRetry, "not sent: " + what
	case errors.Is(err, errForeign):
		return bot.ClassAuth, what
	}
	return bot.ClassUnclear, what
}

// statusClass sorts statuses. spoken tells that Discord itself answered, in JSON; a page of
// something on the way there (a proxy, Cloudflare) says nothing about the message.
func statusClass(status int, spoken bool) bot.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return bot.ClassLimited
	case status == http.StatusRequestTimeout, status >= 500:
		return bot.ClassUnclear
	case status == http.StatusUnauthorized, status == http.StatusForbidden, !spoken:
		return bot.ClassAuth // a wrong token, address, or something on the way that wants something
	case status == http.StatusNotFound:
		return bot.ClassGone
	}
	return bot.ClassInvalid
}

// wrongFields names the fields that Discord found wrong, by their paths: their messages may quote what was said.
func wrongFields(err error) string {
	rest, ok := errors.AsType[*discordgo.RESTError](err)
	if !ok {
		return ""
	}
	var body struct {
		Errors map[string]json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(rest.ResponseBody, &body) != nil {
		return ""
	}
	if path := wrongPath(body.Errors, 8); path != "" {
		return " at " + path
	}
	return ""
}

// wrongPath follows the first key down to the list of errors.
func wrongPath(at map[string]json.RawMessage, depth int) string {
	first := ""
	for key := range at {
		if key != "_errors" && plainKey(key) && (first == "" || key < first) {
			first = key
		}
	}
	if first == "" || depth == 0 {
		return ""
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(at[first], &inner) != nil {
		return first
	}
	if rest := wrongPath(inner, depth-1); rest != "" {
		return first + "." + rest
	}
	return first
}

func plainKey(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
}
