// Package oncall says who is on duty, who should take a case, whom to call when
// nobody takes it, and when a customer may expect a person. It is pure: data in,
// data out, no clock. Only the constructors read the time zone database; every
// question afterwards is arithmetic.
//
// A [Schedule] is a pile of layers. A [Layer] has a zone, windows of local time
// in which it is staffed, and a [Rotation]: people in order, each turn beginning
// every N days or weeks at a local time. The topmost layer that has anybody on
// duty at an instant decides; where no layer has, there is a gap, and gaps are
// shown, never filled in silence. On the way from plan to person, in this order:
//
//	rotation   whose turn it is
//	swap       two people exchange their shifts in a period
//	holiday    who is away is left out; the next in the rotation stands in
//	layers     later layers cover earlier ones
//	override   somebody takes over, for everybody on duty or for one person
//
// A holiday of a layer empties it, so that what is below shows through. An
// override beats holidays: somebody said that this person is there. Of two
// overrides of one instant the later in the list has the last word. With several
// seats a turn moves by one, so that somebody stays who knows the open cases.
//
// Shifts keep local wall time. A wall time that does not exist (a clock set
// forward) is the instant of the jump; one that comes twice (a clock set back)
// is the first. In other words the shift's clock is the largest local time shown
// so far: it stands still while an hour repeats and never runs backward. So two
// shifts that meet at a wall time meet at one instant on every night of the
// year; a shift that lies wholly in the skipped hour is empty, and one that lies
// wholly in the repeated hour is served once. All spans are half-open, [From, To).
//
// [Route] ranks engineers for a case and says why. A [Policy] climbs: its steps
// fire when they are due, once each and in order, however late the process is,
// and stop with the claim; what was fired is a [State], which lives in the case.
// A step that reaches no person does not wait. [Expect] promises a customer no
// time at which nobody is on duty. [Show] is the data of `firstline oncall show`.
//
// Mistakes in a plan are found by the constructors, all at once, each a [Problem].
package oncall
