package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/bot/app"
	"firstline/bot/config"
	"firstline/triage/understand"
	"firstline/triage/understand/score"
)

// modelFlags choose the language model that is measured.
type modelFlags struct {
	Model        bool          `help:"Ask a language model, too, and print offline, model and joined side by side."`
	Config       string        `help:"Configuration file whose model is asked." placeholder:"FILE" type:"path"`
	ModelURL     string        `help:"Base URL of the model's server, in place of the configuration's." placeholder:"URL" name:"model-url"`
	ModelName    string        `help:"Name of the model, in place of the configuration's." placeholder:"NAME" name:"model-name"`
	ModelTimeout time.Duration `help:"Time for one answer, in place of the configuration's." placeholder:"TIME" name:"model-timeout"`
	Record       string        `help:"Write what the model is asked and says to a file, without secrets." placeholder:"FILE" type:"path" xor:"tape"`
	Replay       string        `help:"Take the answers from a recorded file instead of asking." placeholder:"FILE" type:"existingfile" xor:"tape"`
}

// modelSpec is the model that the flags chose.
type modelSpec struct {
	config.Model
	Key    config.Secret
	Record string // file to write; may be empty
	Replay string // file to answer from; may be empty
}

// spec reads the flags; nil without --model.
func (f modelFlags) spec(getenv func(string) string) (*modelSpec, error) {
	if !f.Model {
		if f.Config+f.ModelURL+f.ModelName+f.Record+f.Replay != "" || f.ModelTimeout != 0 {
			return nil, errors.New("eval: --config, --record, --replay and the flags of the model need --model")
		}
		return nil, nil
	}
	spec := modelSpec{Model: config.Defaults().Model, Key: config.Secret(getenv("OPENAI_API_KEY")), Record: f.Record, Replay: f.Replay}
	if f.Config != "" {
		cfg, err := config.Load(f.Config, getenv)
		if err != nil {
			return nil, err
		}
		spec.Model, spec.Key = cfg.Model, cfg.Secrets.OpenAIKey
	}
	spec.BaseURL, spec.Name = cmp.Or(f.ModelURL, spec.BaseURL), cmp.Or(f.ModelName, spec.Name)
	spec.Timeout.D = cmp.Or(f.ModelTimeout, spec.Timeout.D, defaultTimeout)
	switch {
	case spec.Name == "":
		return nil, errors.New("eval: no model is named; give --config with a model section, or --model-name")
	case spec.Timeout.D < 0:
		return nil, fmt.Errorf("eval: --model-timeout %s: want a time above zero", f.ModelTimeout)
	}
	return &spec, nil
}

// defaultTimeout is how long an answer may take where nothing else is said: a
// measurement may wait longer than a customer.
const defaultTimeout = 30 * time.Second

// evalModel is a language model that can tell what it cost.
type evalModel interface {
	understand.Model
	Usage() usage
	Why(error) string // the class of a failure in a word or two: "late", "refused"
	Close() error     // ends a recording
}

// openModel makes the model that the flags chose.
func openModel(s modelSpec) (evalModel, error) {
	m, err := app.OpenModel(s.Model, s.Key, s.Record, s.Replay)
	if err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return tapedModel{m}, nil
}

type tapedModel struct{ *app.TapedModel }

func (m tapedModel) Usage() usage {
	in, out, usd := m.Spent()
	return usage{TokensIn: in, TokensOut: out, USD: usd}
}

// usage is what the answers so far cost.
type usage struct {
	TokensIn  int     `json:"tokens_in"`
	TokensOut int     `json:"tokens_out"`
	USD       float64 `json:"cost_usd"`
}

// measured asks a model every question once, whoever asks it again, and notes
// what came of it. It is not safe for concurrent use: an evaluation asks one
// question after the other, so that the times are those of a single customer.
type measured struct {
	evalModel
	replayed bool
	answers  map[string]answered
	took     []time.Duration
	failed   map[string]int // by class
	readings map[string]int // by understand.ReadOutcome
	dropped  map[string]int // "claim reason"
}

type answered struct {
	answer understand.Answer
	err    error
}

func newMeasured(m evalModel, replayed bool) *measured {
	return &measured{evalModel: m, replayed: replayed, answers: map[string]answered{}, failed: map[string]int{}, readings: map[string]int{}, dropped: map[string]int{}}
}

// Understand asks the model, or repeats what it said.
func (m *measured) Understand(ctx context.Context, p understand.Prompt) (understand.Answer, error) {
	key, err := json.Marshal(p)
	if err != nil {
		return understand.Answer{}, fmt.Errorf("eval: %w", err)
	}
	if a, ok := m.answers[string(key)]; ok {
		return a.answer, a.err
	}
	began := time.Now()
	answer, err := m.evalModel.Understand(ctx, p)
	if ctx.Err() != nil {
		return answer, ctx.Err() // the user ended it: no failure of the model's
	}
	m.took = append(m.took, time.Since(began))
	if err != nil {
		m.failed[m.Why(err)]++
	}
	m.answers[string(key)] = answered{answer, err}
	return answer, err
}

func (m *measured) joinedMetrics() understand.JoinedMetrics {
	return understand.JoinedMetrics{
		Read:    func(o understand.ReadOutcome) { m.readings[string(o)]++ },
		Dropped: func(claim string, why understand.DropReason) { m.dropped[claim+" "+string(why)]++ },
	}
}

// percentile gives how long all but a share of the answers took at most; ok is
// false when nothing was asked, or the answers were replayed.
func (m *measured) percentile(p int) (d time.Duration, ok bool) {
	if len(m.took) == 0 || m.replayed {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(m.took))
	return sorted[(len(sorted)*p+99)/100-1], true // nearest rank
}

// claimsOf gives the labels of a model's claims, as they are.
func claimsOf(a understand.Answer) score.Labels {
	values := func(list []understand.Claim) []string {
		var out []string
		for _, c := range list {
			if c.Value != "" && !slices.Contains(out, c.Value) {
				out = append(out, c.Value)
			}
		}
		return out
	}
	return score.Labels{Lang: a.Lang.Value, Act: a.Act.Value, Scenario: orNull(a.Scenario.Value), Regions: values(a.Regions),
		Symptoms: values(a.Symptoms), Severity: orNull(a.Severity.Value)}
}
