package index

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"firstline/knowledge"
)

// order gives the article ids of hits.
func order(hits []Hit) string {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ArticleID
	}
	return strings.Join(ids, " ")
}

// TestStructureAlone searches without words. The wanted ids must come first, in this order.
func TestStructureAlone(t *testing.T) {
	x := build(t, load(t))
	for _, c := range []struct {
		q    Query
		want string
	}{
		{Query{Symptoms: []string{"black_screen"}}, "black-screen"},
		{Query{Symptoms: []string{"stutter"}}, "showroom-stutter-blur traffic-spike"},
		{Query{Symptoms: []string{"capacity", "stutter"}, Scenario: "showroom"}, "traffic-spike showroom-stutter-blur"},
		{Query{Symptoms: []string{"stutter", "capacity"}, Scenario: "showroom"}, "showroom-stutter-blur traffic-spike"},
		{Query{Symptoms: []string{"connect_fail"}}, "call-connect-fail token-certificate"},
		{Query{Symptoms: []string{"account", "connect_fail"}}, "token-certificate call-connect-fail"},
		{Query{Symptoms: []string{"av_desync"}, Scenario: "showroom"}, "one-on-one-latency"},
		{Query{Symptoms: []string{"no_audio"}, Scenario: "game_voice"}, "voice-room-audio"},
		{Query{Symptoms: []string{"no_audio", "no_audio"}}, "voice-room-audio"},
		{Query{Scenario: "ai_tutor", Layers: []string{"ai_pipeline"}}, "ai-slow-misheard"},
		{Query{Scenario: "showroom", Layers: []string{"capacity", "encoding"}}, "traffic-spike"},
		{Query{Symptoms: []string{"no_such"}}, ""},
		{Query{Symptoms: []string{"no_such"}, Scenario: "ai_tutor"}, "ai-slow-misheard"},
		{Query{}, ""},
	} {
		hits, err := x.Search(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if got := order(hits); !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%+v\n got %q\nwant %q first", c.q, got, c.want)
		}
		for _, h := range hits {
			if h.Matched != Structure {
				t.Errorf("%+v: %s matched %v; want %v", c.q, h.ArticleID, h.Matched, Structure)
			}
		}
	}
}

// TestOnlyTheSymptom: where a symptom is known, an article that only shares the scenario is no answer.
func TestOnlyTheSymptom(t *testing.T) {
	x := build(t, load(t))
	hits, err := x.Search(t.Context(), Query{Symptoms: []string{"publish_fail"}, Scenario: "showroom", Layers: []string{"transport"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := order(hits); got != "publish-fail" {
		t.Errorf("got %q, want publish-fail alone", got)
	}
}

// TestEverySymptomLeadsSomewhere asks for each symptom of the catalogue alone.
func TestEverySymptomLeadsSomewhere(t *testing.T) {
	lib := load(t)
	x := build(t, lib)
	for _, symptom := range knowledge.DefaultIDs().Symptoms {
		hits, err := x.Search(t.Context(), Query{Symptoms: []string{symptom}})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 {
			t.Errorf("%s: no article", symptom)
		}
	}
}

// TestBoth mixes words and structure.
func TestBoth(t *testing.T) {
	x := build(t, load(t))
	for _, c := range []struct {
		name string
		q    Query
		want string
	}{
		{"symptom beats words that point elsewhere", Query{Text: "sound is fine for the host but nothing to see", Lang: "en", Symptoms: []string{"black_screen"}}, "black-screen"},
		{"words tell articles of one symptom apart", Query{Text: "403 after we rotated the key", Lang: "en", Symptoms: []string{"connect_fail"}}, "token-certificate"},
		{"words beat a scenario alone", Query{Text: "echo and crackling when two people are on mic", Lang: "en", Scenario: "showroom"}, "voice-room-audio"},
		{"English words in another language", Query{Text: "NetStream.Publish.BadName", Lang: "xx"}, "publish-fail"},
		{"an unknown language is searched in English", Query{Text: "black screen but sound works", Lang: "sw"}, "black-screen"},
	} {
		hits, err := x.Search(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 || hits[0].ArticleID != c.want {
			t.Errorf("%s: got %q, want %s first", c.name, order(hits), c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	x := build(t, load(t))
	for limit, want := range map[int]int{0: DefaultLimit, -1: DefaultLimit, 1: 1, 7: 7, 1000: len(x.articles)} {
		hits, err := x.Search(t.Context(), Query{Text: "the stream and the room and the call and the token and the recording: network and phone", Lang: "en", Scenario: "showroom", Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) > want || len(hits) < min(want, 7) {
			t.Errorf("limit %d: got %d hits, want %d", limit, len(hits), want)
		}
	}
}

func TestOddTexts(t *testing.T) {
	x := build(t, load(t))
	for _, text := range []string{"", "   ", "?!", "\x00\xff", "😀😀", strings.Repeat("a", 1<<20), strings.Repeat("wort ", 1<<16), strings.Repeat("กขค", 5000), "\"a AND (b", "title:*"} {
		for _, lang := range append(languages, "", "sw", "no such tag") {
			if _, err := x.Search(t.Context(), Query{Text: text, Lang: lang}); err != nil {
				t.Errorf("%s %.20q: %v", lang, text, err)
			}
		}
	}
}

// TestSameOrder repeats searches, on two indexes and from many goroutines.
func TestSameOrder(t *testing.T) {
	lib := load(t)
	a, b := build(t, lib), build(t, lib)
	q := Query{Text: "the call connects but the picture stutters and the sound echoes", Lang: "en", Scenario: "one_on_one", Symptoms: []string{"stutter", "audio_quality"}, Limit: 10}
	want, err := a.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		for _, x := range []*Index{a, b} {
			wg.Go(func() {
				for range 20 {
					if got, err := x.Search(t.Context(), q); err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("got %v, %v; want %v", got, err, want)
					}
				}
			})
		}
	}
	wg.Wait()
}

func TestCancelled(t *testing.T) {
	x := build(t, load(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Search(ctx, Query{Text: "echo", Lang: "en"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestMatchedString(t *testing.T) {
	for m, want := range map[Matched]string{Lexical: "lexical", Structure: "structure", Lexical | Structure: "lexical+structure", Meaning: "meaning", Lexical | Structure | Meaning: "lexical+structure+meaning", 0: "none"} {
		if got := m.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFuse(t *testing.T) {
	list := func(by Matched, weight float64, items ...ranked) ranking { return ranking{by, weight, items} }
	for _, c := range []struct {
		name  string
		lists []ranking
		want  string
	}{
		{"nothing", nil, "[]"},
		{"one list keeps its order", []ranking{list(Lexical, 1, ranked{"b", 9}, ranked{"a", 8})}, "[{b 0.1 lexical} {a 0.09090909090909091 lexical}]"},
		{"equal scores share a rank", []ranking{list(Lexical, 1, ranked{"b", 9}, ranked{"c", 9}, ranked{"a", 8})}, "[{b 0.1 lexical} {c 0.1 lexical} {a 0.08333333333333333 lexical}]"},
		{"ties go by id", []ranking{list(Lexical, 1, ranked{"b", 9}), list(Structure, 1, ranked{"a", 1})}, "[{a 0.1 structure} {b 0.1 lexical}]"},
		{"both beat one", []ranking{list(Lexical, 1, ranked{"a", 9}, ranked{"b", 8}), list(Structure, 1, ranked{"b", 1})}, "[{b 0.19090909090909092 lexical+structure} {a 0.1 lexical}]"},
	} {
		if got := fmt.Sprint(fuse(c.lists)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// two makes a library of two articles in one language that differ in one sentence.
func two(t *testing.T, lang, first, second string) *knowledge.Library {
	t.Helper()
	out := fstest.MapFS{}
	for id, words := range map[string]string{"first": first, "second": second} {
		src := "---\nid: " + id + "\nscenarios: []\nsymptoms: [stutter]\nlayers: [client]\nexamples: []\nreviewed: 2026-11-20\n---\n# T\n" +
			words + "\n\n## A\n1. X\n\n## B\nY\n\n## C\nZ\n"
		out[id+"/en.md"] = &fstest.MapFile{Data: []byte(strings.Replace(src, words, "English", 1))}
		out[id+"/"+lang+".md"] = &fstest.MapFile{Data: []byte(src)}
	}
	lib, err := knowledge.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestAnalysis asks in another form than the text has: inflected, unmarked, without spaces, in other letters.
func TestAnalysis(t *testing.T) {
	for _, c := range []struct{ lang, first, second, ask string }{
		{"en", "The stream is stuttering.", "The call is dropped.", "it stutters"},
		{"zh-Hans", "画面卡顿怎么办", "没有声音怎么办", "昨晚开始一直卡顿"},
		{"zh-Hant", "畫面卡頓怎麼辦", "沒有聲音怎麼辦", "昨晚開始一直卡頓"},
		{"ja", "映像がカクつく場合", "音声が聞こえない場合", "配信がカクつきます"},
		{"ko", "화면이 끊기는 경우", "소리가 들리지 않는 경우", "방송 화면이 자꾸"},
		{"th", "ภาพกระตุกบ่อย", "ไม่ได้ยินเสียง", "ไลฟ์กระตุกมากเลยค่ะ"},
		{"vi", "Hình bị giật liên tục", "Không nghe được tiếng", "hinh giat qua"},
		{"id", "Gambar patah-patah", "Tidak ada suara", "PATAH terus"},
		{"hi", "वीडियो अटक रहा है", "आवाज़ नहीं आ रही", "वीडियो अटकता है"},
		{"bn", "ভিডিও আটকে যায়", "শব্দ শোনা যায় না", "ভিডিও বারবার"},
		{"ur", "ویڈیو اٹکتی ہے", "آواز نہیں آتی", "ويڈيو خراب"},
		{"ar", "الصورة تتقطع", "لا يوجد صوت", "تقطع في صورة البث"},
		{"fa", "تصویر قطع می\u200cشود", "صدا نیست", "تصوير خراب است"},
		{"tr", "Görüntü donuyor", "Ses gelmiyor", "görüntüde sorun"},
		{"ru", "Картинка зависает", "Звука нет", "зависла картинка"},
		{"uk", "Картинка зависає", "Звуку немає", "зависла картинкою"},
		{"es", "La imagen se congela", "No hay sonido", "imágenes congeladas"},
		{"pt-BR", "A imagem está travando", "Não há som", "imagens travadas"},
		{"fr", "L'image saccade", "Pas de son", "des images saccadées"},
		{"de", "Das Bild ruckelt", "Kein Ton", "ruckelnde Bilder"},
		{"it", "L'immagine si blocca", "Nessun suono", "immagini bloccate"},
		{"pl", "Obraz się zacina", "Brak dźwięku", "zacinanie obrazu"},
		{"sw", "Picha inakwama", "Hakuna sauti", "PICHA mbaya"},
	} {
		x := build(t, two(t, c.lang, c.first, c.second))
		hits, err := x.Search(t.Context(), Query{Text: c.ask, Lang: c.lang})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) != 1 || hits[0].ArticleID != "first" {
			t.Errorf("%s %q: got %v, want only the first", c.lang, c.ask, hits)
		}
	}
}
