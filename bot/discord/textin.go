package discord

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// names tell what the ids in a text are called; "" when it is not known.
type names struct {
	user, role, channel func(id string) string
}

// fromMarkdown turns the text of a Discord message into neutral text. self is the bot's own user id
// and role its role, whose mentions are taken out; **bold**, `code` and lists stay as they are, escapes are
// undone, links come out of their brackets and their labels. A code block, which may stand anywhere in
// a line on Discord, gets lines of its own.
func fromMarkdown(s, self, role string, n names) string {
	parts := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "```")
	if last := len(parts) - 1; len(parts)%2 == 0 { // the last fence is never closed
		parts = append(parts[:last-1], parts[last-1]+"```"+parts[last])
	}
	var out []string
	for i, part := range parts {
		if i%2 == 0 {
			lines := strings.Split(part, "\n")
			for j, line := range lines {
				lines[j] = fromLine(line, self, role, n)
			}
			if text := strings.TrimSpace(strings.Join(lines, "\n")); text != "" {
				out = append(out, text)
			}
		} else if code := strings.Trim(part, "\n"); strings.TrimSpace(code) != "" {
			if lang, rest, more := strings.Cut(part, "\n"); more && reLang.MatchString(lang) && strings.TrimSpace(rest) != "" {
				out = append(out, "```"+lang+"\n"+strings.Trim(rest, "\n")+"\n```")
			} else {
				out = append(out, "```\n"+code+"\n```")
			}
		}
	}
	return strings.Join(out, "\n")
}

var (
	reLang   = regexp.MustCompile(`^[A-Za-z0-9+#_-]{1,20}$`)
	reEntity = regexp.MustCompile(`^<(?:@!?([0-9]{5,20})|@&([0-9]{5,20})|#([0-9]{5,20})|` + // people, roles, channels
		`a?(:\w{2,32}:)[0-9]{5,20}|(/[^:>\n]{1,100}):[0-9]{5,20}|t:(-?[0-9]{1,12})(?::[a-zA-Z])?|(https?://[^\s<>]+))>`) // emoji, commands, times, links
	reMasked = regexp.MustCompile(`^\[([^\[\]\n]+)\]\(<?(https?://[^\s<>()]+)>?\)`)
)

func fromLine(line, self, role string, n names) string {
	var b strings.Builder
	for i := 0; i < len(line); {
		rest := line[i:]
		switch rest[0] {
		case '`':
			if end := strings.IndexByte(rest[1:], '`'); end > 0 {
				b.WriteString(rest[:end+2])
				i += end + 2
				continue
			}
		case '\\':
			if len(rest) > 1 && strings.IndexByte("\\*_~|`[]()<>#-@.!:+", rest[1]) >= 0 {
				b.WriteByte(rest[1])
				i += 2
				continue
			}
		case '[':
			if m := reMasked.FindStringSubmatch(rest); m != nil {
				b.WriteString(m[1] + " (" + m[2] + ")")
				i += len(m[0])
				continue
			}
		case '<':
			if m := reEntity.FindStringSubmatch(rest); m != nil {
				i += len(m[0])
				if own := m[1] != "" && m[1] == self || m[2] != "" && m[2] == role; own {
					i += len(line[i:]) - len(strings.TrimLeft(line[i:], " \u00a0"))
					if strings.TrimSpace(b.String()) == "" {
						i += len(line[i:]) - len(strings.TrimLeft(line[i:], ":,， "))
					}
					continue
				}
				b.WriteString(n.entity(m))
				continue
			}
		}
		b.WriteByte(rest[0])
		i++
	}
	return b.String()
}

// entity gives the neutral text of a match of reEntity.
func (n names) entity(m []string) string {
	switch {
	case m[1] != "":
		return "@" + firstOf(n.user(m[1]), m[1])
	case m[2] != "":
		return "@" + firstOf(n.role(m[2]), m[2])
	case m[3] != "":
		return "#" + firstOf(n.channel(m[3]), m[3])
	case m[4] != "":
		return m[4]
	case m[5] != "":
		return m[5]
	case m[6] != "":
		if sec, err := strconv.ParseInt(m[6], 10, 64); err == nil {
			return time.Unix(sec, 0).UTC().Format("2006-01-02 15:04 MST")
		}
	}
	return m[7]
}

// firstWords names a thread after what was said: its first words, without mentions and markup, at most
// limit units; "" when there are none.
func firstWords(text string, limit int) string {
	var words []string
	for _, w := range strings.Fields(strings.NewReplacer("*", "", "`", "").Replace(text)) {
		if !strings.HasPrefix(w, "@") {
			words = append(words, w)
		}
	}
	s := strings.Join(words, " ")
	if strings.TrimSpace(s) == "" {
		return ""
	}
	if s = label(s, limit); s == "…" {
		return ""
	}
	return s
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
