package knowledge

import (
	"slices"

	"golang.org/x/text/language"
)

// Fallback returns the languages in which to look for a text, best first and English last: the tag itself, its script
// (zh-TW is written in zh-Hant), its CLDR parents, its base. A tag that cannot be read gives English alone.
func Fallback(lang string) []string {
	var chain []string
	add := func(tag string) {
		if tag != "" && tag != "und" && !slices.Contains(chain, tag) {
			chain = append(chain, tag)
		}
	}
	if tag, err := language.Parse(lang); err == nil {
		base, _ := tag.Base()
		for t := tag; !t.IsRoot(); t = t.Parent() {
			add(t.String())
			if script, confidence := t.Script(); confidence != language.No {
				add(base.String() + "-" + script.String())
			}
		}
		add(base.String())
		add(mainRegion[base.String()])
	}
	add(SourceLanguage)
	return chain
}

// mainRegion names, for a language that we write in the form of one region only, that form: a reader of another region
// is better served with it than with English.
var mainRegion = map[string]string{"pt": "pt-BR", "zh": "zh-Hans"}

// canonical reports whether lang is a BCP 47 tag in the spelling that file names must have.
func canonical(lang string) bool {
	tag, err := language.Parse(lang)
	return err == nil && tag.String() == lang && !tag.IsRoot()
}
