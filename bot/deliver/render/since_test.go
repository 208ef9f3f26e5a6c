package render_test

import (
	"strings"
	"testing"
	_ "time/tzdata" // the same zones on every machine

	"firstline/triage"
)

// cardWith renders a card whose case began as said, at 03:05 in UTC.
func cardWith(t *testing.T, zone string, facts map[string]string, regions ...string) string {
	t.Helper()
	s := newPlay(t, "en", "")
	s.nok.Zone = zone
	effects := s.write("black screen", triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Severity: triage.P1, Regions: regions, Facts: facts})
	out, err := renderer(t, "en").Render(s.first(effects, triage.EffectCard, triage.ToDesk), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range append(out.Card.Fields, out.Card.Notes...) {
		b.WriteString(f.Label + ": " + f.Value + "\n")
	}
	return b.String()
}

// TestSinceOnTheCard: the engineer reads a time, and the customer's words beside it.
func TestSinceOnTheCard(t *testing.T) {
	for _, tc := range []struct{ zone, since, want string }{
		{"Asia/Bangkok", "8 pm", "20:00 UTC+7 (8 pm)"},
		{"Asia/Bangkok", "2 ทุ่ม", "20:00 UTC+7 (2 ทุ่ม)"},
		{"Asia/Bangkok", "yesterday", "2026-02-28 (since yesterday)"},
		{"America/Lima", "today", "2026-02-28 (today)"}, // it is still the day before there
		{"Asia/Bangkok", "just_now", "10:01 UTC+7 (just now)"},
		{"", "just_now", "03:01 UTC (just now)"},
		{"", "8 pm", "20:00 (8 pm)"},
		{"", "20:00", "Since: **20:00**"},
		{"", "yesterday", "**since yesterday**"},
		{"Asia/Bangkok", "jam 8", "**jam 8**"}, // of which half of the day it does not say
		{"Asia/Bangkok", "unknown", "**not known**"},
		{"Asia/Riyadh", "الساعة 8 مساء", "20:00 UTC+3 (\u2068الساعة 8 مساء\u2069)"},
	} {
		if got := cardWith(t, tc.zone, map[string]string{"since": tc.since}); !strings.Contains(got, tc.want) {
			t.Errorf("zone %q, %q: want %q in\n%s", tc.zone, tc.since, tc.want, got)
		}
	}
}

// TestTimesAsPeopleWriteThem has a time with its part of the day in every
// language that has a way of its own to say it.
func TestTimesAsPeopleWriteThem(t *testing.T) {
	for words, want := range map[string]string{
		"8:30pm": "20:30", "8 p.m.": "20:00", "8 am": "08:00", "12 am": "00:00", "12 pm": "12:00", "20:15": "20:15", "08:30": "08:30",
		"昨晚8点": "20:00", "下午3点半": "15:30", "凌晨2点": "02:00", "晚上12点": "00:00", "晚上 9 點": "21:00", "午後8時": "20:00", "20時": "20:00", "夜9時半": "21:30",
		"오후 8시부터": "20:00", "밤 9시 30분부터": "21:30", "jam 8 malam": "20:00", "pukul 20.30": "20:30", "jam 9 pagi": "09:00", "pukul 3 petang": "15:00",
		"บ่าย 3 โมง": "15:00", "20.00 น": "20:00", "ตี 2": "02:00", "8 giờ tối": "20:00", "20h30": "20:30", "alas 8 ng gabi": "20:00",
		"रात 8 बजे": "20:00", "रात 1 बजे": "01:00", "शाम 7 बजे": "19:00", "रात ८ बजे": "20:00", "রাত ৮টা": "20:00", "رات 8 بجے": "20:00",
		"الساعة ٢٠:٣٠": "20:30", "ساعت ۸ شب": "20:00", "saat 20.00'den": "20:00", "akşam 8'den": "20:00", "8 вечера": "20:00", "20 часов": "20:00", "8 вечора": "20:00", "2 часа ночи": "02:00",
		"las 8 de la noche": "20:00", "las 3 de la tarde": "15:00", "8 da noite": "20:00", "20 h": "20:00", "20 Uhr": "20:00", "8 di sera": "20:00", "godz. 20": "20:00", "8 wieczorem": "20:00",
	} {
		if got := cardWith(t, "", map[string]string{"since": words}); !strings.Contains(got, "Since: **"+want) {
			t.Errorf("%q: want %s in\n%s", words, want, got)
		}
	}
}

// TestLocalTimeOnTheCard: without a time zone of the contact's own, the one of
// the only region does, and is named.
func TestLocalTimeOnTheCard(t *testing.T) {
	local := func(zone string, regions ...string) string {
		_, after, _ := strings.Cut(cardWith(t, zone, nil, regions...), "Local time: ")
		line, _, _ := strings.Cut(after, "\n")
		return line
	}
	for _, tc := range []struct {
		zone    string
		regions []string
		want    string
	}{
		{"Asia/Bangkok", []string{"KR"}, "1 Mar 2026 10:01 UTC+7"},
		{"", []string{"KR"}, "1 Mar 2026 12:01 UTC+9 (South Korea)"},
		{"", []string{"KR", "JP"}, "1 Mar 2026 03:01 UTC"},
		{"", []string{"US"}, "1 Mar 2026 03:01 UTC"},
		{"", nil, "1 Mar 2026 03:01 UTC"},
	} {
		if got := local(tc.zone, tc.regions...); got != tc.want {
			t.Errorf("zone %q, regions %v: %q, want %q", tc.zone, tc.regions, got, tc.want)
		}
	}
}

// TestHowToSeeThatItWorked: a question about a step is answered with the
// article's check, in the customer's language, and an article that is gone
// leaves no hole.
func TestHowToSeeThatItWorked(t *testing.T) {
	s := newPlay(t, "es", "showroom-stutter-blur")
	s.write("se traba", stutters)
	for i := 0; s.c.Status != triage.StatusAwaiting && i < 4; i++ {
		s.write("no sé", triage.Reading{Act: triage.ActAnswer, Unknown: true})
	}
	e := s.first(s.write("¿dónde está esa opción?", triage.Reading{Act: triage.ActQuestion}), triage.EffectSay, triage.ToCustomer)
	text, _ := all(t).lib.Text("showroom-stutter-blur", "es")
	out, err := renderer(t, "en").Render(e, nil)
	if err != nil || !strings.Contains(out.Text, text.Check) || len(out.Choices) != 3 {
		t.Errorf("%v: %d choices, want fixed, not fixed, a person, and the check %q in\n%s", err, len(out.Choices), text.Check, out.Text)
	}
	e.Lines[1].Args["text"] = triage.Arg{Kind: triage.ArgCheck, Values: []string{"gone"}}
	if out, err := renderer(t, "en").Render(e, nil); err != nil || !strings.HasSuffix(out.Text, "gone") {
		t.Errorf("%v: %q, want the id of the article that is gone", err, out.Text)
	}
}
