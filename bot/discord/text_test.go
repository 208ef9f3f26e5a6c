package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"firstline/bot/internal/cut"
)

func TestToMarkdown(t *testing.T) {
	tests := []struct{ in, want string }{
		{"hello", "hello"},
		{"**Stutter**, Thailand", "**Stutter**, Thailand"},
		{"a ** b ** c", `a \*\* b \*\* c`},
		{"**a*b**", `\*\*a\*b\*\*`},
		{"**open", `\*\*open`},
		{"这是**粗体**文字", "这是**粗体**文字"},
		{"use **`gop=2`** now", "use **`gop=2`** now"},
		{"- one\n- two\n1. three", "- one\n- two\n1. three"},
		{"  - inner", "  - inner"},
		{"# head\n## two\n-# small\n> quote\n>>> long", "\\# head\n\\## two\n\\-# small\n\\> quote\n\\>>> long"},
		{"- # head\n- > quote\n- - x", "- \\# head\n- \\> quote\n- \\- x"},
		{"#hashtag at 5 > 3 - 1", `\#hashtag at 5 > 3 - 1`},
		{"snake_case_name *it* ~~gone~~ ||spoiler|| a|b ~5", `snake\_case\_name \*it\* \~\~gone\~\~ \|\|spoiler\|\| a|b ~5`},
		{`C:\new \*x`, `C:\\new \\\*x`},
		{"`a_b <@1> *c*`", "`a_b <@1> *c*`"},
		{"an odd ` tick", "an odd \\` tick"},
		{"`a``b`", "\\`a\\``b`"},
		{"```json\n{\"a\":1}\n```\nafter", "```json\n{\"a\":1}\n```\nafter"},
		{"```\na*b_c\n```", "```\na*b_c\n```"},
		{"```\nnever closed", "```\nnever closed\n```"},
		{"```one``` line_", "```\none\n```\nline\\_"},
		{"```two words\nmore``` *x*", "```\ntwo words\nmore\n```\n\\*x\\*"},
		{"<@123> <@&45> <#6> <:e:7> <a:e:8> </cmd:9> <t:1:R> <id:customize>", "<\u200b@123> <\u200b@&45> <\u200b#6> <\u200b:e:7> <\u200ba:e:8> <\u200b/cmd:9> <\u200bt:1:R> <\u200bid:customize>"},
		{"a < b, x <3", "a < b, x <3"},
		{"@here @everyone @Everyone @kim", "@\u200bhere @\u200beveryone @\u200bEveryone @kim"},
		{"see https://a.example/x_y?a=1&b=2.", "see <https://a.example/x_y?a=1&b=2>."},
		{"[good](https://evil.example)", `\[good](<https://evil.example>)`},
		{"<https://evil.example>", "<<https://evil.example>>"},
		{"https://a.example。次", "<https://a.example>。次"},
		{"\u2068https://a.example\u2069", "\u2068<https://a.example>\u2069"},
		{"**see https://a.example**", "**see <https://a.example>**"},
		{"xhttps://a_b.example", `xhttps://a\_b.example`},
		{"a\r\nb\rc\x00\x07", "a\nb\nc"},
		{"bad \xff utf", "bad \uFFFD utf"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := toMarkdown(tt.in); got != tt.want {
			t.Errorf("toMarkdown(%q)\n = %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func known() names {
	return names{
		user:    func(id string) string { return map[string]string{"11111": "somchai"}[id] },
		role:    func(id string) string { return map[string]string{"22222": "oncall"}[id] },
		channel: func(id string) string { return map[string]string{"33333": "general"}[id] },
	}
}

func TestFromMarkdown(t *testing.T) {
	tests := []struct{ in, want string }{
		{"hello", "hello"},
		{"<@99999> help", "help"},
		{"<@!99999>: help", "help"},
		{"<@&88888>, help", "help"},
		{"hey <@99999> can you", "hey can you"},
		{"<@99999>", ""},
		{"ask <@11111> or <@44444> or <@&22222>", "ask @somchai or @44444 or @oncall"},
		{"see <#33333> and <#44444>", "see #general and #44444"},
		{"<:blob:12345> <a:spin:12345> </support:12345> <t:1767582000:R>", ":blob: :spin: /support 2026-01-05 03:00 UTC"},
		{"<https://a.example/x?a=1&b=2> [docs](<https://b.example>) [x](https://c.example)", "https://a.example/x?a=1&b=2 docs (https://b.example) x (https://c.example)"},
		{`1 \* 2 \_x\_ C:\new \<@1>`, `1 * 2 _x_ C:\new <@1>`},
		{"**bold** `a\\*b <@11111>` - x", "**bold** `a\\*b <@11111>` - x"},
		{"it says ```error 1307\nat line 2``` every time", "it says\n```\nerror 1307\nat line 2\n```\nevery time"},
		{"```json\n{}\n```", "```json\n{}\n```"},
		{"```log```", "```\nlog\n```"},
		{"an open ``` fence", "an open ``` fence"},
		{"ภาพกระตุก <@99999> ช่วยด้วย", "ภาพกระตุก ช่วยด้วย"},
		{"a < b and <unclosed", "a < b and <unclosed"},
		{"@everyone <@>", "@everyone <@>"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := fromMarkdown(tt.in, "99999", "88888", known()); got != tt.want {
			t.Errorf("fromMarkdown(%q)\n = %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestLabelsAndNames(t *testing.T) {
	tests := []struct {
		in          string
		n           int
		label, name string
	}{
		{"  a\n b\t", 10, "a b", "a b"},
		{"", 10, "…", "…"},
		{"\u202e\u200b", 10, "…", "…"},
		{"abcdefghij", 5, "abcd…", "abcd…"},
		{"Kim <@1> @here *x*", 99, "Kim <\u200b@1> @\u200bhere *x*", "Kim <\u200b@1> @\u200bhere \\*x\\*"},
		{"# boss https://a.b", 99, "# boss https://a.b", `\# boss https://a.b`},
		{"[a](https://b.c)", 99, "[a](https://b.c)", `\[a](https://b.c)`},
		{"****", 5, "****", `\*\*…`},
	}
	for _, tt := range tests {
		if got := label(tt.in, tt.n); got != tt.label {
			t.Errorf("label(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.label)
		}
		if got := name(tt.in, tt.n); got != tt.name {
			t.Errorf("name(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.name)
		}
	}
}

func TestFirstWords(t *testing.T) {
	for in, want := range map[string]string{
		"**Black** screen in `Korea` @kim now": "Black screen in Korea now", "@kim": "", "": "", "\u200b": "",
		"one two three four five": "one two three…", "ภาพกระตุกมากเลยครับช่วยดูด้วย": "ภาพกระตุกมากเลย…",
	} {
		if got := firstWords(in, 18); want == "" && got != "" || cut.Size(got) > 18 || !strings.HasPrefix(got, strings.TrimSuffix(want, "…")[:len(want)/2]) {
			t.Errorf("firstWords(%q) = %q, want %q", in, got, want)
		}
	}
	if got := firstWords("one two three four five", 18); got != "one two three…" {
		t.Errorf("firstWords = %q", got)
	}
}

var (
	reBlocks = regexp.MustCompile("(?s)```.*?```")
	reSpans  = regexp.MustCompile("`[^`\n]+`")
	reLinks  = regexp.MustCompile(`(?i)<https?://[^<>\s]+>`)
	reEscape = regexp.MustCompile(`\\[^0-9A-Za-z\s]`)
	reHarm   = regexp.MustCompile(`<(?:@|#|:|/|a:|t:|id:)|(?i:@everyone|@here)|\[|\*|_|~~|\|\||(?m:^\s*(?:- )?\s*(?:#|>|-#))`)
)

// harmless fails when out, outside of code, could ping, be a link under another name, or be
// formatted by what somebody wrote.
func harmless(t *testing.T, in, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("toMarkdown(%q) is not UTF-8", in)
	}
	rest := reBlocks.ReplaceAllString(out, "x")
	rest = strings.ReplaceAll(reEscape.ReplaceAllString(rest, "x"), "**", "x")
	rest = reLinks.ReplaceAllString(reSpans.ReplaceAllString(rest, "x"), "x")
	if bad := reHarm.FindString(rest); bad != "" {
		t.Fatalf("toMarkdown(%q) = %q holds %q", in, out, bad)
	}
}

func FuzzToMarkdown(f *testing.F) {
	for _, s := range []string{"<@1>", "**a** `b` <@&1>", "```\n<@1>\n```", "https://a|b>c", "**<https://x|y>**", "`<@1>`", "a\n```x", "HTTPS://a.b/<", "```` a ````", "- # x\n> y", "\\`<@1>`", "a``b`c```d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		harmless(t, in, toMarkdown(in))
		for _, limit := range []int{40, 2000} {
			if got := fit(in, limit); cut.Size(got) > limit {
				t.Fatalf("fit(%q, %d) has %d units", in, limit, cut.Size(got))
			}
			for _, s := range markup.Sections(in, limit) {
				harmless(t, in, s)
				if cut.Size(s) > limit {
					t.Fatalf("section of %q has %d units, limit %d: %q", in, cut.Size(s), limit, s)
				}
			}
		}
		if p := label(in, 75); cut.Size(p) > 75 || p == "" || strings.ContainsAny(p, "\n\u202e") || strings.Contains(p, "<@") {
			t.Fatalf("label(%q) = %q", in, p)
		}
		if p := name(in, 75); cut.Size(p) > 75 || p == "" || strings.Contains(p, "\n") {
			t.Fatalf("name(%q) = %q", in, p)
		} else {
			harmless(t, in, p)
		}
	})
}

func FuzzFromMarkdown(f *testing.F) {
	for _, s := range []string{"<@11111>", "[a](https://b)", "```x```", "\\\\`a", "<t:99999999999999:R>", "<@99999", "a ``` b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		bad := names{user: func(string) string { return "<@1>" }, role: func(string) string { return "@here" }, channel: func(string) string { return "" }}
		neutral := fromMarkdown(in, "99999", "88888", bad)
		harmless(t, in, toMarkdown(neutral)) // whatever comes in goes out without harm
		firstWords(neutral, 60)
	})
}
