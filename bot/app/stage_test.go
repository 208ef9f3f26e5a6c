package app_test

import (
	"testing"
	"time"

	"firstline/bot/bottest"
)

// patience is how long a story waits for what must come; it is only spent when
// something is broken.
const patience = 20 * time.Second

// stage says on which platforms a story is played.
type stage struct {
	name            string
	customers, desk string
	slack           bottest.SlackOptions
	discord         bottest.DiscordOptions
}

var (
	onSlack        = stage{name: "slack", customers: "slack", desk: "slack"}
	onDiscord      = stage{name: "discord", customers: "discord", desk: "discord"}
	discordToSlack = stage{name: "discord customer, slack desk", customers: "discord", desk: "slack"}
	slackToDiscord = stage{name: "slack customer, discord desk", customers: "slack", desk: "discord"}

	stages = []stage{onSlack, onDiscord, discordToSlack, slackToDiscord}
)

// everywhere plays a story on every stage.
func everywhere(t *testing.T, play func(w *town), with ...func(*town)) {
	t.Helper()
	onStages(t, stages, play, with...)
}

func onStages(t *testing.T, list []stage, play func(w *town), with ...func(*town)) {
	t.Helper()
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			play(newTown(t, s, with...))
		})
	}
}

// The people and rooms of every town: Nok is the customer Siam Live, Kim and
// Lee are engineers.
const (
	nok, kim, lee = "nok", "kim", "lee"
	siam, desk    = "siam", "desk"
)
