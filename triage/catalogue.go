package triage

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"
)

// Ids of the diagnostics that the rules name; the others are only data.
const (
	SlotSymptom  = "symptom"
	SlotScenario = "scenario"
	SlotRegion   = "region"
	SlotScope    = "scope"
	SlotLive     = "live"
	SlotSince    = "since"
)

// Slot is a diagnostic. One without options is answered with a menu of its
// own (symptom, scenario, region) or in words.
type Slot struct {
	ID      string   `yaml:"id"`
	Options []string `yaml:"options"`
}

// Scenario is a way the product is used.
type Scenario struct {
	ID     string   `yaml:"id"`
	Metric string   `yaml:"metric"`
	Layers []string `yaml:"layers"`
	Ask    []string `yaml:"ask"`
}

// Effect classes of symptoms.
const (
	EffectUnusable  = "unusable"
	EffectDegraded  = "degraded"
	EffectPaperwork = "paperwork"
)

// Symptom is what a customer notices.
type Symptom struct {
	ID     string   `yaml:"id"`
	Effect string   `yaml:"effect"`
	Layers []string `yaml:"layers"`
	Ask    []string `yaml:"ask"`
	Person bool     `yaml:"person"` // a mere question about it, with nothing broken, is for a person
}

// Hint is an answer that points at a fault layer.
type Hint struct {
	Slot  string `yaml:"slot"`
	Value string `yaml:"value"`
	Layer string `yaml:"layer"`
}

// SeverityRule gives a severity when all its conditions hold.
type SeverityRule struct {
	ID   string              `yaml:"id"`
	If   map[string][]string `yaml:"if"`
	Then Severity            `yaml:"then"`
}

// Catalogue is the field's knowledge as data: what can go wrong, where, what
// to ask about it and how bad it is.
type Catalogue struct {
	Slots     []Slot         `yaml:"slots"`
	Scenarios []Scenario     `yaml:"scenarios"`
	Symptoms  []Symptom      `yaml:"symptoms"`
	Hints     []Hint         `yaml:"hints"`
	Severity  []SeverityRule `yaml:"severity"`
}

//go:embed catalogue.yaml
var embeddedCatalogue []byte

// Layers lists the fault layers a catalogue may name.
func Layers() []string {
	return []string{"client", "encoding", "transport", "cdn_node", "capacity", "ai_pipeline", "account"}
}

// DefaultCatalogue gives the catalogue that is built in.
func DefaultCatalogue() (*Catalogue, error) {
	return ParseCatalogue("catalogue.yaml (built in)", embeddedCatalogue)
}

// LoadCatalogue reads catalogue.yaml of a directory, or the built-in one when
// the directory has none or is not named.
func LoadCatalogue(dir string) (*Catalogue, error) {
	if dir == "" {
		return DefaultCatalogue()
	}
	path := filepath.Join(dir, "catalogue.yaml")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return DefaultCatalogue()
	}
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return ParseCatalogue(path, data)
}

// ParseCatalogue reads and checks a catalogue. The error names every fault:
// syntax with its line, or which entry refers to what does not exist.
func ParseCatalogue(name string, data []byte) (*Catalogue, error) {
	var c Catalogue
	if err := yaml.UnmarshalWithOptions(data, &c, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &c, nil
}

func (c *Catalogue) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, id := range []string{SlotSymptom, SlotScenario, SlotRegion, SlotScope, SlotLive} {
		if _, ok := c.Slot(id); !ok {
			bad("slots: %q is missing; the rules need it", id)
		}
	}
	layers := func(where string, ids []string) {
		for _, l := range ids {
			if !slices.Contains(Layers(), l) {
				bad("%s: unknown layer %q, want one of %v", where, l, Layers())
			}
		}
	}
	asks := func(where string, ids []string) {
		for _, s := range ids {
			if _, ok := c.Slot(s); !ok {
				bad("%s: asks %q, which is not among the slots", where, s)
			}
		}
	}
	for _, s := range c.Scenarios {
		layers("scenario "+s.ID, s.Layers)
		asks("scenario "+s.ID, s.Ask)
	}
	for _, s := range c.Symptoms {
		layers("symptom "+s.ID, s.Layers)
		asks("symptom "+s.ID, s.Ask)
		if !slices.Contains([]string{EffectUnusable, EffectDegraded, EffectPaperwork}, s.Effect) {
			bad("symptom %s: unknown effect %q", s.ID, s.Effect)
		}
	}
	for _, h := range c.Hints {
		layers("hint "+h.Slot+"="+h.Value, []string{h.Layer})
		if s, ok := c.Slot(h.Slot); !ok || !slices.Contains(s.Options, h.Value) {
			bad("hint: %s has no option %q", h.Slot, h.Value)
		}
	}
	conditions := []string{"wording", "said", SlotScope, SlotLive, "effect", SlotSymptom}
	for _, r := range c.Severity {
		if !slices.Contains([]Severity{P1, P2, P3, P4}, r.Then) {
			bad("severity rule %s: unknown severity %q", r.ID, r.Then)
		}
		for k := range r.If {
			if !slices.Contains(conditions, k) {
				bad("severity rule %s: unknown condition %q, want one of %v", r.ID, k, conditions)
			}
		}
	}
	if n := len(c.Severity); n == 0 || len(c.Severity[n-1].If) > 0 {
		bad("severity: the last rule must have no conditions, so that every case gets a severity")
	}
	return errors.Join(errs...)
}

// Slot finds a diagnostic.
func (c *Catalogue) Slot(id string) (Slot, bool) {
	i := slices.IndexFunc(c.Slots, func(s Slot) bool { return s.ID == id })
	if i < 0 {
		return Slot{}, false
	}
	return c.Slots[i], true
}

// Scenario finds a scenario.
func (c *Catalogue) Scenario(id string) (Scenario, bool) {
	i := slices.IndexFunc(c.Scenarios, func(s Scenario) bool { return s.ID == id })
	if i < 0 {
		return Scenario{}, false
	}
	return c.Scenarios[i], true
}

// Symptom finds a symptom.
func (c *Catalogue) Symptom(id string) (Symptom, bool) {
	i := slices.IndexFunc(c.Symptoms, func(s Symptom) bool { return s.ID == id })
	if i < 0 {
		return Symptom{}, false
	}
	return c.Symptoms[i], true
}

// SeverityFacts is what the severity rules look at.
type SeverityFacts struct {
	Wording  Severity
	Scope    string // as the customer chose it
	Said     string // as it was read from the words
	Live     string
	Symptoms []string
}

// Judge gives the severity and the id of the rule that decided.
func (c *Catalogue) Judge(f SeverityFacts) (Severity, string) {
	lead := ""
	if len(f.Symptoms) > 0 {
		lead = f.Symptoms[0]
	}
	have := map[string]string{
		"wording": string(f.Wording), "said": f.Said, SlotScope: f.Scope, SlotLive: f.Live,
		"effect": c.worst(f.Symptoms), SlotSymptom: lead,
	}
	for _, r := range c.Severity {
		holds := true
		for k, want := range r.If {
			holds = holds && slices.Contains(want, have[k])
		}
		if holds {
			return r.Then, r.ID
		}
	}
	return P3, "" // unreachable in a checked catalogue
}

func (c *Catalogue) worst(symptoms []string) string {
	order := []string{"", EffectPaperwork, EffectDegraded, EffectUnusable}
	worst := 0
	for _, id := range symptoms {
		if s, ok := c.Symptom(id); ok {
			worst = max(worst, slices.Index(order, s.Effect))
		}
	}
	return order[worst]
}

// Questions gives the diagnostics to ask about a case before the first fix, in
// order: what the leading symptom needs, then what the scenario adds.
func (c *Catalogue) Questions(k Case) []string {
	if len(k.Symptoms) == 0 {
		return []string{SlotSymptom}
	}
	var out []string
	if s, ok := c.Symptom(k.Symptoms[0].Value); ok {
		out = append(out, s.Ask...)
	}
	if s, ok := c.Scenario(k.Scenario.Value); ok {
		for _, id := range s.Ask {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return slices.DeleteFunc(out, func(id string) bool { return !c.sensible(id, k) })
}

// sensible leaves out questions that make no sense for the scenario: the place
// of a stutter is asked of broadcasts, the stage of talking AI, the delay of calls.
func (c *Catalogue) sensible(slot string, k Case) bool {
	switch slot {
	case "where", SlotLive:
		return k.Scenario.Value == "" || k.Scenario.Value == "showroom"
	case "stage":
		return k.Scenario.Value == "" || k.Scenario.Value == "ai_tutor"
	}
	return true
}

// forPerson tells that a question about a case is one that no step answers.
func (c *Catalogue) forPerson(k Case) bool {
	if len(k.Symptoms) == 0 {
		return false
	}
	s, _ := c.Symptom(k.Symptoms[0].Value)
	return s.Person
}

// oneCarrier is the answer that a carrier's name stands for.
const oneCarrier = "one_carrier"

// namesCarrier tells that a network is given by name: it is none of the options.
func (c *Catalogue) namesCarrier(slot, value string) bool {
	s, _ := c.Slot(slot)
	return value != "" && value != Unknown && !slices.Contains(s.Options, value)
}

// LikelyLayers orders the fault layers by what the answers point at, then by
// the leading symptom, then by the scenario.
func (c *Catalogue) LikelyLayers(k Case) []string {
	var out []string
	add := func(ids ...string) {
		for _, id := range ids {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	for _, h := range c.Hints {
		if v := k.Facts[h.Slot].Value; v == h.Value || h.Value == oneCarrier && c.namesCarrier(h.Slot, v) {
			add(h.Layer)
		}
	}
	if len(k.Symptoms) > 0 {
		if s, ok := c.Symptom(k.Symptoms[0].Value); ok {
			add(s.Layers...)
		}
	}
	if s, ok := c.Scenario(k.Scenario.Value); ok {
		add(s.Layers...)
	}
	return out
}
