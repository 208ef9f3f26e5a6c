// Package failpoint lets a test kill the process at a named step of a message's
// way, as a power cut would: no deferred call, no flush, no goodbye.
//
// In a normal build [Hit] is an empty function that the compiler removes. Built
// with the tag "failpoint" it kills its own process with SIGKILL when the
// environment's FIRSTLINE_FAILPOINT equals the name, or is the name, a colon
// and a number, at that hit. The names are the constants below; the test that
// uses every one of them is in bot/deliver.
package failpoint

// The steps of the way, in the order of a message.
const (
	AcceptBefore = "accept.before" // an event has come in
	AcceptAfter  = "accept.after"  // it is durable, and not yet acknowledged to the platform
	TurnLoaded   = "turn.loaded"   // the case is loaded
	TurnDecided  = "turn.decided"  // it is decided what follows
	CommitBefore = "commit.before" // the turn is about to be committed
	CommitAfter  = "commit.after"  // it is durable
	SendMarked   = "send.marked"   // a row is marked as being sent
	SendDone     = "send.done"     // the platform has the message, and it is not yet noted
	SentAfter    = "sent.after"    // it is noted
	TimerFired   = "timer.fired"   // a timer is due and about to be handled
)

// Names lists every failpoint.
func Names() []string {
	return []string{AcceptBefore, AcceptAfter, TurnLoaded, TurnDecided, CommitBefore, CommitAfter,
		SendMarked, SendDone, SentAfter, TimerFired}
}
