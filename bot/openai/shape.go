package openai

import (
	"encoding/json"
	"slices"

	"github.com/sashabaranov/go-openai/jsonschema"
)

// shape is what an answer must look like.
type shape struct {
	wire  json.RawMessage       // the schema as the server gets it
	check jsonschema.Definition // the same without lists of values
}

// newShape makes a shape. The server is held to the listed values; an answer is
// not thrown away for one of them, since its reader drops what it does not know.
func newShape(d jsonschema.Definition) shape {
	wire, err := json.Marshal(&d)
	if err != nil {
		panic(err) // a definition without functions and cycles, written below
	}
	return shape{wire: wire, check: open(d)}
}

func open(d jsonschema.Definition) jsonschema.Definition {
	d.Enum = nil
	if d.Items != nil {
		items := open(*d.Items)
		d.Items = &items
	}
	properties := map[string]jsonschema.Definition{}
	for name, p := range d.Properties {
		properties[name] = open(p)
	}
	d.Properties = properties
	return d
}

// instruction says in words what the answer must look like, for servers that are not told in another way.
func (s shape) instruction(m mode) string {
	if m == schemaMode {
		return ""
	}
	return "\n\nAnswer with one JSON object and nothing else: no code fence, no words before or after it. It must fit this JSON schema:\n" + string(s.wire) + "\n"
}

// Strict structured output wants every property required and no other.
func object(properties map[string]jsonschema.Definition) jsonschema.Definition {
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return jsonschema.Definition{Type: jsonschema.Object, Properties: properties, Required: names, AdditionalProperties: false}
}

func text(description string) jsonschema.Definition {
	return jsonschema.Definition{Type: jsonschema.String, Description: description}
}

func list(of jsonschema.Definition) jsonschema.Definition {
	return jsonschema.Definition{Type: jsonschema.Array, Items: &of}
}

// oneOf is one of values or the empty string; without values it is any string.
func oneOf(description string, values []string) jsonschema.Definition {
	d := text(description)
	if len(values) > 0 {
		d.Enum = append([]string{""}, values...)
	}
	return d
}

// single is an object with one text.
func single(name, description string) shape {
	return newShape(object(map[string]jsonschema.Definition{name: text(description)}))
}
