// Command gateway is the server of Shouwang: it takes in what edges send,
// decides what is an incident, and puts it before the people who answer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

const usage = `gateway watches over people: it takes in alarms and puts them before those who answer.

  gateway [serve]             run the gateway until it is interrupted
  gateway import FILE         register the sites, edges, residents and users of a site plan
  gateway password LOGIN      give a user a one-time password, for one who has forgotten his own
  gateway verify-ledger       check that no row of the site logs was removed or changed
  gateway heads               print the signed heads of the site logs, for others to keep
  gateway rules check FILE    check a file of rules for readings, and say in words what each does
  gateway rules test FILE     say how often the rules would have raised an alarm, by the readings of the past
  gateway rules default       print the built-in rules, to begin from
  gateway pki init            make the gateway's own certificate authority now, and not at its first use
  gateway pki show            print its fingerprint, which devices must show before they trust it
  gateway pki renew           make the gateway's certificate anew, with --host for a further name
  gateway pki edge SITE EDGE  make a certificate by which an edge proves who it is
  gateway version             print the version

Each takes --config FILE. Without one everything is embedded, listens on this machine only
(web 127.0.0.1:8080, MQTT 127.0.0.1:1883) and lies in ./data; the environment variables
SHOUWANG_WEB, SHOUWANG_MQTT and SHOUWANG_DATA change that. "gateway COMMAND -h" shows the flags.
`

// run carries out one command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) error {
	command := "serve"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	c := call{args: args, stdout: stdout, stderr: stderr, getenv: getenv}
	switch command {
	case "serve":
		return c.serve(ctx)
	case "import":
		return c.importPlan(ctx)
	case "password":
		return c.password(ctx)
	case "verify-ledger":
		return c.verifyLedger(ctx)
	case "heads":
		return c.heads(ctx)
	case "rules":
		return c.rules(ctx)
	case "pki":
		return c.pki()
	case "version":
		fmt.Fprintln(stdout, "gateway", version)
		return nil
	case "help":
		fmt.Fprint(stdout, usage)
		return nil
	}
	fmt.Fprint(stderr, usage)
	return fmt.Errorf("there is no command %q", command)
}
