package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"firstline/i18n"
	"firstline/triage/understand/score"
)

func (e *evaluation) perMessage() time.Duration {
	if e.offline.messages.N == 0 {
		return 0
	}
	return e.spent / time.Duration(e.offline.messages.N)
}

func (e *evaluation) table(out io.Writer, byLang bool) error {
	w := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	if n := e.offline.messages.N; n > 0 {
		e.section(w, "messages", n, func(s *scores) []score.Row { return s.messages.Rows() })
		fmt.Fprintf(w, "  time a message\t%s\t\n", e.perMessage().Round(time.Microsecond))
	}
	if n := e.offline.dialogues.N; n > 0 {
		e.section(w, "dialogues", n, func(s *scores) []score.Row { return s.dialogues.Rows() })
	}
	if e.model != nil {
		e.model.lines(w)
	}
	if byLang && e.offline.messages.N > 0 {
		e.languages(w)
	}
	return w.Flush()
}

// section prints what was measured: a line a measure, a column an understanding.
func (e *evaluation) section(w io.Writer, title string, n int, rows func(*scores) []score.Row) {
	systems := e.systems()
	if len(systems) == 1 {
		fmt.Fprintf(w, "%s\t%d\t\n", title, n)
	} else {
		fmt.Fprintf(w, "%s: %d\n\t%s\n", title, n, tabbed(systems, func(s *scores) string { return s.name }))
	}
	for i, row := range rows(e.offline) {
		fmt.Fprintf(w, "  %s\t", row.Name)
		if len(systems) == 1 {
			fmt.Fprintf(w, "%s\t%d of %d\n", percent(row.Ratio), row.Ratio.Right, row.Ratio.Of)
			continue
		}
		fmt.Fprintln(w, tabbed(systems, func(s *scores) string { return percent(rows(s)[i].Ratio) }))
	}
}

func tabbed(systems []*scores, cell func(*scores) string) string {
	var b strings.Builder
	for _, s := range systems {
		b.WriteString(cell(s))
		b.WriteByte('\t')
	}
	return b.String()
}

// lines says what the model cost, how quick it was and what came of its answers.
func (m *measured) lines(w io.Writer) {
	u, failures := m.Usage(), 0
	for _, n := range m.failed {
		failures += n
	}
	fmt.Fprint(w, "model\n")
	fmt.Fprintf(w, "  answers\t%d of %d\t\n", len(m.took)-failures, len(m.took))
	fmt.Fprintf(w, "  failures\t%s\t\n", counts(m.failed))
	fmt.Fprintf(w, "  readings\t%s\t\n", counts(m.readings))
	fmt.Fprintf(w, "  claims dropped\t%s\t\n", counts(m.dropped))
	fmt.Fprintf(w, "  tokens in, out\t%d, %d\t\n", u.TokensIn, u.TokensOut)
	fmt.Fprintf(w, "  cost\t$%.4f\t\n", u.USD)
	fmt.Fprintf(w, "  time an answer\tmedian %s, p90 %s\t\n", m.latency(50), m.latency(90))
}

func (m *measured) latency(p int) string {
	d, ok := m.percentile(p)
	if !ok {
		return "-"
	}
	return d.Round(time.Millisecond).String()
}

// counts prints how often each thing happened, in alphabetical order.
func counts(n map[string]int) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%s %d", what, n[what]))
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, ", ")
}

func (e *evaluation) languages(w io.Writer) {
	compared := e.model != nil
	by := ""
	if compared {
		by = "by\t"
	}
	fmt.Fprintf(w, "\nlanguage\tn\t%slang\tact\tscenario\tregions\tsymptom F1\tseverity ±1\n", by)
	for _, lang := range i18n.Languages() {
		for _, s := range e.systems() {
			m := s.byLang[lang]
			if m == nil {
				continue
			}
			if compared {
				by = s.name + "\t"
			}
			fmt.Fprintf(w, "%s\t%d\t%s%s\t%s\t%s\t%s\t%s\t%s\n", lang, m.N, by, percent(m.Lang), percent(m.Act), percent(m.Scenario),
				percent(m.Regions), percent(m.SymptomF1()), percent(m.SeverityOne))
		}
	}
}

func percent(r score.Ratio) string {
	v, ok := r.Value()
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.3f", v)
}

// json prints the same for machines. The offline figures stand at the top; what
// a model adds stands under "model" and, by understanding, under "systems".
func (e *evaluation) json(out io.Writer) error {
	all := e.offline.json()
	all["messages"], all["dialogues"] = e.offline.messages.N, e.offline.dialogues.N
	all["microseconds_a_message"] = e.perMessage().Microseconds()
	if e.model != nil {
		all["model"] = e.model.json()
		all["systems"] = map[string]any{e.alone.name: e.alone.json(), e.joined.name: e.joined.json()}
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}

func (s *scores) json() map[string]any {
	byLang := map[string]any{}
	for lang, m := range s.byLang {
		byLang[lang] = ratios(m.Rows())
	}
	return map[string]any{"scores": ratios(s.messages.Rows()), "by_lang": byLang, "dialogue_scores": ratios(s.dialogues.Rows())}
}

func ratios(rows []score.Row) map[string]any {
	m := map[string]any{}
	for _, row := range rows {
		m[row.Name] = nil
		if v, ok := row.Ratio.Value(); ok {
			m[row.Name] = round(v)
		}
	}
	return m
}

func (m *measured) json() map[string]any {
	ms := func(p int) any {
		if d, ok := m.percentile(p); ok {
			return d.Milliseconds()
		}
		return nil
	}
	return map[string]any{
		"asked": len(m.took), "failed": m.failed, "readings": m.readings, "claims_dropped": m.dropped, "usage": m.Usage(),
		"latency_ms": map[string]any{"median": ms(50), "p90": ms(90)},
	}
}
