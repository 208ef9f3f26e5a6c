package discord

import (
	"strconv"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/internal/cut"
)

// The structs below read of Discord's payloads what is needed, and nothing else:
// discordgo's full types refuse a whole event for one component that they do not know.

type user struct {
	ID       string  `json:"id"`
	Username string  `json:"username"`
	Global   string  `json:"global_name"`
	Bot      bool    `json:"bot"`
	Member   *member `json:"member"` // of somebody who is mentioned
}

type member struct {
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
	User  *user    `json:"user"`
}

type message struct {
	ID           string       `json:"id"`
	Channel      string       `json:"channel_id"`
	Guild        string       `json:"guild_id"` // in events alone
	Type         int          `json:"type"`
	Content      *string      `json:"content"`
	Author       user         `json:"author"`
	Member       *member      `json:"member"` // in events alone
	Webhook      string       `json:"webhook_id"`
	Edited       string       `json:"edited_timestamp"`
	Mentions     []user       `json:"mentions"`
	MentionRoles []string     `json:"mention_roles"`
	Attachments  []attachment `json:"attachments"`
	Stickers     []struct {
		Name string `json:"name"`
	} `json:"sticker_items"`
	Reference *struct {
		Type    int    `json:"type"`
		Message string `json:"message_id"`
		Channel string `json:"channel_id"`
	} `json:"message_reference"`
	Snapshots []struct {
		Message struct {
			Content     string       `json:"content"`
			Attachments []attachment `json:"attachments"`
		} `json:"message"`
	} `json:"message_snapshots"`
	Embeds     []embed     `json:"embeds"`
	Components []component `json:"components"`
}

type attachment struct {
	ID       string  `json:"id"`
	Filename string  `json:"filename"`
	Title    string  `json:"title"`
	Size     float64 `json:"size"`
	URL      string  `json:"url"`
}

// Types of messages that people write.
const (
	typeDefault = 0
	typeReply   = 19
)

func (m message) content() string {
	if m.Content == nil {
		return ""
	}
	return *m.Content
}

// foreign says why a message is not a person's.
func foreign(m message, self identity) string {
	switch {
	case m.Author.ID == self.user && self.user != "":
		return "own"
	case m.Author.Bot, m.Webhook != "":
		return "bot"
	case m.Type != typeDefault && m.Type != typeReply:
		return "type"
	}
	return ""
}

const maxFiles = 20

// readText fills the person, the text and the files of in.
func (c *Client) readText(in *bot.Inbound, m message, self identity) {
	g := c.places.guild(m.Guild)
	in.Person = c.people.person(m.Author, m.Member, g)
	in.Text = c.plainText(m, g, self)
	files := m.Attachments
	for _, s := range m.Snapshots { // forwarded: what the person wants to show
		in.Text = strings.TrimSpace(in.Text + "\n\n" + fromMarkdown(s.Message.Content, "", "", names{noName, noName, noName}))
		files = append(files[:len(files):len(files)], s.Message.Attachments...)
	}
	if in.Text == "" && len(m.Stickers) > 0 {
		in.Text = ":" + m.Stickers[0].Name + ":"
	}
	in.Text = strings.TrimSpace(c.titleOver(m) + in.Text)
	in.Files = filesOf(m, files)
}

// titleOver gives the title of a forum's post for its first message, and nothing for every other: many people
// write the problem there, and no more than "please have a look" below.
func (c *Client) titleOver(m message) string {
	post, known := c.places.channel(m.Channel)
	if !known || post.ID != m.ID {
		return ""
	}
	if forum, _ := c.places.channel(post.Parent); !forum.isForum() || strings.HasPrefix(m.content(), post.Name) {
		return ""
	}
	return cut.Clean(post.Name) + "\n\n"
}

func (c *Client) plainText(m message, g guild, self identity) string {
	return fromMarkdown(m.content(), self.user, g.Own, names{
		user: func(id string) string {
			for _, u := range m.Mentions {
				if u.ID == id {
					return displayName(u, u.Member)
				}
			}
			return ""
		},
		role: func(id string) string { return g.Roles[id] },
		channel: func(id string) string {
			ch, _ := c.places.channel(id)
			return ch.Name
		},
	})
}

func noName(string) string { return "" }

// filesOf lists attachments. Their addresses end after a day; Source is where a new one is found.
func filesOf(m message, list []attachment) []bot.File {
	var out []bot.File
	for _, a := range list[:min(len(list), maxFiles)] {
		if a.URL == "" {
			continue
		}
		out = append(out, bot.File{
			Name: firstOf(a.Filename, a.ID), URL: a.URL, Size: int64(a.Size), Platform: Platform, Source: m.Channel + "/" + m.ID + "/" + a.ID,
		})
	}
	return out
}

const epoch = 1420070400000 // of snowflakes, in Unix milliseconds

// moment reads the time in a snowflake.
func moment(id string) time.Time {
	n, _ := strconv.ParseUint(id, 10, 64)
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// snowflake gives the first id of a moment.
func snowflake(t time.Time) string {
	return strconv.FormatUint(uint64(max(t.UnixMilli()-epoch, 0))<<22, 10)
}

// newer tells whether the id a was given out after b; nothing is newer than the nothing before everything.
func newer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// before gives the id before id.
func before(id string) string {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return "0"
	}
	return strconv.FormatUint(n-1, 10)
}
