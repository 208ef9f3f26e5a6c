package app_test

import (
	"slices"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/triage"
)

// TestSlackSocketModeConversation plays a whole conversation over Socket Mode,
// while the connection is renewed once and breaks once.
func TestSlackSocketModeConversation(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{Socket: true})
	s := english(t)
	w.AwaitSocket(patience)
	root, first := w.reported(s.say("script.report"))
	w.DisconnectSockets(true)
	last := w.askedUntilProposal(root, first, s)
	w.DisconnectSockets(false)
	w.Reply("UNOK", root, s.say("script.not_fixed"))
	w.Expect(bottest.InThread(root), bottest.All(bottest.After(last), shows(s.say("propose.next"))), patience)
	w.Reply("UNOK", root, s.say("script.human"))
	w.Expect(bottest.InThread(root), shows(s.say("handoff.asked_for_person")), patience)
	w.relayAndResolve(root, s)
	w.once(bottest.InThread(root), s.say("intro"))
	if n := w.metric("firstline_slack_socket_up"); n != 1 {
		t.Errorf("slack_socket_up is %v, want 1", n)
	}
}

func TestSlackDirectMessage(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	dm := w.DM("UNOK")
	w.Post("UNOK", dm, problem)
	first := w.Expect(bottest.In(dm), shows(s.say("intro")), patience)
	if first.ThreadTS != "" {
		t.Errorf("the answer to a direct message is in a thread")
	}
	w.Post("UNOK", dm, wantHuman)
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	if !shows(s.say("card.unknown_customer"))(card) {
		t.Errorf("the card of somebody unknown:\n%s", card.Visible())
	}
	w.Click("UKIM", card, "claim")
	w.Reply("UKIM", card, "Hello from Kim")
	w.Expect(bottest.In(dm), bottest.Says("Kim", "Hello from Kim"), patience)
	w.Post("UNOK", dm, "Good evening Kim")
	w.Expect(bottest.InThread(card), bottest.Says("Good evening Kim"), patience)
	if n := len(w.cases()); n != 1 {
		t.Errorf("%d cases in a direct message, want one", n)
	}
}

func TestSlackMentionElsewhere(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	w.AddChannel(bottest.SlackChannel{ID: "C0ELSE", Name: "general", Members: []string{"UNOK", "ULEE"}})
	w.Post("ULEE", "C0ELSE", "the stream looks frozen today, or is it me?")
	m := w.MentionBot("UNOK", "C0ELSE", "our live stream keeps freezing in Thailand")
	first := w.Expect(bottest.InThread(m), shows(s.say("intro")), patience)
	if strings.Contains(first.Visible(), "<@") {
		t.Errorf("the answer mentions somebody: %q", first.Visible())
	}
	w.Reply("UNOK", m, wantHuman) // no mention is needed in a thread that is ours
	w.Expect(bottest.InThread(m), shows(s.say("handoff.asked_for_person")), patience)
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	if strings.Contains(card.Visible(), "@firstline") || strings.Contains(card.Visible(), "U0BOT") {
		t.Errorf("the customer's words on the card have the mention in them:\n%s", card.Visible())
	}
	w.drain()
	if n := len(w.cases()); n != 1 {
		t.Errorf("%d cases, want one: what is not for the bot is left alone", n)
	}
}

func TestSlackCommand(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	for _, text := range []string{"", "help"} {
		if got := w.Command("UNOK", "C0SIAM", text); got.Status != 200 || bare(got.Text) != bare(s.say("slack.command.help")) {
			t.Errorf("/firstline %s: %+v, want the help", text, got)
		}
	}
	if n := len(w.cases()); n != 0 {
		t.Errorf("help opened %d cases", n)
	}
	if got := w.Command("UNOK", "C0SIAM", "our live stream keeps freezing in Thailand"); bare(got.Text) != bare(s.say("slack.command.ack")) {
		t.Errorf("acknowledgement: %+v", got)
	}
	root := w.Expect(bottest.In("C0SIAM"), bottest.Says("Nok", "keeps freezing in Thailand"), patience)
	first := w.Expect(bottest.InThread(root), shows(s.say("intro")), patience)
	w.Click("UNOK", first, "human")
	w.Expect(bottest.InThread(root), shows(s.say("handoff.asked_for_person")), patience)
	w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), bottest.Says("keeps freezing", "Siam Live")), patience)

	w.Command("UNOK", "C0SIAM", "human")
	called := w.Expect(bottest.In("C0SIAM"), bottest.All(bottest.After(root), shows(s.say("slack.command.human"))), patience)
	w.Expect(bottest.InThread(called), shows(s.say("handoff.asked_for_person")), patience)
	w.Reply("UNOK", called, "Are you there?")
	w.Expect(bottest.In("C0DESK"), bottest.Says("Are you there?"), patience)

	w.AddChannel(bottest.SlackChannel{ID: "C0OUT", Name: "private", Members: []string{"UNOK"}, NoBot: true})
	if got := w.Command("UNOK", "C0OUT", "hello"); bare(got.Text) != bare(s.say("slack.command.elsewhere")) {
		t.Errorf("where the bot is not: %+v", got)
	}
	if n := len(w.cases()); n != 2 {
		t.Errorf("%d cases, want two", n)
	}
}

func TestSlackHome(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	w.AddUser(bottest.SlackUser{ID: "UTHAI", Name: "Ploy", Locale: "th-TH"})
	for user, lang := range map[string]string{"UNOK": "en", "UTHAI": "th"} {
		s := english(t)
		s.lang = lang
		w.OpenHome(user)
		home := bare(w.ExpectHome(user, patience).Visible())
		for _, key := range []string{"slack.home.title", "slack.home.text", "slack.home.how", "slack.home.command"} {
			if !strings.Contains(home, bare(s.say(key))) {
				t.Errorf("Home in %s lacks %s:\n%s", lang, key, home)
			}
		}
	}
	if n := len(w.cases()); n != 0 {
		t.Errorf("opening Home opened %d cases", n)
	}
}

// TestSlackConnect: in a shared channel the customer's people are of another
// workspace, their files need a look, and our own people are there, too.
func TestSlackConnect(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	w.AddUser(bottest.SlackUser{ID: "UFAR", Name: "Somchai", Locale: "th-TH", Zone: "Asia/Bangkok", Team: "T0SIAM"})
	w.AddChannel(bottest.SlackChannel{ID: "C0SIAM", Name: "siam-live", Members: []string{"UFAR"}, Shared: true})
	w.AddFile(bottest.SlackFile{ID: "F9", Name: "trace.zip", Size: 70})
	root := w.Post("UFAR", "C0SIAM", problem, bottest.WithFiles(bottest.SlackFile{ID: "F9", Name: "trace.zip", Size: 70, Hidden: true}))
	w.Expect(bottest.InThread(root), bottest.Offers("human"), patience)
	w.Reply("UFAR", root, wantHuman)
	card := w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), bottest.Says("Siam Live", "Somchai", "UTC+7")), patience)
	w.Click("UKIM", card, "claim")
	w.Reply("UKIM", card, "Hello Somchai")
	w.Expect(bottest.InThread(root), bottest.Says("Hello Somchai"), patience)
}

// TestSlackTwoCustomers: what one says is never seen by the other, and a second
// top-level message is a second case.
func TestSlackTwoCustomers(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{}, func(w *town) {
		rio := w.cfg.Customers[0]
		rio.Name, rio.Tier, rio.Slack = "Rio Games", "standard", []string{"C0RIO"}
		w.cfg.Customers = append(w.cfg.Customers, rio)
	})
	w.AddUser(bottest.SlackUser{ID: "URIO", Name: "Ana", Locale: "pt-BR", Zone: "America/Sao_Paulo"})
	w.AddChannel(bottest.SlackChannel{ID: "C0RIO", Name: "rio", Members: []string{"URIO"}})
	siam, _ := w.reported(problem)
	rio := w.Post("URIO", "C0RIO", "A voz no jogo cai para alguns jogadores no Brasil")
	w.Expect(bottest.InThread(rio), bottest.Offers("human"), patience)
	second, _ := w.reported("In the voice rooms everybody hears an echo on Android")
	w.Reply("UNOK", siam, wantHuman)
	w.Reply("URIO", rio, "Quero falar com um engenheiro")
	siamCard := w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), bottest.Says("Siam Live (gold)")), patience)
	rioCard := w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), bottest.Says("Rio Games (standard)")), patience)
	w.Click("UKIM", siamCard, "claim")
	w.Click("ULEE", rioCard, "claim")
	w.Reply("UKIM", siamCard, "words for Siam")
	w.Reply("ULEE", rioCard, "words for Rio")
	w.Reply("UNOK", siam, "from Siam")
	w.Reply("URIO", rio, "do Rio")
	w.Expect(bottest.InThread(siam), bottest.Says("words for Siam"), patience)
	w.Expect(bottest.InThread(rio), bottest.Says("words for Rio"), patience)
	w.Expect(bottest.InThread(siamCard), bottest.Says("from Siam"), patience)
	w.Expect(bottest.InThread(rioCard), bottest.Says("do Rio"), patience)
	w.never(bottest.In("C0SIAM"), "words for Rio")
	w.never(bottest.In("C0RIO"), "words for Siam")
	w.never(bottest.InThread(siamCard), "do Rio")
	w.never(bottest.InThread(rioCard), "from Siam")
	w.never(bottest.InThread(second), "words for")
	cases := w.cases()
	langs := []string{w.caseOf(siam).Lang, w.caseOf(rio).Lang, w.caseOf(second).Lang}
	if len(cases) != 3 || !slices.Equal(langs, []string{"en", "pt-BR", "en"}) {
		t.Errorf("%d cases in %v, want three in en, pt-BR, en", len(cases), langs)
	}
	if c := w.caseOf(second); c.Status.WithPerson() || !slices.Contains(c.SymptomIDs(), "audio_quality") || c.Customer != "Siam Live" {
		t.Errorf("the second case of Siam Live: %s %v", c.Status, c.SymptomIDs())
	}
}

// TestSlackForm answers everything at once.
func TestSlackForm(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, first := w.reported("Our live stream keeps freezing")
	w.Click("UNOK", first, "form")
	view := w.ExpectView("UNOK", patience)
	names := map[string]bottest.SlackInput{}
	for _, in := range view.Inputs() {
		names[in.ActionID] = in
		if !in.Optional {
			t.Errorf("field %s must be filled, want every one optional", in.ActionID)
		}
	}
	if names["symptom"].Initial != "stutter" {
		t.Errorf("the form begins with symptom %q, want what is known", names["symptom"].Initial)
	}
	fields := map[string]string{"scenario": "showroom", "region": "TH", "scope": "many", "where": "some_places", "version": "4.3.2", "stream_id": "summer-1"}
	if reply := w.Submit("UNOK", view, fields); reply.Status != 200 || len(reply.Errors) > 0 {
		t.Fatalf("the form was answered with %+v", reply)
	}
	w.Expect(bottest.InThread(root), bottest.All(bottest.After(first), bottest.Offers("not_fixed"), bottest.Says("Thailand", "many users", "4.3.2", "summer-1")), patience)
	c := w.caseOf(root)
	for slot, want := range fields {
		got := c.Facts[slot]
		switch slot {
		case triage.SlotScenario:
			got = c.Scenario
		case triage.SlotRegion:
			got = c.Regions[0]
		}
		if got.Value != want || got.Source != triage.SourceForm {
			t.Errorf("%s is %q (%s), want %q from the form", slot, got.Value, got.Source, want)
		}
	}
	if got := w.Message(first); !settled(got) {
		t.Errorf("the question that the form answered can still be clicked: %v %v", got.Buttons(), got.Menus())
	}
	w.Reply("UNOK", root, wantHuman)
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	if !bottest.Says("4.3.2", "summer-1", "(form)")(card) {
		t.Errorf("the card lacks what the form told:\n%s", card.Visible())
	}
}

// TestSlackMenuAndUsedChoices answers with a menu; what was used is shown and gone.
func TestSlackMenuAndUsedChoices(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, first := w.reported("Our live shopping stream keeps freezing")
	if len(first.Menus()) != 1 || first.Menus()[0].ActionID != "slot:region" {
		t.Fatalf("the first question offers %v, want a menu of regions:\n%s", first.Menus(), w.transcript(bottest.InThread(root)))
	}
	w.Choose("UNOK", first, "slot:region", "VN")
	next := w.Expect(bottest.InThread(root), bottest.All(bottest.After(first), bottest.Offers("slot:scope")), patience)
	w.until(first, bottest.All(settled, bottest.Says("✓ Vietnam")))
	i := slices.IndexFunc(next.Buttons(), func(b bottest.SlackButton) bool { return b.Value == "some" })
	w.Click("UNOK", next, next.Buttons()[i].ActionID, "some")
	w.until(next, bottest.All(settled, bottest.Says("✓ some users")))
	if err := w.TryClick("UNOK", next, "slot:scope"); err == nil {
		t.Error("a used choice can be clicked again")
	}
	c := w.caseOf(root)
	if c.Regions[0].Value != "VN" || c.Regions[0].Source != triage.SourceClicked || c.Facts["scope"].Source != triage.SourceClicked {
		t.Errorf("region %+v, scope %+v; want both clicked", c.Regions, c.Facts["scope"])
	}
}
