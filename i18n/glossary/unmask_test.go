package glossary_test

import (
	"errors"
	"testing"

	"firstline/i18n/glossary"
)

// accepted are answers that say what the text says, and what is shown then.
var accepted = []struct{ name, from, to, text, answer, want string }{
	{"order may change", "en", "ja", "Set `gop` to 2 s", "⟦1⟧に⟦0⟧を設定してください", "2 sに`gop`を設定してください"},
	{"terms in their word", "zh-Hans", "en", "把码率调到2Mbps", "Set the ⟦0⟧ to ⟦1⟧", "Set the bitrate to 2Mbps"},
	{"names as written", "id", "en", "pakai obs gagal", "failed with ⟦0⟧", "failed with obs"},
	{"a term without a word there stays", "zh-Hans", "nl", "码率太低", "⟦0⟧ is te laag", "码率 is te laag"},
	{"thousands", "de", "en", "10.000 Zuschauer in 2,5 Stunden", "10,000 viewers in 2.5 hours", "10,000 viewers in 2.5 hours"},
	{"thousands by spaces", "ru", "en", "10 000 зрителей", "10,000 viewers", "10,000 viewers"},
	{"two numbers side by side", "en", "de", "room 10 500 users", "Raum 10 500 Benutzer", "Raum 10 500 Benutzer"},
	{"Indian groups", "hi", "en", "1,00,000 यूज़र", "100,000 users", "100,000 users"},
	{"other digits", "ar", "en", "٣ مستخدمين منذ ١٠ دقائق", "3 users for 10 minutes", "3 users for 10 minutes"},
	{"large by word", "zh-Hans", "en", "10万人，1.5亿次", "100,000 people, 150 million times", "100,000 people, 150 million times"},
	{"large by word, both", "id", "vi", "5 ribu penonton", "5 nghìn người xem", "5 nghìn người xem"},
	{"months are words", "zh-Hans", "en", "5月3号出的问题", "It happened on May 3", "It happened on May 3"},
	{"digits that are letters", "ar", "en", "el sot by2ta3 3andi", "The sound cuts out for me", "The sound cuts out for me"},
	{"lists", "en", "zh-Hans", "Do:\n1. wait\n2. try\n\n- a\n- b", "请：\n1、等待\n2、尝试\n\n- 甲\n- 乙", "请：\n1、等待\n2、尝试\n\n- 甲\n- 乙"},
	{"bold", "en", "fr", "a **big** problem", "un **gros** problème", "un **gros** problème"},
	{"marks of direction go", "en", "ar", "Set `gop` now", "\u2068⟦0⟧\u2069 الآن", "`gop` الآن"},
	{"brackets of the writer", "en", "de", "see ⟦0⟧ there", "siehe ⟦0⟧ dort", "siehe ⟦0⟧ dort"},
	{"short words may grow", "zh-Hans", "en", "卡", "It is stuttering", "It is stuttering"},
	{"speaks of translations as the text does", "en", "de", "The translation: wrong", "Die Übersetzung: falsch", "Die Übersetzung: falsch"},
}

func TestUnmask(t *testing.T) {
	g := load(t)
	for _, tc := range accepted {
		t.Run(tc.name, func(t *testing.T) {
			m := g.Mask(tc.text, tc.from, tc.to)
			got, err := m.Unmask(tc.answer)
			if err != nil || got != tc.want {
				t.Errorf("masked %q, answer %q: got %q, %v; want %q", m.Text, tc.answer, got, err, tc.want)
			}
		})
	}
}

// refused are answers that nobody may be shown.
var refused = []struct {
	name, from, to, text, answer string
	want                         error
}{
	{"dropped", "en", "de", "Set `gop` to 2 s", "Setzen Sie ⟦0⟧", glossary.ErrPlaceholder},
	{"doubled", "en", "de", "Set `gop` now", "⟦0⟧ jetzt auf ⟦0⟧", glossary.ErrPlaceholder},
	{"invented", "en", "de", "Set `gop` now", "⟦0⟧ jetzt ⟦1⟧", glossary.ErrPlaceholder},
	{"another number", "en", "de", "Set `gop` now", "⟦1⟧ jetzt", glossary.ErrPlaceholder},
	{"leading zero", "en", "de", "Set `gop` now", "⟦00⟧ jetzt", glossary.ErrPlaceholder},
	{"full-width bracket", "en", "zh-Hans", "Set `gop` now", "现在设置【0】", glossary.ErrPlaceholder},
	{"square brackets", "en", "de", "Set `gop` now", "[[0]] jetzt", glossary.ErrPlaceholder},
	{"full-width digit", "en", "zh-Hans", "Set `gop` now", "现在设置⟦０⟧", glossary.ErrPlaceholder},
	{"space inside", "en", "de", "Set `gop` now", "⟦ 0 ⟧ jetzt", glossary.ErrPlaceholder},
	{"stray bracket", "en", "de", "Set `gop` now", "⟦0⟧ jetzt ⟧", glossary.ErrPlaceholder},
	{"number changed", "en", "de", "for 20 minutes", "seit 30 Minuten", glossary.ErrNumber},
	{"number dropped", "en", "de", "for 20 minutes", "seit einigen Minuten", glossary.ErrNumber},
	{"number added", "en", "de", "some minutes ago", "vor 5 Minuten", glossary.ErrNumber},
	{"number doubled", "en", "de", "20 users", "20 Benutzer, 20", glossary.ErrNumber},
	{"ten times", "en", "de", "2 minutes, 10,000 users", "2 Minuten, 1.000 Benutzer", glossary.ErrNumber},
	{"decimal sign lost", "de", "en", "2,5 Stunden", "25 hours", glossary.ErrNumber},
	{"large word lost", "zh-Hans", "en", "10万人", "10 people", glossary.ErrNumber},
	{"a bullet less", "en", "de", "- one\n- two", "- eins\nund zwei", glossary.ErrLayout},
	{"a line less", "en", "de", "one\ntwo", "eins und zwei", glossary.ErrLayout},
	{"a paragraph more", "en", "de", "one\ntwo", "eins\n\nzwei", glossary.ErrLayout},
	{"bold lost", "en", "de", "a **big** one", "ein großes", glossary.ErrLayout},
	{"code added", "en", "de", "restart the app", "`restart` die App", glossary.ErrLayout},
	{"link added", "en", "de", "see the page", "siehe https://evil.example/x", glossary.ErrAdded},
	{"host added", "en", "de", "see the page", "siehe evil.example.com", glossary.ErrAdded},
	{"mention added", "en", "de", "call everyone", "@everyone rufen", glossary.ErrAdded},
	{"Slack mention added", "en", "de", "call all here", "<!channel> hier", glossary.ErrAdded},
	{"address added", "en", "de", "write to us", "an a@b.de schreiben", glossary.ErrAdded},
	{"an answer instead", "en", "de", "the picture is black, what can we do about it?", "Bitte starten Sie die Anwendung neu, prüfen Sie danach die Verbindung, " +
		"warten Sie einige Minuten, und wenn das nicht hilft, senden Sie uns die Protokolle, dann sehen wir uns die Sache in Ruhe an und melden uns bei Ihnen mit einer Lösung", glossary.ErrLength},
	{"a summary instead", "en", "de", "the picture has been black since this morning for all of our viewers in the north and nobody knows why that is so", "Bild weg", glossary.ErrLength},
	{"chatter", "en", "de", "the picture is black for everyone", "Here is the translation: das Bild ist bei allen schwarz", glossary.ErrChatter},
	{"chatter in its language", "en", "zh-Hans", "the picture is black for everyone", "以下是翻译：所有人都黑屏", glossary.ErrChatter},
	{"empty", "en", "de", "hello", " \n", glossary.ErrEmpty},
}

func TestUnmaskRefuses(t *testing.T) {
	g := load(t)
	for _, tc := range refused {
		t.Run(tc.name, func(t *testing.T) {
			m := g.Mask(tc.text, tc.from, tc.to)
			got, err := m.Unmask(tc.answer)
			if !errors.Is(err, tc.want) || !errors.Is(err, glossary.ErrChanged) || got != "" {
				t.Errorf("masked %q, answer %q: got %q, %v; want %v", m.Text, tc.answer, got, err, tc.want)
			}
		})
	}
}

func TestHasWords(t *testing.T) {
	g := load(t)
	for text, want := range map[string]bool{
		"":                             false,
		"10012, -1307?":                false,
		"https://x.com/a 👍":            false,
		"```\nall code\n```":           false,
		"码率？":                          false,
		"RTMP 1080p 30 fps @anna ⟦0⟧!": false,
		"ok":                           true,
		"码率低":                          true,
		"3 分钟":                         true,
	} {
		if got := g.Mask(text, "zh-Hans", "en").HasWords(); got != want {
			t.Errorf("HasWords(%q) = %v, want %v", text, got, want)
		}
	}
}
