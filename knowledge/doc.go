// Package knowledge holds the articles from which every proposal of the bot comes, and the checks that keep them true.
//
// # Purpose
//
// An article describes one problem and its fixes: knowledge/articles/<id>/<lang>.md, one file a language, English first.
// The front matter says where the article applies; the body says, in this order, what it is about, which steps to
// propose, how to see that it worked and when a person should take over. Sections are recognised by their order and
// not by their headings, because headings are translated. A step is ONE fix: the bot proposes it on its own, so it must be
// understood without the others.
//
//	file  = "---" front matter "---" body
//	front = id, scenarios, symptoms, layers, [suits], examples, reviewed     (all of them but suits, and nothing else)
//	body  = "# title" summary "## …" numbered steps "## …" check "## …" hand-off
//
// # Promises
//
//   - [Load] accepts a whole library or nothing. Every article it returns has English, at least one symptom, and in
//     every language as many layers as steps. A language may lack an article or have another number of steps: that is
//     a matter for [Lint], since an incomplete translation must not keep the program from starting.
//   - [Library.Text] always finds a text for a known article: the language asked for, else its parents, else English.
//   - [Verify] finds in a step that was said anew whatever its sources do not have, and what of their values it lost.
//   - A Library is not changed after Load, so any number of goroutines may read it. Slices handed out are shared: read them.
//   - Nothing here reads a clock, a network or the environment.
//
// # Failure
//
// Load reports all broken files together, each as a [*SyntaxError] with file, line and remedy. Lint returns problems,
// never an error, ordered by file and line.
//
// # Why
//
// Articles are files and not rows so that a support lead can correct one in any editor, a review sees the change, and
// the same text that was tested is the text that ships. Lint compares translations with English by what must not change
// (code, numbers with their units, number of steps) because a translated "2 s" that became "2 ms" reads well and does harm.
// A language model that fits a step to a case does the same harm faster, so its drafts are compared in the same way, only
// stricter: Lint trusts a translator and wants every fact kept, Verify trusts nobody and wants no fact added either.
package knowledge
