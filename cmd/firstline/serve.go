package main

import (
	"context"
	"fmt"
	"time"

	"firstline/bot/app"
	"firstline/bot/config"
)

type serveCmd struct {
	configFlag
	LogLevel string `help:"debug, info, warn or error." default:"info"`
}

// Help gives examples.
func (serveCmd) Help() string {
	return `  export SLACK_BOT_TOKEN=xoxb-… SLACK_SIGNING_SECRET=…
  firstline serve --config /etc/firstline.yaml

With SLACK_APP_TOKEN set, Socket Mode is used and no public address is needed. Ask firstline doctor what is missing.
The program ends on SIGINT or SIGTERM; what was accepted is never lost, also when it is killed.`
}

// stopBudget is how long a stop may take before work in hand is left for the
// next start.
const stopBudget = 15 * time.Second

// Run serves until it is told to stop.
func (c serveCmd) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if err := cfg.MissingSecrets(); err != nil {
		return usageError{err}
	}
	log, err := logger(s.err, c.LogLevel)
	if err != nil {
		return err
	}
	a, err := app.New(cfg, app.Options{Log: log})
	if err != nil {
		return err
	}
	return serve(ctx, a, func() { log.Info("serving", "address", a.Addr(), "version", version(), "desk", cfg.Engineers.Desk) })
}

func serve(ctx context.Context, a *app.App, started func()) error {
	if err := a.Start(); err != nil {
		return err
	}
	started()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-a.Failed():
	}
	stopCtx, cancel := context.WithTimeout(context.Background(), stopBudget)
	defer cancel()
	if err := a.Stop(stopCtx); err != nil && failure == nil {
		return fmt.Errorf("stop: %w", err)
	}
	return failure
}

// demoConfig is a configuration that needs nothing.
func demoConfig(listen, dir string) *config.Config {
	cfg := config.Defaults()
	cfg.Listen, cfg.Database, cfg.Web = listen, "sqlite:"+dir+"/demo.db", true
	cfg.Engineers.Desk = "web:desk"
	cfg.Customers = []config.Customer{{Name: "Siam Live", Tier: "gold"}}
	return &cfg
}
