package knowledge

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample reads the article that tests change.
func sample(t testing.TB) string {
	t.Helper()
	src, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// golden compares got with a file under testdata.
func golden(t *testing.T, name string, got string) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestParse(t *testing.T) {
	text, err := Parse("sample/en.md", []byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(struct {
		Text
		Meta       Meta
		StepLines  []int
		StepTitles []string
	}{text, text.Meta(), text.stepLines, []string{text.StepTitle(0), text.StepTitle(1), text.StepTitle(2)}}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.golden.json", string(out)+"\n")
}

func TestParseTakesWindowsFiles(t *testing.T) {
	src := "\ufeff" + strings.ReplaceAll(sample(t), "\n", "\r\n")
	got, err := Parse("sample/en.md", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse("sample/en.md", []byte(sample(t)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Text{})); diff != "" {
		t.Errorf("with CRLF and a byte order mark (-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new string // replaced once in the sample
		want     string
	}{
		{"empty", "*", "", `x/en.md:1: front matter is missing`},
		{"no front matter", "---\nid", "id", `x/en.md:1: front matter is missing`},
		{"front matter does not end", "\n---\n#", "\n#", `x/en.md:1: front matter is missing`},
		{"unknown key", "scenarios: []", "scenarios: []\nauthor: me", `x/en.md:4: front matter: unknown field "author"`},
		{"key twice", "scenarios: []", "scenarios: []\nid: other", `x/en.md:4: front matter: `},
		{"wrong type", "scenarios: []", "scenarios: {a: b}", `x/en.md:3: front matter: `},
		{"colon in an example", "buffering every", "buffering: every", `x/en.md:8: front matter: want a plain value here; text with a colon must stand in quotes`},
		{"not YAML", "scenarios: []", "scenarios: [", `x/en.md:`},
		{"no id", "id: sample\n", "", `x/en.md:2: front matter: id is missing or empty`},
		{"no scenarios", "scenarios: []\n", "", `x/en.md:2: front matter: scenarios is missing or empty`},
		{"symptoms empty", "[stutter, blurry]", "[]", `x/en.md:4: front matter: symptoms is missing or empty`},
		{"layers empty", "[encoding, transport]", "", `x/en.md:5: front matter: layers is missing or empty`},
		{"suits and steps", "layers: [encoding, transport]", "layers: [encoding, transport]\nsuits: [stutter]", `x/en.md:6: 1 suits for 2 steps`},
		{"suits of other symptoms", "layers: [encoding, transport]", "layers: [encoding, transport]\nsuits: [stutter, no_audio]", `x/en.md:6: "no_audio" is not among the article's symptoms`},
		{"layers and steps", "[encoding, transport]", "[encoding]", `x/en.md:5: 1 layers for 2 steps`},
		{"date", "2026-11-20", "20 November", `x/en.md:9: reviewed is "20 November"; want a date like 2026-11-20`},
		{"no such day", "2026-11-20", "2026-02-30", `x/en.md:9: reviewed is "2026-02-30"`},
		{"no title", "# Stream stutters: *sometimes*\n", "", `x/en.md:11: want the title (#), got a Paragraph`},
		{"title too deep", "# Stream", "## Stream", `x/en.md:11: want the title (#), got a heading of level 2`},
		{"empty title", "# Stream stutters: *sometimes*", "#", `x/en.md:11: the title is empty`},
		{"no summary", "The picture freezes\nand comes back.\n", "", `x/en.md:13: want the summary, a paragraph of plain text, got a heading of level 2`},
		{"summary of two paragraphs", "freezes\nand", "freezes\n\nand", `x/en.md:14: want the heading of the steps (##), got a Paragraph`},
		{"steps without numbers", "1. **Set the bitrate.** Choose `CBR` and\n   2500 kbps at 30 fps.\n\n2.", "- a\n-", `x/en.md:17: want the steps, a numbered list, got a list without numbers`},
		{"steps from 2", "1. **Set", "2. **Set", `x/en.md:17: steps are numbered from 1, not from 2`},
		{"step of two paragraphs", "CBR` and\n   2500", "CBR` and\n\n   2500", `x/en.md:17: step 1 must be one paragraph`},
		{"step with a list", "CBR` and\n   2500", "CBR` and\n   - 2500", `x/en.md:17: step 1 must be one paragraph`},
		{"empty step", "2. **推流地址。**请用 `rtmps://` 和 `TCP 443`。", "2.", `x/en.md:17: step 2 must be one paragraph`},
		{"no check", "No stop for 5 minutes.\n\nNot even a short one.\n", "", `x/en.md:24: want the check`},
		{"no hand-off", "## Hand off\nIf it goes on, pass the `stream ID`.\n", "", `x/en.md:25: want the heading of the hand-off (##), got the end of the file`},
		{"more after the end", "`stream ID`.\n", "`stream ID`.\n\n## More\n", `x/en.md:30: nothing may follow the hand-off, got a Heading`},
		{"not UTF-8", "picture", "pict\xffre", `x/en.md:1: not UTF-8`},
		{"too large", "picture", strings.Repeat("picture ", 1<<14), `x/en.md:1: `},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := strings.Replace(sample(t), c.old, c.new, 1)
			if c.old == "*" {
				src = ""
			}
			if src == sample(t) {
				t.Fatalf("%q is not in the sample", c.old)
			}
			_, err := Parse("x/en.md", []byte(src))
			if _, ok := errors.AsType[*SyntaxError](err); !ok {
				t.Fatalf("got error %v of type %T, want a *SyntaxError", err, err)
			}
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %s\nwant %s…", err, c.want)
			}
		})
	}
}

// FuzzParse: no input panics, every error names the file and a line, every article that is accepted keeps the promises.
func FuzzParse(f *testing.F) {
	f.Add(sample(f))
	f.Add("---\n---\n")
	f.Add("---\nid: &a [*a]\n---\n# a")
	f.Add("---\nid: x\nscenarios: []\nsymptoms: [a]\nlayers: [a]\nexamples: []\nreviewed: 2026-01-01\n---\n# a\nb\n## c\n1. d\n## e\nf\n## g\nh\n")
	f.Fuzz(func(t *testing.T, src string) {
		text, err := Parse("dir/en.md", []byte(src))
		if err != nil {
			se, ok := errors.AsType[*SyntaxError](err)
			if !ok || se.File != "dir/en.md" || se.Line < 1 || !strings.HasPrefix(err.Error(), "dir/en.md:") {
				t.Fatalf("error %q of type %T does not say where", err, err)
			}
			if last := strings.Count(src, "\n") + 1; se.Line > last {
				t.Fatalf("error %q names a line after the last one, %d", err, last)
			}
			return
		}
		m := text.Meta()
		if text.Title == "" || text.Summary == "" || text.Check == "" || text.HandOff == "" || m.ID == "" || len(m.Symptoms) == 0 {
			t.Fatalf("accepted with an empty part: %+v", text)
		}
		if len(text.Steps) == 0 || len(text.Steps) != len(m.Layers) || len(text.Steps) != len(text.stepLines) {
			t.Fatalf("accepted with %d steps, %d layers, %d lines", len(text.Steps), len(m.Layers), len(text.stepLines))
		}
		for i, step := range text.Steps {
			factsOf(step)
			_ = text.StepTitle(i)
		}
	})
}
