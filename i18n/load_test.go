package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// locales copies the embedded files, so that a test can damage them.
func locales(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, lang := range Languages() {
		data, err := fs.ReadFile(embedded, "locales/"+lang+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		out[lang+".yaml"] = &fstest.MapFile{Data: data}
	}
	return out
}

// mistake is a damage to one line of a locale file, and what the error must say.
type mistake struct {
	name, lang, key, becomes string
	want                     []string
}

// TestBrokenLocales damages one thing at a time; the error must name the
// language and the key.
func TestBrokenLocales(t *testing.T) {
	line := func(key string) *regexp.Regexp { return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + `:.*$`) }
	cases := []mistake{
		{"missing key", "th", "thanks", "", []string{"locale th", "thanks is missing"}},
		{"extra key", "de", "thanks", "thanks: \"Gern.\"\nno.such: \"x\"", []string{"locale de", "no.such is not a message of English"}},
		{"bad template", "ar", "understood", `understood: "{{.facts"`, []string{"locale ar", "understood", "not a template"}},
		{"control structure", "fr", "understood", `understood: "{{if .facts}}{{.facts}}{{end}}"`, []string{"locale fr", "understood", "nothing else"}},
		{"template call", "fr", "thanks", `thanks: "{{template \"x\"}}"`, []string{"locale fr", "thanks", "nothing else"}},
		{"other placeholder", "es", "claimed", `claimed: "**{{.nombre}}**"`, []string{"locale es", "claimed", "[nombre]", "English has [name]"}},
		{"no placeholder", "es", "claimed", `claimed: "ya"`, []string{"locale es", "claimed", "English has [name]"}},
		{"no such plural form", "ru", "fact.users", `fact.users: {one: "a", plenty: "b", other: "c"}`, []string{"locale ru", "ru.yaml", "fact.users", `"plenty"`}},
		{"a plural form too few", "ru", "fact.users", `fact.users: {one: "{{.Count}} a", other: "{{.Count}} b"}`, []string{"locale ru", "fact.users", "[one other]", "[few many one other]"}},
		{"a plural form too many", "ja", "fact.users", `fact.users: {one: "{{.Count}} a", other: "{{.Count}} b"}`, []string{"locale ja", "fact.users", "[one other]", "[other]"}},
		{"plural of a plain message", "en", "thanks", `thanks: {one: "a", other: "b"}`, []string{"locale ru", "thanks", "plural forms [other]"}},
		{"a number", "ko", "thanks", `thanks: 5`, []string{"locale ko", "ko.yaml", "thanks", "quote it"}},
		{"a form that is no text", "ko", "fact.users", `fact.users: {other: 5}`, []string{"locale ko", "fact.users", `"other"`}},
		{"a key twice", "it", "thanks", "thanks: \"a\"\nthanks: \"b\"", []string{"locale it.yaml", "thanks"}},
		{"not YAML", "pl", "thanks", `thanks: "a`, []string{"locale pl.yaml"}},
	}
	// Loading is what takes time, and it reports all problems together: as many
	// mistakes as do not touch the same file go into one.
	for len(cases) > 0 {
		base, used := locales(t), map[string]bool{}
		var now, later []mistake
		for _, m := range cases {
			if used[m.lang] || used["en"] || m.lang == "en" && len(now) > 0 {
				later = append(later, m)
				continue
			}
			used[m.lang] = true
			now = append(now, m)
			old := base[m.lang+".yaml"].Data
			changed := line(m.key).ReplaceAllLiteral(old, []byte(m.becomes))
			if slices.Equal(old, changed) {
				t.Fatalf("%s has no line for %s to damage", m.lang, m.key)
			}
			base[m.lang+".yaml"] = &fstest.MapFile{Data: changed}
		}
		_, err := load(base, nil)
		for _, m := range now {
			if !slices.ContainsFunc(apart(err), func(e error) bool { return says(e, m.want) }) {
				t.Errorf("%s: the error is %v, want one with all of %q", m.name, err, m.want)
			}
		}
		cases = later
	}
}

// apart takes joined errors apart.
func apart(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

func says(err error, parts []string) bool {
	return err != nil && !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(err.Error(), p) })
}

func TestMissingFile(t *testing.T) {
	base := locales(t)
	delete(base, "uk.yaml")
	if _, err := load(base, nil); err == nil || !strings.Contains(err.Error(), "uk.yaml") {
		t.Errorf("without uk.yaml load gives the error %v, want one that names the file", err)
	}
}

// TestAllProblemsTogether damages two languages; both must be named.
func TestAllProblemsTogether(t *testing.T) {
	base := locales(t)
	for _, lang := range []string{"tr", "vi"} {
		base[lang+".yaml"] = &fstest.MapFile{Data: append(slices.Clone(base[lang+".yaml"].Data), "\nno.such: \"x\"\n"...)}
	}
	_, err := load(base, nil)
	for _, lang := range []string{"locale tr", "locale vi"} {
		if err == nil || !strings.Contains(err.Error(), lang) {
			t.Errorf("error %v, want %q in it", err, lang)
		}
	}
}

func write(t *testing.T, dir, name, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOverrideDirectory(t *testing.T) {
	built := catalogue(t)
	dir := t.TempDir()
	write(t, dir, "de.yaml", `thanks: "Immer gern."`)
	write(t, dir, "ru.yaml", `fact.users: {one: "{{.Count}} зритель", few: "{{.Count}} зрителя", many: "{{.Count}} зрителей", other: "{{.Count}} зрителя"}`)
	c, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Text("de", "thanks", nil), "Immer gern."; got != want {
		t.Errorf("the overridden message is %q, want %q", got, want)
	}
	if got, want := c.Text("ru", "fact.users", map[string]any{"Count": 5}), "5 зрителей"; got != want {
		t.Errorf("the overridden plural is %q, want %q", got, want)
	}
	for _, other := range [][2]string{{"de", "wait"}, {"en", "thanks"}} {
		if got, want := c.Text(other[0], other[1], nil), built.Text(other[0], other[1], nil); got != want {
			t.Errorf("%v is %q with the override, want %q as without", other, got, want)
		}
	}
	if got, want := len(c.Keys()), len(built.Keys()); got != want {
		t.Errorf("%d keys with the override, want %d", got, want)
	}
}

func TestBrokenOverride(t *testing.T) {
	for name, tc := range map[string]struct{ file, data, want string }{
		"unknown key": {"de.yaml", `thank: "x"`, "locale de: thank is not"},
		"placeholder": {"de.yaml", `claimed: "x"`, "locale de: claimed"},
		"syntax":      {"de.yaml", `thanks: "x`, "de.yaml"},
		"forms":       {"ru.yaml", `fact.users: {one: "{{.Count}} a", other: "{{.Count}} b"}`, "locale ru: fact.users"},
	} {
		dir := t.TempDir()
		write(t, dir, tc.file, tc.data)
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, tc.want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("a folder without locales gives %v; the built-in ones serve", err)
	}
}

func TestTextAlwaysSaysSomething(t *testing.T) {
	c := catalogue(t)
	english := c.Text("en", "thanks", nil)
	for _, tc := range []struct {
		lang, key string
		args      map[string]any
		want      string
	}{
		{"xx", "thanks", nil, english}, {"", "thanks", nil, english}, {"en", "no.such", nil, "no.such"}, {"ar", "", nil, ""},
		{"en", "thanks", map[string]any{"Count": 3}, english},
		{"ru", "thanks", map[string]any{"Count": 3}, c.Text("ru", "thanks", nil)},
		{"en", "plain", map[string]any{"text": "{{.x}} {{end}}"}, "{{.x}} {{end}}"},
	} {
		if got := c.Text(tc.lang, tc.key, tc.args); got != tc.want {
			t.Errorf("Text(%q, %q, %v) = %q, want %q", tc.lang, tc.key, tc.args, got, tc.want)
		}
	}
	if c.Has("no.such") || !c.Has("thanks") {
		t.Errorf("Has(no.such) = %t, Has(thanks) = %t, want false and true", c.Has("no.such"), c.Has("thanks"))
	}
	args := map[string]any{"Count": 1234}
	c.Text("en", "fact.users", args)
	if args["Count"] != 1234 {
		t.Errorf("Text changed its caller's arguments to %v", args)
	}
}

func TestMatch(t *testing.T) {
	c := catalogue(t)
	for locale, want := range map[string]string{
		"en-US": "en", "en_GB": "en", "en": "en", "th-TH": "th", "pt": "pt-BR", "pt-PT": "pt-BR", "pt_BR": "pt-BR", "es-419": "es", "es-ES": "es", "es_MX": "es",
		"zh": "zh-Hans", "zh-CN": "zh-Hans", "zh_CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hant", "zh_TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-Hant-HK": "zh-Hant", "zh-Hans-MY": "zh-Hans",
		"tl": "fil", "fil-PH": "fil", "in": "id", "id-ID": "id", "ms-MY": "ms", "ar-EG": "ar", "fa-IR": "fa", "ur-PK": "ur", "ja-JP": "ja", "ko-KR": "ko", "uk-UA": "uk", "ru-RU": "ru",
		"de-AT": "de", "fr-CA": "fr", "it-CH": "it", "pl-PL": "pl", "tr-TR": "tr", "vi-VN": "vi", "hi-IN": "hi", "bn-BD": "bn",
		"kk-KZ": "ru", "jv": "id", // what CLDR says their readers read
		"": "", "fi-FI": "", "xx": "", "not a locale": "", "und": "", "123": "", "el-GR": "",
	} {
		if got := c.Match(locale); got != want {
			t.Errorf("Match(%q) = %q, want %q", locale, got, want)
		}
	}
	for _, lang := range Languages() {
		if got := c.Match(lang); got != lang {
			t.Errorf("Match(%q) = %q, want itself", lang, got)
		}
	}
}

func FuzzMatch(f *testing.F) {
	c := catalogue(f)
	for _, s := range []string{"en-US", "zh_TW", "x-", "i-default", "en-u-nu-thai", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, locale string) {
		if got := c.Match(locale); got != "" && !Supported(got) {
			t.Errorf("Match(%q) = %q, which is not supported", locale, got)
		}
	})
}
