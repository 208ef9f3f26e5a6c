// Package index finds the articles that fit a customer's problem.
//
// # Purpose
//
// Two searches that know different things are fused by rank. The lexical search reads the customer's words with the
// analysis of their language (stemming where Bleve has it, bigrams for Chinese, Japanese and Korean, character n-grams
// for Thai, folded marks for languages that are typed without them) over title, summary, examples and steps. The
// structural search reads what triage has understood: symptoms, scenario, fault layer.
//
//	words ──> Bleve, one small index a language ──┐
//	                    (and English beside it)   ├─ reciprocal rank fusion ─> hits
//	symptoms, scenario, layers ──> plain scoring ─┘
//
// # Promises
//
//   - The same library and query give the same hits in the same order; equal scores are ordered by article id.
//   - An [Index] may be searched from any number of goroutines. It does not follow later changes: build a new one.
//   - Everything lies in memory, nothing is written, no network. Documents are indexed and not stored; no term vectors,
//     no doc values, because nothing here highlights, sorts or aggregates.
//
// # Failure
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
