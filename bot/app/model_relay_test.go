package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n"
	"firstline/triage"
)

// unfit are translations that must not be shown as such.
var unfit = []wrong{
	{"drops a placeholder", bottest.ModelDropsPlaceholder},
	{"doubles a placeholder", bottest.ModelDoublesPlaceholder},
	{"changes a placeholder", bottest.ModelChangesPlaceholder},
	{"translates code", bottest.ModelTranslatesCode},
	{"another number", bottest.ModelInvents(bottest.InventsNumber)},
	{"brings a link", bottest.ModelInvents(bottest.InventsLink)},
	{"another language", bottest.ModelWrongLanguage},
	{"no translation", bottest.ModelEchoes},
	{"chatters", chatters},
	{"its instruction", bottest.ModelLeaks},
	{"refusal", bottest.ModelRefuses},
	{"no JSON", bottest.ModelSays("[en] ok")},
}

// chatters speaks about the translation, in it.
var chatters = bottest.ModelComputes(func(data json.RawMessage) any {
	var d struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(data, &d)
	return map[string]string{"translation": "Sure! Here is the translation:\n\n" + d.Text}
})

// way is one direction of a relay.
type way struct {
	who      string // writes
	into     bottest.Shown
	at       bottest.Shown // the conversation of who reads it
	text     string        // with %s for what tells it from others
	to       string        // language
	notes    words         // the reader's
	language string        // the writer's, as the reader calls it
}

// ways are both directions of a Thai customer's case.
func (w *town) ways(root, card bottest.Shown) []way {
	return []way{
		{nok, root, card, "ลองแล้วครับ %s ตั้ง `gop_size` เป็น 2.5 Mbps แล้ว ยังกระตุกอยู่เลยครับ", "en", speaking(w.t, "en"), i18n.LanguageName("en", "th")},
		{kim, card, root, "Please set `gop_size` to 2.5 Mbps (%s) and open the stream once more.", "th", speaking(w.t, "th"), i18n.LanguageName("th", "en")},
	}
}

// TestUnfitTranslation: it is asked for once more, then the original goes out,
// marked as untranslated.
func TestUnfitTranslation(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		root, card := w.thaiClaimed()
		for i, x := range unfit {
			for _, d := range w.ways(root, card) {
				once, always := "once "+letters(i), "always "+letters(i)
				m.Script(bottest.ModelTranslation, 1, x.fault)
				w.Reply(d.who, d.into, fmt.Sprintf(d.text, once))
				w.relayed(d, x.name, once, true)
				m.Script(bottest.ModelTranslation, bottest.ModelAlways, x.fault)
				w.Reply(d.who, d.into, fmt.Sprintf(d.text, always))
				w.relayed(d, x.name, always, false)
				m.Heal()
			}
		}
		if n := w.metric(`firstline_model_dropped_total{purpose="translation"`); n < float64(2*len(unfit)) {
			w.t.Errorf("%v translations counted as failed, want at least %d", n, 2*len(unfit))
		}
		w.replayed()
	})
}

// letters names a number in a word that no rule takes for anything else.
func letters(i int) string { return strings.Repeat("z", i+1) + "t" }

// relayed checks how a message came to its reader.
func (w *town) relayed(d way, name, mark string, done bool) {
	w.t.Helper()
	got := w.expect(thread(d.at), not(same(d.at)), says(mark))
	w.drain()
	key := map[bool]string{true: "relay.translated", false: "relay.untranslated"}[done]
	note := d.notes.with(key, "language", d.language)
	if translated(d.to)(got) != done || got.Offers(triage.ActionOriginal) != done || !shows(note)(got) || !says("gop_size", "2.5 Mbps")(got) {
		w.t.Errorf("%s, to %s: relayed as\n%s\nwant translated %v, with %q", name, d.to, got.Text, done, note)
	}
}

// TestTranslationKeepsTheRest: what is no language, or has a term of its own,
// comes through as it must.
func TestTranslationKeepsTheRest(t *testing.T) {
	kept := []string{
		"`gop_size=2`", "2.5 Mbps", "25%", "@anna.k", "😀", "https://example.com/a?b=1", "live_7781", "10.0.0.7:1935", "ffmpeg -re -i in.flv", "4.3.2",
	}
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		root, card := w.thaiClaimed()
		const rest = "\n- `gop_size=2`, 2.5 Mbps, 25%%\n- https://example.com/a?b=1 😀\n\n%s live_7781 10.0.0.7:1935 SDK 4.3.2\n```\nffmpeg -re -i in.flv\n```"
		w.Reply(nok, root, "ลองตามนี้แล้วครับ @anna.k แต่ภาพยังค้างอยู่"+fmt.Sprintf(rest, "บิตเรต"))
		w.Reply(kim, card, "Please tell @anna.k to try this, and look again"+fmt.Sprintf(rest, "bitrate"))
		toDesk := w.expect(thread(card), not(same(card)), translated("en"), says("@anna.k"))
		toCustomer := w.expect(thread(root), translated("th"), says("@anna.k"))
		for _, got := range []bottest.Shown{toDesk, toCustomer} {
			for _, want := range kept {
				if n := strings.Count(got.Text, strings.Trim(want, "`")); n != 1 {
					w.t.Errorf("%q is there %d times, want once:\n%s", want, n, got.Text)
				}
			}
		}
		if !says("bitrate")(toDesk) || !says("บิตเรต")(toCustomer) {
			w.t.Errorf("the term is not the reader's:\n%s\n%s", toDesk.Text, toCustomer.Text)
		}
		for _, seen := range []string{"gop_size", "live_7781", "example.com", "anna.k", "ffmpeg"} {
			if translationsOf(m, seen) != 0 {
				w.t.Errorf("%q was there to be translated", seen)
			}
		}
		w.longRelay(root, card)
		w.replayed()
	})
}

// translationsOf counts the texts given for translation that hold something.
func translationsOf(m *bottest.ModelServer, text string) (n int) {
	for _, c := range m.Calls(bottest.ModelTranslation) {
		if bottest.ModelHolds(text)(c.Data) {
			n++
		}
	}
	return n
}

// longRelay sends what is translated in pieces: all of it arrives.
func (w *town) longRelay(root, card bottest.Shown) {
	w.t.Helper()
	line := func(i int) string {
		return fmt.Sprintf("ภาพค้างอีกแล้วครับ ครั้งที่ %d นะครับ", i)
	}
	n := min(w.Customers.Longest(), 4000)/len([]rune(line(100))) - 1
	var text strings.Builder
	for i := range n {
		text.WriteString(line(i) + "\n")
	}
	w.Reply(nok, root, strings.TrimSpace(text.String()))
	w.expect(thread(card), not(same(card)), says(line(n-1)))
	w.drain()
	got := ""
	for _, m := range w.Messages(thread(card)) {
		if m.ID != card.ID {
			got += m.Text + "\n"
		}
	}
	for i := range n {
		if seen := strings.Count(got, line(i)); seen != 1 {
			w.t.Fatalf("%q arrived %d times, want once:\n%s", line(i), seen, got)
		}
	}
}

// TestEditsOfTranslatedWords and deletions are followed, in the reader's language.
func TestEditsOfTranslatedWords(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		s, th := speaking(w.t, "en"), speaking(w.t, "th")
		root, card := w.thaiClaimed()
		said := w.Reply(nok, root, "สตรีมชื่อ summer ยังค้างอยู่เลยครับ")
		copied := w.expect(thread(card), not(same(card)), translated("en", "summer"))
		w.Edit(nok, said, "ขอโทษครับ สตรีมชื่อ winter ที่ค้างอยู่")
		w.until(copied, translated("en", "winter", "(edited)"), not(says("summer")), shows(s.with("relay.translated", "language", "Thai")))
		m.Script(bottest.ModelTranslation, bottest.ModelAlways, bottest.ModelRefuses)
		w.Edit(nok, said, "ขอโทษครับ สตรีมชื่อ autumn ที่ค้างอยู่")
		w.until(copied, says("autumn"), not(says("[en]")), shows(s.with("relay.untranslated", "language", "Thai")))
		m.Heal()
		w.Edit(nok, said, "ขอโทษครับ สตรีมชื่อ spring ที่ค้างอยู่")
		w.until(copied, translated("en", "spring"))
		w.press(lee, copied, triage.ActionOriginal)
		w.expect(aside(lee), says("spring"), not(says("[en]")))
		w.Delete(nok, said)
		w.until(copied, deleted)

		told := w.Reply(kim, card, "Please set the GOP to two hartbeats\n// typo inside")
		got := w.expect(thread(root), translated("th", "hartbeats"))
		w.Edit(kim, told, "Please set the GOP to two heartbeats\n// better")
		w.until(got, translated("th", "heartbeats"), not(says("better")), shows(th.with("relay.translated", "language", i18n.LanguageName("th", "en"))))
		w.press(nok, got, triage.ActionOriginal)
		w.expect(toldTo(nok, root), says("two heartbeats"), not(says("[th]")))
		w.Edit(kim, told, "// on second thoughts, only for us")
		w.until(got, deleted)

		w.press(lee, card, triage.ActionTranscript)
		w.expect(aside(lee), shows(s.say("desk.transcript")), not(says("heartbeats")), not(says("spring")))
		w.press(kim, card, triage.ActionDraft)
		w.expect(aside(kim), offers(triage.ActionSendDraft))
		for _, gone := range []string{"heartbeats", "hartbeats", "spring"} {
			if bottest.ModelHolds(gone)(m.Calls(bottest.ModelReply)[0].Data) {
				w.t.Errorf("a draft is based on %q, which was taken back", gone)
			}
		}
		w.replayed()
	})
}

// TestWhatAnEngineerWroteIsReadableByTheNext: words in another language than the
// desk's have a translation beside them, which follows them.
func TestWhatAnEngineerWroteIsReadableByTheNext(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		root, card := w.thaiClaimed()
		inThai := w.Reply(kim, card, "ช่วยเปิดสตรีมใหม่อีกครั้งนะครับ ผมกำลังดูให้อยู่")
		echo := w.expect(thread(card), not(same(card)), translated("en", "ช่วยเปิดสตรีม"))
		w.Edit(kim, inThai, "ช่วยปิดสตรีมเดี๋ยวนี้เลยนะครับ ผมกำลังดูให้อยู่")
		w.until(echo, translated("en", "ช่วยปิดสตรีม"))
		w.Edit(kim, inThai, "Please close the stream now, I am looking at it")
		w.until(echo, deleted)
		w.expect(thread(root), translated("th", "close the stream"))

		w.Reply(kim, card, "// quietone: they pay late\nPlease wait a moment")
		w.expect(thread(root), translated("th", "wait a moment"))
		w.Reply(kim, card, "// 내부 메모: 이 고객의 회선이 아주 느립니다")
		w.expect(thread(card), not(same(card)), translated("en", "이 고객의 회선이"))
		w.press(kim, card, triage.ActionDraft)
		w.expect(aside(kim), offers(triage.ActionSendDraft))
		w.press(lee, card, triage.ActionTranscript)
		w.expect(aside(lee), says("wait a moment"))
		w.never(thread(root), "이 고객의 회선이")
		if m.Seen("quietone") {
			w.t.Error("an internal line in the desk's language reached the model")
		}
		if n := translationsOf(m, "이 고객의 회선이"); n != 1 {
			w.t.Errorf("the internal line in Korean was translated %d times, want once, for the desk", n)
		}
		w.replayed()
	})
}

// TestRelayWhileTheModelIsDown: nothing is held back for it.
func TestRelayWhileTheModelIsDown(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root, card := w.thaiClaimed()
		m.Script(bottest.AnyPurpose, bottest.ModelAlways, bottest.ModelHang)
		w.press(kim, card, triage.ActionDraft)
		w.expect(aside(kim), shows(s.say("desk.no_draft")))
		for _, mark := range []string{"late", "later", "left alone"} {
			for _, d := range w.ways(root, card) {
				w.Reply(d.who, d.into, fmt.Sprintf(d.text, mark))
				w.relayed(d, "no answer", mark, false)
			}
		}
		if up := w.metric("firstline_model_up"); up != 0 {
			w.t.Errorf("firstline_model_up is %v, want 0", up)
		}
		w.press(lee, card, triage.ActionTranscript)
		w.expect(aside(lee), shows(s.say("desk.transcript")), says("left alone", "ลองแล้วครับ"))
		w.replayed()
	}, within(silence))
}
