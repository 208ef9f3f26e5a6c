package bottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// raw is a connection without discordgo, for what discordgo does not do.
type raw struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, s *DiscordServer, query string) *raw {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(s.gatewayURL()+"/"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &raw{t, conn}
}

func (r *raw) send(op int, d any) {
	r.t.Helper()
	if err := r.conn.WriteJSON(o{"op": op, "d": d}); err != nil {
		r.t.Fatal(err)
	}
}

// next reads a payload; when the line was closed it gives the code.
func (r *raw) next() (o, int) {
	r.t.Helper()
	_ = r.conn.SetReadDeadline(time.Now().Add(patience))
	_, data, err := r.conn.ReadMessage()
	if closed, ok := err.(*websocket.CloseError); ok {
		return nil, closed.Code
	}
	if err != nil {
		r.t.Fatal(err)
	}
	var out o
	if err := json.Unmarshal(data, &out); err != nil {
		r.t.Fatal(err)
	}
	return out, 0
}

// until reads up to a payload of this operation and event.
func (r *raw) until(op int, event string) o {
	r.t.Helper()
	for {
		got, code := r.next()
		if code != 0 {
			r.t.Fatalf("closed with %d before %d %s", code, op, event)
		}
		if num(got["op"]) == op && str(got["t"]) == event {
			return got
		}
	}
}

func identity(intents int, more o) o {
	d := o{"token": DiscordBotToken, "intents": intents, "properties": o{"os": "linux", "browser": "x", "device": "x"}}
	for k, v := range more {
		d[k] = v
	}
	return d
}

const v10 = "?v=10&encoding=json"

func TestGatewayCloses(t *testing.T) {
	all := intentGuilds | intentGuildMessages | intentContent
	for _, tt := range []struct {
		name  string
		opts  DiscordOptions
		query string
		op    int
		d     any
		want  int
	}{
		{"wrong version", DiscordOptions{}, "?v=9&encoding=json", opIdentify, identity(all, nil), 4012},
		{"wrong token", DiscordOptions{}, v10, opIdentify, identity(all, o{"token": "x"}), 4004},
		{"intent that is switched off", DiscordOptions{RefuseIntents: true}, v10, opIdentify, identity(all, nil), 4014},
		{"members", DiscordOptions{}, v10, opIdentify, identity(all|intentMembers, nil), 4014},
		{"no such intent", DiscordOptions{}, v10, opIdentify, identity(1<<40, nil), 4013},
		{"no intents", DiscordOptions{}, v10, opIdentify, o{"token": DiscordBotToken, "properties": o{}}, 4013},
		{"no such shard", DiscordOptions{}, v10, opIdentify, identity(all, o{"shard": []int{2, 2}}), 4010},
		{"too few shards", DiscordOptions{Shards: 2, MinShards: 2}, v10, opIdentify, identity(all, nil), 4011},
		{"not identified", DiscordOptions{}, v10, opPresence, o{}, 4003},
		{"no JSON", DiscordOptions{}, v10, opIdentify, "x", 4002},
		{"too long", DiscordOptions{}, v10, opIdentify, identity(all, o{"x": strings.Repeat("x", maxGatewayPayload)}), 4002},
		{"resume with a wrong token", DiscordOptions{}, v10, opResume, o{"token": "x", "session_id": "x", "seq": 1}, 4004},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := dial(t, newDiscordTown(t, tt.opts), tt.query)
			if tt.want != 4012 {
				r.until(opHello, "")
			}
			r.send(tt.op, tt.d)
			if got, code := r.next(); code != tt.want {
				t.Errorf("got %v, closed with %d; want %d", got, code, tt.want)
			}
		})
	}
}

func TestGatewaySessions(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	r := dial(t, s, v10)
	r.until(opHello, "")
	r.send(opHeartbeat, nil) // may come before Identify
	r.until(opHeartbeatAck, "")
	r.send(opResume, o{"token": DiscordBotToken, "session_id": "none", "seq": 1})
	if got := r.until(opInvalidSession, ""); got["d"] != false {
		t.Errorf("resuming nothing: %v", got)
	}
	r.send(opIdentify, identity(intentGuilds|intentGuildMessages, nil)) // on the same line, as discordgo does
	ready := asObj(r.until(opDispatch, "READY")["d"])
	seq := num(r.until(opDispatch, "GUILD_CREATE")["s"])
	s.InvalidateSessions(true)
	if got := r.until(opInvalidSession, ""); got["d"] != true {
		t.Errorf("invalid session: %v, want a resumable one", got)
	}
	s.Post(mali, textC, "missed")
	again := dial(t, s, "resume"+v10)
	again.until(opHello, "")
	again.send(opResume, o{"token": DiscordBotToken, "session_id": ready["session_id"], "seq": seq})
	if m := again.until(opDispatch, "MESSAGE_CREATE"); num(m["s"]) != seq+1 {
		t.Errorf("replay has number %v, want %d", m["s"], seq+1)
	}
	again.until(opDispatch, "RESUMED")
	again.send(opIdentify, identity(intentGuilds, nil))
	if _, code := again.next(); code != 4005 {
		t.Errorf("second identify: closed with %d, want 4005", code)
	}
	if c := s.Connections(); len(c) != 2 || c[1].Path != "/resume" || !c[1].Resumed || c[0].Session != c[1].Session {
		t.Errorf("connections = %+v", c)
	}
	s.CloseGateway(4000, "x")
	if _, code := r.next(); code != 4000 {
		t.Errorf("closed with %d, want 4000", code)
	}
	s.AwaitNoGateway(patience)
	wrong := dial(t, s, v10)
	wrong.send(opResume, o{"token": DiscordBotToken, "session_id": ready["session_id"], "seq": 99})
	wrong.until(opHello, "")
	if _, code := wrong.next(); code != 4007 {
		t.Errorf("number that never was: closed with %d, want 4007", code)
	}
}

func TestGatewayHeartbeats(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Heartbeat: 400 * time.Millisecond})
	r := dial(t, s, v10)
	if hello := r.until(opHello, ""); num(asObj(hello["d"])["heartbeat_interval"]) != 400 {
		t.Errorf("hello = %v", hello)
	}
	s.WithholdAcks(true)
	r.send(opIdentify, identity(intentGuilds, nil))
	ready := asObj(r.until(opDispatch, "READY")["d"])
	r.send(opHeartbeat, nil)
	for { // no acknowledgement, and then no patience either
		got, code := r.next()
		if num(got["op"]) == opHeartbeatAck {
			t.Error("acknowledged")
		}
		if code != 0 {
			if code != 4009 {
				t.Errorf("closed with %d, want 4009", code)
			}
			break
		}
	}
	late := dial(t, s, v10)
	late.send(opResume, o{"token": DiscordBotToken, "session_id": ready["session_id"], "seq": 1})
	late.until(opInvalidSession, "")
}

func TestGatewayShards(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Shards: 2, SessionStarts: 2, MaxConcurrency: 2})
	mine := shardOf(guildG, 2)
	other := fmt.Sprint((2+1-mine)<<22 | 5) // of the other shard
	s.AddGuild(DiscordGuild{ID: other, Name: "Other"})
	s.AddChannel(DiscordChannel{ID: "700000000000000060", Guild: other, Name: "other"})
	s.AddUser(DiscordUser{ID: kim, Name: "kim", Guilds: map[string][]string{guildG: nil, other: nil}})
	lines := map[int]*raw{}
	for n := range 2 {
		r := dial(t, s, v10)
		r.send(opIdentify, identity(intentGuilds|intentGuildMessages|intentDirectMessages, o{"shard": []int{n, 2}}))
		if ready := asObj(r.until(opDispatch, "READY")["d"]); len(list(ready["guilds"])) != 1 {
			t.Errorf("shard %d has guilds %v", n, ready["guilds"])
		}
		lines[n] = r
	}
	s.AwaitGateway(patience)
	s.Post(kim, s.DM(kim), "private")
	s.Post(kim, textC, guildG)
	s.Post(kim, "700000000000000060", other)
	hears := func(n int, want any) {
		if got := asObj(lines[n].until(opDispatch, "MESSAGE_CREATE")["d"]); got["guild_id"] != want {
			t.Errorf("shard %d hears of guild %v, want %v", n, got["guild_id"], want)
		}
	}
	hears(0, nil) // direct messages come to the first
	hears(mine, guildG)
	hears(1-mine, other)
	if _, body := ask(t, s, "GET", "/gateway/bot", nil); num(asObj(body["session_start_limit"])["remaining"]) != 0 || num(body["shards"]) != 2 {
		t.Errorf("gateway/bot = %v", body)
	}
	third := dial(t, s, v10)
	third.until(opHello, "")
	third.send(opIdentify, identity(intentGuilds, nil))
	if _, code := third.next(); code != 4004 {
		t.Errorf("identified once too often: closed with %d, want 4004", code)
	}
	if status, _ := ask(t, s, "GET", "/users/@me", nil); status != 401 {
		t.Errorf("the token lives on: %d", status)
	}
}

func TestGatewayDownAndOutage(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	s.GatewayDown(true)
	_, resp, err := websocket.DefaultDialer.Dial(s.gatewayURL()+"/"+v10, nil)
	if err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("gateway that is down: %v, %v", resp, err)
	}
	s.GatewayDown(false)
	s.GatewayMute(true)
	mute := dial(t, s, v10)
	mute.until(opHello, "")
	mute.send(opIdentify, identity(intentGuilds, nil))
	mute.send(opHeartbeat, nil)
	mute.until(opHeartbeatAck, "")
	if len(s.Connections()) != 0 || s.Dials() != 1 {
		t.Errorf("a mute gateway has connections %+v, %d dials", s.Connections(), s.Dials())
	}
	s.GatewayMute(false)
	r := dial(t, s, v10)
	r.send(opIdentify, identity(intentGuilds|intentGuildMessages, nil))
	r.until(opDispatch, "GUILD_CREATE")
	s.Outage(guildG, true)
	r.until(opDispatch, "GUILD_DELETE")
	s.Post(mali, textC, "lost")
	s.Outage(guildG, false)
	if got, _ := r.next(); str(got["t"]) != "GUILD_CREATE" {
		t.Errorf("after the outage: %v", got["t"])
	}
}
