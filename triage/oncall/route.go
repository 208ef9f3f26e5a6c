package oncall

import (
	"cmp"
	"slices"
	"time"
)

// Need is what a case asks of an engineer. An empty value asks for nothing.
type Need struct {
	Scenario string // id of the scenario
	Language string // BCP 47 tag of the customer's language
}

// Candidate is an engineer who could take the case.
type Candidate struct {
	Member  *Member
	OnShift bool
	Load    int // open cases
}

// Reason is why an engineer is ranked where they are.
type Reason string

// The reasons. Each engineer has one of each group that applies, in this order.
const (
	ReasonOnShift   Reason = "on_shift"
	ReasonOffShift  Reason = "off_shift"
	ReasonOnHoliday Reason = "on_holiday" // and off shift

	ReasonAwake  Reason = "awake"
	ReasonAsleep Reason = "asleep"

	ReasonFull Reason = "full" // as many open cases as their limit, or more

	ReasonSkilled   Reason = "skilled"
	ReasonUnskilled Reason = "unskilled"

	ReasonSpeaks        Reason = "speaks"
	ReasonSpeaksVariant Reason = "speaks_variant" // zh-Hant for zh-Hans
	ReasonNeedsRelay    Reason = "needs_relay"    // the translation stands between

	ReasonLeastLoaded Reason = "least_loaded" // nobody has fewer open cases
	ReasonBusier      Reason = "busier"

	ReasonNobodyOnDuty Reason = "nobody_on_duty" // not one candidate is on shift
	ReasonLastResort   Reason = "last_resort"    // off shift, and asleep or on holiday
)

// Ranked is an engineer's place in the order, the best first.
type Ranked struct {
	Who     string    `json:"who"`
	Local   time.Time `json:"local"` // the engineer's own clock
	Load    int       `json:"load"`
	Reasons []Reason  `json:"reasons"`
}

// Has tells whether a reason is among the engineer's.
func (r Ranked) Has(reason Reason) bool { return slices.Contains(r.Reasons, reason) }

// Route ranks the candidates for a need: who is on shift before who is not and who
// is on holiday, awake before asleep, with room before full, skilled before
// unskilled, the customer's language before another, then the least loaded, then by
// id. It is a strict order and not a sum of points, so that each rank can be said
// in words; room comes before skill, so that the one who can do everything does not
// get everything. Everybody is ranked, so the result is empty only when there is no
// candidate; who is named twice is ranked once, at the better place.
func Route(need Need, at time.Time, candidates ...Candidate) []Ranked {
	var marks []mark
	onDuty, least := false, 0
	for _, c := range candidates {
		if c.Member == nil {
			continue
		}
		if len(marks) == 0 || c.Load < least {
			least = c.Load
		}
		onDuty = onDuty || c.OnShift
		marks = append(marks, judge(need, at, c))
	}
	slices.SortStableFunc(marks, mark.compare)
	var out []Ranked
	for _, m := range marks {
		if slices.ContainsFunc(out, func(r Ranked) bool { return r.Who == m.Member.ID }) {
			continue
		}
		out = append(out, Ranked{Who: m.Member.ID, Local: m.Member.Local(at), Load: m.Load, Reasons: m.reasons(need, least, onDuty)})
	}
	return out
}

// mark is a candidate in the light of a need. Smaller is better in every field
// but fluency.
type mark struct {
	Candidate
	duty      int // index in dutyReasons
	asleep    bool
	full      bool
	unskilled bool
	fluency   Fluency
}

var (
	dutyReasons    = []Reason{ReasonOnShift, ReasonOffShift, ReasonOnHoliday}
	fluencyReasons = []Reason{NoFluency: ReasonNeedsRelay, VariantFluency: ReasonSpeaksVariant, FullFluency: ReasonSpeaks}
)

func judge(need Need, at time.Time, c Candidate) mark {
	m := mark{Candidate: c, asleep: !c.Member.AwakeAt(at), full: c.Member.Limit > 0 && c.Load >= c.Member.Limit}
	switch {
	case c.OnShift:
	case c.Member.AwayAt(at):
		m.duty = 2
	default:
		m.duty = 1
	}
	if need.Scenario != "" {
		m.unskilled = !c.Member.Knows(need.Scenario)
	}
	if need.Language != "" {
		m.fluency = c.Member.Speaks(need.Language)
	}
	return m
}

func (m mark) compare(o mark) int {
	return cmp.Or(
		cmp.Compare(m.duty, o.duty),
		later(m.asleep, o.asleep),
		later(m.full, o.full),
		later(m.unskilled, o.unskilled),
		cmp.Compare(o.fluency, m.fluency),
		cmp.Compare(m.Load, o.Load),
		cmp.Compare(m.Member.ID, o.Member.ID),
	)
}

// later orders false before true.
func later(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (m mark) reasons(need Need, least int, onDuty bool) []Reason {
	out := []Reason{dutyReasons[m.duty], pick(m.asleep, ReasonAsleep, ReasonAwake)}
	if m.full {
		out = append(out, ReasonFull)
	}
	if need.Scenario != "" {
		out = append(out, pick(m.unskilled, ReasonUnskilled, ReasonSkilled))
	}
	if need.Language != "" {
		out = append(out, fluencyReasons[m.fluency])
	}
	out = append(out, pick(m.Load > least, ReasonBusier, ReasonLeastLoaded))
	if !onDuty {
		out = append(out, ReasonNobodyOnDuty)
	}
	if m.duty == 2 || m.duty == 1 && m.asleep {
		out = append(out, ReasonLastResort)
	}
	return out
}

func pick(yes bool, a, b Reason) Reason {
	if yes {
		return a
	}
	return b
}
