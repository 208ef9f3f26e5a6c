package render_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstline/bot"
	"firstline/bot/deliver/render"
	"firstline/i18n"
	"firstline/triage"
)

func TestFact(t *testing.T) {
	for _, tc := range []struct{ lang, slot, value, want string }{
		{"en", "scope", "many", "many users"}, {"th", "region", "TH", "ไทย"}, {"en", "region", "035", "Southeast Asia"}, {"en", "symptom", "stutter", "stutter"},
		{"en", "scenario", "showroom", "showroom live stream"}, {"en", "users", "1", "1 user"}, {"en", "users", "2000", "2,000 users"}, {"ru", "users", "3", "3 пользователя"},
		{"en", "users", "lots", "lots"}, {"en", "version", "4.2.1", "version 4.2.1"}, {"en", "error_code", "-1307", "error -1307"}, {"en", "stream_id", "live_1", "ID live_1"},
		{"en", "version", "**x**", "version x"}, {"en", "since", "yesterday", "since yesterday"}, {"en", "since", "8 pm", "since 8 pm"}, {"en", "network", "AIS", "AIS"},
		{"en", "region", "unknown", "not known"}, {"de", "scope", "unknown", ""}, {"en", "region", "<!channel>", "‹!channel›"}, {"en", "symptom", "no_such", "no_such"}, {"en", "no_such", "x", "x"},
		{"ar", "version", "4.2.1", "الإصدار ⟨4.2.1⟩"},
	} {
		got := shown.Replace(renderer(t, "en").Fact(tc.lang, tc.slot, tc.value))
		if tc.want == "" {
			tc.want = all(t).texts.Text(tc.lang, "option.unknown", nil)
		}
		if got != tc.want {
			t.Errorf("Fact(%s, %s, %q) = %q, want %q", tc.lang, tc.slot, tc.value, got, tc.want)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	r := renderer(t, "en")
	for _, e := range []triage.Effect{{Kind: triage.EffectTimer}, {Kind: triage.EffectQuery}, {Kind: triage.EffectSettle}, {Kind: triage.EffectRevoke}, {Kind: "no such"}, {Kind: triage.EffectCard}} {
		if _, err := r.Render(e, nil); err == nil {
			t.Errorf("%q is rendered, want an error", e.Kind)
		}
	}
}

// TestWhoseLanguage: the desk reads its own, a customer the conversation's.
func TestWhoseLanguage(t *testing.T) {
	r := renderer(t, "ar")
	for _, tc := range []struct {
		e    triage.Effect
		want string
	}{
		{say("th", triage.Message{Key: "thanks"}), "th"},
		{say("", triage.Message{Key: "thanks"}), "ar"},
		{triage.Effect{Kind: triage.EffectSay, To: triage.ToDesk, Lang: "th", Lines: []triage.Message{{Key: "desk.confirmed"}}}, "ar"},
		{triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Lang: "th", Text: "x"}, "ar"},
		{triage.Effect{Kind: triage.EffectRelay, To: triage.ToCustomer, Lang: "fa", Text: "x"}, "fa"},
	} {
		out, err := r.Render(tc.e, nil)
		if err != nil || out.Lang != tc.want || out.RTL != i18n.RTL(tc.want) {
			t.Errorf("%s to the %s in %q is said in %q, right to left %t (error %v), want %q", tc.e.Kind, tc.e.To, tc.e.Lang, out.Lang, out.RTL, err, tc.want)
		}
	}
}

func TestRelay(t *testing.T) {
	r := renderer(t, "en")
	e := triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Author: "Nok", Text: "**a** <b> `c`\nd", Files: []triage.Attachment{{Name: "log.txt", URL: "https://x.example/log.txt"}}, OnlyFor: "U9"}
	got, err := r.Render(e, nil)
	want := bot.Outbound{Lang: "en", Author: "Nok", Text: e.Text, Files: []bot.File{{Name: "log.txt", URL: "https://x.example/log.txt"}}, OnlyFor: "U9"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("a relay (error %v, -want +got):\n%s", err, diff)
	}
	e.Kind, e.Text = triage.EffectRevise, "new"
	if got, err := r.Render(e, nil); err != nil || got.Text != "new (edited)" || got.Author != "Nok" {
		t.Errorf("an edited relay is %q by %q (error %v), want %q by Nok", got.Text, got.Author, err, "new (edited)")
	}
}

// TestSettled: the choices are gone and the one used is named; one that is not
// among them changes nothing but takes them away.
func TestSettled(t *testing.T) {
	r := renderer(t, "en")
	s := newPlay(t, "en", "")
	q := s.first(s.write("it stutters", triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom"}), triage.EffectSay, triage.ToCustomer)
	open, err := r.Render(q, nil)
	if err != nil || len(open.Choices) == 0 || len(open.Menus) != 1 {
		t.Fatalf("the question has %d choices and %d menus (error %v)", len(open.Choices), len(open.Menus), err)
	}
	for _, tc := range []struct {
		chosen render.Chosen
		want   string
	}{
		{render.Chosen{Action: "slot:region", Value: "VN"}, open.Text + "\n✓ Vietnam"},
		{render.Chosen{Action: "human", Value: "C1"}, open.Text + "\n✓ Talk to an engineer"},
		{render.Chosen{Action: "slot:region", Value: "XX"}, open.Text},
		{render.Chosen{}, open.Text},
	} {
		out, err := r.Render(q, &tc.chosen)
		if err != nil || out.Text != tc.want || len(out.Choices)+len(out.Menus) > 0 {
			t.Errorf("settled with %+v: %q with %d choices and %d menus (error %v), want %q", tc.chosen, out.Text, len(out.Choices), len(out.Menus), err, tc.want)
		}
	}
	again, _ := r.Render(q, nil)
	if diff := cmp.Diff(open, again); diff != "" {
		t.Errorf("settling changed the question (-before +after):\n%s", diff)
	}
}

// TestSteps: a step that is gone since leaves the article's title.
func TestSteps(t *testing.T) {
	r := renderer(t, "en")
	step := func(lang string, values ...string) string {
		out, err := r.Render(say(lang, triage.Message{Key: "plain", Args: map[string]triage.Arg{"text": {Kind: triage.ArgStep, Values: values}}}), nil)
		if err != nil {
			t.Fatal(err)
		}
		return out.Text
	}
	for _, a := range all(t).lib.Articles() {
		for _, lang := range i18n.Languages() {
			text, ok := a.In(lang)
			if !ok {
				t.Errorf("%s is not written in %s", a.ID, lang)
				continue
			}
			if got := strings.NewReplacer("⟨", "", "⟩", "").Replace(shown.Replace(step(lang, a.ID, "0"))); got != text.Steps[0] {
				t.Errorf("%s: the first step of %s is %q, want %q", lang, a.ID, got, text.Steps[0])
			}
		}
		title := a.ID
		if text, ok := a.In("en"); ok {
			title = text.Title
		}
		for _, i := range []string{"99", "-1", "x", ""} {
			if got := step("en", a.ID, i); got != title {
				t.Errorf("step %q of %s is %q, want the title %q", i, a.ID, got, title)
			}
		}
	}
	if got := step("en", "no-such-article", "0"); strings.Contains(got, "no value") {
		t.Errorf("a step of an article that is gone is %q", got)
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	r := renderer(t, "en")
	m := triage.Message{Key: "handoff.waiting", Args: map[string]triage.Arg{"time": {Kind: triage.ArgTime, Values: []string{"2026-03-01T20:30:00Z"}}}}
	for zone, want := range map[string]string{"Asia/Bangkok": "03:30 UTC+7", "America/Sao_Paulo": "17:30 UTC-3", "": "20:30 UTC", "No/Where": "20:30 UTC"} {
		e := say("en", m)
		e.Zone = zone
		if out, err := r.Render(e, nil); err != nil || !strings.Contains(out.Text, want) {
			t.Errorf("in %q: %q (error %v), want %q in it", zone, out.Text, err, want)
		}
	}
}

func TestForm(t *testing.T) {
	cat := all(t).cat
	for _, lang := range i18n.Languages() {
		r := renderer(t, "en")
		s := newPlay(t, lang, "")
		s.write("our stream stutters", stutters)
		f := r.Form(s.c)
		if f.ID != "C1" || f.Lang != lang || f.Title == "" || f.Submit == "" || f.Cancel == "" {
			t.Errorf("%s: form %q in %q with title %q and buttons %q, %q", lang, f.ID, f.Lang, f.Title, f.Submit, f.Cancel)
		}
		values := map[string]string{}
		for _, field := range f.Fields {
			if _, dup := values[field.Name]; dup {
				t.Errorf("%s: the form asks %s twice", lang, field.Name)
			}
			values[field.Name] = field.Value
			if _, ok := cat.Slot(field.Name); !ok || field.Label == "" || field.Hint == "" || leftover.MatchString(field.Label+field.Hint) {
				t.Errorf("%s: field %q has the label %q and the hint %q", lang, field.Name, field.Label, field.Hint)
			}
			var got []string
			for _, o := range field.Options {
				got = append(got, o.Value)
				if o.Label == "" || leftover.MatchString(o.Label) || o.Action != triage.ActionSlot+field.Name {
					t.Errorf("%s: option %s of %s has the label %q and the action %q", lang, o.Value, field.Name, o.Label, o.Action)
				}
			}
			if want := cat.OptionsOf(field.Name); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the options %v, want %v", lang, field.Name, got, want)
			}
		}
		for name, want := range map[string]string{"symptom": "stutter", "region": "TH", "scope": "many", "version": "4.2.1", "scenario": "", "error_code": ""} {
			if got, ok := values[name]; !ok || got != want {
				t.Errorf("%s: %s is %q (asked: %t), want %q", lang, name, got, ok, want)
			}
		}
	}
}

// TestFormOfAnUnknown: "I don't know" is an answer, but not one to fill in.
func TestFormOfAnUnknown(t *testing.T) {
	s := newPlay(t, "en", "")
	s.write("our stream stutters", stutters)
	s.click("slot:scenario", triage.Unknown)
	s.c.Facts["scope"] = triage.Fact{Value: triage.Unknown}
	for _, f := range renderer(t, "en").Form(s.c).Fields {
		if f.Value == triage.Unknown {
			t.Errorf("%s is filled in with %q, want nothing", f.Name, f.Value)
		}
	}
	for _, f := range renderer(t, "en").Form(triage.Case{ID: "C2", Lang: "en"}).Fields {
		if f.Value != "" {
			t.Errorf("of an empty case %s is %q, want nothing", f.Name, f.Value)
		}
	}
}
