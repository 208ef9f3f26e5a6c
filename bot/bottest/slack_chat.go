package bottest

import (
	"encoding/json"
	"regexp"
	"unicode/utf16"
)

const (
	maxPostText   = 40000
	maxUpdateText = 4000
	maxBlocksText = 13000
)

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func (s *SlackServer) authTest(params) (obj, *apiError) {
	return obj{
		"url": "https://first.slack.com/", "team": "First", "user": "firstline",
		"team_id": SlackTeam, "user_id": SlackBotUser, "bot_id": SlackBotID, "is_enterprise_install": false,
	}, nil
}

// room gives the channel when the bot may write into it.
func (s *SlackServer) room(id string) (*SlackChannel, *apiError) {
	if _, user := s.users[id]; user && id != SlackBotUser {
		id = s.dm(id)
	}
	ch := s.channels[id]
	switch {
	case ch == nil, ch.NoBot && ch.Kind != "channel":
		return nil, fail("channel_not_found")
	case ch.NoBot:
		return nil, fail("not_in_channel")
	case ch.Archived:
		return nil, fail("is_archived")
	}
	return ch, nil
}

// content checks what a message shows.
func (s *SlackServer) content(p params, maxText int) (m SlackMessage, err *apiError) {
	m = SlackMessage{User: SlackBotUser, BotID: SlackBotID, Text: p["text"]}
	if units(m.Text) > maxText {
		return m, fail("msg_too_long")
	}
	if p["blocks"] != "" {
		if m.Blocks, err = s.blocks(p["blocks"]); err != nil {
			return m, err
		}
	}
	if m.Text == "" && len(m.Blocks) == 0 {
		return m, fail("no_text")
	}
	if p["metadata"] != "" {
		if m.Metadata, err = metadata(p["metadata"]); err != nil {
			return m, err
		}
	}
	return m, nil
}

// blocks checks blocks and gives ids to those that have none.
func (s *SlackServer) blocks(raw string) ([]map[string]any, *apiError) {
	var blocks []map[string]any
	if json.Unmarshal([]byte(raw), &blocks) != nil {
		return nil, fail("invalid_blocks_format")
	}
	if err := checkBlocks(blocks, maxMessageBlocks, messageBlocks); err != nil {
		return nil, err
	}
	if total := textUnits(blocks); total > maxBlocksText {
		return nil, fail("msg_blocks_too_long")
	}
	for _, b := range blocks {
		if str(b["block_id"]) == "" {
			b["block_id"] = s.id("blk")
		}
	}
	return blocks, nil
}

var reEventType = regexp.MustCompile(`^[a-zA-Z0-9_]{1,255}$`)

func metadata(raw string) (obj, *apiError) {
	var m struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &m) != nil || !reEventType.MatchString(m.EventType) || m.EventPayload == nil {
		return nil, fail("invalid_metadata_format")
	}
	return obj{"event_type": m.EventType, "event_payload": m.EventPayload}, nil
}

func (s *SlackServer) chatPost(p params) (obj, *apiError) {
	ch, err := s.room(p["channel"])
	if err != nil {
		return nil, err
	}
	m, err := s.content(p, maxPostText)
	if err != nil {
		return nil, err
	}
	if s.tooFast(ch.ID) {
		return nil, fail("ratelimited")
	}
	m.Channel, m.TS = ch.ID, s.ts()
	if root := s.find(ch.ID, p["thread_ts"]); root != nil { // a reply to nothing is posted without a thread
		m.ThreadTS = root.Root()
	}
	s.messages = append(s.messages, &m)
	s.changedNow()
	s.echo(ch, obj{"event_ts": m.TS}, m.json(false))
	return obj{"channel": ch.ID, "ts": m.TS, "message": m.json(true)}, nil
}

func (s *SlackServer) chatEphemeral(p params) (obj, *apiError) {
	ch, err := s.room(p["channel"])
	if err != nil {
		return nil, err
	}
	if !ch.has(p["user"]) {
		return nil, fail("user_not_in_channel")
	}
	m, err := s.content(p, maxPostText)
	if err != nil {
		return nil, err
	}
	if s.tooFast(ch.ID) {
		return nil, fail("ratelimited")
	}
	m.Channel, m.TS, m.OnlyFor, m.ThreadTS = ch.ID, s.ts(), p["user"], p["thread_ts"]
	s.messages = append(s.messages, &m)
	s.changedNow()
	return obj{"message_ts": m.TS}, nil
}

// ours gives a message that the bot may change.
func (s *SlackServer) ours(p params, denied string) (*SlackMessage, *SlackChannel, *apiError) {
	ch := s.channels[p["channel"]]
	if ch == nil {
		return nil, nil, fail("channel_not_found")
	}
	m := s.find(ch.ID, p["ts"])
	switch {
	case m == nil, m.OnlyFor != "":
		return nil, nil, fail("message_not_found")
	case m.BotID != SlackBotID:
		return nil, nil, fail(denied)
	case ch.Archived:
		return nil, nil, fail("is_archived")
	}
	return m, ch, nil
}

func (s *SlackServer) chatUpdate(p params) (obj, *apiError) {
	m, ch, err := s.ours(p, "cant_update_message")
	if err != nil {
		return nil, err
	}
	next, err := s.content(p, maxUpdateText)
	if err != nil {
		return nil, err
	}
	before := m.json(false)
	m.Text, m.Blocks, m.EditedTS = next.Text, next.Blocks, s.ts()
	if next.Metadata != nil {
		m.Metadata = next.Metadata
	}
	s.changedNow()
	s.echo(ch, obj{"subtype": "message_changed", "hidden": true, "message": m.json(false), "previous_message": before, "ts": m.EditedTS, "event_ts": m.EditedTS}, nil)
	return obj{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": m.json(true)}, nil
}

func (s *SlackServer) chatDelete(p params) (obj, *apiError) {
	m, ch, err := s.ours(p, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	m.Deleted = true
	ts := s.ts()
	s.changedNow()
	s.echo(ch, obj{"subtype": "message_deleted", "hidden": true, "deleted_ts": m.TS, "previous_message": m.json(false), "ts": ts, "event_ts": ts}, nil)
	return obj{"channel": ch.ID, "ts": m.TS}, nil
}

// echo delivers what the bot did back to the app, as Slack does; the lock is held.
func (s *SlackServer) echo(ch *SlackChannel, event, message obj) {
	if s.opts.NoEcho || s.ctx.Err() != nil {
		return
	}
	for k, v := range message {
		event[k] = v
	}
	event["type"], event["channel"], event["channel_type"] = "message", ch.ID, ch.Kind
	d := s.eventDelivery(ch, event)
	s.wg.Go(func() { s.deliver(d) })
}
