package api_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// pipes is a listener in memory: what time does to connections can be tried in
// a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// slow is somebody who answers as told, to try what time does.
type slow struct {
	api.Answerer
	act func(ctx context.Context) error
}

func (s slow) Act(ctx context.Context, a alerts.Action) (care.Incident, error) {
	if err := s.act(ctx); err != nil {
		return care.Incident{}, err
	}
	return s.Answerer.Act(ctx, a)
}

// served runs Serve in a bubble; stop ends it and returns what it returned.
func served(r *rig) (p *pipes, stop func() error) {
	p = newPipes()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.api.Serve(ctx, p) }()
	return p, func() error {
		cancel()
		return <-done
	}
}

func TestWhoDoesNotEndHisRequestIsCutOff(t *testing.T) {
	for name, test := range map[string]struct {
		sent    string
		within  time.Duration
		answers string
	}{
		"nothing":     {"", 10 * time.Second, ""},
		"half a head": {"POST /api/session HTTP/1.1\r\nHost: gateway.test\r\n", 10 * time.Second, ""},
		"half a body": {"POST /api/session HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"login\":", 21 * time.Second, "HTTP/1.1 408"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, stop := served(newRig(t))
				began := time.Now()
				c := p.dial()
				if _, err := io.WriteString(c, test.sent); err != nil {
					t.Fatal(err)
				}
				c.SetReadDeadline(time.Now().Add(time.Hour))
				answer, err := io.ReadAll(c)
				if err != nil || !strings.HasPrefix(string(answer), test.answers) {
					t.Errorf("the answer is %q, %v; want %q", answer, err, test.answers)
				}
				if took := time.Since(began); took > test.within {
					t.Errorf("it was held for %v, more than %v", took, test.within)
				}
				c.Close()
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestARequestThatHangsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		r := newRig(t, func(o *api.Options) {
			o.Answerer = slow{o.Answerer, func(ctx context.Context) error {
				<-ctx.Done()
				cause = context.Cause(ctx)
				return cause
			}}
		})
		chen := r.as("chen")
		id := r.raise(songhe, "203-1-cord", care.SOS)
		began := time.Now()
		chen.post("/api/incidents/"+id+"/accept", nil).problem(t, 503, api.CodeUnavailable)
		if took := time.Since(began); took != 20*time.Second || !strings.Contains(cause.Error(), "20s") {
			t.Errorf("it took %v and ended with %q", took, cause)
		}
		if !r.log.has("a request failed", "operation=accept", "20s") {
			t.Error("the log does not say which request took too long")
		}
	})
}

// request sends an acceptance over a connection and returns its answer.
func (p *pipes) request(t *testing.T, path, token string) (*http.Response, error) {
	c := p.dial()
	defer c.Close()
	head := "POST " + path + " HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\r\nCookie: " + cookieName + "=" + token + "\r\n\r\n"
	if _, err := io.WriteString(c, head); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res, err
}

func TestWhoIsBeingAnsweredAtTheEndIsAnswered(t *testing.T) {
	for name, test := range map[string]struct {
		takes  time.Duration
		status int // 0 for none
	}{
		"in time":  {8 * time.Second, 200},
		"too late": {15 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := make(chan bool)
				r := newRig(t, func(o *api.Options) {
					o.Answerer = slow{o.Answerer, func(context.Context) error {
						close(begun)
						time.Sleep(test.takes)
						return nil
					}}
				})
				token := cookie(r.nobody().signIn("chen", password)).Value
				id := r.raise(songhe, "203-1-cord", care.SOS)
				p, stop := served(r)
				got := make(chan int, 1)
				go func() {
					res, err := p.request(t, "/api/incidents/"+id+"/accept", token)
					if err != nil {
						got <- 0
						return
					}
					got <- res.StatusCode
				}()
				<-begun
				err := stop()
				if status := <-got; status != test.status {
					t.Errorf("the carer is answered %d, want %d", status, test.status)
				}
				if late := test.status == 0; (err != nil) != late || late && !strings.Contains(err.Error(), "still running after 10s") {
					t.Errorf("Serve returns %v", err)
				}
				time.Sleep(test.takes) // the handler that nobody waits for
			})
		})
	}
}

func TestAPortThatIsGoneIsAnError(t *testing.T) {
	r := newRig(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := r.api.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("Serve returns %v", err)
	}
}
