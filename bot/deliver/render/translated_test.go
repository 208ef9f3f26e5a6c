package render_test

import (
	"strings"
	"testing"

	"firstline/bot"
	"firstline/i18n"
	"firstline/triage"
)

// TestMark says in every language what a translation was made from, or that
// there is none, and offers the original where there is one to see.
func TestMark(t *testing.T) {
	for _, lang := range i18n.Languages() {
		r := renderer(t, lang)
		from := "ko"
		if lang == from {
			from = "ja"
		}
		e := triage.Effect{Kind: triage.EffectRelay, To: triage.ToCustomer, Lang: lang, Text: "x -1307", MessageID: "d1", Author: "Kim"}
		notes := map[bool]string{}
		for _, translated := range []bool{true, false} {
			out, err := r.Render(e, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Mark(&out, e, from, translated)
			notes[translated] = out.Note
			if !strings.Contains(out.Note, i18n.LanguageName(lang, from)) || leftover.MatchString(out.Note) {
				t.Errorf("%s: the note is %q", lang, out.Note)
			}
			if offered := len(out.Choices) == 1 && out.Choices[0].Action == triage.ActionOriginal && out.Choices[0].Value == "d1" && out.Choices[0].Label != ""; offered != translated {
				t.Errorf("%s: translated %t, choices %+v", lang, translated, out.Choices)
			}
			if isolated := strings.Contains(out.Text, "\u2066") || strings.Contains(out.Text, "\u2068"); isolated != (translated && i18n.RTL(lang)) {
				t.Errorf("%s: translated %t: %+q", lang, translated, out.Text)
			}
		}
		if notes[true] == notes[false] {
			t.Errorf("%s: %q says both", lang, notes[true])
		}
	}
}

var bareMarks = strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "")

func TestTranscriptText(t *testing.T) {
	r := renderer(t, "en")
	lines := []bot.Field{{Label: "**Nok** <!here>", Value: "it \u202efreezes"}, {Label: "Kim", Value: "`-g 60`"}}
	for _, lang := range []string{"en", "ar", "ko"} {
		got := r.Transcript(lang, lines)
		if !strings.HasPrefix(got.Text, r.Texts.Text(lang, "desk.transcript", nil)) || !strings.Contains(bareMarks.Replace(got.Text), "**Nok ‹!here›**\nit freezes") || got.Lang != lang || got.RTL != i18n.RTL(lang) {
			t.Errorf("%s: %+q", lang, got.Text)
		}
	}
	if got := r.Transcript("th", nil); got.Text != r.Texts.Text("th", "desk.transcript_empty", nil) {
		t.Errorf("nothing was said: %q", got.Text)
	}
}

func TestSummaryStandsFirstOnTheCard(t *testing.T) {
	r := renderer(t, "en")
	out, err := r.Render(triage.Effect{Kind: triage.EffectCard, To: triage.ToDesk, Card: &triage.CardView{CaseID: "C1", Status: triage.StatusHandedOff, Summary: []string{"Freezes in Thailand.", "Nothing \u202etried."}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := out.Card.Notes[0]; n.Label != r.Texts.Text("en", "card.summary", nil) || n.Value != "- Freezes in Thailand.\n- Nothing tried." {
		t.Errorf("the first note is %q: %q", n.Label, n.Value)
	}
}
