package knowledge

import "slices"

// IDs lists the ids that articles may use. The catalogue of the triage core is the authority; this package must not
// import it, so whoever lints passes the lists in.
type IDs struct {
	Scenarios []string
	Symptoms  []string
	Layers    []string
}

// DefaultIDs returns a fresh copy of the ids of the shipped catalogue.
func DefaultIDs() IDs {
	return IDs{
		Scenarios: slices.Clone(defaultScenarios),
		Symptoms:  slices.Clone(defaultSymptoms),
		Layers:    slices.Clone(defaultLayers),
	}
}

var (
	defaultScenarios = []string{"showroom", "one_on_one", "voice_room", "game_voice", "ai_tutor"}
	defaultSymptoms  = []string{
		"stutter", "blurry", "high_latency", "black_screen", "connect_fail", "disconnect", "no_audio", "audio_quality",
		"av_desync", "publish_fail", "slow_start", "capacity", "ai_slow", "ai_misheard", "ai_interrupt", "account",
	}
	defaultLayers = []string{"client", "encoding", "transport", "cdn_node", "capacity", "ai_pipeline", "account"}
)
