package slack

import (
	"encoding/json"
	"testing"

	"firstline/bot"
	"firstline/bot/bottest"
)

// newer is what Slack added after its published description was frozen in 2020; a method of it
// that is not in there has all its parameters here.
var newer = map[string][]string{
	"chat.postMessage":      {"metadata"},
	"conversations.replies": {"include_all_metadata"}, "conversations.history": {"include_all_metadata"},
	"apps.connections.open":        nil,
	"assistant.threads.setStatus":  {"channel_id", "thread_ts", "status", "loading_messages", "icon_emoji", "icon_url", "username"},
	"files.getUploadURLExternal":   {"filename", "length", "alt_txt", "snippet_type"},
	"files.completeUploadExternal": {"files", "channel_id", "thread_ts", "initial_comment", "blocks", "channels"},
}

type spec struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name     string `json:"name"`
			Required bool   `json:"required"`
		} `json:"parameters"`
	} `json:"paths"`
}

func loadSpec(t *testing.T) spec {
	t.Helper()
	var s spec
	if err := json.Unmarshal(bottest.Description(t, "slack_web_openapi_v2_without_examples.json"), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCallsFitSlacksDescription makes every call that the adapter knows and compares
// method and parameter names with what Slack published.
func TestCallsFitSlacksDescription(t *testing.T) {
	s := loadSpec(t)
	w := newTown(t, townOptions{config: passing(map[string]string{"x": "contents"})})
	root := w.Post("UMALI", "C0SIAM", "hello", bottest.WithFiles(bottest.SlackFile{ID: "F1", Name: "x", Hidden: true}))
	q := kinds("en")["question"]
	q.To = at("C0SIAM", root.TS)
	rec := mustSend(t, w, q)
	mustSend(t, w, bot.Outbound{To: q.To, OnlyFor: "UMALI", Text: "x"})
	mustSend(t, w, bot.Outbound{To: q.To, Text: "x", Files: []bot.File{{Name: "x"}}})
	w.Click("UMALI", w.Expect(bottest.InThread(root), bottest.Offers("form"), patience), "form")
	w.ExpectView("UMALI", patience)
	w.OpenHome("UMALI")
	w.ExpectHome("UMALI", patience)
	mustSend(t, w, bot.Outbound{To: q.To, Text: "x", Update: rec.MessageID})
	mustSend(t, w, bot.Outbound{To: q.To, Update: rec.MessageID, Delete: true})
	for _, to := range []bot.Address{q.To, at("C0SIAM", "")} {
		if _, _, err := w.client.Find(t.Context(), bot.Outbound{To: to, ID: "q"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.client.Typing(t.Context(), q.To); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Check(t.Context(), "C0SIAM"); err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	for _, c := range w.Calls() {
		if c.Method == bottest.SlackUpload {
			continue
		}
		methods[c.Method] = true
		checkCall(t, s, c)
	}
	if len(methods) != 16 {
		t.Errorf("%d methods called, want all 16: %v", len(methods), methods)
	}
}

func checkCall(t *testing.T, s spec, c bottest.SlackCall) {
	t.Helper()
	verbs, known := s.Paths["/"+c.Method]
	extra, isNewer := newer[c.Method]
	if !known && !isNewer {
		t.Errorf("%s is no method of Slack's", c.Method)
	}
	allowed, required := map[string]bool{}, []string{}
	for _, o := range verbs {
		for _, p := range o.Parameters {
			allowed[p.Name] = true
			if p.Required && p.Name != "token" {
				required = append(required, p.Name)
			}
		}
	}
	for _, name := range extra {
		allowed[name] = true
	}
	for name := range c.Params {
		if !allowed[name] {
			t.Errorf("%s has no parameter %s", c.Method, name)
		}
	}
	for _, name := range required {
		if c.Params[name] == "" {
			t.Errorf("%s lacks %s", c.Method, name)
		}
	}
}
