package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"firstline/bot/bottest"
)

// TestHostileRelay sends what could ping, forge a link or a mention; on the
// other side it must be words.
func TestHostileRelay(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		for i, text := range w.hostile() {
			mark := fmt.Sprintf("mark%c", 'a'+i)
			w.Reply(nok, root, mark+" "+text, bottest.Words{Raw: true})
			harmless(w.t, text, w.expect(thread(card), not(same(card)), says(mark)))
			w.Reply(kim, card, mark+" "+text, bottest.Words{Raw: true})
			harmless(w.t, text, w.expect(thread(root), says(mark)))
		}
	})
}

// hostile is what is dangerous on one of the platforms; the other must not
// turn it into danger either.
func (w *town) hostile() []string {
	engineer, room := w.Desk.ID(kim), w.Desk.ID(desk)
	return []string{
		"<!channel> <!here> <!everyone>", "@channel @here @everyone", "<@" + engineer + "> <@!" + engineer + "> <@" + w.Customers.ID(nok) + "|nok>",
		"<#" + room + "> <#" + room + "|desk>", "<!subteam^S1|@team> <@&" + room + ">", "<https://evil.example|https://bank.example>",
		"[your bank](https://evil.example)", "**bold** `code` ~x~ _y_ > quote ||spoiler||", "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;",
		"<!date^1392734382^{date}^https://evil.example|soon> <t:1392734382:R> </support:1>", "```\n<!channel> @everyone\n``` <!channel>",
		"\u202eelcitra\u202c <!channel>", "`` ` `` ```", "\\@everyone \\\\[x](https://evil.example)",
	}
}

// TestHostileName: a name is as free as a text.
func TestHostileName(t *testing.T) {
	everywhere(t, func(w *town) {
		bad := w.Post("evil", siam, "Our live stream is blurry in Brazil <!channel>", bottest.Words{Raw: true})
		w.expect(thread(bad), offers("human"))
		w.Reply("evil", bad, wantHuman)
		card := w.card(says("blurry in Brazil"))
		harmless(w.t, "name", card)
		w.Reply("evil", bad, "one more line")
		harmless(w.t, "name", w.expect(thread(card), not(same(card)), says("one more line")))
	}, func(w *town) {
		w.Customers.AddPerson(bottest.Person{Key: "evil", Name: "<!channel> *P1* @here [x](https://e.example)", Locale: "en-US"})
		w.Customers.AddRoom(bottest.Room{Key: siam, People: []string{nok, "evil"}})
	})
}

// harmless checks that nothing in a message is markup that pings or hides
// where a link goes.
func harmless(t *testing.T, of string, m bottest.Shown) {
	t.Helper()
	switch raw := m.Raw.(type) {
	case bottest.SlackMessage:
		for _, text := range append(markdowns(raw.Blocks), raw.Text) {
			if bad := reSlackMarkup.FindString(text) + reCall.FindString(reCode.ReplaceAllString(text, "")); bad != "" {
				t.Errorf("relayed %q as %q, which has %q", of, text, bad)
			}
		}
	case bottest.DiscordMessage:
		if len(raw.Pings) > 0 {
			t.Errorf("relayed %q as %q, which calls %v", of, raw.Content, raw.Pings)
		}
		for _, text := range append(strs(raw.Embeds), raw.Content) {
			if bad := reDiscordMarkup.FindString(text) + reCall.FindString(reCode.ReplaceAllString(text, "")); bad != "" {
				t.Errorf("relayed %q as %q, which has %q", of, text, bad)
			}
		}
	}
}

var (
	// reSlackMarkup is what Slack would make a call, a mention, a channel, a date
	// or a link with another name of.
	reSlackMarkup = regexp.MustCompile(`<[!@#]|<[^>]*\|`)
	// reDiscordMarkup is what Discord would make a mention, a command, a time or a
	// link with another name of.
	reDiscordMarkup = regexp.MustCompile(`<@[!&]?[0-9]|<#[0-9]|<a?:\w|</\w|<t:|(^|[^\\])(\\\\)*\[[^\]]*[^\\\]]\]\(`)
	// reCall is what calls everybody, in Slack under some of its settings, outside of code.
	reCall = regexp.MustCompile(`@here|@channel|@everyone`)
	reCode = regexp.MustCompile("(?s)```.*?```")
)

// strs lists all texts of decoded JSON.
func strs(v any) []string {
	return walk(v, func(map[string]any) bool { return true })
}

// markdowns lists the texts of blocks that Slack parses.
func markdowns(v any) []string {
	return walk(v, func(o map[string]any) bool { return o["type"] == "mrkdwn" })
}

func walk(v any, has func(map[string]any) bool) (out []string) {
	switch v := v.(type) {
	case []map[string]any:
		for _, x := range v {
			out = append(out, walk(x, has)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, walk(x, has)...)
		}
	case map[string]any:
		for _, x := range v {
			if text, ok := x.(string); ok && has(v) {
				out = append(out, text)
			}
			out = append(out, walk(x, has)...)
		}
	}
	return slices.Compact(out)
}
