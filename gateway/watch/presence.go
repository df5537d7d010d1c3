package watch

import (
	"context"
	"encoding/json"
	"fmt"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// presenceEvent does what the presence button or the badge reader of a room
// means. A badge tells who it is, if it is registered.
func (t *turn) presenceEvent(ctx context.Context, e care.Received, p care.Point) error {
	var said struct {
		Means care.Means `json:"means"`
		Badge string     `json:"badge"`
	}
	_ = json.Unmarshal(e.Data, &said) // without any it is a button
	by := care.Act{At: t.now, Means: care.ByButton}
	if said.Badge != "" || said.Means == care.ByTag {
		by.Means = care.ByTag
		d := t.w.ledger.Directory()
		for _, u := range d.Users {
			if u.Badge != "" && u.Badge == said.Badge && d.Acts(u, e.Site) {
				by.By, by.Name = u.ID, u.Name
			}
		}
	}
	return t.present(ctx, e.Site, p.Zone, p.ID, by, e.ID)
}

// Present notes that a person is in a room, as a scanned tag proves, and
// returns the incidents at which she has arrived by it.
func (w *Watch) Present(ctx context.Context, site care.SiteID, zone care.ZoneID, by care.Act) ([]care.Incident, error) {
	var arrived []care.Incident
	err := w.update(ctx, func(t *turn) error {
		arrived = nil
		by.At = t.now
		if err := t.present(ctx, site, zone, "", by, ""); err != nil {
			return err
		}
		for _, d := range t.decisions {
			if d.Has(care.EntryArrived) {
				arrived = append(arrived, *d.Incident)
			}
		}
		return nil
	})
	return arrived, err
}

func (t *turn) present(ctx context.Context, site care.SiteID, zone care.ZoneID, point care.PointID, by care.Act, event string) error {
	if zone != "" {
		if err := t.tx.SavePresence(ctx, site, zone, by, t.now.Add(alerts.PresenceQuiets)); err != nil {
			return fmt.Errorf("note who is in room %s: %w", zone, err)
		}
	}
	open, err := t.tx.SiteIncidents(ctx, site)
	if err != nil {
		return fmt.Errorf("load the incidents of room %s: %w", zone, err)
	}
	none := true
	for _, i := range open {
		if zone == "" || i.Zone != zone {
			continue
		}
		if d := alerts.OnPresence(i, by, event); d.Incident != nil {
			none = false
			if err := t.enter(ctx, placeOf(i), &i, d); err != nil {
				return err
			}
		}
	}
	if !none {
		return nil
	}
	e := care.Entry{Kind: care.EntryZone, Point: point, Event: event, Reason: string(zone), Act: by}
	return t.write(ctx, place{site: site, point: point}, alerts.Decision{Entries: []care.Entry{e}})
}
