// Package bot is the neutral chat model: what a platform adapter hands to the
// program and what it is asked to show. It knows no platform's SDK.
//
// An adapter turns each of its platform's events into one [Inbound], gives it
// to an [Acceptor], and acknowledges the event to the platform only when
// Accept has returned nil: from then on the event is durable. In the other
// direction it meets [Platform]: one [Outbound] at a time, in order within a
// conversation, with failures classified by [SendError] so that the deliverer
// knows whether to try again, wait, look whether the message arrived, or give
// up loudly.
//
// Text in both directions is a small Markdown subset: **bold**, `code`, fenced
// code blocks, "1. " and "- " lists, bare links. Adapters translate it into
// their platform's markup and escape everything else, so text that a customer
// or an engineer wrote can never ping a channel or forge a link.
package bot

import (
	"strings"
	"time"
)

// Address says where a conversation lives.
type Address struct {
	Platform string `json:"platform"`         // "slack", "discord", "web"
	Space    string `json:"space,omitempty"`  // Slack team or Discord guild; not part of the identity (a Slack Connect channel has several)
	Channel  string `json:"channel"`          // channel id
	Thread   string `json:"thread,omitempty"` // id of the thread's root message; empty in direct messages
}

// Key is the conversation's identity: "platform:channel:thread". Two events
// with the same key are handled one after the other, in order.
func (a Address) Key() string {
	return a.Platform + ":" + a.Channel + ":" + a.Thread
}

// ParseKey is the inverse of [Address.Key]; ok is false when key has not three
// parts or an empty platform or channel.
func ParseKey(key string) (a Address, ok bool) {
	parts := strings.SplitN(key, ":", 3)
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return Address{}, false
	}
	return Address{Platform: parts[0], Channel: parts[1], Thread: parts[2]}, true
}

// Kind tells what happened on the platform.
type Kind string

// The kinds of inbound events.
const (
	KindMessage Kind = "message" // somebody wrote
	KindEdit    Kind = "edit"    // somebody changed what they had written; Text is the new text
	KindDelete  Kind = "delete"  // somebody deleted a message
	KindAction  Kind = "action"  // somebody clicked a button or chose from a menu
	KindForm    Kind = "form"    // somebody sent the form; Fields has the answers by diagnostic
)

// Side tells on which side of the conversation an event was heard.
type Side string

// The two sides.
const (
	SideCustomer Side = "customer"
	SideDesk     Side = "desk"
)

// Surface tells how the person reached the bot; the dialogue needs it to know
// whether a message that was not meant for the bot may be left alone.
type Surface string

// The surfaces.
const (
	SurfaceChannel Surface = "channel" // a customer's channel: every top-level message opens a case
	SurfaceMention Surface = "mention" // the bot was mentioned somewhere else
	SurfaceDirect  Surface = "direct"  // a direct message
	SurfaceCommand Surface = "command" // a slash command
	SurfaceDesk    Surface = "desk"    // the engineers' channel
)

// Person is somebody on a platform.
type Person struct {
	ID     string `json:"id"`               // the platform's user id
	Name   string `json:"name,omitempty"`   // display name
	Locale string `json:"locale,omitempty"` // BCP 47 or the platform's spelling: a hint for language, never a verdict
	Zone   string `json:"zone,omitempty"`   // IANA time zone, when the platform tells
}

// File is an attachment. Its contents cross to another platform where both
// sides can ([Fetcher]); else it is passed on as a link with its name.
type File struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Size     int64  `json:"size,omitempty"`     // bytes; 0 when unknown
	Platform string `json:"platform,omitempty"` // whose file it is
	Source   string `json:"source,omitempty"`   // where its platform's [Fetcher] finds the contents, when that is not URL
}

// Inbound is one event of a platform.
type Inbound struct {
	ID        string            `json:"id"` // the platform's event id: the same id twice is one event
	Kind      Kind              `json:"kind"`
	At        time.Time         `json:"at"` // when it happened, by the platform's clock where it tells, else when it was received
	Address   Address           `json:"address"`
	Side      Side              `json:"side"`
	Surface   Surface           `json:"surface"`
	Customer  string            `json:"customer,omitempty"`   // the configured customer this channel belongs to, if any
	MessageID string            `json:"message_id,omitempty"` // the message said, edited or deleted; for an action or form the message that carried it
	Person    Person            `json:"person"`
	Text      string            `json:"text,omitempty"`
	Files     []File            `json:"files,omitempty"`
	Action    string            `json:"action,omitempty"` // an action id of [Choice]
	Value     string            `json:"value,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
}

// Choice is a button, or an option of a menu when several share a [Menu].
type Choice struct {
	Action string `json:"action"` // one of the actions of [triage]
	Value  string `json:"value"`
	Label  string `json:"label"`
	Strong bool   `json:"strong,omitempty"` // the one most people want
}

// Menu is a drop-down with one choice.
type Menu struct {
	Action  string   `json:"action"`
	Hint    string   `json:"hint"` // shown while nothing is chosen
	Options []Choice `json:"options"`
}

// Field is one line of a card or one paragraph of facts.
type Field struct {
	Key   string `json:"key,omitempty"` // which field it is ("status"), for a platform that shows only some
	Label string `json:"label"`
	Value string `json:"value"`
}

// Card is the handoff card on the engineers' desk.
type Card struct {
	Title  string  `json:"title"`
	Fields []Field `json:"fields"`
	Notes  []Field `json:"notes"` // longer texts under the fields: what was tried, the customer's words, candidates
}

// Form asks several diagnostics at once.
type Form struct {
	ID     string      `json:"id"` // carried back unchanged: the case
	Lang   string      `json:"lang"`
	Title  string      `json:"title"`
	Submit string      `json:"submit"`
	Cancel string      `json:"cancel"`
	Fields []FormField `json:"fields"`
}

// FormField is one question of a form: a menu when it has options, else a line of text.
type FormField struct {
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Hint    string   `json:"hint,omitempty"`
	Value   string   `json:"value,omitempty"` // what is known already
	Options []Choice `json:"options,omitempty"`
}

// Outbound is one message for a platform to show.
type Outbound struct {
	ID      string    `json:"id"`             // unique a message; platforms that can carry it do, so that a retry finds what already arrived
	Case    string    `json:"case,omitempty"` // the case it belongs to, if any; choices carry it back where the platform has room
	At      time.Time `json:"at,omitzero"`    // when it was decided: it cannot have been shown before
	To      Address   `json:"to"`
	OnlyFor string    `json:"only_for,omitempty"` // a user id: shown to this person alone, where the platform can
	Lang    string    `json:"lang"`
	RTL     bool      `json:"rtl,omitempty"`
	Author  string    `json:"author,omitempty"` // whose words these are, when relayed
	Text    string    `json:"text"`
	Note    string    `json:"note,omitempty"` // a remark below the text, smaller where the platform can
	Choices []Choice  `json:"choices,omitempty"`
	Menus   []Menu    `json:"menus,omitempty"`
	Card    *Card     `json:"card,omitempty"`
	Files   []File    `json:"files,omitempty"`
	Update  string    `json:"update,omitempty"` // platform message id to change instead of writing anew
	Delete  bool      `json:"delete,omitempty"` // with Update: take the message away
}
