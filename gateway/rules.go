package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
	"shouwang.care/shouwang/gateway/app"
)

// rules carries out the commands about rules for readings.
func (c call) rules(ctx context.Context) error {
	word := ""
	if len(c.args) > 0 {
		word, c.args = c.args[0], c.args[1:]
	}
	switch word {
	case "check":
		return c.checkRules()
	case "default":
		return c.defaultRules()
	case "test":
		return c.testRules(ctx)
	case "-h", "-help", "--help", "help":
		fmt.Fprint(c.stderr, usage)
		return flag.ErrHelp
	case "":
		return fmt.Errorf("rules needs to be told what to do: check FILE, default or test FILE")
	}
	return fmt.Errorf("rules does not know what to do with %q; it knows check, default and test", word)
}

// readRules reads and checks a file. The error shows every mistake.
func readRules(path string) (*rule.Set, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return rule.Parse(path, source)
}

func (c call) checkRules() error {
	_, words, err := c.parse(flag.NewFlagSet("rules check", flag.ContinueOnError), "file of rules: gateway rules check FILE")
	if err != nil {
		return err
	}
	set, err := readRules(words[0])
	if err != nil {
		return err
	}
	for _, r := range set.Rules() {
		fmt.Fprintf(c.stdout, "%s: %s\n", r.ID, ruleInWords(r))
	}
	switch n := len(set.Rules()); n {
	case 0:
		fmt.Fprintf(c.stdout, "%s is in order: it has no rules, so readings raise nothing\n", words[0])
	case 1:
		fmt.Fprintf(c.stdout, "%s is in order: 1 rule\n", words[0])
	default:
		fmt.Fprintf(c.stdout, "%s is in order: %d rules\n", words[0], n)
	}
	return nil
}

func (c call) defaultRules() error {
	if _, _, err := c.parse(flag.NewFlagSet("rules default", flag.ContinueOnError)); err != nil {
		return err
	}
	if _, err := c.stdout.Write(rule.DefaultSource()); err != nil {
		return fmt.Errorf("print the built-in rules: %w", err)
	}
	return nil
}

// testRules says what rules would have raised in the past.
func (c call) testRules(ctx context.Context) error {
	f := flag.NewFlagSet("rules test", flag.ContinueOnError)
	since := f.String("since", "30d", "look at the readings since this `time`: so long ago (30d, 12h) or a date (2026-11-01) by the clock of the site")
	until := f.String("until", "0d", "look at the readings before this `time`; of a date that is the beginning of the day")
	site := f.String("site", "", "look at the site with this `id` only")
	asJSON := f.Bool("json", false, "print the report as JSON")
	cfg, words, err := c.parse(f, "file of rules: gateway rules test FILE")
	if err != nil {
		return err
	}
	set, err := readRules(words[0])
	if err != nil {
		return err
	}
	t := app.Trial{Site: care.SiteID(*site), Now: time.Now()}
	if t.Since, err = app.ParseMoment(t.Now, *since); err != nil {
		return fmt.Errorf("--since: %w", err)
	}
	if t.Until, err = app.ParseMoment(t.Now, *until); err != nil {
		return fmt.Errorf("--until: %w", err)
	}
	report, err := app.TryRules(ctx, cfg, set, t, newLog(c.stderr, cfg.Log))
	if err != nil {
		return err
	}
	if *asJSON {
		e := json.NewEncoder(c.stdout)
		e.SetIndent("", "  ")
		err = e.Encode(report)
	} else {
		_, err = c.stdout.Write([]byte(rulesReport(words[0], set, report)))
	}
	if err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}
