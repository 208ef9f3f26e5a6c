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

// program is the real binary with a configuration of its own, and people beside it.
type program struct {
	*people
	stage  stage
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
  desk: %s:%s
customers:
  - name: Siam Live
    tier: gold
    %s: ["%s"]
tiers:
  gold:
    P1: {first_response: 5m, next_response: 15m, resolution: 4h}
    P2: {first_response: 15m, next_response: 1h, resolution: 12h}
    P3: {first_response: 1h, next_response: 4h, resolution: 3d}
    P4: {first_response: 4h, next_response: 1d, resolution: 7d}
`

func newProgram(t *testing.T, s stage) *program {
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
	s.slack.RetryDelays = []time.Duration{} // what is not taken is handed over when the story says so
	p := &program{people: newPeople(t, s), stage: s, bin: bin, dir: t.TempDir(), listen: listen}
	if p.slack != nil {
		p.slack.SetApp("http://" + listen)
	}
	p.configure(filepath.Join(p.dir, "town.db"))
	t.Cleanup(func() {
		if p.cmd != nil {
			p.kill()
		}
		if t.Failed() && p.log != nil {
			t.Logf("the log:\n%s", p.log)
		}
	})
	return p
}

func (p *program) configure(db string) {
	p.t.Helper()
	p.config = filepath.Join(p.dir, "firstline.yaml")
	if err := os.WriteFile(p.config, fmt.Appendf(nil, yaml, p.listen, db, p.stage.desk, p.Desk.ID(desk), p.stage.customers, p.Customers.ID(siam)), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) env() []string {
	env := append(os.Environ(), "SLACK_BOT_TOKEN=", "SLACK_SIGNING_SECRET=", "SLACK_APP_TOKEN=", "DISCORD_BOT_TOKEN=", "OPENAI_API_KEY=")
	if p.slack != nil {
		env = append(env, "SLACK_BOT_TOKEN="+bottest.SlackBotToken, "SLACK_SIGNING_SECRET="+bottest.SlackSigningSecret, "SLACK_API_URL="+p.slack.APIURL())
	}
	if p.discord != nil {
		env = append(env, "DISCORD_BOT_TOKEN="+bottest.DiscordBotToken, "DISCORD_API_URL="+p.discord.APIURL())
	}
	return env
}

// serve starts the program and waits until it says that it serves, and hears
// what people say.
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
		p.online()
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
	if p.discord != nil {
		p.discord.AwaitNoGateway(patience)
	}
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
