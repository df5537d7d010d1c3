package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// aboutResident are the rows of a log that name a resident (To) and belong to no
// incident. The index site_log_resident has the same words.
const aboutResident = `l.kind IN ('resident.consented', 'resident.withdrawn', 'resident.away', 'resident.back')`

// traces is where data of a resident lies. Points and rows of the register tell
// it as it is now: of the time before he moved or left only incidents and the
// logs know.
type traces struct {
	resident people.Resident
	// sites is where he lives, and then what his incidents, documents, points and
	// rows of a log name.
	sites []care.SiteID
	// homes are the private homes among them in which nobody else lives:
	// incidents of no resident there are his (people.Directory.Concerned).
	homes []care.SiteID
}

// share is one part of the incidents that concern somebody, as a condition on
// incidents i with one argument.
type share struct{ where, arg string }

// shares are the conditions on the incidents that are his alone. Each is found
// by an index.
func (p traces) shares() []share {
	list := []share{{`i.resident = $1 AND i.resident <> ''`, string(p.resident.ID)}}
	for _, home := range p.homes {
		list = append(list, share{`i.site = $1 AND i.resident = ''`, string(home)})
	}
	return list
}

// traces finds where data of a resident lies. It reads beside the writer, since
// it looks at rows of all logs.
func (s *Store) traces(ctx context.Context, r people.Resident) (traces, error) {
	found := traces{resident: r, sites: []care.SiteID{r.Site}}
	named, err := all(ctx, s.read, func(r *sql.Rows) (site care.SiteID, err error) {
		err = r.Scan(&site)
		return site, err
	}, `SELECT site FROM incident WHERE resident = $1 AND resident <> '' UNION SELECT site FROM point WHERE resident = $1
		UNION SELECT site FROM document WHERE kind = 'care' AND name = $1 ORDER BY site`, string(r.ID))
	if err != nil {
		return found, err
	}
	rows, err := all(ctx, s.read, func(r *sql.Rows) (row canonical, err error) {
		var bytes []byte
		if err := r.Scan(&bytes); err != nil {
			return row, err
		}
		if err := json.Unmarshal(bytes, &row); err != nil {
			return row, fmt.Errorf("a row of the log is damaged, run gateway verify-ledger: %w", err)
		}
		return row, nil
	}, `SELECT l.canonical FROM site_log l WHERE `+aboutResident+` ORDER BY l.site, l.number`)
	if err != nil {
		return found, err
	}
	for _, row := range rows {
		if row.To == residentOwner+string(r.ID) {
			named = append(named, row.Site)
		}
	}
	for _, site := range named {
		if !slices.Contains(found.sites, site) {
			found.sites = append(found.sites, site)
		}
	}
	d := s.Directory()
	for _, site := range found.sites {
		if d.Sites[site].Kind == care.PrivateHome && !livesThere(d, site, r.ID) {
			found.homes = append(found.homes, site)
		}
	}
	return found, nil
}

// livesThere reports whether somebody besides one resident lives at a site.
func livesThere(d *people.Directory, site care.SiteID, besides care.ResidentID) bool {
	for _, r := range d.Residents {
		if r.Site == site && r.ID != besides && r.LeftAt == nil {
			return true
		}
	}
	return false
}

// longestAway bounds how late an event is looked for: without it, each incident
// would go through all that its point ever said.
const longestAway = 30 * 24 * time.Hour

// eraseValues erases what sensors measured in the course of a resolved incident,
// at its point and at those that confirmed it: by the time of the events, and by
// that of their coming, since an edge that was away sends late.
func (t *Tx) eraseValues(ctx context.Context, i care.Incident) error {
	doing := "erase the measured values of incident " + i.ID
	points := []care.PointID{i.Point}
	rows, err := all(ctx, t, scanEntry, selectEntries+`WHERE l.incident = $1 AND l.incident <> '' ORDER BY l.number`, i.ID)
	if err != nil {
		return explain(doing, err)
	}
	for _, row := range rows {
		if row.Event != "" && row.Point != "" && !slices.Contains(points, row.Point) {
			points = append(points, row.Point)
		}
	}
	from, to := i.HappenedAt, i.Resolved.At
	if i.RaisedAt.Before(from) {
		from = i.RaisedAt
	}
	if i.HappenedAt.After(to) { // by a clock that was ahead
		to = i.HappenedAt
	}
	for _, point := range points {
		if err := t.exec(ctx, doing, `UPDATE event SET data = NULL WHERE data IS NOT NULL AND site = $1 AND point = $2 AND class = $3
			AND time >= $6 AND time <= $7 AND (time >= $4 AND time <= $5 OR received_at >= $4 AND received_at <= $5)`,
			string(i.Site), string(point), string(i.Class), micros(from), micros(to), micros(from.Add(-longestAway)), micros(to.Add(longestAway))); err != nil {
			return err
		}
	}
	return nil
}

// erasePersonValues erases the measured values of a share of somebody's
// incidents, of those too whose texts are gone already, in small transactions.
func (s *Store) erasePersonValues(ctx context.Context, doing string, part share) error {
	for last, more := "", true; more; {
		if err := s.Update(ctx, func(t *Tx) error {
			some, err := all(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incident i WHERE `+part.where+`
				AND i.state = 'resolved' AND i.id > $2 ORDER BY i.id LIMIT $3`, part.arg, last, eraseChunk)
			if err != nil {
				return explain(doing, err)
			}
			for _, i := range some {
				if err := t.eraseValues(ctx, i); err != nil {
					return err
				}
				last = i.ID
			}
			more = len(some) == eraseChunk
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
