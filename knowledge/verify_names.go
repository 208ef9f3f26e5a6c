package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanned are the facts of a piece of text, and the text with blanks where those with digits stood.
type scanned struct {
	addresses []string
	names     []string
	latin     []string
	other     int
	rest      string
}

// Patterns of what is technical, in the order in which they are looked for: what one has taken the next does not see. Where
// there is a group, only the group is taken; the rest is the border before it.
var (
	link    = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s<>\[\]()"\x{80}-\x{10ffff}]*|\b(?:mailto|tel|sms|data|javascript|skype|tg|whatsapp):[!-~]+`)
	tag     = regexp.MustCompile(`<[A-Za-z/!@#][^<>]*>`)
	mail    = regexp.MustCompile(`[\p{L}\p{N}_.+-]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*`)
	mention = regexp.MustCompile(`[@#][\p{L}\p{N}_-]{2,}`)
	ip4     = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?`)
	ip6     = regexp.MustCompile(`\b[0-9A-Fa-f]{0,4}(?::{1,2}[0-9A-Fa-f]{1,4}){2,}\b|::[0-9A-Fa-f]{1,4}\b`)
	scoped  = regexp.MustCompile(`[A-Za-z_]\w*(?:(?:::|->)\w+)+`)
	ratio   = regexp.MustCompile(`\d+(?::\d+)+`)
	file    = regexp.MustCompile(`(?:^|[^\p{Latin}\p{N}/.])((?:~|\.{1,2})?/[\w.@%+~-]{2,}(?:/[\w.@%+~-]*)*)|([A-Za-z]:\\[!-~]*|\\\\[!-~]+)`)
	option  = regexp.MustCompile(`(?:^|[^\p{L}\p{M}\p{N}_-])(--?[A-Za-z][\w:-]*(?:=[!-+\--:<-~]*)?)`)
	assign  = regexp.MustCompile(`[\p{Latin}\p{N}_.-]+=[!-+\--:<-~]+`)
	dotted  = regexp.MustCompile(`(?:[\p{Latin}\p{N}_-]+\.)+[\p{Latin}\p{N}_]+(?::\d+)?(?:/[\w.@%+~?=&-]*)*`)
	abroad  = regexp.MustCompile(`(?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}\p{N}_]+`) // a host in another script

	latinWord = regexp.MustCompile(`[\p{Latin}0-9_]+`)
)

// scan finds the facts of a piece of text.
func scan(s string) scanned {
	f := scanned{rest: s}
	f.take(":", link, &f.addresses, anything)
	f.take("@", mail, &f.addresses, anything)
	f.take("<", tag, &f.names, anything)
	f.take("@#", mention, &f.addresses, anything)
	f.take(":>", scoped, &f.names, anything)
	f.take(".", ip4, &f.addresses, anything)
	f.take(":", ip6, &f.addresses, isIP6)
	f.take(":", ratio, &f.names, anything)
	f.take("/\\", file, &f.addresses, anything)
	f.take("-", option, &f.names, anything)
	f.take("=", assign, &f.names, anything)
	f.takeDotted()
	f.takeWords()
	for _, r := range f.rest {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			f.other++
		}
	}
	return f
}

func anything(string) bool { return true }

// isIP6 tells an address from a time or a ratio, 16:9.
func isIP6(w string) bool { return !ratio.MatchString(w) || strings.Count(w, ":") > 2 }

// take moves what matches to a list. Without one of the signs there is no match.
func (f *scanned) take(signs string, re *regexp.Regexp, to *[]string, want func(string) bool) {
	if !strings.ContainsAny(f.rest, signs) {
		return
	}
	var b strings.Builder
	from := 0
	for _, m := range re.FindAllStringSubmatchIndex(f.rest, -1) {
		start, end := m[0], m[1]
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				start, end = m[g], m[g+1]
			}
		}
		w := f.rest[start:end]
		if re != tag {
			w = strings.TrimRight(w, ".,;:!?'\")]}>*|")
		}
		if w == "" || !want(w) {
			continue
		}
		*to = append(*to, w)
		b.WriteString(f.rest[from:start])
		b.WriteByte(' ')
		from = start + len(w)
	}
	b.WriteString(f.rest[from:])
	f.rest = b.String()
}

// takeDotted takes what has dots inside: hosts, files, methods, versions, H.264. Decimal numbers and abbreviations stay.
func (f *scanned) takeDotted() {
	technical := func(w string) bool {
		parts := strings.Split(w, ".")
		if isNumber(parts[0]) && len(parts) == 2 {
			fraction := strings.TrimLeft(parts[1], "0123456789")
			if fraction == "" || fraction != parts[1] && (len(unitsOf(fraction)) > 0 || fraction[0] > unicode.MaxASCII) {
				return false // 1.5, 1.5s, 1.5배
			}
		}
		single := func(p string) bool { return utf8.RuneCountInString(p) == 1 && !isNumber(p) }
		if !slices.ContainsFunc(parts, func(p string) bool { return !single(p) }) {
			return false // z.B, e.g
		}
		return !slices.Contains(abbreviations, strings.ToLower(w))
	}
	var hosts []string
	f.take(".", dotted, &hosts, technical)
	f.take(".", abroad, &hosts, technical)
	for _, w := range hosts {
		if isHost(w) {
			f.addresses = append(f.addresses, w)
		} else {
			f.names = append(f.names, w)
		}
	}
}

// abbreviations with a dot inside that are not made of single letters.
var abbreviations = []string{"p.ej", "p.ex", "m.in", "т.зв", "т.ін", "т.обр"}

// isHost tells a host from a method or a version: what follows the last dot are small letters. A file may pass for one.
func isHost(w string) bool {
	w, _, _ = strings.Cut(w, "/")
	w, _, _ = strings.Cut(w, ":")
	end := w[strings.LastIndexByte(w, '.')+1:]
	return utf8.RuneCountInString(end) > 1 && strings.ToLower(end) == end && !strings.ContainsFunc(end, func(r rune) bool { return !unicode.IsLetter(r) })
}

func isNumber(s string) bool {
	return s != "" && strings.TrimLeft(s, "0123456789") == ""
}

// takeWords looks at single words. Parts of a word with hyphens or apostrophes are words: "CDN-Knoten", "l'OBS".
func (f *scanned) takeWords() {
	f.rest = latinWord.ReplaceAllStringFunc(f.rest, func(w string) string {
		w = strings.Trim(w, "_")
		switch {
		case w == "" || isNumber(w) || isAmount(w):
			return w
		case isName(w):
			f.names = append(f.names, w)
			if strings.ContainsAny(w, "0123456789") {
				return " "
			}
		case len(unitsOf(w)) == 0 && utf8.RuneCountInString(w) > 1:
			f.latin = append(f.latin, w)
		}
		return w
	})
}

var glued = regexp.MustCompile(`^\d+(\p{L}+)$`)

// ordinals are endings of numbers that count.
var ordinals = []string{"st", "nd", "rd", "th", "er", "re", "e", "o", "a"}

// isAmount tells a number with its unit (500ms) or ending (2nd) from a name (5G).
func isAmount(w string) bool {
	m := glued.FindStringSubmatch(w)
	return m != nil && (len(unitsOf(m[1])) > 0 || slices.Contains(ordinals, strings.ToLower(m[1])))
}

// isName reports whether a word has the shape of a name: a digit or an underscore among letters, a capital after a
// small letter, two capitals and more; or is one that we know. One capital at the beginning says nothing: German nouns
// have it, polite pronouns and labels too.
func isName(w string) bool {
	if len(unitsOf(w)) > 0 {
		return false
	}
	if strings.ContainsAny(w, "0123456789_") || knownNames[strings.ToLower(w)] || knownProper[w] {
		return true
	}
	upper, small := 0, false
	for i, r := range w {
		switch {
		case unicode.IsUpper(r):
			upper++
			if small && i > 0 {
				return true
			}
		default:
			small = true
		}
	}
	return upper > 1
}

// stemOf drops a short ending in small letters after capitals: URLs, IDs, SDKnya.
func stemOf(w string) string {
	stem := strings.TrimRightFunc(w, unicode.IsLower)
	if len(stem) < 2 || utf8.RuneCountInString(w)-utf8.RuneCountInString(stem) > 3 || strings.ToUpper(stem) != stem {
		return w
	}
	return stem
}

// set makes a set of words.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// knownNames are commands, products, protocols and codecs that have no shape of their own and are no word of any of our
// languages, in small letters. The list is for what a model that knows the field would bring in.
var knownNames = set(`
	sudo apt brew npm npx yarn pip python docker kubectl helm systemctl journalctl chmod chown curl wget telnet traceroute tracert
	nslookup ifconfig ipconfig netsh netstat iptables nftables ufw tcpdump wireshark tshark iperf powershell bash regedit msconfig
	mtr ssh scp rsync adb fastboot logcat ethtool sysctl dnsmasq nginx apache caddy haproxy traefik redis kafka mysql
	postgres mongodb elasticsearch grafana prometheus kubernetes terraform ansible
	cloudflare akamai fastly cloudfront alibaba aliyun tencent huawei agora zego twilio vonage livekit mediasoup kurento
	jitsi ffmpeg ffprobe gstreamer handbrake streamlabs xsplit vmix wirecast larix twitch youtube facebook instagram tiktok
	bilibili whatsapp telegram wechat skype discord slack spotify netflix google amazon microsoft openai anthropic deepgram
	chrome chromium firefox android ubuntu debian centos fedora linux macos windows samsung xiaomi nvidia nvenc geforce radeon
	opus vorbis theora speex wireguard openvpn tailscale zerotier shadowsocks bluetooth ethernet javascript typescript
	kotlin flutter vlc exoplayer hls srt rtmp rtmps rtsp webrtc quic http https tcp udp tls ssl dns ntp
	aac hevc vvc mpeg obs`)

// knownProper are names that only their capital tells from a word.
var knownProper = set(`Zoom Safari Edge Unity Azure Apple Intel Oracle Java`)
