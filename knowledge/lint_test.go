package knowledge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var today = time.Date(2026, 11, 22, 23, 0, 0, 0, time.FixedZone("", 9*3600))

// english is the article that translations are compared with in these tests.
const english = `---
id: sample
scenarios: [showroom]
symptoms: [stutter, blurry]
layers: [encoding, transport]
examples: [a, b, c, d, e, f]
reviewed: 2026-11-20
---
# Stream stutters
The picture freezes.

## Steps
1. **Set the bitrate.** Choose ` + "`CBR`" + ` with 2500 kbps at 30 fps. It worked if two people wait less than 1.5 s.
2. **Change the path.** Push with ` + "`rtmps://`" + ` to ` + "`TCP 443`" + ` for 40,000 viewers and H.264, then again.

## Check
No stop for 5 minutes.

## Hand off
After 2 tries.
`

// german is a faithful translation.
const german = `---
id: sample
scenarios: [showroom]
symptoms: [stutter, blurry]
layers: [encoding, transport]
examples: [g, h, i, j, k, l]
reviewed: 2026-11-21
---
# Stream ruckelt
Das Bild bleibt stehen.

## Schritte
1. **Bitrate setzen.** ` + "`CBR`" + ` mit 2500 kbit/s bei 30 fps wählen. Es hat geholfen, wenn 2 Personen weniger als 1,5 s warten.
2. **Weg wechseln.** Mit ` + "`rtmps://`" + ` an ` + "`TCP 443`" + ` senden, für 40.000 Zuschauer und H.264, dann noch einmal.

## Prüfung
5 Minuten ohne Halt.

## Übergabe
Nach zwei Versuchen.
`

// lintCases change one thing each and name all problems that follow from it.
var lintCases = []struct {
	name     string
	old, new string // replaced in the German text, or in English where old begins with "en:"
	langs    []string
	want     []string
}{
	{name: "clean", langs: []string{"en", "de"}},
	{name: "missing language", langs: []string{"de", "th"}, want: []string{"sample/th.md:1: missing-language: there is no such file"}},
	{name: "scenarios differ", old: "[showroom]", new: "[]", want: []string{"sample/de.md:9: front-matter: scenarios are []; English has [showroom]"}},
	{name: "symptom order", old: "[stutter, blurry]", new: "[blurry, stutter]", want: []string{"sample/de.md:9: front-matter: symptoms are [blurry stutter]; English has [stutter blurry]"}},
	{name: "layers differ", old: "[encoding, transport]", new: "[encoding, client]", want: []string{"sample/de.md:9: front-matter: layers are [encoding client]; English has [encoding transport]"}},
	{name: "unknown ids", old: "en:[showroom]", new: "[showrom, showrom]", want: []string{
		"sample/de.md:9: front-matter: scenarios are [showroom]; English has [showrom showrom]",
		`sample/en.md:9: repeated: scenario "showrom" stands twice`,
		`sample/en.md:9: unknown-id: scenario "showrom" is not in the catalogue (showroom, one_on_one, voice_room, game_voice, ai_tutor)`,
		`sample/en.md:9: unknown-id: scenario "showrom" is not in the catalogue (showroom, one_on_one, voice_room, game_voice, ai_tutor)`,
	}},
	{name: "uncovered symptom", old: "both:[stutter, blurry]", new: "[stutter]", want: []string{`.:1: uncovered-symptom: no article has the symptom "blurry"`}},
	{name: "step lost", old: "[encoding, transport]", new: "[encoding]", want: []string{
		"sample/de.md:9: front-matter: layers are [encoding]; English has [encoding transport]",
		"sample/de.md:9: step-count: 1 steps; English has 2",
	}},
	{name: "code changed", old: "`CBR`", new: "`VBR`", want: []string{"sample/de.md:13: code-added: step 1: `VBR` is not in the English text", "sample/de.md:13: code-missing: step 1: `CBR` is missing"}},
	{name: "code without ticks", old: "`rtmps://`", new: "rtmps://", want: []string{"sample/de.md:14: code-missing: step 2: `rtmps://` is missing"}},
	{name: "number lost", old: "2500 kbit/s", new: "genug", want: []string{"sample/de.md:13: number-missing: step 1: 2500 kbps is missing"}},
	{name: "number changed", old: "1,5 s", new: "15 s", want: []string{"sample/de.md:13: number-missing: step 1: 1.5 s is missing"}},
	{name: "thousands changed", old: "40.000", new: "40", want: []string{"sample/de.md:14: number-missing: step 2: 40,000 is missing"}},
	{name: "unit changed", old: "1,5 s", new: "1,5 ms", want: []string{"sample/de.md:13: unit-changed: step 1: 1.5 s became 1.5 ms"}},
	{name: "check changed", old: "5 Minuten", new: "5 Sekunden", want: []string{"sample/de.md:9: unit-changed: check: 5 min became 5 s"}},
	{name: "no bold beginning", old: "**Weg wechseln.**", new: "Weg wechseln.", want: []string{"sample/de.md:14: step-title: step 2: a step begins with a short title in bold: **Set the bitrate.** …"}},
	{name: "long step", old: "dann noch einmal", new: strings.Repeat("noch ", 100), want: []string{"sample/de.md:14: step-length: step 2: 587 characters; at most 480"}},
	{name: "examples", old: "[g, h, i, j, k, l]", new: "[g, h, i, j, G]", want: []string{
		"sample/de.md:9: examples: 5 examples; want at least 6",
		`sample/de.md:9: repeated: example "G" stands in sample/de.md too`,
	}},
	{name: "future", old: "2026-11-21", new: "2026-11-23", want: []string{"sample/de.md:9: reviewed-in-future: reviewed on 2026-11-23, which is after 2026-11-22"}},
	{name: "today", old: "2026-11-21", new: "2026-11-22"},
	{name: "a year ago", old: "2026-11-21", new: "2025-11-22"},
	{name: "too old", old: "2026-11-21", new: "2025-11-21", want: []string{"sample/de.md:9: reviewed-too-old: reviewed on 2025-11-21; check the text again and set the date"}},
}

func TestLint(t *testing.T) {
	ids := DefaultIDs()
	ids.Symptoms = []string{"stutter", "blurry"}
	for _, c := range lintCases {
		t.Run(c.name, func(t *testing.T) {
			en, de := english, german
			switch old, isEnglish := strings.CutPrefix(c.old, "en:"); {
			case isEnglish:
				en = strings.Replace(en, old, c.new, 1)
			case strings.HasPrefix(c.old, "both:"):
				old = strings.TrimPrefix(c.old, "both:")
				en, de = strings.Replace(en, old, c.new, 1), strings.Replace(de, old, c.new, 1)
			case c.old != "":
				de = strings.Replace(de, old, c.new, 1)
			}
			if c.name == "step lost" {
				at := strings.Index(de, "2. **")
				de = de[:at] + de[at+strings.Index(de[at:], "\n")+1:]
			}
			lib, err := Load(tree(map[string]string{"sample/en.md": en, "sample/de.md": de}))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range Lint(lib, c.langs, Criteria{IDs: ids, Today: today}) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLintEmbedded keeps the shipped articles clean. Today is the day of the newest review, so that the test does not
// begin to fail with time; a date typed wrong makes the others too old.
func TestLintEmbedded(t *testing.T) {
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	var newest time.Time
	for _, a := range lib.Articles() {
		for _, lang := range a.Languages() {
			text, _ := a.In(lang)
			if text.Reviewed.After(newest) {
				newest = text.Reviewed
			}
		}
	}
	for _, p := range Lint(lib, []string{"en"}, Criteria{IDs: DefaultIDs(), Today: newest}) {
		t.Error(p)
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // values joined with |, a colon, the unit
	}{
		{"2500 kbps at 30 fps", []string{"2500:kbps", "30:fps"}},
		{"below 1 %, or 1%", []string{"1:%", "1:%"}},
		{"H.264, x264, A2DP and MP3", nil},
		{"40,000 viewers at 2.5 Mbps", []string{"40000|40:", "2.5:mbps"}},
		{"40 000 Zuschauer, 40.000, 40’000, 40\u202f000", []string{"40000|40|000:", "40000|40:", "40000|40|000:", "40000|40|000:"}},
		{"1,5 с вместо 200 мс", []string{"1.5:s", "200:ms"}},
		{"1.50 s", []string{"1.5:s"}},
		{"在2秒以内，30帧/秒，5 分钟", []string{"2:s", "30:fps", "5:min"}},
		{"200 毫秒と1.5秒", []string{"200:ms", "1.5:s"}},
		{"ภายใน 5 นาที และ 2วินาที", []string{"5:min", "2:s"}},
		{"5 दिन, 2 সেকেন্ডের", []string{"5:", "2:"}},
		{"%1'in altında", []string{"1:"}},
		{"a 5-minute call; 0 s to 5 s.", []string{"5:min", "0:s", "5:s"}},
		{"", nil},
	} {
		var got []string
		for _, q := range quantities(c.text) {
			got = append(got, strings.Join(q.values, "|")+":"+q.unit)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("quantities(%q)\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}
