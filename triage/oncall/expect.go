package oncall

import "time"

// Expectation is what a customer may be told about when a person answers: instants
// and numbers, to be said in words elsewhere.
type Expectation struct {
	Now     time.Time `json:"now"`            // on the customer's clock
	By      time.Time `json:"by,omitzero"`    // a person answers by then, on the customer's clock; zero: promise nothing
	Minutes int       `json:"minutes"`        // from Now to By, rounded up
	OnDuty  bool      `json:"on_duty"`        // somebody is on duty now
	Until   time.Time `json:"until,omitzero"` // when the first gap after Now begins, if somebody is on duty and one does within GapsAhead
	Shift   time.Time `json:"shift,omitzero"` // the beginning of the shift that By waits for; zero when By is the target
}

// Expect is the honest promise to a customer whose clock is in zone (UTC when nil):
// the target, counted from now, or the beginning of the next shift if nobody is on
// duty then, whichever is later. A target that falls into a gap is not promised
// although somebody is on duty now, for they may not get to it; Until tells what is
// left of their shift. With several schedules anybody on duty in one counts. When
// no shift begins within [Horizon], By is zero.
func Expect(now time.Time, target time.Duration, zone *time.Location, schedules ...*Schedule) Expectation {
	if zone == nil {
		zone = time.UTC
	}
	now = now.Round(0)
	e := Expectation{Now: now.In(zone)}
	if e.OnDuty = onDuty(now, schedules); e.OnDuty {
		e.Until = local(gapAfter(now, schedules), zone)
	}
	aim := now.Add(max(target, 0))
	by := dutyFrom(aim, schedules)
	if by.IsZero() {
		return e
	}
	e.By = by.In(zone)
	e.Minutes = int((by.Sub(now) + time.Minute - 1) / time.Minute)
	if by.After(aim) {
		e.Shift = e.By
	}
	return e
}

func local(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}

func onDuty(t time.Time, schedules []*Schedule) bool {
	for _, s := range schedules {
		if len(s.at(t)) > 0 {
			return true
		}
	}
	return false
}

// dutyFrom is the first instant from t on at which somebody is on duty; zero when
// there is none within Horizon.
func dutyFrom(t time.Time, schedules []*Schedule) time.Time {
	var best time.Time
	for _, s := range schedules {
		end := t.Add(Horizon)
		if !best.IsZero() {
			end = best
		}
		for at, duties := range s.changes(t, end) {
			if len(duties) > 0 {
				best = at
				break
			}
		}
	}
	return best
}

// gapAfter is the first instant from t on at which nobody is on duty in any of the
// schedules; zero when there is none within GapsAhead. It goes from one schedule's
// end to the next one's, as a relay does.
func gapAfter(t time.Time, schedules []*Schedule) time.Time {
	end := t.Add(GapsAhead)
	for at := t; at.Before(end); {
		reach := at
		for _, s := range schedules {
			if until := s.gapAfter(at, end); until.After(reach) {
				reach = until
			}
		}
		if reach.Equal(at) {
			return at
		}
		at = reach
	}
	return time.Time{}
}

// gapAfter is the beginning of the schedule's first gap from t on, or end.
func (s *Schedule) gapAfter(t, end time.Time) time.Time {
	for at, duties := range s.changes(t, end) {
		if len(duties) == 0 {
			return at
		}
	}
	return end
}
