package understand

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"firstline/triage"
)

// slotDelay is the diagnostic "how long until the other side hears it". It has
// three values, because the fix depends on no finer ones.
const slotDelay = "delay"

// amount is a time in seconds or milliseconds, in normalised text. Malay says
// seconds with a word that is hours in Turkish, so it has a pattern of its own.
var (
	amount      = regexp.MustCompile(`(\d+(?:[.,]\d+)?)\s?(?:` + milliseconds + `|` + seconds + `)`)
	amountMalay = regexp.MustCompile(`(\d+(?:[.,]\d+)?)\s?(?:` + milliseconds + `|` + seconds + `|saat(?:$|[^\p{L}]))`)
)

const (
	milliseconds = `((?:ms|msecs?|mil{1,2}[ií]\p{L}*|мс|миллисек\p{L}*|мілісек\p{L}*)(?:$|[^\p{L}])|mili giây|毫秒|ミリ秒|밀리초|มิลลิวินาที|میلی ?ثانیه|مللی ?ثانیه|मिलीसेकंड|মিলিসেকেন্ড|ملی ?سیکنڈ)`
	seconds      = `(?:s|secs?|seconds?|seg|segs|segundos?|secondes?|second[oi]|sek|sekunden?|sekund[yaęe]?|сек|с|секунд\p{L}*|detik|dtk|giây|giay|saniye\p{L}*|sn)(?:$|[^\p{L}])|秒|초|วินาที|วิ|सेकंड|सेकेंड|सेकण्ड|সেকেন্ড|سیکنڈ|ثانیه|ثوانی?|ثانیتین`
)

// halfSecond and someSeconds are amounts in words.
var (
	halfSecond  = regexp.MustCompile(`half a sec|半秒|반 ?초|medio segundo|meio segundo|demi[- ]seconde|halbe sekunde|mezzo secondo|pół sekundy|пол ?секунды|пів ?секунди|yarım saniye|setengah (?:detik|saat)|nửa giây|ครึ่งวินาที|आधा सेकंड|आधे सेकंड|aadha second|আধা? সেকেন্ড|آدها سیکنڈ|نصف ثانیه|نیم ثانیه|kalahating segundo`)
	someSeconds = regexp.MustCompile(`(?:a few|several|some|couple of|many) sec|[好几幾数數]秒|몇 ?초|(?:unos|varios|algunos) segundos|(?:alguns|vários|uns) segundos|(?:quelques|plusieurs) secondes|(?:paar|mehrere|einige) sekunden|(?:qualche secondo|alcuni secondi|diversi secondi)|(?:kilka|parę) sekund|(?:несколько|пару) секунд|(?:кілька|декілька) секунд|(?:birkaç|bir kaç) saniye|beberapa (?:detik|saat)|(?:vài|mấy) giây|หลายวินาที|ไม่กี่วินาที|(?:कुछ|कई) सेकंड|(?:kuch|kai) second|(?:কয়েক|কিছু) সেকেন্ড|(?:چند|کچه|کیی) سیکنڈ|چند ثانیه|(?:عده|کم|بضع) ثوان|ilang segundo`)
)

// repeats are the words that make an amount a rhythm: "it freezes every 3 s".
var (
	repeatsBefore = regexp.MustCompile(`(?:every|each|cada|a cada|alle|jede|toutes les|ogni|co|кажды[ей]|кожні|tiap|setiap|mỗi|ทุก|हर|प्रति|প্রতি|هر|کل|her|kada|tuwing|har|每|毎)\s?$`)
	repeatsBehind = regexp.MustCompile(`^\s?(?:ごと|毎|おき|마다|一次|apart|में एक बार)`)
)

// longestDelay is in seconds; a longer time is how long the trouble lasts.
const longestDelay = 60

// readDelay reads how long a delay is, from a text that is about one or that
// answers how long it is.
func readDelay(r *triage.Reading, q triage.Question, n normal, lang string) {
	if q.Asking != slotDelay && !slices.Contains(r.Symptoms, "high_latency") || r.Facts[slotDelay] != "" {
		return
	}
	text := string(n.text)
	longest := longestAmount(text, lang)
	if longest == 0 && q.Asking == slotDelay {
		longest = bareDelay(text)
	}
	switch {
	case longest >= 1 && longest <= longestDelay, longest == 0 && someSeconds.MatchString(text):
		r.Facts[slotDelay] = "over_1s"
	case longest > 0 && longest < 0.4:
		r.Facts[slotDelay] = "under_400ms"
	case longest > 0 && longest < 1, longest == 0 && halfSecond.MatchString(text):
		r.Facts[slotDelay] = "under_1s"
	}
	if q.Asking == slotDelay && r.Facts[slotDelay] != "" && r.Act == triage.ActOther {
		r.Act = triage.ActAnswer
	}
}

// longestAmount gives the longest time that a text names, in seconds, or 0:
// "200 ms became 2 s" is about two seconds.
func longestAmount(text, lang string) float64 {
	pattern, longest := amount, 0.0
	if lang == "ms" {
		pattern = amountMalay
	}
	for _, at := range pattern.FindAllStringSubmatchIndex(text, 8) {
		if repeatsBefore.MatchString(lastRunes(text[:at[0]], 14)) || repeatsBehind.MatchString(text[at[1]:]) {
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(text[at[2]:at[3]], ",", ".", 1), 64)
		if err != nil {
			continue
		}
		if at[4] >= 0 { // milliseconds
			v /= 1000
		}
		longest = max(longest, v)
	}
	return longest
}

// bareDelay reads a number without a unit as the answer to how long the delay
// is: small ones are seconds, and nobody counts thirty of them.
func bareDelay(text string) float64 {
	v, err := strconv.ParseFloat(strings.Replace(strings.Trim(text, "~+-≈ "), ",", ".", 1), 64)
	switch {
	case err != nil || v <= 0 || v > longestDelay*1000:
		return 0
	case v < 20:
		return v
	}
	return v / 1000
}

func lastRunes(s string, count int) string {
	for i := len(s); i > 0; {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
		if count--; count == 0 {
			return s[i:]
		}
	}
	return s
}
