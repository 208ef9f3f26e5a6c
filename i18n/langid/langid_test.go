package langid_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode"

	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/i18n/linear"
)

func detector(t testing.TB) *langid.Detector {
	t.Helper()
	d, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// samples are plain sentences, several a language, that any identification must
// get right. They were written for this test.
var samples = map[string][]string{
	"en":      {"Good morning, could someone have a look at our account settings please?", "The picture has been frozen for ten minutes and nobody answers", "thanks a lot, everything is working again"},
	"zh-Hans": {"你好，我们的直播间画面从中午开始就一直卡住", "请问怎么设置回调地址？", "谢谢，问题已经解决了"},
	"zh-Hant": {"您好，我們的直播間畫面從中午開始就一直卡住", "請問怎麼設定回呼網址？", "謝謝，問題已經解決了"},
	"ja":      {"昼から配信の映像が止まったままになっています", "設定の方法を教えてください", "ありがとうございます、直りました"},
	"ko":      {"점심부터 방송 화면이 계속 멈춰 있어요", "설정 방법을 알려 주세요", "감사합니다, 해결됐어요"},
	"id":      {"Selamat siang, siaran kami macet sejak tadi siang dan penonton banyak yang mengeluh", "Bagaimana cara mengatur alamatnya? Saya tidak bisa menemukannya", "Terima kasih, sekarang sudah bisa lagi"},
	"ms":      {"Selamat petang, siaran kami tersekat sejak tengah hari tadi dan ramai penonton merungut", "Macam mana nak tukar tetapan akaun? Saya tak jumpa butangnya", "Terima kasih banyak, sekarang dah boleh guna semula"},
	"th":      {"สวัสดีค่ะ ภาพค้างตั้งแต่เที่ยงแล้วค่ะ", "ตั้งค่ายังไงคะ", "ขอบคุณมากค่ะ ใช้ได้แล้ว"},
	"vi":      {"Xin chào, hình ảnh bị đứng từ trưa đến giờ, người xem phàn nàn nhiều lắm", "Cho hỏi cách cài đặt địa chỉ như thế nào?", "Cảm ơn nhé, bây giờ chạy tốt rồi"},
	"fil":     {"Magandang hapon po, kanina pa tumitigil ang video namin at nagrereklamo na ang mga manonood", "Paano po ba baguhin ang settings? Hindi ko makita", "Maraming salamat po, gumagana na ulit ngayon"},
	"hi":      {"नमस्ते, दोपहर से हमारी तस्वीर अटकी हुई है", "सेटिंग कैसे बदलें?", "धन्यवाद, अब ठीक चल रहा है"},
	"bn":      {"নমস্কার, দুপুর থেকে ছবি আটকে আছে", "সেটিং কীভাবে বদলাব?", "ধন্যবাদ, এখন ঠিক আছে"},
	"ur":      {"السلام علیکم، دوپہر سے تصویر رکی ہوئی ہے اور ناظرین شکایت کر رہے ہیں", "یہ ترتیب کیسے بدلتے ہیں؟ مجھے بٹن نہیں مل رہا", "شکریہ، اب سب ٹھیک چل رہا ہے"},
	"ar":      {"مساء الخير، الصورة متوقفة منذ الظهر والمشاهدون يشتكون", "كيف يمكنني تغيير هذه الإعدادات من فضلكم؟", "شكرا جزيلا، كل شيء يعمل الآن"},
	"fa":      {"سلام، از ظهر تصویر گیر کرده و بیننده\u200cها شکایت می\u200cکنند", "چطور می\u200cتوانم این تنظیمات را عوض کنم؟", "خیلی ممنون، الان همه چیز درست شد"},
	"tr":      {"İyi günler, öğleden beri görüntü donuyor ve izleyiciler şikâyet ediyor", "Bu ayarı nasıl değiştirebilirim?", "Çok teşekkürler, şimdi düzgün çalışıyor"},
	"ru":      {"Добрый день, с обеда картинка стоит и зрители жалуются", "Подскажите, как поменять эту настройку?", "Большое спасибо, теперь всё работает"},
	"uk":      {"Добрий день, з обіду зображення стоїть і глядачі скаржаться", "Підкажіть, будь ласка, як змінити це налаштування?", "Дуже дякую, тепер усе працює"},
	"es":      {"Buenas tardes, desde el mediodía la imagen está congelada y los usuarios se quejan", "¿Cómo puedo cambiar esa configuración?", "Muchas gracias, ya funciona todo"},
	"pt-BR":   {"Boa tarde, desde o meio-dia a imagem está travada e os usuários estão reclamando", "Como eu faço para mudar essa configuração? Não achei o botão", "Muito obrigado, agora está funcionando tudo"},
	"fr":      {"Bonjour, depuis midi l'image est figée et les spectateurs se plaignent", "Comment puis-je modifier ce réglage, s'il vous plaît ?", "Merci beaucoup, tout fonctionne maintenant"},
	"de":      {"Guten Tag, seit Mittag steht das Bild und die Zuschauer beschweren sich", "Wie kann ich diese Einstellung ändern?", "Vielen Dank, jetzt läuft alles wieder"},
	"it":      {"Buongiorno, da mezzogiorno l'immagine è bloccata e gli spettatori si lamentano", "Come posso cambiare questa impostazione?", "Grazie mille, adesso funziona tutto"},
	"pl":      {"Dzień dobry, od południa obraz stoi i widzowie się skarżą", "Jak mogę zmienić to ustawienie?", "Dziękuję bardzo, teraz wszystko działa"},
}

func TestClearCases(t *testing.T) {
	d := detector(t)
	for _, lang := range i18n.Languages() {
		if len(samples[lang]) < 3 {
			t.Errorf("%s has %d clear cases, want 3", lang, len(samples[lang]))
		}
		for _, text := range samples[lang] {
			if v := d.Detect(text, ""); v.Lang != lang {
				t.Errorf("Detect(%q) = %s (%.2f), want %s", text, v.Lang, v.Confidence, lang)
			}
		}
	}
}

func TestTraps(t *testing.T) {
	d := detector(t)
	for _, tc := range []struct{ name, text, want string }{
		{"English terms in Thai", "SDK ตัวใหม่มีปัญหา latency สูงมากค่ะ playback ไม่ลื่นเลย", "th"},
		{"English terms in Chinese", "升级 SDK 之后 playback 一直 buffering，请帮忙看看", "zh-Hans"},
		{"English terms in Japanese", "WebRTC の latency が 2 秒あります", "ja"},
		{"English terms in Korean", "WebRTC 방에서 audio 가 안 들려요", "ko"},
		{"kanji with a little kana", "映像遅延が発生中です", "ja"},
		{"a digit inside a word", "v2版本还是不行", "zh-Hans"},
		{"an English name in Russian", "после обновления Android приложение не запускается", "ru"},
		{"Russian letters only Russian has", "Это ещё работает, но объявления не видны", "ru"},
		{"Ukrainian letters", "Її ще не видно, є помилка", "uk"},
		{"a link before the words", "https://example.com/die/das/und/der the stream is broken again, please help us", "en"},
		{"code before the words", "```\nthe error was not found in the list\n```\nDas Bild ist leider schwarz und wir wissen nicht warum", "de"},
		{"a mention before the words", "@support_team el sonido no se escucha en ninguna sala", "es"},
		{"romanised Hindi", "bhai awaaz nahi aa rahi hai, kya karna hoga batao", "hi"},
		{"romanised Hindi again", "video kal se atak raha hai, jaldi theek karo yaar", "hi"},
		{"Vietnamese without marks", "hinh bi dung tu trua den gio, nguoi xem keu nhieu lam", "vi"},
		{"Vietnamese without marks again", "cho minh hoi lam sao de doi cai dat nay vay", "vi"},
		{"Indonesian, not Malay", "kenapa siarannya nggak bisa diputar, tolong dong udah dicoba berkali-kali", "id"},
		{"Malay, not Indonesian", "kenapa siaran tak boleh main ni, tolong tengok sebab dah cuba banyak kali", "ms"},
		{"Spanish, not Portuguese", "no podemos entrar a la sala y los jugadores están enojados", "es"},
		{"Portuguese, not Spanish", "não conseguimos entrar na sala e os jogadores estão bravos", "pt-BR"},
		{"capitals", "NOTHING WORKS AND NOBODY IS ANSWERING US", "en"},
		{"Persian letters", "چرا پخش زنده قطع می\u200cشود؟", "fa"},
		{"Urdu letters", "ویڈیو نہیں چل رہی، کیا کریں؟", "ur"},
		{"full width", "ＳＤＫ の設定を確認してください", "ja"},
	} {
		if v := d.Detect(tc.text, ""); v.Lang != tc.want {
			t.Errorf("%s: Detect(%q) = %s (%.2f), want %s", tc.name, tc.text, v.Lang, v.Confidence, tc.want)
		}
	}
}

func TestNoVerdict(t *testing.T) {
	d := detector(t)
	for name, text := range map[string]string{
		"nothing": "", "spaces": " \n\t ", "digits": "1307", "a version": "4.2.1", "a code": "-1307", "a hexadecimal": "0x80004005", "emoji": "😡😡 👍🏽 🇹🇭",
		"punctuation": "?!…—", "a link": "https://live.example.com/push/abc?token=das_ist_es", "a bare host": "www.example.com", "an address": "ops@example.com",
		"code": "`sudo systemctl restart nginx`", "a fence": "```\nwhat is this\nand that\n```", "an id": "room_88213", "a mention": "@kim #general", "a path": "/var/log/nginx/error.log",
		"a number with a unit": "300ms", "a phone number": "+66 2 123 4567", "invisible": "\u200b\u200d\ufeff\u2067\u2069", "invalid": "\xff\xfe\x80",
		"other digits": "١٢٣ ४५६", "marks alone": "\u0301\u0302",
	} {
		for _, hold := range []string{"", "th"} {
			if v := d.Detect(text, hold); v != (langid.Verdict{}) {
				t.Errorf("%s: Detect(%q, %q) = %+v, want no verdict", name, text, hold, v)
			}
		}
	}
}

// TestHoldBreaksTies: what could be two languages stays in the one the
// conversation is in; what is clearly another does not.
func TestHoldBreaksTies(t *testing.T) {
	d := detector(t)
	for _, tc := range []struct {
		text  string
		langs []string
	}{
		{"terima kasih", []string{"id", "ms"}}, {"masalah sama", []string{"id", "ms"}}, {"video", []string{"es", "en", "it"}},
		{"问题", []string{"zh-Hans"}}, {"ok", []string{"en", "de", "fr"}}, {"no", []string{"es", "it", "en"}},
	} {
		for _, hold := range tc.langs {
			without, with := d.Detect(tc.text, ""), d.Detect(tc.text, hold)
			if without.Lang == hold && with.Lang != hold {
				t.Errorf("Detect(%q) is %s, but %s when %s is held", tc.text, without.Lang, with.Lang, hold)
			}
			if with.Lang == hold && without.Lang == hold && with.Confidence+1e-6 < without.Confidence {
				t.Errorf("Detect(%q) is surer of %s without holding it: %.3f, with %.3f", tc.text, hold, without.Confidence, with.Confidence)
			}
		}
	}
	moved := 0
	for _, text := range []string{"terima kasih", "masalah video", "siaran live", "video", "ok", "problema", "audio", "normal"} {
		for _, hold := range []string{"id", "ms", "es", "pt-BR", "it", "de"} {
			if d.Detect(text, "").Lang != hold && d.Detect(text, hold).Lang == hold {
				moved++
			}
		}
	}
	if moved == 0 {
		t.Error("the language of the conversation never decided between near ones, want it to break some of these ties")
	}
	for lang, texts := range samples {
		for _, hold := range []string{"en", "th", "ar"} {
			if v := d.Detect(texts[0], hold); v.Lang != lang {
				t.Errorf("Detect(%q) while holding %s = %s (%.2f), want %s", texts[0], hold, v.Lang, v.Confidence, lang)
			}
		}
	}
	if v := d.Detect("hello there", "no such language"); v.Lang != "en" {
		t.Errorf("with an unknown language held, English is read as %s", v.Lang)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": " ", "Hello,   World!": " hello world ", "it’s": " it's ", "a https://x.example/y b": " a b ", "see `code` now": " see now ", "v2版本": " 版本 ",
		"a@b.example c": " c ", "cafe\u0301": " café ", "می\u200cشود": " می\u200cشود ", "'quoted'": " quoted' ", "5 Sätze": " sätze ",
	} {
		if got := string(langid.Clean(in)); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFromModel(t *testing.T) {
	if _, err := langid.FromModel([]byte("nonsense")); !errors.Is(err, linear.ErrFormat) {
		t.Errorf("FromModel of nonsense gives %v, want ErrFormat", err)
	}
}

// TestTheModelKnowsEveryLanguage: a class more or less would be a language
// that is never found, or one that nobody speaks.
func TestTheModelKnowsEveryLanguage(t *testing.T) {
	d := detector(t)
	found := map[string]bool{}
	for _, texts := range samples {
		for _, text := range texts {
			found[d.Detect(text, "").Lang] = true
		}
	}
	for _, lang := range i18n.Languages() {
		if !found[lang] {
			t.Errorf("%s was never found", lang)
		}
	}
	if len(found) > len(i18n.Languages()) {
		t.Errorf("%d languages were found, want the %d supported", len(found), len(i18n.Languages()))
	}
}

func check(t *testing.T, d *langid.Detector, text, hold string) {
	t.Helper()
	v := d.Detect(text, hold)
	switch {
	case !(v.Confidence >= 0 && v.Confidence <= 1):
		t.Fatalf("Detect(%q, %q) has the confidence %v, want 0…1", text, hold, v.Confidence)
	case v.Lang == "" && v != (langid.Verdict{}):
		t.Fatalf("Detect(%q, %q) = %+v: no language, but something else", text, hold, v)
	case v.Lang != "" && !i18n.Supported(v.Lang):
		t.Fatalf("Detect(%q, %q) = %q, which is not supported", text, hold, v.Lang)
	case v.Lang != "" && !strings.ContainsFunc(text, unicode.IsLetter):
		t.Fatalf("Detect(%q, %q) = %q for a text without letters", text, hold, v.Lang)
	case v != d.Detect(text, hold):
		t.Fatalf("Detect(%q, %q) differs from call to call", text, hold)
	}
}

func FuzzDetect(f *testing.F) {
	d := detector(f)
	for _, texts := range samples {
		f.Add(texts[0], "")
	}
	for _, s := range []string{"", "\xff", "```", "a`", "@", "\u200c", "ﬁ", "İ", "ǅ", "𝔘𝔫𝔦", "Ω", "ᎣᎣ", "a\x00b"} {
		f.Add(s, "th")
	}
	f.Fuzz(func(t *testing.T, text, hold string) { check(t, d, text, hold) })
}

// TestLongTexts: only the beginning is read, so a megabyte costs no more than
// a page, and says the same.
func TestLongTexts(t *testing.T) {
	d := detector(t)
	for lang, texts := range samples {
		page := strings.Repeat(texts[0]+"\n", 1+6000/len(texts[0]))
		long := strings.Repeat(page, 1+(1<<20)/len(page))
		if got, want := d.Detect(long, ""), d.Detect(page, ""); got != want || got.Lang != lang {
			t.Errorf("a megabyte of %s gives %+v, a page %+v", lang, got, want)
		}
		if n := len(langid.Clean(long)); n > 700 {
			t.Errorf("%d runes of a megabyte are looked at, want a few hundred", n)
		}
	}
	for name, s := range map[string]string{
		"letters": "a", "spaces": " ", "ticks": "`", "signs": "@", "dots": "a.", "links": "http://x ", "wide": "卡", "invalid": "\xff", "underscores": "_", "marks": "\u0301",
	} {
		t.Run(name, func(t *testing.T) { check(t, d, strings.Repeat(s, 1<<20), "en") })
	}
}

func TestConcurrently(t *testing.T) {
	d := detector(t)
	want := map[string]langid.Verdict{}
	for _, texts := range samples {
		want[texts[0]] = d.Detect(texts[0], "")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for text, v := range want {
				if got := d.Detect(text, ""); got != v {
					t.Errorf("Detect(%q) = %+v, alone %+v", text, got, v)
				}
			}
		})
	}
	wg.Wait()
}
