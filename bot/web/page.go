package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strings"
	"unicode"

	"firstline/i18n"
)

//go:embed assets
var assets embed.FS

var pageTemplate = template.Must(template.ParseFS(assets, "assets/page.html"))

// textKeys are the messages that the page says by itself.
var textKeys = []string{
	"web.title", "web.customer", "web.desk", "web.language", "web.samples", "web.new", "web.write", "web.send", "web.choose",
	"web.empty", "web.desk_empty", "web.desk_write", "web.typing", "web.lost", "web.edited", "web.you", "web.engineer",
	"web.internal", "web.no_answer",
	"web.retry", "web.sending", "web.your_name", "web.back", "web.newer", "web.form_failed", "web.stale", "web.too_long",
	"web.refused", "web.only_you", "web.no_script",
}

// sampleKeys are real problems to try, as customers write them.
var sampleKeys = []string{"web.sample.1", "web.sample.2", "web.sample.3", "web.sample.4", "web.sample.5"}

// words are the page's texts in one language.
type words struct {
	Lang  string            `json:"lang"`
	Dir   string            `json:"dir"`
	Texts map[string]string `json:"texts"`
}

// isolates would travel with a sample into the customer's words.
var withoutIsolates = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

func (c *Client) words(lang string) words {
	w := words{Lang: lang, Dir: direction(i18n.RTL(lang)), Texts: make(map[string]string, len(textKeys)+len(sampleKeys))}
	for _, key := range textKeys {
		w.Texts[key] = c.cfg.Texts.Text(lang, key, nil)
	}
	for _, key := range sampleKeys {
		w.Texts[key] = withoutIsolates.Replace(c.cfg.Texts.Text(lang, key, nil))
	}
	return w
}

// texts gives the page's texts in a language.
func (c *Client) texts(r *http.Request) (any, error) {
	lang := r.FormValue("lang")
	if !i18n.Supported(lang) {
		return nil, no(http.StatusNotFound, "no_language")
	}
	return c.words(lang), nil
}

type choiceOfLanguage struct {
	Tag, Name string
}

// languages lists all languages, each in its own name, which stands alone here
// and so begins with a capital where the script has any.
func languages() []choiceOfLanguage {
	var out []choiceOfLanguage
	for _, tag := range i18n.Languages() {
		name := []rune(i18n.LanguageName(tag, tag))
		name[0] = unicode.ToTitle(name[0])
		out = append(out, choiceOfLanguage{Tag: tag, Name: string(name)})
	}
	return out
}

// boot is what the page's program begins with.
type boot struct {
	Conversation string `json:"conversation"`
	Desk         bool   `json:"desk"`
	Name         string `json:"name"` // the engineer's, until one is written
	Customer     words  `json:"customer"`
	Engineers    words  `json:"engineers"`
}

// page serves the page in the customer's language: the one picked before, else the browser's.
func (c *Client) page(w http.ResponseWriter, r *http.Request) {
	lang := "en"
	if ck, err := r.Cookie(langCookie); err == nil && i18n.Supported(ck.Value) {
		lang = ck.Value
	} else {
		for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
			tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
			if m := c.cfg.Texts.Match(tag); m != "" {
				lang = m
				break
			}
		}
	}
	b := boot{Conversation: chatOf(ensure(w, r, chatCookie)), Name: defaultBy, Customer: c.words(lang)}
	if c.cfg.Desk(r) {
		ensure(w, r, deskCookie)
		b.Desk, b.Engineers = true, c.words(c.cfg.Engineers)
	}
	var buf bytes.Buffer
	err := pageTemplate.Execute(&buf, map[string]any{"Boot": b, "Languages": languages(), "SampleKeys": sampleKeys, "C": b.Customer, "E": b.Engineers})
	if err != nil {
		c.finish(w, r, nil, fmt.Errorf("page: %w", err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A browser that went away asks again.
	_, _ = w.Write(buf.Bytes())
}

// asset serves a script or a style sheet.
func (c *Client) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	var kind string
	switch path.Ext(name) {
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	default:
		http.NotFound(w, r)
		return
	}
	data, err := assets.ReadFile("assets/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(data)
}
