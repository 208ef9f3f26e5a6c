package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"github.com/goccy/go-yaml"

	"firstline/bot/config"
)

const token = "xoxb-very-secret"

var secrets = env(map[string]string{
	"SLACK_BOT_TOKEN": token, "SLACK_SIGNING_SECRET": token, "SLACK_APP_TOKEN": token, "DISCORD_BOT_TOKEN": token, "OPENAI_API_KEY": token,
	"SLACK_API_URL": "https://proxy.example/api/", "DISCORD_API_URL": "https://proxy.example/d/",
})

func withSecrets(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.Load("testdata/example.yaml", secrets)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSecretsComeFromTheEnvironment(t *testing.T) {
	s := withSecrets(t).Secrets
	for name, got := range map[string]config.Secret{"SlackBotToken": s.SlackBotToken, "SlackSigningSecret": s.SlackSigningSecret,
		"SlackAppToken": s.SlackAppToken, "DiscordBotToken": s.DiscordBotToken, "OpenAIKey": s.OpenAIKey} {
		if string(got) != token {
			t.Errorf("%s was not taken from the environment", name)
		}
	}
	if s.SlackAPIURL != "https://proxy.example/api/" || s.DiscordAPIURL != "https://proxy.example/d/" {
		t.Errorf("URLs %q and %q were not taken from the environment", s.SlackAPIURL, s.DiscordAPIURL)
	}
}

// TestSecretsNeverPrint prints a configuration in every way the program has.
func TestSecretsNeverPrint(t *testing.T) {
	c := withSecrets(t)
	s := c.Secrets.SlackBotToken
	printed := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T", "%10s", "%.2s"} {
		printed["config "+verb] = fmt.Sprintf(verb, *c)
		printed["pointer "+verb] = fmt.Sprintf(verb, c)
		printed["secret "+verb] = fmt.Sprintf(verb, s)
		printed["in a map "+verb] = fmt.Sprintf(verb, map[string]any{"s": s, "p": &s})
		printed["in a list "+verb] = fmt.Sprintf(verb, []config.Secret{s})
	}
	marshal := func(name string, f func(any) ([]byte, error)) {
		for what, v := range map[string]any{"config": c, "secrets": c.Secrets, "secret": s, "map": map[string]config.Secret{"s": s}} {
			data, err := f(v)
			if err != nil {
				t.Errorf("%s of %s: %v", name, what, err)
			}
			printed[name+" "+what] = string(data)
		}
	}
	marshal("json", json.Marshal)
	marshal("yaml", yaml.Marshal)
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(h).Info("x", "secret", s, "secrets", c.Secrets, "config", c, "pointer", &s)
	}
	printed["slog"] = b.String()
	var page bytes.Buffer
	if err := template.Must(template.New("").Parse("{{.}} {{printf `%s` .}}")).Execute(&page, s); err != nil {
		t.Fatal(err)
	}
	printed["template"] = page.String()
	printed["error"] = fmt.Errorf("token %v: %w", s, fmt.Errorf("%s", s)).Error()
	for how, text := range printed {
		if strings.Contains(text, token) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", token)) {
			t.Errorf("%s shows the token: %s", how, text)
		}
	}
	if got := fmt.Sprint(s); got != "***" {
		t.Errorf("a secret prints as %q, want ***", got)
	}
	if got := fmt.Sprint(config.Secret("")); got != "" {
		t.Errorf("a secret that is not set prints as %q, want nothing", got)
	}
}

func TestMissingSecrets(t *testing.T) {
	const web = "engineers: {desk: web:desk}\n"
	const mixed = "engineers: {desk: discord:11}\ncustomers: [{name: A, slack: [C1]}]\n"
	for _, tc := range []struct {
		name, file string
		env        map[string]string
		want       []string
	}{
		{"web alone needs none", web, nil, nil},
		{"a desk on Discord", "engineers: {desk: discord:11}\n", nil, []string{"DISCORD_BOT_TOKEN"}},
		{"a customer on Discord alone", web + "customers: [{name: A, discord: ['12']}]\n", nil, []string{"DISCORD_BOT_TOKEN"}},
		{"a desk on Discord and a customer on Slack", mixed, map[string]string{"SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": token}, []string{"DISCORD_BOT_TOKEN"}},
		{"that customer's platform is not fatal", mixed, map[string]string{"DISCORD_BOT_TOKEN": token}, nil},
		{"a desk on Slack", "engineers: {desk: slack:C1}\n", nil, []string{"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}},
		{"a customer on Slack", web + "customers: [{name: A, slack: [C1]}]\n", nil, []string{"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"}},
		{"a token without the rest", web, map[string]string{"SLACK_BOT_TOKEN": token}, []string{"SLACK_SIGNING_SECRET"}},
		{"Socket Mode", web, map[string]string{"SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": token}, nil},
		{"HTTP mode", web, map[string]string{"SLACK_BOT_TOKEN": token, "SLACK_SIGNING_SECRET": token}, nil},
		{"only the app token", "engineers: {desk: slack:C1}\n", map[string]string{"SLACK_APP_TOKEN": token}, []string{"SLACK_BOT_TOKEN"}},
	} {
		c, err := config.Parse("f.yaml", []byte(tc.file), env(tc.env))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		var got []string
		for _, p := range problems(t, c.MissingSecrets()) {
			got = append(got, p.Field)
			if p.File != "environment" || !strings.Contains(p.Remedy, "export") {
				t.Errorf("%s: the problem %#v does not say what to export", tc.name, p)
			}
			if strings.Contains(p.Error(), token) {
				t.Errorf("%s: the problem shows the token", tc.name)
			}
		}
		if strings.Join(got, " ") != strings.Join(tc.want, " ") {
			t.Errorf("%s: missing %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestUnserved: a platform that is named and has no token is told, unless the
// program cannot start anyway.
func TestUnserved(t *testing.T) {
	const both = "customers: [{name: A, slack: [C1], discord: [1100000000000000001]}]\n"
	slackEnv := map[string]string{"SLACK_BOT_TOKEN": token, "SLACK_APP_TOKEN": token}
	for _, tc := range []struct {
		name, file string
		env        map[string]string
		want       []string
	}{
		{"nothing can start", "engineers: {desk: slack:C0}\n" + both, nil, nil},
		{"Discord's customers", "engineers: {desk: slack:C0}\n" + both, slackEnv, []string{"DISCORD_BOT_TOKEN"}},
		{"Slack's customers", "engineers: {desk: discord:11}\n" + both, map[string]string{"DISCORD_BOT_TOKEN": token}, []string{"SLACK_BOT_TOKEN"}},
		{"only Slack is named", "engineers: {desk: slack:C0}\n", slackEnv, nil},
	} {
		c, err := config.Parse("f.yaml", []byte(tc.file), env(tc.env))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		var got []string
		for _, p := range problems(t, errors.Join(c.Unserved()...)) {
			got = append(got, p.Field)
		}
		if strings.Join(got, " ") != strings.Join(tc.want, " ") {
			t.Errorf("%s: not served for want of %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestDiscordAPIURL(t *testing.T) {
	for url, ok := range map[string]bool{"": true, "https://discord.com/api/v10/": true, "http://127.0.0.1:8080/api/v10/": true, "discord.com/api/v10/": false, "https://discord.com/api/v10": false} {
		_, err := config.Parse("f.yaml", []byte("engineers: {desk: web:desk}"), env(map[string]string{"DISCORD_API_URL": url}))
		if (err == nil) != ok {
			t.Errorf("DISCORD_API_URL=%q gives %v, want it taken: %t", url, err, ok)
		}
	}
}

func TestSlackAPIURL(t *testing.T) {
	for url, ok := range map[string]bool{"": true, "https://slack.com/api/": true, "http://127.0.0.1:8080/api/": true, "slack.com/api/": false, "https://slack.com/api": false, "://": false} {
		_, err := config.Parse("f.yaml", []byte("engineers: {desk: web:desk}"), env(map[string]string{"SLACK_API_URL": url}))
		if (err == nil) != ok {
			t.Errorf("SLACK_API_URL=%q gives %v, want it taken: %t", url, err, ok)
		}
		if err != nil && !strings.Contains(err.Error(), "environment: SLACK_API_URL: ") {
			t.Errorf("SLACK_API_URL=%q gives %v, want the variable named", url, err)
		}
	}
}
