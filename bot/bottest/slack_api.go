package bottest

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SlackCall is one Web API call as it arrived, without its token.
type SlackCall struct {
	Method string
	Params map[string]string // objects as JSON
	Error  string            // Slack's code, a fault's name, or ""
}

// Calls lists the calls of these methods, or all of them, in order of arrival.
func (s *SlackServer) Calls(methods ...string) []SlackCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []SlackCall
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// apiError is a refusal with Slack's code.
type apiError struct {
	code    string
	detail  string
	pointer string
	needed  string // the scope
}

func fail(code string) *apiError { return &apiError{code: code} }

func (e *apiError) json() obj {
	o := obj{"ok": false, "error": e.code}
	if e.detail != "" {
		o["response_metadata"] = obj{"messages": []string{"[ERROR] " + e.detail + " [json-pointer:" + e.pointer + "]"}}
	}
	if e.code == "missing_scope" {
		o["needed"], o["provided"] = cmp.Or(e.needed, "chat:write"), "commands"
	}
	return o
}

type params map[string]string

type apiMethod struct {
	run      func(*SlackServer, params) (obj, *apiError)
	required []string
	app      bool   // needs the app-level token
	scope    string // of the bot token, where it is checked
}

func (s *SlackServer) methods() map[string]apiMethod {
	return map[string]apiMethod{
		"auth.test":             {run: (*SlackServer).authTest},
		"chat.postMessage":      {run: (*SlackServer).chatPost, required: []string{"channel"}},
		"chat.postEphemeral":    {run: (*SlackServer).chatEphemeral, required: []string{"channel", "user"}},
		"chat.update":           {run: (*SlackServer).chatUpdate, required: []string{"channel", "ts"}},
		"chat.delete":           {run: (*SlackServer).chatDelete, required: []string{"channel", "ts"}},
		"conversations.history": {run: (*SlackServer).history, required: []string{"channel"}},
		"conversations.replies": {run: (*SlackServer).replies, required: []string{"channel", "ts"}},
		"conversations.info":    {run: (*SlackServer).channelInfo, required: []string{"channel"}},
		"conversations.list":    {run: (*SlackServer).channelList},
		"conversations.members": {run: (*SlackServer).channelMembers, required: []string{"channel"}},
		"conversations.join":    {run: (*SlackServer).channelJoin, required: []string{"channel"}},
		"conversations.open":    {run: (*SlackServer).channelOpen},
		"users.info":            {run: (*SlackServer).userInfo, required: []string{"user"}},
		"files.info":            {run: (*SlackServer).fileInfo, required: []string{"file"}, scope: "files:read"},
		"views.open":            {run: (*SlackServer).viewOpen, required: []string{"trigger_id", "view"}},
		"views.publish":         {run: (*SlackServer).viewPublish, required: []string{"user_id", "view"}},
		"apps.connections.open": {run: (*SlackServer).connectionsOpen, app: true},

		"assistant.threads.setStatus":  {run: (*SlackServer).threadStatus, required: []string{"channel_id", "thread_ts", "status"}},
		"files.getUploadURLExternal":   {run: (*SlackServer).uploadURL, scope: "files:write"},
		"files.completeUploadExternal": {run: (*SlackServer).completeUpload, scope: "files:write"},
	}
}

func (s *SlackServer) serveAPI(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	p, token, ok := readParams(r)
	if !ok {
		s.answer(w, method, nil, fail("invalid_form_data"), nil)
		return
	}
	if s.stumble(w, r, method, p, func() { _, _ = s.perform(method, p, token) }) {
		return
	}
	result, err := s.perform(method, p, token)
	s.answer(w, method, p, err, result)
}

func (s *SlackServer) record(method string, p params, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, SlackCall{Method: method, Params: maps.Clone(p), Error: code})
	s.changedNow()
}

// perform checks and runs a call.
func (s *SlackServer) perform(method string, p params, token string) (obj, *apiError) {
	m, known := s.methods()[method]
	if !known {
		return nil, fail("unknown_method")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want, other := SlackBotToken, SlackAppToken
	if m.app {
		want, other = other, want
	}
	switch {
	case s.authError != "":
		return nil, fail(s.authError)
	case token == "":
		return nil, fail("not_authed")
	case token == other:
		return nil, fail("not_allowed_token_type")
	case token != want:
		return nil, fail("invalid_auth")
	case m.scope != "" && !slices.Contains(s.scopes, m.scope):
		return nil, &apiError{code: "missing_scope", needed: m.scope}
	}
	for _, name := range m.required {
		if p[name] == "" {
			code := "invalid_arguments"
			if name == "channel" {
				code = "channel_not_found"
			}
			return nil, &apiError{code: code, detail: "missing required field: " + name, pointer: "/" + name}
		}
	}
	return m.run(s, p)
}

func (s *SlackServer) answer(w http.ResponseWriter, method string, p params, err *apiError, result obj) {
	code := ""
	if err != nil {
		code, result = err.code, err.json()
	}
	s.record(method, p, code)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-OAuth-Scopes", s.granted())
	if code == "ratelimited" {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	if err == nil {
		result["ok"] = true
	}
	_, _ = w.Write(mustJSON(result))
}

// readParams reads a form or a JSON body, and the token from wherever it is.
func readParams(r *http.Request) (p params, token string, ok bool) {
	p = params{}
	token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return p, token, false
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var fields map[string]json.RawMessage
		if len(body) > 0 && json.Unmarshal(body, &fields) != nil {
			return p, token, false
		}
		for k, raw := range fields {
			p[k] = string(raw)
			var s string
			if json.Unmarshal(raw, &s) == nil {
				p[k] = s
			}
		}
		return p, token, true
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return p, token, false
	}
	for k, v := range r.URL.Query() {
		form[k] = append(form[k], v...)
	}
	if t := form.Get("token"); t != "" {
		token = t
	}
	form.Del("token")
	for k := range form {
		p[k] = form.Get(k)
	}
	return p, token, true
}

// tooFast keeps Slack's rate of one message a second and channel; the lock is held.
func (s *SlackServer) tooFast(channel string) bool {
	if !s.opts.Pace {
		return false
	}
	now := s.opts.Now()
	if now.Sub(s.lastPost[channel]) < time.Second {
		return true
	}
	s.lastPost[channel] = now
	return false
}
