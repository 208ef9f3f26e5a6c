package app

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"firstline/bot"
	"firstline/bot/deliver"
	"firstline/bot/discord"
	"firstline/bot/dispatch"
	"firstline/bot/openai"
	"firstline/bot/slack"
	"firstline/triage"
	"firstline/triage/understand"
)

// metrics is what /metrics shows. No label ever carries a customer's words, a
// name or an id.
type metrics struct {
	registry *prometheus.Registry

	accepted  *prometheus.CounterVec
	refused   *prometheus.CounterVec
	turns     *prometheus.HistogramVec
	failed    *prometheus.CounterVec
	conflicts prometheus.Counter
	moved     *prometheus.CounterVec
	readings  *prometheus.CounterVec
	reading   prometheus.Histogram
	delivered *prometheus.CounterVec
	slackIn   *prometheus.CounterVec
	slackOut  *prometheus.CounterVec
	slackOff  *prometheus.CounterVec
	socket    prometheus.Gauge

	discordIn   *prometheus.CounterVec
	discordOut  *prometheus.CounterVec
	discordOff  *prometheus.CounterVec
	discordBad  *prometheus.CounterVec
	discordConn prometheus.Gauge

	modelAsked   *prometheus.HistogramVec
	modelTokens  *prometheus.CounterVec
	modelCost    prometheus.Counter
	modelUp      prometheus.Gauge
	modelRead    *prometheus.CounterVec
	modelDropped *prometheus.CounterVec
}

func newMetrics(depths func() (inbox, outbox, dead int)) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "firstline", Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, value func() float64) prometheus.GaugeFunc {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "firstline", Name: name, Help: help}, value)
	}
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		accepted:  counter("events_accepted_total", "Events stored, by platform and whether they were new.", "platform", "fresh"),
		refused:   counter("events_refused_total", "Events that could not be stored and were not acknowledged.", "reason"),
		turns:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "firstline", Name: "turn_seconds", Help: "From picking an event up to its commit.", Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 12)}, []string{"kind"}),
		failed:    counter("turns_failed_total", "Turns that failed; dropped ones were given up.", "dropped"),
		conflicts: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "firstline", Name: "turn_conflicts_total", Help: "Turns decided again because another writer was faster."}),
		moved:     counter("case_moves_total", "Cases that came into a status.", "status"),
		readings:  counter("readings_total", "Messages understood, by language and act.", "lang", "act"),
		reading:   prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "firstline", Name: "reading_seconds", Help: "Time to understand a message.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 12)}),
		delivered: counter("messages_total", "Messages to platforms, by what came of them.", "platform", "result"),
		slackIn:   counter("slack_requests_total", "Requests of Slack that were accepted, ignored or refused.", "result", "what"),
		slackOut:  counter("slack_calls_total", "Calls to Slack, by method and result.", "method", "result"),
		slackOff:  counter("slack_rate_limited_total", "Times that Slack answered 429.", "method"),
		socket:    prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "firstline", Name: "slack_socket_up", Help: "1 while the Socket Mode connection is up."}),

		discordIn:   counter("discord_events_total", "Events of Discord that were accepted, ignored or refused.", "result", "what"),
		discordOut:  counter("discord_calls_total", "Calls to Discord, by method and result.", "method", "result"),
		discordOff:  counter("discord_rate_limited_total", "Times that Discord answered 429.", "method"),
		discordBad:  counter("discord_invalid_requests_total", "Answers 401, 403 and 429: Discord shuts an address out after 10,000 in ten minutes.", "status"),
		discordConn: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "firstline", Name: "discord_shards_up", Help: "Gateway connections that are up."}),
	}
	m.modelAsked = prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "firstline", Name: "model_seconds", Help: "Questions to the language model, by purpose and how they ended.", Buckets: prometheus.ExponentialBuckets(0.05, 2, 10)}, []string{"purpose", "outcome"})
	m.modelTokens = counter("model_tokens_total", "Tokens, by purpose and direction.", "purpose", "direction")
	m.modelCost = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "firstline", Name: "model_cost_dollars_total", Help: "Cost of the language model by the configured prices."})
	m.modelUp = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "firstline", Name: "model_up", Help: "0 while the model failed too often and is left alone."})
	m.modelRead = counter("model_readings_total", "Messages, by what the model had to do with their reading.", "outcome")
	m.modelDropped = counter("model_dropped_total", "What the model said and was not believed, by purpose and reason.", "purpose", "reason")
	m.registry.MustRegister(m.modelAsked, m.modelTokens, m.modelCost, m.modelUp, m.modelRead, m.modelDropped)
	m.registry.MustRegister(m.discordIn, m.discordOut, m.discordOff, m.discordBad, m.discordConn)
	m.registry.MustRegister(m.accepted, m.refused, m.turns, m.failed, m.conflicts, m.moved, m.readings, m.reading, m.delivered,
		m.slackIn, m.slackOut, m.slackOff, m.socket, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("inbox_waiting", "Events accepted and not yet handled.", func() float64 { n, _, _ := depths(); return float64(n) }),
		gauge("outbox_waiting", "Messages decided and not yet delivered.", func() float64 { _, n, _ := depths(); return float64(n) }),
		gauge("outbox_dead", "Messages given up.", func() float64 { _, _, n := depths(); return float64(n) }))
	return m
}

func (m *metrics) dispatch() dispatch.Metrics {
	return dispatch.Metrics{
		Accepted: func(platform string, fresh bool) {
			m.accepted.WithLabelValues(platform, map[bool]string{true: "yes", false: "no"}[fresh]).Inc()
		},
		Refused: func(reason string) { m.refused.WithLabelValues(reason).Inc() },
		Turn: func(kind triage.EventKind, took time.Duration) {
			m.turns.WithLabelValues(string(kind)).Observe(took.Seconds())
		},
		Failed: func(_ string, dropped bool) {
			m.failed.WithLabelValues(map[bool]string{true: "yes", false: "no"}[dropped]).Inc()
		},
		Conflict: m.conflicts.Inc,
		Moved:    func(_, to triage.Status) { m.moved.WithLabelValues(string(to)).Inc() },
	}
}

func (m *metrics) model() openai.Metrics {
	m.modelUp.Set(1)
	return openai.Metrics{
		Asked: func(purpose, outcome string, took time.Duration) {
			m.modelAsked.WithLabelValues(purpose, outcome).Observe(took.Seconds())
		},
		Tokens: func(purpose string, in, out int) {
			m.modelTokens.WithLabelValues(purpose, "in").Add(float64(in))
			m.modelTokens.WithLabelValues(purpose, "out").Add(float64(out))
		},
		Cost:    m.modelCost.Add,
		Breaker: func(state string) { m.modelUp.Set(map[string]float64{"closed": 1}[state]) },
	}
}

func (m *metrics) joined() understand.JoinedMetrics {
	return understand.JoinedMetrics{
		Read: func(o understand.ReadOutcome) { m.modelRead.WithLabelValues(string(o)).Inc() },
		Dropped: func(claim string, why understand.DropReason) {
			m.modelDropped.WithLabelValues("understanding "+claim, string(why)).Inc()
		},
	}
}

// rejected counts a text of the model that was not shown.
func (m *metrics) rejected(purpose, why string) { m.modelDropped.WithLabelValues(purpose, why).Inc() }

func (m *metrics) deliver() deliver.Metrics {
	count := func(platform, result string) { m.delivered.WithLabelValues(platform, result).Inc() }
	return deliver.Metrics{
		Sent:   func(platform string, _ triage.EffectKind, _ time.Duration) { count(platform, "sent") },
		Failed: func(platform string, class bot.Class) { count(platform, "failed_"+string(class)) },
		Dead:   func(platform, _ string) { count(platform, "given_up") },
		Found:  func(platform string) { count(platform, "found") },
		Blind:  func(platform string) { count(platform, "sent_again_blind") },

		Untranslated: func() { m.rejected("translation", "failed") },
	}
}

func (m *metrics) slack() slack.Metrics {
	in := func(result string) func(string) {
		return func(what string) { m.slackIn.WithLabelValues(result, what).Inc() }
	}
	return slack.Metrics{
		Received: in("accepted"), Ignored: in("ignored"), Refused: in("refused"),
		Sent:    func(method, result string) { m.slackOut.WithLabelValues(method, result).Inc() },
		Limited: func(method string, _ time.Duration) { m.slackOff.WithLabelValues(method).Inc() },
		Connected: func(up bool) {
			m.socket.Set(map[bool]float64{true: 1}[up])
		},
	}
}

func (m *metrics) discord() discord.Metrics {
	in := func(result string) func(string) {
		return func(what string) { m.discordIn.WithLabelValues(result, what).Inc() }
	}
	return discord.Metrics{
		Received: in("accepted"), Ignored: in("ignored"), Refused: in("refused"),
		Sent:    func(method, result string) { m.discordOut.WithLabelValues(method, result).Inc() },
		Limited: func(method string, _ time.Duration) { m.discordOff.WithLabelValues(method).Inc() },
		Invalid: func(status int) { m.discordBad.WithLabelValues(strconv.Itoa(status)).Inc() },
		Connected: func(up bool) {
			m.discordConn.Add(map[bool]float64{true: 1, false: -1}[up])
		},
	}
}
