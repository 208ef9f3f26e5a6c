package triage

// Act is what a message does in the conversation. The exact definitions are
// those of the label set the understanding is measured on.
type Act string

// The acts.
const (
	ActReport   Act = "report"    // describes a problem
	ActQuestion Act = "question"  // how-to, or a check before an event; nothing is broken
	ActAnswer   Act = "answer"    // bare reply to what the bot asked
	ActFixed    Act = "fixed"     // the proposed fix helped
	ActNotFixed Act = "not_fixed" // it did not
	ActHuman    Act = "human"     // wants a person
	ActThanks   Act = "thanks"    // or good-bye
	ActGreeting Act = "greeting"  // nothing else in it
	ActOther    Act = "other"     // off topic, spam, mere insult
)

// Acts lists every act.
func Acts() []Act {
	return []Act{ActReport, ActQuestion, ActAnswer, ActFixed, ActNotFixed, ActHuman, ActThanks, ActGreeting, ActOther}
}

// Severity is P1 (unusable for all or most, or a running live event is broken)
// to P4 (one user, cosmetic, paperwork); empty when nothing tells.
type Severity string

// The severities.
const (
	P1 Severity = "P1"
	P2 Severity = "P2"
	P3 Severity = "P3"
	P4 Severity = "P4"
)

// Source tells where a fact came from. What a customer clicked is never
// overruled by what was read. Who read it, rules or a model, makes no rank
// between messages: the newer words count, also when the model was not asked.
type Source string

// The sources, weakest first.
const (
	SourceHint    Source = "hint"    // the platform's locale or profile
	SourceRead    Source = "read"    // read from text, offline
	SourceModel   Source = "model"   // read from text by a language model, with a quote
	SourceForm    Source = "form"    // typed or chosen in the form
	SourceClicked Source = "clicked" // a button or menu
)

func (s Source) rank() int {
	switch s {
	case SourceRead, SourceModel:
		return 1
	case SourceForm, SourceClicked:
		return 2
	}
	return 0
}

// Reading is what one message was understood to say. Every list is in the
// order of importance; an empty field means that the text does not tell.
type Reading struct {
	Lang           string            `json:"lang"`                    // BCP 47: the language to answer in
	LangConfidence float64           `json:"lang_confidence"`         // 0…1
	LangLetters    int               `json:"lang_letters,omitempty"`  // how many letters the verdict rests on; a version number has none
	WantsLang      string            `json:"wants_lang,omitempty"`    // "English please": the language asked for
	Act            Act               `json:"act"`                     //
	ActConfidence  float64           `json:"act_confidence"`          // 0…1
	Scenario       string            `json:"scenario,omitempty"`      // catalogue id
	ScenarioConf   float64           `json:"scenario_conf,omitempty"` // 0…1
	Regions        []string          `json:"regions,omitempty"`       // ISO 3166-1 alpha-2 or UN M.49
	Unaffected     []string          `json:"unaffected,omitempty"`    // places named as fine, or as said by mistake
	Symptoms       []string          `json:"symptoms,omitempty"`      // catalogue ids, the leading one first
	SymptomConf    []float64         `json:"symptom_conf,omitempty"`  // 0…1, one a symptom
	Severity       Severity          `json:"severity,omitempty"`      // as the wording reads, the problem so far included
	SeverityConf   float64           `json:"severity_conf,omitempty"` // 0…1
	Corrects       bool              `json:"corrects,omitempty"`      // "sorry, I meant …"
	Adds           bool              `json:"adds,omitempty"`          // "… too", "also"
	Unknown        bool              `json:"unknown,omitempty"`       // "I don't know"
	Wait           bool              `json:"wait,omitempty"`          // "one moment"
	Yes            bool              `json:"yes,omitempty"`           //
	No             bool              `json:"no,omitempty"`            //
	Facts          map[string]string `json:"facts,omitempty"`         // further diagnostics by slot
	Source         Source            `json:"source,omitempty"`        // SourceRead or SourceModel
}

// Question is what a message is read with: its text and the conversation it
// was written in.
type Question struct {
	Text     string
	Lang     string   // the language the conversation is held in; empty at its beginning
	LangHint string   // the platform's locale, as a language of ours; may be empty
	Asking   string   // the diagnostic the bot asked last
	Status   Status   // of the case; empty at its beginning
	Problem  string   // the customer's description so far
	Turns    []string // all that the customer wrote before, oldest first
	Regions  []string // where the case is known to be: a carrier of several countries is the one there
}

// Turns gives the customer's messages that a case keeps, oldest first.
func (c Case) Turns() []string {
	var out []string
	for _, w := range c.Words {
		out = append(out, w.Text)
	}
	return out
}
