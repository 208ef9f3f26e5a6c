package linear_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"firstline/i18n/linear"
)

func chars(text string, longest int, salt uint32) []linear.ID {
	g := linear.NewGrams()
	g.Chars([]rune(text), longest, salt)
	return g.IDs()
}

func words(salt uint32, w ...string) []linear.ID {
	g := linear.NewGrams()
	g.Words(w, salt)
	return g.IDs()
}

func TestCharsCountsEachGramOnce(t *testing.T) {
	for _, tc := range []struct {
		text    string
		longest int
		want    int
	}{
		{"", 3, 0}, {" ", 3, 0}, {"a", 3, 1}, {"aaaa", 1, 1}, {"ab", 2, 3}, {"abc", 3, 6}, {"aaaa", 3, 3},
		{" a ", 2, 3}, // "a", " a" and "a "
		{" a ", 3, 4}, // and " a "
		{"  ", 2, 0},
	} {
		if got := len(chars(tc.text, tc.longest, 1)); got != tc.want {
			t.Errorf("%q up to %d has %d n-grams, want %d", tc.text, tc.longest, got, tc.want)
		}
	}
}

func TestGramsTellApart(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b []linear.ID
	}{
		{"order", chars("ab", 2, 1), chars("ba", 2, 1)},
		{"beginning and end of a word", chars(" ab ", 2, 1), chars("ab", 2, 1)},
		{"salt", chars("abc", 3, 1), chars("abc", 3, 2)},
		{"kind", chars("abc", 3, 1), words(1, "abc")},
		{"pairs of words", words(1, "a", "b", "c"), words(1, "b", "a", "c")},
		{"one word or two", words(1, "ab"), words(1, "a", "b")},
	} {
		if slices.Equal(sorted(tc.a), sorted(tc.b)) {
			t.Errorf("%s: the features are the same, %v", tc.name, tc.a)
		}
	}
}

func sorted(ids []linear.ID) []linear.ID {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return ids
}

func TestNamesAreHashed(t *testing.T) {
	g := linear.NewGrams()
	g.Name("has ?")
	g.Name("has ?")
	g.Name("has !")
	if got, want := g.IDs(), []linear.ID{linear.Hash("has ?"), linear.Hash("has !")}; !slices.Equal(got, want) {
		t.Errorf("features %v, want %v", got, want)
	}
}

// TestFeaturesFit draws any text: features fit the table, do not repeat, and
// are the same each time.
func TestFeaturesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		list := rapid.SliceOf(rapid.String()).Draw(t, "words")
		salt := rapid.Uint32().Draw(t, "salt")
		make := func() []linear.ID {
			g := linear.NewGrams()
			g.Chars([]rune(text), 5, salt)
			g.Words(list, salt)
			return g.IDs()
		}
		ids := make()
		for _, id := range ids {
			if id >= 1<<linear.Bits {
				t.Fatalf("feature %d of %q does not fit %d rows", id, text, 1<<linear.Bits)
			}
		}
		if again := make(); !slices.Equal(ids, again) {
			t.Fatalf("features of %q are %v, then %v", text, ids, again)
		}
		if s := sorted(ids); len(slices.Compact(s)) != len(ids) {
			t.Fatalf("features of %q repeat: %v", text, ids)
		}
	})
}

func TestSpaceless(t *testing.T) {
	for r, want := range map[rune]bool{'直': true, 'の': true, 'カ': true, 'ไ': true, 'a': false, 'ж': false, '한': false, 'ع': false, ' ': false, 'ह': false} {
		if got := linear.Spaceless(r); got != want {
			t.Errorf("Spaceless(%q) = %t, want %t", r, got, want)
		}
	}
}

// TestNorm makes long and short texts comparable.
func TestNorm(t *testing.T) {
	for n, want := range map[int]float32{0: 0, 1: 1, 4: 0.5, 100: 0.1} {
		if got := linear.Norm(n); got != want {
			t.Errorf("Norm(%d) = %v, want %v", n, got, want)
		}
	}
}
