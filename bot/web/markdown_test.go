package web

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// brief writes blocks in one line: kind[span|span], **bold**, `code`, <link>.
func brief(list []block) string {
	var b strings.Builder
	spans := func(list []span) {
		for i, s := range list {
			if i > 0 {
				b.WriteString("|")
			}
			t := s.Text
			if s.Code {
				t = "`" + t + "`"
			}
			if s.Href != "" {
				t = "<" + t + ">"
			}
			if s.Bold {
				t = "**" + t + "**"
			}
			b.WriteString(t)
		}
	}
	for i, bl := range list {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(bl.Type)
		if bl.Start > 1 {
			b.WriteString(string(rune('0' + bl.Start)))
		}
		b.WriteString("[" + bl.Text)
		spans(bl.Spans)
		for i, item := range bl.Items {
			if i > 0 {
				b.WriteString("; ")
			}
			spans(item)
		}
		b.WriteString("]")
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"hello", "p[hello]"},
		{"a\nb\n\nc", "p[a\nb] p[c]"},
		{"**Stutter**, Thailand", "p[**Stutter**|, Thailand]"},
		{"a ** b ** c", "p[a ** b ** c]"},
		{"**open", "p[**open]"},
		{"****", "p[****]"},
		{"**use `gop=2` now** ok", "p[**use **|**`gop=2`**|** now**| ok]"},
		{"`**no**`", "p[`**no**`]"},
		{"1. one\n2. two", "ol[one; two]"},
		{"3. three\n\n4. four\n\nend", "ol3[three; four] p[end]"},
		{"1. one\n   more\n- other", "ol[one\nmore] ul[other]"},
		{"text\n- a\n- b\ntext", "p[text] ul[a; b] p[text]"},
		{"\u20681. SDK 4.2\u2069 نص", "ol[\u2068SDK 4.2\u2069 نص]"},
		{"1.5 s is long", "p[1.5 s is long]"},
		{"-1307", "p[-1307]"},
		{"```\na <b>\n\n**c**\n```\nafter", "code[a <b>\n\n**c**] p[after]"},
		{"```go\nx", "code[x]"},
		{"```one``` line", "p[``|`one`|`` line]"},
		{"see https://a.example/x?a=1&b=2.", "p[see |<https://a.example/x?a=1&b=2>|.]"},
		{"(https://a.example/x_(y))", "p[(|<https://a.example/x_(y)>|)]"},
		{"https://a.example。次", "p[<https://a.example>|。次]"},
		{"\u2068https://a.example\u2069", "p[\u2068|<https://a.example>|\u2069]"},
		{"HTTPS://A.example", "p[<HTTPS://A.example>]"},
		{"xhttps://a.example", "p[xhttps://a.example]"},
		{"ดูhttps://a.example", "p[ดู|<https://a.example>]"},
		{"[x](javascript:alert(1))", "p[[x](javascript:alert(1))]"},
		{"[good](https://evil.example)", "p[[good](|<https://evil.example>|)]"},
		{"https://good.example@evil.example/", "p[https://good.example@evil.example/]"},
		{"https:// http://", "p[https:// http://]"},
		{"<img src=x onerror=alert(1)>", "p[<img src=x onerror=alert(1)>]"},
		{"a\x00\x1b[31mb\xff", "p[a[31mb\uFFFD]"},
	}
	for _, tt := range tests {
		if got := brief(markdown(tt.in)); got != tt.want {
			t.Errorf("markdown(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestAsWritten(t *testing.T) {
	tests := []struct {
		in   string
		desk bool
		want string
	}{
		{"**no** `markup`\n1. here", false, "p[**no** `markup`\n1. here]"},
		{"// a comment", false, "p[// a comment]"},
		{"hello\n// inner\n //two\nbye", true, "p[hello] internal[// inner\n //two] p[bye]"},
		{"\n\nhello\n\n", true, "p[hello]"},
		{"https://a.example // x", true, "p[<https://a.example>| // x]"},
	}
	for _, tt := range tests {
		if got := brief(asWritten(tt.in, tt.desk)); got != tt.want {
			t.Errorf("asWritten(%q, %v) = %q, want %q", tt.in, tt.desk, got, tt.want)
		}
	}
}

// TestHostileLengths would not end in a lifetime if a mark could be looked for through the whole text.
func TestHostileLengths(t *testing.T) {
	for _, part := range []string{"**a ", "`", "**`", "https://a)", "http://%", "https://a.b", "\n", "- a\n  b\n", "1. \n\n", "[](", "//\n x\n", ")]"} {
		for _, n := range []int{maxMarkdown, 1 << 20} {
			in := "https://x" + strings.Repeat(part, n/len(part))[:n-9]
			markdown(in)
			asWritten(in, true)
			_ = record{Text: in}.preview()
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"**a** `b`", "```\nx\n```", "1. a\n  b\n- c", "https://a|b>c", "**<https://x|y>**", "`", "**`", "\u20681. \u2069", "javascript:alert(1)", "a\n```x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, list := range [][]block{markdown(in), asWritten(in, true)} {
			out, err := json.Marshal(list)
			if err != nil || !utf8.Valid(out) {
				t.Fatalf("%q: %v", in, err)
			}
			for _, b := range list {
				for _, spans := range append(b.Items, b.Spans) {
					for _, s := range spans {
						l := strings.ToLower(s.Href)
						if s.Href != "" && (s.Href != s.Text || !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "https://")) {
							t.Fatalf("%q: link %q says %q", in, s.Href, s.Text)
						}
					}
				}
			}
		}
		if r := (record{Text: in}); !utf8.ValidString(r.preview()) {
			t.Fatalf("preview of %q", in)
		}
	})
}

func TestApartMakesParagraphsOfLines(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Understood: **a**.\nDid it help?", "p[Understood: ][*a*][.] p[Did it help?]"},
		{"below 1 % in `5 % x`\n\n- one\n- two", "p[below 1\u00a0% in ][`5 % x`] ul[one][two]"},
		{"```\na\nb\n```\nc", "code[a\nb] p[c]"},
		{"", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, b := range apart(markdown(tt.in)) {
			part := b.Type
			for _, s := range append(b.Spans, span{Text: b.Text}) {
				switch {
				case s.Text == "":
				case s.Bold:
					part += "[*" + s.Text + "*]"
				case s.Code:
					part += "[`" + s.Text + "`]"
				default:
					part += "[" + s.Text + "]"
				}
			}
			for _, item := range b.Items {
				part += "[" + item[0].Text + "]"
			}
			got = append(got, part)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("apart(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
