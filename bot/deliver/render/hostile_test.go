package render_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"firstline/bot"
	"firstline/bot/deliver/render"
	"firstline/i18n"
	"firstline/triage"
)

// names are what people call themselves to look like something else.
var names = map[string]string{
	"bold": "**P1**", "channel ping": "<!channel>", "user ping": "<@U123>", "link": "<https://evil.example|docs>", "code": "`rm -rf`", "fence": "```\nx\n```",
	"override": "\u202egnp.exe", "open isolate": "\u2067Kim", "closed isolate": "Kim\u2069\u2069", "lines": "Kim\n\n# Severity: P4", "control": "Kim\x00\x07\x1b[31m", "template": "{{.name}}", "Arabic": "محمد", "Hebrew": "דוד",
}

// texts gives every text of a message.
func texts(out bot.Outbound) []string {
	list := append(labels(out), out.Text, out.Author)
	if out.Card != nil {
		list = append(list, out.Card.Title)
		for _, f := range append(out.Card.Fields, out.Card.Notes...) {
			list = append(list, f.Label, f.Value)
		}
	}
	return list
}

// balanced tells that a text ends in the direction it began in.
func balanced(s string) bool {
	depth := 0
	for _, r := range s {
		switch {
		case r >= '\u202a' && r <= '\u202e':
			return false
		case r >= '\u2066' && r <= '\u2068':
			depth++
		case r == '\u2069':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

func TestHostileNamesStayHarmless(t *testing.T) {
	for what, name := range names {
		t.Run(what, func(t *testing.T) {
			for _, lang := range []string{"en", "ar", "th"} {
				r := renderer(t, lang)
				plain := rendered(t, r, lang, "Kim")
				for i, out := range rendered(t, r, lang, name) {
					for _, text := range texts(out) {
						if !balanced(text) {
							t.Errorf("%s: %+q turns what follows it around", lang, text)
						}
						if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Cc, r) && r != '\n' }) {
							t.Errorf("%s: %q has a control character", lang, text)
						}
						if strings.ContainsAny(text, "<>") {
							t.Errorf("%s: %q can ping or link", lang, text)
						}
					}
					if got, want := strings.Count(out.Text, "**"), strings.Count(plain[i].Text, "**"); got != want {
						t.Errorf("%s: %q has %d bold markers, with a plain name %d", lang, out.Text, got, want)
					}
					if got, want := strings.Count(out.Text, "\n"), strings.Count(plain[i].Text, "\n"); got != want {
						t.Errorf("%s: %q has %d lines more than with a plain name", lang, out.Text, got-want)
					}
					if strings.Contains(out.Text, "```") {
						t.Errorf("%s: %q opens a fence", lang, out.Text)
					}
				}
			}
		})
	}
}

// rendered says a case in which everybody and everything has this name.
func rendered(t *testing.T, r *render.Renderer, lang, name string) []bot.Outbound {
	t.Helper()
	s := newPlay(t, lang, "black-screen")
	s.nok.Name = name
	var effects []triage.Effect
	s.collect = func(list []triage.Effect) { effects = append(effects, list...) }
	s.write("Black screen for all", outage)
	s.c.Customer, s.c.Tier = name, name
	s.c.Facts["version"] = triage.Fact{Value: name, Source: triage.SourceForm}
	s.c.Regions = []triage.Fact{{Value: name, Source: triage.SourceForm}}
	s.click("slot:scope", "all")
	s.desk(triage.EventDeskClicked, name, triage.ActionClaim)
	s.desk(triage.EventDeskClicked, name, triage.ActionResolve)
	var out []bot.Outbound
	for _, e := range effects {
		if shows(e) && e.Kind != triage.EffectRelay {
			o, err := r.Render(e, nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, o)
		}
	}
	if len(out) < 8 {
		t.Fatalf("only %d messages were said", len(out))
	}
	return out
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Kim": "Kim", "**P1**": "P1", "<!channel>": "‹!channel›", "`x`": "x", "  a \n\t b ": "a b", "\u202eabc": "abc", "a\u2067\u2069b": "ab", "a\x00b": "ab", "a\u200fb": "ab",
		"สมชาย": "สมชาย", "می\u200cشود": "می\u200cشود", "👨\u200d👩": "👨\u200d👩", "a_b": "a_b",
	} {
		if got := render.Inert(in); got != want {
			t.Errorf("Inert(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func FuzzInert(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := render.Inert(s)
		if strings.ContainsAny(got, "*`<>\n\r\x00") || !balanced(got) || strings.TrimSpace(got) != got {
			t.Errorf("Inert(%+q) = %+q has markup, lines or controls left", s, got)
		}
		if again := render.Inert(got); again != got {
			t.Errorf("Inert(%+q) = %+q, and of that %+q", s, got, again)
		}
	})
}

// TestNamesAreIsolated: a name in the other direction keeps to itself.
func TestNamesAreIsolated(t *testing.T) {
	for _, tc := range []struct{ lang, name, want string }{
		{"en", "محمد", "⟨محمد⟩"}, {"en", "Kim", "**Kim**"}, {"ar", "Kim", "⟨Kim⟩"}, {"ar", "محمد", "**محمد**"}, {"th", "דוד", "⟨דוד⟩"},
	} {
		out, err := renderer(t, tc.lang).Render(say(tc.lang, triage.Message{Key: "claimed", Args: map[string]triage.Arg{"name": triage.Text(tc.name)}}), nil)
		if got := shown.Replace(out.Text); err != nil || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q (error %v), want %q in it", tc.lang, got, err, tc.want)
		}
	}
}

// TestCustomersWordsOnTheCard: long, hostile and many.
func TestCustomersWordsOnTheCard(t *testing.T) {
	words := func(list ...string) string {
		s := newPlay(t, "en", "")
		s.write("Black screen for all", outage)
		s.c.Words = nil
		for i, text := range list {
			s.c.Words = append(s.c.Words, triage.Words{MessageID: string(rune('a' + i)), Text: text})
		}
		e := s.first(s.click("slot:scope", "all"), triage.EffectCard, triage.ToDesk)
		r := renderer(t, "en")
		out, err := r.Render(e, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range out.Card.Notes {
			if n.Label == r.Texts.Text("en", "card.words", nil) {
				return n.Value
			}
		}
		return ""
	}
	if got := words("a\n\nb"); got != "- a b" {
		t.Errorf("a message of several lines is quoted as %q, want %q", got, "- a b")
	}
	if got := words(strings.Repeat("ก", 1000)); utf8.RuneCountInString(got) > 410 || !strings.HasSuffix(got, "…") {
		t.Errorf("a long message is quoted with %d characters, want at most 410 and an ellipsis", utf8.RuneCountInString(got))
	}
	if got := words("\u202eabc"); !balanced(got) {
		t.Errorf("%+q turns the card around", got)
	}
	many := strings.Split("1 2 3 4 5 6 7 8 9", " ")
	got := strings.Split(words(many...), "\n")
	if len(got) != 7 || got[0] != "- 1" || got[1] != "- 3 earlier messages" || got[2] != "- 5" || got[6] != "- 9" {
		t.Errorf("of nine messages the card quotes %q, want the first, how many are left out, and the last five", got)
	}
	if got := strings.Split(words(many[:6]...), "\n"); len(got) != 6 || got[1] != "- 2" {
		t.Errorf("of six messages the card quotes %q, want all", got)
	}
	if got := strings.Split(words(many[:7]...), "\n"); len(got) != 7 || got[1] != "- 1 earlier message" {
		t.Errorf("of seven messages the card quotes %q, want one counted", got)
	}
}

func say(lang string, lines ...triage.Message) triage.Effect {
	return triage.Effect{Kind: triage.EffectSay, To: triage.ToCustomer, Lang: lang, Zone: "Asia/Bangkok", Lines: lines}
}

func TestRightToLeftCards(t *testing.T) {
	for _, lang := range []string{"ar", "fa", "ur"} {
		s := newPlay(t, lang, "black-screen")
		e := s.first(s.write("Black screen in the SDK 4.2.1", outage), triage.EffectCard, triage.ToDesk)
		out, err := renderer(t, lang).Render(e, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append(out.Card.Fields, out.Card.Notes...) {
			if !balanced(f.Value) || i18n.IsolateLatin(f.Value) != f.Value {
				t.Errorf("%s: %s has a Latin run that is not isolated: %s", lang, f.Label, shown.Replace(f.Value))
			}
		}
	}
}
