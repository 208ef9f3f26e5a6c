package understand

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"firstline/i18n"
	"firstline/triage"
)

// Joined reads a message offline and, where that is worth the time and the
// money, with a language model beside it.
//
// The offline reading comes first, always; what the model says is laid over it
// field by field, and only where it quotes words that are in the message. What
// would cost a customer most is not the model's to decide: it never ends a case
// that the rules alone would not end (where it says "fixed", the customer is
// asked, and not even that where the words go against it), never takes back a
// wish for a person or an outage, and leaves the conversation's language to the
// rules that hold it.
// A model that is late, down or talks nonsense is not noticed: the offline
// reading stands. It is safe for concurrent use if the model is.
type Joined struct {
	offline   *Offline
	model     Model
	catalogue *triage.Catalogue
	languages []string
	places    map[string]bool // ISO 3166-1 and M.49 codes that are known here
	prompt    Prompt          // what every prompt has
	metrics   JoinedMetrics
}

// JoinedConfig is what a [Joined] is made of. Languages and Metrics may be left
// out.
type JoinedConfig struct {
	Offline   *Offline
	Model     Model
	Catalogue *triage.Catalogue
	Languages []string // BCP 47 tags the bot speaks; default: all of ours
	Metrics   JoinedMetrics
}

// JoinedMetrics are told what came of a model's answers. Every field may be nil;
// all must be safe for concurrent use. No value ever carries words of a message.
type JoinedMetrics struct {
	Read    func(ReadOutcome)                  // a message was read
	Dropped func(claim string, why DropReason) // a claim was not taken; claim is a field of [Answer]
}

// ReadOutcome is what the model had to do with a reading.
type ReadOutcome string

// The outcomes.
const (
	ReadSpared  ReadOutcome = "spared"  // not worth asking
	ReadJoined  ReadOutcome = "joined"  // at least one claim was taken
	ReadNothing ReadOutcome = "nothing" // it claimed nothing that could be taken
	ReadBroken  ReadOutcome = "broken"  // most claims were broken, so none was believed
	ReadFailed  ReadOutcome = "failed"  // there was no answer
)

// DropReason says why a claim was not taken.
type DropReason string

// The reasons. A claim with one of the first two is broken.
const (
	DropQuote  DropReason = "quote"  // the words are not in the message
	DropValue  DropReason = "value"  // no catalogue, list or form has the value
	DropUnsafe DropReason = "unsafe" // it is not the model's to decide alone
	DropMoot   DropReason = "moot"   // it does not go with what the message does, or offline is sure
)

// NewJoined puts a model beside the offline understanding.
func NewJoined(c JoinedConfig) *Joined {
	if len(c.Languages) == 0 {
		c.Languages = i18n.Languages()
	}
	if c.Metrics.Read == nil {
		c.Metrics.Read = func(ReadOutcome) {}
	}
	if c.Metrics.Dropped == nil {
		c.Metrics.Dropped = func(string, DropReason) {}
	}
	return &Joined{
		offline: c.Offline, model: c.Model, catalogue: c.Catalogue, languages: c.Languages,
		places: c.Offline.lex.placeCodes(), prompt: commonPrompt(c.Catalogue, c.Languages), metrics: c.Metrics,
	}
}

// placeCodes gives the codes of all places that the lexicon knows.
func (l *lexicon) placeCodes() map[string]bool {
	out := map[string]bool{}
	for _, entries := range l.table {
		for _, e := range entries {
			if e.place() {
				out[e.id] = true
			}
		}
	}
	return out
}

// Read understands one message in the light of its conversation. It never
// fails and takes as long as the model's own budget at most.
func (j *Joined) Read(ctx context.Context, q triage.Question) triage.Reading {
	r := j.offline.Read(ctx, q)
	n := normalise(q.Text)
	if !worthAsking(q, r, n) {
		j.metrics.Read(ReadSpared)
		return r
	}
	a, err := j.model.Understand(ctx, j.Prompt(q, r))
	if err != nil {
		j.metrics.Read(ReadFailed) // why is counted and logged by the model
		return r
	}
	return j.join(q, r, n, a)
}

// join lays an answer over the offline reading.
func (j *Joined) join(q triage.Question, r triage.Reading, n normal, a Answer) triage.Reading {
	said := j.check(a, n)
	if said.broken*2 > said.given {
		j.metrics.Read(ReadBroken)
		return r
	}
	m := merge{q: q, r: r, said: said, words: j.offline.signs(n, r.Lang), drop: j.metrics.Dropped}
	joined := m.apply()
	if m.taken == 0 {
		j.metrics.Read(ReadNothing)
		return r
	}
	j.metrics.Read(ReadJoined)
	joined.Source = triage.SourceModel
	return joined
}

// Bounds of what a model is told of the conversation before.
const (
	turnsTold  = 6   // messages
	turnLength = 600 // characters of each
)

// Prompt gives what a model is asked about a message that was read offline as r.
func (j *Joined) Prompt(q triage.Question, r triage.Reading) Prompt {
	p := j.prompt
	p.Text, p.Asking, p.Status, p.Lang, p.Offline = ends(q.Text), q.Asking, q.Status, q.Lang, r
	for _, t := range q.Turns[max(0, len(q.Turns)-turnsTold):] {
		if runes := []rune(t); len(runes) > turnLength {
			t = string(runes[:turnLength])
		}
		p.Turns = append(p.Turns, t)
	}
	return p
}

func commonPrompt(cat *triage.Catalogue, languages []string) Prompt {
	p := Prompt{Languages: languages, Options: map[string][]string{}}
	for _, s := range cat.Scenarios {
		p.Scenarios = append(p.Scenarios, s.ID)
	}
	for _, s := range cat.Symptoms {
		p.Symptoms = append(p.Symptoms, s.ID)
	}
	for _, s := range cat.Slots {
		if ownClaim(s.ID) {
			continue
		}
		p.Slots = append(p.Slots, s.ID)
		if len(s.Options) > 0 {
			p.Options[s.ID] = s.Options
		}
	}
	return p
}

// ownClaim tells that a diagnostic is a field of [Answer], not one of its facts.
func ownClaim(slot string) bool {
	return slot == triage.SlotSymptom || slot == triage.SlotScenario || slot == triage.SlotRegion
}

// signs are what the words of a message say that no model may talk away.
type signs struct {
	trouble bool // a trouble that goes on, is back or is not denied
	person  bool // a person is asked for
}

func (o *Offline) signs(n normal, lang string) signs {
	matches := o.lex.find(n)
	return signs{
		trouble: namesTrouble(matches) || mixed(n, matches, lang) || relapses(n, matches),
		person:  slices.ContainsFunc(matches, func(m match) bool { return m.kind == kindConcept && m.id == "talk_to_human" }),
	}
}

// comparable gives a text as quotes are compared in: its words only, one space
// apart, without marks on Latin letters.
func (n normal) comparable() string {
	var b strings.Builder
	for i, u := range n.units {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(u.text)
	}
	return plain(b.String())
}

// shortestPart is how long a quote must be, in characters, to be found inside
// a word: languages write endings and articles on ("Vietnam'da", "بفيتنام").
const shortestPart = 3

// quotes tells that a text, as [normal.comparable] gives it, has the words of a quote.
func quotes(text, quote string) bool {
	words := normalise(quote).comparable()
	if !strings.ContainsFunc(words, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return false
	}
	return strings.Contains(" "+text+" ", " "+words+" ") || len([]rune(words)) >= shortestPart && strings.Contains(text, words)
}

// level ranks a severity: 1 is the worst, 5 is none.
func level(s triage.Severity) int {
	return cmp.Or(1+slices.Index([]triage.Severity{triage.P1, triage.P2, triage.P3, triage.P4}, s), 5)
}
