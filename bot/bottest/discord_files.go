package bottest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

func (s *DiscordServer) fileJSON(channel string, f DiscordFile, ephemeral bool) obj {
	link := s.fileURL(channel, f)
	o := obj{"id": f.ID, "filename": f.Name, "size": max(len(f.Content), f.Size), "url": link, "proxy_url": link, "content_type": f.Kind}
	if ephemeral {
		o["ephemeral"] = true
	}
	return o
}

const attachmentRoute = "GET /attachments/{channel}/{id}/{name}"

// fileURL signs an attachment's address, which ends after a day.
func (s *DiscordServer) fileURL(channel string, f DiscordFile) string {
	path := "/attachments/" + channel + "/" + f.ID + "/" + url.PathEscape(f.Name)
	ex := strconv.FormatInt(s.now().Add(discordLinkLife).Unix(), 16)
	return fmt.Sprintf("%s%s?ex=%s&is=%x&hm=%s&", s.http.URL, path, ex, s.now().Unix(), fileSignature(f.ID, ex))
}

func fileSignature(id, ex string) string {
	sum := sha256.Sum256([]byte("bottest " + id + " " + ex))
	return hex.EncodeToString(sum[:])
}

// serveAttachment is Discord's CDN: it asks for no token, and the call tells whether one came.
func (s *DiscordServer) serveAttachment(w http.ResponseWriter, r *http.Request) {
	call := DiscordCall{Route: attachmentRoute, Path: r.URL.Path, Query: r.URL.RawQuery, Status: http.StatusNotFound}
	call.Authorized = r.Header.Get("Authorization") != ""
	if fault, armed := s.takeFault(attachmentRoute); armed {
		call.Fault, call.Status = fault.name, fault.status
		s.record(call)
		s.play(w, r, fault, "cdn")
		return
	}
	id, ex := r.PathValue("id"), r.URL.Query().Get("ex")
	until, _ := strconv.ParseInt(ex, 16, 64)
	s.mu.Lock()
	var found *DiscordFile
	for _, m := range s.messages {
		for i := range m.Files {
			if m.Files[i].ID == id && m.Channel == r.PathValue("channel") && !m.Deleted {
				found = &m.Files[i]
			}
		}
	}
	if r.URL.Query().Get("hm") != fileSignature(id, ex) || until <= s.now().Unix() {
		found = nil
	}
	s.mu.Unlock()
	if found == nil {
		s.record(call)
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	call.Status = http.StatusOK
	s.record(call)
	w.Header().Set("Content-Type", found.Kind)
	_, _ = w.Write(found.Content)
}
