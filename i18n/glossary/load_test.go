package glossary_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"firstline/i18n"
	"firstline/i18n/glossary"
)

func TestEveryLanguageHasEveryTerm(t *testing.T) {
	g := load(t)
	for _, id := range []string{"bitrate", "frame_rate", "resolution", "packet_loss", "error_code", "host_streamer", "cdn_node", "ai_pipeline",
		"showroom", "one_on_one", "voice_room", "game_voice", "ai_tutor"} {
		for _, lang := range i18n.Languages() {
			if term, ok := g.Term(id, lang); !ok || term == "" {
				t.Errorf("%s has no word for %s", lang, id)
			}
		}
	}
	for lang, want := range map[string]string{"zh-TW": "位元率", "en-GB": "bitrate", "pt": "bitrate", "nl": "", "": "", "?": ""} {
		if got, _ := g.Term("bitrate", lang); got != want {
			t.Errorf("bitrate in %q is %q, want %q", lang, got, want)
		}
	}
}

func files(list map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range list {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestMistakes(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  []string // in the message
	}{
		{"duplicate id", map[string]string{"en.tsv": "a\tone\tone\na\ttwo\ttwo\n"}, []string{"en.tsv:2", "a stands in line 1 already", "keep one"}},
		{"unknown language", map[string]string{"xx.tsv": "a\tone\tone\n"}, []string{"xx.tsv", `unknown language "xx"`, "keep.tsv"}},
		{"empty form", map[string]string{"en.tsv": "# note\n\na\tone\tone | | two\n"}, []string{"en.tsv:3", "a form of a is empty", "delete the bar"}},
		{"empty term", map[string]string{"en.tsv": "a\t\tone\n"}, []string{"en.tsv:1", "the term of a is empty"}},
		{"no id", map[string]string{"en.tsv": "\tone\tone\n"}, []string{"en.tsv:1", `"" is no id`}},
		{"form of two", map[string]string{"en.tsv": "a\tone\tone | Uno\nb\ttwo\tuno\n"}, []string{"en.tsv:2", `"uno" is a form of b and of a (en.tsv:1)`, "delete one"}},
		{"form twice", map[string]string{"en.tsv": "a\tone\tone | ONE\n"}, []string{"en.tsv:1", `"ONE" of a stands there twice`}},
		{"form of a name", map[string]string{"en.tsv": "a\tone\tsdk\n", "keep.tsv": "SDK\tname\n"}, []string{"en.tsv:1", `"sdk" is a form of a, but is never translated (keep.tsv:1)`}},
		{"columns", map[string]string{"en.tsv": "a one\n"}, []string{"en.tsv:1", "1 columns", "tabs"}},
		{"brackets", map[string]string{"en.tsv": "a\t⟦0⟧\tone\n"}, []string{"en.tsv:1", "brackets"}},
		{"no letter", map[string]string{"en.tsv": "a\tone\t--\n"}, []string{"en.tsv:1", "no letter"}},
		{"name twice", map[string]string{"keep.tsv": "SDK\tname\nsdk\tname\n"}, []string{"keep.tsv:2", "line 1 already"}},
		{"name without a kind", map[string]string{"keep.tsv": "SDK\n"}, []string{"keep.tsv:1", "1 columns"}},
		{"name with an odd mark", map[string]string{"keep.tsv": "SDK\tname\tcase\n"}, []string{"keep.tsv:1", `"exact" or empty`}},
		{"all together", map[string]string{"en.tsv": "a\t\tone\n", "th.tsv": "b\n"}, []string{"en.tsv:1", "th.tsv:1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := glossary.LoadFiles(files(tc.files), nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s in it", err, want)
				}
			}
		})
	}
}

func TestDirectoryLiesOver(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"en.tsv":    "bitrate\tdata rate\tdata rate | bitrate\r\nhost_streamer\t-\nsuper_gift\tSuper Gift\tsuper gift\n",
		"de.tsv":    "super_gift\tSupergeschenk\n",
		"keep.tsv":  "Acme Live\tour product\nOBS\t-\n",
		"notes.txt": "not read",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g, err := glossary.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	checkMasked(t, g, "⟪acme live⟫: ⟪data rate⟫ and ⟪bitrate⟫ and ⟪super gift⟫ of the streamer in OBS, ⟪frame rate⟫ too", "en")
	if got, err := g.Mask("super gift!", "en", "de").Unmask("⟦0⟧!"); err != nil || got != "Supergeschenk!" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, _ := g.Term("bitrate", "en"); got != "data rate" {
		t.Errorf("bitrate is %q", got)
	}
}

func TestMissingDirectory(t *testing.T) {
	if _, err := glossary.Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no error")
	}
	if _, err := glossary.Load(t.TempDir()); err != nil {
		t.Errorf("an empty directory: %v", err)
	}
}
