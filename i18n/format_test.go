package i18n

import (
	"strings"
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	if name == "" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestMoments(t *testing.T) {
	c := catalogue(t)
	winter := time.Date(2026, 1, 5, 20, 4, 0, 0, time.UTC)
	summer := time.Date(2026, 7, 5, 20, 4, 0, 0, time.UTC)
	for _, tc := range []struct {
		lang, zone string
		at         time.Time
		clock      string
	}{
		{"en", "", winter, "20:04 UTC"},
		{"en", "UTC", winter, "20:04 UTC"},
		{"en", "Asia/Bangkok", winter, "03:04 UTC+7"},
		{"th", "Asia/Bangkok", winter, "03:04 UTC+7"},
		{"hi", "Asia/Kolkata", winter, "01:34 UTC+5:30"},
		{"en", "Asia/Kathmandu", winter, "01:49 UTC+5:45"},
		{"de", "Europe/Berlin", winter, "21:04 UTC+1"},
		{"de", "Europe/Berlin", summer, "22:04 UTC+2"},
		{"en", "Europe/London", winter, "20:04 UTC"},
		{"en", "Europe/London", summer, "21:04 UTC+1"},
		{"en", "America/New_York", winter, "15:04 UTC-5"},
		{"en", "America/New_York", summer, "16:04 UTC-4"},
		{"en", "America/St_Johns", winter, "16:34 UTC-3:30"},
		{"en", "Pacific/Auckland", winter, "09:04 UTC+13"},
		{"en", "Etc/GMT+10", winter, "10:04 UTC-10"},
		{"ar", "Asia/Riyadh", winter, "\u206823:04 UTC+3\u2069"},
		{"fa", "Asia/Tehran", winter, "\u206823:34 UTC+3:30\u2069"},
		{"xx", "Asia/Tokyo", winter, "05:04 UTC+9"},
	} {
		if got := c.Clock(tc.lang, tc.at, zone(t, tc.zone)); got != tc.clock {
			t.Errorf("Clock(%s, %s) = %q, want %q", tc.lang, tc.zone, got, tc.clock)
		}
	}
}

// TestDateTime names day, month and year of the reader's zone, in Western
// digits, in every language.
func TestDateTime(t *testing.T) {
	c := catalogue(t)
	at := time.Date(2026, 12, 31, 20, 4, 0, 0, time.UTC) // in Bangkok the year has turned
	bangkok := zone(t, "Asia/Bangkok")
	for lang, want := range map[string]string{
		"en": "1 Jan 2027 03:04 UTC+7", "id": "01/01/2027 03.04 UTC+7", "ar": "\u206801/01/2027 03:04 UTC+7\u2069", "de": "01.01.2027 03:04 UTC+7", "ja": "2027/01/01 03:04 UTC+7",
	} {
		if got := c.DateTime(lang, at, bangkok); got != want {
			t.Errorf("DateTime(%s) = %q, want %q", lang, got, want)
		}
	}
	for _, lang := range Languages() {
		got := strip(c.DateTime(lang, at, bangkok))
		for _, part := range []string{"2027", "03", "04", "UTC+7"} {
			if !strings.Contains(got, part) {
				t.Errorf("DateTime(%s) = %q, want %q in it", lang, got, part)
			}
		}
		back, err := time.ParseInLocation(c.Text(lang, "format.datetime", nil), strings.TrimSuffix(got, " UTC+7"), bangkok)
		if RTL(lang) {
			back, err = time.ParseInLocation(strip(c.Text(lang, "format.datetime", nil)), strings.TrimSuffix(got, " UTC+7"), bangkok)
		}
		if err != nil || !back.Equal(at) {
			t.Errorf("DateTime(%s) = %q, which reads as %v (%v), want %v", lang, got, back, err, at)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tc := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0"}, {"en", -5, "-5"}, {"en", 1234, "1,234"}, {"en", 1234567, "1,234,567"}, {"de", 1234, "1.234"}, {"de", 1234567, "1.234.567"},
		{"fr", 1234, "1\u00a0234"}, {"hi", 1234567, "12,34,567"}, {"bn", 1234567, "12,34,567"}, {"ja", 12345, "12,345"}, {"id", 12345, "12.345"},
		{"th", 12345, "12,345"}, {"zh-Hans", 12345, "12,345"}, {"xx", 1234, "1,234"},
	} {
		if got := Number(tc.lang, tc.n); got != tc.want {
			t.Errorf("Number(%s, %d) = %q, want %q", tc.lang, tc.n, got, tc.want)
		}
	}
	for _, lang := range Languages() {
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, Number(lang, 9876543))
		if digits != "9876543" {
			t.Errorf("Number(%s, 9876543) = %q, want Western digits", lang, Number(lang, 9876543))
		}
	}
}

func TestRegion(t *testing.T) {
	for _, tc := range [][3]string{
		{"en", "TH", "Thailand"}, {"th", "TH", "ไทย"}, {"zh-Hans", "TH", "泰国"}, {"zh-Hant", "TH", "泰國"}, {"ar", "SA", "المملكة العربية السعودية"},
		{"en", "035", "Southeast Asia"}, {"de", "150", "Europa"}, {"es", "419", "Latinoamérica"}, {"ja", "JP", "日本"}, {"pt-BR", "US", "Estados Unidos"},
		{"en", "ZY", "ZY"}, {"en", "", ""}, {"en", "nowhere", "nowhere"}, {"en", "unknown", "unknown"},
	} {
		if got := Region(tc[0], tc[1]); got != tc[2] {
			t.Errorf("Region(%s, %q) = %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
	for _, lang := range Languages() {
		for _, code := range []string{"ID", "VN", "BR", "NG", "HK", "TW", "150", "035", "034", "145", "419", "021", "030", "002", "009"} {
			if got := Region(lang, code); got == code || got == "" {
				t.Errorf("Region(%s, %s) = %q, want a name", lang, code, got)
			}
		}
	}
}

func TestLanguageName(t *testing.T) {
	for _, tc := range [][3]string{
		{"en", "th", "Thai"}, {"de", "ar", "Arabisch"}, {"th", "th", "ไทย"}, {"zh-Hans", "zh-Hans", "简体中文"}, {"zh-Hant", "zh-Hant", "繁體中文"},
		{"en", "zh-Hans", "Simplified Chinese"}, {"pt-BR", "pt-BR", "português"}, {"ja", "ja", "日本語"}, {"ko", "zh-Hant", "중국어 (한자 번체)"}, {"en", "", ""}, {"en", "not a tag", "not a tag"},
	} {
		if got := LanguageName(tc[0], tc[1]); got != tc[2] {
			t.Errorf("LanguageName(%s, %q) = %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
	for _, lang := range Languages() {
		for _, of := range Languages() {
			if got := LanguageName(lang, of); got == "" || got == of {
				t.Errorf("LanguageName(%s, %s) = %q, want a name", lang, of, got)
			}
		}
	}
}

func TestList(t *testing.T) {
	c := catalogue(t)
	for lang, want := range map[string]string{"en": "a, b, c", "ja": "a、b、c", "zh-Hans": "a、b、c", "ar": "a، b، c"} {
		if got := c.List(lang, []string{"a", "b", "c"}); got != want {
			t.Errorf("List(%s) = %q, want %q", lang, got, want)
		}
	}
	for _, lang := range Languages() {
		if got := c.List(lang, nil) + c.List(lang, []string{"a"}); got != "a" {
			t.Errorf("List(%s) of nothing and of one gives %q, want %q", lang, got, "a")
		}
	}
}

func TestRTL(t *testing.T) {
	for _, lang := range Languages() {
		if got, want := RTL(lang), lang == "ar" || lang == "fa" || lang == "ur"; got != want {
			t.Errorf("RTL(%s) = %t, want %t", lang, got, want)
		}
	}
}
