package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// visit tells where every field of a file stands, outer ones first: a field of
// a mapping at its key, an item of a list at its beginning. Names are like
// customers[0].tier.
func visit(file *ast.File, each func(field string, at *token.Position)) {
	var look func(field string, node ast.Node)
	tell := func(field string, t *token.Token) {
		if t != nil && t.Position != nil {
			each(field, t.Position)
		}
	}
	pair := func(field string, v *ast.MappingValueNode) {
		name := strings.TrimPrefix(field+"."+v.Key.String(), ".")
		tell(name, v.Key.GetToken())
		look(name, v.Value)
	}
	look = func(field string, node ast.Node) {
		switch n := node.(type) {
		case *ast.MappingNode:
			for _, v := range n.Values {
				pair(field, v)
			}
		case *ast.MappingValueNode:
			pair(field, n)
		case *ast.SequenceNode:
			for i, v := range n.Values {
				item := fmt.Sprintf("%s[%d]", field, i)
				if v != nil {
					tell(item, v.GetToken())
				}
				look(item, v)
			}
		}
	}
	for _, doc := range file.Docs {
		look("", doc.Body)
	}
}

// lineOf gives the line of a field, or of the nearest one around it that the
// file has; 0 when there is none.
func lineOf(file *ast.File, field string) int {
	lines := map[string]int{}
	visit(file, func(f string, at *token.Position) { lines[f] = at.Line })
	for field != "" {
		if line, ok := lines[field]; ok {
			return line
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 0
}

// fieldAt names the innermost field that begins at or before an offset.
func fieldAt(file *ast.File, offset int) string {
	best := ""
	if file != nil {
		visit(file, func(f string, at *token.Position) {
			if at.Offset <= offset {
				best = f
			}
		})
	}
	return best
}
