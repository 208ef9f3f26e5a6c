package understand_test

import (
	"maps"
	"slices"
	"testing"

	"firstline/i18n"
	"firstline/triage"
)

// inEvery goes through sentences of the same meaning and checks that no
// language is left out.
func inEvery(t *testing.T, texts map[string]string, check func(t *testing.T, lang, text string)) {
	t.Helper()
	for _, lang := range i18n.Languages() {
		text, ok := texts[lang]
		if !ok {
			t.Errorf("no sentence in %s", lang)
			continue
		}
		t.Run(lang, func(t *testing.T) { check(t, lang, text) })
	}
	if len(texts) != len(i18n.Languages()) {
		t.Errorf("sentences in %v, want the supported languages alone", slices.Sorted(maps.Keys(texts)))
	}
}

// closes tells that a reading would close a case, with a fix proposed.
func closes(t *testing.T, r triage.Reading) bool {
	t.Helper()
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return r.Act == triage.ActFixed && r.ActConfidence >= triage.DefaultPolicy(cat, i18n.Languages()).FixedConf || r.Act == triage.ActAnswer && r.Yes
}

// TestErrorCodeInASentence: the code is read, and is no verdict on a fix.
func TestErrorCodeInASentence(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "error code is 10012", "zh-Hans": "错误码是10012", "zh-Hant": "錯誤代碼為 10012", "ja": "エラーコードは 10012", "ko": "에러 코드는 10012입니다", "id": "kode errornya 10012",
		"ms": "kod ralat ialah 10012", "th": "รหัสข้อผิดพลาดคือ 10012", "vi": "mã lỗi 10012", "fil": "error code ay 10012", "hi": "एरर कोड १००१२ है", "bn": "এরর কোড হলো ১০০১২", "ur": "ایرر کوڈ ۱۰۰۱۲ ہے",
		"ar": "رمز الخطأ هو ١٠٠١٢", "fa": "کد خطا ۱۰۰۱۲ است", "tr": "10012 hatası alıyorum", "ru": "код 10012", "uk": "код помилки: 10012", "es": "el código de error es el 10012",
		"pt-BR": "o código de erro é 10012", "fr": "le code d'erreur est 10012", "de": "der Fehlercode lautet 10012", "it": "il codice di errore è 10012", "pl": "kod błędu to 10012",
	}, func(t *testing.T, lang, text string) {
		r := read(t, triage.Question{Text: text, Lang: lang, Status: triage.StatusAwaiting})
		if r.Facts["error_code"] != "10012" || closes(t, r) {
			t.Errorf("%q: error code %q, act %s (%.2f); want 10012 and a case that stays open", text, r.Facts["error_code"], r.Act, r.ActConfidence)
		}
	})
	for _, text := range []string{"we encode 1080p", "we transcode 720 and 1080p", "the error is gone", "10012 viewers watch"} {
		if got := read(t, triage.Question{Text: text}).Facts["error_code"]; got != "" {
			t.Errorf("%q has the error code %q, want none", text, got)
		}
	}
}

// TestOnlyInSomePlaces: where and for whom it happens is answered, in which
// region is not.
func TestOnlyInSomePlaces(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "only in some places", "zh-Hans": "只有部分地区", "zh-Hant": "只有某些地區", "ja": "一部の地域だけです", "ko": "일부 지역에서만요", "id": "cuma di beberapa daerah", "ms": "kat sesetengah kawasan je",
		"th": "เฉพาะบางพื้นที่ค่ะ", "vi": "chỉ ở một số khu vực", "fil": "sa ilang lugar lang po", "hi": "सिर्फ़ कुछ इलाकों में", "bn": "শুধু কিছু এলাকায়", "ur": "صرف کچھ علاقوں میں", "ar": "فقط في بعض المناطق",
		"fa": "فقط در بعضی مناطق", "tr": "sadece bazı bölgelerde", "ru": "только в некоторых регионах", "uk": "лише в деяких регіонах", "es": "solo en algunas zonas", "pt-BR": "só em algumas regiões",
		"fr": "seulement dans certaines régions", "de": "nur in einigen Regionen", "it": "solo in alcune zone", "pl": "tylko w niektórych regionach",
	}, func(t *testing.T, lang, text string) {
		r := read(t, triage.Question{Text: text, Lang: lang, Status: triage.StatusCollecting, Asking: triage.SlotScope})
		if r.Facts["scope"] != "some" || r.Facts["where"] != "some_places" || len(r.Regions) > 0 || r.Act != triage.ActAnswer && r.Act != triage.ActReport {
			t.Errorf("%q: act %s, scope %q, where %q, regions %v; want an answer: some, some_places, no region", text, r.Act, r.Facts["scope"], r.Facts["where"], r.Regions)
		}
	})
}

// TestDelayInASentence: who tells how long it takes is not asked again.
func TestDelayInASentence(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "3s delay in our 1v1 calls", "zh-Hans": "1v1通话有3秒延迟", "zh-Hant": "1對1通話延遲3秒", "ja": "1対1通話で3秒遅延します", "ko": "1대1 통화에 3초 지연이 있어요", "id": "panggilan 1v1 delay 3 detik",
		"ms": "panggilan 1v1 ada kelewatan 3 saat", "th": "สาย 1v1 ดีเลย์ 3 วินาที", "vi": "cuộc gọi 1v1 bị trễ 3 giây", "fil": "may 3 segundo na delay sa 1v1 call", "hi": "1v1 कॉल में 3 सेकंड की देरी है",
		"bn": "1v1 কলে ৩ সেকেন্ড দেরি হচ্ছে", "ur": "1v1 کال میں 3 سیکنڈ کی تاخیر ہے", "ar": "في مكالمات 1v1 تأخير ٣ ثواني", "fa": "تماس دو نفره ۳ ثانیه تاخیر داره", "tr": "1v1 görüşmede 3 saniye gecikme var",
		"ru": "в звонках 1 на 1 задержка 3 секунды", "uk": "у дзвінках 1 на 1 затримка 3 секунди", "es": "hay 3 segundos de retraso en las llamadas 1 a 1", "pt-BR": "chamada 1 a 1 com 3 segundos de atraso",
		"fr": "3 secondes de retard dans les appels 1v1", "de": "in 1:1-Gesprächen 3 Sekunden Verzögerung", "it": "nelle chiamate 1v1 c'è un ritardo di 3 secondi", "pl": "w rozmowach 1 na 1 jest 3 sekundy opóźnienia",
	}, func(t *testing.T, lang, text string) {
		if got := read(t, triage.Question{Text: text, Lang: lang}).Facts["delay"]; got != "over_1s" {
			t.Errorf("%q: delay %q, want over_1s", text, got)
		}
	})
}

func TestDelayWhenAsked(t *testing.T) {
	for _, tc := range []struct{ lang, text, want string }{
		{"en", "300 ms", "under_400ms"}, {"en", "about 600ms", "under_1s"}, {"en", "0.5 s", "under_1s"}, {"de", "1,5 Sekunden", "over_1s"}, {"en", "200ms, sometimes 2 s", "over_1s"},
		{"en", "300", "under_400ms"}, {"en", "2", "over_1s"}, {"en", "half a second", "under_1s"}, {"en", "a few seconds", "over_1s"}, {"zh-Hans", "好几秒", "over_1s"}, {"ja", "800ミリ秒くらい", "under_1s"},
		{"ms", "2 saat", "over_1s"}, {"tr", "2 saat", ""}, {"en", "it freezes every 3 seconds", ""}, {"en", "it lasts 300 s", ""}, {"en", "no idea", ""}, {"en", "0", ""},
	} {
		got := read(t, triage.Question{Text: tc.text, Lang: tc.lang, Asking: "delay", Status: triage.StatusCollecting}).Facts["delay"]
		if got != tc.want {
			t.Errorf("%q in %s: delay %q, want %q", tc.text, tc.lang, got, tc.want)
		}
	}
	if got := read(t, triage.Question{Text: "the first frame takes 3 seconds to load"}).Facts["delay"]; got != "" {
		t.Errorf("a slow start gives the delay %q, want none", got)
	}
}

// TestDontKnow: neither yes nor no and no verdict, in every language and
// wherever the conversation is.
func TestDontKnow(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "I don't know", "zh-Hans": "不知道", "zh-Hant": "我也不知道", "ja": "わかりません", "ko": "잘 모르겠어요", "id": "saya tidak tahu", "ms": "tak tahu", "th": "ไม่รู้ค่ะ", "vi": "tôi không biết", "fil": "hindi ko alam",
		"hi": "पता नहीं", "bn": "জানি না", "ur": "پتہ نہیں", "ar": "ما أعرف", "fa": "نمی\u200cدونم", "tr": "bilmiyorum", "ru": "не знаю", "uk": "не знаю", "es": "no sé", "pt-BR": "não sei", "fr": "je ne sais pas",
		"de": "weiß ich nicht", "it": "non lo so", "pl": "nie wiem",
	}, func(t *testing.T, lang, text string) {
		for _, status := range []triage.Status{triage.StatusCollecting, triage.StatusAwaiting} {
			r := read(t, triage.Question{Text: text, Lang: lang, Status: status})
			if !r.Unknown || r.Act != triage.ActAnswer || r.Yes || r.No || len(r.Symptoms) > 0 || r.Lang != lang {
				t.Errorf("%q in status %s: unknown %t, act %s, yes %t, no %t, symptoms %v, in %s", text, status, r.Unknown, r.Act, r.Yes, r.No, r.Symptoms, r.Lang)
			}
		}
	})
	for _, text := range []string{"no sé, sigue igual", "I don't know, it still freezes", "keine Ahnung, geht immer noch nicht"} {
		if r := read(t, triage.Question{Text: text, Status: triage.StatusAwaiting}); r.Act != triage.ActNotFixed && r.Act != triage.ActReport {
			t.Errorf("%q is read as %s, want not_fixed", text, r.Act)
		}
	}
}

// TestRelapse: what worked for a moment, or began again, is not fixed.
func TestRelapse(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "ok for a minute, then it freezes again", "zh-Hans": "好了一下又卡了", "zh-Hant": "好了一下又卡了", "ja": "少し直ったけどまた止まる", "ko": "잠깐 됐다가 또 끊겨요", "id": "sempat bisa, terus ngelag lagi", "ms": "elok kejap, lepas tu sangkut balik",
		"th": "ดีขึ้นแป๊บนึงแล้วก็ค้างอีก", "vi": "đỡ chút rồi lại giật", "fil": "ok saglit tapos nag hang ulit", "hi": "थोड़ा ठीक हुआ फिर अटक गया", "bn": "একটু ঠিক হয়ে আবার আটকে গেল", "ur": "تھوڑا ٹھیک ہوا پھر اٹک گیا",
		"ar": "تحسن شوي ورجع يقطع", "fa": "یه کم درست شد دوباره گیر کرد", "tr": "biraz düzeldi yine donuyor", "ru": "немного отпустило и снова зависает", "uk": "трохи відпустило і знову зависає", "es": "volvió a trabarse",
		"pt-BR": "voltou a travar", "fr": "mieux un moment puis ça rame de nouveau", "de": "kurz gut, jetzt ruckelt es wieder", "it": "un po' meglio poi si blocca di nuovo", "pl": "chwilę lepiej i znowu zacina",
	}, func(t *testing.T, lang, text string) {
		r := read(t, triage.Question{Text: text, Lang: lang, Status: triage.StatusAwaiting})
		if r.Act != triage.ActNotFixed && r.Act != triage.ActReport {
			t.Errorf("%q is read as %s (%.2f), want not_fixed", text, r.Act, r.ActConfidence)
		}
	})
}

// TestWorksAgain: "again" alone is good news.
func TestWorksAgain(t *testing.T) {
	inEvery(t, map[string]string{
		"en": "it works again, thanks", "zh-Hans": "又恢复正常了", "zh-Hant": "又恢復正常了", "ja": "また正常に戻りました", "ko": "다시 잘 돼요", "id": "sudah normal lagi", "ms": "dah pulih semula", "th": "กลับมาปกติแล้ว", "vi": "chạy lại bình thường rồi",
		"fil": "gumagana na ulit", "hi": "दोबारा ठीक चल रहा है", "bn": "আবার ঠিক হয়ে গেছে", "ur": "دوبارہ ٹھیک چل رہا ہے", "ar": "رجع يشتغل طبيعي", "fa": "دوباره درست شد", "tr": "tekrar çalışıyor", "ru": "снова работает", "uk": "знову працює",
		"es": "ya funciona otra vez", "pt-BR": "voltou a funcionar", "fr": "ça remarche", "de": "läuft wieder", "it": "funziona di nuovo", "pl": "znowu działa",
	}, func(t *testing.T, lang, text string) {
		r := read(t, triage.Question{Text: text, Lang: lang, Status: triage.StatusAwaiting})
		if r.Act != triage.ActFixed {
			t.Errorf("%q is read as %s (%.2f), want fixed", text, r.Act, r.ActConfidence)
		}
	})
}

// TestNegationOfAnotherLanguage: Filipino "na" is "already" and Hindi "na" is "not".
func TestNegationOfAnotherLanguage(t *testing.T) {
	for _, tc := range []struct {
		lang, text string
		doubt      bool
	}{
		{"fil", "pinalitan ko na ang encoder, gumagana na sa lahat, salamat!", false},
		{"fil", "gumagana na dito, pero hindi pa sa iba", true},
		{"hi", "ab bhi theek na hua, kaam kar gaya bola tha", true},
	} {
		r := read(t, triage.Question{Text: tc.text, Lang: tc.lang, Status: triage.StatusAwaiting})
		if sure := r.Act == triage.ActFixed && r.ActConfidence >= 0.65; sure == tc.doubt {
			t.Errorf("%s: %q is read as %s (%.2f)", tc.lang, tc.text, r.Act, r.ActConfidence)
		}
	}
}

// TestOperatorsOfManyCountries name a network, and no place.
func TestOperatorsOfManyCountries(t *testing.T) {
	for _, tc := range []struct {
		text, network string
		regions       []string
	}{
		{"MTN users cannot connect", "MTN", nil},
		{"mtn users cannot connect", "MTN", nil},
		{"viewers on Vodafone complain", "Vodafone", nil},
		{"les clients Orange ne peuvent pas se connecter", "Orange", nil},
		{"مستخدمو فودافون لا يستطيعون الدخول", "Vodafone", nil},
		{"沃达丰的观众看不了", "Vodafone", nil},
		{"MTN users in Ghana cannot connect", "MTN", []string{"GH"}},
		{"viewers on Vodafone Egypt complain", "Vodafone Egypt", []string{"EG"}},
		{"MTN is slow, yes, only MTN", "MTN", nil},
		{"MTN and Vodafone users cannot connect", "", nil},
		{"the picture is orange", "", nil},
	} {
		r := read(t, triage.Question{Text: tc.text})
		if r.Facts["network"] != tc.network || !slices.Equal(r.Regions, tc.regions) {
			t.Errorf("%q: network %q in %v, want %q in %v", tc.text, r.Facts["network"], r.Regions, tc.network, tc.regions)
		}
	}
}

func TestLiveEventNow(t *testing.T) {
	for text, want := range map[string]string{
		"عندنا بث مباشر والمشاهدين ما يشوفون شي الآن":       "yes",
		"حدث مباشر والصورة سوداء":                           "yes",
		"غدا عندنا حدث مباشر، ماذا نجهز؟":                   "",
		"our live event has a black picture now":            "yes",
		"we have a live event tomorrow, what do we do now?": "",
		"the stream freezes now":                            "",
	} {
		if got := read(t, triage.Question{Text: text}).Facts["live"]; got != want {
			t.Errorf("%q: live %q, want %q", text, got, want)
		}
	}
}

// TestSinceADay: the day beside a time of day belongs to it.
func TestSinceADay(t *testing.T) {
	for text, want := range map[string]string{
		"昨日の20時から映像が止まります":                       "昨日の20時",
		"it freezes since yesterday at 8 pm":     "yesterday at 8 pm",
		"it freezes since 8 pm yesterday":        "8 pm yesterday",
		"se congela desde ayer a las 20:30":      "ayer a las 20:30",
		"тормозит со вчера, с 20:30":             "20:30",
		"从昨天晚上8点开始卡":                             "昨天晚上8点",
		"seit gestern 20 Uhr ruckelt es":         "gestern 20 Uhr",
		"today it freezes, the show is at 20:30": "",
	} {
		if got := read(t, triage.Question{Text: text}).Facts["since"]; got != want {
			t.Errorf("%q: since %q, want %q", text, got, want)
		}
	}
}

// TestReadings are what a tester saw misread, and their neighbours.
func TestReadings(t *testing.T) {
	for _, tc := range []struct{ lang, text, symptom, severity string }{
		{"pt-BR", "sala de voz caiu para todo mundo", "disconnect", "P1"},
		{"pt-BR", "na sala de voz todo mundo ficou sem áudio", "no_audio", "P1"},
		{"fil", "nag hahang yung live", "stutter", "P3"},
		{"fil", "nag-hahang po yung stream namin", "stutter", "P3"},
		{"ms", "panggilan video lambat sangat", "high_latency", "P3"},
		{"ms", "AI jawab lambat", "ai_slow", "P3"},
		{"fa", "ویدیو گیر می\u200cکنه", "stutter", "P3"},
		{"hi", "वीडियो अटक रहा है", "stutter", "P3"},
		{"hi", "live ruk ruk ke aa raha hai", "stutter", "P3"},
	} {
		r := read(t, triage.Question{Text: tc.text, Lang: tc.lang})
		if r.Act != triage.ActReport || len(r.Symptoms) == 0 || r.Symptoms[0] != tc.symptom || string(r.Severity) != tc.severity {
			t.Errorf("%q: %s %v %s, want a report of %s, %s", tc.text, r.Act, r.Symptoms, r.Severity, tc.symptom, tc.severity)
		}
	}
}
