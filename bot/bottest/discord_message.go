package bottest

import (
	"strings"
	"time"
)

// Types of messages, with Discord's numbers; people write 0 and 19.
const (
	typeDefault       = 0
	typeRecipientAdd  = 1
	typeChannelName   = 4
	typeThreadCreated = 18
	typeReply         = 19
	typeCommand       = 20
	typeThreadStarter = 21
	typeContextMenu   = 23
)

// Flags of messages.
const (
	flagSuppressEmbeds = 1 << 2
	flagHasThread      = 1 << 5
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagComponentsV2   = 1 << 15
)

// DiscordMessage is a message as the stand-in keeps it.
type DiscordMessage struct {
	ID, Channel string
	Thread      string // the thread that it stands in or opened; "" for none. Present in what Expect, Message and Messages give
	Author      string
	Webhook     string // it came through a webhook: an answer to an interaction, or another app's
	Type        int
	Content     string
	Embeds      []map[string]any
	Components  []map[string]any
	Files       []DiscordFile
	Flags       int
	ReplyTo     string // the message that it quotes
	Nonce       string
	OnlyFor     string   // an ephemeral message: the one who sees it
	Pings       []string // whom it notified: @everyone, @here, <@user>, <@&role>
	At          time.Time
	EditedAt    time.Time
	Loading     bool // "firstline is thinking…"
	Deleted     bool

	preview  []map[string]any // embeds that Discord made of links
	answered string           // the interaction that it answers
	starter  string           // of a thread's first message: where the original stands
}

// DiscordFile is an attachment.
type DiscordFile struct {
	ID, Name string
	Kind     string // content type; default application/octet-stream
	Content  []byte
	Size     int // when there is no content
}

// DiscordButton is a button that a message shows.
type DiscordButton struct {
	CustomID, Label, URL string
	Style                int // 1 primary, 2 secondary, 3 success, 4 danger, 5 link
	Disabled             bool
}

// DiscordMenu is a select menu that a message or form shows.
type DiscordMenu struct {
	CustomID, Hint string
	Options        []DiscordOption
	Disabled       bool
}

// DiscordOption is an entry of a menu.
type DiscordOption struct{ Value, Label string }

// Root is the id of the thread that belongs to the message: the one that it stands in, or the one that
// it opens when somebody opens one.
func (m DiscordMessage) Root() string {
	if m.Thread != "" {
		return m.Thread
	}
	return m.ID
}

// Visible is all the text that a person sees: content, then embed after embed.
func (m DiscordMessage) Visible() string {
	var lines []string
	add := func(parts ...any) {
		for _, p := range parts {
			if text := str(p); text != "" {
				lines = append(lines, text)
			}
		}
	}
	add(m.Content)
	for _, e := range m.shown() {
		add(asObj(e["author"])["name"], e["title"], e["description"])
		for _, f := range list(e["fields"]) {
			add(asObj(f)["name"], asObj(f)["value"])
		}
		add(asObj(e["footer"])["text"])
	}
	return strings.Join(lines, "\n")
}

// shown gives the embeds that are not suppressed.
func (m DiscordMessage) shown() []map[string]any {
	if m.Flags&flagSuppressEmbeds != 0 {
		return nil
	}
	return append(m.Embeds[:len(m.Embeds):len(m.Embeds)], m.preview...)
}

// Buttons lists the buttons in order.
func (m DiscordMessage) Buttons() []DiscordButton {
	var out []DiscordButton
	m.elements(func(e obj) {
		if num(e["type"]) == 2 {
			off, _ := e["disabled"].(bool)
			out = append(out, DiscordButton{CustomID: str(e["custom_id"]), Label: str(e["label"]), URL: str(e["url"]), Style: num(e["style"]), Disabled: off})
		}
	})
	return out
}

// Menus lists the select menus in order.
func (m DiscordMessage) Menus() []DiscordMenu {
	var out []DiscordMenu
	m.elements(func(e obj) {
		if num(e["type"]) == 3 {
			off, _ := e["disabled"].(bool)
			out = append(out, DiscordMenu{CustomID: str(e["custom_id"]), Hint: str(e["placeholder"]), Options: discordOptions(e), Disabled: off})
		}
	})
	return out
}

func (m DiscordMessage) elements(see func(obj)) {
	for _, row := range m.Components {
		for _, e := range list(row["components"]) {
			see(asObj(e))
		}
	}
}

func discordOptions(e obj) []DiscordOption {
	var out []DiscordOption
	for _, o := range list(e["options"]) {
		out = append(out, DiscordOption{Value: str(asObj(o)["value"]), Label: str(asObj(o)["label"])})
	}
	return out
}

// num reads a number of decoded JSON; what is none is 0.
func num(v any) int {
	switch n := v.(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 0
}

// copyOf gives m as tests see it; the lock is held.
func (s *DiscordServer) copyOf(m *DiscordMessage) DiscordMessage {
	out := *m
	out.Thread = ""
	if c := s.channels[m.Channel]; c != nil && c.thread() {
		out.Thread = c.ID
	} else if t := s.channels[m.ID]; t != nil && t.thread() {
		out.Thread = t.ID
	}
	return out
}
