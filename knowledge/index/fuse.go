package index

import (
	"cmp"
	"slices"

	"firstline/knowledge"
)

// Constants of the fusion. An article at rank r (from 0) of a list gets weight/(rankConstant+r).
//
// The usual constant of 60 is for lists of thousands; among ten or some hundred articles the first places must count
// for more.
const rankConstant = 10

// A list counts for as much as it knows.
const (
	symptomWeight  = 1.3 // structure with a symptom: triage has understood the problem
	scenarioWeight = 0.4 // structure without one: little more than a hint
)

// lexicalWeights are those of the query's language and of English beside it.
var lexicalWeights = []float64{1, 0.3}

// meaningWeight is that of the nearest vectors. More than words, since what a customer types and what an article says seldom
// meet in words. Less than words that hit in English as well (1 and 0.3): an error code, a parameter or a product's name is
// the same everywhere, and vectors blur just these. Less than a symptom, for words and meaning are two readings of one text, and
// the symptom has been asked for and confirmed. Chosen, not measured: there was no model where this was built.
const meaningWeight = 1.1

// Points of the structural search. An article that leads with what the query leads with must win over one that merely
// has more of its symptoms.
const (
	pointsLeading     = 8.0 // the article has the query's leading symptom …
	pointsSameLead    = 4.0 // … and leads with it
	pointsFurther     = 2.0 // it has a further symptom of the query …
	pointsFurtherLead = 1.0 // … and leads with it
	pointsScenario    = 2.0 // it is written for the scenario
	pointsAnyScenario = 1.0 // it is written for any scenario
	pointsLayer       = 1.0 // one of its steps works on the likeliest layer; half of it for a further layer
)

// byStructure ranks articles by what triage understood. Where some article has a symptom of the query, only such articles
// are in the list, and scenario and layer merely order them: an article for the right scenario and the wrong problem helps
// nobody. Articles with nothing in common with the query are never in it.
func byStructure(articles []knowledge.Article, q Query) ranking {
	list := ranking{by: Structure, weight: scenarioWeight}
	known := func(a knowledge.Article) bool {
		return slices.ContainsFunc(q.Symptoms, func(s string) bool { return slices.Contains(a.Symptoms, s) })
	}
	bySymptom := slices.ContainsFunc(articles, known)
	if bySymptom {
		list.weight = symptomWeight
	}
	for _, a := range articles {
		if bySymptom && !known(a) {
			continue
		}
		if points := score(a, q); points > 0 {
			list.add(a.ID, points)
		}
	}
	list.sort()
	return list
}

// score gives the points of one article.
func score(a knowledge.Article, q Query) float64 {
	points := 0.0
	for i, symptom := range q.Symptoms {
		at := slices.Index(a.Symptoms, symptom)
		switch {
		case at < 0 || slices.Contains(q.Symptoms[:i], symptom):
			continue
		case i == 0 && at == 0:
			points += pointsLeading + pointsSameLead
		case i == 0:
			points += pointsLeading
		case at == 0:
			points += pointsFurther + pointsFurtherLead
		default:
			points += pointsFurther
		}
	}
	switch {
	case q.Scenario == "":
	case slices.Contains(a.Scenarios, q.Scenario):
		points += pointsScenario
	case len(a.Scenarios) == 0:
		points += pointsAnyScenario
	}
	for i, layer := range q.Layers {
		if !slices.Contains(a.Layers, layer) {
			continue
		}
		if i == 0 {
			return points + pointsLayer
		}
		return points + pointsLayer/2
	}
	return points
}

// fuse joins rankings by reciprocal rank. Articles that a search holds for equal share a rank.
func fuse(lists []ranking) []Hit {
	found := map[string]*Hit{}
	for _, list := range lists {
		rank := 0
		for i, item := range list.items {
			if i > 0 && item.score != list.items[i-1].score {
				rank = i
			}
			h, ok := found[item.id]
			if !ok {
				h = &Hit{ArticleID: item.id}
				found[item.id] = h
			}
			h.Score += list.weight / float64(rankConstant+rank)
			h.Matched |= list.by
		}
	}
	hits := make([]Hit, 0, len(found))
	for _, h := range found {
		hits = append(hits, *h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ArticleID, b.ArticleID))
	})
	return hits
}
