package triage

import "time"

// EffectKind names what has to be done.
type EffectKind string

// The kinds of effects.
const (
	EffectSay    EffectKind = "say"    // a message of the bot
	EffectSettle EffectKind = "settle" // show which choice was used and disable the rest
	EffectCard   EffectKind = "card"   // post the handoff card, or refresh it
	EffectRelay  EffectKind = "relay"  // pass somebody's words to the other side
	EffectRevise EffectKind = "revise" // the relayed words were edited
	EffectRevoke EffectKind = "revoke" // the relayed words were deleted
	EffectQuery  EffectKind = "query"  // look something up and answer with an event
	EffectTimer  EffectKind = "timer"  // wake the case at Due; a zero Due cancels

	EffectTranscript EffectKind = "transcript" // show the exchange so far in one engineer's language
)

// Audience is who an effect is for.
type Audience string

// The audiences.
const (
	ToCustomer Audience = "customer"
	ToDesk     Audience = "desk"
)

// ArgKind says how an argument of a message is put into the reader's language.
type ArgKind string

// The kinds of arguments.
const (
	ArgText    ArgKind = "text"    // as it is, isolated against the direction of the text around it
	ArgCount   ArgKind = "count"   // a number, in the reader's digits; chooses the plural form
	ArgFacts   ArgKind = "facts"   // "slot=value" pairs, named and joined
	ArgName    ArgKind = "name"    // a catalogue name: the message key that names it
	ArgTime    ArgKind = "time"    // RFC 3339, shown with the reader's zone
	ArgArticle ArgKind = "article" // article id: its title
	ArgStep    ArgKind = "step"    // article id, step from 0: the step's text
	ArgCheck   ArgKind = "check"   // article id: how to see that the problem is solved
	ArgWritten ArgKind = "written" // Markdown that a model wrote in the reader's language
)

// Arg is an argument of a message.
type Arg struct {
	Kind   ArgKind  `json:"kind"`
	Values []string `json:"values"`
}

// Text is an argument that is shown as it is.
func Text(s string) Arg { return Arg{Kind: ArgText, Values: []string{s}} }

// Message is a key of the catalogue of messages with its arguments.
type Message struct {
	Key  string         `json:"key"`
	Args map[string]Arg `json:"args,omitempty"`
}

// Option is a button, or one choice of a menu.
type Option struct {
	Action string  `json:"action"`
	Value  string  `json:"value"`
	Label  Message `json:"label"`
	Strong bool    `json:"strong,omitempty"`
}

// Menu is a drop-down.
type Menu struct {
	Action  string   `json:"action"`
	Hint    Message  `json:"hint"`
	Options []Option `json:"options"`
}

// CardWords is how many of the customer's messages a card quotes: the first,
// which says what it is about, and the latest.
const CardWords = 6

// CardView is what the handoff card shows, as typed values: the deliverer puts
// it into the engineers' language.
type CardView struct {
	CaseID       string        `json:"case_id"`
	Status       Status        `json:"status"`
	Customer     string        `json:"customer"`
	Tier         string        `json:"tier"`
	Contact      Party         `json:"contact"`
	Lang         string        `json:"lang"`
	Opened       time.Time     `json:"opened"`
	At           time.Time     `json:"at"` // when the card was made or last changed
	Severity     Severity      `json:"severity"`
	SeverityRule string        `json:"severity_rule"`
	Reason       HandoffReason `json:"reason"`
	Level        int           `json:"level"`
	Assignee     string        `json:"assignee"`
	Layers       []string      `json:"layers"`
	Diagnosis    []SlotFact    `json:"diagnosis"`
	Fixes        []Fix         `json:"fixes"`
	Words        []Words       `json:"words"`
	Candidates   []string      `json:"candidates"`
	Similar      []string      `json:"similar"`
	Outcome      Outcome       `json:"outcome"`
	Zone         string        `json:"zone,omitempty"`    // the customer's IANA time zone, when it is known
	ZoneOf       string        `json:"zone_of,omitempty"` // the region it was taken from; empty: the contact's own

	Summary []string `json:"summary,omitempty"` // by a model; filled in when the card is shown
}

// Effect is one thing to do. The fields in use depend on the kind.
type Effect struct {
	Kind EffectKind `json:"kind"`
	To   Audience   `json:"to,omitempty"`
	Lang string     `json:"lang,omitempty"` // with ToCustomer: the language of the conversation now
	Zone string     `json:"zone,omitempty"` // with ToCustomer: the customer's IANA time zone, when known

	Lines   []Message `json:"lines,omitempty"` // say: paragraphs
	Options []Option  `json:"options,omitempty"`
	Menus   []Menu    `json:"menus,omitempty"`
	OnlyFor string    `json:"only_for,omitempty"` // say: a person's id, who alone should see it
	Last    bool      `json:"last,omitempty"`     // say: allowed although the case is over (how it ended)

	MessageID string `json:"message_id,omitempty"` // settle: the message clicked; relay, revise, revoke: the original
	Action    string `json:"action,omitempty"`     // settle: the choice used
	Value     string `json:"value,omitempty"`

	Card   *CardView    `json:"card,omitempty"`
	Author string       `json:"author,omitempty"`
	Text   string       `json:"text,omitempty"`
	Files  []Attachment `json:"files,omitempty"`

	AsWritten bool `json:"as_written,omitempty"` // relay: not to be translated
	IfForeign bool `json:"if_foreign,omitempty"` // relay: only when it is not in the reader's language

	Query string    `json:"query,omitempty"` // one of the queries
	Timer string    `json:"timer,omitempty"`
	Due   time.Time `json:"due,omitzero"`
}

// The queries.
const (
	QueryFixes = "fixes" // articles that may help with the case
	QueryStep  = "step"  // the fix that was just chosen, said for this case
	QueryReply = "reply" // words that the engineer could send
)
