package bottest

import (
	"encoding/json"
	"slices"
)

// Gateway intents.
const (
	intentGuilds         = 1 << 0
	intentMembers        = 1 << 1
	intentPresences      = 1 << 8
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
	intentContent        = 1 << 15
	knownIntents         = 1<<26 - 1
)

// gatewaySession is what an Identify began. Its events are kept, so that a Resume gets what it missed.
type gatewaySession struct {
	id      string
	shard   [2]int
	intents int
	events  [][]byte // the first has sequence number 1
	conn    *gatewayConn
	dead    bool // cannot be resumed
}

// identify begins a session; the lock is held.
func (s *DiscordServer) identify(c *gatewayConn, raw json.RawMessage) {
	var d struct {
		Token      string         `json:"token"`
		Intents    *int           `json:"intents"`
		Shard      *[2]int        `json:"shard"`
		Properties map[string]any `json:"properties"`
	}
	bad := json.Unmarshal(raw, &d) != nil
	shard := [2]int{0, 1}
	if d.Shard != nil {
		shard = *d.Shard
	}
	refused := 0
	if s.opts.RefuseIntents {
		refused = intentContent
	}
	code, text := 0, ""
	switch {
	case bad || d.Properties == nil:
		code, text = 4002, "Error while decoding payload."
	case c.session != nil:
		code, text = 4005, "Already authenticated."
	case s.tokenDead || !goodToken(d.Token):
		code, text = 4004, "Authentication failed."
	case s.starts >= s.opts.SessionStarts: // Discord resets the token of a bot that identifies too often
		s.tokenDead = true
		code, text = 4004, "Authentication failed."
	case d.Intents == nil || *d.Intents&^knownIntents != 0:
		code, text = 4013, "Invalid intent(s)."
	case *d.Intents&(intentMembers|intentPresences|refused) != 0:
		code, text = 4014, "Disallowed intent(s)."
	case shard[0] < 0 || shard[0] >= shard[1]:
		code, text = 4010, "Invalid shard."
	case shard[1] < s.opts.MinShards:
		code, text = 4011, "Sharding required."
	}
	if code != 0 {
		c.push(gatewayItem{close: code, text: text})
		return
	}
	s.starts++
	ses := &gatewaySession{id: "session-" + s.snowflake(), shard: shard, intents: *d.Intents, conn: c}
	c.session = ses
	s.sessions = append(s.sessions, ses)
	s.records = append(s.records, gatewayRecord{conn: c, session: ses})
	s.welcome(ses)
	s.changedNow()
}

// welcome sends READY and the guilds of the shard.
func (s *DiscordServer) welcome(ses *gatewaySession) {
	guilds := []obj{}
	mine := func(guild string) bool { return shardOf(guild, ses.shard[1]) == ses.shard[0] }
	for _, id := range s.guildOrder {
		if mine(id) {
			guilds = append(guilds, obj{"id": id, "unavailable": true})
		}
	}
	me := userJSON(s.users[DiscordBotUser])
	me["mfa_enabled"], me["verified"], me["email"] = false, true, nil
	ses.send("READY", obj{
		"v": 10, "user": me, "guilds": guilds, "session_id": ses.id, "resume_gateway_url": s.gatewayURL() + "/resume", "shard": ses.shard,
		"application": obj{"id": DiscordApp, "flags": s.appFlags()}, "private_channels": []obj{}, "session_type": "normal",
	})
	for _, id := range s.guildOrder {
		if g := s.guilds[id]; mine(id) && ses.intents&intentGuilds != 0 && !g.Unavailable {
			ses.send("GUILD_CREATE", s.guildEvent(g))
		}
	}
}

// send gives a session an event: now, or when it is resumed.
func (ses *gatewaySession) send(name string, data any) {
	frame := mustJSON(obj{"op": opDispatch, "s": len(ses.events) + 1, "t": name, "d": data}) // as it is now: it may change
	ses.events = append(ses.events, frame)
	if ses.conn != nil {
		ses.conn.push(gatewayItem{frame: frame})
	}
}

// resume goes on with a session: what it missed, then RESUMED. The lock is held.
func (s *DiscordServer) resume(c *gatewayConn, raw json.RawMessage) {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int    `json:"seq"`
	}
	if json.Unmarshal(raw, &d) != nil {
		c.push(gatewayItem{close: 4002, text: "Error while decoding payload."})
		return
	}
	i := slices.IndexFunc(s.sessions, func(x *gatewaySession) bool { return x.id == d.SessionID && !x.dead })
	switch {
	case c.session != nil:
		c.push(gatewayItem{close: 4005, text: "Already authenticated."})
	case s.tokenDead || !goodToken(d.Token):
		c.push(gatewayItem{close: 4004, text: "Authentication failed."})
	case i < 0:
		c.op(opInvalidSession, false)
	case d.Seq < 0 || d.Seq > len(s.sessions[i].events):
		s.sessions[i].dead = true
		c.push(gatewayItem{close: 4007, text: "Invalid seq."})
	default:
		ses := s.sessions[i]
		if ses.conn != nil { // the newer connection takes it over
			ses.conn.push(gatewayItem{close: 4000, text: "Unknown error."})
		}
		ses.conn, c.session = c, ses
		s.records = append(s.records, gatewayRecord{conn: c, session: ses, resumed: true})
		for _, frame := range ses.events[d.Seq:] {
			c.push(gatewayItem{frame: frame})
		}
		ses.send("RESUMED", obj{"_trace": []string{`["bottest"]`}})
		s.changedNow()
	}
}

// gatewayEvent is something to tell the app.
type gatewayEvent struct {
	guild   string // "" for direct messages: the first shard hears them
	channel *DiscordChannel
	intent  int // 0: everybody hears it
	name    string
	data    obj
	blind   obj // the same for a session without the intent for contents; nil when there is no difference
}

// emit tells the sessions that hear of it; those that are not connected get it if they are resumed. The lock is held.
func (s *DiscordServer) emit(e gatewayEvent) {
	if g := s.guilds[e.guild]; g != nil && g.Unavailable {
		return
	}
	if e.channel != nil && !s.botSees(e.channel) && e.channel.thread() {
		return
	}
	for _, ses := range s.sessions {
		hears := ses.intents&e.intent != 0 || e.intent == 0
		if ses.dead || !hears || shardOf(e.guild, ses.shard[1]) != ses.shard[0] {
			continue
		}
		data := e.data
		if e.blind != nil && ses.intents&intentContent == 0 {
			data = e.blind
		}
		ses.send(e.name, data)
	}
}

// guildEvent is a guild as GUILD_CREATE tells it: with its channels and open threads.
func (s *DiscordServer) guildEvent(g *DiscordGuild) obj {
	o := s.guildJSON(g)
	channels, threads := []obj{}, []obj{}
	for _, c := range s.rooms(g.ID) {
		j := s.channelJSON(c)
		delete(j, "guild_id") // it stands outside
		channels = append(channels, j)
	}
	for _, t := range s.active(g.ID) {
		threads = append(threads, s.channelJSON(t))
	}
	people := 1
	for id := range s.users {
		if s.inGuild(g.ID, id) {
			people++
		}
	}
	o["channels"], o["threads"], o["member_count"], o["large"], o["unavailable"] = channels, threads, people, false, false
	o["joined_at"] = stamp(snowflakeTime("1200000000000000004"))
	o["members"] = []obj{s.memberJSON(g.ID, s.users[DiscordBotUser])} // others need the intent of members
	for _, key := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		o[key] = []obj{}
	}
	return o
}

// emitChannel tells of a channel or thread.
func (s *DiscordServer) emitChannel(c *DiscordChannel, name string) {
	if c.Kind != DiscordDM { // direct conversations are not announced
		s.emit(gatewayEvent{guild: c.Guild, channel: c, intent: intentGuilds, name: name, data: s.channelJSON(c)})
	}
}

func messageIntent(c *DiscordChannel) int {
	if c.Kind == DiscordDM {
		return intentDirectMessages
	}
	return intentGuildMessages
}

// emitMessage tells of a message: o, with what events add to it.
func (s *DiscordServer) emitMessage(c *DiscordChannel, m *DiscordMessage, name string, o obj) {
	if !s.botSees(c) {
		return
	}
	if c.Guild != "" {
		o["guild_id"] = c.Guild
		if u := s.users[m.Author]; u != nil && m.Webhook == "" {
			o["member"] = s.partialMember(c.Guild, u)
		}
	}
	e := gatewayEvent{guild: c.Guild, channel: c, intent: messageIntent(c), name: name, data: o}
	if !s.readableAnyway(c, m) {
		e.blind = cloneJSON(o)
		redact(e.blind)
	}
	s.emit(e)
}

// readableAnyway tells whether the bot may read a message without the intent for contents.
func (s *DiscordServer) readableAnyway(c *DiscordChannel, m *DiscordMessage) bool {
	return c.Kind == DiscordDM || m.Author == DiscordBotUser || slices.Contains(m.Pings, "<@"+DiscordBotUser+">")
}

func redact(o obj) {
	o["content"], o["embeds"], o["attachments"], o["components"] = "", []obj{}, []obj{}, []obj{}
}
