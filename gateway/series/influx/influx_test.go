package influx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/seriestest"
)

// influxd returns the path of the server's program: $SHOUWANG_INFLUXD, else of
// the search path.
func influxd(t *testing.T) string {
	t.Helper()
	path := os.Getenv("SHOUWANG_INFLUXD")
	if path == "" {
		var err error
		if path, err = exec.LookPath("influxd"); err != nil {
			t.Skip("no influxd here, so the suite is not run on a real server: `make test` builds it, or name the program in SHOUWANG_INFLUXD")
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("SHOUWANG_INFLUXD names no program, `make tools` builds it: %v", err)
	}
	return path
}

// freePort returns a port of 127.0.0.1 that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// server is a real InfluxDB 1.8 with flux.
type server struct{ url string }

func startServer(t *testing.T) *server {
	t.Helper()
	program, dir := influxd(t), t.TempDir()
	port, rpc := freePort(t), freePort(t)
	conf := filepath.Join(dir, "influxd.conf")
	err := os.WriteFile(conf, fmt.Appendf(nil, `
reporting-disabled = true
bind-address = "127.0.0.1:%d"
[meta]
  dir = %q
[data]
  dir = %q
  wal-dir = %q
  index-version = "tsi1"
[http]
  bind-address = "127.0.0.1:%d"
  flux-enabled = true
  log-enabled = false
[monitor]
  store-enabled = false
`, rpc, dir+"/meta", dir+"/data", dir+"/wal", port), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-config", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil && cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
			t.Error(err)
		}
	})
	s := &server{fmt.Sprintf("http://127.0.0.1:%d", port)}
	store := s.open(t, "care")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for store.Ping(ctx) != nil {
		select {
		case <-ctx.Done():
			t.Fatal("influxd did not answer within 30 s")
		case <-tick.C:
		}
	}
	return s
}

func (s *server) open(t *testing.T, bucket string) *Store {
	t.Helper()
	store, err := Open(Options{URL: s.url, Bucket: bucket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// database makes an empty database and returns its name.
func (s *server) database(t *testing.T) string {
	t.Helper()
	name := "care_" + strings.ReplaceAll(care.NewID(), "-", "")
	res, err := http.PostForm(s.url+"/query", url.Values{"q": {"CREATE DATABASE " + name}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("create database: %s: %s", res.Status, body)
	}
	return name
}

func TestSuiteOnARealServer(t *testing.T) {
	s := startServer(t)
	seriestest.Run(t, func(t *testing.T) seriestest.Store {
		return s.open(t, s.database(t)+"/autogen")
	})
	t.Run("a wrongly typed field is a partial write and the rest is stored", func(t *testing.T) {
		db := s.database(t)
		res, err := http.Post(s.url+"/write?db="+db, "text/plain", strings.NewReader(`temperature,site=evergreen,point=broken value="hot"`))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		store := s.open(t, db+"/autogen")
		now := time.Now().Truncate(time.Minute)
		bad := care.Reading{Site: "evergreen", Point: "broken", Quantity: care.Temperature, Time: now, Value: 1}
		good := care.Reading{Site: "evergreen", Point: "broken", Quantity: care.Humidity, Time: now, Value: 50}
		err = store.Append(t.Context(), []care.Reading{bad, good})
		partial, ok := errors.AsType[*series.PartialError](err)
		if !ok || partial.Dropped() != 1 {
			t.Fatalf("Append: %v, want a partial error with 1 dropped", err)
		}
		got, err := store.Range(t.Context(), series.Query{Site: "evergreen", Point: "broken", Quantity: care.Humidity, From: now, To: now.Add(time.Minute), Points: 1})
		if err != nil || len(got) != 1 {
			t.Errorf("Range of the good reading: %v, %v", got, err)
		}
	})
	t.Run("a database that is not there says which and may be tried again", func(t *testing.T) {
		err := s.open(t, "nowhere/autogen").Append(t.Context(), []care.Reading{{Site: "a", Point: "b", Quantity: care.Humidity, Time: time.Now(), Value: 1}})
		if _, partial := errors.AsType[*series.PartialError](err); err == nil || partial || !strings.Contains(err.Error(), `"nowhere/autogen"`) {
			t.Errorf("Append: %v, want an error that names the bucket", err)
		}
	})
}

// InfluxDB 2 answers that 1.8 does not give.
func TestAnswersOfVersion2(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		body    string
		partial bool
		lost    int
	}{
		{"too many requests", 429, `{"code":"too many requests","message":"limit"}`, false, 0},
		{"unavailable", 503, `{"code":"unavailable","message":"starting"}`, false, 0},
		{"partial write", 422, `{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict dropped=7"}`, true, 7},
		{"bad request of ours", 400, `{"code":"invalid","message":"org name is needed"}`, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			}))
			defer srv.Close()
			store, err := Open(Options{URL: srv.URL, Bucket: "care"})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			err = store.Append(t.Context(), []care.Reading{{Site: "a", Point: "b", Quantity: care.Humidity, Time: time.Now(), Value: 1}})
			partial, ok := errors.AsType[*series.PartialError](err)
			if err == nil || ok != c.partial || (ok && partial.Dropped() != c.lost) {
				t.Errorf("Append: %v; want partial %v with %d lost", err, c.partial, c.lost)
			}
		})
	}
}

func TestAServerThatIsAwayIsAnErrorToTryAgain(t *testing.T) {
	store, err := Open(Options{URL: fmt.Sprintf("http://127.0.0.1:%d", freePort(t)), Bucket: "care"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.Append(t.Context(), []care.Reading{{Site: "a", Point: "b", Quantity: care.Humidity, Time: time.Now(), Value: 1}})
	if _, partial := errors.AsType[*series.PartialError](err); err == nil || partial {
		t.Errorf("Append: %v, want an error that may be tried again", err)
	}
}
