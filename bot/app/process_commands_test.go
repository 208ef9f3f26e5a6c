package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/bot/bottest"
)

var secrets = []string{bottest.SlackBotToken, bottest.SlackSigningSecret, bottest.DiscordBotToken}

// looksWell is what the doctor says of the rooms, platform by platform.
func (p *program) looksWell() (lines []string) {
	for room, on := range map[string]bottest.Chat{siam: p.Customers, desk: p.Desk} {
		line := "Slack: in #%s (%s)"
		if on.Platform() == "discord" {
			line = "Discord: in #%s (%s) (text)"
		}
		lines = append(lines, fmt.Sprintf(line, room, on.ID(room)))
	}
	return lines
}

// TestProcessCommands runs the operator's commands beside the serving program.
func TestProcessCommands(t *testing.T) {
	for _, s := range []stage{onSlack, onDiscord} {
		t.Run(s.name, func(t *testing.T) { newProgram(t, s).commands(t) })
	}
}

func (p *program) commands(t *testing.T) {
	if out, code := p.run("case", "list", "--config", p.config); code != 1 || !strings.Contains(out, "no database at") {
		t.Errorf("case list before the first start: %d %s", code, out)
	}
	p.serve()
	root := p.Post(nok, siam, problem)
	p.Reply(nok, root, wantHuman)
	card := p.expect(in(desk), offers("claim"))
	p.expect(thread(root), says("I am calling an engineer"))
	p.Click(kim, card, "claim")
	p.expect(thread(root), says("Kim"))
	id := card.Buttons[0].Value
	for _, c := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"list", []string{"case", "list"}, 0, []string{id, "claimed", "P3", "Siam Live", "showroom", "stutter", "TH"}},
		{"list of a status", []string{"case", "list", "--status", "closed"}, 0, []string{"case", "status"}},
		{"list of no status", []string{"case", "list", "--status", "lost"}, 2, []string{"--status", "claimed"}},
		{"list as JSON", []string{"case", "list", "--json"}, 0, []string{`"id":"` + id + `"`}},
		{"show", []string{"case", "show", id}, 0, []string{id, "asked_for_person", "Kim", "message", "desk_clicked", problem}},
		{"show nothing", []string{"case", "show", "nosuchcase"}, 1, []string{"there is no case nosuchcase"}},
		{"replay", []string{"case", "replay", id}, 0, []string{"handed_off", "claimed", "the same case"}},
		{"config check", []string{"config", "check"}, 0, []string{"right (1 customers, 1 tiers, desk " + p.stage.desk + ":" + p.Desk.ID(desk) + ")"}},
		{"doctor", []string{"doctor"}, 0, append(p.looksWell(), "24 languages", "in use")},
		{"doctor --alive", []string{"doctor", "--alive"}, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := p.run(append(c.args, "--config", p.config)...)
			if code != c.code {
				t.Errorf("exit code %d, want %d:\n%s", code, c.code, out)
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("the output lacks %q:\n%s", want, out)
				}
			}
			for _, secret := range secrets {
				if strings.Contains(out, secret) {
					t.Errorf("the output shows a secret:\n%s", out)
				}
			}
		})
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": `"ready":true`, "/metrics": "firstline_events_accepted_total"} {
		if status, body := p.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s, want %s", path, status, body, want)
		}
	}
	for _, leak := range append(secrets, "freezing", "real engineer", "Nok") {
		if strings.Contains(p.log.String(), leak) {
			t.Errorf("the log has %q in it:\n%s", leak, p.log)
		}
	}
	if code := p.terminate(); code != 0 {
		t.Errorf("SIGTERM: exit code %d, want 0:\n%s", code, p.log)
	}
	if out, code := p.run("doctor", "--alive", "--config", p.config); code != 1 || !strings.Contains(out, "not running") {
		t.Errorf("doctor --alive after the end: %d %s", code, out)
	}
}

// TestProcessRefusesABrokenConfiguration: file, line, field and remedy, and 2.
func TestProcessRefusesABrokenConfiguration(t *testing.T) {
	p := newProgram(t, onSlack)
	p.configure(filepath.Join(p.dir, "x.db"))
	data, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(strings.Replace(string(data), "desk: slack:"+p.Desk.ID(desk), "desk: pigeon:loft", 1), "tier: gold", "tire: gold", 1)
	if err := os.WriteFile(p.config, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"config", "check"}, {"case", "list"}, {"doctor"}} {
		out, code := p.run(append(args, "--config", p.config)...)
		if code != 2 {
			t.Errorf("%v: exit code %d, want 2", args, code)
		}
		for _, want := range []string{p.config + ":5: engineers.desk", p.config + ":8: customers[0].tire"} {
			if !strings.Contains(out, want) {
				t.Errorf("%v: the output lacks %q:\n%s", args, want, out)
			}
		}
		if strings.Contains(out, "goroutine") {
			t.Errorf("%v: a stack trace for a mistake of the user:\n%s", args, out)
		}
	}
}
