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
// end of its own for a set time; fire before carbon monoxide before the answer to
// a hand at a button before all other alarms before a reminder.
type siren struct {
	d        *device
	classes  []care.Class
	soundFor time.Duration
	changed  chan struct{}

	mu      sync.Mutex
	lasting map[condition]bool
	until   map[condition]time.Time
	answer  sounder.Pattern // to a hand at a button
	answers time.Time       // until when
	remind  bool
}

func newSiren(d *device) *siren {
	s := &siren{
		d: d, classes: d.cfg.Classes, soundFor: orDefault(d.cfg.SoundFor, defaultSoundFor),
		changed: make(chan struct{}, 1), lasting: map[condition]bool{}, until: map[condition]time.Time{},
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
		delete(s.until, k) // an SOS that was taken back
	case momentary(k.Class):
		s.until[k] = time.Now().Add(s.soundFor)
	default:
		s.lasting[k] = true
	}
	s.mu.Unlock()
	s.look()
}

// look has the siren decide anew.
func (s *siren) look() {
	select {
	case s.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// say answers once to a hand at a button.
func (s *siren) say(p sounder.Pattern) {
	s.mu.Lock()
	// Whole cycles would sound it twice.
	s.answer, s.answers = p, time.Now().Add(sounder.LongCycle-time.Second)
	s.mu.Unlock()
	s.look()
}

// setReminder begins or ends the reminder.
func (s *siren) setReminder(on bool) {
	s.mu.Lock()
	s.remind = on
	s.mu.Unlock()
	s.look()
}

// answer tells whoever holds a button, on all sounders of the edge and whatever
// else they sound for: that it was held for long enough, or that it is done.
func (a *Agent) answer(done bool) {
	p := sounder.Beep
	if done {
		p = sounder.TripleBeep
	}
	for _, s := range a.sirens {
		s.say(p)
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
	for k, until := range s.until {
		if left := until.Sub(now); left > 0 {
			wait = min(wait, left)
			choose(k.Class)
		} else {
			delete(s.until, k)
		}
	}
	if p == sounder.Temporal3 || p == sounder.Temporal4 {
		return p, wait
	}
	if left := s.answers.Sub(now); left > 0 {
		return s.answer, min(wait, left)
	}
	if p == sounder.Off && s.remind {
		p = sounder.Reminder
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
