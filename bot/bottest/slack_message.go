package bottest

import (
	"cmp"
	"net/url"
	"strings"
)

// SlackMessage is a message as the stand-in keeps it.
type SlackMessage struct {
	Channel, TS, ThreadTS string
	User, BotID, Subtype  string
	Text                  string // the fallback, when there are blocks
	Blocks                []map[string]any
	Metadata              map[string]any
	Files                 []SlackFile
	EditedTS              string
	OnlyFor               string // an ephemeral message: the one who sees it
	Broadcast             bool
	Deleted               bool
	Tombstone             bool
}

// SlackButton is a button that a message shows.
type SlackButton struct {
	ActionID, BlockID, Value, Label string
	Strong                          bool
}

// SlackMenu is a drop-down that a message shows.
type SlackMenu struct {
	ActionID, BlockID, Hint string
	Options                 []SlackOption
}

// SlackOption is an entry of a menu.
type SlackOption struct{ Value, Label string }

// ID identifies the conversation's root: the thread, or the message itself.
func (m SlackMessage) Root() string {
	if m.ThreadTS != "" {
		return m.ThreadTS
	}
	return m.TS
}

// Visible is all the text that a person sees, block after block.
func (m SlackMessage) Visible() string {
	if len(m.Blocks) == 0 {
		return m.Text
	}
	var lines []string
	for _, b := range m.Blocks {
		switch str(b["type"]) {
		case "actions":
			continue
		case "context":
			for _, e := range list(b["elements"]) {
				lines = append(lines, str(asObj(e)["text"]))
			}
		}
		if t := asObj(b["text"]); t != nil {
			lines = append(lines, str(t["text"]))
		}
		for _, f := range list(b["fields"]) {
			lines = append(lines, str(asObj(f)["text"]))
		}
	}
	return strings.Join(lines, "\n")
}

// Buttons lists the buttons in order.
func (m SlackMessage) Buttons() []SlackButton {
	var out []SlackButton
	m.elements(func(block string, e obj) {
		if str(e["type"]) == "button" {
			out = append(out, SlackButton{
				ActionID: str(e["action_id"]), BlockID: block, Value: str(e["value"]),
				Label: str(asObj(e["text"])["text"]), Strong: str(e["style"]) == "primary",
			})
		}
	})
	return out
}

// Menus lists the drop-downs in order.
func (m SlackMessage) Menus() []SlackMenu {
	var out []SlackMenu
	m.elements(func(block string, e obj) {
		if str(e["type"]) == "static_select" {
			out = append(out, SlackMenu{
				ActionID: str(e["action_id"]), BlockID: block, Hint: str(asObj(e["placeholder"])["text"]), Options: optionsOf(e),
			})
		}
	})
	return out
}

func (m SlackMessage) elements(see func(block string, e obj)) {
	for _, b := range m.Blocks {
		if str(b["type"]) == "actions" {
			for _, e := range list(b["elements"]) {
				see(str(b["block_id"]), asObj(e))
			}
		}
	}
}

func optionsOf(e obj) []SlackOption {
	var out []SlackOption
	add := func(from any) {
		for _, o := range list(from) {
			out = append(out, SlackOption{Value: str(asObj(o)["value"]), Label: str(asObj(asObj(o)["text"])["text"])})
		}
	}
	add(e["options"])
	for _, g := range list(e["option_groups"]) {
		add(asObj(g)["options"])
	}
	return out
}

// json is the message as Slack's API tells it.
func (m *SlackMessage) json(metadata bool) obj {
	o := obj{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": SlackTeam}
	set := func(key, value string) {
		if value != "" {
			o[key] = value
		}
	}
	set("thread_ts", m.ThreadTS)
	if m.BotID != SlackBotID || m.Subtype != "file_share" { // an app's upload is its user's message
		set("bot_id", m.BotID)
	}
	set("subtype", m.Subtype)
	if m.BotID == SlackBotID {
		o["app_id"] = SlackApp
	}
	if m.Tombstone {
		o["subtype"], o["text"], o["user"] = "tombstone", "This message was deleted.", "USLACKBOT"
	}
	if m.EditedTS != "" {
		o["edited"] = obj{"user": m.User, "ts": m.EditedTS}
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = m.Blocks
	} else if m.BotID == "" {
		o["client_msg_id"] = "client-" + m.TS
		o["blocks"] = []obj{{"type": "rich_text", "block_id": "rt", "elements": []obj{{
			"type": "rich_text_section", "elements": []obj{{"type": "text", "text": m.Text}},
		}}}}
	}
	if len(m.Files) > 0 {
		var files []obj
		for _, f := range m.Files {
			files = append(files, f.json())
		}
		o["files"] = files
	}
	if metadata && m.Metadata != nil {
		o["metadata"] = m.Metadata
	}
	return o
}

func (f SlackFile) json() obj {
	if f.Hidden {
		return obj{"id": f.ID, "mode": "file_access", "file_access": "check_file_info"}
	}
	return f.full()
}

func (f SlackFile) full() obj {
	private := f.base + "/files-pri/" + SlackTeam + "-" + f.ID + "/"
	return obj{
		"id": f.ID, "name": f.Name, "title": cmp.Or(f.Title, f.Name), "size": f.Size, "mode": "hosted", "file_access": "visible",
		"permalink":   "https://first.slack.com/files/U0/" + f.ID + "/" + f.Name,
		"url_private": private + url.PathEscape(f.Name), "url_private_download": private + "download/" + url.PathEscape(f.Name),
	}
}

// The helpers below read decoded JSON; what is not there is empty.

func str(v any) string {
	s, _ := v.(string)
	return s
}

func asObj(v any) obj {
	o, _ := v.(map[string]any)
	return o
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}
