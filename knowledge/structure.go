package knowledge

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// maxSteps is the highest number of steps an article may have; a customer gives up long before.
const maxSteps = 12

// body walks the top-level blocks of an article in the order in which they must come.
type body struct {
	file string
	src  []byte
	line int // line of the file on which src begins
	next ast.Node
}

// parseBody reads title, summary, steps, check and hand-off by their order.
func parseBody(name string, src []byte, line int) (Text, error) {
	doc := goldmark.DefaultParser().Parse(text.NewReader(src))
	b := &body{file: name, src: src, line: line, next: doc.FirstChild()}
	var (
		t   Text
		err error
	)
	if t.Title, t.line, err = b.heading(1, "title"); err != nil {
		return Text{}, err
	}
	if t.Summary, err = b.paragraphs("summary", 1); err != nil {
		return Text{}, err
	}
	if _, _, err = b.heading(2, "heading of the steps"); err != nil {
		return Text{}, err
	}
	if t.Steps, t.stepLines, err = b.steps(); err != nil {
		return Text{}, err
	}
	if _, _, err = b.heading(2, "heading of the check"); err != nil {
		return Text{}, err
	}
	if t.Check, err = b.paragraphs("check", 3); err != nil {
		return Text{}, err
	}
	if _, _, err = b.heading(2, "heading of the hand-off"); err != nil {
		return Text{}, err
	}
	if t.HandOff, err = b.paragraphs("hand-off", 3); err != nil {
		return Text{}, err
	}
	if b.next != nil {
		return Text{}, b.fail(b.next, "nothing may follow the hand-off, got a %s", b.next.Kind())
	}
	return t, nil
}

// fail makes an error at the line of a node, or of the end of the file where the node is nil.
func (b *body) fail(n ast.Node, format string, args ...any) error {
	var line int
	switch {
	case n != nil:
		line = b.lineOf(n)
	case len(b.src) == 0: // the file ends with the front matter
		line = b.line - 1
	default:
		line = b.line + bytes.Count(bytes.TrimRight(b.src, "\n"), []byte("\n"))
	}
	return &SyntaxError{File: b.file, Line: line, Msg: fmt.Sprintf(format, args...)}
}

// lineOf finds the line of a node: its own first line, that of its first descendant that has one, or, for a block
// without any text, the line of what stands before it.
func (b *body) lineOf(n ast.Node) int {
	for at := n; at != nil && at.Type() != ast.TypeInline; at = at.FirstChild() {
		if lines := at.Lines(); lines != nil && lines.Len() > 0 {
			return b.line + bytes.Count(b.src[:lines.At(0).Start], []byte("\n"))
		}
	}
	if before := n.PreviousSibling(); before != nil {
		return b.lineOf(before)
	}
	return b.line
}

// raw returns the source of a leaf block as one line of Markdown.
func (b *body) raw(n ast.Node) string {
	lines := n.Lines()
	parts := make([]string, 0, lines.Len())
	for i := range lines.Len() {
		segment := lines.At(i)
		if s := strings.TrimSpace(string(segment.Value(b.src))); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// heading takes a heading of this level.
func (b *body) heading(level int, what string) (string, int, error) {
	h, ok := b.next.(*ast.Heading)
	if !ok || h.Level != level {
		return "", 0, b.fail(b.next, "want the %s (%s), got %s", what, strings.Repeat("#", level), kind(b.next))
	}
	s := b.raw(h)
	if s == "" {
		return "", 0, b.fail(h, "the %s is empty", what)
	}
	b.next = h.NextSibling()
	return s, b.lineOf(h), nil
}

// paragraphs takes one to limit paragraphs.
func (b *body) paragraphs(what string, limit int) (string, error) {
	var parts []string
	for len(parts) < limit {
		p, ok := b.next.(*ast.Paragraph)
		if !ok {
			break
		}
		parts = append(parts, b.raw(p))
		b.next = p.NextSibling()
	}
	if len(parts) == 0 {
		return "", b.fail(b.next, "want the %s, a paragraph of plain text, got %s", what, kind(b.next))
	}
	return strings.Join(parts, "\n\n"), nil
}

// steps takes the numbered list.
func (b *body) steps() (steps []string, lines []int, err error) {
	list, ok := b.next.(*ast.List)
	if !ok || !list.IsOrdered() {
		return nil, nil, b.fail(b.next, "want the steps, a numbered list, got %s", kind(b.next))
	}
	if list.Start != 1 {
		return nil, nil, b.fail(list, "steps are numbered from 1, not from %d", list.Start)
	}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		block := item.FirstChild()
		if block == nil || block.NextSibling() != nil || (block.Kind() != ast.KindTextBlock && block.Kind() != ast.KindParagraph) {
			return nil, nil, b.fail(item, "step %d must be one paragraph: a step is one fix that fits a chat message", len(steps)+1)
		}
		step := tidyStep(b.raw(block))
		if step == "" {
			return nil, nil, b.fail(item, "step %d is empty", len(steps)+1)
		}
		steps, lines = append(steps, step), append(lines, b.lineOf(block))
	}
	if len(steps) > maxSteps {
		return nil, nil, b.fail(list, "%d steps; at most %d", len(steps), maxSteps)
	}
	b.next = list.NextSibling()
	return steps, lines, nil
}

// kind names a block for a message.
func kind(n ast.Node) string {
	switch n := n.(type) {
	case nil:
		return "the end of the file"
	case *ast.Heading:
		return fmt.Sprintf("a heading of level %d", n.Level)
	case *ast.List:
		if n.IsOrdered() {
			return "a numbered list"
		}
		return "a list without numbers"
	default:
		return "a " + n.Kind().String()
	}
}
