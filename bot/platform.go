package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Acceptor stores an event durably before the adapter acknowledges it. An
// error means that the event is not stored: the adapter must not acknowledge,
// so that the platform delivers it again.
type Acceptor interface {
	Accept(ctx context.Context, in Inbound) error
}

// FormSource gives the form of the case that a "form" button belongs to, and
// the empty form of a case that is about to be opened. An adapter needs it at
// once, because a platform's trigger lives for seconds.
type FormSource interface {
	Form(ctx context.Context, caseID string) (Form, error)
	NewForm(lang string) Form
}

// Receipt tells where a message arrived.
type Receipt struct {
	MessageID string // the platform's id of the message; empty for one shown to a single person
}

// Platform sends one message. Send must be safe for concurrent use; calls for
// one conversation never overlap.
type Platform interface {
	Name() string
	Send(ctx context.Context, out Outbound) (Receipt, error)
}

// Finder is met by platforms that can tell whether a message arrived after an
// unclear answer: Find looks for out in its conversation, by its id where the
// platform carries one, else by what it shows and when it was decided.
type Finder interface {
	Find(ctx context.Context, out Outbound) (Receipt, bool, error)
}

// Fetcher is met by platforms whose files can be read: Fetch opens the contents
// of a file that came from this platform. The caller closes them.
type Fetcher interface {
	Fetch(ctx context.Context, f File) (io.ReadCloser, error)
}

// Typist is met by platforms that can show that the bot is at work on an answer.
// It is shown for a while, or until the bot's next message.
type Typist interface {
	Typing(ctx context.Context, to Address) error
}

// Class says what to do about a failed send.
type Class string

// The classes of failure.
const (
	ClassRetry   Class = "retry"        // nothing was shown; try again later
	ClassLimited Class = "rate_limited" // nothing was shown; try again After
	ClassUnclear Class = "unclear"      // it may have been shown: look before trying again
	ClassInvalid Class = "invalid"      // the platform refuses this message for good
	ClassGone    Class = "gone"         // channel or message is gone, archived, or closed to the bot
	ClassAuth    Class = "auth"         // the token is wrong or lacks a permission: an operator must act
)

// SendError is a classified failure. Its message names the platform's own
// error code and never contains a token or a message's text.
type SendError struct {
	Class Class
	After time.Duration // with [ClassLimited]: how long to wait
	Err   error
}

func (e *SendError) Error() string { return fmt.Sprintf("%s: %v", e.Class, e.Err) }

// Unwrap gives the platform's error.
func (e *SendError) Unwrap() error { return e.Err }

// ClassOf gives the class of err; an unclassified error is unclear, which is
// the careful reading.
func ClassOf(err error) Class {
	if se, ok := errors.AsType[*SendError](err); ok {
		return se.Class
	}
	return ClassUnclear
}
