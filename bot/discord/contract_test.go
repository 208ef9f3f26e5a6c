package discord

import (
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/getkin/kin-openapi/openapi3"
)

// loadSpec reads Discord's published description of its REST interface.
func loadSpec(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(bottest.Description(t, "discord_openapi_v10.json"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestCallsFitDiscordsDescription makes every call that the adapter knows and compares path, query and body with
// what Discord published, and our names for the calls with its operation ids.
func TestCallsFitDiscordsDescription(t *testing.T) {
	doc := loadSpec(t)
	var mu sync.Mutex
	names := map[string]bool{}
	w := newTown(t, townOptions{discord: bottest.DiscordOptions{ArchivedRefuses: true}, config: func(c *Config) {
		c.EngineerRoles = []string{engineerRole}
		c.Metrics.Sent = func(name, _ string) { mu.Lock(); defer mu.Unlock(); names[name] = true }
		c.Fetch = elsewhere(map[string][]byte{"https://slack.example/log": []byte("1307")})
	}})
	everyCall(t, w)
	for _, c := range w.Calls() {
		if !strings.Contains(c.Route, "/attachments/") {
			checkCall(t, doc, c)
		}
	}
	operations := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			operations[o.OperationID] = true
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for name := range names {
		if !operations[name] {
			t.Errorf("%s is no operation of Discord's", name)
		}
	}
	if len(names) != 21 {
		t.Errorf("%d operations called, want all 21: %v", len(names), names)
	}
}

// everyCall tells a story in which all calls happen.
func everyCall(t *testing.T, w *town) {
	t.Helper()
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	root, m := asked(t, w)
	w.Click(mali, m, "slot:carrier|ais")
	w.Submit(mali, w.OpenForm(mali, m, "form"), map[string]string{"since": "noon", "platform": "ios"})
	mustSend(t, w, bot.Outbound{ID: "only", Case: "case-1", To: siam(root.ID), OnlyFor: mali, Text: "x", Choices: []bot.Choice{{Action: "human", Label: "x"}}})
	support(t, w, fatima, gulfChannel, map[string]string{problemField: "x", "platform": "android"})
	w.Post(fatima, gulfChannel, "secret")
	w.inbox.await(t, "all", func(b *inbox) bool { return len(b.events) >= 5 })
	file := bot.File{Name: "log.txt", URL: "https://slack.example/log", Platform: "slack"}
	relay := bot.Outbound{ID: "relay", To: siam(root.ID), Author: "Kim", Text: "see", Files: []bot.File{file}, At: time.Now()}
	rec := mustSend(t, w, relay)
	w.Archive(root.ID, false)
	relay.Update = rec.MessageID
	mustSend(t, w, relay)
	mustSend(t, w, bot.Outbound{To: siam(root.ID), Update: rec.MessageID, Delete: true})
	c := card("c1", desk(""))
	mustSend(t, w, c)
	inForum := card("c2", at(homeGuild, deskForum, ""))
	inForum.Files = []bot.File{file}
	mustSend(t, w, inForum)
	if _, _, err := w.client.Find(t.Context(), inForum); err != nil {
		t.Fatal(err)
	}
	for _, to := range []bot.Address{siam(root.ID), siam("1"), at("", w.DM(mali), "")} {
		if err := w.client.Typing(t.Context(), to); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client.Check(t.Context(), siamChannel); err != nil {
		t.Fatal(err)
	}
	w.client.places.drop(siamChannel) // as for a program that has just begun
	if _, err := w.client.lookup(t.Context(), siamChannel); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.firstOwn(t.Context(), root.ID); err != nil {
		t.Fatal(err)
	}
}

func checkCall(t *testing.T, doc *openapi3.T, c bottest.DiscordCall) {
	t.Helper()
	method, _, _ := strings.Cut(c.Route, " ")
	path, op := operation(doc, method, c.Path)
	if op == nil {
		t.Errorf("%s %s is no call of Discord's", method, c.Path)
		return
	}
	query, err := url.ParseQuery(c.Query)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	for key := range query {
		if op.Parameters.GetByInAndName("query", key) == nil {
			t.Errorf("%s %s has no parameter %s", method, path, key)
		}
	}
	if c.Body == "" {
		if op.RequestBody != nil && op.RequestBody.Value.Required {
			t.Errorf("%s %s lacks a body", method, path)
		}
		return
	}
	var body any
	if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
		t.Errorf("%s %s: %v", method, path, err)
		return
	}
	content := op.RequestBody.Value.Content.Get("application/json")
	if err := content.Schema.Value.VisitJSON(body, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s %s: body %s\n%.2000v", method, path, c.Body, err)
	}
	if object, is := body.(map[string]any); is && len(content.Schema.Value.Properties) > 0 {
		for key := range object { // the schemas allow more
			if content.Schema.Value.Properties[key] == nil {
				t.Errorf("%s %s has no field %s", method, path, key)
			}
		}
	}
}

// operation finds the call that a path belongs to; of several templates the one with most words.
func operation(doc *openapi3.T, method, path string) (string, *openapi3.Operation) {
	best, words := "", -1
	for template, item := range doc.Paths.Map() {
		if n := fits(template, path); n > words && item.GetOperation(method) != nil {
			best, words = template, n
		}
	}
	if words < 0 {
		return "", nil
	}
	return best, doc.Paths.Value(best).GetOperation(method)
}

// fits counts the words of a path that stand in a template, -1 when it is not of this template.
func fits(template, path string) int {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return -1
	}
	words := 0
	for i := range a {
		switch {
		case strings.HasPrefix(a[i], "{"):
		case a[i] == b[i]:
			words++
		default:
			return -1
		}
	}
	return words
}

// TestContractCanFail shows that wrong calls are noticed.
func TestContractCanFail(t *testing.T) {
	doc := loadSpec(t)
	_, op := operation(doc, "POST", "/channels/1/messages")
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	for _, body := range []string{`{"content": 5}`, `{"nonce": "` + strings.Repeat("x", 26) + `"}`, `{"components": [{"type": 99}]}`, `{"embeds": [{"title": "` + strings.Repeat("x", 257) + `"}]}`} {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		if schema.VisitJSON(v, openapi3.EnableJSONSchema2020()) == nil {
			t.Errorf("%s passes", body)
		}
	}
	if _, op := operation(doc, "POST", "/channels/1/nonsense"); op != nil {
		t.Error("a call that there is not was found")
	}
}
