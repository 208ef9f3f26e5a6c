package i18n

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func bidiControl(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// strip takes the isolates out.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
}

// show makes isolates visible in tables.
var show = strings.NewReplacer("\u2068", "[", "\u2069", "]")

func TestIsolateLatin(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"خطأ":                           "خطأ",
		"خطأ -1307 في البث":             "خطأ [-1307] في البث",
		"الإصدار 4.3.2":                 "الإصدار [4.3.2]",
		"منذ 20 دقيقة":                  "منذ 20 دقيقة",
		"+3 درجات":                      "[+3] درجات",
		"أكثر من 1 s":                   "أكثر من [1 s]",
		"على Android و iOS":             "على [Android] و [iOS]",
		"شبكة Wi-Fi فقط":                "شبكة [Wi-Fi] فقط",
		"انظر https://x.example/a?b=1":  "انظر [https://x.example/a?b=1]",
		"اكتب `push_url` هنا":           "اكتب [`push_url`] هنا",
		"اكتب `عنوان 1` هنا":            "اكتب [`عنوان 1`] هنا",
		"كود:\n```\nset a=1\n```\nثم b": "كود:\n```\nset a=1\n```\nثم [b]",
		"كود مفتوح ```set a":            "كود مفتوح ```set a",
		"علامة ` وحيدة":                 "علامة ` وحيدة",
		"[قبل]":                         "[قبل]",
		"من A\nإلى B":                   "من [A]\nإلى [B]",
		"تخطى // هذا":                   "تخطى // هذا",
		"أمر /firstline human الآن":     "أمر [/firstline human] الآن",
		"- SDK 4.2.1\n- خطأ":            "- [SDK 4.2.1]\n- خطأ",
		"--flag":                        "[--flag]",
		"٣ms":                           "٣[ms]",
		"اسم Cafe\u0301 جديد":           "اسم [Cafe\u0301] جديد",
		"\u2068SDK\u2069 جديد 4.2.1":    "[SDK] جديد [4.2.1]",
		"\u2067SDK\u2069 x":             "\u2067SDK] [x]",
	} {
		if got := show.Replace(IsolateLatin(in)); got != want {
			t.Errorf("IsolateLatin(%+q)\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestTextIsolatesInRightToLeftOnly(t *testing.T) {
	c := catalogue(t)
	for _, lang := range Languages() {
		for _, key := range c.Keys() {
			got := c.Text(lang, key, map[string]any{"value": "-1307", "name": "Kim", "text": "SDK", "time": "03:00 UTC+7", "facts": "SDK 4.2.1", "Count": 3})
			if RTL(lang) {
				checkIsolates(t, lang+" "+key, got)
			} else if strings.ContainsFunc(got, bidiControl) {
				t.Errorf("%s: %s gives %+q, want no bidi controls", lang, key, got)
			}
		}
	}
	if got, want := show.Replace(c.Text("ar", "fact.error_code", map[string]any{"value": "-1307"})), "[-1307]"; !strings.Contains(got, want) {
		t.Errorf("an error code in Arabic reads %q, want %q in it", got, want)
	}
}

// checkIsolates tells that every isolate is closed and no Latin letter stands
// outside one; fenced code is looked at elsewhere.
func checkIsolates(t *testing.T, name, s string) {
	t.Helper()
	depth := 0
	for _, r := range s {
		switch {
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069':
			depth--
		case latin(r) && depth == 0:
			t.Errorf("%s: %q stands outside an isolate in %s", name, r, show.Replace(s))
			return
		}
		if depth < 0 || depth > 1 {
			t.Errorf("%s: isolates are nested or closed twice in %+q", name, s)
			return
		}
	}
	if depth != 0 {
		t.Errorf("%s: %d isolates stay open in %+q", name, depth, s)
	}
}

func FuzzIsolateLatin(f *testing.F) {
	for _, s := range []string{"", "خطأ -1307", "`a", "```a```", "``", "````", "a`b`c", "- - 5", "-`1`", "--", "\u2068a", "\u2069a\u2068", "٣a", "e\u0301", "1`2", "a\xffb", "1,2 3", "/55"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := IsolateLatin(s)
		if !utf8.ValidString(got) {
			t.Fatalf("IsolateLatin(%+q) = %+q is not UTF-8", s, got)
		}
		s = string([]rune(s)) // invalid bytes become U+FFFD
		if strip(got) != strip(s) {
			t.Fatalf("without isolates IsolateLatin(%+q) is %+q, want the input back", s, strip(got))
		}
		if again := IsolateLatin(got); again != got {
			t.Fatalf("IsolateLatin(%+q) = %+q, and of that %+q; want the same again", s, got, again)
		}
		if !strings.ContainsFunc(s, bidiControl) && !strings.Contains(s, "```") {
			checkIsolates(t, "fuzz", got)
		}
	})
}

// TestIsolateLatinOnHostileText is about the work, not the time: quadratic work
// on these would not end within the test's own limit.
func TestIsolateLatinOnHostileText(t *testing.T) {
	for name, s := range map[string]string{
		"dashes": strings.Repeat("-", 1<<20), "spaced dashes": strings.Repeat("- ", 1<<19), "slashes": strings.Repeat("/", 1<<20),
		"ticks": strings.Repeat("`", 1<<20), "ticks apart": strings.Repeat("`\n", 1<<19), "letters": strings.Repeat("a", 1<<20), "digits": strings.Repeat("1", 1<<20),
	} {
		if got := IsolateLatin(s); strip(got) != s {
			t.Errorf("%s: %d bytes without isolates, want the input's %d", name, len(strip(got)), len(s))
		}
	}
}
