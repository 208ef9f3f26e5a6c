package bottest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// What [SlackServer.Fail] and [SlackServer.Calls] call the requests that are no methods: the bytes
// of a file, either way.
const (
	SlackUpload   = "upload"
	SlackDownload = "download"
)

var slackScopes = []string{
	"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write",
	"groups:history", "groups:read", "im:history", "mpim:history", "users:read",
}

// slackUpload is a file between its announcement and its completion.
type slackUpload struct {
	name      string
	length    int
	content   []byte // nil until it arrived whole
	completed bool
}

// Without takes a scope from the bot token.
func (s *SlackServer) Without(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = slices.DeleteFunc(s.scopes, func(have string) bool { return have == scope })
}

func (s *SlackServer) granted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.scopes, ",")
}

// AddFile makes a file known to files.info and to messages that carry it.
func (s *SlackServer) AddFile(f SlackFile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(f)
}

// keep remembers a file, with what was known of it before; the lock is held.
func (s *SlackServer) keep(f SlackFile) SlackFile {
	known := s.files[f.ID]
	if f.Content == nil {
		f.Content = known.Content
	}
	if f.Size == 0 {
		f.Size = max(known.Size, len(f.Content))
	}
	f.base = s.http.URL
	plain := f
	plain.Hidden = false
	s.files[f.ID] = plain
	return f
}

// FileContent gives what is stored of a file, a person's or one that the app uploaded; nil when
// there is no such file.
func (s *SlackServer) FileContent(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.files[id].Content)
}

// HoldShares lets files that the app completes wait, as Slack's do for a while, and with false
// shows those that waited.
func (s *SlackServer) HoldShares(hold bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holding = hold; hold {
		return
	}
	for _, show := range s.held {
		show()
	}
	s.held = nil
}

func (s *SlackServer) uploadURL(p params) (obj, *apiError) {
	length, err := strconv.Atoi(p["length"])
	switch {
	case p["filename"] == "", p["length"] == "":
		return nil, fail("missing_argument")
	case err != nil || length <= 0:
		return nil, fail("invalid_arguments")
	case length > 1<<30:
		return nil, fail("file_upload_size_restricted")
	}
	id := s.id("F0UP")
	s.uploads[id] = &slackUpload{name: p["filename"], length: length}
	return obj{"upload_url": s.http.URL + "/upload/v1/" + id, "file_id": id}, nil
}

// serveUpload takes the bytes of an announced file, raw or as a form.
func (s *SlackServer) serveUpload(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("ticket")
	data, err := uploaded(r)
	p := params{"file": id, "length": strconv.Itoa(len(data))}
	if s.stumble(w, r, SlackUpload, p, func() { s.takeUpload(id, data) }) {
		return
	}
	status := http.StatusBadRequest
	if err == nil {
		status = s.takeUpload(id, data)
	}
	code := ""
	if status != http.StatusOK {
		code = strconv.Itoa(status)
	}
	s.record(SlackUpload, p, code)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, http.StatusText(status)+" - "+p["length"])
}

func uploaded(r *http.Request) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func (s *SlackServer) takeUpload(id string, data []byte) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	up := s.uploads[id]
	switch {
	case up == nil, up.completed:
		return http.StatusNotFound
	case len(data) != up.length:
		return http.StatusBadRequest
	}
	up.content = data
	return http.StatusOK
}

// completeUpload makes uploads files and shows them in one message. Slack takes each only once.
func (s *SlackServer) completeUpload(p params) (obj, *apiError) {
	var files []SlackFile
	var list []struct{ ID, Title string }
	if p["files"] == "" {
		return nil, fail("missing_argument")
	}
	if json.Unmarshal([]byte(p["files"]), &list) != nil || len(list) == 0 || p["channels"] != "" {
		return nil, fail("invalid_arguments")
	}
	for _, f := range list {
		up := s.uploads[f.ID]
		switch {
		case up == nil, up.completed, up.content == nil:
			return nil, fail("file_not_found")
		case slices.ContainsFunc(files, func(other SlackFile) bool { return other.ID == f.ID }):
			return nil, fail("invalid_arguments")
		}
		files = append(files, SlackFile{ID: f.ID, Name: up.name, Title: f.Title, Content: up.content})
	}
	show, err := s.shareOf(p, files)
	if err != nil {
		return nil, err
	}
	told := []obj{}
	for i, f := range files {
		s.uploads[f.ID].completed = true
		files[i] = s.keep(f)
		told = append(told, obj{"id": f.ID, "title": f.Title})
	}
	switch {
	case p["channel_id"] == "": // the app keeps it to itself
	case s.holding:
		s.held = append(s.held, show)
	default:
		show()
	}
	return obj{"files": told}, nil
}

// shareOf checks where files shall be shown and gives what shows them; the lock is held, both times.
func (s *SlackServer) shareOf(p params, files []SlackFile) (show func(), err *apiError) {
	if p["channel_id"] == "" {
		return nil, nil
	}
	if s.channels[p["channel_id"]] == nil { // no person's id, as chat.postMessage takes
		return nil, fail("channel_not_found")
	}
	ch, err := s.room(p["channel_id"])
	if err != nil {
		return nil, err
	}
	m := &SlackMessage{Channel: ch.ID, User: SlackBotUser, BotID: SlackBotID, Subtype: "file_share", Text: p["initial_comment"], Files: files}
	if p["blocks"] != "" && m.Text == "" {
		if m.Blocks, err = s.blocks(p["blocks"]); err != nil {
			return nil, err
		}
	}
	if root := s.find(ch.ID, p["thread_ts"]); root != nil {
		if root.Root() != root.TS { // a reply is no parent
			return nil, fail("invalid_thread_ts")
		}
		m.ThreadTS = root.TS
	}
	if s.tooFast(ch.ID) {
		return nil, fail("ratelimited")
	}
	return func() {
		m.TS = s.ts()
		s.messages = append(s.messages, m)
		s.changedNow()
		s.echo(ch, obj{"event_ts": m.TS}, m.json(false))
	}, nil
}

const signInPage = "<!DOCTYPE html><html><head><title>Sign in to First | Slack</title></head><body>Sign in</body></html>"

// serveFile gives a file to who may read it, and everybody else a page, with 200.
func (s *SlackServer) serveFile(w http.ResponseWriter, r *http.Request) {
	_, id, _ := strings.Cut(r.PathValue("file"), "-")
	p := params{"file": id}
	if s.stumble(w, r, SlackDownload, p, func() {}) {
		return
	}
	s.mu.Lock()
	f, known := s.files[id]
	mayRead := r.Header.Get("Authorization") == "Bearer "+SlackBotToken && slices.Contains(s.scopes, "files:read") && s.botSees(id)
	s.mu.Unlock()
	switch {
	case !mayRead:
		s.record(SlackDownload, p, "page")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, signInPage)
	case !known || f.Content == nil:
		s.record(SlackDownload, p, "404")
		http.Error(w, "not found", http.StatusNotFound)
	default:
		s.record(SlackDownload, p, "")
		if strings.HasPrefix(r.PathValue("rest"), "download/") {
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		}
		if kind := mime.TypeByExtension(path.Ext(f.Name)); kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(f.Content)))
		_, _ = w.Write(f.Content)
	}
}

// botSees tells whether a file is the bot's own, or in a channel that the bot is in; the lock is held.
func (s *SlackServer) botSees(id string) bool {
	if s.uploads[id] != nil {
		return true
	}
	return slices.ContainsFunc(s.messages, func(m *SlackMessage) bool {
		ch := s.channels[m.Channel]
		return ch != nil && !ch.NoBot && !m.Deleted && slices.ContainsFunc(m.Files, func(f SlackFile) bool { return f.ID == id })
	})
}
