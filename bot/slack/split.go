package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// size counts s as Slack's client does, in UTF-16 units: never less than its characters.
func size(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// shorten cuts s to at most limit units, with "…" for what is missing.
func shorten(s string, limit int) string {
	if size(s) <= limit {
		return s
	}
	head := cutAt(s, limit-1, size)
	return strings.TrimRightFunc(s[:head], unicode.IsSpace) + "…"
}

// fit converts as much of neutral text as stays within limit units, with "…"
// for what is missing.
func fit(s string, limit int) string {
	if !over(s, limit) {
		if out := toMrkdwn(s); size(out) <= limit {
			return out
		}
	}
	head := cutAt(s, limit-1, func(p string) int { return size(toMrkdwn(p)) })
	return toMrkdwn(strings.TrimRightFunc(s[:head], unicode.IsSpace)) + "…"
}

// sections converts text to pieces of at most limit units each: paragraphs are kept
// whole where they fit, then lines, then sentences, then words; a code block is divided
// only when it alone is too long, and then at line ends, each part fenced again.
func sections(text string, limit int) []string {
	var out []string
	cur := ""
	for _, u := range units(clean(text)) {
		for _, piece := range u.pieces(limit) {
			switch {
			case cur == "":
				cur = piece
			case size(cur)+size(u.sep)+size(piece) <= limit:
				cur += u.sep + piece
			default:
				out, cur = append(out, cur), piece
			}
		}
	}
	if cur != "" {
		out = append(out, cur)
	}
	return out
}

// unit is a paragraph or a code block of neutral text.
type unit struct {
	text string
	code bool
	sep  string // what stands before it when it follows another in one section
}

func units(text string) []unit {
	var out []unit
	var lines []string
	sep := "\n"
	flush := func() {
		if t := strings.Trim(strings.Join(lines, "\n"), "\n"); strings.TrimSpace(t) != "" {
			out = append(out, unit{text: t, sep: sep})
			sep = "\n"
		}
		lines = nil
	}
	all := strings.Split(text, "\n")
	for i := 0; i < len(all); i++ {
		line := strings.TrimLeft(all[i], " \t")
		rest, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !strings.Contains(rest, "```"):
			flush()
			end := i + 1
			for end < len(all) && !strings.HasPrefix(strings.TrimLeft(all[end], " \t"), "```") {
				end++
			}
			if code := strings.Join(all[i+1:end], "\n"); strings.TrimSpace(code) != "" {
				out = append(out, unit{text: code, code: true, sep: sep})
				sep = "\n"
			}
			i = end
		case line == "":
			flush()
			sep = "\n\n"
		default:
			lines = append(lines, all[i])
		}
	}
	flush()
	return out
}

// pieces converts u into parts of at most limit units.
func (u unit) pieces(limit int) []string {
	conv := toMrkdwn
	if u.code {
		conv = codeBlock
	}
	var out []string
	for rest := u.text; rest != ""; {
		if !over(rest, limit) {
			if whole := conv(rest); size(whole) <= limit {
				if strings.TrimSpace(whole) != "" {
					out = append(out, whole)
				}
				break
			}
		}
		head := cutAt(rest, limit, func(p string) int { return size(conv(p)) })
		if part := strings.TrimRight(rest[:head], " \n"); part != "" {
			out = append(out, conv(part))
		}
		if rest = rest[head:]; u.code {
			rest = strings.TrimPrefix(rest, "\n")
		} else {
			rest = strings.TrimLeft(rest, " \n")
		}
	}
	return out
}

// reach is how many characters of a text are looked at to fill limit units: markup
// that disappears makes the result shorter than the text.
func reach(limit int) int { return 2*limit + 8 }

// over tells whether s is longer than that, so that it need not be converted to see that it does not fit.
func over(s string, limit int) bool {
	return len(s) > reach(limit) && utf8.RuneCountInString(s) > reach(limit)
}

// cutAt gives the byte length of the longest prefix of s whose measure is at most
// limit, moved back to the best border in its last half: a line end, a sentence
// end, a space; else between two characters that do not belong together. It is at
// least one character.
func cutAt(s string, limit int, measure func(string) int) int {
	limit = max(limit, 1)
	var starts []int // byte offsets of characters
	for i := range s {
		if len(starts) > reach(limit) {
			break
		}
		starts = append(starts, i)
	}
	if len(starts) <= reach(limit) {
		starts = append(starts, len(s))
	}
	lo, hi := 1, len(starts)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if measure(s[:starts[mid]]) <= limit {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	head := s[:starts[lo]]
	if lo == len(starts)-1 && head == s { // it fits after all
		return len(s)
	}
	half := starts[lo/2]
	if i := strings.LastIndexByte(head, '\n'); i > half {
		return i
	}
	if i := lastSentence(head); i > half {
		return i
	}
	if i := strings.LastIndexByte(head, ' '); i > half {
		return i
	}
	for n := lo; n > max(1, lo-16); n-- {
		if !joins(s[starts[n]:]) && !strings.HasSuffix(s[:starts[n]], "\u200d") {
			return starts[n]
		}
	}
	return starts[lo]
}

// lastSentence gives the offset after the last end of a sentence in s, or -1.
func lastSentence(s string) int {
	best := -1
	for _, end := range []string{". ", "! ", "? ", "。", "！", "？", "؟ ", "۔ ", "। "} {
		if i := strings.LastIndex(s, end); i >= 0 {
			best = max(best, i+len(strings.TrimRight(end, " ")))
		}
	}
	return best
}

// joins tells whether s begins with a character that belongs to the one before.
func joins(s string) bool {
	for _, r := range s {
		return unicode.IsMark(r) || r == '\u200d' || r >= 0x1f3fb && r <= 0x1f3ff
	}
	return false
}
