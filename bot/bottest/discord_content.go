package bottest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const (
	maxContent   = 2000
	maxEmbedText = 6000
	maxNonce     = 25
)

// content is what a message is to show, checked.
type discordContent struct {
	DiscordMessage
	allowed allowedMentions
	given   obj // the body, to tell what was left out
}

// content checks a message's body; the lock is held.
func (s *DiscordServer) content(body obj, files []upload, in *DiscordChannel) (*discordContent, *discordError) {
	var f formErrors
	c := &discordContent{given: body}
	text, isText := body["content"].(string)
	if !isText && body["content"] != nil {
		f.wrong("content", "STRING_TYPE_CONVERT", "Could not interpret as string.")
	}
	c.Content = strings.TrimSpace(text) // as Discord does
	f.length("content", c.Content, 0, maxContent)
	c.Embeds = checkEmbeds(&f, list(body["embeds"]))
	c.Components = checkComponents(&f, list(body["components"]))
	c.Flags = num(body["flags"])
	if odd := c.Flags &^ (flagSuppressEmbeds | flagSilent | flagEphemeral); odd != 0 {
		f.wrong("flags", "BITFIELD_INVALID", "The stand-in knows no flag %d", odd)
	}
	c.allowed = readAllowed(&f, body["allowed_mentions"])
	c.Files = s.attach(&f, list(body["attachments"]), files)
	if err := f.err(); err != nil {
		return nil, err
	}
	if in != nil {
		if len(c.Embeds) > 0 && !s.may(in, "EMBED_LINKS") || len(c.Files) > 0 && !s.may(in, "ATTACH_FILES") {
			return nil, errPermission
		}
	}
	return c, nil
}

// empty tells whether there is nothing to see.
func (c *DiscordMessage) empty() bool {
	return c.Content == "" && len(c.Embeds) == 0 && len(c.Files) == 0 && len(c.Components) == 0
}

// attach takes the files of a request.
func (s *DiscordServer) attach(f *formErrors, named []any, files []upload) []DiscordFile {
	var out []DiscordFile
	for i, up := range files {
		name := up.name
		if len(named) > 0 {
			at := slices.IndexFunc(named, func(a any) bool { return fmt.Sprint(asObj(a)["id"]) == up.n })
			if at < 0 {
				f.wrong(fmt.Sprintf("attachments.%d", i), "ATTACHMENT_NOT_NAMED", "files[%s] is not among the attachments", up.n)
				continue
			}
			if given := str(asObj(named[at])["filename"]); given != "" {
				name = given
			}
		}
		kind := up.kind
		if kind == "" {
			kind = "application/octet-stream"
		}
		out = append(out, DiscordFile{ID: s.snowflake(), Name: name, Kind: kind, Content: up.content})
	}
	for i, a := range named {
		id := fmt.Sprint(asObj(a)["id"])
		uploaded := slices.ContainsFunc(files, func(u upload) bool { return u.n == id })
		if !uploaded && !isSnowflake(id) || !uploaded && len(id) < 10 {
			f.wrong(fmt.Sprintf("attachments.%d.id", i), "ATTACHMENT_NOT_FOUND", "There is no file for attachment %s", id)
		}
	}
	return out
}

func checkEmbeds(f *formErrors, embeds []any) []map[string]any {
	var out []map[string]any
	if len(embeds) > 10 {
		f.wrong("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
	}
	total := 0
	for i, v := range embeds {
		at, e := fmt.Sprintf("embeds.%d", i), asObj(v)
		n := embedText(f, at, e)
		if n == 0 && e["image"] == nil && e["thumbnail"] == nil {
			f.wrong(at, "BASE_TYPE_REQUIRED", "An embed must show something")
		}
		total += n
		kept := obj{"type": "rich"}
		for _, key := range []string{"title", "description", "url", "color", "timestamp", "footer", "author", "fields", "image", "thumbnail"} {
			if e[key] != nil {
				kept[key] = e[key]
			}
		}
		out = append(out, kept)
	}
	if total > maxEmbedText {
		f.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbedText)
	}
	return out
}

// embedText checks the texts of an embed, trims them as Discord does, and counts them.
func embedText(f *formErrors, at string, e obj) (total int) {
	text := func(path string, o obj, key string, least, most int) {
		value := strings.TrimSpace(str(o[key]))
		if o[key] != nil {
			o[key] = value
		}
		f.length(path, value, least, most)
		total += units(value)
	}
	text(at+".title", e, "title", 0, 256)
	text(at+".description", e, "description", 0, 4096)
	if o := asObj(e["footer"]); o != nil {
		text(at+".footer.text", o, "text", 1, 2048)
	}
	if o := asObj(e["author"]); o != nil {
		text(at+".author.name", o, "name", 1, 256)
	}
	if len(list(e["fields"])) > 25 {
		f.wrong(at+".fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	for i, v := range list(e["fields"]) {
		here, o := fmt.Sprintf("%s.fields.%d", at, i), asObj(v)
		text(here+".name", o, "name", 1, 256)
		text(here+".value", o, "value", 1, 1024)
		if o != nil && o["inline"] == nil {
			o["inline"] = false
		}
	}
	if link, given := e["url"].(string); given && link != "" {
		if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" {
			f.wrong(at+".url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")
		}
	}
	if n, given := e["color"].(float64); given && (n < 0 || n > 0xffffff) {
		f.wrong(at+".color", "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
	}
	return total
}

// componentCheck checks what a message or form asks of people.
type componentCheck struct {
	*formErrors
	ids  map[string]bool
	next int
}

func checkComponents(f *formErrors, rows []any) []map[string]any {
	k := &componentCheck{formErrors: f, ids: map[string]bool{}}
	if len(rows) > 5 {
		f.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	var out []map[string]any
	for i, v := range rows {
		at, row := fmt.Sprintf("components.%d", i), asObj(v)
		if num(row["type"]) != 1 {
			f.wrong(at+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).")
			continue
		}
		k.number(row)
		k.row(at, list(row["components"]))
		out = append(out, row)
	}
	return out
}

// number gives a component the id that Discord tells of it.
func (k *componentCheck) number(c obj) {
	k.next++
	c["id"] = k.next
}

func (k *componentCheck) row(at string, elements []any) {
	if len(elements) < 1 || len(elements) > 5 {
		k.wrong(at+".components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	for i, v := range elements {
		here, e := fmt.Sprintf("%s.components.%d", at, i), asObj(v)
		if e == nil {
			k.wrong(here, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
			continue
		}
		k.number(e)
		switch kind := num(e["type"]); {
		case kind == 2:
			k.button(here, e)
		case kind == 3:
			k.menu(here, e)
			if len(elements) > 1 {
				k.wrong(here, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
		default:
			k.wrong(here+".type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (2, 3); the stand-in knows no other.")
		}
	}
}

func (k *componentCheck) customID(at string, e obj) {
	id := str(e["custom_id"])
	k.length(at+".custom_id", id, 1, 100)
	if k.ids[id] && id != "" {
		k.wrong(at+".custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	k.ids[id] = true
}

func (k *componentCheck) button(at string, e obj) {
	k.length(at+".label", str(e["label"]), 0, 80)
	if str(e["label"]) == "" && e["emoji"] == nil {
		k.wrong(at, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button must have a label or an emoji")
	}
	switch style := num(e["style"]); {
	case style >= 1 && style <= 4:
		k.customID(at, e)
		if e["url"] != nil {
			k.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	case style == 5:
		k.length(at+".url", str(e["url"]), 1, 512)
		if e["custom_id"] != nil {
			k.wrong(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	default:
		k.wrong(at+".style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5}.")
	}
}

func (k *componentCheck) menu(at string, e obj) {
	k.customID(at, e)
	k.length(at+".placeholder", str(e["placeholder"]), 0, 150)
	options := list(e["options"])
	if len(options) < 1 || len(options) > 25 {
		k.wrong(at+".options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
	}
	seen, chosen := map[string]bool{}, 0
	for i, v := range options {
		here, o := fmt.Sprintf("%s.options.%d", at, i), asObj(v)
		k.length(here+".label", str(o["label"]), 1, 100)
		k.length(here+".value", str(o["value"]), 1, 100)
		k.length(here+".description", str(o["description"]), 0, 100)
		if seen[str(o["value"])] {
			k.wrong(here+".value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[str(o["value"])] = true
		if on, _ := o["default"].(bool); on {
			chosen++
		}
	}
	for key, def := range map[string]int{"min_values": 1, "max_values": 1} {
		if e[key] == nil {
			e[key] = def
		}
		if n := num(e[key]); n < 0 || n > len(options) && len(options) > 0 {
			k.wrong(at+"."+key, "BASE_TYPE_BAD_LENGTH", "Must be between 0 and the number of options")
		}
	}
	if chosen > num(e["max_values"]) {
		k.wrong(at+".options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", "The number of default options exceeds max_values")
	}
}
