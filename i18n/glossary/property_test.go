package glossary_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"firstline/i18n"
	"firstline/i18n/glossary"
)

// pieces of text that are hard to tell apart when they meet.
var pieces = []string{"RTMP", "码率", "bitrate", "битрейт", "https://x.com/a?b=1", "a@b.co", "`x y`", "```\na\n\nb```", "`", "``", "⟦0⟧", "⟦", "⟧", "【1】", "[[2]]", "<@U1>", "@anna", ":smile:", "👍🏽",
	"2 Mbps", "٢٥٪", "10.000", "10 000", "10,5", "3万", "5月", "-1307", "h264", "by2ta3", "teman2", "v4.3.2", "10.0.0.1", "client.log", "**", "- ", "1. ", "\n", "\n\n", " ", "\u00a0", ".", "。", "! ", "؟ ", "।",
	"hello there", "画面が止まる", "ภาพค้าง", "끊겨요", "الصورة", "\u2068", "\u202e", "\u200d", "\u0301", "\xff", "$ ls -l", "fps=30", "\r\n", "#12", "5 s"}

func anyText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.StringN(0, 5, 20)), 0, 40).Draw(t, "parts")
		return strings.Join(parts, rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
	})
}

func anyLanguage() *rapid.Generator[string] { return rapid.SampledFrom(i18n.Languages()) }

var placeholder = regexp.MustCompile(`⟦\d+⟧`)

// checkIdentity wants the masked text, given back as it is, to be the text with
// each term in the word of the language.
func checkIdentity(g *glossary.Glossary, text, lang string) error {
	m := g.Mask(text, lang, lang)
	got, err := m.Unmask(m.Text)
	if err != nil {
		return fmt.Errorf("masked %q: %w", m.Text, err)
	}
	if want := m.Mapped(text); got != want {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}

func TestIdentityGivesTheTextBack(t *testing.T) {
	g := load(t)
	rapid.Check(t, func(t *rapid.T) {
		if err := checkIdentity(g, anyText().Draw(t, "text"), anyLanguage().Draw(t, "lang")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSentencesGiveTheTextBack(t *testing.T) {
	g := load(t)
	for lang, list := range sentences {
		for _, s := range list {
			if err := checkIdentity(g, strings.NewReplacer("⟪", "", "⟫", "").Replace(s), lang); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestAnyHarmToAPlaceholderIsRefused drops, doubles or changes one of them.
func TestAnyHarmToAPlaceholderIsRefused(t *testing.T) {
	g := load(t)
	rapid.Check(t, func(t *rapid.T) {
		m := g.Mask(anyText().Draw(t, "text")+" `code` end", anyLanguage().Draw(t, "from"), anyLanguage().Draw(t, "to"))
		places := placeholder.FindAllStringIndex(m.Text, -1)
		at := places[rapid.IntRange(0, len(places)-1).Draw(t, "which")]
		own := m.Text[at[0]:at[1]]
		n := strings.Trim(own, "⟦⟧")
		harm := rapid.SampledFrom([]string{"", own + own, own + " " + own, "⟦" + n, n + "⟧", n, "⟦" + n + "9⟧", "⟦0" + n + "⟧", "⟦-" + n + "⟧", "⟦ " + n + "⟧", "【" + n + "】",
			"[[" + n + "]]", "[" + n + "]", "⟦x⟧", "⟦⟧", "⟦⟦" + n + "⟧⟧", "⟦" + wide(n) + "⟧"}).Draw(t, "harm")
		if got, err := m.Unmask(m.Text[:at[0]] + harm + m.Text[at[1]:]); !errors.Is(err, glossary.ErrChanged) {
			t.Fatalf("%s became %q: got %q, %v", own, harm, got, err)
		}
	})
}

func wide(digits string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, digits)
}

func TestTwoPlaceholdersExchangedArePutBackWhereTheyStand(t *testing.T) {
	g := load(t)
	m := g.Mask("`a` and `b`", "en", "de")
	if got, err := m.Unmask("⟦1⟧ und ⟦0⟧"); err != nil || got != "`b` und `a`" {
		t.Errorf("got %q, %v", got, err)
	}
}

func FuzzMask(f *testing.F) {
	for lang, list := range sentences {
		for _, s := range list {
			f.Add(s, lang, "en", s)
		}
	}
	for _, p := range pieces {
		f.Add(p+p, "zh-Hans", "ar", "⟦0⟧"+p)
	}
	g := load(f)
	f.Fuzz(func(t *testing.T, text, from, to, answer string) {
		if err := checkIdentity(g, text, from); err != nil {
			t.Error(err)
		}
		m := g.Mask(text, from, to)
		out, err := m.Unmask(answer)
		if err == nil && utf8.ValidString(text) && utf8.ValidString(answer) && !utf8.ValidString(out) {
			t.Errorf("%q is not UTF-8", out)
		}
		if err != nil && out != "" {
			t.Errorf("got %q beside %v", out, err)
		}
	})
}

func checkCut(text string, limit int) error {
	pieces := glossary.Cut(text, limit)
	if strings.Join(pieces, "") != text {
		return fmt.Errorf("%q is not the text", pieces)
	}
	whole := placeholder.FindAllString(text, -1)
	var found []string
	for _, p := range pieces {
		found = append(found, placeholder.FindAllString(p, -1)...)
		if p == "" && text != "" {
			return errors.New("an empty piece")
		}
		if n := utf8.RuneCountInString(placeholder.ReplaceAllString(p, "")); n > limit+40 {
			return fmt.Errorf("a piece of %d characters, limit %d", n, limit)
		}
	}
	if strings.Join(found, "") != strings.Join(whole, "") {
		return fmt.Errorf("a placeholder was cut: %q", pieces)
	}
	return nil
}

func FuzzCut(f *testing.F) {
	for _, p := range pieces {
		f.Add(strings.Repeat(p+" 1. a", 5), uint8(7))
		f.Add(strings.Repeat(p, 9), uint8(3))
		f.Add(strings.Repeat(p+"\u200d⟦7⟧\u0301", 3), uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, limit uint8) {
		if err := checkCut(text, int(limit)+1); err != nil {
			t.Error(err)
		}
	})
}

func TestCutJoinsToTheText(t *testing.T) {
	g := load(t)
	rapid.Check(t, func(t *rapid.T) {
		m := g.Mask(strings.Repeat(anyText().Draw(t, "text"), 3), "en", "de")
		if err := checkCut(m.Text, rapid.IntRange(1, 200).Draw(t, "limit")); err != nil {
			t.Fatal(err)
		}
	})
}
