package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// built are the prefixes of keys that the program puts together from an id of
// the catalogue, a status, a reason …; that each of those ids has its message,
// and each of these messages its id, is tested in bot/deliver/render. A literal
// is still looked for under the other prefixes.
var built = []string{"ask.", "slot.", "option.", "scenario.", "symptom.", "layer.", "handoff.", "reason.", "rule.", "status.",
	"outcome.", "fix.", "source.", "fact."}

// families are the first parts of keys: a string of this shape in the sources
// is a key and nothing else.
var families = regexp.MustCompile(`^(ask|slot|option|scenario|symptom|layer|handoff|reason|rule|status|outcome|fix|source|fact|button|web|slack|discord|case|script|` +
	`form|card|desk|format|propose|verdict|resolved|reopened|language|relay|list)\.[a-z0-9_]+(\.[a-z0-9_]+)*$`)

// notKeys are strings of that shape that mean something else.
var notKeys = map[string]bool{"web.go": true, "slack.com": true, "discord.com": true}

// TestKeysOfTheProgram holds the catalogue against the sources: a key that is
// used but missing would be shown to a customer, one that is not used is
// translated 24 times for nothing.
func TestKeysOfTheProgram(t *testing.T) {
	keys := builtIn(t)["en"]
	used := usedKeys(t)
	if len(used) < 100 {
		t.Fatalf("only %d keys found in the sources; is the walk right?", len(used))
	}
	for _, key := range sorted(used) {
		if _, ok := keys[key]; !ok && families.MatchString(key) && !notKeys[key] {
			t.Errorf("%s is used in %s, but no locale has it", key, used[key])
		}
	}
	for _, key := range sorted(keys) {
		if _, ok := used[key]; !ok && !isBuilt(key, used) {
			t.Errorf("%s is in the locales, but nothing uses it", key)
		}
	}
}

// isBuilt tells that a key is put together: by the catalogue's ids, or from a
// prefix that stands in the sources ("web.sample." + i).
func isBuilt(key string, used map[string]string) bool {
	for _, prefix := range built {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	for i, r := range key {
		if r == '.' && i+1 < len(key) {
			if _, ok := used[key[:i+1]]; ok {
				return true
			}
		}
	}
	return false
}

// usedKeys collects every string constant of the program's Go sources, and
// every key in the web chat's page and scripts, with the file it stands in.
func usedKeys(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	asset := regexp.MustCompile(`[a-z]+(\.[a-z0-9_]+)+`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bottest") {
			return fs.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go":
			if strings.HasSuffix(path, "_test.go") {
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return nil // a file that does not parse fails its own package
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						used[s] = path
					}
				}
				return true
			})
		case ".js", ".html":
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range asset.FindAllString(string(data), -1) {
				if strings.HasPrefix(m, "web.") {
					used[m] = path
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func TestIsBuilt(t *testing.T) {
	used := map[string]string{"web.sample.": "x", "thanks": "x"}
	for key, want := range map[string]bool{"web.sample.1": true, "ask.region": true, "web.other": false, "thanks": false, "web.sample": false} {
		if got := isBuilt(key, used); got != want {
			t.Errorf("isBuilt(%s) = %t, want %t", key, got, want)
		}
	}
}
