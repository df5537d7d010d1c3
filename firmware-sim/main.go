// Command firmware-sim simulates the hardware of Shouwang: whole fleets of edge
// agents on register-level chips, and the demonstration that "make run" shows.
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

	"shouwang.care/shouwang/firmware-sim/demo"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// version is set by the build.
var version = "development"

const usage = `firmware-sim simulates the hardware of Shouwang.

  firmware-sim demo-init --out DIR   make a demonstration: a nursing home, 60 homes, 100 edges
  firmware-sim demo --dir DIR        run its agents and play its night
  firmware-sim scenario [FILE]       list all that can happen, or check a scenario and show its times
  firmware-sim version               print the version

"firmware-sim COMMAND -h" shows the flags of a command.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "firmware-sim:", err)
		os.Exit(1)
	}
}

// run carries out one command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errors.New("a command is missing")
	}
	switch args[0] {
	case "demo-init":
		return runInit(args[1:], stdout, stderr)
	case "demo":
		return runDemo(ctx, args[1:], stdout, stderr)
	case "scenario":
		return runScenario(args[1:], stdout, stderr)
	case "version":
		fmt.Fprintln(stdout, "firmware-sim", version)
		return nil
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return fmt.Errorf("there is no command %q", args[0])
}

// parse reads the flags of a command that takes at most max further arguments.
func parse(f *flag.FlagSet, args []string, stderr io.Writer, max int) error {
	f.SetOutput(stderr)
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > max {
		return fmt.Errorf("%s does not know what to do with %q", f.Name(), f.Arg(max))
	}
	return nil
}

func runInit(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("demo-init", flag.ContinueOnError)
	out := f.String("out", "", "`folder` of the demonstration; one that is there already is kept")
	mqtt := f.String("mqtt", "tcp://127.0.0.1:1883", "`address` of the gateway's broker")
	https := f.String("https", "http://127.0.0.1:8080", "`address` of the gateway's API")
	if err := parse(f, args, stderr, 0); err != nil {
		return err
	}
	if *out == "" {
		return errors.New("demo-init needs a folder: --out DIR")
	}
	written, err := demo.Init(*out, *mqtt, *https)
	if err != nil {
		return err
	}
	if !written {
		fmt.Fprintf(stdout, "%s holds a demonstration already; it is kept as it is\n", *out)
		return nil
	}
	fmt.Fprintf(stdout, "made a demonstration in %s: register it with \"gateway import %s/%s\", sign in with one of %s/%s\n",
		*out, *out, demo.PlanFile, *out, demo.SignInsFile)
	return nil
}

func runDemo(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := f.String("dir", "", "`folder` made by demo-init")
	var at demo.At
	f.StringVar(&at.MQTT, "mqtt", "", "`address` of the gateway's broker, when it is not the one that demo-init was told")
	f.StringVar(&at.HTTPS, "https", "", "`address` of the gateway's API, likewise")
	level := slog.LevelWarn
	f.TextVar(&level, "log-level", level, "`level` of what the agents log: debug, info, warn or error")
	if err := parse(f, args, stderr, 0); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("demo needs a folder: --dir DIR")
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	d, err := demo.Open(*dir, at, stdout, log)
	if err != nil {
		return err
	}
	return d.Run(ctx)
}

func runScenario(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("scenario", flag.ContinueOnError)
	if err := parse(f, args, stderr, 1); err != nil {
		return err
	}
	if f.NArg() == 0 {
		fmt.Fprint(stdout, "A line is: TIME PLACE WHAT, for instance \"22:14 203 fall\" or \"+12s 203-1 press hold 4s\".\n\"speed 60\" lets an hour pass in a minute; # begins a comment. What can happen:\n\n", scenario.Help())
		return nil
	}
	s, err := scenario.Load(f.Arg(0))
	if err != nil {
		return err
	}
	for _, step := range s.Steps {
		fmt.Fprintf(stdout, "%-12s %-12s %s\n", step.After, step.Place, step.Action)
	}
	return nil
}
