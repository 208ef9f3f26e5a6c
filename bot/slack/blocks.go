package slack

import (
	"errors"
	"slices"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"

	slackapi "github.com/slack-go/slack"
)

// Slack's limits, as its reference states them, and one that it does not state.
const (
	maxBlocks   = 50
	maxSection  = 3000
	maxField    = 2000
	maxHeader   = 150
	maxLabel    = 75
	maxHint     = 150
	maxAction   = 255
	maxValue    = 2000
	maxOption   = 150
	maxOptions  = 100
	maxGroups   = 100
	maxRow      = 5
	maxControls = 40 // ours: with their labels they leave most of a message to its text
	maxLink     = 1800
	maxFallback = 3000 // chat.update refuses 4,000
	maxText     = 9000 // all text of one message: msg_blocks_too_long comes at about 13,000 characters with markup
	maxNote     = 2500
	maxAuthor   = 100
)

// part is one Slack message.
type part struct {
	fallback string
	blocks   []slackapi.Block
}

// render turns out into one or more parts. Only a relayed text that is too
// long for one message has more than one: an update, a message for one person and a card are
// one message always, shortened where they must be. Buttons and menus are in the first part, whose
// id is the message's.
func render(out bot.Outbound) ([]part, error) {
	controls, err := controlBlocks(out)
	if err != nil {
		return nil, err
	}
	var texts []string // of the body, each a section
	if out.Text != "" {
		if texts = sections(out.Text, maxSection); !slices.ContainsFunc(texts, cut.Visible) {
			texts = []string{"…"} // Slack refuses what shows nothing
		}
	}
	texts = append(texts, fileLines(out.Files)...)
	note := noteBlock(out.Note)
	first := body{room: maxBlocks - len(controls) - len(note), units: maxText - maxLabel*(len(out.Choices)+len(out.Menus))}
	if out.Author != "" {
		first.add(slackapi.NewContextBlock("", plainText(out.Author, maxAuthor)), maxAuthor)
	}
	single := out.Update != "" || out.OnlyFor != "" || out.Card != nil
	if out.Card != nil {
		first.title(out.Card.Title)
	}
	if out.Card != nil {
		first.units -= maxText / 2 // kept for the card itself
	}
	rest := first.take(texts, single)
	if out.Card != nil {
		first.units += maxText / 2
		first.card(*out.Card)
	}
	if len(first.blocks)+len(controls) == 0 {
		return nil, errors.New("nothing to show")
	}
	if len(rest) == 0 {
		controls, note = append(note, controls...), nil
	}
	parts := []part{{fallback: fallback(out), blocks: append(first.blocks, controls...)}}
	for len(rest) > 0 {
		next := body{room: maxBlocks - len(note), units: maxText}
		left := next.take(rest, false)
		parts = append(parts, part{fallback: rest[0], blocks: next.blocks})
		rest = left
	}
	last := &parts[len(parts)-1]
	last.blocks = append(last.blocks, note...)
	return parts, nil
}

// noteBlock gives the block of a remark, or none.
func noteBlock(text string) []slackapi.Block {
	if text == "" {
		return nil
	}
	return []slackapi.Block{slackapi.NewContextBlock("", plainText(text, maxSection))}
}

// body collects blocks within the limits of one message.
type body struct {
	blocks []slackapi.Block
	room   int // blocks left
	units  int // text left
}

func (b *body) add(block slackapi.Block, n int) {
	b.blocks = append(b.blocks, block)
	b.room--
	b.units -= n
}

func (b *body) title(s string) {
	if strings.TrimSpace(s) != "" {
		b.add(slackapi.NewHeaderBlock(plainText(s, maxHeader)), maxHeader)
	}
}

// take adds converted texts while there is room and gives back the others; with
// single the last one is followed by "…" instead.
func (b *body) take(texts []string, single bool) []string {
	for i, t := range texts {
		n := cut.Size(t)
		if b.room > 1 && n <= b.units || b.room > 0 && len(b.blocks) == 0 {
			b.add(sectionBlock(t), n)
			continue
		}
		if !single {
			return texts[i:]
		}
		if b.room > 0 {
			b.add(sectionBlock("…"), 1)
		}
		return nil
	}
	return nil
}

// card adds the fields in rows of ten, then the notes, the later ones shorter
// when the message fills up.
func (b *body) card(card bot.Card) {
	var fields []*slackapi.TextBlockObject
	flush := func() {
		if len(fields) > 0 && b.room > 0 {
			b.add(slackapi.NewSectionBlock(nil, fields, nil), 0)
		}
		fields = nil
	}
	for _, f := range card.Fields {
		if b.units < 3*maxLabel { // full: the notes say so
			break
		}
		t := labelled(f, min(maxField, max(b.units/4, 2*maxLabel)))
		b.units -= cut.Size(t)
		if fields = append(fields, mrkdwn(t)); len(fields) == 10 {
			flush()
		}
	}
	flush()
	for _, n := range card.Notes {
		if b.room <= 0 {
			return
		}
		if b.units < 3*maxLabel || b.room == 1 {
			b.add(sectionBlock("…"), 1)
			return
		}
		t := labelled(n, min(maxNote, b.units))
		b.add(sectionBlock(t), cut.Size(t))
	}
}

// labelled is "*label*" over the value, at most limit units.
func labelled(f bot.Field, limit int) string {
	label := ""
	if strings.TrimSpace(f.Label) != "" {
		label = "*" + escape(strings.NewReplacer("*", "", "`", "").Replace(plain(f.Label, maxLabel))) + "*\n"
	}
	value := "–"
	if strings.TrimSpace(f.Value) != "" {
		value = fit(f.Value, max(limit-cut.Size(label), maxLabel))
	}
	return label + value
}

// controlBlocks renders menus and buttons, at most five in a row.
func controlBlocks(out bot.Outbound) ([]slackapi.Block, error) {
	taken := map[string]bool{}
	var menus, buttons []slackapi.BlockElement
	for _, m := range out.Menus {
		if len(m.Options) == 0 {
			continue
		}
		sel, err := selectOf(actionID(m.Action, taken), plainText(m.Hint, maxHint), m.Options)
		if err != nil {
			return nil, err
		}
		menus = append(menus, sel)
	}
	for _, ch := range out.Choices {
		id := actionID(ch.Action, taken)
		if err := checkAction(id, ch.Value, maxValue); err != nil {
			return nil, err
		}
		b := slackapi.NewButtonBlockElement(id, ch.Value, plainText(firstOf(ch.Label, ch.Action), maxLabel))
		if ch.Strong {
			b.Style = slackapi.StylePrimary
		}
		buttons = append(buttons, b)
	}
	blocks := append(rows(menus), rows(buttons)...)
	if len(menus)+len(buttons) > maxControls {
		return nil, errors.New("too many buttons and menus")
	}
	return blocks, nil
}

func rows(elements []slackapi.BlockElement) []slackapi.Block {
	var out []slackapi.Block
	for len(elements) > 0 {
		n := min(maxRow, len(elements))
		out = append(out, slackapi.NewActionBlock("", elements[:n]...))
		elements = elements[n:]
	}
	return out
}

func checkAction(id, value string, limit int) error {
	switch {
	case id == "" || cut.Size(id) > maxAction:
		return errors.New("action id is empty or too long")
	case cut.Size(value) > limit:
		return errors.New("value of " + id + " is too long")
	}
	return nil
}

// selectOf renders a drop-down; more than a hundred options are shown in groups
// that are named by their first and last entry.
func selectOf(id string, hint *slackapi.TextBlockObject, options []bot.Choice) (*slackapi.SelectBlockElement, error) {
	sel := &slackapi.SelectBlockElement{Type: string(slackapi.OptTypeStatic), ActionID: id, Placeholder: hint}
	if len(options) > maxOptions*maxGroups {
		return nil, errors.New("too many options in " + id)
	}
	all := make([]*slackapi.OptionBlockObject, len(options))
	for i, o := range options {
		if o.Value == "" {
			return nil, errors.New("option without value in " + id)
		}
		if err := checkAction(id, o.Value, maxOption); err != nil {
			return nil, err
		}
		all[i] = option(o)
	}
	if len(all) <= maxOptions {
		sel.Options = all
		return sel, nil
	}
	for len(all) > 0 {
		n := min(maxOptions, len(all))
		half := maxLabel/2 - 2
		label := cut.Shorten(all[0].Text.Text, half) + " – " + cut.Shorten(all[n-1].Text.Text, half)
		sel.OptionGroups = append(sel.OptionGroups, slackapi.NewOptionGroupBlockElement(plainText(label, maxLabel), all[:n]...))
		all = all[n:]
	}
	return sel, nil
}

func option(o bot.Choice) *slackapi.OptionBlockObject {
	return slackapi.NewOptionBlockObject(o.Value, plainText(firstOf(o.Label, o.Value), maxLabel), nil)
}

// fallback is the message for notifications and screen readers.
func fallback(out bot.Outbound) string {
	var lines []string
	if out.Card != nil && out.Card.Title != "" {
		lines = append(lines, out.Card.Title)
	}
	if out.Text != "" {
		lines = append(lines, out.Text)
	}
	for _, f := range out.Files {
		lines = append(lines, plain(f.Name, 200))
	}
	if len(lines) == 0 {
		for _, ch := range out.Choices {
			lines = append(lines, ch.Label)
		}
		for _, m := range out.Menus {
			lines = append(lines, m.Hint)
		}
	}
	text := fit(strings.Join(lines, "\n"), maxFallback-maxAuthor-20)
	if out.Author != "" {
		text = toMrkdwn(plain(out.Author, maxAuthor/2)) + ": " + text
	}
	if strings.TrimSpace(text) == "" {
		return "…"
	}
	return text
}

func sectionBlock(text string) slackapi.Block {
	return slackapi.NewSectionBlock(mrkdwn(text), nil, nil)
}

// mrkdwn is verbatim: Slack formats it and adds no links or mentions of its own.
func mrkdwn(text string) *slackapi.TextBlockObject {
	return &slackapi.TextBlockObject{Type: slackapi.MarkdownType, Text: text, Verbatim: true}
}

func plainText(s string, limit int) *slackapi.TextBlockObject {
	off := false
	return &slackapi.TextBlockObject{Type: slackapi.PlainTextType, Text: plain(s, limit), Emoji: &off}
}
