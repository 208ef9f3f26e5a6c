package slack

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"firstline/bot"
)

const (
	maxFiles = 20       // of one message, in either direction
	maxFetch = 25 << 20 // of one file, in bytes
)

type file struct {
	ID                 string  `json:"id"`
	Name               string  `json:"name"`
	Title              string  `json:"title"`
	Mode               string  `json:"mode"`
	Access             string  `json:"file_access"` // "check_file_info" in Slack Connect: only the id came
	Size               float64 `json:"size"`
	Permalink          string  `json:"permalink"`
	URLPrivate         string  `json:"url_private"`
	URLPrivateDownload string  `json:"url_private_download"`
}

func (c *Client) files(ctx context.Context, list []file) []bot.File {
	var out []bot.File
	for _, f := range list[:min(len(list), maxFiles)] {
		if f.Mode == "tombstone" {
			continue
		}
		if f.Access == "check_file_info" && f.ID != "" {
			f = c.fileInfo(ctx, f)
		}
		url := firstOf(f.Permalink, f.URLPrivate)
		if url == "" && f.ID == "" {
			continue
		}
		out = append(out, bot.File{
			Name: firstOf(f.Name, firstOf(f.Title, f.ID)), URL: url, Size: int64(f.Size),
			Platform: Platform, Source: firstOf(f.URLPrivateDownload, f.URLPrivate),
		})
	}
	return out
}

// fileInfo asks for a file of which a Slack Connect event told only the id.
func (c *Client) fileInfo(ctx context.Context, f file) file {
	err := c.call(ctx, "files.info", "", func(ctx context.Context) error {
		info, _, _, err := c.api.GetFileInfoContext(ctx, f.ID, 0, 0)
		if err == nil {
			f.Name, f.Title, f.Permalink, f.Size = info.Name, info.Title, info.Permalink, float64(info.Size)
			f.URLPrivate, f.URLPrivateDownload = info.URLPrivate, info.URLPrivateDownload
		}
		return err
	})
	if err != nil {
		c.log.Warn("file lookup failed", "file", f.ID, "err", err)
	}
	return f
}

// refusal is a failure that this package itself found in an answer.
type refusal struct {
	class bot.Class
	what  string
}

func (r *refusal) Error() string { return r.what }

var errTooLarge = &refusal{bot.ClassInvalid, "larger than " + strconv.Itoa(maxFetch>>20) + " MiB"}

// Fetch opens the contents of a file that came from Slack; the caller closes them.
// The bot token goes to Slack's file hosts and nowhere else, and redirects are not followed: Slack
// serves a file that the token can read without one, and sends others to its
// sign-in page. Errors, those of reading too, are [bot.SendError]; they hold neither the token nor
// the address: [bot.ClassInvalid] for a file that is too large or elsewhere, [bot.ClassGone] for one
// that was deleted, [bot.ClassAuth] for one that the token cannot read.
func (c *Client) Fetch(ctx context.Context, f bot.File) (io.ReadCloser, error) {
	source := firstOf(f.Source, f.URL)
	switch {
	case f.Platform != "" && f.Platform != Platform:
		return nil, invalid(errors.New("the file is not on Slack"))
	case !c.mayHaveToken(source, fileHosts):
		return nil, invalid(errors.New("the file is not on one of Slack's file hosts"))
	case f.Size > maxFetch:
		return nil, invalid(errTooLarge)
	}
	var body io.ReadCloser
	err := c.call(ctx, methodDownload, "", func(ctx context.Context) (err error) {
		body, err = c.open(ctx, source, f.Size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &contents{body: body, left: maxFetch, fail: c.readFailure}, nil
}

// Hosts that may be sent the token; one that begins with a dot stands for all under it.
var (
	fileHosts   = []string{"files.slack.com", "files.slack-gov.com", "slack-files.com", ".slack-files.com"}
	uploadHosts = []string{".slack.com", ".slack-gov.com"} // Slack's API itself names the address
)

// mayHaveToken tells whether a request to raw may carry the token: over https to one of hosts, or
// to where every API call goes, when that is configured to be something else than Slack.
func (c *Client) mayHaveToken(raw string, hosts []string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	if u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") {
		for _, h := range hosts {
			if host == h || h[0] == '.' && strings.HasSuffix(host, h) {
				return true
			}
		}
	}
	api, err := url.Parse(c.cfg.APIURL)
	return err == nil && api.Hostname() != "slack.com" && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host)
}

// open asks for a file and gives its contents when the answer is the file.
func (c *Client) open(ctx context.Context, source string, size int64) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, &refusal{bot.ClassInvalid, "unreadable address"}
	}
	req.Header.Set("Authorization", "Bearer "+c.cfg.BotToken)
	req.Header.Set("Accept-Encoding", "identity") // a packed file stays packed, and its length is told
	resp, err := c.bulk.Do(req)
	if err != nil {
		return nil, err
	}
	if err := checkFile(resp, size); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp.Body, nil
}

func checkFile(resp *http.Response, size int64) error {
	switch status := resp.StatusCode; {
	case status == http.StatusNotFound, status == http.StatusGone:
		return &refusal{bot.ClassGone, "the file was deleted"}
	case status >= 300 && status < 400:
		return &refusal{bot.ClassAuth, "sent elsewhere: the token cannot read the file"}
	case status != http.StatusOK:
		return errors.New("not served") // classified by its status
	case resp.ContentLength > maxFetch:
		return errTooLarge
	case isPage(resp, size):
		return &refusal{bot.ClassAuth, "a page instead of the file: the token cannot read it, or lacks files:read"}
	}
	return nil
}

// isPage tells Slack's sign-in page, which comes with 200, from a file that
// is a page itself: such a file is a download, or has the length that is known of it.
func isPage(resp *http.Response, size int64) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	how, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	return kind == "text/html" && how != "attachment" && (size <= 0 || resp.ContentLength != size)
}

// contents are a file's bytes. More of them than allowed is an error, whatever
// length was announced.
type contents struct {
	body io.ReadCloser
	left int64
	fail func(error) error
}

func (r *contents) Read(p []byte) (int, error) {
	if r.left < 0 {
		return 0, r.fail(errTooLarge)
	}
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.body.Read(p)
	r.left -= int64(n)
	switch {
	case r.left < 0:
		return n - 1, r.fail(errTooLarge) // without the byte that is too much
	case err != nil && err != io.EOF:
		return n, r.fail(err)
	}
	return n, err
}

func (r *contents) Close() error { return r.body.Close() }

// readFailure classifies what went wrong after the answer had begun.
func (c *Client) readFailure(err error) error {
	return classify(methodDownload, new(wire), err, c.cfg.BotToken)
}
