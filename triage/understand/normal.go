package understand

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"firstline/i18n/linear"
)

// unit is the smallest piece that phrases are matched by: a word, or one
// character of a script without spaces.
type unit struct {
	text  string
	start int  // rune offset in the normalised text
	end   int  // behind its last rune
	brk   bool // a clause ends before it
	upper bool // written in capitals
	title bool // begins with a capital
}

// normal is a text made comparable: lower case, compatibility forms folded,
// Arabic letters of Persian and Urdu keyboards unified, invisible characters
// gone.
type normal struct {
	text    []rune
	written []rune // what each rune was written as; 0 where one became several
	units   []unit
}

// digits are those of other scripts, each with ours.
var digits = []string{
	"١", "1", "٢", "2", "٣", "3", "٤", "4", "٥", "5", "٦", "6", "٧", "7", "٨", "8", "٩", "9", "٠", "0",
	"۱", "1", "۲", "2", "۳", "3", "۴", "4", "۵", "5", "۶", "6", "۷", "7", "۸", "8", "۹", "9", "۰", "0",
	"०", "0", "१", "1", "२", "2", "३", "3", "४", "4", "५", "5", "६", "6", "७", "7", "८", "8", "९", "9",
	"০", "0", "১", "1", "২", "2", "৩", "3", "৪", "4", "৫", "5", "৬", "6", "৭", "7", "৮", "8", "৯", "9"}

// western writes the digits of other scripts as 0 to 9, and unify letters that
// keyboards differ in as one, too.
var (
	western = strings.NewReplacer(digits...)
	unify   = strings.NewReplacer(append([]string{
		"ي", "ی", "ى", "ی", "ئ", "ی", "ك", "ک", "ة", "ه", "ۀ", "ه", "ہ", "ه", "ھ", "ه", "أ", "ا", "إ", "ا", "آ", "ا", "ٱ", "ا", "ؤ", "و", "ـ", "",
		"ё", "е", "’", "'", "ʻ", "'", "`", " ", "İ", "i", "ı", "i"}, digits...)...)
)

// maxText bounds the work on one message: what is wrong stands at its
// beginning or its end, so a longer one keeps both.
const maxText = 2400

// ends gives a text, or the two ends of a long one.
func ends(s string) string {
	if len(s) <= maxText {
		return s
	}
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText/2]) + "\n" + string(r[len(r)-maxText/2:])
	}
	return s
}

// normalise makes a text comparable.
func normalise(s string) normal {
	s = ends(s)
	n := normal{text: make([]rune, 0, len(s)), written: make([]rune, 0, len(s))}
	for _, o := range norm.NFKC.String(s) {
		for _, r := range unify.Replace(string(unicode.ToLower(o))) {
			if n.take(r, o) {
				o = 0
			}
		}
	}
	n.split()
	return n
}

// take adds a rune unless it is invisible or a vowel mark of Arabic.
func (n *normal) take(r, written rune) bool {
	if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) && r != '\n' || r >= 0x064b && r <= 0x0652 {
		return false
	}
	n.text = append(n.text, r)
	n.written = append(n.written, written)
	return true
}

func (n *normal) split() {
	brk := true
	for i := 0; i < len(n.text); {
		r := n.text[i]
		switch {
		case linear.Spaceless(r):
			n.units = append(n.units, unit{text: string(r), start: i, end: i + 1, brk: brk})
			brk = false
			i++
		case wordRune(r):
			j := i + 1
			for j < len(n.text) && wordRune(n.text[j]) && !linear.Spaceless(n.text[j]) {
				j++
			}
			n.units = append(n.units, unit{text: strings.Trim(string(n.text[i:j]), "'"), start: i, end: j, brk: brk,
				upper: unicode.IsUpper(n.written[i]) && unicode.IsUpper(n.written[j-1]), title: unicode.IsUpper(n.written[i])})
			brk = false
			i = j
		default:
			brk = brk || r == ' ' && i > 0 && unicode.Is(unicode.Thai, n.text[i-1]) || strings.ContainsRune(".,;:!?。、，；：！？،؛؟।\n()（）—–|/…", r) && !decimal(n.text, i)
			i++
		}
	}
}

// decimal tells that a point or comma stands inside a number.
func decimal(text []rune, i int) bool {
	return i > 0 && i+1 < len(text) && unicode.IsDigit(text[i-1]) && unicode.IsDigit(text[i+1])
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\''
}

var unmark = map[rune]rune{'đ': 'd', 'ł': 'l', 'ø': 'o', 'ß': 's'}

// plain takes the marks off Latin letters, as people type who are in a hurry.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) && r < 0x0370 {
			continue
		}
		if p, ok := unmark[r]; ok {
			r = p
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// asWritten gives some units as they were written, capitals included.
func (n normal) asWritten(from, to int) string {
	var b strings.Builder
	for _, r := range n.written[n.units[from].start:n.units[to-1].end] {
		if r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
