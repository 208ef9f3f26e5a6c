package glossary_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"firstline/i18n"
	"firstline/i18n/glossary"
)

func load(t testing.TB) *glossary.Glossary {
	t.Helper()
	g, err := glossary.Default()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// sentences are what customers write. What must be masked stands in ⟪⟫, each
// thing by itself; all the rest must reach the engine.
var sentences = map[string][]string{
	"en": {
		"Hi team, our ⟪RTMP⟫ push to ⟪rtmp://push.example.com/live/abc_123⟫ fails with ⟪error code⟫ ⟪10012⟫ since 20 minutes.",
		"Please set ⟪`gop_size`⟫ to ⟪2 s⟫ and ⟪bitrate⟫ to ⟪2.5 Mbps⟫, then restart ⟪OBS Studio⟫ ⟪30.1.2⟫.",
		"It happens for 3 users in room ⟪rm_8842⟫, not for ⟪@anna.k⟫ ⟪😀⟫",
		"We see ⟪25%⟫ ⟪packet loss⟫ at ⟪10.0.0.7:1935⟫, log attached: ⟪client-2024.log⟫",
		"The 3rd try at 5pm, a 30-minute stream, worked.fine for us and/or them - thanks.Bye",
		"Run this:\n⟪$ ffmpeg -re -i in.flv -c copy out.flv⟫\nand send me the output (see ⟪https://docs.example.com/a_(b)⟫).",
		"Write to ⟪ops+live@example.co.uk⟫ or call ⟪+1 415 555 0123⟫ before ⟪20:00⟫ on ⟪2025-03-01⟫.",
		"Call ⟪joinChannel()⟫ on ⟪rtcEngine⟫ with ⟪--preset=fast⟫, see ⟪/var/log/app⟫ and ⟪auth_key=a1b2⟫.",
	},
	"zh-Hans": {
		"你好，⟪主播⟫用⟪OBS⟫推流到⟪rtmp://push.example.com/live/room1⟫，报⟪错误码⟫⟪-1307⟫。",
		"请把⟪码率⟫调到⟪2Mbps⟫，⟪帧率⟫⟪30fps⟫，⟪分辨率⟫⟪1080p⟫，再更新⟪SDK⟫版本到⟪4.3.2⟫",
		"海外观众看不了，⟪丢包⟫⟪25%⟫左右，大概3个人，持续了5分钟",
		"⟪秀场⟫房间⟪room_8842⟫黑屏，日志在⟪/data/logs/rtc.log⟫，谢谢⟪@Kim⟫",
		"峰值10万用户，1.5亿次请求，⟪20:00⟫开始⟪🔥🔥⟫",
		"看⟪https://example.com/a?b=1⟫这里，不行的话发到⟪ops@example.com⟫吧",
	},
	"zh-Hant": {
		"您好，⟪直播主⟫用 ⟪SRT⟫ 推流失敗，⟪錯誤代碼⟫是 ⟪40031⟫，麻煩看一下",
		"⟪位元率⟫設 ⟪3 Mbps⟫、⟪解析度⟫ ⟪1920x1080⟫，畫面還是一直轉圈圈",
		"昨天 3 萬人同時看，⟪CDN 節點⟫好像撐不住",
	},
	"ja": {
		"⟪配信者⟫が⟪OBS⟫から⟪RTMP⟫で送ると⟪エラーコード⟫⟪-1307⟫が出ます。",
		"⟪ビットレート⟫を⟪4 Mbps⟫、⟪フレームレート⟫を⟪60fps⟫にしましたが、3人だけ止まります。",
		"ルーム⟪room-8842⟫で⟪20:15⟫から音が出ません。⟪`joinRoom()`⟫は成功しています。",
	},
	"ko": {
		"⟪OBS⟫에서 ⟪RTMP⟫로 송출하면 ⟪오류 코드⟫ ⟪10012⟫가 나와요",
		"⟪비트레이트⟫를 ⟪3000 kbps⟫로, ⟪해상도⟫는 ⟪720p⟫로 바꿨는데 시청자 5명은 계속 끊겨요",
		"⟪보이스룸⟫ ⟪room_77⟫에서 ⟪SDK⟫를 ⟪v4.3.2⟫로 올렸어요 ⟪@minsu⟫",
	},
	"id": {
		"Halo kak, ⟪streamer⟫ pakai ⟪OBS⟫ gagal push ke ⟪rtmp://push.example.co.id/live/x⟫, ⟪kode error⟫ ⟪10012⟫",
		"Sudah turunkan ⟪bitrate⟫ ke ⟪1500 kbps⟫ tapi teman2 di 3 kota masih ngelag, ada 10.000 penonton",
		"⟪Packet loss⟫ ⟪12,5%⟫ di ⟪node CDN⟫ Jakarta sejak ⟪19:30⟫",
	},
	"ms": {
		"Salam, ⟪kod ralat⟫ ⟪-1307⟫ bila ⟪streamer⟫ guna ⟪SDK⟫ ⟪4.3.2⟫",
		"⟪Bitrate⟫ dah set ⟪2 Mbps⟫, ⟪resolusi⟫ ⟪1080p⟫, tapi kawan2 masih tersekat 5 minit",
		"Sila tengok ⟪https://status.example.my/issue/77⟫ dan ⟪bilik suara⟫ ⟪rm_12⟫",
	},
	"th": {
		"⟪สตรีมเมอร์⟫ใช้ ⟪OBS⟫ แล้วขึ้น⟪รหัสข้อผิดพลาด⟫ ⟪10012⟫ ค่ะ",
		"ตั้ง⟪บิตเรต⟫ ⟪2 Mbps⟫ ⟪ความละเอียด⟫ ⟪1080p⟫ แล้วยังค้างอยู่ 3 คน",
		"⟪ห้องวอยซ์⟫ ⟪room_88⟫ ไม่มีเสียงตั้งแต่ ⟪20:00⟫ ดูที่ ⟪https://example.com/th⟫ ค่ะ",
	},
	"vi": {
		"Chào anh, ⟪streamer⟫ dùng ⟪OBS⟫ bị ⟪mã lỗi⟫ ⟪10012⟫ từ ⟪20:00⟫",
		"Em đã hạ ⟪bitrate⟫ xuống ⟪2.5 Mbps⟫, ⟪độ phân giải⟫ ⟪720p⟫ nhưng 10.000 người vẫn giật 3 giây",
		"⟪Mất gói⟫ ⟪15%⟫ ở ⟪node CDN⟫ Hà Nội, xem ⟪ping-hn.txt⟫ giúp em",
	},
	"fil": {
		"Hello po, may ⟪error code⟫ ⟪10012⟫ kapag nag-live ang ⟪streamer⟫ sa ⟪iOS⟫ ⟪17.2⟫",
		"Binaba na po namin ang ⟪bitrate⟫ sa ⟪1.5 Mbps⟫ pero 3 viewers pa rin ang naghahang",
		"Sa ⟪voice chat room⟫ ⟪vc_889⟫ walang tunog simula ⟪19:45⟫ ⟪:sob:⟫",
	},
	"hi": {
		"नमस्ते, ⟪स्ट्रीमर⟫ को ⟪OBS⟫ से पुश करने पर ⟪एरर कोड⟫ ⟪10012⟫ आ रहा है",
		"⟪बिटरेट⟫ ⟪2 Mbps⟫ किया, ⟪फ्रेम रेट⟫ ⟪30 fps⟫ है, फिर भी 3 यूज़र का वीडियो अटकता है",
		"⟪पैकेट लॉस⟫ ⟪२५%⟫ है, ⟪room_12⟫ देखिए और ⟪a@b.in⟫ पर लिखिए",
	},
	"bn": {
		"⟪স্ট্রিমার⟫ ⟪OBS⟫ দিয়ে লাইভে গেলে ⟪এরর কোড⟫ ⟪10012⟫ দেখায়",
		"⟪বিটরেট⟫ ⟪2 Mbps⟫ দিয়েছি, তবু ৩ জনের ভিডিও আটকে যাচ্ছে",
		"⟪প্যাকেট লস⟫ ⟪১৫%⟫, রুম ⟪room_7⟫, সময় ⟪২০:১৫⟫",
	},
	"ur": {
		"⟪اسٹریمر⟫ کو ⟪OBS⟫ سے ⟪ایرر کوڈ⟫ ⟪10012⟫ آ رہا ہے",
		"⟪بٹ ریٹ⟫ ⟪2 Mbps⟫ کر دیا، پھر بھی 3 لوگوں کی ویڈیو اٹک رہی ہے",
		"⟪پیکٹ لاس⟫ ⟪20%⟫ ہے، ⟪https://example.pk/x⟫ دیکھیں",
	},
	"ar": {
		"⟪الستريمر⟫ يستخدم ⟪OBS⟫ ويظهر له ⟪رمز الخطأ⟫ ⟪-1307⟫ منذ ⟪20:00⟫",
		"خفضنا ⟪معدل البت⟫ إلى ⟪2 Mbps⟫ و ⟪فقدان الحزم⟫ ⟪٢٥٪⟫ عند ٣ مستخدمين",
		"ya gama3a el sot by2ta3 3ndy fel ⟪voice room⟫ men 10 de2aye2",
		"تحديث ال⟪SDK⟫ إلى ⟪4.3.2⟫ لم يحل المشكلة",
	},
	"fa": {
		"⟪استریمر⟫ با ⟪OBS⟫ ⟪کد خطا⟫ ⟪10012⟫ می\u200cگیرد",
		"⟪بیت ریت⟫ را روی ⟪2 Mbps⟫ گذاشتیم ولی برای ۳ نفر قطع می\u200cشود",
		"⟪پکت لاس⟫ ⟪۲۵٪⟫ است، ساعت ⟪۲۰:۱۵⟫ در ⟪room_9⟫",
	},
	"tr": {
		"Merhaba, ⟪yayıncı⟫ ⟪OBS⟫ ile ⟪hata kodu⟫ ⟪10012⟫ alıyor",
		"⟪BİT HIZI⟫ ⟪2 Mbps⟫, ⟪çözünürlük⟫ ⟪1080p⟫, ama ⟪%25⟫ ⟪paket kaybı⟫ var, 3 kişi donuyor",
		"⟪SDK⟫'yı ⟪4.3.2⟫ yaptık, ⟪iOS⟫ ⟪17.1⟫'de hâlâ ses yok",
	},
	"ru": {
		"Здравствуйте, у ⟪стример⟫ ⟪OBS⟫ пишет ⟪код ошибки⟫ ⟪10012⟫",
		"Поставили ⟪битрейт⟫ ⟪2.5 Mbps⟫, у стримеров всё равно лагает 5 минут, 10 000 зрителей",
		"⟪Потеря пакетов⟫ ⟪25%⟫ на ⟪узел CDN⟫ в Казахстане, комната ⟪room_88⟫; дайте разрешение на микрофон",
	},
	"uk": {
		"Вітаю, ⟪код помилки⟫ ⟪10012⟫ після оновлення ⟪SDK⟫ до ⟪4.3.2⟫",
		"⟪Бітрейт⟫ ⟪2 Mbps⟫, а в 3 глядачів зависає відео з ⟪20:15⟫",
		"⟪Втрата пакетів⟫ ⟪12%⟫, дивіться ⟪trace.pcap⟫",
	},
	"es": {
		"Hola, el ⟪streamer⟫ usa ⟪OBS⟫ y le sale el ⟪código de error⟫ ⟪10012⟫",
		"Bajamos el ⟪bitrate⟫ a ⟪2,5 Mbps⟫ y 3 usuarios siguen con cortes; la resolución del caso es urgente",
		"Hay 10.000 espectadores y ⟪15 %⟫ de ⟪pérdida de paquetes⟫ desde las ⟪20:30⟫",
	},
	"pt-BR": {
		"Oi, o ⟪streamer⟫ com ⟪OBS⟫ recebe ⟪código de erro⟫ ⟪10012⟫",
		"Baixei o ⟪bitrate⟫ pra ⟪2 Mbps⟫ e 3 usuários continuam travando há 10 minutos",
		"⟪Perda de pacotes⟫ de ⟪20%⟫ no ⟪nó de CDN⟫ de São Paulo, sala ⟪sala_77⟫",
	},
	"fr": {
		"Bonjour, le ⟪streameur⟫ a le ⟪code d’erreur⟫ ⟪10012⟫ avec ⟪OBS⟫",
		"On a mis le ⟪bitrate⟫ à ⟪2 Mbps⟫ depuis 2 ans, et 3 personnes saccadent à la 2ème minute",
		"⟪Perte de paquets⟫ de ⟪15 %⟫ sur le ⟪nœud CDN⟫ ⟪paris-3⟫, voir ⟪capture.png⟫",
	},
	"de": {
		"Hallo, der ⟪Streamer⟫ bekommt mit ⟪OBS⟫ den ⟪Fehlercode⟫ ⟪10012⟫",
		"⟪Bitrate⟫ auf ⟪2,5 Mbit/s⟫ gesenkt, trotzdem ruckelt es bei 3 Zuschauern seit 5 Minuten",
		"⟪RTMP⟫-Stream über ⟪live.example.de⟫, ⟪Paketverlust⟫ ⟪20 %⟫ am ⟪CDN-Knoten⟫",
	},
	"it": {
		"Ciao, lo ⟪streamer⟫ con ⟪OBS⟫ vede ⟪codice di errore⟫ ⟪10012⟫, sei in linea?",
		"Abbiamo messo il ⟪bitrate⟫ a ⟪2 Mbps⟫ ma 3 utenti vanno a scatti",
		"⟪Perdita di pacchetti⟫ ⟪12%⟫ sul ⟪nodo CDN⟫ di Milano dalle ⟪20:15⟫",
	},
	"pl": {
		"Cześć, ⟪streamer⟫ w ⟪OBS⟫ ma ⟪kod błędu⟫ ⟪10012⟫",
		"⟪Bitrate⟫ ustawiony na ⟪2 Mbps⟫, a 3 osobom dalej się zacina od 5 minut",
		"⟪Utrata pakietów⟫ ⟪15%⟫ na ⟪węzeł CDN⟫ w Warszawie, ⟪rozdzielczość⟫ ⟪720p⟫",
	},
}

var marked = regexp.MustCompile(`(?s)⟪.*?⟫`)

func TestMaskSentences(t *testing.T) {
	g := load(t)
	for _, lang := range i18n.Languages() {
		if len(sentences[lang]) < 3 {
			t.Errorf("%s has %d sentences, want 3", lang, len(sentences[lang]))
		}
		for _, s := range sentences[lang] {
			checkMasked(t, g, s, lang)
		}
	}
}

// checkMasked compares what is masked with what stands in ⟪⟫.
func checkMasked(t *testing.T, g *glossary.Glossary, s, lang string) {
	t.Helper()
	text := strings.NewReplacer("⟪", "", "⟫", "").Replace(s)
	var want []string
	for _, m := range marked.FindAllString(s, -1) {
		want = append(want, m[len("⟪"):len(m)-len("⟫")])
	}
	m := g.Mask(text, lang, lang)
	if got := m.Originals(text); !slices.Equal(got, want) {
		t.Errorf("%s: %s\n got %q\nwant %q", lang, text, got, want)
	}
}
