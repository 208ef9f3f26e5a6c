// Package dispatch takes a platform's events from their acceptance to the
// committed turn: it is steps 2 to 5 of the way of a message.
//
//	Accept ──► inbox ──► lane ──► load the case ──► read the words ──► decide ──► commit
//	                      ▲                                              ▲  │
//	timers ───────────────┘                              fixes, similar ─┘◄─┘ asked for by the decision
//
// # Promises
//
//   - [Dispatcher.Accept] returns nil only when the event is durable. A killed
//     process finds it again when it starts.
//   - An event has its effects exactly once: everything it changes, and that it
//     is done, is one [store.Turn], committed in one transaction. A turn that was
//     decided and not committed leaves no trace and is decided anew.
//   - What happens in one conversation is handled strictly in order, and so is
//     everything about one case: a case's thread on the desk, the clicks on its
//     card and its timers share the lane of the customer's conversation. Lanes
//     run in parallel.
//   - A turn that fails holds up its own lane and no other.
//
// # Lanes
//
// The lane of an event is the key of the customer's conversation of its case,
// or of its own conversation while that has no case. A conversation keeps its
// lane as long as events of it wait, so their order cannot change when a case
// appears meanwhile. Only the moment a card's thread gets tied to its case may find
// the same case in two lanes; there, as between two replicas, the version of the
// case decides: the loser loads and decides again ([store.ErrConflict]).
//
// # Who opens a case
//
// A message on the customer's side that has no case, and a wish for a person
// (action "human"), which opens one that goes straight to the desk. A message in
// a conversation whose case is closed goes to that case; the rules reopen it. On
// the desk, a top-level message is none of our business; a reply, or a click,
// in a thread that is no case's goes nowhere, and its author is told so
// (desk.no_case). Edits, deletions and other clicks without a case are settled
// silently.
//
// A card, and a command's first answer, tie a thread to a case only when the
// platform has answered. A reply that is faster, or that comes after a crash in
// that window, waits a little for the tie instead of being refused; a click needs
// no tie, because buttons carry their case.
//
// A command (SurfaceCommand) without a thread is a conversation of its own: it
// gets the thread "cmd-" and its event id, the deliverer posts the first answer
// at the channel's top level, and that message becomes the thread. In a direct
// message, where there is only one conversation, [Config.Direct] says so and the
// command belongs to it.
//
// # Failure
//
// A store that cannot read or write (Ping fails) is waited for, without end
// and without counting. Anything else that goes wrong in a turn (a panic, a
// defect of a rule, a row that cannot be read, a case that is always changed by
// somebody else) is tried again with growing pauses and given up after
// [Config.MaxAttempts], loudly: an error in the log, a metric, and the row
// stays in the store marked as dropped. The last attempt does without what may be
// dispensed with: no articles when the search fails, no reading when the
// understanding panics, so that a person gets the case.
//
// # Time
//
// A timer fires once, with the commit of its turn. After a long stop all that
// are due fire in the order they were due. Times are cut to microseconds before
// they are decided on, so a case and its stored timers agree.
//
// The tables it owns are those of package store, except the outbox rows after
// their commit, which are the deliverer's.
package dispatch
