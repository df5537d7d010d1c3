package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command carries out one line as a user types it.
func command(t *testing.T, line ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), line, &out, &errs)
	return out.String(), errs.String(), err
}

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	night := filepath.Join(dir, "night.txt")
	if err := os.WriteFile(night, []byte("22:00 203 fall\n22:01 203-1 press\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.txt")
	if err := os.WriteFile(broken, []byte("22:00 203 dance\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name                string
		line                []string
		stdout, stderr, err string // what each contains
	}{
		{"no command", nil, "", "demo-init --out DIR", "a command is missing"},
		{"unknown command", []string{"dmeo"}, "", "demo-init --out DIR", `no command "dmeo"`},
		{"help", []string{"help"}, "demo-init --out DIR", "", ""},
		{"version", []string{"version"}, "firmware-sim " + version, "", ""},
		{"flags of a command", []string{"demo", "-h"}, "", "made by demo-init", "help requested"},
		{"demo without folder", []string{"demo"}, "", "", "--dir DIR"},
		{"demo of nothing", []string{"demo", "--dir", dir}, "", "", "demo-init --out " + dir},
		{"init without folder", []string{"demo-init"}, "", "", "--out DIR"},
		{"init with too much", []string{"demo-init", "--out", dir, "more"}, "", "", `"more"`},
		{"init to a broker that is no address", []string{"demo-init", "--out", dir, "--mqtt", "here"}, "", "", "gateway"},
		{"the language", []string{"scenario"}, "smoke flaming|smouldering|clear", "", ""},
		{"a scenario", []string{"scenario", night}, "1m0s         203-1        press", "", ""},
		{"a broken scenario", []string{"scenario", broken}, "", "", "broken.txt:1:11: "},
		{"init", []string{"demo-init", "--out", filepath.Join(dir, "d")}, "made a demonstration", "", ""},
		{"init again", []string{"demo-init", "--out", filepath.Join(dir, "d")}, "kept as it is", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, err := command(t, c.line...)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("the error is %v, want %q", err, c.err)
			}
			if !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("stdout %q, want %q in it; stderr %q, want %q in it", stdout, c.stdout, stderr, c.stderr)
			}
		})
	}
}
