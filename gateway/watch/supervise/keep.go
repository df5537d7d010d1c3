package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// provedKey is the setting that names the points which have reported on their
// own channel at some time, as a JSON object of lists by site. It grows only
// when a new point proves itself.
const provedKey = "supervise.proved"

// load takes up what earlier processes wrote.
func (s *Supervisor) load(ctx context.Context, now moment) error {
	seen, err := s.o.Rows.LastSeen(ctx)
	if err != nil {
		return err
	}
	for key, at := range seen {
		s.picture.heard(now, key, at, care.ProofHello)
	}
	if s.picture.commissioned, err = s.o.Rows.Commissioned(ctx); err != nil {
		return err
	}
	states, err := s.o.Rows.EdgeStates(ctx)
	if err != nil {
		return err
	}
	for _, e := range states {
		s.picture.edge(now, people.SiteEdge{Site: e.Site, Edge: e.Edge}).restore(e)
	}
	text, found, err := s.o.Rows.Setting(ctx, provedKey)
	if err != nil || !found {
		return err
	}
	var proved map[care.SiteID][]care.PointID
	if err := json.Unmarshal([]byte(text), &proved); err != nil {
		// They prove themselves again; until then they are shown as unproven.
		s.o.Log.Error("which points have ever reported is damaged in the ledger and begins anew", "setting", provedKey, "err", err)
		return nil
	}
	for site, points := range proved {
		for _, point := range points {
			key := people.SitePoint{Site: site, Point: point}
			if l, heard := s.picture.lives[key]; heard {
				l.reported = true
				s.picture.lives[key] = l
			}
		}
	}
	return nil
}

// keep writes what is new until ctx ends, and then once more.
func (s *Supervisor) keep(ctx context.Context) error {
	t := time.NewTicker(flushEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := s.flush(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("when points were last heard could not be written, trying again", "next_try", flushEvery, "err", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), flushEvery, errors.New("the ledger took too long"))
			defer cancel()
			if err := s.flush(last); err != nil {
				return fmt.Errorf("write when points were last heard: %w", err)
			}
			return nil
		}
	}
}

// flush writes what is new. What could not be written stays new.
func (s *Supervisor) flush(ctx context.Context) error {
	s.mu.Lock()
	fresh, works, proved := s.fresh, s.works, s.proved
	s.fresh, s.works, s.proved = map[people.SitePoint]time.Time{}, map[people.SitePoint]time.Time{}, false
	var names map[care.SiteID][]care.PointID
	if proved {
		names = s.picture.reported()
	}
	s.mu.Unlock()
	var errs []error
	if len(fresh) > 0 {
		if err := s.o.Rows.FlushLastSeen(ctx, fresh); err != nil {
			errs = append(errs, err)
			s.mu.Lock()
			for key, at := range fresh {
				if at.After(s.fresh[key]) {
					s.fresh[key] = at
				}
			}
			s.mu.Unlock()
		}
	}
	if len(works) > 0 {
		if err := s.o.Rows.FlushCommissioned(ctx, works); err != nil {
			errs = append(errs, err)
			s.mu.Lock()
			maps.Copy(s.works, works)
			s.mu.Unlock()
		}
	}
	if proved {
		text, err := json.Marshal(names)
		if err == nil {
			err = s.o.Rows.SetSetting(ctx, provedKey, string(text))
		}
		if err != nil {
			errs = append(errs, err)
			s.mu.Lock()
			s.proved = true
			s.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// reported names the points that have reported on their own channel.
func (p *picture) reported() map[care.SiteID][]care.PointID {
	names := map[care.SiteID][]care.PointID{}
	for key, l := range p.lives {
		if l.reported {
			names[key.Site] = append(names[key.Site], key.Point)
		}
	}
	for _, points := range names {
		slices.Sort(points)
	}
	return names
}
