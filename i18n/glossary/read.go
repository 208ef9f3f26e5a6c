package glossary

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"firstline/i18n"
)

// keepFile holds the names that no language translates.
const keepFile = "keep.tsv"

// none in the second column takes an entry away.
const none = "-"

// term is what a thing is called in one language.
type term struct {
	text  string
	forms []string // by which it is recognised
	at    place
}

// name is never translated.
type name struct {
	text  string
	exact bool // only in this spelling
	at    place
}

// place is where an entry was read.
type place struct {
	file string
	line int
}

func (p place) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// reader collects the entries of all files, and what is wrong with them.
type reader struct {
	terms map[string]map[string]term // language → id
	keep  map[string]name            // folded
	errs  []error
}

func newReader() *reader {
	r := &reader{terms: map[string]map[string]term{}, keep: map[string]name{}}
	for _, lang := range i18n.Languages() {
		r.terms[lang] = map[string]term{}
	}
	return r
}

func (r *reader) fail(at place, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s: "+format, append([]any{at}, args...)...))
}

// layer reads every .tsv file of a directory over what was read before.
func (r *reader) layer(fsys fs.FS) {
	files, err := fs.Glob(fsys, "*.tsv")
	if err == nil && len(files) == 0 {
		_, err = fs.ReadDir(fsys, ".") // a directory that is not there is a mistake, an empty one is not
	}
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	for _, file := range files {
		raw, err := fs.ReadFile(fsys, file)
		if err != nil {
			r.errs = append(r.errs, err)
			continue
		}
		lang := strings.TrimSuffix(path.Base(file), ".tsv")
		_, known := r.terms[lang]
		if !known && file != keepFile {
			r.errs = append(r.errs, fmt.Errorf("%s: unknown language %q: name the file %s, or one of %s with .tsv", file, lang, keepFile, strings.Join(i18n.Languages(), ", ")))
			continue
		}
		seen := map[string]int{} // by id or name, in this file
		for i, line := range strings.Split(string(raw), "\n") {
			line = strings.TrimRight(line, "\r")
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				continue
			}
			at, columns := place{file, i + 1}, trimmed(strings.Split(line, "\t"))
			if file == keepFile {
				r.readName(at, columns, seen)
			} else {
				r.readTerm(at, lang, columns, seen)
			}
		}
	}
}

func trimmed(list []string) []string {
	for i, s := range list {
		list[i] = strings.TrimSpace(s)
	}
	return list
}

func (r *reader) readTerm(at place, lang string, columns []string, seen map[string]int) {
	id := columns[0]
	switch n, twice := seen[id]; {
	case len(columns) > 3 || len(columns) < 2:
		r.fail(at, "%d columns: write id, term and forms, with tabs between them", len(columns))
		return
	case id == "" || strings.ContainsAny(id, " |"):
		r.fail(at, "%q is no id: write one word, such as frame_rate", id)
		return
	case twice:
		r.fail(at, "%s stands in line %d already: keep one of the two", id, n)
		return
	}
	seen[id] = at.line
	t := term{text: columns[1], at: at}
	if t.text == none {
		delete(r.terms[lang], id)
		return
	}
	if err := writable(t.text); err != nil {
		r.fail(at, "the term of %s %w", id, err)
		return
	}
	if len(columns) == 3 && columns[2] != "" {
		t.forms = trimmed(strings.Split(columns[2], "|"))
	}
	own := map[string]bool{}
	for _, form := range t.forms {
		key := foldText(form)
		if err := writable(form); err != nil {
			r.fail(at, "a form of %s %w", id, err)
			return
		}
		if own[key] {
			r.fail(at, "the form %q of %s stands there twice: delete one", form, id)
			return
		}
		own[key] = true
	}
	r.terms[lang][id] = t
}

func (r *reader) readName(at place, columns []string, seen map[string]int) {
	text, key := columns[0], foldText(columns[0])
	n := name{text: text, at: at}
	switch line, twice := seen[key]; {
	case len(columns) > 3 || len(columns) < 2:
		r.fail(at, `%d columns: write the name, what it is and, if needed, "exact", with tabs between them`, len(columns))
		return
	case twice:
		r.fail(at, "%s stands in line %d already: keep one of the two", text, line)
		return
	case columns[1] == none:
		delete(r.keep, key)
		seen[key] = at.line
		return
	case len(columns) == 3 && columns[2] != "" && columns[2] != "exact":
		r.fail(at, `%q: the third column is "exact" or empty`, columns[2])
		return
	}
	if err := writable(text); err != nil {
		r.fail(at, "a name %w", err)
		return
	}
	n.exact = len(columns) == 3 && columns[2] == "exact"
	seen[key] = at.line
	r.keep[key] = n
}

// writable tells what is wrong with a form. Marks of our own inside it would
// make a placeholder that is none.
func writable(form string) error {
	switch {
	case form == "":
		return errors.New("is empty: write it, or delete the bar")
	case strings.ContainsAny(form, "⟦⟧|") || strings.ContainsFunc(form, isBidi):
		return fmt.Errorf("is %q: brackets of placeholders, bars and direction marks cannot stand in it", form)
	case !strings.ContainsFunc(form, wordy):
		return fmt.Errorf("is %q: it has no letter or digit", form)
	}
	return nil
}

// check finds forms that could mean two things.
func (r *reader) check() {
	for _, lang := range i18n.Languages() {
		owner := map[string]string{} // form → id
		for _, id := range slices.Sorted(maps.Keys(r.terms[lang])) {
			t := r.terms[lang][id]
			for _, form := range t.forms {
				key := foldText(form)
				if other, ok := owner[key]; ok {
					r.fail(t.at, "%q is a form of %s and of %s (%s): delete one of them", form, id, other, r.terms[lang][other].at)
					continue
				}
				owner[key] = id
				if k, ok := r.keep[key]; ok {
					r.fail(t.at, "%q is a form of %s, but is never translated (%s): delete one of them", form, id, k.at)
				}
			}
		}
	}
}
