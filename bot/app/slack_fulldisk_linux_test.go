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
// of the operating system fails.
func TestProcessFullDisk(t *testing.T) {
	p := newProgram(t)
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
	p.serve()
	root := p.Post("UNOK", "C0SIAM", problem)
	p.Expect(bottest.InThread(root), bottest.Offers("human"), patience)

	ballast := fmt.Sprintf("/proc/%d/root%s", p.cmd.Process.Pid, filepath.Join(disk, "ballast"))
	fillUp(t, ballast)
	lost := 0
	for p.Undelivered() == 0 { // the log has some room of its own
		if lost++; lost > 50 {
			t.Fatal("the disk is full and every event is acknowledged")
		}
		p.Reply("UNOK", root, fmt.Sprintf("word %d %s", lost, strings.Repeat("long ", 600)))
	}
	for _, d := range p.Deliveries() {
		if d.Status != http.StatusOK && d.Status != http.StatusServiceUnavailable {
			t.Errorf("an event was answered with %d, want 200 or 503", d.Status)
		}
	}
	status, body := p.get("/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "the disk is full") {
		t.Errorf("/readyz on a full disk: %d %s", status, body)
	}
	if status, _ := p.get("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz on a full disk: %d, want 200: a restart would not help", status)
	}
	if _, body := p.get("/metrics"); !strings.Contains(body, `firstline_events_refused_total{reason="full"}`) {
		t.Error("refused events are not counted as full")
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if left := p.Redeliver(); left != 0 {
		t.Fatalf("%d events are still not acknowledged:\n%s", left, p.log)
	}
	if status, body := p.get("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz with room again: %d %s", status, body)
	}
	p.Reply("UNOK", root, wantHuman)
	p.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
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
