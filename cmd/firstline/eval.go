package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"firstline/bot/app"
	"firstline/bot/dispatch"
	"firstline/triage"
	"firstline/triage/understand"
	"firstline/triage/understand/score"
)

type evalCmd struct {
	catalogueFlag
	modelFlags
	Messages  []string `help:"Labelled messages (JSON Lines)." placeholder:"FILE" type:"existingfile"`
	Dialogues []string `help:"Labelled dialogues (JSON Lines)." placeholder:"FILE" type:"existingfile"`
	ByLang    bool     `help:"Also a table by language."`
	JSON      bool     `help:"Print JSON." name:"json"`
}

// Help gives examples.
func (evalCmd) Help() string {
	return `Scores the understanding against labelled files and prints the table. The held-out files of the
repository were never trained on or tuned to:

  firstline eval --messages triage/understand/testdata/holdout.jsonl \
                 --dialogues triage/understand/testdata/dialogues.jsonl --by-lang

With --model three understandings stand side by side: offline, the language model's claims as they are, and
both joined as the bot reads. The model is asked about every message, so this costs money; its key is in
OPENAI_API_KEY. What it was asked and said can be recorded, without secrets, and replayed for nothing:

  firstline eval --model --config firstline.yaml --messages …/holdout.jsonl --by-lang --record run.jsonl
  firstline eval --model --model-url http://localhost:11434/v1 --model-name qwen3:8b --messages …/holdout.jsonl
  firstline eval --model --config firstline.yaml --messages …/holdout.jsonl --replay run.jsonl`
}

// Run scores the files.
func (c evalCmd) Run(ctx context.Context, s streams) error {
	if len(c.Messages)+len(c.Dialogues) == 0 {
		return usageError{fmt.Errorf("eval: name labelled files with --messages or --dialogues")}
	}
	spec, err := c.spec(os.Getenv)
	if err != nil {
		return usageError{err}
	}
	core, err := c.core()
	if err != nil {
		return err
	}
	if spec == nil {
		return c.score(ctx, s.out, newEvaluation(core))
	}
	model, err := openModel(*spec)
	if err != nil {
		return err
	}
	return c.compare(ctx, s.out, core, model)
}

// compare scores the files beside a model, and closes it.
func (c evalCmd) compare(ctx context.Context, out io.Writer, core *app.Core, model evalModel) error {
	e := newEvaluation(core)
	e.beside(model, c.Replay != "")
	return errors.Join(c.score(ctx, out, e), model.Close())
}

func (c evalCmd) score(ctx context.Context, out io.Writer, e *evaluation) error {
	if err := e.files(ctx, c.Messages, c.Dialogues); err != nil {
		return err
	}
	if c.JSON {
		return e.json(out)
	}
	return e.table(out, c.ByLang)
}

// evaluation is the scores of one understanding, or of three beside each other.
type evaluation struct {
	core    *app.Core
	offline *scores
	spent   time.Duration // on reading the messages offline

	model  *measured // nil: only offline
	alone  *scores   // of the model's claims as they are; it leads no dialogues
	joined *scores
	reader *understand.Joined
}

// scores are those of one understanding.
type scores struct {
	name      string
	messages  score.Messages
	byLang    map[string]*score.Messages
	dialogues score.Dialogues
}

func newScores(name string) *scores { return &scores{name: name, byLang: map[string]*score.Messages{}} }

func (s *scores) add(gold, got score.Labels) {
	s.messages.Add(gold, got)
	if s.byLang[gold.Lang] == nil {
		s.byLang[gold.Lang] = &score.Messages{}
	}
	s.byLang[gold.Lang].Add(gold, got)
}

func newEvaluation(core *app.Core) *evaluation {
	return &evaluation{core: core, offline: newScores("offline")}
}

// beside adds a language model. Of answers that are replayed the time says nothing.
func (e *evaluation) beside(m evalModel, replayed bool) {
	e.model = newMeasured(m, replayed)
	e.alone, e.joined = newScores("model"), newScores("joined")
	e.reader = understand.NewJoined(understand.JoinedConfig{
		Offline: e.core.Reader, Model: e.model, Catalogue: e.core.Policy.Catalogue, Languages: e.core.Policy.Languages, Metrics: e.model.joinedMetrics(),
	})
}

// systems lists what is compared.
func (e *evaluation) systems() []*scores {
	if e.model == nil {
		return []*scores{e.offline}
	}
	return []*scores{e.offline, e.alone, e.joined}
}

func (e *evaluation) files(ctx context.Context, messages, dialogues []string) error {
	for _, path := range messages {
		if err := eachLine(path, func(gold score.Labels) error { return e.message(ctx, gold) }); err != nil {
			return err
		}
	}
	for _, path := range dialogues {
		if err := eachLine(path, func(gold score.Dialogue) error { return e.dialogue(ctx, gold) }); err != nil {
			return err
		}
	}
	return nil
}

// eachLine reads a file of JSON Lines; that it cannot be used is the user's
// mistake, unless the user ended the program.
func eachLine[T any](path string, use func(T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return usageError{err}
	}
	defer f.Close()
	err = score.ReadLines(f, use)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	}
	return usageError{fmt.Errorf("%s: %w", path, err)}
}

func (e *evaluation) message(ctx context.Context, gold score.Labels) error {
	if gold.Text == "" || gold.Act == "" {
		return errors.New(`no "text" or no "act"; want labelled messages, {"id": …, "text": …, "act": …, …}`)
	}
	q := triage.Question{Text: gold.Text}
	began := time.Now()
	r := e.core.Reader.Read(ctx, q)
	e.spent += time.Since(began)
	e.offline.add(gold, labelsOf(r))
	if e.model == nil {
		return nil
	}
	answer, err := e.model.Understand(ctx, e.reader.Prompt(q, r))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		answer = understand.Answer{} // counted by e.model; it said nothing
	}
	e.alone.add(gold, claimsOf(answer))
	e.joined.add(gold, labelsOf(e.reader.Read(ctx, q)))
	return nil
}

func (e *evaluation) dialogue(ctx context.Context, gold score.Dialogue) error {
	if err := e.converse(ctx, gold, e.core.Reader, e.offline); err != nil || e.model == nil {
		return err
	}
	return e.converse(ctx, gold, e.reader, e.joined)
}

func (e *evaluation) converse(ctx context.Context, gold score.Dialogue, reader dispatch.Understander, into *scores) error {
	d, err := e.core.ConverseReadBy(ctx, reader, gold.ID, texts(gold))
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	into.dialogues.Add(gold, score.Outcome{
		Lang: d.Case.Lang, Scenario: told(d.Case.Scenario.Value), Regions: allTold(d.Case.RegionCodes()),
		Symptoms: allTold(d.Case.SymptomIDs()), Severity: string(d.Case.Severity), Status: d.Status(),
	})
	return nil
}

func labelsOf(r triage.Reading) score.Labels {
	return score.Labels{Lang: r.Lang, Act: string(r.Act), Scenario: orNull(r.Scenario), Regions: r.Regions, Symptoms: r.Symptoms, Severity: orNull(string(r.Severity))}
}
