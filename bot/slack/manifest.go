package slack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// scopes are what the bot token needs, and what each is for.
var scopes = []string{
	"app_mentions:read", // a mention opens a conversation
	"channels:history",  // customers' channels, and Find
	"channels:read",     // doctor: is the bot in the channel
	"chat:write",        // speaking
	"commands",          // /firstline
	"files:read",        // names, links and contents of attachments
	"files:write",       // passing contents on
	"groups:history",    // the same in private channels, Slack Connect ones among them
	"groups:read",       //
	"im:history",        // direct messages
	"mpim:history",      // group messages
	"users:read",        // names, languages and time zones
}

// Manifest gives the app manifest as JSON, ready for "Create an app from a manifest".
// requestURL is the public base address of the HTTP endpoints ("https://bot.example.com"); with socket
// it is not needed. An error says that requestURL is no https address.
func Manifest(requestURL string, socket bool) ([]byte, error) {
	base := strings.TrimSuffix(requestURL, "/")
	if !socket {
		u, err := url.Parse(base)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("slack manifest: %q is not an https address", requestURL)
		}
	}
	at := func(path string) string { // Socket Mode has no addresses
		if socket {
			return ""
		}
		return base + path
	}
	m := manifest{}
	m.Display.Name = "Firstline"
	m.Display.Description = "First-line support around the clock, in your language"
	m.Display.Color = "#1f3a5f"
	m.Features.Bot = botUser{Name: "Firstline", Online: true}
	m.Features.Home = appHome{Home: true, Messages: true}
	m.Features.Commands = []manifestCommand{{
		Command: "/firstline", URL: at("/slack/commands"), Description: "Ask support, or a person", Hint: "[help | human | your question]",
	}}
	m.OAuth.Scopes.Bot = scopes
	m.Settings.Events.URL = at("/slack/events")
	m.Settings.Events.Bot = []string{
		"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "message.mpim",
	}
	m.Settings.Interactivity = interactivity{Enabled: true, URL: at("/slack/interactions")}
	m.Settings.Socket = socket
	out, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("slack manifest: %w", err)
	}
	return append(out, '\n'), nil
}

// manifest is the part of Slack's schema that is used. slack-go's own type leaves out
// settings that are false, which then take Slack's default.
type manifest struct {
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Color       string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		Home     appHome           `json:"app_home"`
		Bot      botUser           `json:"bot_user"`
		Commands []manifestCommand `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url,omitempty"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity interactivity `json:"interactivity"`
		Org           bool          `json:"org_deploy_enabled"`
		Socket        bool          `json:"socket_mode_enabled"`
		Rotation      bool          `json:"token_rotation_enabled"`
	} `json:"settings"`
}

type appHome struct {
	Home     bool `json:"home_tab_enabled"`
	Messages bool `json:"messages_tab_enabled"`
	ReadOnly bool `json:"messages_tab_read_only_enabled"`
}

type botUser struct {
	Name   string `json:"display_name"`
	Online bool   `json:"always_online"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

type interactivity struct {
	Enabled bool   `json:"is_enabled"`
	URL     string `json:"request_url,omitempty"`
}
