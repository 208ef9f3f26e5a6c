package triage

import (
	"cmp"
	"strings"
)

// A language model, where there is one, is asked like everything else that must
// be looked up: with a query, and its answer is an event of the same turn. So a
// case can be replayed without it. An answer without text means that there is
// none; then the conversation is the one without a model.

// written takes what a model wrote.
func (t *turn) written() {
	switch t.ev.Query {
	case QueryStep:
		if n := len(t.c.Fixes); n > 0 && t.c.Fixes[n-1].Outcome == FixPending {
			t.c.Fixes[n-1].Said = t.ev.Text
			t.propose()
		}
	case QueryReply:
		t.drafted()
	}
}

// draft asks for words that the engineer could send.
func (t *turn) draft() {
	t.emit(Effect{Kind: EffectQuery, Query: QueryReply, OnlyFor: t.ev.By.ID})
}

// drafted shows the engineer who asked, and nobody else, a draft to send.
func (t *turn) drafted() {
	if t.ev.Text == "" {
		t.refuse(Message{Key: "desk.no_draft"})
		return
	}
	t.c.Drafts[t.ev.By.ID] = t.ev.Text
	t.emit(Effect{
		Kind: EffectSay, To: ToDesk, OnlyFor: t.ev.By.ID,
		Lines:   []Message{{Key: "desk.draft"}, {Key: "plain", Args: map[string]Arg{"text": {Kind: ArgWritten, Values: []string{t.ev.Text}}}}},
		Options: []Option{{Action: ActionSendDraft, Value: t.c.ID, Label: Message{Key: "button.send_draft"}, Strong: true}},
	})
}

// sendDraft sends the draft as the words of the engineer who clicked: from here
// on it is theirs, with the rules for what an engineer writes.
func (t *turn) sendDraft() {
	text, ok := t.c.Drafts[t.ev.By.ID]
	if !ok {
		t.refuse(Message{Key: "desk.no_draft"})
		return
	}
	delete(t.c.Drafts, t.ev.By.ID)
	t.ev.Text = text
	sent := len(t.out)
	t.engineerWrote()
	for _, e := range t.out[sent:] {
		if e.Kind == EffectRelay {
			t.note(t.hasIt("desk.draft_sent"), Message{Key: "plain", Args: map[string]Arg{"text": {Kind: ArgWritten, Values: []string{text}}}})
			return
		}
	}
}

// original shows one person the words behind a translation: of a relayed
// message, whose words come with the event, or of the card.
func (t *turn) original(to Audience) {
	text := t.ev.Text
	if to == ToDesk {
		var words []string
		for _, w := range t.c.Words {
			if t.ev.Value == t.c.ID || t.ev.Value == w.MessageID {
				words = append(words, w.Text)
			}
		}
		text = cmp.Or(strings.Join(words, "\n\n"), text)
	}
	if text != "" {
		t.emit(Effect{Kind: EffectRelay, To: to, Text: text, OnlyFor: t.ev.By.ID, AsWritten: true})
	}
}

// transcript shows an engineer the exchange so far in their own language.
func (t *turn) transcript() {
	t.emit(Effect{Kind: EffectTranscript, To: ToDesk, Lang: t.ev.LangHint, OnlyFor: t.ev.By.ID})
}

// readable lets the next engineer read what this one wrote: the deliverer
// translates it into the language of the desk when it is in another.
func (t *turn) readable(text string) {
	if t.p.Model && text != "" {
		t.emit(Effect{Kind: EffectRelay, To: ToDesk, Author: t.ev.By.Name, Text: text, MessageID: t.ev.MessageID, IfForeign: true})
	}
}

// rereadable follows an edit or a deletion of what [turn.readable] has shown.
func (t *turn) rereadable() {
	kind := EffectRevise
	if t.ev.Kind == EventDeskDeleted || t.ev.Text == "" {
		kind = EffectRevoke
	}
	t.emit(Effect{Kind: kind, To: ToDesk, Author: t.ev.By.Name, Text: t.ev.Text, MessageID: t.ev.MessageID, IfForeign: true})
}
