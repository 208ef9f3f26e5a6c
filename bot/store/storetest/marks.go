package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"firstline/bot/store"

	"github.com/google/go-cmp/cmp"
)

func marks(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	ctx := t.Context()
	set := func(platform string, m map[string]string) {
		t.Helper()
		if err := s.SetMarks(ctx, platform, m); err != nil {
			t.Fatal(err)
		}
	}
	set("discord", map[string]string{"1": "10", "2": "20", "3": "30"})
	set("other", map[string]string{"1": "11"})
	set("discord", map[string]string{"2": "21", "3": "", "4": "40", "5": ""})
	set("discord", nil)
	got, err := open(t).Marks(ctx, "discord")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"1": "10", "2": "21", "4": "40"}, got); diff != "" {
		t.Errorf("marks differ (-want +got):\n%s", diff)
	}
	for i := range 20 { // a caller that has given up may use its map again while it is being written
		gone, cancel := context.WithTimeout(ctx, time.Duration(i)*50*time.Microsecond)
		m := map[string]string{"1": fmt.Sprint(i), "2": "x"}
		_ = s.SetMarks(gone, "gone", m)
		m["3"] = "y"
		cancel()
	}
	if none, err := s.Marks(ctx, "nobody"); err != nil || len(none) != 0 {
		t.Errorf("marks of an unknown platform: %v, %v; want none", none, err)
	}
}
