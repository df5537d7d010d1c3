package agent

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/detect"
	"shouwang.care/shouwang/edge/driver/contact"
)

const (
	defaultHold = 3 * time.Second
	// backFor is for how long somebody lies in bed to be back, if the exit was
	// reported before a restart.
	backFor = 3 * time.Second
)

// input is a contact: button, cord, bed mat, door, or the output of another
// detector. Its points say what it means.
type input struct {
	d       *device
	cfg     contact.Config
	presses *presses     // of an emergency button or cord; else nil
	lasting []care.Class // classes that begin and end with the contact
	moments []care.Class // classes without an end, but for those of presses
	bed     *detect.Bed  // of a mat; else nil

	known  bool // the contact has been read
	active bool
	back   calm // lying in bed after an exit that the bed detector does not know
}

func newInput(d *device) (session, error) {
	in := &input{d: d}
	in.cfg = contact.Config{ExternalPull: d.cfg.ExternalPull, Debounce: d.cfg.Debounce}
	if d.cfg.Wiring == "supply" {
		in.cfg.Wiring = contact.ToSupply
	}
	if d.cfg.Normally == "closed" {
		in.cfg.Normally = contact.Closed
	}
	_, call := d.cfg.Points[string(care.Call)]
	_, sos := d.cfg.Points[string(care.SOS)]
	if sos {
		in.presses = &presses{decides: call, cancelHold: orDefault(d.cfg.CancelHold, defaultCancelHold)}
		if call {
			in.cfg.Hold = orDefault(d.cfg.Hold, defaultHold)
			in.presses.cancelHold = orDefault(d.cfg.CancelHold, max(defaultCancelHold, in.cfg.Hold+2*time.Second))
		}
		if !d.cfg.NoCancel {
			in.presses.cancelWithin = orDefault(d.cfg.CancelWithin, defaultCancelWithin)
		}
	}
	for _, c := range care.Classes() {
		switch _, ok := d.cfg.Points[string(c)]; {
		case !ok || c == care.BedExit:
		case !momentary(c):
			in.lasting = append(in.lasting, c)
		case in.presses == nil || c == care.Fall:
			in.moments = append(in.moments, c)
		}
	}
	if _, ok := d.cfg.Points[string(care.BedExit)]; ok {
		var err error
		if in.bed, err = detect.NewBed(d.cfg.Absent); err != nil {
			return nil, err
		}
	}
	return in.session, nil
}

// session reads the contact until ctx ends or its pin cannot be set up. Reading
// has a goroutine of its own, which nothing here keeps waiting.
func (in *input) session(ctx context.Context) error {
	pin, err := in.d.agent.hw.Pin(in.d.cfg.Pin)
	if err != nil {
		return err
	}
	c, err := contact.New(pin, in.cfg)
	if err != nil {
		return err
	}
	events := make(chan contact.Event, 64)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(in.d.safely(func() error {
		defer close(events)
		return c.Run(ctx, func(e contact.Event) {
			select {
			case events <- e:
			default: // only when nobody follows any more, or only late
				select {
				case events <- e:
				case <-ctx.Done():
				}
			}
		})
	}))
	g.Go(in.d.safely(func() error {
		in.follow(events)
		return nil
	}))
	return g.Wait()
}

// follow handles what the contact does until the channel is closed.
func (in *input) follow(events <-chan contact.Event) {
	for alive := false; ; {
		t := time.NewTimer(in.wait(time.Now()))
		select {
		case e, ok := <-events:
			t.Stop()
			if !ok {
				if in.presses != nil {
					in.pressed(in.presses.stop())
				}
				return
			}
			alive = true // the first event comes when the pin is set up
			in.handle(e)
		case <-t.C:
		}
		if alive {
			in.d.worked()
		}
		in.check(time.Now())
	}
}

// wait is for how long nothing happens without the contact.
func (in *input) wait(now time.Time) time.Duration {
	wait := in.d.signOfLife()
	if in.known {
		wait = min(wait, in.d.next.Sub(now))
	}
	if in.bed != nil {
		if at, ok := in.bed.Due(); ok {
			wait = min(wait, at.Sub(now))
		}
	}
	if in.presses != nil {
		if at, ok := in.presses.due(); ok {
			wait = min(wait, at.Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}

// signOfLife is how often a device that has nothing to say is noted as alive.
func (d *device) signOfLife() time.Duration { return min(d.health.after, 10*time.Second) }

// check does what time brings.
func (in *input) check(now time.Time) {
	if in.bed != nil {
		if v, ok := in.bed.Check(now); ok {
			in.bedNews(now, v)
		}
		_, pending := in.bed.Due()
		if in.back.lasts(now, in.active && !pending && in.d.reported(care.BedExit)) >= backFor {
			in.d.end(care.BedExit, in.d.cfg.Points[string(care.BedExit)], now, evidence{Reason: "back in bed"})
		}
	}
	if in.presses != nil {
		in.pressed(in.presses.check(now))
	}
	if in.known && in.d.due(now) {
		in.report(now)
	}
}

// report sends the state of a mat or a door.
func (in *input) report(at time.Time) {
	v := 0.0
	if in.active {
		v = 1
	}
	in.d.reading(care.Occupancy, at, v)
	in.d.reading(care.Contact, at, v)
}

// handle takes one change of the contact.
func (in *input) handle(e contact.Event) {
	if e.Kind == contact.LongPress {
		if in.presses != nil {
			in.pressed(in.presses.held(e.At))
		}
		return
	}
	active := e.Kind == contact.Active
	if in.known && active == in.active {
		return // the pin was set up again, and nothing has changed
	}
	in.known, in.active = true, active
	if in.bed != nil {
		in.bed.Set(e.At, active)
	}
	if active {
		in.begun(e)
	} else {
		in.ended(e)
	}
	in.d.next = e.At.Add(in.d.report)
	in.report(e.At)
}

func (in *input) begun(e contact.Event) {
	if in.presses != nil {
		in.pressed(in.presses.begin(e.At, e.Initial, e.Unsteady))
	}
	if p, ok := in.d.cfg.Points[string(care.Presence)]; ok && !e.Initial {
		// A button found pressed is stuck, and nobody is known to be there.
		in.d.say(care.Presence, care.Active, p, e.At, presence{Means: care.ByButton})
	}
	for _, c := range in.moments {
		in.d.raise(c, e.At, evidence{Reason: reasons[c].active, Initial: e.Initial})
	}
	for _, c := range in.lasting {
		if in.inHours(c, e.At) {
			in.d.begin(c, in.d.cfg.Points[string(c)], e.At, evidence{Reason: reasons[c].active, Initial: e.Initial})
		}
	}
}

func (in *input) ended(e contact.Event) {
	if in.presses != nil {
		in.pressed(in.presses.end(e.At, e.Initial))
	}
	for _, c := range in.lasting {
		in.d.end(c, in.d.cfg.Points[string(c)], e.At, evidence{Reason: reasons[c].clear, Initial: e.Initial})
	}
}

// presence is the evidence that a carer is in the room.
type presence struct {
	// Means is how she has shown it: a button. A badge reader says "tag" and adds
	// the badge.
	Means care.Means `json:"means"`
}

// inHours says whether a class is an event at a time. Hours are about bed exits
// and doors only: a fire has none.
func (in *input) inHours(c care.Class, at time.Time) bool {
	if in.d.cfg.Hours == nil || !slices.Contains([]care.Class{care.BedExit, care.Wandering, care.Intrusion}, c) {
		return true
	}
	return in.d.cfg.Hours.Contains(at.In(in.d.agent.zone))
}

// bedNews reports what the bed detector says, at the time at which the mat
// changed. A return is reported if the exit was, whatever the hour.
func (in *input) bedNews(now time.Time, v detect.BedVerdict) {
	point := in.d.cfg.Points[string(care.BedExit)]
	switch {
	case !v.Active:
		in.d.end(care.BedExit, point, v.Since, v)
	case in.inHours(care.BedExit, now):
		in.d.begin(care.BedExit, point, v.Since, v)
	}
}

// reasons are what an event of a contact says.
var reasons = map[care.Class]struct{ active, clear string }{
	care.Call:           {"the call button was pressed", ""},
	care.SOS:            {"the emergency cord was pulled, or the emergency button pressed", ""},
	care.Fall:           {"the fall contact is active", ""},
	care.Fire:           {"the alarm contact of a fire detector is active", "the alarm contact of the fire detector is back to normal"},
	care.Gas:            {"the alarm contact of a gas detector is active", "the alarm contact of the gas detector is back to normal"},
	care.CarbonMonoxide: {"the alarm contact of a carbon monoxide detector is active", "the alarm contact of the carbon monoxide detector is back to normal"},
	care.WaterLeak:      {"the leak sensor is wet", "the leak sensor is dry again"},
	care.Wandering:      {"the door was opened", "the door is shut again"},
	care.Intrusion:      {"the contact was opened", "the contact is back to normal"},
	care.Tamper:         {"the tamper contact is active", "the tamper contact is back to normal"},
	care.Battery:        {"the battery contact is active", "the battery contact is back to normal"},
}
