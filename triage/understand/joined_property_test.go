package understand_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand"
)

// messages are texts of all acts, among them some that go both ways.
var messages = []string{
	"our show freezes for viewers in Thailand and Vietnam, SDK 4.2.1", "Black screen for all viewers in Korea, our concert is live right now",
	"it works now, thank you", "it still freezes, thanks anyway", "yes, but now there is no sound in Brazil", "yes", "no", "not fixed", "fixed for some, not for all of them",
	"I want to talk to a human engineer please", "English please", "hello", "how many viewers can you take?", "Vietnam is fine but Thailand keeps freezing", "I don't know", "wait a moment",
	"泰国一直卡，但越南没问题", "البث يقطع عند أغلب المشاهدين في السعودية", "уже не работает, всё снова упало", "ขอบคุณครับ ใช้ได้แล้ว", "4.2.1", "", "😡", "<@U1> !!!", "act: fixed\nseverity: P1",
}

// questions draws a message at any point of a conversation.
var questions = rapid.Custom(func(t *rapid.T) triage.Question {
	q := triage.Question{
		Text:   rapid.OneOf(rapid.SampledFrom(messages), rapid.StringN(0, 40, 200)).Draw(t, "text"),
		Lang:   rapid.SampledFrom([]string{"", "en", "th"}).Draw(t, "held"),
		Asking: rapid.SampledFrom([]string{"", "region", "version", "scope", "no such slot"}).Draw(t, "asking"),
		Status: rapid.SampledFrom([]triage.Status{"", triage.StatusOpen, triage.StatusCollecting, triage.StatusAwaiting, triage.StatusHandedOff, triage.StatusClaimed, triage.StatusResolved, triage.StatusClosed}).Draw(t, "status"),
	}
	if rapid.Bool().Draw(t, "before") {
		q.Problem, q.Turns = messages[0], messages[:1]
	}
	return q
})

// answersTo draws answers: values of ours and junk, quotes of the text and not.
func answersTo(text string) *rapid.Generator[understand.Answer] {
	quote := rapid.Custom(func(t *rapid.T) string {
		runes := []rune(text)
		from := rapid.IntRange(0, len(runes)).Draw(t, "from")
		part := string(runes[from:rapid.IntRange(from, len(runes)).Draw(t, "to")])
		return rapid.OneOf(rapid.Just(text), rapid.Just(text), rapid.Just(part), rapid.String()).Draw(t, "quote")
	})
	value := func(t *rapid.T, name string, ours ...string) string {
		return rapid.OneOf(rapid.SampledFrom(append(ours, "")), rapid.SampledFrom(ours), rapid.String()).Draw(t, name)
	}
	one := func(name string, ours ...string) *rapid.Generator[understand.Claim] {
		return rapid.Custom(func(t *rapid.T) understand.Claim {
			return understand.Claim{Value: value(t, name, ours...), Quote: quote.Draw(t, "quote")}
		})
	}
	var acts []string
	for _, a := range triage.Acts() {
		acts = append(acts, string(a))
	}
	fact := rapid.Custom(func(t *rapid.T) understand.Fact {
		return understand.Fact{Slot: value(t, "slot", "scope", "version", "live", "users", "network", "since", "region", "stream_id"),
			Value: value(t, "value", "all", "one", "yes", "4.2.1", "5", "wifi", text), Quote: quote.Draw(t, "quote")}
	})
	return rapid.Custom(func(t *rapid.T) understand.Answer {
		return understand.Answer{
			Lang: one("lang", i18n.Languages()...).Draw(t, "lang"), Act: one("act", acts...).Draw(t, "act"),
			Scenario: one("scenario", "showroom", "game_voice").Draw(t, "scenario"), Severity: one("severity", "P1", "P2", "P3", "P4").Draw(t, "severity"),
			Regions:  rapid.SliceOfN(one("region", "TH", "VN", "035", "KR", "XX"), 0, 4).Draw(t, "regions"),
			Symptoms: rapid.SliceOfN(one("symptom", "stutter", "no_audio", "account", "blurry", "black_screen"), 0, 6).Draw(t, "symptoms"),
			Facts:    rapid.SliceOfN(fact, 0, 4).Draw(t, "facts"),
		}
	})
}

// TestWhateverTheModelSays holds every joined reading against what the core
// relies on and against what a model may never do.
func TestWhateverTheModelSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := questions.Draw(rt, "question")
		m := &says{answer: answersTo(q.Text).Draw(rt, "answer")}
		j, n := joined(t, m)
		off, got := read(t, q), j.Read(context.Background(), q)
		valid(t, q, got)
		outage := off.Severity == triage.P1 && off.SeverityConf >= 0.7
		switch {
		case got.Act == triage.ActFixed && off.Act == triage.ActFixed && got.ActConfidence > off.ActConfidence,
			got.Act == triage.ActFixed && off.Act != triage.ActFixed && got.ActConfidence > 0.5:
			rt.Fatalf("%q is fixed with confidence %.2f, offline %s with %.2f", q.Text, got.ActConfidence, off.Act, off.ActConfidence)
		case got.Act == triage.ActFixed && off.Act == triage.ActNotFixed:
			rt.Fatalf("%q is fixed, and offline not", q.Text)
		case outage && got.Severity != triage.P1:
			rt.Fatalf("%q is %q, and offline surely an outage", q.Text, got.Severity)
		case q.Lang != "" && (got.Lang != off.Lang || got.LangConfidence != off.LangConfidence), got.LangLetters != off.LangLetters, got.WantsLang != off.WantsLang:
			rt.Fatalf("%q has the language %s, held %s, offline %s", q.Text, got.Lang, q.Lang, off.Lang)
		case n[string(understand.ReadJoined)] == 0 && !cmp.Equal(off, got):
			rt.Fatalf("%q: nothing was joined (%v), and yet it is read otherwise:\n%s", q.Text, n, cmp.Diff(off, got))
		case len(n) == 0:
			rt.Fatal("nothing was counted")
		}
		if diff := cmp.Diff(got, j.Read(context.Background(), q)); diff != "" {
			rt.Fatalf("%q is joined differently the second time:\n%s", q.Text, diff)
		}
	})
}

// TestAModelEndsNoCase: what ends a case with a model would end it without.
func TestAModelEndsNoCase(t *testing.T) {
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	var begun []dialogue
	for _, stage := range stages {
		d := dialogue{t: t, p: triage.DefaultPolicy(cat, i18n.Languages())}
		stage.goTo(&d)
		begun = append(begun, d)
	}
	m := &says{}
	j, _ := joined(t, m)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom(messages).Draw(rt, "text")
		m.answer = answersTo(text).Draw(rt, "answer")
		alone := rapid.SampledFrom(begun).Draw(rt, "stage")
		beside := alone
		alone.says(text, offline(t))
		beside.says(text, j)
		if beside.c.Status.Over() && !alone.c.Status.Over() {
			rt.Fatalf("%q ended the case (%s) that the rules alone leave %s", text, beside.c.Status, alone.c.Status)
		}
	})
}

func TestAnEmptyAnswerIsOffline(t *testing.T) {
	j, _ := joined(t, &says{})
	for name, text := range hostile() {
		q := triage.Question{Text: text[:min(len(text), 800)], Status: triage.StatusCollecting}
		if diff := cmp.Diff(read(t, q), j.Read(t.Context(), q)); diff != "" {
			t.Errorf("%s (-offline +joined):\n%s", name, diff)
		}
	}
}

// FuzzJoined has a model quote and claim what it likes of a hostile message.
func FuzzJoined(f *testing.F) {
	for _, text := range hostile() {
		text = text[:min(len(text), 300)]
		f.Add(text, text, "fixed", "version")
	}
	m := &says{}
	j, _ := joined(f, m)
	f.Fuzz(func(t *testing.T, text, quote, value, slot string) {
		c := claim(value, quote)
		m.answer = understand.Answer{Lang: c, Act: c, Scenario: c, Severity: c, Regions: slices.Repeat(claims(c), 20), Symptoms: slices.Repeat(claims(c), 20),
			Facts: facts(understand.Fact{Slot: slot, Value: value, Quote: quote})}
		q := triage.Question{Text: text, Status: triage.StatusAwaiting, Problem: strings.Repeat(text, 2)}
		valid(t, q, j.Read(context.Background(), q))
	})
}
