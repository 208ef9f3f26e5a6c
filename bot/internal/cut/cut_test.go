package cut

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// marked is a markup that lengthens: stars are doubled, code is fenced.
var marked = Markup{
	Text: func(s string) string { return strings.ReplaceAll(s, "*", "**") },
	Code: func(lang, s string) string { return "```" + lang + "\n" + s + "\n```" },
}

func TestSize(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "กระตุก": 6, "😀": 2, "中文": 2} {
		if got := Size(s); got != want {
			t.Errorf("Size(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdefghij", 5, "abcd…"}, {"😀😀😀", 5, "😀😀…"},
		{"one two three", 9, "one two…"}, {"First. Second one", 12, "First.…"},
		{"กำลังกระตุก", 4, "กำ…"}, // a mark is not torn from its letter
		{"👍🏽👍🏽", 5, "👍🏽…"},        // nor a skin tone from its hand
	} {
		if got := Shorten(tt.in, tt.n); got != tt.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{{"a*b", 4, "a**b"}, {"a*b", 3, "a…"}, {"****", 5, "****…"}, {"", 3, ""}} {
		if got := Fit(tt.in, tt.n, marked.Text); got != tt.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestSections(t *testing.T) {
	para := strings.TrimSpace(strings.Repeat("Stutter in Bangkok. ", 60)) // 1,199 characters
	lines := strings.TrimSuffix(strings.Repeat("ffmpeg -i in -g 2\n", 60), "\n")
	tests := []struct {
		name, in string
		want     int
	}{
		{"empty", " \n\n ", 0},
		{"short", "one\n\ntwo", 1},
		{"paragraphs stay whole", strings.Join([]string{para, para, para}, "\n\n"), 2},
		{"code stays whole", para + "\n\n" + para + "\n```\n" + lines + "\n```", 2},
		{"one long line", strings.Repeat("x", 7000), 3},
		{"Thai without spaces", strings.Repeat("ภาพกระตุกมาก", 500), 2},
		{"escapes count", strings.Repeat("*", 2000), 2},
		{"emoji count twice", strings.Repeat("😀", 1600), 2},
		{"long code", "```go\n" + strings.Repeat("line of code\n", 400) + "```", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := marked.Sections(tt.in, 3000)
			if len(got) != tt.want {
				t.Errorf("%d sections, want %d", len(got), tt.want)
			}
			for _, s := range got {
				if Size(s) > 3000 || strings.TrimSpace(s) == "" {
					t.Errorf("section of %d units", Size(s))
				}
				if strings.Count(s, "```")%2 != 0 {
					t.Errorf("section with an open fence: %q", s)
				}
			}
		})
	}
	for _, s := range marked.Sections("```go\n"+strings.Repeat("line of code\n", 400)+"```", 3000) {
		if !strings.HasPrefix(s, "```go\n") || strings.Contains(s, "line of\n") {
			t.Errorf("a part of a code block does not begin with its fence, or is divided within a line: %q", s)
		}
	}
}

func TestReadBlock(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Block
	}{
		{"```\na\nb\n```", Block{Code: "a\nb", End: 3}},
		{"  ```json \na\n  ```", Block{Lang: "json", Code: "a", End: 2}},
		{"```first line\nsecond``` tail", Block{Code: "first line\nsecond", After: " tail", End: 1}},
		{"```one``` tail", Block{Code: "one", After: " tail", OneLine: true}},
		{"```\nnever closed", Block{Code: "never closed", End: 1}},
		{"```", Block{}},
	} {
		if got, ok := ReadBlock(strings.Split(tt.in, "\n"), 0); !ok || got != tt.want {
			t.Errorf("ReadBlock(%q) = %+v, %v; want %+v", tt.in, got, ok, tt.want)
		}
	}
	for _, line := range []string{"", "``", "text ```"} {
		if _, ok := ReadBlock([]string{line}, 0); ok {
			t.Errorf("ReadBlock(%q) finds one", line)
		}
	}
	if got := marked.Sections("```one two\nthree``` and *more*\nlast", 3000); len(got) != 1 || got[0] != "```\none two\nthree\n```\n and **more**\nlast" {
		t.Errorf("text around a block's fences: %q", got)
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{"  a\n b\t": "a b", "abc\u202edef": "abcdef", "\u202e\u200b": "", "a\x07b": "ab"} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLink(t *testing.T) {
	for _, tt := range []struct {
		in   string
		prev rune
		want string
	}{
		{"https://a.example/x?a=1&b=2.", ' ', "https://a.example/x?a=1&b=2"}, {"HTTP://a.b", ' ', "HTTP://a.b"}, {"https://a.example。次", '。', "https://a.example"},
		{"https://a.example\u2069", '\u2068', "https://a.example"}, {"https://a|b>c", ' ', "https://a"}, {"https://", ' ', ""},
		{"https://a.b", 'x', ""}, {"https://a.b", '看', "https://a.b"}, {"ftp://a.b", ' ', ""},
	} {
		if got := tt.in[:Link(tt.in, tt.prev)]; got != tt.want {
			t.Errorf("Link(%q after %q) takes %q, want %q", tt.in, tt.prev, got, tt.want)
		}
	}
}

func FuzzSections(f *testing.F) {
	for _, s := range []string{"a\n\nb", "```go\nx\n```\n*", "👩‍👩‍👧", "\r\n\r", "```\n```", "ก็"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, in string, limit int) {
		if limit < 40 || limit > 4000 { // a fence, its language and a character must fit
			limit = 40
		}
		for _, s := range marked.Sections(in, limit) {
			if Size(s) > limit || !utf8.ValidString(s) {
				t.Fatalf("Sections(%q, %d) gives %q with %d units", in, limit, s, Size(s))
			}
		}
		if got := Shorten(Clean(in), limit); Size(got) > limit {
			t.Fatalf("Shorten(%q, %d) has %d units", in, limit, Size(got))
		}
	})
}
