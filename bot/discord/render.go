package discord

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"
)

// Discord's limits, as its reference states them.
const (
	maxContent  = 2000 // of a bot; counted by us in UTF-16 units, which is the stricter reading
	maxAuthor   = 100
	maxNoteLine = 200
	maxLink     = 512
)

// Flags of messages.
const (
	flagNoEmbeds  = 1 << 2
	flagEphemeral = 1 << 6
)

// messageBody is a message as it is sent. What it shows is always written out, so that an update
// also takes away.
type messageBody struct {
	Content    string           `json:"content"`
	Embeds     []embed          `json:"embeds"`
	Components []component      `json:"components"`
	Mentions   mentions         `json:"allowed_mentions"`
	Flags      int              `json:"flags,omitempty"`
	Nonce      string           `json:"nonce,omitempty"`
	Enforce    bool             `json:"enforce_nonce,omitempty"`
	Reference  *reference       `json:"message_reference,omitempty"`
	Files      []fileDescriptor `json:"attachments,omitempty"`
}

// mentions is allowed_mentions with nothing allowed: no message of ours calls anybody.
type mentions struct{}

func (mentions) MarshalJSON() ([]byte, error) {
	return []byte(`{"parse":[],"replied_user":false}`), nil
}

// MarshalJSON writes lists that are empty as such: null would leave what was there.
func (b messageBody) MarshalJSON() ([]byte, error) {
	type plain messageBody
	p := plain(b)
	if p.Embeds == nil {
		p.Embeds = []embed{}
	}
	if p.Components == nil {
		p.Components = []component{}
	}
	return json.Marshal(p)
}

type reference struct {
	Message string `json:"message_id"`
	Must    bool   `json:"fail_if_not_exists"`
}

func replyTo(message string) *reference { return &reference{Message: message} }

type fileDescriptor struct {
	ID       string `json:"id"` // the number of the part, as snowflakes are written
	Filename string `json:"filename"`
}

// part is one Discord message.
type part struct {
	content  string
	embeds   []embed
	controls []component
	links    []string // lines of files that are not attached
}

// render turns out into one or more parts. Only a text that is too long for one message has more than
// one: an update, a message for one person and a card are one message always, shortened where they
// must be. Buttons and menus are in the last part, under everything that was said.
func render(out bot.Outbound) ([]part, error) {
	rows, err := controls(out)
	if err != nil {
		return nil, err
	}
	head := authorLine(out)
	var texts []string
	switch {
	case out.Card != nil:
		if out.Text != "" && out.Text != out.Card.Title {
			texts = []string{head + fit(out.Text, maxContent-cut.Size(head))}
		}
	case out.OnlyFor != "":
		texts = []string{head + fit(out.Text, maxContent-cut.Size(head))}
	default:
		if texts = markup.Sections(out.Text, maxContent-cut.Size(head)); len(texts) > 0 {
			texts[0] = head + texts[0]
		}
	}
	for i, t := range texts {
		if texts[i] = strings.TrimSpace(t); !cut.Visible(t) { // Discord refuses what shows nothing
			texts[i] = "…"
		}
	}
	if len(texts) == 0 && (out.Text != "" || out.Author != "" && len(out.Files) == 0) && out.Card == nil {
		texts = []string{strings.TrimSpace(head + "…")}
	}
	var parts []part
	for _, t := range texts {
		parts = append(parts, part{content: t})
	}
	if len(parts) == 0 {
		if out.Card == nil && len(out.Files) == 0 && len(rows) == 0 {
			return nil, errors.New("nothing to show")
		}
		parts = []part{{content: strings.TrimSpace(head)}}
	}
	if note := noteLine(out.Note); note != "" {
		if last := &parts[len(parts)-1]; cut.Size(last.content)+cut.Size(note) <= maxContent {
			last.content += note
		} else {
			parts = append(parts, part{content: strings.TrimSpace(note)})
		}
	}
	last := &parts[len(parts)-1]
	last.controls = rows
	if out.Card != nil {
		last.embeds = []embed{cardEmbed(*out.Card)}
	}
	if last.content == "" && len(last.embeds) == 0 && len(out.Files) == 0 {
		last.content = "…" // components alone are no message
	}
	return parts, nil
}

// whole is render for what must be one message: the text is shortened to it.
func whole(out bot.Outbound) (part, error) {
	parts, err := render(out)
	if err != nil {
		return part{}, err
	}
	p := parts[len(parts)-1]
	if len(parts) > 1 {
		head := authorLine(out)
		p.content = head + fit(out.Text, maxContent-cut.Size(head))
	}
	return p, nil
}

// noteLine is a remark in small letters below a text.
func noteLine(text string) string {
	if text == "" {
		return ""
	}
	return "\n-# " + name(text, maxNoteLine)
}

// authorLine stands over words that are relayed.
func authorLine(out bot.Outbound) string {
	if out.Author == "" {
		return ""
	}
	return "**" + name(out.Author, maxAuthor) + "**\n"
}

// body gives the part as it is sent. Links in texts stand in brackets and are not shown large; those of files are, when
// there is nothing to be attached.
func (p part) body() messageBody {
	b := messageBody{Content: p.shown(), Embeds: p.embeds, Components: p.controls}
	if len(p.embeds) == 0 && len(p.links) == 0 {
		b.Flags = flagNoEmbeds
	}
	return b
}

// shown is the content with the lines of files.
func (p part) shown() string {
	lines := p.links
	if p.content != "" {
		lines = append([]string{p.content}, lines...)
	}
	return strings.Join(lines, "\n")
}

// withLinks adds the lines of files, in further parts where there is no room; the controls stay at the end.
func withLinks(parts []part, lines []string, single bool) []part {
	for _, line := range lines {
		last := &parts[len(parts)-1]
		switch {
		case cut.Size(last.shown())+1+cut.Size(line) <= maxContent:
			last.links = append(last.links, line)
		case !single:
			parts = append(parts, part{links: []string{line}, controls: last.controls})
			last.controls = nil
		}
	}
	return parts
}

// fileLine names a file and links to it. The name is never the label of a link: the person who named the file would
// choose what it seems to lead to.
func fileLine(f bot.File) string {
	line := "📎 " + name(f.Name, 200)
	if n := cut.Link(f.URL, ' '); n > 0 && n == len(f.URL) && n <= maxLink {
		line += "\n" + f.URL
	}
	return line
}

// shows tells whether a message of ours on Discord shows this part: the content, with or without the lines
// of files, which may have been attached instead, the embeds and the controls.
func (p part) shows(m message, files int) bool {
	content := strings.TrimSpace(m.content())
	if content != strings.TrimSpace(p.content) && content != strings.TrimSpace(p.shown()) {
		rest, same := strings.CutPrefix(content, p.content)
		if !same || files == 0 || !strings.HasPrefix(strings.TrimLeft(rest, "\n"), "📎 ") {
			return false
		}
	}
	if p.content == "" && len(p.embeds) == 0 && content == "" && len(m.Attachments) == 0 {
		return false
	}
	return slices.EqualFunc(p.embeds, m.rich(), embed.same) && slices.Equal(customIDs(p.controls), customIDs(m.Components))
}

// rich gives the embeds that somebody wrote, without those that Discord made of links.
func (m message) rich() []embed {
	var out []embed
	for _, e := range m.Embeds {
		if e.Type == "" || e.Type == "rich" {
			out = append(out, e)
		}
	}
	return out
}
