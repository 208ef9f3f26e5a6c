package understand

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"firstline/i18n"
)

// kind tells what a phrase of the lexicon or the gazetteer stands for.
type kind uint8

const (
	kindConcept kind = iota
	kindCountry
	kindArea
	kindCity
	kindCarrier  // of one country, which its name states
	kindOperator // of many countries: it names a network and no place
	kindLanguage
)

// entry is what a phrase means, and in which languages it does.
type entry struct {
	kind  kind
	id    string // concept, ISO 3166-1 or M.49 code, or language tag
	langs uint32 // bit i: i18n.Languages()[i]
	size  uint8  // letters of a Latin name; 0 for other scripts
}

// match is an entry found in a text, units [from, to).
type match struct {
	entry
	from, to int
	phrase   uint64
}

// place tells that an entry names a place.
func (e entry) place() bool {
	return e.kind == kindCountry || e.kind == kindArea || e.kind == kindCity || e.kind == kindCarrier
}

// wide tells that an entry names countries or areas, of which one word of a
// language can name several at once.
func (e entry) wide() bool { return e.kind == kindCountry || e.kind == kindArea }

// lexicon finds phrases in a text. It hashes unit sequences, so a text is
// read in one pass whatever the number of phrases.
type lexicon struct {
	table   map[uint64][]entry
	longest map[uint64]int    // by the hash of the first unit: units of the longest phrase
	stop    map[uint64]uint32 // place names that are ordinary words in some languages
	latin   map[uint64]string // a carrier's name in Latin letters, by its other names
}

func newLexicon() *lexicon {
	return &lexicon{table: map[uint64][]entry{}, longest: map[uint64]int{}, latin: map[uint64]string{}, stop: map[uint64]uint32{}}
}

const hashStart = 14695981039346656037

func hashText(s string) uint64 {
	h := uint64(hashStart)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func hashNext(h, unit uint64) uint64 {
	h = (h ^ unit) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// add takes a phrase in, and its form without marks when that is long enough
// to mean the same.
func (l *lexicon) add(phrase string, e entry) {
	l.insert(phrase, e)
	if p := plain(strings.ToLower(phrase)); p != strings.ToLower(phrase) && utf8.RuneCountInString(p) >= 4 {
		l.insert(p, e)
	}
}

func (l *lexicon) insert(phrase string, e entry) {
	units := normalise(phrase).units
	if len(units) == 0 || len(units) > 24 {
		return
	}
	if e.kind == kindConcept && !slices.ContainsFunc(units, func(u unit) bool { return strings.ContainsFunc(u.text, unicode.IsLetter) }) {
		return // "5%" would be found in every 5
	}
	if base, ok := declined(units, e); ok {
		l.insert(base, e)
	}
	h := phraseKey(units)
	if e.place() && unicode.Is(unicode.Latin, []rune(units[0].text)[0]) {
		e.size = uint8(min(255, utf8.RuneCountInString(phrase)))
	}
	first := hashText(units[0].text)
	l.longest[first] = max(l.longest[first], len(units))
	for i, old := range l.table[h] {
		if old.kind == e.kind && old.id == e.id {
			l.table[h][i].langs |= e.langs
			return
		}
	}
	l.table[h] = append(l.table[h], e)
}

// declined gives the stem of a Slavic place name of one word: its last vowel
// changes with the case ("Варшава", "у Варшаві").
func declined(units []unit, e entry) (string, bool) {
	if !e.place() || len(units) != 1 || e.langs&(bit("ru")|bit("uk")|bit("pl")) == 0 {
		return "", false
	}
	r := []rune(units[0].text)
	if len(r) < 6 || !strings.ContainsRune("aaoeiyаяоеіїиьй", r[len(r)-1]) {
		return "", false
	}
	return string(r[:len(r)-1]), true
}

// find gives all matches. Of places that overlap only the longest counts, so
// that "New York" is not also "York".
func (l *lexicon) find(n normal) []match {
	hashes := make([]uint64, len(n.units))
	for i, u := range n.units {
		hashes[i] = hashText(u.text)
	}
	var out []match
	placed := 0 // places are taken up to this unit
	for i := range n.units {
		longest := i
		for _, m := range l.at(n, hashes, i) {
			if !m.place() {
				out = append(out, m)
				continue
			}
			if i < placed || m.to < longest {
				continue
			}
			out = append(out, m)
			longest = m.to
		}
		placed = max(placed, longest)
	}
	return out
}

// at gives the matches that begin at a unit, longest first.
func (l *lexicon) at(n normal, hashes []uint64, i int) []match {
	var out []match
	h := uint64(hashStart)
	limit := max(1, l.longest[hashes[i]])
	for j := i; j < len(n.units) && j < i+limit; j++ {
		if j > i && n.units[j].brk && !spaceless(n.units[j].text) {
			break
		}
		key := hashNext(h, hashes[j])
		found := l.table[key]
		if found == nil {
			for _, stem := range stems(n.units[j].text) {
				if k := hashNext(h, hashText(stem)); l.table[k] != nil {
					key, found = k, l.table[k]
					break
				}
			}
		}
		for _, e := range found {
			out = append(out, match{entry: e, from: i, to: j + 1, phrase: key})
		}
		h = hashNext(h, hashes[j])
	}
	slices.Reverse(out)
	return out
}

func spaceless(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// stems gives shorter forms of a word that a phrase may be listed under: case
// endings and suffixed articles off the end, and what Arabic writes before a
// word off its beginning.
func stems(w string) []string {
	r := []rune(w)
	var out []string
	if len(r) > 0 && unicode.Is(unicode.Arabic, r[0]) {
		for _, p := range []string{"بال", "وال", "فال", "کال", "لل", "ال", "و", "ب", "ل", "ف"} {
			if rest, ok := strings.CutPrefix(w, p); ok && utf8.RuneCountInString(rest) >= 3 {
				out = append(out, rest)
			}
		}
		return out
	}
	if i := strings.IndexRune(w, '\''); i > 2 {
		out = append(out, w[:i])
	}
	least := 5
	if len(r) > 0 && unicode.Is(unicode.Hangul, r[0]) {
		least = 2
	}
	for cut := 1; cut <= 3 && len(r)-cut >= least; cut++ {
		out = append(out, string(r[:len(r)-cut]))
	}
	return out
}

func bit(lang string) uint32 {
	for i, l := range i18n.Languages() {
		if l == lang {
			return 1 << i
		}
	}
	return 0
}

// load reads the lexicon and gazetteer files of every language, and the names
// of countries from CLDR. An operator of the gazetteer has no place ("-"), all
// else has its country or area.
func (l *lexicon) load(fsys fs.FS) error {
	var errs []error
	for _, lang := range i18n.Languages() {
		errs = append(errs, eachLine(fsys, "lexicon/"+lang+".tsv", 2, func(f []string) error {
			l.addAll(f[1], entry{kind: kindConcept, id: f[0], langs: bit(lang)})
			return nil
		}))
		errs = append(errs, eachLine(fsys, "gazetteer/"+lang+".tsv", 3, func(f []string) error {
			k, ok := gazetteerKinds[f[0]]
			if !ok {
				return fmt.Errorf("unknown kind %q, want country, area, city, carrier or operator", f[0])
			}
			l.addAll(f[2], entry{kind: k, id: f[1], langs: bit(lang)})
			if k == kindCarrier || k == kindOperator {
				l.nameInLatin(f[2])
			}
			return nil
		}))
		for _, code := range countries() {
			if name := i18n.Region(lang, code); name != code {
				l.add(name, entry{kind: kindCountry, id: code, langs: bit(lang)})
			}
		}
		for _, of := range i18n.Languages() {
			l.add(i18n.LanguageName(lang, of), entry{kind: kindLanguage, id: of, langs: bit(lang)})
		}
	}
	return errors.Join(errs...)
}

var gazetteerKinds = map[string]kind{"country": kindCountry, "area": kindArea, "city": kindCity, "carrier": kindCarrier, "operator": kindOperator}

func (l *lexicon) addAll(list string, e entry) {
	for _, p := range strings.Split(list, "|") {
		if p = strings.TrimSpace(p); p != "" {
			l.add(p, e)
		}
	}
}

// nameInLatin notes by which name people who do not read the script know a
// carrier: the first of its names that is in Latin letters.
func (l *lexicon) nameInLatin(list string) {
	names := strings.Split(list, "|")
	i := slices.IndexFunc(names, allLatin)
	if i < 0 {
		return
	}
	name := strings.TrimSpace(names[i])
	name = brand(name)
	for _, other := range names {
		if !allLatin(other) {
			l.latin[phraseKey(normalise(other).units)] = name
		}
	}
}

// brand writes a carrier's name as a name where it was typed without capitals:
// "jio" is Jio, "cht" is CHT.
func brand(name string) string {
	switch {
	case name != strings.ToLower(name):
		return name
	case len(name) <= 4 && !strings.ContainsAny(name, "aeiou"):
		return strings.ToUpper(name)
	}
	return cases.Title(language.Und).String(name)
}

func allLatin(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) })
}

func phraseKey(units []unit) uint64 {
	h := uint64(hashStart)
	for _, u := range units {
		h = hashNext(h, hashText(u.text))
	}
	return h
}

func eachLine(fsys fs.FS, name string, fields int, use func([]string) error) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("understand: %w", err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		parts := strings.Split(s.Text(), "\t")
		if len(parts) != fields {
			return fmt.Errorf("%s:%d: %d columns, want %d", name, n, len(parts), fields)
		}
		if err := use(parts); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return s.Err()
}
