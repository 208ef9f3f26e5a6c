package web

import (
	"fmt"
	"net/http"
	"time"
)

const writeLimit = 10 * time.Second // for one write to a page

// events serves the stream of one page: its own conversation and, with desk=1,
// the desk. A "reset" event tells the page to read the history.
func (c *Client) events(w http.ResponseWriter, r *http.Request) {
	own := secret(r, chatCookie)
	if own == "" {
		refuse(w, http.StatusUnauthorized, "no_session")
		return
	}
	if conversation := r.FormValue("conversation"); conversation != "" && conversation != chatOf(own) {
		refuse(w, http.StatusConflict, "other_conversation")
		return
	}
	topics, persons := []string{chatOf(own)}, []string{guestOf(own)}
	if r.FormValue("desk") != "" {
		if !c.cfg.Desk(r) {
			refuse(w, http.StatusForbidden, "no_desk")
			return
		}
		topics = append(topics, DeskChannel)
		if s := secret(r, deskCookie); s != "" {
			persons = append(persons, engineerOf(s))
		}
	}
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.FormValue("last")
	}
	sub, missed, position, resumed := c.hub.subscribe(topics, persons, last)
	if sub == nil {
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, "too_many_streams")
		return
	}
	defer c.hub.unsubscribe(sub)
	s := &stream{w: w, ctl: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	if !s.write("retry: 1000\n\n") {
		return
	}
	if !resumed && !s.write(fmt.Sprintf("id: %s\nevent: reset\ndata: {}\n\n", position)) {
		return
	}
	for _, e := range missed {
		if !s.write(c.hub.frame(e)) {
			return
		}
	}
	c.follow(r, s, sub)
}

// follow passes events on until the page goes away, is too slow, or we close.
func (c *Client) follow(r *http.Request, s *stream, sub *reader) {
	beat := time.NewTicker(c.beat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case e, open := <-sub.queue:
			if !open || !s.write(c.hub.frame(e)) {
				return
			}
		case <-beat.C: // the comment keeps proxies awake, the event lets the page notice a dead line
			if !s.write(": beat\nevent: beat\ndata: {}\n\n") {
				return
			}
		}
	}
}

// frame writes an event as the stream wants it; JSON has no line breaks.
func (h *hub) frame(e event) string {
	return fmt.Sprintf("id: %s\nevent: change\ndata: %s\n\n", h.position(e.seq), e.data)
}

type stream struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// write sends and flushes; false means that the page is gone.
func (s *stream) write(text string) bool {
	// A server without deadlines is no reason to stop.
	_ = s.ctl.SetWriteDeadline(time.Now().Add(writeLimit))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.ctl.Flush() == nil
}
