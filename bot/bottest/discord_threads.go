package bottest

import (
	"slices"
	"strings"
	"time"
)

// newThread checks a thread's settings.
func newThread(body obj, parent *DiscordChannel) (*DiscordChannel, *discordError) {
	var f formErrors
	name := strings.TrimSpace(str(body["name"]))
	f.length("name", name, 1, 100)
	t := &DiscordChannel{Name: name, Guild: parent.Guild, Parent: parent.ID, Kind: DiscordPublicThread, Owner: DiscordBotUser, AutoArchive: 4320}
	if parent.Kind == DiscordAnnouncement {
		t.Kind = DiscordAnnouncementThread
	}
	if body["auto_archive_duration"] != nil {
		t.AutoArchive = num(body["auto_archive_duration"])
		if !slices.Contains([]int{60, 1440, 4320, 10080}, t.AutoArchive) {
			f.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}.")
		}
	}
	return t, f.err()
}

// open keeps a new thread, with who is in it; the lock is held.
func (s *DiscordServer) open(t *DiscordChannel, members ...string) {
	t.Opened, t.joined = s.now(), map[string]time.Time{}
	for _, user := range members {
		s.join(t, user)
	}
	s.put(t)
	o := s.channelJSON(t)
	o["newly_created"] = true
	s.emit(gatewayEvent{guild: t.Guild, channel: t, intent: intentGuilds, name: "THREAD_CREATE", data: o})
}

func (s *DiscordServer) join(t *DiscordChannel, user string) bool {
	if slices.Contains(t.Members, user) {
		return false
	}
	t.Members = append(t.Members, user)
	if t.joined == nil {
		t.joined = map[string]time.Time{}
	}
	t.joined[user] = s.now()
	return true
}

func (s *DiscordServer) threadFromMessage(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	m := s.find(c.ID, r.PathValue("message"))
	switch {
	case c.Kind != DiscordText && c.Kind != DiscordAnnouncement:
		return 0, nil, errWrongKind
	case m == nil, m.OnlyFor != "":
		return 0, nil, errUnknownMessage
	case !s.may(c, "CREATE_PUBLIC_THREADS"):
		return 0, nil, errPermission
	case s.channels[m.ID] != nil:
		return 0, nil, errHasThread
	case m.Type == typeThreadCreated || m.Type == typeRecipientAdd:
		return 0, nil, errSystemMessage
	}
	t, err := newThread(r.body, c)
	if err != nil {
		return 0, nil, err
	}
	s.threadOn(m, t, DiscordBotUser)
	return 201, s.channelJSON(t), nil
}

// threadOn opens a thread on a message; the lock is held.
func (s *DiscordServer) threadOn(m *DiscordMessage, t *DiscordChannel, owner string) {
	c := s.channels[m.Channel]
	t.ID, t.Owner = m.ID, owner // Discord gives the thread the message's id
	m.Flags |= flagHasThread
	s.open(t, owner)
	s.emitMessage(c, m, "MESSAGE_UPDATE", s.messageJSON(m))
	s.add(&DiscordMessage{Channel: t.ID, Author: m.Author, Type: typeThreadStarter, ReplyTo: m.ID, starter: c.ID})
}

// createThread opens a thread without a message, or a forum's post.
func (s *DiscordServer) createThread(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	if c.Kind == DiscordForum {
		return s.createPost(r, c)
	}
	if c.Kind != DiscordText && c.Kind != DiscordAnnouncement {
		return 0, nil, errWrongKind
	}
	t, err := newThread(r.body, c)
	if err != nil {
		return 0, nil, err
	}
	permission := "CREATE_PRIVATE_THREADS"
	switch kind := DiscordKind(num(r.body["type"])); {
	case r.body["type"] == nil || kind == DiscordPrivateThread && c.Kind == DiscordText: // private is the default
		t.Kind = DiscordPrivateThread
		t.Invitable = true
		if v, given := r.body["invitable"].(bool); given {
			t.Invitable = v
		}
	case kind == DiscordPublicThread && c.Kind == DiscordText, kind == DiscordAnnouncementThread && c.Kind == DiscordAnnouncement:
		t.Kind, permission = kind, "CREATE_PUBLIC_THREADS"
	default:
		return 0, nil, badForm("type", "BASE_TYPE_CHOICES", "Value must be one of {11, 12}.")
	}
	if !s.may(c, permission) {
		return 0, nil, errPermission
	}
	t.ID = s.snowflake()
	s.open(t, DiscordBotUser)
	if t.Kind != DiscordPrivateThread {
		s.add(&DiscordMessage{Channel: c.ID, Author: DiscordBotUser, Type: typeThreadCreated, Content: t.Name})
	}
	return 201, s.channelJSON(t), nil
}

func (s *DiscordServer) createPost(r *discordRequest, c *DiscordChannel) (int, any, *discordError) {
	if !s.may(c, "SEND_MESSAGES") {
		return 0, nil, errPermission
	}
	t, err := newThread(r.body, c)
	if err != nil {
		return 0, nil, err
	}
	body := asObj(r.body["message"])
	if body == nil {
		return 0, nil, badForm("message", "BASE_TYPE_REQUIRED", "This field is required")
	}
	in, err := s.content(body, r.files, c)
	if err != nil {
		return 0, nil, err
	}
	m := &in.DiscordMessage
	if m.empty() {
		return 0, nil, errEmpty
	}
	m.Author = DiscordBotUser
	m.Pings = s.pings(m, c, in.allowed, s.may(c, "MENTION_EVERYONE"))
	s.post(c, t, m)
	o := s.channelJSON(t)
	o["message"] = s.messageJSON(m)
	return 201, o, nil
}

// post opens a forum's post with its first message, which has the post's id; the lock is held.
func (s *DiscordServer) post(forum, t *DiscordChannel, first *DiscordMessage) {
	t.ID = s.snowflake()
	first.ID, first.Channel = t.ID, t.ID
	t.Owner, forum.last = first.Author, t.ID
	s.open(t, first.Author)
	s.add(first)
}

func (s *DiscordServer) addThreadMember(r *discordRequest) (int, any, *discordError) {
	t, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	user := r.PathValue("user")
	if user == "" {
		user = DiscordBotUser
	}
	u := s.users[user]
	switch {
	case !t.thread():
		return 0, nil, errWrongKind
	case t.Archived:
		return 0, nil, errArchived
	case user != DiscordBotUser && !s.may(t, "SEND_MESSAGES_IN_THREADS"),
		t.Kind == DiscordPrivateThread && !t.Invitable && t.Owner != DiscordBotUser && !s.may(t, "MANAGE_THREADS"):
		return 0, nil, errPermission
	case u == nil:
		return 0, nil, errUnknownUser
	case user != DiscordBotUser && !s.sees(user, s.channels[t.Parent]):
		return 0, nil, errMissingAccess
	}
	if s.join(t, user) {
		s.emit(gatewayEvent{guild: t.Guild, channel: t, intent: intentGuilds, name: "THREAD_MEMBERS_UPDATE", data: obj{
			"id": t.ID, "guild_id": t.Guild, "member_count": len(t.Members), "added_members": []obj{s.threadMember(t, user)}, "removed_member_ids": []string{},
		}})
		if user != DiscordBotUser {
			s.add(&DiscordMessage{Channel: t.ID, Author: DiscordBotUser, Type: typeRecipientAdd, Pings: []string{}, Content: ""})
		}
	}
	return 204, nil, nil
}

func (s *DiscordServer) threadMember(t *DiscordChannel, user string) obj {
	at := t.joined[user]
	if at.IsZero() {
		at = t.Opened
	}
	return obj{"id": t.ID, "user_id": user, "join_timestamp": stamp(at), "flags": 0}
}

func (s *DiscordServer) activeThreads(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	threads, members := []obj{}, []obj{}
	for _, t := range s.active(g.ID) {
		threads = append(threads, s.channelJSON(t))
		if slices.Contains(t.Members, DiscordBotUser) {
			members = append(members, s.threadMember(t, DiscordBotUser))
		}
	}
	return 200, obj{"threads": threads, "members": members, "has_more": false}, nil
}

// active lists the threads of a guild that are open and that the bot sees, newest first as Discord does.
func (s *DiscordServer) active(guild string) []*DiscordChannel {
	var out []*DiscordChannel
	for _, c := range s.channels {
		if c.thread() && c.Guild == guild && !c.Archived && s.botSees(c) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *DiscordChannel) int { return bySnowflake(b.ID, a.ID) })
	return out
}

func (s *DiscordServer) editChannel(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	if !c.thread() {
		return 0, nil, errPermission // channels themselves need MANAGE_CHANNELS, which this bot never has
	}
	next, err := newThread(withDefault(r.body, "name", c.Name), s.channels[c.Parent])
	if err != nil {
		return 0, nil, err
	}
	set := func(key string, to *bool) bool {
		v, given := r.body[key].(bool)
		if given {
			*to = v
		}
		return given
	}
	now := *c
	opens := set("archived", &now.Archived) && !now.Archived
	onlyOpens := opens && len(r.body) == 1
	locks := set("locked", &now.Locked)
	set("invitable", &now.Invitable)
	manages := s.may(c, "MANAGE_THREADS")
	switch {
	case c.Archived && !opens:
		return 0, nil, errArchived
	case c.Locked && !manages, locks && !manages:
		return 0, nil, errPermission
	case onlyOpens && !s.may(c, "SEND_MESSAGES_IN_THREADS"), !onlyOpens && !manages && c.Owner != DiscordBotUser:
		return 0, nil, errPermission
	}
	renamed := next.Name != c.Name
	now.Name = next.Name
	if r.body["auto_archive_duration"] != nil {
		now.AutoArchive = next.AutoArchive
	}
	if now.Archived != c.Archived {
		now.archivedAt = s.now()
	}
	*c = now
	s.changedNow()
	s.emitChannel(c, "THREAD_UPDATE")
	if renamed {
		s.add(&DiscordMessage{Channel: c.ID, Author: DiscordBotUser, Type: typeChannelName, Content: c.Name})
	}
	return 200, s.channelJSON(c), nil
}

func withDefault(body obj, key, value string) obj {
	out := obj{}
	for k, v := range body {
		out[k] = v
	}
	if out[key] == nil {
		out[key] = value
	}
	return out
}
