package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	for name, text := range map[string]string{"empty.jsonl": "\n", "garbled.jsonl": "{}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
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
		{"heads before there is a ledger", "heads", "", "no such file"},
		{"import", "import " + plan, "points         5 added     0 changed     0 as before", ""},
		{"import again, flags behind", "import " + plan + " --config=", "points         0 added     0 changed     5 as before", ""},
		{"verify", "verify-ledger", "verifies: 1 rows in 1 logs", ""},
		{"verify for a program", "verify-ledger --json", `"site": "songhe"`, ""},
		{"a key with nothing to check it", "verify-ledger --key " + strings.Repeat("A", 43) + "=", "", "has no signed head to check the key with"},
		{"a key that is none", "verify-ledger --key secret", "", "is not the base64 form of 32 bytes"},
		{"heads", "heads", `{"site":"songhe","number":1,"hash":"`, ""},
		{"heads of a day", "heads --site songhe --since 1d", `{"site":"songhe","number":1,`, ""},
		{"heads since a time that is none", "heads --since yesterday", "", `"yesterday" is neither a number of days`},
		{"verify with the kept heads", "verify-ledger", "1 signed heads hold", ""},
		{"verify with another key", "verify-ledger --key " + strings.Repeat("A", 43) + "=", "", "broken at row 1: the head that was signed on"},
		{"verify with heads of nobody", "verify-ledger --head " + filepath.Join(dir, "none.jsonl"), "", "read the signed heads"},
		{"verify with an empty file of heads", "verify-ledger --head " + filepath.Join(dir, "empty.jsonl"), "", "so it proves nothing"},
		{"verify with garbled heads", "verify-ledger --head " + filepath.Join(dir, "garbled.jsonl"), "", "line 1 is no signed head"},
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

// TestInspectorFindsACutLog is how an inspector uses heads: she keeps what the
// gateway printed, and later holds it against a copy of the ledger.
func TestInspectorFindsACutLog(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	getenv := func(key string) string { return map[string]string{"SHOUWANG_DATA": data}[key] }
	typed := func(args ...string) (string, error) {
		var out, said strings.Builder
		err := run(t.Context(), args, &out, &said, getenv)
		return out.String(), err
	}
	if _, err := typed("import", apptest.PlanFile(t, dir)); err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	printed, err := typed("heads")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := typed("heads", "--since", today); err != nil || again != printed {
		t.Errorf("asked again it printed %q (%v), not %q", again, err, printed)
	}
	if other, err := typed("heads", "--site", "elsewhere"); err != nil || other != "" {
		t.Errorf("for another site it printed %q (%v)", other, err)
	}
	if future, err := typed("heads", "--since", "2999-01-01"); err != nil || future != "" {
		t.Errorf("since a time to come it printed %q (%v)", future, err)
	}
	kept := filepath.Join(dir, "kept.jsonl")
	if err := os.WriteFile(kept, []byte(printed), 0o600); err != nil {
		t.Fatal(err)
	}
	var head struct {
		Key string `json:"key"`
	}
	if err := json.Unmarshal([]byte(printed), &head); err != nil {
		t.Fatal(err)
	}

	// The copy is checked where no gateway and no settings are.
	copied := filepath.Join(dir, "copy.db")
	b, err := os.ReadFile(filepath.Join(data, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	data = filepath.Join(dir, "nowhere")
	verify := []string{"verify-ledger", "--ledger", copied, "--head", kept, "--key", head.Key}
	if out, err := typed(verify...); err != nil || !strings.Contains(out, "1 signed heads hold") {
		t.Errorf("before: %v, %s", err, out)
	}
	// A forger removes the log with all traces of it in the ledger.
	db, err := sql.Open("sqlite", "file:"+copied)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"site_log", "site_log_private", "site_head", "signed_head"} {
		if _, err := db.Exec("DELETE FROM " + table); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := typed("verify-ledger", "--ledger", copied); err != nil {
		t.Errorf("by itself the copy does not verify, so this test proves nothing: %v, %s", err, out)
	}
	const want = "the log of site songhe is broken at row 1: the log ends at row 0, a head of row 1 was signed on"
	if _, err := typed(verify...); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("after: got the error %v, want %q", err, want)
	}
	out, err := typed(append(verify, "--json")...)
	if err == nil || !strings.Contains(out, `"why": "the log ends at row 0`) {
		t.Errorf("after, for a program: %v, %s", err, out)
	}
}
