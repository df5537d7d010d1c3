package watch

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// StartWalk begins a walk test of a floor; the id and the time are given here.
// The error is an *alerts.IllegalError when there may be none now.
func (w *Watch) StartWalk(ctx context.Context, walk alerts.WalkTest) (alerts.WalkTest, error) {
	length := walk.Until.Sub(walk.By.At)
	err := w.update(ctx, func(t *turn) error {
		walk.ID, walk.By.At, walk.Until = care.NewIDAt(t.now), t.now, t.now.Add(length)
		running, err := t.tx.RunningWalks(ctx, walk.Site)
		if err != nil {
			return fmt.Errorf("load the walk tests of site %s: %w", walk.Site, err)
		}
		for _, old := range running { // its timer is late
			if !old.Runs(t.now) {
				if err := t.endWalk(ctx, old, care.Act{At: t.now, Means: care.BySystem}); err != nil {
					return err
				}
			}
		}
		d, err := alerts.StartWalk(walk, running)
		if err != nil {
			return err
		}
		if err := t.tx.SaveWalk(ctx, walk); err != nil {
			return fmt.Errorf("save the walk test of floor %s: %w", walk.Floor, err)
		}
		return t.enter(ctx, place{site: walk.Site}, nil, d)
	})
	if err == nil { // whoever begins it has the page open, which is about to fetch the sheet
		w.SheetFetched(walk.ID, time.Now())
	}
	return walk, err
}

// maxSheets bounds how many walk tests are remembered to be watched.
const maxSheets = 1000

// SheetFetched says that somebody who may act on it has fetched the sheet of a
// walk test, with all that was triggered until a time of this process. Presses
// are kept back only while somebody does, see alerts.WalkTest.
func (w *Watch) SheetFetched(id string, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sheets) >= maxSheets {
		clear(w.sheets) // a cache: each comes back with the next fetch
	}
	if at.After(w.sheets[id]) {
		w.sheets[id] = at
	}
}

// watched returns when the sheet of a walk test was fetched last, by the clock of
// now; zero when it was not. The age is by the monotonic clock, so that a wall
// clock that is set back does not make an old sheet a watched one.
func (w *Watch) watched(id string, now time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := w.sheets[id]
	if !ok {
		return time.Time{}
	}
	return now.Add(-max(0, time.Since(at)))
}

// EndWalk ends a walk test. What still lasts of what was triggered alarms at
// once, and so does a press of which it cannot be said that whoever ends the test
// has seen it. The error is an *alerts.IllegalError when it has ended.
func (w *Watch) EndWalk(ctx context.Context, id string, by care.Act) error {
	return w.update(ctx, func(t *turn) error {
		by.At = t.now
		walk, err := t.runningWalk(ctx, id)
		if err != nil {
			return err
		}
		return t.endWalk(ctx, *walk, by)
	})
}

// WalkAlarm makes an alarm of what was triggered in a walk test: whoever walks
// says that it was not he. He may say so after the test as well, as long as
// nobody was called: often it is then that he reads the sheet. It returns the
// incident. The error is an *alerts.IllegalError when nothing was triggered
// there, or people were called already.
func (w *Watch) WalkAlarm(ctx context.Context, id string, point care.PointID, class care.Class, by care.Act) (care.Incident, error) {
	var raised care.Incident
	err := w.update(ctx, func(t *turn) error {
		walk, err := t.tx.Walk(ctx, id)
		if err != nil {
			return fmt.Errorf("load the walk test %s: %w", id, err)
		}
		tick, err := t.tx.Tick(ctx, id, point, class)
		if err != nil {
			return fmt.Errorf("load what was triggered at point %s: %w", point, err)
		}
		if walk == nil || tick == nil || tick.Event.Phase != care.Active {
			return &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: alerts.Walking}
		}
		if tick.Alarmed && !walk.Runs(t.now) {
			return &alerts.IllegalError{Code: alerts.CodeWalkOver, Kind: alerts.Walking}
		}
		in, err := t.ticked(ctx, *tick)
		if err != nil {
			return err
		}
		in.Walk = &alerts.Walk{Test: *walk, Before: tick, Watched: w.watched(walk.ID, t.now)}
		d := alerts.OnDisowned(in)
		if d.Incident == nil { // somebody was faster
			return &alerts.IllegalError{Code: alerts.CodeOpenIncident, Kind: alerts.Walking}
		}
		d.Entries = append(d.Entries, care.Entry{
			Kind: care.EntryNoted, Incident: d.Incident.ID, Point: point, Reason: care.TestedWalking, Act: by,
		})
		d.Entries[len(d.Entries)-1].Act.At = t.now
		d.Incident.Revision++
		raised = *d.Incident
		return t.enter(ctx, placeAgain(in), in.Open, d)
	})
	return raised, err
}

// ticked loads the situation of what is on a sheet, with what its timer keeps
// of it while it is held back.
func (t *turn) ticked(ctx context.Context, k alerts.Tick) (alerts.Situation, error) {
	e := k.Event
	kept := alerts.Kept{Received: e}
	held, err := t.tx.Timer(ctx, alerts.TimerCare, alerts.PointRef(e.Site, e.Point, e.Class))
	if err != nil {
		return alerts.Situation{}, fmt.Errorf("load what was held back at point %s: %w", e.Point, err)
	}
	if held != nil {
		if of, err := alerts.DecodeKept(held.Data); err == nil && of.ID == e.ID {
			kept = of
		}
	}
	return t.again(ctx, kept)
}

// runningWalk returns a test that has not ended.
func (t *turn) runningWalk(ctx context.Context, id string) (*alerts.WalkTest, error) {
	walk, err := t.tx.Walk(ctx, id)
	switch {
	case err != nil:
		return nil, fmt.Errorf("load the walk test %s: %w", id, err)
	case walk == nil:
		return nil, &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: alerts.Walking}
	case !walk.Runs(t.now):
		return nil, &alerts.IllegalError{Code: alerts.CodeWalkOver, Kind: alerts.Walking}
	}
	return walk, nil
}

// endWalk ends a test and has what it kept back looked at again at once.
func (t *turn) endWalk(ctx context.Context, walk alerts.WalkTest, by care.Act) error {
	at := t.now
	walk.EndedAt = &at
	if err := t.tx.SaveWalk(ctx, walk); err != nil {
		return fmt.Errorf("end the walk test of floor %s: %w", walk.Floor, err)
	}
	if err := t.enter(ctx, place{site: walk.Site}, nil, alerts.EndWalk(walk, by)); err != nil {
		return err
	}
	ticks, err := t.tx.TestTicks(ctx, walk.ID)
	if err != nil {
		return fmt.Errorf("load what was triggered in the walk test %s: %w", walk.ID, err)
	}
	watched := t.w.watched(walk.ID, t.now)
	for _, k := range ticks {
		ref := alerts.PointRef(walk.Site, k.Point, k.Class)
		if !k.Alarmed && k.LetsGo(by, watched) {
			if err := t.setTimer(ctx, alerts.Timer{Kind: alerts.TimerCare, Ref: ref, Site: walk.Site}); err != nil {
				return err
			}
			continue
		}
		held, err := t.tx.Timer(ctx, alerts.TimerCare, ref)
		if err != nil {
			return fmt.Errorf("load what was held back at point %s: %w", k.Point, err)
		}
		// What is shelved, or held back by the rules of somebody's care, has a
		// later time of its own, and is kept back again when it is looked at.
		if held == nil || !held.Due.After(t.now) {
			continue
		}
		held.Due = t.now
		if err := t.setTimer(ctx, *held); err != nil {
			return err
		}
	}
	return nil
}

// confirmAtOnce has what a walk test kept back looked at again now, once another
// detector of the zone has raised an alarm in spite of the test: two signals are
// a fire, whoever walks there.
func (t *turn) confirmAtOnce(ctx context.Context, in alerts.Situation, d alerts.Decision) error {
	if in.Walk == nil || !d.Alarms() {
		return nil
	}
	for _, other := range in.Others {
		held, err := t.tx.Timer(ctx, alerts.TimerCare, alerts.PointRef(in.Event.Site, other, in.Event.Class))
		if err != nil {
			return fmt.Errorf("load what was held back at point %s: %w", other, err)
		}
		if held == nil {
			continue
		}
		held.Due = t.now
		if err := t.setTimer(ctx, *held); err != nil {
			return err
		}
	}
	return nil
}

// walkEnds is a walk test's timer.
func (t *turn) walkEnds(ctx context.Context, timer alerts.Timer) error {
	walk, err := t.tx.Walk(ctx, timer.Ref)
	if err != nil || walk == nil || walk.EndedAt != nil {
		return err
	}
	if walk.Until.After(t.now) {
		timer.Due = walk.Until
		return t.setTimer(ctx, timer)
	}
	return t.endWalk(ctx, *walk, care.Act{At: t.now, Means: care.BySystem})
}

// loadSheet has what becomes of an event that a walk test kept back stand on its
// sheet, when that test is over by now.
func (t *turn) loadSheet(ctx context.Context, in *alerts.Situation, test string) error {
	if test == "" || in.Walk != nil && in.Walk.Test.ID == test {
		return nil
	}
	walk, err := t.tx.Walk(ctx, test)
	if err != nil {
		return fmt.Errorf("load the walk test %s: %w", test, err)
	}
	tick, err := t.tx.Tick(ctx, test, in.Event.Point, in.Event.Class)
	if err != nil {
		return fmt.Errorf("load what was triggered at point %s: %w", in.Event.Point, err)
	}
	if walk != nil && tick != nil {
		in.Walk = &alerts.Walk{Test: *walk, Before: tick}
	}
	return nil
}

// loadWalk finds the walk test that runs on the floor of the point.
func (t *turn) loadWalk(ctx context.Context, in *alerts.Situation) error {
	e := in.Event
	floor := t.w.ledger.Directory().FloorOf(in.Point)
	if e.Phase == care.Clear || floor == "" || in.Point.Retired {
		return nil
	}
	running, err := t.tx.RunningWalks(ctx, e.Site)
	if err != nil {
		return fmt.Errorf("load the walk tests of site %s: %w", e.Site, err)
	}
	for _, w := range running {
		if w.Floor != floor || !w.Runs(t.now) {
			continue
		}
		in.Walk = &alerts.Walk{Test: w, Watched: t.w.watched(w.ID, t.now)}
		if in.Walk.Before, err = t.tx.Tick(ctx, w.ID, e.Point, e.Class); err != nil {
			return fmt.Errorf("load what was triggered at point %s: %w", e.Point, err)
		}
	}
	return nil
}
