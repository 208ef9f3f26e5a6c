package bottest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// discordNonce is a message that enforce_nonce may give back.
type discordNonce struct {
	message *DiscordMessage
	at      time.Time
}

// visible gives a channel that the bot sees.
func (s *DiscordServer) visible(id string) (*DiscordChannel, *discordError) {
	c := s.channels[id]
	switch {
	case c == nil:
		return nil, errUnknownChannel
	case !s.botSees(c):
		return nil, errMissingAccess
	}
	return c, nil
}

// writable gives a channel that the bot may write into.
func (s *DiscordServer) writable(id string) (*DiscordChannel, *discordError) {
	c, err := s.visible(id)
	if err != nil {
		return nil, err
	}
	permission := "SEND_MESSAGES"
	if c.thread() {
		permission = "SEND_MESSAGES_IN_THREADS"
	}
	switch {
	case c.Kind == DiscordForum:
		return nil, errForum
	case c.Kind == DiscordDM:
		if u := s.users[c.Members[0]]; u == nil || u.NoDM {
			return nil, errNoDM
		}
	case !s.may(c, permission):
		return nil, errPermission
	case c.Archived && (c.Locked || s.opts.ArchivedRefuses) && !s.may(c, "MANAGE_THREADS"):
		return nil, errArchived
	case c.Locked && !s.may(c, "MANAGE_THREADS"):
		return nil, errThreadLocked
	}
	return c, nil
}

func (s *DiscordServer) createMessage(r *discordRequest) (int, any, *discordError) {
	c, err := s.writable(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	in, err := s.content(r.body, r.files, c)
	if err != nil {
		return 0, nil, err
	}
	m := &in.DiscordMessage
	m.Channel, m.Author, m.Nonce = c.ID, DiscordBotUser, nonceOf(r.body["nonce"])
	if len(m.Nonce) > maxNonce {
		return 0, nil, badForm("nonce", "NONCE_TYPE_TOO_LONG", "The nonce must be at most %d characters.", maxNonce)
	}
	key := m.Nonce // of one author, in any channel
	enforce, _ := r.body["enforce_nonce"].(bool)
	if was, known := s.nonces[key]; known && enforce && m.Nonce != "" && s.now().Sub(was.at) < discordNonceLife {
		return 200, s.withNonce(was.message), nil
	}
	if m.Flags&flagEphemeral != 0 {
		return 0, nil, badForm("flags", "BITFIELD_INVALID", "Only answers to interactions can be ephemeral.")
	}
	if err := s.quote(m, asObj(r.body["message_reference"])); err != nil {
		return 0, nil, err
	}
	if m.empty() {
		return 0, nil, errEmpty
	}
	if wait := s.tooFast(c.ID); wait > 0 {
		return 0, nil, &discordError{status: 429, message: "You are being rate limited.", wait: wait}
	}
	m.Pings = s.pings(m, c, in.allowed, s.may(c, "MENTION_EVERYONE"))
	s.add(m)
	if m.Nonce != "" {
		s.nonces[key] = discordNonce{message: m, at: s.now()}
	}
	return 200, s.withNonce(m), nil
}

// nonceOf reads a nonce, which may be a number.
func nonceOf(v any) string {
	switch n := v.(type) {
	case string:
		return n
	case float64:
		return strconv.FormatInt(int64(n), 10)
	}
	return ""
}

// withNonce is the message as its sender gets it, in the answer and as an event.
func (s *DiscordServer) withNonce(m *DiscordMessage) obj {
	o := s.messageJSON(m)
	if m.Nonce != "" {
		o["nonce"] = m.Nonce
	}
	return o
}

// quote makes m a reply when the body refers to a message.
func (s *DiscordServer) quote(m *DiscordMessage, ref obj) *discordError {
	if ref == nil {
		return nil
	}
	id, must := str(ref["message_id"]), true
	if v, given := ref["fail_if_not_exists"].(bool); given {
		must = v
	}
	if s.find(m.Channel, id) == nil {
		if must {
			return badForm("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
		}
		return nil
	}
	m.Type, m.ReplyTo = typeReply, id
	return nil
}

// add keeps a new message and tells the app; an archived thread is opened again. The lock is held.
func (s *DiscordServer) add(m *DiscordMessage) {
	if m.ID == "" {
		m.ID = s.snowflake()
	}
	m.At = snowflakeTime(m.ID)
	s.messages = append(s.messages, m)
	c := s.channels[m.Channel]
	if m.OnlyFor != "" {
		s.changedNow()
		return // nothing that Discord keeps
	}
	if c.Archived {
		c.Archived, c.archivedAt = false, s.now()
		s.emitChannel(c, "THREAD_UPDATE")
	}
	c.last = m.ID
	c.sent++
	s.changedNow()
	s.emitMessage(c, m, "MESSAGE_CREATE", s.withNonce(m))
}

// ours gives a message that the bot may change.
func (s *DiscordServer) ours(r *discordRequest, denied *discordError, permission string) (*DiscordMessage, *DiscordChannel, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return nil, nil, err
	}
	m := s.find(c.ID, r.PathValue("message"))
	switch {
	case m == nil, m.OnlyFor != "":
		return nil, nil, errUnknownMessage
	case m.Author != DiscordBotUser && (permission == "" || !s.may(c, permission)):
		return nil, nil, denied
	}
	return m, c, nil
}

func (s *DiscordServer) editMessage(r *discordRequest) (int, any, *discordError) {
	m, c, err := s.ours(r, errNotOurs, "")
	switch {
	case err != nil:
		return 0, nil, err
	case m.Type != typeDefault && m.Type != typeReply && m.Type != typeCommand && m.Type != typeContextMenu:
		return 0, nil, errSystemMessage
	case c.Archived:
		return 0, nil, errArchived
	case c.Locked && !s.may(c, "MANAGE_THREADS"):
		return 0, nil, errThreadLocked
	}
	if err := s.change(m, r); err != nil {
		return 0, nil, err
	}
	return 200, s.messageJSON(m), nil
}

// change puts what a body names in place of what m shows; what it leaves out stays. The lock is held.
func (s *DiscordServer) change(m *DiscordMessage, r *discordRequest) *discordError {
	c := s.channels[m.Channel]
	needs := c
	if m.answered != "" {
		needs = nil // answers need no permission in the channel
	}
	in, err := s.content(r.body, r.files, needs)
	if err != nil {
		return err
	}
	next := *m
	if _, given := r.body["content"]; given {
		next.Content = in.Content
	}
	if _, given := r.body["embeds"]; given {
		next.Embeds = in.Embeds
	}
	if _, given := r.body["components"]; given {
		next.Components = in.Components
	}
	if _, given := r.body["flags"]; given {
		next.Flags = m.Flags&^flagSuppressEmbeds | in.Flags&flagSuppressEmbeds
	}
	if kept, given := r.body["attachments"]; given {
		next.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f DiscordFile) bool {
			return !slices.ContainsFunc(list(kept), func(a any) bool { return fmt.Sprint(asObj(a)["id"]) == f.ID })
		})
	}
	next.Files = append(next.Files, in.Files...)
	next.Flags &^= flagLoading
	next.Loading = false
	if next.empty() {
		return errEmpty
	}
	next.Pings = m.Pings // an edit notifies nobody
	next.EditedAt = s.now()
	*m = next
	s.changedNow()
	if m.OnlyFor == "" {
		s.emitMessage(c, m, "MESSAGE_UPDATE", s.messageJSON(m))
	}
	return nil
}

func (s *DiscordServer) deleteMessage(r *discordRequest) (int, any, *discordError) {
	m, c, err := s.ours(r, errPermission, "MANAGE_MESSAGES")
	if err != nil {
		return 0, nil, err
	}
	if c.Archived { // the reference says that this works; Discord refuses it
		return 0, nil, errArchived
	}
	s.remove(c, m)
	return 204, nil, nil
}

// remove takes a message away and tells the app; the lock is held.
func (s *DiscordServer) remove(c *DiscordChannel, m *DiscordMessage) {
	m.Deleted = true
	s.changedNow()
	gone := obj{"id": m.ID, "channel_id": c.ID}
	if c.Guild != "" {
		gone["guild_id"] = c.Guild
	}
	if m.OnlyFor == "" {
		s.emit(gatewayEvent{guild: c.Guild, channel: c, intent: messageIntent(c), name: "MESSAGE_DELETE", data: gone})
	}
}

// cloneJSON gives a copy that shares nothing.
func cloneJSON(o obj) obj {
	var out obj
	if err := json.Unmarshal(mustJSON(o), &out); err != nil {
		panic(err) // it was just encoded
	}
	return out
}
