package agent

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/driver/sounder"
)

const defaultSoundFor = 30 * time.Second

// siren decides what a sounder sounds: what lasts until it is clear, what has no
// end of its own for a set time; fire before carbon monoxide before all else.
type siren struct {
	d        *device
	classes  []care.Class
	soundFor time.Duration
	changed  chan struct{}

	mu      sync.Mutex
	lasting map[condition]bool
	until   map[care.Class]time.Time
}

func newSiren(d *device) *siren {
	s := &siren{
		d: d, classes: d.cfg.Classes, soundFor: orDefault(d.cfg.SoundFor, defaultSoundFor),
		changed: make(chan struct{}, 1), lasting: map[condition]bool{}, until: map[care.Class]time.Time{},
	}
	if len(s.classes) == 0 {
		s.classes = []care.Class{care.Fire, care.Gas, care.CarbonMonoxide, care.SOS, care.Fall}
	}
	return s
}

// momentary says that a class has no end of its own.
func momentary(c care.Class) bool { return c == care.SOS || c == care.Fall || c == care.Call }

// note takes what is reported. It does not wait.
func (s *siren) note(k condition, phase care.Phase) {
	if !slices.Contains(s.classes, k.Class) {
		return
	}
	s.mu.Lock()
	switch {
	case phase != care.Active:
		delete(s.lasting, k)
	case momentary(k.Class):
		s.until[k.Class] = time.Now().Add(s.soundFor)
	default:
		s.lasting[k] = true
	}
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// pattern returns what to sound at a time, and for how long that holds by
// itself.
func (s *siren) pattern(now time.Time) (sounder.Pattern, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, wait := sounder.Off, time.Hour
	choose := func(c care.Class) {
		switch {
		case c == care.Fire || c == care.Gas:
			p = sounder.Temporal3
		case c == care.CarbonMonoxide && p != sounder.Temporal3:
			p = sounder.Temporal4
		case p == sounder.Off:
			p = sounder.Continuous
		}
	}
	for k := range s.lasting {
		choose(k.Class)
	}
	for c, until := range s.until {
		if left := until.Sub(now); left > 0 {
			wait = min(wait, left)
			choose(c)
		}
	}
	return p, wait
}

// session drives the sounder until ctx ends or its pin fails.
func (s *siren) session(ctx context.Context) error {
	pin, err := s.d.agent.hw.Pin(s.d.cfg.Pin)
	if err != nil {
		return err
	}
	out, err := sounder.New(pin, s.d.cfg.ActiveLow)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(s.d.safely(func() error { return out.Run(ctx) }))
	g.Go(s.d.safely(func() error {
		for ctx.Err() == nil {
			p, wait := s.pattern(time.Now())
			if err := out.Set(p); err != nil {
				return err
			}
			s.d.worked()
			s.await(ctx, min(wait, s.d.signOfLife()))
		}
		return nil
	}))
	return g.Wait()
}

func (s *siren) await(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-s.changed:
	case <-t.C:
	}
}
