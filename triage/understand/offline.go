// Package understand turns a customer's message into a [triage.Reading].
//
// Offline, which always works, has four parts: the language (i18n/langid); a
// lexicon of concepts and a gazetteer in 24 languages, found by hashing
// ([lexicon]); patterns for what has a form of its own (versions, codes, ids);
// and small learned models (i18n/linear) for act, scenario, symptoms and
// severity, which see the text's n-grams and the lexicon's concepts. It is
// deterministic, needs no network and takes well under a millisecond.
//
// The models are trained from corpus/, which the team wrote for the purpose;
// nothing is trained or tuned on the labelled files that measure it. After a
// change of corpus, lexicon or features: go generate ./triage/understand.
package understand

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"firstline/i18n/langid"
	"firstline/i18n/linear"
	"firstline/triage"
)

//go:generate go run ./train

//go:embed lexicon gazetteer models
var data embed.FS

// Data gives the files that are built in.
func Data() fs.FS { return data }

// Offline understands without a network. It is safe for concurrent use.
type Offline struct {
	lex      *lexicon
	lang     *langid.Detector
	act      *linear.Model
	scenario *linear.Model
	symptom  *linear.Model
	severity *linear.Model
}

// New loads the built-in data; files of dir, when not empty, take the place of
// built-in ones of the same name.
func New(dir string) (*Offline, error) {
	var fsys fs.FS = data
	if dir != "" {
		fsys = overlay{os.DirFS(dir), data}
	}
	o := &Offline{lex: newLexicon()}
	if err := o.lex.load(fsys); err != nil {
		return nil, err
	}
	stop, err := readStops(fsys)
	if err != nil {
		return nil, err
	}
	o.lex.stop = stop
	if o.lang, err = langid.New(); err != nil {
		return nil, err
	}
	for name, m := range map[string]**linear.Model{"act": &o.act, "scenario": &o.scenario, "symptom": &o.symptom, "severity": &o.severity} {
		raw, err := fs.ReadFile(fsys, "models/"+name+".bin")
		if err != nil {
			return nil, fmt.Errorf("understand: %w", err)
		}
		if *m, err = linear.Read(raw); err != nil {
			return nil, fmt.Errorf("understand: models/%s.bin: %w", name, err)
		}
	}
	return o, nil
}

type overlay struct{ over, base fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	if f, err := o.over.Open(name); err == nil {
		return f, nil
	}
	return o.base.Open(name)
}

// Detector tells languages apart, as the readings do.
func (o *Offline) Detector() *langid.Detector { return o.lang }

// readStops loads, by phrase, the languages in which a place's name is an
// ordinary word ("lima" is five in Indonesian).
func readStops(fsys fs.FS) (map[uint64]uint32, error) {
	raw, err := fs.ReadFile(fsys, "models/stops.json.gz")
	if err != nil {
		return nil, fmt.Errorf("understand: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("understand: models/stops.json.gz: %w", err)
	}
	out := map[uint64]uint32{}
	if err := json.NewDecoder(z).Decode(&out); err != nil {
		return nil, fmt.Errorf("understand: models/stops.json.gz: %w", err)
	}
	return out, nil
}

// Read understands one message in the light of its conversation. It never
// fails: a text that says nothing gives act "other" and nothing else.
func (o *Offline) Read(_ context.Context, q triage.Question) triage.Reading {
	r := triage.Reading{Source: triage.SourceRead}
	v := o.lang.Detect(q.Text, q.Lang)
	r.Lang, r.LangConfidence, r.LangLetters = v.Lang, v.Confidence, v.Letters
	if v.Lang == "" || v.Letters < 16 && v.Confidence < langFloor {
		r.Lang, r.LangConfidence = firstOf(q.Lang, q.LangHint, "en"), 0
	}
	n := normalise(q.Text)
	if len(n.units) == 0 { // no word at all: emoji, punctuation, invisible characters
		r.Act, r.ActConfidence, r.Facts = triage.ActOther, 1, map[string]string{}
		return r
	}
	matches := o.lex.find(n)
	if q.Lang != "" && heldBy(q, r, n, matches) {
		r.Lang, r.LangConfidence = q.Lang, 0
	}
	lang := r.Lang
	f := features(n, matches)
	r.Regions, r.Unaffected = o.places(n, matches, lang, q)
	r.Facts = facts(ends(q.Text), n, matches, o.carrier(n, matches, lang), lang)
	o.readAct(&r, q, n, f, matches)
	o.readScenario(&r, f)
	o.readSymptoms(&r, f, matches)
	o.readSeverity(&r, q, f)
	o.readMarks(&r, n, matches)
	readDelay(&r, q, n, lang)
	readUnknown(&r, n, matches)
	inContext(&r, q, n, matches)
	return r
}

// heldBy tells that a message is no sign that the conversation changes its
// language: it consists of names of places and carriers, or it is in Latin
// letters and either of two languages that are hardly different in them.
func heldBy(q triage.Question, r triage.Reading, n normal, matches []match) bool {
	if q.Lang == r.Lang {
		return false
	}
	named, end := 0, 0
	for _, m := range matches {
		if m.place() && m.from >= end { // one name may be several places
			named, end = named+m.to-m.from, m.to
		}
	}
	latin := !strings.ContainsFunc(string(n.text), func(c rune) bool { return unicode.IsLetter(c) && !unicode.Is(unicode.Latin, c) })
	twins := func(a, b string) bool { return q.Lang == a && r.Lang == b || q.Lang == b && r.Lang == a }
	return named >= len(n.units) || latin && twins("hi", "ur") || twins("id", "ms") && r.LangConfidence < twinFloor
}

// twinFloor is how sure a change between Indonesian and Malay must be.
const twinFloor = 0.95

// langFloor is the confidence below which a short text ("iOS 17.5") tells no
// language, and the conversation's, the platform's or English is taken.
const langFloor = 0.3

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func (o *Offline) readAct(r *triage.Reading, q triage.Question, n normal, f [][]linear.ID, matches []match) {
	scores := o.act.Scores(f...)
	asksPerson := slices.ContainsFunc(matches, func(m match) bool { return m.kind == kindConcept && m.id == "talk_to_human" })
	for i, class := range o.act.Classes {
		scores[i] += actPrior(triage.Act(class), q, r)
		if asksPerson && class == string(triage.ActHuman) {
			scores[i] += personBonus
		}
	}
	p := linear.Softmax(scores)
	i, conf := linear.Best(p)
	trouble := namesTrouble(matches)
	back := relapses(n, matches)
	if o.act.Classes[i] == string(triage.ActFixed) && (back || conf < fixedFloor && trouble) {
		p[i] = 0
		i, conf = linear.Best(p)
	}
	r.Act, r.ActConfidence = triage.Act(o.act.Classes[i]), float64(conf)
	if r.Act == triage.ActFixed && (trouble || mixed(n, matches, r.Lang) || bareFact(r, matches)) {
		r.ActConfidence = min(r.ActConfidence, doubted)
	}
	if fixed := o.probability(p, triage.ActFixed); !back && r.Act == triage.ActThanks && priors[q.Status] != nil && q.Status != triage.StatusOpen && fixed >= thanksFixed {
		r.Act, r.ActConfidence = triage.ActFixed, float64(fixed+conf) // "changed the buffer, it fits now, thank you"
	}
}

// personBonus leans towards a person where one is named: who asks for one and
// is not heard is lost. thanksFixed is how likely "fixed" must be for thanks, in
// the middle of a conversation, to mean it.
const (
	personBonus = 0.8
	thanksFixed = 0.15
)

// actPrior reads an act in the light of the question that was asked: nobody
// says "fixed" before anything was said, a verdict is likely after a proposal,
// and a bare reply after a question. Without a conversation nothing is added.
func actPrior(a triage.Act, q triage.Question, r *triage.Reading) float32 {
	status := q.Status
	if status == triage.StatusHandedOff && q.Asking != "" {
		status = triage.StatusCollecting // the questions of a P1 go on
	}
	prior := priors[status][a]
	if status == triage.StatusCollecting && a == triage.ActAnswer && (len(r.Regions) > 0 || len(r.Facts) > 0) {
		prior += 0.6
	}
	return prior
}

// priors are logarithms of how much likelier an act is at a point of the
// conversation than among all messages. They are judgement, not measured: no
// set of labelled conversations is large enough.
var priors = map[triage.Status]map[triage.Act]float32{
	triage.StatusOpen:       {triage.ActReport: 0.7, triage.ActFixed: -3, triage.ActNotFixed: -1.5, triage.ActAnswer: -1.5, triage.ActThanks: -1},
	triage.StatusCollecting: {triage.ActAnswer: 0.6, triage.ActFixed: -0.3, triage.ActNotFixed: -0.3, triage.ActGreeting: -1, triage.ActOther: -0.5},
	triage.StatusAwaiting:   {triage.ActFixed: 0.6, triage.ActNotFixed: 0.6, triage.ActReport: -0.5, triage.ActQuestion: -0.5, triage.ActGreeting: -1, triage.ActOther: -0.5},
	triage.StatusResolved:   {triage.ActFixed: 0.9, triage.ActThanks: 0.5, triage.ActReport: -0.3},
	triage.StatusHandedOff:  {triage.ActFixed: 0.4, triage.ActNotFixed: 0.3, triage.ActGreeting: -1},
	triage.StatusClaimed:    {triage.ActFixed: 0.4, triage.ActNotFixed: 0.3, triage.ActGreeting: -1},
	// Who writes about a closed case has no reason to say "fixed", and a trouble that came back must not be taken for it.
	triage.StatusClosed: {triage.ActFixed: -1.5, triage.ActNotFixed: 1, triage.ActThanks: 0.5},
}

func (o *Offline) probability(p []float32, act triage.Act) float32 {
	if i := slices.Index(o.act.Classes, string(act)); i >= 0 {
		return p[i]
	}
	return 0
}

func (o *Offline) readScenario(r *triage.Reading, f [][]linear.ID) {
	scores := o.scenario.Scores(f...)
	for i, class := range o.scenario.Classes {
		if class == none {
			scores[i] += untoldBias
		}
	}
	i, p := linear.Best(linear.Softmax(scores))
	if class := o.scenario.Classes[i]; class != none {
		r.Scenario, r.ScenarioConf = class, float64(p)
	}
}

// untoldBias leans towards "the text does not tell": best, by a little, on
// reports of writers whom the model had not seen; and a scenario wrongly assumed
// asks the wrong questions, while one not assumed costs a click.
const untoldBias = 1.2

// none is the class of models for "the text does not tell".
const none = "-"

// The probabilities above which symptoms are taken, chosen by cross-validation
// on the corpus: a report is about something, so its likeliest symptom is taken
// readily; elsewhere, and for a second one, it must be surer.
const (
	ReportFloor = 0.12
	OtherFloor  = 0.30
	SecondFloor = 0.55
)

func (o *Offline) readSymptoms(r *triage.Reading, f [][]linear.ID, matches []match) {
	if r.Act == triage.ActFixed || r.Act == triage.ActThanks || r.Act == triage.ActGreeting || r.Act == triage.ActOther {
		return
	}
	type found struct {
		id string
		p  float32
	}
	var list []found
	for i, s := range o.symptom.Scores(f...) {
		x := found{o.symptom.Classes[i], linear.Sigmoid(s)}
		if r.Act != triage.ActQuestion || x.id == "capacity" || x.id == "account" {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.p, a.p), strings.Compare(a.id, b.id))
	})
	floor := float32(OtherFloor)
	if r.Act == triage.ActReport {
		floor = ReportFloor
	}
	for _, x := range list[:min(3, len(list))] {
		if x.p < floor {
			break
		}
		r.Symptoms = append(r.Symptoms, x.id)
		r.SymptomConf = append(r.SymptomConf, float64(x.p))
		floor = SecondFloor
	}
	if len(r.Symptoms) > 0 || r.Act != triage.ActReport {
		return
	}
	for _, m := range matches { // the model is sure of nothing: what the lexicon names counts
		if m.kind == kindConcept && slices.Contains(o.symptom.Classes, m.id) {
			r.Symptoms, r.SymptomConf = []string{m.id}, []float64{OtherFloor}
			return
		}
	}
}

// readSeverity reads how bad the words make it, the problem so far included:
// "about half of them" alone says little.
func (o *Offline) readSeverity(r *triage.Reading, q triage.Question, f [][]linear.ID) {
	problem := r.Act == triage.ActReport || r.Act == triage.ActHuman && len(r.Symptoms) > 0
	if q.Problem != "" && (problem || r.Act == triage.ActAnswer) {
		n := normalise(q.Problem + "\n" + q.Text)
		f = features(n, o.lex.find(n))
	} else if !problem {
		return
	}
	p := linear.Softmax(o.severity.Scores(f...))
	i, conf := linear.Best(p)
	if o.severity.Classes[i] == string(triage.P1) && (conf < outageFloor || r.Facts[triage.SlotScope] == "one") {
		p[i] = 0
		i, conf = linear.Best(p)
	}
	r.Severity, r.SeverityConf = triage.Severity(o.severity.Classes[i]), float64(conf)
}

// longestWish is the number of words (or characters, where there are no spaces)
// up to which a message can be a wish for another language and nothing else.
const longestWish = 16

// outageFloor is how sure the wording of an outage must be: it wakes people.
const outageFloor = 0.5

func (o *Offline) readMarks(r *triage.Reading, n normal, matches []match) {
	wants, named := false, ""
	for _, m := range matches {
		if m.kind == kindLanguage {
			named = firstOf(named, m.id)
		}
		if m.kind != kindConcept {
			continue
		}
		whole := m.from == 0 && m.to >= len(n.units)-1
		switch m.id {
		case "speak_english_please":
			wants = true
		case "correction":
			r.Corrects = true
		case "addition":
			r.Adds = true
		case "i_dont_know":
			r.Unknown = true
		case "wait_a_moment":
			r.Wait = r.Wait || r.Act != triage.ActFixed && r.Act != triage.ActNotFixed && r.Act != triage.ActReport && (whole || len(n.units) <= 6)
		case "yes":
			r.Yes = r.Yes || m.from == 0
		case "no":
			r.No = r.No || m.from == 0
		}
	}
	if wants && len(n.units) <= longestWish {
		r.WantsLang = firstOf(named, r.Lang) // "по-русски?" is asked in Russian
		if r.Act == triage.ActHuman && !slices.ContainsFunc(matches, func(m match) bool { return m.kind == kindConcept && m.id == "talk_to_human" }) {
			r.Act = triage.ActOther // "English please" asks for a language, not for a person
		}
		r.Regions = nil // "Thai" is the language there, not the country
	}
}
