package glossary

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule finds one kind of thing that a translation must leave alone.
type rule struct {
	re *regexp.Regexp
	// needs are signs without one of which there is nothing to look for: most
	// messages have few of them.
	needs string
	// inside is true where the thing may stand in the middle of a word.
	inside bool
	// fit narrows a match, or makes it empty where it is none.
	fit fitting
}

// fitting looks at a match in its text, whose language is lang.
type fitting func(text string, start, end int, lang string) (int, int)

// Letters of the scripts that put spaces between words, and of those that do
// not: there a name has no end unless something else stands after it.
const (
	spacedLetters = `\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Hebrew}\p{Arabic}\p{Devanagari}\p{Bengali}\p{Hangul}\p{M}_`
	spaced        = spacedLetters + `\p{Nd}`
	noSpaces      = `\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー`
)

// marker matches what is left of a placeholder in a text that came from outside.
var marker = rule{needs: "⟦⟧", re: regexp.MustCompile(`⟦\d*⟧|[⟦⟧]`), inside: true}

// foreign are the rules for what an answer must not bring along by itself: who
// is called, and where a click leads.
var foreign = []rule{
	// Slack and Discord: <@U1>, <#C1|x>, <!here>, <:name:1>, <t:1:R>, <https://…|x>.
	{needs: `<`, re: regexp.MustCompile(`<(?:[@#!]|a?:\w+:\d|t:-?\d|id:|/[^<>\n:]+:\d|https?://|mailto:|tel:)[^<>\n]*>`), inside: true},
	// @name and #channel.
	{needs: `@#`, re: regexp.MustCompile(`(?:@[` + spaced + `]|#[` + spacedLetters + `])(?:[` + spaced + `.-]*[` + spaced + `])?`), fit: notAfterWord},
	{needs: `@#`, re: regexp.MustCompile(`[@#][` + noSpaces + `]{1,6}`), fit: beforeSpace},
	// Links of the web and of media.
	{needs: `/`, re: regexp.MustCompile(`(?i)(?:https?|rtmp[st]?|rtsps?|srt|wss?|s?ftp|webrtc|whip|whep|udp|tcp|rtp|stuns?|turns?|file|ssh)://` +
		`[!#-;=?-_a-z~\p{Latin}\p{Cyrillic}\p{Arabic}\p{M}]+`), inside: true, fit: linkEnd},
	// E-mail addresses, hosts, IPv4, IPv6.
	{needs: `@`, re: regexp.MustCompile(`[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`), inside: true},
	{needs: `.`, re: regexp.MustCompile(`(?i)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z]{2,18}(?::\d{1,5})?(?:/[!#-;=?-_a-z~]*)?`), fit: hostEnd},
	{needs: `.`, re: regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|/\d{1,2})?`)},
	{needs: `:`, re: regexp.MustCompile(`[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+`), fit: address},
}

// solid are the rules that win over the rest of the text's, and over terms.
var solid = append([]rule{
	// Command lines.
	{needs: `$`, re: regexp.MustCompile(`(?m)^[ \t]*\$ [A-Za-z./_~][^\n⟦⟧]*`), inside: true},
	// :smile:
	{needs: `:`, re: regexp.MustCompile(`:(?:[A-Za-z][A-Za-z0-9_+'-]*|\+1|-1|100):(?::skin-tone-\d:)?`), fit: emojiCode},
	// Files, paths.
	{needs: `.`, re: regexp.MustCompile(`(?:[` + spaced + `][` + spaced + `.()-]*|[` + noSpaces + spaced + `]{1,12})\.(?i:` + extensions + `)`)},
	{needs: `/\`, re: regexp.MustCompile(`(?:~|\.{1,2})?(?:/[A-Za-z0-9_.@%+-]+){2,}/?|[A-Za-z]:\\[^\s"<>|*?⟦⟧，。；、）]+`), fit: notAfterSign},
	// --flag=value, parameter=value
	{needs: `-`, re: regexp.MustCompile(`--[A-Za-z][A-Za-z0-9-]*(?:=[!-&(-_a-~]+)?`), fit: notAfterSign},
	{needs: `=`, re: regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.-]*=[!#-&(-;=?-_a-{}~]+`), fit: linkEnd},
}, foreign...)

const extensions = `log|txt|json|xml|ya?ml|conf|cfg|ini|csv|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|webp|bmp|heic|svg|mp4|flv|mkv|mov|avi|ts|m3u8|mpd|mp3|wav|aac|m4a|` +
	`opus|ogg|pcm|yuv|h26[45]|zip|rar|7z|t?gz|tar|pcap(?:ng)?|har|dmp|ipa|apk|aab|exe|dmg|dll|jar|aar|js|html?|css|php|py|java|kt|swift|cpp|md|sh|bat|ps1|sql|pem|crt`

// soft are the rules for what may overlap with a term: there the one that
// begins first, and then the longest, wins.
var soft = []rule{
	marker,
	{re: regexp.MustCompile(`[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*(?:\(\))?`), fit: identifier},
	// 2 Mbps, 20–30 %, %25, $50
	{re: regexp.MustCompile(`[-+−±~≈]?` + amount + `(?:\x{20}?[-–~～〜]\x{20}?` + amount + `)?[ \x{a0}\x{202f}]?(?:[%٪％‰]|°[CF]?|(?i:` + units + `))`), fit: signed},
	{needs: `%٪`, re: regexp.MustCompile(`[%٪]\x{20}?` + amount), fit: signed},
	{needs: `$€£¥₹₫฿₩₽₺₱`, re: regexp.MustCompile(`[$€£¥₹₫฿₩₽₺₱]\x{20}?` + amount + `|` + amount + `\x{20}?[€₹₫฿₩₽₺₱]`)},
	// v4.3.2-beta.1, 20:15, 16:9, 2025-03-01T20:15Z, 5/12, 1920x1080
	{needs: `.`, re: regexp.MustCompile(`[vV]?\d+(?:\.\d+)+(?:-(?i:alpha|beta|rc|dev|build)(?:[.\d]*\d)?)?`), fit: version},
	{needs: `:：`, re: regexp.MustCompile(`\p{Nd}+(?:[:：]\p{Nd}+)+`)},
	{needs: `-/`, re: regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2}(?:T[\d:.]*\dZ?(?:[+-]\d{2}:?\d{2})?)?|\p{Nd}+(?:/\p{Nd}+)+`)},
	{needs: `x×*`, re: regexp.MustCompile(`\p{Nd}+\x{20}?[x×*]\x{20}?\p{Nd}+`)},
	// Telephone numbers, and what is long enough for a code: -1307, #12, 10012, 12-345.
	{needs: `+`, re: regexp.MustCompile(`\+\d[\d ()-]{6,}\d`)},
	{re: regexp.MustCompile(`[-−]\d{3,}|#\d+|\p{Nd}{4,}`), fit: longNumber},
	{needs: `-`, re: regexp.MustCompile(`\d{2,}(?:-\d{2,})+`), fit: dashed},
	// Emoji with their joiners, colours and keycaps; flags.
	{re: regexp.MustCompile(`(?:\p{So}|[0-9#*]\x{fe0f}?\x{20e3}|[‼⁉〰〽])(?:[\p{So}\x{fe0e}\x{fe0f}\x{200d}\x{1f3fb}-\x{1f3ff}\x{e0020}-\x{e007f}♀♂]|\x{20e3})*`), inside: true, fit: emoji},
}

// amount is a number with a decimal sign; units are those that are written alike
// everywhere. A unit that is a word ("seconds", "帧", "мс") stays with the engine.
const (
	amount = `\p{Nd}+(?:[.,٫٬]\p{Nd}+)*`
	units  = `[kmgt]?bps|[kmgt]i?b(?:it)?/s|[kmg]bit|ms|[µμ]s|ns|fps|[kmg]?hz|dbm|dbfs|db|[kmgt]i?b|px|dpi|ppi|mah|rpm|qps|tps|pps|iops|km|min|sec|s`
)

// scan gives the places that a rule finds in text[from:to].
func (u rule) scan(text string, from, to int, lang string, use func(start, end int)) {
	if u.needs != "" && !strings.ContainsAny(text[from:to], u.needs) {
		return
	}
	for _, at := range u.re.FindAllStringIndex(text[from:to], -1) {
		start, end := from+at[0], from+at[1]
		match := text[start:end]
		start += len(match) - len(strings.TrimLeft(match, " \t"))
		end -= len(match) - len(strings.TrimRight(match, " \t"))
		if u.fit != nil {
			start, end = u.fit(text, start, end, lang)
		}
		if end > start && (u.inside || standsAlone(text, start, end)) {
			use(start, end)
		}
	}
}

func before(text string, at int) rune { r, _ := utf8.DecodeLastRuneInString(text[:at]); return r }
func after(text string, at int) rune  { r, _ := utf8.DecodeRuneInString(text[at:]); return r }

// afterWord tells whether a word ends at a place, in a script in which a sign
// after it would belong to it: "room-5", "and/or", "a@b", but not "代码-1307".
func afterWord(text string, at int) bool {
	r := before(text, at)
	return at > 0 && wordy(r) && scriptOf(r) != unspaced && scriptOf(r) != hangul
}

// notAfterWord refuses "C#" and the end of an address.
func notAfterWord(text string, start, end int, _ string) (int, int) {
	if afterWord(text, start) {
		return start, start
	}
	return linkEnd(text, start, end, "")
}

// notAfterSign refuses "and/or", "word--word" and the middle of a link, too.
func notAfterSign(text string, start, end int, _ string) (int, int) {
	if start > 0 && strings.ContainsRune("-/:", before(text, start)) {
		return start, start
	}
	return notAfterWord(text, start, end, "")
}

// emojiCode keeps its last colon.
func emojiCode(text string, start, end int, _ string) (int, int) {
	if afterWord(text, start) || before(text, start) == ':' {
		return start, start
	}
	return start, end
}

// beforeSpace takes a name in a script without spaces only where one follows.
func beforeSpace(text string, start, end int, _ string) (int, int) {
	if end < len(text) && !unicode.IsSpace(after(text, end)) {
		return start, start
	}
	return notAfterWord(text, start, end, "")
}

// linkEnd leaves out the punctuation of the sentence around a link.
func linkEnd(text string, start, end int, _ string) (int, int) {
	for ; end > start; end-- {
		last, match := text[end-1], text[start:end]
		outside := strings.IndexByte(`.,;:!?'"*`, last) >= 0 ||
			last == ')' && strings.Count(match, ")") > strings.Count(match, "(") ||
			last == ']' && strings.Count(match, "]") > strings.Count(match, "[")
		if !outside {
			break
		}
	}
	return start, end
}

// hostEnd tells a host from two words with a forgotten space ("fixed.thanks"):
// it has three parts, a port, a path or an ending that is no word.
func hostEnd(text string, start, end int, _ string) (int, int) {
	_, end = linkEnd(text, start, end, "")
	host, path, _ := strings.Cut(text[start:end], "/")
	name, _, hasPort := strings.Cut(host, ":")
	last := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	switch dots := strings.Count(name, "."); {
	case dots >= 2, dots == 1 && (hasPort || path != "" || hostEndings[last]):
		return start, end
	}
	return start, start
}

var hostEndings = map[string]bool{"com": true, "net": true, "org": true, "io": true, "tv": true, "dev": true, "cn": true, "gov": true, "edu": true, "biz": true,
	"xyz": true, "cloud": true, "gg": true, "local": true, "internal": true, "co": true, "jp": true, "kr": true, "vn": true, "th": true, "ph": true, "ru": true, "br": true}

// address takes what is an IPv6 address, and no time or scope.
func address(text string, start, end int, _ string) (int, int) {
	if text[start] == ':' && !strings.HasPrefix(text[start:end], "::") {
		start++
	}
	s := strings.TrimRight(text[start:end], ".:")
	if ip, err := netip.ParseAddr(s); err != nil || !ip.Is6() || len(s) < 4 {
		return start, start
	}
	return start, start + len(s)
}

// emoji refuses the signs of print, such as ™ and №.
func emoji(text string, start, end int, _ string) (int, int) {
	if r := after(text, start); r < '←' && r != '‼' && r != '⁉' && !strings.ContainsAny(text[start:end], "\u20e3\ufe0f") {
		return start, start
	}
	return start, end
}

// signed leaves a sign to the sentence where it is a hyphen: "room-5".
func signed(text string, start, end int, _ string) (int, int) {
	if sign := after(text, start); strings.ContainsRune("-+−±~≈", sign) && afterWord(text, start) {
		start += utf8.RuneLen(sign)
	}
	return start, end
}
