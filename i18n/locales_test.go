package i18n

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// builtIn reads the embedded locale files, without the checks of Load.
func builtIn(t testing.TB) map[string]map[string]entry {
	t.Helper()
	all, err := files()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var files = sync.OnceValues(func() (map[string]map[string]entry, error) {
	sub, err := fs.Sub(embedded, "locales")
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]entry{}
	for _, lang := range Languages() {
		if all[lang], err = readFile(sub, lang+".yaml"); err != nil {
			return nil, err
		}
	}
	return all, nil
})

var shipped = sync.OnceValues(Default)

func catalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryLanguageIsComplete(t *testing.T) {
	all := builtIn(t)
	english := all["en"]
	if len(english) < 200 {
		t.Fatalf("English has %d messages, want at least 200", len(english))
	}
	for _, lang := range Languages() {
		for _, key := range sorted(english) {
			e, ok := all[lang][key]
			if !ok {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			want := []string{"other"}
			if len(english[key]) > 1 {
				want = pluralForms(lang)
			}
			if got := sorted(e); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the forms %v, want %v", lang, key, got, want)
			}
			for form, text := range e {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s (%s) is empty", lang, key, form)
				}
				got, err := parsed(text)
				if err != nil {
					t.Errorf("%s: %s (%s): %v", lang, key, form, err)
				}
				if want := placeholders(english[key]["other"]); form == "other" && !slices.Equal(got, want) {
					t.Errorf("%s: %s has the placeholders %v, want %v", lang, key, got, want)
				}
			}
		}
		if got, want := len(all[lang]), len(english); got != want {
			t.Errorf("%s has %d messages, English has %d", lang, got, want)
		}
	}
}

// TestPluralFormsAreCLDR checks the probing itself on languages whose forms are
// known from elsewhere: if it found too few, files with missing forms would pass.
func TestPluralFormsAreCLDR(t *testing.T) {
	for lang, want := range map[string]string{
		"ja": "other", "th": "other", "en": "one other", "hi": "one other", "es": "many one other", "pt-BR": "many one other",
		"ru": "few many one other", "pl": "few many one other", "ar": "few many one other two zero",
	} {
		if got := strings.Join(pluralForms(lang), " "); got != want {
			t.Errorf("pluralForms(%s) = %q, want %q", lang, got, want)
		}
	}
}

// TestEveryPluralFormIsSaid says each plural message with numbers that reach
// every form for whole numbers; the key must never come back.
func TestEveryPluralFormIsSaid(t *testing.T) {
	c := catalogue(t)
	plural := 0
	for key, e := range builtIn(t)["en"] {
		if len(e) == 1 {
			continue
		}
		plural++
		for _, lang := range Languages() {
			for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 22, 100, 1_000_000} {
				got := c.Text(lang, key, map[string]any{"Count": n})
				if got == key || strings.Contains(got, "no value") || strings.Contains(got, "{{") {
					t.Errorf("%s: %s with %d gives %q, want a text", lang, key, n, got)
				}
				if number := Number(lang, n); n > 2 && !strings.Contains(strip(got), number) {
					t.Errorf("%s: %s with %d gives %q, want %q in it", lang, key, n, got, number)
				}
			}
		}
	}
	if plural == 0 {
		t.Error("no message has plural forms, want some")
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	c := catalogue(t)
	say := func(lang string, n int) string { return c.Text(lang, "fact.users", map[string]any{"Count": n}) }
	bare := func(lang string, n int) string {
		return strings.TrimSpace(strings.ReplaceAll(strip(say(lang, n)), Number(lang, n), ""))
	}
	for _, tc := range []struct {
		lang string
		a, b int
		same bool
	}{
		{"en", 1, 2, false}, {"en", 2, 5, true}, {"ru", 1, 21, true}, {"ru", 1, 2, false}, {"ru", 2, 5, false}, {"ru", 5, 11, true},
		{"pl", 2, 5, false}, {"pl", 2, 22, true}, {"uk", 1, 11, false}, {"ar", 3, 11, false}, {"ja", 1, 5, true}, {"th", 1, 100, true},
	} {
		if got := bare(tc.lang, tc.a) == bare(tc.lang, tc.b); got != tc.same {
			t.Errorf("%s: the words of %q and %q are the same: %t, want %t", tc.lang, say(tc.lang, tc.a), say(tc.lang, tc.b), got, tc.same)
		}
	}
}

// alike lists by language what reads as in English: names, codes, and words
// that the trade of that language has taken over. "*" is every language.
var alike = map[string]string{
	"*":  "web.title format.time option.network.wifi option.platform.android option.platform.ios",
	"id": "card.status slot.platform fact.error_code layer.encoding relay.file slot.delay web.engineer",
	"ms": "card.status slot.platform", "pt-BR": "card.status", "de": "card.status slot.region slot.symptom",
	"fil": `card.contact card.status layer.cdn_node slot.error_code slot.platform card.assignee card.customer card.diagnosis card.level card.local_time card.severity fact.error_code fact.version layer.account layer.ai_pipeline
		layer.capacity layer.encoding option.network.mobile option.platform.web reason.policy relay.file scenario.one_on_one scenario.voice_room slot.delay slot.live slot.network
		slot.region slot.symptom slot.version source.form status.resolved symptom.black_screen web.customer web.desk web.engineer`,
	"tr": "slot.platform source.form", "es": "fact.error_code", "fr": "card.contact fact.version", "it": "layer.account relay.file slot.scenario", "pl": "card.status slot.region",
}

func TestNothingIsLeftInEnglish(t *testing.T) {
	all := builtIn(t)
	same := func(lang, key string) bool { return all[lang][key]["other"] == all["en"][key]["other"] }
	for _, lang := range Languages()[1:] {
		listed := strings.Fields(alike[lang])
		for _, key := range sorted(all["en"]) {
			known := slices.Contains(strings.Fields(alike["*"]), key) || slices.Contains(listed, key)
			if same(lang, key) && !known && hasWords(all["en"][key]["other"]) {
				t.Errorf("%s: %s is %q as in English; want a translation, or list it here", lang, key, all[lang][key]["other"])
			}
		}
		for _, key := range listed {
			if !same(lang, key) {
				t.Errorf("%s: %s is listed as being the same as in English, but is %q", lang, key, all[lang][key]["other"])
			}
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// hasWords tells that there is something to translate besides placeholders.
func hasWords(text string) bool {
	return regexp.MustCompile(`[A-Za-z]{3,}`).MatchString(placeholder.ReplaceAllString(text, ""))
}

// TestMarkupIsThatOfEnglish holds what must pass translation unchanged: bold
// pairs, code spans, and the word that calls a person.
func TestMarkupIsThatOfEnglish(t *testing.T) {
	all := builtIn(t)
	for _, lang := range Languages()[1:] {
		for _, key := range sorted(all["en"]) {
			english := all["en"][key]["other"]
			for form, text := range all[lang][key] {
				if got, want := strings.Count(text, "**"), strings.Count(english, "**"); got != want {
					t.Errorf("%s: %s (%s) has %d bold markers, English %d", lang, key, form, got, want)
				}
				if got, want := spans(text), spans(english); !slices.Equal(got, want) {
					t.Errorf("%s: %s (%s) has the code spans %q, English %q", lang, key, form, got, want)
				}
				if got, want := strings.Contains(text, "P1"), strings.Contains(english, "P1"); got != want {
					t.Errorf("%s: %s (%s) names P1: %t, English: %t", lang, key, form, got, want)
				}
				if got, want := strings.Contains(text, "//"), strings.Contains(english, "//"); got != want {
					t.Errorf("%s: %s (%s) names //: %t, English: %t", lang, key, form, got, want)
				}
				if strings.ContainsFunc(text, bidiControl) {
					t.Errorf("%s: %s (%s) has a bidi control %+q; the program adds them", lang, key, form, text)
				}
			}
		}
	}
}

var code = regexp.MustCompile("`[^`]*`")

// spans gives the code spans of a text, sorted. What one types after
// "/firstline" is in one's own words, the commands of it are not.
func spans(text string) []string {
	list := code.FindAllString(text, -1)
	for i, s := range list {
		if rest, ok := strings.CutPrefix(s, "`/firstline "); ok && rest != "human`" && rest != "help`" {
			list[i] = "`/firstline …`"
		}
	}
	slices.Sort(list)
	return list
}

// TestPlatformLimits holds the texts against the smallest limit that a
// platform has for the place they stand in: Slack's modal title and buttons,
// and Discord's modal label. Slack's are in bot/slack (blocks.go, form.go).
func TestPlatformLimits(t *testing.T) {
	const (
		button      = 75
		modalTitle  = 24
		modalLabel  = 45 // Discord; Slack has 2000
		placeholder = 150
		header      = 150
	)
	c := catalogue(t)
	longest := func(lang, prefix string) string {
		best := ""
		for _, key := range c.Keys() {
			if strings.HasPrefix(key, prefix) {
				if text := c.Text(lang, key, map[string]any{"value": "-1307", "Count": 1_000_000}); width(text) > width(best) {
					best = text
				}
			}
		}
		return best
	}
	for _, lang := range Languages() {
		for _, key := range c.Keys() {
			limit := 0
			switch prefix, _, _ := strings.Cut(key, "."); {
			case key == "form.title", key == "form.submit", key == "form.cancel":
				limit = modalTitle
			case key == "form.choose", key == "form.optional":
				limit = placeholder
			case key == "slack.home.title":
				limit = header
			case prefix == "button", prefix == "option", prefix == "scenario", prefix == "symptom", key == "fact.users":
				limit = button
			case prefix == "slot":
				limit = modalLabel
			case prefix == "card" && !slices.Contains([]string{"card.hint", "card.title"}, key):
				limit = button // a label of a field
			}
			if text := c.Text(lang, key, map[string]any{"value": "-1307", "Count": 1_000_000}); limit > 0 && width(text) > limit {
				t.Errorf("%s: %s is %d long (%q), want at most %d", lang, key, width(text), text, limit)
			}
		}
		title := c.Text(lang, "card.title", map[string]any{"severity": "P1", "symptom": longest(lang, "symptom."),
			"customer": "Shanghai Interactive Entertainment Technology Co., Ltd. (Thailand)"})
		if width(title) > header {
			t.Errorf("%s: card.title is %d long (%q), want at most %d", lang, width(title), title, header)
		}
	}
}

// width counts as Slack does.
func width(s string) int { return len(utf16.Encode([]rune(s))) }
