package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

// session opens a device and works with it until ctx ends, or until it has to be
// opened anew, which the error explains.
type session func(ctx context.Context) error

// device is one device of the configuration: its supervision, and what it says.
// Its methods are called by its own goroutine, state by any.
type device struct {
	agent *Agent
	cfg   config.Device
	log   *slog.Logger
	work  session
	// usual is the time between two measurements.
	usual  time.Duration
	report time.Duration // between two readings

	mu     sync.Mutex
	health health
	worn   string // why it needs maintenance though it works
	seen   time.Time
	next   time.Time // when readings are due
}

// Defaults of the configuration.
const (
	defaultFaultAfter = 5 * time.Second
	defaultReport     = time.Minute
)

func newDevice(a *Agent, cfg config.Device) (*device, error) {
	d := &device{agent: a, cfg: cfg, log: a.log.With("device", cfg.ID), usual: firstRetry}
	d.health.after = orDefault(cfg.FaultAfter, defaultFaultAfter)
	d.report = orDefault(cfg.Report, defaultReport)
	var err error
	switch cfg.Driver {
	case config.ADXL345:
		d.work, err = newAccelerometer(d)
	case config.ADS1115Smoke:
		d.work, err = newSmoke(d)
	case config.ADS1115Battery:
		d.work = newBattery(d)
	case config.SHT3x:
		d.work = newClimate(d)
	case config.Contact:
		d.work, err = newInput(d)
	case config.Sounder:
		s := newSiren(d)
		a.sirens = append(a.sirens, s)
		d.work = s.session
	default:
		err = fmt.Errorf("the driver %q is unknown to this version", cfg.Driver)
	}
	return d, err
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// supervise keeps the device working until ctx ends.
func (d *device) supervise(ctx context.Context) {
	for ctx.Err() == nil {
		err := d.guarded(ctx)
		if ctx.Err() != nil {
			return
		}
		pause(ctx, d.failed(err))
	}
}

// guarded is one session.
func (d *device) guarded(ctx context.Context) error {
	if err := d.safely(func() error { return d.work(ctx) })(); err != nil {
		return err
	}
	return errors.New("it stopped without a reason; report this with the log")
}

// safely makes an error of a panic in f: one device that breaks down must not
// end the watch of the others.
func (d *device) safely(f func() error) func() error {
	return func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				d.log.Error("the software of a device broke down; it is started again", "panic", p, "stack", string(debug.Stack()))
				err = fmt.Errorf("its software broke down: %v; report this with the log", p)
			}
		}()
		return f()
	}
}

// sensor is a chip that is measured again and again.
type sensor interface {
	// open finds the chip and sets it up, also again after a failure.
	open(ctx context.Context) error
	// sense measures once.
	sense(ctx context.Context) error
}

// errNothing says that a measurement brought nothing to judge the chip by.
var errNothing = errors.New("there is nothing yet")

// errReopen marks a failure after which a chip has to be set up again at once.
var errReopen = errors.New("it has to be set up again")

// poll returns the session of a sensor. A failed measurement is repeated; after
// three in a row the chip is set up again, because it may have lost its supply.
func (d *device) poll(s sensor) session {
	return func(ctx context.Context) error {
		if err := s.open(ctx); err != nil {
			return err
		}
		next := time.Now()
		for failures := 0; ; {
			err := s.sense(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil || errors.Is(err, errNothing) {
				if err == nil {
					failures = 0
					d.worked()
				}
				next = next.Add(d.pace())
				now := time.Now()
				if next.Before(now) { // a late host catches up by one, not by all
					next = now
				}
				pause(ctx, next.Sub(now))
				continue
			}
			if failures++; failures >= 3 || errors.Is(err, errReopen) {
				return err
			}
			pause(ctx, d.failed(err))
			next = time.Now()
		}
	}
}

// pace is the time to the next measurement: one that has to prove that it works
// again is not waited for longer than a second.
func (d *device) pace() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.health.proven {
		return min(d.usual, time.Second)
	}
	return d.usual
}

func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// failed takes a failure, reports a fault if it has lasted, and returns for how
// long to wait.
func (d *device) failed(err error) time.Duration {
	now := time.Now()
	d.mu.Lock()
	first := d.health.failing.IsZero()
	since := orDefault(d.health.failing, now)
	raised := d.health.failed(now, err.Error())
	wait := d.health.retry(now, d.usual)
	d.mu.Unlock()
	switch {
	case raised:
		d.log.Error("the device is at fault", "err", err, "since", since)
		d.fault(now, evidence{Reason: "the device does not work: " + err.Error(), Since: &since})
	case first:
		d.log.Warn("the device fails; it is tried again", "err", err)
	}
	return wait
}

// worked takes a sign of life.
func (d *device) worked() {
	now := time.Now()
	d.mu.Lock()
	d.seen = now
	was := d.health.fault
	well := d.health.worked(now)
	worn := d.worn
	d.mu.Unlock()
	if !well {
		return
	}
	if worn == "" {
		d.faultOver(now, evidence{Reason: "the device works again"})
	}
	if was != "" {
		d.log.Info("the device works again")
		d.agent.announce()
	}
}

// maintain sets or, with an empty reason, lifts the need for maintenance. It is
// reported as a fault, which it will become.
func (d *device) maintain(why string) {
	d.mu.Lock()
	was := d.worn
	d.worn = why
	failed := d.health.fault != ""
	d.mu.Unlock()
	if (was == "") == (why == "") {
		return
	}
	now := time.Now()
	switch {
	case why != "":
		d.log.Warn("the device needs maintenance", "why", why)
		d.fault(now, evidence{Reason: why})
	case !failed:
		d.faultOver(now, evidence{Reason: "the maintenance is done"})
		d.agent.announce()
	}
}

// fault reports one at each point of the device.
func (d *device) fault(at time.Time, e any) {
	for _, p := range d.points() {
		d.begin(care.Fault, p, at, e)
	}
	d.agent.announce()
}

// faultOver reports its end where it was reported.
func (d *device) faultOver(at time.Time, e any) {
	for _, p := range d.points() {
		d.end(care.Fault, p, at, e)
	}
}

// points returns the device's points, each once, sorted.
func (d *device) points() []care.PointID {
	return slices.Compact(slices.Sorted(maps.Values(d.cfg.Points)))
}

// evidence is what an event of a contact or of a fault shows; detectors have
// their own.
type evidence struct {
	Reason string `json:"reason"`
	// Since is when it began, if that is not the event's time.
	Since *time.Time `json:"since,omitempty"`
	// Initial says that it was so when the agent started.
	Initial bool `json:"initial,omitempty"`
}

// raise reports something that has no end of its own: a call, an SOS, a fall.
func (d *device) raise(class care.Class, at time.Time, data any) {
	if p, ok := d.cfg.Points[string(class)]; ok {
		d.say(class, care.Active, p, at, data)
	}
}

// begin reports something that lasts; a repeat is reported too.
func (d *device) begin(class care.Class, p care.PointID, at time.Time, data any) {
	d.agent.active.begin(condition{d.cfg.ID, class, p})
	d.say(class, care.Active, p, at, data)
}

// end reports that it is over, if it was reported active, by this run of the
// agent or the one before.
func (d *device) end(class care.Class, p care.PointID, at time.Time, data any) {
	if d.agent.active.end(condition{d.cfg.ID, class, p}) {
		d.say(class, care.Clear, p, at, data)
	}
}

// reported says whether something is reported active at the point of a class.
func (d *device) reported(class care.Class) bool {
	p, ok := d.cfg.Points[string(class)]
	return ok && d.agent.active.has(condition{d.cfg.ID, class, p})
}

// say makes an event. The sounder comes first: it needs neither disk nor
// gateway.
func (d *device) say(class care.Class, phase care.Phase, p care.PointID, at time.Time, data any) {
	a := d.agent
	if d != a.core.self { // which has a signal of its own
		for _, s := range a.sirens {
			s.note(condition{d.cfg.ID, class, p}, phase)
		}
	}
	b, err := json.Marshal(data)
	if err != nil { // an event is never lost for its evidence
		d.log.Error("an event goes without its evidence", "err", err)
		b = nil
	}
	a.book.event(care.Event{
		Site: a.cfg.Site, Edge: a.cfg.Edge, Device: d.cfg.ID, ID: care.NewIDAt(at),
		Class: class, Phase: phase, Point: p, Time: at.UTC(), Data: b,
	})
}

// due reports whether readings are due at a time: at the first measurement, and
// then at each report time.
func (d *device) due(now time.Time) bool {
	if now.Before(d.next) {
		return false
	}
	if d.next = d.next.Add(d.report); !d.next.After(now) {
		d.next = now.Add(d.report)
	}
	return true
}

// reading reports a value if the device has a point for it.
func (d *device) reading(q care.Quantity, at time.Time, v float64) {
	if p, ok := d.cfg.Points[string(q)]; ok {
		d.agent.book.reading(care.Reading{Site: d.agent.cfg.Site, Point: p, Quantity: q, Time: at.UTC(), Value: v})
	}
}

// state returns the device's entry in the inventory.
func (d *device) state() care.DeviceState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return care.DeviceState{ID: d.cfg.ID, Model: string(d.cfg.Driver), Points: d.points(), Fault: orDefault(d.health.fault, d.worn), Seen: d.seen.UTC()}
}

// inventory returns the state of all devices.
func (a *Agent) inventory() []care.DeviceState {
	var list []care.DeviceState
	for _, d := range a.devices {
		list = append(list, d.state())
	}
	if a.cfg.Point != "" {
		// Whoever can say so works.
		list = append(list, care.DeviceState{ID: config.Self, Model: config.Self, Points: []care.PointID{a.cfg.Point}, Seen: time.Now().UTC()})
	}
	return list
}

// endForgotten reports the end of what was active at devices and points that the
// configuration no longer has: nobody else would.
func (a *Agent) endForgotten() {
	list, _ := a.active.list()
	for _, k := range list {
		known := k.Device == config.Self && k.Point == a.cfg.Point
		for _, d := range a.devices {
			known = known || d.cfg.ID == k.Device && slices.Contains(d.points(), k.Point)
		}
		if known || !care.ValidID(k.Device) || !care.ValidID(string(k.Point)) || !k.Class.Valid() {
			continue
		}
		gone := &device{agent: a, cfg: config.Device{ID: k.Device}, log: a.log}
		gone.end(k.Class, k.Point, time.Now(), evidence{Reason: "the device was taken out of the configuration"})
	}
}
