package oncall_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage/oncall"
)

// TestShiftsTile: of a schedule with one seat every instant is in one shift or one
// gap, and a time that is asked for in two parts gives the same as in one.
func TestShiftsTile(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		engineers, plan, from, to := world(rt)
		for i := range plan.Layers {
			plan.Layers[i].Rotation.Seats = 1
		}
		s := build(rt, engineers, plan)
		tiles(t, s, from, to)
		cut := from.Add(time.Duration(rapid.IntRange(1, 72*60-1).Draw(rt, "cut")) * time.Minute)
		whole, parts := s.Shifts(from, to), s.Shifts(from, cut)
		for i, sh := range s.Shifts(cut, to) {
			last := len(parts) - 1
			if i == 0 && last >= 0 && parts[last].To.Equal(cut) && parts[last].Who == sh.Who && parts[last].Layer == sh.Layer && parts[last].By == sh.By && parts[last].For == sh.For {
				parts[last].To = sh.To
				continue
			}
			parts = append(parts, sh)
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			rt.Fatalf("cut at %v (-whole +parts):\n%s", cut, diff)
		}
	})
}

// TestSwapTwice: exchanging the same two people once more is as if nobody had
// swapped, whichever of them is named first. Holidays are left out: a swap changes
// who is asked, and with it who stands in.
func TestSwapTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engineers, plan, from, to := world(t)
		plan.Swaps, plan.Overrides = nil, nil
		for i := range engineers {
			engineers[i].Holidays = nil
		}
		ids := rotating(plan)
		a, b := rapid.SampledFrom(ids).Draw(t, "a"), rapid.SampledFrom(ids).Draw(t, "b")
		if a == b {
			t.Skip("one person")
		}
		plain := build(t, engineers, plan)
		plan.Swaps = []oncall.Swap{{A: a, B: b, From: from, To: to}}
		once := build(t, engineers, plan).Shifts(from, to)
		plan.Swaps[0].A, plan.Swaps[0].B = b, a
		if diff := cmp.Diff(once, build(t, engineers, plan).Shifts(from, to)); diff != "" {
			t.Fatalf("a with b is not b with a:\n%s", diff)
		}
		other := map[string]string{a: b, b: a}
		for i, sh := range once {
			if back, ok := other[sh.Who]; ok {
				once[i].Who, once[i].By, once[i].For = back, oncall.RuleRotation, ""
			}
		}
		if diff := cmp.Diff(plain.Shifts(from, to), once); diff != "" {
			t.Fatalf("swapped back (-plain +twice):\n%s", diff)
		}
	})
}

// TestGapsAgree: Expect and Show never speak of a person in a gap.
func TestGapsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engineers, plan, from, to := world(t)
		s := build(t, engineers, plan)
		at := from.Add(time.Duration(rapid.IntRange(0, int(to.Sub(from)/time.Minute)).Draw(t, "at")) * time.Minute)
		target := time.Duration(rapid.IntRange(0, 600).Draw(t, "target")) * time.Minute
		e := oncall.Expect(at, target, nil, s)
		if e.OnDuty != (len(s.OnCall(at)) > 0) {
			t.Fatalf("on duty at %v: %v", at, e.OnDuty)
		}
		if !e.By.IsZero() && (len(s.OnCall(e.By)) == 0 || e.By.Before(at.Add(target))) {
			t.Fatalf("promised %v, when nobody is on duty or the target is not over", e.By)
		}
		if aim := at.Add(target); !e.Shift.IsZero() && len(s.Gaps(aim, e.By)) != 1 {
			t.Fatalf("waits for the shift of %v although somebody is there between it and %v", e.Shift, aim)
		}
		if !e.Until.IsZero() && (len(s.OnCall(e.Until)) > 0 || len(s.Gaps(at, e.Until)) > 0) {
			t.Fatalf("until %v is not the beginning of the first gap after %v", e.Until, at)
		}
		v := oncall.Show(s, at, nil)
		if (len(v.On) == 0) != (len(v.Gaps) > 0 && v.Gaps[0].From.Equal(at)) {
			t.Fatalf("at %v shows %v and the gaps %v", at, v.On, v.Gaps)
		}
	})
}
