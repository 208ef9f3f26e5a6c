package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"firstline/i18n"
	"firstline/knowledge"
	"firstline/knowledge/index"
	"firstline/triage"
)

type kbCmd struct {
	Search kbSearchCmd `cmd:"" help:"Find articles for a text, as the bot does."`
	Lint   kbLintCmd   `cmd:"" help:"Check every article in every language."`
}

type kbSearchCmd struct {
	catalogueFlag
	Text []string `arg:"" help:"What a customer would write."`
	Lang string   `help:"Language; recognised from the text when left out." placeholder:"TAG"`
	JSON bool     `help:"Print JSON." name:"json"`
}

// Help gives examples.
func (kbSearchCmd) Help() string {
	return `  firstline kb search "viewers in Vietnam stare at a spinner"
  firstline kb search --lang ja 音がエコーする`
}

// Run reads the text as the bot would and prints the articles found.
func (c kbSearchCmd) Run(ctx context.Context, s streams) error {
	text := strings.Join(c.Text, " ")
	if strings.TrimSpace(text) == "" {
		return usageError{errors.New("nothing to search for: give the words of a customer")}
	}
	core, err := c.core()
	if err != nil {
		return err
	}
	r := core.Reader.Read(ctx, triage.Question{Text: text})
	if c.Lang == "" {
		c.Lang = r.Lang
	}
	if !i18n.Supported(c.Lang) {
		return usageError{fmt.Errorf("--lang %q: use one of %s", c.Lang, strings.Join(i18n.Languages(), " "))}
	}
	hits, err := core.Index.Search(ctx, index.Query{Text: text, Lang: c.Lang, Scenario: r.Scenario, Symptoms: r.Symptoms})
	if err != nil {
		return err
	}
	if c.JSON {
		return writeLine(s.out, map[string]any{"lang": c.Lang, "scenario": r.Scenario, "symptoms": orEmpty(r.Symptoms), "hits": found(hits)})
	}
	fmt.Fprintf(s.out, "read as: %s; scenario %s; symptoms %s\n", c.Lang, orDash(r.Scenario), orDash(strings.Join(r.Symptoms, ", ")))
	w := tabwriter.NewWriter(s.out, 2, 0, 2, ' ', 0)
	for i, h := range hits {
		t, _ := core.Library.Text(h.ArticleID, c.Lang)
		fmt.Fprintf(w, "%d.\t%s\t%s\t%.4f\n", i+1, h.ArticleID, t.Title, h.Score)
	}
	if len(hits) == 0 {
		fmt.Fprintln(w, "no article found")
	}
	return w.Flush()
}

// foundArticle is one hit as it is printed in JSON.
type foundArticle struct {
	ArticleID string  `json:"article_id"`
	Score     float64 `json:"score"`
	Matched   string  `json:"matched"` // lexical, structure or both
}

func found(hits []index.Hit) []foundArticle {
	out := make([]foundArticle, 0, len(hits))
	for _, h := range hits {
		out = append(out, foundArticle{h.ArticleID, h.Score, h.Matched.String()})
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type kbLintCmd struct {
	catalogueFlag
}

// Run checks the articles; it exits 1 when it found something.
func (c kbLintCmd) Run(s streams) error {
	core, err := c.core()
	if err != nil {
		return err
	}
	problems := knowledge.Lint(core.Library, i18n.Languages(), knowledge.Criteria{IDs: knowledge.DefaultIDs(), Today: time.Now()})
	for _, p := range problems {
		fmt.Fprintln(s.out, p)
	}
	fmt.Fprintf(s.out, "%d articles, %d languages, %d problems\n", len(core.Library.Articles()), len(i18n.Languages()), len(problems))
	if len(problems) > 0 {
		return quiet{fmt.Errorf("%d problems", len(problems))}
	}
	return nil
}
