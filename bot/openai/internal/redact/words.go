package redact

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What may stand between a word and its number.
var fillers = []string{
	"number", "num", "no", "nr", "is", "номер", "numéro", "número", "numero", "nummer", "numer", "số", "เบอร์", "号码", "號碼", "号", "號", "番号", "번호", "नंबर",
	"নম্বর", "نمبر", "رقم", "شماره",
}

var phoneWords = []string{
	"phone", "telephone", "tel", "mobile", "cell", "whatsapp", "viber", "zalo", "telegram", "call", "call me", "ring", "hp", "fax", "sms", "电话", "電話",
	"手机", "手機", "联系方式", "聯絡電話", "携帯", "でんわ", "전화", "휴대폰", "핸드폰", "연락처", "telepon", "telp", "ponsel", "telefon", "โทร", "โทรศัพท์", "มือถือ", "เบอร์",
	"điện thoại", "sđt", "gọi", "फोन", "फ़ोन", "मोबाइल", "ফোন", "মোবাইল", "فون", "موبائل", "هاتف", "الهاتف", "جوال", "موبايل", "واتساب", "تلفن", "موبایل",
	"cep", "cep telefonu", "телефон", "телефону", "тел", "моб", "teléfono", "telefono", "celular", "telefone", "téléphone", "portable", "handy",
	"cellulare", "komórka",
}

var idWords = []string{
	"room", "roomid", "stream", "streamid", "channel", "channelid", "id", "uid", "userid", "user", "sid", "session", "ticket", "case", "order", "trace",
	"traceid", "app", "appid", "code", "error", "build", "port", "pid", "seq", "ssrc", "timestamp", "ts", "pts", "dts", "房间", "房号", "房間", "直播间", "直播間",
	"频道", "頻道", "流", "用户", "用戶", "订单", "訂單", "错误码", "錯誤碼", "ルーム", "部屋", "配信", "チャンネル", "エラー", "방", "채널", "스트림", "오류", "kamar", "bilik", "saluran",
	"siaran", "galat", "ralat", "ห้อง", "สตรีม", "ช่อง", "รหัส", "phòng", "kênh", "luồng", "mã lỗi", "mã", "रूम", "कमरा", "स्ट्रीम", "त्रुटि", "রুম",
	"স্ট্রিম", "ত্রুটি", "روم", "کمرہ", "سٹریم", "غرفة", "الغرفة", "قناة", "بث", "خطأ", "اتاق", "کانال", "استریم", "خطا", "oda", "kanal", "yayın", "hata",
	"комната", "комнаты", "кімната", "кімнати", "канал", "поток", "потік", "стрим", "стрім", "ошибка", "помилка", "sala", "canal", "flujo", "transmisión",
	"transmissão", "erro", "salle", "salon", "flux", "erreur", "raum", "fehler", "stanza", "canale", "flusso", "errore", "pokój", "kanał", "strumień",
	"błąd",
}

// lead prepares the words before a number: in small letters, without the signs
// and fillers in between.
func lead(before string) string {
	s := strings.ToLower(before)
	for {
		s = strings.TrimRightFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\n'
		})
		cut := false
		for _, w := range fillers {
			if rest, ok := cutWord(s, w); ok && strings.TrimSpace(rest) != "" && !endsWith(s, phoneWords) {
				s, cut = rest, true
				break
			}
		}
		if !cut {
			return s
		}
	}
}

func endsWith(s string, words []string) bool {
	for _, w := range words {
		if _, ok := cutWord(s, w); ok {
			return true
		}
	}
	return false
}

// cutWord cuts w off the end of s when it is a word there. Scripts that write no
// spaces have no such border; an underscore is one.
func cutWord(s, w string) (rest string, ok bool) {
	rest, ok = strings.CutSuffix(s, w)
	if !ok {
		return s, false
	}
	before, _ := utf8.DecodeLastRuneInString(rest)
	first, _ := utf8.DecodeRuneInString(w)
	if flatByte(first) == letter && !unicode.In(first, unicode.Arabic, unicode.Devanagari, unicode.Bengali) {
		return rest, true
	}
	return rest, rest == "" || !unicode.IsLetter(before) && !unicode.IsMark(before)
}
