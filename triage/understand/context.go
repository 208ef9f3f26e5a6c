package understand

import (
	"strconv"
	"strings"

	"firstline/triage"
)

// inContext reads a bare reply in the light of the question that was asked: a
// number is a version, a code or a count by what the bot wanted to know.
func inContext(r *triage.Reading, q triage.Question, n normal, matches []match) {
	if q.Asking == "" || len(n.units) == 0 || len(n.units) > 12 {
		return
	}
	text := strings.TrimSpace(q.Text)
	if len(text) > longestFact {
		return
	}
	if _, known := r.Facts[q.Asking]; known || r.Unknown {
		return
	}
	switch q.Asking {
	case "version", "error_code", "stream_id":
		if strings.ContainsAny(string(n.text), "0123456789") && len(n.units) <= 4 {
			r.Facts[q.Asking] = text
		}
	case triage.SlotLive:
		if r.Yes != r.No {
			r.Facts[q.Asking] = map[bool]string{true: "yes", false: "no"}[r.Yes]
		}
	case "users":
		if v, err := strconv.Atoi(strings.Trim(text, "~+ ")); err == nil && v > 0 {
			r.Facts[q.Asking] = strconv.Itoa(v)
		}
	case triage.SlotScope:
		for _, m := range matches {
			if m.id == "one_user" {
				r.Facts[q.Asking] = "one"
			}
		}
	}
	if _, ok := r.Facts[q.Asking]; ok && r.Act == triage.ActOther {
		r.Act = triage.ActAnswer
	}
}
