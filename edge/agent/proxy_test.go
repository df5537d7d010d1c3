package agent_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// proxy is a wire between an agent and a broker that can be cut.
type proxy struct {
	address string
	mu      sync.Mutex
	conns   []net.Conn
}

func newProxy(t *testing.T, broker string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: "tcp://" + l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			out, err := net.Dial("tcp", strings.TrimPrefix(broker, "tcp://"))
			if err != nil {
				_ = in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			wg.Go(func() { carry(in, out) })
			wg.Go(func() { carry(out, in) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		wg.Wait()
	})
	return p
}

// carry copies until one end closes, and then closes both.
func carry(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

// cut breaks all connections; new ones are carried.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}
