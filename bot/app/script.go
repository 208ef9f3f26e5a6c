package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"firstline/bot"
	"firstline/bot/config"
	"firstline/bot/store"
	"firstline/i18n"
	"firstline/triage"
)

// terminal is a platform that prints. It keeps what was shown, so that the
// player can click what the bot offers.
type terminal struct {
	mu   sync.Mutex
	out  io.Writer
	n    int
	last bot.Outbound // the latest message to the customer that offers something
	card string       // id of the handoff card
}

func (t *terminal) Name() string { return "terminal" }

// Send meets [bot.Platform].
func (t *terminal) Send(_ context.Context, out bot.Outbound) (bot.Receipt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := out.Update
	if id == "" {
		t.n++
		id = strconv.Itoa(t.n)
	}
	who := "firstline"
	if out.Author != "" {
		who = out.Author
	}
	if out.To.Channel == terminalDesk {
		who = "desk │ " + who
	}
	switch {
	case out.Card != nil:
		if t.card == "" {
			t.card = id
			t.print(who, cardText(out.Card), out.Choices)
		}
	case out.Update != "": // a used choice; the terminal cannot take printed lines back
	default:
		t.print(who, out.Text, append(out.Choices, menuChoices(out.Menus)...))
	}
	if out.To.Channel != terminalDesk && out.Update == "" && len(out.Choices)+len(out.Menus) > 0 {
		t.last = out
		t.last.Update = id
	}
	return bot.Receipt{MessageID: id}, nil
}

func (t *terminal) print(who, text string, choices []bot.Choice) {
	fmt.Fprintf(t.out, "%s\n", who)
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(t.out, "    %s\n", line)
	}
	var labels []string
	for _, c := range choices {
		labels = append(labels, "["+c.Label+"]")
	}
	if len(labels) > 0 {
		fmt.Fprintf(t.out, "    %s\n", strings.Join(labels, " "))
	}
	fmt.Fprintln(t.out)
}

func menuChoices(menus []bot.Menu) []bot.Choice {
	var out []bot.Choice
	for _, m := range menus {
		out = append(out, bot.Choice{Label: m.Hint + " ▾"})
	}
	return out
}

func cardText(c *bot.Card) string {
	lines := []string{"== " + c.Title + " =="}
	for _, f := range c.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	for _, f := range c.Notes {
		lines = append(lines, "", f.Label+":", f.Value)
	}
	return strings.Join(lines, "\n")
}

const terminalDesk = "desk"

// player is the customer and the engineer of the script.
type player struct {
	ctx  context.Context
	app  *App
	term *terminal
	lang string
	n    int
}

// maxScript bounds the turns of a script; one that needs more has gone wrong.
const maxScript = 12

// PlayScript plays one whole conversation in a language through the whole
// program, with the terminal as its platform: a problem, the questions, fixes
// that fail, the handoff, an engineer's answer, and the end.
func PlayScript(ctx context.Context, cfg *config.Config, lang string, out io.Writer, log *slog.Logger) error {
	term := &terminal{out: out}
	cfg.Web, cfg.Engineers.Desk = false, "terminal:"+terminalDesk
	a, err := New(cfg, Options{Log: log, Platforms: []bot.Platform{term}})
	if err != nil {
		return err
	}
	a.Work()
	p := &player{ctx: ctx, app: a, term: term, lang: lang}
	err = p.play()
	stopCtx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, a.Stop(stopCtx))
}

func (p *player) play() error {
	if err := p.untilHandedOff(); err != nil {
		return err
	}
	if err := p.click(bot.SideDesk, triage.ActionClaim); err != nil {
		return err
	}
	if err := p.say(bot.SideDesk, "// the edge logs show it: this carrier is slow tonight\n"+p.untried()); err != nil {
		return err
	}
	if err := p.say(bot.SideCustomer, p.words("script.fixed")); err != nil {
		return err
	}
	if err := p.click(bot.SideDesk, triage.ActionResolve); err != nil {
		return err
	}
	if err := p.click(bot.SideCustomer, triage.ActionFixed); err != nil {
		return err
	}
	cases, err := p.app.store.Cases(p.ctx, store.Filter{})
	if err != nil {
		return err
	}
	if len(cases) != 1 || cases[0].Outcome != triage.OutcomeConfirmed {
		return fmt.Errorf("the script did not end with a solved case")
	}
	return nil
}

// untilHandedOff answers what the bot asks and finds that its fixes do not help.
func (p *player) untilHandedOff() error {
	if err := p.say(bot.SideCustomer, p.words("script.report")); err != nil {
		return err
	}
	if err := p.say(bot.SideCustomer, p.words("script.answer")); err != nil {
		return err
	}
	rejected := false
	for range maxScript {
		if p.term.card != "" {
			return nil
		}
		var err error
		switch offered := p.term.last; {
		case offers(offered, triage.ActionNotFixed) && rejected:
			err = p.say(bot.SideCustomer, p.words("script.human"))
		case offers(offered, triage.ActionNotFixed):
			rejected = true
			err = p.say(bot.SideCustomer, p.words("script.not_fixed"))
		default:
			err = p.clickLast(offered)
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("the conversation in %s did not reach an engineer", p.lang)
}

func offers(out bot.Outbound, action string) bool {
	for _, c := range out.Choices {
		if c.Action == action {
			return true
		}
	}
	return false
}

func (p *player) words(key string) string { return p.app.core.Texts.Text(p.lang, key, nil) }

func (p *player) inbound(side bot.Side, kind bot.Kind) bot.Inbound {
	p.n++
	in := bot.Inbound{
		ID: "script-" + strconv.Itoa(p.n), Kind: kind, Side: side, At: time.Now(),
		Address: bot.Address{Platform: p.term.Name(), Channel: "customer"}, Surface: bot.SurfaceDirect, Customer: "Siam Live",
		MessageID: "in-" + strconv.Itoa(p.n), Person: bot.Person{ID: "customer", Name: "Nok", Locale: p.lang},
	}
	if side == bot.SideDesk {
		in.Address.Channel, in.Address.Thread, in.Surface = terminalDesk, p.term.card, bot.SurfaceDesk
		in.Person = bot.Person{ID: "kim", Name: "Kim"}
	}
	return in
}

func (p *player) say(side bot.Side, text string) error {
	in := p.inbound(side, bot.KindMessage)
	in.Text = text
	who := "customer ▸ " + in.Person.Name
	if side == bot.SideDesk {
		who = "desk │ engineer ▸ " + in.Person.Name
	}
	shown := text
	if i18n.RTL(p.lang) && side == bot.SideCustomer {
		shown = i18n.IsolateLatin(text)
	}
	p.term.print(who, shown, nil)
	return p.give(in)
}

func (p *player) click(side bot.Side, action string) error {
	in := p.inbound(side, bot.KindAction)
	in.Action, in.Value, in.MessageID = action, p.caseID(), p.term.card
	if side == bot.SideCustomer {
		in.MessageID = p.term.last.Update
	}
	p.term.print(string(side)+" clicks "+action, "", nil)
	return p.give(in)
}

// untried gives the last step of the article on stutter that the bot has not proposed, in the
// engineers' language.
func (p *player) untried() string {
	const article = "showroom-stutter-blur"
	text, _ := p.app.core.Library.Text(article, p.app.cfg.Engineers.Language)
	var fixes []triage.Fix
	if cases, err := p.app.store.Cases(p.ctx, store.Filter{}); err == nil && len(cases) > 0 {
		fixes = cases[0].Fixes
	}
	for i, step := range slices.Backward(text.Steps) {
		if !slices.ContainsFunc(fixes, func(f triage.Fix) bool { return f.Article == article && f.Step == i }) {
			return step
		}
	}
	return text.Title
}

// clickLast takes the last answer that a question offers: the stutter of the script is one carrier's,
// so it shows in some places only, and no event is live.
func (p *player) clickLast(offered bot.Outbound) error {
	choices := offered.Choices
	if len(offered.Menus) > 0 {
		choices = offered.Menus[0].Options
	}
	for _, c := range slices.Backward(choices) {
		if strings.HasPrefix(c.Action, triage.ActionSlot) && c.Value != triage.Unknown {
			in := p.inbound(bot.SideCustomer, bot.KindAction)
			in.Action, in.Value, in.MessageID = c.Action, c.Value, offered.Update
			p.term.print("customer clicks", "["+c.Label+"]", nil)
			return p.give(in)
		}
	}
	return p.say(bot.SideCustomer, p.words("script.human"))
}

func (p *player) caseID() string {
	cases, err := p.app.store.Cases(p.ctx, store.Filter{})
	if err != nil || len(cases) == 0 {
		return ""
	}
	return cases[0].ID
}

func (p *player) give(in bot.Inbound) error {
	if err := p.app.intake.Accept(p.ctx, in); err != nil {
		return err
	}
	return p.app.Drain(p.ctx)
}
