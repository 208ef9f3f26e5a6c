package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n/langid"
)

// TestWholeStoryKeepsDiscordsContract checks every request of a whole story, and
// every answer of the stand-in, against what Discord publishes.
func TestWholeStoryKeepsDiscordsContract(t *testing.T) {
	onStages(t, []stage{onDiscord, slackToDiscord}, func(w *town) {
		w.longStory()
		if n := w.opt.HTTP.Transport.(*bottest.DiscordContract).Checked(); n < 20 {
			w.t.Errorf("%d requests were checked, want those of a whole story", n)
		}
	}, func(w *town) {
		w.opt.HTTP = &http.Client{Transport: bottest.NewDiscordContract(w.t, w.discord.APIURL(), http.DefaultTransport)}
	})
}

// longStory uses what a conversation can use: questions, a form, a menu, files,
// edits, deletions, words for one person alone, and the end.
func (w *town) longStory() {
	detect, err := langid.New()
	if err != nil {
		w.t.Fatal(err)
	}
	w.wholeConversation(english(w.t), detect)
	root, first := w.reported("Our live stream keeps freezing")
	w.Submit(nok, w.OpenForm(nok, first, patience), map[string]string{"region": "TH"})
	w.until(first, settled)
	w.Reply(nok, root, wantHuman)
	card := w.card()
	w.drain()
	w.Click(kim, card, "claim")
	file := bottest.Attached{Name: "player.log", Content: []byte("error 1307\n")}
	said := w.Reply(nok, root, "see", bottest.Words{Files: []bottest.Attached{file}})
	copied := w.expect(thread(card), not(same(card)), says("Nok", "see"))
	w.Edit(nok, said, "look at this")
	w.until(copied, says("look at this"))
	w.Delete(nok, said)
	w.until(copied, deleted)
	w.Reply(lee, card, "restart everything")
	w.expect(toldTo(lee, card), says("Kim"))
	w.Click(lee, w.Now(card), "escalate")
	w.expect(thread(root), shows(english(w.t).say("escalated")))
}

// newer is what Slack added after its description was frozen in 2020; the
// parameters of a method that is not in there are all here.
var newer = map[string][]string{
	"chat.postMessage": {"metadata"}, "chat.update": {"metadata"},
	"conversations.replies": {"include_all_metadata"}, "conversations.history": {"include_all_metadata"},
	"files.getUploadURLExternal":   {"filename", "length", "alt_txt", "snippet_type"},
	"files.completeUploadExternal": {"files", "channel_id", "thread_ts", "initial_comment", "blocks", "channels"},
}

// TestWholeStoryKeepsSlacksContract checks the methods and the names of the
// parameters of every call of a whole story against what Slack publishes.
func TestWholeStoryKeepsSlacksContract(t *testing.T) {
	var published struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name     string `json:"name"`
				Required bool   `json:"required"`
			} `json:"parameters"`
		} `json:"paths"`
	}
	if err := json.NewDecoder(bytes.NewReader(bottest.Description(t, "slack_web_openapi_v2_without_examples.json"))).Decode(&published); err != nil {
		t.Fatal(err)
	}
	onStages(t, []stage{onSlack, discordToSlack}, func(w *town) {
		w.longStory()
		checked := 0
		for _, c := range w.slack.Calls() {
			if c.Method == bottest.SlackUpload || c.Method == bottest.SlackDownload { // addresses that Slack gives, no methods
				continue
			}
			checked++
			allowed, known := newer[c.Method]
			for _, verb := range published.Paths["/"+c.Method] {
				known = true
				for _, p := range verb.Parameters {
					allowed = append(allowed, p.Name)
					if p.Required && p.Name != "token" && c.Params[p.Name] == "" {
						w.t.Errorf("%s lacks %s", c.Method, p.Name)
					}
				}
			}
			if !known {
				w.t.Errorf("%s is no method of Slack's", c.Method)
			}
			for name := range c.Params {
				if !slices.Contains(allowed, name) {
					w.t.Errorf("%s has no parameter %s, it has %s", c.Method, name, strings.Join(allowed, " "))
				}
			}
		}
		if checked < 10 {
			w.t.Errorf("%d calls were checked, want those of a whole story", checked)
		}
	})
}
