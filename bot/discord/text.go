package discord

import (
	"strings"
	"unicode/utf8"

	"firstline/bot/internal/cut"
)

const zwsp = "\u200b" // zero-width space

var markup = cut.Markup{Text: toMarkdown, Code: codeBlock}

// toMarkdown turns neutral text into Discord's Markdown. Bold, code, fences and "- " and
// "1. " lists stay; a link stands in angle brackets, which Discord does not show and which end it
// where it ends; everything else that Discord would format is escaped.
func toMarkdown(s string) string {
	lines := strings.Split(cut.Clean(s), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		block, fenced := cut.ReadBlock(lines, i)
		code := block.Code
		if block.OneLine {
			code = strings.Trim(code, "`")
		}
		switch {
		case !fenced, block.OneLine && strings.TrimSpace(code) == "":
			out = append(out, toLine(lines[i]))
			continue
		case strings.TrimSpace(code) != "":
			out = append(out, codeBlock(block.Lang, code))
		}
		if i = block.End; strings.TrimSpace(block.After) != "" {
			out = append(out, toLine(strings.TrimLeft(block.After, " ")))
		}
	}
	return strings.Join(out, "\n")
}

// codeBlock writes code as a fenced block; the fence may not occur in it.
func codeBlock(lang, code string) string {
	if code == "" {
		return ""
	}
	return "```" + lang + "\n" + strings.ReplaceAll(hush(code), "```", "`"+zwsp+"`"+zwsp+"`") + "\n```"
}

// toLine converts one line. What would make a heading, a quotation or small print of it is escaped.
func toLine(line string) string {
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	mark := ""
	if strings.HasPrefix(line[indent:], "- ") {
		mark = "- "
	}
	rest := line[indent+len(mark):]
	blank := len(rest) - len(strings.TrimLeft(rest, " \t"))
	guard := ""
	switch body := rest[blank:]; {
	case strings.HasPrefix(body, "#"), strings.HasPrefix(body, ">"), strings.HasPrefix(body, "-#"), mark != "" && strings.HasPrefix(body, "- "):
		guard = `\`
	}
	return line[:indent] + mark + rest[:blank] + guard + inline(rest[blank:], marksAll)
}

// marks are what inline leaves as it is.
type marks int

const (
	marksNone marks = iota // a name: nothing
	marksBold              // inside of bold: code and links
	marksAll               // bold too
)

// inline converts a part of a line.
func inline(s string, keep marks) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	prev := rune(' ')
	for i := 0; i < len(s); {
		rest := s[i:]
		if out, n := marked(rest, keep); n > 0 {
			b.WriteString(out)
			i, prev = i+n, ' '
			continue
		}
		if n := cut.Link(rest, prev); n > 0 && keep > marksNone {
			b.WriteString("<" + rest[:n] + ">")
			i, prev = i+n, ' '
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		if formats(r, prev, rest[size:]) {
			b.WriteByte('\\')
		}
		b.WriteString(rest[:size])
		if r == '<' && entity(rest[1:]) || r == '@' && pings(rest[1:]) {
			b.WriteString(zwsp)
		}
		i, prev = i+size, r
	}
	return b.String()
}

// marked recognises a code span or a bold span at the start of s; n is 0 when
// there is none.
func marked(s string, keep marks) (out string, n int) {
	if keep == marksNone {
		return "", 0
	}
	if s[0] == '`' {
		end := strings.IndexByte(s[1:], '`')
		if end <= 0 || strings.TrimSpace(s[1:1+end]) == "" || strings.HasPrefix(s[end+2:], "`") {
			return "", 0
		}
		return s[:end+2], end + 2
	}
	if keep != marksAll || !strings.HasPrefix(s, "**") {
		return "", 0
	}
	end := strings.Index(s[2:], "**")
	if end <= 0 {
		return "", 0
	}
	inner := s[2 : 2+end]
	if inner != strings.TrimSpace(inner) || strings.Contains(inner, "*") {
		return "", 0
	}
	return "**" + inline(inner, marksBold) + "**", end + 4
}

// formats tells whether Discord would read r, between prev and rest, as markup.
func formats(r, prev rune, rest string) bool {
	switch r {
	case '\\', '*', '_', '`', '[':
		return true
	case '~', '|': // only two of them mean something
		return prev == r || strings.HasPrefix(rest, string(r))
	}
	return false
}

// entity tells whether "<" before s would begin a mention, a custom emoji, a time or a command.
func entity(s string) bool {
	for _, start := range []string{"@", "#", ":", "/", "a:", "t:", "id:"} {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

// hush breaks what would call a channel. Code calls nobody, but where a block begins and ends is Discord's
// own reading of backticks, which may differ from ours.
func hush(s string) string {
	var b strings.Builder
	for i, r := range s {
		b.WriteRune(r)
		if r == '@' && pings(s[i+1:]) {
			b.WriteString(zwsp)
		}
	}
	return b.String()
}

// pings tells whether "@" before s would call a whole channel, here or on the platform it came from.
func pings(s string) bool {
	for _, word := range []string{"here", "everyone", "channel"} {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
			return true
		}
	}
	return false
}

// label makes s fit a place that Discord does not format (a button, an option, a thread's name):
// one line, at most limit units, never empty.
func label(s string, limit int) string {
	var b strings.Builder
	s = cut.Line(s)
	for i, r := range s {
		b.WriteRune(r)
		rest := s[i+utf8.RuneLen(r):]
		if r == '<' && entity(rest) || r == '@' && pings(rest) {
			b.WriteString(zwsp)
		}
	}
	if s = b.String(); !cut.Visible(s) {
		return "…"
	}
	return cut.Shorten(s, limit)
}

// name makes s fit a place that Discord formats and that is nothing but a name: all of it is escaped.
func name(s string, limit int) string {
	if s = cut.Line(s); !cut.Visible(s) {
		return "…"
	}
	return cut.Fit(s, limit, func(s string) string {
		out := inline(s, marksNone)
		if strings.HasPrefix(s, "#") || strings.HasPrefix(s, ">") || strings.HasPrefix(s, "-") {
			out = `\` + out
		}
		return out
	})
}

// fit converts as much of neutral text as stays within limit units.
func fit(s string, limit int) string { return cut.Fit(cut.Clean(s), limit, toMarkdown) }
