package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// incidentColumns are the columns of an incident in the order of scanIncident
// and incidentValues.
const incidentColumns = `id, site, class, key, point, zone, resident, severity, state, active,
	happened_at, raised_at, alarmed_at, alarms, cleared_at,
	accepted_at, accepted_by, accepted_name, accepted_means,
	arrived_at, arrived_by, arrived_name, arrived_means,
	resolved_at, resolved_by, resolved_name, resolved_means,
	cause, reason, note, late, clock, evidence, revision,
	confirmed_at, confirmed_by, cancelled_at, under, untold_at`

// shownColumns are those of scanShown: with whom the ladder has told.
const shownColumns = incidentColumns + `,
	(SELECT string_agg(n.owner, '` + "\n" + `') FROM notice n WHERE n.incident = incident.id AND n.incident <> '')`

// toldFor is how long after its end those who were told of an incident still see
// it: as long as it stays on a board.
const toldFor = time.Hour

const saveIncident = `INSERT INTO incident (` + incidentColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
		$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39)
	ON CONFLICT (id) DO UPDATE SET
		point = excluded.point, zone = excluded.zone, resident = excluded.resident, severity = excluded.severity,
		state = excluded.state, active = excluded.active,
		happened_at = excluded.happened_at, raised_at = excluded.raised_at, alarmed_at = excluded.alarmed_at,
		alarms = excluded.alarms, cleared_at = excluded.cleared_at,
		accepted_at = excluded.accepted_at, accepted_by = excluded.accepted_by,
		accepted_name = excluded.accepted_name, accepted_means = excluded.accepted_means,
		arrived_at = excluded.arrived_at, arrived_by = excluded.arrived_by,
		arrived_name = excluded.arrived_name, arrived_means = excluded.arrived_means,
		resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by,
		resolved_name = excluded.resolved_name, resolved_means = excluded.resolved_means,
		cause = excluded.cause, reason = excluded.reason, note = excluded.note, late = excluded.late,
		clock = excluded.clock, evidence = excluded.evidence, revision = excluded.revision,
		confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by,
		cancelled_at = excluded.cancelled_at, under = excluded.under, untold_at = excluded.untold_at`

// incidentValues are what the columns hold of i.
func incidentValues(i care.Incident) []any {
	values := []any{
		i.ID, string(i.Site), string(i.Class), i.Key, string(i.Point), string(i.Zone), string(i.Resident),
		int64(i.Severity), string(i.State), i.Active,
		micros(i.HappenedAt), micros(i.RaisedAt), micros(i.AlarmedAt), i.Alarms, nullMicros(i.ClearedAt),
	}
	for _, a := range []*care.Act{i.Accepted, i.Arrived, i.Resolved} {
		if a == nil {
			values = append(values, nil, "", "", "")
		} else {
			values = append(values, micros(a.At), string(a.By), a.Name, string(a.Means))
		}
	}
	return append(values, string(i.Cause), i.Reason, i.Note, i.Late, string(i.Clock), nullJSON(i.Evidence), i.Revision,
		nullMicros(i.ConfirmedAt), string(i.ConfirmedBy), nullMicros(i.CancelledAt), i.Under, nullMicros(i.UntoldAt))
}

// act is the four columns of a fact that may not have happened yet.
type act struct {
	at              sql.NullInt64
	by, name, means string
}

func (a *act) care() *care.Act {
	if !a.at.Valid {
		return nil
	}
	return &care.Act{By: care.UserID(a.by), Name: a.name, At: fromMicros(a.at.Int64), Means: care.Means(a.means)}
}

// scanIncident reads a row of incidentColumns.
func scanIncident(r *sql.Rows) (care.Incident, error) { return scanWith(r) }

// scanShown reads a row of shownColumns.
func scanShown(r *sql.Rows) (care.Incident, error) {
	var owners sql.NullString
	i, err := scanWith(r, &owners)
	if err != nil || i.Resolved != nil && time.Since(i.Resolved.At) > toldFor {
		return i, err
	}
	for owner := range strings.SplitSeq(owners.String, "\n") {
		if id := care.UserID(owner); id != "" && !slices.Contains(i.Told, id) {
			i.Told = append(i.Told, id)
		}
	}
	return i, nil
}

// scanWith reads a row of incidentColumns and what follows.
func scanWith(r *sql.Rows, more ...any) (care.Incident, error) {
	var (
		i                            care.Incident
		happened, raised, alarmed    int64
		cleared                      sql.NullInt64
		confirmed, cancelled, untold sql.NullInt64
		accepted, arrived, resolved  act
		evidence                     sql.NullString
	)
	err := r.Scan(append([]any{&i.ID, &i.Site, &i.Class, &i.Key, &i.Point, &i.Zone, &i.Resident, &i.Severity, &i.State, &i.Active,
		&happened, &raised, &alarmed, &i.Alarms, &cleared,
		&accepted.at, &accepted.by, &accepted.name, &accepted.means,
		&arrived.at, &arrived.by, &arrived.name, &arrived.means,
		&resolved.at, &resolved.by, &resolved.name, &resolved.means,
		&i.Cause, &i.Reason, &i.Note, &i.Late, &i.Clock, &evidence, &i.Revision,
		&confirmed, &i.ConfirmedBy, &cancelled, &i.Under, &untold}, more...)...)
	if err != nil {
		return care.Incident{}, err
	}
	i.HappenedAt, i.RaisedAt, i.AlarmedAt = fromMicros(happened), fromMicros(raised), fromMicros(alarmed)
	i.ClearedAt, i.ConfirmedAt = fromNullMicros(cleared), fromNullMicros(confirmed)
	i.CancelledAt, i.UntoldAt = fromNullMicros(cancelled), fromNullMicros(untold)
	i.Accepted, i.Arrived, i.Resolved = accepted.care(), arrived.care(), resolved.care()
	if evidence.Valid {
		i.Evidence = json.RawMessage(evidence.String)
	}
	return i, nil
}

func nullMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return micros(*t)
}

func fromNullMicros(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	return new(fromMicros(us.Int64))
}

// oneIncident returns the incident that a query finds, nil when it finds none.
func oneIncident(ctx context.Context, q querier, scan func(*sql.Rows) (care.Incident, error), doing, query string, args ...any) (*care.Incident, error) {
	var i care.Incident
	found, err := first(ctx, q, func(r *sql.Rows) (err error) {
		i, err = scan(r)
		return err
	}, query, args...)
	if err != nil || !found {
		return nil, wrapIf(doing, err)
	}
	return &i, nil
}

const incidentByID = `SELECT ` + shownColumns + ` FROM incident WHERE id = $1`

// SaveIncident inserts or replaces the row of the incident. Site, class and
// key of a row that exists are not changed. A second open incident of a key is
// ErrConflict.
func (t *Tx) SaveIncident(ctx context.Context, i care.Incident) error {
	return t.exec(ctx, "save incident "+i.ID, saveIncident, incidentValues(i)...)
}

// OpenIncident returns the open incident of a key and class, nil when there is
// none.
func (t *Tx) OpenIncident(ctx context.Context, site care.SiteID, class care.Class, key string) (*care.Incident, error) {
	return oneIncident(ctx, t, scanIncident, "find the open incident of "+key,
		`SELECT `+incidentColumns+` FROM incident WHERE site = $1 AND class = $2 AND key = $3 AND state <> 'resolved'`,
		string(site), string(class), key)
}

// Incident returns an incident by id, nil when there is none.
func (t *Tx) Incident(ctx context.Context, id string) (*care.Incident, error) {
	return oneIncident(ctx, t, scanShown, "read incident "+id, incidentByID, id)
}

// SiteIncidents returns the open incidents of a site, the longest waiting
// first.
func (t *Tx) SiteIncidents(ctx context.Context, site care.SiteID) ([]care.Incident, error) {
	found, err := all(ctx, t, scanIncident,
		`SELECT `+incidentColumns+` FROM incident WHERE site = $1 AND state <> 'resolved' ORDER BY alarmed_at, id`, string(site))
	return found, wrapIf("read the open incidents of site "+string(site), err)
}

// OpenOfClass returns the open incidents of a class at a site, the longest
// waiting first.
func (t *Tx) OpenOfClass(ctx context.Context, site care.SiteID, class care.Class) ([]care.Incident, error) {
	found, err := all(ctx, t, scanIncident,
		`SELECT `+incidentColumns+` FROM incident WHERE site = $1 AND class = $2 AND state <> 'resolved' ORDER BY alarmed_at, id`,
		string(site), string(class))
	return found, wrapIf("read the open incidents of site "+string(site), err)
}

// ChildrenOf returns the open incidents that an incident explains: those that
// are under it.
func (t *Tx) ChildrenOf(ctx context.Context, incidentID string) ([]care.Incident, error) {
	// The literal lets the planner use the index on rows under others.
	found, err := all(ctx, t, scanIncident,
		`SELECT `+incidentColumns+` FROM incident WHERE under = $1 AND under <> '' AND state <> 'resolved' ORDER BY alarmed_at, id`, incidentID)
	return found, wrapIf("read the incidents under "+incidentID, err)
}

// Incident returns an incident by id, nil when there is none.
func (s *Store) Incident(ctx context.Context, id string) (*care.Incident, error) {
	return oneIncident(ctx, s.read, scanShown, "read incident "+id, incidentByID, id)
}

const (
	openIncidents = `SELECT ` + shownColumns + ` FROM incident WHERE state <> 'resolved' ORDER BY alarmed_at, id`
	// The literal lets the planner use the index on resolved rows.
	recentlyResolved = `SELECT ` + shownColumns + ` FROM incident
		WHERE state = 'resolved' AND resolved_at >= $1 ORDER BY resolved_at DESC, id`
)

// OpenIncidents returns every incident that still needs a person, the longest
// waiting first.
func (s *Store) OpenIncidents(ctx context.Context) ([]care.Incident, error) {
	found, err := all(ctx, s.read, scanShown, openIncidents)
	return found, wrapIf("read the open incidents", err)
}

// RecentlyResolved returns the incidents resolved at or after since, the
// latest first.
func (s *Store) RecentlyResolved(ctx context.Context, since time.Time) ([]care.Incident, error) {
	found, err := all(ctx, s.read, scanShown, recentlyResolved, micros(since))
	return found, wrapIf("read the incidents resolved lately", err)
}

// Snapshot returns the open incidents and, after them, those resolved at or
// after since, exactly as they were at the feed number that it returns.
func (s *Store) Snapshot(ctx context.Context, since time.Time) (number uint64, incidents []care.Incident, err error) {
	// One read transaction sees one state of the ledger.
	tx, err := s.read.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, nil, explain("begin to read the ledger", err)
	}
	defer tx.Rollback()
	q := txReader{tx}
	if _, err := first(ctx, q, func(r *sql.Rows) error { return r.Scan(&number) }, feedHead); err != nil {
		return 0, nil, explain("read the head of the feed", err)
	}
	open, err := all(ctx, q, scanShown, openIncidents)
	if err != nil {
		return 0, nil, explain("read the open incidents", err)
	}
	resolved, err := all(ctx, q, scanShown, recentlyResolved, micros(since))
	if err != nil {
		return 0, nil, explain("read the incidents resolved lately", err)
	}
	return number, append(open, resolved...), nil
}

// txReader reads in a transaction.
type txReader struct {
	tx *sql.Tx
}

func (q txReader) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return q.tx.QueryContext(ctx, query, args...)
}
