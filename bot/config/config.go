// Package config is the configuration: one YAML file, and the environment for
// secrets. It is loaded and checked once; [Load] reports all problems together,
// each with file, line, field, value and remedy. Unknown keys are errors. No
// other package but cmd reads the environment.
package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Config is everything that can be set.
type Config struct {
	Listen     string          `yaml:"listen"`     // host:port of the HTTP server
	Database   string          `yaml:"database"`   // sqlite:FILE
	Catalogues string          `yaml:"catalogues"` // directory whose catalogue.yaml, locales/, articles/, lexicon/ … replace built-in files
	Model      Model           `yaml:"model"`
	Engineers  Engineers       `yaml:"engineers"`
	Customers  []Customer      `yaml:"customers"`
	Tiers      map[string]Tier `yaml:"tiers"`
	Discord    Discord         `yaml:"discord"`
	Web        bool            `yaml:"web"` // serve the built-in web chat and desk at /

	Secrets Secrets `yaml:"-"`
	File    string  `yaml:"-"`
}

// Model is a language model behind an OpenAI-compatible server.
type Model struct {
	BaseURL     string   `yaml:"base_url"`
	Name        string   `yaml:"name"`
	Embeddings  string   `yaml:"embeddings"`   // model for embeddings; empty: search without them
	Timeout     Duration `yaml:"timeout"`      // of one request, retries included
	Concurrency int      `yaml:"concurrency"`  // requests at the same time
	DailyBudget float64  `yaml:"daily_budget"` // US dollars in a day of UTC; 0: no limit
	Prices      Prices   `yaml:"prices"`
	KeepIPs     bool     `yaml:"keep_ip_addresses"` // leave IP addresses in what is sent to the server
}

// Prices are US dollars for a million tokens.
type Prices struct {
	Input      float64 `yaml:"input"`
	Output     float64 `yaml:"output"`
	Embeddings float64 `yaml:"embeddings"`
}

// openAI is the server that is asked when none is named.
const openAI = "https://api.openai.com/v1"

// UsesModel tells whether a language model is asked: one is named, and there
// is a key for a server that cannot be without.
func (c *Config) UsesModel() bool {
	return c.Model.Name != "" && (c.Secrets.OpenAIKey != "" || c.Model.BaseURL != openAI)
}

// Engineers is the desk.
type Engineers struct {
	Language string `yaml:"language"`
	Desk     string `yaml:"desk"` // slack:CHANNEL, discord:CHANNEL or web:desk
}

// Customer is an organisation, the channels that are its own, and its tier.
type Customer struct {
	Name    string   `yaml:"name"`
	Tier    string   `yaml:"tier"`
	Slack   []string `yaml:"slack"`
	Discord []string `yaml:"discord"`
}

// Discord is what only Discord can be told.
type Discord struct {
	PrivateThreads []string `yaml:"private_threads"` // guild or channel ids whose cases live in threads that only the contact and the guild's moderators see
	EngineerRoles  []string `yaml:"engineer_roles"`  // role ids of engineers; without any, whoever can write on the desk is one
}

// Tier gives the targets by severity.
type Tier map[string]Target

// Target is what a contract promises.
type Target struct {
	FirstResponse Duration `yaml:"first_response"`
	NextResponse  Duration `yaml:"next_response"`
	Resolution    Duration `yaml:"resolution"`
}

// Secrets come from the environment.
type Secrets struct {
	SlackBotToken      Secret
	SlackSigningSecret Secret
	SlackAppToken      Secret
	SlackAPIURL        string
	DiscordBotToken    Secret
	DiscordAPIURL      string
	OpenAIKey          Secret
}

// Secret prints as ***, whatever prints it.
type Secret string

func (s Secret) String() string { return mask(s) }

// Format keeps every verb of fmt from showing it, the wrong ones included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask(s)) }

// MarshalText keeps JSON, YAML and slog from showing it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask(s)), nil }

func mask(s Secret) string {
	if s == "" {
		return ""
	}
	return "***"
}

// Duration is a time.Duration that also knows days: 5m, 4h, 3d, 1d12h.
type Duration struct {
	D   time.Duration
	Raw string
}

// UnmarshalYAML takes the text; the check parses it, so that all mistakes are
// reported together.
func (d *Duration) UnmarshalYAML(unmarshal func(any) error) error {
	return unmarshal(&d.Raw)
}

// maxDays keeps a slip of the finger from overflowing: a hundred years.
const maxDays = 36500

func (d *Duration) parse() error {
	if d.Raw == "" {
		return nil
	}
	rest := d.Raw
	var total time.Duration
	if head, tail, ok := strings.Cut(rest, "d"); ok {
		days, err := strconv.Atoi(head)
		if err != nil || days > maxDays {
			return fmt.Errorf("%q is not a duration", d.Raw)
		}
		total, rest = time.Duration(days)*24*time.Hour, tail
	}
	if rest != "" {
		v, err := time.ParseDuration(rest)
		if err != nil {
			return fmt.Errorf("%q is not a duration", d.Raw)
		}
		total += v
	}
	if total <= 0 {
		return fmt.Errorf("%q is not a duration above zero", d.Raw)
	}
	d.D = total
	return nil
}

// Problem is one mistake in the configuration.
type Problem struct {
	File   string
	Line   int // 0: the file as a whole, or the environment
	Field  string
	What   string
	Remedy string
}

func (p Problem) Error() string {
	where := p.File
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line)
	}
	return fmt.Sprintf("%s: %s: %s; %s", where, p.Field, p.What, p.Remedy)
}

// Defaults is the configuration before the file is read.
func Defaults() Config {
	return Config{Listen: "127.0.0.1:8080", Database: "sqlite:firstline.db", Engineers: Engineers{Language: "en"},
		Model: Model{BaseURL: openAI, Timeout: Duration{Raw: "6s"}, Concurrency: 4}}
}

// Load reads and checks a file; getenv gives the environment (os.Getenv). The
// error joins every [Problem]. Whether the secrets that it needs are there is
// asked apart, by [Config.MissingSecrets]: a file is right or wrong wherever it
// is looked at.
func Load(path string, getenv func(string) string) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, Problem{File: path, Field: "file", What: "does not exist", Remedy: "name another with --config, or begin with the example in README.md"}
	}
	if err != nil {
		return nil, Problem{File: path, Field: "file", What: err.Error(), Remedy: "make it readable for this user"}
	}
	return Parse(path, data, getenv)
}

// Parse is [Load] for data at hand.
func Parse(path string, data []byte, getenv func(string) string) (*Config, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntax(path, nil, err)
	}
	c := Defaults()
	c.File = path
	unknown := unknownKeys(path, file)
	if hasBody(file) { // an empty file would set everything to nothing
		if err := yaml.Unmarshal(data, &c); err != nil {
			return nil, errors.Join(unknown, syntax(path, file, err))
		}
	}
	c.Secrets = Secrets{
		SlackBotToken: Secret(getenv("SLACK_BOT_TOKEN")), SlackSigningSecret: Secret(getenv("SLACK_SIGNING_SECRET")),
		SlackAppToken: Secret(getenv("SLACK_APP_TOKEN")), SlackAPIURL: getenv("SLACK_API_URL"),
		DiscordBotToken: Secret(getenv("DISCORD_BOT_TOKEN")), DiscordAPIURL: getenv("DISCORD_API_URL"),
		OpenAIKey: Secret(getenv("OPENAI_API_KEY")),
	}
	ck := &checker{c: &c, file: file, path: path}
	ck.run()
	if err := errors.Join(append([]error{unknown}, ck.problems...)...); err != nil {
		return nil, err
	}
	return &c, nil
}

func hasBody(file *ast.File) bool {
	return slices.ContainsFunc(file.Docs, func(d *ast.DocumentNode) bool { return d.Body != nil })
}

// syntax makes a problem of what the YAML library says; with the file, which
// parsed, it is a value of the wrong kind and its field can be named.
func syntax(path string, file *ast.File, err error) error {
	line, field := 0, "syntax"
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil && e.GetToken().Position != nil {
		at := e.GetToken().Position
		line, field = at.Line, firstOf(fieldAt(file, at.Offset), field)
		err = errors.New(e.GetMessage())
	}
	return Problem{File: path, Line: line, Field: field, What: strings.TrimSpace(err.Error()), Remedy: "mend the line; the example in README.md shows the form"}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// SQLitePath gives the file of the database, relative to the configuration's folder.
func (c *Config) SQLitePath() string {
	p := strings.TrimPrefix(c.Database, "sqlite:")
	if p == ":memory:" || filepath.IsAbs(p) || c.File == "" {
		return p
	}
	return filepath.Join(filepath.Dir(c.File), p)
}

// CustomerOf finds whose channel it is on a platform.
func (c *Config) CustomerOf(platform, channel string) (Customer, bool) {
	for _, cu := range c.Customers {
		var list []string
		switch platform {
		case "slack":
			list = cu.Slack
		case "discord":
			list = cu.Discord
		}
		for _, id := range list {
			if id == channel {
				return cu, true
			}
		}
	}
	return Customer{}, false
}

// PrivateOn tells whether cases of a Discord channel live in private threads.
func (c *Config) PrivateOn(guild, channel string) bool {
	return slices.Contains(c.Discord.PrivateThreads, guild) || slices.Contains(c.Discord.PrivateThreads, channel)
}

// TierOf gives a customer's tier by name.
func (c *Config) TierOf(name string) string {
	for _, cu := range c.Customers {
		if cu.Name == name {
			return cu.Tier
		}
	}
	return ""
}

// DeskOn gives the desk's channel when it is on the platform.
func (c *Config) DeskOn(platform string) string {
	if p, channel, ok := strings.Cut(c.Engineers.Desk, ":"); ok && p == platform {
		return channel
	}
	return ""
}
