package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/assist"
	"firstline/bot/config"
	"firstline/bot/deliver"
	"firstline/bot/dispatch"
	"firstline/bot/openai"
	"firstline/bot/store"
	"firstline/i18n/glossary"
	"firstline/i18n/langid"
	"firstline/knowledge/index"
	"firstline/triage"
	"firstline/triage/understand"
)

// model is everything that a language model does for the program.
type model struct {
	client   *openai.Client
	reader   *understand.Joined
	writer   *assist.Assistant
	relay    *glossary.Translator
	detector *langid.Detector
	index    *index.Index // with embeddings; nil without a model of them
	fixes    Core         // searches in it
	metrics  *metrics
}

// modelConfig makes the client's configuration out of the program's.
func modelConfig(cfg *config.Config) openai.Config {
	m := cfg.Model
	return openai.Config{
		BaseURL: m.BaseURL, Key: string(cfg.Secrets.OpenAIKey), Model: m.Name, Embeddings: m.Embeddings,
		Timeout: m.Timeout.D, Concurrency: m.Concurrency, DailyBudget: m.DailyBudget,
		InputPrice: m.Prices.Input, OutputPrice: m.Prices.Output, EmbeddingPrice: m.Prices.Embeddings, KeepIPs: m.KeepIPs,
	}
}

// newModel makes what the configuration names; nil when it names none.
func (a *App) newModel(opt Options) (*model, error) {
	if !a.cfg.UsesModel() {
		return nil, nil
	}
	c := modelConfig(a.cfg)
	c.HTTPClient, c.Now, c.Log, c.Metrics = opt.HTTP, opt.Now, opt.Log.With("component", "model"), a.metrics.model()
	client, err := openai.New(c)
	if err != nil {
		return nil, err
	}
	terms, err := glossary.Load(a.core.glossary)
	if err != nil {
		return nil, err
	}
	m := &model{client: client, detector: a.core.Reader.Detector(), fixes: *a.core, metrics: a.metrics}
	if c.Embeddings != "" {
		if m.index, err = index.New(a.core.Library, index.WithEmbeddings(client, a.store, c.Embeddings)); err != nil {
			return nil, err
		}
		m.fixes.Index = m.index
	}
	m.reader = understand.NewJoined(understand.JoinedConfig{
		Offline: a.core.Reader, Model: client, Catalogue: a.core.Policy.Catalogue, Languages: a.core.Policy.Languages, Metrics: a.metrics.joined(),
	})
	m.writer = &assist.Assistant{
		Model: client, Library: a.core.Library, Catalogue: a.core.Policy.Catalogue, Detector: m.detector, DeskLang: a.cfg.Engineers.Language, Said: a.said,
		Case: func(ctx context.Context, id string) (triage.Case, error) {
			c, _, err := a.store.Case(ctx, id)
			return c, err
		},
		Rejected: a.metrics.rejected, Log: c.Log,
	}
	m.relay = &glossary.Translator{Glossary: terms, Engine: heard{client, m.detector}}
	return m, nil
}

// language tells what a text is written in by somebody who usually writes in
// usual: a few words tell nothing.
func (m *model) language(text, usual string) string {
	v := m.detector.Detect(text, usual)
	if v.Lang == "" || v.Letters < shortText || v.Confidence < sureText {
		return usual
	}
	return v.Lang
}

// A verdict on a language counts from so many letters and with so much confidence.
const (
	shortText = 8
	sureText  = 0.6
)

// heard is an engine that is not believed when what it says is plainly in a
// language that nobody asked for, or is the text again. Such an answer is an
// error, so that it is asked for once more and never remembered.
type heard struct {
	glossary.Engine
	detector *langid.Detector
}

var errLanguage = errors.New("the translation is in another language")

// A verdict on a translation counts from so many letters and with so much
// confidence: of 3267 texts of our articles three would be refused.
const (
	longText = 24
	plainly  = 0.8
)

// Translate meets [glossary.Engine].
func (h heard) Translate(ctx context.Context, text, from, to string) (string, error) {
	answer, err := h.Engine.Translate(ctx, text, from, to)
	if err != nil {
		return "", err
	}
	v := h.detector.Detect(answer, to)
	again := strings.TrimSpace(answer) == strings.TrimSpace(text)
	if v.Lang != to && (v.Lang != from || again) && v.Letters >= longText && v.Confidence >= plainly {
		return "", errLanguage
	}
	return answer, nil
}

// into sets what the model does for turns and for messages.
func (m *model) into(d *dispatch.Config, out *deliver.Config) {
	d.Understander, d.Writer, d.Policy.Model = measured{m.reader, m.metrics}, m.writer, true
	d.Fixes = &m.fixes
	out.Translator, out.Summariser, out.Language = m.relay, m.writer, m.language
}

// relearn is the pause before the articles' embeddings are asked for again.
const relearn = time.Minute

// learn computes the embeddings of the articles; until it has succeeded the
// search goes without them.
func (a *App) learn(ctx context.Context) {
	for {
		err := a.model.index.Learn(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Warn("articles have no embeddings yet", "err", err)
		select {
		case <-time.After(relearn):
		case <-ctx.Done():
			return
		}
	}
}

// said tells a model what people said in a case, in order and as it stands now.
func (a *App) said(ctx context.Context, c triage.Case) []assist.Said {
	type line struct {
		at time.Time
		assist.Said
	}
	var lines []line
	for _, w := range c.Words {
		lines = append(lines, line{w.At, assist.Said{By: "customer", Text: w.Text}})
	}
	rows, err := a.store.Outbox(ctx, c.ID)
	if err != nil {
		a.log.Warn("conversation not complete for the model", "case", c.ID, "err", err)
	}
	for _, r := range store.Relayed(rows) {
		if r.Effect.To == triage.ToCustomer {
			lines = append(lines, line{r.At, assist.Said{By: "engineer", Text: r.Effect.Text}})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	out := make([]assist.Said, 0, len(lines))
	for _, l := range lines {
		out = append(out, l.Said)
	}
	return out
}

// working shows that the bot is at work where a platform can. It returns at
// once: nothing waits for that.
func (a *App) working(to bot.Address) {
	p, ok := a.sources[to.Platform].(bot.Typist)
	if !ok || strings.HasPrefix(to.Thread, store.CommandThread) {
		return
	}
	a.wg.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := p.Typing(ctx, to); err != nil {
			a.log.Debug("progress not shown", "conversation", to.Key(), "err", err)
		}
	})
}
