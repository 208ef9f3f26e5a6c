package understand

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// clock is a time of day as people write it, in normalised text: lower case,
// Western digits, Persian forms of Arabic letters.
var clock = regexp.MustCompile(strings.Join([]string{
	`\b(?:[01]?\d|2[0-3])[:h]\s?[0-5]\d\b`,
	`\b(?:1[0-2]|[1-9])(?:[:.][0-5]\d)?\s?(?:[ap]\.?m\b)`,
	`\b(?:[01]?\d|2[0-3])(?:[.:][0-5]\d)?\s?(?:uhr\b|o'clock\b|giờ\b|часов\b|часа\b|година\b|година?\b|แกะ|โมง|ทุ่ม|นาฬิกา|น\.|बजे|बजकर|টা|টায়|بجے|बजेसे)`,
	`(?:\bjam|\bpukul|\bpkl\.?|\bsaat|\bgodz\.?|\bgodziny?|\balas|\blas|\balle|\bàs|الساعه|ساعت|ساعة)\s?(?:[01]?\d|2[0-3])(?:[.:h][0-5]\d)?\b`,
	`(?:上午|下午|晚上|凌晨|早上|今晚|昨晚|午前|午後|오전|오후|밤|새벽|저녁|아침)?\s?(?:[01]?\d|2[0-3])\s?[点點時시](?:\s?[0-5]?\d\s?[分분]|半|반)?`,
}, "|"))

// begins are the words for "since", and nearClock how many characters may
// stand between one of them and the time.
var begins = regexp.MustCompile(`(?:^|[^\p{L}])(?:since|from|started|desde|depuis|dès|seit|ab|dal|dalle|da|od|с|со|з|від|از|من|منذ|से|থেকে|سے|se|beri|itibaren|sejak|dari|mulai|mula|từ|simula|dek)(?:$|[^\p{L}])|ตั้งแต่|から|以降|부터|从|從|自|起|开始|開始`)

const nearClock = 14

// dayWords name the day a time of day is of, and dayBefore and dayBehind find
// one that stands right beside the time: "昨日の20時", "8 pm yesterday".
const dayWords = `(?:yesterday|last night|this morning|this afternoon|this evening|today|tonight|昨日|昨夜|昨晩|一昨日|今日|今朝|今夜|昨天|昨晚|前天|今天|今早|今晚|琴日|尋日|어제|어젯밤|그제|오늘|kemarin|semalam|kelmarin|tadi malam|tadi pagi|pagi tadi|hari ini|เมื่อวานนี้|เมื่อวาน|เมื่อคืน|เมื่อเช้า|วันนี้|hôm qua|tối qua|đêm qua|hôm nay|sáng nay|kahapon|kagabi|kanina|kaninang umaga|कल रात|कल|आज|kal raat|kal|aaj|গতকাল|গত রাত|কাল|আজ|gotokal|ajke|کل رات|کل|آج|امس|البارحه|امبارح|مبارح|الیوم|دیروز|دیشب|امروز|dün gece|dün|dun|bugün|bu sabah|вчера|сегодня|вчора|сьогодні|ayer|anoche|hoy|ontem|hoje|hier soir|hier|aujourd'hui|gestern|heute|ieri|oggi|wczoraj|dzisiaj|dziś)`

var (
	dayBefore = regexp.MustCompile(`(?:^|[^\p{Latin}\p{Cyrillic}\p{Arabic}\p{Devanagari}\p{Bengali}])(` + dayWords + `[^\p{L}]{0,3}(?:\p{L}\p{M}*){0,6}[^\p{L}]{0,2}(?:la|las|les|le)?[^\p{L}]{0,2})$`)
	dayBehind = regexp.MustCompile(`^([\s,の的]{0,2}` + dayWords + `)`)
)

// sinceClock gives the time of day that a text says a trouble began at: one
// that stands beside a word for "since" ("since about 8 pm", "8時から"), with
// the day when that is told.
func sinceClock(n normal) string {
	text := string(n.text)
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	for _, at := range clock.FindAllStringIndex(text, 4) {
		lo, hi := withDay(text, at[0], at[1])
		lo, hi = utf8.RuneCountInString(text[:lo]), utf8.RuneCountInString(text[:hi])
		beside := string(n.text[max(0, lo-nearClock):lo]) + " # " + string(n.text[hi:min(len(n.text), hi+nearClock)])
		if !begins.MatchString(beside) {
			continue
		}
		if from, to := n.unitsOf(lo, hi); from < to {
			return strings.TrimSpace(n.asWritten(from, to))
		}
	}
	return ""
}

// withDay widens the range of a time of day, in bytes, by the day beside it; a
// word for "since" between them ends the search.
func withDay(text string, lo, hi int) (int, int) {
	if m := dayBefore.FindStringSubmatchIndex(text[:lo]); m != nil && !begins.MatchString(text[m[2]:lo]) {
		lo = m[2]
	}
	if m := dayBehind.FindStringIndex(text[hi:]); m != nil {
		hi += m[1]
	}
	return lo, hi
}

// unitsOf gives the units that lie in a range of the text's runes, [from, to).
func (n normal) unitsOf(lo, hi int) (from, to int) {
	for from < len(n.units) && n.units[from].end <= lo {
		from++
	}
	for to = from; to < len(n.units) && n.units[to].start < hi; to++ {
	}
	return from, to
}
