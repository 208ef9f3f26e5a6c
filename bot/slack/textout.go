package slack

import (
	"strings"
	"unicode/utf8"

	"firstline/bot/internal/cut"
)

const zwsp = "\u200b" // zero-width space

var mrkdwnMarkup = cut.Markup{Text: toMrkdwn, Code: func(_, code string) string { return codeBlock(code) }}

// sections converts text to pieces of at most limit units each, divided at sensible places.
func sections(text string, limit int) []string { return mrkdwnMarkup.Sections(text, limit) }

// fit converts as much of neutral text as stays within limit units.
func fit(s string, limit int) string { return cut.Fit(s, limit, toMrkdwn) }

// toMrkdwn turns neutral text into Slack's markup. Its output holds no "<" but at
// the start of a bare link, and no ">" but at its end.
//
// Slack formats only at word borders, which Thai, Chinese, Japanese and others do not
// write: there a zero-width space is put outside the bold or code mark.
func toMrkdwn(s string) string {
	s = cut.Clean(s)
	lines := strings.Split(s, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		block, fenced := cut.ReadBlock(lines, i)
		switch {
		case !fenced:
			out = append(out, toLine(lines[i]))
			continue
		case block.OneLine:
			out = append(out, "```"+hush(escape(block.Code))+"```"+toLine(block.After))
			continue
		}
		out = append(out, codeBlock(block.Code))
		if i = block.End; strings.TrimSpace(block.After) != "" {
			out = append(out, toLine(block.After))
		}
	}
	return strings.Join(out, "\n")
}

// codeBlock writes code as a fenced block; the fence may not occur in it.
func codeBlock(code string) string {
	if code == "" {
		return ""
	}
	return "```\n" + strings.ReplaceAll(hush(escape(code)), "```", "`"+zwsp+"`"+zwsp+"`") + "\n```"
}

func toLine(line string) string {
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if rest, ok := strings.CutPrefix(line[indent:], "- "); ok {
		return line[:indent] + "• " + inline(rest, true)
	}
	return inline(line, true)
}

// inline converts one line; bold is off inside of bold.
func inline(s string, bold bool) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	prev := rune(' ')
	for i := 0; i < len(s); {
		rest := s[i:]
		if out, n := marked(rest, bold); n > 0 {
			next, _ := utf8.DecodeRuneInString(rest[n:])
			writeMarked(&b, out, prev, next)
			i, prev = i+n, ' '
			continue
		}
		if n := cut.Link(rest, prev); n > 0 {
			b.WriteString("<" + escape(rest[:n]) + ">")
			i, prev = i+n, ' '
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		b.WriteString(escape(rest[:size]))
		if r == '@' && pings(rest[1:]) {
			b.WriteString(zwsp)
		}
		i, prev = i+size, r
	}
	return b.String()
}

// marked recognises a code span or a bold span at the start of s; n is 0 when
// there is none.
func marked(s string, bold bool) (out string, n int) {
	if s[0] == '`' {
		end := strings.IndexByte(s[1:], '`')
		if end <= 0 || strings.TrimSpace(s[1:1+end]) == "" {
			return "", 0
		}
		return "`" + escape(s[1:1+end]) + "`", end + 2
	}
	if !bold || !strings.HasPrefix(s, "**") {
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
	return "*" + inline(inner, false) + "*", end + 4
}

func writeMarked(b *strings.Builder, out string, prev, next rune) {
	if cut.InWord(prev) {
		b.WriteString(zwsp)
	}
	b.WriteString(out)
	if cut.InWord(next) {
		b.WriteString(zwsp)
	}
}

// hush breaks what would call a channel. Code calls nobody, but where a block begins and ends is Slack's
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

// pings tells whether "@" before s would call a whole channel.
func pings(s string) bool {
	for _, word := range []string{"here", "channel", "everyone", "group"} {
		if len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) {
			return true
		}
	}
	return false
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func escape(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return escaper.Replace(s)
}

// harmlessLabel breaks what would be a mention in markup. Slack does not parse
// plain_text; this is for what shows the same text elsewhere.
func harmlessLabel(s string) string {
	if !strings.ContainsAny(s, "<@") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		b.WriteRune(r)
		rest := s[i+utf8.RuneLen(r):]
		if r == '<' && rest != "" && strings.IndexByte("!@#", rest[0]) >= 0 || r == '@' && pings(rest) {
			b.WriteString(zwsp)
		}
	}
	return b.String()
}

// plain makes s fit a plain_text object or a label: one line, no control or
// direction-override characters, at most limit UTF-16 units, never empty.
func plain(s string, limit int) string {
	s = harmlessLabel(cut.Line(s))
	if s == "" {
		return "…"
	}
	return cut.Shorten(s, limit)
}
