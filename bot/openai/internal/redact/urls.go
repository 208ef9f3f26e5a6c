package redact

import (
	"regexp"
	"strings"
)

var (
	rtmpURL  = regexp.MustCompile(`(?i)\brtmp[a-z]{0,2}://[^\s"'<>|` + "`" + `，。；、（）⟦⟧]+`)
	srtURL   = regexp.MustCompile(`(?i)\bsrt://[^\s"'<>|` + "`" + `，。；、（）⟦⟧]*?[?&]streamid=([^\s"'<>|&` + "`" + `，。；、（）⟦⟧]+)`)
	srtID    = regexp.MustCompile(`(?i)\bstreamid=["']?(#!::[^\s"'<>|&` + "`" + `]+)`)
	userinfo = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.\-]*://([^\s/:@"'<>⟦⟧]*:[^\s/@"'<>⟦⟧]+)@`)
)

// urls finds what addresses carry: the stream key that ends a publishing
// address, the stream id of SRT, a user's name and password.
func urls(text string) []span {
	var spans []span
	for _, m := range rtmpURL.FindAllStringIndex(text, -1) {
		if from, to, ok := keyPart(text[m[0]:m[1]]); ok {
			spans = append(spans, span{m[0] + from, m[0] + to, streamKey})
		}
	}
	for _, m := range srtURL.FindAllStringSubmatchIndex(text, -1) {
		spans = append(spans, span{m[2], m[2] + len(trimEnd(text[m[2]:m[3]])), streamKey})
	}
	for _, m := range srtID.FindAllStringSubmatchIndex(text, -1) {
		spans = append(spans, span{m[2], m[2] + len(trimEnd(text[m[2]:m[3]])), streamKey})
	}
	for _, m := range userinfo.FindAllStringSubmatchIndex(text, -1) {
		spans = append(spans, span{m[2], m[3], secret})
	}
	return spans
}

// keyPart gives where the last part of a publishing address is, with all its
// parameters: rtmp://host/app/KEY?sign=…; an address without one has no key.
func keyPart(url string) (from, to int, ok bool) {
	host := strings.Index(url, "://") + 3
	path := url[host:]
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	path = strings.TrimRight(path, "/")
	if strings.Count(path, "/") < 2 {
		return 0, 0, false
	}
	from = host + strings.LastIndexByte(path, '/') + 1
	to = from + len(trimEnd(url[from:]))
	return from, to, from < to
}
