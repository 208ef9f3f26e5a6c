package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs a command line in process.
func call(t *testing.T, in string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), args, streams{strings.NewReader(in), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"serve"}, {"demo"}, {"understand"}, {"converse"}, {"eval"}, {"kb", "search"}, {"kb", "lint"}, {"case", "list"},
		{"case", "show"}, {"case", "replay"}, {"config", "check"}, {"slack", "manifest"}, {"discord", "invite"}, {"doctor"}, {"version"}} {
		code, out, errs := call(t, "", append(args, "--help")...)
		if code != exitOK || !strings.Contains(out, "Usage: firstline") || errs != "" {
			t.Errorf("%v --help: code %d, stderr %q, stdout %q", args, code, errs, out)
		}
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good.yaml", "engineers: {desk: 'slack:C0DESK'}\n")
	broken := write("broken.yaml", "engineers: {desk: 'slack:C0DESK'}\nlisten: nowhere\n")
	for _, tc := range []struct {
		name string
		in   string
		args []string
		code int
		says string // on standard output or error
	}{
		{"nothing at all shows the help", "", nil, exitOK, "Usage: firstline"},
		{"unknown command", "", []string{"sing"}, exitUsage, "see firstline --help"},
		{"unknown flag", "", []string{"demo", "--loud"}, exitUsage, "--loud"},
		{"no configuration", "", []string{"serve", "--config", filepath.Join(dir, "none.yaml")}, exitUsage, "does not exist"},
		{"broken configuration", "", []string{"config", "check", "--config", broken}, exitUsage, "broken.yaml:2: listen"},
		{"right configuration", "", []string{"config", "check", "--config", good}, exitOK, "right"},
		{"junk for understand", "{", []string{"understand"}, exitUsage, "line 1"},
		{"no text for understand", `{"id":"1"}`, []string{"understand"}, exitUsage, `no "text"`},
		{"no id for understand", "{\"id\":\"1\",\"text\":\"a\"}\n{\"text\":\"b\"}", []string{"understand"}, exitUsage, `line 2: no "id"`},
		{"search for nothing", "", []string{"kb", "search", ""}, exitUsage, "nothing to search for"},
		{"no turns for converse", `{"id":"1"}`, []string{"converse"}, exitUsage, `no "turns"`},
		{"eval of nothing", "", []string{"eval"}, exitUsage, "--messages"},
		{"a language we do not speak", "", []string{"demo", "--script", "sv"}, exitUsage, "sv"},
		{"invitation of nobody", "", []string{"discord", "invite"}, exitUsage, "DISCORD_BOT_TOKEN"},
		{"manifest of neither kind", "", []string{"slack", "manifest"}, exitUsage, "--socket"},
		{"cases without a database", "", []string{"case", "list", "--config", good}, exitFailed, "no database"},
		{"a status there is not", "", []string{"case", "list", "--config", good, "--status", "asleep"}, exitUsage, "asleep"},
		{"knowledge base", "", []string{"kb", "lint"}, exitOK, "0 problems"},
		{"version", "", []string{"version"}, exitOK, "firstline"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, out, errs := call(t, tc.in, tc.args...)
			if code != tc.code || !strings.Contains(out+errs, tc.says) {
				t.Errorf("code %d, want %d; want %q in:\n%s%s", code, tc.code, tc.says, out, errs)
			}
		})
	}
}

func TestUnderstandWritesOneReadingALine(t *testing.T) {
	in := `{"id":"a","text":"Black screen for all viewers in Korea, our concert is live right now"}
{"id":"b","text":""}
{"id":"c","text":"البث يقطع عند أغلب المشاهدين في السعودية"}`
	code, out, errs := call(t, in, "understand")
	if code != exitOK {
		t.Fatalf("code %d: %s", code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3:\n%s", len(lines), out)
	}
	want := []struct{ id, lang, act, region string }{{"a", "en", "report", "KR"}, {"b", "en", "other", ""}, {"c", "ar", "report", "SA"}}
	for i, w := range want {
		var got understood
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.ID != w.id || got.Lang != w.lang || got.Act != w.act || strings.Join(got.Regions, ",") != w.region {
			t.Errorf("line %d: %s; want %+v", i+1, lines[i], w)
		}
		for _, field := range []string{`"scenario":`, `"symptoms":[`, `"severity":`} {
			if !strings.Contains(lines[i], field) {
				t.Errorf("line %d lacks %s: %s", i+1, field, lines[i])
			}
		}
	}
}

func TestSearchPrintsJSON(t *testing.T) {
	code, out, errs := call(t, "", "kb", "search", "--json", "--lang", "en", "viewers stare at a spinner")
	var got struct {
		Lang string `json:"lang"`
		Hits []struct {
			ArticleID string   `json:"article_id"`
			Score     *float64 `json:"score"`
			Matched   string   `json:"matched"`
		} `json:"hits"`
	}
	in := json.NewDecoder(strings.NewReader(out))
	if err := in.Decode(&got); code != exitOK || err != nil || len(got.Hits) == 0 {
		t.Fatalf("code %d, %v: %s%s", code, err, out, errs)
	}
	if h := got.Hits[0]; got.Lang != "en" || h.ArticleID != "showroom-stutter-blur" || h.Score == nil || h.Matched == "" || strings.Contains(out, "ArticleID") {
		t.Errorf("got %s", out)
	}
}

func TestConverseReachesAPerson(t *testing.T) {
	in := `{"id":"d","turns":[{"text":"our voice room has echo"},{"text":"Vietnam, SDK 4.2.1"},{"text":"I want to talk to a human engineer please"}]}`
	code, out, errs := call(t, in, "converse")
	var got conversed
	if err := json.Unmarshal([]byte(out), &got); code != exitOK || err != nil {
		t.Fatalf("code %d, %v: %s%s", code, err, out, errs)
	}
	if got.Status != "handed_off" || got.Reason != "asked_for_person" || got.Lang != "en" || strings.Join(got.Regions, ",") != "VN" || len(got.Transcript) < 6 {
		t.Errorf("got %+v", got)
	}
}

func TestEvalPrintsTheTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gold.jsonl")
	gold := `{"id":"1","lang":"en","act":"human","text":"I want to talk to a human engineer please","scenario":null,"regions":[],"symptoms":[],"severity":null}`
	if err := os.WriteFile(path, []byte(gold+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := call(t, "", "eval", "--messages", path, "--by-lang")
	if code != exitOK || !strings.Contains(out, "act") || !strings.Contains(out, "1 of 1") {
		t.Errorf("code %d: %s%s", code, out, errs)
	}
}

func TestDemoScriptPlaysAWholeConversation(t *testing.T) {
	for _, lang := range []string{"th", "ar", "es", "zh-Hans"} {
		t.Run(lang, func(t *testing.T) {
			code, out, errs := call(t, "", "demo", "--script", lang)
			if code != exitOK {
				t.Fatalf("code %d: %s\n%s", code, errs, out)
			}
			for _, want := range []string{"[Claim] [Escalate] [Resolve]", "desk │ engineer ▸ Kim", "The customer confirms that it is solved."} {
				if !strings.Contains(out, want) {
					t.Errorf("the conversation lacks %q:\n%s", want, out)
				}
			}
		})
	}
}

func TestManifestNamesTheEndpoints(t *testing.T) {
	if code, out, _ := call(t, "", "discord", "invite", "--app", "42"); code != exitOK || !strings.Contains(out, "client_id=42") {
		t.Errorf("discord invite gives %d and %q, want a link for application 42", code, out)
	}
	code, out, _ := call(t, "", "slack", "manifest", "--url", "https://support.example.com")
	for _, want := range []string{"https://support.example.com/slack/events", "https://support.example.com/slack/interactions", "https://support.example.com/slack/commands"} {
		if code != exitOK || !strings.Contains(out, want) {
			t.Errorf("code %d, manifest lacks %s", code, want)
		}
	}
}
