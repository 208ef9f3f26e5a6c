package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const zwsp = "\u200b" // zero-width space

// toMrkdwn turns neutral text into Slack's markup. Its output holds no "<" but at
// the start of a bare link, and no ">" but at its end.
//
// Slack formats only at word borders, which Thai, Chinese, Japanese and others do not
// write: there a zero-width space is put outside the bold or code mark.
func toMrkdwn(s string) string {
	s = clean(s)
	lines := strings.Split(s, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		rest, fence := strings.CutPrefix(strings.TrimLeft(lines[i], " \t"), "```")
		if !fence {
			out = append(out, toLine(lines[i]))
			continue
		}
		if code, after, ok := strings.Cut(rest, "```"); ok { // opened and closed on one line
			out = append(out, "```"+escape(code)+"```"+toLine(after))
			continue
		}
		end := i + 1
		for end < len(lines) && !strings.HasPrefix(strings.TrimLeft(lines[end], " \t"), "```") {
			end++
		}
		out = append(out, codeBlock(strings.Join(lines[i+1:end], "\n")))
		i = end
	}
	return strings.Join(out, "\n")
}

// codeBlock writes code as a fenced block; the fence may not occur in it.
func codeBlock(code string) string {
	if code == "" {
		return ""
	}
	return "```\n" + strings.ReplaceAll(escape(code), "```", "`"+zwsp+"`"+zwsp+"`") + "\n```"
}

// clean makes s valid UTF-8 with \n line ends and without control characters.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
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
		if n := linkLen(rest, prev); n > 0 {
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
	if inWord(prev) {
		b.WriteString(zwsp)
	}
	b.WriteString(out)
	if inWord(next) {
		b.WriteString(zwsp)
	}
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r))
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

// linkLen gives the length of the http(s) link at the start of s, or 0.
func linkLen(s string, prev rune) int {
	if inWord(prev) && prev < utf8.RuneSelf {
		return 0
	}
	start := 0
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			start = len(scheme)
		}
	}
	if start == 0 {
		return 0
	}
	end := len(s)
	for i, r := range s {
		if strings.ContainsRune("<>|\"`*\\^{}。，、；：！？（）【】「」『』《》", r) || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			end = i
			break
		}
	}
	for end > start {
		r, size := utf8.DecodeLastRuneInString(s[:end])
		if !strings.ContainsRune(".,;:!?)]'…»”’؛،؟۔।", r) {
			break
		}
		end -= size
	}
	if end == start {
		return 0
	}
	return end
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
	words := strings.FieldsFunc(strings.Map(func(r rune) rune {
		if r >= 0x202a && r <= 0x202e || r == '\u200b' || r == '\ufeff' { // overrides would turn what follows around
			return -1
		}
		return r
	}, clean(s)), func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' })
	s = harmlessLabel(strings.Join(words, " "))
	if s == "" {
		return "…"
	}
	return shorten(s, limit)
}
