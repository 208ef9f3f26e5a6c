// Package triage is the pure core: what a case is, and every rule of the
// conversation. [Decide] takes a policy, a case and one event and returns the
// case as it is then and the effects that follow. It has no clock, network,
// storage or randomness: time and ids come in with the event.
//
// What Decide must look up it asks for with a query effect; the answer comes
// back as the next event, in the same turn, and is recorded like any other. So
// a case can be replayed from its stored events ([Replay]) without the search,
// the model or the clock of that day, and gives the same case.
//
// # The life of a case
//
//	     first message
//	          │
//	       ┌──▼───┐  something missing  ┌────────────┐
//	       │ open ├────────────────────►│ collecting │◄──┐ answer, next question
//	       └──┬───┘                     └─────┬──────┘───┘
//	          │ nothing missing               │ enough known, or three questions asked
//	       ┌──▼───────────────────────────────▼──┐
//	       │             proposing               │ fixes are being looked up
//	       └──┬──────────────────────────────────┘
//	       ┌──▼───────┐ did not help: the next fix (back to proposing)
//	       │ awaiting │
//	       └──┬────┬──┘ helped ────────────────────────────┐
//	P1, asked for a person, no fix known, fixes failed,    │
//	not understood: from any state above, at once          │
//	       ┌──▼─────────┐  claim  ┌─────────┐  resolve  ┌──▼───────┐ quiet, or confirmed ┌────────┐
//	       │ handed_off ├────────►│ claimed ├──────────►│ resolved ├────────────────────►│ closed │
//	       └──────▲─────┘◄────────┴─────────┘           └────┬─────┘                     └───┬────┘
//	              │        escalate                    ┌─────▼────┐  "it is back"            │
//	              └────────────────────────────────────┤ reopened │◄─────────────────────────┘
//	                                                   └──────────┘ (to its assignee, else to the desk)
//
// The table of allowed transitions is in status.go; anything else is an error.
//
// # Promises, kept by property tests
//
//   - Every case that is not closed can reach a person with one word or click.
//   - No diagnostic is asked more than twice, and none that is known.
//   - At most three questions come before the first proposal.
//   - A P1 case is handed off at once; the questions go on meanwhile.
//   - A claimed case gets no proposals and no questions from the bot.
//   - A message that was sent twice is answered once.
//   - Nothing is sent about a closed case unless the customer reopens it.
//   - A correction replaces what was known, an addition adds to it.
//
// Messages leave this package as keys with typed arguments ([Message]), never
// as text: the deliverer says them in the reader's language.
package triage
