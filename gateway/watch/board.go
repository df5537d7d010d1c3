package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
)

// boardDevice is the device in the source of events about boards.
const boardDevice = "board"

// The reasons of care.EntryUnshown.
const (
	UnshownLost  = "board_lost" // its floor has no board that is open and can be heard
	UnshownAlarm = "not_shown"  // a board may be there, and none said in time that it shows and sounds it
)

// boardEvidence is what the incident of a lost board shows.
type boardEvidence struct {
	Reason string    `json:"reason"` // board_lost
	Floor  string    `json:"floor,omitempty"`
	Since  time.Time `json:"since"`
}

// BoardLost raises that the boards of a floor cannot be seen and heard any more,
// since a time, and has the ladders of what is unaccepted and dark go on at
// once: those of the open incidents of the site that dark says are on no board.
// Where the book has the floor as lost already nothing happens, so that each
// loss counts once, whichever gateway finds it.
//
// The loss is of high severity, as that of a smoke detector: a floor whose carers
// see and hear nothing is told at night as well, when what is broken otherwise
// waits for the morning.
func (w *Watch) BoardLost(ctx context.Context, site care.SiteID, floor string, since time.Time, dark func(care.Incident) bool) error {
	return w.update(ctx, func(t *turn) error {
		point := care.BoardPoint(floor)
		was, err := t.tx.PointState(ctx, site, point, care.Silent)
		if err != nil || was.Active {
			return err
		}
		data, err := json.Marshal(boardEvidence{"board_lost", floor, since.UTC().Truncate(time.Second)})
		if err != nil {
			return fmt.Errorf("describe the lost board of floor %q: %w", floor, err)
		}
		open, err := t.tx.SiteIncidents(ctx, site)
		if err != nil {
			return fmt.Errorf("load what the board of floor %q does not show: %w", floor, err)
		}
		if _, err := t.commitSevere(ctx, t.boardEvent(site, point, care.Active, data), care.High); err != nil {
			return err
		}
		for _, i := range open {
			if !i.Unattended() || !dark(i) {
				continue
			}
			passed, err := t.tx.BoardPassed(ctx, i.ID, i.Alarms)
			if err != nil {
				return err
			}
			if passed.IsZero() || passed.Before(since) { // not for this loss already
				if err := t.pass(ctx, i, UnshownLost); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// BoardBack says that a floor has a board again.
func (w *Watch) BoardBack(ctx context.Context, site care.SiteID, floor string) error {
	return w.update(ctx, func(t *turn) error {
		point := care.BoardPoint(floor)
		was, err := t.tx.PointState(ctx, site, point, care.Silent)
		if err != nil || !was.Active {
			return err
		}
		_, err = t.commitOne(ctx, t.boardEvent(site, point, care.Clear, nil))
		return err
	})
}

func (t *turn) boardEvent(site care.SiteID, point care.PointID, phase care.Phase, data json.RawMessage) care.Received {
	return care.Received{
		Event: care.Event{
			Site: site, Edge: ViaCore, Device: boardDevice, ID: care.NewIDAt(t.now),
			Class: care.Silent, Phase: phase, Point: point, Time: t.now, Data: data,
		},
		ReceivedAt: t.now, SentTime: t.now, Via: ViaCore, Clock: care.ClockTrusted,
	}
}

// Unshown has the ladder of an incident go on at once, because no board has said
// in time that it shows and sounds this alarm of it. It does so once for an
// alarm, and not at all when somebody has accepted or it has alarmed again.
func (w *Watch) Unshown(ctx context.Context, incident string, alarms int) error {
	return w.update(ctx, func(t *turn) error {
		i, err := t.tx.Incident(ctx, incident)
		if err != nil || i == nil || !i.Unattended() || i.Alarms != alarms {
			return err
		}
		passed, err := t.tx.BoardPassed(ctx, incident, alarms)
		if err != nil || !passed.IsZero() {
			return err
		}
		return t.pass(ctx, *i, UnshownAlarm)
	})
}

// pass has the next step of an incident's ladder due now, and notes why.
func (t *turn) pass(ctx context.Context, i care.Incident, reason string) error {
	if err := t.tx.SaveBoardPassed(ctx, i.ID, i.Alarms, t.now); err != nil {
		return err
	}
	i, err := t.note(ctx, i, care.Entry{
		Kind: care.EntryUnshown, Incident: i.ID, Point: i.Point, Reason: reason, Act: care.Act{At: t.now, Means: care.BySystem},
	})
	if err != nil {
		return err
	}
	timer, err := t.tx.Timer(ctx, alerts.TimerLadder, i.ID)
	if err != nil || timer == nil {
		return err
	}
	policy, at := t.ladderOf(i, t.w.site(i.Site), timer.Data)
	if at.Round > 0 { // those of this step were told: others must be, not they again
		if next, wait := ladder.Skip(policy, at); wait == 0 {
			at = next
		}
	}
	return t.setClimb(ctx, i, at, t.now)
}

// Quieted notes in the logs of what waits on a station's board that somebody,
// who need not have said who it is, holds its sound until a time. The incidents
// stay as they are.
func (w *Watch) Quieted(ctx context.Context, station people.User, by care.Act, until time.Time) error {
	return w.update(ctx, func(t *turn) error {
		by.At = t.now
		d := t.w.ledger.Directory()
		for _, site := range station.Scope.Sites {
			open, err := t.tx.SiteIncidents(ctx, site)
			if err != nil {
				return fmt.Errorf("load what the station %s sounds: %w", station.ID, err)
			}
			for _, i := range open {
				if !i.Unattended() || !d.SeesIncident(station, i) {
					continue
				}
				e := care.Entry{Kind: care.EntryQuieted, Incident: i.ID, Point: i.Point, To: string(station.ID), Until: &until, Act: by}
				if _, err := t.tx.Log(ctx, site, e); err != nil {
					return fmt.Errorf("log that the station %s was quietened: %w", station.ID, err)
				}
				row := care.FeedRow{At: t.now, Site: site, Resident: i.Resident, Kind: e.Kind, Ref: i.ID}
				if err := t.tx.Feed(ctx, row); err != nil {
					return fmt.Errorf("feed that the station %s was quietened: %w", station.ID, err)
				}
			}
		}
		return nil
	})
}
