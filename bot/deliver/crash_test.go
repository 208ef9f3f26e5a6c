package deliver_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/internal/failpoint"

	"github.com/google/go-cmp/cmp"
)

var everyHit = flag.Bool("every-hit", false, "the crash test kills at every hit of every failpoint, not at a few")

// TestCrash kills a real process, with SIGKILL, at every step of a message's
// way, starts it again, and checks that every event that was acknowledged has its
// effect, that nothing was shown twice, and that the order was kept.
//
//	go test ./bot/deliver -run TestCrash            # a few hits of each failpoint
//	go test ./bot/deliver -run TestCrash -every-hit # all of them
func TestCrash(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "crash")
	if out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", bin, "./testdata/crash").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, point := range failpoint.Names() {
		for _, n := range hits(point) {
			t.Run(fmt.Sprintf("%s:%d", point, n), func(t *testing.T) {
				t.Parallel()
				if doubles := story(t, bin, fmt.Sprintf("%s:%d", point, n), true); doubles > 0 {
					t.Errorf("%d messages were shown twice, want none", doubles)
				}
			})
		}
		t.Run("blind/"+point, func(t *testing.T) {
			t.Parallel()
			least, most := blindDoubles(point)
			if doubles := story(t, bin, point+":1", false); doubles < least || doubles > most {
				t.Errorf("%d messages were shown twice, want %d to %d", doubles, least, most)
			}
		})
	}
}

// blindDoubles gives how many messages may be shown twice by a platform that
// cannot look, when one lane is sent at a time: the one whose end is not known.
// The steps of the deliverer itself decide it; the others may hit it between two
// of its steps or not.
func blindDoubles(point string) (least, most int) {
	switch point {
	case failpoint.SendDone:
		return 1, 1
	case failpoint.SendMarked, failpoint.SentAfter:
		return 0, 0
	}
	return 0, 1
}

// hits gives at which hits of a failpoint to kill. The story accepts 10 events
// and has one timer.
func hits(point string) []int {
	switch {
	case point == failpoint.TimerFired:
		return []int{1}
	case *everyHit:
		return []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	}
	return []int{1, 2, 6}
}

// story plays two conversations while the process is killed once at point, and
// tells how many messages were shown more than once.
func story(t *testing.T, bin, point string, canFind bool) int {
	s := newStand()
	server := httptest.NewServer(s)
	defer server.Close()
	p := &process{t: t, bin: bin, env: []string{"CRASH_DB=" + filepath.Join(t.TempDir(), "x.db"), "CRASH_PLATFORM=" + server.URL}}
	if canFind {
		p.env = append(p.env, "CRASH_FIND=1")
	} else {
		p.env = append(p.env, "CRASH_WORKERS=1")
	}
	p.run(point)
	defer p.end()

	say := func(id, thread, text string) bot.Inbound {
		return bot.Inbound{
			ID: id, Kind: bot.KindMessage, At: time.Now(), MessageID: id, Text: text, Person: bot.Person{ID: "U"},
			Address: bot.Address{Platform: "fake", Channel: "C", Thread: thread}, Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		}
	}
	p.post(say("b0", "B", "howto"))
	p.post(say("a0", "A", "human please"))
	card := s.awaitCard(t)
	if !canFind { // a card that was shown twice has two threads: people see both, and use the second
		p.awaitDeath(point)
		p.drain()
		card = s.awaitCard(t)
	}
	desk := func(id string) bot.Inbound {
		in := say(id, card.MessageID, "")
		in.Address.Channel, in.Side, in.Surface, in.Person = "desk", bot.SideDesk, bot.SurfaceDesk, bot.Person{ID: "E", Name: "Kim"}
		return in
	}
	claim := desk("claim")
	claim.Kind, claim.Action, claim.Value = bot.KindAction, "claim", strings.TrimPrefix(card.Text, "card ")
	claim.MessageID = card.MessageID
	p.post(claim)
	for i := range 4 {
		p.post(say(fmt.Sprint("a", i+1), "A", fmt.Sprint("customer ", i+1)))
		if i < 3 {
			e := desk(fmt.Sprint("e", i+1))
			e.Text = fmt.Sprint("engineer ", i+1)
			p.post(e)
		}
	}
	want := map[string][]string{
		"fake:C:A":                    {"intro handoff.asked_for_person", "claimed", "engineer 1", "engineer 2", "engineer 3"},
		"fake:desk:":                  {card.Text},
		"fake:desk:" + card.MessageID: {"desk.claimed", "customer 1", "customer 2", "customer 3", "customer 4"},
		"fake:C:B":                    {"intro propose.first plain propose.ask", "nudge"},
	}
	s.awaitAll(t, want)
	p.awaitDeath(point)
	p.drain()
	got, doubles := s.shown()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("what was shown (-want +got):\n%s", d)
	}
	return doubles
}

// stand is a platform that takes messages, keeps them, and can be asked.
type stand struct {
	mu      sync.Mutex
	changed *sync.Cond
	sent    []sentMessage
}

type sentMessage struct {
	bot.Outbound
	MessageID string
}

func newStand() *stand {
	s := &stand{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/find" {
		var a struct {
			Receipt bot.Receipt
			Found   bool
		}
		for _, m := range s.sent {
			if m.To.Key() == r.URL.Query().Get("key") && m.ID == r.URL.Query().Get("id") {
				a.Receipt.MessageID, a.Found = m.MessageID, true
			}
		}
		_ = json.NewEncoder(w).Encode(a)
		return
	}
	var out bot.Outbound
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if out.Update != "" { // changing a message again is no harm
		_ = json.NewEncoder(w).Encode(bot.Receipt{MessageID: out.Update})
		return
	}
	m := sentMessage{Outbound: out, MessageID: fmt.Sprint("p", len(s.sent))}
	s.sent = append(s.sent, m)
	s.changed.Broadcast()
	_ = json.NewEncoder(w).Encode(bot.Receipt{MessageID: m.MessageID})
}

const patience = 60 * time.Second

// until waits for a change that makes ok true.
func (s *stand) until(t *testing.T, what func() string, ok func() bool) {
	t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.changed.Broadcast()
	})
	defer timer.Stop()
	for !ok() {
		if late {
			t.Fatalf("waited %v for %s", patience, what())
		}
		s.changed.Wait()
	}
}

// awaitCard waits for a card and gives the newest.
func (s *stand) awaitCard(t *testing.T) (card sentMessage) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until(t, func() string { return "a card" }, func() bool {
		for _, m := range s.sent {
			if strings.HasPrefix(m.Text, "card ") {
				card = m
			}
		}
		return card.MessageID != ""
	})
	return card
}

func (s *stand) awaitAll(t *testing.T, want map[string][]string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until(t, func() string { got, _ := s.once(); return "everything (-want +got):\n" + cmp.Diff(want, got) }, func() bool {
		got, _ := s.once()
		return cmp.Equal(want, got)
	})
}

func (s *stand) shown() (map[string][]string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.once()
}

// once gives what each conversation shows, a message with the same id only
// once, and how many were there again.
func (s *stand) once() (texts map[string][]string, doubles int) {
	texts = map[string][]string{}
	seen := map[string]bool{}
	for _, m := range s.sent {
		if seen[m.ID] {
			doubles++
			continue
		}
		seen[m.ID] = true
		texts[m.To.Key()] = append(texts[m.To.Key()], m.Text)
	}
	return texts, doubles
}

// process keeps the program running: killed, it is started again, once.
type process struct {
	t   *testing.T
	bin string
	env []string

	mu      sync.Mutex
	changed sync.Cond
	addr    string // empty while it is down
	deaths  int
	ending  bool
	cmd     *exec.Cmd
	done    chan struct{}
	stderr  bytes.Buffer
}

func (p *process) run(point string) {
	p.changed.L = &p.mu
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		for failpoints := []string{point, ""}; ; failpoints = failpoints[1:] {
			if len(failpoints) == 0 {
				p.t.Error("the program died twice")
				return
			}
			if p.once(failpoints[0]) {
				return
			}
		}
	}()
}

// once runs the program until it ends; it returns whether that was the end of the test.
func (p *process) once(point string) bool {
	cmd := exec.Command(p.bin)
	cmd.Env = append(os.Environ(), append(p.env, "FIRSTLINE_FAILPOINT="+point)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Error(err)
		return true
	}
	p.mu.Lock()
	cmd.Stderr = &p.stderr
	err = cmd.Start()
	p.cmd = cmd
	ending := p.ending
	p.mu.Unlock()
	if err != nil {
		p.t.Error(err)
		return true
	}
	if ending {
		_ = cmd.Process.Kill()
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	p.set(strings.TrimSpace(line))
	_, _ = io.Copy(io.Discard, stdout)
	err = cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addr = ""
	defer p.changed.Broadcast()
	if p.ending {
		return true
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.t.Errorf("the program ended with %v\n%s", err, p.stderr.String())
		return true
	}
	p.deaths++
	return false
}

func (p *process) set(addr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addr = addr
	p.changed.Broadcast()
}

// where waits until the program listens at another address than old.
func (p *process) where(old string) string {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	late := false
	timer := time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.changed.Broadcast()
	})
	defer timer.Stop()
	for p.addr == "" || p.addr == old {
		if late {
			p.t.Fatalf("the program does not come back\n%s", p.stderr.String())
		}
		p.changed.Wait()
	}
	return p.addr
}

// post delivers an event as a platform does: again until it is acknowledged.
func (p *process) post(in bot.Inbound) {
	p.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	p.call("/event", body)
}

func (p *process) drain() { p.call("/drain", nil) }

func (p *process) call(path string, body []byte) {
	p.t.Helper()
	for addr := p.where(""); ; addr = p.where(addr) {
		ctx, cancel := context.WithTimeout(p.t.Context(), patience)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+path, bytes.NewReader(body))
		if err != nil {
			p.t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
			p.t.Fatalf("%s: %s %s", path, resp.Status, text)
		}
	}
}

// awaitDeath makes sure that the failpoint was reached at all.
func (p *process) awaitDeath(point string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	late := false
	timer := time.AfterFunc(patience, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		late = true
		p.changed.Broadcast()
	})
	defer timer.Stop()
	for p.deaths == 0 {
		if late {
			p.t.Fatalf("%s was never reached", point)
		}
		p.changed.Wait()
	}
}

func (p *process) end() {
	p.mu.Lock()
	p.ending = true
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Kill()
	}
	p.mu.Unlock()
	<-p.done
	if p.t.Failed() {
		p.t.Logf("log of the program:\n%s", p.stderr.String())
	}
}
