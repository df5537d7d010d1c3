package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// passEvery is how often everything is looked at.
	passEvery = 5 * time.Second
	// flushEvery is how often the times at which points were heard are written:
	// a row for each reading would cost more than the readings.
	flushEvery = 10 * time.Second
	// passTime bounds what one pass may wait for the ledger.
	passTime = 20 * time.Second
	// aliveWithin is how old the latest complete pass may be.
	aliveWithin = time.Minute
	// againAfter is how long the same is not said again that the book has
	// taken and yet does not show.
	againAfter = 5 * time.Minute
	// commitLimit is how many events go into one transaction.
	commitLimit = 100
)

// Via is the way by which the events of supervision reach the core, and the
// device of their source.
const Via = "core"

// Supervisor watches whether points and edges are heard. Its methods may be
// called from several goroutines.
type Supervisor struct {
	o       Options
	started time.Time

	mu      sync.Mutex
	picture *picture
	fresh   map[people.SitePoint]time.Time // heard and not yet written
	works   map[people.SitePoint]time.Time // have proved themselves for the first time, not yet written
	proved  bool                           // points have proved themselves, not yet written
	passed  time.Duration                  // when the latest pass was complete

	said map[target]saying // of the loop alone
}

// saying is what was said last of a target.
type saying struct {
	phase care.Phase
	up    time.Duration
}

// New takes up what was known before this process.
func New(ctx context.Context, o Options) (*Supervisor, error) {
	s := &Supervisor{o: o, started: time.Now(), fresh: map[people.SitePoint]time.Time{}, works: map[people.SitePoint]time.Time{}, said: map[target]saying{}}
	now := s.now()
	s.picture = newPicture(now)
	if err := s.load(ctx, now); err != nil {
		return nil, fmt.Errorf("load what was last heard: %w", err)
	}
	s.picture.register(now, o.Directory())
	return s, nil
}

func (s *Supervisor) now() moment {
	t := time.Now()
	// Round takes the monotonic reading away, so that times by the wall clock
	// are compared as such.
	return moment{at: t.UTC().Round(0), up: t.Sub(s.started)}
}

// Seen notes that a point gave a sign of life at a time by the core's clock,
// and what that proves. It does not block.
func (s *Supervisor) Seen(site care.SiteID, point care.PointID, at time.Time, proof care.Proof) {
	key := people.SitePoint{Site: site, Point: point}
	s.mu.Lock()
	defer s.mu.Unlock()
	newer, proved := s.picture.heard(s.now(), key, at.Round(0), proof)
	if newer {
		s.fresh[key] = s.picture.lives[key].seen
	}
	s.proved = s.proved || proved
	if _, known := s.picture.commissioned[key]; !known && proof == care.ProofReport {
		s.picture.commissioned[key] = s.now().at
		s.works[key] = s.picture.commissioned[key]
	}
}

// Replaced has a point prove itself again, because another device stands in its
// place. What the ledger keeps of it is the caller's.
func (s *Supervisor) Replaced(site care.SiteID, point care.PointID) {
	key := people.SitePoint{Site: site, Point: point}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.picture.commissioned, key)
	delete(s.works, key)
	if l, heard := s.picture.lives[key]; heard && l.reported {
		l.reported, s.proved = false, true
		s.picture.lives[key] = l
	}
}

// Observe looks for the levels of batteries among readings. It does not block.
func (s *Supervisor) Observe(readings []care.Reading) {
	for _, r := range readings {
		if r.Quantity != care.BatteryLevel {
			continue
		}
		key := people.SitePoint{Site: r.Site, Point: r.Point}
		s.mu.Lock()
		s.picture.batteries[key] = s.picture.batteries[key].observe(r.Time, r.Value)
		s.mu.Unlock()
	}
}

// Edge notes what an edge said of itself, or its Last Will. It is live when the
// edge sent it now, and not when the broker had kept it. It does not block.
func (s *Supervisor) Edge(state EdgeState, live bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	e := s.picture.edge(now, people.SiteEdge{Site: state.Site, Edge: state.Edge})
	e.take(s.picture.base, now, state, live, !s.picture.isUnwell)
}

// Points returns how each registered point stands.
func (s *Supervisor) Points() map[people.SitePoint]care.PointProof {
	d := s.o.Directory()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	all := make(map[people.SitePoint]care.PointProof, len(d.Points))
	for key, point := range d.Points {
		all[key] = s.picture.proof(now, point)
	}
	return all
}

// Edges returns what is known of each registered edge.
func (s *Supervisor) Edges() map[people.SiteEdge]care.EdgeHealth {
	d := s.o.Directory()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	all := make(map[people.SiteEdge]care.EdgeHealth, len(d.Edges))
	for name := range d.Edges {
		v := care.EdgeHealth{}
		if e := s.picture.edges[name]; e != nil {
			v = e.health(s.picture.base, now.up)
		}
		v.Site, v.Edge = name.Site, name.Edge
		all[name] = v
	}
	return all
}

// Alive returns an error when nothing was looked at for a minute, as while the
// ledger does not answer.
func (s *Supervisor) Alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().up - s.passed; age > aliveWithin {
		return fmt.Errorf("silence was not looked for since %s", age.Round(time.Second))
	}
	return nil
}

// Run looks for silence, and writes when points were heard, until ctx ends.
// Then it writes once more.
func (s *Supervisor) Run(ctx context.Context) error {
	var loop sync.WaitGroup
	loop.Go(func() { s.watch(ctx) })
	err := s.keep(ctx)
	loop.Wait()
	return err
}

// watch makes a pass every few seconds.
func (s *Supervisor) watch(ctx context.Context) {
	t := time.NewTicker(passEvery)
	defer t.Stop()
	for {
		if err := s.pass(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Error("what is silent could not be told to the book, trying again", "next_try", passEvery, "err", err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// pass looks at everything once and tells the book what it does not have.
func (s *Supervisor) pass(ctx context.Context) error {
	unwell := s.o.Well()
	s.mu.Lock()
	now := s.now()
	judge, why := s.picture.begin(now, unwell == nil)
	s.mu.Unlock()
	if why != "" {
		s.o.Log.Warn("time does not count in which nothing could be heard: every deadline begins anew", "because", why)
	}
	if judge {
		if err := s.tell(ctx); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passed = s.now().up
	return nil
}

// tell commits the difference between what is found and what the book has.
func (s *Supervisor) tell(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, passTime, errors.New("the ledger took longer than "+passTime.String()))
	defer cancel()
	active, err := s.o.Active.ActiveStates(ctx)
	if err != nil {
		return fmt.Errorf("read what is active: %w", err)
	}
	s.mu.Lock()
	now := s.now()
	changes := s.picture.look(now, s.o.Directory(), active)
	s.mu.Unlock()
	changes = slices.DeleteFunc(changes, func(c change) bool {
		before, said := s.said[c.target]
		return said && before.phase == c.phase && now.up-before.up < againAfter
	})
	for chunk := range slices.Chunk(changes, commitLimit) {
		if err := s.commit(ctx, now, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (s *Supervisor) commit(ctx context.Context, now moment, changes []change) error {
	events := make([]care.Received, len(changes))
	for i, c := range changes {
		var err error
		if events[i], err = c.event(now.at); err != nil {
			return err
		}
	}
	receipts, err := s.o.Book.Commit(ctx, events)
	if err != nil {
		return fmt.Errorf("commit %d events of supervision: %w", len(events), err)
	}
	s.mu.Lock()
	s.picture.told(changes)
	s.mu.Unlock()
	for i, c := range changes {
		s.said[c.target] = saying{c.phase, now.up}
		log := s.o.Log.With("site", c.site, "point", c.point, "class", c.class, "phase", c.phase)
		if i < len(receipts) && receipts[i].Status == care.ReceiptRefused {
			log.Error("the book refuses what supervision found", "reason", receipts[i].Reason, "detail", receipts[i].Detail)
			continue
		}
		log.Info("supervision", "evidence", string(events[i].Data))
	}
	return nil
}

// event returns the event of a change.
func (c change) event(now time.Time) (care.Received, error) {
	at := now.Truncate(time.Microsecond)
	if c.notBefore.After(at) {
		at = c.notBefore.UTC()
	}
	data, err := json.Marshal(c.evidence)
	if err != nil {
		return care.Received{}, fmt.Errorf("encode the evidence of %s at %s: %w", c.class, c.point, err)
	}
	edge := c.edge
	if edge == "" {
		edge = Via // a region, or a point of no edge
	}
	return care.Received{
		Event: care.Event{
			Site: c.site, Edge: edge, Device: Via, ID: care.NewIDAt(now), Class: c.class, Phase: c.phase,
			Point: c.point, Time: at, Data: data,
		},
		ReceivedAt: at, SentTime: at, Clock: care.ClockTrusted, Via: Via,
	}, nil
}
