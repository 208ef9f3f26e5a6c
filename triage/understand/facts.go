package understand

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"firstline/triage"
)

var (
	versionNear = regexp.MustCompile(`(?i)(?:\b(?:sdk)?(?:sdk|ver(?:sion|sión|são|sione|sie)?|v)|版本|版|バージョン|버전|เวอร์ชัน|phiên bản|bản|versi|сборк\S*|верси\S*|версі\S*|wersj\S*|sürüm|إصدار|نسخه|ورژن|वर्जन|वर्ज़न|ভার্সন)\s*[:=]?\s*(\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?)`)
	versionBare = regexp.MustCompile(`(?:^|[\s(v])(\d+\.\d+\.\d+(?:[-+][\w.]+)?)\b`)
	ipAddress   = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	// otherSoftware has versions of its own, which are not the SDK's.
	otherSoftware = regexp.MustCompile(`(?i)\b(chrome|chromium|firefox|safari|edge|opera|webkit|ios|ipados|windows|macos|ubuntu|obs|nginx|ffmpeg)[ /]+v?\d+(?:\.\d+)*`)
	errorNear     = regexp.MustCompile(`(?i)(?:^|[^\p{Latin}\p{Cyrillic}])(?:` + errorWords + `)(?:[\s:=#,—-]{1,3}(?:` + errorLinks + `)|は|が|는|은|가|이|คือ|เป็น|是|为|為){0,2}[\s:=#]*["'「(]?(` + errorCode + `)`)
	errorBehind   = regexp.MustCompile(`(?i)(?:^|[^\p{L}\d.:/_-])(-?\d{4,6})\s?(?:numaralı |番の?|号|號)?(?:error\b|hata(?:sı|lı)|エラー|에러|오류|错误|錯誤|报错|報錯|एरर|এরর|ایرر|ошибк|помилк|ralat\b)`)
	errorBare     = regexp.MustCompile(`(?:^|[\s("=:])(-\d{3,5}|0x[0-9a-fA-F]{4,8}|(?:ERR|E|ERROR)_[A-Z0-9_]+)\b`)
	streamNear    = regexp.MustCompile(`(?i)(?:\b(?:stream(?:[ _-]?(?:id|key|name))?|room(?:[ _-]?id)?|channel(?:[ _-]?id)?|sala|phòng|kamar|oda)|комнат\S*|кімнат\S*|房间号?|房間號?|流(?:id|名|号|號)|ルーム(?:id)?|룸|방|ห้อง|غرفة|اتاق|रूम|রুম|روم)\s*(?:id|ID|nr|no\.?|№|#|号|號)?\s*[:=#]?\s*([A-Za-z][A-Za-z0-9_-]*\d[A-Za-z0-9_-]{2,}|\d[A-Za-z0-9_-]{2,})`)
	streamBare    = regexp.MustCompile(`\b((?:live|stream|room|rm|ch|pk|sid|call)[_-][A-Za-z_-]*\d[A-Za-z0-9_-]+)\b`)
	quantity      = regexp.MustCompile(`(?i)^\d+(?:p|k|m|s|h|ms|fps|min|kbps|mbps|gb|mb)$`)
)

// What a message says around the code of an error: the words for it, what may
// stand between ("code is", "kod błędu to", "コードは"), and its forms.
const (
	errorWords = `(?:err(?:or|eur|ore|o)?|errcode|code|código|codigo|codice|kode|kod)(?:nya|ul)?|kod(?: błędu)? to|błąd to|code d'erreur|fehler(?:code|nummer)?|błąd|błędu|ошибк\p{L}*|помилк\p{L}*|код\p{L}*|hata(?: kodu)?|lỗi|mã(?: lỗi)?|ralat|错误码?|错误代码|報錯|报错|錯誤碼?|錯誤代碼|代码|代碼|エラー(?:コード|番号)?|コード|에러 ?(?:코드|번호)?|오류 ?(?:코드|번호)?|코드|รหัส(?:ข้อผิดพลาด)?|โค้ด|เออเร่อ|\p{Arabic}?\p{Arabic}?خطأ|خطای?|خطا|ارور|کد|رمز|كود|الكود|एरर|कोड|এরর|কোড|ایرر|کوڈ|http|status`
	errorLinks = `is|was|number|num|no\.?|nr\.?|es(?: el)?|é(?: o)?|è(?: il)?|est(?: le)?|ist|lautet|jest|ialah|adalah|ay|là|है|hai|হলো|হল|হচ্ছে|ہے|hay|هو|هي|номер|numero|número|numéro|code|kode|kod|code:|erreur|erro|error|(?:d'|di |de |do |del )?(?:erreur|errore|erro|error)|번호`
	errorCode  = `-?\d{3,6}\b|0x[0-9a-fA-F]{2,8}|[A-Z][A-Z0-9]*_[A-Z0-9_]+`
)

// longestFact bounds what is taken for a version, a code or an id, in bytes:
// longer ones are pasted garbage, and a fact stands in a sentence.
const longestFact = 120

// facts reads the diagnostics that have a form of their own: versions, error
// codes, stream and room ids, how many users, on what and since when.
func facts(text string, n normal, matches []match, carrier, lang string) map[string]string {
	out := map[string]string{}
	first := func(slot, in string, patterns ...*regexp.Regexp) {
		for _, p := range patterns {
			if m := p.FindStringSubmatch(in); m != nil && len(m[1]) <= longestFact {
				out[slot] = m[1]
				return
			}
		}
	}
	if strings.ContainsFunc(text, unicode.IsDigit) || strings.Contains(text, "_") {
		ours := otherSoftware.ReplaceAllString(text, "$1")
		first("version", ours, versionNear, versionBare)
		if ipAddress.MatchString(ours) && versionNear.FindString(ours) == "" {
			delete(out, "version")
		}
		first("error_code", western.Replace(text), errorNear, errorBehind, errorBare)
		first("stream_id", text, streamNear, streamBare)
		if quantity.MatchString(out["stream_id"]) {
			delete(out, "stream_id") // "stream 1080p"
		}
	}
	concepts(out, matches, lang)
	if carrier != "" && out["network"] == "" {
		out["network"] = carrier
	}
	if at := sinceClock(n); at != "" && (out["since"] == "" || out["since"] == "today" || out["since"] == "yesterday") {
		out["since"] = at
	}
	if users := count(n, matches); users > 0 {
		out["users"] = strconv.Itoa(users)
	}
	return out
}

// byConcept maps a concept of the lexicon to the answer it gives.
var byConcept = map[string][2]string{
	"all_users": {"scope", "all"}, "many_users": {"scope", "many"}, "half_users": {"scope", "many"},
	"some_users": {"scope", "some"}, "one_user": {"scope", "one"}, "some_places": {"where", "some_places"},
	"live_now": {"live", "yes"}, "right_now_live": {"live", "yes"},
	"since_yesterday": {"since", "yesterday"}, "since_this_morning": {"since", "today"}, "just_now": {"since", "just_now"},
	"wifi": {"network", "wifi"}, "mobile_data": {"network", "mobile"},
	"platform_android": {"platform", "android"}, "platform_ios": {"platform", "ios"},
	"platform_web": {"platform", "web"}, "platform_windows": {"platform", "windows"},
}

// ownWords names concepts that count only by the words of the message's own
// language: "vivo" is a telephone, but not in "en vivo", "ao vivo" and "dal vivo".
var ownWords = map[string]bool{"platform_android": true, "live_now": true, "right_now_live": true, "just_now": true}

func concepts(out map[string]string, matches []match, lang string) {
	negatedTo := -1
	for i, m := range matches {
		if m.kind != kindConcept || ownWords[m.id] && m.langs&bit(lang) == 0 {
			continue
		}
		if m.id == "negation" || m.id == "no" {
			negatedTo = m.to
		}
		answer, ok := byConcept[m.id]
		if !ok {
			continue
		}
		slot, value := answer[0], answer[1]
		if slot == triage.SlotLive && announced(matches, m) {
			continue
		}
		if slot == triage.SlotLive && denied(matches, i) {
			value = "no"
		}
		if slot == triage.SlotScope && value == "all" && negatedTo >= 0 && m.from-negatedTo <= 1 && m.from >= negatedTo {
			value = "some" // "not everybody"
		}
		switch old := out[slot]; {
		case old == "":
			out[slot] = value
		case slot == "platform" && old != value:
			out[slot] = "several"
		case slot == triage.SlotScope && narrower(value, old):
			out[slot] = value
		}
	}
	if out[slotWhere] == somePlaces && out[triage.SlotScope] == "" {
		out[triage.SlotScope] = "some"
	}
	if out[triage.SlotLive] == "" && eventNow(matches, lang) {
		out[triage.SlotLive] = "yes"
	}
}

// The answer "in some places only" to where a trouble is seen.
const (
	slotWhere  = "where"
	somePlaces = "some_places"
)

// eventNow tells that a message names a live event and, in the words of its own
// language, says that it is now: "عندنا بث مباشر … الآن".
func eventNow(matches []match, lang string) bool {
	event, now := false, false
	for _, m := range matches {
		if m.kind != kindConcept || m.langs&bit(lang) == 0 {
			continue
		}
		switch m.id {
		case "event_upcoming":
			return false
		case "live_event":
			event = true
		case "now":
			now = true
		}
	}
	return event && now
}

// announced tells that words for a live event that runs are those for a live
// event alone, of a text that speaks of a coming one.
func announced(matches []match, live match) bool {
	event, coming := false, false
	for _, m := range matches {
		event = event || m.kind == kindConcept && m.id == "live_event" && m.from <= live.from && m.to >= live.to
		coming = coming || m.kind == kindConcept && m.id == "event_upcoming"
	}
	return event && coming
}

// denied tells that a negation stands beside a match: "no live event now",
// "заходу в ефірі немає".
func denied(matches []match, i int) bool {
	return slices.ContainsFunc(matches, func(m match) bool {
		return m.kind == kindConcept && (m.id == "negation" || m.id == "no") &&
			(m.to <= matches[i].from && matches[i].from-m.to <= 1 || m.from >= matches[i].to && m.from-matches[i].to <= 1)
	})
}

// narrower tells that one scope says more than another: "all users of a few
// classes" is some.
func narrower(a, b string) bool {
	order := "one some many all"
	return strings.Index(order, a) < strings.Index(order, b)
}

// thousands are how people shorten large numbers.
var thousands = map[string]float64{"k": 1e3, "rb": 1e3, "ribu": 1e3, "mil": 1e3, "mila": 1e3, "tys": 1e3, "тыс": 1e3, "тис": 1e3, "bin": 1e3, "nghìn": 1e3, "ngàn": 1e3,
	"พัน": 1e3, "千": 1e3, "천": 1e3, "ألف": 1e3, "الف": 1e3, "هزار": 1e3, "हज़ार": 1e3, "हजार": 1e3, "হাজার": 1e3, "ہزار": 1e3, "万": 1e4, "萬": 1e4, "만": 1e4, "lakh": 1e5, "लाख": 1e5, "লাখ": 1e5}

var number = regexp.MustCompile(`^(\d{1,3}(?:[., ]\d{3})+|\d{1,7})([^\d]*)$`)

// count reads how many users a text speaks of: a number with a word for people
// right behind it.
func count(n normal, matches []match) int {
	people := map[int]bool{}
	for _, m := range matches {
		if m.kind == kindConcept && m.id == "people" {
			people[m.from] = true
		}
	}
	if len(people) == 0 {
		return 0
	}
	for i, u := range n.units {
		if r := []rune(u.text)[0]; !unicode.IsDigit(r) {
			continue
		}
		end := i
		for end+1 < len(n.units) && n.units[end+1].start == n.units[end].end+1 && len(n.units[end+1].text) == 3 && unicode.IsDigit([]rune(n.units[end+1].text)[0]) {
			end++ // "2,000" and "2.000"
		}
		m := number.FindStringSubmatch(string(n.text[u.start:n.units[end].end]))
		if m == nil {
			continue
		}
		value, err := strconv.ParseFloat(strings.NewReplacer(",", "", ".", "", " ", "").Replace(m[1]), 64)
		if err != nil {
			continue
		}
		next := end + 1
		if f, ok := thousands[m[2]]; ok {
			value *= f
		} else if next < len(n.units) && thousands[n.units[next].text] > 0 {
			value *= thousands[n.units[next].text]
			next++
		}
		if people[next] && !n.units[next].brk || m[2] != "" && people[i] {
			return int(value)
		}
	}
	return 0
}
