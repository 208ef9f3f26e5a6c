package web

import (
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const (
	chatCookie = "firstline_chat" // the customer's conversation
	deskCookie = "firstline_desk" // the engineer
	langCookie = "firstline_lang" // the customer's language; written by the page
	cookieLife = 30 * 24 * time.Hour
)

var reSecret = regexp.MustCompile(`^[A-Z2-7]{26}$`) // rand.Text

// secret gives the session's secret from a cookie, "" when there is none that
// looks like ours.
func secret(r *http.Request, name string) string {
	ck, err := r.Cookie(name)
	if err != nil || !reSecret.MatchString(ck.Value) {
		return ""
	}
	return ck.Value
}

// ensure gives the secret of the session, a new one when there is none.
func ensure(w http.ResponseWriter, r *http.Request, name string) string {
	if s := secret(r, name); s != "" {
		return s
	}
	return renew(w, r, name)
}

func renew(w http.ResponseWriter, r *http.Request, name string) string {
	s := rand.Text()
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: s, Path: "/", MaxAge: int(cookieLife / time.Second), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https"),
	})
	return s
}

// chatOf names the conversation that a secret opens; the name does not tell the secret.
func chatOf(secret string) string { return chatPrefix + hash("chat", secret) }

// guestOf and engineerOf name the persons behind the cookies.
func guestOf(secret string) string    { return "guest-" + hash("chat", secret) }
func engineerOf(secret string) string { return "engineer-" + hash("engineer", secret) }
