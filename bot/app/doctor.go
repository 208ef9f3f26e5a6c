package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/config"
	"firstline/bot/openai"
	"firstline/bot/slack"
	"firstline/bot/store/sqlite"
	"firstline/i18n"
	"firstline/knowledge"
)

// Finding is one thing the doctor looked at.
type Finding struct {
	Level  string `json:"level"` // ok, note or fault
	What   string `json:"what"`
	Remedy string `json:"remedy,omitempty"`
}

// Levels of findings.
const (
	LevelOK    = "ok"
	LevelNote  = "note"
	LevelFault = "fault"
)

// Doctor looks at everything a configuration names and tells what is reachable
// and what is missing. It changes nothing.
func Doctor(ctx context.Context, cfg *config.Config, tell func(Finding)) {
	d := doctor{cfg: cfg, tell: tell}
	d.catalogues()
	d.database()
	d.listen()
	if err := cfg.MissingSecrets(); err != nil {
		for _, p := range unjoin(err) {
			if problem, ok := errors.AsType[config.Problem](p); ok {
				d.fault(problem.Field+" "+problem.What, problem.Remedy)
			}
		}
	}
	for _, err := range cfg.Unserved() {
		if problem, ok := errors.AsType[config.Problem](err); ok {
			d.fault(problem.Field+" "+problem.What, problem.Remedy)
		}
	}
	d.slack(ctx)
	d.discord(ctx)
	d.model(ctx)
}

type doctor struct {
	cfg  *config.Config
	tell func(Finding)
}

func (d doctor) ok(format string, args ...any) {
	d.tell(Finding{Level: LevelOK, What: fmt.Sprintf(format, args...)})
}
func (d doctor) note(what, remedy string) {
	d.tell(Finding{Level: LevelNote, What: what, Remedy: remedy})
}
func (d doctor) fault(what, remedy string) {
	d.tell(Finding{Level: LevelFault, What: what, Remedy: remedy})
}

func unjoin(err error) []error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return []error{err}
}

func (d doctor) catalogues() {
	core, err := NewCore(d.cfg.Catalogues, d.cfg.Engineers.Language)
	if err != nil {
		d.fault(err.Error(), "mend the file that is named, or take it out of "+d.cfg.Catalogues)
		return
	}
	problems := knowledge.Lint(core.Library, i18n.Languages(), knowledge.Criteria{IDs: knowledge.DefaultIDs(), Today: time.Now()})
	if n := len(problems); n > 0 {
		d.note(fmt.Sprintf("the knowledge base has %d problems", n), "firstline kb lint names them")
		return
	}
	d.ok("catalogues: %d languages, %d articles", len(i18n.Languages()), len(core.Library.Articles()))
}

func (d doctor) database() {
	path := d.cfg.SQLitePath()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		dir := filepath.Dir(path)
		probe, err := os.CreateTemp(dir, ".firstline-doctor-*")
		if err != nil {
			d.fault(fmt.Sprintf("database: %s cannot be written", dir), "make the folder, and let this user write there")
			return
		}
		_ = probe.Close()
		_ = os.Remove(probe.Name())
		d.ok("database: %s will be made at the first start", path)
		return
	}
	st, err := sqlite.Open(path)
	if err != nil {
		d.fault("database: "+err.Error(), "restore the file from a backup, or name another under database")
		return
	}
	defer st.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := st.Ping(ctx); err != nil {
		d.fault("database: cannot write: "+err.Error(), "make room on the disk, or let this user write the file")
		return
	}
	inbox, outbox, dead, err := st.Depths(ctx)
	if err != nil {
		d.fault("database: "+err.Error(), "restore the file from a backup")
		return
	}
	d.ok("database: %s (%d events and %d messages waiting)", path, inbox, outbox)
	if dead > 0 {
		d.note(fmt.Sprintf("%d messages were given up", dead), "firstline case show names them and the reason")
	}
}

func (d doctor) listen() {
	ln, err := net.Listen("tcp", d.cfg.Listen)
	if err != nil {
		d.note("listen: "+d.cfg.Listen+" is in use or not of this machine", "fine when firstline serve is running; otherwise choose another address")
		return
	}
	_ = ln.Close()
	d.ok("listen: %s is free", d.cfg.Listen)
}

// nobody takes events of a client that only asks.
type nobody struct{}

func (nobody) Accept(context.Context, bot.Inbound) error { return errors.New("not serving") }

func (d doctor) slack(ctx context.Context) {
	s := d.cfg.Secrets
	if !d.cfg.UsesSlack() {
		d.note("Slack: not configured", "name the desk and customers' channels, and export SLACK_BOT_TOKEN; firstline slack manifest makes the app")
		return
	}
	if s.SlackBotToken == "" || s.SlackAppToken == "" && s.SlackSigningSecret == "" {
		return // told as missing secrets
	}
	texts, err := i18n.Default()
	if err != nil {
		return // told with the catalogues
	}
	client, err := slack.New(slack.Config{
		BotToken: string(s.SlackBotToken), SigningSecret: string(s.SlackSigningSecret), AppToken: string(s.SlackAppToken), APIURL: s.SlackAPIURL,
		Desk: d.cfg.DeskOn(slack.Platform), Acceptor: nobody{}, Texts: texts,
	})
	if err != nil {
		d.fault(err.Error(), "see the README's Slack set-up")
		return
	}
	var channels []string
	for _, c := range d.cfg.Customers {
		channels = append(channels, c.Slack...)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	report, err := client.Check(ctx, channels...)
	if err != nil {
		d.fault("Slack: "+err.Error(), "check SLACK_BOT_TOKEN and the network; SLACK_API_URL points elsewhere when it is set")
		return
	}
	d.slackReport(report)
}

func (d doctor) slackReport(r slack.Report) {
	d.ok("Slack: workspace %s, bot user %s", r.Team, r.BotUser)
	if len(r.Missing) > 0 {
		d.fault("Slack: the app lacks the scopes "+strings.Join(r.Missing, ", "), "update the app from firstline slack manifest and install it again")
	}
	for _, ch := range r.Channels {
		name := ch.ID
		if ch.Name != "" {
			name = "#" + ch.Name + " (" + ch.ID + ")"
		}
		switch {
		case ch.Err != nil:
			d.fault("Slack: channel "+name+": "+ch.Err.Error(), "check the id in the configuration; a private channel is seen only after the bot was invited")
		case ch.Archived:
			d.fault("Slack: channel "+name+" is archived", "unarchive it, or take it out of the configuration")
		case !ch.Member:
			d.fault("Slack: the bot is not in "+name, "invite it: /invite and the bot's name, in that channel")
		default:
			d.ok("Slack: in %s", name)
		}
	}
	if r.Socket != nil {
		d.fault("Slack: Socket Mode: "+r.Socket.Error(), "make an app-level token with connections:write and export it as SLACK_APP_TOKEN")
	}
}

// model tries for real what the language model's server can do.
func (d doctor) model(ctx context.Context) {
	switch {
	case d.cfg.Model.Name == "":
		d.note("language model: not configured; everything works offline", "name one under model, and export OPENAI_API_KEY")
		return
	case !d.cfg.UsesModel():
		d.note("language model: OPENAI_API_KEY is not set, so everything works offline", "export the key of "+d.cfg.Model.BaseURL)
		return
	}
	client, err := openai.New(modelConfig(d.cfg))
	if err != nil {
		d.fault(err.Error(), "mend the model section of the configuration")
		return
	}
	answers := false
	abilities := client.Probe(ctx)
	for _, a := range abilities {
		answers = answers || a.Works && a.Name != "embeddings"
	}
	for _, a := range abilities {
		what := "language model: " + abilityNames[a.Name]
		switch {
		case a.Works:
			d.ok("%s (%s)", what, a.Took.Round(time.Millisecond))
		case answers:
			d.note(what+": "+a.Problem, a.Remedy)
		default:
			d.fault(what+": "+a.Problem, a.Remedy)
		}
	}
}

var abilityNames = map[string]string{"schema": "structured output", "json": "JSON mode", "text": "plain text", "embeddings": "embeddings"}
