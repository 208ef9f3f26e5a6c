package oncall_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firstline/triage/oncall"
)

// member makes an engineer of UTC who is awake by day.
func member(t testing.TB, id string, change func(*oncall.Engineer)) *oncall.Member {
	e := oncall.Engineer{ID: id, Zone: "UTC"}
	if change != nil {
		change(&e)
	}
	return team(t, e).Member(id)
}

// TestRoute is one row a preference: the first of two is named, with the reasons of
// both.
func TestRoute(t *testing.T) {
	const noon, night = "2026-03-02 12:00", "2026-03-02 03:00"
	plain := func(id string) *oncall.Member { return member(t, id, nil) }
	is := func(id string, change func(*oncall.Engineer)) *oncall.Member { return member(t, id, change) }
	thai := oncall.Need{Scenario: "voice_room", Language: "th"}
	for _, tc := range []struct {
		name string
		need oncall.Need
		at   string
		in   []oncall.Candidate
		want []string // who: reasons
	}{
		{"on shift before off shift, whatever else", thai, noon, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Skills, e.Languages = []string{"voice_room"}, []string{"th"} })}, {Member: plain("b"), OnShift: true, Load: 9}},
			[]string{"b: on_shift awake unskilled needs_relay busier", "a: off_shift awake skilled speaks least_loaded"}},
		{"awake before asleep", oncall.Need{}, night, []oncall.Candidate{
			{Member: plain("a"), OnShift: true}, {Member: is("b", func(e *oncall.Engineer) { e.Zone = "Asia/Tokyo" }), OnShift: true, Load: 1}},
			[]string{"b: on_shift awake busier", "a: on_shift asleep least_loaded"}},
		{"asleep at work before awake and off", oncall.Need{}, night, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Zone = "Asia/Tokyo" })}, {Member: plain("b"), OnShift: true}},
			[]string{"b: on_shift asleep least_loaded", "a: off_shift awake least_loaded"}},
		{"room before skill", thai, noon, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Skills, e.Limit = []string{"voice_room"}, 3 }), OnShift: true, Load: 3}, {Member: plain("b"), OnShift: true, Load: 5}},
			[]string{"b: on_shift awake unskilled needs_relay busier", "a: on_shift awake full skilled needs_relay least_loaded"}},
		{"skill before language", thai, noon, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Languages = []string{"th"} }), OnShift: true}, {Member: is("b", func(e *oncall.Engineer) { e.Skills = []string{"showroom", "voice_room"} }), OnShift: true}},
			[]string{"b: on_shift awake skilled needs_relay least_loaded", "a: on_shift awake unskilled speaks least_loaded"}},
		{"the very language before a variant before another", oncall.Need{Language: "zh-Hans"}, noon, []oncall.Candidate{
			{Member: plain("a"), OnShift: true}, {Member: is("b", func(e *oncall.Engineer) { e.Languages = []string{"zh-Hant"} }), OnShift: true}, {Member: is("c", func(e *oncall.Engineer) { e.Languages = []string{"en", "ZH-hans"} }), OnShift: true}},
			[]string{"c: on_shift awake speaks least_loaded", "b: on_shift awake speaks_variant least_loaded", "a: on_shift awake needs_relay least_loaded"}},
		{"language before load", oncall.Need{Language: "th"}, noon, []oncall.Candidate{
			{Member: plain("a"), OnShift: true}, {Member: is("b", func(e *oncall.Engineer) { e.Languages = []string{"th"} }), OnShift: true, Load: 7}},
			[]string{"b: on_shift awake speaks busier", "a: on_shift awake needs_relay least_loaded"}},
		{"the least loaded", oncall.Need{}, noon, []oncall.Candidate{
			{Member: plain("a"), OnShift: true, Load: 2}, {Member: plain("b"), OnShift: true, Load: 1}},
			[]string{"b: on_shift awake least_loaded", "a: on_shift awake busier"}},
		{"by id at last", oncall.Need{}, noon, []oncall.Candidate{{Member: plain("b"), OnShift: true}, {Member: plain("a"), OnShift: true}},
			[]string{"a: on_shift awake least_loaded", "b: on_shift awake least_loaded"}},
		{"nobody on duty: who is awake", oncall.Need{}, night, []oncall.Candidate{
			{Member: plain("a")}, {Member: is("b", func(e *oncall.Engineer) { e.Zone = "Asia/Tokyo" })}},
			[]string{"b: off_shift awake least_loaded nobody_on_duty", "a: off_shift asleep least_loaded nobody_on_duty last_resort"}},
		{"on holiday after asleep, and still somebody", oncall.Need{}, night, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Zone, e.Holidays = "Asia/Tokyo", []oncall.Holiday{{From: "2026-03-02"}} })}, {Member: plain("b")}},
			[]string{"b: off_shift asleep least_loaded nobody_on_duty last_resort", "a: on_holiday awake least_loaded nobody_on_duty last_resort"}},
		{"on shift in spite of a holiday is on shift", oncall.Need{}, noon, []oncall.Candidate{
			{Member: is("a", func(e *oncall.Engineer) { e.Holidays = []oncall.Holiday{{From: "2026-03-02"}} }), OnShift: true}},
			[]string{"a: on_shift awake least_loaded"}},
		{"named twice: ranked once", oncall.Need{}, noon, []oncall.Candidate{{Member: plain("a")}, {}, {Member: plain("a"), OnShift: true}},
			[]string{"a: on_shift awake least_loaded"}},
		{"nobody at all", oncall.Need{}, noon, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, r := range oncall.Route(tc.need, utc(t, tc.at), tc.in...) {
				words := []string{}
				for _, reason := range r.Reasons {
					words = append(words, string(reason))
				}
				got = append(got, r.Who+": "+strings.Join(words, " "))
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tc.want, "\n     "))
			}
		})
	}
}

// TestAwake: the hours are the person's own, may pass midnight, and follow the
// clock that hangs on the wall.
func TestAwake(t *testing.T) {
	for _, tc := range []struct {
		zone, from, to, at string
		want               bool
	}{
		{"UTC", "", "", "2026-03-02 06:59", false},
		{"UTC", "", "", "2026-03-02 07:00", true},
		{"UTC", "", "", "2026-03-02 22:59", true},
		{"UTC", "", "", "2026-03-02 23:00", false},
		{"UTC", "18:00", "02:00", "2026-03-02 01:59", true},
		{"UTC", "18:00", "02:00", "2026-03-02 02:00", false},
		{"UTC", "18:00", "02:00", "2026-03-02 18:00", true},
		{"UTC", "00:00", "00:00", "2026-03-02 03:00", true},
		{"UTC", "08:00", "24:00", "2026-03-02 00:00", false},
		{"Asia/Jakarta", "", "", "2026-03-01 20:10", false}, // 03:10
		{"Asia/Kolkata", "", "", "2026-03-02 01:30", true},  // 07:00
		{"Europe/Berlin", "", "", "2026-03-28 05:30", false},
		{"Europe/Berlin", "", "", "2026-03-29 05:30", true}, // summer time since tonight
	} {
		m := member(t, "a", func(e *oncall.Engineer) { e.Zone, e.Awake = tc.zone, oncall.Awake{From: tc.from, To: tc.to} })
		if got := m.AwakeAt(utc(t, tc.at)); got != tc.want {
			t.Errorf("%s to %s in %s at %s: awake %v, want %v", tc.from, tc.to, tc.zone, tc.at, got, tc.want)
		}
	}
}

// TestRouteProperties: everybody is ranked once, in the same order whatever the
// order of the candidates, and nobody behind somebody who is worse.
func TestRouteProperties(t *testing.T) {
	r := roster(t, sun())
	night := utc(t, "2026-03-28")
	rapid.Check(t, func(t *rapid.T) {
		at := night.Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "minute")) * time.Minute)
		load := map[string]int{}
		for _, m := range r.Team().Members() {
			load[m.ID] = rapid.IntRange(0, 3).Draw(t, "load")
		}
		need := oncall.Need{Scenario: rapid.SampledFrom([]string{"", "showroom", "voice_room", "unheard_of"}).Draw(t, "scenario"),
			Language: rapid.SampledFrom([]string{"", "th", "zh-Hant", "de", "ar"}).Draw(t, "language")}
		candidates := r.Candidates(at, load)
		got := oncall.Route(need, at, candidates...)
		if len(got) != 12 {
			t.Fatalf("%d ranked, want 12", len(got))
		}
		if !got[0].Has(oncall.ReasonOnShift) {
			t.Fatalf("first is %+v, though the sun never sets on this desk", got[0])
		}
		again := oncall.Route(need, at, rapid.Permutation(candidates).Draw(t, "order")...)
		for i := range got {
			if got[i].Who != again[i].Who || !slices.Equal(got[i].Reasons, again[i].Reasons) {
				t.Fatalf("place %d: %+v, in another order of candidates %+v", i, got[i], again[i])
			}
		}
		order := []oncall.Reason{oncall.ReasonOnShift, oncall.ReasonAwake, oncall.ReasonSkilled, oncall.ReasonSpeaks, oncall.ReasonSpeaksVariant}
		for i := 1; i < len(got); i++ {
			checkOrder(t, got[i-1], got[i], order)
		}
	})
}

func checkOrder(t *rapid.T, a, b oncall.Ranked, order []oncall.Reason) {
	for _, reason := range order {
		if a.Has(reason) != b.Has(reason) {
			if b.Has(reason) {
				t.Fatalf("%+v stands before %+v", a, b)
			}
			return
		}
	}
	if a.Load > b.Load {
		t.Fatalf("%+v stands before the less loaded %+v", a, b)
	}
}
