package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shouwang.care/shouwang/gateway/app/apptest"
)

// TestCommands is what somebody types and reads.
func TestCommands(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	plan := apptest.PlanFile(t, dir)
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("sites:\n  - id: songhe\n    edges:\n      - {id: a, sekret: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	weak := filepath.Join(dir, "weak.yaml")
	if err := os.WriteFile(weak, []byte("users:\n  - {login: a, name: a, role: carer, password: hush}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := func(key string) string {
		if key == "SHOUWANG_DATA" {
			return data
		}
		return ""
	}
	for _, c := range []struct {
		name, line string
		out, err   string
	}{
		{"version", "version", "gateway development", ""},
		{"help", "help", "gateway import FILE", ""},
		{"a command that is none", "sreve", "", `there is no command "sreve"`},
		{"import without a file", "import", "", "import needs a site plan: gateway import FILE"},
		{"import of nothing", "import " + filepath.Join(dir, "none.yaml"), "", "read the site plan"},
		{"import with a typing error", "import " + wrong, "", "unknown field \"sekret\""},
		{"import with a weak password", "import " + weak, "", "user a: the password has 4 bytes, not 8 to 256"},
		{"verify before there is a ledger", "verify-ledger", "", "no such file"},
		{"import", "import " + plan, "points         5 added     0 changed     0 as before", ""},
		{"import again, flags behind", "import " + plan + " --config=", "points         0 added     0 changed     5 as before", ""},
		{"verify", "verify-ledger", "verifies: 1 rows in the logs of 1 sites", ""},
		{"verify for a program", "verify-ledger --json", `"site": "songhe"`, ""},
		{"too much", "verify-ledger now", "", `does not know what to do with "now"`},
		{"settings that are not there", "serve --config " + filepath.Join(dir, "none.yaml"), "", "read the settings"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, said strings.Builder
			err := run(t.Context(), strings.Fields(c.line), &out, &said, getenv)
			switch {
			case c.err == "" && err != nil:
				t.Fatalf("got the error %v", err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Fatalf("got the error %v, want %q", err, c.err)
			case c.err != "" && strings.Contains(err.Error(), "hush"):
				t.Errorf("the error shows a password: %v", err)
			}
			if !strings.Contains(out.String(), c.out) {
				t.Errorf("printed %q, want %q", out.String(), c.out)
			}
		})
	}
	var out, said strings.Builder
	if err := run(t.Context(), []string{"serve", "-h"}, &out, &said, getenv); !errors.Is(err, flag.ErrHelp) || !strings.Contains(said.String(), "-config") {
		t.Errorf("serve -h: %v, %q", err, said.String())
	}
}
