package understand

import "firstline/triage"

// What makes the model not worth asking. It costs the customer a second or two
// and the company money, and of the turns of the development dialogues every
// fifth is a "4.2.1", "yes" or "thanks", which the rules read as well.
const (
	// sureAct is where the offline act needs no second opinion: of the acts of the
	// development messages 349 of 350 above it are right, and 19 of 34 below it.
	sureAct = 0.9
	// sureRest is the same for a report's symptoms, its scenario (180 of 183, and
	// 22 of 28 below) and its severity (176 of 187, and 23 of 35).
	sureRest = 0.9
	// longestBare is the number of words (or characters, where there are no
	// spaces) up to which a message says one thing; in a longer one there may be
	// something beside the thanks.
	longestBare = 8
)

// worthAsking tells whether a model could add to an offline reading. The
// beginning of a case always goes to it, but for a bare greeting or wish: every
// later question and proposal rests on it. Clicks and forms are not read at all.
func worthAsking(q triage.Question, r triage.Reading, n normal) bool {
	if len(n.units) == 0 { // emoji, punctuation, a file without words
		return false
	}
	if q.Lang == "" && r.LangLetters >= longestBare && r.LangConfidence < holdFloor {
		return true // nobody knows yet which language to answer in
	}
	bare := len(n.units) <= longestBare
	sure := r.ActConfidence >= sureAct
	switch r.Act {
	case triage.ActReport, triage.ActQuestion:
		return atBeginning(q) || !sure || !sureOfProblem(r)
	case triage.ActAnswer:
		return !bare || !answers(r, q.Asking)
	case triage.ActHuman:
		return !bare || !sure || len(r.Symptoms) > 0
	case triage.ActFixed, triage.ActNotFixed, triage.ActThanks, triage.ActGreeting:
		return !bare || !sure
	}
	return !bare || !r.Wait && !r.Unknown && r.WantsLang == "" // "other": nothing was understood
}

// holdFloor is how sure the offline reading must be of the language of a
// conversation for the model to have no say in it; the core needs as much to hold it.
const holdFloor = 0.6

func atBeginning(q triage.Question) bool {
	return q.Status == "" || q.Status == triage.StatusOpen
}

// sureOfProblem tells that everything a report is asked for was read surely.
func sureOfProblem(r triage.Reading) bool {
	if len(r.Symptoms) == 0 || r.ScenarioConf < sureRest || r.SeverityConf < sureRest {
		return false
	}
	for _, c := range r.SymptomConf {
		if c < sureRest {
			return false
		}
	}
	return true
}

// answers tells that a reading has the diagnostic that was asked, or says that
// the customer does not know it. With nothing asked, "yes" and "no" are answers.
func answers(r triage.Reading, asked string) bool {
	switch asked {
	case triage.SlotRegion:
		return len(r.Regions) > 0 || r.Unknown
	case triage.SlotScenario:
		return r.Scenario != "" || r.Unknown
	case triage.SlotSymptom:
		return len(r.Symptoms) > 0 || r.Unknown
	case "":
		return r.Yes != r.No || r.Unknown
	}
	return r.Facts[asked] != "" || r.Unknown
}
