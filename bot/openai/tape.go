package openai

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// ErrNotRecorded is what a [Replay] gives for a question that it does not have.
var ErrNotRecorded = errors.New("the recording does not have this question: the model, the prompt, the redaction or the data changed; record anew")

// Tape stands between a client and its server.
type Tape interface {
	// Play completes a take that has its question, by live or from elsewhere. An
	// error is the tape's own; what goes wrong at the server is in the take.
	Play(take Take, live func(Take) Take) (Take, error)
}

// Take is one question and what came of it. The question is what left the
// house: redacted, without key and headers. The instructions are in the hash only.
type Take struct {
	Purpose  string          `json:"purpose"`
	Model    string          `json:"model"`
	Hash     string          `json:"hash"`
	Request  json.RawMessage `json:"request"`
	Response string          `json:"response,omitempty"` // the model's words as they came, of embeddings the vectors
	Outcome  Outcome         `json:"outcome"`
	Fault    Fault           `json:"fault,omitempty"`
	Status   int             `json:"status,omitempty"`
	Usage    Usage           `json:"usage"`
	Millis   int64           `json:"took_ms"`
}

// end notes how a take ended at the server.
func (t *Take) end(e *Error, took time.Duration) {
	t.Outcome, t.Millis = OK, took.Milliseconds()
	if e != nil {
		t.Outcome, t.Fault, t.Status = e.Outcome, e.Fault, e.Status
	}
}

func (t Take) took() time.Duration { return time.Duration(t.Millis) * time.Millisecond }

// failure gives the error of a take that has no answer.
func (t Take) failure() *Error {
	if t.Outcome == OK {
		return nil
	}
	return &Error{Purpose: t.Purpose, Outcome: t.Outcome, Fault: t.Fault, Status: t.Status}
}

// Recorder asks the server and writes every take as one line of JSON, failures
// too, so that a run can be repeated as it was. What a caller gave up is not written.
type Recorder struct {
	mu sync.Mutex
	w  io.Writer
}

// NewRecorder gives a recorder that writes to w, one line a call of Write.
func NewRecorder(w io.Writer) *Recorder { return &Recorder{w: w} }

// Play asks the server. Its error is w's.
func (r *Recorder) Play(take Take, live func(Take) Take) (Take, error) {
	take = live(take)
	if take.Outcome == Cancelled {
		return take, nil
	}
	line, err := plainJSON(take)
	if err != nil {
		return take, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err = r.w.Write(append(line, '\n'))
	return take, err
}

// Replay answers from a recording and never asks the server. A question that was
// recorded several times has its answers in their order, and the last one from then on.
type Replay struct {
	mu    sync.Mutex
	takes map[string][]Take
}

// maxLine is the longest line of a recording.
const maxLine = 4 * maxAnswer

// NewReplay reads a recording. An error names the line.
func NewReplay(r io.Reader) (*Replay, error) {
	p := &Replay{takes: map[string][]Take{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(lines.Bytes()) == 0 {
			continue
		}
		var t Take
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("openai: recording, line %d: %w", n, err)
		}
		if _, known := sentinels[t.Outcome]; t.Hash == "" || !known && t.Outcome != OK {
			return nil, fmt.Errorf("openai: recording, line %d: no take, or one of a newer version", n)
		}
		p.takes[t.Hash] = append(p.takes[t.Hash], t)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("openai: recording, after line %d: %w", n, err)
	}
	return p, nil
}

// Play gives the recorded take, or [ErrNotRecorded].
func (p *Replay) Play(take Take, _ func(Take) Take) (Take, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	takes := p.takes[take.Hash]
	if len(takes) == 0 {
		return take, ErrNotRecorded
	}
	if len(takes) > 1 {
		p.takes[take.Hash] = takes[1:]
	}
	return takes[0], nil
}
