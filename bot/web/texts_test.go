package web

import (
	"maps"
	"strings"

	"firstline/i18n"
)

// fakeTexts has English, Thai, Arabic and Spanish; other languages get English.
type fakeTexts struct{}

func (fakeTexts) Match(locale string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	for _, lang := range i18n.Languages() {
		if lang == locale || lang == base {
			return lang
		}
	}
	return ""
}

func (fakeTexts) Text(lang, key string, _ map[string]any) string {
	text, ok := sampleTexts[lang][key]
	if !ok {
		if text, ok = sampleTexts["en"][key]; !ok {
			return key
		}
	}
	if i18n.RTL(lang) {
		return i18n.IsolateLatin(text)
	}
	return text
}

// sampleTexts are as long as real ones, so that the browser test measures something.
var sampleTexts = map[string]map[string]string{
	"en": {
		"web.title": "Firstline", "web.customer": "Customer", "web.desk": "Engineers' desk", "web.language": "Language",
		"web.samples": "Real problems to try", "web.new": "New conversation", "web.write": "Write a message", "web.send": "Send",
		"web.choose": "Choose", "web.empty": "Write what is wrong, or choose one of the problems above.", "web.desk_empty": "Handoffs appear here.",
		"web.desk_write": "Answer the customer; // stays internal", "web.typing": "Firstline is answering", "web.lost": "The connection is lost; trying again.",
		"web.edited": "edited", "web.you": "You", "web.engineer": "Engineer", "web.internal": "internal, not sent to the customer",
		"web.no_answer": "The message could not be sent. It is kept here; try again.", "web.retry": "Try again", "web.sending": "Sending",
		"web.your_name": "Your name", "web.back": "Back to all cases", "web.newer": "New messages",
		"web.form_failed": "The form did not open. Please answer in your own words.", "web.stale": "This choice is no longer open.",
		"web.too_long": "This message is too long. Please shorten it and send it again.", "web.refused": "This could not be taken. Please try again or write it in other words.",
		"web.only_you": "only you see this", "web.no_script": "This page needs JavaScript.",
		"web.sample.1": "Our live shopping stream has been stuttering in Thailand since 8 pm, many viewers on AIS complain",
		"web.sample.2": "1v1 video calls have 2 seconds of delay between Vietnam and Japan",
		"web.sample.3": "Black screen for ALL viewers, our concert is live right now!!!",
		"web.sample.4": "In the voice room I hear my own echo, SDK 4.2.1 on Android",
		"web.sample.5": "The AI tutor takes 6 seconds to answer our students in Mexico",
	},
	"th": {
		"web.customer": "ลูกค้า", "web.language": "ภาษา", "web.samples": "ตัวอย่างปัญหาจริง", "web.new": "เริ่มการสนทนาใหม่", "web.write": "พิมพ์ข้อความ", "web.send": "ส่ง",
		"web.choose": "เลือก", "web.empty": "บอกปัญหาที่พบ หรือเลือกจากตัวอย่างด้านบนค่ะ", "web.typing": "Firstline กำลังตอบ", "web.lost": "การเชื่อมต่อขาดหาย กำลังลองใหม่",
		"web.edited": "แก้ไขแล้ว", "web.you": "คุณ", "web.engineer": "วิศวกร", "web.no_answer": "ส่งข้อความไม่สำเร็จ ข้อความยังเก็บไว้ที่นี่ ลองอีกครั้ง", "web.retry": "ลองอีกครั้ง", "web.sending": "กำลังส่ง",
		"web.newer": "ข้อความใหม่", "web.stale": "ตัวเลือกนี้ปิดแล้วค่ะ",
		"web.sample.1": "ไลฟ์ขายของกระตุกตั้งแต่สองทุ่ม ลูกค้าที่ใช้ AIS บ่นกันเยอะมาก", "web.sample.2": "วิดีโอคอล 1v1 ดีเลย์ 2 วินาทีระหว่างไทยกับญี่ปุ่น",
		"web.sample.3": "จอดำทุกคนเลย คอนเสิร์ตกำลังไลฟ์อยู่ตอนนี้!!!", "web.sample.4": "ในห้องเสียงได้ยินเสียงตัวเองสะท้อน SDK 4.2.1 บน Android", "web.sample.5": "ติวเตอร์ AI ใช้เวลา 6 วินาทีกว่าจะตอบนักเรียนที่เชียงใหม่",
	},
	"ar": {
		"web.customer": "العميل", "web.language": "اللغة", "web.samples": "مشكلات حقيقية للتجربة", "web.new": "محادثة جديدة", "web.write": "رسالة جديدة", "web.send": "إرسال",
		"web.choose": "اختيار", "web.empty": "يرجى وصف المشكلة، أو اختيار إحدى المشكلات أعلاه.", "web.typing": "يجري إعداد الرد من Firstline", "web.lost": "انقطع الاتصال؛ تجري المحاولة من جديد.",
		"web.edited": "معدّلة", "web.you": "أنت", "web.engineer": "مهندس", "web.no_answer": "تعذّر إرسال الرسالة. هي محفوظة هنا؛ يرجى المحاولة مجددًا.", "web.retry": "إعادة المحاولة", "web.sending": "جارٍ الإرسال",
		"web.newer": "رسائل جديدة", "web.stale": "لم يعد هذا الخيار متاحًا.",
		"web.sample.1": "البث المباشر للتسوق يتقطع في السعودية منذ الساعة 8 مساءً، وكثير من مشاهدي STC يشتكون", "web.sample.2": "مكالمات الفيديو 1v1 فيها تأخير ثانيتين بين مصر والإمارات",
		"web.sample.3": "شاشة سوداء عند كل المشاهدين والحفل مباشر الآن!!!", "web.sample.4": "في الغرفة الصوتية أسمع صدى صوتي، SDK 4.2.1 على Android", "web.sample.5": "المعلم الذكي يحتاج 6 ثوانٍ للرد على طلابنا في المغرب",
	},
	"es": {
		"web.customer": "Cliente", "web.language": "Idioma", "web.samples": "Problemas reales para probar", "web.new": "Nueva conversación", "web.write": "Escribir un mensaje", "web.send": "Enviar",
		"web.choose": "Elegir", "web.empty": "Cuente qué ocurre o elija uno de los problemas de arriba.", "web.typing": "Firstline está respondiendo", "web.lost": "Se perdió la conexión; se intenta de nuevo.",
		"web.edited": "editado", "web.you": "Usted", "web.engineer": "Ingeniería", "web.no_answer": "No se pudo enviar el mensaje. Queda guardado aquí; intente de nuevo.", "web.retry": "Intentar de nuevo", "web.sending": "Enviando",
		"web.newer": "Mensajes nuevos", "web.stale": "Esta opción ya no está abierta.",
		"web.sample.1": "Nuestro en vivo de ventas se traba desde ayer en la noche en México, muchos con Telcel se quejan", "web.sample.2": "Las videollamadas 1v1 tienen 2 segundos de retraso entre Colombia y España",
		"web.sample.3": "¡¡¡Pantalla negra para TODOS, el concierto está en vivo ahora mismo!!!", "web.sample.4": "En la sala de voz escucho mi propio eco, SDK 4.2.1 en Android", "web.sample.5": "El tutor de IA tarda 6 segundos en responder a los alumnos en Perú",
	},
}

// botWords are what the scripted bot of the browser test says.
var botWords = map[string]map[string]string{
	"en": {
		"answer": "I am Firstline, the support bot; an engineer is one click away.\n\nUnderstood: **stutter, showroom live stream, Thailand**.\n\nHow many users have it?",
		"all":    "all users", "many": "many users", "some": "some users", "human": "Talk to an engineer", "form": "Answer all at once", "scope": "How many users have it?", "region": "Choose a country",
		"steps": "This helps in most such cases:\n\n1. **Check the bitrate**: set `video.bitrate` to 1800 kbps.\n2. **Shorten the GOP** to 2 s, see https://docs.example/gop\n\n```\nffmpeg -g 60 -b:v 1800k\n```\n\nDid it help?",
		"fixed": "It works now", "not": "Did not help", "title": "Your problem", "submit": "Send", "cancel": "Cancel", "called": "I am calling an engineer now, with everything you told me.", "claimed": "**Kim** has taken over and knows everything you told me.",
		"reply": "I have moved your stream to the Bangkok edge `bkk-3`. Please reload with error code -1307 in mind.",
	},
	"th": {
		"answer": "นี่คือ Firstline บอตซัปพอร์ตค่ะ คุยกับวิศวกรได้ด้วยคลิกเดียว\n\nเข้าใจว่า: **ภาพกระตุก ไลฟ์โชว์รูม ประเทศไทย**\n\nมีผู้ใช้กี่คนที่พบปัญหานี้คะ",
		"all":    "ผู้ใช้ทั้งหมด", "many": "ผู้ใช้จำนวนมาก", "some": "ผู้ใช้บางส่วน", "human": "คุยกับวิศวกร", "form": "ตอบทั้งหมดในครั้งเดียว", "scope": "มีผู้ใช้กี่คนที่พบปัญหานี้คะ", "region": "เลือกประเทศ",
		"steps": "วิธีนี้ช่วยได้ในกรณีส่วนใหญ่ค่ะ\n\n1. **ตรวจสอบบิตเรต** ตั้งค่า `video.bitrate` เป็น 1800 kbps\n2. **ลด GOP** เหลือ 2 s ดูที่ https://docs.example/gop\n\n```\nffmpeg -g 60 -b:v 1800k\n```\n\nดีขึ้นไหมคะ",
		"fixed": "ใช้ได้แล้ว", "not": "ยังไม่หาย", "title": "ปัญหาของคุณ", "submit": "ส่ง", "cancel": "ยกเลิก", "called": "กำลังเรียกวิศวกรพร้อมข้อมูลทั้งหมดที่แจ้งไว้ค่ะ", "claimed": "**Kim** รับเรื่องแล้ว และทราบข้อมูลทั้งหมดที่คุณแจ้งค่ะ",
		"reply": "ย้ายสตรีมไปที่เอดจ์กรุงเทพ `bkk-3` แล้วค่ะ หากพบโค้ด -1307 อีกให้แจ้งที่นี่",
	},
	"ar": {
		"answer": "أنا Firstline، بوت الدعم؛ والمهندس على بُعد نقرة واحدة.\n\nفُهم ما يلي: **تقطّع، بث مباشر، السعودية**.\n\nكم عدد المستخدمين المتأثرين؟",
		"all":    "كل المستخدمين", "many": "مستخدمون كثيرون", "some": "بعض المستخدمين", "human": "التحدث إلى مهندس", "form": "الإجابة دفعة واحدة", "scope": "كم عدد المستخدمين المتأثرين؟", "region": "اختيار البلد",
		"steps": "هذا يحل معظم هذه الحالات:\n\n1. **ضبط معدل البت**: اجعل `video.bitrate` على 1800 kbps.\n2. **تقصير GOP** إلى 2 s، انظر https://docs.example/gop\n\n```\nffmpeg -g 60 -b:v 1800k\n```\n\nهل ساعد ذلك؟",
		"fixed": "يعمل الآن", "not": "لم يساعد", "title": "المشكلة", "submit": "إرسال", "cancel": "إلغاء", "called": "يجري الآن استدعاء مهندس، ومعه كل ما ذُكر هنا.", "claimed": "**Kim** يتولى الحالة الآن ويعرف كل ما ذُكر.",
		"reply": "نُقل البث إلى عقدة بانكوك `bkk-3`. إذا ظهر الرمز -1307 مجددًا فيُرجى ذكره هنا.",
	},
	"es": {
		"answer": "Soy Firstline, el bot de soporte; hay un ingeniero a un clic.\n\nEntendido: **imagen entrecortada, transmisión en vivo, México**.\n\n¿A cuántos usuarios les pasa?",
		"all":    "a todos los usuarios", "many": "a muchos usuarios", "some": "a algunos usuarios", "human": "Hablar con un ingeniero", "form": "Responder todo de una vez", "scope": "¿A cuántos usuarios les pasa?", "region": "Elegir un país",
		"steps": "Esto ayuda en la mayoría de estos casos:\n\n1. **Revise la tasa de bits**: ponga `video.bitrate` en 1800 kbps.\n2. **Acorte el GOP** a 2 s, vea https://docs.example/gop\n\n```\nffmpeg -g 60 -b:v 1800k\n```\n\n¿Ayudó?",
		"fixed": "Ya funciona", "not": "No ayudó", "title": "Su problema", "submit": "Enviar", "cancel": "Cancelar", "called": "Estoy llamando a un ingeniero con todo lo que me contó.", "claimed": "**Kim** se hizo cargo y sabe todo lo que me contó.",
		"reply": "Pasé la transmisión al nodo de Bangkok `bkk-3`. Si vuelve el código -1307, avise aquí.",
	},
}

func wordsOf(lang string) map[string]string {
	w := maps.Clone(botWords["en"])
	maps.Copy(w, botWords[lang])
	for k, v := range w {
		if !i18n.RTL(lang) {
			continue
		}
		parts := strings.Split(v, "```")
		for i := 0; i < len(parts); i += 2 { // fenced code is left alone
			parts[i] = i18n.IsolateLatin(parts[i])
		}
		w[k] = strings.Join(parts, "```")
	}
	return w
}
