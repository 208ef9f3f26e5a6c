package web

import (
	"fmt"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n"

	"github.com/chromedp/chromedp"
)

// TestBrowserEveryLanguage looks at the real texts of every language at both widths, and at a
// question of the bot in it.
func TestBrowserEveryLanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: -short")
	}
	bottest.Chromium(t)
	texts, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(c *Config) { c.Texts = texts })
	b := tab{t, bottest.Browser(t)}
	for _, width := range []int64{1280, 390} {
		bottest.Viewport(t, b.ctx, width, 844)
		b.run("open", chromedp.Navigate(s.server.URL+"/"))
		b.until(`document.documentElement.dataset.ready === 'yes'`)
		for _, lang := range i18n.Languages() {
			b.setLanguage(lang)
			if got, want := b.eval(`document.getElementById('chat').dir`), direction(i18n.RTL(lang)); got != want {
				t.Errorf("%s: dir = %q, want %q", lang, got, want)
			}
			b.look(fmt.Sprintf("all-%d-%s", width, lang), "#chat")
		}
	}
}

// look takes a picture and checks what can be measured.
func (b tab) look(name string, roots ...string) {
	b.t.Helper()
	bottest.Look(b.t, b.ctx, name, roots...)
}
