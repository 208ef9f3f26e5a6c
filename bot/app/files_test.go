package app_test

import (
	"bytes"
	"strings"
	"testing"

	"firstline/bot/bottest"
)

// TestFilesCross brings files to the other side with their contents, whatever
// the platforms.
func TestFilesCross(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		screen := bottest.Attached{Name: "screen.png", Content: bytes.Repeat([]byte("\x89PNG\x00\xff"), 4000)}
		log := bottest.Attached{Name: "player.log", Content: []byte("error 1307\n")}
		w.Reply(nok, root, "", bottest.Words{Files: []bottest.Attached{screen, log}})
		w.arrives(thread(card), screen, log)
		w.expect(thread(card), not(same(card)), says("Nok"))
		preset := bottest.Attached{Name: "preset.json", Content: []byte(`{"gop":2}`)}
		w.Reply(kim, card, "Please use this preset", bottest.Words{Files: []bottest.Attached{preset}})
		w.expect(thread(root), says("Kim", "Please use this preset"))
		w.arrives(thread(root), preset)
		alone := bottest.Attached{Name: "only-a-file.txt", Content: []byte("x")}
		w.Reply(kim, card, "", bottest.Words{Files: []bottest.Attached{alone}})
		w.arrives(thread(root), alone)
	})
}

// arrives waits for messages of the bot with these files, and compares what is
// in them.
func (w *town) arrives(where bottest.Place, files ...bottest.Attached) {
	w.t.Helper()
	for _, want := range files {
		m := w.expect(where, carries(want.Name))
		for _, got := range m.Files {
			if got.Name == want.Name && !bytes.Equal(got.Content, want.Content) {
				w.t.Errorf("%s arrived with %d bytes, want the %d that were sent", got.Name, len(got.Content), len(want.Content))
			}
		}
	}
}

// TestFileThatIsTooLargeGoesAsALink, with its name, and with what was said.
func TestFileThatIsTooLargeGoesAsALink(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		large := bottest.Words{Files: []bottest.Attached{{Name: "recording.mp4", Size: 300 << 20}}}
		said := w.Reply(nok, root, "here is a recording", large)
		w.expect(thread(card), not(same(card)), says("Nok", "here is a recording", "recording.mp4", address(said)))
		said = w.Reply(kim, card, "compare with mine", large)
		w.expect(thread(root), says("Kim", "compare with mine", "recording.mp4", address(said)))
	})
}

// address is where the first file of a message is, without the signature that
// Discord renews.
func address(m bottest.Shown) string {
	link, _, _ := strings.Cut(m.Files[0].Link, "?")
	return link
}

// TestInternalFilesStayOnTheDesk as the lines beside them do.
func TestInternalFilesStayOnTheDesk(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		w.Reply(kim, card, "// for us", bottest.Words{Files: []bottest.Attached{{Name: "secret.txt", Content: []byte("key")}}})
		w.Reply(kim, card, "one moment")
		w.expect(thread(root), says("one moment"))
		w.never(thread(root), "secret.txt")
		if w.count(thread(root), carries("secret.txt")) > 0 {
			w.t.Error("an internal file went to the customer")
		}
	})
}
