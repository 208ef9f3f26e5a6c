package glossary

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sameNumbers tells whether two texts have the same bare numbers, by value and
// in any order: "10,000", "10.000", "١٠٠٠٠" and "1万" are one. Digits of words
// that only look like numbers are left out. A space may divide thousands or two
// numbers; one reading that agrees is enough.
func sameNumbers(text, from, answer, to string, words map[string]bool) bool {
	for _, x := range []bool{false, true} {
		for _, y := range []bool{false, true} {
			if slices.Equal(values(text, from, words, x), values(answer, to, words, y)) {
				return true
			}
		}
	}
	return false
}

var (
	number       = regexp.MustCompile(`\p{Nd}+(?:[.,٫٬'’_\x{a0}\x{202f}\x{2009}]\p{Nd}+)*`)
	spacedNumber = regexp.MustCompile(`\p{Nd}{1,3}(?: \p{Nd}{3})+|` + number.String())
	latinWord    = regexp.MustCompile(`[A-Za-z0-9]+`)
)

// values lists the numbers of a text, sorted, in a canonical form.
func values(text, lang string, words map[string]bool, joinSpaces bool) []string {
	if len(words) > 0 {
		text = latinWord.ReplaceAllStringFunc(text, func(w string) string {
			if words[w] {
				return strings.Repeat("x", len(w))
			}
			return w
		})
	}
	re := number
	if joinSpaces {
		re = spacedNumber
	}
	var out []string
	for _, at := range re.FindAllStringIndex(text, -1) {
		rest := text[at[1]:]
		if strings.HasPrefix(rest, "月") || strings.HasPrefix(rest, "월") {
			continue // a month is a word elsewhere: 5月3日, May 3
		}
		times, _ := multiplier(rest, lang)
		out = append(out, value(strings.ReplaceAll(text[at[0]:at[1]], " ", ""), times))
	}
	slices.Sort(out)
	return out
}

// value writes a number as digits and a power of ten. A sign before exactly
// three digits divides thousands, any other last sign is the decimal one; where
// both would do, both texts are read alike.
func value(s string, times int) string {
	var digits strings.Builder
	groups, signs := []int{0}, []rune{}
	for _, r := range s {
		if d, ok := digitOf(r); ok {
			digits.WriteByte('0' + d)
			groups[len(groups)-1]++
		} else {
			groups, signs = append(groups, 0), append(signs, r)
		}
	}
	exponent := times
	if n := len(signs); n > 0 && isDecimal(groups, signs, digits.String()) {
		exponent -= groups[n]
	}
	all := strings.TrimLeft(digits.String(), "0")
	short := strings.TrimRight(all, "0")
	if short == "" {
		return "0"
	}
	return short + "e" + strconv.Itoa(exponent+len(all)-len(short))
}

func isDecimal(groups []int, signs []rune, digits string) bool {
	last := signs[len(signs)-1]
	switch {
	case last == '٫':
		return true
	case last != '.' && last != ',':
		return false
	case len(signs) > 1:
		return signs[len(signs)-2] != last
	}
	return groups[1] != 3 || groups[0] > 3 || digits[0] == '0'
}

// digitOf gives the value of a decimal digit of any script: Unicode keeps each
// script's ten together.
func digitOf(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r - '0'), true
	}
	if r < utf8.RuneSelf {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	return 0, false
}

// multiplier reads a word such as "万" or "тыс" at the beginning of text as a
// power of ten.
func multiplier(text, lang string) (exponent int, ok bool) {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "\u00a0"), " ")
	for _, m := range multipliers[lang] {
		if head := len(m.word); len(rest) >= head && strings.EqualFold(rest[:head], m.word) {
			last, _ := utf8.DecodeLastRuneInString(m.word)
			if next, n := utf8.DecodeRuneInString(rest[head:]); n == 0 || !joined(last, next) || scriptOf(last) == hangul {
				return m.exponent, true
			}
		}
	}
	return 0, false
}

type multiple struct {
	word     string
	exponent int
}

// multipliers are the words for large numbers that people write after digits,
// the longest first.
var multipliers = sortedMultiples(map[string]map[string]int{
	"en":      {"thousand": 3, "million": 6, "billion": 9},
	"zh-Hans": {"千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8},
	"zh-Hant": {"千": 3, "萬": 4, "百萬": 6, "千萬": 7, "億": 8},
	"ja":      {"千": 3, "万": 4, "百万": 6, "千万": 7, "億": 8},
	"ko":      {"천": 3, "만": 4, "백만": 6, "천만": 7, "억": 8},
	"id":      {"ribu": 3, "rb": 3, "juta": 6, "jt": 6, "miliar": 9},
	"ms":      {"ribu": 3, "juta": 6, "bilion": 9},
	"th":      {"พัน": 3, "หมื่น": 4, "แสน": 5, "ล้าน": 6},
	"vi":      {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9},
	"fil":     {"libo": 3, "libong": 3, "thousand": 3, "milyon": 6, "milyong": 6, "million": 6},
	"hi":      {"हज़ार": 3, "हजार": 3, "लाख": 5, "करोड़": 7, "मिलियन": 6},
	"bn":      {"হাজার": 3, "লাখ": 5, "লক্ষ": 5, "কোটি": 7},
	"ur":      {"ہزار": 3, "لاکھ": 5, "کروڑ": 7},
	"ar":      {"ألف": 3, "الف": 3, "آلاف": 3, "مليون": 6, "ملايين": 6, "مليار": 9},
	"fa":      {"هزار": 3, "میلیون": 6, "میلیارد": 9},
	"tr":      {"bin": 3, "milyon": 6, "milyar": 9},
	"ru":      {"тыс": 3, "тысяч": 3, "тысячи": 3, "тысяча": 3, "млн": 6, "миллион": 6, "миллиона": 6, "миллионов": 6},
	"uk":      {"тис": 3, "тисяч": 3, "тисячі": 3, "тисяча": 3, "млн": 6, "мільйон": 6, "мільйони": 6, "мільйонів": 6},
	"es":      {"mil": 3, "millón": 6, "millones": 6},
	"pt-BR":   {"mil": 3, "milhão": 6, "milhões": 6},
	"fr":      {"mille": 3, "million": 6, "millions": 6, "milliard": 9, "milliards": 9},
	"de":      {"tausend": 3, "Mio": 6, "Million": 6, "Millionen": 6, "Mrd": 9},
	"it":      {"mila": 3, "mille": 3, "milione": 6, "milioni": 6},
	"pl":      {"tys": 3, "tysiąc": 3, "tysiące": 3, "tysięcy": 3, "mln": 6, "milion": 6, "miliony": 6, "milionów": 6},
})

func sortedMultiples(words map[string]map[string]int) map[string][]multiple {
	out := map[string][]multiple{}
	for lang, exponents := range words {
		for word, exponent := range exponents {
			out[lang] = append(out[lang], multiple{word, exponent})
		}
		slices.SortFunc(out[lang], func(a, b multiple) int {
			return cmp.Or(cmp.Compare(len(b.word), len(a.word)), cmp.Compare(a.word, b.word))
		})
	}
	return out
}
