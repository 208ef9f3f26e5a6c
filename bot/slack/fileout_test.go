package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/google/go-cmp/cmp"
)

// passing configures contents of files by name; a name that is not there cannot be fetched.
func passing(contents map[string]string) func(*Config) {
	return func(c *Config) {
		c.Fetch = func(_ context.Context, f bot.File) (io.ReadCloser, error) {
			data, ok := contents[f.Name]
			if !ok {
				return nil, fmt.Errorf("secret detail about %s", f.Name)
			}
			return io.NopCloser(strings.NewReader(data)), nil
		}
	}
}

func linked(name string) bot.File {
	return bot.File{Name: name, URL: "https://elsewhere.example/" + name, Platform: "web"}
}

// shown tells what the bot shows at where: texts as they are, files as name=contents.
func shown(w *town, where bottest.SlackWhere) []string {
	var out []string
	for _, m := range w.Messages(where) {
		if m.BotID != bottest.SlackBotID {
			continue
		}
		if len(m.Files) == 0 {
			out = append(out, m.Visible())
		}
		var files []string
		for _, f := range m.Files {
			files = append(files, f.Title+"="+string(w.FileContent(f.ID)))
		}
		if len(files) > 0 {
			out = append(out, strings.Join(files, " "))
		}
	}
	return out
}

func shows(t *testing.T, w *town, where bottest.SlackWhere, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, shown(w, where)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func find(t *testing.T, w *town, out bot.Outbound, want bool) {
	t.Helper()
	rec, found, err := w.client.Find(t.Context(), bot.Outbound{To: out.To, ID: out.ID})
	if err != nil || found != want || found && rec.MessageID == "" {
		t.Errorf("Find = %+v, %v, %v; want %v", rec, found, err, want)
	}
}

// silent checks that no name of a file and no secret is in the log.
func silent(t *testing.T, w *town, names ...string) {
	t.Helper()
	for _, s := range append(names, bottest.SlackBotToken, "secret detail", "/upload/v1/") {
		if strings.Contains(w.log.String(), s) {
			t.Errorf("the log tells %q:\n%s", s, w.log)
		}
	}
}

func TestFilesCrossBothWays(t *testing.T) {
	var slack *Client
	w := newTown(t, townOptions{config: func(c *Config) {
		c.Fetch = func(ctx context.Context, f bot.File) (io.ReadCloser, error) { return slack.Fetch(ctx, f) }
	}})
	slack = w.client
	root := w.Post("UMALI", "C0SIAM", "it stutters", bottest.WithFiles(bottest.SlackFile{ID: "F1", Name: "screen.png", Content: []byte("pixels")}))
	card := w.Post("UKIM", "C0DESK", "the card")
	in := w.inbox.last(t, 2)
	if len(in.Files) != 0 {
		t.Errorf("files = %+v", in.Files)
	}
	toDesk := bot.Outbound{ID: "m1", To: at("C0DESK", card.TS), Author: "Mali", Text: "it stutters", Files: w.inbox.all()[0].Files}
	rec := mustSend(t, w, toDesk)
	shows(t, w, bottest.InThread(card), "Mali\nit stutters", "screen.png=pixels")
	find(t, w, toDesk, true)
	if m := w.Expect(bottest.InThread(card), bottest.Says("it stutters"), patience); m.TS != rec.MessageID {
		t.Errorf("receipt = %+v, want the text's", rec)
	}

	w.Reply("UKIM", card, "", bottest.WithFiles(bottest.SlackFile{ID: "F2", Name: "preset.json", Content: []byte("{}")}))
	toSiam := bot.Outbound{ID: "m2", To: at("C0SIAM", root.TS), Author: "Kim", Files: w.inbox.last(t, 3).Files}
	mustSend(t, w, toSiam)
	shows(t, w, bottest.InThread(root), "Kim\n📎 preset.json", "preset.json={}")
	find(t, w, toSiam, true)

	// What the bot showed comes back as events, and is nobody's message.
	w.ExpectDeliveries(2, func(d bottest.SlackDelivery) bool {
		return d.Event == "message/file_share" && d.Status == 200 && d.Attempt == 0
	}, patience)
	w.inbox.last(t, 3)
}

func TestFilesThatCannotCrossStayLinks(t *testing.T) {
	large := strings.Repeat("x", maxUpload+1)
	w := newTown(t, townOptions{config: passing(map[string]string{
		"log.txt": "line", "large.bin": large, "largest.bin": large[1:], "said to be large": "small", "empty": "",
	})})
	root := w.Post("UMALI", "C0SIAM", "hello")
	big := linked("said-to-be-large")
	big.Name, big.Size = "said to be large", maxUpload+1
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", root.TS), Text: "see", Files: []bot.File{
		linked("large.bin"), linked("log.txt"), linked("nowhere"), big, linked("empty"), {Name: "largest.bin", Size: 1},
	}}
	mustSend(t, w, out)
	got := shown(w, bottest.InThread(root))
	var want []string
	for _, f := range []bot.File{out.Files[0], out.Files[2], out.Files[3], out.Files[4]} {
		want = append(want, "📎 "+f.Name+"\n<"+f.URL+">")
	}
	if len(got) != 2 || got[0] != "see\n"+strings.Join(want, "\n") || got[1] != "log.txt=line largest.bin="+large[1:] {
		for i := range got {
			got[i] = got[i][:min(len(got[i]), 300)]
		}
		t.Errorf("shown: %q", got)
	}
	if m := w.Messages(bottest.InThread(root))[1]; strings.Contains(m.Visible(), "log.txt") {
		t.Errorf("text %q names a file that is shown under it", m.Visible())
	}
	silent(t, w, "large.bin", "nowhere", "log.txt")
}

// TestFilesStayLinksWhereTheyMust covers updates, messages for one person, and no Fetch at all.
func TestFilesStayLinksWhereTheyMust(t *testing.T) {
	const link = "📎 log.txt\n<https://elsewhere.example/log.txt>"
	w := newTown(t, townOptions{config: passing(map[string]string{"log.txt": "line"})})
	files := []bot.File{linked("log.txt")}
	rec := mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "one"})
	mustSend(t, w, bot.Outbound{ID: "m2", To: at("C0SIAM", ""), Text: "two", Files: files, Update: rec.MessageID})
	mustSend(t, w, bot.Outbound{ID: "m3", To: at("C0SIAM", ""), Text: "three", Files: files, OnlyFor: "UMALI"})
	shows(t, w, bottest.In("C0SIAM"), "two\n"+link)
	shows(t, w, bottest.In("C0SIAM").For("UMALI"), "three\n"+link)

	w = newTown(t, townOptions{})
	mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "one", Files: files})
	shows(t, w, bottest.In("C0SIAM"), "one\n"+link)
	if n := len(w.Calls()); n != 1 {
		t.Errorf("%d calls without Fetch, want one: %+v", n, w.Calls())
	}
}

func TestFilesWhereThereIsNoThread(t *testing.T) {
	for _, channel := range []string{"C0SIAM", "DMALI"} {
		w := newTown(t, townOptions{config: passing(map[string]string{"a": "1", "b": "2"})})
		w.DM("UMALI")
		out := bot.Outbound{ID: "m1", To: at(channel, ""), Text: "see", Files: []bot.File{linked("a"), linked("b")}}
		w.Fail("files.completeUploadExternal", 1, bottest.SlackCutAfter)
		_, err := w.client.Send(t.Context(), out)
		classIs(t, err, bot.ClassUnclear)
		find(t, w, out, true)
		rec := mustSend(t, w, out)
		shows(t, w, bottest.In(channel), "see", "a=1 b=2")
		thread := map[string]string{"C0SIAM": rec.MessageID}[channel]
		if m := w.Expect(bottest.In(channel), bottest.Shows("b"), patience); m.ThreadTS != thread {
			t.Errorf("files in thread %q, want %q", m.ThreadTS, thread)
		}
	}
}

func TestManyFilesOfOneName(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"image.png": "x"})})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see"}
	for range maxFiles + 1 {
		out.Files = append(out.Files, linked("image.png"))
	}
	w.Fail("files.completeUploadExternal", 1, bottest.SlackServerErrorAfter)
	_, err := w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassUnclear)
	find(t, w, out, false) // the second ten are missing
	mustSend(t, w, out)
	find(t, w, out, true)
	ten := strings.TrimSuffix(strings.Repeat("image.png=x ", maxShare), " ")
	shows(t, w, bottest.In("C0SIAM"), "see\n📎 image.png\n<https://elsewhere.example/image.png>", ten, ten)

	other := bot.Outbound{ID: "m2", To: at("C0SIAM", ""), Text: "and", Files: out.Files[:1]}
	mustSend(t, w, other) // the same name again is another file
	if got := shown(w, bottest.In("C0SIAM")); len(got) != 5 || got[4] != "image.png=x" {
		t.Errorf("shown: %q", got)
	}
}

func TestFileRefusedBeforeTheText(t *testing.T) {
	const link = "see\n📎 log.txt\n<https://elsewhere.example/log.txt>"
	scope := func(w *town) { w.Without("files:write") }
	fail := func(method string, n int, f bottest.SlackFault) func(*town) {
		return func(w *town) { w.Fail(method, n, f) }
	}
	const announce = "files.getUploadURLExternal"
	tests := []struct {
		name   string
		mishap func(*town)
		want   []string
	}{
		{"scope", scope, []string{link}},
		{"disabled", fail(announce, 1, bottest.SlackError("file_uploads_disabled")), []string{link}},
		{"too large for the workspace", fail(announce, 1, bottest.SlackError("file_upload_size_restricted")), []string{link}},
		{"upload refused", fail(bottest.SlackUpload, 1, bottest.SlackStatus(413)), []string{link}},
		{"broken once", fail(announce, 1, bottest.SlackServerError), []string{"see", "log.txt=line"}},
		{"cut once", fail(bottest.SlackUpload, 1, bottest.SlackCutAfter), []string{"see", "log.txt=line"}},
		{"broken for long", fail(announce, 2, bottest.SlackServerError), []string{link}},
		{"uploads broken for long", fail(bottest.SlackUpload, 2, bottest.SlackCutBefore), []string{link}},
		{"maintenance", fail(announce, 2, bottest.SlackHTML), []string{link}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t, townOptions{config: passing(map[string]string{"log.txt": "line"})})
			tt.mishap(w)
			out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("log.txt")}}
			for range 2 { // sending it once more changes nothing
				mustSend(t, w, out)
				shows(t, w, bottest.In("C0SIAM"), tt.want...)
				find(t, w, out, true)
			}
			silent(t, w, "log.txt")
		})
	}
}

func TestFilesWaitWhenSlackAsksTo(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"log.txt": "line"})})
	out := bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("log.txt")}}
	w.Fail("files.getUploadURLExternal", 1, bottest.SlackLimited(7))
	_, err := w.client.Send(t.Context(), out)
	classIs(t, err, bot.ClassLimited)
	if se, _ := errors.AsType[*bot.SendError](err); se.After != 7*time.Second {
		t.Errorf("after %v, want 7s", se.After)
	}
	shows(t, w, bottest.In("C0SIAM"))
}

func TestFileRefusedAfterTheText(t *testing.T) {
	for _, fault := range []bottest.SlackFault{
		bottest.SlackError("file_type_not_allowed"), bottest.SlackError("posting_to_channel_denied"), bottest.SlackError("missing_scope"), bottest.SlackError("restricted_action"),
	} {
		w := newTown(t, townOptions{config: passing(map[string]string{"a": "1", "b": "2"})})
		root := w.Post("UMALI", "C0SIAM", "hello")
		out := bot.Outbound{ID: "m1", To: at("C0SIAM", root.TS), Text: "see", Files: []bot.File{linked("a"), linked("b")}}
		w.Fail("files.completeUploadExternal", 1, fault)
		for range 2 {
			mustSend(t, w, out)
			shows(t, w, bottest.InThread(root), "see", "📎 a\n<https://elsewhere.example/a>", "📎 b\n<https://elsewhere.example/b>")
			find(t, w, out, true)
		}
		if n := len(w.Calls("chat.update")); n != 0 {
			t.Errorf("%d updates of what was sent", n)
		}
		if n := len(w.Calls("files.completeUploadExternal")); n != 1 {
			t.Errorf("completed %d times, want once", n)
		}
		silent(t, w, "elsewhere")
	}
}

func TestFilesKeepSlacksPace(t *testing.T) {
	now := time.Unix(1700000000, 0)
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	w := newTown(t, townOptions{
		slack:  bottest.SlackOptions{Pace: true, Now: clock},
		config: func(c *Config) { passing(map[string]string{"a": "1"})(c); c.Now, c.Pace = clock, 0 },
	})
	w.client.pace.wait = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
		return nil
	}
	for i := range 3 {
		mustSend(t, w, bot.Outbound{ID: fmt.Sprint(i), To: at("C0SIAM", ""), Text: "x", Files: []bot.File{linked("a")}})
	}
}

// TestSlowFilesDoNotHoldTheText never gets the contents of the first file.
func TestSlowFilesDoNotHoldTheText(t *testing.T) {
	w := newTown(t, townOptions{config: func(c *Config) {
		c.Fetch = func(ctx context.Context, _ bot.File) (io.ReadCloser, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}})
	w.client.stowed = time.Millisecond
	mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("a")}})
	shows(t, w, bottest.In("C0SIAM"), "see\n📎 a\n<https://elsewhere.example/a>")
}

func TestFileName(t *testing.T) {
	tests := map[string]string{
		"log.txt": "log.txt", "": "…", "a/b\\c.txt": "a_b_c.txt", "two\nlines\x00.txt": "two lines.txt", "日志 (1).log": "日志 (1).log",
		"evil\u202egnp.exe": "evilgnp.exe", "../../etc/passwd": ".._.._etc_passwd",
		strings.Repeat("x", 300) + ".tar.gz": strings.Repeat("x", maxFileName-4) + "….gz",
		strings.Repeat("x", 300):             strings.Repeat("x", maxFileName-1) + "…",
	}
	for in, want := range tests {
		if got := fileName(in); got != want {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUploadGoesOnlyToSlack(t *testing.T) {
	w := newTown(t, townOptions{config: passing(map[string]string{"a": "1"})})
	w.Fail("files.getUploadURLExternal", 1, bottest.SlackAnswer(`{"ok":true,"file_id":"F1","upload_url":"https://evil.example/secret-ticket"}`))
	mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{linked("a")}})
	shows(t, w, bottest.In("C0SIAM"), "see\n📎 a\n<https://elsewhere.example/a>")
	silent(t, w, "secret-ticket")
	for _, u := range []string{"https://files.slack.com/upload/v1/x", "https://files.slack-gov.com/upload/v1/x"} {
		if !w.client.mayHaveToken(u, uploadHosts) {
			t.Errorf("%s is refused", u)
		}
	}
}

func TestContentsAreReadWhole(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	w := newTown(t, townOptions{config: passing(map[string]string{"a": string(data)})})
	mustSend(t, w, bot.Outbound{ID: "m1", To: at("C0SIAM", ""), Text: "see", Files: []bot.File{{Name: "a", Size: 3}}}) // its size is a lie
	m := w.Expect(bottest.In("C0SIAM"), bottest.Shows("a"), patience)
	if !slices.Equal(w.FileContent(m.Files[0].ID), data) {
		t.Error("contents differ")
	}
}
