package app_test

import (
	"testing"

	"firstline/bot/bottest"
	"firstline/triage"
)

// TestForm answers everything at once, as far as a form of the platform has room.
func TestForm(t *testing.T) {
	everywhere(t, func(w *town) {
		root, first := w.reported("Our live stream keeps freezing")
		form := w.OpenForm(nok, first, patience)
		asked := fieldsOf(w.t, form)
		known, shown := asked["symptom"]
		if room := 5; len(asked) < room || len(asked) > room && !shown || shown && known.Value != "stutter" {
			w.t.Errorf("the form asks %v, want five fields at least, and every known one with its value", asked)
		}
		fields := map[string]string{}
		for slot, value := range map[string]string{"scenario": "showroom", "region": "TH", "scope": "many", "where": "some_places", "version": "4.3.2", "stream_id": "summer-1"} {
			if _, there := asked[slot]; there {
				fields[slot] = value
			}
		}
		w.Submit(nok, form, fields)
		w.expect(thread(root), after(first), offers("human"))
		w.until(first, settled)
		c := w.caseOf(root)
		for slot, want := range fields {
			if got := factOf(c, slot); got.Value != want || got.Source != triage.SourceForm {
				w.t.Errorf("%s is %q (%s), want %q from the form", slot, got.Value, got.Source, want)
			}
		}
		w.Reply(nok, root, wantHuman)
		card := w.card()
		if !says(fields["region"], "(form)")(card) && !says("Thailand", "(form)")(card) {
			w.t.Errorf("the card lacks what the form told:\n%s", card.Text)
		}
	})
}

func fieldsOf(t *testing.T, form bottest.Form) map[string]bottest.FormLine {
	t.Helper()
	asked := map[string]bottest.FormLine{}
	for _, f := range form.Fields {
		asked[f.Name] = f
		if f.Required {
			t.Errorf("field %s must be filled, want every one optional", f.Name)
		}
	}
	return asked
}

// factOf gives what a case knows of a slot.
func factOf(c triage.Case, slot string) triage.Fact {
	switch slot {
	case triage.SlotScenario:
		return c.Scenario
	case triage.SlotRegion:
		if len(c.Regions) == 0 {
			return triage.Fact{}
		}
		return c.Regions[0]
	}
	return c.Facts[slot]
}

// TestMenuAndUsedChoices answers with a menu; what was used is shown and gone.
func TestMenuAndUsedChoices(t *testing.T) {
	everywhere(t, func(w *town) {
		root, first := w.reported("Our live shopping stream keeps freezing")
		if len(first.Menus) == 0 || first.Menus[0].Action != "slot:region" {
			w.t.Fatalf("the first question offers %v, want a menu of regions:\n%s", first.Menus, w.Transcript(thread(root)))
		}
		w.Choose(nok, first, "slot:region", "VN")
		next := w.expect(thread(root), after(first), offers("slot:scope"))
		w.until(first, settled, says("✓ Vietnam"))
		w.Click(nok, next, "slot:scope", "some")
		w.until(next, settled, says("✓ some users"))
		if err := w.TryClick(nok, next, "slot:scope"); err == nil {
			w.t.Error("a used choice can be clicked again")
		}
		c := w.caseOf(root)
		if c.Regions[0].Value != "VN" || c.Regions[0].Source != triage.SourceClicked || c.Facts["scope"].Source != triage.SourceClicked {
			w.t.Errorf("region %+v, scope %+v; want both clicked", c.Regions, c.Facts["scope"])
		}
	})
}
