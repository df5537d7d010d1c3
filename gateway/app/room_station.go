package app

import (
	"context"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/live"
	"shouwang.care/shouwang/gateway/api/station"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
	"shouwang.care/shouwang/gateway/watch/boards"
)

// stationRoom is what stations do.
func (a *App) stationRoom() api.Room {
	return station.New(rosters{a.store}, pins{a.store}, boardBook{a.store, a.watch})
}

// OnDuty returns who is on duty by the roster of a site, with the floors of the
// duty.
func (r rosters) OnDuty(ctx context.Context, site care.SiteID, at time.Time) (map[care.UserID][]string, error) {
	saved, found, err := r.store.Document(ctx, site, alerts.DocumentRoster, "")
	if err != nil || !found {
		return nil, err
	}
	s := r.store.Directory().Sites[site]
	plan, err := roster.Parse(saved.Body, s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("read the roster of site %s: %w", site, err)
	}
	on := map[care.UserID][]string{}
	for _, t := range plan.On(at, s.Location()) {
		if floors, known := on[t.User]; known && len(floors) == 0 || len(t.Floors) == 0 {
			on[t.User] = nil // all floors
			continue
		}
		on[t.User] = append(on[t.User], t.Floors...)
	}
	return on, nil
}

// pins keeps the PINs of people.
type pins struct{ *ledger.Store }

// SetPIN replaces the hash of a person's PIN.
func (p pins) SetPIN(ctx context.Context, user care.UserID, hash string) error {
	return p.Update(ctx, func(tx *ledger.Tx) error { return tx.SetPIN(ctx, user, hash) })
}

// boardBook is the ledger, and what a lost board does to it.
type boardBook struct {
	*ledger.Store
	watch *watch.Watch
}

// LostBoards returns the floors that are recorded as lost.
func (b boardBook) LostBoards(ctx context.Context) (map[boards.Floor]bool, error) {
	silent, err := b.PointStates(ctx, care.Silent)
	if err != nil {
		return nil, err
	}
	lost := map[boards.Floor]bool{}
	for _, s := range silent {
		if subject := care.ParseSubject(s.Point); subject.Kind == care.SubjectBoard {
			lost[boards.Floor{Site: s.Site, Name: subject.ID}] = true
		}
	}
	return lost, nil
}

// BoardLost records that a floor has no board.
func (b boardBook) BoardLost(ctx context.Context, site care.SiteID, floor string, since time.Time, dark func(care.Incident) bool) error {
	return b.watch.BoardLost(ctx, site, floor, since, dark)
}

// BoardBack records that it has one again.
func (b boardBook) BoardBack(ctx context.Context, site care.SiteID, floor string) error {
	return b.watch.BoardBack(ctx, site, floor)
}

// Unshown has the ladder of an incident go on that no board shows.
func (b boardBook) Unshown(ctx context.Context, incident string, alarms int) error {
	return b.watch.Unshown(ctx, incident, alarms)
}

// Quieted writes that the sound of a station is held.
func (b boardBook) Quieted(ctx context.Context, u people.User, by care.Act, until time.Time) error {
	return b.watch.Quieted(ctx, u, by, until)
}

// superviseBoards watches over the boards of stations.
func (a *App) superviseBoards(hub *live.Hub) {
	b := boards.New(boards.Options{Book: boardBook{a.store, a.watch}, Rows: a.store, Directory: a.store.Directory, Log: a.opts.Log})
	hub.OnBoard(hubBoards{b})
	a.parts.run("the boards", b.Run)
}

// hubBoards takes the reports of pages from their sockets.
type hubBoards struct{ *boards.Boards }

// Board takes a report.
func (h hubBoards) Board(socket string, u care.UserID, r api.BoardReport) {
	report := boards.Report{Visible: r.Visible, Audible: r.Audible, Awake: r.Awake, Quiet: r.Quiet}
	for _, s := range r.Alarms {
		report.Alarms = append(report.Alarms, boards.Shown{Incident: s.Incident, Alarms: s.Alarms, Sounding: s.Sounding})
	}
	h.Report(socket, u, report)
}
