// Package redact hides what is nobody else's business before a text goes to a
// language model, and puts it back into what comes home.
//
//	ring +66 81 234 5678, rtmp://in.example/live/k3y-9f2c
//	ring [PHONE_1], rtmp://in.example/live/[STREAM_KEY_1]
//
// Hidden are e-mail addresses, phone numbers, IP addresses, payment cards,
// access keys, tokens, passwords and stream keys. Everything is found by form
// and by the words that stand before it; there is no list of names to keep.
//
// When in doubt it hides. What is hidden by mistake costs the model a little
// understanding and comes back unchanged; what is shown by mistake is gone for
// good. What support talks about all day is left alone for that very reason:
// error codes, versions, stream and room ids, bitrates, times and dates.
//
// The package is pure: no clock, no network, no state beyond a [Box].
package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The kinds of what is hidden. They are part of the placeholders, which a model reads.
const (
	email     = "EMAIL"
	phone     = "PHONE"
	address   = "IP"
	card      = "CARD"
	secret    = "SECRET"
	streamKey = "STREAM_KEY"
	literal   = "TEXT" // what looked like a placeholder before
)

var placeholder = regexp.MustCompile(`\[(?:EMAIL|PHONE|IP|CARD|SECRET|STREAM_KEY|TEXT)_[0-9]+\]`)

// Options say what is not hidden.
type Options struct {
	KeepIPs bool // IP addresses stay: they are what a network fault is about
}

// Box keeps what was hidden during one call. Within it the same value has the
// same placeholder. It is not safe for concurrent use.
type Box struct {
	opt    Options
	values map[string]string // placeholder → what it stands for
	names  map[string]string // kind and value → placeholder
	count  map[string]int    // placeholders of a kind
}

// New gives an empty box.
func New(opt Options) *Box {
	return &Box{opt: opt, values: map[string]string{}, names: map[string]string{}, count: map[string]int{}}
}

// Hide gives text with placeholders for what must not leave.
func (b *Box) Hide(text string) string {
	spans := merge(find(text, b.opt))
	if len(spans) == 0 {
		return text
	}
	var out strings.Builder
	last := 0
	for _, s := range spans {
		out.WriteString(text[last:s.from])
		out.WriteString(b.name(s.kind, text[s.from:s.to]))
		last = s.to
	}
	out.WriteString(text[last:])
	return out.String()
}

// Show puts back what was hidden. Only an exact placeholder counts; ok is false
// when text has one that this box never gave.
func (b *Box) Show(text string) (shown string, ok bool) {
	ok = true
	shown = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		v, known := b.values[p]
		if !known {
			ok = false
			return p
		}
		return v
	})
	return shown, ok
}

func (b *Box) name(kind, value string) string {
	key := kind + "\x00" + value
	if p, ok := b.names[key]; ok {
		return p
	}
	b.count[kind]++
	p := "[" + kind + "_" + strconv.Itoa(b.count[kind]) + "]"
	b.names[key], b.values[p] = p, value
	return p
}

// span is a part of a text, in bytes.
type span struct {
	from, to int
	kind     string
}

// find gives everything to hide, the surest finds first. A placeholder that was
// in the text before is hidden too: else putting back would take it for one of ours.
func find(text string, opt Options) []span {
	inURLs := urls(text)
	f := flatten(text)
	spans := slices.Concat(inURLs, secrets(text), apart(f.emails(), inURLs)) // user:password@host is no e-mail address
	if !opt.KeepIPs {
		spans = append(spans, f.addresses()...)
	}
	spans = append(spans, f.cards()...)
	spans = append(spans, f.phones()...)
	spans = append(spans, blobs(text)...)
	for _, m := range placeholder.FindAllStringIndex(text, -1) {
		spans = append(spans, span{m[0], m[1], literal})
	}
	return spans
}

// apart gives the spans that touch none of the others.
func apart(spans, others []span) []span {
	return slices.DeleteFunc(spans, func(s span) bool {
		return slices.ContainsFunc(others, func(o span) bool { return s.from < o.to && o.from < s.to })
	})
}

// merge sorts spans and joins those that overlap, so that no part of anything is
// left over; the surer find gives the kind.
func merge(spans []span) []span {
	type ranked struct {
		span
		rank int
	}
	list := make([]ranked, len(spans))
	for i, s := range spans {
		list[i] = ranked{s, i}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(a.from, b.from) })
	var out []ranked
	for _, s := range list {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			prev := &out[n-1]
			prev.to = max(prev.to, s.to)
			if s.rank < prev.rank {
				prev.kind, prev.rank = s.kind, s.rank
			}
			continue
		}
		out = append(out, s)
	}
	merged := make([]span, len(out))
	for i, s := range out {
		merged[i] = s.span
	}
	return merged
}
