package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"firstline/triage"
)

// since says on the card when a trouble began: as a time or a date where the
// customer's words give one, with the words beside it. "Yesterday" means
// nothing to an engineer who reads the card a day later on another continent.
func (r *Renderer) since(lang string, v *triage.CardView, f triage.Fact) string {
	words := isolated(lang, r.beside(lang, triage.SlotSince, f.Value))
	zone := location(v.Zone)
	said := saidAt(v, f)
	date := func(days int) string { return said.In(zone).AddDate(0, 0, days).Format(time.DateOnly) }
	when := ""
	switch known := v.Zone != ""; {
	case f.Value == "just_now":
		when = r.Texts.Clock(lang, said, zone)
	case f.Value == "today" && known:
		when = date(0)
	case f.Value == "yesterday" && known:
		when = date(-1)
	default:
		hour, minute, ok := clockOf(f.Value)
		if !ok {
			return words
		}
		when = fmt.Sprintf("%02d:%02d", hour, minute)
		if when == f.Value && !known {
			return words
		}
		if known {
			day := said.In(zone)
			when = r.Texts.Clock(lang, time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone), zone)
		}
	}
	return when + " (" + words + ")"
}

// saidAt gives the time of the message a fact was read from; of the case, for
// one that was clicked.
func saidAt(v *triage.CardView, f triage.Fact) time.Time {
	for _, w := range v.Words {
		if w.MessageID == f.MessageID {
			return w.At
		}
	}
	return v.Opened
}

// timeOfDay finds hour, minute and "half past" in a time as people write it;
// digits are Western by then.
var timeOfDay = regexp.MustCompile(`(\d{1,2})(?:\s?(?:[:.h点點時시])\s?([0-5]\d))?(.*)`)

// The parts of a day that a time is written with. Night is both before and
// after midnight; Thai counts the evening from one again, and the hours after
// midnight with a word of their own.
var (
	beforeNoon = regexp.MustCompile(`(?i)\d\s?a\.?m\b|上午|早上|早晨|凌晨|午前|朝|오전|새벽|아침|pagi|เช้า|ตี|sáng|umaga|सुबह|সকাল|ভোর|صبح|صباح|sabah|утра|ранку|mañana|manhã|matin|morgens|früh|mattin|rano`)
	afterNoon  = regexp.MustCompile(`(?i)\d\s?p\.?m\b|下午|傍晚|午後|夕方|오후|저녁|sore|petang|บ่าย|เย็น|chiều|hapon|शाम|বিকাল|বিকেল|সন্ধ্যা|شام|عصر|مساء|akşam|öğleden sonra|вечера|вечора|tarde|après-midi|abends|nachmittags|pomerigg|wieczor|po południu`)
	atNight    = regexp.MustCompile(`(?i)晚上|今晚|昨晚|夜|밤|malam|tối|đêm|gabi|रात|রাত|رات|شب|ليل|gece|ночи|ночі|noche|noite|soir|nachts|sera|notte|nocy`)
	thaiNight  = regexp.MustCompile(`ทุ่ม`)
)

// clockOf gives the time of day that words name; false when it could be
// either half of the day.
func clockOf(words string) (hour, minute int, ok bool) {
	text := westernDigits(words)
	m := timeOfDay.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	hour, _ = strconv.Atoi(m[1])
	minute, _ = strconv.Atoi(m[2])
	if m[2] == "" && (strings.Contains(m[3], "半") || strings.Contains(m[3], "반")) {
		minute = 30
	}
	if hour > 12 || hour == 0 {
		return hour, minute, hour < 24
	}
	switch {
	case thaiNight.MatchString(text):
		return hour + 18, minute, hour <= 5
	case beforeNoon.MatchString(text):
		return hour % 12, minute, true
	case afterNoon.MatchString(text), atNight.MatchString(text) && hour > 4 && hour < 12:
		return hour%12 + 12, minute, true
	case atNight.MatchString(text):
		return hour % 12, minute, true
	}
	return hour, minute, m[1][0] == '0' && m[2] != "" // "08:30" is written by who counts to 24
}

// westernDigits writes the digits of every script as 0 to 9.
func westernDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 128 || !unicode.Is(unicode.Nd, c) {
			return c
		}
		zero := c
		for unicode.Is(unicode.Nd, zero-1) && c-zero < 9 {
			zero--
		}
		return '0' + c - zero
	}, s)
}
