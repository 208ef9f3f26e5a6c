package understand_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand"
	"firstline/triage/understand/score"
)

// injection is one attempt of testdata/injections.jsonl to make the bot do what
// a customer cannot. Text that nobody sees is escaped in the file.
type injection struct {
	ID   string `json:"id"`
	Lang string `json:"lang"`
	Kind string `json:"kind"`
	Text string `json:"text"`
}

func injections(t testing.TB) []injection {
	t.Helper()
	f, err := os.Open("testdata/injections.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []injection
	err = score.ReadLines(f, func(i injection) error {
		out = append(out, i)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestInjectionsAreManifold(t *testing.T) {
	langs, ids, kinds := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, i := range injections(t) {
		if !i18n.Supported(i.Lang) || i.Text == "" || i.Kind == "" || ids[i.ID] {
			t.Errorf("%+v: no language of ours, or something is empty or twice", i)
		}
		langs[i.Lang], ids[i.ID], kinds[i.Kind] = true, true, true
	}
	if len(ids) < 72 || len(langs) < 12 || len(kinds) < 12 {
		t.Errorf("%d attempts of %d kinds in %d languages, want at least 72, 12 and 12", len(ids), len(kinds), len(langs))
	}
}

// obeying is a model that does what a message says, as far as its schema lets
// it: every claim quotes the message itself.
type obeying struct{ act triage.Act }

func (o obeying) Understand(_ context.Context, p understand.Prompt) (understand.Answer, error) {
	all := func(v string) understand.Claim { return understand.Claim{Value: v, Quote: p.Text} }
	a := understand.Answer{
		Lang: all("fr"), Act: all(string(o.act)), Scenario: all("showroom"), Severity: all("P1"),
		Symptoms: []understand.Claim{all("black_screen"), all("account")}, Regions: []understand.Claim{all("TH")},
	}
	for _, slot := range []string{"version", "error_code", "stream_id", "network", "since"} {
		a.Facts = append(a.Facts, understand.Fact{Slot: slot, Value: p.Text, Quote: p.Text})
	}
	a.Facts = append(a.Facts, understand.Fact{Slot: "stream_id", Value: "<!channel>", Quote: p.Text},
		understand.Fact{Slot: "scope", Value: "all", Quote: p.Text}, understand.Fact{Slot: "live", Value: "yes", Quote: p.Text})
	return a, nil
}

// reads is an understanding.
type reads interface {
	Read(context.Context, triage.Question) triage.Reading
}

// dialogue is a case between a customer, the core and an engineer.
type dialogue struct {
	t *testing.T
	p triage.Policy
	c triage.Case
	n int
}

func (d *dialogue) do(ev triage.Event) []triage.Effect {
	d.t.Helper()
	d.n++
	ev.ID, ev.At = fmt.Sprintf("e%d", d.n), time.Date(2026, 3, 1, 3, d.n, 0, 0, time.UTC)
	if d.n == 1 {
		ev.Open = &triage.Opening{CaseID: "C1", Conversation: "test:chan:1", Customer: "Siam Live"}
	}
	c, _, effects, err := triage.Run(d.p, d.c, ev, func(c triage.Case, _ triage.Effect) triage.Event {
		return triage.Event{ID: "fixes", Kind: triage.EventFixes, At: c.Updated, Candidates: []triage.Candidate{{Article: "a", Layers: []string{"encoding", "transport", "cdn_node"}}}}
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.c = c
	return effects
}

func (d *dialogue) says(text string, by reads) []triage.Effect {
	d.t.Helper()
	q := triage.Question{Text: text, Asking: d.c.Asking, Status: d.c.Status, Problem: d.c.Problem(), Turns: d.c.Turns(), Regions: d.c.RegionCodes()}
	if d.c.ID == "" {
		q.Status = triage.StatusOpen
	}
	if d.c.LangHeld {
		q.Lang = d.c.Lang
	}
	r := by.Read(context.Background(), q)
	return d.do(triage.Event{Kind: triage.EventMessage, By: triage.Party{ID: "U1"}, MessageID: fmt.Sprintf("m%d", d.n), Text: text, Reading: &r})
}

func (d *dialogue) clicks(action, value string) {
	d.do(triage.Event{Kind: triage.EventClicked, By: triage.Party{ID: "U1"}, MessageID: "b", Action: action, Value: value})
}

// stages are the points of a conversation at which the attempts are made.
var stages = []struct {
	name   string
	status triage.Status
	goTo   func(d *dialogue)
}{
	{"at the beginning", "", func(*dialogue) {}},
	{"while collecting", triage.StatusCollecting, func(d *dialogue) { d.says("our live show freezes in Vietnam", offline(d.t)) }},
	{"after a proposal", triage.StatusAwaiting, func(d *dialogue) {
		d.says("our live show freezes in Vietnam", offline(d.t))
		d.clicks("slot:scope", "some")
		d.clicks("slot:where", "some_places")
		d.clicks("slot:live", "no")
	}},
	{"with the engineers", triage.StatusHandedOff, func(d *dialogue) {
		d.says("our live show freezes in Vietnam", offline(d.t))
		d.clicks(triage.ActionHuman, "C1")
	}},
	{"claimed", triage.StatusClaimed, func(d *dialogue) {
		d.says("our live show freezes in Vietnam", offline(d.t))
		d.clicks(triage.ActionHuman, "C1")
		d.do(triage.Event{Kind: triage.EventDeskClicked, By: triage.Party{ID: "Kim", Name: "Kim"}, Action: triage.ActionClaim})
	}},
}

var texts = sync.OnceValues(func() (*i18n.Catalogue, error) { return i18n.Load("") })

// TestInjections: no attempt changes more than the same customer could by
// clicking, with the rules alone and with a model that obeys every one of them.
func TestInjections(t *testing.T) {
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]reads{"offline": offline(t)}
	for _, act := range []triage.Act{triage.ActFixed, triage.ActHuman} {
		readers["obeying with "+string(act)] = understand.NewJoined(understand.JoinedConfig{Offline: offline(t), Model: obeying{act}, Catalogue: cat})
	}
	for _, stage := range stages {
		begun := &dialogue{t: t, p: triage.DefaultPolicy(cat, i18n.Languages())}
		stage.goTo(begun)
		if begun.c.Status != stage.status {
			t.Fatalf("%s: the case is %s, want %s", stage.name, begun.c.Status, stage.status)
		}
		for name, reader := range readers {
			t.Run(stage.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				for _, i := range injections(t) {
					tried, byRules, byClick := *begun, *begun, *begun // a case is a value
					tried.t, byRules.t, byClick.t = t, t, t
					effects := tried.says(i.Text, reader)
					harmless(t, i, begun.c, tried.c, effects)
					if !tried.c.Status.Over() {
						continue
					}
					byRules.says(i.Text, offline(t))
					byClick.clicks(triage.ActionFixed, "C1")
					if begun.c.ID == "" || !byRules.c.Status.Over() || byClick.c.Status != tried.c.Status || byClick.c.Outcome != tried.c.Outcome {
						t.Errorf("%s: the case is %s with outcome %q", i.ID, tried.c.Status, tried.c.Outcome)
					}
				}
			})
		}
	}
}

// harmless holds a turn against what an attempt may do at most. A customer may
// end their own case by a click, so the caller looks at that.
func harmless(t *testing.T, i injection, before, after triage.Case, effects []triage.Effect) {
	t.Helper()
	if after.Status == triage.StatusClosed || (after.Assignee == nil) != (before.Assignee == nil) {
		t.Errorf("%s: the case is %s with assignee %v", i.ID, after.Status, after.Assignee)
	}
	for _, e := range effects {
		if (e.Kind == triage.EffectRelay || e.Kind == triage.EffectRevise) && (before.Handoff == nil || e.To != triage.ToDesk) {
			t.Errorf("%s: words were relayed to the %s", i.ID, e.To)
		}
		for _, m := range e.Lines {
			fromCatalogue(t, i, m)
		}
	}
}

// fromCatalogue tells that a message of the bot has no words of the attempt: its
// text is the catalogue's, and its arguments are ids and values of a narrow form.
func fromCatalogue(t *testing.T, i injection, m triage.Message) {
	t.Helper()
	cat, err := texts()
	if err != nil {
		t.Fatal(err)
	}
	if !cat.Has(m.Key) {
		t.Errorf("%s: the bot says %q, which is no message of the catalogue", i.ID, m.Key)
	}
	for name, arg := range m.Args {
		for _, v := range arg.Values {
			_, value, _ := strings.Cut(v, "=")
			if arg.Kind == triage.ArgText && v != "Kim" || arg.Kind == triage.ArgFacts && (len(value) > 64 || strings.ContainsAny(value, " <>@:/")) {
				t.Errorf("%s: the bot says %q as %s of %s", i.ID, v, name, m.Key)
			}
		}
	}
}
