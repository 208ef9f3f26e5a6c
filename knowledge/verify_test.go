package knowledge

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// shipped is one step of the shipped library in one language.
type shipped struct {
	article, lang string
	step          int // from 1
	en, own       string
}

func shippedSteps(t testing.TB) []shipped {
	t.Helper()
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var out []shipped
	for _, a := range lib.Articles() {
		en, _ := a.In(SourceLanguage)
		for _, lang := range a.Languages() {
			own, _ := a.In(lang)
			for i, step := range own.Steps {
				out = append(out, shipped{a.ID, lang, i + 1, en.Steps[i], step})
			}
		}
	}
	if len(out) < 1000 {
		t.Fatalf("only %d steps", len(out))
	}
	return out
}

// oddNames are what a translator said in capitals, or in English, that English says in other words. Against English alone
// these are rightly new; where the step in the reader's language is a source too, they are known.
var oddNames = []string{"RTT", "WLAN", "KI", "IA", "HQ", "WWW", "token", "timestamp", "segment"}

// TestVerifyAcceptsShippedSteps takes every step of every language for a draft: it must pass against English and
// itself, and against English alone, which is where number formats, digits, units and word order of the languages meet.
func TestVerifyAcceptsShippedSteps(t *testing.T) {
	english := map[string]statement{}
	byLang := map[string][]shipped{}
	for _, s := range shippedSteps(t) {
		byLang[s.lang] = append(byLang[s.lang], s)
		if s.lang == SourceLanguage {
			english[s.en] = read(s.en)
		}
	}
	for lang, steps := range byLang {
		t.Run(lang, func(t *testing.T) {
			t.Parallel() // a language takes a third of a second under the race detector
			for _, s := range steps {
				en, own := english[s.en], read(s.own)
				if d := compare(own, []statement{en, own}); !d.OK() {
					t.Errorf("%s %d: %+v", s.article, s.step, d)
				}
				d := compare(own, []statement{en})
				d.Added = slices.DeleteFunc(d.Added, func(f string) bool { return slices.Contains(oddNames, f) })
				if !d.OK() {
					t.Errorf("%s %d against English alone: %+v", s.article, s.step, d)
				}
			}
		})
	}
}

// TestVerifyAccepts has honest drafts: said in other words, in other number formats, with other markup.
func TestVerifyAccepts(t *testing.T) {
	const push = "**Push over port 443.** Many hotels block `TCP 1935`. Test with `nc -vz` to port `1935`. Use `rtmps://` with `TCP 443`. It worked if OBS shows a steady bitrate for 1 minute."
	for _, c := range []struct{ name, source, draft string }{
		{"the same", push, push},
		{"other words, other order", push, "Please check `nc -vz` against port 1935 first: hotels often block `TCP 1935`. Then go over `TCP 443` with `rtmps://`. If OBS stays steady for 1 min, it worked. Port 443."},
		{"code without marks", push, "Test with nc -vz to port 1935 (TCP 1935 is often blocked), then use rtmps:// with TCP 443. OBS steady for 1 minute on port 443."},
		{"more marks", push, "Test `nc -vz` to `1935` (`TCP 1935`), then `rtmps://` with `TCP 443`; `OBS` for `1 minute`, port `443`."},
		{"a list", push, "1. Test `nc -vz` to `1935`, as many block `TCP 1935`.\n2. Use `rtmps://` with `TCP 443`.\n3) 443: OBS 1 minute."},
		{"a list with keys", push, "1️⃣ `nc -vz` to `1935`, `TCP 1935`\n2️⃣ `rtmps://` with `TCP 443`\n③ 443: OBS 1 minute."},
		{"Chinese without blanks", push, "请用`nc -vz`测试`1935`端口（`TCP 1935`常被封），改用`TCP 443`上的`rtmps://`。OBS码率稳定1分钟即可。端口443。"},
		{"Arabic digits", "Wait 1.5 s, at most 10 s, for 40,000 viewers.", "انتظر ١٫٥ ثانية، ١٠ ثوانٍ على الأكثر، لـ ٤٠٬٠٠٠ مشاهد."},
		{"Hindi digits and lakhs", "Wait 1.5 s for 1,500,000 viewers at 2500 kbps.", "१५,००,००० दर्शकों के लिए २५०० kbps पर १.५ सेकंड रुकें।"},
		{"Persian", "Wait 5 s, 2.5 Mbps.", "۵ ثانیه صبر کنید، ۲٫۵ Mbps."},
		{"Bengali and Thai digits", "Wait 30 s or 5 minutes.", "৩০ সেকেন্ডের মতো, ๕ นาที"},
		{"French", "40,000 viewers at 2.5 Mbps, 1 %.", "40 000 spectateurs à 2,5 Mbps, 1 %."},
		{"Polish with plain spaces", "40,000 viewers at 2.5 Mbps.", "40 000 widzów przy 2,5 Mbps."},
		{"German", "40,000 viewers at 2.5 Mbps, 30 s.", "40.000 Zuschauer mit 2,5 Mbps, 30-Sekunden-Takt."},
		{"Swiss", "40,000 viewers.", "40’000 Zuschauer."},
		{"Turkish percent", "below 1 % for 5 minutes", "5 dakika boyunca %1'in altında"},
		{"Malay seconds", "within 5 s", "dalam 5 saat"},
		{"Turkish hours", "72 h ahead", "72 saat önce"},
		{"Russian preposition", "Use port 443 with TLS.", "Порт 443 с TLS."},
		{"a range shares its unit", "wait 2 to 10 s", "warten Sie 2 s bis 10 s"},
		{"a word becomes a digit", "two people for one minute", "2 人が 1 分間話す"},
		{"a digit becomes a word", "within the same 2 s, 4 tries and 20 joins", "four tries, 20 joins, 2 s"},
		{"per second", "60 tests per second", "每 1 秒 60 次"},
		{"inflected names", "Open the SDK, the CDN and H.264 in OBS; check the URL.", "SDK'yı, CDN-Knoten, H.264-Profil, OBS-ie, URLs, l'OBS"},
		{"Japanese runs on", "Set H.264 with WebRTC, 5 s", "H.264をWebRTCで5秒以内に"},
		{"times sign", "set `1280x720`", "1280 × 720 olsun: `1280x720`"},
		{"Cyrillic times sign", "set 1280x720", "поставьте 1280х720"},
		{"escaped and emphasised", "Set keyint_min and *latency*.", `__Set__ keyint\_min and _latency_`},
		{"abbreviations", "Open the page.", "Öffnen Sie z.B. die Seite, d.h. p.ej. la página, e.g. now"},
		{"Cyrillic abbreviations", "Open the page.", "Откройте, т.е. обновите, и т.д. страницу"},
		{"direction marks", "within 200 ms", "\u2067خلال \u2068200 ms\u2069\u2069"},
		{"leading zero and trailing zeros", "0.125 s and 2.50 s", "0,125 s, 2,5 s"},
		{"nothing to say", "Close the app.", "Bitte schließen Sie die App."},
		{"empty", "Close the app.", ""},
	} {
		if d := Verify(c.draft, c.source); !d.OK() {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

// TestVerifySources: a fact needs one source only, and only what all sources have is missed.
func TestVerifySources(t *testing.T) {
	const en, own = "Set `latency` to 500 ms for two minutes.", "Stelle `latency` 2 Minuten lang auf 500 ms, siehe WLAN."
	for _, c := range []struct {
		name, draft    string
		sources        []string
		added, missing []string
	}{
		{"of the second only", "`latency` 500 ms, 2 minutes, WLAN", []string{en, own}, nil, nil},
		{"not of the first", "`latency` 500 ms, WLAN", []string{en}, []string{"WLAN"}, nil},
		{"missing in both", "2 Minuten", []string{en, own}, nil, []string{"latency", "500 ms"}},
		{"missing in one", "`latency` 500 ms", []string{en, own}, nil, nil},
		{"no source", "`latency` 500 ms", nil, []string{"latency", "500 ms"}, nil},
		{"each once", "`x` `x` 7 GHz, 7 GHz", []string{""}, []string{"x", "7 ghz"}, nil},
	} {
		d := Verify(c.draft, c.sources...)
		if !slices.Equal(d.Added, c.added) || !slices.Equal(d.Missing, c.missing) {
			t.Errorf("%s: got %+v; want %q added, %q missing", c.name, d, c.added, c.missing)
		}
	}
}

// TestVerifySeesWhatIsPutIn puts a fact that no step has at a random blank of a random step.
func TestVerifySeesWhatIsPutIn(t *testing.T) {
	steps := shippedSteps(t)
	foreign := []string{"`reboot -f`", "--force", "https://example.org/a", "10.9.8.7", "support@example.org", "H.267", "v9.8.7", "/etc/passwd", "9731", "97 fps",
		"97 秒", "٩٧ ms", "९७ मिनट", "setFooBar", "foo_bar=9", "sub.example.org", "XYZP", "`--x`", "<!channel>", "@here", "cloudflare"}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(steps).Draw(t, "step")
		fact := rapid.SampledFrom(foreign).Draw(t, "fact")
		outside := 0 // blanks outside code
		var at []int
		for i, r := range s.own {
			if r == '`' {
				outside++
			}
			if r == ' ' && outside%2 == 0 {
				at = append(at, i)
			}
		}
		i := rapid.SampledFrom(append(at, len(s.own))).Draw(t, "at")
		draft := s.own[:i] + " " + fact + " " + s.own[i:]
		if d := Verify(draft, s.en, s.own); len(d.Added) == 0 {
			t.Fatalf("%s %s %d: %q is not seen in %q", s.article, s.lang, s.step, fact, draft)
		}
	})
}

// TestVerifySeesWhatIsDropped takes a code span or a number of two digits or more out of a random step.
func TestVerifySeesWhatIsDropped(t *testing.T) {
	steps := shippedSteps(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(steps).Draw(t, "step")
		f := factsOf(s.own)
		var parts []string
		for _, span := range f.code {
			parts = append(parts, "`"+span+"`")
		}
		if len(parts) == 0 {
			return
		}
		part := rapid.SampledFrom(parts).Draw(t, "part")
		draft := strings.ReplaceAll(s.own, part, "")
		span := strings.Trim(part, "`")
		if strings.Contains(draft, span) {
			return // said twice
		}
		if d := Verify(draft, s.en, s.own); !slices.Contains(d.Missing, span) {
			t.Fatalf("%s %s %d: %s was dropped, got %+v", s.article, s.lang, s.step, part, d)
		}
	})
}

// FuzzVerify: nothing panics, a text is its own source, and without a source nothing is missing.
func FuzzVerify(f *testing.F) {
	for _, s := range []string{"", "`", "```\nx", "``a`b``", "1. x\n\n    y\n", "1.5.6 ١٫٥ %1 <a b> \\_x\\_ a_b --c /d/e f=g", "40 000 40.000,5 s", "\xff\u200dx\u20e3", "H.264 5秒 ½ ③",
		"a@b.c d://e ::1 1:2:3:4 x->y", "&#46;&lt;b&gt;", "~~~\nz\n~~~"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, draft, source string) {
		if d := Verify(draft, draft, source); len(d.Added) > 0 {
			t.Fatalf("%q is not supported by itself: %+v", draft, d)
		}
		if d := Verify(draft, draft); !d.OK() {
			t.Fatalf("%q differs from itself: %+v", draft, d)
		}
		if d := Verify(draft); len(d.Missing) > 0 {
			t.Fatalf("%q misses %q of no source", draft, d.Missing)
		}
		Verify(draft, source)
	})
}

func BenchmarkVerify(b *testing.B) {
	s := shippedSteps(b)[100]
	for b.Loop() {
		Verify(s.own, s.en, s.own)
	}
}
