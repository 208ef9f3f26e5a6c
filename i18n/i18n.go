// Package i18n is everything about languages: the catalogues of messages, how
// a date, a number or a list is written, names of places, and, in langid, which
// language a text is in. It imports no other package of ours.
//
// The catalogues are go-i18n message files, one a language, embedded; a
// directory may override single messages. [Load] checks them all: a file that
// does not parse, a message that English does not have, a language that lacks
// one, placeholders that differ from English, or plural forms that are not
// those of the language are errors, and the program
// does not start with them. So [Catalogue.Text] never fails: it always has
// something to show.
//
// Right to left: in Arabic, Persian and Urdu every run of Latin letters, codes
// and signed numbers is isolated (U+2068 … U+2069), so that "-1307" and "4.3.2"
// do not turn around in plain text.
package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sort"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/goccy/go-yaml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales/*.yaml
var embedded embed.FS

// Languages lists the supported languages as BCP 47 tags. English is the first
// and the source of the others.
func Languages() []string {
	return []string{"en", "zh-Hans", "zh-Hant", "ja", "ko", "id", "ms", "th", "vi", "fil", "hi", "bn",
		"ur", "ar", "fa", "tr", "ru", "uk", "es", "pt-BR", "fr", "de", "it", "pl"}
}

// Supported tells whether lang is one of [Languages].
func Supported(lang string) bool { return slices.Contains(Languages(), lang) }

// Catalogue holds the messages of every language.
type Catalogue struct {
	localizers map[string]*goi18n.Localizer
	keys       map[string]bool // key → has plural forms
	matcher    language.Matcher
}

// Default loads the catalogues that are built in.
func Default() (*Catalogue, error) { return Load("") }

// Load reads the built-in catalogues and, when dir is not empty, the files
// <lang>.yaml of that directory over them.
func Load(dir string) (*Catalogue, error) {
	sub, err := fs.Sub(embedded, "locales")
	if err != nil {
		return nil, fmt.Errorf("built-in locales: %w", err)
	}
	var over fs.FS
	if dir != "" {
		over = os.DirFS(dir)
	}
	return load(sub, over)
}

func load(base, over fs.FS) (*Catalogue, error) {
	tags := make([]language.Tag, 0, len(Languages()))
	all := map[string]map[string]entry{}
	var errs []error
	for _, lang := range Languages() {
		tags = append(tags, language.MustParse(lang))
		messages, err := readFile(base, lang+".yaml")
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if over != nil {
			changed, err := readFile(over, lang+".yaml")
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
			for k, v := range changed {
				messages[k] = v
			}
		}
		all[lang] = messages
	}
	errs = append(errs, compare(all)...)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c := &Catalogue{localizers: map[string]*goi18n.Localizer{}, keys: map[string]bool{}, matcher: language.NewMatcher(tags)}
	bundle := goi18n.NewBundle(language.English)
	for lang, messages := range all {
		list := make([]*goi18n.Message, 0, len(messages))
		for key, e := range messages {
			list = append(list, e.message(key))
			c.keys[key] = len(e) > 1 || c.keys[key]
		}
		if err := bundle.AddMessages(language.MustParse(lang), list...); err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
	}
	for _, lang := range Languages() {
		c.localizers[lang] = goi18n.NewLocalizer(bundle, lang)
	}
	return c, nil
}

// entry is one message: its text under "other", or its plural forms.
type entry map[string]string

func (e entry) message(key string) *goi18n.Message {
	return &goi18n.Message{ID: key, Zero: e["zero"], One: e["one"], Two: e["two"], Few: e["few"], Many: e["many"], Other: e["other"]}
}

func readFile(fsys fs.FS, name string) (map[string]entry, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("locale: %w", err)
	}
	var raw map[string]any
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("locale %s: %w", name, err)
	}
	out := make(map[string]entry, len(raw))
	for key, v := range raw {
		switch v := v.(type) {
		case string:
			out[key] = entry{"other": v}
		case map[string]any:
			e := entry{}
			for form, text := range v {
				s, ok := text.(string)
				if !ok || !slices.Contains([]string{"zero", "one", "two", "few", "many", "other"}, form) {
					return nil, fmt.Errorf("locale %s: %s: %q is not a plural form with a text", name, key, form)
				}
				e[form] = s
			}
			out[key] = e
		default:
			return nil, fmt.Errorf("locale %s: %s: want a text or plural forms; quote it", name, key)
		}
	}
	return out, nil
}

// compare holds every language against English.
func compare(all map[string]map[string]entry) []error {
	var errs []error
	english := all["en"]
	for _, lang := range Languages() {
		messages, ok := all[lang]
		if !ok {
			continue
		}
		for _, key := range sorted(english) {
			e, ok := messages[key]
			if !ok {
				errs = append(errs, fmt.Errorf("locale %s: %s is missing", lang, key))
				continue
			}
			if got, want := sorted(e), formsOf(lang, english[key]); !slices.Equal(got, want) {
				errs = append(errs, fmt.Errorf("locale %s: %s: plural forms %v, the language has %v", lang, key, got, want))
			}
			want := placeholders(english[key]["other"])
			for _, form := range sorted(e) {
				got, err := parsed(e[form])
				switch {
				case err != nil:
					errs = append(errs, fmt.Errorf("locale %s: %s: %w", lang, key, err))
				case !slices.Equal(got, want) && !(form != "other" && isSubset(got, want)):
					errs = append(errs, fmt.Errorf("locale %s: %s (%s): placeholders %v, English has %v", lang, key, form, got, want))
				}
			}
		}
		for _, key := range sorted(messages) {
			if _, ok := english[key]; !ok {
				errs = append(errs, fmt.Errorf("locale %s: %s is not a message of English", lang, key))
			}
		}
	}
	return errs
}

// formsOf gives the forms a message must have in a language: one text, or all
// plural forms where English has several.
func formsOf(lang string, english entry) []string {
	if len(english) == 1 {
		return []string{"other"}
	}
	return pluralForms(lang)
}

// pluralForms gives the plural forms of a language, sorted, as go-i18n chooses
// among them: the rules come from CLDR, by way of that library.
func pluralForms(lang string) []string {
	bundle := goi18n.NewBundle(language.English)
	all := &goi18n.Message{ID: "x", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	if err := bundle.AddMessages(language.MustParse(lang), all); err != nil {
		return []string{"other"}
	}
	l := goi18n.NewLocalizer(bundle, lang)
	set := map[string]bool{}
	for _, n := range []any{0, 1, 2, 3, 4, 5, 6, 9, 11, 20, 21, 22, 100, 101, 1_000_000, "1.5"} {
		if form, err := l.Localize(&goi18n.LocalizeConfig{MessageID: "x", PluralCount: n}); err == nil {
			set[form] = true
		}
	}
	return sorted(set)
}

// isSubset lets a singular form leave the number out ("un utente").
func isSubset(got, want []string) bool {
	for _, g := range got {
		if !slices.Contains(want, g) {
			return false
		}
	}
	return true
}

func placeholders(text string) []string { p, _ := parsed(text); return p }

// parsed lists the fields a template uses.
func parsed(text string) ([]string, error) {
	t, err := template.New("").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("not a template: %w", err)
	}
	set := map[string]bool{}
	if t.Tree != nil && t.Root != nil {
		for _, n := range t.Root.Nodes {
			switch n := n.(type) {
			case *parse.TextNode, *parse.CommentNode:
			case *parse.ActionNode:
				set[strings.Trim(n.String(), "{}. ")] = true
			default:
				return nil, fmt.Errorf("%s: a message has texts and {{.name}}, nothing else", n)
			}
		}
	}
	return sorted(set), nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Keys lists every message key, sorted.
func (c *Catalogue) Keys() []string { return sorted(c.keys) }

// Has tells whether there is a message of this key.
func (c *Catalogue) Has(key string) bool { _, ok := c.keys[key]; return ok }

// Text says a message in a language. Arguments are texts; the argument "Count",
// an int, chooses the plural form. A language that is not supported gets
// English, and a key that does not exist comes back as it is.
func (c *Catalogue) Text(lang, key string, args map[string]any) string {
	l, ok := c.localizers[lang]
	if !ok {
		lang, l = "en", c.localizers["en"]
	}
	cfg := &goi18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if n, ok := args["Count"].(int); ok {
		if c.keys[key] {
			cfg.PluralCount = n
		}
		data := map[string]any{}
		for k, v := range args {
			data[k] = v
		}
		data["Count"] = Number(lang, n)
		cfg.TemplateData = data
	}
	text, err := l.Localize(cfg)
	if err != nil && text == "" {
		return key
	}
	if RTL(lang) {
		return IsolateLatin(text)
	}
	return text
}

// Match gives the supported language nearest to a platform's locale ("en-US",
// "zh_TW", "pt"), or "" when none is near.
func (c *Catalogue) Match(locale string) string {
	tag, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if err != nil || locale == "" {
		return ""
	}
	_, i, confidence := c.matcher.Match(tag)
	if confidence < language.High && !(confidence == language.Low && sameBase(tag, Languages()[i])) {
		return ""
	}
	return Languages()[i]
}

func sameBase(tag language.Tag, lang string) bool {
	a, _ := tag.Base()
	b, _ := language.MustParse(lang).Base()
	return a == b
}
