package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// maxFile is the size of the largest article file that is read. Ten times what a long article needs.
const maxFile = 64 << 10

// Meta is the front matter of an article file.
type Meta struct {
	ID        string   `yaml:"id"`
	Scenarios []string `yaml:"scenarios"`
	Symptoms  []string `yaml:"symptoms"`
	Layers    []string `yaml:"layers"`
	Suits     []string `yaml:"suits"` // optional
	Examples  []string `yaml:"examples"`
	Reviewed  string   `yaml:"reviewed"` // YYYY-MM-DD
}

// SyntaxError says what is wrong with an article file, and where.
type SyntaxError struct {
	File string
	Line int // counted from 1
	Msg  string
}

// Error gives file:line: message.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// Meta returns the front matter of the file the text came from.
func (t Text) Meta() Meta { return t.meta }

// Parse reads one article file. The name is used in messages only; the language stays empty, since it stands in the path.
// Every error is a [*SyntaxError] that names the file.
func Parse(name string, src []byte) (Text, error) {
	fail := func(line int, format string, args ...any) (Text, error) {
		return Text{}, &SyntaxError{File: name, Line: line, Msg: fmt.Sprintf(format, args...)}
	}
	if len(src) > maxFile {
		return fail(1, "%d bytes; an article file has at most %d", len(src), maxFile)
	}
	if !utf8.Valid(src) {
		return fail(1, "not UTF-8")
	}
	src = normalize(src)
	front, body, line, ok := split(src)
	if !ok {
		return fail(1, `front matter is missing: the file must begin with a line "---" and the front matter end with another`)
	}
	meta, err := parseMeta(name, front)
	if err != nil {
		return Text{}, err
	}
	reviewed, err := time.Parse(time.DateOnly, meta.Reviewed)
	if err != nil {
		return fail(keyLine(src, "reviewed"), "reviewed is %q; want a date like 2026-11-20", meta.Reviewed)
	}
	text, err := parseBody(name, body, line)
	if err != nil {
		return Text{}, err
	}
	if len(meta.Layers) != len(text.Steps) {
		return fail(keyLine(src, "layers"), "%d layers for %d steps; want one for each step, in step order", len(meta.Layers), len(text.Steps))
	}
	if n := len(meta.Suits); n > 0 && n != len(text.Steps) {
		return fail(keyLine(src, "suits"), "%d suits for %d steps; want one for each step, in step order, or none at all", n, len(text.Steps))
	}
	for _, symptom := range strings.Fields(strings.Join(meta.Suits, " ")) {
		if !slices.Contains(meta.Symptoms, symptom) {
			return fail(keyLine(src, "suits"), "%q is not among the article's symptoms", symptom)
		}
	}
	text.meta, text.Examples, text.Reviewed, text.File = meta, meta.Examples, reviewed, name
	return text, nil
}

// normalize drops a byte order mark and carriage returns, which editors on Windows add.
func normalize(src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	return bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
}

// split separates front matter and body; line is the file's line on which the body begins.
func split(src []byte) (front, body []byte, line int, ok bool) {
	rest, found := bytes.CutPrefix(src, []byte("---\n"))
	if !found {
		return nil, nil, 0, false
	}
	for at := 0; at < len(rest); {
		end := bytes.IndexByte(rest[at:], '\n')
		next := at + end + 1
		if end < 0 {
			end, next = len(rest)-at, len(rest)
		}
		if string(bytes.TrimRight(rest[at:at+end], " \t")) == "---" {
			front, body = rest[:at], rest[next:]
			return front, body, 3 + bytes.Count(front, []byte("\n")), true
		}
		at = next
	}
	return nil, nil, 0, false
}

// parseMeta decodes the front matter strictly and checks that every key is there.
func parseMeta(name string, front []byte) (meta Meta, err error) {
	fail := func(line int, format string, args ...any) (Meta, error) {
		return Meta{}, &SyntaxError{File: name, Line: line, Msg: "front matter: " + fmt.Sprintf(format, args...)}
	}
	// An article is input from outside, and a defect of the YAML library must not end the program.
	defer func() {
		if r := recover(); r != nil {
			meta, err = fail(2, "not readable as YAML")
		}
	}()
	if err := yaml.NewDecoder(bytes.NewReader(front), yaml.Strict()).Decode(&meta); err != nil {
		line, msg := 2, err.Error()
		var ye yaml.Error
		if errors.As(err, &ye) {
			msg = ye.GetMessage()
			if strings.Contains(msg, "unmarshal map") {
				msg = "want a plain value here; text with a colon must stand in quotes"
			}
			if tk := ye.GetToken(); tk != nil && tk.Position != nil {
				line = tk.Position.Line + 1
			}
		}
		return fail(line, "%s", msg)
	}
	for _, key := range []struct {
		name    string
		missing bool
	}{
		{"id", meta.ID == ""},
		{"scenarios", meta.Scenarios == nil},
		{"symptoms", len(meta.Symptoms) == 0},
		{"layers", len(meta.Layers) == 0},
		{"examples", meta.Examples == nil},
		{"reviewed", meta.Reviewed == ""},
	} {
		if key.missing {
			return fail(max(2, keyLine(front, key.name)+1), "%s is missing or empty", key.name)
		}
	}
	return meta, nil
}

// keyLine finds the line of src on which a front-matter key stands; 0 if it does not.
func keyLine(src []byte, key string) int {
	at := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + `\s*:`).FindIndex(src)
	if at == nil {
		return 0
	}
	return 1 + bytes.Count(src[:at[0]], []byte("\n"))
}

// titleEnd is the punctuation that may end the bold beginning of a step, in all our languages.
const titleEnd = ".。．!！?？:：।۔؟…"

var boldEnd = regexp.MustCompile(`^\*\*([^*]+?)([` + titleEnd + `]+)\*\*(\S)`)

// tidyStep moves the full stop out of the bold beginning where the text goes on without a space: "**标题。**正文" is not bold
// in CommonMark, "**标题**。正文" is.
func tidyStep(s string) string {
	return boldEnd.ReplaceAllString(strings.TrimSpace(s), "**$1**$2$3")
}
