package knowledge

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bare drops the punctuation around a word. A dot or hyphen before it is part of it.
func bare(w string) string { return strings.TrimRight(strings.Trim(w, "`,;:!?()[]{}\"'*|"), ".") }

func notASCII(r rune) bool { return r > unicode.MaxASCII }

// visible drops what has no width, so that nothing can hide in the middle of a word, and makes other blanks spaces.
// Joiners inside words of scripts that need them become a border of words there, which hurts nothing here.
func visible(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), " ")
	var b strings.Builder
	last := ' '
	for _, r := range s {
		switch {
		case r == '\n':
		case (r == '\u200c' || r == '\u200d') && notASCII(last):
			r = ' '
		case unicode.Is(unicode.Cf, r), r == '\ufe0e', r == '\ufe0f':
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Z, r) && r != '\u00a0' && r != '\u202f' && r != '\u2009':
			r = ' '
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// keycap is a digit drawn as a key, which begins a point of a list.
var keycap = regexp.MustCompile(`(?m)^[ \t]*(?:\d\x{20e3}|[\x{2460}-\x{249b}])`)

// point is the number before a point of a list.
var point = regexp.MustCompile(`(?m)^([ \t>*_#-]*)[(（]?\d{1,2}(?:[.)]([^\d\n]|$)|[、）．：]|:[ \t])`)

// separate parts code from text and gives the text in one spelling: no markup, compatibility forms folded, ASCII digits.
//
// It reads the source of the text and not a parsed document: what one Markdown parser takes for a comment, a link's
// target or an attribute, the next one shows.
func separate(markdown string) (plain string, code []string) {
	markdown = strings.ReplaceAll(markdown, "~~~", "```")
	var b strings.Builder
	for markdown != "" {
		at := strings.IndexByte(markdown, '`')
		if at < 0 {
			b.WriteString(markdown)
			break
		}
		b.WriteString(markdown[:at])
		markdown = markdown[at:]
		fence := markdown[:len(markdown)-len(strings.TrimLeft(markdown, "`"))]
		markdown = markdown[len(fence):]
		end := closing(markdown, fence)
		if end < 0 { // never closed: platforms differ, so all that follows is code as well as text
			if len(fence) >= 3 {
				code = append(code, strings.Split(markdown, "\n")...)
			}
			continue
		}
		span := markdown[:end]
		markdown = markdown[end+len(fence):]
		if info, block, ok := strings.Cut(span, "\n"); ok && len(fence) >= 3 {
			b.WriteString(" " + info + "\n")
			code = append(code, strings.Split(block, "\n")...)
			continue
		}
		code = append(code, span)
		b.WriteString(" ` ") // keeps the words around it apart
	}
	text, indented := indentedCode(b.String())
	return fold(text), append(code, indented...)
}

// closing finds the run of backticks that is as long as the fence.
func closing(s, fence string) int {
	for from := 0; ; {
		at := strings.Index(s[from:], fence)
		if at < 0 {
			return -1
		}
		at += from
		end := at + len(fence)
		for end < len(s) && s[end] == '`' {
			end++
		}
		if end == at+len(fence) {
			return at
		}
		from = end
	}
}

// indentedCode takes out the lines that Markdown holds for code because they are indented after an empty line.
func indentedCode(s string) (text string, code []string) {
	lines := strings.Split(s, "\n")
	block := true
	for i, line := range lines {
		switch {
		case strings.TrimSpace(line) == "":
			block = true
		case block && (strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t")):
			code = append(code, line)
			lines[i] = ""
		default:
			block = false
		}
	}
	return strings.Join(lines, "\n"), code
}

// tidyCode makes all blanks of a code span single ones.
func tidyCode(span string) string { return strings.Join(strings.Fields(span), " ") }

var (
	escape = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
	around = regexp.MustCompile(`(^|[^\p{L}\p{N}_])_+|_+([^\p{L}\p{N}_]|$)`) // underscores of emphasis
	lakh   = regexp.MustCompile(`\b\d{1,2}(?:,\d{2})+,\d{3}\b`)              // 1,00,000
	times  = regexp.MustCompile(`(\d) ?[xX×хХ] ?(\d)`)                       // 1280 × 720, also with the Cyrillic letter
)

// emphasis goes without a trace, as it is shown: a**b**c is one word.
var emphasis = strings.NewReplacer("*", "", "~~", "")

// fold gives text without its markup and in one spelling.
func fold(s string) string {
	s = html.UnescapeString(s)
	s = point.ReplaceAllString(keycap.ReplaceAllString(s, " "), "$1 $2")
	s = escape.ReplaceAllString(s, "$1")
	s = emphasis.Replace(s)
	s = around.ReplaceAllString(s, "$1 $2")
	s = visible(digitsASCII(norm.NFKC.String(s)))
	s = lakh.ReplaceAllStringFunc(s, keepDigits)
	return times.ReplaceAllString(s, "${1}x$2")
}

// digitsASCII writes the digits of every script, their separators and the many hyphens as ASCII does.
func digitsASCII(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r <= unicode.MaxASCII:
			return r
		case r == '٫':
			return '.'
		case r == '٬':
			return ','
		case r == '\u2010' || r == '\u2011' || r == '\u2212' || r == '\u02d7':
			return '-'
		case unicode.Is(unicode.Nd, r):
			return digit(r)
		}
		return r
	}, s)
}

// digit gives the ASCII digit of a decimal digit: Unicode has them in rows of ten that begin with zero.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}
