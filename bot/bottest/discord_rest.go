package bottest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// discordRoute is a method and a path below the API's base.
type discordRoute string

func (r discordRoute) pattern() string {
	method, path, _ := strings.Cut(string(r), " ")
	return method + " /api/v10" + path
}

// discordRequest is a request that was read.
type discordRequest struct {
	*http.Request
	query  url.Values
	raw    json.RawMessage // the JSON body, if any
	body   obj             // the same when it is an object
	files  []upload
	isForm bool
}

// upload is a file of a multipart request: files[n].
type upload struct {
	n          string
	name, kind string
	content    []byte
}

// discordError is a refusal.
type discordError struct {
	status, code int
	message      string
	errors       obj
	wait         time.Duration // of a 429
}

func refuse(status, code int, message string) *discordError {
	return &discordError{status: status, code: code, message: message}
}

// What Discord refuses most.
var (
	errUnauthorized   = refuse(401, 0, "401: Unauthorized")
	errUnknownChannel = refuse(404, 10003, "Unknown Channel")
	errUnknownGuild   = refuse(404, 10004, "Unknown Guild")
	errUnknownMember  = refuse(404, 10007, "Unknown Member")
	errUnknownMessage = refuse(404, 10008, "Unknown Message")
	errUnknownUser    = refuse(404, 10013, "Unknown User")
	errUnknownWebhook = refuse(404, 10015, "Unknown Webhook")
	errMissingAccess  = refuse(403, 50001, "Missing Access")
	errPermission     = refuse(403, 50013, "Missing Permissions")
	errNoDM           = refuse(403, 50007, "Cannot send messages to this user")
	errNotOurs        = refuse(403, 50005, "Cannot edit a message authored by another user")
	errEmpty          = refuse(400, 50006, "Cannot send an empty message")
	errForum          = refuse(400, 40058, "Cannot send a message in a forum channel")
	errWrongKind      = refuse(400, 50024, "Cannot execute action on this channel type")
	errSystemMessage  = refuse(403, 50021, "Cannot execute action on a system message")
	errArchived       = refuse(400, 50083, "Thread is archived")
	errThreadLocked   = refuse(400, 160005, "This thread is locked")
	errHasThread      = refuse(400, 160004, "A thread has already been created for this message")
	errJSON           = refuse(400, 50109, "The request body contains invalid JSON.")
	errTooLarge       = refuse(413, 40005, "Request entity too large")
)

func (e *discordError) json() obj {
	o := obj{"message": e.message, "code": e.code}
	if e.errors != nil {
		o["errors"] = e.errors
	}
	if e.wait > 0 {
		o["retry_after"], o["global"] = e.wait.Seconds(), false
	}
	return o
}

// formErrors gathers what is wrong with a body, as Discord does: all of it, nested by path.
type formErrors struct{ tree obj }

// wrong notes an error at a path like embeds.0.title.
func (f *formErrors) wrong(path, code, format string, args ...any) {
	if f.tree == nil {
		f.tree = obj{}
	}
	at := f.tree
	if path != "" {
		for _, part := range strings.Split(path, ".") {
			next, ok := at[part].(obj)
			if !ok {
				next = obj{}
				at[part] = next
			}
			at = next
		}
	}
	found, _ := at["_errors"].([]obj)
	at["_errors"] = append(found, obj{"code": code, "message": fmt.Sprintf(format, args...)})
}

func (f *formErrors) length(path, value string, least, most int) {
	n := units(value)
	switch {
	case n == 0 && least > 0:
		f.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
	case n > most && least > 0, n < least:
		f.wrong(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	case n > most:
		f.wrong(path, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	}
}

func (f *formErrors) err() *discordError {
	if f.tree == nil {
		return nil
	}
	return &discordError{status: 400, code: 50035, message: "Invalid Form Body", errors: f.tree}
}

func badForm(path, code, format string, args ...any) *discordError {
	var f formErrors
	f.wrong(path, code, format, args...)
	return f.err()
}

// discordHandler answers a request; it is called with the lock held.
type discordHandler struct {
	run    func(*DiscordServer, *discordRequest) (int, any, *discordError)
	noAuth bool // the token in the path is enough
}

func (s *DiscordServer) serveREST(route discordRoute, h discordHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		call := DiscordCall{Route: string(route), Path: strings.TrimPrefix(r.URL.Path, "/api/v10"), Query: r.URL.RawQuery}
		call.Authorized = r.Header.Get("Authorization") == "Bot "+DiscordBotToken
		bucket := bucketOf(route)
		req, bad := readDiscord(r)
		call.Body = string(req.raw)
		for _, f := range req.files {
			call.Files = append(call.Files, f.name)
		}
		fault, armed := s.takeFault(string(route))
		if armed {
			if fault.done && bad == nil {
				s.perform(h, req)
			}
			call.Fault, call.Status = fault.name, fault.status
			s.record(call)
			s.play(w, r, fault, bucket)
			return
		}
		status, result, err := 0, any(nil), bad
		if err == nil {
			status, result, err = s.perform(h, req)
		}
		if err != nil {
			status, result, call.Code = err.status, err.json(), err.code
		}
		call.Status = status
		s.record(call)
		s.answer(w, bucket, status, result, err)
	}
}

func (s *DiscordServer) answer(w http.ResponseWriter, bucket string, status int, result any, err *discordError) {
	s.limitHeaders(w, bucket, 50, 49, time.Second)
	if err != nil && err.status == http.StatusTooManyRequests {
		f := DiscordLimited(err.wait.Seconds())
		for k, v := range f.header {
			w.Header().Set(k, v)
		}
	}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(mustJSON(result))
}

// perform checks who asks and runs a call.
func (s *DiscordServer) perform(h discordHandler, r *discordRequest) (int, any, *discordError) {
	if !strings.HasPrefix(r.UserAgent(), "DiscordBot (") {
		return 0, nil, refuse(403, 40333, "internal network error") // Cloudflare's block of unnamed programs
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !h.noAuth && (s.tokenDead || r.Header.Get("Authorization") != "Bot "+DiscordBotToken) {
		return 0, nil, errUnauthorized
	}
	return h.run(s, r)
}

func (s *DiscordServer) serveUnknown(w http.ResponseWriter, r *http.Request) {
	s.record(DiscordCall{Route: r.Method + " ?", Path: r.URL.Path, Query: r.URL.RawQuery, Status: 404})
	s.answer(w, "unknown", http.StatusNotFound, obj{"message": "404: Not Found", "code": 0}, nil)
}

// bucketOf names the rate limit of a route; its major parameter is not part of the name.
func bucketOf(route discordRoute) string {
	h := fnv.New64a()
	_, _ = io.WriteString(h, string(route))
	return fmt.Sprintf("%016x", h.Sum64())
}

const (
	maxRequest = 25 << 20
	maxFile    = 10 << 20
	maxFiles   = 10
)

// readDiscord reads a JSON or multipart body.
func readDiscord(r *http.Request) (*discordRequest, *discordError) {
	req := &discordRequest{Request: r, query: r.URL.Query(), body: obj{}}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	switch {
	case err != nil:
		return req, errJSON
	case len(body) > maxRequest:
		return req, errTooLarge
	}
	kind, args, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case kind == "" && len(body) == 0:
		return req, nil
	case kind == "multipart/form-data":
		req.isForm = true
		if bad := req.readParts(multipart.NewReader(strings.NewReader(string(body)), args["boundary"])); bad != nil {
			return req, bad
		}
	case kind == "application/json":
		req.raw = body
	default:
		return req, badForm("", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be one of {'application/json'}.")
	}
	if len(req.raw) > 0 && !json.Valid(req.raw) || kind == "application/json" && len(body) == 0 {
		return req, errJSON
	}
	_ = json.Unmarshal(req.raw, &req.body) // a list leaves it empty
	if req.body == nil {
		req.body = obj{}
	}
	return req, nil
}

func (r *discordRequest) readParts(parts *multipart.Reader) *discordError {
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return badForm("", "MULTIPART_INVALID", "The multipart body is broken")
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return badForm("", "MULTIPART_INVALID", "The multipart body is broken")
		}
		name := p.FormName()
		if name == "payload_json" {
			r.raw = content
			continue
		}
		n, isFile := strings.CutPrefix(name, "files[")
		if !isFile || p.FileName() == "" {
			return badForm(name, "UNKNOWN_PART", "The stand-in knows payload_json and files[n]")
		}
		r.files = append(r.files, upload{n: strings.TrimSuffix(n, "]"), name: p.FileName(), kind: p.Header.Get("Content-Type"), content: content})
	}
	tooBig := slices.ContainsFunc(r.files, func(u upload) bool { return len(u.content) > maxFile })
	if tooBig {
		return errTooLarge
	}
	if len(r.files) > maxFiles {
		return badForm("files", "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
	}
	return nil
}
