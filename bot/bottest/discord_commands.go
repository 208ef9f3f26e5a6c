package bottest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// DiscordCommand is a registered command.
type DiscordCommand struct {
	ID, Name    string
	Type        int // 1 slash command, 3 message context menu
	Description string
	Names       map[string]string // by locale
}

// Commands lists what the app has registered globally.
func (s *DiscordServer) Commands() []DiscordCommand {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []DiscordCommand
	for _, c := range s.commands {
		d := DiscordCommand{ID: str(c["id"]), Name: str(c["name"]), Type: num(c["type"]), Description: str(c["description"]), Names: map[string]string{}}
		for locale, name := range asObj(c["name_localizations"]) {
			d.Names[locale] = str(name)
		}
		out = append(out, d)
	}
	return out
}

// discordLocales are the languages of Discord's client.
var discordLocales = strings.Fields("ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru " +
	"sv-SE th tr uk vi zh-CN zh-TW")

var reCommand = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (s *DiscordServer) ownApp(r *discordRequest) *discordError {
	if r.PathValue("app") != DiscordApp {
		return errMissingAccess
	}
	return nil
}

func (s *DiscordServer) getCommands(r *discordRequest) (int, any, *discordError) {
	if err := s.ownApp(r); err != nil {
		return 0, nil, err
	}
	full := r.query.Get("with_localizations") == "true"
	out := []obj{}
	for _, c := range s.commands {
		c = cloneJSON(c)
		if !full { // Discord leaves the dictionaries out unless they are asked for
			delete(c, "name_localizations")
			delete(c, "description_localizations")
		}
		out = append(out, c)
	}
	return 200, out, nil
}

func (s *DiscordServer) putCommands(r *discordRequest) (int, any, *discordError) {
	if err := s.ownApp(r); err != nil {
		return 0, nil, err
	}
	var given []obj
	if json.Unmarshal(r.raw, &given) != nil {
		return 0, nil, badForm("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	var f formErrors
	var next []obj
	for i, g := range given {
		c := s.command(&f, fmt.Sprint(i), g)
		if slices.ContainsFunc(next, func(x obj) bool { return sameCommand(x, c) }) {
			f.wrong(fmt.Sprintf("%d.name", i), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		next = append(next, c)
	}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	s.commands = next
	s.changedNow()
	return 200, orEmpty(next), nil
}

func (s *DiscordServer) postCommand(r *discordRequest) (int, any, *discordError) {
	if err := s.ownApp(r); err != nil {
		return 0, nil, err
	}
	var f formErrors
	c := s.command(&f, "", r.body)
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	s.changedNow()
	if i := slices.IndexFunc(s.commands, func(x obj) bool { return sameCommand(x, c) }); i >= 0 {
		s.commands[i] = c
		return 200, c, nil
	}
	s.commands = append(s.commands, c)
	return 201, c, nil
}

func sameCommand(a, b obj) bool {
	return str(a["name"]) == str(b["name"]) && num(a["type"]) == num(b["type"])
}

// command checks a command and completes it as Discord does; one of the same name keeps its id.
func (s *DiscordServer) command(f *formErrors, at string, given obj) obj {
	path := func(key string) string { return strings.TrimPrefix(at+"."+key, ".") }
	c := obj{
		"type": 1, "application_id": DiscordApp, "version": s.snowflake(), "default_member_permissions": given["default_member_permissions"],
		"name": str(given["name"]), "description": str(given["description"]), "dm_permission": true, "nsfw": false,
		"name_localizations": given["name_localizations"], "description_localizations": given["description_localizations"],
		"integration_types": []any{0.0}, "contexts": given["contexts"],
	}
	if given["type"] != nil {
		c["type"] = num(given["type"])
	}
	if given["integration_types"] != nil {
		c["integration_types"] = given["integration_types"]
	}
	if given["options"] != nil && len(list(given["options"])) > 0 {
		c["options"] = given["options"]
	}
	slash := num(c["type"]) == 1
	name := func(where, value string) {
		f.length(path(where), value, 1, 32)
		if slash && (!reCommand.MatchString(value) || value != strings.ToLower(value)) {
			f.wrong(path(where), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
	}
	name("name", str(c["name"]))
	locales := func(key string, check func(where, value string)) {
		for locale, v := range asObj(given[key]) {
			if !slices.Contains(discordLocales, locale) {
				f.wrong(path(key), "BASE_TYPE_CHOICES", "Locale %s is none of Discord's", locale)
			}
			check(key+"."+locale, str(v))
		}
	}
	locales("name_localizations", name)
	if slash {
		f.length(path("description"), str(c["description"]), 1, 100)
		locales("description_localizations", func(where, value string) { f.length(path(where), value, 1, 100) })
	} else if str(c["description"]) != "" {
		f.wrong(path("description"), "BASE_TYPE_MAX_LENGTH", "A context menu command has no description")
	}
	c["id"] = s.snowflake()
	for _, old := range s.commands {
		if sameCommand(old, c) {
			c["id"] = old["id"]
		}
	}
	return c
}
