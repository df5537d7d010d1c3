package live_test

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"shouwang.care/shouwang/gateway/api"
)

// The screens of a crowd are a process of their own, so that memory and
// processor time of the benchmark's own process are those of the gateway.

const crowdEnv = "SHOUWANG_TEST_CROWD"

func TestMain(m *testing.M) {
	if os.Getenv(crowdEnv) != "" {
		if err := screens(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// order is what the benchmark tells the screens; the first one opens them.
type order struct {
	Do      string // open, stall, resume, finish
	URL     string
	Screens []screenPlan
	Number  uint64 // finish: up to which row
}

type screenPlan struct {
	Cookie string
	Form   string
	Slow   bool
}

// answer is what the screens say when an order is carried out.
type answer struct {
	Err     string
	Screens []record // after finish
	CPU     time.Duration
}

// record is what one screen got.
type record struct {
	Got []got
	// Byes are the ends of its sockets.
	Byes []string
	// Wrong are frames that must not be: out of order, or with what the form
	// does not hold.
	Wrong []string
}

// got is one frame with a change, or a picture.
type got struct {
	Number   uint64
	At       int64 // microseconds of Unix time
	Incident string
	Picture  bool
	IDs      uint64 // of a picture: digest of the ids of its incidents
}

func digestIDs(ids []string) uint64 {
	h := fnv.New64a()
	for _, id := range ids {
		io.WriteString(h, id+"\n")
	}
	return h.Sum64()
}

// viewer is one screen of the crowd.
type viewer struct {
	plan   screenPlan
	url    string
	conn   *websocket.Conn
	last   atomic.Uint64
	view   string
	record record
}

// patience bounds the waiting for what must come; it is no measurement.
const patience = 90 * time.Second

func (v *viewer) dial(after *uint64) error {
	d := websocket.Dialer{HandshakeTimeout: patience, ReadBufferSize: 1 << 10, WriteBufferSize: 256}
	if v.plan.Slow {
		d.NetDialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			if tcp, ok := c.(*net.TCPConn); ok {
				tcp.SetReadBuffer(4 << 10) // so that it is soon noticed
			}
			return c, err
		}
	}
	conn, resp, err := d.Dial(v.url, http.Header{"Cookie": {v.plan.Cookie}})
	if err != nil {
		return fmt.Errorf("open a screen: %w (%v)", err, resp)
	}
	v.conn = conn
	return conn.WriteJSON(api.Hello{Type: "hello", After: after, View: v.view})
}

// next reads one frame and keeps what is to be compared.
func (v *viewer) next() (api.Frame, error) {
	v.conn.SetReadDeadline(time.Now().Add(patience))
	var f api.Frame
	_, b, err := v.conn.ReadMessage()
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, err
	}
	now := time.Now().UnixMicro()
	if f.View != "" {
		v.view = f.View
	}
	switch f.Type {
	case api.FrameBye:
		v.record.Byes = append(v.record.Byes, f.Reason)
		return f, nil
	case api.FrameIncident:
		if f.Number <= v.last.Load() {
			v.wrong("row %d after %d", f.Number, v.last.Load())
		}
		v.look(*f.Incident)
		v.record.Got = append(v.record.Got, got{Number: f.Number, At: now, Incident: f.Incident.ID})
	case api.FrameSnapshot:
		var ids []string
		for _, i := range f.Incidents {
			v.look(i)
			ids = append(ids, i.ID)
		}
		slices.Sort(ids)
		v.record.Got = append(v.record.Got, got{Number: f.Number, At: now, Picture: true, IDs: digestIDs(ids)})
	}
	v.last.Store(max(v.last.Load(), f.Number))
	return f, nil
}

func (v *viewer) wrong(format string, a ...any) {
	if len(v.record.Wrong) < 5 {
		v.record.Wrong = append(v.record.Wrong, fmt.Sprintf(format, a...))
	}
}

// look compares what is in an incident with what the form may hold.
func (v *viewer) look(i api.IncidentView) {
	switch v.plan.Form {
	case "inspector":
		if i.Resident != nil || i.Note != "" || len(i.Can) > 0 {
			v.wrong("an inspector sees a resident, a note or a deed in %s", i.ID)
		}
	case "family":
		if i.Place != (api.PlaceView{}) || len(i.Can) > 0 || i.Accepted != nil && i.Accepted.Name != "" {
			v.wrong("a family sees a place, a deed or the name of a carer in %s", i.ID)
		}
	case "staff":
		if i.Place == (api.PlaceView{}) {
			v.wrong("a carer is not told where %s is", i.ID)
		}
	}
}

// company is all screens of the process.
type company struct {
	all      []*viewer
	stalled  atomic.Bool
	resumed  chan struct{}
	finished chan struct{}
	target   atomic.Uint64
	group    sync.WaitGroup
	failed   chan error
}

// run is one screen from its first picture to the end.
func (c *company) run(v *viewer) error {
	for {
		if v.plan.Slow && c.stalled.Load() {
			select {
			case <-c.resumed:
			case <-c.finished:
				return fmt.Errorf("a slow screen was never told to go on")
			}
		}
		_, err := v.next()
		if t := c.target.Load(); err == nil && t > 0 && v.last.Load() >= t {
			return nil
		}
		if err == nil {
			continue
		}
		if !v.plan.Slow || !c.stalled.Load() {
			return fmt.Errorf("a screen of form %s ends after row %d: %w", v.plan.Form, v.last.Load(), err)
		}
		v.record.Byes = append(v.record.Byes, "closed")
		v.conn.Close()
		v.plan.Slow = false
		after := v.last.Load()
		if err := v.dial(&after); err != nil {
			return err
		}
	}
}

func (c *company) open(o order) error {
	dials := make(chan struct{}, 32)
	errs := make(chan error, len(o.Screens))
	for _, p := range o.Screens {
		v := &viewer{plan: p, url: o.URL}
		c.all = append(c.all, v)
		go func() {
			dials <- struct{}{}
			defer func() { <-dials }()
			err := v.dial(nil)
			if err == nil {
				_, err = v.next()
			}
			errs <- err
		}()
	}
	for range o.Screens {
		if err := <-errs; err != nil {
			return err
		}
	}
	c.failed = make(chan error, len(c.all))
	for _, v := range c.all {
		c.group.Go(func() {
			if err := c.run(v); err != nil {
				c.failed <- err
			}
		})
	}
	return nil
}

// screens carries orders out until one says finish.
func screens(in io.Reader, out io.Writer) error {
	orders, answers := gob.NewDecoder(in), gob.NewEncoder(out)
	c := &company{resumed: make(chan struct{}), finished: make(chan struct{})}
	for {
		var (
			o order
			a answer
		)
		if err := orders.Decode(&o); err != nil {
			return err
		}
		switch o.Do {
		case "open":
			if err := c.open(o); err != nil {
				a.Err = err.Error()
			}
		case "stall":
			c.stalled.Store(true)
		case "resume":
			close(c.resumed)
		case "finish":
			c.target.Store(o.Number)
			close(c.finished)
			c.group.Wait()
			close(c.failed)
			for err := range c.failed {
				a.Err += err.Error() + "\n"
			}
			for _, v := range c.all {
				a.Screens = append(a.Screens, v.record)
				v.conn.Close()
			}
			var used syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
				return err
			}
			a.CPU = time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
		if o.Do == "finish" {
			return nil
		}
	}
}
