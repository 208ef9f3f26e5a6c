package triage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand"
)

// asides are what customers say instead of an answer, as each language says it.
var asides = map[string]struct{ unknown, how, news, state string }{
	"en":      {"I don't know", "where do I find this setting?", "any news?", "what is happening?"},
	"zh-Hans": {"不知道", "这个设置在哪里？", "有进展吗？", "现在什么情况？"},
	"zh-Hant": {"不知道", "這個設定在哪裡？", "有進展嗎？", "現在是什麼情況？"},
	"ja":      {"わかりません", "この設定はどこにありますか？", "進捗はどうですか？", "どうなっていますか？"},
	"ko":      {"모르겠어요", "이 설정은 어디에 있나요?", "진행 상황이 어떻게 되나요?", "지금 어떻게 되고 있나요?"},
	"id":      {"tidak tahu", "settingnya di mana?", "ada kabar?", "gimana ini?"},
	"ms":      {"tak tahu", "tetapan ini di mana?", "ada perkembangan?", "apa status sekarang?"},
	"th":      {"ไม่ทราบค่ะ", "ตั้งค่านี้ตรงไหนคะ", "มีความคืบหน้าไหมคะ", "ตอนนี้เป็นยังไงบ้าง"},
	"vi":      {"tôi không biết", "cài đặt này ở đâu?", "có tin gì mới chưa?", "tình hình thế nào rồi?"},
	"fil":     {"hindi ko alam", "saan ko makikita yung setting na yan?", "may balita na ba?", "ano na nangyayari?"},
	"hi":      {"पता नहीं", "यह सेटिंग कहाँ मिलेगी?", "कोई अपडेट है?", "क्या हो रहा है?"},
	"bn":      {"জানি না", "এই সেটিং কোথায় পাব?", "কোনো আপডেট আছে?", "কী হচ্ছে?"},
	"ur":      {"پتا نہیں", "یہ سیٹنگ کہاں ملے گی؟", "کوئی اپڈیٹ ہے؟", "کیا ہو رہا ہے؟"},
	"ar":      {"لا أعرف", "أين أجد هذا الإعداد؟", "هل من جديد؟", "ماذا يحدث؟"},
	"fa":      {"نمی\u200cدانم", "این تنظیم کجاست؟", "خبری شد؟", "چه خبر است؟"},
	"tr":      {"bilmiyorum", "bu ayar nerede?", "gelişme var mı?", "ne oluyor?"},
	"ru":      {"не знаю", "где найти эту настройку?", "есть новости?", "что происходит?"},
	"uk":      {"не знаю", "де знайти це налаштування?", "є новини?", "що відбувається?"},
	"es":      {"no sé", "¿dónde está esa opción?", "¿alguna novedad?", "¿qué está pasando?"},
	"pt-BR":   {"não sei", "onde fica essa configuração?", "alguma novidade?", "o que está acontecendo?"},
	"fr":      {"je ne sais pas", "où se trouve ce réglage ?", "du nouveau ?", "que se passe-t-il ?"},
	"de":      {"weiß ich nicht", "wo finde ich diese Einstellung?", "gibt es was Neues?", "Was ist los?"},
	"it":      {"non lo so", "dove trovo questa impostazione?", "ci sono novità?", "che succede?"},
	"pl":      {"nie wiem", "gdzie znajdę to ustawienie?", "są jakieś wieści?", "co się dzieje?"},
}

// TestAsidesInEveryLanguage reads them with the real understanding: the
// conversation goes on in the same way in every language.
func TestAsidesInEveryLanguage(t *testing.T) {
	reader, err := understand.New("")
	if err != nil {
		t.Fatal(err)
	}
	say := func(s *script, lang, text string) string {
		r := reader.Read(context.Background(), triage.Question{Text: text, Lang: lang, Asking: s.c.Asking, Status: s.c.Status, Problem: s.c.Problem()})
		return keys(s.wrote(2*time.Minute, text, r))
	}
	for _, lang := range i18n.Languages() {
		words := asides[lang]
		s := proposed(t)
		if got := say(s, lang, words.unknown); s.c.Status != triage.StatusAwaiting || !strings.Contains(got, "propose.how") {
			t.Errorf("%s: %q after a fix: said %q, status %s", lang, words.unknown, got, s.c.Status)
		}
		s = proposed(t)
		if got := say(s, lang, words.how); s.c.Status != triage.StatusAwaiting || strings.Contains(got, "propose.next") {
			t.Errorf("%s: %q after a fix: said %q, status %s", lang, words.how, got, s.c.Status)
		}
		for _, text := range []string{words.news, words.state} {
			s = newScript(t)
			s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Scenario: "showroom", Severity: triage.P1, SeverityConf: 0.9})
			if got := say(s, lang, text); s.c.Status != triage.StatusHandedOff || got != "handoff.waiting" {
				t.Errorf("%s: %q in a P1: said %q, status %s", lang, text, got, s.c.Status)
			}
		}
	}
}
