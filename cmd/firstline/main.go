// Command firstline is the first line of support in chat.
//
// This package is flags, signals and exit codes: a file a command. What the
// commands do is in bot/app. The words of the command line are for operators
// and in English; everything that a customer or an engineer in chat reads comes
// from i18n.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the container image has no time zones of its own

	"github.com/alecthomas/kong"

	"firstline/bot/app"
	"firstline/bot/config"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked for could not be done, or a check found faults
	exitUsage  = 2 // the command line or the configuration is wrong
)

// cli is the command line.
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Run the bot."`
	Demo       demoCmd       `cmd:"" help:"Try it: a customer's chat and an engineers' desk in the browser, nothing to set up."`
	Understand understandCmd `cmd:"" help:"Read messages (JSON Lines) and print what they were understood to say."`
	Converse   converseCmd   `cmd:"" help:"Lead dialogues (JSON Lines) through the real core and print what came of them."`
	Eval       evalCmd       `cmd:"" help:"Measure understanding and dialogues against labelled files."`
	Kb         kbCmd         `cmd:"" help:"Search and check the knowledge base."`
	Case       caseCmd       `cmd:"" help:"List, show and replay cases."`
	Config     configCmd     `cmd:"" help:"Check the configuration."`
	Slack      slackCmd      `cmd:"" help:"Set up Slack."`
	Discord    discordCmd    `cmd:"" help:"Set up Discord."`
	Doctor     doctorCmd     `cmd:"" help:"Tell what is configured, reachable and missing, and how to mend it."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// configFlag is shared by every command that needs the configuration.
type configFlag struct {
	Config string `help:"Configuration file." default:"firstline.yaml" placeholder:"FILE" type:"path"`
}

func (f configFlag) load() (*config.Config, error) {
	cfg, err := config.Load(f.Config, os.Getenv)
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

// catalogueFlag is for commands that work without a configuration.
type catalogueFlag struct {
	Catalogues string `help:"Directory whose files replace built-in catalogues." placeholder:"DIR" type:"existingdir"`
}

func (f catalogueFlag) core() (*app.Core, error) { return app.NewCore(f.Catalogues, "en") }

// usageError makes the program exit with 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// quiet is an error that has been told already.
type quiet struct{ error }

// streams are standard input and output, so that tests run commands in process.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// memoryLimit is where the garbage collector begins to work harder; the
// program is meant to run beside others. GOMEMLIMIT overrules it.
const memoryLimit = 72 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run parses the command line and carries it out; it returns the exit code.
func run(ctx context.Context, args []string, io streams) int {
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("firstline"),
		kong.Description("The first line of support in chat: answers at any hour in the customer's language, collects diagnostics, proposes fixes, hands over to an engineer."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(io.out, io.err),
		kong.Exit(func(n int) { code = n; panic(exited{}) }),
	)
	if err != nil {
		fmt.Fprintln(io.err, "firstline:", err)
		return exitFailed
	}
	return func() (result int) {
		defer func() {
			if p := recover(); p != nil {
				if _, ok := p.(exited); !ok {
					panic(p)
				}
				result = code
			}
		}()
		if len(args) == 0 {
			args = []string{"--help"}
		}
		k, err := parser.Parse(args)
		if err != nil {
			fmt.Fprintf(io.err, "firstline: %v; see firstline --help\n", err)
			return exitUsage
		}
		k.BindTo(ctx, (*context.Context)(nil))
		k.Bind(io)
		return report(k.Run(), io.err)
	}()
}

// exited carries kong's wish to exit (after --help) out of its parser.
type exited struct{}

func report(err error, w io.Writer) int {
	if err == nil {
		return exitOK
	}
	if _, ok := errors.AsType[quiet](err); ok {
		return exitFailed
	}
	fmt.Fprintln(w, "firstline:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func logger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usageError{fmt.Errorf("--log-level %q: use debug, info, warn or error", level)}
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}
