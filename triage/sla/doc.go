// Package sla is the contract's time: what was promised, how much of it is
// used up, who must be told and which case comes next. It is pure: every
// moment comes in as an argument, and nothing is read but the zone database,
// once, when a calendar is parsed.
//
// # The model
//
// A [Calendar] says which moments count; its zero value counts all of them,
// as contracts do unless they say otherwise. A [Policy] joins a calendar with
// what pauses. A [State] is the part of a case that this package owns: a plain
// value for JSON. A transition takes it and the time of an event and gives the
// new one; [Policy.Tick] says what has become due.
//
// Three clocks ([Clock]), each one [Run] or several:
//
//	              idle ──start──► running ◄──wait / write──► paused
//	                                 │ ▲                        │
//	     the act it waits for, done ◄┤ └─ reopened (continues) ─┤
//	resolved or closed first, halted◄┴──────────────────────────┘
//
//	first response  from handoff      to a person's public reply, once in a case
//	next response   from the customer's first word after it, to a person's public reply
//	resolution      from handoff      to resolved; a reopening continues it
//
// The bot's own first reply is measured apart and stops none of them. A target
// is kept when the clock stops before all of it is used: at 100 % it is broken.
// Time served is counted up to Run.Mark, in calendar time and by the wall,
// and only ever added to: an event that is older than the mark, because it was
// overtaken or because a clock jumped back, counts as one at the mark.
// Which event came first is the order of the calls, not their times.
//
// Warnings go out at 50 and 80 %, the breach at 100 %, each once for a target;
// after a gap only the highest is told, with how late it is. When severity or
// tier change, time served stays and the target is new. A [Breach] is a record
// for good: a later target, reply or correction leaves it; its cause is set once.
//
// # The queue
//
// [Rank] puts each case into a band by its most pressing running clock:
//
//  1. critical: a P1 that has breached, or any case that has used three times its target
//  2. saving:   it breaches within 15 minutes, about the time to read and answer
//  3. overdue:  it has breached
//  4. ahead:    all others that have a clock running
//  5. calm:     nothing runs
//  6. aside:    every clock is paused; or snoozed, which hides from bands 4 and 5 only
//  7. over:     resolved or closed
//
// In saving and ahead the clock that is due first comes first, to the minute;
// in critical and overdue the one that has used most of its target,
// elapsed/target. What is equal then: severity, tier, share of the target that
// is used, age, id. A response that no target covers is due after 24 hours.
//
// Why: earliest due first keeps every promise whenever any order can (a property
// in the tests), so a small customer's case rises as its own target nears, and
// nothing with more time left passes it, however much of that there is. Ranking
// by tier or severity starves the lowest; first come first served breaks the
// short promises. But when more is overdue than can be done, earliest due first
// puts a P4 that is hours late before a P1 that can still be saved, and every
// promise breaks in turn: hence the last quarter of an hour before what is
// broken already. If that were all, what has just been missed would wait behind
// everything that nears its target: in eight simulated months up to 76 targets
// long. With the critical band nobody waited longer than 5, for more breaches in
// the swells (3.6 instead of 2.0 % of the cases; severity first had 5.3 %). Share
// of the target, not minutes late, makes five minutes weigh more for a P1 than an
// hour for a P4. Severity and tier are in the targets; they count again between
// equals, and for a broken P1.
package sla
