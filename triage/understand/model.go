package understand

import (
	"context"

	"firstline/triage"
)

// Model reads a message with a language model, within a time budget of its own.
// An error means that there is no answer that could be used: late, down, over
// budget, refused or nonsense.
type Model interface {
	Understand(ctx context.Context, p Prompt) (Answer, error)
}

// Prompt is what a model is asked about one message. Everything in it that a
// person wrote is data, never an instruction.
type Prompt struct {
	Text      string              `json:"message"`           // of a long one the two ends
	Turns     []string            `json:"earlier,omitempty"` // the customer's messages before it, oldest first
	Asking    string              `json:"asked,omitempty"`   // the diagnostic that was asked last
	Status    triage.Status       `json:"status,omitempty"`
	Lang      string              `json:"lang,omitempty"` // the conversation's language
	Languages []string            `json:"languages"`
	Scenarios []string            `json:"scenarios"`
	Symptoms  []string            `json:"symptoms"`
	Slots     []string            `json:"diagnostics"`       // those that are no claim of their own
	Options   map[string][]string `json:"options,omitempty"` // the values of a diagnostic that is chosen
	Offline   triage.Reading      `json:"-"`
}

// Answer is what a model says about a message. Every claim quotes the words of
// the message that it rests on; [Joined] drops a claim whose quote is not there.
// A list claims to be the whole list.
type Answer struct {
	Lang     Claim   `json:"lang"`
	Act      Claim   `json:"act"`
	Scenario Claim   `json:"scenario"`
	Regions  []Claim `json:"regions"`
	Symptoms []Claim `json:"symptoms"` // the leading one first
	Severity Claim   `json:"severity"`
	Facts    []Fact  `json:"facts"`
}

// Claim is one value with the words that say so. An empty value claims nothing.
type Claim struct {
	Value string `json:"value"`
	Quote string `json:"quote"`
}

// Fact is a further diagnostic.
type Fact struct {
	Slot  string `json:"slot"`
	Value string `json:"value"`
	Quote string `json:"quote"`
}
