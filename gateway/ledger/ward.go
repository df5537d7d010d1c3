package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// SaveDrawing keeps the drawing of a floor instead of the one before, and logs
// that it was changed. An empty SVG removes it.
func (t *Tx) SaveDrawing(ctx context.Context, d care.Drawing) error {
	doing := "save the drawing of floor " + d.Floor + " of site " + string(d.Site)
	var err error
	if d.SVG == "" {
		err = t.exec(ctx, doing, `DELETE FROM floor_drawing WHERE site = $1 AND floor = $2`, string(d.Site), d.Floor)
	} else {
		err = t.exec(ctx, doing,
			`INSERT INTO floor_drawing (site, floor, svg, digest, by_id, by_name, by_at, by_means) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (site, floor) DO UPDATE SET svg = excluded.svg, digest = excluded.digest,
				by_id = excluded.by_id, by_name = excluded.by_name, by_at = excluded.by_at, by_means = excluded.by_means`,
			string(d.Site), d.Floor, d.SVG, d.Digest, string(d.By.By), d.By.Name, micros(d.By.At), string(d.By.Means))
	}
	if err != nil {
		return err
	}
	_, err = t.Log(ctx, d.Site, care.Entry{Kind: care.EntryDrawing, Act: d.By, To: d.Floor, Digest: d.Digest})
	return err
}

// Drawings returns the drawings of a site, in order of floors, without their SVG.
func (s *Store) Drawings(ctx context.Context, site care.SiteID) ([]care.Drawing, error) {
	drawings, err := all(ctx, s.read, func(r *sql.Rows) (care.Drawing, error) {
		var (
			d  care.Drawing
			at int64
		)
		err := r.Scan(&d.Site, &d.Floor, &d.Digest, &d.By.By, &d.By.Name, &at, &d.By.Means)
		d.By.At = fromMicros(at)
		return d, err
	}, `SELECT site, floor, digest, by_id, by_name, by_at, by_means FROM floor_drawing WHERE site = $1 ORDER BY floor`, string(site))
	return drawings, wrapIf("read the drawings of site "+string(site), err)
}

// Drawing returns the SVG of a floor, empty where there is none.
func (s *Store) Drawing(ctx context.Context, site care.SiteID, floor string) (svg string, err error) {
	_, err = first(ctx, s.read, func(r *sql.Rows) error { return r.Scan(&svg) },
		`SELECT svg FROM floor_drawing WHERE site = $1 AND floor = $2`, string(site), floor)
	return svg, wrapIf("read the drawing of floor "+floor+" of site "+string(site), err)
}

// AddEvacuationTick keeps a tick and logs it with its incident, which gets a new revision,
// so that every board of it hears. fresh is false for a tick that is here
// already: nothing is written then.
func (t *Tx) AddEvacuationTick(ctx context.Context, k care.Tick) (fresh bool, err error) {
	n, err := t.affect(ctx, "keep a tick of incident "+k.Incident,
		`INSERT INTO evacuation_tick (id, incident, site, resident, is_out, by_id, by_name, by_at, by_means, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
		k.ID, k.Incident, string(k.Site), string(k.Resident), k.Out,
		string(k.By.By), k.By.Name, micros(k.By.At), string(k.By.Means), micros(k.ReceivedAt))
	if err != nil || n == 0 {
		return false, err
	}
	i, err := t.Incident(ctx, k.Incident)
	if err != nil {
		return false, err
	}
	if i == nil {
		return false, fmt.Errorf("keep a tick of incident %s: %w", k.Incident, ErrNotFound)
	}
	i.Revision++
	if err := t.SaveIncident(ctx, *i); err != nil {
		return false, err
	}
	kind := care.EntryInside
	if k.Out {
		kind = care.EntryOut
	}
	if _, err := t.Log(ctx, k.Site, care.Entry{Kind: kind, Incident: k.Incident, Act: k.By, To: "resident:" + string(k.Resident)}); err != nil {
		return false, err
	}
	return true, t.Feed(ctx, care.FeedRow{At: k.ReceivedAt, Site: k.Site, Resident: i.Resident, Kind: kind, Ref: k.Incident})
}

// EvacuationTicks returns the ticks of an incident in the order of time: of a resident the
// last one counts.
func (s *Store) EvacuationTicks(ctx context.Context, incident string) ([]care.Tick, error) {
	ticks, err := all(ctx, s.read, func(r *sql.Rows) (care.Tick, error) {
		var (
			k            care.Tick
			at, received int64
		)
		err := r.Scan(&k.ID, &k.Incident, &k.Site, &k.Resident, &k.Out, &k.By.By, &k.By.Name, &at, &k.By.Means, &received)
		k.By.At, k.ReceivedAt = fromMicros(at), fromMicros(received)
		return k, err
	}, `SELECT id, incident, site, resident, is_out, by_id, by_name, by_at, by_means, received_at
		FROM evacuation_tick WHERE incident = $1 ORDER BY by_at, id`, incident)
	return ticks, wrapIf("read the ticks of incident "+incident, err)
}

// SetAway records that a resident is not in the house, or is again. To say what
// is known already changes nothing. The error has ErrNotFound in its chain for
// an unknown resident.
func (t *Tx) SetAway(ctx context.Context, resident care.ResidentID, away bool, by care.Act) error {
	doing := "record where resident " + string(resident) + " is"
	r, known := t.store.Directory().Residents[resident]
	if !known {
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	n, err := t.affect(ctx, doing, `UPDATE resident SET away = $1 WHERE id = $2 AND away <> $1`, away, string(resident))
	if err != nil || n == 0 {
		return err
	}
	r.Away = away
	t.residents = append(t.residents, r)
	if err := t.registersChanged(ctx); err != nil {
		return err
	}
	kind := care.EntryBack
	if away {
		kind = care.EntryAway
	}
	if _, err := t.Log(ctx, r.Site, care.Entry{Kind: kind, Act: by, To: "resident:" + string(resident)}); err != nil {
		return err
	}
	return t.Feed(ctx, care.FeedRow{At: by.At, Site: r.Site, Resident: resident, Kind: kind, Ref: string(resident)})
}

const selectHandovers = `SELECT id, site, from_at, to_at, note, page, digest, out_id, out_name, out_at, in_id, in_name, in_at FROM handover `

func scanHandover(r *sql.Rows) (care.Handover, error) {
	var (
		h                   care.Handover
		from, to, out, into int64
	)
	err := r.Scan(&h.ID, &h.Site, &from, &to, &h.Note, &h.Page, &h.Digest,
		&h.Outgoing.By, &h.Outgoing.Name, &out, &h.Incoming.By, &h.Incoming.Name, &into)
	h.From, h.To = fromMicros(from), fromMicros(to)
	h.Outgoing.At, h.Outgoing.Means = fromMicros(out), care.ByScreen
	if h.Incoming.By != "" {
		h.Incoming.At, h.Incoming.Means = fromMicros(into), care.ByScreen
	}
	return h, err
}

// AddHandover keeps a hand-over and logs the signature of who goes, and of who
// comes where she has signed, too.
func (t *Tx) AddHandover(ctx context.Context, h care.Handover) error {
	var into int64
	if h.Incoming.By != "" {
		into = micros(h.Incoming.At)
	}
	if err := t.exec(ctx, "keep a hand-over of site "+string(h.Site),
		`INSERT INTO handover (id, site, from_at, to_at, note, page, digest, out_id, out_name, out_at, in_id, in_name, in_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		h.ID, string(h.Site), micros(h.From), micros(h.To), h.Note, h.Page, h.Digest,
		string(h.Outgoing.By), h.Outgoing.Name, micros(h.Outgoing.At), string(h.Incoming.By), h.Incoming.Name, into); err != nil {
		return err
	}
	if err := t.logSignature(ctx, h, care.SignedOut, h.Outgoing); err != nil || h.Incoming.By == "" {
		return err
	}
	return t.logSignature(ctx, h, care.SignedIn, h.Incoming)
}

// SignHandover adds the signature of who comes. signed is false when somebody
// has signed there before: nothing is written then.
func (t *Tx) SignHandover(ctx context.Context, id string, by care.Act) (signed bool, err error) {
	n, err := t.affect(ctx, "sign hand-over "+id,
		`UPDATE handover SET in_id = $1, in_name = $2, in_at = $3 WHERE id = $4 AND in_id = ''`,
		string(by.By), by.Name, micros(by.At), id)
	if err != nil || n == 0 {
		return false, err
	}
	var h care.Handover
	if _, err := first(ctx, t, func(r *sql.Rows) (err error) {
		h, err = scanHandover(r)
		return err
	}, selectHandovers+`WHERE id = $1`, id); err != nil {
		return false, explain("read hand-over "+id, err)
	}
	return true, t.logSignature(ctx, h, care.SignedIn, by)
}

func (t *Tx) logSignature(ctx context.Context, h care.Handover, side string, by care.Act) error {
	_, err := t.Log(ctx, h.Site, care.Entry{Kind: care.EntryHandover, Act: by, Reason: side, To: h.ID, Digest: h.Digest})
	return err
}

// Handovers returns the hand-overs of a site that ended before a moment, the
// latest first, and not more than limit.
func (s *Store) Handovers(ctx context.Context, site care.SiteID, before time.Time, limit int) ([]care.Handover, error) {
	handovers, err := all(ctx, s.read, scanHandover,
		selectHandovers+`WHERE site = $1 AND to_at < $2 ORDER BY to_at DESC, id DESC LIMIT $3`, string(site), micros(before), limit)
	return handovers, wrapIf("read the hand-overs of site "+string(site), err)
}

// Handover returns a hand-over, nil where there is none.
func (s *Store) Handover(ctx context.Context, id string) (*care.Handover, error) {
	var h care.Handover
	found, err := first(ctx, s.read, func(r *sql.Rows) (err error) {
		h, err = scanHandover(r)
		return err
	}, selectHandovers+`WHERE id = $1`, id)
	if err != nil || !found {
		return nil, wrapIf("read hand-over "+id, err)
	}
	return &h, nil
}
