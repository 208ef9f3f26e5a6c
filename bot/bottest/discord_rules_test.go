package bottest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

type o = map[string]any

func row(elements ...any) o { return o{"type": 1, "components": elements} }

func button(id string) o { return o{"type": 2, "style": 1, "label": "Yes", "custom_id": id} }

func menu(id string, options int) o {
	var out []any
	for i := range options {
		out = append(out, o{"label": fmt.Sprint(i), "value": fmt.Sprint(i)})
	}
	return o{"type": 3, "custom_id": id, "options": out}
}

func with(base o, key string, v any) o {
	out := maps.Clone(base)
	out[key] = v
	return out
}

func show(components ...any) o { return o{"content": "x", "components": components} }

// TestDiscordRefusesMessages has each rule of a message once: the code, and for a bad form the path of the error.
func TestDiscordRefusesMessages(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	x := func(n int) string { return strings.Repeat("x", n) }
	embed := func(key string, v any) o { return o{"embeds": []any{o{"title": "t", key: v}}} }
	field := func(name, value string) o { return o{"name": name, "value": value} }
	many := func(n int, v any) []any { return slices.Repeat([]any{v}, n) }
	tests := []struct {
		name string
		body o
		code int
		path string
	}{
		{"nothing", o{}, 50006, ""},
		{"only spaces", o{"content": " \n "}, 50006, ""},
		{"content too long", o{"content": x(2001)}, 50035, "content"},
		{"content too long in UTF-16", o{"content": strings.Repeat("😀", 1001)}, 50035, "content"},
		{"content of another type", o{"content": 5}, 50035, "content"},
		{"no custom id", show(row(o{"type": 2, "style": 1, "label": "a"})), 50035, "components.0.components.0.custom_id"},
		{"custom id too long", show(row(button(x(101)))), 50035, "components.0.components.0.custom_id"},
		{"custom id twice", show(row(button("a")), row(button("a"))), 50035, "components.1.components.0.custom_id"},
		{"custom id of a menu twice", show(row(button("a")), row(menu("a", 1))), 50035, "components.1.components.0.custom_id"},
		{"label too long", show(row(with(button("a"), "label", x(81)))), 50035, "components.0.components.0.label"},
		{"no label", show(row(o{"type": 2, "style": 1, "custom_id": "a"})), 50035, "components.0.components.0"},
		{"link with a custom id", show(row(with(with(button("a"), "style", 5), "url", "https://x.example"))), 50035, "components.0.components.0"},
		{"six rows", show(row(button("a")), row(button("b")), row(button("c")), row(button("d")), row(button("e")), row(button("f"))), 50035, "components"},
		{"six buttons", show(row(button("a"), button("b"), button("c"), button("d"), button("e"), button("f"))), 50035, "components.0.components"},
		{"empty row", show(row()), 50035, "components.0.components"},
		{"button outside a row", show(button("a")), 50035, "components.0.type"},
		{"menu beside a button", show(row(menu("m", 2), button("a"))), 50035, "components.0.components.0"},
		{"26 options", show(row(menu("m", 26))), 50035, "components.0.components.0.options"},
		{"no options", show(row(menu("m", 0))), 50035, "components.0.components.0.options"},
		{"option twice", show(row(o{"type": 3, "custom_id": "m", "options": many(2, o{"label": "a", "value": "a"})})), 50035, "components.0.components.0.options.1.value"},
		{"option too long", show(row(o{"type": 3, "custom_id": "m", "options": many(1, o{"label": x(101), "value": "a"})})), 50035, "components.0.components.0.options.0.label"},
		{"eleven embeds", o{"embeds": many(11, o{"title": "t"})}, 50035, "embeds"},
		{"empty embed", o{"embeds": []any{o{"color": 1}}}, 50035, "embeds.0"},
		{"title too long", embed("title", x(257)), 50035, "embeds.0.title"},
		{"description too long", embed("description", x(4097)), 50035, "embeds.0.description"},
		{"26 fields", embed("fields", many(26, field("a", "b"))), 50035, "embeds.0.fields"},
		{"field without a value", embed("fields", many(1, field("a", " "))), 50035, "embeds.0.fields.0.value"},
		{"field name too long", embed("fields", many(1, field(x(257), "b"))), 50035, "embeds.0.fields.0.name"},
		{"field value too long", embed("fields", many(1, field("a", x(1025)))), 50035, "embeds.0.fields.0.value"},
		{"footer too long", embed("footer", o{"text": x(2049)}), 50035, "embeds.0.footer.text"},
		{"6,001 in embeds", o{"embeds": []any{o{"description": x(4000)}, o{"description": x(2001)}}}, 50035, "embeds"},
		{"nonce too long", o{"content": "x", "nonce": x(26)}, 50035, "nonce"},
		{"quotes nothing", o{"content": "x", "message_reference": o{"message_id": "5"}}, 50035, "message_reference"},
		{"both parse and ids", o{"content": "x", "allowed_mentions": o{"parse": []any{"users"}, "users": []any{mali}}}, 50035, "allowed_mentions"},
		{"ephemeral", o{"content": "x", "flags": flagEphemeral}, 50035, "flags"},
		{"file that is not there", o{"content": "x", "attachments": []any{o{"id": "0"}}}, 50035, "attachments.0.id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, got := askAnyway(t, s, "POST", "/channels/"+textC+"/messages", tt.body)
			if status != 400 || num(got["code"]) != tt.code {
				t.Fatalf("got %d %v, want 400 and code %d", status, got, tt.code)
			}
			at := any(got["errors"])
			for _, part := range strings.Split(tt.path, ".") {
				if part != "" {
					at = asObj(at)[part]
				}
			}
			if tt.path != "" && len(list(asObj(at)["_errors"])) == 0 {
				t.Errorf("no error at %s in %v", tt.path, got)
			}
		})
	}
	if left := s.Messages(InDiscord(textC)); len(left) != 0 {
		t.Errorf("refused messages are there: %v", left)
	}
}

func TestDiscordOrdersHistory(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	var ids []string
	for i := range 7 {
		ids = append(ids, s.Post(mali, textC, fmt.Sprint(i)).ID)
	}
	for query, want := range map[string]string{
		"limit=3":                  "654",
		"limit=2&after=" + ids[1]:  "32",
		"after=0&limit=2":          "10",
		"after=" + ids[6]:          "",
		"limit=2&before=" + ids[3]: "21",
		"limit=3&around=" + ids[3]: "432",
	} {
		_, got := ask(t, s, "GET", "/channels/"+textC+"/messages?"+query, nil)
		said := ""
		for _, m := range list(got["list"]) {
			said += str(asObj(m)["content"])
		}
		if said != want {
			t.Errorf("%s gives %q, want %q", query, said, want)
		}
	}
}

func TestDiscordNonce(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Now: standing})
	path := "/channels/" + textC + "/messages"
	say := o{"content": "once", "nonce": "abc", "enforce_nonce": true}
	_, first := ask(t, s, "POST", path, say)
	_, second := ask(t, s, "POST", path, say)
	if first["id"] != second["id"] || first["nonce"] != "abc" || len(s.Messages(InDiscord(textC))) != 1 {
		t.Errorf("first %v, second %v: want the same message", first, second)
	}
	_, read := ask(t, s, "GET", path+"/"+str(first["id"]), nil)
	if _, has := read["nonce"]; has {
		t.Error("a message that is read tells its nonce")
	}
	ask(t, s, "POST", path, with(say, "enforce_nonce", false))
	s.Advance(discordNonceLife)
	ask(t, s, "POST", path, say)
	if n := len(s.Messages(InDiscord(textC))); n != 3 {
		t.Errorf("%d messages, want one more without enforcing and one more when the window is over", n)
	}
}

func TestDiscordPings(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	text := "@everyone <@" + mali + "> <@&" + roleEng + "> <@5>"
	everybody := []string{"@everyone", "<@" + mali + ">", "<@&" + roleEng + ">"}
	quoted := s.Post(kim, textC, "quoted")
	quoting := o{"content": "yes", "message_reference": o{"message_id": quoted.ID}}
	for _, tt := range []struct {
		name string
		body o
		want []string
	}{
		{"nothing said", o{"content": text}, everybody},
		{"none", o{"content": text, "allowed_mentions": o{"parse": []any{}}}, nil},
		{"users", o{"content": text, "allowed_mentions": o{"parse": []any{"users"}}}, everybody[1:2]},
		{"one user", o{"content": text, "allowed_mentions": o{"parse": []any{"roles"}, "users": []any{mali}}}, everybody[1:]},
		{"broken", o{"content": "@\u200beveryone"}, nil},
		{"quoted", quoting, []string{"<@" + kim + ">"}},
		{"quoted in silence", with(quoting, "allowed_mentions", o{"replied_user": false}), nil},
		{"in an embed", o{"embeds": []any{o{"title": text}}}, nil},
	} {
		_, m := ask(t, s, "POST", "/channels/"+textC+"/messages", tt.body)
		if got := s.Message(DiscordMessage{Channel: textC, ID: str(m["id"])}).Pings; !slices.Equal(got, tt.want) {
			t.Errorf("%s: pinged %v, want %v", tt.name, got, tt.want)
		}
	}
	if n := len(s.Pings()); n != 7 {
		t.Errorf("%d pings of the bot, want 7: %v", n, s.Pings())
	}
}

func TestDiscordSuppressesEmbeds(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	_, m := ask(t, s, "POST", "/channels/"+textC+"/messages", o{"content": "x", "embeds": []any{o{"title": "card"}}, "flags": 4})
	if got := s.Message(DiscordMessage{Channel: textC, ID: str(m["id"])}); len(list(m["embeds"])) != 0 || got.Visible() != "x" {
		t.Errorf("flag 4 shows %q and tells %v; Discord hides the message's own embeds as well", got.Visible(), m["embeds"])
	}
}

func TestDiscordAttachments(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Now: standing})
	m := s.Post(mali, textC, "", DiscordFiles(DiscordFile{Name: "a b.txt", Kind: "text/plain", Content: []byte("abc")}))
	_, got := ask(t, s, "GET", "/channels/"+textC+"/messages/"+m.ID, nil)
	link := str(asObj(list(got["attachments"])[0])["url"])
	status := func(url string) int {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if status(link) != 200 || status(strings.Replace(link, "hm=", "hm=0", 1)) != 404 {
		t.Errorf("%s is not served, or is with another signature", link)
	}
	s.Advance(25 * time.Hour)
	if status(link) != 404 {
		t.Error("an address of yesterday is served")
	}
	if c := s.Calls(attachmentRoute); len(c) != 3 || c[0].Authorized {
		t.Errorf("calls = %+v", c)
	}
}
