// Package index finds the articles that fit a customer's problem.
//
// # Purpose
//
// Searches that know different things are fused by rank. The lexical search reads the customer's words with the
// analysis of their language (stemming where Bleve has it, bigrams for Chinese, Japanese and Korean, character n-grams
// for Thai, folded marks for languages that are typed without them) over title, summary, examples and steps. The
// structural search reads what triage has understood: symptoms, scenario, fault layer. Where there is an [Embedder], a third
// one compares what the words mean, across languages.
//
//	words ──> Bleve, one small index a language ──┐
//	                    (and English beside it)   ├─ reciprocal rank fusion ─> hits
//	symptoms, scenario, layers ──> plain scoring ─┤
//	words ──> vector, nearest passages (Learn) ───┘
//
// # Promises
//
//   - The same library and query give the same hits in the same order; equal scores are ordered by article id. With an embedder
//     this holds for the same vectors.
//   - An [Index] may be searched from any number of goroutines. It does not follow later changes: build a new one.
//   - Everything lies in memory, nothing is written, no network: only an embedder and its [VectorStore], where they were
//     given, do either. Documents are indexed and not stored; no term vectors,
//     no doc values, because nothing here highlights, sorts or aggregates.
//
// # Failure
//
// The search by meaning is never needed: before [Index.Learn] is done, and whenever the vector of a query is late or cannot be
// had, a search is what it is without. It then costs at most the [EmbedTimeout]; stopping to ask a model that is down is the
// embedder's business. A vector belongs to the hash of its text, so a changed article is computed anew and no other.
//
// New and Search return the errors of Bleve and of the context, with the language they happened in. A query in a language
// that no article has been written in is searched in its fallback, in the end English; it is not an error. An empty query has no hits.
//
// # Why
//
// One index a language and not one for all: the weight of a word comes from how many documents have it, and that must
// not depend on how many other languages share its spelling. Fusion by rank and not by score: scores of the two searches
// have no common measure, and those of different languages do not either.
package index
