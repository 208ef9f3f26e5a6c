package understand

import (
	"slices"
	"strings"

	"golang.org/x/text/language"

	"firstline/triage"
)

// countries lists the ISO 3166-1 alpha-2 codes whose names are looked for.
func countries() []string {
	var out []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			if r, err := language.ParseRegion(code); err == nil && r.IsCountry() && r.Canonicalize() == r && !slices.Contains(notCountries, code) {
				out = append(out, code)
			}
		}
	}
	return out
}

// notCountries are codes CLDR names that no customer means.
var notCountries = []string{"AC", "AQ", "BV", "CP", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ", "TF", "GS", "UM", "IO", "CQ"}

// home are the countries where a language is at home: they win where a city or
// a carrier could be in several.
var home = map[string][]string{
	"en": {"US", "GB", "CA", "AU"}, "zh-Hans": {"CN", "SG", "MY"}, "zh-Hant": {"TW", "HK", "MO"}, "ja": {"JP"}, "ko": {"KR"},
	"id": {"ID"}, "ms": {"MY", "BN", "SG"}, "th": {"TH"}, "vi": {"VN"}, "fil": {"PH"}, "hi": {"IN"}, "bn": {"BD", "IN"}, "ur": {"PK"},
	"ar": {"SA", "EG", "AE", "MA", "DZ", "IQ", "JO", "KW", "QA"}, "fa": {"IR", "AF"}, "tr": {"TR"}, "ru": {"RU", "KZ"}, "uk": {"UA"},
	"es": {"MX", "AR", "CO", "ES", "CL", "PE"}, "pt-BR": {"BR"}, "fr": {"FR", "BE", "CA", "CH"}, "de": {"DE", "AT", "CH"}, "it": {"IT"}, "pl": {"PL"},
}

// mention is a place's name in a text, with the countries that it may mean.
type mention struct {
	codes    []string
	every    bool // it names all of them ("港台"), not one of them
	langs    uint32
	from, to int
	kind     kind
}

// places gives the regions a text states and those it names as unaffected or
// takes back, in order of mention.
func (o *Offline) places(n normal, matches []match, lang string, q triage.Question) (regions, unaffected []string) {
	mentions := o.mentions(n, matches, lang)
	sure := map[string]bool{} // codes that only one reading allows
	for _, m := range mentions {
		if len(m.codes) == 1 && m.kind != kindCarrier {
			sure[m.codes[0]] = true
		}
	}
	instead := replacedAt(matches)
	for _, m := range mentions {
		codes := m.codes
		if !m.every {
			codes = choose(m.codes, sure, q.Regions, lang)
		}
		if len(codes) == 0 {
			continue
		}
		if m.kind == kindCarrier && (len(q.Regions) > 0 && !slices.Contains(q.Regions, codes[0]) && !sure[codes[0]] || len(m.codes) > 1 && q.Asking == "network") {
			continue // "Claro and Movistar" tells which networks; in which country was told before
		}
		list := &regions
		if o.spared(n, matches, m.from, m.to) || m.to <= instead && slices.ContainsFunc(mentions, func(x mention) bool { return x.from >= instead }) {
			list = &unaffected
		}
		for _, code := range codes {
			if !slices.Contains(*list, code) {
				*list = append(*list, code)
			}
		}
	}
	unaffected = slices.DeleteFunc(unaffected, func(c string) bool { return slices.Contains(regions, c) })
	return regions, unaffected
}

// mentions gathers the matches that name places, those of one name in one.
func (o *Offline) mentions(n normal, matches []match, lang string) []mention {
	var out []mention
	for _, m := range matches {
		if !m.place() || o.lex.stop[m.phrase]&bit(lang) != 0 || !plausible(m, n, lang) {
			continue
		}
		if k := len(out) - 1; k >= 0 && out[k].from == m.from && out[k].to == m.to {
			if !slices.Contains(out[k].codes, m.id) {
				out[k].codes = append(out[k].codes, m.id)
				out[k].every = m.wide() && out[k].langs&m.langs != 0
			}
			continue
		}
		out = append(out, mention{codes: []string{m.id}, langs: m.langs, from: m.from, to: m.to, kind: m.kind})
	}
	return out
}

// carrier gives the network a text names, when it names exactly one: that of a
// country, or an operator of many countries, which tells no place.
func (o *Offline) carrier(n normal, matches []match, lang string) string {
	name, end := "", 0
	for _, m := range matches {
		if m.kind != kindCarrier && m.kind != kindOperator || m.from < end {
			continue // "Vodafone" of "Vodafone Egypt"
		}
		if m.kind == kindCarrier && (o.lex.stop[m.phrase]&bit(lang) != 0 || !plausible(m, n, lang)) ||
			m.kind == kindOperator && ordinary[n.units[m.from].text] && !n.units[m.from].title {
			continue
		}
		found := firstOf(o.lex.latin[m.phrase], brand(n.asWritten(m.from, m.to)))
		if name != "" && !strings.EqualFold(name, found) {
			return ""
		}
		name, end = found, m.to
	}
	return name
}

// ordinary are operators whose names are common words unless they are written
// with a capital.
var ordinary = map[string]bool{"orange": true, "zain": true, "moov": true, "beeline": true}

// replacedAt gives the unit of a word that takes back what stands before it
// ("Argentina, sorry, Chile"), or -1; at the beginning there is nothing before.
func replacedAt(matches []match) int {
	for _, m := range matches {
		if m.kind == kindConcept && m.id == "correction" && m.from > 0 {
			return m.from
		}
	}
	return -1
}

// plausible doubts short Latin names: "us", "ma" and "lima" are words of many
// languages. Two or three letters must be capitals, or be listed in the
// message's own language (but English); a short name from other languages'
// lists must at least begin with one.
func plausible(m match, n normal, lang string) bool {
	own := m.langs&bit(lang) != 0
	u := n.units[m.from]
	switch {
	case m.size == 0 || m.size > 6:
		return true
	case m.size <= 3:
		return u.upper || own && lang != "en"
	}
	return own || u.title
}

// choose gives the one place a name means that several have: the one that the
// text names otherwise, or the one of the language's home.
func choose(codes []string, sure map[string]bool, known []string, lang string) []string {
	if len(codes) == 1 {
		return codes
	}
	for _, c := range codes {
		if sure[c] {
			return []string{c}
		}
	}
	for _, c := range codes {
		if slices.Contains(known, c) {
			return []string{c}
		}
	}
	for _, h := range home[lang] {
		if slices.Contains(codes, h) {
			return []string{h}
		}
	}
	if len(codes) > 3 {
		return nil
	}
	return codes[:1]
}

// spared tells that a place is named as unaffected ("Vietnam is fine") or
// taken back ("not Thailand"): in its own clause something says that all is
// well and nothing says that it is not, or a negation stands right before it.
func (o *Offline) spared(n normal, matches []match, from, to int) bool {
	lo, hi := from, to
	for lo > 0 && !n.units[lo].brk && !contrast[n.units[lo].text] {
		lo--
	}
	for hi < len(n.units) && !n.units[hi].brk && !contrast[n.units[hi].text] {
		hi++
	}
	fine, trouble := false, false
	for _, m := range matches {
		if m.kind != kindConcept || m.from < lo || m.to > hi {
			continue
		}
		switch {
		case m.id == "unaffected" || m.id == "it_works_now":
			fine = true
		case m.id == "negation" && m.to == from && from == lo+m.to-m.from:
			return true // the clause begins "not Thailand"
		case m.id == "negation" && m.from > from && !within(m, matches):
			trouble = true // "in Vienna the sound does not fit"
		case troubles[m.id]:
			trouble = true
		}
	}
	return fine && !trouble
}

// within tells that a negation is part of what says that all is well: "no
// problems", "没问题".
func within(negation match, matches []match) bool {
	return slices.ContainsFunc(matches, func(m match) bool {
		return m.kind == kindConcept && (m.id == "unaffected" || m.id == "it_works_now") && m.from <= negation.from && negation.to <= m.to
	})
}

// contrast are the words that set one clause against the other: "Vietnam is
// fine but Thailand stutters".
var contrast = map[string]bool{"but": true, "while": true, "whereas": true, "pero": true, "mientras": true, "mas": true, "enquanto": true, "mais": true, "tandis": true,
	"aber": true, "während": true, "ma": true, "mentre": true, "ale": true, "natomiast": true, "но": true, "але": true, "ama": true, "fakat": true, "tapi": true, "tetapi": true, "nhưng": true,
	"nhung": true, "لکن": true, "ولی": true, "ولکن": true, "لیکن": true, "lekin": true, "लेकिन": true, "मगर": true, "কিন্তু": true, "kaso": true, "但": true, "하지만": true, "지만": true}

var troubles = map[string]bool{"still_broken": true, "unusable": true, "degraded": true, "all_users": true,
	"stutter": true, "blurry": true, "high_latency": true, "black_screen": true, "connect_fail": true, "disconnect": true, "no_audio": true,
	"audio_quality": true, "av_desync": true, "publish_fail": true, "slow_start": true, "ai_slow": true, "ai_misheard": true, "ai_interrupt": true}
