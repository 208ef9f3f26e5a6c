package knowledge

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

//go:embed articles
var embedded embed.FS

// Embedded returns the articles that ship with the program, rooted so that <id>/<lang>.md are its files.
func Embedded() fs.FS {
	sub, err := fs.Sub(embedded, "articles")
	if err != nil { // only for an invalid path, and this one is constant
		return embedded
	}
	return sub
}

// articleID is what an article's folder may be called: it is part of message ids and of URLs.
var articleID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Load reads every <id>/<lang>.md of the file systems. A file of a later one replaces the same file of an earlier one,
// so a directory of corrections can lie over [Embedded]. Files of another kind, and names that begin with a dot, are left
// alone. All problems are reported together; the errors of broken files are [*SyntaxError].
func Load(layers ...fs.FS) (*Library, error) {
	files := map[string]fs.FS{}
	var errs []error
	for _, layer := range layers {
		errs = append(errs, collect(layer, files))
	}
	lib := &Library{articles: map[string]Article{}}
	langs := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text, err := loadText(files[name], name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		langs[text.Lang] = true
		lib.add(text)
	}
	errs = append(errs, lib.finish(files)...)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("load articles: %w", err)
	}
	lib.langs = slices.Sorted(maps.Keys(langs))
	return lib, nil
}

// collect notes which files of a layer are articles.
func collect(layer fs.FS, files map[string]fs.FS) error {
	return fs.WalkDir(layer, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.IsDir() && path.Ext(name) == ".md" && path.Dir(name) != "." {
			files[name] = layer
		}
		return nil
	})
}

// loadText reads one file and checks what its path promises.
func loadText(fsys fs.FS, name string) (Text, error) {
	dir, base := path.Split(name)
	id, lang := strings.TrimSuffix(dir, "/"), strings.TrimSuffix(base, ".md")
	if !articleID.MatchString(id) {
		return Text{}, &SyntaxError{File: name, Line: 1, Msg: fmt.Sprintf("an article lies in <id>/<lang>.md, its id in lower-case letters, digits and single hyphens; got %q", id)}
	}
	if !canonical(lang) {
		return Text{}, &SyntaxError{File: name, Line: 1, Msg: fmt.Sprintf("%q is not a canonical BCP 47 language tag (such as en, zh-Hans, pt-BR)", lang)}
	}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return Text{}, err
	}
	text, err := Parse(name, src)
	if err != nil {
		return Text{}, err
	}
	if text.meta.ID != id {
		return Text{}, &SyntaxError{File: name, Line: keyLine(src, "id"), Msg: fmt.Sprintf("id is %q but the folder is %q", text.meta.ID, id)}
	}
	text.Lang = lang
	return text, nil
}

// add puts a text where it belongs.
func (l *Library) add(t Text) {
	a, ok := l.articles[t.meta.ID]
	if !ok {
		a = Article{ID: t.meta.ID, texts: map[string]Text{}}
	}
	a.texts[t.Lang] = t
	l.articles[a.ID] = a
}

// finish takes each article's fields from its English text and reports those that have none. An English file that is
// present but broken has been reported already.
func (l *Library) finish(files map[string]fs.FS) []error {
	l.ids = slices.Sorted(maps.Keys(l.articles))
	var errs []error
	for _, id := range l.ids {
		a := l.articles[id]
		en, ok := a.texts[SourceLanguage]
		if !ok {
			name := path.Join(id, SourceLanguage+".md")
			if _, present := files[name]; !present {
				errs = append(errs, &SyntaxError{File: name, Line: 1, Msg: "missing; every article needs English"})
			}
			continue
		}
		a.Scenarios, a.Symptoms, a.Layers, a.Suits, a.Reviewed = en.meta.Scenarios, en.meta.Symptoms, en.meta.Layers, en.meta.Suits, en.Reviewed
		l.articles[id] = a
	}
	return errs
}
