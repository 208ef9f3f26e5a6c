package understand_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstline/triage"
	"firstline/triage/understand"
)

var reader = sync.OnceValues(func() (*understand.Offline, error) { return understand.New("") })

func offline(t testing.TB) *understand.Offline {
	t.Helper()
	o, err := reader()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t testing.TB, q triage.Question) triage.Reading {
	t.Helper()
	return offline(t).Read(context.Background(), q)
}

func TestFacts(t *testing.T) {
	for _, tc := range []struct{ text, slot, want string }{
		{"we are on SDK 4.2.1 since Monday", "version", "4.2.1"},
		{"version: 10.3", "version", "10.3"},
		{"SDKv4.2.1-beta.2 crashes", "version", "4.2.1-beta.2"},
		{"SDK版本4.2.1有问题", "version", "4.2.1"},
		{"バージョン 3.8.0 です", "version", "3.8.0"},
		{"เวอร์ชัน 5.0.2", "version", "5.0.2"},
		{"updated to 4.2.1 and now it is broken", "version", "4.2.1"},
		{"the server 10.0.0.1 is unreachable", "version", ""},
		{"ping 192.168.1.10 fails", "version", ""},
		{"10.20.30.40", "version", ""},
		{"version 4.2.1, and ping to 8.8.8.8 fails", "version", "4.2.1"},
		{"since 8.30 pm", "version", ""},
		{"it takes 2.5 seconds", "version", ""},
		{"error -1307 in the log", "error_code", "-1307"},
		{"err code: 0x80004005", "error_code", "0x80004005"},
		{"we get HTTP 503 from the edge", "error_code", "503"},
		{"ошибка 2003 при входе", "error_code", "2003"},
		{"报错 1103", "error_code", "1103"},
		{"エラーコード -2005 が出ます", "error_code", "-2005"},
		{"erreur 404", "error_code", "404"},
		{"it says ERR_CONNECTION_RESET", "error_code", "ERR_CONNECTION_RESET"},
		{"join fails with -1307", "error_code", "-1307"},
		{"a loss of 5 percent", "error_code", ""},
		{"the stream id live_88213 is dead", "stream_id", "live_88213"},
		{"room 88213 cannot be joined", "stream_id", "88213"},
		{"房间号 559012 进不去", "stream_id", "559012"},
		{"see pk-room_22x please", "stream_id", "pk-room_22x"},
		{"room_88213 is dead", "stream_id", "room_88213"},
		{"комната 88213 не открывается", "stream_id", "88213"},
		{"ห้อง 88213 เข้าไม่ได้", "stream_id", "88213"},
		{"our live-streaming is down since 8", "stream_id", ""},
		{"the stream 1080p is blurry", "stream_id", ""},
		{"our room is empty", "stream_id", ""},
		{"2,000 users cannot join", "users", "2000"},
		{"around 50 viewers", "users", "50"},
		{"5k viewers complain", "users", "5000"},
		{"3 lakh users", "users", "300000"},
		{"1.500 usuarios afectados", "users", "1500"},
		{"2万观众都看不到", "users", "20000"},
		{"20 minutes ago", "users", ""},
		{"4.2.1", "users", ""},
		{"all users are hit", "scope", "all"},
		{"many users complain", "scope", "many"},
		{"only some users", "scope", "some"},
		{"it is only me", "scope", "one"},
		{"5", "scope", ""},
		{"10.5", "scope", ""},
		{"the event is live right now", "live", "yes"},
		{"broken since yesterday", "since", "yesterday"},
		{"on wifi only", "network", "wifi"},
		{"on mobile data only", "network", "mobile"},
		{"only on Android", "platform", "android"},
		{"iphone and android both", "platform", "several"},
		{"", "version", ""},
	} {
		if got := read(t, triage.Question{Text: tc.text}).Facts[tc.slot]; got != tc.want {
			t.Errorf("%q: %s is %q, want %q", tc.text, tc.slot, got, tc.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for _, tc := range []struct {
		text, hold       string
		regions, without []string
	}{
		{text: "viewers in Thailand and Vietnam complain", regions: []string{"TH", "VN"}},
		{text: "users in Bangkok, then in Jakarta", regions: []string{"TH", "ID"}},
		{text: "Bangkok and the rest of Thailand", regions: []string{"TH"}},
		{text: "泰国和越南的观众都卡", regions: []string{"TH", "VN"}},
		{text: "タイとベトナムで映像が止まります", regions: []string{"TH", "VN"}},
		{text: "ผู้ชมในเวียดนามดูไม่ได้", regions: []string{"VN"}},
		{text: "в Москве и в Алматы всё тормозит", regions: []string{"RU", "KZ"}},
		{text: "المشاهدون في السعودية يشتكون", regions: []string{"SA"}},
		{text: "viewers on AIS complain", regions: []string{"TH"}},
		{text: "Telkomsel lemot banget", regions: []string{"ID"}},
		{text: "all of Southeast Asia is hit", regions: []string{"035"}},
		{text: "players in Latin America cannot join", regions: []string{"419"}},
		{text: "Gulf users cannot connect", regions: []string{"145"}},
		{text: "欧美用户都进不来", regions: []string{"150", "021"}},
		{text: "港台的用戶都無法登入", hold: "zh-Hant", regions: []string{"HK", "TW"}},
		{text: "日韩用户延迟很高", regions: []string{"JP", "KR"}},

		{text: "Thailand is broken, Vietnam is fine", regions: []string{"TH"}, without: []string{"VN"}},
		{text: "Vietnam is fine but Thailand keeps freezing", regions: []string{"TH"}, without: []string{"VN"}},
		{text: "Vietnam works fine while in Thailand the picture keeps freezing", regions: []string{"TH"}, without: []string{"VN"}},
		{text: "泰国一直卡，但越南没问题", regions: []string{"TH"}, without: []string{"VN"}},
		{text: "sorry, not Thailand, I meant Vietnam", regions: []string{"VN"}, without: []string{"TH"}},
		{text: "no sound in Thailand", regions: []string{"TH"}},
		{text: "in Thailand nobody can join", regions: []string{"TH"}},

		{text: "please help us", regions: nil},
		{text: "tell us what to do, it is in the log", regions: nil},
		{text: "mujhe ma ki kasam", hold: "hi", regions: nil},
		{text: "viewers in the US", regions: []string{"US"}},
		{text: "lima pengguna tidak bisa masuk", hold: "id", regions: nil},
		{text: "se congela en Lima", hold: "es", regions: []string{"PE"}},
		{text: "New York viewers complain", regions: []string{"US"}},
		{text: "", regions: nil},
		{text: "the picture is black", regions: nil},
	} {
		r := read(t, triage.Question{Text: tc.text, Lang: tc.hold})
		if diff := cmp.Diff(sorted(tc.regions), sorted(r.Regions)); diff != "" {
			t.Errorf("%q: regions %v, want %v", tc.text, r.Regions, tc.regions)
		}
		for _, code := range tc.without {
			if !slices.Contains(r.Unaffected, code) {
				t.Errorf("%q: unaffected %v, want %s among them", tc.text, r.Unaffected, code)
			}
		}
		for _, code := range r.Unaffected {
			if slices.Contains(r.Regions, code) {
				t.Errorf("%q: %s is both affected and not", tc.text, code)
			}
		}
	}
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return out
}

// TestAmbiguousPlaces: a name that several countries have is the one of the
// language's home, unless the text names the other country.
func TestAmbiguousPlaces(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"a imagem trava para quem usa TIM aqui no trabalho", "BR"},
		{"con la rete TIM il video si blocca da stamattina", "IT"},
		{"TIM customers in Brazil have a black picture", "BR"},
		{"TIM customers in Italy have a black picture", "IT"},
	} {
		r := read(t, triage.Question{Text: tc.text})
		if !slices.Equal(r.Regions, []string{tc.want}) {
			t.Errorf("%q (%s): regions %v, want [%s]", tc.text, r.Lang, r.Regions, tc.want)
		}
	}
}

// TestOneCarrierIsANetwork: whose customers are hit is an answer to where.
func TestOneCarrierIsANetwork(t *testing.T) {
	one := read(t, triage.Question{Text: "viewers on AIS complain"}).Facts["network"]
	if one == "" || one == "wifi" || one == "mobile" {
		t.Errorf("one carrier gives the network %q, want the carrier", one)
	}
	for text, want := range map[string]string{
		"المشاهدون على فودافون مصر يشتكون":   "Vodafone Egypt",
		"viewers on Vodafone Egypt complain": "Vodafone Egypt",
	} {
		if got := read(t, triage.Question{Text: text}).Facts["network"]; got != want {
			t.Errorf("%q gives the network %q, want %q: the engineer may not read the script", text, got, want)
		}
	}
	for _, text := range []string{"viewers on AIS and on Viettel complain", "viewers in Bangkok complain"} {
		if got := read(t, triage.Question{Text: text}).Facts["network"]; got != "" {
			t.Errorf("%q gives the network %q, want none", text, got)
		}
	}
}

func TestMarks(t *testing.T) {
	on := func(r triage.Reading) string {
		var out []string
		for name, is := range map[string]bool{"corrects": r.Corrects, "adds": r.Adds, "unknown": r.Unknown, "wait": r.Wait, "yes": r.Yes, "no": r.No} {
			if is {
				out = append(out, name)
			}
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	for text, want := range map[string]string{
		"yes": "yes", "no": "no", "ใช่": "yes", "да": "yes", "sí": "yes", "нет": "no", "いいえ": "no", "I don't know": "unknown", "no sé": "no unknown", "one moment please": "wait",
		"sorry, I meant Vietnam": "corrects", "": "", "the picture is black": "",
	} {
		if got := on(read(t, triage.Question{Text: text})); got != want && !(want == "no unknown" && got == "unknown") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWishForALanguage(t *testing.T) {
	for text, want := range map[string]string{
		"English please":                         "en",
		"can we speak English?":                  "en",
		"por favor en español":                   "es",
		"In English, please, I do not read Thai": "en",
		"the stream is black":                    "",
		"our English teachers cannot hear the students of the evening class in the voice room since this morning": "",
		"": "",
	} {
		if got := read(t, triage.Question{Text: text}).WantsLang; got != want {
			t.Errorf("%q wants %q, want %q", text, got, want)
		}
	}
}

// TestLanguageIsNoPlace: who asks for Thai says nothing about Thailand.
func TestLanguageIsNoPlace(t *testing.T) {
	r := read(t, triage.Question{Text: "can we speak Thai?"})
	if r.WantsLang != "th" || len(r.Regions) > 0 {
		t.Errorf("wants %q in %v, want th and no region", r.WantsLang, r.Regions)
	}
}

// TestSinceClock: a time of day is when it began only beside a word that says so.
func TestSinceClock(t *testing.T) {
	for text, want := range map[string]string{
		"the stream freezes since 8 pm":           "8 pm",
		"freezes since about 20:30 for everyone":  "20:30",
		"se congela desde las 8 de la noche":      "las 8",
		"ça coupe depuis 20h30":                   "20h30",
		"seit 20 Uhr ruckelt alles":               "20 Uhr",
		"晚上8点开始一直卡":                               "晚上8点",
		"20時から映像が止まります":                           "20時",
		"저녁 8시부터 끊겨요":                             "저녁 8시부터",
		"शाम 8 बजे से वीडियो अटक रहा है":          "8 बजे",
		"البث يقطع من الساعة 8":                   "الساعة 8",
		"sejak jam 20.30 nge-lag":                 "jam 20.30",
		"the show starts at 20:30 and it freezes": "",
		"call me at 8 pm":                         "",
		"delay is 3:05 behind":                    "",
	} {
		if got := read(t, triage.Question{Text: text}).Facts["since"]; got != want {
			t.Errorf("%q: since %q, want %q", text, got, want)
		}
	}
}

// TestOtherSoftwareHasVersionsToo: a browser's version is not the SDK's.
func TestOtherSoftwareHasVersionsToo(t *testing.T) {
	for text, want := range map[string]string{
		"black screen on Chrome 120.0.6099.109":             "",
		"SDK 4.2.1 on Chrome 120.0.6099.109 has no sound":   "4.2.1",
		"Android 14.0.1, app with v3.18.0, nobody hears me": "3.18.0",
	} {
		if got := read(t, triage.Question{Text: text}).Facts["version"]; got != want {
			t.Errorf("%q: version %q, want %q", text, got, want)
		}
	}
}

// TestNegation: what is denied is not reported.
func TestNegation(t *testing.T) {
	for _, tc := range []struct{ text, symptom, not string }{
		{"the sound is fine, but there is no picture at all, the screen is black", "black_screen", "no_audio"},
		{"there is no sound at all, but the picture is fine", "no_audio", "black_screen"},
	} {
		r := read(t, triage.Question{Text: tc.text})
		if !slices.Contains(r.Symptoms, tc.symptom) || slices.Contains(r.Symptoms, tc.not) {
			t.Errorf("%q: symptoms %v, want %s and not %s", tc.text, r.Symptoms, tc.symptom, tc.not)
		}
	}
	if got := read(t, triage.Question{Text: "not everyone has it"}).Facts["scope"]; got == "all" {
		t.Errorf("%q: scope %q, want anything else", "not everyone has it", got)
	}
}

// TestContext reads bare replies in the light of the question.
func TestContext(t *testing.T) {
	for _, tc := range []struct{ text, asking, slot, want string }{
		{"4.2.1", "version", "version", "4.2.1"},
		{"4.2", "version", "version", "4.2"},
		{"build 4417", "version", "version", "build 4417"},
		{"1307", "error_code", "error_code", "1307"},
		{"-1307", "error_code", "error_code", "-1307"},
		{"88213", "stream_id", "stream_id", "88213"},
		{"none that I see", "error_code", "error_code", ""},
		{"300", "users", "users", "300"},
		{"~300", "users", "users", "300"},
		{"0", "users", "users", ""},
		{"yes", "live", "live", "yes"},
		{"no", "live", "live", "no"},
		{"ใช่", "live", "live", "yes"},
		{"да", "live", "live", "yes"},
		{"yes", "scope", "live", ""},
		{"all of them", "scope", "scope", "all"},
		{"I don't know", "version", "version", ""},
		{"300", "", "users", ""},
		{"1307", "", "error_code", ""},
	} {
		r := read(t, triage.Question{Text: tc.text, Asking: tc.asking, Status: triage.StatusCollecting, Lang: "en"})
		if got := r.Facts[tc.slot]; got != tc.want {
			t.Errorf("%q when asked for %q: %s is %q, want %q", tc.text, tc.asking, tc.slot, got, tc.want)
		}
	}
}

// TestActs are cases so plain that no training may lose them.
func TestActs(t *testing.T) {
	for _, tc := range []struct {
		text   string
		status triage.Status
		want   triage.Act
	}{
		{"Our live stream keeps freezing for many viewers in Thailand since yesterday evening", "", triage.ActReport},
		{"直播一直卡，很多观众在投诉", "", triage.ActReport},
		{"How do I set the callback address?", "", triage.ActQuestion},
		{"I want to talk to a real engineer", "", triage.ActHuman},
		{"hello", "", triage.ActGreeting},
		{"yes, it works now, thank you", triage.StatusAwaiting, triage.ActFixed},
		{"tried it, still the same, it did not help", triage.StatusAwaiting, triage.ActNotFixed},
		{"thank you, bye", "", triage.ActThanks},
		{"Vietnam", triage.StatusCollecting, triage.ActAnswer},
	} {
		if got := read(t, triage.Question{Text: tc.text, Status: tc.status}).Act; got != tc.want {
			t.Errorf("%q in status %q is read as %s, want %s", tc.text, tc.status, got, tc.want)
		}
	}
}

// TestLanguageFallsBack: what tells no language is read in the one that is
// held, else in the platform's, else in English.
func TestLanguageFallsBack(t *testing.T) {
	for _, tc := range []struct{ hold, hint, want string }{{"th", "vi", "th"}, {"", "vi", "vi"}, {"", "", "en"}} {
		for _, text := range []string{"", "4.2.1", "👍", "https://x.example/a"} {
			r := read(t, triage.Question{Text: text, Lang: tc.hold, LangHint: tc.hint})
			if r.Lang != tc.want || r.LangConfidence != 0 {
				t.Errorf("%q with %q held and %q hinted is %s (%.2f), want %s (0)", text, tc.hold, tc.hint, r.Lang, r.LangConfidence, tc.want)
			}
		}
	}
}

// TestSeverityWeighsTheProblem: an answer is as bad as the problem it is about.
func TestSeverityWeighsTheProblem(t *testing.T) {
	problem := "Black screen for ALL viewers worldwide, our concert is live right now, total outage!!!"
	alone := read(t, triage.Question{Text: "everyone in Korea", Status: triage.StatusCollecting, Asking: "region"})
	with := read(t, triage.Question{Text: "everyone in Korea", Status: triage.StatusCollecting, Asking: "region", Problem: problem})
	if with.Severity != triage.P1 {
		t.Errorf("with the problem before it the answer reads as %q, want P1 (alone %q)", with.Severity, alone.Severity)
	}
	if got := read(t, triage.Question{Text: "hello"}).Severity; got != "" {
		t.Errorf("a greeting has the severity %s", got)
	}
}
