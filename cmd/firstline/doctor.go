package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"firstline/bot/app"
)

type doctorCmd struct {
	configFlag
	Alive bool `help:"Only ask the running program's /healthz; for container health checks."`
	JSON  bool `help:"Print JSON Lines." name:"json"`
}

// Help gives examples.
func (doctorCmd) Help() string {
	return `  firstline doctor
  firstline doctor --config /etc/firstline.yaml --json

Exits 1 when something stands in the way of serving.`
}

// Run looks at everything and tells.
func (c doctorCmd) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.Alive {
		return alive(ctx, cfg.Listen)
	}
	faults := 0
	app.Doctor(ctx, cfg, func(f app.Finding) {
		if f.Level == app.LevelFault {
			faults++
		}
		if c.JSON {
			_ = writeLine(s.out, f)
			return
		}
		fmt.Fprintf(s.out, "%-6s%s\n", f.Level, f.What)
		if f.Remedy != "" {
			fmt.Fprintf(s.out, "      → %s\n", f.Remedy)
		}
	})
	if faults > 0 {
		return quiet{fmt.Errorf("%d faults", faults)}
	}
	return nil
}

// alive asks the health page of the address that the program listens on.
func alive(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not running on %s: %w", listen, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", listen, resp.Status)
	}
	return nil
}
