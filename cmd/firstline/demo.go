package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"firstline/bot/app"
	"firstline/i18n"
)

type demoCmd struct {
	Listen   string `help:"Address to serve on; a free port of this machine when left out." placeholder:"HOST:PORT"`
	Script   string `help:"Play one whole conversation in this language in the terminal, and exit." placeholder:"TAG"`
	LogLevel string `help:"debug, info, warn or error." default:"warn"`
}

// Help gives examples.
func (demoCmd) Help() string {
	return `  firstline demo                # open the printed address: the customer's chat, and the engineers' desk beside it
  firstline demo --script th    # one conversation in Thai, in the terminal

It is the real program behind a web page instead of Slack. Its data is in a temporary folder and goes with it.`
}

// demoPort is tried first, so that the address is the same every time.
const demoPort = "127.0.0.1:8080"

// Run serves the demo, or plays the script.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	if c.Script != "" && !i18n.Supported(c.Script) {
		return usageError{fmt.Errorf("--script %q: use one of %s", c.Script, strings.Join(i18n.Languages(), " "))}
	}
	log, err := logger(s.err, c.LogLevel)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "firstline-demo-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer os.RemoveAll(dir)
	if c.Script != "" {
		return app.PlayScript(ctx, demoConfig(demoPort, dir), c.Script, s.out, log)
	}
	if c.Listen == "" {
		c.Listen = freeAddress()
	}
	a, err := app.New(demoConfig(c.Listen, dir), app.Options{Log: log, Customer: "Siam Live"})
	if err != nil {
		return err
	}
	return serve(ctx, a, func() {
		fmt.Fprintf(s.out, "Firstline demo: open http://%s/ in a browser. Ctrl-C ends it.\n", a.Addr())
	})
}

func freeAddress() string {
	ln, err := net.Listen("tcp", demoPort)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = ln.Close()
	return demoPort
}
