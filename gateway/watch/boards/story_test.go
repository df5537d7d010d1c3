package boards

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// notes is a book that writes down what it is told.
type notes struct {
	mu   sync.Mutex
	open []care.Incident
	lost map[Floor]bool
	told []string
	kept string
}

func (n *notes) Setting(context.Context, string) (string, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.kept, n.kept != "", nil
}

func (n *notes) SetSetting(_ context.Context, _, value string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept = value
	return nil
}

func (n *notes) note(format string, args ...any) {
	n.told = append(n.told, fmt.Sprintf(format, args...))
}

func (n *notes) OpenIncidents(context.Context) ([]care.Incident, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.open), nil
}

func (n *notes) LostBoards(context.Context) (map[Floor]bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := map[Floor]bool{}
	for f := range n.lost {
		all[f] = true
	}
	return all, nil
}

func (n *notes) BoardLost(_ context.Context, site care.SiteID, floor string, _ time.Time, dark func(care.Incident) bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost[Floor{site, floor}] = true
	n.note("lost %s", floor)
	for _, i := range n.open {
		if i.Unattended() && dark(i) {
			n.note("goes on %s", i.ID)
		}
	}
	return nil
}

func (n *notes) BoardBack(_ context.Context, site care.SiteID, floor string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.lost, Floor{site, floor})
	n.note("back %s", floor)
	return nil
}

func (n *notes) Unshown(_ context.Context, incident string, alarms int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.note("not shown %s/%d", incident, alarms)
	return nil
}

func (n *notes) raise(i care.Incident) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open = append(n.open, i)
}

// ward is a house with a station on floor 3 and one that serves all of it.
type ward struct {
	t      *testing.T
	book   *notes
	boards *Boards
	dir    atomic.Pointer[people.Directory]
	stop   func()
}

func station(id care.UserID, floors ...string) people.User {
	return people.User{ID: id, Role: people.Carer, Station: people.AtStation, Scope: people.Scope{Sites: []care.SiteID{"songhe"}, Floors: floors}}
}

func house(users ...people.User) *people.Directory {
	d := &people.Directory{
		Sites: map[care.SiteID]care.Site{"songhe": {ID: "songhe", Kind: care.NursingHome}},
		Zones: map[people.SiteZone]care.Zone{
			{Site: "songhe", Zone: "r203"}: {Site: "songhe", ID: "r203", Floor: "2"},
			{Site: "songhe", Zone: "r301"}: {Site: "songhe", ID: "r301", Floor: "3"},
		},
		Users: map[care.UserID]people.User{},
	}
	for _, u := range users {
		d.Users[u.ID] = u
	}
	return d
}

func inWard(t *testing.T, d *people.Directory, story func(w *ward)) {
	synctest.Test(t, func(t *testing.T) {
		w := &ward{t: t, book: &notes{lost: map[Floor]bool{}, kept: `["st3","hall"]`}}
		w.dir.Store(d)
		w.start()
		story(w)
		w.stop()
	})
}

func (w *ward) start() {
	w.boards = New(Options{Book: w.book, Rows: w.book, Directory: w.dir.Load, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.boards.Run(ctx)
	}()
	w.stop = func() { cancel(); <-done }
}

// watches lets time pass while the pages report every 10 s.
func (w *ward) watches(d time.Duration, pages map[string]Report) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		for user, r := range pages {
			w.boards.Report("socket of "+user, care.UserID(user), r)
		}
		time.Sleep(min(10*time.Second, time.Until(end)))
	}
	synctest.Wait()
}

func (w *ward) hears(want ...string) {
	w.t.Helper()
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	if diff := cmp.Diff(want, w.book.told); diff != "" {
		w.t.Errorf("(-want +got):\n%s", diff)
	}
	w.book.told = nil
}

func fall(id string, zone care.ZoneID) care.Incident {
	return care.Incident{ID: id, Site: "songhe", Zone: zone, Class: care.Fall, Severity: care.Urgent, State: care.Raised, Alarms: 1}
}

var good = Report{Visible: true, Audible: true}

func showing(r Report, sounding bool, ids ...string) Report {
	for _, id := range ids {
		r.Alarms = append(r.Alarms, Shown{Incident: id, Alarms: 1, Sounding: sounding})
	}
	return r
}

func TestTabletFallsAsleep(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.watches(2*time.Minute, map[string]Report{"st3": good})
		w.hears()
		w.book.raise(fall("i-301", "r301"))
		w.book.raise(fall("i-203", "r203")) // of a floor without a station
		shown := showing(good, true, "i-301")
		w.watches(time.Minute, map[string]Report{"st3": shown})
		w.hears()
		// It is asleep: no report comes, and nobody closes the socket.
		w.watches(time.Minute, nil)
		w.hears()
		w.watches(30*time.Second, nil)
		w.hears("lost 3", "goes on i-301", "goes on i-203")
		w.watches(time.Hour, nil)
		w.hears()
		w.watches(5*time.Second, map[string]Report{"st3": shown})
		w.hears("back 3")
	})
}

func TestWhatMakesABoardDead(t *testing.T) {
	for name, report := range map[string]Report{
		"the sound is locked":     {Visible: true},
		"the page is not in view": {Audible: true},
	} {
		t.Run(name, func(t *testing.T) {
			inWard(t, house(station("st3", "3")), func(w *ward) {
				w.watches(58*time.Second, map[string]Report{"st3": report})
				w.hears()
				w.watches(4*time.Second, map[string]Report{"st3": report})
				w.hears("lost 3")
			})
		})
	}
}

func TestCrashedPageIsMissedWithinAMinute(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.watches(2*time.Minute, map[string]Report{"st3": good})
		w.boards.Gone("socket of st3")
		w.watches(58*time.Second, nil)
		w.hears()
		w.watches(6*time.Second, nil)
		w.hears("lost 3")
	})
}

func TestReloadedPageIsNoLoss(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		for range 5 {
			w.watches(time.Minute, map[string]Report{"st3": good})
			w.boards.Gone("socket of st3")
			w.watches(20*time.Second, nil)
		}
		w.hears()
	})
}

func TestAlarmThatNoBoardSounds(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.watches(2*time.Minute, map[string]Report{"st3": good})
		w.book.raise(fall("drawn", "r301"))
		w.book.raise(fall("missed", "r301"))
		heard := fall("heard", "r301")
		w.book.raise(heard)
		low := fall("low", "r301")
		low.Class, low.Severity = care.Battery, care.Low
		w.book.raise(low)
		again := fall("again", "r301") // only its first alarm was sounded
		again.Alarms = 2
		w.book.raise(again)
		page := showing(showing(good, false, "drawn", "low"), true, "heard", "again")
		w.watches(8*time.Second, map[string]Report{"st3": page})
		w.hears()
		w.watches(time.Hour, map[string]Report{"st3": page})
		w.hears("not shown again/2", "not shown drawn/1", "not shown missed/1")
	})
}

func TestQuietAfterItWasSoundedIsNotMissed(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.watches(2*time.Minute, map[string]Report{"st3": good})
		w.book.raise(fall("i-1", "r301"))
		w.watches(5*time.Second, map[string]Report{"st3": showing(good, true, "i-1")})
		quiet := showing(good, false, "i-1")
		quiet.Quiet = true
		w.watches(time.Minute, map[string]Report{"st3": quiet})
		w.hears()
	})
}

func TestRestartGivesBoardsTimeToComeBack(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.book.raise(fall("i-1", "r301"))
		page := map[string]Report{"st3": showing(good, true, "i-1")}
		w.watches(2*time.Minute, page)
		w.stop()
		w.start()
		w.watches(50*time.Second, nil)
		w.watches(time.Minute, page)
		w.hears()
		// One that was lost before stays lost, and is not lost again.
		w.watches(2*time.Minute, nil)
		w.hears("lost 3", "goes on i-1")
		w.stop()
		w.start()
		w.watches(50*time.Second, nil)
		w.hears()
		w.watches(5*time.Second, page)
		w.hears("back 3")
	})
}

func TestStationOfTheWholeHouseServesItsFloors(t *testing.T) {
	inWard(t, house(station("st3", "3"), station("hall")), func(w *ward) {
		w.book.raise(fall("i-301", "r301"))
		page := map[string]Report{"hall": showing(good, true, "i-301")}
		w.watches(5*time.Minute, page)
		w.hears() // it stands in for floor 3
		w.watches(5*time.Minute, map[string]Report{"st3": showing(good, true, "i-301")})
		w.hears("lost ") // and no floor's station for the house; 301 is on a board all the time
	})
}

// TestStationThatDoesNotHangYet is missed from its first board on, and that is
// remembered.
func TestStationThatDoesNotHangYet(t *testing.T) {
	inWard(t, house(station("new", "3")), func(w *ward) {
		w.book.raise(fall("i-301", "r301"))
		w.watches(time.Hour, nil)
		w.watches(time.Hour, map[string]Report{"new": {Visible: true}}) // nobody has unlocked its sound
		w.hears()
		w.watches(time.Minute, map[string]Report{"new": showing(good, true, "i-301")})
		w.stop()
		w.start()
		w.watches(2*time.Minute, nil)
		// The book passes over what it has let go on for this loss.
		w.hears("lost 3", "goes on i-301", "not shown i-301/1")
	})
}

func TestStationThatIsTakenAway(t *testing.T) {
	inWard(t, house(station("st3", "3")), func(w *ward) {
		w.watches(2*time.Minute, nil)
		w.hears("lost 3")
		gone := station("st3", "3")
		gone.Disabled = true
		w.dir.Store(house(gone))
		w.watches(time.Minute, nil)
		w.hears("back 3")
	})
}

func TestHouseWithoutStations(t *testing.T) {
	wall := station("wall")
	wall.Station = people.OnWall
	inWard(t, house(wall, people.User{ID: "u-li", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}}), func(w *ward) {
		w.book.raise(fall("i-301", "r301"))
		w.watches(time.Hour, map[string]Report{"wall": good})
		w.hears()
	})
}

// TestEndedAlarmsAreForgotten: what was told of an alarm that ended at the same
// moment, and what was shown before the process stopped for a while, is not
// remembered for ever.
func TestEndedAlarmsAreForgotten(t *testing.T) {
	p := newPicture(0)
	p.told[alarm{"i-1", 1}] = true
	p.shown[alarm{"i-2", 1}] = true
	p.look(time.Second, house(station("st3", "3")), nil, nil)
	if len(p.told)+len(p.shown) > 0 {
		t.Errorf("of ended alarms it remembers that %v were told and %v shown", p.told, p.shown)
	}
}
