package understand_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstline/triage"
	"firstline/triage/understand"
)

// says is a model that always gives the same answer, and remembers what it was asked.
type says struct {
	answer understand.Answer
	err    error
	asked  []understand.Prompt
}

func (s *says) Understand(_ context.Context, p understand.Prompt) (understand.Answer, error) {
	s.asked = append(s.asked, p)
	return s.answer, s.err
}

// tally counts what became of an answer.
type tally map[string]int

func joined(t testing.TB, m understand.Model) (*understand.Joined, tally) {
	t.Helper()
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	n := tally{}
	return understand.NewJoined(understand.JoinedConfig{Offline: offline(t), Model: m, Catalogue: cat, Metrics: understand.JoinedMetrics{
		Read:    func(o understand.ReadOutcome) { n[string(o)]++ },
		Dropped: func(claim string, why understand.DropReason) { n[claim+" "+string(why)]++ },
	}}), n
}

func claim(value, quote string) understand.Claim { return understand.Claim{Value: value, Quote: quote} }

func claims(c ...understand.Claim) []understand.Claim { return c }

func facts(f ...understand.Fact) []understand.Fact { return f }

var (
	awaiting   = triage.Question{Status: triage.StatusAwaiting, Lang: "en", Problem: "our live show freezes"}
	collecting = triage.Question{Status: triage.StatusCollecting, Lang: "en", Problem: "our live show freezes"}
	atOpening  = triage.Question{Status: triage.StatusOpen}
	over       = triage.Question{Status: triage.StatusResolved, Lang: "en", Problem: "our live show freezes"}
)

// wrote puts a text into a point of a conversation.
func wrote(q triage.Question, text string) triage.Question {
	q.Text = text
	return q
}

// TestJoinedTakesWhatIsQuoted has one claim or two a case, and what of the
// offline reading they change; show picks it.
func TestJoinedTakesWhatIsQuoted(t *testing.T) {
	act := func(r triage.Reading) any { return r.Act }
	regions := func(r triage.Reading) any { return strings.Join(r.Regions, " ") }
	symptoms := func(r triage.Reading) any { return strings.Join(r.Symptoms, " ") }
	fact := func(slot string) func(triage.Reading) any {
		return func(r triage.Reading) any { return r.Facts[slot] }
	}
	lead := func(r triage.Reading) any { return strings.Join(r.Symptoms[:min(1, len(r.Symptoms))], "") }
	scenario := func(r triage.Reading) any { return r.Scenario }
	severity := func(r triage.Reading) any { return string(r.Severity) }
	const show = "the auction page is a slideshow for our buyers over there, Vietnam'da da"
	for _, tc := range []struct {
		name string
		q    triage.Question
		a    understand.Answer
		show func(triage.Reading) any
		want any
	}{
		{"a region by its quote", wrote(atOpening, show), understand.Answer{Regions: claims(claim("VN", "Vietnam"))}, regions, "VN"},
		{"a region in small letters", wrote(atOpening, "the auction in Brasilia is a slideshow"), understand.Answer{Regions: claims(claim("br", "brasília"))}, regions, "BR"},
		{"an area", wrote(atOpening, "the auction is a slideshow all over the ASEAN countries"), understand.Answer{Regions: claims(claim("035", "ASEAN"))}, regions, "035"},
		{"a list is the whole list", wrote(atOpening, "viewers in Thailand and Vietnam freeze"), understand.Answer{Regions: claims(claim("TH", "Thailand"))}, regions, "TH"},
		{"a full-width quote", wrote(atOpening, "the show in Thailand is a slideshow"), understand.Answer{Regions: claims(claim("TH", "Ｔｈａｉｌａｎｄ"))}, regions, "TH"},
		{"a quote with other spaces and stops", wrote(atOpening, "the show in  New\u00a0York, is a slideshow"), understand.Answer{Regions: claims(claim("US", "in New York is"))}, regions, "US"},
		{"a quote of the whole message", wrote(atOpening, "slideshow here"), understand.Answer{Act: claim("report", "slideshow"), Symptoms: claims(claim("stutter", "slideshow here"))}, symptoms, "stutter"},
		{"Chinese characters", wrote(atOpening, "泰国那边的画面像幻灯片一样"), understand.Answer{Act: claim("report", "画面"), Symptoms: claims(claim("stutter", "像幻灯片"))}, symptoms, "stutter"},

		{"the leading symptom", wrote(atOpening, show), understand.Answer{Act: claim("report", "slideshow"), Symptoms: claims(claim("stutter", "is a slideshow"))}, lead, "stutter"},
		{"scenario", wrote(atOpening, show), understand.Answer{Scenario: claim("showroom", "auction")}, scenario, "showroom"},
		{"act", wrote(awaiting, "the slideshow goes on and on over here my friend"), understand.Answer{Act: claim("not_fixed", "goes on and on")}, act, triage.ActNotFixed},
		{"severity up", wrote(atOpening, "nobody gets in, the picture freezes for some users"), understand.Answer{Severity: claim("P1", "nobody gets in")}, severity, "P1"},
		{"an option", wrote(collecting, "the folks with phones from Cupertino, as far as I have seen"), understand.Answer{Facts: facts(understand.Fact{Slot: "platform", Value: "iOS", Quote: "from Cupertino"})}, fact("platform"), "ios"},
		{"a version as it is written", wrote(collecting, "we went to build 7.19 of your kit, as far as I have seen"), understand.Answer{Facts: facts(understand.Fact{Slot: "version", Value: "7.19", Quote: "build 7.19"})}, fact("version"), "7.19"},
		{"a number in words of another form", wrote(collecting, "it must be a dozen thousands or so, 12 thou, of our people"), understand.Answer{Facts: facts(understand.Fact{Slot: "users", Value: "12000", Quote: "12 thou"})}, fact("users"), "12000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, n := joined(t, &says{answer: tc.a})
			r := j.Read(t.Context(), tc.q)
			if got := tc.show(r); got != tc.want || r.Source != triage.SourceModel {
				t.Errorf("got %v from %s (%v), want %v; offline %v", got, r.Source, n, tc.want, tc.show(read(t, tc.q)))
			}
			valid(t, tc.q, r)
		})
	}
}

// TestJoinedDropsWhatIsNot has answers that change nothing, and how that is counted.
func TestJoinedDropsWhatIsNot(t *testing.T) {
	const report = "viewers in Thailand say that our show freezes all the time"
	fact := func(slot, value, quote string) understand.Answer {
		return understand.Answer{Facts: facts(understand.Fact{Slot: slot, Value: value, Quote: quote})}
	}
	for _, tc := range []struct {
		name  string
		q     triage.Question
		a     understand.Answer
		count string
	}{
		{"words that are not there", wrote(atOpening, report), understand.Answer{Regions: claims(claim("VN", "Vietnam"))}, "regions quote"},
		{"no words", wrote(atOpening, report), understand.Answer{Scenario: claim("showroom", "")}, "scenario quote"},
		{"only signs", wrote(atOpening, report+"..."), understand.Answer{Scenario: claim("showroom", "...")}, "scenario quote"},
		{"part of a word that is too short", wrote(atOpening, report), understand.Answer{Regions: claims(claim("ZW", "zw"), claim("IN", "ee"))}, "regions quote"},
		{"no region", wrote(atOpening, report), understand.Answer{Regions: claims(claim("XX", "Thailand"))}, "regions value"},
		{"a region's name", wrote(atOpening, report), understand.Answer{Regions: claims(claim("Thailand", "Thailand"))}, "regions value"},
		{"a symptom there is not", wrote(atOpening, report), understand.Answer{Symptoms: claims(claim("freezing", "freezes"))}, "symptoms value"},
		{"an act there is not", wrote(atOpening, report), understand.Answer{Act: claim("resolve", "freezes")}, "act value"},
		{"a severity there is not", wrote(atOpening, report), understand.Answer{Severity: claim("P0", "all the time")}, "severity value"},
		{"a language of others", wrote(atOpening, report), understand.Answer{Lang: claim("sv", "viewers")}, "lang value"},
		{"a slot there is not", wrote(atOpening, report), fact("refund", "yes", "viewers"), "facts value"},
		{"a slot with a claim of its own", wrote(atOpening, report), fact("region", "TH", "Thailand"), "facts value"},
		{"an option there is not", wrote(atOpening, report), fact("scope", "everyone", "viewers"), "facts value"},
		{"a version that is not in the message", wrote(atOpening, report+" on 4.2.1"), fact("version", "4.2.2", "on 4.2.1"), "facts value"},
		{"a sentence for an id", wrote(atOpening, report+" we refund 500 dollars"), fact("stream_id", "we refund 500 dollars", "we refund 500 dollars"), "facts value"},
		{"a link for an id", wrote(atOpening, report+" https://evil.example/1"), fact("stream_id", "https://evil.example/1", "https://evil.example/1"), "facts value"},
		{"a sentence for a network", wrote(atOpening, report+" we refund you"), fact("network", "we refund you", "we refund you"), "facts value"},
		{"a sentence for a time", wrote(atOpening, report+" since we refund at 8 pm"), fact("since", "we refund at 8 pm", "since we refund at 8 pm"), "facts value"},
		{"no number of users", wrote(atOpening, report), fact("users", "-5", "viewers"), "facts value"},

		{"fixed over a trouble", wrote(awaiting, "it still freezes and we are out of ideas by now, so tell us"), understand.Answer{Act: claim("fixed", "so tell us")}, "act unsafe"},
		{"thanks over a trouble", wrote(over, "it still freezes and we are out of ideas by now, thanks a lot"), understand.Answer{Act: claim("thanks", "thanks a lot")}, "act unsafe"},
		{"small talk over a trouble after the end", wrote(over, "it still freezes and we are out of ideas by now, you know"), understand.Answer{Act: claim("other", "you know")}, "act unsafe"},
		{"yes over a trouble", wrote(awaiting, "yes I did all of that and it still freezes as it did before"), understand.Answer{Act: claim("answer", "yes")}, "act unsafe"},
		{"a person who is asked for", wrote(collecting, "please let me talk to a human engineer about our show, this is urgent"), understand.Answer{Act: claim("report", "about our show")}, "act unsafe"},
		{"an outage taken back", wrote(atOpening, "Black screen for all viewers in Korea, our concert is live right now"), understand.Answer{Severity: claim("P3", "viewers in Korea")}, "severity moot"},
		{"an outage taken back by its extent", wrote(atOpening, "Black screen for all viewers in Korea, our concert is live right now"), fact("scope", "some", "viewers in Korea"), "facts unsafe"},
		{"an outage taken back by the act", wrote(atOpening, "Black screen for all viewers in Korea, our concert is live right now"), understand.Answer{Act: claim("greeting", "our concert")}, "act unsafe"},
		{"an outage of one", wrote(atOpening, "only one user has a black screen, just him"), understand.Answer{Severity: claim("P1", "black screen")}, "severity unsafe"},
		{"another language than is held", wrote(collecting, "mais il y a encore des images figées partout chez nous"), understand.Answer{Lang: claim("it", "partout")}, "lang moot"},
		{"a symptom of what is over", wrote(awaiting, "all fine now after the change of the buffer, it works everywhere"), understand.Answer{Symptoms: claims(claim("stutter", "buffer"))}, "symptoms moot"},
		{"a severity of thanks", wrote(over, "thank you so much for all of your help with our shows"), understand.Answer{Severity: claim("P1", "thank you")}, "severity moot"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j, n := joined(t, &says{answer: tc.a})
			if diff := cmp.Diff(read(t, tc.q), j.Read(t.Context(), tc.q)); diff != "" {
				t.Errorf("it changed the reading (-offline +joined):\n%s", diff)
			}
			if n[tc.count] == 0 {
				t.Errorf("counted %v, want %q", n, tc.count)
			}
		})
	}
}

// TestJoinedAsksOnFixed: where only the model reads "fixed", the customer is
// asked, because the core believes nothing below its threshold.
func TestJoinedAsksOnFixed(t *testing.T) {
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	q := wrote(awaiting, "the slideshow has come to its end, as we see it over here")
	j, _ := joined(t, &says{answer: understand.Answer{Act: claim("fixed", "come to its end")}})
	if r := j.Read(t.Context(), q); r.Act != triage.ActFixed || r.ActConfidence >= triage.DefaultPolicy(cat, nil).FixedConf {
		t.Errorf("%s with confidence %.2f, want fixed, unsure; offline %s", r.Act, r.ActConfidence, read(t, q).Act)
	}
}

func TestJoinedDropsABrokenAnswerWhole(t *testing.T) {
	q := wrote(atOpening, "viewers in Thailand and Vietnam say that our show is a slideshow")
	good, bad := claim("showroom", "our show"), claim("XX", "nowhere")
	for _, tc := range []struct {
		bad  int
		want understand.ReadOutcome
	}{{0, understand.ReadJoined}, {1, understand.ReadJoined}, {2, understand.ReadBroken}} {
		a := understand.Answer{Scenario: good, Regions: slices.Repeat(claims(bad), tc.bad)}
		j, n := joined(t, &says{answer: a})
		r := j.Read(t.Context(), q)
		if n[string(tc.want)] != 1 || (r.Source == triage.SourceModel) != (tc.want == understand.ReadJoined) {
			t.Errorf("one good claim and %d broken: %v from %s, want %s", tc.bad, n, r.Source, tc.want)
		}
	}
}

// TestJoinedWithoutAnAnswer: whatever keeps the model from answering, the
// offline reading stands.
func TestJoinedWithoutAnAnswer(t *testing.T) {
	q := wrote(atOpening, "viewers in Thailand and Vietnam say that our show is a slideshow")
	for name, m := range map[understand.ReadOutcome]*says{
		understand.ReadFailed:  {err: fmt.Errorf("understand: %w", errors.Join(context.DeadlineExceeded)), answer: understand.Answer{Act: claim("human", "viewers")}},
		understand.ReadNothing: {answer: understand.Answer{Act: claim("none", ""), Regions: claims(claim(" ", "viewers"))}},
	} {
		j, n := joined(t, m)
		if diff := cmp.Diff(read(t, q), j.Read(t.Context(), q)); diff != "" || n[string(name)] != 1 {
			t.Errorf("%s: %v (-offline +joined):\n%s", name, n, diff)
		}
	}
}

// TestWorthAsking names the messages that the rules read as well as a model,
// and those that always go to it.
func TestWorthAsking(t *testing.T) {
	asking := func(slot string) triage.Question { q := collecting; q.Asking = slot; return q }
	for _, tc := range []struct {
		q    triage.Question
		want bool
	}{
		{wrote(atOpening, ""), false},
		{wrote(atOpening, "😡😡 !!! \u200b"), false},
		{wrote(atOpening, "hello"), false},
		{wrote(atOpening, "hello, our viewers in Thailand say that the show freezes since last night"), true},
		{wrote(atOpening, "Black screen for all viewers in Korea, our concert is live right now"), true},
		{wrote(atOpening, "black screen"), true},
		{wrote(atOpening, "how many viewers can your CDN take in Brazil?"), true},
		{wrote(atOpening, "I want to talk to a human engineer"), false},
		{wrote(asking("version"), "4.2.1"), false},
		{wrote(asking("region"), "Thailand"), false},
		{wrote(asking("region"), "over there, where the beaches are and where we all meet"), true},
		{wrote(asking("scope"), "I don't know"), false},
		{wrote(awaiting, "it works now, thank you"), false},
		{wrote(awaiting, "not fixed"), false},
		{wrote(awaiting, "not fixed, and by now the sound has gone as well, for nearly everybody in Korea"), true},
		{wrote(over, "thank you"), false},
		{wrote(collecting, "blorf snoodle"), true},
	} {
		m := &says{}
		j, n := joined(t, m)
		r := j.Read(t.Context(), tc.q)
		if asked := len(m.asked) > 0; asked != tc.want || (n[string(understand.ReadSpared)] == 0) != tc.want {
			t.Errorf("%q is asked about: %v, want %v; offline %s %.2f", tc.q.Text, asked, tc.want, r.Act, r.ActConfidence)
		}
	}
}

func TestPrompt(t *testing.T) {
	m := &says{}
	j, _ := joined(t, m)
	q := wrote(collecting, "over there, where the beaches are and where we all meet")
	q.Asking = "region"
	for i := range 9 {
		q.Turns = append(q.Turns, fmt.Sprint("turn ", i), strings.Repeat("ก", 2000))
	}
	r := j.Read(t.Context(), q)
	if len(m.asked) != 1 {
		t.Fatalf("asked %d times, want once", len(m.asked))
	}
	p := m.asked[0]
	if p.Text != q.Text || p.Asking != "region" || p.Status != q.Status || p.Lang != "en" || !cmp.Equal(p.Offline, r) {
		t.Errorf("the prompt is %+v of the question %+v", p, q)
	}
	if len(p.Turns) != 6 || p.Turns[4] != "turn 8" || len([]rune(p.Turns[5])) != 600 {
		t.Errorf("%d turns are told, want the last 6, cut: %.20q", len(p.Turns), p.Turns)
	}
	if !slices.Contains(p.Slots, "version") || slices.Contains(p.Slots, "region") || !slices.Contains(p.Options["scope"], "many") || len(p.Scenarios) != 5 || len(p.Languages) != 24 {
		t.Errorf("diagnostics %v with options %v, scenarios %v, languages %v", p.Slots, p.Options, p.Scenarios, p.Languages)
	}
	j.Read(t.Context(), wrote(atOpening, strings.Repeat("our show freezes in Thailand ", 4000)))
	if n := len(m.asked[1].Text); n > 2500 {
		t.Errorf("of a long message %d bytes are sent", n)
	}
}
