package render_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/deliver/render"
	"firstline/i18n"
	"firstline/triage"
)

// TestCatalogueHasMessages: every id of the field's catalogue, and of the
// core's lists, has its message; and each of these messages has its id.
func TestCatalogueHasMessages(t *testing.T) {
	p := all(t)
	want := map[string]bool{"option.unknown": true}
	for _, s := range p.cat.Slots {
		want["slot."+s.ID], want["ask."+s.ID] = true, true
		for _, o := range s.Options {
			if s.ID != triage.SlotRegion {
				want["option."+s.ID+"."+o] = true
			}
		}
	}
	for _, s := range p.cat.Scenarios {
		want["scenario."+s.ID] = true
	}
	for _, s := range p.cat.Symptoms {
		want["symptom."+s.ID] = true
	}
	for _, l := range triage.Layers() {
		want["layer."+l] = true
	}
	for _, r := range p.cat.Severity {
		want["rule."+r.ID] = true
	}
	for _, s := range triage.Statuses() {
		want["status."+string(s)] = true
	}
	for _, r := range triage.HandoffReasons() {
		want["reason."+string(r)], want["handoff."+string(r)] = true, true
	}
	for _, o := range []triage.Outcome{triage.OutcomeConfirmed, triage.OutcomeByPerson, triage.OutcomeSilent} {
		want["outcome."+string(o)] = true
	}
	for _, f := range []triage.FixOutcome{triage.FixPending, triage.FixHelped, triage.FixFailed, triage.FixSkipped} {
		want["fix."+string(f)] = true
	}
	for _, s := range []triage.Source{triage.SourceHint, triage.SourceRead, triage.SourceModel, triage.SourceForm, triage.SourceClicked} {
		want["source."+string(s)] = true
	}
	for key := range want {
		if !p.texts.Has(key) {
			t.Errorf("there is no message %s", key)
		}
	}
	others := []string{"handoff.meanwhile", "handoff.waiting", "handoff.passed_on"}
	for _, key := range p.texts.Keys() {
		prefix, id, _ := strings.Cut(key, ".")
		switch prefix {
		case "slot", "ask", "option", "scenario", "symptom", "layer", "rule", "status", "reason", "handoff", "outcome", "fix", "source":
			if !want[key] && !slices.Contains(others, key) {
				t.Errorf("message %s names nothing that exists", key)
			}
		case "fact":
			if _, ok := p.cat.Slot(id); !ok {
				t.Errorf("message %s is about no diagnostic", key)
			}
		}
	}
}

// literalKeys collects the keys that stand in the core's sources, and the
// prefixes of those that are put together there.
func literalKeys(t *testing.T) (keys []string, prefixes []string) {
	t.Helper()
	files, err := filepath.Glob("../../../triage/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources of the core found (%v)", err)
	}
	text := func(e ast.Expr) string {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value)
			return s
		}
		return ""
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); !ok || id.Name != "Key" {
					return true
				}
				if s := text(n.Value); s != "" {
					keys = append(keys, s)
				} else if sum, ok := n.Value.(*ast.BinaryExpr); ok && text(sum.X) != "" {
					prefixes = append(prefixes, text(sum.X))
				}
			case *ast.CallExpr:
				for _, arg := range n.Args {
					if s := text(arg); regexp.MustCompile(`^(button|desk)\.[a-z_]+$`).MatchString(s) {
						keys = append(keys, s)
					}
				}
			}
			return true
		})
	}
	slices.Sort(keys)
	return slices.Compact(keys), prefixes
}

// anything draws what may happen next to a case.
func anything(r *rand.Rand, s *play) {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	cat := s.p.Catalogue
	engineer := pick("Kim", "Lee")
	switch r.IntN(12) {
	case 0, 1, 2, 3, 4:
		reading := triage.Reading{Act: triage.Acts()[r.IntN(len(triage.Acts()))], ActConfidence: r.Float64(), Wait: r.IntN(9) == 0, Unknown: r.IntN(9) == 0, Yes: r.IntN(9) == 0, No: r.IntN(9) == 0, Adds: r.IntN(3) == 0}
		if r.IntN(3) == 0 {
			reading.Symptoms = []string{cat.Symptoms[r.IntN(len(cat.Symptoms))].ID}
			reading.Regions, reading.Severity = []string{pick("TH", "BR", "035")}, triage.Severity(pick("", "P1", "P2", "P3", "P4"))
			reading.Facts = map[string]string{"users": pick("1", "2", "5", "2000"), "scope": pick("all", "many", "some", "one"), "version": "4.2.1", "error_code": "-1307", "stream_id": "live_1", "network": pick("wifi", "AIS")}
		}
		if r.IntN(3) == 0 {
			reading.Scenario = cat.Scenarios[r.IntN(len(cat.Scenarios))].ID
		}
		if r.IntN(9) == 0 {
			reading.WantsLang = s.lang
		}
		s.write(pick("words", "4.2.1", "**bold** <!channel>"), reading)
	case 5, 6:
		slot := cat.Slots[r.IntN(len(cat.Slots))].ID
		value := "4.2.1"
		if list := cat.OptionsOf(slot); len(list) > 0 {
			value = append(list, triage.Unknown)[r.IntN(len(list)+1)]
		}
		s.click(triage.ActionSlot+slot, value)
	case 7:
		if action := pick(triage.ActionFixed, triage.ActionNotFixed, triage.ActionHuman, triage.ActionLang); action == triage.ActionLang {
			s.click(action, s.lang)
		} else {
			s.click(action, "C1")
		}
	case 8:
		s.desk(triage.EventDeskClicked, engineer, pick(triage.ActionClaim, triage.ActionEscalate, triage.ActionResolve, triage.ActionDraft, triage.ActionSendDraft, triage.ActionOriginal))
	case 9:
		s.desk(triage.EventDeskMessage, engineer, pick("Please try again", "// internal"))
	case 10:
		s.do(triage.Event{Kind: triage.EventForm, By: s.nok, MessageID: "f", Fields: map[string]string{"region": "TH", "symptom": "stutter"}})
	default:
		name := pick(triage.TimerNudge, triage.TimerClose)
		s.do(triage.Event{Kind: triage.EventTimer, Timer: name, Due: s.c.Timers[name]})
	}
}

// atoms are the pieces an effect is put together from: its keys with the kinds
// of their arguments, and of a card what is said of the case.
func atoms(e triage.Effect) []string {
	out := []string{string(e.Kind) + " to " + string(e.To)}
	for _, key := range keysOf(e) {
		out = append(out, "say "+key)
	}
	for _, m := range e.Lines {
		for name, a := range m.Args {
			out = append(out, m.Key+" "+name+" "+string(a.Kind))
		}
	}
	if e.Card != nil {
		out = append(out, "status "+string(e.Card.Status), "reason "+string(e.Card.Reason), "outcome "+string(e.Card.Outcome), "rule "+e.Card.SeverityRule, fmt.Sprint("level ", e.Card.Level > 1))
		for _, f := range e.Card.Fixes {
			out = append(out, "fix "+string(f.Outcome))
		}
		for _, d := range e.Card.Diagnosis {
			out = append(out, "known "+d.Slot+"="+d.Fact.Value+" "+string(d.Fact.Source))
		}
	}
	return out
}

// played plays stories, the same every time, and keeps each effect that shows
// something no earlier one did.
func played(t *testing.T) []triage.Effect {
	t.Helper()
	seen := map[string]bool{}
	var out []triage.Effect
	r := rand.New(rand.NewPCG(1, 2))
	fixes := []string{"", "black-screen", "showroom-stutter-blur"}
	for story := range 900 {
		s := newPlay(t, "en", fixes[story%len(fixes)])
		s.p.Model = story%2 == 1
		s.collect = func(effects []triage.Effect) {
			for _, e := range effects {
				if !shows(e) {
					continue
				}
				news := false
				for _, a := range atoms(e) {
					news = news || !seen[a]
					seen[a] = true
				}
				if news {
					out = append(out, e)
				}
			}
		}
		s.write("it is broken", []triage.Reading{stutters, outage, {Act: triage.ActGreeting}, {Act: triage.ActOther}, {Act: triage.ActQuestion}}[story%5])
		for range 14 {
			anything(r, s)
		}
	}
	return out
}

func shows(e triage.Effect) bool {
	switch e.Kind {
	case triage.EffectSay, triage.EffectCard, triage.EffectRelay, triage.EffectRevise:
		return true
	}
	return false
}

func keysOf(e triage.Effect) []string {
	var out []string
	for _, l := range e.Lines {
		out = append(out, l.Key)
	}
	for _, o := range e.Options {
		out = append(out, o.Label.Key)
	}
	for _, m := range e.Menus {
		out = append(out, m.Hint.Key)
		for _, o := range m.Options {
			out = append(out, o.Label.Key)
		}
	}
	return out
}

// leftover is what a text must not show: a template, a missing argument, or a
// key that no catalogue has.
var leftover = regexp.MustCompile(`\{\{|\}\}|no value|%!|\b(ask|slot|option|scenario|symptom|layer|handoff|reason|rule|status|outcome|fix|source|fact|button|card|desk|propose|verdict|resolved|reopened)\.[a-z_]+`)

// TestEveryMessageOfTheCore plays stories until every key of the core has been
// said, and says each in every language.
func TestEveryMessageOfTheCore(t *testing.T) {
	effects := played(t)
	said := map[string]bool{}
	for _, e := range effects {
		for _, key := range keysOf(e) {
			said[key] = true
		}
	}
	keys, prefixes := literalKeys(t)
	if len(keys) < 30 || len(prefixes) < 3 {
		t.Fatalf("%d keys and %d prefixes found in the core's sources; is the search right?", len(keys), len(prefixes))
	}
	for _, key := range keys {
		if !said[key] {
			t.Errorf("no story says %s; is it reachable?", key)
		}
	}
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(said)), func(k string) bool { return strings.HasPrefix(k, prefix) }) {
			t.Errorf("no story says a message of %s…", prefix)
		}
	}
	for _, lang := range i18n.Languages() {
		r := renderer(t, lang)
		for _, e := range effects {
			e.Lang = lang
			checkRendered(t, r, e, lang)
		}
	}
	t.Logf("%d different messages in %d languages", len(effects), len(i18n.Languages()))
}

func checkRendered(t *testing.T, r *render.Renderer, e triage.Effect, lang string) {
	t.Helper()
	out, err := r.Render(e, nil)
	if err != nil {
		t.Errorf("%s: %v: %v", lang, keysOf(e), err)
		return
	}
	if out.Lang != lang || out.RTL != i18n.RTL(lang) {
		t.Errorf("%s: %v is in %s (right to left: %t)", lang, keysOf(e), out.Lang, out.RTL)
	}
	check := func(what, text string) {
		if strings.TrimSpace(text) == "" || leftover.MatchString(text) {
			t.Errorf("%s: %v: the %s is %q", lang, keysOf(e), what, text)
		}
	}
	if e.Kind == triage.EffectSay || e.Kind == triage.EffectCard {
		check("text", out.Text)
	}
	for _, c := range labels(out) {
		check("label", c)
	}
	if out.Card != nil {
		for _, f := range append(slices.Clone(out.Card.Fields), out.Card.Notes...) {
			check("field", f.Label)
			check("value of "+f.Label, f.Value)
		}
	}
	if len(e.Options) != len(out.Choices) || len(e.Menus) != len(out.Menus) {
		t.Errorf("%s: %v has %d choices and %d menus, want %d and %d", lang, keysOf(e), len(out.Choices), len(out.Menus), len(e.Options), len(e.Menus))
	}
}

func labels(out bot.Outbound) []string {
	var list []string
	for _, c := range out.Choices {
		list = append(list, c.Label)
	}
	for _, m := range out.Menus {
		list = append(list, m.Hint)
		for _, o := range m.Options {
			list = append(list, o.Label)
		}
	}
	return list
}
