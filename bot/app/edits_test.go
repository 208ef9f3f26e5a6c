package app_test

import (
	"strings"
	"testing"

	"firstline/triage"
)

// TestEditsAndDeletionsBeforeAPersonCame are followed in silence.
func TestEditsAndDeletionsBeforeAPersonCame(t *testing.T) {
	everywhere(t, func(w *town) {
		root, _ := w.reported("Our live stream keeps freezing in Thailand")
		w.drain()
		before := w.count(thread(root))
		w.Edit(nok, root, "Our live stream keeps freezing in Vietnam")
		w.handled(triage.EventEdited, 1)
		w.onlyIn(root, "VN", "after the edit")
		extra := w.Reply(nok, root, "Viewers in Indonesia have it, too")
		w.expect(thread(root), after(extra))
		w.Delete(nok, extra)
		w.handled(triage.EventDeleted, 1)
		w.onlyIn(root, "VN", "after the deletion")
		w.drain()
		if n := w.count(thread(root)); n > before+1 {
			w.t.Errorf("the edit and the deletion were answered; want silence:\n%s", w.Transcript(thread(root)))
		}
		w.Reply(nok, root, wantHuman)
		card := w.card()
		if seen := card.Text; !strings.Contains(seen, "Vietnam") || strings.Contains(seen, "Thailand") || strings.Contains(seen, "Indonesia") {
			w.t.Errorf("the card shows what was taken back, or not what was said instead:\n%s", seen)
		}
		w.replayed()
	})
}

// TestEditsAndDeletionsOfTheCustomerReachTheDesk in the copies of their words
// and on the card.
func TestEditsAndDeletionsOfTheCustomerReachTheDesk(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.handedOff("Our live stream keeps freezing in Thailand")
		late := w.Reply(nok, root, "It is the stream summer-1")
		copied := w.expect(thread(card), not(same(card)), says("summer-1"))
		w.Edit(nok, late, "It is the stream winter-2")
		w.until(copied, says("winter-2", "(edited)"), not(says("summer-1")))
		w.Delete(nok, late)
		w.until(copied, deleted)
		w.drain()
		if seen := w.Now(card).Text; strings.Contains(seen, "winter-2") || strings.Contains(seen, "summer-1") {
			w.t.Errorf("the card still shows what the customer deleted:\n%s", seen)
		}
		w.replayed()
	})
}

// TestEditsAndDeletionsOfTheEngineerReachTheCustomer, and what was made
// internal afterwards is taken away.
func TestEditsAndDeletionsOfTheEngineerReachTheCustomer(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		said := w.Reply(kim, card, "Please set the GOP to 2 secnds\n// typo inside")
		got := w.expect(thread(root), says("2 secnds"))
		w.Edit(kim, said, "Please set the GOP to 2 seconds\n// better")
		changed := w.until(got, says("2 seconds", "(edited)"))
		if strings.Contains(changed.Text, "better") {
			w.t.Errorf("an internal line went out with an edit: %q", changed.Text)
		}
		w.Edit(kim, said, "// on second thoughts, only for us")
		w.until(got, deleted)
		wrong := w.Reply(kim, card, "wrong window, sorry")
		oops := w.expect(thread(root), says("wrong window"))
		w.Delete(kim, wrong)
		w.until(oops, deleted)
		w.replayed()
	})
}
