package app_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
)

// TestDoctorOfTheModel: what a server can do is tried for real, and what stands
// in the way is named with its remedy. A server that can do less is no fault.
func TestDoctorOfTheModel(t *testing.T) {
	for _, tc := range []struct {
		name  string
		opts  bottest.ModelOptions
		upset func(*bottest.ModelServer, *config.Config)
		found []string // level and ability of each finding
		says  string   // in the first that is not ok
		cure  string
	}{
		{"all is well", bottest.ModelOptions{}, nil, []string{"ok structured output", "ok JSON mode", "ok plain text", "ok embeddings"}, "", ""},
		{"an old vLLM", bottest.ModelOptions{NoSchema: true, NoEmbeddings: true}, nil,
			[]string{"note structured output", "ok JSON mode", "ok plain text", "note embeddings"}, "does not have this way of asking", "nothing"},
		{"a wrong key", bottest.ModelOptions{}, func(m *bottest.ModelServer, c *config.Config) {
			m.Forgive("Incorrect API key")
			c.Secrets.OpenAIKey = "sk-wrong"
		}, []string{"fault structured output"}, "key is refused", "OPENAI_API_KEY"},
		{"an unknown model", bottest.ModelOptions{}, func(m *bottest.ModelServer, c *config.Config) {
			m.Forgive("does not exist")
			c.Model.Name = "gpt-0"
		}, []string{"fault structured output", "fault JSON mode", "fault plain text", "ok embeddings"}, "does not know the model", "model.name"},
		{"nobody there", bottest.ModelOptions{}, func(m *bottest.ModelServer, _ *config.Config) { m.Close() },
			[]string{"fault structured output"}, "no connection", "model.base_url"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := bottest.NewModel(t, tc.opts)
			cfg := config.Defaults()
			cfg.Database, cfg.Listen, cfg.Engineers.Desk, cfg.Web = "sqlite:"+filepath.Join(t.TempDir(), "d.db"), "127.0.0.1:0", "web:desk", true
			cfg.Model = config.Model{BaseURL: m.URL(), Name: bottest.ModelName, Embeddings: bottest.ModelEmbeddings, Timeout: config.Duration{D: patience}, Concurrency: 1}
			cfg.Secrets.OpenAIKey = bottest.ModelKey
			if tc.upset != nil {
				tc.upset(m, &cfg)
			}
			list := findingsOf(t, &cfg)
			var found []string
			for _, f := range list {
				what, _, _ := strings.Cut(strings.TrimPrefix(f.What, "language model: "), ":")
				what, _, _ = strings.Cut(what, " (")
				found = append(found, f.Level+" "+what)
			}
			if !slices.Equal(found, tc.found) {
				t.Errorf("found %q, want %q", found, tc.found)
			}
			i := slices.IndexFunc(list, func(f app.Finding) bool { return f.Level != app.LevelOK })
			if wanted := tc.says != ""; (i >= 0) != wanted || wanted && (!strings.Contains(list[i].What, tc.says) || !strings.Contains(list[i].Remedy, tc.cure)) {
				t.Errorf("told %+v; want %q with %q", list, tc.says, tc.cure)
			}
		})
	}
}

// findingsOf gives what the doctor finds out about the model.
func findingsOf(t *testing.T, cfg *config.Config) (list []app.Finding) {
	t.Helper()
	app.Doctor(t.Context(), cfg, func(f app.Finding) {
		if strings.HasPrefix(f.What, "language model") {
			list = append(list, f)
		}
		for _, key := range []string{bottest.ModelKey, "sk-wrong"} {
			if strings.Contains(f.What+f.Remedy, key) {
				t.Errorf("the key is shown: %+v", f)
			}
		}
	})
	return list
}
