package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstline/bot/config"
)

func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

var noEnv = env(nil)

// problems takes the joined error apart.
func problems(t *testing.T, err error) []config.Problem {
	t.Helper()
	var out []config.Problem
	var walk func(error)
	walk = func(err error) {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				walk(e)
			}
			return
		}
		p, ok := errors.AsType[config.Problem](err)
		if !ok {
			t.Fatalf("the error %v (%T) is no Problem", err, err)
		}
		out = append(out, p)
	}
	if err != nil {
		walk(err)
	}
	return out
}

// TestExample holds the example that operators start from: what it says must
// load, with these values.
func TestExample(t *testing.T) {
	c, err := config.Load("testdata/example.yaml", env(map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}))
	if err != nil {
		t.Fatal(err)
	}
	dur := func(raw string, d time.Duration) config.Duration { return config.Duration{D: d, Raw: raw} }
	const m, h, d = time.Minute, time.Hour, 24 * time.Hour
	want := &config.Config{
		Listen: "127.0.0.1:8080", Database: "sqlite:firstline.db",
		Model:     config.Model{BaseURL: "https://api.openai.com/v1", Name: "gpt-4.1-mini", Embeddings: "text-embedding-3-small", Timeout: dur("6s", 6*time.Second), Concurrency: 4},
		Engineers: config.Engineers{Language: "en", Desk: "slack:C0DESK"},
		Customers: []config.Customer{{Name: "Siam Live", Tier: "gold", Slack: []string{"C0SIAM"}},
			{Name: "Rio Games", Tier: "standard", Slack: []string{"C0RIO"}, Discord: []string{"1100000000000000001"}}},
		Tiers: map[string]config.Tier{
			"gold": {"P1": {dur("5m", 5*m), dur("15m", 15*m), dur("4h", 4*h)}, "P2": {dur("15m", 15*m), dur("1h", h), dur("12h", 12*h)},
				"P3": {dur("1h", h), dur("4h", 4*h), dur("3d", 3*d)}, "P4": {dur("4h", 4*h), dur("1d", d), dur("7d", 7*d)}},
			"standard": {"P1": {dur("15m", 15*m), dur("30m", 30*m), dur("8h", 8*h)}, "P2": {dur("30m", 30*m), dur("2h", 2*h), dur("1d", d)},
				"P3": {dur("4h", 4*h), dur("8h", 8*h), dur("5d", 5*d)}, "P4": {dur("1d", d), dur("2d", 2*d), dur("14d", 14*d)}},
		},
		Secrets: config.Secrets{SlackBotToken: "xoxb-1", SlackSigningSecret: "s"},
		File:    "testdata/example.yaml",
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the example (-want +got):\n%s", diff)
	}
	if err := c.MissingSecrets(); err != nil {
		t.Errorf("with both secrets something is missing: %v", err)
	}
}

// TestMistakes loads one file a mistake. Its first line says what the error
// must name: line, field, what is wrong, and the remedy.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files with mistakes (error %v), want at least 30", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(string(data), "\n")
			want := strings.Split(strings.TrimPrefix(head, "# want "), " | ")
			if len(want) != 4 {
				t.Fatalf("the first line is %q, want four parts", head)
			}
			line, err := strconv.Atoi(want[0])
			if err != nil {
				t.Fatal(err)
			}
			c, err := config.Load(file, noEnv)
			list := problems(t, err)
			if c != nil || len(list) != 1 {
				t.Fatalf("Load gives %+v and %d problems (%v), want nil and one", c, len(list), err)
			}
			p := list[0]
			if p.File != file || p.Line != line || p.Field != want[1] || !strings.Contains(p.What, want[2]) || !strings.Contains(p.Remedy, want[3]) {
				t.Errorf("problem %#v\nwant file %s, line %d, field %q, %q, %q", p, file, line, want[1], want[2], want[3])
			}
			for _, part := range []string{file, want[1], want[2], want[3]} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the message %q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the message %q gives a password away", err)
			}
		})
	}
}

func TestAllProblemsTogether(t *testing.T) {
	const file = "listen: x\ndatabse: y\nmodel: {timeout: soon}\nengineers: {language: xx, desk: here}\n" +
		"customers:\n  - {name: A, tier: none, slak: [C1]}\n  - {name: A}\ntiers: {gold: {P9: {}}}\n"
	_, err := config.Parse("f.yaml", []byte(file), env(map[string]string{"SLACK_API_URL": "nowhere"}))
	var got []string
	for _, p := range problems(t, err) {
		got = append(got, p.Field)
	}
	want := []string{"databse", "customers[0].slak", "listen", "model.timeout", "engineers.language", "engineers.desk", "tiers.gold.P9", "customers[0].tier", "customers[1].name", "SLACK_API_URL"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields with problems (-want +got):\n%s", diff)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, tc := range map[string]struct{ path, want string }{
		"missing":  {filepath.Join(dir, "none.yaml"), "does not exist"},
		"a folder": {dir, "make it readable"},
	} {
		if _, err := config.Load(tc.path, noEnv); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), tc.path) {
			t.Errorf("%s: error %v, want %q and the path in it", name, err, tc.want)
		}
	}
}

// TestEmptyFile keeps the defaults and asks only for what has none.
func TestEmptyFile(t *testing.T) {
	for _, data := range []string{"", "\n", "# nothing\n", "---\n"} {
		list := problems(t, func() error { _, err := config.Parse("f.yaml", []byte(data), noEnv); return err }())
		if len(list) != 1 || list[0].Field != "engineers.desk" {
			t.Errorf("%q gives %v, want only that engineers.desk is missing", data, list)
		}
	}
	c, err := config.Parse("f.yaml", []byte("engineers: {desk: web:desk}"), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	d := config.Defaults()
	if c.Listen != d.Listen || c.Database != d.Database || c.Engineers.Language != "en" || c.Web {
		t.Errorf("without lines the settings are %+v, want the defaults %+v", c, d)
	}
}

func TestDurations(t *testing.T) {
	for raw, want := range map[string]time.Duration{
		"6s": 6 * time.Second, "15m": 15 * time.Minute, "4h": 4 * time.Hour, "1h30m": 90 * time.Minute, "3d": 72 * time.Hour, "1d12h": 36 * time.Hour,
		"36500d": 36500 * 24 * time.Hour, "500ms": 500 * time.Millisecond, "0.5h": 30 * time.Minute,
		"": -1, "6": -1, "d": -1, "x": -1, "0s": -1, "0d": -1, "-3d": -1, "-5m": -1, "3D": -1, "1.5d": -1, "3 d": -1, "1w": -1, "36501d": -1, "106752d": -1, "213504d": -1, "9999999999999999999999d": -1, "1d1d": -1, "3dx": -1,
	} {
		rest := "next_response: 1h, resolution: 1h}"
		data := "engineers: {desk: web:desk}\ntiers: {gold: {P1: {first_response: \"" + raw + "\", " + rest
		for _, sev := range []string{"P2", "P3", "P4"} {
			data += ", " + sev + ": {first_response: 1h, " + rest
		}
		data += "}}\n"
		c, err := config.Parse("f.yaml", []byte(data), noEnv)
		switch {
		case want < 0 && err == nil:
			t.Errorf("%q is taken for %v, want an error", raw, c.Tiers["gold"]["P1"].FirstResponse.D)
		case want >= 0 && err != nil:
			t.Errorf("%q gives %v, want %v", raw, err, want)
		case want >= 0 && c.Tiers["gold"]["P1"].FirstResponse.D != want:
			t.Errorf("%q is %v, want %v", raw, c.Tiers["gold"]["P1"].FirstResponse.D, want)
		}
	}
}

func TestLookups(t *testing.T) {
	c, err := config.Load("testdata/example.yaml", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ platform, channel, want string }{
		{"slack", "C0SIAM", "Siam Live"}, {"slack", "C0RIO", "Rio Games"}, {"discord", "1100000000000000001", "Rio Games"},
		{"slack", "C0NONE", ""}, {"discord", "C0SIAM", ""}, {"web", "C0SIAM", ""}, {"", "C0SIAM", ""}, {"slack", "", ""},
	} {
		if got, ok := c.CustomerOf(tc.platform, tc.channel); got.Name != tc.want || ok != (tc.want != "") {
			t.Errorf("CustomerOf(%q, %q) = %q (%t), want %q", tc.platform, tc.channel, got.Name, ok, tc.want)
		}
	}
	for name, want := range map[string]string{"Siam Live": "gold", "Rio Games": "standard", "Nobody": "", "": ""} {
		if got := c.TierOf(name); got != want {
			t.Errorf("TierOf(%q) = %q, want %q", name, got, want)
		}
	}
	for platform, want := range map[string]string{"slack": "C0DESK", "web": "", "discord": "", "": ""} {
		if got := c.DeskOn(platform); got != want {
			t.Errorf("DeskOn(%q) = %q, want %q", platform, got, want)
		}
	}
	for database, want := range map[string]string{"sqlite:firstline.db": "testdata/firstline.db", "sqlite:/var/f.db": "/var/f.db", "sqlite::memory:": ":memory:", "sqlite:a/b.db": "testdata/a/b.db"} {
		c.Database = database
		if got := filepath.ToSlash(c.SQLitePath()); got != want {
			t.Errorf("SQLitePath of %s is %q, want %q", database, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, file := range append(files, "testdata/example.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, s := range []string{"? [a]\n: b\n", "a: &x 1\nb: *x\n", "customers: [*x]\n", "<<: {listen: x}", "\xff\xfe", "--- \n...\n---\n", "customers:\n- - -\n", "tiers: {? : 1}", "tiers:\n  \"a.b[\": {P1: {}}", "!!binary x", "- ", ": "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("f.yaml", data, noEnv)
		if (c == nil) == (err == nil) {
			t.Fatalf("Parse gives %v and %v, want one of them", c, err)
		}
		for _, p := range problems(t, err) {
			if p.Field == "" || p.What == "" || p.Remedy == "" || p.File != "f.yaml" || p.Line < 0 {
				t.Errorf("the problem %#v lacks something", p)
			}
		}
	})
}

func TestModel(t *testing.T) {
	for _, tc := range []struct{ model, field string }{
		{"{}", ""},
		{"{name: m}", ""},
		{"{base_url: 'http://127.0.0.1:11434/v1', name: m, timeout: 60s, concurrency: 1}", ""},
		{"{name: m, daily_budget: 5, prices: {input: 0.4, output: 1.6, embeddings: 0.02}}", ""},
		{"{base_url: 'api.openai.com/v1'}", "model.base_url"},
		{"{base_url: 'ftp://api.openai.com/v1'}", "model.base_url"},
		{"{base_url: ''}", "model.base_url"},
		{"{timeout: 2m}", "model.timeout"},
		{"{timeout: 10ms}", "model.timeout"},
		{"{concurrency: 0}", "model.concurrency"},
		{"{daily_budget: -1}", "model.daily_budget"},
		{"{daily_budget: 5}", "model.daily_budget"},
		{"{prices: {output: .nan}}", "model.prices.output"},
	} {
		c, err := config.Parse("f.yaml", []byte("engineers: {desk: web:desk}\nmodel: "+tc.model+"\n"), noEnv)
		if tc.field == "" {
			if err != nil || c.Model.Timeout.D <= 0 || c.Model.Concurrency <= 0 {
				t.Errorf("%s gives %v, %v", tc.model, c, err)
			}
			continue
		}
		if list := problems(t, err); len(list) != 1 || list[0].Field != tc.field || list[0].Line != 2 {
			t.Errorf("%s gives %v, want one problem of %s in line 2", tc.model, list, tc.field)
		}
	}
}

// TestUsesModel keeps the example valid without a key: OpenAI is not asked then.
func TestUsesModel(t *testing.T) {
	for _, tc := range []struct {
		model, key string
		want       bool
	}{
		{"{}", "sk-1", false},
		{"{name: m}", "", false},
		{"{name: m}", "sk-1", true},
		{"{name: m, base_url: 'http://127.0.0.1:11434/v1'}", "", true},
	} {
		c, err := config.Parse("f.yaml", []byte("engineers: {desk: web:desk}\nmodel: "+tc.model+"\n"), func(name string) string {
			return map[string]string{"OPENAI_API_KEY": tc.key}[name]
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.UsesModel(); got != tc.want {
			t.Errorf("model %s, key %q: used: %t", tc.model, tc.key, got)
		}
	}
}
