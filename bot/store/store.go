// Package store is the contract of the durable store: what a row is and what
// an engine promises. Engines live below (sqlite; one conformance suite,
// storetest, holds every promise). Users declare the small part they need.
//
// The promises:
//
//   - Accept is durable when it returns, and the same event id of the same
//     platform is one row.
//   - Commit is one transaction: the case, its events, outbox rows, timers and
//     the inbox rows it settles, all or nothing. A case that another writer
//     changed since it was loaded, an inbox row that is settled already and a
//     timer that fired already or was moved give [ErrConflict] and change
//     nothing: so an event has its effects once, however many replicas saw it.
//   - A row that cannot be read gives a [CorruptError], never a panic. Lists
//     give the rows that can be read, and beside them an error that joins one
//     CorruptError for each that cannot: one bad row must not hide the others.
//   - An error because a context ended says nothing about what was stored.
//   - Calls that wait at the same time share a disk flush (group commit).
//   - Times are stored in UTC with microseconds.
package store

import (
	"context"
	"errors"
	"time"

	"firstline/bot"
	"firstline/triage"
)

// Errors of every engine.
var (
	ErrConflict = errors.New("store: the case was changed by another writer")
	ErrNotFound = errors.New("store: not found")
	ErrFull     = errors.New("store: no space left")
)

// CorruptError says that a stored row cannot be read. It names the row and
// carries nothing of its content.
type CorruptError struct {
	Table string // inbox, cases, events, outbox
	ID    string // of the row
	Seq   int64  // of an inbox or outbox row, so that it can be dropped; else 0
	Err   error  // what is wrong with it
}

func (e *CorruptError) Error() string {
	return "store: corrupt row in " + e.Table + ", id " + e.ID + ": " + e.Err.Error()
}

// Unwrap gives what is wrong with the row.
func (e *CorruptError) Unwrap() error { return e.Err }

// Corrupt gives the CorruptErrors that err joins; only tells that there is
// nothing else in it, so that the rows beside it can be used.
func Corrupt(err error) (bad []*CorruptError, only bool) {
	switch e := err.(type) {
	case nil:
		return nil, true
	case *CorruptError:
		return []*CorruptError{e}, true
	case interface{ Unwrap() []error }:
		only = true
		for _, part := range e.Unwrap() {
			more, alone := Corrupt(part)
			bad, only = append(bad, more...), only && alone
		}
		return bad, only && len(bad) > 0
	case interface{ Unwrap() error }:
		bad, only = Corrupt(e.Unwrap())
		return bad, only && len(bad) > 0
	}
	return nil, false
}

// Beginnings of outbox lanes. A lane without one of them is the key of the
// customer's conversation.
const (
	LaneDesk    = "desk:" // and the case id: the case's thread on the desk
	LaneAddress = "addr:" // and an address key: rows that belong to no case
)

// CommandThread begins the thread of a conversation that a command opened and
// that has no message on its platform yet: the first one sent becomes its thread.
const CommandThread = "cmd-"

// Inbox is an accepted event that waits for its turn, or had it.
type Inbox struct {
	Seq          int64 // order of acceptance
	Conversation string
	Attempts     int // how often its turn failed
	In           bot.Inbound
}

// State is where an outbox row stands.
type State string

// The states of an outbox row.
const (
	StateQueued  State = "queued"
	StateSending State = "sending" // a send was begun and its end is not known
	StateSent    State = "sent"
	StateDead    State = "dead" // given up, loudly
)

// Outbox is one effect on its way to a platform.
type Outbox struct {
	Seq       int64
	ID        string    // unique an intent: case, event number, effect number; carried by platforms that can
	CaseID    string    // empty for a row that belongs to no case
	At        time.Time // when it was committed, by the store's clock
	Lane      string    // rows of one lane go out one after the other: the customer's conversation key, or [LaneDesk], [LaneAddress]
	Platform  string
	Effect    triage.Effect
	State     State
	Attempts  int // failed sends that count
	NotBefore time.Time
	Error     string // class and platform code of the last failure; never a message's text
	MessageID string // the platform's id, when sent
	Address   string // key of the conversation it was sent to, when sent
}

// Timer wakes a case.
type Timer struct {
	CaseID string
	Name   string
	Due    time.Time
}

// Role tells which side of a case a conversation is.
type Role string

// The roles.
const (
	RoleCustomer Role = "customer"
	RoleDesk     Role = "desk"
)

// Link ties a conversation to a case.
type Link struct {
	Conversation string
	Role         Role
	CaseID       string
}

// Contact is what is remembered of a person between cases.
type Contact struct {
	Platform string
	ID       string
	Lang     string
	Chosen   bool // the contact chose it; otherwise it is the language of the last case
}

// Turn is everything that one event changes.
type Turn struct {
	Inbox   []int64 // rows it settles
	Timer   *Timer  // the timer that fired, taken away
	Case    *triage.Case
	Version int64 // the version the case was loaded with; 0 for a new one
	Events  []triage.Event
	Out     []Outbox // Seq, At, State and results are the store's
	Set     []Timer
	Cancel  []Timer // Due is ignored
	Links   []Link
	Contact *Contact
}

// Sent is the end of a successful send.
type Sent struct {
	Seq       int64
	MessageID string
	Address   string // key of the conversation
	Link      *Link  // ties the conversation it opened to its case, instead of the one that had this role: a handoff card's thread
}

// Filter narrows a list of cases.
type Filter struct {
	Status   triage.Status
	Customer string
	Limit    int // 0: 50
}

// Store is the whole contract.
type Store interface {
	// Accept stores the events; fresh[i] is false for one that is there already.
	Accept(ctx context.Context, in []bot.Inbound) (fresh []bool, err error)
	// Pending gives unsettled inbox rows in order of acceptance, after seq.
	Pending(ctx context.Context, after int64, limit int) ([]Inbox, error)
	// Failed counts a failed turn of an inbox row; drop settles it for good. A
	// row that is settled already gives ErrConflict.
	Failed(ctx context.Context, seq int64, reason string, drop bool) error

	// Case loads a case with its version.
	Case(ctx context.Context, id string) (triage.Case, int64, error)
	// CaseOf loads the newest case of a conversation and its role there.
	CaseOf(ctx context.Context, conversation string) (triage.Case, int64, Role, error)
	// Cases lists cases, last changed first.
	Cases(ctx context.Context, f Filter) ([]triage.Case, error)
	// Similar lists other cases that share the leading symptom, those that share a region first, newest first.
	Similar(ctx context.Context, c triage.Case, limit int) ([]triage.Case, error)
	// Events gives a case's events in order.
	Events(ctx context.Context, caseID string) ([]triage.Event, error)
	// Contact gives what is remembered of a person, or ErrNotFound.
	Contact(ctx context.Context, platform, id string) (Contact, error)
	// Commit applies turns; errs[i] tells how each fared. Turns of one call share a flush.
	Commit(ctx context.Context, turns []Turn) (errs []error)

	// DueTimers gives timers due at now, earliest first.
	DueTimers(ctx context.Context, now time.Time, limit int) ([]Timer, error)
	// NextTimer gives the earliest due time; ok is false when there is none.
	NextTimer(ctx context.Context) (due time.Time, ok bool, err error)

	// Outgoing gives, for each lane, its first row that is neither sent nor dead, when it is due at now.
	Outgoing(ctx context.Context, now time.Time, limit int) ([]Outbox, error)
	// Unclear gives the rows that may have been shown and are not known to have
	// been: being sent, or put back with a reason that begins with bot.ClassUnclear.
	Unclear(ctx context.Context, limit int) ([]Outbox, error)
	// Sending marks rows as being sent, durably, before the platform is called.
	// A row that is sent or dead gives ErrConflict, and none is marked.
	Sending(ctx context.Context, seqs []int64) error
	// Sent marks rows as sent and ties the card's thread to its case. Saying it
	// twice changes nothing.
	Sent(ctx context.Context, sent []Sent) error
	// Retry puts a row back to be sent at notBefore; attempt tells whether the
	// failure counts in Attempts. A reason that begins with bot.ClassUnclear says
	// that it may have been shown. A row that is sent or dead gives ErrConflict.
	Retry(ctx context.Context, seq int64, notBefore time.Time, reason string, attempt bool) error
	// Dead gives a row up. A row that is sent gives ErrConflict.
	Dead(ctx context.Context, seq int64, reason string) error
	// Outbox gives the rows of a case in order.
	Outbox(ctx context.Context, caseID string) ([]Outbox, error)
	// SentAs finds the row that a platform's message came from: of several that
	// wrote or changed it, the first.
	SentAs(ctx context.Context, platform, messageID string) (Outbox, error)
	// Copies finds the messages that were relayed from an original, in order.
	Copies(ctx context.Context, caseID, originalID string) ([]Outbox, error)
	// LinkOf gives the conversation that has a role in a case.
	LinkOf(ctx context.Context, caseID string, role Role) (Link, error)

	// Marks gives the last message that was read of each place of a platform:
	// for platforms that do not deliver an event again.
	Marks(ctx context.Context, platform string) (map[string]string, error)
	// SetMarks changes some of them in one piece; an empty id forgets the place.
	SetMarks(ctx context.Context, platform string, marks map[string]string) error

	// Vectors gives all vectors of a model, by key. They can be computed anew, so
	// one that cannot be read is left out instead of being a CorruptError.
	Vectors(ctx context.Context, model string) (map[string][]float32, error)
	// SetVectors changes some of them in one piece; an empty vector forgets the key.
	SetVectors(ctx context.Context, model string, vectors map[string][]float32) error

	// Ping writes, and so tells whether the store can: ErrFull when the disk is full.
	Ping(ctx context.Context) error
	// Depths counts unsettled inbox rows, unsent and dead outbox rows.
	Depths(ctx context.Context) (inbox, outbox, dead int, err error)
	Close() error
}

// Page is one line of what the web chat shows.
type Page struct {
	ID      string
	Payload []byte
}
