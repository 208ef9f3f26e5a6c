package i18n

import (
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// RTL tells whether a language is written from right to left.
func RTL(lang string) bool { return lang == "ar" || lang == "fa" || lang == "ur" }

// Unicode's isolates: what stands between them does not turn the text around.
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

var withoutIsolates = strings.NewReplacer("\u2066", "", "\u2067", "", firstStrongIsolate, "", popIsolate, "")

// IsolateLatin puts each run of Latin letters, codes and signed or dotted
// numbers between isolates. A code span is one run; a run that is isolated
// already, and fenced code, are left alone.
func IsolateLatin(s string) string {
	var b strings.Builder
	runes := []rune(s)
	depth := 0
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case depth == 0 && fenceAt(runes, i):
			end := fenceEnd(runes, i)
			b.WriteString(string(runes[i:end]))
			i = end
			continue
		case r == '\u2066' || r == '\u2067' || r == '\u2068':
			depth++
		case r == '\u2069':
			depth = max(0, depth-1)
		case depth == 0:
			if end := latinRun(runes, i); end > i {
				b.WriteString(firstStrongIsolate + string(runes[i:end]) + popIsolate)
				i = end
				continue
			}
		}
		b.WriteRune(runes[i])
		i++
	}
	return b.String()
}

func fenceAt(r []rune, i int) bool {
	return i+2 < len(r) && r[i] == '`' && r[i+1] == '`' && r[i+2] == '`'
}

// fenceEnd gives the end of the fenced code that begins at i.
func fenceEnd(r []rune, i int) int {
	for j := i + 3; j < len(r); j++ {
		if fenceAt(r, j) {
			return j + 3
		}
	}
	return len(r)
}

// maxSigns bounds how far a sign looks ahead for the code it belongs to, so
// that a line of dashes costs no more than other text.
const maxSigns = 8

// latinRun gives the end of the run that begins at i, or i when none does.
func latinRun(r []rune, i int) int {
	if r[i] == '`' {
		for j := i + 1; j < len(r) && r[j] != '\n'; j++ {
			if r[j] == '`' {
				return j + 1
			}
		}
		return i
	}
	if i > 0 && (latin(r[i-1]) || r[i-1] < 128 && unicode.IsDigit(r[i-1])) {
		return i
	}
	end, letters, joined := i, false, false
	for j := i; j < len(r); j++ {
		switch {
		case latin(r[j]):
			letters = true
			end = j + 1
		case end == j && letters && unicode.Is(unicode.Mn, r[j]):
			end = j + 1 // a mark stays with its letter
		case r[j] < 128 && unicode.IsDigit(r[j]):
			joined = joined || end > i && end < j || j > i && r[i] == '-' || j > i && r[i] == '+'
			end = j + 1
		case j > i && end == i && (j-i > maxSigns || r[j] == ' '):
			j = len(r) // "- " begins a list, not a code
		case j > i && strings.ContainsRune(" .-_/:@&+#%=?,", r[j]) || j == i && (r[j] == '-' || r[j] == '+' || r[j] == '/'):
		default:
			j = len(r)
		}
	}
	if letters || joined {
		return end
	}
	return i
}

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// Number writes a whole number with the separators of the language and Western
// digits, which codes and logs come in everywhere.
func Number(lang string, n int) string {
	return message.NewPrinter(language.Make(lang + "-u-nu-latn")).Sprint(number.Decimal(n))
}

// DateTime writes a moment in the reader's zone, which is named.
func (c *Catalogue) DateTime(lang string, t time.Time, zone *time.Location) string {
	return c.moment(lang, "format.datetime", t, zone)
}

// Clock writes the time of day in the reader's zone, which is named.
func (c *Catalogue) Clock(lang string, t time.Time, zone *time.Location) string {
	return c.moment(lang, "format.time", t, zone)
}

func (c *Catalogue) moment(lang, key string, t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	local := t.In(zone)
	offset := local.Format("-07:00")
	name := "UTC"
	if offset != "+00:00" {
		name += strings.TrimSuffix(strings.Replace(strings.Replace(offset, "+0", "+", 1), "-0", "-", 1), ":00")
	}
	text := local.Format(withoutIsolates.Replace(c.Text(lang, key, nil))) + " " + name
	if RTL(lang) {
		return firstStrongIsolate + text + popIsolate
	}
	return text
}

// List joins names in the manner of the language.
func (c *Catalogue) List(lang string, items []string) string {
	return strings.Join(items, c.Text(lang, "list.separator", nil))
}

var namers sync.Map // lang → namer

type namer struct {
	regions   display.Namer
	languages display.Namer
	scripts   display.Namer
}

func namerOf(lang string) namer {
	if n, ok := namers.Load(lang); ok {
		return n.(namer)
	}
	tag := language.Make(lang)
	n := namer{regions: display.Regions(tag), languages: display.Languages(tag), scripts: display.Scripts(tag)}
	namers.Store(lang, n)
	return n
}

// Region names a country (ISO 3166-1 alpha-2) or an area (UN M.49) in a
// language; an unknown code comes back as it is.
func Region(lang, code string) string {
	r, err := language.ParseRegion(code)
	n := namerOf(lang).regions
	if err != nil || n == nil {
		return code
	}
	if name := n.Name(r); name != "" {
		return name
	}
	return code
}

// LanguageName names a language in another one; in its own it is its own name.
func LanguageName(lang, of string) string {
	tag, err := language.Parse(of)
	if err != nil {
		return of
	}
	if lang == of {
		if name := display.Self.Name(tag); name != "" {
			return name
		}
	}
	n := namerOf(lang)
	if n.languages == nil {
		return of
	}
	if name := n.languages.Name(tag); name != "" {
		return name
	}
	base, _ := tag.Base()
	script, _ := tag.Script()
	if name, way := n.languages.Name(base), n.scripts.Name(script); name != "" && way != "" {
		return name + " (" + way + ")" // CLDR's own pattern where it has no name for the two together
	}
	return of
}
