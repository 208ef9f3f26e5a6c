// Package deliver takes the outbox to the platforms: it renders an effect,
// sends it, and notes what came of it.
//
//	queued ──► sending ──► sent
//	  ▲  │        │
//	  │  └────────┼──────► dead (given up, loudly)
//	  └───────────┘ not now: retried with growing pauses
//
// # Promises
//
//   - Rows of one lane go out one after the other, in the order of their commit;
//     lanes go out in parallel. A lane is a customer's conversation, or a
//     case's thread on the desk.
//   - A row is tried until the platform has it, refuses it for good, or it is
//     older than [Config.GiveUp]. Then it is dead: an error in the log, a
//     metric, a state in the store; and its lane goes on.
//   - What went out is noted with the platform's id of the message, so that it can
//     be changed and taken away later, and so that a reply finds its case.
//
// # The crash window
//
// A row is marked as being sent, durably, before the platform is called, and as
// sent after it answered. In between, the process may die, or the answer may
// never come (an unclear failure): nobody knows then whether the message was
// shown. Such a row is not sent again blindly. When the platform can look
// ([bot.Finder]), it looks for the message's id first: found is sent, not found is
// sent again. That leaves what a platform cannot see yet, or never shows to us
// (a message for one person alone); there, and on a platform that cannot look at
// all, a person may see one message twice: for each lane that was in the middle
// of a send when the process died, that one message. The window is as long as the
// platform takes to answer, plus one commit. A card that was posted twice has two threads, and
// only the second is the case's; who writes in the first is told that it went
// nowhere, and its buttons work.
//
// When the platform has answered and only the store cannot note it (a full disk),
// the receipt is kept in memory and noted first, so the window is not entered.
//
// Changing a message and deleting it can be repeated without harm; they are
// neither looked for nor lost.
//
// # Where a row goes
//
// To the customer: into the conversation of the case. The first message of a
// conversation that a command opened (see package dispatch) goes to the
// channel's top level and becomes its thread. To the desk: into the thread of
// the case's card. A card makes that thread; it is the first row in its lane,
// so what follows finds it. Should the card have been given up, the next row is posted
// to the desk in its place and makes the thread, because a customer's words must
// not vanish. A card that is there is changed instead of posted anew. A row
// without a case has its address in its lane.
//
// A settle effect shows the message that was clicked once more, without its
// choices and with the one that was used. Revise and revoke follow the copies of
// a message that were relayed. When there is nothing to change they are done
// without a send.
//
// # In the reader's language
//
// With a [Translator] people's words are put into the reader's language as they
// go out: relays, their edits, the customer's words on the card, which also gets a
// [Summariser]'s lines. What the words are in is told from the text, and for a
// few words from who wrote them; the same language is left alone. Words that
// could not be translated go out as written and say so. It is done here and not
// in the turn because nothing that the rules decide depends on it, and the case
// keeps the words that were said. Translations are the Translator's to remember:
// a retry asks again, and after a crash a platform that knows a message again
// only by its text may be shown other words for it, and so a second message.
//
// # Failure
//
// By the class of a [bot.SendError]: retry and unclear wait, longer each time;
// rate_limited waits as long as the platform says and counts for nothing; auth
// is tried slowly for ever, because only an operator can mend it and then
// everything should go out, and logged once a minute; invalid and gone are dead at
// once. An effect that cannot be rendered is dead as well. A store that does
// not answer rests the lane.
//
// It owns the outbox rows after their commit, and ties desk threads to cases.
package deliver
