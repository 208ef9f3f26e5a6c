package understand

import (
	"regexp"
	"slices"

	"firstline/triage"
)

// doubted is the most that "fixed" can be believed where the words go both ways.
const doubted = 0.5

// goesOn are words of a trouble that goes on or is back, where they cannot be
// part of good news.
var goesOn = regexp.MustCompile(`\bstill\b|まだ|相変わらず|还是|還是|仍然|仍舊|아직|여전히|ยังคง|ยังไม่|\bvẫn\b|\bmasih\b|pa rin\b|अभी भी|abhi bhi|এখনও|এখনো|ابھی بھی|لا یزال|ما زال|مازال|لسه|هنوز|\bhâlâ\b|\bhala\b|все еще|до сих пор|досі|все ще|снова (?:упал|завис|тормоз|лаг|проп)|знову (?:впав|впал|завис|лаг|проп)|\btodavía\b|\bsigue\b|\bainda\b|\btoujours\b|immer noch|noch immer|\bancora\b|\bnadal\b|\bwciąż\b`)

// mixed tells that a message says "it works" and takes it back in one breath:
// it is still broken, only some are well, or a trouble follows a "but".
// A negation counts where it is one in the language of the message: Filipino
// "na" is "already", Hindi "na" is "not".
func mixed(n normal, matches []match, lang string) bool {
	if goesOn.MatchString(string(n.text)) {
		return true
	}
	works, negated := -1, -9
	for _, m := range matches {
		if m.kind != kindConcept {
			continue
		}
		switch m.id {
		case "it_works_now":
			works = m.to
			if m.from-negated <= 1 {
				return true // "does not work"
			}
		case "negation", "no":
			if m.langs&bit(lang) == 0 && (m.id == "no" || m.langs&bit("en") == 0) {
				continue
			}
			negated = m.to
			if works >= 0 && m.from <= works && m.to >= works {
				return true
			}
		case "still_broken", "some_users", "intermittent":
			return true
		default:
			if troubles[m.id] && m.from-negated > 3 && slices.ContainsFunc(n.units[:m.from], func(u unit) bool { return contrast[u.text] }) {
				return true
			}
		}
	}
	return false
}

// fixedFloor is how sure "fixed" must be of a message that names a trouble and
// nothing that ended it: to take "it freezes" for it would close a case.
const fixedFloor = 0.85

// namesTrouble tells that a trouble is named and no word says that it is over
// or denies it.
func namesTrouble(matches []match) bool {
	named := false
	for _, m := range matches {
		if m.kind != kindConcept {
			continue
		}
		switch m.id {
		case "it_works_now", "unaffected", "negation", "no", "thanks":
			return false
		}
		named = named || troubles[m.id]
	}
	return named
}

// relapses tells that a trouble is back: "voltou a travar", "又卡了", "freezes
// again", with no negation around ("it does not freeze again").
func relapses(n normal, matches []match) bool {
	for _, again := range matches {
		if again.kind != kindConcept || again.id != "again" {
			continue
		}
		for _, m := range matches {
			same := m.from >= again.from && m.to <= again.to // "again" alone counts as still broken in some languages
			if m.kind != kindConcept || !troubles[m.id] || m.id == "all_users" || m.id == "still_broken" || same || !beside(n, again, m) {
				continue
			}
			if !negatedAround(matches, min(m.from, again.from), max(m.to, again.to)) {
				return true
			}
		}
	}
	return false
}

// beside tells that two matches stand next to each other in one clause, with at
// most a little word between them.
func beside(n normal, a, b match) bool {
	if b.from < a.from {
		a, b = b, a
	}
	if b.from < a.to {
		return true // they overlap: "back to" and "to freezing"
	}
	gap := 1
	if spaceless(n.units[b.from].text) {
		gap = 3
	}
	if b.from-a.to > gap {
		return false
	}
	return !slices.ContainsFunc(n.units[a.to:b.from+1], func(u unit) bool { return u.brk })
}

// negatedAround tells that a negation stands within or right beside units
// [from, to), or that they are part of words for "it works now".
func negatedAround(matches []match, from, to int) bool {
	const near = 2
	return slices.ContainsFunc(matches, func(m match) bool {
		if m.kind != kindConcept {
			return false
		}
		switch m.id {
		case "negation", "no":
			return m.to > from-near && m.from < to+near
		case "it_works_now":
			return m.from <= from && m.to >= to
		}
		return false
	})
}

// bareFact tells that a message brings a code, a version or an id and no word of
// a verdict: "error code is 10012" closes no case.
func bareFact(r *triage.Reading, matches []match) bool {
	if r.Facts["error_code"] == "" && r.Facts["version"] == "" && r.Facts["stream_id"] == "" {
		return false
	}
	return !slices.ContainsFunc(matches, func(m match) bool {
		return m.kind == kindConcept && (m.id == "it_works_now" || m.id == "unaffected" || m.id == "negation" || m.id == "no" || m.id == "thanks")
	})
}

// readUnknown makes "I don't know" the same in every language: an answer that
// is neither yes nor no and no verdict on a fix, unless more is said with it.
func readUnknown(r *triage.Reading, n normal, matches []match) {
	if !r.Unknown {
		return
	}
	said := unknownUnits(n, matches)
	for _, m := range matches {
		if m.kind != kindConcept || !tells(m.id) || !slices.Contains(said[m.from:m.to], false) {
			continue
		}
		if r.Act == triage.ActFixed { // "not sure, it seems to work"
			r.ActConfidence = min(r.ActConfidence, doubted)
		}
		return
	}
	share := 0
	for _, is := range said {
		if is {
			share++
		}
	}
	if share*2 < len(said) {
		return
	}
	r.Act, r.Yes, r.No = triage.ActAnswer, false, false
	r.Symptoms, r.SymptomConf = nil, nil
	r.Severity, r.SeverityConf = "", 0
}

// tells tells that a concept says something of its own beside "I don't know".
func tells(id string) bool {
	return id == "still_broken" || id == "it_works_now" || id == "talk_to_human" || troubles[id]
}

// unknownUnits marks the units that are part of "I don't know".
func unknownUnits(n normal, matches []match) []bool {
	out := make([]bool, len(n.units))
	for _, m := range matches {
		if m.kind == kindConcept && m.id == "i_dont_know" {
			for i := m.from; i < m.to; i++ {
				out[i] = true
			}
		}
	}
	return out
}
