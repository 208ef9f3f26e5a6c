package bottest

import "time"

// DiscordConnection is an Identify or a Resume that was accepted; after operation 9 there may be two on one line.
type DiscordConnection struct {
	Shard      [2]int
	Intents    int
	Session    string
	Resumed    bool
	Path       string // /resume when resume_gateway_url was used
	Heartbeats int    // of the line
	Open       bool
	CloseCode  int // with which the app closed the line
}

// gatewayRecord is what a [DiscordConnection] is made of.
type gatewayRecord struct {
	conn    *gatewayConn
	session *gatewaySession
	resumed bool
}

// Connections lists the connections so far, in order, those that are over as well.
func (s *DiscordServer) Connections() []DiscordConnection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections()
}

func (s *DiscordServer) connections() []DiscordConnection {
	var out []DiscordConnection
	for _, r := range s.records {
		out = append(out, DiscordConnection{
			Shard: r.session.shard, Intents: r.session.intents, Session: r.session.id, Resumed: r.resumed, Path: r.conn.path,
			Heartbeats: r.conn.beats, Open: r.session.conn == r.conn && !r.conn.closing, CloseCode: r.conn.code,
		})
	}
	return out
}

// ExpectConnections waits until there were n connections, over or not, and gives them.
func (s *DiscordServer) ExpectConnections(n int, timeout time.Duration) []DiscordConnection {
	s.t.Helper()
	var found []DiscordConnection
	if !s.await(timeout, func() bool { found = s.connections(); return len(found) >= n }) {
		s.t.Fatalf("bottest: %d gateway connections within %v, want %d", len(found), timeout, n)
	}
	return found
}

// ExpectHeartbeats waits until every open line has carried n heartbeats.
func (s *DiscordServer) ExpectHeartbeats(n int, timeout time.Duration) {
	s.t.Helper()
	if !s.await(timeout, func() bool {
		for _, c := range s.conns {
			if !c.over && c.beats < n {
				return false
			}
		}
		return true
	}) {
		s.t.Fatalf("bottest: not %d heartbeats on every line within %v", n, timeout)
	}
}

// AwaitGateway waits until the app is connected with every shard.
func (s *DiscordServer) AwaitGateway(timeout time.Duration) {
	s.t.Helper()
	if !s.await(timeout, func() bool { return len(s.connected()) >= s.opts.Shards }) {
		s.t.Fatalf("bottest: not connected to the gateway with %d shards within %v", s.opts.Shards, timeout)
	}
}

// AwaitNoGateway waits until no connection is left.
func (s *DiscordServer) AwaitNoGateway(timeout time.Duration) {
	s.t.Helper()
	if !s.await(timeout, func() bool {
		for _, c := range s.conns {
			if !c.over {
				return false
			}
		}
		return true
	}) {
		s.t.Fatalf("bottest: still connected to the gateway after %v", timeout)
	}
}

// connected lists the sessions that are connected; the lock is held.
func (s *DiscordServer) connected() []*gatewaySession {
	var out []*gatewaySession
	for _, ses := range s.sessions {
		if ses.conn != nil && !ses.conn.closing {
			out = append(out, ses)
		}
	}
	return out
}

// each does something to every connection and gives them; the lock is not held.
func (s *DiscordServer) each(do func(*gatewayConn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if !c.over {
			do(c)
		}
	}
	s.changedNow()
}

// ReconnectGateway asks the app to connect again and resume (operation 7).
func (s *DiscordServer) ReconnectGateway() {
	s.each(func(c *gatewayConn) { c.op(opReconnect, nil) })
}

// InvalidateSessions ends what Identify began (operation 9). A resumable session can be resumed on another
// connection; the app may identify anew on the same one.
func (s *DiscordServer) InvalidateSessions(resumable bool) {
	s.each(func(c *gatewayConn) {
		if c.session != nil {
			c.session.conn, c.session.dead = nil, c.session.dead || !resumable
			c.session = nil
		}
		c.op(opInvalidSession, resumable)
	})
}

// ExpireSessions makes Discord forget all sessions that are not connected: a Resume is answered with operation 9.
func (s *DiscordServer) ExpireSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ses := range s.sessions {
		if ses.conn == nil {
			ses.dead = true
		}
	}
}

// CloseGateway closes every connection with a code: 4000 and most others leave the session resumable, 4004, 4007 and 4009 do not.
func (s *DiscordServer) CloseGateway(code int, reason string) {
	s.each(func(c *gatewayConn) {
		if ses := c.session; ses != nil {
			ses.conn = nil
			ses.dead = ses.dead || code == 4003 || code == 4004 || code == 4007 || code == 4009
		}
		c.push(gatewayItem{close: code, text: reason})
	})
}

// CutGateway breaks every connection in the middle of a frame. The sessions can be resumed. It returns when the
// stand-in has let go, so that what happens next is missed by the app.
func (s *DiscordServer) CutGateway() {
	s.each(func(c *gatewayConn) {
		if c.session != nil {
			c.session.conn = nil
		}
		c.push(gatewayItem{cut: true})
	})
}

// GatewayDown refuses new connections, or takes them again; those that are open stay.
func (s *DiscordServer) GatewayDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gatewayDown = down
}

// GatewayMute leaves Identify and Resume without an answer, or answers again.
func (s *DiscordServer) GatewayMute(mute bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gatewayMute = mute
}

// Dials tells how many connections to the gateway were made, those that were refused later as well.
func (s *DiscordServer) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// WithholdAcks leaves heartbeats without an answer: a line that is dead in one direction.
func (s *DiscordServer) WithholdAcks(withhold bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.withholdAcks = withhold
}

// SetShards changes how many shards /gateway/bot recommends and how many are needed at least (4011 for fewer).
func (s *DiscordServer) SetShards(recommended, needed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Shards, s.opts.MinShards = max(recommended, 1), needed
}

// RefuseIntents switches the privileged intents off in the portal, or on.
func (s *DiscordServer) RefuseIntents(refuse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.RefuseIntents = refuse
}

// Push gives every connected session an event that the stand-in does not make itself.
func (s *DiscordServer) Push(name string, data any) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.connected()
	if len(all) == 0 {
		s.t.Fatalf("bottest: no gateway connection for %s", name)
	}
	for _, ses := range all {
		ses.send(name, data)
	}
}
