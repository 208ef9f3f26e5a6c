package bottest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"testing"
)

// TestDiscordThreadsLive follows threads: closed, opened by a message of a person or the bot, private, locked.
func TestDiscordThreadsLive(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	root := s.Post(mali, textC, "root")
	_, made := ask(t, s, "POST", "/channels/"+textC+"/messages/"+root.ID+"/threads", o{"name": " case ", "auto_archive_duration": 10080})
	thread := s.ExpectThread(textC, func(c DiscordChannel) bool { return c.Name == "case" }, patience)
	if thread.ID != root.ID || thread.AutoArchive != 10080 || str(made["id"]) != root.ID || s.Message(root).Root() != root.ID {
		t.Errorf("thread = %+v", thread)
	}
	in := s.Reply(mali, root, "inside")
	if in.Thread != root.ID || in.Channel != root.ID || in.Root() != root.ID {
		t.Errorf("reply = %+v", in)
	}
	say := func() int {
		status, _ := ask(t, s, "POST", "/channels/"+root.ID+"/messages", o{"content": "hi"})
		return status
	}
	s.Archive(root.ID, false)
	if _, active := ask(t, s, "GET", "/guilds/"+guildG+"/threads/active", nil); len(list(active["threads"])) != 0 {
		t.Errorf("closed thread is active: %v", active)
	}
	if _, closed := ask(t, s, "GET", "/channels/"+textC+"/threads/archived/public", nil); len(list(closed["threads"])) != 1 {
		t.Errorf("closed thread is not among the archived: %v", closed)
	}
	if say() != 200 || s.Channel(root.ID).Archived {
		t.Error("a message does not open the thread again")
	}
	s.Archive(root.ID, false)
	s.Reply(mali, root, "opened by a person")
	if s.Channel(root.ID).Archived {
		t.Error("a person's message does not open the thread again")
	}
	s.Archive(root.ID, false)
	if status, _ := ask(t, s, "PATCH", "/channels/"+root.ID, o{"archived": false}); status != 200 || s.Channel(root.ID).Archived {
		t.Errorf("opening it: %d", status)
	}
	if _, renamed := ask(t, s, "PATCH", "/channels/"+root.ID, o{"name": "solved"}); renamed["name"] != "solved" {
		t.Errorf("renamed = %v", renamed)
	}
	if n := len(s.Threads(textC)); n != 1 {
		t.Errorf("%d threads", n)
	}
	s.Purge(root.ID, in)
	if !s.Message(in).Deleted {
		t.Error("purged message is there")
	}
	s.DeleteChannel(root.ID)
	if say() != 404 {
		t.Error("a deleted thread takes messages")
	}
}

func TestDiscordArchivedRefuses(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{ArchivedRefuses: true})
	root := s.Post(mali, textC, "root")
	s.StartThread(mali, root, "case")
	s.Archive(root.ID, false)
	if status, got := ask(t, s, "POST", "/channels/"+root.ID+"/messages", o{"content": "hi"}); status != 400 || num(got["code"]) != 50083 {
		t.Errorf("into a closed thread: %d %v", status, got)
	}
}

func TestDiscordPrivateThreads(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	path := "/channels/" + textC + "/threads"
	_, made := ask(t, s, "POST", path, o{"name": "quiet", "type": 12, "invitable": false})
	id := str(made["id"])
	if len(s.Messages(InDiscord(textC))) != 0 || s.Channel(id).Invitable {
		t.Errorf("a private thread shows in its channel, or %v can be invited to", made)
	}
	stops(t, s, "a private thread that one is not in", func() { s.Post(mali, id, "x") })
	for range 2 { // the second changes nothing
		if status, _ := ask(t, s, "PUT", "/channels/"+id+"/thread-members/"+mali, nil); status != 204 {
			t.Fatalf("adding: %d", status)
		}
	}
	s.Post(mali, id, "now I am")
	if types := messageTypes(s.Messages(InDiscord(id))); !slices.Equal(types, []int{typeRecipientAdd, typeDefault}) {
		t.Errorf("types of messages = %v", types)
	}
	theirs := DiscordChannel{ID: "700000000000000098", Guild: guildG, Name: "theirs", Kind: DiscordPrivateThread, Parent: textC, Members: []string{kim, DiscordBotUser}, Owner: kim}
	s.AddChannel(theirs)
	if status, got := ask(t, s, "PUT", "/channels/"+theirs.ID+"/thread-members/"+mali, nil); status != 403 {
		t.Errorf("inviting to a thread that is not invitable: %d %v", status, got)
	}
	public, _ := ask(t, s, "POST", path, o{"name": "loud", "type": 11})
	if said := s.Messages(InDiscord(textC)); public != 201 || len(said) != 1 || said[0].Type != typeThreadCreated {
		t.Errorf("a public thread without a message: %d, %+v", public, said)
	}
	if status, got := askAnyway(t, s, "POST", path, o{"name": "odd", "type": 15}); status != 400 {
		t.Errorf("odd type: %d %v", status, got)
	}
}

func messageTypes(all []DiscordMessage) (out []int) {
	for _, m := range all {
		out = append(out, m.Type)
	}
	return out
}

func TestDiscordForumPosts(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	first := s.PostForum(mali, forumF, "It stutters", "since noon", DiscordFiles(DiscordFile{Name: "x.png", Content: []byte("x")}))
	if first.ID != first.Channel || first.Thread != first.ID || s.Channel(forumF).Kind != DiscordForum || s.Channel(first.ID).Name != "It stutters" {
		t.Errorf("post = %+v", first)
	}
	ask(t, s, "POST", "/channels/"+first.ID+"/messages", o{"content": "where?"})
	s.Expect(InDiscordThread(first), DiscordAll(DiscordSays("where?"), DiscordAfter(first)), patience)
	if _, forum := ask(t, s, "GET", "/channels/"+forumF, nil); forum["last_message_id"] != first.ID {
		t.Errorf("forum = %v", forum)
	}
	if status, got := ask(t, s, "POST", "/channels/"+forumF+"/threads", o{"name": "empty", "message": o{}}); status != 400 || num(got["code"]) != 50006 {
		t.Errorf("empty post: %d %v", status, got)
	}
}

// multipartBody is a message with files as apps send it.
func multipartBody(t *testing.T, payload o, files ...DiscordFile) (string, []byte) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("payload_json", string(mustJSON(payload))); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		part, err := w.CreateFormFile(fmt.Sprintf("files[%d]", i), f.Name)
		if err == nil {
			_, err = part.Write(f.Content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	return w.FormDataContentType(), body.Bytes()
}

func TestDiscordUploads(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	s.AddChannel(DiscordChannel{ID: "700000000000000097", Guild: guildG, Name: "no files", Deny: []string{"ATTACH_FILES", "EMBED_LINKS"}})
	send := func(channel string, payload o, files ...DiscordFile) int {
		kind, body := multipartBody(t, payload, files...)
		req, _ := http.NewRequest("POST", s.APIURL()+"channels/"+channel+"/messages", bytes.NewReader(body))
		req.Header = http.Header{"Authorization": {"Bot " + DiscordBotToken}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {kind}}
		resp, err := NewDiscordContract(t, s.APIURL(), http.DefaultTransport).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	small, large := DiscordFile{Name: "a.txt", Content: []byte("abc")}, DiscordFile{Name: "b.bin", Content: make([]byte, maxFile+1)}
	named := o{"attachments": []any{o{"id": 0, "filename": "renamed.txt"}}}
	for name, got := range map[string][2]int{
		"a file alone":        {send(textC, named, small), 200},
		"a file that is huge": {send(textC, o{}, large), 413},
		"a file not named":    {send(textC, named, small, small), 400},
		"eleven files":        {send(textC, o{}, slices.Repeat([]DiscordFile{small}, 11)...), 400},
		"a file where none":   {send("700000000000000097", o{}, small), 403},
		"an embed where none": {send("700000000000000097", o{"embeds": []any{o{"title": "x"}}}), 403},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", name, got[0], got[1])
		}
	}
	m := s.Expect(InDiscord(textC), nil, patience)
	if len(m.Files) != 1 || m.Files[0].Name != "renamed.txt" || string(m.Files[0].Content) != "abc" {
		t.Errorf("files = %+v", m.Files)
	}
	if c := s.Calls("POST /channels/{channel}/messages"); !slices.Equal(c[0].Files, []string{"a.txt"}) || c[1].Code != 40005 {
		t.Errorf("calls = %+v", c)
	}
}

func TestDiscordEdits(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	m := card(t, s, textC)
	path := "/channels/" + textC + "/messages/" + m.ID
	if status, got := ask(t, s, "PATCH", path, o{"content": "", "components": []any{}}); status != 400 || num(got["code"]) != 50006 {
		t.Errorf("emptied: %d %v", status, got)
	}
	_, got := ask(t, s, "PATCH", path, o{"content": "solved @everyone"})
	if got["edited_timestamp"] == nil || len(list(got["components"])) != 2 {
		t.Errorf("edited = %v; want what the body leaves out as it was", got)
	}
	s.ExpectChange(m, DiscordSays("solved"), patience)
	ask(t, s, "PATCH", path, o{"components": []any{}})
	if now := s.Message(m); len(now.Buttons())+len(now.Menus()) != 0 || len(now.Pings) != 0 {
		t.Errorf("message = %+v", now)
	}
	if status, _ := ask(t, s, "DELETE", path, nil); status != 204 || !s.Message(m).Deleted {
		t.Errorf("deleted: %d", status)
	}
}

func TestDiscordHangEndsWithTheCaller(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	s.Fail("GET /users/@me", 1, DiscordHang)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "GET", s.APIURL()+"users/@me", nil)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		done <- err
	}()
	s.ExpectCalls("GET /users/@me", 1, patience)
	cancel()
	if err := <-done; err == nil {
		t.Error("a hanging call gave an answer")
	}
}
