package failpoint

import "testing"

func TestNamesAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range Names() {
		if n == "" || seen[n] {
			t.Errorf("name %q is empty or there twice", n)
		}
		seen[n] = true
		Hit(n) // without FIRSTLINE_FAILPOINT nothing happens, in either build
	}
}
