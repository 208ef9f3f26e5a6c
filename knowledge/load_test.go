package knowledge

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// tree makes a file system of article files.
func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, src := range files {
		out[name] = &fstest.MapFile{Data: []byte(src)}
	}
	return out
}

func TestLoadEmbedded(t *testing.T) {
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, a := range lib.Articles() {
		ids = append(ids, a.ID)
		if _, ok := a.In("en"); !ok {
			t.Errorf("%s has no English", a.ID)
		}
	}
	if !slices.IsSorted(ids) || len(ids) < 10 {
		t.Errorf("got articles %v; want at least ten, sorted", ids)
	}
	if _, ok := lib.Article("black-screen"); !ok {
		t.Error("black-screen is missing")
	}
	if _, ok := lib.Article("no-such"); ok {
		t.Error("there is an article no-such")
	}
}

func TestLoadLayers(t *testing.T) {
	en := sample(t)
	base := tree(map[string]string{"sample/en.md": en, "sample/de.md": en, "README.md": "not an article", "sample/picture.png": "x", ".git/en.md": "x", "sample/.en.md.swp": "x"})
	corrected := tree(map[string]string{"sample/en.md": strings.Replace(en, "# Stream", "# The stream", 1)})
	lib, err := Load(base, corrected)
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "The stream stutters: *sometimes*", "de": "Stream stutters: *sometimes*"} {
		if got, _ := lib.Text("sample", lang); got.Title != want {
			t.Errorf("%s: got title %q, want %q", lang, got.Title, want)
		}
	}
	if got, want := lib.Languages(), []string{"de", "en"}; !slices.Equal(got, want) {
		t.Errorf("got languages %v, want %v", got, want)
	}
}

func TestLoadErrors(t *testing.T) {
	en := sample(t)
	_, err := Load(tree(map[string]string{
		"sample/en.md":       en,
		"sample/zh-hans.md":  en,
		"sample/xx-yy-zz.md": en,
		"Sample_2/en.md":     en,
		"a/b/en.md":          en,
		"other/en.md":        en,
		"german/de.md":       strings.Replace(en, "id: sample", "id: german", 1),
		"broken/en.md":       "---\n",
		"broken/de.md":       strings.Replace(en, "id: sample", "id: broken", 1),
	}))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		`sample/zh-hans.md:1: "zh-hans" is not a canonical BCP 47 language tag`,
		`sample/xx-yy-zz.md:1: "xx-yy-zz" is not`,
		`Sample_2/en.md:1: an article lies in <id>/<lang>.md`,
		`a/b/en.md:1: an article lies in <id>/<lang>.md`,
		`other/en.md:2: id is "sample" but the folder is "other"`,
		`german/en.md:1: missing; every article needs English`,
		`broken/en.md:1: front matter is missing`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing in the error: %s", want)
		}
	}
	if strings.Count(err.Error(), "broken/en.md") != 1 {
		t.Errorf("broken/en.md is reported more than once:\n%v", err)
	}
	if _, ok := errors.AsType[*SyntaxError](err); !ok {
		t.Errorf("no *SyntaxError in %T", err)
	}
}

// unreadable is a file system whose files cannot be read.
type unreadable struct{ files fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".md") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.files.Open(name)
}

func TestLoadUnreadable(t *testing.T) {
	_, err := Load(unreadable{tree(map[string]string{"sample/en.md": "x"})})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want %v", err, fs.ErrPermission)
	}
}

func TestFallback(t *testing.T) {
	for _, c := range []struct {
		lang string
		want []string
	}{
		{"en", []string{"en", "en-Latn"}},
		{"en-GB", []string{"en-GB", "en-Latn", "en-001", "en"}},
		{"th", []string{"th", "th-Thai", "en"}},
		{"zh-TW", []string{"zh-TW", "zh-Hant", "zh", "zh-Hans", "en"}},
		{"zh-HK", []string{"zh-HK", "zh-Hant", "zh", "zh-Hans", "en"}},
		{"zh", []string{"zh", "zh-Hans", "en"}},
		{"pt", []string{"pt", "pt-Latn", "pt-BR", "en"}},
		{"pt-PT", []string{"pt-PT", "pt-Latn", "pt", "pt-BR", "en"}},
		{"es-MX", []string{"es-MX", "es-Latn", "es-419", "es", "en"}},
		{"", []string{"en"}},
		{"und", []string{"en"}},
		{"not a tag", []string{"en"}},
	} {
		if diff := cmp.Diff(c.want, Fallback(c.lang)); diff != "" {
			t.Errorf("Fallback(%q) (-want +got):\n%s", c.lang, diff)
		}
	}
}

func TestText(t *testing.T) {
	en := sample(t)
	files := map[string]string{}
	for _, lang := range []string{"en", "zh-Hans", "zh-Hant", "pt-BR", "fil"} {
		files["sample/"+lang+".md"] = en
	}
	lib, err := Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		"en": "en", "en-US": "en", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", "zh-Hant-HK": "zh-Hant", "pt": "pt-BR", "pt-PT": "pt-BR",
		"fil-PH": "fil", "tl": "fil", "de": "en", "": "en",
	} {
		got, ok := lib.Text("sample", lang)
		if !ok || got.Lang != want {
			t.Errorf("Text(%q): got %q, %v; want %q", lang, got.Lang, ok, want)
		}
	}
	if _, ok := lib.Text("no-such", "en"); ok {
		t.Error("there is a text of an unknown article")
	}
}
