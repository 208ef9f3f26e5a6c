package bottest

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Operations of the gateway.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

const maxGatewayPayload = 4096

// gatewayConn is one connection of the app. What it is to send stands in out, so that order is kept and
// nobody waits for the network with the lock held.
type gatewayConn struct {
	conn    *websocket.Conn
	out     []gatewayItem
	wake    chan struct{}
	gone    chan struct{}
	session *gatewaySession
	closing bool // Discord has said goodbye: nothing is pushed any more
	over    bool
	path    string
	beats   int
	code    int // with which the app closed it
}

// gatewayItem is a frame, the end of the connection, or half a frame and the end.
type gatewayItem struct {
	frame []byte
	close int
	text  string
	cut   bool
}

// push sends an item; the lock is held.
func (c *gatewayConn) push(i gatewayItem) {
	if c.closing {
		return
	}
	c.closing = i.frame == nil
	c.out = append(c.out, i)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *gatewayConn) op(op int, d any) {
	c.push(gatewayItem{frame: mustJSON(obj{"op": op, "d": d, "s": nil, "t": nil})})
}

func (s *DiscordServer) serveGateway(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.gatewayDown
	s.mu.Unlock()
	switch {
	case !websocket.IsWebSocketUpgrade(r):
		http.NotFound(w, r)
		return
	case down:
		http.Error(w, "error code: 503", http.StatusServiceUnavailable)
		return
	}
	s.wg.Add(1) // while the server still counts this request
	defer s.wg.Done()
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &gatewayConn{conn: conn, wake: make(chan struct{}, 1), gone: make(chan struct{}), path: r.URL.Path}
	s.mu.Lock()
	s.conns = append(s.conns, c)
	if q := r.URL.Query(); q.Get("v") != "10" || q.Get("encoding") != "json" {
		c.push(gatewayItem{close: 4012, text: "Invalid API version."})
	} else {
		c.op(opHello, obj{"heartbeat_interval": s.opts.Heartbeat.Milliseconds(), "_trace": []string{`["bottest"]`}})
	}
	s.mu.Unlock()
	s.wg.Go(func() { c.write(s) })
	s.listenGateway(c)
}

// write sends what is pushed until the connection ends.
func (c *gatewayConn) write(s *DiscordServer) {
	defer func() { _ = c.conn.Close() }()
	for over := false; ; {
		s.mu.Lock()
		out := c.out
		c.out = nil
		s.mu.Unlock()
		for _, i := range out {
			_ = c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
			switch {
			case i.cut:
				_, _ = c.conn.NetConn().Write([]byte{0x81, 0x7e, 0x01, 0x00, '{', '"'}) // of a frame of 256 bytes
				return
			case i.frame == nil: // the line stays until the app has read this and goes, else it might never see the code
				_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(i.close, i.text), time.Now().Add(5*time.Second))
				_ = c.conn.SetReadDeadline(time.Now().Add(farewell))
			default:
				_ = c.conn.WriteMessage(websocket.TextMessage, i.frame)
			}
		}
		if over {
			return
		}
		select {
		case <-c.wake:
		case <-c.gone:
			over = true // what was pushed meanwhile goes out first
		case <-s.ctx.Done():
			return
		}
	}
}

// farewell is how long the app may take to go when Discord has closed.
const farewell = 5 * time.Second

// listenGateway reads what the app sends until the connection ends.
func (s *DiscordServer) listenGateway(c *gatewayConn) {
	defer s.lostGateway(c)
	_ = c.conn.SetReadDeadline(time.Now().Add(3 * s.opts.Heartbeat))
	for {
		_, raw, err := c.conn.ReadMessage()
		s.mu.Lock()
		if err != nil {
			s.parted(c, err)
			s.mu.Unlock()
			return
		}
		if !c.closing {
			s.gatewayOp(c, raw)
			_ = c.conn.SetReadDeadline(time.Now().Add(3 * s.opts.Heartbeat))
		}
		s.mu.Unlock()
	}
}

// parted notes why a connection ended, and what that means for its session; the lock is held.
func (s *DiscordServer) parted(c *gatewayConn, err error) {
	closed, said := errors.AsType[*websocket.CloseError](err)
	timeout, late := errors.AsType[net.Error](err)
	switch {
	case said && closed.Code != websocket.CloseAbnormalClosure:
		c.code = closed.Code
		if !c.closing && (c.code == websocket.CloseNormalClosure || c.code == websocket.CloseGoingAway) {
			s.drop(c) // who closes like this goes offline: nothing to resume
		}
	case late && timeout.Timeout() && !c.closing:
		s.drop(c)
		c.push(gatewayItem{close: 4009, text: "Session timed out."})
	}
}

// drop ends a connection's session for good; the lock is held.
func (s *DiscordServer) drop(c *gatewayConn) {
	if c.session != nil && c.session.conn == c {
		c.session.dead = true
	}
}

func (s *DiscordServer) lostGateway(c *gatewayConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.session != nil && c.session.conn == c {
		c.session.conn = nil
	}
	c.closing, c.over = true, true
	close(c.gone)
	s.changedNow()
}

// gatewayOp does what the app asks; the lock is held.
func (s *DiscordServer) gatewayOp(c *gatewayConn, raw []byte) {
	var in struct {
		Op int             `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	if len(raw) > maxGatewayPayload || json.Unmarshal(raw, &in) != nil {
		c.push(gatewayItem{close: 4002, text: "Error while decoding payload."})
		return
	}
	if s.gatewayMute && in.Op != opHeartbeat {
		return
	}
	if c.session == nil && in.Op != opHeartbeat && in.Op != opIdentify && in.Op != opResume {
		c.push(gatewayItem{close: 4003, text: "Not authenticated."})
		return
	}
	switch in.Op {
	case opHeartbeat:
		c.beats++
		s.changedNow()
		if !s.withholdAcks {
			c.op(opHeartbeatAck, nil)
		}
	case opIdentify:
		s.identify(c, in.D)
	case opResume:
		s.resume(c, in.D)
	case opPresence, opVoice, opMembers: // nothing that this app needs an answer to
	default:
		c.push(gatewayItem{close: 4001, text: "Unknown opcode."})
	}
}

func goodToken(token string) bool { return strings.TrimPrefix(token, "Bot ") == DiscordBotToken }
