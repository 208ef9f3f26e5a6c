package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath   string
	Name         string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// TestImports keeps the rules of the house: who may import what.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, "firstline/")
		for _, imp := range p.Imports {
			if reason := forbidden(path, imp); reason != "" {
				t.Errorf("%s imports %s: %s", path, imp, reason)
			}
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Name,Imports", "firstline/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 10 {
		t.Fatalf("only %d packages found", len(list))
	}
	return list
}

// forbidden gives the reason why one package may not import another, or "".
func forbidden(from, imp string) string {
	ours, isOurs := strings.CutPrefix(imp, "firstline/")
	under := func(path string, roots ...string) bool {
		return slices.ContainsFunc(roots, func(r string) bool { return path == r || strings.HasPrefix(path, r+"/") })
	}
	adapters := []string{"bot/slack", "bot/discord", "bot/web"}
	engines := []string{"bot/store/sqlite", "bot/store/postgres"}
	switch {
	case !isOurs && under(from, "triage", "i18n", "knowledge") && slices.ContainsFunc([]string{"slack-go", "discordgo", "go-openai", "database/sql", "modernc.org/sqlite", "jackc/pgx", "net/http"},
		func(s string) bool { return strings.Contains(imp, s) }):
		return "the core knows no platform, no SQL, no network"
	case !isOurs && strings.Contains(imp, "sashabaranov/go-openai") && from != "bot/openai":
		return "only bot/openai may"
	case !isOurs:
		return ""
	case under(ours, "bot/bottest") || strings.HasSuffix(ours, "test"):
		if from == "bot/bottest" || strings.HasSuffix(from, "test") {
			return ""
		}
		return "test support stays out of the program"
	case under(ours, "bot/app") && !under(from, "bot/app", "cmd"):
		return "only cmd imports bot/app"
	case under(from, "i18n") && !under(ours, "i18n"):
		return "i18n imports no other package of ours"
	case under(from, "knowledge") && !under(ours, "knowledge", "i18n"):
		return "knowledge imports only i18n"
	case under(from, "triage") && !under(ours, "triage", "knowledge", "i18n"):
		return "triage imports triage, knowledge and i18n"
	case under(from, adapters...) && (under(ours, "bot/store", "bot/dispatch", "bot/deliver", "bot/config") || under(ours, adapters...) && !under(ours, from)):
		return "an adapter imports bot and the core, never another adapter or a store"
	case under(ours, append(adapters, engines...)...) && !under(from, "bot/app", "cmd") && !under(from, ours) && !strings.HasPrefix(ours, from):
		return "only bot/app imports adapters and engines"
	}
	return ""
}

// TestForbidden shows that the rules above can fail.
func TestForbidden(t *testing.T) {
	for _, tc := range [][2]string{
		{"triage", "database/sql"}, {"triage", "firstline/bot"}, {"i18n", "firstline/triage"}, {"knowledge/index", "firstline/triage"},
		{"bot/slack", "firstline/bot/web"}, {"bot/slack", "firstline/bot/store"}, {"bot/dispatch", "firstline/bot/store/sqlite"},
		{"bot/deliver", "firstline/bot/slack"}, {"bot/slack", "firstline/bot/app"}, {"bot/slack", "firstline/bot/bottest"}, {"bot/app", "github.com/sashabaranov/go-openai"},
	} {
		if forbidden(tc[0], tc[1]) == "" {
			t.Errorf("%s may import %s, but must not", tc[0], tc[1])
		}
	}
	for _, tc := range [][2]string{
		{"triage/understand", "firstline/i18n/langid"}, {"bot/app", "firstline/bot/slack"}, {"bot/store/sqlite", "firstline/bot/store"}, {"cmd/firstline", "firstline/bot/app"}, {"bot/slack", "firstline/i18n"},
	} {
		if reason := forbidden(tc[0], tc[1]); reason != "" {
			t.Errorf("%s may not import %s (%s), but must be able to", tc[0], tc[1], reason)
		}
	}
}
