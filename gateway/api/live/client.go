package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// client is one socket. Its reader goroutine waits for the hello and then for
// the end; serve is its only writer.
type client struct {
	hub    *Hub
	conn   *websocket.Conn
	viewer api.Viewer
	queue  chan *message
	// renew asks for a new picture, because what the viewer may see has changed.
	renew chan struct{}
	// end ends the socket with a reason, once; later reasons are not heard.
	cancel context.CancelCauseFunc

	user atomic.Pointer[people.User]
	// directory is the one that the client's picture was made from.
	directory atomic.Pointer[people.Directory]

	reported []api.BoardAlarm // of a report whose end is still to come; of the reader only

	last uint64 // number of what the client has; of the writer only
}

func newClient(h *Hub, conn *websocket.Conn, v api.Viewer) *client {
	c := &client{hub: h, conn: conn, viewer: v, queue: make(chan *message, h.limits.queue), renew: make(chan struct{}, 1)}
	c.user.Store(&v.User)
	c.directory.Store(h.book.Directory())
	return c
}

func (c *client) end(reason error) { c.cancel(reason) }

// enqueue gives the client a message without ever waiting for it.
func (c *client) enqueue(m *message) {
	select {
	case c.queue <- m:
	default:
		c.end(byeSlow)
	}
}

// The ends that are not a bye: the client closed its socket or vanished, or it
// does not speak the protocol.
var (
	errGone    = errors.New("the client is gone")
	errNoHello = errors.New("the first message is no hello")
)

// serve runs the socket to its end.
func (c *client) serve(ctx context.Context) {
	ctx, c.cancel = context.WithCancelCause(ctx)
	defer c.cancel(errGone)
	hello := make(chan api.Hello, 1)
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		c.end(c.read(hello))
	}()
	// The reader ends when the connection is closed.
	defer func() { c.conn.Close(); <-reading }()

	select {
	case <-ctx.Done():
	case <-c.hub.ended:
		c.end(byeShutdown)
	case h := <-hello:
		c.end(c.write(ctx, h))
	}
	c.sayBye(context.Cause(ctx))
}

// read takes the hello and then what a station reports, until the client is gone.
func (c *client) read(hello chan<- api.Hello) error {
	defer c.leaves()
	c.conn.SetReadLimit(4 << 10)
	c.conn.SetReadDeadline(time.Now().Add(c.hub.limits.hello))
	_, r, err := c.conn.NextReader()
	if err != nil {
		return errGone
	}
	var h api.Hello
	if err := json.NewDecoder(r).Decode(&h); err != nil || h.Type != "hello" {
		return errNoHello
	}
	hello <- h
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(c.hub.limits.silence)) }
	c.conn.SetPongHandler(alive)
	alive("")
	c.conn.SetReadLimit(reportLimit)
	for {
		_, r, err := c.conn.NextReader()
		if err == nil {
			err = c.hear(r)
		}
		if err != nil {
			return errGone
		}
	}
}

// write brings the client up to date and then hands it what the hub hands out.
func (c *client) write(ctx context.Context, h api.Hello) error {
	joined := c.hub.join(c)
	defer c.hub.part(c)
	if err := c.catchUp(ctx, h, joined); err != nil {
		return err
	}
	ping := time.NewTicker(c.hub.limits.ping)
	defer ping.Stop()
	var slot chan<- struct{} // not nil while a new picture is wanted
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case m := <-c.queue:
			if err := c.pass(m); err != nil {
				return err
			}
		case <-c.renew:
			// Changes go on while all others need a new picture, too.
			slot = c.hub.readers
		case slot <- struct{}{}:
			slot = nil
			m, err := c.picture(ctx)
			<-c.hub.readers
			if err != nil {
				return err
			}
			if err := c.send(m); err != nil {
				return err
			}
		case <-ping.C:
			if err := c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.hub.limits.write)); err != nil {
				return errGone
			}
		}
	}
}

// pass writes a message of the hub, unless the client has it from catching up.
func (c *client) pass(m *message) error {
	if m.number < c.last || m.number == c.last && m.kind != api.FrameUpto {
		return nil
	}
	if err := c.send(m); err != nil {
		return err
	}
	if !m.alarmAt.IsZero() {
		c.hub.metrics.alarm.Observe(time.Since(m.alarmAt).Seconds())
	}
	return nil
}

// send writes one message; only the writer calls it.
func (c *client) send(m *message) error {
	c.conn.SetWriteDeadline(time.Now().Add(c.hub.limits.write))
	err := c.conn.WritePreparedMessage(m.prepared)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return byeSlow
	}
	if err != nil {
		return errGone
	}
	c.last = m.number
	c.hub.metrics.frames.WithLabelValues(string(m.kind)).Inc()
	return nil
}

// catchUp sends what the client has missed. The client has joined before, so
// what is committed from now on waits in its queue; rows that are in both are
// passed over by their number.
func (c *client) catchUp(ctx context.Context, h api.Hello, joined uint64) error {
	whole, err := c.needsPicture(ctx, h)
	if err != nil {
		return err
	}
	if whole {
		return c.snapshot(ctx)
	}
	c.last = *h.After
	for at := c.last; ; {
		missed, upto, more, err := c.missed(ctx, at)
		if err != nil {
			return err
		}
		if upto == at && !more && at < joined { // the hub has handed out what is not in the feed
			return c.snapshot(ctx)
		}
		at = upto
		for _, m := range missed {
			if err := c.send(m); err != nil {
				return err
			}
		}
		if !more && at >= joined {
			return c.send(newMessage(api.Frame{Type: api.FrameUpto, Number: at, View: c.view()}))
		}
	}
}

// needsPicture reports whether rows alone cannot bring the client up to date.
func (c *client) needsPicture(ctx context.Context, h api.Hello) (bool, error) {
	if h.After == nil {
		return true, nil
	}
	release, err := c.reader(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	head, err := c.hub.feed.FeedHead(ctx)
	if err != nil {
		return false, c.unread(ctx, err)
	}
	// A number above the head is of a ledger that was set back since.
	return *h.After > head || head-*h.After > c.hub.limits.catchUp || h.View != "" && h.View != c.view(), nil
}

// missed reads a page of the feed after a number: what of it the viewer may
// see, the number of its last row, and whether there may be more. What was read
// is sent without the slot of a reader, which one who reads slowly would keep
// from others.
func (c *client) missed(ctx context.Context, at uint64) (seen []*message, upto uint64, more bool, err error) {
	release, err := c.reader(ctx)
	if err != nil {
		return nil, at, false, err
	}
	defer release()
	rows, err := c.hub.feed.FeedAfter(ctx, at, c.hub.limits.page)
	if err != nil {
		return nil, at, false, c.unread(ctx, err)
	}
	loaded := incidents{book: c.hub.book}
	d, u := c.hub.book.Directory(), *c.user.Load()
	for _, row := range rows {
		i, err := loaded.of(ctx, row)
		if err != nil {
			return nil, at, false, c.unread(ctx, err)
		}
		if at = row.Number; i != nil && d.SeesIncident(u, *i) {
			seen = append(seen, incidentMessage(d, api.FormOf(u), row, *i))
		}
	}
	return seen, at, len(rows) == c.hub.limits.page, nil
}

// view names what the viewer may see now.
func (c *client) view() string { return api.ViewOf(c.hub.book.Directory(), *c.user.Load()) }

// snapshot sends the whole picture.
func (c *client) snapshot(ctx context.Context) error {
	release, err := c.reader(ctx)
	if err != nil {
		return err
	}
	m, err := c.picture(ctx)
	release()
	if err != nil {
		return err
	}
	return c.send(m)
}

// picture returns all that the viewer may see now. The caller is a reader.
func (c *client) picture(ctx context.Context) (*message, error) {
	// Rows that were handed out before the viewer was allowed to see them are
	// not in the queue: the picture must have them.
	p, err := c.hub.views.take(ctx, max(c.last, c.hub.handed()))
	if err != nil {
		return nil, c.unread(ctx, err)
	}
	c.directory.Store(p.directory)
	return prepare(api.FrameSnapshot, p.number, p.frame(*c.user.Load())), nil
}

// reader waits for its turn to read the ledger: a whole ward that comes back at
// once must not keep the feed's own reader waiting.
func (c *client) reader(ctx context.Context) (release func(), err error) {
	select {
	case c.hub.readers <- struct{}{}:
		return func() { <-c.hub.readers }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// unread ends a client whose picture cannot be read now; it comes back.
func (c *client) unread(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.hub.log.WarnContext(ctx, "a live view cannot be filled", "user", c.viewer.User.ID, "error", err)
	return fmt.Errorf("fill a live view: %w", err)
}

// sayBye tells the client why its socket is closed, as far as it still listens.
func (c *client) sayBye(cause error) {
	soon := time.Now().Add(c.hub.limits.write)
	code, text := websocket.CloseInternalServerErr, "come back"
	reason, known := errors.AsType[bye](cause)
	switch {
	case errors.Is(cause, errGone):
		return
	case errors.Is(cause, errNoHello):
		code, text = websocket.CloseProtocolError, errNoHello.Error()
	case known:
		code, text = reason.code(), string(reason)
		if reason == byeSlow {
			c.hub.metrics.slow.Inc()
			c.hub.log.Warn("a live view does not keep up and is closed", "user", c.viewer.User.ID, "number", c.last)
		}
		c.conn.SetWriteDeadline(soon)
		m := newMessage(api.Frame{Type: api.FrameBye, Reason: string(reason)})
		if c.conn.WritePreparedMessage(m.prepared) != nil {
			return
		}
	}
	c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), soon)
}
