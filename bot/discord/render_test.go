package discord

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
		"Please try this:\n1. Set the GOP to 2 s: `-g 60 -r 30`\n2. Push again:\n```sh\nffmpeg -re -i in.mp4 -g 60 -f flv rtmp://push.example/live?a=1&b=<key>\n```\n- See https://docs.example/gop?x=1&y=2.",
		"Kim <@!1> *boss*", "Hello @here, see [our docs](https://evil.example) & tell <@&7> me_now.", "P1 · Siam Live · stutter", "Tier",
	},
	"th": {
		"เข้าใจแล้วค่ะ **ภาพกระตุก โชว์รูม ประเทศไทย ผู้ชมหลายคน**", "ใช้เครือข่ายไหนคะ", "เลือกประเทศ", "ไทย", "เวียดนาม",
		"ใช้ได้แล้ว", "ยังไม่หาย", "ขอคุยกับคน", "ตอบทั้งหมดในครั้งเดียว",
		"ลองทำตามนี้นะคะ\n1. ตั้งค่า GOP เป็น 2 วินาที`-g 60 -r 30`แล้วส่งใหม่\n- ดู https://docs.example/gop",
		"คิม", "สวัสดีค่ะ @everyone ช่วยดู**ภาพ**นี้ให้หน่อย", "P1 · Siam Live · ภาพกระตุก", "ระดับ",
	},
	"ar": {
		"فهمت: **تقطيع، غرفة عرض، تايلاند، مشاهدون كثيرون**.", "أي شبكة؟", "اختر البلد", "تايلاند", "فيتنام",
		"نجح الحل", "المشكلة مستمرة", "أريد شخصًا", "الإجابة دفعة واحدة",
		"يرجى تجربة ما يلي:\n1. اضبط GOP على \u2068`-g 60`\u2069\n- انظر \u2068https://docs.example/gop\u2069",
		"كيم", "مرحبًا، الرمز \u2068-1307\u2069", "\u2068P1\u2069 · تقطيع", "الفئة",
	},
}

func form(lang string) bot.Form {
	w, ok := spoken[lang]
	if !ok {
		w = spoken["en"]
	}
	return bot.Form{
		ID: "case-1", Lang: lang, Title: w.all, Submit: w.fixed, Cancel: w.notFixed,
		Fields: []bot.FormField{
			{Name: "region", Label: w.region, Value: "TH", Options: []bot.Choice{{Value: "TH", Label: w.thailand}, {Value: "VN", Label: w.vietnam}}},
			{Name: "carrier", Label: w.ask, Hint: w.region},
			{Name: "platform", Label: w.tier, Options: []bot.Choice{{Value: "ios", Label: "iOS"}, {Value: "android", Label: "Android"}}},
			{Name: "version", Label: "Version", Value: "4.2.1"},
			{Name: "since", Label: w.ask},
			{Name: "error_code", Label: w.title},
			{Name: "stream_id", Label: w.title},
		},
	}
}

// kinds are the kinds of message that the program sends.
func kinds(lang string) map[string]bot.Outbound {
	w := spoken[lang]
	to := siam("")
	ways := []bot.Choice{
		{Action: "fixed", Value: "case-1", Label: w.fixed, Strong: true}, {Action: "not_fixed", Value: "case-1", Label: w.notFixed},
		{Action: "human", Value: "case-1", Label: w.human},
	}
	return map[string]bot.Outbound{
		"question": {
			ID: "q", Case: "case-1", To: to, Lang: lang, Text: w.understood + "\n\n" + w.ask,
			Menus: []bot.Menu{{Action: "slot:region", Hint: w.region, Options: []bot.Choice{{Value: "TH", Label: w.thailand}, {Value: "VN", Label: w.vietnam}}}},
			Choices: []bot.Choice{
				{Action: "slot:carrier", Value: "ais", Label: "AIS"}, {Action: "slot:carrier", Value: "true", Label: "True"}, {Action: "slot:carrier", Value: "dtac", Label: "dtac"},
				{Action: "form", Value: "case-1", Label: w.all}, {Action: "human", Value: "case-1", Label: w.human}, {Action: "lang", Value: "en", Label: "English"},
			},
		},
		"steps":      {ID: "s", Case: "case-1", To: to, Lang: lang, Text: w.steps, Choices: ways},
		"relay":      {ID: "r", Case: "case-1", To: to, Lang: lang, Author: w.author, Text: w.relay, Files: []bot.File{{Name: "log <1>.txt", URL: "https://files.example/log?a=1&b=2", Size: 10}, {Name: "x", URL: "javascript:alert(1)"}}},
		"translated": {ID: "t", Case: "case-1", To: to, Lang: lang, Author: w.author, Text: w.relay, Note: w.thailand + " <!channel> *x*", Choices: []bot.Choice{{Action: "original", Value: "1.2", Label: w.all}}},
		"answered":   {ID: "a", Case: "case-1", To: to, Lang: lang, Text: w.understood + "\n\n✓ " + w.thailand, Update: "1.2"},
		"card": {
			ID: "c", Case: "case-1", To: desk(""), Lang: lang, Text: w.title,
			Card: &bot.Card{Title: w.title, Fields: []bot.Field{{Key: "tier", Label: w.tier, Value: "gold"}, {Key: "severity", Label: w.region, Value: "\u2068P1\u2069 (" + w.thailand + ")"}, {Label: "x*y", Value: ""}}, Notes: []bot.Field{{Label: w.human, Value: w.relay}}},
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
	w := newTown(t, townOptions{asleep: true})
	for lang := range spoken {
		for kind, out := range kinds(lang) {
			t.Run(kind+"_"+lang, func(t *testing.T) {
				parts, err := render(out)
				if err != nil || len(parts) != 1 {
					t.Fatalf("render: %d parts, %v", len(parts), err)
				}
				golden(t, kind+"_"+lang+".json", toJSON(t, withLinks(parts, fileLines(out.Files), false)[0].body()))
				if out.ID += lang; out.Update == "" { // and Discord's limits hold
					mustSend(t, w, out)
				}
			})
		}
		t.Run("form_"+lang, func(t *testing.T) {
			m, err := formModal(form(lang))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "form_"+lang+".json", toJSON(t, m))
		})
	}
	nobodyCalled(t, w)
}

func TestCustomIDs(t *testing.T) {
	for _, k := range []custom{{"fixed", "case-1", "case-1"}, {"slot:region", "", "c"}, {"slot:a|b", "", ""}, {"lang", "a|b", "c"}, {"human", "", ""}} {
		id, err := k.id()
		if strings.Contains(k.action, "|") {
			if err == nil {
				t.Errorf("%+v gives %q", k, id)
			}
			continue
		}
		if back, ok := parseCustom(id); err != nil || !ok || back != k {
			t.Errorf("%+v gives %q (%v), back %+v, %v", k, id, err, back, ok)
		}
	}
	for _, id := range []string{"", "x", "|a|b", "a|b", "form"} {
		if k, ok := parseCustom(id); ok {
			t.Errorf("parseCustom(%q) = %+v", id, k)
		}
	}
}

// TestRenderKeepsTheLimits sends what is at, over and far over the limits to the stand-in.
func TestRenderKeepsTheLimits(t *testing.T) {
	w := newTown(t, townOptions{asleep: true})
	long := strings.Repeat("Long words & more [b](x) *now*. ", 4000)
	var options []bot.Choice
	for i := range 99 {
		options = append(options, bot.Choice{Value: fmt.Sprint(i), Label: fmt.Sprintf("Country %d with a name of more than a hundred characters, as one or the other in the whole wide world does have %d", i, i)})
	}
	var fields []bot.Field
	for range 30 {
		fields = append(fields, bot.Field{Label: long, Value: long})
	}
	var buttons []bot.Choice
	for i := range 25 {
		buttons = append(buttons, bot.Choice{Action: "slot:scope", Value: fmt.Sprint(i), Label: long[:200]})
	}
	var files []bot.File
	for i := range 40 {
		files = append(files, bot.File{Name: long[:300], URL: "https://files.example/" + strings.Repeat("x", 400) + fmt.Sprint(i)})
	}
	tests := []struct {
		name string
		out  bot.Outbound
		rows int
	}{
		{"menu of countries", bot.Outbound{Text: "x", Menus: []bot.Menu{{Action: "slot:region", Hint: long, Options: options}}, Choices: buttons[:5]}, 5},
		{"many buttons", bot.Outbound{Text: "x", Choices: buttons}, 5},
		{"the same button twice", bot.Outbound{Text: "x", Choices: []bot.Choice{buttons[0], buttons[0]}}, 1},
		{"huge card", bot.Outbound{Text: long, Author: long, Card: &bot.Card{Title: long, Fields: fields, Notes: fields}, Choices: buttons, Files: files}, 5},
		{"card of notes", bot.Outbound{Card: &bot.Card{Title: "x", Notes: fields}}, 0},
		{"card of nothing", bot.Outbound{Card: &bot.Card{}}, 0},
		{"huge for one person", bot.Outbound{Text: long, OnlyFor: mali}, 0},
		{"only buttons", bot.Outbound{Choices: buttons[:1]}, 1},
		{"only a menu", bot.Outbound{Menus: []bot.Menu{{Action: "slot:x", Options: options[:2]}}}, 1},
		{"only files", bot.Outbound{Files: files[:1]}, 0},
		{"zero width", bot.Outbound{Text: "\u200b\u200b"}, 0},
		{"emoji", bot.Outbound{Text: strings.Repeat("👩‍👩‍👧", 900)}, 0},
		{"empty fences", bot.Outbound{Text: "```\n```\n \n"}, 0},
		{"escapes everywhere", bot.Outbound{
			Author: strings.Repeat("*", 99), Text: strings.Repeat("_", 900), Files: []bot.File{{Name: strings.Repeat("[", 300), URL: "https://a.example/?" + strings.Repeat("_", 300)}},
		}, 0},
		{"long author", bot.Outbound{Author: long, Text: "x"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.out.ID, tt.out.To = tt.name, siam("")
			rec := mustSend(t, w, tt.out)
			m := w.Message(bottest.DiscordMessage{Channel: siamChannel, ID: rec.MessageID})
			if len(m.Components) != tt.rows && len(w.Threads(siamChannel)) == 0 {
				t.Errorf("%d rows, want %d", len(m.Components), tt.rows)
			}
		})
	}
	rec := mustSend(t, w, bot.Outbound{To: siam(""), Text: "first"})
	mustSend(t, w, bot.Outbound{To: siam(""), Text: long, Update: rec.MessageID, Author: "kim"})
	m := w.Message(bottest.DiscordMessage{Channel: siamChannel, ID: rec.MessageID})
	if !strings.HasSuffix(m.Visible(), "…") {
		t.Errorf("a shortened update does not say so: …%q", m.Visible()[len(m.Visible())-30:])
	}
	nobodyCalled(t, w)
}

func TestRenderRefuses(t *testing.T) {
	long := strings.Repeat("x", 3000)
	var buttons []bot.Choice
	for i := range 26 {
		buttons = append(buttons, bot.Choice{Action: "a", Value: fmt.Sprint(i), Label: "x"})
	}
	tests := map[string]bot.Outbound{
		"nothing":         {},
		"button value":    {Text: "x", Choices: []bot.Choice{{Action: "fixed", Value: long[:90], Label: "x"}}, Case: "case-1"},
		"no action":       {Text: "x", Choices: []bot.Choice{{Label: "x"}}},
		"case with a bar": {Text: "x", Case: "a|b", Choices: []bot.Choice{{Action: "fixed", Label: "x"}}},
		"long action":     {Text: "x", Choices: []bot.Choice{{Action: long, Label: "x"}}},
		"option value":    {Text: "x", Menus: []bot.Menu{{Action: "a", Options: []bot.Choice{{Value: long[:101]}}}}},
		"no option value": {Text: "x", Menus: []bot.Menu{{Action: "a", Options: []bot.Choice{{Label: "x"}}}}},
		"too many":        {Text: "x", Choices: buttons},
		"update nothing":  {Update: "1"},
	}
	w := newTown(t, townOptions{asleep: true})
	for name, out := range tests {
		out.To = siam("")
		_, err := w.client.Send(t.Context(), out)
		t.Run(name, func(t *testing.T) { classIs(t, err, bot.ClassInvalid) })
	}
	for name, out := range map[string]bot.Outbound{"elsewhere": {To: bot.Address{Platform: "web", Channel: "1"}, Text: "x"}, "delete nothing": {To: siam(""), Delete: true}} {
		_, err := w.client.Send(t.Context(), out)
		t.Run(name, func(t *testing.T) { classIs(t, err, bot.ClassInvalid) })
	}
	if n := len(w.Calls("POST /channels/{channel}/messages")); n > 0 {
		t.Errorf("%d messages sent", n)
	}
}

func TestSeverityColours(t *testing.T) {
	for value, want := range map[string]int{"P1 (all users)": 0xd32f2f, "\u2068P4\u2069": 0x90a4ae, "": plainColor} {
		if got := cardEmbed(bot.Card{Fields: []bot.Field{{Key: "severity", Label: "x", Value: value}}}).Color; got != want {
			t.Errorf("colour of %q = %x, want %x", value, got, want)
		}
	}
}
