package triage

import "fmt"

// Status is where a case stands.
type Status string

// The statuses of a case; the package comment has the diagram.
const (
	StatusOpen       Status = "open"
	StatusCollecting Status = "collecting"
	StatusProposing  Status = "proposing"
	StatusAwaiting   Status = "awaiting"
	StatusHandedOff  Status = "handed_off"
	StatusClaimed    Status = "claimed"
	StatusResolved   Status = "resolved"
	StatusClosed     Status = "closed"
	StatusReopened   Status = "reopened"
)

// Statuses lists every status, in the order of a case's life.
func Statuses() []Status {
	return []Status{StatusOpen, StatusCollecting, StatusProposing, StatusAwaiting, StatusHandedOff,
		StatusClaimed, StatusResolved, StatusClosed, StatusReopened}
}

var transitions = map[Status][]Status{
	StatusOpen:       {StatusCollecting, StatusProposing, StatusHandedOff, StatusResolved, StatusClosed},
	StatusCollecting: {StatusProposing, StatusHandedOff, StatusResolved, StatusClosed},
	StatusProposing:  {StatusCollecting, StatusAwaiting, StatusHandedOff, StatusResolved, StatusClosed},
	StatusAwaiting:   {StatusProposing, StatusHandedOff, StatusResolved, StatusClosed},
	StatusHandedOff:  {StatusClaimed, StatusResolved, StatusClosed},
	StatusClaimed:    {StatusHandedOff, StatusResolved, StatusClosed},
	StatusResolved:   {StatusClosed, StatusReopened},
	StatusClosed:     {StatusReopened},
	StatusReopened:   {StatusCollecting, StatusHandedOff, StatusClaimed},
}

// CanMove tells whether a case may go from one status to another. Staying is
// not a move.
func CanMove(from, to Status) bool {
	for _, s := range transitions[from] {
		if s == to {
			return true
		}
	}
	return false
}

// WithPerson tells that engineers have the case, claimed or not.
func (s Status) WithPerson() bool { return s == StatusHandedOff || s == StatusClaimed }

// Over tells that the work on the case has ended.
func (s Status) Over() bool { return s == StatusResolved || s == StatusClosed }

// TransitionError says that a rule tried a move the table does not have: a
// defect of the rule, never of the customer's message.
type TransitionError struct{ From, To Status }

func (e *TransitionError) Error() string {
	return fmt.Sprintf("triage: no transition from %s to %s", e.From, e.To)
}
