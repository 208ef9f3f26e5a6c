package knowledge

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// unitStems are beginnings of units, beside the whole words that Lint knows: a model inflects as it likes. A few
// letters may follow, see maxEnding. Longer stems win ("milisegundo" before "minut").
var unitStems = map[string]string{
	"μs":  "microsecond microsegundo microsecondo mikrosekund mikrodetik mikrosaniye микросекунд мікросекунд 微秒 マイクロ秒 마이크로초",
	"ms":  "millisecond milisecond milisegund millisekund milisekund milidetik milisaat milisaniye миллисекунд мілісекунд มิลลิวินาที मिलीसेकंड मिलीसेकेंड মিলিসেকেন্ড مللي ملي ميلي میلی ملی مللی 毫秒 ミリ秒 밀리초",
	"s":   "second segundo secondo sekund saniye секунд วินาที giây detik सेकंड सेकेंड सेकण्ड सेकन्ड সেকেন্ড سیکنڈ ثاني ثوان ثانی 秒",
	"min": "minut dakika минут хвилин นาที phút menit minit मिनट মিনিট منٹ دقيق دقائق دقیق 分钟 分鐘 分間",
	"h":   "hour stunde heure godzin годин ชั่วโมง giờ घंट घण्ट ঘণ্টা ঘন্টা گھنٹ ساعة ساعات ساعت 小时 小時 時間",
	"d":   "days giorn günd günl дней дня днях днів วัน ngày दिन দিন أيام 天",
	"wk":  "week woche semana semaine settiman недел тижн тижд tygodn tydzień hafta minggu tuần linggo สัปดาห์ सप्ताह हफ़्त हफ्त সপ্তাহ ہفت هفته أسبوع أسابيع 星期",
	"mo":  "month monat месяц місяц miesiąc miesięc เดือน महीन 个月 個月 か月 ヶ月 개월",
	"%":   "percent prozent procent процент відсотк persen peratus porsyento เปอร์เซ็นต์ प्रतिशत শতাংশ فیصد درصد بالمئة بالمائة パーセント 퍼센트",
}

// unitWords are whole words. A word may have several units: Malay saat is a second, Turkish saat an hour, in
// Indonesian it is no unit; the Russian letter с is a second or "with".
var unitWords = map[string]string{
	"ms":   "milli mili",
	"s":    "sek seg secs с saat",
	"":     "с ч d saat", // perhaps no unit at all
	"h":    "ч час часа часов часу часы hr hrs std saat saati saatlik ora oras годину",
	"d":    "d day tag tage tagen día días dia dias jour jours gün день дні dzień dni dniach hari araw يوم يوما يومًا يومين دن دنوں روز 日 日間 일 일간",
	"wk":   "주 주간 週 週間 周",
	"mo":   "mes meses mês mois mese mesi ay ayı bulan buwan tháng شهر أشهر ماه 月",
	"min":  "mins minuut",
	"kbps": "kbit kbits kilobit kilobits килобит كيلوبت",
	"mbps": "mbit mbits megabit megabits мегабит ميغابت",
	"gbps": "gbit gbits gigabit гигабит",
	"khz":  "kilohertz килогерц كيلوهرتز キロヘルツ 킬로헤르츠",
	"hz":   "hertz герц هرتز",
	"mhz":  "mhz мгц megahertz",
	"ghz":  "ghz ггц gigahertz",
	"kb":   "kb kib кб kilobyte kilobytes",
	"mb":   "mb mib мб megabyte megabytes",
	"gb":   "gb gib гб gigabyte gigabytes",
	"tb":   "tb tib тб terabyte terabytes",
	"byte": "بايت بایت بائٹ बाइट বাইট bait bayt bajtów bajty bajt octet",
	"bit":  "bit bits",
	"db":   "db дб decibel dezibel decibels",
	"dbm":  "dbm",
	"dbfs": "dbfs",
	"lufs": "lufs",
	"px":   "px pixel pixels piksel píxeles пикселей 像素 ピクセル 픽셀",
	"mm":   "mm", "cm": "cm", "m": "m", "km": "km",
}

// maxEnding is how many letters may follow a stem. Scripts without spaces run on at any length.
const maxEnding = 5

var stemUnits, wordUnits = bySpelling(unitStems), bySpelling(unitWords)

// bySpelling turns a table around. Where a spelling has several units, "no unit" comes last.
func bySpelling(table map[string]string) map[string][]string {
	out := map[string][]string{}
	for _, unit := range slices.Backward(slices.Sorted(maps.Keys(table))) {
		for _, w := range strings.Fields(table[unit]) {
			out[w] = append(out[w], unit)
		}
	}
	return out
}

// unitsOf gives the units that a word may be, none if we do not know it.
func unitsOf(word string) []string {
	word = strings.ToLower(word)
	if units, ok := wordUnits[word]; ok {
		return units
	}
	if unit, ok := unitBySpelling[word]; ok {
		return []string{unit}
	}
	for end := len(word); end > 0; {
		stem := word[:end]
		if units, ok := stemUnits[stem]; ok && (runsOn(stem) || utf8.RuneCountInString(word[end:]) <= maxEnding) {
			return units
		}
		_, size := utf8.DecodeLastRuneInString(stem)
		end -= size
	}
	if unit := unitOf(word); unit != "" {
		return []string{unit}
	}
	return nil
}

// unitsAfter gives the units of the word after a number. A Korean word that stands apart is read only as a whole: 분 is a
// minute and 분석 an analysis.
func unitsAfter(word string, apart bool) []string {
	if first, _ := utf8.DecodeRuneInString(word); unicode.Is(unicode.Hangul, first) && apart {
		word = strings.ToLower(word)
		if units, ok := wordUnits[word]; ok {
			return units
		}
		if unit, ok := unitBySpelling[word]; ok {
			return []string{unit}
		}
		return nil
	}
	return unitsOf(word)
}
