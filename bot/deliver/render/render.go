// Package render says effects of the core in the reader's language: message
// keys with typed arguments in, one neutral [bot.Outbound] out. It is the only
// place where the conversation becomes text, so every user-visible string comes
// from the catalogue of messages, an article, or a person.
//
// Names that people chose (their own, a company's) are taken out of the markup
// first: a customer called "**P1**" stays a customer.
package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"firstline/bot"
	"firstline/i18n"
	"firstline/knowledge"
	"firstline/triage"
)

// Renderer puts effects into words.
type Renderer struct {
	Texts     *i18n.Catalogue
	Articles  *knowledge.Library
	Catalogue *triage.Catalogue
	DeskLang  string // language of cards and desk messages
}

// Chosen is the choice of a message that was used.
type Chosen struct {
	Action string
	Value  string
}

// Render gives the message of an effect, without address or id. With chosen
// the choices are gone and the one that was used is named. Effects that show
// nothing (timers, queries) are an error.
func (r *Renderer) Render(e triage.Effect, chosen *Chosen) (bot.Outbound, error) {
	lang := e.Lang
	if e.To == triage.ToDesk || lang == "" {
		lang = r.DeskLang
	}
	out := bot.Outbound{Lang: lang, RTL: i18n.RTL(lang), OnlyFor: e.OnlyFor}
	for _, f := range e.Files {
		out.Files = append(out.Files, bot.File(f))
	}
	switch e.Kind {
	case triage.EffectSay:
		lines := make([]string, 0, len(e.Lines))
		for _, m := range e.Lines {
			lines = append(lines, r.message(lang, e.Zone, m))
		}
		out.Text = strings.Join(lines, "\n")
	case triage.EffectRelay:
		out.Author, out.Text = upright(e.Author), e.Text
	case triage.EffectRevise:
		out.Author, out.Text = upright(e.Author), r.Texts.Text(lang, "relay.edited", map[string]any{"text": e.Text})
	case triage.EffectCard:
		if e.Card == nil {
			return out, fmt.Errorf("render: card effect without a card")
		}
		out.Card = r.card(lang, e.Card)
		out.Text = out.Card.Title
	default:
		return out, fmt.Errorf("render: effect %s shows nothing", e.Kind)
	}
	if chosen != nil {
		if label := r.chosenLabel(lang, e, *chosen); label != "" {
			out.Text += "\n" + r.Texts.Text(lang, "chosen", map[string]any{"text": label})
		}
		return out, nil
	}
	out.Choices = r.choices(lang, e.Options)
	for _, m := range e.Menus {
		out.Menus = append(out.Menus, bot.Menu{Action: m.Action, Hint: r.message(lang, e.Zone, m.Hint), Options: r.choices(lang, m.Options)})
	}
	return out, nil
}

func (r *Renderer) choices(lang string, options []triage.Option) []bot.Choice {
	var out []bot.Choice
	for _, o := range options {
		out = append(out, bot.Choice{Action: o.Action, Value: o.Value, Label: r.message(lang, "", o.Label), Strong: o.Strong})
	}
	return out
}

func (r *Renderer) chosenLabel(lang string, e triage.Effect, c Chosen) string {
	options := e.Options
	for _, m := range e.Menus {
		options = append(options[:len(options):len(options)], m.Options...)
	}
	for _, o := range options {
		if o.Action == c.Action && o.Value == c.Value {
			return r.message(lang, "", o.Label)
		}
	}
	return ""
}

// message says one message of the core.
func (r *Renderer) message(lang, zone string, m triage.Message) string {
	if len(m.Args) == 0 {
		return r.Texts.Text(lang, m.Key, nil)
	}
	args := make(map[string]any, len(m.Args))
	for name, a := range m.Args {
		args[name] = r.arg(lang, zone, a)
	}
	return r.Texts.Text(lang, m.Key, args)
}

func (r *Renderer) arg(lang, zone string, a triage.Arg) any {
	first := ""
	if len(a.Values) > 0 {
		first = a.Values[0]
	}
	switch a.Kind {
	case triage.ArgCount:
		n, _ := strconv.Atoi(first)
		return n
	case triage.ArgFacts:
		names := make([]string, 0, len(a.Values))
		for _, v := range a.Values {
			slot, value, _ := strings.Cut(v, "=")
			names = append(names, r.Fact(lang, slot, value))
		}
		return r.Texts.List(lang, names)
	case triage.ArgTime:
		t, err := time.Parse(time.RFC3339, first)
		if err != nil {
			return first
		}
		return r.Texts.Clock(lang, t, location(zone))
	case triage.ArgName:
		return r.Texts.Text(lang, first, nil)
	case triage.ArgStep:
		return r.step(lang, a.Values)
	case triage.ArgCheck:
		return r.check(lang, first)
	case triage.ArgWritten:
		if i18n.RTL(lang) {
			return i18n.IsolateLatin(upright(first))
		}
		return upright(first)
	case triage.ArgArticle:
		return r.title(lang, first)
	}
	return isolated(lang, Inert(first))
}

// step gives a step of an article; one that is gone since (the article was
// changed) gives the article's title, so that the message still says something.
func (r *Renderer) step(lang string, values []string) string {
	if len(values) != 2 {
		return ""
	}
	text, ok := r.Articles.Text(values[0], lang)
	i, err := strconv.Atoi(values[1])
	if !ok || err != nil || i < 0 || i >= len(text.Steps) {
		return text.Title
	}
	if i18n.RTL(lang) {
		return i18n.IsolateLatin(text.Steps[i])
	}
	return text.Steps[i]
}

// check gives how an article says to see that the problem is solved, or else
// its title.
func (r *Renderer) check(lang, id string) string {
	text, ok := r.Articles.Text(id, lang)
	switch {
	case !ok || text.Check == "":
		return r.title(lang, id)
	case i18n.RTL(lang):
		return i18n.IsolateLatin(text.Check)
	}
	return text.Check
}

func (r *Renderer) title(lang, id string) string {
	text, ok := r.Articles.Text(id, lang)
	if !ok {
		return id
	}
	return text.Title
}

func location(zone string) *time.Location {
	if zone == "" {
		return time.UTC
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Inert takes the markup out of a short text somebody else chose, and what
// would turn the text around it.
func Inert(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("*", "", "`", "", "<", "‹", ">", "›").Replace(upright(s))), " ")
}

// upright takes out the characters that turn the direction of what follows,
// and other invisible controls.
func upright(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// isolated keeps a name in letters from right to left apart in a text from
// left to right; the other way round the catalogue of messages does it.
func isolated(lang, s string) string {
	if !i18n.RTL(lang) && strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko)
	}) {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// Fact names one value of a diagnostic.
func (r *Renderer) Fact(lang, slot, value string) string {
	switch {
	case value == triage.Unknown:
		return r.Texts.Text(lang, "option.unknown", nil)
	case slot == triage.SlotScenario || slot == triage.SlotSymptom:
		if key := slot + "." + value; r.Texts.Has(key) {
			return r.Texts.Text(lang, key, nil)
		}
	case slot == triage.SlotRegion:
		return Inert(i18n.Region(lang, value)) // an unknown code comes back as it was typed
	case slot == "users":
		if n, err := strconv.Atoi(value); err == nil {
			return r.Texts.Text(lang, "fact.users", map[string]any{"Count": n})
		}
	}
	if key := "option." + slot + "." + value; r.Texts.Has(key) {
		return r.Texts.Text(lang, key, nil)
	}
	if key := "fact." + slot; r.Texts.Has(key) && slot != "users" {
		return r.Texts.Text(lang, key, map[string]any{"value": Inert(value)})
	}
	return Inert(value)
}
