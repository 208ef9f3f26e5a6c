package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// amount is a number of a text as Verify compares it.
type amount struct {
	quantity
	value string   // canonical
	parts []string // where a space may stand between two numbers ("1 500"): the numbers
	units []string // canonical; several where a spelling is ambiguous, "" for perhaps none; empty if we do not know it
	start int      // byte offset of the number in the text
	end   int      // and of the end of its digits
}

// String gives the number as it was written and the unit as we call it.
func (a amount) String() string {
	if a.unit == "" {
		return a.text
	}
	return a.text + " " + a.unit
}

// compound is a word with a number after its hyphen: "Port-443".
var compound = regexp.MustCompile(`([\p{L}\p{M}])-(\d)`)

// amountsOf finds the amounts of a folded text without its names.
func amountsOf(s string) []amount {
	s = compound.ReplaceAllString(s, "$1 $2")
	var out []amount
	for _, m := range number.FindAllStringSubmatchIndex(s, -1) {
		written := digits.FindString(s[m[0]:m[1]])
		trimmed := strings.TrimRight(written, " .,’'\u00a0\u202f\u2009")
		if trimmed == "" {
			continue // letters glued to it: a name
		}
		a := amount{quantity: quantity{text: trimmed, values: values(trimmed)}, start: m[0], end: m[0] + len(trimmed)}
		if m[2] >= 0 {
			apart := m[2] > a.end
			a.units = unitsAfter(s[m[2]:m[3]], apart)
		}
		a.sign(s[:m[0]])
		a.settle()
		out = append(out, a)
	}
	return out
}

// sign looks at what stands before a number: a minus, or a percent sign as Turkish writes it.
func (a *amount) sign(before string) {
	if cut, ok := strings.CutSuffix(before, "-"); ok && (cut == "" || strings.HasSuffix(cut, " ") || strings.HasSuffix(cut, "(")) {
		a.text = "-" + a.text
	}
	if head := strings.TrimRight(before, "%٪"); head != before && !endsInDigit(head) {
		a.units = []string{"%"}
	}
}

// endsInDigit tells a percent sign after a number from one before the next.
func endsInDigit(s string) bool {
	s = strings.TrimRight(s, " ")
	return s != "" && isNumber(s[len(s)-1:])
}

// settle works out the canonical value. Three digits after a separator are thousands, whatever the language: the
// same number of the source is read in the same way.
func (a *amount) settle() {
	a.value = a.values[0]
	if a.text[0] == '0' && len(a.values) > 1 {
		a.value = a.values[1] // 0.125
	}
	if whole := strings.TrimLeft(a.value, "0"); whole == "" || whole[0] == '.' {
		a.value = "0" + whole
	} else {
		a.value = whole
	}
	if len(a.units) > 0 {
		a.unit = a.units[0]
	}
	if strings.Contains(a.text, " ") {
		a.parts = strings.Fields(a.text)
	}
	if a.text[0] == '-' {
		a.value = "-" + a.value
	}
}

// impliedBy gives what a text says of numbers without writing them with their unit: the first number of a range has the
// unit of the second, and small numbers stand in words.
func impliedBy(amounts []amount, s string) []amount {
	s = compound.ReplaceAllString(s, "$1 $2")
	var out []amount
	for i := range amounts {
		if a := amounts[i]; i+1 < len(amounts) && len(a.units) == 0 {
			next := amounts[i+1]
			if between := next.start - a.end; between <= maxBetween && len(next.units) > 0 {
				a.units, a.unit = next.units, next.unit
				out = append(out, a)
			}
		}
	}
	return append(out, inWords(s)...)
}

// maxBetween is how many bytes may stand between the numbers of a range: " to ", " bis ", "から", " ถึง ".
const maxBetween = 16

// inWords finds small numbers in English words, with the unit that follows.
func inWords(s string) []amount {
	var out []amount
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	for i, w := range words {
		v, ok := numberWords[w]
		if !ok {
			continue
		}
		a := amount{quantity: quantity{text: v, values: []string{v}}, value: v}
		if i+1 < len(words) {
			a.units = unitsOf(words[i+1])
		}
		out = append(out, a)
	}
	return out
}

var numberWords = map[string]string{
	"a": "1", "an": "1", "per": "1", "each": "1", "every": "1", "one": "1", "once": "1", "single": "1", "first": "1",
	"two": "2", "twice": "2", "both": "2", "second": "2", "three": "3", "third": "3", "four": "4", "five": "5",
	"six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}

// grants reports whether a source allows a draft to say this amount. A unit of the draft that we know must be that of the
// source; one that we do not know is trusted.
func (s statement) grants(a amount) bool {
	has := func(value string, units []string) bool {
		return s.any(func(b amount) bool { return b.is(value) && (trusted(units) || overlap(units, b.units)) })
	}
	if has(a.value, a.units) {
		return true
	}
	for i, part := range a.parts { // two numbers side by side
		units := []string(nil)
		if i == len(a.parts)-1 {
			units = a.units
		}
		if !has(part, units) {
			return false
		}
	}
	return len(a.parts) > 0
}

// states reports whether a text says this amount, as far as we know its unit.
func (s statement) states(a amount) bool {
	return s.any(func(b amount) bool {
		return b.is(a.value) && (trusted(a.units) || trusted(b.units) || overlap(a.units, b.units))
	})
}

// any looks at the amounts outside and inside code.
func (s statement) any(match func(amount) bool) bool {
	return slices.ContainsFunc(s.amounts, match) || slices.ContainsFunc(s.coded, match)
}

// is compares values; of two numbers that may be one, either counts.
func (a amount) is(value string) bool { return a.value == value || slices.Contains(a.parts, value) }

// trusted reports whether the units say nothing certain.
func trusted(units []string) bool { return len(units) == 0 || slices.Contains(units, "") }

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(u string) bool { return slices.Contains(b, u) })
}
