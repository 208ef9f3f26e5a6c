package assist

import "context"

// Model writes. What it is given of customers, engineers and articles is data;
// what it gives is a draft that [Assistant] checks. An error means that there
// is none.
type Model interface {
	// Step says a step of an article for this case, in Brief.Lang.
	Step(ctx context.Context, step string, b Brief) (string, error)
	// Summary tells an engineer in at most three lines how the case stands.
	Summary(ctx context.Context, b Brief) ([]string, error)
	// Reply drafts what the engineer could answer, in Brief.Lang.
	Reply(ctx context.Context, b Brief) (string, error)
}

// Brief is a case as a model is told of it.
type Brief struct {
	Lang     string            `json:"write_in"` // BCP 47: the language to write in
	Known    map[string]string `json:"known"`    // diagnostics, by catalogue id
	Tried    []string          `json:"tried,omitempty"`
	Words    []Said            `json:"conversation"`
	Articles []string          `json:"articles,omitempty"` // Markdown
	Similar  []string          `json:"similar,omitempty"`  // how similar cases were solved
}

// Said is one message of the conversation.
type Said struct {
	By   string `json:"by"` // "customer", "engineer", "bot"
	Text string `json:"text"`
}
