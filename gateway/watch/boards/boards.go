package boards

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// passEvery is how often everything is looked at.
	passEvery = 2 * time.Second
	// passTime bounds what one pass may wait for the ledger.
	passTime = 20 * time.Second
)

// Book is what the ledger has, and takes what is found.
type Book interface {
	// OpenIncidents returns all open incidents.
	OpenIncidents(ctx context.Context) ([]care.Incident, error)
	// LostBoards returns the floors that are recorded as lost.
	LostBoards(ctx context.Context) (map[Floor]bool, error)
	// BoardLost records a loss, and has the ladders of what dark names go on. It
	// does nothing where the floor is recorded as lost already.
	BoardLost(ctx context.Context, site care.SiteID, floor string, since time.Time, dark func(care.Incident) bool) error
	// BoardBack records that a floor has a board again.
	BoardBack(ctx context.Context, site care.SiteID, floor string) error
	// Unshown has the ladder of an incident go on, once for an alarm of it.
	Unshown(ctx context.Context, incident string, alarms int) error
}

// Rows keep over a restart which stations are in use.
type Rows interface {
	// Setting returns what was kept under a key, and whether anything was.
	Setting(ctx context.Context, key string) (string, bool, error)
	// SetSetting keeps a value under a key.
	SetSetting(ctx context.Context, key, value string) error
}

// usedKey is the setting that names the stations which had a live board at some
// time, as a JSON list of user ids. It grows only when a new one is taken into
// use.
const usedKey = "boards.used"

// Options are what Boards work with. All are needed.
type Options struct {
	Book Book
	Rows Rows
	// Directory returns what is registered, never nil.
	Directory func() *people.Directory
	Log       *slog.Logger
}

// Boards watches over the boards of stations. Its methods may be called from
// several goroutines.
type Boards struct {
	o       Options
	started time.Time
	mu      sync.Mutex
	picture *picture
	loaded  bool // what was kept is known; of the loop alone
	fresh   bool // some are in use that are not kept yet
}

// New returns Boards that know of none yet.
func New(o Options) *Boards {
	return &Boards{o: o, started: time.Now(), picture: newPicture(0)}
}

func (b *Boards) up() time.Duration { return time.Since(b.started) }

// Report takes what an open page of a station says of itself, by the name of its
// socket. It does not block.
func (b *Boards) Report(socket string, station care.UserID, r Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = b.picture.report(b.up(), socket, station, r) || b.fresh
}

// Gone says that a socket is closed.
func (b *Boards) Gone(socket string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.picture.gone(socket)
}

// Run looks for lost boards and for alarms that none shows, until ctx ends.
func (b *Boards) Run(ctx context.Context) error {
	t := time.NewTicker(passEvery)
	defer t.Stop()
	for {
		if err := b.pass(ctx); err != nil && ctx.Err() == nil {
			b.o.Log.Error("whether boards can be seen and heard could not be told to the book, trying again", "next_try", passEvery, "err", err)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// keep takes up which stations are in use, and writes down when another one is.
func (b *Boards) keep(ctx context.Context) error {
	if !b.loaded {
		text, _, err := b.o.Rows.Setting(ctx, usedKey)
		if err != nil {
			return fmt.Errorf("read which stations are in use: %w", err)
		}
		var ids []care.UserID
		if text != "" && json.Unmarshal([]byte(text), &ids) != nil {
			b.o.Log.Error("which stations are in use is damaged in the ledger and begins anew with their next report", "setting", usedKey)
		}
		b.mu.Lock()
		for _, id := range ids {
			b.picture.used[id] = true
		}
		b.mu.Unlock()
		b.loaded = true
	}
	b.mu.Lock()
	fresh, used := b.fresh, slices.Sorted(maps.Keys(b.picture.used))
	b.fresh = false
	b.mu.Unlock()
	if !fresh {
		return nil
	}
	text, err := json.Marshal(used)
	if err == nil {
		err = b.o.Rows.SetSetting(ctx, usedKey, string(text))
	}
	if err != nil {
		b.mu.Lock()
		b.fresh = true
		b.mu.Unlock()
		return fmt.Errorf("keep which stations are in use: %w", err)
	}
	return nil
}

// pass looks at everything once.
func (b *Boards) pass(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, passTime, errors.New("the ledger took longer than "+passTime.String()))
	defer cancel()
	if err := b.keep(ctx); err != nil {
		return err
	}
	lost, err := b.o.Book.LostBoards(ctx)
	if err != nil {
		return fmt.Errorf("read which boards are lost: %w", err)
	}
	d := b.o.Directory()
	b.mu.Lock()
	expected := b.picture.expected(d)
	b.mu.Unlock()
	var open []care.Incident
	if len(expected) > 0 {
		if open, err = b.o.Book.OpenIncidents(ctx); err != nil {
			return fmt.Errorf("read what boards must show: %w", err)
		}
	}
	b.mu.Lock()
	up := b.up()
	f := b.picture.look(up, d, open, lost)
	b.mu.Unlock()
	if f.restarted {
		b.o.Log.Warn("the process had stopped: boards get a minute to report again")
	}
	dark := func(i care.Incident) bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return !b.picture.covered(b.up(), d, expected, i)
	}
	var errs []error
	for _, l := range f.lost {
		since := time.Now().Add(l.since - up)
		b.o.Log.Warn("a floor has no board that can be seen and heard", "site", l.Site, "floor", l.Name, "since", since)
		if err := b.o.Book.BoardLost(ctx, l.Site, l.Name, since, func(i care.Incident) bool { return onFloor(d, expected, l.Floor, i) && dark(i) }); err != nil {
			errs = append(errs, fmt.Errorf("record that floor %q of site %s has no board: %w", l.Name, l.Site, err))
		}
	}
	for _, floor := range f.back {
		b.o.Log.Info("a floor has a board again", "site", floor.Site, "floor", floor.Name)
		if err := b.o.Book.BoardBack(ctx, floor.Site, floor.Name); err != nil {
			errs = append(errs, fmt.Errorf("record that floor %q of site %s has a board again: %w", floor.Name, floor.Site, err))
		}
	}
	for _, a := range f.alarms {
		b.o.Log.Warn("no board shows and sounds an alarm: its ladder goes on", "incident", a.incident, "alarm", a.number)
		if err := b.o.Book.Unshown(ctx, a.incident, a.number); err != nil {
			errs = append(errs, fmt.Errorf("have the ladder of incident %s go on: %w", a.incident, err))
			continue
		}
		b.mu.Lock()
		b.picture.told[a] = true
		b.mu.Unlock()
	}
	return errors.Join(errs...)
}

// onFloor reports whether an incident belongs to what a lost board served: the
// floor, or whatever has no station of its own floor.
func onFloor(d *people.Directory, expected map[Floor]bool, f Floor, i care.Incident) bool {
	at, ok := home(d, expected, i)
	return i.Site == f.Site && (!ok || at == f)
}
