package app_test

import (
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
	"firstline/triage"
)

func TestSlackEditsAndDeletions(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, _ := w.reported("Our live stream keeps freezing in Thailand")
	w.drain()
	shownBefore := w.count(bottest.InThread(root), nil)
	w.Edit("UNOK", root, "Our live stream keeps freezing in Vietnam")
	w.drain()
	if got := w.caseOf(root).RegionCodes(); len(got) != 1 || got[0] != "VN" {
		t.Errorf("regions after the edit: %v, want VN alone", got)
	}
	extra := w.Reply("UNOK", root, "Viewers in Indonesia have it, too")
	w.Expect(bottest.InThread(root), bottest.After(extra), patience)
	w.Delete("UNOK", extra)
	w.drain()
	if got := w.caseOf(root).RegionCodes(); len(got) != 1 || got[0] != "VN" {
		t.Errorf("regions after the deletion: %v, want VN alone", got)
	}
	if n := w.count(bottest.InThread(root), nil); n > shownBefore+1 {
		t.Errorf("the edit and the deletion were answered; want silence:\n%s", w.transcript(bottest.InThread(root)))
	}

	w.Reply("UNOK", root, wantHuman)
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	if seen := card.Visible(); !strings.Contains(seen, "Vietnam") || strings.Contains(seen, "Thailand") || strings.Contains(seen, "Indonesia") {
		t.Errorf("the card shows what was taken back, or not what was said instead:\n%s", seen)
	}
	late := w.Reply("UNOK", root, "It is the stream summer-1")
	copied := w.Expect(bottest.InThread(card), bottest.Says("summer-1"), patience)
	w.Edit("UNOK", late, "It is the stream winter-2")
	w.until(copied, bottest.All(bottest.Says("winter-2", "(edited)"), not(bottest.Says("summer-1"))))
	w.Delete("UNOK", late)
	w.drain()
	if !w.Message(copied).Deleted {
		t.Errorf("the desk still shows what the customer deleted: %q", w.Message(copied).Visible())
	}
	if seen := w.Message(card).Visible(); strings.Contains(seen, "winter-2") || strings.Contains(seen, "summer-1") {
		t.Errorf("the card still shows what the customer deleted:\n%s", seen)
	}

	w.Click("UKIM", card, "claim")
	said := w.Reply("UKIM", card, "Please set the GOP to 2 secnds\n// typo inside")
	got := w.Expect(bottest.InThread(root), bottest.Says("2 secnds"), patience)
	w.Edit("UKIM", said, "Please set the GOP to 2 seconds\n// better")
	changed := w.until(got, bottest.Says("2 seconds", "(edited)"))
	if strings.Contains(changed.Visible(), "better") {
		t.Errorf("an internal line went out with an edit: %q", changed.Visible())
	}
	w.Edit("UKIM", said, "// on second thoughts, only for us")
	w.drain()
	if !w.Message(got).Deleted {
		t.Errorf("what was made internal is still shown to the customer: %q", w.Message(got).Visible())
	}
	wrong := w.Reply("UKIM", card, "wrong window, sorry")
	oops := w.Expect(bottest.InThread(root), bottest.Says("wrong window"), patience)
	w.Delete("UKIM", wrong)
	w.drain()
	if !w.Message(oops).Deleted {
		t.Errorf("what the engineer deleted is still shown: %q", w.Message(oops).Visible())
	}
	w.replayed()
}

func TestSlackFilesBothWays(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, card := w.claimed(problem)
	w.AddFile(bottest.SlackFile{ID: "F2", Name: "player.log", Size: 9})
	w.Reply("UNOK", root, "", bottest.WithFiles(bottest.SlackFile{ID: "F1", Name: "screen.png", Size: 7}, bottest.SlackFile{ID: "F2", Name: "player.log", Hidden: true}))
	w.Expect(bottest.InThread(card), bottest.Says("Nok", "screen.png", "https://first.slack.com/files/U0/F1/screen.png", "player.log", "https://first.slack.com/files/U0/F2/player.log"), patience)
	w.Reply("UKIM", card, "Please use this preset", bottest.WithFiles(bottest.SlackFile{ID: "F3", Name: "preset.json", Size: 3}))
	w.Expect(bottest.InThread(root), bottest.Says("Kim", "Please use this preset", "preset.json", "https://first.slack.com/files/U0/F3/preset.json"), patience)
	w.Reply("UKIM", card, "", bottest.WithFiles(bottest.SlackFile{ID: "F4", Name: "only-a-file.txt", Size: 3}))
	w.Expect(bottest.InThread(root), bottest.Says("only-a-file.txt"), patience)
	w.Reply("UKIM", card, "// for us", bottest.WithFiles(bottest.SlackFile{ID: "F5", Name: "secret.txt", Size: 3}))
	w.never(bottest.InThread(root), "secret.txt")
}

// TestSlackHostileRelay sends what could ping, forge a link or a mention; on the
// other side it must be words.
func TestSlackHostileRelay(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, card := w.claimed(problem)
	hostile := []string{
		"<!channel> <!here> <!everyone>", "@channel @here @everyone", "<@UKIM> <@ULEE|lee>", "<#C0DESK|desk>", "<!subteam^S1|@team>",
		"<https://evil.example|https://bank.example>", "[your bank](https://evil.example)", "**bold** `code` ~x~ _y_ > quote",
		"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "<!date^1392734382^{date}^https://evil.example|soon>",
		"```\n<!channel>\n``` <!channel>", "\u202eelcitra\u202c <!channel>",
	}
	for i, text := range hostile {
		mark := "mark" + string(rune('a'+i))
		w.Reply("UNOK", root, mark+" "+text, bottest.Raw())
		harmless(t, text, w.Expect(bottest.InThread(card), bottest.Says(mark), patience))
		w.Reply("UKIM", card, mark+" "+text, bottest.Raw())
		harmless(t, text, w.Expect(bottest.InThread(root), bottest.Says(mark), patience))
	}
	// A name is as free as a text.
	w.AddUser(bottest.SlackUser{ID: "UEVIL", Name: "<!channel> *P1* @here", Locale: "en-US"})
	w.AddChannel(bottest.SlackChannel{ID: "C0SIAM", Name: "siam-live", Members: []string{"UNOK", "UEVIL"}})
	bad := w.Post("UEVIL", "C0SIAM", "Our live stream is blurry in Brazil <!channel>", bottest.Raw())
	w.Expect(bottest.InThread(bad), bottest.Offers("human"), patience)
	w.Reply("UEVIL", bad, wantHuman)
	harmless(t, "name", w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), bottest.Says("blurry in Brazil")), patience))
	w.Reply("UEVIL", bad, "one more line")
	second := w.Expect(bottest.In("C0DESK"), bottest.Says("one more line"), patience)
	harmless(t, "name", second)
}

// harmless checks that nothing in a message is markup that pings or hides
// where a link goes.
func harmless(t *testing.T, of string, m bottest.SlackMessage) {
	t.Helper()
	texts := []string{m.Text}
	for _, b := range m.Blocks {
		texts = append(texts, markdowns(b)...)
	}
	for _, text := range texts {
		for _, bad := range []string{"<!", "<@", "<#", "|", "@here", "@channel", "@everyone"} {
			if strings.Contains(text, bad) {
				t.Errorf("relayed %q as %q, which has %q", of, text, bad)
			}
		}
	}
}

// markdowns lists the texts of a block that Slack parses.
func markdowns(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			return []string{text}
		}
		for _, x := range v {
			out = append(out, markdowns(x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, markdowns(x)...)
		}
	}
	return out
}

func TestSlackInternalLines(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, card := w.claimed(problem)
	w.Reply("UKIM", card, "//quietone\n  // quiettwo\n// quietthree")
	w.Reply("ULEE", card, "// Lee thinks it is the CDN") // a colleague may think aloud
	w.Reply("UKIM", card, "See https://example.com//a and ask again")
	w.Expect(bottest.InThread(root), bottest.Says("https://example.com//a"), patience)
	for _, hidden := range []string{"quietone", "quiettwo", "quietthree", "Lee thinks"} {
		w.never(bottest.InThread(root), hidden)
	}
	if n := len(w.Messages(bottest.InThread(card).For("ULEE"))); n != 0 {
		t.Errorf("Lee was told %d things about an internal line, want nothing", n)
	}
}

func TestSlackDeskThreadOfNoCase(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	talk := w.Post("UKIM", "C0DESK", "who is on duty tonight?")
	w.Reply("ULEE", talk, "me")
	w.Expect(bottest.InThread(talk).For("ULEE"), shows(s.say("desk.no_case")), patience)
	w.drain()
	if n := len(w.Messages(bottest.InThread(talk))); n != 2 {
		t.Errorf("%d messages that all see, want the two of the engineers:\n%s", n, w.transcript(bottest.InThread(talk)))
	}
	if n := len(w.cases()); n != 0 {
		t.Errorf("%d cases, want none", n)
	}
}

func TestSlackSecondEngineerAndEscalation(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	root, card := w.claimed(problem)
	w.Reply("ULEE", card, "restart everything")
	w.Expect(bottest.InThread(card).For("ULEE"), shows(s.with("desk.not_yours", "name", "Kim")), patience)
	w.never(bottest.InThread(root), "restart everything")
	w.Click("ULEE", w.Message(card), "escalate")
	w.Expect(bottest.InThread(root), shows(s.say("escalated")), patience)
	card = w.until(card, bottest.All(bottest.Offers("claim"), shows(s.say("card.nobody"))))
	w.Click("ULEE", card, "claim")
	w.Expect(bottest.InThread(root), shows(s.with("claimed", "name", "Lee")), patience)
	w.Reply("ULEE", card, "I am on it")
	w.Expect(bottest.InThread(root), bottest.Says("Lee", "I am on it"), patience)
	w.Reply("UKIM", card, "so am I")
	w.Expect(bottest.InThread(card).For("UKIM"), shows(s.with("desk.not_yours", "name", "Lee")), patience)
	if c := w.caseOf(root); c.Handoff.Level != 2 || c.Assignee.ID != "ULEE" {
		t.Errorf("level %d, assignee %s; want 2 and Lee", c.Handoff.Level, c.Assignee.ID)
	}
}

func TestSlackClaimRace(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	root, card := w.handedOff(problem)
	done := make(chan error, 2)
	for _, user := range []string{"UKIM", "ULEE"} {
		go func() { done <- w.TryClick(user, card, "claim") }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Log(err) // the button may be gone already
		}
	}
	w.Expect(bottest.InThread(root), bottest.Says("has taken over"), patience)
	w.drain()
	owner := w.caseOf(root).Assignee
	if n := w.count(bottest.InThread(root), bottest.Says("has taken over")); n != 1 || owner == nil {
		t.Fatalf("%d owners were announced, assignee %v; want one:\n%s", n, owner, w.transcript(bottest.InThread(root)))
	}
	loser := map[string]string{"UKIM": "ULEE", "ULEE": "UKIM"}[owner.ID]
	w.Expect(bottest.InThread(card).For(loser), shows(s.with("desk.claimed_by", "name", owner.Name)), patience)
}

func TestSlackResolvedNotFixedAndBackAgain(t *testing.T) {
	clock := newClock()
	w := newTown(t, bottest.SlackOptions{Now: clock.now})
	s := english(t)
	root, card := w.claimed(problem)
	w.Click("UKIM", w.Message(card), "resolve")
	ask := w.Expect(bottest.InThread(root), shows(s.with("resolved.by_person", "name", "Kim")), patience)
	w.Click("UNOK", ask, "not_fixed")
	back := w.Expect(bottest.InThread(root), shows(s.with("reopened.claimed", "name", "Kim")), patience)
	w.until(ask, settled)
	w.Expect(bottest.InThread(card), shows(s.say("desk.reopened")), patience)
	w.Reply("UKIM", card, "Please try the second node")
	w.Expect(bottest.InThread(root), bottest.Says("second node"), patience)
	w.Click("UKIM", w.Message(card), "resolve")
	ask = w.Expect(bottest.InThread(root), bottest.All(bottest.After(back), bottest.Offers("fixed")), patience)
	w.Click("UNOK", ask, "fixed")
	end := w.Expect(bottest.InThread(root), shows(s.say("resolved.confirmed")), patience)
	w.Reply("UNOK", root, "Thank you so much!")
	w.Reply("UNOK", root, "👍")
	w.drain()
	if n := w.count(bottest.InThread(root), bottest.After(end)); n != 0 {
		t.Errorf("thanks were answered %d times, want silence:\n%s", n, w.transcript(bottest.InThread(root)))
	}
	clock.add(80 * time.Hour)
	w.drain()
	if c := w.caseOf(root); c.Status != triage.StatusClosed || c.Outcome != triage.OutcomeConfirmed {
		t.Fatalf("after 80 quiet hours: %s %s, want closed and confirmed", c.Status, c.Outcome)
	}
	w.Reply("UKIM", card, "are you still there?")
	w.Expect(bottest.InThread(card).For("UKIM"), shows(s.say("desk.closed")), patience)
	w.never(bottest.InThread(root), "are you still there?")
	w.Reply("UNOK", root, "It is freezing again since this morning")
	w.Expect(bottest.InThread(root), bottest.All(bottest.After(end), shows(s.with("reopened.claimed", "name", "Kim"))), patience)
	w.Expect(bottest.InThread(card), bottest.Says("freezing again"), patience)
	if c := w.caseOf(root); c.Status != triage.StatusClaimed || c.Reopened != 2 || len(w.cases()) != 1 {
		t.Errorf("%s, reopened %d times, %d cases; want claimed, twice, one", c.Status, c.Reopened, len(w.cases()))
	}
	w.replayed()
}
