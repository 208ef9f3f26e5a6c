package assist_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"firstline/bot/assist"
	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/knowledge"
	"firstline/triage"
)

// pen writes what it is told to.
type pen struct {
	text  func(step string) string
	lines []string
	err   error
	seen  assist.Brief
}

func (p *pen) Step(_ context.Context, step string, b assist.Brief) (string, error) {
	p.seen = b
	return p.text(step), p.err
}

func (p *pen) Summary(_ context.Context, b assist.Brief) ([]string, error) {
	p.seen = b
	return p.lines, p.err
}

func (p *pen) Reply(_ context.Context, b assist.Brief) (string, error) {
	p.seen = b
	return p.text(""), p.err
}

func desk(t *testing.T, p *pen) (*assist.Assistant, map[string]int) {
	t.Helper()
	lib, err := knowledge.Load(knowledge.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	cat, err := triage.LoadCatalogue("")
	if err != nil {
		t.Fatal(err)
	}
	detector, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	rejected := map[string]int{}
	return &assist.Assistant{Model: p, Library: lib, Catalogue: cat, Detector: detector, DeskLang: "en", Rejected: func(_, why string) { rejected[why]++ }}, rejected
}

func aCase(lang, article string, step int) triage.Case {
	return triage.Case{
		ID: "k1", Lang: lang, Contact: triage.Party{Name: "Nok"},
		Regions:  []triage.Fact{{Value: "TH", Source: triage.SourceRead}},
		Symptoms: []triage.Fact{{Value: "stutter", Source: triage.SourceRead}},
		Facts:    map[string]triage.Fact{"version": {Value: "4.2.1"}, "scope": {Value: triage.Unknown}},
		Words:    []triage.Words{{Text: "It freezes on SDK 4.2.1 for 200 users"}},
		Fixes:    []triage.Fix{{Article: article, Step: step, Outcome: triage.FixPending}},
	}
}

// TestArticlesOwnWordsPass: what an article says may be said, in every language.
func TestArticlesOwnWordsPass(t *testing.T) {
	p := &pen{text: func(step string) string { return step }}
	a, rejected := desk(t, p)
	steps := 0
	for _, lang := range i18n.Languages() {
		for _, article := range a.Library.Articles() {
			text, _ := a.Library.Text(article.ID, lang)
			for i, step := range text.Steps {
				steps++
				if got := a.Step(t.Context(), aCase(lang, article.ID, i)); got != step {
					t.Errorf("%s %s %d: %q is dropped: %v", lang, article.ID, i+1, step, rejected)
				}
			}
		}
	}
	if steps < 24*30 {
		t.Errorf("only %d steps", steps)
	}
}

func TestStep(t *testing.T) {
	p := &pen{}
	a, rejected := desk(t, p)
	text, _ := a.Library.Text("showroom-stutter-blur", "en")
	var step int
	for i, s := range text.Steps {
		if strings.ContainsAny(s, "0123456789") {
			step = i
			break
		}
	}
	c := aCase("en", "showroom-stutter-blur", step)
	for name, tc := range map[string]struct {
		text string
		why  string
	}{
		"nothing":     {"", "facts"},
		"a host":      {text.Steps[step] + " Then open https://evil.example/fix.", "facts"},
		"a command":   {text.Steps[step] + " Run `rm -rf /tmp`.", "facts"},
		"a number":    {text.Steps[step] + " Wait 45 minutes.", "facts"},
		"a ping":      {text.Steps[step] + " <!channel>", "facts"},
		"a refund":    {text.Steps[step] + " You will get a full refund.", "promise"},
		"a guarantee": {text.Steps[step] + " We guarantee that it works.", "promise"},
		"a book":      {text.Steps[step] + strings.Repeat(" Please look at it with care.", 40), "length"},
	} {
		clear(rejected)
		p.text = func(string) string { return tc.text }
		if got := a.Step(t.Context(), c); got != "" || rejected[tc.why] != 1 {
			t.Errorf("%s: %q goes out, rejected %v, want %s", name, got, rejected, tc.why)
		}
	}
	german, _ := a.Library.Text("showroom-stutter-blur", "de")
	p.text = func(string) string { return german.Steps[step] }
	clear(rejected)
	if got := a.Step(t.Context(), c); got != "" {
		t.Errorf("German goes out to an English customer: %q", got)
	}
	p.text = func(s string) string { return "For your viewers in Thailand: " + s }
	if got := a.Step(t.Context(), c); !strings.HasPrefix(got, "For your viewers in Thailand") {
		t.Errorf("a fitted step is dropped: %v", rejected)
	}
	if b := p.seen; b.Known["region"] != "Thailand" || b.Known["symptom"] != "stutter" || b.Known["scope"] != "" || len(b.Words) != 1 || b.Lang != "en" {
		t.Errorf("the model is told %+v", b)
	}
	p.err = errors.New("down")
	if got := a.Step(t.Context(), c); got != "" {
		t.Errorf("after an error %q goes out", got)
	}
	for _, c := range []triage.Case{{}, aCase("en", "no-such-article", 0), aCase("en", "showroom-stutter-blur", 99)} {
		if got := a.Step(t.Context(), c); got != "" {
			t.Errorf("%+v gives %q", c.Fixes, got)
		}
	}
}

func TestSummary(t *testing.T) {
	p := &pen{lines: []string{
		"- Showroom stream freezes in Thailand for 200 users.", "", "They run SDK 4.2.1.", "They also run SDK 9.9.9 on 10.0.0.1.",
		strings.Repeat("long ", 60), "Nothing was tried yet.", "A fourth line.",
	}}
	a, rejected := desk(t, p)
	got := a.Summary(t.Context(), aCase("th", "black-screen", 0), "en")
	want := []string{"Showroom stream freezes in Thailand for 200 users.", "They run SDK 4.2.1.", "Nothing was tried yet."}
	if !slices.Equal(got, want) || rejected["facts"] != 1 || rejected["length"] != 1 {
		t.Errorf("summary %q, rejected %v", got, rejected)
	}
	p.err = errors.New("late")
	if got := a.Summary(t.Context(), aCase("th", "black-screen", 0), "en"); got != nil {
		t.Errorf("after an error %q", got)
	}
}

func TestReply(t *testing.T) {
	p := &pen{text: func(string) string { return "Please send us the stream id, and we look at it on SDK 4.2.1." }}
	a, rejected := desk(t, p)
	c := aCase("th", "black-screen", 0)
	c.Similar = []string{"k0", "gone"}
	a.Case = func(_ context.Context, id string) (triage.Case, error) {
		if id == "gone" {
			return triage.Case{}, errors.New("not found")
		}
		return triage.Case{
			Symptoms: []triage.Fact{{Value: "black_screen"}}, Words: []triage.Words{{Text: "secret of another customer"}},
			Fixes: []triage.Fix{{Article: "black-screen", Step: 0, Outcome: triage.FixHelped}, {Article: "black-screen", Step: 1, Outcome: triage.FixFailed}},
		}, nil
	}
	if got := a.Reply(t.Context(), c, "en"); got == "" {
		t.Errorf("a harmless draft is dropped: %v", rejected)
	}
	if got := a.Reply(t.Context(), c, ""); got == "" || p.seen.Lang != "en" {
		t.Errorf("for an engineer of unknown language a draft is asked for in %q and gives %q: %v", p.seen.Lang, got, rejected)
	}
	if len(p.seen.Articles) != 1 || len(p.seen.Similar) != 1 || !strings.HasPrefix(p.seen.Similar[0], "black_screen: ") || strings.Contains(strings.Join(p.seen.Similar, ""), "secret") {
		t.Errorf("the model is told of %q and %q", p.seen.Articles, p.seen.Similar)
	}
	for _, text := range []string{"We refund 100 % of the bill.", "You will be compensated.", "Open https://evil.example now."} {
		p.text = func(string) string { return text }
		if got := a.Reply(t.Context(), c, "en"); got != "" {
			t.Errorf("the draft %q is shown", got)
		}
	}
}

func TestPromises(t *testing.T) {
	for lang, text := range map[string]string{
		"en": "You will be fully refunded.", "zh-Hans": "我们会全额退款。", "zh-Hant": "我們會全額退費。", "ja": "全額返金いたします。", "ko": "전액 환불해 드립니다.",
		"id": "Kami akan memberikan ganti rugi.", "ms": "Anda akan mendapat bayaran balik.", "th": "เราจะคืนเงินให้ทั้งหมด", "vi": "Chúng tôi sẽ hoàn tiền.",
		"fil": "Makakakuha ka ng refund.", "hi": "आपको पूरा रिफंड मिलेगा।", "bn": "আপনি টাকা ফেরত পাবেন।", "ur": "آپ کو معاوضہ دیا جائے گا۔", "ar": "سوف نقدم لكم تعويضًا كاملاً.",
		"fa": "به شما غرامت پرداخت می\u200cشود.", "tr": "Ücretinizin iadesi yapılacaktır.", "ru": "Мы полностью вернём деньги.", "uk": "Ми надамо вам компенсацію.",
		"es": "Le haremos un reembolso.", "pt-BR": "Você receberá um reembolso.", "fr": "Vous serez remboursé.", "de": "Sie erhalten eine Rückerstattung.",
		"it": "Riceverete un rimborso.", "pl": "Otrzymasz zwrot pieniędzy.",
	} {
		if !assist.Promises(text) {
			t.Errorf("%s: %q passes", lang, text)
		}
		if assist.Promises(text, "x "+text) {
			t.Errorf("%s: %q is in the source", lang, text)
		}
	}
	for _, text := range []string{"", "Lower the bitrate.", "freeze frame", "The freeware OBS"} {
		if assist.Promises(text) {
			t.Errorf("%q promises nothing", text)
		}
	}
}
