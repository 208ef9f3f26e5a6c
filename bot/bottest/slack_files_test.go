package bottest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// bring uploads data as a form, or raw.
func bring(t *testing.T, url, data string, form bool) (status int, answer string) {
	t.Helper()
	body, kind := bytes.NewBufferString(data), "application/octet-stream"
	if form {
		body.Reset()
		w := multipart.NewWriter(body)
		part, err := w.CreateFormFile("file", "log.txt")
		if err == nil {
			_, err = io.WriteString(part, data)
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		kind = w.FormDataContentType()
	}
	resp, err := http.Post(url, kind, body)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

// announced gives an upload's address and file id.
func announced(t *testing.T, s *SlackServer, length int) (url, id string) {
	t.Helper()
	got := call(t, s, "files.getUploadURLExternal", map[string]string{"filename": "log.txt", "length": fmt.Sprint(length)})
	if got["ok"] != true {
		t.Fatalf("announcement: %v", got)
	}
	return str(got["upload_url"]), str(got["file_id"])
}

func TestSlackRefusesUploads(t *testing.T) {
	s, _ := newTown(t, SlackOptions{NoEcho: true})
	root := s.Post("U1", "C1", "hello")
	reply := s.Reply("U1", root, "more")
	s.AddChannel(SlackChannel{ID: "G1", Kind: "group", Members: []string{"U1"}, NoBot: true})
	url, ready := announced(t, s, 4)
	if status, answer := bring(t, url, "four", true); status != 200 || answer != "OK - 4" {
		t.Fatalf("upload: %d %q", status, answer)
	}
	_, waiting := announced(t, s, 4)
	file := func(id string) string { return `[{"id":"` + id + `","title":"t"}]` }
	tests := []struct {
		name, method string
		args         map[string]string
		want         string
	}{
		{"no name", "files.getUploadURLExternal", map[string]string{"length": "4"}, "missing_argument"},
		{"no length", "files.getUploadURLExternal", map[string]string{"filename": "a"}, "missing_argument"},
		{"nothing in it", "files.getUploadURLExternal", map[string]string{"filename": "a", "length": "0"}, "invalid_arguments"},
		{"not a number", "files.getUploadURLExternal", map[string]string{"filename": "a", "length": "four"}, "invalid_arguments"},
		{"two gigabytes", "files.getUploadURLExternal", map[string]string{"filename": "a", "length": "2000000000"}, "file_upload_size_restricted"},
		{"no files", "files.completeUploadExternal", map[string]string{"channel_id": "C1"}, "missing_argument"},
		{"files unreadable", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": ready}, "invalid_arguments"},
		{"never announced", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": file("F9")}, "file_not_found"},
		{"never uploaded", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": file(waiting)}, "file_not_found"},
		{"one and none", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": `[{"id":"` + ready + `"},{"id":"F9"}]`}, "file_not_found"},
		{"twice at once", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": `[{"id":"` + ready + `"},{"id":"` + ready + `"}]`}, "invalid_arguments"},
		{"unknown channel", "files.completeUploadExternal", map[string]string{"channel_id": "C9", "files": file(ready)}, "channel_not_found"},
		{"a person is no channel", "files.completeUploadExternal", map[string]string{"channel_id": "U1", "files": file(ready)}, "channel_not_found"},
		{"not a member", "files.completeUploadExternal", map[string]string{"channel_id": "C2", "files": file(ready)}, "not_in_channel"},
		{"private and not a member", "files.completeUploadExternal", map[string]string{"channel_id": "G1", "files": file(ready)}, "channel_not_found"},
		{"archived", "files.completeUploadExternal", map[string]string{"channel_id": "C3", "files": file(ready)}, "is_archived"},
		{"under a reply", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "thread_ts": reply.TS, "files": file(ready)}, "invalid_thread_ts"},
		{"bad blocks", "files.completeUploadExternal", map[string]string{"channel_id": "C1", "blocks": "{", "files": file(ready)}, "invalid_blocks_format"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := call(t, s, tt.method, tt.args); got["error"] != tt.want || got["ok"] != false {
				t.Errorf("got %v, want error %s", got, tt.want)
			}
		})
	}
	if len(s.Messages(In("C1"))) != 2 || s.FileContent(ready) != nil {
		t.Error("a refused completion left something")
	}
	s.Without("files:write")
	if got := call(t, s, "files.completeUploadExternal", map[string]string{"files": file(ready)}); got["error"] != "missing_scope" || got["needed"] != "files:write" {
		t.Errorf("without the scope: %v", got)
	}
}

func TestSlackTakesAFileOnce(t *testing.T) {
	s, a := newTown(t, SlackOptions{})
	root := s.Post("U1", "C1", "hello")
	url, id := announced(t, s, 4)
	for _, data := range []string{"", "fou", "fours"} {
		if status, _ := bring(t, url, data, false); status != http.StatusBadRequest {
			t.Errorf("upload of %d bytes: %d, want 400", len(data), status)
		}
	}
	if status, _ := bring(t, url, "four", false); status != 200 {
		t.Fatalf("upload: %d", status)
	}
	args := map[string]string{"channel_id": "C1", "thread_ts": root.TS, "files": `[{"id":"` + id + `","title":"The log"}]`}
	if got := call(t, s, "files.completeUploadExternal", args); got["ok"] != true {
		t.Fatalf("completion: %v", got)
	}
	m := s.Expect(InThread(root), Shows("log.txt"), patience)
	if f := m.Files[0]; f.ID != id || f.Title != "The log" || f.Size != 4 || string(s.FileContent(id)) != "four" || m.Subtype != "file_share" {
		t.Errorf("message = %+v", m)
	}
	if got := call(t, s, "files.completeUploadExternal", args); got["error"] != "file_not_found" {
		t.Errorf("once more: %v", got)
	}
	if status, _ := bring(t, url, "four", false); status != http.StatusNotFound {
		t.Errorf("upload to what is complete: %d", status)
	}
	s.ExpectDeliveries(2, func(SlackDelivery) bool { return true }, patience)
	if echo := a.bodies[1]; !strings.Contains(echo, `"subtype":"file_share"`) || !strings.Contains(echo, `"user":"`+SlackBotUser+`"`) || !strings.Contains(echo, id) {
		t.Errorf("echo = %s", echo)
	}
}

func TestSlackSharesLate(t *testing.T) {
	s, _ := newTown(t, SlackOptions{NoEcho: true})
	url, id := announced(t, s, 1)
	bring(t, url, "x", true)
	s.HoldShares(true)
	if got := call(t, s, "files.completeUploadExternal", map[string]string{"channel_id": "C1", "files": `[{"id":"` + id + `"}]`}); got["ok"] != true {
		t.Fatalf("completion: %v", got)
	}
	if all := s.Messages(In("C1")); len(all) != 0 {
		t.Errorf("shown at once: %+v", all)
	}
	s.HoldShares(false)
	s.Expect(In("C1"), Shows("log.txt"), patience)
}

func TestSlackGivesFilesToTheBotAlone(t *testing.T) {
	s, _ := newTown(t, SlackOptions{NoEcho: true})
	s.AddFile(SlackFile{ID: "F1", Name: "a b.txt", Content: []byte("line")})
	s.Post("U1", "C1", "see", WithFiles(SlackFile{ID: "F1", Name: "a b.txt", Hidden: true}, SlackFile{ID: "F2", Name: "gone.txt", Size: 3}))
	s.Post("U1", "C2", "see", WithFiles(SlackFile{ID: "F3", Name: "elsewhere.txt", Content: []byte("secret")}))
	address := func(id string) string {
		return str(asObj(call(t, s, "files.info", map[string]string{"file": id})["file"])["url_private_download"])
	}
	tests := []struct {
		name, id, token string
		status          int
		body            string
	}{
		{"the bot", "F1", SlackBotToken, 200, "line"},
		{"nobody", "F1", "", 200, signInPage},
		{"another token", "F1", SlackAppToken, 200, signInPage},
		{"a channel without the bot", "F3", SlackBotToken, 200, signInPage},
		{"without contents", "F2", SlackBotToken, 404, "not found\n"},
	}
	get := func(url, token string) (*http.Response, string) {
		req, _ := http.NewRequest(http.MethodGet, url, nil)
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp, string(body)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := get(address(tt.id), tt.token)
			if resp.StatusCode != tt.status || body != tt.body {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, tt.status, tt.body)
			}
			isPage := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
			if isPage != (tt.body == signInPage) || !isPage && tt.status == 200 && !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("headers = %v", resp.Header)
			}
		})
	}
	url := address("F1")
	s.Without("files:read")
	if _, body := get(url, SlackBotToken); body != signInPage {
		t.Errorf("without files:read: %q", body)
	}
	if got := call(t, s, "files.info", map[string]string{"file": "F1"}); got["error"] != "missing_scope" {
		t.Errorf("files.info: %v", got)
	}
	want := []string{"", "page", "page", "page", "404", "page"}
	var outcomes []string
	for _, c := range s.Calls(SlackDownload) {
		outcomes = append(outcomes, c.Error)
	}
	if !slices.Equal(outcomes, want) {
		t.Errorf("downloads = %q, want %q", outcomes, want)
	}
}
