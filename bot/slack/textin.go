package slack

import (
	"strings"
)

// fromMrkdwn turns the text of a Slack message into neutral text. self is the
// bot's own user id, whose mentions are taken out; name gives a person's name, or "".
// Only Slack's own escapes are undone, once; *bold*, `code` and lists stay as they are.
func fromMrkdwn(s, self string, name func(user string) string) string {
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(unescape(s))
			break
		}
		b.WriteString(unescape(s[:i]))
		s = s[i:]
		end := strings.IndexAny(s[1:], "<>\n")
		if end < 0 || s[1+end] != '>' { // not an entity: Slack would have escaped it, a slash command may not
			b.WriteByte('<')
			s = s[1:]
			continue
		}
		body := s[1 : 1+end]
		s = s[end+2:]
		if isMention(body, self) {
			s = strings.TrimLeft(s, " \u00a0")
			if b.Len() == 0 {
				s = strings.TrimLeft(s, ":,， ")
			}
			continue
		}
		b.WriteString(entity(body, name))
	}
	return strings.TrimSpace(b.String())
}

func isMention(body, self string) bool {
	id, _, _ := strings.Cut(body, "|")
	return self != "" && id == "@"+self
}

// mentions lists the users that text mentions, without the bot, each once, at most
// limit of them.
func mentions(text, self string, limit int) []string {
	var ids []string
	for s := text; len(ids) < limit; {
		i := strings.Index(s, "<@")
		if i < 0 {
			break
		}
		s = s[i+2:]
		end := strings.IndexAny(s, "<>|\n")
		if end <= 0 || s[end] != '>' { // with a label there is nothing to look up
			continue
		}
		if id := s[:end]; id != self && !contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// entity gives the neutral text of what stood between < and >.
func entity(body string, name func(string) string) string {
	target, label, _ := strings.Cut(body, "|")
	target, label = unescape(target), unescape(label)
	if target == "" {
		return unescape("<" + body + ">")
	}
	switch target[0] {
	case '@':
		id := target[1:]
		if label == "" {
			label = name(id)
		}
		return "@" + strings.TrimPrefix(firstOf(label, id), "@")
	case '#':
		return "#" + strings.TrimPrefix(firstOf(label, target[1:]), "#")
	case '!':
		return special(target[1:], label)
	}
	return link(target, label)
}

// special is <!here>, <!subteam^S1|@group>, <!date^1^…|text>.
func special(what, label string) string {
	if word, _, _ := strings.Cut(what, "^"); word == "date" {
		return firstOf(label, word)
	} else if word == "subteam" {
		return "@" + strings.TrimPrefix(firstOf(label, "group"), "@")
	}
	return "@" + strings.TrimPrefix(what, "@")
}

// link writes "label (url)", and one of them where the other adds nothing.
func link(target, label string) string {
	for _, scheme := range []string{"mailto:", "tel:"} {
		if rest, ok := strings.CutPrefix(target, scheme); ok {
			target = rest
		}
	}
	switch {
	case label == "", label == target:
		return target
	case "http://"+label == target, "https://"+label == target, "http://"+label+"/" == target:
		return label // Slack linked a bare domain by itself
	}
	return label + " (" + target + ")"
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

var unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return unescaper.Replace(s)
}
