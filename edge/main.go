// Command edge is the edge agent of Shouwang: it reads the sensors of a room or
// a home, decides what is an event, and gets it to the gateway.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/edge/agent"
	"shouwang.care/shouwang/edge/config"
)

// version is set by the build.
var version = "development"

const usage = `edge reads the sensors of a room or a home and gets alarms to the gateway.

  edge [run] --config FILE    keep watch until interrupted
  edge check --config FILE    check a configuration and print what was understood
  edge version                print the version

The sensors are those of this machine (a Raspberry Pi, for instance). Without any,
--hardware sim:FILE simulates the board that FILE describes and plays its scenario.
"edge COMMAND -h" shows the flags of a command. Exit code: 0 is well, 1 is a failure,
2 is a command line that is not understood.
`

// usageError is a command line that is not understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := exitCode(run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr)
	stop()
	os.Exit(code)
}

// exitCode prints an error and returns what the process ends with.
func exitCode(err error, stderr io.Writer) int {
	switch _, misused := errors.AsType[usageError](err); {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case misused:
		fmt.Fprintln(stderr, "edge:", err)
		return 2
	default:
		fmt.Fprintln(stderr, "edge:", err)
		return 1
	}
}

// run carries out one command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	command := "run"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		command, args = args[0], args[1:]
	} else if len(args) == 0 {
		command = "help"
	}
	switch command {
	case "run":
		return runAgent(ctx, args, stderr)
	case "check":
		return runCheck(args, stdout, stderr)
	case "version":
		fmt.Fprintln(stdout, "edge", version)
		return nil
	case "help":
		fmt.Fprint(stdout, usage)
		return nil
	}
	return usageError{fmt.Errorf("there is no command %q; \"edge help\" shows those there are", command)}
}

// flags makes the flags that every command has.
func flags(name string, stderr io.Writer) (f *flag.FlagSet, file *string) {
	f = flag.NewFlagSet("edge "+name, flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprint(stderr, usage, "\nFlags of edge ", name, ":\n")
		f.PrintDefaults()
	}
	return f, f.String("config", "", "`FILE` with the configuration of this edge")
}

// load parses the flags and reads the configuration.
func load(f *flag.FlagSet, file *string, args []string) (*config.Config, error) {
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, err
		}
		return nil, usageError{err}
	}
	switch {
	case f.NArg() > 0:
		return nil, usageError{fmt.Errorf("%s does not know what to do with %q", f.Name(), f.Arg(0))}
	case *file == "":
		return nil, usageError{fmt.Errorf("%s needs a configuration: --config FILE", f.Name())}
	}
	cfg, err := config.Load(*file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: give the file that the enrolment of this edge made", err)
	}
	return cfg, err
}

func runAgent(ctx context.Context, args []string, stderr io.Writer) error {
	f, file := flags("run", stderr)
	hardware := f.String("hardware", "periph", "`WHERE` the sensors are: periph for this machine, sim:FILE for a simulated board")
	level := slog.LevelInfo
	f.TextVar(&level, "log-level", level, "`LEVEL` from which on is logged: debug, info, warn or error")
	format := f.String("log-format", "text", "`FORMAT` of the log: text or json")
	cfg, err := load(f, file, args)
	if err != nil {
		return err
	}
	log, err := newLog(stderr, *format, level)
	if err != nil {
		return err
	}
	hw, play, err := openHardware(*hardware, *cfg, log)
	if err != nil {
		return err
	}
	a, err := agent.New(*cfg, hw, log, agent.WithVersion(version))
	if err != nil {
		return err
	}
	log.Info("the watch begins", "site", cfg.Site, "edge", cfg.Edge, "devices", len(cfg.Devices), "version", version)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Run(gctx) })
	g.Go(func() error { return play(gctx) })
	err = g.Wait()
	log.Info("the watch has ended")
	return err
}

func newLog(w io.Writer, format string, level slog.Level) (*slog.Logger, error) {
	opts := &slog.HandlerOptions{Level: level}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, opts)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, opts)), nil
	}
	return nil, usageError{fmt.Errorf("the log format %q is neither text nor json", format)}
}

func runCheck(args []string, stdout, stderr io.Writer) error {
	f, file := flags("check", stderr)
	cfg, err := load(f, file, args)
	if err != nil {
		return err
	}
	// Making an agent reads the files that the configuration names.
	if _, err := agent.New(*cfg, nil, nil); err != nil {
		return err
	}
	ends, err := agent.CheckCertificate(*cfg, time.Now())
	if err != nil {
		return err
	}
	describe(stdout, cfg, ends)
	return nil
}
