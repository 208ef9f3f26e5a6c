package understand

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"firstline/triage"
)

// said is what is left of an answer when every claim has been checked: values
// of ours, each with words that are in the message.
type said struct {
	lang     string
	act      triage.Act
	scenario string
	regions  []string
	symptoms []string
	severity triage.Severity
	facts    map[string]string

	given, broken int // claims
}

// mostClaims bounds the lists of an answer: no message names more.
const mostClaims = 16

// check holds an answer against the message and the catalogue.
func (j *Joined) check(a Answer, n normal) said {
	c := checker{j: j, words: n.comparable(), text: foldSpace(string(n.text)), quoted: map[string]bool{}}
	c.said.facts = map[string]string{}
	oneOf := func(list []string) func(string) bool {
		return func(v string) bool { return slices.Contains(list, v) }
	}
	c.said.lang = c.claim("lang", a.Lang, oneOf(j.languages))
	c.said.act = triage.Act(c.claim("act", lower(a.Act), func(v string) bool { return slices.Contains(triage.Acts(), triage.Act(v)) }))
	c.said.scenario = c.claim("scenario", lower(a.Scenario), oneOf(j.prompt.Scenarios))
	c.said.severity = triage.Severity(c.claim("severity", upper(a.Severity), func(v string) bool { return level(triage.Severity(v)) < 5 }))
	for _, r := range a.Regions[:min(len(a.Regions), mostClaims)] {
		c.said.regions = add(c.said.regions, c.claim("regions", upper(r), func(v string) bool { return j.places[v] }))
	}
	for _, s := range a.Symptoms[:min(len(a.Symptoms), mostClaims)] {
		c.said.symptoms = add(c.said.symptoms, c.claim("symptoms", lower(s), oneOf(j.prompt.Symptoms)))
	}
	for _, f := range a.Facts[:min(len(a.Facts), mostClaims)] {
		slot := strings.ToLower(strings.TrimSpace(f.Slot))
		v := Claim{f.Value, f.Quote}
		if option := lower(v); slices.Contains(j.prompt.Options[slot], option.Value) {
			v = option
		}
		if v := c.claim("facts", v, func(v string) bool { return c.fits(slot, v, f.Quote) }); v != "" {
			c.said.facts[slot] = v
		}
	}
	return c.said
}

func lower(c Claim) Claim { return Claim{strings.ToLower(strings.TrimSpace(c.Value)), c.Quote} }
func upper(c Claim) Claim { return Claim{strings.ToUpper(strings.TrimSpace(c.Value)), c.Quote} }

// add appends a value that is not empty and not there yet.
func add(list []string, v string) []string {
	if v == "" || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

type checker struct {
	j     *Joined
	said  said
	words string // of the message, as quotes are compared
	text  string // the whole of it, as values are

	quoted map[string]bool // quotes that were looked for: several claims often have one
}

// quotes tells that the message has the words of a quote.
func (c *checker) quotes(quote string) bool {
	found, known := c.quoted[quote]
	if !known {
		found = quotes(c.words, quote)
		c.quoted[quote] = found
	}
	return found
}

// claim gives a claim's value, or "" when there is none or it is broken.
func (c *checker) claim(name string, v Claim, valid func(string) bool) string {
	value := strings.TrimSpace(v.Value)
	if nothing[strings.ToLower(value)] {
		return ""
	}
	c.said.given++
	why := DropReason("")
	switch {
	case !valid(value):
		why = DropValue
	case !c.quotes(v.Quote):
		why = DropQuote
	default:
		return value
	}
	c.said.broken++
	c.j.metrics.Dropped(name, why)
	return ""
}

// nothing are the ways in which models claim nothing.
var nothing = map[string]bool{"": true, "null": true, "none": true, "unknown": true, "n/a": true, "-": true}

// fits tells that a diagnostic can have a value: an option of it, or where it
// is told in words, one of a narrow form that quote and message have literally.
// The bot says what it understood, so nothing else of a message gets in here.
func (c *checker) fits(slot, v, quote string) bool {
	if slices.Contains(c.j.prompt.Options[slot], v) {
		return true
	}
	formed := false
	switch slot {
	case "version", "error_code", "stream_id":
		formed = len(v) <= longestID && id.MatchString(v) && strings.ContainsAny(v, "0123456789_")
	case "network":
		formed = c.j.offline.isCarrier(v)
	case "since":
		formed = clock.FindString(foldText(v)) == foldText(v)
	case "users": // it may have been written in another way than in digits
		users, err := strconv.Atoi(v)
		return err == nil && users > 0 && users <= mostUsers && strings.ContainsFunc(quote, unicode.IsNumber)
	}
	literal := foldText(v)
	return formed && literal != "" && strings.Contains(foldText(quote), literal) && strings.Contains(c.text, literal)
}

// Bounds of what a model may claim of ids and numbers.
const (
	longestID = 64
	mostUsers = 1_000_000_000
)

// id is a version, a code or the id of a stream: one word, and no link.
var id = regexp.MustCompile(`^-?[\p{L}\p{N}][\p{L}\p{N}._+-]*$`)

// isCarrier tells that a text is the name of a carrier and nothing else.
func (o *Offline) isCarrier(name string) bool {
	n := normalise(name)
	return slices.ContainsFunc(o.lex.find(n), func(m match) bool {
		return m.kind == kindCarrier && m.from == 0 && m.to == len(n.units)
	})
}

// foldText makes a text comparable with its points and signs kept.
func foldText(s string) string { return foldSpace(string(normalise(s).text)) }

func foldSpace(s string) string { return plain(strings.Join(strings.Fields(s), " ")) }
