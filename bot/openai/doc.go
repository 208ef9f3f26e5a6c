// Package openai asks a language model, on any server that speaks OpenAI's
// interface: hosted, vLLM, Ollama, Azure. It is the only package that imports
// go-openai. A [Client] reads messages (understand.Model), writes (assist.Model),
// translates (glossary.Engine) and embeds (index.Embedder).
//
// # The way of a question
//
//	data ─► redact ─► budget, breaker ─► tape ─► slot ─► server ─► parse ─► put back ─► answer
//	                                              ▲        │
//	                                              └─ again ┘  another way of asking; twice more after a failure
//
// Every question is put in the same way: one system message that says what to do,
// one user message with the data as JSON, one JSON schema for the answer. What a
// person wrote is never part of the instructions, and a JSON string cannot end
// itself, so no text can step out of the data.
//
// # Promises
//
//   - The caller has its answer or its error when [Config.Timeout] is over,
//     waiting for a slot, retries and other ways of asking included. A caller's
//     earlier deadline is kept too.
//   - Personal data and secrets are placeholders before anything leaves (package
//     redact); they are put back into the answer. An answer with a placeholder
//     that was never given is nonsense.
//   - Neither a text nor the key reaches a log or an error, not even by way of
//     what a server says: its words are looked at, never passed on.
//   - An answer has the shape that was asked for, or it is an error. Whether what
//     it says is true is for the caller to check.
//
// # What servers can do
//
// A schema is tried first, then JSON mode, then plain text with a tolerant parser;
// temperature and the limit of tokens are left out or renamed where they are
// refused. What was found is remembered for an hour, so that a server that is
// replaced is soon used well again. A server that can keep to a schema and talks
// nonsense once is not distrusted for it.
//
// # Failure
//
// Retried at most twice, with a pause, are 429 (when its Retry-After fits into
// what is left), 5xx and cut lines. Five such failures among the last ten
// requests, a server that lets half the budget pass without an answer, and pages that
// are no API open a breaker: for 30 seconds questions fail at once, then one is
// let through. What is wrong with us (key, model, request), a caller that went
// away and a spent budget say nothing about the server and are not counted.
//
// The breaker is used by hand inside the retries, not as a policy around them:
// failsafe's counts as success what is no failure, and would so be closed by a
// caller that hangs up. The budget is a deadline of the context instead of a
// timeout policy, because a pause must know how much is left.
package openai
