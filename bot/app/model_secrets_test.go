package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
	"firstline/triage"
	"firstline/triage/understand"
)

// secret is what people paste into a chat, and the part of it that is nobody
// else's business.
type secret struct{ pasted, hidden string }

// confidential gives all of them, put together here so that nobody who looks for keys in files is
// alarmed.
func confidential() []secret {
	whole := func(s string) secret { return secret{s, s} }
	jwt := "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	return []secret{
		whole("nok.s@siam-live.example"), whole("+66 81 234 5678"), whole("203.0.113.77"), whole("2001:db8:85a3::8a2e:370:7334"),
		whole("4111 1111 1111 1111"), whole("AKIA" + "IOSFODNN7EXAMPLE"), whole("sk-" + "proj-Zt8kQ2mV5xR1nB7cW4yL9pD3"), whole(jwt),
		{"Authorization: Bearer " + "q1w2e3r4t5y6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0"},
		{"rtmp://push.example.com/live/" + "k3y-9f2c7ab1", "k3y-9f2c7ab1"},
		{"https://cdn.example.com/live.m3u8?token=" + "s3cr3tT0ken99", "s3cr3tT0ken99"},
	}
}

// pasting gives a message with every secret, a line each.
func pasting(before, after string) string {
	lines := []string{before}
	for _, s := range confidential() {
		lines = append(lines, s.pasted)
	}
	return strings.Join(append(lines, after), "\n")
}

// pasted matches a message that has every secret exactly as it was.
func pasted(t *testing.T) bottest.Match {
	return func(m bottest.Shown) bool {
		for _, s := range confidential() {
			if !says(s.pasted)(m) {
				t.Errorf("%q is not in the message as it was:\n%s", s.pasted, m.Text)
				return true
			}
		}
		return true
	}
}

// TestSecretsStayInTheHouse: no secret reaches the model or the log, whatever is
// asked for, and people read each other's words whole.
func TestSecretsStayInTheHouse(t *testing.T) {
	var log lockedBuffer
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		root := w.Post(nok, siam, pasting("ไลฟ์ขายของในไทยกระตุกมากตั้งแต่เมื่อวาน", "ช่วยดูให้หน่อยครับ"))
		first := w.expect(thread(root), offers("human"))
		w.askedUntilProposal(root, first, speaking(w.t, "th"))
		w.Reply(nok, root, speaking(w.t, "th").say("script.human"))
		card := w.card()
		w.Click(kim, card, triage.ActionClaim)
		w.drain()
		said := w.Reply(nok, root, pasting("ลองใหม่แล้วครับ ใช้ข้อมูลชุดนี้อยู่", "แต่ยังกระตุกเหมือนเดิมครับ"))
		copied := w.expect(thread(card), not(same(card)), translated("en", "ลองใหม่แล้วครับ"), pasted(w.t))
		told := w.Reply(kim, card, pasting("Please check that you use exactly these:", "Then open the stream once more."))
		got := w.expect(thread(root), translated("th", "exactly these"), pasted(w.t))
		w.Edit(nok, said, pasting("ขอแก้ไขครับ ใช้ข้อมูลชุดนี้อยู่", "แต่ยังกระตุกเหมือนเดิมครับ"))
		w.until(copied, translated("en", "ขอแก้ไขครับ"), pasted(w.t))
		w.Edit(kim, told, pasting("Please check that you really use these:", "Then open the stream once more."))
		w.until(got, translated("th", "really use"), pasted(w.t))
		w.press(kim, card, triage.ActionDraft)
		w.expect(aside(kim), offers(triage.ActionSendDraft))
		w.press(lee, card, triage.ActionTranscript)
		w.expect(aside(lee), says("really use"))
		w.drain()
		for _, purpose := range []string{
			bottest.ModelUnderstanding, bottest.ModelStep, bottest.ModelSummary, bottest.ModelReply, bottest.ModelTranslation, bottest.ModelEmbedding,
		} {
			if len(m.Calls(purpose)) == 0 {
				w.t.Errorf("the model was never asked for %s", purpose)
			}
		}
		for _, s := range confidential() {
			if m.Seen(s.hidden) {
				w.t.Errorf("the model was told %q", s.hidden)
			}
			if strings.Contains(log.String(), s.hidden) {
				w.t.Errorf("the log has %q", s.hidden)
			}
		}
		w.replayed()
	}, byMeaning, func(w *town) {
		all := slog.NewTextHandler(writing{&log}, &slog.HandlerOptions{Level: slog.LevelDebug})
		w.opt.Log = slog.New(slog.NewMultiHandler(w.journal, all))
	})
}

// writing lets a log write into a buffer.
type writing struct{ to *lockedBuffer }

func (b writing) Write(p []byte) (int, error) {
	b.to.add(string(p))
	return len(p), nil
}

// TestRecordingHasNoSecrets: what is recorded is what left the house, and it can
// be replayed.
func TestRecordingHasNoSecrets(t *testing.T) {
	t.Parallel()
	m := bottest.NewModel(t, bottest.ModelOptions{})
	m.Script(bottest.ModelUnderstanding, 1, bottest.ModelAnswers(map[string]any{
		"act": map[string]string{"value": "report", "quote": "ring [PHONE_1]"}, "lang": map[string]string{"value": "", "quote": ""},
		"scenario": map[string]string{"value": "", "quote": ""}, "severity": map[string]string{"value": "", "quote": ""},
		"regions": []any{}, "symptoms": []any{}, "facts": []any{},
	}))
	cfg := config.Model{BaseURL: m.URL(), Name: bottest.ModelName, Timeout: config.Duration{D: patience}, Concurrency: 1}
	tape := filepath.Join(t.TempDir(), "tape.jsonl")
	ask := func(record, replay string) understand.Answer {
		t.Helper()
		taped, err := app.OpenModel(cfg, bottest.ModelKey, record, replay)
		if err != nil {
			t.Fatal(err)
		}
		p := understand.Prompt{
			Text: pasting("The stream freezes, ring +66 81 234 5678", "now"), Turns: []string{pasting("before", "that")},
			Languages: []string{"en"}, Scenarios: []string{"showroom"}, Symptoms: []string{"stutter"}, Slots: []string{"version"},
		}
		a, err := taped.Understand(context.Background(), p)
		if err := taped.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || a.Act.Quote != "ring +66 81 234 5678" {
			t.Errorf("got %+v, %v; want the quote as it was written", a, err)
		}
		return a
	}
	ask(tape, "")
	m.Close()
	ask("", tape)
	recorded, err := os.ReadFile(tape)
	if err != nil || !strings.Contains(string(recorded), "[EMAIL_1]") {
		t.Fatalf("recorded: %s, %v", recorded, err)
	}
	for _, s := range append(confidential(), secret{hidden: bottest.ModelKey}) {
		if strings.Contains(string(recorded), s.hidden) {
			t.Errorf("the recording has %q", s.hidden)
		}
	}
}
