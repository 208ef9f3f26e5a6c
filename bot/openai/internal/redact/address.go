package redact

import (
	"net/netip"
	"regexp"
	"strings"
)

// An address may be written in other letters; then all of its name, or of a label, is.
var emailForm = regexp.MustCompile(`(?:[A-Za-z0-9][A-Za-z0-9._%+'\-]*|[\x01\x02]+)@` +
	`(?:(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?|[\x01\x02]+)\.)+(?:[A-Za-z]{2,24}|[\x01\x02]{2,})`)

// imageScale is the end of a picture's file name for dense screens: logo@2x.png.
var imageScale = regexp.MustCompile(`@[1-4]x\.[a-z]+$`)

func (f flat) emails() []span {
	var spans []span
	for _, m := range emailForm.FindAllStringIndex(f.s, -1) {
		if !imageScale.MatchString(f.s[m[0]:m[1]]) {
			spans = append(spans, f.span(m[0], m[1], email))
		}
	}
	return spans
}

var (
	ip4Form = regexp.MustCompile(`[0-9]{1,3}(?:\.[0-9]{1,3}){3}`)
	ip6Form = regexp.MustCompile(`[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\.[0-9]{1,3}){0,3}`)
)

func (f flat) addresses() []span {
	var spans []span
	for _, m := range ip6Form.FindAllStringIndex(f.s, -1) {
		from, to := m[0], m[1]
		if s := f.s[from:to]; strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "::") {
			to-- // a colon of the sentence
		}
		if !isWord(f.byteAt(from-1)) && !isWord(f.byteAt(to)) && isIP6(f.s[from:to]) {
			spans = append(spans, f.span(from, to, address))
		}
	}
	for _, m := range ip4Form.FindAllStringIndex(f.s, -1) {
		if !f.partOfNumber(m[0], m[1]) && isIP4(f.s[m[0]:m[1]]) {
			spans = append(spans, f.span(m[0], m[1], address))
		}
	}
	return spans
}

// partOfNumber tells whether a dotted number goes on before or after, or is a
// version because a letter stands before it.
func (f flat) partOfNumber(from, to int) bool {
	prev, next := f.byteAt(from-1), f.byteAt(to)
	return isWord(prev) || prev == '.' && isDigit(f.byteAt(from-2)) || isWord(next) || next == '.' && isDigit(f.byteAt(to+1))
}

// isIP4 is false for the addresses that are the same on every machine.
func isIP4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && !a.IsLoopback() && !a.IsUnspecified()
}

// isIP6 asks for a digit and three groups: a::b is C++.
func isIP6(s string) bool {
	a, err := netip.ParseAddr(s)
	if err != nil || a.IsLoopback() || a.IsUnspecified() || !strings.ContainsAny(s, "0123456789") {
		return false
	}
	return len(strings.FieldsFunc(s, func(r rune) bool { return r == ':' })) >= 2
}

var cardForm = regexp.MustCompile(`[2-8][0-9]{3}(?:[ \-]?[0-9]{4}){2}(?:[ \-]?[0-9]{1,4}){1,2}|3[47][0-9]{2}[ \-]?[0-9]{6}[ \-]?[0-9]{5}|3[0689][0-9]{2}[ \-]?[0-9]{6}[ \-]?[0-9]{4}`)

func (f flat) cards() []span {
	var spans []span
	for pos := 0; ; {
		m := cardForm.FindStringIndex(f.s[pos:])
		if m == nil {
			return spans
		}
		from, to := pos+m[0], pos+m[1]
		pos = from + 1
		if f.bounded(from, to) && !f.inMention(from) && isCard(digits(f.s[from:to])) {
			spans = append(spans, f.span(from, to, card))
			pos = to
		}
	}
}

// isCard knows the issuers' prefixes and lengths, so that fewer ids than one in
// ten are taken for cards.
func isCard(n string) bool { return issuer.MatchString(n) && luhn(n) }

var issuer = regexp.MustCompile(`^(?:` +
	`4[0-9]{12}|4[0-9]{15}|4[0-9]{18}|` + // Visa
	`5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|` + // Mastercard
	`220[0-4][0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|` + // Mir, American Express, Diners
	`35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14,17}|` + // JCB, UnionPay
	`6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}|(?:5[06-8]|60|6[3-9]|81|82)[0-9]{14})$`) // Discover, Maestro, RuPay

func luhn(n string) bool {
	sum := 0
	for i := range len(n) {
		d := int(n[len(n)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// emojiID is what stands before the id of a chat's own emoji.
var emojiID = regexp.MustCompile(`<a?:[A-Za-z0-9_]+:$`)

func (f flat) inMention(from int) bool { return emojiID.MatchString(f.s[max(0, from-40):from]) }
