package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/internal/cut"

	slackapi "github.com/slack-go/slack"
)

const (
	maxUpload     = 20 << 20        // of one file, in bytes: a larger one stays a link
	maxShare      = 10              // files in one message, as in Slack's own client
	maxCarried    = 4               // files in memory at a time, of all conversations
	maxFileName   = 200             //
	sharePatience = 5 * time.Minute // after that an uploaded file that cannot be shown is given up for its link
)

// fileLines lists files as "name: link", a section for some of them. The name is never the
// label of a link: the person who named the file would choose what it seems to lead to.
func fileLines(files []bot.File) []string {
	var lines []string
	for _, f := range files {
		line := "📎 " + escape(plain(f.Name, maxFileName))
		if n := cut.Link(f.URL, ' '); n > 0 && n == len(f.URL) && len(escape(f.URL)) <= maxLink {
			line += "\n<" + escape(f.URL) + ">"
		}
		if n := len(lines); n > 0 && cut.Size(lines[n-1])+cut.Size(line) < maxSection {
			lines[n-1] += "\n" + line
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// besides is out without the files that are shown after it; ids are theirs, "" for those that stay
// links. Where files are all that out has, it still names them: its author is told with it.
func besides(out bot.Outbound, ids []string) bot.Outbound {
	var rest []bot.File
	for i, f := range out.Files {
		switch {
		case i >= len(ids) || ids[i] == "":
			rest = append(rest, f)
		case out.Text == "" && out.Card == nil:
			rest = append(rest, bot.File{Name: f.Name})
		}
	}
	out.Files = rest
	return out
}

// stow uploads the files whose contents can be had, where nobody sees them yet, and gives
// Slack's ids of them in the order of files, "" for one that stays a link. An error says that Slack
// asked to wait. Nothing else may hold the text.
func (c *Client) stow(ctx context.Context, channel string, files []bot.File) ([]string, error) {
	budget := c.stowed
	if deadline, ok := ctx.Deadline(); ok {
		budget = min(budget, time.Until(deadline)/2) // the other half is for showing it all
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	ids := make([]string, len(files))
	for i, f := range files[:min(len(files), maxFiles)] {
		id, err := c.stowOne(ctx, f)
		if err != nil && bot.ClassOf(err) == bot.ClassLimited {
			return nil, err
		}
		if err != nil {
			c.log.Warn("a file stays a link", "channel", channel, "number", i+1, "of", len(files), "err", telling(err))
			continue
		}
		ids[i] = id
	}
	return ids, nil
}

// telling is what a log may say of err: only a SendError is known to hold no name and no secret.
func telling(err error) string {
	if se, ok := errors.AsType[*bot.SendError](err); ok {
		return se.Error()
	}
	return fmt.Sprintf("%T", err)
}

func (c *Client) stowOne(ctx context.Context, f bot.File) (id string, err error) {
	if f.Size > maxUpload {
		return "", invalid(errTooBig)
	}
	select {
	case c.carry <- struct{}{}:
		defer func() { <-c.carry }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	data, err := c.read(ctx, f)
	if err != nil {
		return "", err
	}
	for range 2 { // nothing is shown yet, so a broken line costs nothing
		if id, err = c.upload(ctx, f.Name, data); err == nil || bot.ClassOf(err) != bot.ClassRetry {
			break
		}
	}
	return id, err
}

var (
	errTooBig  = fmt.Errorf("file is larger than %d MiB", maxUpload>>20)
	errNoBytes = errors.New("file is empty, which Slack refuses")
)

// read loads a file whole: Slack wants to know its length first, and what a platform
// says of it need not be true.
func (c *Client) read(ctx context.Context, f bot.File) ([]byte, error) {
	r, err := c.cfg.Fetch(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	var buf bytes.Buffer
	buf.Grow(int(max(f.Size, 0)) + bytes.MinRead)
	n, err := buf.ReadFrom(io.LimitReader(r, maxUpload+1))
	switch {
	case err != nil:
		return nil, err
	case n > maxUpload:
		return nil, invalid(errTooBig)
	case n == 0:
		return nil, invalid(errNoBytes)
	}
	return buf.Bytes(), nil
}

var reFileID = regexp.MustCompile(`^[A-Za-z0-9]{1,50}$`)

// upload brings bytes to Slack. They are shown nowhere, and are thrown away unless they are shared.
func (c *Client) upload(ctx context.Context, name string, data []byte) (string, error) {
	name = fileName(name)
	var to *slackapi.GetUploadURLExternalResponse
	err := c.call(ctx, "files.getUploadURLExternal", "", func(ctx context.Context) (err error) {
		to, err = c.api.GetUploadURLExternalContext(ctx, slackapi.GetUploadURLExternalParameters{FileName: name, FileSize: len(data)})
		switch {
		case err != nil:
			return err
		case !reFileID.MatchString(to.FileID):
			return errors.New("answer without a file id")
		case !c.mayHaveToken(to.UploadURL, uploadHosts): // slack-go refuses it too, with the address in its error
			return &refusal{bot.ClassInvalid, "the upload address is not Slack's"}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	err = c.call(ctx, methodUpload, "", func(ctx context.Context) error {
		return c.bulkAPI.UploadToURL(ctx, slackapi.UploadToURLParameters{UploadURL: to.UploadURL, Reader: bytes.NewReader(data), Filename: name})
	})
	return to.FileID, err
}

// fileName is what Slack is told: one line, no path, and the ending kept when it is too long.
func fileName(name string) string {
	name = strings.NewReplacer("/", "_", "\\", "_").Replace(plain(name, 4*maxFileName))
	if ext := path.Ext(name); cut.Size(name) > maxFileName && cut.Size(ext) <= 20 {
		return cut.Shorten(strings.TrimSuffix(name, ext), maxFileName-cut.Size(ext)) + ext
	}
	return cut.Shorten(name, maxFileName)
}

// share shows the uploaded files that are not to be seen yet, under the text that is there.
// What Slack will not show is followed up by its link.
func (c *Client) share(ctx context.Context, to bot.Address, out bot.Outbound, have arrival) error {
	for some := range slices.Chunk(have.hidden(len(out.Files)), maxShare) {
		err := c.complete(ctx, to, out.Files, have.files, some)
		if err == nil {
			continue
		}
		switch bot.ClassOf(err) {
		case bot.ClassLimited:
			return err
		case bot.ClassRetry, bot.ClassUnclear:
			// One file that Slack cannot digest may not hold the conversation for ever.
			if c.cfg.Now().Sub(c.moment(have.parts[0])) < sharePatience {
				return err
			}
		}
		c.log.Warn("uploaded files are not shown, their links are", "channel", to.Channel, "files", len(some), "err", telling(err))
		for _, i := range some {
			if err := c.linkInstead(ctx, to, out, i, have.files[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete makes uploaded files one message. Slack takes each file for this only once, so that
// a repetition, whatever it is answered, does not show it twice.
func (c *Client) complete(ctx context.Context, to bot.Address, files []bot.File, ids []string, which []int) error {
	params := slackapi.CompleteUploadExternalParameters{Channel: to.Channel, ThreadTimestamp: to.Thread}
	for _, i := range which {
		params.Files = append(params.Files, slackapi.FileSummary{ID: ids[i], Title: fileName(files[i].Name)})
	}
	return c.paced(ctx, "files.completeUploadExternal", to.Channel, func(ctx context.Context) error {
		_, err := c.api.CompleteUploadExternalContext(ctx, params)
		return err
	})
}

// linkInstead says a file's name and link in a line of its own.
func (c *Client) linkInstead(ctx context.Context, to bot.Address, out bot.Outbound, i int, id string) error {
	parts, err := render(bot.Outbound{Files: out.Files[i : i+1]})
	if err != nil {
		return invalid(err)
	}
	var payload map[string]any
	if out.ID != "" {
		payload = map[string]any{"link_of": out.ID, "file": id}
	}
	_, err = c.postPart(ctx, to, parts[0], payload)
	return err
}
