package render

import (
	"strings"

	"firstline/bot"
	"firstline/i18n"
	"firstline/triage"
)

// Mark says below relayed words which language they were written in, and offers
// the original where they are translated.
func (r *Renderer) Mark(out *bot.Outbound, e triage.Effect, from string, translated bool) {
	key := "relay.untranslated"
	if translated {
		key = "relay.translated"
		if out.RTL {
			out.Text = i18n.IsolateLatin(out.Text)
		}
		if e.MessageID != "" {
			out.Choices = append(out.Choices, bot.Choice{Action: triage.ActionOriginal, Value: e.MessageID, Label: r.Texts.Text(out.Lang, "button.original", nil)})
		}
	}
	out.Note = r.Texts.Text(out.Lang, key, map[string]any{"language": i18n.LanguageName(out.Lang, from)})
}

// Transcript shows one engineer who said what.
func (r *Renderer) Transcript(lang string, lines []bot.Field) bot.Outbound {
	key := "desk.transcript"
	if len(lines) == 0 {
		key = "desk.transcript_empty"
	}
	texts := []string{r.Texts.Text(lang, key, nil)}
	for _, l := range lines {
		name := isolated(lang, Inert(l.Label))
		if name == "" {
			name = "…"
		}
		texts = append(texts, "**"+name+"**\n"+upright(l.Value))
	}
	out := bot.Outbound{Lang: lang, RTL: i18n.RTL(lang), Text: strings.Join(texts, "\n")}
	if out.RTL {
		out.Text = i18n.IsolateLatin(out.Text)
	}
	return out
}
