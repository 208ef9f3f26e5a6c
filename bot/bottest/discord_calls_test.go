package bottest

import (
	"net/http"
	"strings"
	"testing"
)

// TestDiscordRefusesCalls has what Discord refuses for other reasons than a message's form.
func TestDiscordRefusesCalls(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	said := s.Post(mali, textC, "hello")
	threaded := s.Post(mali, textC, "threaded")
	thread := s.StartThread(kim, threaded, "thread")
	old := s.Post(mali, textC, "old")
	s.StartThread(kim, old, "old")
	inOld := s.Post(mali, old.ID, "in the old one")
	_, mine := ask(t, s, "POST", "/channels/"+old.ID+"/messages", o{"content": "mine"})
	s.Archive(old.ID, true)
	locked := s.Post(mali, textC, "locked")
	s.StartThread(kim, locked, "locked")
	s.Archive(locked.ID, true)
	s.AddChannel(func() DiscordChannel { c := s.Channel(locked.ID); c.Archived = false; return c }())
	s.AddChannel(DiscordChannel{ID: "700000000000000099", Guild: guildG, Name: "p", Kind: DiscordPrivateThread, Parent: textC, Members: []string{kim}})
	msg, hi := "/channels/"+textC+"/messages", o{"content": "hi"}
	name := o{"name": "t"}
	tests := []struct {
		name, method, path string
		body               any
		status, code       int
	}{
		{"unknown channel", "POST", "/channels/5/messages", hi, 404, 10003},
		{"unknown message", "PATCH", msg + "/5", hi, 404, 10008},
		{"unknown message to delete", "DELETE", msg + "/5", nil, 404, 10008},
		{"unknown message to read", "GET", msg + "/5", nil, 404, 10008},
		{"unknown guild", "GET", "/guilds/5/channels", nil, 404, 10004},
		{"unknown member", "GET", "/guilds/" + guildG + "/members/5", nil, 404, 10007},
		{"unknown user", "POST", "/users/@me/channels", o{"recipient_id": "5"}, 404, 10013},
		{"not to be seen", "GET", "/channels/" + hiddenH, nil, 403, 50001},
		{"not to be seen, history", "GET", "/channels/" + hiddenH + "/messages", nil, 403, 50001},
		{"private thread without the bot", "GET", "/channels/700000000000000099", nil, 403, 50001},
		{"may not write", "POST", "/channels/" + readOnly + "/messages", hi, 403, 50013},
		{"into a forum", "POST", "/channels/" + forumF + "/messages", hi, 400, 40058},
		{"forum post without a message", "POST", "/channels/" + forumF + "/threads", name, 400, 50035},
		{"takes no messages", "POST", "/channels/" + s.DM(closed) + "/messages", hi, 403, 50007},
		{"somebody's message", "PATCH", msg + "/" + said.ID, hi, 403, 50005},
		{"delete somebody's message", "DELETE", msg + "/" + said.ID, nil, 403, 50013},
		{"second thread", "POST", msg + "/" + threaded.ID + "/threads", name, 400, 160004},
		{"thread without a name", "POST", msg + "/" + said.ID + "/threads", o{"name": ""}, 400, 50035},
		{"thread name too long", "POST", msg + "/" + said.ID + "/threads", o{"name": strings.Repeat("x", 101)}, 400, 50035},
		{"odd archive time", "POST", msg + "/" + said.ID + "/threads", o{"name": "x", "auto_archive_duration": 5}, 400, 50035},
		{"thread in a thread", "POST", "/channels/" + thread.ID + "/threads", name, 400, 50024},
		{"no thread on nothing", "POST", msg + "/5/threads", name, 404, 10008},
		{"into a closed thread that is locked", "POST", "/channels/" + old.ID + "/messages", hi, 400, 50083},
		{"change in a closed thread", "PATCH", "/channels/" + old.ID + "/messages/" + str(mine["id"]), hi, 400, 50083},
		{"change somebody's there", "PATCH", "/channels/" + old.ID + "/messages/" + inOld.ID, hi, 403, 50005},
		{"person into a closed thread", "PUT", "/channels/" + old.ID + "/thread-members/" + mali, nil, 400, 50083},
		{"rename a closed thread", "PATCH", "/channels/" + old.ID, name, 400, 50083},
		{"open a locked thread", "PATCH", "/channels/" + old.ID, o{"archived": false}, 403, 50013},
		{"into a locked thread", "POST", "/channels/" + locked.ID + "/messages", hi, 400, 160005},
		{"rename somebody's thread", "PATCH", "/channels/" + thread.ID, name, 403, 50013},
		{"change a channel", "PATCH", "/channels/" + textC, name, 403, 50013},
		{"person who does not see the channel", "PUT", "/channels/" + thread.ID + "/thread-members/5", nil, 404, 10013},
		{"someone else's app", "GET", "/applications/5/commands", nil, 403, 50001},
		{"unknown interaction", "POST", "/interactions/5/none/callback", o{"type": 6}, 404, 10062},
		{"unknown webhook", "POST", "/webhooks/" + DiscordApp + "/none", hi, 404, 10015},
		{"history of a forum", "GET", "/channels/" + forumF + "/messages", nil, 400, 50024},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, got := askAnyway(t, s, tt.method, tt.path, tt.body); status != tt.status || num(got["code"]) != tt.code {
				t.Errorf("got %d %v, want %d and code %d", status, got, tt.status, tt.code)
			}
		})
	}
	for _, q := range []string{"limit=0", "limit=101", "after=x", "after=1&before=2"} {
		if status, got := askAnyway(t, s, "GET", msg+"?"+q, nil); status != 400 || num(got["code"]) != 50035 {
			t.Errorf("%s: %d %v, want a bad form", q, status, got)
		}
	}
}

// TestDiscordRefusesStrangers has the headers without which Discord answers nobody.
func TestDiscordRefusesStrangers(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	for _, tt := range []struct {
		name, token, agent, kind, body string
		status, code                   int
	}{
		{"no token", "", "DiscordBot (x, 1)", "application/json", `{"content":"x"}`, 401, 0},
		{"wrong token", "Bot x", "DiscordBot (x, 1)", "application/json", `{"content":"x"}`, 401, 0},
		{"token without Bot", DiscordBotToken, "DiscordBot (x, 1)", "application/json", `{"content":"x"}`, 401, 0},
		{"no name", "Bot " + DiscordBotToken, "curl", "application/json", `{"content":"x"}`, 403, 40333},
		{"no JSON", "Bot " + DiscordBotToken, "DiscordBot (x, 1)", "application/json", `{`, 400, 50109},
		{"no type", "Bot " + DiscordBotToken, "DiscordBot (x, 1)", "text/plain", `{"content":"x"}`, 400, 50035},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, _ := http.NewRequest("POST", s.APIURL()+"channels/"+textC+"/messages", strings.NewReader(tt.body))
			req.Header.Set("Authorization", tt.token)
			req.Header.Set("User-Agent", tt.agent)
			req.Header.Set("Content-Type", tt.kind)
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			calls := s.Calls()
			if last := calls[len(calls)-1]; resp.StatusCode != tt.status || last.Code != tt.code {
				t.Errorf("got %d, code %d; want %d, %d", resp.StatusCode, last.Code, tt.status, tt.code)
			}
			if resp.Header.Get("X-RateLimit-Bucket") == "" || resp.Header.Get("X-RateLimit-Remaining") == "" {
				t.Errorf("no rate limit headers: %v", resp.Header)
			}
		})
	}
	s.RevokeToken(true)
	if status, _ := ask(t, s, "GET", "/users/@me", nil); status != 401 {
		t.Errorf("revoked token: %d, want 401", status)
	}
}

func TestDiscordCommandsAreChecked(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	path := "/applications/" + DiscordApp + "/commands"
	good := o{"name": "support", "description": "Ask", "name_localizations": o{"th": "ช่วยเหลือ"}}
	for name, body := range map[string][]any{
		"upper case":           {o{"name": "Support", "description": "x"}},
		"space":                {o{"name": "a b", "description": "x"}},
		"no description":       {o{"name": "a"}},
		"same name twice":      {good, good},
		"no such locale":       {with(good, "name_localizations", o{"ms": "x"})},
		"localized with space": {with(good, "name_localizations", o{"th": "a b"})},
		"described menu":       {o{"name": "Ask about this", "type": 3, "description": "x"}},
	} {
		if status, got := askAnyway(t, s, "PUT", path, body); status != 400 || num(got["code"]) != 50035 {
			t.Errorf("%s: %d %v, want a bad form", name, status, got)
		}
	}
	_, first := ask(t, s, "PUT", path, []any{good, o{"name": "Ask about this", "type": 3}})
	_, again := ask(t, s, "PUT", path, []any{good})
	id := func(v o) string { return str(asObj(list(v["list"])[0])["id"]) }
	if id(first) == "" || id(first) != id(again) || len(s.Commands()) != 1 {
		t.Errorf("a command that stays has ids %s and %s, %d commands are left", id(first), id(again), len(s.Commands()))
	}
	_, short := ask(t, s, "GET", path, nil)
	_, full := ask(t, s, "GET", path+"?with_localizations=true", nil)
	names := func(v o) any { return asObj(list(v["list"])[0])["name_localizations"] }
	if names(short) != nil || names(full) == nil {
		t.Errorf("localizations: %v unasked, %v asked", names(short), names(full))
	}
}
