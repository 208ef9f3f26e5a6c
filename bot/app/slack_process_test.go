package app_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"firstline/bot/bottest"
)

// program is the real binary with a configuration of its own, beside a
// stand-in of Slack.
type program struct {
	*bottest.SlackServer
	t      *testing.T
	bin    string
	dir    string
	config string
	listen string
	prefix []string // a command that runs the binary

	cmd    *exec.Cmd
	log    *lockedBuffer
	exited chan error
}

// lockedBuffer is what a process writes, for failures.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.WriteString(line + "\n")
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// buildDir is removed after all tests.
var buildDir string

func TestMain(m *testing.M) {
	var err error
	if buildDir, err = os.MkdirTemp("", "firstline-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(buildDir)
	os.Exit(code)
}

// built gives the path of the binary, which is built once, for the first test
// that asks for it.
var built = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(buildDir, "firstline")
	if out, err := exec.Command("go", "build", "-o", bin, "firstline/cmd/firstline").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return bin, nil
})

const yaml = `listen: %s
database: sqlite:%s
engineers:
  language: en
  desk: slack:C0DESK
customers:
  - name: Siam Live
    tier: gold
    slack: [C0SIAM]
tiers:
  gold:
    P1: {first_response: 5m, next_response: 15m, resolution: 4h}
    P2: {first_response: 15m, next_response: 1h, resolution: 12h}
    P3: {first_response: 1h, next_response: 4h, resolution: 3d}
    P4: {first_response: 4h, next_response: 1d, resolution: 7d}
`

func newProgram(t *testing.T) *program {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := ln.Addr().String()
	_ = ln.Close()
	p := &program{
		SlackServer: bottest.NewSlack(t, bottest.SlackOptions{AckWithin: patience, TriggerLife: patience, RetryDelays: []time.Duration{}}),
		t:           t, bin: bin, dir: t.TempDir(), listen: listen,
	}
	p.AddUser(bottest.SlackUser{ID: "UNOK", Name: "Nok", Locale: "en-US", Zone: "Asia/Bangkok"})
	p.AddUser(bottest.SlackUser{ID: "UKIM", Name: "Kim", Locale: "en-US"})
	p.AddChannel(bottest.SlackChannel{ID: "C0SIAM", Name: "siam-live", Members: []string{"UNOK"}})
	p.AddChannel(bottest.SlackChannel{ID: "C0DESK", Name: "desk", Members: []string{"UKIM"}})
	p.SetApp("http://" + listen)
	p.configure(filepath.Join(p.dir, "town.db"))
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
	})
	return p
}

func (p *program) configure(db string) {
	p.t.Helper()
	p.config = filepath.Join(p.dir, "firstline.yaml")
	if err := os.WriteFile(p.config, fmt.Appendf(nil, yaml, p.listen, db), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) env() []string {
	return append(os.Environ(), "SLACK_BOT_TOKEN="+bottest.SlackBotToken, "SLACK_SIGNING_SECRET="+bottest.SlackSigningSecret,
		"SLACK_API_URL="+p.APIURL(), "SLACK_APP_TOKEN=", "DISCORD_BOT_TOKEN=", "OPENAI_API_KEY=")
}

// serve starts the program and waits until it says that it serves.
func (p *program) serve() {
	p.t.Helper()
	args := append(append([]string{}, p.prefix...), p.bin, "serve", "--config", p.config)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env, p.cmd.SysProcAttr = p.env(), sysProcAttr(p.prefix != nil)
	out, err := p.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.log, p.exited = &lockedBuffer{}, make(chan error, 1)
	serving := make(chan bool, 1)
	go func(cmd *exec.Cmd, log *lockedBuffer, exited chan<- error) {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			log.add(lines.Text())
			if strings.Contains(lines.Text(), "msg=serving") {
				serving <- true
			}
		}
		exited <- cmd.Wait()
	}(p.cmd, p.log, p.exited)
	select {
	case <-serving:
	case err := <-p.exited:
		p.cmd = nil
		p.t.Fatalf("serve ended with %v:\n%s", err, p.log)
	case <-time.After(patience):
		p.t.Fatalf("serve does not serve:\n%s", p.log)
	}
}

// kill ends the program as a power cut would.
func (p *program) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.exited
	p.cmd = nil
}

// terminate asks the program to end and gives its exit code.
func (p *program) terminate() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.exited:
		p.cmd = nil
		return exitCode(err)
	case <-time.After(patience):
		p.t.Fatalf("SIGTERM does not end it:\n%s", p.log)
		return -1
	}
}

func exitCode(err error) int {
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return e.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// run runs another command of the program.
func (p *program) run(args ...string) (out string, code int) {
	p.t.Helper()
	cmd := exec.Command(p.bin, args...)
	cmd.Env = p.env()
	data, err := cmd.CombinedOutput()
	return string(data), exitCode(err)
}

// get reads a page of the program.
func (p *program) get(path string) (status int, body string) {
	p.t.Helper()
	resp, err := http.Get("http://" + p.listen + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// shownOnce checks that each text is shown by the bot exactly once.
func (p *program) shownOnce(where bottest.SlackWhere, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		n := 0
		for _, m := range p.Messages(where) {
			if m.BotID == bottest.SlackBotID && m.TS != where.Thread && shows(text)(m) {
				n++
			}
		}
		if n != 1 {
			p.t.Errorf("%q is shown %d times, want once:\n%s", text, n, p.log)
		}
	}
}

// TestProcessKilledInMidConversation kills the real program four times: before
// an answer that was not sent, after one that was sent and not noted, while
// idle, and in the middle of the relay. The people notice nothing but a pause.
func TestProcessKilledInMidConversation(t *testing.T) {
	p := newProgram(t)
	s := english(t)
	p.serve()
	p.Fail("chat.postMessage", 1, bottest.SlackHang)
	root := p.Post("UNOK", "C0SIAM", "Our live stream keeps freezing")
	p.ExpectCalls("chat.postMessage", 1, patience)
	p.kill()

	p.serve()
	first := p.Expect(bottest.InThread(root), bottest.Offers("slot:region"), patience)
	calls := len(p.Calls("chat.postMessage"))
	p.Fail("chat.postMessage", 1, bottest.SlackHangAfter)
	p.Choose("UNOK", first, "slot:region", "TH")
	p.ExpectCalls("chat.postMessage", calls+1, patience)
	p.kill()

	p.serve()
	second := p.Expect(bottest.InThread(root), bottest.All(bottest.After(first), bottest.Offers("slot:scope")), patience)
	p.Click("UNOK", second, "slot:scope", "many")
	p.Expect(bottest.InThread(root), bottest.After(second), patience)
	p.kill()
	late := p.Reply("UNOK", root, wantHuman) // nobody is there: Slack keeps it
	if p.Undelivered() == 0 {
		t.Error("Slack keeps nothing, want the reply that nobody took")
	}

	p.serve()
	if left := p.Redeliver(); left != 0 {
		t.Fatalf("%d events are not acknowledged", left)
	}
	p.Expect(bottest.InThread(root), bottest.All(bottest.After(late), shows(s.say("handoff.asked_for_person"))), patience)
	card := p.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	p.Click("UKIM", card, "claim")
	p.Expect(bottest.InThread(root), shows(s.with("claimed", "name", "Kim")), patience)
	p.Reply("UKIM", card, "first word of Kim")
	p.Reply("UKIM", card, "second word of Kim")
	p.kill()

	p.serve()
	p.Reply("UNOK", root, "I am still here")
	p.Expect(bottest.InThread(root), bottest.Says("second word of Kim"), patience)
	p.Expect(bottest.InThread(card), bottest.Says("I am still here"), patience)
	p.shownOnce(bottest.InThread(root), s.say("intro"), s.say("ask.region"), s.say("ask.scope"), s.say("handoff.asked_for_person"),
		s.with("claimed", "name", "Kim"), "first word of Kim", "second word of Kim")
	p.shownOnce(bottest.InThread(card), s.with("desk.claimed", "name", "Kim"), "I am still here")
	if code := p.terminate(); code != 0 {
		t.Errorf("SIGTERM: exit code %d, want 0:\n%s", code, p.log)
	}
}

// TestProcessCommands runs the operator's commands beside the serving program.
func TestProcessCommands(t *testing.T) {
	p := newProgram(t)
	if out, code := p.run("case", "list", "--config", p.config); code != 1 || !strings.Contains(out, "no database at") {
		t.Errorf("case list before the first start: %d %s", code, out)
	}
	p.serve()
	root := p.Post("UNOK", "C0SIAM", problem)
	p.Reply("UNOK", root, wantHuman)
	card := p.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	p.Expect(bottest.InThread(root), bottest.Says("I am calling an engineer"), patience)
	p.Click("UKIM", card, "claim")
	p.Expect(bottest.InThread(root), bottest.Says("Kim"), patience)
	id := card.Buttons()[0].Value
	for _, c := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"list", []string{"case", "list"}, 0, []string{id, "claimed", "P2", "Siam Live", "showroom", "stutter", "TH"}},
		{"list of a status", []string{"case", "list", "--status", "closed"}, 0, []string{"case", "status"}},
		{"list of no status", []string{"case", "list", "--status", "lost"}, 2, []string{"--status", "claimed"}},
		{"list as JSON", []string{"case", "list", "--json"}, 0, []string{`"id":"` + id + `"`}},
		{"show", []string{"case", "show", id}, 0, []string{id, "asked_for_person", "Kim", "message", "desk_clicked", problem}},
		{"show nothing", []string{"case", "show", "nosuchcase"}, 1, []string{"there is no case nosuchcase"}},
		{"replay", []string{"case", "replay", id}, 0, []string{"handed_off", "claimed", "the same case"}},
		{"config check", []string{"config", "check"}, 0, []string{"right (1 customers, 1 tiers, desk slack:C0DESK)"}},
		{"doctor", []string{"doctor"}, 0, []string{"24 languages", "Slack: in #siam-live (C0SIAM)", "Slack: in #desk (C0DESK)", "in use"}},
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
			if strings.Contains(out, bottest.SlackBotToken) || strings.Contains(out, bottest.SlackSigningSecret) {
				t.Errorf("the output shows a secret:\n%s", out)
			}
		})
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": `"ready":true`, "/metrics": "firstline_events_accepted_total"} {
		if status, body := p.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s, want %s", path, status, body, want)
		}
	}
	for _, leak := range []string{"freezing", "real engineer", "Nok", bottest.SlackBotToken} {
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
	p := newProgram(t)
	p.configure(filepath.Join(p.dir, "x.db"))
	data, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(strings.Replace(string(data), "desk: slack:C0DESK", "desk: pigeon:loft", 1), "tier: gold", "tire: gold", 1)
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
