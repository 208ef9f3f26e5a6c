package app_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"firstline/bot/bottest"
)

// sysProcAttr gives a process mounts of its own, as an unprivileged user can.
func sysProcAttr(ownMounts bool) *syscall.SysProcAttr {
	if !ownMounts {
		return nil
	}
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
}

// mountTiny mounts a small memory disk at $0 and becomes the rest of the
// command line.
const mountTiny = `mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"`

// TestProcessFullDisk runs the real program on a disk of three megabytes, fills
// the disk, and makes room again. Nothing stands in for the full disk: the write
// of the operating system fails. What people say meanwhile arrives when there is
// room: Slack hands it over again, and on Discord the program does not go past it.
func TestProcessFullDisk(t *testing.T) {
	for _, s := range []stage{onSlack, onDiscord} {
		t.Run(s.name, func(t *testing.T) { newProgram(t, s).fullDisk(t) })
	}
}

func (p *program) fullDisk(t *testing.T) {
	disk := p.ownDisk(t)
	p.serve()
	root := p.Post(nok, siam, problem)
	first := p.expect(thread(root), offers("human"))
	p.Reply(nok, root, wantHuman)
	card := p.expect(in(desk), offers("claim"))
	p.Reply(nok, root, "word zero")
	p.expect(thread(card), says("word zero"))

	ballast := fmt.Sprintf("/proc/%d/root%s", p.cmd.Process.Pid, filepath.Join(disk, "ballast"))
	fillUp(t, ballast)
	for n := 0; !p.refuses(root, first); n++ { // the log has some room of its own
		if n > 50 {
			t.Fatal("the disk is full and every event is taken")
		}
	}
	p.Reply(nok, root, "word one")
	p.Reply(nok, root, "word two")
	p.tellsOfFullDisk(t)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.caughtUp()
	p.Reply(nok, root, "word three")
	p.expect(thread(card), says("word three"))
	p.inOrder(card, "word zero", "word one", "word two", "word three")
	if status, body := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz with room again: %d %s", status, body)
	}
}

// ownDisk puts the database on a small disk of the program's own.
func (p *program) ownDisk(t *testing.T) string {
	t.Helper()
	disk := filepath.Join(p.dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	p.prefix = []string{"sh", "-c", mountTiny, disk}
	try := exec.Command("sh", "-c", mountTiny, disk, "true")
	try.SysProcAttr = sysProcAttr(true)
	if out, err := try.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: this machine does not let a process mount a memory disk of its own (%v: %s)", err, out)
	}
	p.configure(filepath.Join(disk, "town.db"))
	return disk
}

// refuses makes the customer do something and tells whether it was not taken:
// Slack is not acknowledged to, and on Discord who clicks is told to click again.
func (p *program) refuses(root, first bottest.Shown) bool {
	p.t.Helper()
	if p.slack != nil {
		p.Reply(nok, root, "long "+strings.Repeat("word ", 600))
		for _, d := range p.slack.Deliveries() {
			if d.Status != http.StatusOK && d.Status != http.StatusServiceUnavailable {
				p.t.Errorf("an event was answered with %d, want 200 or 503", d.Status)
			}
		}
		return p.slack.Undelivered() > 0
	}
	p.Click(nok, first, "human")
	return p.count(toldTo(nok, root), shows(english(p.t).say("discord.click.failed"))) > 0
}

func (p *program) tellsOfFullDisk(t *testing.T) {
	t.Helper()
	if status, body := p.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "the disk is full") {
		t.Errorf("/readyz on a full disk: %d %s", status, body)
	}
	if status, _ := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz on a full disk: %d, want 200: a restart would not help", status)
	}
	if _, body := p.get("/metrics"); !strings.Contains(body, `firstline_events_refused_total{reason="full"}`) {
		t.Error("refused events are not counted as full")
	}
}

// fillUp writes a file until there is no room left.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}
