package main

import (
	"fmt"
	"runtime/debug"

	"firstline/bot/app"
)

type configCmd struct {
	Check configCheckCmd `cmd:"" help:"Check the configuration file."`
}

type configCheckCmd struct{ configFlag }

// Help gives examples.
func (configCheckCmd) Help() string {
	return `  firstline config check --config /etc/firstline.yaml

Exits 0 when the file is right, 2 when it is not; every mistake is named with its line and remedy. Secrets that
are missing from the environment are told, but are no mistake of the file.`
}

// Run checks the file.
func (c configCheckCmd) Run(s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: right (%d customers, %d tiers, desk %s)\n", c.Config, len(cfg.Customers), len(cfg.Tiers), cfg.Engineers.Desk)
	if err := cfg.MissingSecrets(); err != nil {
		fmt.Fprintf(s.out, "before serving:\n%v\n", err)
	}
	return nil
}

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the app manifest to create the Slack app from."`
}

type manifestCmd struct {
	URL    string `help:"Public base URL of this program, for HTTP mode." placeholder:"https://support.example.com"`
	Socket bool   `help:"Socket Mode: no public URL is needed."`
}

// Help gives examples.
func (manifestCmd) Help() string {
	return `  firstline slack manifest --url https://support.example.com > manifest.json
  firstline slack manifest --socket > manifest.json

Create the app at Slack (your apps, create new app, from a manifest) and paste the file.`
}

// Run prints the manifest.
func (c manifestCmd) Run(s streams) error {
	if c.URL == "" && !c.Socket {
		return usageError{fmt.Errorf("slack manifest: give --url for HTTP mode, or --socket")}
	}
	data, err := app.SlackManifest(c.URL, c.Socket)
	if err != nil {
		return usageError{err}
	}
	_, err = fmt.Fprintln(s.out, string(data))
	return err
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, "firstline", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, set := range info.Settings {
		if set.Key == "vcs.revision" && len(set.Value) >= 12 {
			v += " " + set.Value[:12]
		}
	}
	return v
}
