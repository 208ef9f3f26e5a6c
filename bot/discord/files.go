package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"
	"firstline/bot/internal/transport"
)

const (
	maxUpload   = 10 << 20 // of one file, in a guild without boosts
	maxUploads  = 10
	maxTogether = 24 << 20 // of a message: 25 MiB with what is around them
	maxDownload = 25 << 20
)

// cdn are the hosts that Discord serves attachments from.
var cdn = map[string]bool{"cdn.discordapp.com": true, "media.discordapp.net": true}

// Fetch opens an attachment that came from Discord. Its address ends after a day; then the message is
// asked for a new one. Nothing is opened anywhere else than where Discord keeps attachments. The token is
// not sent along.
func (c *Client) Fetch(ctx context.Context, f bot.File) (io.ReadCloser, error) {
	body, err := c.download(ctx, f.URL)
	if err == nil || f.Source == "" {
		return body, err
	}
	fresh, again := c.freshURL(ctx, f.Source)
	if again != nil || fresh == "" || fresh == f.URL {
		return nil, err
	}
	return c.download(ctx, fresh)
}

func (c *Client) download(ctx context.Context, address string) (io.ReadCloser, error) {
	u, err := url.Parse(address)
	if err != nil || !c.serves(u) {
		return nil, errors.New("discord: not an address of an attachment")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("discord: not an address of an attachment")
	}
	req.Header.Set("User-Agent", c.rest.UserAgent)
	resp, err := c.files.Do(req)
	if err != nil {
		return nil, fmt.Errorf("discord: attachment: %s", transport.Text(err))
	}
	if resp.StatusCode != http.StatusOK || resp.ContentLength > maxDownload {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("discord: attachment: status %d, %d bytes", resp.StatusCode, resp.ContentLength)
	}
	return &capped{ReadCloser: resp.Body, left: maxDownload}, nil
}

// serves tells whether u is where Discord, or the API that stands for it, keeps attachments.
func (c *Client) serves(u *url.URL) bool {
	if u.User != nil {
		return false
	}
	standIn := u.Scheme == c.base.Scheme && u.Host == c.base.Host && strings.HasPrefix(path.Clean(u.Path), "/attachments/")
	return standIn || u.Scheme == "https" && cdn[u.Host]
}

// capped fails where a body goes on after what was allowed, instead of passing on a part as the whole.
type capped struct {
	io.ReadCloser
	left int64
}

func (r *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.ReadCloser.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, errors.New("discord: attachment is too large")
	}
	return n, err
}

// freshURL asks the message for the present address of an attachment.
func (c *Client) freshURL(ctx context.Context, source string) (string, error) {
	parts := strings.Split(source, "/")
	if len(parts) != 3 || strings.Trim(strings.Join(parts, ""), "0123456789") != "" {
		return "", nil
	}
	var m message
	err := c.getMessage(ctx, parts[0], parts[1], &m)
	for _, a := range m.Attachments {
		if a.ID == parts[2] {
			return a.URL, err
		}
	}
	return "", err
}

// carry reads the contents of files that can go along, and gives the lines of the others.
func (c *Client) carry(ctx context.Context, files []bot.File) (uploads []upload, lines []string) {
	room := int64(maxTogether)
	for _, f := range files {
		content, ok := []byte(nil), false
		if len(uploads) < maxUploads {
			content, ok = c.contents(ctx, f, min(room, maxUpload))
		}
		if !ok {
			lines = append(lines, fileLine(f))
			continue
		}
		room -= int64(len(content))
		uploads = append(uploads, upload{name: fileName(f.Name), content: content})
	}
	return uploads, lines
}

// contents reads a file of at most limit bytes; ok is false when it cannot be had whole.
func (c *Client) contents(ctx context.Context, f bot.File, limit int64) (content []byte, ok bool) {
	open := c.cfg.Fetch
	if f.Platform == Platform {
		open = c.Fetch
	}
	if open == nil || f.Size > limit || limit <= 0 {
		return nil, false
	}
	body, err := open(ctx, f)
	if err != nil {
		c.log.Warn("file goes as a link", "platform", f.Platform, "err", err)
		return nil, false
	}
	defer func() { _ = body.Close() }()
	content, err = io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil || int64(len(content)) > limit || len(content) == 0 {
		c.log.Warn("file goes as a link", "platform", f.Platform, "bytes", len(content), "err", err)
		return nil, false
	}
	return content, true
}

// fileName makes a name of the kind that Discord keeps as it is.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\"<>:|?*`+"`", r) {
			return '_'
		}
		return r
	}, cut.Line(s))
	if ext := path.Ext(s); cut.Size(s) > 100 && cut.Size(ext) <= 10 {
		return strings.TrimSuffix(cut.Shorten(strings.TrimSuffix(s, ext), 100-cut.Size(ext)), "…") + ext
	}
	return strings.TrimSuffix(firstOf(cut.Shorten(s, 100), "file"), "…")
}
