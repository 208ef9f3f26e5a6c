package redact

import (
	"regexp"
	"strings"
)

// phoneForm is one way to write a phone number; min and max count digits.
// Without an area or country code to know it by, a word before it must say so.
type phoneForm struct {
	re       *regexp.Regexp
	min, max int
	told     bool // only after a word for phone
}

var phoneForms = []phoneForm{
	{re: regexp.MustCompile(`\+ ?\(?[1-9][0-9]{0,14}\)?(?:[ .\-/]{0,2}\(?[0-9]{1,5}\)?){0,6}`), min: 7, max: 15},
	{re: regexp.MustCompile(`00 ?[1-9][0-9]{0,2}(?:[ .\-/]?\(?[0-9]{1,5}\)?){1,6}`), min: 11, max: 17},
	{re: regexp.MustCompile(`\(?0[1-9][0-9]{0,4}\)?(?:[ .\-/]{0,2}[0-9]{2,5}){1,4}`), min: 9, max: 13},
	{re: regexp.MustCompile(`\([1-9][0-9]{1,2}\) ?9?[0-9]{3,4}[ .\-]?[0-9]{4}`), min: 9, max: 11},                   // North America, Brazil
	{re: regexp.MustCompile(`[2-9][0-9]{2}[\-.][2-9][0-9]{2}[\-.][0-9]{4}`), min: 10, max: 10},                      // North America
	{re: regexp.MustCompile(`1[3-9][0-9](?:[ \-]?[0-9]{4}){2}`), min: 11, max: 11},                                  // China
	{re: regexp.MustCompile(`8[ \-]?\(?[3-9][0-9]{2}\)?[ \-]{0,2}[0-9]{3}(?:[ \-]?[0-9]{2}){2}`), min: 11, max: 11}, // Russia
	{re: regexp.MustCompile(`[6-9][0-9]{4}[ \-]?[0-9]{5}`), min: 10, max: 10},                                       // India
	{re: regexp.MustCompile(`\+?\(?[0-9](?:[ .\-()/]{0,2}[0-9]){5,14}`), min: 6, max: 15, told: true},
}

func (f flat) phones() []span {
	guards := f.guards()
	var spans []span
	for _, form := range phoneForms {
		for pos := 0; pos < len(f.s); {
			m := form.re.FindStringIndex(f.s[pos:])
			if m == nil {
				break
			}
			from, to := pos+m[0], f.shorten(pos+m[0], pos+m[1], form.max)
			pos = from + 1
			if n := len(digits(f.s[from:to])); n < form.min || n > form.max {
				continue
			}
			if f.bounded(from, to) && !touches(guards, from, to) && f.called(from, form.told) {
				spans = append(spans, f.span(from, to, phone))
				pos = to
			}
		}
	}
	return spans
}

// shorten drops groups from the end of a number that has too many digits: the
// last ones are another number.
func (f flat) shorten(from, to, most int) int {
	for len(digits(f.s[from:to])) > most {
		i := strings.LastIndexAny(f.s[from:to], " .-/")
		if i <= 0 {
			break
		}
		to = from + i
	}
	return from + len(strings.TrimRight(f.s[from:to], " .-/("))
}

// called looks at the words before a number: an id is no phone; a number that
// could be anything is one only after a word for phone.
func (f flat) called(from int, told bool) bool {
	words := lead(f.before(from))
	if told {
		return endsWith(words, phoneWords)
	}
	return f.byteAt(from) == '+' || !endsWith(words, idWords)
}

var unit = regexp.MustCompile(`^ ?(?i:[kmg]?bit|[kmg]?bps|[kmg]?b/s|[mnuμ]?s(?:ec)?|fps|[kmg]?hz|[kmgt]i?b|bytes?|px|%|users?|viewers?|streams?|rows?)(?:[^A-Za-z]|$)`)

// bounded tells whether a number stands for itself: it is no part of a longer
// number, a name, an amount, a path or a mention.
func (f flat) bounded(from, to int) bool {
	prev, next := f.byteAt(from-1), f.byteAt(to)
	switch {
	case isWord(prev), isWord(next), oneOf("/#@&!$~-", prev), next == '@':
		return false
	case oneOf(".,", prev) && isDigit(f.byteAt(from-2)), prev == '+' && isWord(f.byteAt(from-2)), oneOf(".,:-", next) && isDigit(f.byteAt(to+1)):
		return false
	}
	return !unit.MatchString(f.s[to:min(len(f.s), to+12)])
}

var (
	dateForm = regexp.MustCompile(`[0-9]{4}[\-./\x02][0-9]{1,2}[\-./\x02][0-9]{1,2}|[0-9]{1,2}[\-./][0-9]{1,2}[\-./](?:[0-9]{4}|[0-9]{2})`)
	timeForm = regexp.MustCompile(`[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?`)
)

// guards gives the dates and times of a text: no phone number touches one.
func (f flat) guards() [][2]int {
	var g [][2]int
	for _, m := range dateForm.FindAllStringIndex(f.s, -1) {
		if f.ends(m[0], m[1]) && !(oneOf("-./", f.byteAt(m[1])) && isDigit(f.byteAt(m[1]+1))) {
			g = append(g, [2]int{m[0], m[1]})
		}
	}
	for _, m := range timeForm.FindAllStringIndex(f.s, -1) {
		if f.ends(m[0], m[1]) {
			g = append(g, [2]int{m[0], m[1]})
		}
	}
	return g
}

func (f flat) ends(from, to int) bool { return !isDigit(f.byteAt(from-1)) && !isDigit(f.byteAt(to)) }

func touches(guards [][2]int, from, to int) bool {
	for _, g := range guards {
		if from < g[1] && g[0] < to {
			return true
		}
	}
	return false
}
