package slack

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/bottest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// words are the same few things in three languages; U+2068 and U+2069 isolate Latin runs.
type words struct {
	understood, ask, region, thailand, vietnam, fixed, notFixed, human, all, steps, author, relay, title, tier string
}

var spoken = map[string]words{
	"en": {
		"Understood: **stutter, showroom, Thailand, many viewers**.", "Which carrier is it?", "Choose a country", "Thailand", "Vietnam",
		"That helped", "Still broken", "A person, please", "Answer all at once",
		"Please try this:\n1. Set the GOP to 2 s: `-g 60 -r 30`\n2. Push again:\n```\nffmpeg -re -i in.mp4 -g 60 -f flv rtmp://push.example/live?a=1&b=<key>\n```\n- See https://docs.example/gop?x=1&y=2.",
		"Kim <!channel>", "Hello @here, see <https://evil.example|our docs> & tell me.", "P1 · Siam Live · stutter", "Tier",
	},
	"th": {
		"เข้าใจแล้วค่ะ **ภาพกระตุก โชว์รูม ประเทศไทย ผู้ชมหลายคน**", "ใช้เครือข่ายไหนคะ", "เลือกประเทศ", "ไทย", "เวียดนาม",
		"ใช้ได้แล้ว", "ยังไม่หาย", "ขอคุยกับคน", "ตอบทั้งหมดในครั้งเดียว",
		"ลองทำตามนี้นะคะ\n1. ตั้งค่า GOP เป็น 2 วินาที`-g 60 -r 30`แล้วส่งใหม่\n- ดู https://docs.example/gop",
		"คิม", "สวัสดีค่ะ @channel ช่วยดู**ภาพ**นี้ให้หน่อย", "P1 · Siam Live · ภาพกระตุก", "ระดับ",
	},
	"ar": {
		"فهمت: **تقطيع، غرفة عرض، تايلاند، مشاهدون كثيرون**.", "أي شبكة؟", "اختر البلد", "تايلاند", "فيتنام",
		"نجح الحل", "المشكلة مستمرة", "أريد شخصًا", "الإجابة دفعة واحدة",
		"يرجى تجربة ما يلي:\n1. اضبط GOP على \u2068`-g 60`\u2069\n- انظر \u2068https://docs.example/gop\u2069",
		"كيم", "مرحبًا، الرمز \u2068-1307\u2069", "\u2068P1\u2069 · تقطيع", "الفئة",
	},
}

func form(lang string) bot.Form {
	w := spoken[lang]
	return bot.Form{
		ID: "case-1", Lang: lang, Title: w.all, Submit: w.fixed, Cancel: w.notFixed,
		Fields: []bot.FormField{
			{Name: "region", Label: w.region, Value: "TH", Options: []bot.Choice{{Value: "TH", Label: w.thailand}, {Value: "VN", Label: w.vietnam}}},
			{Name: "carrier", Label: w.ask, Hint: w.region, Value: "True"},
		},
	}
}

// kinds are the kinds of message that the program sends.
func kinds(lang string) map[string]bot.Outbound {
	w := spoken[lang]
	to := at("C0SIAM", "")
	ways := []bot.Choice{
		{Action: "fixed", Value: "case-1", Label: w.fixed, Strong: true}, {Action: "not_fixed", Value: "case-1", Label: w.notFixed},
		{Action: "human", Value: "case-1", Label: w.human},
	}
	return map[string]bot.Outbound{
		"question": {
			ID: "q", To: to, Lang: lang, Text: w.understood + "\n\n" + w.ask,
			Menus: []bot.Menu{{Action: "slot:region", Hint: w.region, Options: []bot.Choice{{Value: "TH", Label: w.thailand}, {Value: "VN", Label: w.vietnam}}}},
			Choices: []bot.Choice{
				{Action: "slot:carrier", Value: "ais", Label: "AIS"}, {Action: "slot:carrier", Value: "true", Label: "True"}, {Action: "slot:carrier", Value: "dtac", Label: "dtac"},
				{Action: "form", Value: "case-1", Label: w.all}, {Action: "human", Value: "case-1", Label: w.human}, {Action: "lang", Value: "en", Label: "English"},
			},
		},
		"steps":      {ID: "s", To: to, Lang: lang, Text: w.steps, Choices: ways},
		"relay":      {ID: "r", To: to, Lang: lang, Author: w.author, Text: w.relay, Files: []bot.File{{Name: "log <1>.txt", URL: "https://files.example/log?a=1&b=2", Size: 10}, {Name: "x", URL: "javascript:alert(1)"}}},
		"translated": {ID: "t", To: to, Lang: lang, Author: w.author, Text: w.relay, Note: w.thailand + " <!channel> *x*", Choices: []bot.Choice{{Action: "original", Value: "1.2", Label: w.all}}},
		"answered":   {ID: "a", To: to, Lang: lang, Text: w.understood + "\n\n✓ " + w.thailand, Update: "1.2"},
		"card": {
			ID: "c", To: at("C0DESK", ""), Lang: lang, Text: w.understood,
			Card: &bot.Card{Title: w.title, Fields: []bot.Field{{Label: w.tier, Value: "gold"}, {Label: w.region, Value: w.thailand}, {Label: "x*y", Value: ""}}, Notes: []bot.Field{{Label: w.human, Value: w.relay}}},
			Choices: []bot.Choice{
				{Action: "claim", Value: "case-1", Label: "Claim", Strong: true}, {Action: "escalate", Value: "case-1", Label: "Escalate"}, {Action: "resolve", Value: "case-1", Label: "Resolve"},
			},
		},
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (rewrite with -update):\ngot\n%s\nwant\n%s", name, got, want)
	}
}

func TestGolden(t *testing.T) {
	w := newTown(t, townOptions{})
	for lang := range spoken {
		for kind, out := range kinds(lang) {
			t.Run(kind+"_"+lang, func(t *testing.T) {
				parts, err := render(out)
				if err != nil || len(parts) != 1 {
					t.Fatalf("render: %d parts, %v", len(parts), err)
				}
				golden(t, kind+"_"+lang+".json", toJSON(t, map[string]any{"text": parts[0].fallback, "blocks": parts[0].blocks}))
				if out.Update == "" { // and Slack's limits hold
					mustSend(t, w, out)
				}
			})
		}
		t.Run("form_"+lang, func(t *testing.T) {
			view, err := formView(form(lang), formPlace{Address: at("C0SIAM", "1.1"), MessageID: "1.2", Case: "case-1", Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "form_"+lang+".json", toJSON(t, view))
		})
		t.Run("home_"+lang, func(t *testing.T) { golden(t, "home_"+lang+".json", toJSON(t, w.client.homeView(lang))) })
	}
}

func TestActionIDsAreUniqueAndReversible(t *testing.T) {
	taken := map[string]bool{}
	for _, action := range []string{"fixed", "fixed", "slot:region", "slot:region", "slot:region", "csat:5", "csat:5", "a:", ":1"} {
		id := actionID(action, taken)
		if !strings.HasPrefix(id, action) || actionOf(id) != action {
			t.Errorf("actionID(%q) = %q, back %q", action, id, actionOf(id))
		}
	}
	if len(taken) != 9 {
		t.Errorf("ids = %v, want nine", taken)
	}
}

// TestRenderKeepsTheLimits sends what is at, over and far over the limits to the stand-in.
func TestRenderKeepsTheLimits(t *testing.T) {
	w := newTown(t, townOptions{})
	long := strings.Repeat("Long words & more <b>. ", 4000)
	var options []bot.Choice
	for i := range 249 {
		options = append(options, bot.Choice{Value: fmt.Sprint(i), Label: fmt.Sprintf("Country %d with a name of more than seventy-five characters, as some do have %d", i, i)})
	}
	var fields []bot.Field
	for range 23 {
		fields = append(fields, bot.Field{Label: long, Value: long})
	}
	var buttons []bot.Choice
	for i := range 30 {
		buttons = append(buttons, bot.Choice{Action: "slot:scope", Value: fmt.Sprint(i), Label: long[:200]})
	}
	var files []bot.File
	for i := range 40 {
		files = append(files, bot.File{Name: long[:300], URL: "https://files.example/" + strings.Repeat("x", 1000) + fmt.Sprint(i)})
	}
	tests := []struct {
		name string
		out  bot.Outbound
	}{
		{"menu of countries", bot.Outbound{Text: "x", Menus: []bot.Menu{{Action: "slot:region", Hint: long, Options: options}}}},
		{"many buttons", bot.Outbound{Text: "x", Choices: buttons}},
		{"huge card", bot.Outbound{Text: long, Author: long, Card: &bot.Card{Title: long, Fields: fields, Notes: fields}, Choices: buttons}},
		{"huge for one person", bot.Outbound{Text: long, OnlyFor: "UMALI"}},
		{"only buttons", bot.Outbound{Choices: buttons[:1]}},
		{"only a menu", bot.Outbound{Menus: []bot.Menu{{Action: "slot:x", Options: options[:2]}}}},
		{"only files", bot.Outbound{Files: files}},
		{"zero width", bot.Outbound{Text: "\u200b\u200b"}},
		{"emoji", bot.Outbound{Text: strings.Repeat("👩‍👩‍👧", 3000)}},
		{"empty fences", bot.Outbound{Text: "```\n```\n \n"}},
		{"escapes everywhere", bot.Outbound{
			Author: strings.Repeat("&", 99), Text: strings.Repeat("&", 900), Files: []bot.File{{Name: strings.Repeat("<", 300), URL: "https://a.example/?" + strings.Repeat("&", 900)}},
			Card: &bot.Card{Title: strings.Repeat("&", 200), Fields: []bot.Field{{Label: strings.Repeat("&", 99), Value: strings.Repeat("&", 999)}, {Label: strings.Repeat("&", 99), Value: strings.Repeat("<", 999)}}},
		}},
		{"long author", bot.Outbound{Author: long, Text: "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.out.ID, tt.out.To = tt.name, at("C0SIAM", "")
			mustSend(t, w, tt.out)
		})
	}
	// An update holds less than a message: Slack refuses texts of 4,000 characters there.
	rec := mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Text: "first"})
	mustSend(t, w, bot.Outbound{To: at("C0SIAM", ""), Text: long, Update: rec.MessageID, Author: "kim"})
	m := w.Expect(bottest.In("C0SIAM"), func(m bottest.SlackMessage) bool { return m.TS == rec.MessageID }, patience)
	if !strings.HasSuffix(m.Visible(), "…") {
		t.Errorf("a shortened update does not say so: …%q", m.Visible()[len(m.Visible())-30:])
	}
}

func TestRenderRefuses(t *testing.T) {
	long := strings.Repeat("x", 3000)
	tests := map[string]bot.Outbound{
		"nothing":         {},
		"button value":    {Text: "x", Choices: []bot.Choice{{Action: "fixed", Value: long, Label: "x"}}},
		"no action":       {Text: "x", Choices: []bot.Choice{{Label: "x"}}},
		"long action":     {Text: "x", Choices: []bot.Choice{{Action: long, Label: "x"}}},
		"option value":    {Text: "x", Menus: []bot.Menu{{Action: "a", Options: []bot.Choice{{Value: long[:151]}}}}},
		"no option value": {Text: "x", Menus: []bot.Menu{{Action: "a", Options: []bot.Choice{{Label: "x"}}}}},
		"too many":        {Text: "x", Choices: make([]bot.Choice, 200)},
	}
	c, err := New(Config{BotToken: "x", AppToken: "x", Acceptor: &inbox{}, Texts: texts{}})
	if err != nil {
		t.Fatal(err)
	}
	for name, out := range tests {
		out.To = at("C1", "")
		if name == "too many" {
			for i := range out.Choices {
				out.Choices[i] = bot.Choice{Action: "a", Value: "x", Label: "x"}
			}
		}
		_, err := c.Send(t.Context(), out)
		t.Run(name, func(t *testing.T) { classIs(t, err, bot.ClassInvalid) })
	}
	for name, out := range map[string]bot.Outbound{"elsewhere": {To: bot.Address{Platform: "web", Channel: "C1"}, Text: "x"}, "delete nothing": {To: at("C1", ""), Delete: true}} {
		_, err := c.Send(t.Context(), out)
		t.Run(name, func(t *testing.T) { classIs(t, err, bot.ClassInvalid) })
	}
}
