package knowledge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// facts are what must survive translation unchanged.
type facts struct {
	code    []string   // code spans, in order, each once
	amounts []quantity // numbers outside code, in order
}

// quantity is a number as written, its value in canonical spelling, and the unit after it where we know it.
type quantity struct {
	text   string
	values []string // "40.000" may be forty or forty thousand: both
	unit   string   // canonical, or empty
}

// factsOf reads the facts of a piece of inline Markdown.
func factsOf(markdown string) facts {
	var f facts
	var plain strings.Builder
	src := []byte(markdown)
	doc := goldmark.DefaultParser().Parse(text.NewReader(src))
	// The walker below never returns an error.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.CodeSpan:
			if span := childText(n, src); !slices.Contains(f.code, span) {
				f.code = append(f.code, span)
			}
			plain.WriteString(" ` ") // keeps the words around it apart
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			plain.Write(n.Segment.Value(src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				plain.WriteByte(' ')
			}
		case *ast.String:
			plain.Write(n.Value)
		}
		return ast.WalkContinue, nil
	})
	f.amounts = quantities(plain.String())
	return f
}

// childText joins the text directly below a node.
func childText(n ast.Node, src []byte) string {
	var sb strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			sb.Write(t.Segment.Value(src))
		}
	}
	return sb.String()
}

// number matches digits with inner separators, and what follows as far as it may be a unit. A number glued to letters
// before it (H.264, x264, A2DP) is a name and not an amount; digits inside it are skipped with it.
var number = regexp.MustCompile(`(?:[A-Za-z]+[.-]?)?\d+(?:[.,\x{a0}\x{202f}\x{2009} ’']\d{3}\b)*(?:[.,]\d+)?(?:[\x{a0}\x{202f}\x{2009} -]?([\p{L}\p{M}%٪]+(?:/[\p{L}]+)?))?`)

var digits = regexp.MustCompile(`^\d[\d.,\x{a0}\x{202f}\x{2009} ’']*`)

// quantities finds the amounts of a plain text.
func quantities(s string) []quantity {
	var out []quantity
	for _, m := range number.FindAllStringSubmatch(s, -1) {
		written := strings.TrimRight(digits.FindString(m[0]), " .,’'\u00a0\u202f\u2009")
		if written == "" {
			continue // a name such as H.264
		}
		out = append(out, quantity{text: written, values: values(written), unit: unitOf(m[1])})
	}
	return out
}

var groups = regexp.MustCompile(`^\d{1,3}(?:[.,\x{a0}\x{202f}\x{2009} ’']\d{3})+$`)

// values gives the canonical spellings of a number as written: with thousands separators taken out, and with the
// last separator read as the decimal sign. Where a space separates, the parts may also be two numbers.
func values(written string) []string {
	var out []string
	if groups.MatchString(written) {
		out = append(out, keepDigits(written))
	}
	parts := strings.FieldsFunc(written, func(r rune) bool { return strings.ContainsRune(" ’'\u00a0\u202f\u2009", r) })
	for _, part := range parts {
		out = append(out, decimal(part))
	}
	return out
}

// decimal reads the last point or comma as the decimal sign and drops trailing zeros after it.
func decimal(s string) string {
	at := strings.LastIndexAny(s, ".,")
	if at < 0 {
		return s
	}
	whole, fraction := keepDigits(s[:at]), strings.TrimRight(s[at+1:], "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// keepDigits drops everything but digits.
func keepDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// firmUnits are the spellings of units, lower case, that we can tell apart in any language. A translated unit that is not
// here is trusted; one that is here and means something else is an error.
var firmUnits = map[string][]string{
	"ms":   {"ms", "мс", "мілісекунд", "миллисекунд", "毫秒", "ミリ秒", "밀리초", "milisegundos", "millisecondes", "millisekunden", "milliseconds"},
	"s":    {"s", "sec", "second", "seconds", "с", "сек", "секунд", "секунды", "секунди", "秒", "초", "วินาที", "giây", "detik", "segundos", "segundo", "secondes", "sekunden", "sekunde", "secondi", "saniye", "सेकंड", "সেকেন্ড", "سیکنڈ", "ثانية", "ثوانٍ", "ثوان", "ثانیه"},
	"min":  {"min", "minute", "minutes", "мин", "минут", "минуты", "хв", "хвилин", "хвилини", "分", "分钟", "分鐘", "分間", "분", "นาที", "phút", "menit", "minit", "minuto", "minutos", "minuten", "minuti", "dakika", "मिनट", "মিনিট", "منٹ", "دقيقة", "دقائق", "دقیقه", "minut", "minuty"},
	"h":    {"h", "hour", "hours", "ч", "часа", "часов", "год", "годин", "години", "小时", "小時", "時間", "시간", "ชั่วโมง", "giờ", "jam", "hora", "horas", "heures", "stunden", "ore", "घंटे", "ঘণ্টা", "گھنٹے", "ساعة", "ساعت", "godzin", "godziny"},
	"fps":  {"fps", "к/с", "кадр/с", "кадров/с", "кадрів/с", "帧", "幀"},
	"kbps": {"kbps", "kbit/s", "kb/s", "кбит/с", "кбіт/с"},
	"mbps": {"mbps", "mbit/s", "mb/s", "мбит/с", "мбіт/с"},
	"gbps": {"gbps", "gbit/s", "gb/s", "гбит/с", "гбіт/с"},
	"khz":  {"khz", "кгц"},
	"hz":   {"hz", "гц"},
	"%":    {"%", "٪"},
	"byte": {"byte", "bytes", "байт", "байта", "байтов", "байтів", "字节", "位元組", "バイト", "바이트", "ไบต์", "octets"},
}

var unitBySpelling = func() map[string]string {
	m := map[string]string{}
	for unit, spellings := range firmUnits {
		for _, s := range spellings {
			m[s] = unit
		}
	}
	return m
}()

// unitOf gives the canonical unit of a word; empty if we do not know it. Words of scripts without spaces run on
// ("2秒以内"), so the longest known beginning counts there.
func unitOf(word string) string {
	word = strings.ToLower(word)
	if unit, ok := unitBySpelling[word]; ok {
		return unit
	}
	if word == "" || word[0] < 0x80 {
		return ""
	}
	best, unit := 0, ""
	for spelling, u := range unitBySpelling {
		if runsOn(spelling) && len(spelling) > best && strings.HasPrefix(word, spelling) {
			best, unit = len(spelling), u
		}
	}
	return unit
}

// runsOnScripts are those written without spaces between words, or with particles glued to the word.
var runsOnScripts = regexp.MustCompile(`^[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]`)

func runsOn(s string) bool { return runsOnScripts.MatchString(s) }

// binding reports whether a translation must repeat this English amount in digits. Small bare numbers may be written out
// ("two people"), but not those with a unit, with a fraction, or above ten.
func (q quantity) binding() bool {
	v := q.values[0]
	return q.unit != "" || strings.Contains(v, ".") || len(v) > 2 || (len(v) == 2 && v > "10")
}

// match looks for the amount in a translation: found, and if so whether under a unit that means something else.
func (q quantity) match(in []quantity) (found bool, otherUnit string) {
	for _, c := range in {
		if !slices.Contains(c.values, q.values[0]) { // English separates thousands with a comma: its first reading is right
			continue
		}
		if q.unit == "" || c.unit == "" || c.unit == q.unit {
			return true, ""
		}
		found, otherUnit = true, c.unit
	}
	return found, otherUnit
}
