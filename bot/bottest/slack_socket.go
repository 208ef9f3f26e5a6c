package bottest

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one Socket Mode connection of the app.
type socket struct {
	conn *websocket.Conn
	gone chan struct{}

	mu   sync.Mutex // writing
	acks map[string]chan json.RawMessage
}

func (c *socket) write(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return c.conn.WriteMessage(websocket.TextMessage, mustJSON(v))
}

// expectAck registers an envelope; the channel gets its payload.
func (c *socket) expectAck(id string) <-chan json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan json.RawMessage, 1)
	c.acks[id] = ch
	return ch
}

func (c *socket) done(id string, payload json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.acks[id]; ch != nil {
		delete(c.acks, id)
		ch <- payload
	}
}

func (s *SlackServer) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.tickets[ticket]
	delete(s.tickets, ticket) // good for one connection
	s.mu.Unlock()
	if !good {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	s.wg.Add(1) // while the server still counts this request
	defer s.wg.Done()
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socket{conn: conn, gone: make(chan struct{}), acks: map[string]chan json.RawMessage{}}
	hello := obj{
		"type": "hello", "num_connections": 1, "connection_info": obj{"app_id": SlackApp},
		"debug_info": obj{"host": "applink-test", "approximate_connection_time": 18060},
	}
	if c.write(hello) != nil {
		_ = conn.Close()
		return
	}
	s.mu.Lock()
	s.sockets = append(s.sockets, c)
	s.changedNow()
	s.mu.Unlock()
	s.wg.Go(func() { c.ping(s) })
	s.listen(c)
}

// ping keeps the connection alive, as Slack does.
func (c *socket) ping(s *SlackServer) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.mu.Lock()
			_ = c.conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
			c.mu.Unlock()
		case <-c.gone:
			return
		case <-s.ctx.Done():
			_ = c.conn.Close()
			return
		}
	}
}

// listen reads acknowledgements until the connection ends.
func (s *SlackServer) listen(c *socket) {
	defer func() {
		_ = c.conn.Close()
		close(c.gone)
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, other := range s.sockets {
			if other == c {
				s.sockets = append(s.sockets[:i:i], s.sockets[i+1:]...)
				break
			}
		}
		s.changedNow()
	}()
	for {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(raw, &ack) == nil && len(raw) < 20<<10 { // Slack drops larger ones silently
			c.done(ack.EnvelopeID, ack.Payload)
			s.mu.Lock()
			s.acked[ack.EnvelopeID] = true
			s.changedNow()
			s.mu.Unlock()
		}
	}
}

// connection waits for a connection of the app.
func (s *SlackServer) connection(timeout time.Duration) *socket {
	late := time.NewTimer(timeout)
	defer late.Stop()
	for {
		s.mu.Lock()
		n, changed := len(s.sockets), s.changed
		var c *socket
		if n > 0 {
			c = s.sockets[n-1]
		}
		s.mu.Unlock()
		if c != nil {
			return c
		}
		select {
		case <-changed:
		case <-late.C:
			return nil
		case <-s.ctx.Done():
			return nil
		}
	}
}

// overSocket delivers d and waits for its acknowledgement.
func (s *SlackServer) overSocket(d delivery, n int, reason string) outcome {
	c := s.connection(s.opts.AckWithin)
	if c == nil {
		return outcome{reason: "no_connection"}
	}
	s.mu.Lock()
	id := s.id("envelope-")
	s.mu.Unlock()
	ack := c.expectAck(id)
	envelope := obj{
		"envelope_id": id, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.kind != "events_api",
	}
	if d.kind == "events_api" {
		envelope["retry_attempt"], envelope["retry_reason"] = n, reason
	}
	if c.write(envelope) != nil {
		return outcome{reason: "connection_failed"}
	}
	late := time.NewTimer(s.opts.AckWithin)
	defer late.Stop()
	select {
	case body := <-ack:
		return outcome{status: http.StatusOK, body: body}
	case <-c.gone:
		return outcome{reason: "connection_failed"}
	case <-late.C:
		return outcome{reason: "timeout"}
	case <-s.ctx.Done():
		return outcome{reason: "closed"}
	}
}

// AwaitSocket waits until the app has a Socket Mode connection.
func (s *SlackServer) AwaitSocket(timeout time.Duration) {
	s.t.Helper()
	if s.connection(timeout) == nil {
		s.t.Fatalf("bottest: no Socket Mode connection within %v", timeout)
	}
}

// DisconnectSockets ends the connections: with ask, Slack announces it first
// ("refresh_requested") and leaves closing to the app; else the line breaks. It returns when they are gone.
func (s *SlackServer) DisconnectSockets(ask bool) {
	s.mu.Lock()
	open := append([]*socket(nil), s.sockets...)
	s.mu.Unlock()
	for _, c := range open {
		if ask {
			_ = c.write(obj{"type": "disconnect", "reason": "refresh_requested", "debug_info": obj{"host": "applink-test"}})
		} else {
			_ = c.conn.Close()
		}
	}
	for _, c := range open {
		select {
		case <-c.gone:
		case <-s.ctx.Done():
		}
	}
}

// PushRaw writes any text to the app's newest connection: frames that Slack does not send today.
func (s *SlackServer) PushRaw(text string) {
	s.t.Helper()
	c := s.connection(s.opts.AckWithin)
	if c == nil {
		s.t.Fatal("bottest: no Socket Mode connection")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		s.t.Fatalf("bottest: push: %v", err)
	}
}

// ExpectAck waits until the app has acknowledged an envelope that [SlackServer.PushRaw] wrote.
func (s *SlackServer) ExpectAck(envelope string, timeout time.Duration) {
	s.t.Helper()
	if !s.await(timeout, func() bool { return s.acked[envelope] }) {
		s.t.Fatalf("bottest: %s not acknowledged within %v", envelope, timeout)
	}
}
