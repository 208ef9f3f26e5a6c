package slack

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"firstline/bot/internal/cut"
)

func TestFromMrkdwn(t *testing.T) {
	names := map[string]string{"U2": "somchai"}
	tests := []struct{ in, want string }{
		{"hello", "hello"},
		{"<@UBOT> help", "help"},
		{"<@UBOT>: help", "help"},
		{"<@UBOT|firstline>, help", "help"},
		{"hey <@UBOT> can you", "hey can you"},
		{"<@UBOT>", ""},
		{"<@UBOTX> hi", "@UBOTX hi"},
		{"ask <@U2> or <@U3> or <@U4|ann>", "ask @somchai or @U3 or @ann"},
		{"see <#C1|general> and <#C2> and <#C3|>", "see #general and #C2 and #C3"},
		{"<!here> <!channel> <!everyone|everyone>", "@here @channel @everyone"},
		{"<!subteam^S1|@oncall> <!subteam^S1>", "@oncall @group"},
		{"<!date^1392734382^{date}|Feb 18>", "Feb 18"},
		{"<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"},
		{"<https://a.example|our page>", "our page (https://a.example)"},
		{"<http://a.example|a.example>", "a.example"},
		{"<mailto:a@b.example|a@b.example> <tel:+66|+66>", "a@b.example +66"},
		{"1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;", "1 < 2 && 3 > 2 &lt;"},
		{"*bold* _it_ `a&lt;b` ```x\ny```", "*bold* _it_ `a<b` ```x\ny```"},
		{"ภาพกระตุก <@UBOT> ช่วยด้วย", "ภาพกระตุก ช่วยด้วย"},
		{"a < b and <unclosed", "a < b and <unclosed"},
		{"<>", "<>"},
		{"<|x>", "<|x>"},
		{"<@>", "@"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := fromMrkdwn(tt.in, "UBOT", func(id string) string { return names[id] }); got != tt.want {
			t.Errorf("fromMrkdwn(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMentions(t *testing.T) {
	got := mentions("<@U1> <@UBOT> <@U2|bo> <@U1> <@U3> <@", "UBOT", 10)
	if strings.Join(got, ",") != "U1,U3" {
		t.Errorf("mentions = %v, want U1 and U3", got)
	}
	if got := mentions("<@U1><@U2><@U3>", "", 2); len(got) != 2 {
		t.Errorf("mentions = %v, want two", got)
	}
}

func TestToMrkdwn(t *testing.T) {
	tests := []struct{ in, want string }{
		{"hello", "hello"},
		{"**Stutter**, Thailand", "*Stutter*, Thailand"},
		{"a ** b ** c", "a ** b ** c"},
		{"**a*b**", "**a*b**"},
		{"**open", "**open"},
		{"****", "****"},
		{"这是**粗体**文字", "这是\u200b*粗体*\u200b文字"},
		{"設定`-1307`を", "設定\u200b`-1307`\u200bを"},
		{"use **`gop=2`** now", "use *`gop=2`* now"},
		{"- one\n- two\n1. three", "• one\n• two\n1. three"},
		{"  - inner", "  • inner"},
		{"a & b < c > d", "a &amp; b &lt; c &gt; d"},
		{"`a<b>&c`", "`a&lt;b&gt;&amp;c`"},
		{"```\na<b\n```", "```\na&lt;b\n```"},
		{"```json\n{\"a\":1}\n```\nafter", "```\n{\"a\":1}\n```\nafter"},
		{"```\nnever closed", "```\nnever closed\n```"},
		{"```one``` line", "```one``` line"},
		{"<!channel> <!here|x> <@U1> <#C1>", "&lt;!channel&gt; &lt;!here|x&gt; &lt;@U1&gt; &lt;#C1&gt;"},
		{"@here @channel @everyone @Channel @kim", "@\u200bhere @\u200bchannel @\u200beveryone @\u200bChannel @kim"},
		{"<https://evil.example|https://good.example>", "&lt;<https://evil.example>|<https://good.example>&gt;"},
		{"see https://a.example/x?a=1&b=2.", "see <https://a.example/x?a=1&amp;b=2>."},
		{"(https://a.example)", "(<https://a.example>)"},
		{"https://a.example。次", "<https://a.example>。次"},
		{"\u2068https://a.example\u2069", "\u2068<https://a.example>\u2069"},
		{"https:// http://", "https:// http://"},
		{"xhttps://a.example", "xhttps://a.example"},
		{"[good](https://evil.example)", "[good](<https://evil.example>)"},
		{"a\r\nb\rc\x00\x07", "a\nb\nc"},
		{"bad \xff utf", "bad \uFFFD utf"},
		{"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := toMrkdwn(tt.in); got != tt.want {
			t.Errorf("toMrkdwn(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestPlain(t *testing.T) {
	tests := []struct {
		in   string
		n    int
		want string
	}{
		{"  a\n b\t", 10, "a b"},
		{"", 10, "…"},
		{"\u202e\u200b", 10, "…"},
		{"abc\u202edef", 10, "abcdef"},
		{"abcdefghij", 5, "abcd…"},
		{"Kim <!channel> @here <3", 99, "Kim <\u200b!channel> @\u200bhere <3"},
		{"ab\u00a0:", 10, "ab\u00a0:"},
		{"😀😀😀", 5, "😀😀…"},
		{"กำลังกระตุก", 4, "กำลั…"},
	}
	for _, tt := range tests {
		got := plain(tt.in, tt.n)
		if tt.in == "กำลังกระตุก" { // a mark is never torn from its letter
			if cut.Size(got) > tt.n || !strings.HasSuffix(got, "…") {
				t.Errorf("plain(%q) = %q", tt.in, got)
			}
			continue
		}
		if got != tt.want {
			t.Errorf("plain(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestSections(t *testing.T) {
	para := strings.TrimSpace(strings.Repeat("Stutter in Bangkok. ", 60)) // 1,199 characters
	code := "```\n" + strings.TrimSuffix(strings.Repeat("ffmpeg -i in -g 2\n", 60), "\n") + "\n```"
	tests := []struct {
		name, in string
		want     int
	}{
		{"empty", " \n\n ", 0},
		{"short", "one\n\ntwo", 1},
		{"paragraphs stay whole", strings.Join([]string{para, para, para}, "\n\n"), 2},
		{"code stays whole", para + "\n\n" + para + "\n" + code, 2},
		{"one long line", strings.Repeat("x", 7000), 3},
		{"Thai without spaces", strings.Repeat("ภาพกระตุกมาก", 500), 2},
		{"escapes count", strings.Repeat("&", 1000), 2},
		{"emoji count twice", strings.Repeat("😀", 1600), 2},
		{"long code", "```\n" + strings.Repeat("line of code\n", 400) + "```", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := sections(tt.in, 3000)
			if len(got) != tt.want {
				t.Errorf("%d sections, want %d", len(got), tt.want)
			}
			for _, s := range got {
				if cut.Size(s) > 3000 || strings.TrimSpace(s) == "" {
					t.Errorf("section of %d units", cut.Size(s))
				}
				if strings.Count(s, "```")%2 != 0 {
					t.Errorf("section with an open fence: %q", s)
				}
			}
		})
	}
}

var reHarm = regexp.MustCompile(`<(https?://[^<>|\s]+)>`)

// harmless fails when text could ping, link to something else, or is not valid.
func harmless(t *testing.T, in, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Fatalf("toMrkdwn(%q) is not UTF-8", in)
	}
	if rest := reHarm.ReplaceAllString(strings.ToLower(out), ""); strings.ContainsAny(rest, "<>") {
		t.Fatalf("toMrkdwn(%q) = %q: a bracket that is no bare link", in, out)
	}
}

func FuzzToMrkdwn(f *testing.F) {
	for _, s := range []string{"<!channel>", "**a** `b` <@U1|x>", "```\n<!here>\n```", "https://a|b>c", "**<https://x|y>**", "`<!here>", "a\n```x", "HTTPS://a.b/<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		harmless(t, in, toMrkdwn(in))
		for _, limit := range []int{40, 3000} {
			if got := fit(in, limit); cut.Size(got) > limit {
				t.Fatalf("fit(%q, %d) has %d units", in, limit, cut.Size(got))
			}
			for _, s := range sections(in, limit) {
				harmless(t, in, s)
				if cut.Size(s) > limit {
					t.Fatalf("section of %q has %d units, limit %d: %q", in, cut.Size(s), limit, s)
				}
			}
		}
		if p := plain(in, 75); cut.Size(p) > 75 || p == "" || strings.ContainsAny(p, "\n\u202e") || strings.Contains(p, "<!") || strings.Contains(p, "<@") {
			t.Fatalf("plain(%q) = %q", in, p)
		}
	})
}

func FuzzFromMrkdwn(f *testing.F) {
	for _, s := range []string{"<@U1>", "<https://a|b>", "<!subteam^S|@x>", "<<>>", "<@U1", "&lt;!here&gt;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		neutral := fromMrkdwn(in, "UBOT", func(string) string { return "<!here>" })
		if strings.Contains(in, "<@UBOT>") && !strings.Contains(strings.Replace(in, "<@UBOT>", "", 1), "BOT") && strings.Contains(neutral, "UBOT") {
			t.Fatalf("fromMrkdwn(%q) = %q keeps the bot's mention", in, neutral)
		}
		harmless(t, in, toMrkdwn(neutral)) // whatever comes in goes out without harm
		mentions(in, "UBOT", 10)
	})
}
