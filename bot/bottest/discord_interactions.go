package bottest

import (
	"slices"
	"time"
)

// Types of interactions and of answers to them.
const (
	interactionCommand   = 2
	interactionComponent = 3
	interactionModal     = 5

	answerMessage     = 4
	answerDefer       = 5
	answerDeferUpdate = 6
	answerUpdate      = 7
	answerModal       = 9
)

// discordInteraction is something that a person did and that the app must answer.
type discordInteraction struct {
	id, token string
	kind      int
	menu      bool // a command of a message's menu
	user      string
	channel   string
	message   *DiscordMessage // that carried the button, or the menu, or the button of the form
	at        time.Time
	answer    int // 0 while there is none
	expired   bool
	original  *DiscordMessage
	form      *DiscordForm
	done      chan struct{} // closed by the answer
}

// DiscordReply is what a person sees at once after what they did.
type DiscordReply struct {
	Failed  bool           // "The application did not respond"
	Type    int            // of the answer: 4 message, 5 thinking, 6 nothing, 7 changed message, 9 form
	Message DiscordMessage // of 4, 5 and 7, as it was then
	Form    DiscordForm    // of 9
}

// callback is the app's answer to an interaction; the lock is held.
func (s *DiscordServer) callback(r *discordRequest) (int, any, *discordError) {
	i := s.interactions[r.PathValue("token")]
	switch {
	case i == nil || i.id != r.PathValue("interaction"), i.expired:
		return 0, nil, refuse(404, 10062, "Unknown interaction")
	case i.answer != 0:
		return 0, nil, refuse(400, 40060, "Interaction has already been acknowledged.")
	}
	kind, data := num(r.body["type"]), asObj(r.body["data"])
	allowed := map[int][]int{
		interactionCommand:   {answerMessage, answerDefer, answerModal},
		interactionComponent: {answerMessage, answerDefer, answerDeferUpdate, answerUpdate, answerModal},
		interactionModal:     {answerMessage, answerDefer},
	}[i.kind]
	if i.kind == interactionModal && i.message != nil {
		allowed = append(allowed, answerDeferUpdate, answerUpdate)
	}
	if !slices.Contains(allowed, kind) {
		return 0, nil, badForm("type", "BASE_TYPE_CHOICES", "Value must be one of %v.", allowed)
	}
	if data == nil {
		data = obj{}
	}
	if err := s.respond(i, kind, data, r); err != nil {
		return 0, nil, err
	}
	i.answer = kind
	close(i.done)
	s.changedNow()
	if r.query.Get("with_response") != "true" {
		return 204, nil, nil
	}
	return 200, s.callbackJSON(i), nil
}

func (s *DiscordServer) respond(i *discordInteraction, kind int, data obj, r *discordRequest) *discordError {
	switch kind {
	case answerMessage:
		m, err := s.answerWith(i, data, r.files)
		if err != nil {
			return err
		}
		i.original = m
		s.add(m)
	case answerDefer:
		m := s.answerFrom(i, &DiscordMessage{Flags: num(data["flags"])&flagEphemeral | flagLoading, Loading: true})
		i.original = m
		s.add(m)
	case answerDeferUpdate:
		i.original = i.message
	case answerUpdate:
		sub := *r
		sub.body = data
		if err := s.change(i.message, &sub); err != nil {
			return err
		}
		i.original = i.message
	case answerModal:
		form, err := s.newForm(i, data)
		if err != nil {
			return err
		}
		i.form = form
		s.forms = append(s.forms, form)
	}
	return nil
}

// answerWith checks a message that answers an interaction.
func (s *DiscordServer) answerWith(i *discordInteraction, data obj, files []upload) (*DiscordMessage, *discordError) {
	c := s.channels[i.channel]
	in, err := s.content(data, files, nil) // answers need no permission in the channel
	if err != nil {
		return nil, err
	}
	m := s.answerFrom(i, &in.DiscordMessage)
	if m.empty() {
		return nil, errEmpty
	}
	m.Pings = s.pings(m, c, in.allowed, s.may(c, "MENTION_EVERYONE"))
	return m, nil
}

// answerFrom makes m an answer to i: from the bot, in its channel, for the person alone when it is ephemeral.
func (s *DiscordServer) answerFrom(i *discordInteraction, m *DiscordMessage) *DiscordMessage {
	m.Channel, m.Author, m.Webhook, m.answered = i.channel, DiscordBotUser, DiscordApp, i.id
	switch {
	case i.kind == interactionCommand && i.menu:
		m.Type = typeContextMenu
	case i.kind == interactionCommand:
		m.Type = typeCommand
	}
	if m.Flags&flagEphemeral != 0 {
		m.OnlyFor = i.user
	}
	return m
}

func (s *DiscordServer) callbackJSON(i *discordInteraction) obj {
	about := obj{"id": i.id, "type": i.kind, "channel_id": i.channel}
	if c := s.channels[i.channel]; c.Guild != "" {
		about["guild_id"] = c.Guild
	}
	o := obj{"interaction": about}
	if i.original != nil && i.answer != answerDeferUpdate {
		about["response_message_id"] = i.original.ID
		about["response_message_loading"] = i.original.Loading
		about["response_message_ephemeral"] = i.original.OnlyFor != ""
		o["resource"] = obj{"type": i.answer, "message": s.messageJSON(i.original)}
	}
	return o
}

// tokenOf gives the interaction of a webhook's token.
func (s *DiscordServer) tokenOf(r *discordRequest) (*discordInteraction, *discordError) {
	i := s.interactions[r.PathValue("token")]
	switch {
	case i == nil || r.PathValue("app") != DiscordApp, i.answer == 0:
		return nil, errUnknownWebhook // before the answer there is none
	case s.now().Sub(i.at) >= discordTokenLife:
		return nil, refuse(401, 50027, "Invalid Webhook Token")
	}
	return i, nil
}

// followUp posts another answer. The first one after "thinking…" takes its place.
func (s *DiscordServer) followUp(r *discordRequest) (int, any, *discordError) {
	i, err := s.tokenOf(r)
	if err != nil {
		return 0, nil, err
	}
	m, err := s.answerWith(i, r.body, r.files)
	if err != nil {
		return 0, nil, err
	}
	if o := i.original; o != nil && o.Loading && !o.Deleted {
		if err := s.change(o, r); err != nil {
			return 0, nil, err
		}
		return 200, s.messageJSON(o), nil
	}
	m.Type = typeDefault
	s.add(m)
	return 200, s.messageJSON(m), nil
}

// followed gives an answer by its id, or the first one as @original.
func (s *DiscordServer) followed(r *discordRequest) (*DiscordMessage, *discordError) {
	i, err := s.tokenOf(r)
	if err != nil {
		return nil, err
	}
	id := r.PathValue("message")
	if id == "@original" {
		if i.original == nil || i.original.Deleted {
			return nil, errUnknownMessage
		}
		return i.original, nil
	}
	m := s.find(i.channel, id)
	if m == nil || m.answered != i.id {
		return nil, errUnknownMessage
	}
	return m, nil
}

func (s *DiscordServer) getFollowUp(r *discordRequest) (int, any, *discordError) {
	m, err := s.followed(r)
	if err != nil {
		return 0, nil, err
	}
	return 200, s.messageJSON(m), nil
}

func (s *DiscordServer) editFollowUp(r *discordRequest) (int, any, *discordError) {
	m, err := s.followed(r)
	if err == nil {
		err = s.change(m, r)
	}
	if err != nil {
		return 0, nil, err
	}
	return 200, s.messageJSON(m), nil
}

func (s *DiscordServer) deleteFollowUp(r *discordRequest) (int, any, *discordError) {
	m, err := s.followed(r)
	if err != nil {
		return 0, nil, err
	}
	s.remove(s.channels[m.Channel], m)
	return 204, nil, nil
}
