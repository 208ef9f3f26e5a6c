package triage

import (
	"strings"
	"time"
)

// EventKind names what happened to a case.
type EventKind string

// The kinds of events.
const (
	EventMessage     EventKind = "message"      // the customer wrote
	EventEdited      EventKind = "edited"       // the customer changed a message; Text and Reading are the new ones
	EventDeleted     EventKind = "deleted"      // the customer deleted a message
	EventClicked     EventKind = "clicked"      // the customer clicked or chose
	EventForm        EventKind = "form"         // the customer sent the form
	EventFixes       EventKind = "fixes"        // answer to the fixes query
	EventWritten     EventKind = "written"      // answer to a query that a model answers; Text is empty when it cannot
	EventDeskMessage EventKind = "desk_message" // an engineer wrote in the case's thread
	EventDeskEdited  EventKind = "desk_edited"
	EventDeskDeleted EventKind = "desk_deleted"
	EventDeskClicked EventKind = "desk_clicked" // claim, escalate, resolve
	EventTimer       EventKind = "timer"
)

// Attachment is a file that crosses to the other side.
type Attachment struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Size     int64  `json:"size,omitempty"`     // bytes; 0 when unknown
	Platform string `json:"platform,omitempty"` // whose file it is: its contents are read there
	Source   string `json:"source,omitempty"`   // where, when that is not URL
}

// Event is one thing that happened, with all that [Decide] needs to know about
// it. Events are stored and make the case again when replayed.
type Event struct {
	ID        string       `json:"id"`
	Kind      EventKind    `json:"kind"`
	At        time.Time    `json:"at"`
	By        Party        `json:"by"`
	MessageID string       `json:"message_id,omitempty"` // platform id of the message said, changed, deleted or clicked
	Text      string       `json:"text,omitempty"`
	Files     []Attachment `json:"files,omitempty"`
	Reading   *Reading     `json:"reading,omitempty"`
	LangHint  string       `json:"lang_hint,omitempty"` // the platform's locale or the contact's last language
	LangOwn   bool         `json:"lang_own,omitempty"`  // LangHint is the contact's own earlier choice

	Action string            `json:"action,omitempty"`
	Value  string            `json:"value,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`

	Candidates []Candidate `json:"candidates,omitempty"`
	Similar    []string    `json:"similar,omitempty"`
	Query      string      `json:"query,omitempty"` // which query is answered

	Timer string    `json:"timer,omitempty"`
	Due   time.Time `json:"due,omitzero"`

	Open *Opening `json:"open,omitempty"` // set on the first event of a case
}

// Opening is what only the first event of a case carries.
type Opening struct {
	CaseID       string `json:"case_id"`
	Conversation string `json:"conversation"`
	Customer     string `json:"customer,omitempty"`
	Tier         string `json:"tier,omitempty"`
}

// Action ids of buttons and menus. A "slot:" action ends with the diagnostic's id.
const (
	ActionFixed    = "fixed"
	ActionNotFixed = "not_fixed"
	ActionHuman    = "human"
	ActionForm     = "form"
	ActionClaim    = "claim"
	ActionEscalate = "escalate"
	ActionResolve  = "resolve"
	ActionSlot     = "slot:"
	ActionLang     = "lang"

	ActionOriginal   = "original"   // the words behind a translation; the value is the original's message id, or the case for its card
	ActionTranscript = "transcript" // the exchange in the engineer's own language
	ActionDraft      = "draft"      // a draft of a reply
	ActionSendDraft  = "send_draft"
)

// IsAction tells whether an id is one of these; what follows a colon is the
// choice's own.
func IsAction(id string) bool {
	switch name, _, _ := strings.Cut(id, ":"); name {
	case ActionFixed, ActionNotFixed, ActionHuman, ActionForm, ActionClaim, ActionEscalate, ActionResolve, ActionLang,
		ActionOriginal, ActionTranscript, ActionDraft, ActionSendDraft, strings.TrimSuffix(ActionSlot, ":"):
		return true
	}
	return false
}

// Names of timers.
const (
	TimerNudge = "nudge" // the customer has gone quiet: ask once
	TimerClose = "close" // quiet for so long that the case is closed
)
