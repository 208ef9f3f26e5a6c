package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/bottest"
)

func fetched(t *testing.T, c *Client, f bot.File) (string, error) {
	t.Helper()
	r, err := c.Fetch(t.Context(), f)
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(r)
	if closed := r.Close(); closed != nil {
		t.Errorf("Close: %v", closed)
	}
	return string(data), err
}

func TestFetchGivesWhatAPersonSent(t *testing.T) {
	bothWays(t, func(t *testing.T, w *town) {
		page := "<!DOCTYPE html><p>what the player shows"
		w.AddFile(bottest.SlackFile{ID: "F2", Name: "from afar.bin", Content: []byte{0, 1, 2, 255}})
		w.Post("UMALI", "C0SIAM", "see", bottest.WithFiles(
			bottest.SlackFile{ID: "F1", Name: "log.txt", Content: []byte("line\n")}, bottest.SlackFile{ID: "F2", Name: "from afar.bin", Hidden: true},
			bottest.SlackFile{ID: "F3", Name: "player.html", Content: []byte(page)}))
		files := w.inbox.last(t, 1).Files
		for i, want := range []string{"line\n", "\x00\x01\x02\xff", page} {
			if got, err := fetched(t, w.client, files[i]); err != nil || got != want || files[i].Size != int64(len(want)) {
				t.Errorf("%+v = %q, %v; want %q", files[i], got, err, want)
			}
		}
		files[2].Source = strings.Replace(files[2].Source, "download/", "", 1) // served to be looked at: its length tells
		if got, err := fetched(t, w.client, files[2]); err != nil || got != page {
			t.Errorf("page = %q, %v", got, err)
		}
	})
}

func TestFetchTellsTheSignInPageFromAFile(t *testing.T) {
	w := newTown(t, townOptions{})
	w.AddChannel(bottest.SlackChannel{ID: "C0OUT", Members: []string{"UMALI"}})
	for i, name := range []string{"log.txt", "page.html"} {
		w.Post("UMALI", "C0OUT", "see", bottest.WithFiles(bottest.SlackFile{ID: fmt.Sprint("F", i), Name: name, Content: []byte("<p>x")}))
	}
	w.Post("UMALI", "C0SIAM", "gone", bottest.WithFiles(bottest.SlackFile{ID: "F3", Name: "gone.txt", Size: 9}))
	var files []bot.File
	for _, in := range w.inbox.all() {
		files = append(files, in.Files...)
	}
	_, err := fetched(t, w.client, files[len(files)-1])
	classIs(t, err, bot.ClassGone)
	w.Without("files:read")
	w.AddFile(bottest.SlackFile{ID: "F0", Name: "log.txt", Content: []byte("<p>x")})
	for _, f := range []bot.File{files[0], {Source: files[0].Source}} {
		_, err := fetched(t, w.client, f)
		classIs(t, err, bot.ClassAuth)
		if !strings.Contains(err.Error(), "files:read") || strings.Contains(err.Error(), "log.txt") {
			t.Errorf("error %q; want the scope and not the name", err)
		}
	}
}

// origin is a client whose API, and so its files, are at a server of the test.
func origin(t *testing.T, serve http.HandlerFunc) (*Client, bot.File) {
	t.Helper()
	srv := httptest.NewServer(serve)
	t.Cleanup(srv.Close)
	c, err := New(Config{BotToken: bottest.SlackBotToken, AppToken: "x", APIURL: srv.URL + "/api", Acceptor: &inbox{}, Texts: texts{}})
	if err != nil {
		t.Fatal(err)
	}
	return c, bot.File{Name: "secret name.bin", URL: "https://first.slack.com/x", Platform: Platform, Source: srv.URL + "/secret-path"}
}

func TestFetchClassifiesAnswers(t *testing.T) {
	const page = "text/html; charset=utf-8"
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<html>")
		}
	}
	tests := []struct {
		name  string
		serve http.HandlerFunc
		size  int64
		want  bot.Class // "" for contents
	}{
		{"file", answer(200, "Content-Type", "image/png"), 6, ""},
		{"sign-in page", answer(200, "Content-Type", page), 0, bot.ClassAuth},
		{"sign-in page for a file of another length", answer(200, "Content-Type", page), 7, bot.ClassAuth},
		{"a page as a file", answer(200, "Content-Type", page, "Content-Disposition", `attachment; filename="a.html"`), 0, ""},
		{"a page of the known length", answer(200, "Content-Type", page, "Content-Length", "6"), 6, ""},
		{"sent to the sign-in page", answer(302, "Location", "/signin"), 0, bot.ClassAuth},
		{"forbidden", answer(403), 0, bot.ClassAuth},
		{"deleted", answer(404), 0, bot.ClassGone},
		{"deleted for good", answer(410), 0, bot.ClassGone},
		{"too many", answer(429, "Retry-After", "7"), 0, bot.ClassLimited},
		{"broken", answer(500), 0, bot.ClassRetry},
		{"broken gateway", answer(502), 0, bot.ClassRetry},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, bot.ClassRetry},
		{"cut in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 100, bot.ClassRetry},
		{"said to be large", answer(200, "Content-Length", fmt.Sprint(maxFetch+1)), 0, bot.ClassInvalid},
		{"known to be large", answer(200), maxFetch + 1, bot.ClassInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, f := origin(t, tt.serve)
			f.Size = tt.size
			got, err := fetched(t, c, f)
			if tt.want == "" {
				if err != nil || got != "<html>" {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			classIs(t, err, tt.want)
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q tells the name or the address", err)
			}
		})
	}
}

func TestFetchStopsAtItsLimit(t *testing.T) {
	for _, extra := range []int{0, 1, 100000} {
		c, f := origin(t, func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush() // so that no length is told
			_, _ = io.Copy(w, bytes.NewReader(make([]byte, maxFetch+extra)))
		})
		got, err := fetched(t, c, f)
		if extra == 0 && (err != nil || len(got) != maxFetch) {
			t.Errorf("%d bytes, %v; want all of them", len(got), err)
		}
		if extra > 0 {
			classIs(t, err, bot.ClassInvalid)
			if len(got) != maxFetch {
				t.Errorf("%d bytes before the error, want %d", len(got), maxFetch)
			}
		}
	}
}

func TestFetchAsksWithTheTokenAndNothingElse(t *testing.T) {
	var got http.Header
	c, f := origin(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set("Content-Encoding", "gzip") // a log that was packed by hand stays as it is
		_, _ = io.WriteString(w, "\x1f\x8b packed")
	})
	if data, err := fetched(t, c, f); err != nil || data != "\x1f\x8b packed" {
		t.Errorf("data = %q, %v", data, err)
	}
	if got.Get("Authorization") != "Bearer "+bottest.SlackBotToken || got.Get("Cookie") != "" {
		t.Errorf("headers = %v", got)
	}
}

func TestFetchDoesNotFollowWithTheToken(t *testing.T) {
	asked := make(chan http.Header, 10)
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Header }))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c, f := origin(t, http.RedirectHandler(thief.URL, status).ServeHTTP)
		_, err := fetched(t, c, f)
		classIs(t, err, bot.ClassAuth)
	}
	select {
	case h := <-asked:
		t.Errorf("went where the redirect points to, with %v", h)
	default:
	}
}

type recorder struct{ urls []string }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.urls = append(r.urls, req.URL.String())
	return nil, errors.New("no network")
}

func TestFetchAsksOnlySlack(t *testing.T) {
	tests := []struct {
		source string
		asked  bool
	}{
		{"https://files.slack.com/files-pri/T0-F1/log.txt", true},
		{"https://FILES.slack.com:443/files-pri/T0-F1/log.txt", true},
		{"https://slack-files.com/T0-F1-0123", true},
		{"https://edge.slack-files.com/T0-F1-0123", true},
		{"https://files.slack-gov.com/files-pri/T0-F1/log.txt", true},
		{"http://files.slack.com/files-pri/T0-F1/log.txt", false},
		{"https://files.slack.com:8443/x", false},
		{"https://user@files.slack.com/x", false},
		{"https://first.slack.com/files/U0/F1/log.txt", false},
		{"https://slack.com/x", false},
		{"https://files.slack.com.evil.example/x", false},
		{"https://evilslack-files.com/x", false},
		{"https://docs.google.com/document/d/1", false},
		{"https://evil.example/files.slack.com", false},
		{"https://169.254.169.254/latest/meta-data", false},
		{"file:///etc/passwd", false},
		{"//files.slack.com/x", false},
		{"%zz", false},
		{"", false},
	}
	for _, tt := range tests {
		net := &recorder{}
		c, err := New(Config{BotToken: "xoxb-secret", AppToken: "x", Acceptor: &inbox{}, Texts: texts{}, HTTPClient: &http.Client{Transport: net}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Fetch(context.Background(), bot.File{Source: tt.source, Platform: Platform})
		if (len(net.urls) > 0) != tt.asked {
			t.Errorf("%q: asked %v", tt.source, net.urls)
		}
		if !tt.asked {
			classIs(t, err, bot.ClassInvalid)
		}
		if _, err := c.Fetch(t.Context(), bot.File{Source: tt.source, Platform: "discord"}); bot.ClassOf(err) != bot.ClassInvalid || len(net.urls) > 1 {
			t.Errorf("a file of another platform: %v, asked %v", err, net.urls)
		}
	}
}
