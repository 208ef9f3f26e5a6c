package storetest

import (
	"testing"
	"time"

	"firstline/bot/store"
	"firstline/triage"
)

func timers(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	_, ok, err := s.NextTimer(t.Context())
	must(t, err)
	same(t, "a timer in an empty store", ok, false)
	a, b := opened(t, s, "K1"), opened(t, s, "K2")
	at := func(id, name string, after time.Duration) store.Timer {
		return store.Timer{CaseID: id, Name: name, Due: start.Add(after)}
	}
	commit(t, s,
		store.Turn{Case: &a, Version: 1, Set: []store.Timer{at("K1", "nudge", 3*time.Minute), at("K1", "close", time.Hour)}},
		store.Turn{Case: &b, Version: 1, Set: []store.Timer{at("K2", "nudge", time.Minute), at("K2", "close", 2*time.Minute)}})
	due := func(after time.Duration, limit int) []store.Timer {
		t.Helper()
		got, err := s.DueTimers(t.Context(), start.Add(after), limit)
		must(t, err)
		return got
	}
	same(t, "before the first", len(due(time.Minute-time.Microsecond, 10)), 0)
	same(t, "at the first", due(time.Minute, 10), []store.Timer{at("K2", "nudge", time.Minute)})
	same(t, "all, earliest first", due(time.Hour, 10), []store.Timer{
		at("K2", "nudge", time.Minute), at("K2", "close", 2*time.Minute), at("K1", "nudge", 3*time.Minute), at("K1", "close", time.Hour)})
	same(t, "limited", len(due(time.Hour, 2)), 2)
	next, ok, err := s.NextTimer(t.Context())
	must(t, err)
	same(t, "next", []any{next, ok}, []any{start.Add(time.Minute), true})

	fired := at("K2", "nudge", time.Minute)
	commit(t, s,
		store.Turn{Timer: &fired},
		store.Turn{Case: &a, Version: 2, Set: []store.Timer{at("K1", "nudge", 5*time.Minute)}, Cancel: []store.Timer{{CaseID: "K1", Name: "close"}, {CaseID: "K1", Name: "none"}}})
	same(t, "after one fired, one moved, one was cancelled", due(time.Hour, 10), []store.Timer{
		at("K2", "close", 2*time.Minute), at("K1", "nudge", 5*time.Minute)})
	again := at("K2", "close", 2*time.Minute)
	commit(t, s, store.Turn{Timer: &again, Case: &b, Version: 2, Set: []store.Timer{at("K2", "close", 10*time.Minute)}})
	same(t, "set anew by the turn it fired in", due(time.Hour, 10), []store.Timer{
		at("K1", "nudge", 5*time.Minute), at("K2", "close", 10*time.Minute)})
}

func links(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	a, b := opened(t, s, "K1"), newCase("K2")
	b.Conversation = a.Conversation
	commit(t, s, store.Turn{Case: &b, Links: []store.Link{
		{Conversation: b.Conversation, Role: store.RoleCustomer, CaseID: "K2"},
		{Conversation: "discord:desk:7", Role: store.RoleDesk, CaseID: "K2"},
	}})
	c, _, role, err := s.CaseOf(t.Context(), a.Conversation)
	must(t, err)
	same(t, "the newest case", []any{c.ID, role}, []any{"K2", store.RoleCustomer})
	c, _, role, err = s.CaseOf(t.Context(), "discord:desk:7")
	must(t, err)
	same(t, "the desk's thread", []any{c.ID, role}, []any{"K2", store.RoleDesk})
	l, err := s.LinkOf(t.Context(), "K2", store.RoleDesk)
	must(t, err)
	same(t, "link", l, store.Link{Conversation: "discord:desk:7", Role: store.RoleDesk, CaseID: "K2"})
	_, err = s.LinkOf(t.Context(), "K1", store.RoleDesk)
	wantErr(t, "no link", err, store.ErrNotFound)
}

func contacts(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	_, err := s.Contact(t.Context(), "slack", "U1")
	wantErr(t, "unknown contact", err, store.ErrNotFound)
	first := store.Contact{Platform: "slack", ID: "U1", Lang: "th"}
	second := store.Contact{Platform: "slack", ID: "U1", Lang: "pt-BR", Chosen: true}
	other := store.Contact{Platform: "discord", ID: "U1", Lang: "ko"}
	for _, c := range []store.Contact{first, other, second} {
		commit(t, s, store.Turn{Contact: &c})
	}
	for _, want := range []store.Contact{second, other} {
		got, err := s.Contact(t.Context(), want.Platform, want.ID)
		must(t, err)
		same(t, "contact", got, want)
	}
}

func ids(cases []triage.Case) []string {
	out := []string{}
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

func casesListed(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	for i := range 60 {
		c := newCase(numbered("K", i))
		c.Updated = start.Add(time.Duration(i) * time.Minute)
		if i%2 == 1 {
			c.Customer = "globex"
		}
		if i%3 == 0 {
			c.Status = triage.StatusHandedOff
		}
		commit(t, s, store.Turn{Case: &c})
	}
	c, version, err := s.Case(t.Context(), "K003")
	must(t, err)
	c.Updated = start.Add(48 * time.Hour)
	commit(t, s, store.Turn{Case: &c, Version: version})
	list := func(f store.Filter) []string {
		t.Helper()
		got, err := s.Cases(t.Context(), f)
		must(t, err)
		return ids(got)
	}
	all := list(store.Filter{})
	same(t, "how many without a limit", len(all), 50)
	same(t, "last changed first", all[:3], []string{"K003", "K059", "K058"})
	same(t, "by status", list(store.Filter{Status: triage.StatusHandedOff, Limit: 3}), []string{"K003", "K057", "K054"})
	same(t, "by customer", list(store.Filter{Customer: "acme", Limit: 2}), []string{"K058", "K056"})
	same(t, "by both", list(store.Filter{Customer: "globex", Status: triage.StatusHandedOff, Limit: 2}), []string{"K003", "K057"})
	same(t, "none", list(store.Filter{Customer: "nobody"}), []string{})
}

func similar(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	add := func(id string, symptoms []string, regions ...string) triage.Case {
		c := newCase(id)
		for _, v := range symptoms {
			c.Symptoms = append(c.Symptoms, triage.Fact{Value: v})
		}
		for _, v := range regions {
			c.Regions = append(c.Regions, triage.Fact{Value: v})
		}
		commit(t, s, store.Turn{Case: &c})
		return c
	}
	add("A", []string{"stutter"}, "TH", "VN")
	add("B", []string{"stutter"})
	add("C", []string{"blurry", "stutter"}, "TH")
	add("D", []string{"stutter"}, "VN", "TH")
	add("E", []string{"stutter"}, "BR")
	moved := add("F", []string{"stutter"}, "TH")
	add("G", []string{triage.Unknown}, "TH")
	find := func(c triage.Case, limit int) []string {
		t.Helper()
		got, err := s.Similar(t.Context(), c, limit)
		must(t, err)
		return ids(got)
	}
	me := add("me", []string{"stutter", "blurry"}, "TH", "VN")
	same(t, "similar", find(me, 10), []string{"F", "D", "A", "E", "B"})
	same(t, "limited", find(me, 2), []string{"F", "D"})
	same(t, "limited to more than share a region", find(me, 4), []string{"F", "D", "A", "E"})
	moved.Regions = []triage.Fact{{Value: "PE"}}
	commit(t, s, store.Turn{Case: &moved, Version: 1})
	same(t, "after a correction", find(me, 10), []string{"D", "A", "F", "E", "B"})
	same(t, "without a region", find(add("you", []string{"stutter"}), 2), []string{"me", "F"})
	same(t, "nothing known", find(newCase("new"), 10), []string{})
	same(t, "symptom not known", find(add("dunno", []string{triage.Unknown}, "TH"), 10), []string{})
}
