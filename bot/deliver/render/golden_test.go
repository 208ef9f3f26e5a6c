package render_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstline/bot"
	"firstline/bot/deliver/render"
	"firstline/triage"
)

var update = flag.Bool("update", false, "write the golden files anew")

// scene is one message that the program sends.
type scene struct {
	name   string
	effect triage.Effect
	chosen *render.Chosen
}

// scenes plays two cases to the moments that matter.
func scenes(t *testing.T, lang string) []scene {
	t.Helper()
	var out []scene
	add := func(name string, e triage.Effect, chosen *render.Chosen) { out = append(out, scene{name, e, chosen}) }
	s := newPlay(t, lang, "showroom-stutter-blur")
	add("first answer", s.first(s.write("our stream stutters, SDK 4.2.1", stutters), triage.EffectSay, triage.ToCustomer), nil)
	question := s.first(s.click("slot:scenario", "showroom"), triage.EffectSay, triage.ToCustomer)
	add("question with buttons", question, nil)
	add("settled choice", question, &render.Chosen{Action: "slot:where", Value: "some_places"})
	s.click("slot:where", "some_places")
	add("proposal", s.first(s.click("slot:live", "no"), triage.EffectSay, triage.ToCustomer), nil)
	add("next proposal", s.first(s.write("still the same", same), triage.EffectSay, triage.ToCustomer), nil)

	m := newPlay(t, lang, "")
	add("question with a menu", m.first(m.write("it stutters", triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom"}), triage.EffectSay, triage.ToCustomer), nil)

	p := newPlay(t, lang, "black-screen")
	effects := p.write("Black screen for ALL viewers, error -1307!!!", outage)
	add("P1 handoff", p.first(effects, triage.EffectSay, triage.ToCustomer), nil)
	add("card", p.first(effects, triage.EffectCard, triage.ToDesk), nil)
	add("relay to the desk", p.first(p.write("it is on KT, too", triage.Reading{Act: triage.ActAnswer}), triage.EffectRelay, triage.ToDesk), nil)
	effects = p.desk(triage.EventDeskMessage, "Kim", "// internal\nPlease open `rtmp://push.example/a` again.")
	add("claimed", p.first(effects, triage.EffectSay, triage.ToCustomer), nil)
	add("relay to the customer", p.first(effects, triage.EffectRelay, triage.ToCustomer), nil)
	add("resolved by a person", p.first(p.desk(triage.EventDeskClicked, "Kim", "resolve"), triage.EffectSay, triage.ToCustomer), nil)
	return out
}

// shown makes isolates visible.
var shown = strings.NewReplacer("\u2068", "⟨", "\u2069", "⟩")

// dump writes a message as a person would check it.
func dump(b *strings.Builder, name string, out bot.Outbound) {
	fmt.Fprintf(b, "== %s (%s", name, out.Lang)
	if out.RTL {
		b.WriteString(", right to left")
	}
	b.WriteString(")\n")
	if out.Author != "" {
		fmt.Fprintf(b, "author: %s\n", out.Author)
	}
	fmt.Fprintf(b, "%s\n", out.Text)
	for _, f := range out.Files {
		fmt.Fprintf(b, "file: %s %s\n", f.Name, f.URL)
	}
	if out.Card != nil {
		fmt.Fprintf(b, "# %s\n", out.Card.Title)
		for _, f := range out.Card.Fields {
			fmt.Fprintf(b, "%s: %s\n", f.Label, f.Value)
		}
		for _, n := range out.Card.Notes {
			fmt.Fprintf(b, "## %s\n%s\n", n.Label, n.Value)
		}
	}
	choice := func(indent string, c bot.Choice) {
		strong := ""
		if c.Strong {
			strong = " (strong)"
		}
		fmt.Fprintf(b, "%s[%s]%s %s=%s\n", indent, c.Label, strong, c.Action, c.Value)
	}
	for _, m := range out.Menus {
		fmt.Fprintf(b, "menu %s (%s)\n", m.Hint, m.Action)
		for _, o := range m.Options {
			choice("  ", o)
		}
	}
	for _, c := range out.Choices {
		choice("", c)
	}
	b.WriteString("\n")
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "th", "ar", "zh-Hans", "es", "ru"} {
		t.Run(lang, func(t *testing.T) {
			r := renderer(t, lang)
			var b strings.Builder
			for _, s := range scenes(t, lang) {
				out, err := r.Render(s.effect, s.chosen)
				if err != nil {
					t.Fatalf("%s: %v", s.name, err)
				}
				dump(&b, s.name, out)
			}
			s := newPlay(t, lang, "")
			s.write("our stream stutters, SDK 4.2.1", stutters)
			dumpForm(&b, r.Form(s.c))
			golden(t, lang+".txt", shown.Replace(b.String()))
		})
	}
}

func dumpForm(b *strings.Builder, f bot.Form) {
	fmt.Fprintf(b, "== form %s (%s)\n%s | %s | %s\n", f.ID, f.Lang, f.Title, f.Submit, f.Cancel)
	for _, field := range f.Fields {
		fmt.Fprintf(b, "%s: %s = %q (%s)\n", field.Name, field.Label, field.Value, field.Hint)
		for _, o := range field.Options {
			fmt.Fprintf(b, "  [%s] %s\n", o.Label, o.Value)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); if this is meant, run go test -update:\n%s", path, diff)
	}
}
