package web

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is a paragraph, a list, a piece of code, or lines that stay on the desk. The
// page builds elements from blocks; it never parses text.
type block struct {
	Type  string   `json:"type"` // p, ul, ol, code, internal
	Start int      `json:"start,omitempty"`
	Spans []span   `json:"spans,omitempty"`
	Items [][]span `json:"items,omitempty"`
	Text  string   `json:"text,omitempty"`
}

// span is a run of text of one kind.
type span struct {
	Text string `json:"text"`
	Bold bool   `json:"bold,omitempty"`
	Code bool   `json:"code,omitempty"`
	Href string `json:"href,omitempty"` // always what Text says, http or https
}

// An opening isolate may stand before the number: i18n isolates "1. SDK" as one run.
var reItem = regexp.MustCompile(`^\s{0,8}(\x{2068}?)(?:(\d{1,4})\. |[-•] )\s*(.*)$`)

// What one mark-up may span, in bytes. Hostile text must not cost more than its length.
const (
	maxMarkdown = 64 << 10 // a longer text is shown as it was written
	maxRun      = 2000     // from one mark to its other end
	maxLink     = 2048
	maxLinks    = 100 // of one paragraph
)

// markdown reads the subset that [bot.Outbound] may contain. What is not of the
// subset stays as it was written.
func markdown(text string) []block {
	if len(text) > maxMarkdown {
		return asWritten(text, false)
	}
	var out []block
	lines := strings.Split(strings.ReplaceAll(clean(text), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); {
		trimmed := strings.TrimSpace(lines[i])
		switch {
		case trimmed == "":
			i++
		case fence(trimmed):
			var b block
			b, i = readCode(lines, i)
			out = append(out, b)
		case reItem.MatchString(lines[i]):
			var b block
			b, i = readList(lines, i)
			out = append(out, b)
		default:
			var para []string
			for ; i < len(lines) && !ends(lines[i]); i++ {
				para = append(para, strings.TrimRight(lines[i], " \t"))
			}
			out = append(out, block{Type: "p", Spans: inline(strings.Join(para, "\n"), false)})
		}
	}
	return out
}

// fence tells a line that opens a block of code: "```" and at most a word.
func fence(line string) bool {
	rest, ok := strings.CutPrefix(line, "```")
	return ok && !strings.Contains(rest, "`")
}

func ends(line string) bool {
	t := strings.TrimSpace(line)
	return t == "" || fence(t) || reItem.MatchString(line)
}

func readCode(lines []string, i int) (block, int) {
	var code []string
	for i++; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "```" {
			i++
			break
		}
		code = append(code, lines[i])
	}
	return block{Type: "code", Text: strings.Join(code, "\n")}, i
}

// readList takes the items that follow one another; blank lines may stand between
// them, and an indented line continues its item.
func readList(lines []string, i int) (block, int) {
	var b block
	var items []string
	for i < len(lines) {
		m := reItem.FindStringSubmatch(lines[i])
		kind := "ul"
		if m != nil && m[2] != "" {
			kind = "ol"
		}
		switch {
		case m != nil && (b.Type == "" || b.Type == kind):
			if b.Type == "" && kind == "ol" {
				b.Start = number(m[2])
			}
			b.Type = kind
			items = append(items, m[1]+m[3])
			i++
			continue
		case m == nil && strings.TrimSpace(lines[i]) == "" && i+1 < len(lines) && sameList(b.Type, lines[i+1]):
			i++
			continue
		case m == nil && !ends(lines[i]) && strings.HasPrefix(lines[i], "  "):
			items[len(items)-1] += "\n" + strings.TrimSpace(lines[i])
			i++
			continue
		}
		break
	}
	for _, item := range items {
		b.Items = append(b.Items, inline(item, false))
	}
	return b, i
}

func sameList(kind, line string) bool {
	m := reItem.FindStringSubmatch(line)
	return m != nil && (m[2] != "") == (kind == "ol")
}

func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// inline reads bold, code and bare links.
func inline(s string, bold bool) []span {
	var out []span
	start, tries := 0, 0
	flush := func(to int) {
		if to > start {
			out = append(out, span{Text: s[start:to], Bold: bold})
		}
	}
	for i := 0; i < len(s); {
		switch {
		case s[i] == '`':
			if n := codeLen(s[i+1:]); n > 0 {
				flush(i)
				out = append(out, span{Text: s[i+1 : i+1+n], Bold: bold, Code: true})
				i += n + 2
				start = i
				continue
			}
		case !bold && strings.HasPrefix(s[i:], "**"):
			if n := closing(s[i+2:]); n > 0 {
				flush(i)
				out = append(out, inline(s[i+2:i+2+n], true)...)
				i += n + 4
				start = i
				continue
			}
		case tries < maxLinks && linkAt(s, i):
			tries++
			if n := linkLen(s[i:]); n > 0 {
				flush(i)
				out = append(out, span{Text: s[i : i+n], Bold: bold, Href: s[i : i+n]})
				i += n
				start = i
				continue
			}
		}
		i++
	}
	flush(len(s))
	return out
}

// codeLen gives the length of the code that s begins with, up to a "`" on the same line.
func codeLen(s string) int {
	s = s[:min(len(s), maxRun)]
	if n := strings.IndexAny(s, "`\n"); n > 0 && s[n] == '`' {
		return n
	}
	return -1
}

// closing finds the "**" that ends a bold run on the same line, outside of code.
func closing(s string) int {
	if s == "" || s[0] == ' ' || s[0] == '*' {
		return -1
	}
	for i := 0; i < min(len(s), maxRun) && s[i] != '\n'; i++ {
		if s[i] == '`' {
			if n := codeLen(s[i+1:]); n > 0 {
				i += n + 1
				continue
			}
		}
		if strings.HasPrefix(s[i:], "**") && i > 0 && s[i-1] != ' ' {
			return i
		}
	}
	return -1
}

// linkAt tells whether an address may begin at i.
func linkAt(s string, i int) bool {
	if s[i] != 'h' && s[i] != 'H' {
		return false
	}
	scheme := strings.ToLower(s[i:min(len(s), i+8)])
	if !strings.HasPrefix(scheme, "http://") && scheme != "https://" {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return i == 0 || !(r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)))
}

// linkLen gives the length of the http(s) address that s begins with, or 0 when it is none to link to.
func linkLen(s string) int {
	s = s[:min(len(s), maxLink)]
	n := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf) || strings.ContainsRune("<>\"`|*。，、；：！？）」』】《》،؛؟", r)
	})
	if n < 0 && len(s) == maxLink {
		return 0
	} else if n < 0 {
		n = len(s)
	}
	n = len(strings.TrimRight(s[:n], ".,;:!?'"))
	for range 8 { // brackets around it
		if n == 0 || !(s[n-1] == ')' && strings.Count(s[:n], ")") > strings.Count(s[:n], "(") || s[n-1] == ']') {
			break
		}
		n = len(strings.TrimRight(s[:n-1], ".,;:!?'"))
	}
	if safeLink(s[:n]) == "" {
		return 0
	}
	return n
}

// safeLink gives the address back when it is http(s), has a host, and does not
// pretend another one by a user part.
func safeLink(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	return s
}

// rePercent is a number with its sign, which do not part at the end of a line.
var rePercent = regexp.MustCompile(`(\d) %`)

// apart makes a paragraph of every line of a paragraph, for the bot's own words.
func apart(blocks []block) []block {
	var out []block
	for _, b := range blocks {
		if b.Type != "p" {
			out = append(out, b)
			continue
		}
		line := block{Type: "p"}
		for _, s := range b.Spans {
			for i, text := range strings.Split(s.Text, "\n") {
				if i > 0 {
					out = append(out, line)
					line = block{Type: "p"}
				}
				if text != "" {
					part := s
					part.Text = text
					if !s.Code && s.Href == "" {
						part.Text = rePercent.ReplaceAllString(text, "$1\u00a0%")
					}
					line.Spans = append(line.Spans, part)
				}
			}
		}
		out = append(out, line)
	}
	return slices.DeleteFunc(out, func(b block) bool { return b.Type == "p" && len(b.Spans) == 0 })
}

// asWritten shows a person's own words as they were written, links aside. On the
// desk, lines that begin with "//" are marked: they go to nobody; the others look
// as they do to the customer who reads them.
func asWritten(text string, desk bool) []block {
	kindOf := func(line string) string {
		if desk && strings.HasPrefix(strings.TrimSpace(line), "//") {
			return "internal"
		}
		return "p"
	}
	var out []block
	lines := strings.Split(clean(text), "\n")
	for i := 0; i < len(lines); {
		kind, from := kindOf(lines[i]), i
		for i < len(lines) && kindOf(lines[i]) == kind {
			i++
		}
		text := strings.Trim(strings.Join(lines[from:i], "\n"), "\n")
		switch {
		case text == "":
		case desk && kind == "p" && len(text) <= maxMarkdown:
			out = append(out, markdown(text)...)
		default:
			out = append(out, block{Type: kind, Spans: links(text)})
		}
	}
	return out
}

func links(s string) []span {
	var out []span
	start, tries := 0, 0
	for i := 0; i < len(s) && tries < maxLinks; i++ {
		if !linkAt(s, i) {
			continue
		}
		tries++
		if n := linkLen(s[i:]); n > 0 {
			if i > start {
				out = append(out, span{Text: s[start:i]})
			}
			out = append(out, span{Text: s[i : i+n], Href: s[i : i+n]})
			start = i + n
			i = start - 1
		}
	}
	if start < len(s) {
		out = append(out, span{Text: s[start:]})
	}
	return out
}

// clean drops what no chat needs: control characters other than line breaks and
// tabs, and bytes that are not UTF-8.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
}
