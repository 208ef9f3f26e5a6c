package render

import (
	"fmt"
	"strings"

	"firstline/bot"
	"firstline/i18n"
	"firstline/triage"
)

// card makes the handoff card: everything an engineer needs to begin without
// asking again.
func (r *Renderer) card(lang string, v *triage.CardView) *bot.Card {
	say := func(key string, args map[string]any) string { return r.Texts.Text(lang, key, args) }
	customer := isolated(lang, Inert(v.Customer))
	if customer == "" {
		customer = say("card.unknown_customer", nil)
	}
	card := &bot.Card{}
	add := func(key, value string) {
		if value != "" {
			card.Fields = append(card.Fields, bot.Field{Key: strings.TrimPrefix(key, "card."), Label: say(key, nil), Value: value})
		}
	}
	symptom := ""
	for _, d := range v.Diagnosis {
		if d.Slot == triage.SlotSymptom && symptom == "" {
			symptom = r.Fact(lang, d.Slot, d.Fact.Value)
		}
	}
	if symptom == "" {
		symptom = say("option.unknown", nil)
	}
	severity := string(v.Severity)
	if severity == "" {
		severity = string(triage.P3)
	}
	card.Title = say("card.title", map[string]any{"severity": severity, "symptom": symptom, "customer": customer})
	if v.Tier != "" {
		customer += " (" + Inert(v.Tier) + ")"
	}
	add("card.customer", customer)
	add("card.contact", isolated(lang, Inert(v.Contact.Name)))
	add("card.language", i18n.LanguageName(lang, v.Lang))
	local := r.Texts.DateTime(lang, v.At, location(v.Zone))
	if v.ZoneOf != "" {
		local += " (" + i18n.Region(lang, v.ZoneOf) + ")"
	}
	add("card.local_time", local)
	if key := "rule." + v.SeverityRule; r.Texts.Has(key) {
		severity += " (" + say(key, nil) + ")"
	}
	add("card.severity", severity)
	add("card.reason", say("reason."+string(v.Reason), nil))
	status := say("status."+string(v.Status), nil)
	if v.Outcome != triage.OutcomeNone {
		status += " (" + say("outcome."+string(v.Outcome), nil) + ")"
	}
	add("card.status", status)
	assignee := isolated(lang, Inert(v.Assignee))
	if assignee == "" {
		assignee = say("card.nobody", nil)
	}
	add("card.assignee", assignee)
	add("card.layers", r.layers(lang, v.Layers))
	if v.Level > 1 {
		add("card.level", i18n.Number(lang, v.Level))
	}
	card.Notes = r.notes(lang, v)
	if i18n.RTL(lang) {
		for _, list := range [][]bot.Field{card.Fields, card.Notes} {
			for i := range list {
				list[i].Value = i18n.IsolateLatin(list[i].Value)
			}
		}
	}
	return card
}

func (r *Renderer) layers(lang string, ids []string) string {
	names := make([]string, 0, 3)
	for _, id := range ids[:min(3, len(ids))] {
		names = append(names, r.Texts.Text(lang, "layer."+id, nil))
	}
	return r.Texts.List(lang, names)
}

func (r *Renderer) notes(lang string, v *triage.CardView) []bot.Field {
	say := func(key string, args map[string]any) string { return r.Texts.Text(lang, key, args) }
	var out []bot.Field
	add := func(key string, lines []string) {
		if len(lines) > 0 {
			out = append(out, bot.Field{Label: say(key, nil), Value: strings.Join(lines, "\n")})
		}
	}
	var summary []string
	for _, line := range v.Summary {
		summary = append(summary, "- "+upright(line))
	}
	add("card.summary", summary)
	var diagnosis []string
	for _, d := range v.Diagnosis {
		value := r.beside(lang, d.Slot, d.Fact.Value)
		if d.Slot == triage.SlotSince {
			value = r.since(lang, v, d.Fact)
		}
		diagnosis = append(diagnosis, fmt.Sprintf("- %s: **%s** (%s)", say("slot."+d.Slot, nil), value, say("source."+string(d.Fact.Source), nil)))
	}
	add("card.diagnosis", diagnosis)
	tried := []string{say("card.nothing_tried", nil)}
	if len(v.Fixes) > 0 {
		tried = nil
	}
	for _, f := range v.Fixes {
		name := r.title(lang, f.Article)
		if text, ok := r.Articles.Text(f.Article, lang); ok && f.Step < len(text.Steps) {
			name = text.StepTitle(f.Step)
		}
		tried = append(tried, fmt.Sprintf("- %s: %s (%s, %d)", name, say("fix."+string(f.Outcome), nil), f.Article, f.Step+1))
	}
	add("card.tried", tried)
	add("card.words", r.words(lang, v.Words))
	var candidates []string
	for _, id := range v.Candidates {
		candidates = append(candidates, fmt.Sprintf("- %s (%s)", r.title(lang, id), id))
	}
	add("card.candidates", candidates)
	if len(v.Similar) > 0 {
		add("card.similar", []string{strings.Join(v.Similar, ", ")})
	}
	add("card.case", []string{v.CaseID + " · " + say("card.hint", nil)})
	return out
}

// beside names a value that stands beside its diagnostic's name: "SDK version: 4.2.1", not "version 4.2.1".
func (r *Renderer) beside(lang, slot, value string) string {
	option := r.Texts.Has("option." + slot + "." + value)
	if value != triage.Unknown && slot != "users" && !option && r.Texts.Has("fact."+slot) {
		return Inert(value)
	}
	return r.Fact(lang, slot, value)
}

// words quotes the customer: the first message, which says what it is about,
// and the latest.
func (r *Renderer) words(lang string, words []triage.Words) []string {
	var out []string
	for i, w := range words {
		if i > 0 && i < len(words)-triage.CardWords+1 {
			if i == 1 {
				out = append(out, "- "+r.Texts.Text(lang, "card.earlier", map[string]any{"Count": len(words) - triage.CardWords}))
			}
			continue
		}
		text := []rune(strings.Join(strings.Fields(upright(w.Text)), " "))
		if len(text) > 400 {
			text = append(text[:400], '…')
		}
		out = append(out, "- "+string(text))
	}
	return out
}

// Form makes the form that asks everything about a case at once.
func (r *Renderer) Form(c triage.Case) bot.Form {
	say := func(key string) string { return r.Texts.Text(c.Lang, key, nil) }
	form := bot.Form{ID: c.ID, Lang: c.Lang, Title: say("form.title"), Submit: say("form.submit"), Cancel: say("form.cancel")}
	for _, slot := range r.Catalogue.FormSlots(c) {
		f := bot.FormField{Name: slot, Label: say("slot." + slot), Hint: say("form.optional"), Value: known(c, slot)}
		for _, v := range r.Catalogue.OptionsOf(slot) {
			f.Options = append(f.Options, bot.Choice{Action: triage.ActionSlot + slot, Value: v, Label: r.Fact(c.Lang, slot, v)})
		}
		if len(f.Options) > 0 {
			f.Hint = say("form.choose")
		}
		form.Fields = append(form.Fields, f)
	}
	return form
}

func known(c triage.Case, slot string) string {
	v := c.Facts[slot].Value
	switch slot {
	case triage.SlotScenario:
		v = c.Scenario.Value
	case triage.SlotRegion:
		v = firstOf(c.RegionCodes())
	case triage.SlotSymptom:
		v = firstOf(c.SymptomIDs())
	}
	if v == triage.Unknown {
		return ""
	}
	return v
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
