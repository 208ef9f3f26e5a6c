package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"os"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"firstline/i18n"
)

type checker struct {
	c        *Config
	file     *ast.File
	path     string
	problems []error
}

// bad notes a problem at a path like $.customers[0].tier.
func (k *checker) bad(path, what, remedy string) {
	field := strings.TrimPrefix(path, "$.")
	k.problems = append(k.problems, Problem{File: k.path, Line: lineOf(k.file, field), Field: field, What: what, Remedy: remedy})
}

func (k *checker) env(name, what, remedy string) {
	k.problems = append(k.problems, Problem{File: "environment", Field: name, What: what, Remedy: remedy})
}

func (k *checker) run() {
	c := k.c
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || !isPort(port) {
		k.bad("$.listen", fmt.Sprintf("%q is not host:port", c.Listen), "write for example 127.0.0.1:8080")
	}
	k.database()
	if c.Catalogues != "" {
		if st, err := os.Stat(c.Catalogues); err != nil || !st.IsDir() {
			k.bad("$.catalogues", fmt.Sprintf("%q is not a directory", c.Catalogues), "name the directory that has your own catalogues, or leave the line out")
		}
	}
	k.model()
	k.engineers()
	k.tiers()
	k.customers()
	k.discord()
	k.urls()
}

// copyID is how to find an id on Discord.
const copyID = "in Discord, switch on developer mode, then right-click and copy the id: digits only"

// isSlackID tells whether s can be an id of Slack; events never carry names.
func isSlackID(s string) bool {
	return s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// isSnowflake tells whether s can be an id of Discord: a 64-bit number.
func isSnowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && n > 0
}

func (k *checker) discord() {
	for _, group := range []struct {
		name string
		ids  []string
	}{{"private_threads", k.c.Discord.PrivateThreads}, {"engineer_roles", k.c.Discord.EngineerRoles}} {
		for i, id := range group.ids {
			if !isSnowflake(id) {
				k.bad(fmt.Sprintf("$.discord.%s[%d]", group.name, i), fmt.Sprintf("%q is not an id of Discord", id), copyID)
			}
		}
	}
}

func isPort(s string) bool {
	_, err := net.LookupPort("tcp", s)
	return s != "" && err == nil
}

func (k *checker) database() {
	kind, rest, ok := strings.Cut(k.c.Database, ":")
	switch {
	case !ok || rest == "":
		k.bad("$.database", fmt.Sprintf("%q names no database", k.c.Database), "write sqlite: and a file, for example sqlite:firstline.db")
	case kind == "postgres" || kind == "postgresql":
		k.bad("$.database", "PostgreSQL is not supported by this version", "use sqlite: and a file; one process serves thousands of messages a second on it")
	case kind != "sqlite":
		k.bad("$.database", fmt.Sprintf("unknown kind of database %q", kind), "write sqlite: and a file, for example sqlite:firstline.db")
	}
}

func (k *checker) engineers() {
	e := k.c.Engineers
	if !i18n.Supported(e.Language) {
		k.bad("$.engineers.language", fmt.Sprintf("%q is not supported", e.Language), "use one of "+strings.Join(i18n.Languages(), " "))
	}
	platform, channel, _ := strings.Cut(e.Desk, ":")
	switch {
	case e.Desk == "":
		k.bad("$.engineers.desk", "is missing", "name the channel where handoffs go, for example slack:C0DESK")
	case !slices.Contains([]string{"slack", "discord", "web"}, platform) || channel == "":
		k.bad("$.engineers.desk", fmt.Sprintf("%q is not a desk", e.Desk), "write slack: or discord: and the channel's id, or web:desk")
	case platform == "slack" && !isSlackID(channel):
		k.bad("$.engineers.desk", fmt.Sprintf("%q is not a channel id of Slack", channel), "write the id, like C0DESK: it stands at the end of the channel's details, not its #name")
	case platform == "discord" && !isSnowflake(channel):
		k.bad("$.engineers.desk", fmt.Sprintf("%q is not a channel id of Discord", channel), copyID)
	}
}

func (k *checker) tiers() {
	for _, name := range sortedKeys(k.c.Tiers) {
		for _, sev := range sortedKeys(k.c.Tiers[name]) {
			path := "$.tiers." + name + "." + sev
			if !slices.Contains([]string{"P1", "P2", "P3", "P4"}, sev) {
				k.bad(path, fmt.Sprintf("%q is not a severity", sev), "use P1, P2, P3 or P4")
				continue
			}
			t := k.c.Tiers[name][sev]
			k.duration(path+".first_response", &t.FirstResponse)
			k.duration(path+".next_response", &t.NextResponse)
			k.duration(path+".resolution", &t.Resolution)
			k.c.Tiers[name][sev] = t
		}
	}
}

func (k *checker) model() {
	m := &k.c.Model
	if u, err := url.Parse(m.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		k.bad("$.model.base_url", fmt.Sprintf("%q is not a URL", m.BaseURL), "write for example "+openAI)
	}
	if m.Timeout.Raw == "" {
		m.Timeout = Defaults().Model.Timeout
	}
	k.duration("$.model.timeout", &m.Timeout)
	if m.Timeout.D != 0 && (m.Timeout.D < minTimeout || m.Timeout.D > maxTimeout) { // zero was reported already
		k.bad("$.model.timeout", fmt.Sprintf("%q is not between %s and %s", m.Timeout.Raw, minTimeout, maxTimeout), "a customer waits for it: 6s serves well")
	}
	if m.Concurrency < 1 || m.Concurrency > 1000 {
		k.bad("$.model.concurrency", fmt.Sprintf("%d is not between 1 and 1000", m.Concurrency), "take the line out for 4")
	}
	for _, v := range []struct {
		field string
		value float64
	}{{"daily_budget", m.DailyBudget}, {"prices.input", m.Prices.Input}, {"prices.output", m.Prices.Output}, {"prices.embeddings", m.Prices.Embeddings}} {
		if v.value < 0 || math.IsNaN(v.value) || math.IsInf(v.value, 0) {
			k.bad("$.model."+v.field, fmt.Sprintf("%g is not an amount", v.value), "give US dollars, 0 or more")
		}
	}
	if m.DailyBudget > 0 && m.Prices.Input+m.Prices.Output == 0 {
		k.bad("$.model.daily_budget", "cannot be kept without prices", "give prices.input and prices.output in US dollars for a million tokens")
	}
}

// Bounds of the model's timeout: below, no model answers; above, nobody waits.
const (
	minTimeout = 200 * time.Millisecond
	maxTimeout = time.Minute
)

func (k *checker) duration(path string, d *Duration) {
	if d.Raw == "" {
		k.bad(path, "is missing", "give a duration such as 15m, 4h or 3d")
		return
	}
	if err := d.parse(); err != nil {
		k.bad(path, err.Error(), "give a duration such as 15m, 4h or 3d")
	}
}

func (k *checker) customers() {
	seen := map[string]string{}
	names := map[string]bool{}
	for i, cu := range k.c.Customers {
		path := fmt.Sprintf("$.customers[%d]", i)
		if cu.Name == "" {
			k.bad(path+".name", "is missing", "give the customer a name; the desk shows it")
		}
		if names[cu.Name] {
			k.bad(path+".name", fmt.Sprintf("%q occurs twice", cu.Name), "put all channels of a customer into one entry")
		}
		names[cu.Name] = true
		if _, ok := k.c.Tiers[cu.Tier]; cu.Tier != "" && !ok {
			k.bad(path+".tier", fmt.Sprintf("%q is not among the tiers", cu.Tier), "define it under tiers, or use one of "+strings.Join(sortedKeys(k.c.Tiers), ", "))
		}
		for _, group := range []struct {
			platform string
			ids      []string
		}{{"slack", cu.Slack}, {"discord", cu.Discord}} {
			for j, id := range group.ids {
				at := fmt.Sprintf("%s.%s[%d]", path, group.platform, j)
				key := group.platform + ":" + id
				if id == "" {
					k.bad(at, "is empty", "write the channel's id, or take the line out")
				} else if group.platform == "slack" && !isSlackID(id) {
					k.bad(at, fmt.Sprintf("%q is not a channel id of Slack", id), "write the id, like C0SIAM, not the channel's name")
				} else if group.platform == "discord" && !isSnowflake(id) {
					k.bad(at, fmt.Sprintf("%q is not an id of Discord", id), copyID)
				} else if other, ok := seen[key]; ok {
					k.bad(at, fmt.Sprintf("%s already belongs to %q", id, other), "a channel belongs to one customer")
				}
				if key == k.c.Engineers.Desk {
					k.bad(at, fmt.Sprintf("%s is the engineers' desk", id), "give the desk a channel that no customer reads")
				}
				seen[key] = cu.Name
			}
		}
	}
}

func (k *checker) urls() {
	if v := k.c.Secrets.SlackAPIURL; v != "" {
		if u, err := url.Parse(v); err != nil || u.Host == "" || !strings.HasSuffix(v, "/") {
			k.env("SLACK_API_URL", fmt.Sprintf("%q is not a base URL", v), "write it with scheme and a slash at the end, like https://slack.com/api/")
		}
	}
	if v := k.c.Secrets.DiscordAPIURL; v != "" {
		if u, err := url.Parse(v); err != nil || u.Host == "" || !strings.HasSuffix(v, "/") {
			k.env("DISCORD_API_URL", fmt.Sprintf("%q is not a base URL", v), "write it with scheme, version and a slash at the end, like https://discord.com/api/v10/")
		}
	}
}

// UsesSlack tells whether anything of the configuration needs Slack.
func (c *Config) UsesSlack() bool {
	return c.Secrets.SlackBotToken != "" || c.DeskOn("slack") != "" ||
		slices.ContainsFunc(c.Customers, func(cu Customer) bool { return len(cu.Slack) > 0 })
}

// UsesDiscord tells whether anything of the configuration needs Discord.
func (c *Config) UsesDiscord() bool {
	return c.Secrets.DiscordBotToken != "" || c.DeskOn("discord") != "" ||
		slices.ContainsFunc(c.Customers, func(cu Customer) bool { return len(cu.Discord) > 0 })
}

// missing makes a problem of a variable that is not exported.
func missing(name, what, remedy string) error {
	return Problem{File: "environment", Field: name, What: what, Remedy: remedy}
}

// MissingSecrets lists what has to be exported before the program can serve at
// all; nil when nothing is missing: the desk's platform and the customers' one,
// or one of them. What else is named and has no token is in [Config.Unserved].
func (c *Config) MissingSecrets() error {
	var errs []error
	s := c.Secrets
	other := s.DiscordBotToken != "" && c.DeskOn("slack") == ""
	if c.UsesSlack() && !(s.SlackBotToken == "" && other) {
		if s.SlackBotToken == "" {
			errs = append(errs, missing("SLACK_BOT_TOKEN", "is not set, but the configuration names Slack channels", "export the bot token (xoxb-…) of the Slack app"))
		}
		if s.SlackAppToken == "" && s.SlackSigningSecret == "" {
			errs = append(errs, missing("SLACK_SIGNING_SECRET", "is not set, and neither is SLACK_APP_TOKEN", "export the signing secret for HTTP mode, or the app token (xapp-…) for Socket Mode"))
		}
	}
	other = s.SlackBotToken != "" || c.UsesSlack()
	if c.UsesDiscord() && s.DiscordBotToken == "" && (c.DeskOn("discord") != "" || !other) {
		errs = append(errs, missing("DISCORD_BOT_TOKEN", "is not set, but the configuration names Discord channels", "export the bot token of the Discord application"))
	}
	return errors.Join(errs...)
}

// Unserved names platforms on which customers have channels and nobody
// answers, because the token is not exported. It is loud at the start and a
// fault for the doctor, not an error: the other platform goes on.
func (c *Config) Unserved() []error {
	if c.MissingSecrets() != nil {
		return nil
	}
	var out []error
	if c.UsesSlack() && c.Secrets.SlackBotToken == "" {
		out = append(out, missing("SLACK_BOT_TOKEN", "is not set: the customers' Slack channels are not served", "export the bot token (xoxb-…) of the Slack app"))
	}
	if c.UsesDiscord() && c.Secrets.DiscordBotToken == "" {
		out = append(out, missing("DISCORD_BOT_TOKEN", "is not set: the customers' Discord channels are not served", "export the bot token of the Discord application"))
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// unknownKeys reports every key the configuration does not have, so that a
// misspelt one is not silently without effect.
func unknownKeys(path string, file *ast.File) error {
	var errs []error
	for _, doc := range file.Docs {
		if doc.Body != nil {
			walk(path, "", doc.Body, reflect.TypeFor[Config](), &errs)
		}
	}
	return errors.Join(errs...)
}

func walk(path, field string, node ast.Node, t reflect.Type, errs *[]error) {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			walkValue(path, field, v, t, errs)
		}
	case *ast.MappingValueNode:
		walkValue(path, field, n, t, errs)
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for i, v := range n.Values {
				walk(path, fmt.Sprintf("%s[%d]", field, i), v, t.Elem(), errs)
			}
		}
	}
}

func walkValue(path, field string, v *ast.MappingValueNode, t reflect.Type, errs *[]error) {
	key := v.Key.String()
	at := strings.TrimPrefix(field+"."+key, ".")
	switch t.Kind() {
	case reflect.Map:
		walk(path, at, v.Value, t.Elem(), errs)
	case reflect.Struct:
		var known []string
		for f := range t.Fields() {
			name := f.Tag.Get("yaml")
			if name == key {
				walk(path, at, v.Value, f.Type, errs)
				return
			}
			if name != "" && name != "-" {
				known = append(known, name)
			}
		}
		*errs = append(*errs, Problem{File: path, Line: v.Key.GetToken().Position.Line, Field: at, What: "unknown key",
			Remedy: "known here: " + strings.Join(known, ", ")})
	}
}
