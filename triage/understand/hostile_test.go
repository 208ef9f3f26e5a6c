package understand_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"firstline/i18n"
	"firstline/triage"
)

var fieldCatalogue = sync.OnceValues(triage.DefaultCatalogue)

// longestFact is what a diagnostic may be long at most: it stands in a sentence.
const longestFact = 120

// valid holds a reading against what the core relies on, whatever was written.
func valid(t *testing.T, q triage.Question, r triage.Reading) {
	t.Helper()
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	bad := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%.80q: "+format, append([]any{q.Text}, args...)...)
	}
	share := func(name string, v float64) {
		if !(v >= 0 && v <= 1) {
			bad("%s is %v, want 0…1", name, v)
		}
	}
	if !slices.Contains(triage.Acts(), r.Act) {
		bad("act %q is none", r.Act)
	}
	share("the act's confidence", r.ActConfidence)
	share("the language's confidence", r.LangConfidence)
	share("the scenario's confidence", r.ScenarioConf)
	share("the severity's confidence", r.SeverityConf)
	if !i18n.Supported(r.Lang) && r.Lang != q.Lang && r.Lang != q.LangHint {
		bad("language %q is not supported", r.Lang)
	}
	if r.WantsLang != "" && !i18n.Supported(r.WantsLang) && r.WantsLang != r.Lang {
		bad("it wants the language %q, which is not supported", r.WantsLang)
	}
	if _, ok := cat.Scenario(r.Scenario); r.Scenario != "" && !ok {
		bad("scenario %q is not in the catalogue", r.Scenario)
	}
	if len(r.Symptoms) > 3 || len(r.Symptoms) != len(r.SymptomConf) {
		bad("symptoms %v with %d confidences, want at most 3 and as many", r.Symptoms, len(r.SymptomConf))
	}
	for i, s := range r.Symptoms {
		if _, ok := cat.Symptom(s); !ok || slices.Index(r.Symptoms, s) != i {
			bad("symptom %q is not in the catalogue, or twice in %v", s, r.Symptoms)
		}
	}
	for _, c := range r.SymptomConf {
		share("a symptom's confidence", c)
	}
	if !slices.Contains([]triage.Severity{"", triage.P1, triage.P2, triage.P3, triage.P4}, r.Severity) {
		bad("severity %q is none", r.Severity)
	}
	for i, code := range append(slices.Clone(r.Regions), r.Unaffected...) {
		if _, err := language.ParseRegion(code); err != nil {
			bad("region %q: %v", code, err)
		}
		if i < len(r.Regions) && (slices.Index(r.Regions, code) != i || slices.Contains(r.Unaffected, code)) {
			bad("region %s is twice in %v and %v", code, r.Regions, r.Unaffected)
		}
	}
	for slot, v := range r.Facts {
		s, ok := cat.Slot(slot)
		switch {
		case !ok:
			bad("there is no diagnostic %q", slot)
		case v == "" || utf8.RuneCountInString(v) > longestFact:
			bad("%s is %d long, want 1…%d", slot, utf8.RuneCountInString(v), longestFact)
		case len(s.Options) > 0 && slot != "network" && slot != "since" && !slices.Contains(s.Options, v):
			bad("%s is %q, want one of %v", slot, v, s.Options)
		}
	}
}

func hostile() map[string]string {
	many := func(s string) string { return strings.Repeat(s, 40_000/len(s)+1) }
	return map[string]string{
		"empty": "", "blank": " \n\t\u00a0", "emoji": "😡😡👍🏽🇹🇭👨‍👩‍👧", "zero width": "\u200b\u200c\u200d\u2060\ufeff", "bidi": "\u202e\u2067\u200fcba\u2069\u202c",
		"invalid": "\xff\xfe\x80 stutter \xc3", "nul": "a\x00b\x07", "letters": many("a"), "words": many("stutter in Thailand "), "digits": many("1"), "versions": many("4.2.1 "),
		"one version": "version 1.2.3-" + many("x"), "one code": "error ERR_" + many("X"), "one room": "room 1" + many("2"), "codes": many("-1307 "), "dots": many("."), "ips": many("1.1.1.1 "), "han": many("卡"), "thai": many("ก"), "places": many("New York "),
		"marks": many("\u0301"), "not": many("not "), "open fence": "```" + many("x\n"), "commas": many(","), "arabic": many("ال"), "apostrophes": many("'"), "numbers": many("9,999 "), "long digits": strings.Repeat("1", 900), "long word": strings.Repeat("a1", 450),
		"ligatures": many("ﷺ"), "combining": "S" + many("\u0323") + "DK", "json": `{"act":"fixed","symptoms":["x"]}`, "tabs": "report\tshowroom\tTH\tstutter\tP1\tx",
	}
}

func TestHostileTexts(t *testing.T) {
	for name, text := range hostile() {
		askings := []string{"", "version"}
		if len(text) < 1000 { // a bare reply is short
			askings = append(askings, "users", "scope", "live", "error_code", "stream_id", "no such slot")
		}
		for _, asking := range askings {
			q := triage.Question{Text: text, Asking: asking, Status: triage.StatusCollecting, Problem: text}
			t.Run(name+"/"+asking, func(t *testing.T) { valid(t, q, read(t, q)) })
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text[:min(len(text), 300)], "version", "th", "problem")
	}
	for _, text := range benchTexts {
		f.Add(text, "", "", "")
		f.Add("not "+text, "users", "en", text)
	}
	f.Fuzz(func(t *testing.T, text, asking, hold, problem string) {
		q := triage.Question{Text: text, Asking: asking, Lang: hold, Problem: problem, Status: triage.StatusCollecting}
		r := read(t, q)
		valid(t, q, r)
		if diff := cmp.Diff(r, read(t, q)); diff != "" {
			t.Errorf("%q is read differently the second time:\n%s", text, diff)
		}
	})
}

// TestInvisibleCharactersChangeNothing: what nobody sees may not steer a case.
func TestInvisibleCharactersChangeNothing(t *testing.T) {
	plain := read(t, triage.Question{Text: "viewers in Thailand on SDK have a black screen"})
	dirty := read(t, triage.Question{Text: "viewers in Thai\u200bland on SDK have a bla\u2060ck scr\u00adeen"})
	if !slices.Equal(plain.Regions, dirty.Regions) {
		t.Errorf("with invisible characters the regions are %v, without %v", dirty.Regions, plain.Regions)
	}
}

func TestReadConcurrently(t *testing.T) {
	o := offline(t)
	want := map[string]triage.Reading{}
	for _, text := range benchTexts {
		want[text] = o.Read(context.Background(), triage.Question{Text: text})
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for text, r := range want {
				if diff := cmp.Diff(r, o.Read(context.Background(), triage.Question{Text: text})); diff != "" {
					t.Errorf("%q reads otherwise beside others (-alone +beside):\n%s", text, diff)
				}
			}
		})
	}
	wg.Wait()
}
