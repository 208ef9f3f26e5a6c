package cut

import (
	"regexp"
	"strings"
)

// Markup converts neutral text to a platform's.
type Markup struct {
	Text func(text string) string       // paragraphs
	Code func(lang, code string) string // what stands in a fence; lang may be empty
}

// Sections converts text to pieces of at most limit units each: paragraphs are kept
// whole where they fit, then lines, then sentences, then words; a code block is divided
// only when it alone is too long, and then at line ends, each part fenced again.
func (m Markup) Sections(text string, limit int) []string {
	var out []string
	cur := ""
	for _, u := range units(Clean(text)) {
		for _, piece := range m.pieces(u, limit) {
			switch {
			case cur == "":
				cur = piece
			case Size(cur)+Size(u.sep)+Size(piece) <= limit:
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
	lang string // of a code block
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
		block, fenced := ReadBlock(all, i)
		switch {
		case fenced && !block.OneLine:
			flush()
			if strings.TrimSpace(block.Code) != "" {
				out = append(out, unit{text: block.Code, code: true, lang: block.Lang, sep: sep})
				sep = "\n"
			}
			if i = block.End; strings.TrimSpace(block.After) != "" {
				all[i] = block.After
				i--
			}
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

const fence = "```"

var reLang = regexp.MustCompile(`^[A-Za-z0-9+#_-]{1,20}$`)

// Block is a code block of neutral text.
type Block struct {
	Lang, Code string
	After      string // what follows the closing fence on its line
	End        int    // the index of that line
	OneLine    bool   // opened and closed on one line
}

// ReadBlock reads the code block that lines[at] opens; ok is false when it opens none. A word after
// the fence is the language, more than a word is code; one that is never closed goes to the end.
func ReadBlock(lines []string, at int) (b Block, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(lines[at], " \t"), fence)
	if !ok {
		return Block{}, false
	}
	if code, after, closed := strings.Cut(rest, fence); closed {
		return Block{Code: code, After: after, End: at, OneLine: true}, true
	}
	var code []string
	if word := strings.TrimSpace(rest); reLang.MatchString(word) {
		b.Lang = word
	} else if word != "" {
		code = append(code, rest)
	}
	for b.End = at + 1; b.End < len(lines); b.End++ {
		before, after, closed := strings.Cut(lines[b.End], fence)
		if closed {
			if strings.TrimSpace(before) != "" {
				code = append(code, before)
			}
			b.After = after
			break
		}
		code = append(code, lines[b.End])
	}
	b.Code, b.End = strings.Join(code, "\n"), min(b.End, len(lines)-1)
	return b, true
}

// pieces converts u into parts of at most limit units.
func (m Markup) pieces(u unit, limit int) []string {
	conv := m.Text
	if u.code {
		conv = func(s string) string { return m.Code(u.lang, s) }
	}
	var out []string
	for rest := u.text; rest != ""; {
		if !over(rest, limit) {
			if whole := conv(rest); Size(whole) <= limit {
				if strings.TrimSpace(whole) != "" {
					out = append(out, whole)
				}
				break
			}
		}
		head := At(rest, limit, func(p string) int { return Size(conv(p)) })
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
