package understand_test

import (
	"context"
	"testing"

	"firstline/triage"
	"firstline/triage/understand"
)

var benchTexts = []string{
	"Our live shopping stream has been stuttering in Thailand since 8 pm, many viewers on AIS complain, SDK 4.2.1, error -1103",
	"ไลฟ์ขายของกระตุกตั้งแต่เมื่อคืน ลูกค้า AIS โดนเกือบหมด ช่วยดูให้หน่อยค่ะ",
	"البث يقطع عند أغلب المشاهدين في السعودية من الساعة ٨ مساء والمباراة شغالة الحين",
	"直播一直卡，泰国和越南的观众都在投诉，大概从昨晚八点开始，错误码 -1307",
	"El chat de voz del juego va con un lag terrible en Chile y Perú, todos los equipos reclaman",
}

func BenchmarkRead(b *testing.B) {
	o, err := understand.New("")
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		o.Read(context.Background(), triage.Question{Text: benchTexts[i%len(benchTexts)]})
	}
}
