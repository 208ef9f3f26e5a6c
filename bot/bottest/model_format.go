package bottest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var reModelSchemaName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// readFormat takes response_format.
func (s *ModelServer) readFormat(f *modelFields, ask *modelAsk) {
	ask.format = "text"
	if !f.has("response_format") {
		return
	}
	format := readModelFields("response_format.", f.raw["response_format"], []string{"type", "json_schema"})
	if !format.has("type") {
		format.wrong("type", "missing_required_parameter", "Missing required parameter: 'response_format.type'.")
	}
	ask.format = format.oneOf("type", "text", "json_object", "json_schema")
	if (ask.format == "json_schema") != format.has("json_schema") {
		format.wrong("json_schema", "missing_required_parameter", "'response_format.json_schema' belongs to the type 'json_schema' and to no other.")
	}
	if ask.format == "json_object" && !ask.saysJSON() {
		format.no = &modelRefusal{param: "messages", message: "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."}
	}
	if ask.format == "json_schema" && format.no == nil {
		readSchema(format, ask)
	}
	f.adopt(format)
	s.refuseFormat(f, ask.format)
}

// refuseFormat answers as servers do that know less.
func (s *ModelServer) refuseFormat(f *modelFields, format string) {
	switch {
	case format == "json_schema" && s.opts.NoSchema:
		message := "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}]"
		f.refuse(modelRefusal{message: message, body: obj{"object": "error", "message": message, "type": "BadRequestError", "param": nil, "code": 400}})
	case format == "json_object" && s.opts.NoJSONMode:
		f.refuse(modelRefusal{
			param:   "response_format",
			message: "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
		})
	}
}

func readSchema(format *modelFields, ask *modelAsk) {
	f := readModelFields("response_format.json_schema.", format.raw["json_schema"], []string{"name", "description", "schema", "strict"})
	name := f.text("name")
	if !reModelSchemaName.MatchString(name) {
		f.wrong("name", "invalid_value", "Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$' and has at most 64 characters.")
	}
	var schema obj
	f.into("schema", "an object", &schema)
	f.text("description")
	if f.flag("strict") && f.no == nil {
		if fault := checkStrict(schema); fault != "" {
			f.no = &modelRefusal{param: "response_format", message: "Invalid schema for response_format '" + name + "': " + fault}
		}
	}
	ask.schema = obj{"name": name, "schema": schema}
	format.adopt(f)
}

// Limits of strict schemas, as OpenAI documents them.
const (
	maxSchemaDepth      = 10
	maxSchemaProperties = 5000
	maxSchemaEnums      = 1000
)

var strictKeywords = strings.Fields(`type properties required additionalProperties items enum const anyOf $ref $defs definitions description
	title pattern format multipleOf maximum exclusiveMaximum minimum exclusiveMinimum minItems maxItems`)

// strictCheck walks a schema of which structured output is asked for.
type strictCheck struct {
	properties, enums int
	fault             string
}

// checkStrict gives what is wrong with a strict schema, or "".
func checkStrict(schema obj) string {
	if schema["type"] != "object" {
		return fmt.Sprintf("schema must be a JSON Schema of 'type: \"object\"', got 'type: %q'.", str(schema["type"]))
	}
	var c strictCheck
	c.walk(schema, nil, 1)
	switch {
	case c.properties > maxSchemaProperties:
		c.wrong(nil, "more than %d properties", maxSchemaProperties)
	case c.enums > maxSchemaEnums:
		c.wrong(nil, "more than %d enum values", maxSchemaEnums)
	}
	return c.fault
}

func (c *strictCheck) wrong(path []string, format string, args ...any) {
	if c.fault == "" {
		quoted := make([]string, len(path))
		for i, p := range path {
			quoted[i] = "'" + p + "'"
		}
		c.fault = "In context=(" + strings.Join(quoted, ", ") + "), " + fmt.Sprintf(format, args...)
	}
}

func (c *strictCheck) walk(v any, path []string, depth int) {
	schema, ok := v.(obj)
	if !ok {
		c.wrong(path, "a schema must be an object.")
		return
	}
	for _, key := range sortedNames(schema) {
		if !slices.Contains(strictKeywords, key) {
			c.wrong(path, "'%s' is not permitted.", key)
		}
	}
	if schema["$ref"] == nil && schema["anyOf"] == nil && schema["type"] == nil {
		c.wrong(path, "schema must have a 'type' key.")
	}
	values, _ := schema["enum"].([]any)
	c.enums += len(values)
	if schema["enum"] != nil && len(values) == 0 {
		c.wrong(path, "'enum' must be an array that is not empty.")
	}
	if hasType(schema, "object") {
		c.object(schema, path, depth)
	}
	if hasType(schema, "array") {
		if schema["items"] == nil {
			c.wrong(path, "array schema missing items.")
			return
		}
		c.walk(schema["items"], c.below(path, "items"), depth)
	}
	for i, option := range list(schema["anyOf"]) {
		c.walk(option, c.below(path, "anyOf", fmt.Sprint(i)), depth)
	}
	for _, key := range []string{"$defs", "definitions"} {
		defs := asObj(schema[key])
		for _, name := range sortedNames(defs) {
			c.walk(defs[name], c.below(path, key, name), depth)
		}
	}
}

func (c *strictCheck) object(schema obj, path []string, depth int) {
	if closed, ok := schema["additionalProperties"].(bool); !ok || closed {
		c.wrong(path, "'additionalProperties' is required to be supplied and to be false.")
	}
	if depth > maxSchemaDepth {
		c.wrong(path, "more than %d levels of nesting", maxSchemaDepth)
		return
	}
	properties, required := asObj(schema["properties"]), list(schema["required"])
	c.properties += len(properties)
	for _, name := range sortedNames(properties) {
		if !slices.Contains(required, any(name)) {
			c.wrong(path, "'required' is required to be supplied and to be an array including every key in properties. Missing '%s'.", name)
		}
		c.walk(properties[name], c.below(path, "properties", name), depth+1)
	}
	for _, name := range required {
		if _, ok := properties[str(name)]; !ok {
			c.wrong(path, "'required' is required to be supplied and to be an array including every key in properties. Extra required key '%v' supplied.", name)
		}
	}
}

func (c *strictCheck) below(path []string, keys ...string) []string {
	return append(slices.Clone(path), keys...)
}

// hasType tells whether a schema allows a type, by itself or beside others.
func hasType(schema obj, kind string) bool {
	return schema["type"] == kind || slices.Contains(list(schema["type"]), any(kind))
}
