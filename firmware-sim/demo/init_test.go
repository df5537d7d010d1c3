package demo

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/edge/config"
)

const broker, api = "tcp://127.0.0.1:1883", "http://127.0.0.1:8080"

// files reads all files of a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		got[strings.TrimPrefix(path, dir)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestInitWritesWhatDemoOpensAndKeepsIt(t *testing.T) {
	dir := t.TempDir()
	written, err := Init(dir, broker, api)
	if err != nil || !written {
		t.Fatalf("written %t, %v", written, err)
	}
	first := files(t, dir)
	if len(first) != 4+2*100 {
		t.Errorf("%d files, want four and two for each of 100 edges", len(first))
	}
	if _, err := Open(dir, At{}, os.Stdout, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	written, err = Init(dir, broker, api)
	if err != nil || written {
		t.Fatalf("the second time: written %t, %v", written, err)
	}
	if diff := cmp.Diff(first, files(t, dir)); diff != "" {
		t.Errorf("a second init changed the folder:\n%s", diff)
	}
}

func TestAHalfWrittenDemonstrationIsWrittenAnew(t *testing.T) {
	dir := t.TempDir()
	if _, err := Init(dir, broker, api); err != nil {
		t.Fatal(err)
	}
	// What a power failure in the middle leaves: no fleet file.
	if err := os.Remove(filepath.Join(dir, FleetFile)); err != nil {
		t.Fatal(err)
	}
	written, err := Init(dir, broker, api)
	if err != nil || !written {
		t.Fatalf("written %t, %v", written, err)
	}
	if _, err := Open(dir, At{}, os.Stdout, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}

func TestThePlanIsReadBackAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	if _, err := Init(dir, broker, api); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, PlanFile))
	if err != nil {
		t.Fatal(err)
	}
	var plan Plan
	if err := yaml.UnmarshalWithOptions(b, &plan, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	want := build().Plan
	// Only secrets and passwords differ.
	for i := range plan.Sites {
		for j := range plan.Sites[i].Edges {
			if len(plan.Sites[i].Edges[j].Secret) != 32 {
				t.Errorf("the secret of edge %s has %d digits, want 32", plan.Sites[i].Edges[j].ID, len(plan.Sites[i].Edges[j].Secret))
			}
			plan.Sites[i].Edges[j].Secret, want.Sites[i].Edges[j].Secret = "", ""
		}
	}
	for i := range plan.Users {
		plan.Users[i].Password, want.Users[i].Password = "", ""
	}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}

func TestWhatHoldsSecretsIsForTheOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := Init(dir, broker, api); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{PlanFile, SignInsFile, "edges/evergreen/room-203/edge.yaml"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %s", name, info.Mode())
		}
	}
}

func TestWhoeverHasAPasswordIsInTheSignIns(t *testing.T) {
	d := build()
	text := d.signIns()
	for _, u := range d.Plan.Users {
		if u.Password == "" { // a neighbour is called, and has nothing to sign in with
			if strings.Contains(text, u.Login) {
				t.Errorf("%s stands among the sign-ins and has no password", u.Login)
			}
			continue
		}
		if !strings.Contains(text, u.Login) || !strings.Contains(text, u.Password) {
			t.Errorf("%s cannot sign in with:\n%s", u.Login, text)
		}
	}
}

func TestEdgesOfAnotherMachineNeedEncryption(t *testing.T) {
	if _, err := Init(t.TempDir(), "tcp://gateway.example:1883", api); err == nil {
		t.Error("a plain broker elsewhere was taken")
	}
}

func TestAConfigurationIsReadBackAsItWasMade(t *testing.T) {
	dir := t.TempDir()
	d := build()
	if err := d.write(dir); err != nil {
		t.Fatal(err)
	}
	for _, u := range d.Units {
		got, err := config.Load(filepath.Join(dir, "edges", string(u.Site), string(u.Config.Edge), "edge.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(u.Config, *got); diff != "" {
			t.Errorf("edge %s of %s (-want +got):\n%s", u.Config.Edge, u.Site, diff)
		}
	}
}

func TestNoDemonstrationSaysHowToMakeOne(t *testing.T) {
	_, err := Open(t.TempDir(), At{}, os.Stdout, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "demo-init --out") {
		t.Errorf("got %v, want the way to make one", err)
	}
}

func TestPasswordsAreTypableAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		p := password()
		if len(p) != 15 || seen[p] || strings.ContainsAny(p, "lo01") {
			t.Fatalf("%q is no good password, or was there before", p)
		}
		seen[p] = true
	}
}
