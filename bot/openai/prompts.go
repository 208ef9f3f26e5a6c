package openai

import (
	"embed"
	"strings"
)

//go:embed prompts
var promptFiles embed.FS

// The purposes: names of prompts, of schemas, and in metrics and recordings.
const (
	understanding = "understanding"
	step          = "step"
	summary       = "summary"
	reply         = "reply"
	translation   = "translation"
	embedding     = "embedding"
	probing       = "probe"
)

var (
	prompts = readPrompts(understanding, step, summary, reply, translation)
	voices  = readVoices()
)

// readPrompts gives each purpose its instructions, with what holds for all of them.
func readPrompts(purposes ...string) map[string]string {
	m := map[string]string{}
	for _, p := range purposes {
		m[p] = mustRead("prompts/"+p+".txt") + mustRead("prompts/data.txt")
	}
	return m
}

// readVoices gives each language how its readers are addressed.
func readVoices() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(mustRead("prompts/voice.tsv")) {
		lang, how, _ := strings.Cut(strings.TrimSpace(line), "\t")
		m[lang] = how
	}
	return m
}

func mustRead(name string) string {
	b, err := promptFiles.ReadFile(name)
	if err != nil {
		panic(err) // embedded
	}
	return string(b)
}

// voiced gives the instructions of a purpose with how lang addresses its readers.
func voiced(purpose, lang string) string {
	how := voices[lang]
	if how == "" {
		return prompts[purpose]
	}
	return prompts[purpose] + "\nHow the reader is addressed in " + lang + ": " + how + "\n"
}
