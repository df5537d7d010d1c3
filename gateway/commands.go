package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
)

// call is one command line in the making.
type call struct {
	args           []string
	stdout, stderr io.Writer
	getenv         func(string) string
}

// parse reads the flags of a command and the settings, and returns the other
// arguments, which are those that names says.
func (c call) parse(f *flag.FlagSet, names ...string) (config.Config, []string, error) {
	f.SetOutput(c.stderr)
	path := f.String("config", "", "`file` with the settings")
	f.Usage = func() {
		fmt.Fprint(c.stderr, usage, "\nflags of ", f.Name(), ":\n")
		f.PrintDefaults()
	}
	// Flags may stand behind the other arguments, too.
	var words []string
	for rest := c.args; ; {
		if err := f.Parse(rest); err != nil {
			return config.Config{}, nil, err
		}
		if f.NArg() == 0 {
			break
		}
		words, rest = append(words, f.Arg(0)), f.Args()[1:]
	}
	if len(words) > len(names) {
		return config.Config{}, nil, fmt.Errorf("%s does not know what to do with %q", f.Name(), words[len(names)])
	}
	if len(words) < len(names) {
		return config.Config{}, nil, fmt.Errorf("%s needs a %s", f.Name(), names[len(words)])
	}
	cfg, err := config.Load(*path, c.getenv)
	return cfg, words, err
}

func (c call) serve(ctx context.Context) error {
	cfg, _, err := c.parse(flag.NewFlagSet("serve", flag.ContinueOnError))
	if err != nil {
		return err
	}
	return app.Run(ctx, app.Options{Config: cfg, Version: version, Log: newLog(c.stderr, cfg.Log),
		Tell: func(text string) { fmt.Fprintln(c.stdout, text) }})
}

// newLog makes the log that the settings, which were checked, describe.
func newLog(w io.Writer, l config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

func (c call) importPlan(ctx context.Context) error {
	cfg, words, err := c.parse(flag.NewFlagSet("import", flag.ContinueOnError), "site plan: gateway import FILE")
	if err != nil {
		return err
	}
	sum, err := app.Import(ctx, cfg, words[0])
	if err != nil {
		return err
	}
	for _, r := range []struct {
		name string
		n    ledger.Count
	}{
		{"regions", sum.Regions}, {"sites", sum.Sites}, {"zones", sum.Zones}, {"edges", sum.Edges},
		{"residents", sum.Residents}, {"points", sum.Points}, {"users", sum.Users},
	} {
		if r.n != (ledger.Count{}) {
			fmt.Fprintf(c.stdout, "%-10s %5d added %5d changed %5d as before\n", r.name, r.n.Added, r.n.Changed, r.n.Unchanged)
		}
	}
	return nil
}

func (c call) password(ctx context.Context) error {
	f := flag.NewFlagSet("password", flag.ContinueOnError)
	end := f.Bool("end-second-step", false, "end the second step of the sign-in, too, for one whose telephone is lost")
	cfg, words, err := c.parse(f, "login: gateway password LOGIN")
	if err != nil {
		return err
	}
	password, err := app.OneTimePassword(ctx, cfg, words[0], *end)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s can sign in with the one-time password %s, shown only now, and has to set another one then\n", words[0], password)
	return nil
}

func (c call) verifyLedger(ctx context.Context) error {
	f := flag.NewFlagSet("verify-ledger", flag.ContinueOnError)
	path := f.String("ledger", "", "`file` of the ledger, or of a copy; the one of the settings when not given")
	heads := f.String("head", "", "`file` of signed heads that was kept elsewhere, as \"gateway heads\" prints them")
	key := f.String("key", "", "the public `key` in base64 that signed heads must have")
	asJSON := f.Bool("json", false, "print the report as JSON, with the head of each site's log")
	cfg, _, err := c.parse(f)
	if err != nil {
		return err
	}
	if *path == "" {
		*path = app.LedgerFile(cfg)
	}
	options, err := verifyOptions(*heads, *key)
	if err != nil {
		return err
	}
	report, err := ledger.VerifyFile(ctx, *path, options...)
	if err != nil {
		return err
	}
	if *key != "" && report.Signed == 0 && len(report.Breaks) == 0 {
		err = fmt.Errorf("%s has no signed head to check the key with; give a file of heads, too", *path)
	}
	if *asJSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		return errors.Join(e.Encode(report), report.Err(), err)
	}
	if err := report.Err(); err != nil {
		return fmt.Errorf("%s does not verify:\n%w", *path, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s verifies: %d rows in %d logs, %d texts erased, %d signed heads hold\n",
		*path, report.Rows, len(report.Heads), report.Erased, report.Signed)
	return nil
}
