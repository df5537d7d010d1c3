package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"shouwang.care/shouwang/edge/agent"
)

// life is one edge of a fleet: its agent, which may die and be started again on
// the same hardware and the same disk.
type life struct {
	Member
	log  *slog.Logger
	wire wire

	mu     sync.Mutex
	agent  *agent.Agent
	dead   bool
	stop   context.CancelFunc // ends the agent that runs; nil while none does
	turned chan struct{}      // closed when it is to live again
}

func newLife(m Member, log *slog.Logger) (*life, error) {
	l := &life{Member: m, log: log.With("site", m.Config.Site, "edge", m.Config.Edge)}
	var err error
	l.agent, err = l.born()
	return l, err
}

func (l *life) born() (*agent.Agent, error) {
	return agent.New(l.Config, l.Board, l.log, agent.WithDial(l.wire.dial))
}

// run lets the edge live until ctx ends or its agent fails.
func (l *life) run(ctx context.Context) error {
	for first := true; ctx.Err() == nil; first = false {
		a, run, turned := l.begin(ctx)
		if a == nil {
			select {
			case <-ctx.Done():
			case <-turned:
			}
			continue
		}
		if !first { // an agent runs once
			var err error
			if a, err = l.born(); err != nil {
				return err
			}
			l.mu.Lock()
			l.agent = a
			l.mu.Unlock()
		}
		err := a.Run(run)
		l.mu.Lock()
		l.stop()
		l.stop = nil
		died := l.dead
		l.mu.Unlock()
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		if !died && ctx.Err() == nil {
			return errors.New("the agent has ended by itself")
		}
	}
	return nil
}

// begin returns the agent and the context of its next life, or no agent while it
// is dead, and then a channel that says when that is over.
func (l *life) begin(ctx context.Context) (*agent.Agent, context.Context, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return nil, nil, l.turned
	}
	ctx, l.stop = context.WithCancel(ctx)
	return l.agent, ctx, nil
}

// die ends the agent so that it cannot take its leave of anybody. One that is
// dead stays so.
func (l *life) die() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return
	}
	l.dead, l.turned = true, make(chan struct{})
	l.wire.cut() // first, so that no goodbye gets through
	if l.stop != nil {
		l.stop()
	}
}

// live starts the agent again if it is dead.
func (l *life) live() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		l.dead = false
		l.wire.mend()
		close(l.turned)
	}
}

// current returns the agent that runs, or ran last.
func (l *life) current() *agent.Agent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.agent
}

// wire is the network of one edge.
type wire struct {
	mu    sync.Mutex
	down  bool
	conns map[*wired]bool
}

// dial connects as net.Dialer does, unless the wire is cut.
func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return nil, errors.Join(fmt.Errorf("connect to %s: the wire of the edge is cut", address), c.Close())
	}
	if w.conns == nil {
		w.conns = map[*wired]bool{}
	}
	conn := &wired{c, w}
	w.conns[conn] = true
	return conn, nil
}

// cut closes all connections and lets none be made.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = true
	for c := range w.conns {
		_ = c.Conn.Close() // nobody is told, that is the point
	}
	w.conns = nil
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = false
}

// wired is a connection that its wire knows of.
type wired struct {
	net.Conn
	wire *wire
}

// Close implements net.Conn.
func (c *wired) Close() error {
	c.wire.mu.Lock()
	delete(c.wire.conns, c)
	c.wire.mu.Unlock()
	return c.Conn.Close()
}
