package heartbeat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// watcher is a service that waits for beats, without a network, so that it can
// stand in a bubble.
type watcher struct {
	beats  atomic.Int32
	status atomic.Int32 // 0 for no answer
	// ill is what a check of the gateway says.
	ill atomic.Pointer[error]
}

func (w *watcher) RoundTrip(req *http.Request) (*http.Response, error) {
	status := int(w.status.Load())
	if status == 0 {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	w.beats.Add(1)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(strings.NewReader("OK"))}, nil
}

func (w *watcher) check(context.Context) error {
	if ill := w.ill.Load(); ill != nil {
		return *ill
	}
	return nil
}

func well() *watcher {
	w := &watcher{}
	w.status.Store(200)
	return w
}

// story runs a heart in a bubble.
func story(t *testing.T, tell func(w *watcher, log *bytes.Buffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := well()
		var log bytes.Buffer
		h, err := New(Options{
			URL: "https://watch.example/ping/secret", Every: time.Minute, Client: &http.Client{Transport: w},
			Checks: []Check{
				{"mqtt", func(context.Context) error { return nil }},
				{"ledger", w.check},
			},
			Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		synctest.Wait()
		tell(w, &log)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "secret") {
			t.Errorf("the log holds the URL:\n%s", log.String())
		}
	})
}

// wait lets time pass, and a beat that is due come.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestItBeatsWhileWellAndStopsWhileIll(t *testing.T) {
	story(t, func(w *watcher, log *bytes.Buffer) {
		if w.beats.Load() != 1 {
			t.Errorf("%d beats at the start, want 1", w.beats.Load())
		}
		wait(10 * time.Minute)
		if w.beats.Load() != 11 {
			t.Errorf("%d beats after ten minutes, want 11", w.beats.Load())
		}
		w.ill.Store(new(errors.New("the disk is full")))
		wait(time.Hour)
		if w.beats.Load() != 11 {
			t.Errorf("%d beats while the ledger was ill, want none", w.beats.Load()-11)
		}
		w.ill.Store(nil)
		wait(time.Minute)
		if w.beats.Load() != 12 {
			t.Errorf("%d beats a minute after it was well again, want 1", w.beats.Load()-11)
		}
		if got := strings.Count(log.String(), "\n"); got != 3 || strings.Count(log.String(), "ledger: the disk is full") != 1 {
			t.Errorf("want three lines, one for each change:\n%s", log)
		}
	})
}

func TestAWatcherThatFailsIsAskedAgainAndNotedOnce(t *testing.T) {
	story(t, func(w *watcher, log *bytes.Buffer) {
		w.status.Store(503)
		wait(5 * time.Minute)
		w.status.Store(0)
		wait(5*time.Minute + 2*beatTime)
		w.status.Store(200)
		before := w.beats.Load()
		wait(2 * time.Minute)
		if w.beats.Load() != before+2 {
			t.Errorf("%d beats in two minutes, want 2", w.beats.Load()-before)
		}
		if got := strings.Count(log.String(), "does not arrive"); got != 1 {
			t.Errorf("noted %d times, want once:\n%s", got, log)
		}
	})
}

func TestACheckThatDoesNotAnswerIsIll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := well()
		h, err := New(Options{
			URL: "https://watch.example", Every: MinEvery, Client: &http.Client{Transport: w}, Log: slog.New(slog.DiscardHandler),
			Checks: []Check{{"ledger", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		if err := h.Run(ctx); err != nil || w.beats.Load() != 0 {
			t.Errorf("%d beats, %v", w.beats.Load(), err)
		}
	})
}

// TestOverARealConnection has a real server, which counts no redirect as a
// beat.
func TestOverARealConnection(t *testing.T) {
	got := make(chan *http.Request, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		got <- r
	}))
	defer s.Close()
	h, err := New(Options{URL: s.URL + "/ping", Every: MinEvery, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.beat(t.Context()); err != nil {
		t.Errorf("a beat: %v", err)
	}
	if r := <-got; r.Method != http.MethodGet || r.URL.Path != "/ping" {
		t.Errorf("the server got %s %s", r.Method, r.URL)
	}
	h.o.URL = s.URL + "/away"
	if err := h.beat(t.Context()); err == nil || !strings.Contains(err.Error(), "302") {
		t.Errorf("a redirect: %v, want an error", err)
	}
	s.Close()
	if err := h.beat(t.Context()); err == nil || strings.Contains(err.Error(), "/away") {
		t.Errorf("nobody there: %v, want an error without the URL", err)
	}
}

func TestWhatIsNoHeartbeat(t *testing.T) {
	for name, o := range map[string]Options{
		"no URL":          {Every: time.Minute},
		"a file":          {URL: "file:///etc/passwd", Every: time.Minute},
		"without a host":  {URL: "https://", Every: time.Minute},
		"much too quick":  {URL: "https://watch.example", Every: time.Second},
		"not even a URL":  {URL: "https://a b/", Every: time.Minute},
		"a broken escape": {URL: "https://watch.example/%zz", Every: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := New(o); err == nil {
				t.Error("no error")
			}
		})
	}
}
