package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Tx is one read-write transaction. It is used by one goroutine only, and not
// after the function that got it has returned.
//
// Errors of its methods have a *care.Refusal in their chain when the row at
// hand can never be stored, and ErrConflict when it may be after deciding
// again; all others concern the ledger as a whole.
type Tx struct {
	store *Store
	tx    *sql.Tx
	stmts map[string]*sql.Stmt

	heads map[care.SiteID]*Head // chain heads read so far
	moved map[care.SiteID]bool  // those with new rows
	feed  []care.FeedRow

	// What changed here of the picture in memory, and its new revision.
	points    []care.Point
	residents []people.Resident
	users     []people.User
	revision  string
	// outdated says that the picture lacks what another process registered. It
	// keeps its old revision then, so that Refresh reads it all again.
	outdated bool
}

// Update runs fn in one read-write transaction and commits it when fn returns
// nil; the commit is on the disk when Update returns. Transactions are
// serialised, so fn sees everything that was committed before. Feed rows
// written by fn get consecutive numbers in commit order, without gaps. An
// error of fn is returned as it is, after a roll-back. fn must write through
// its Tx only: a writing method of the Store would wait for fn itself.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.withTurn(ctx, func() error { return s.update(ctx, fn) })
}

// withTurn runs fn while nobody else of this process writes.
func (s *Store) withTurn(ctx context.Context, fn func() error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for the ledger's writer: %w", context.Cause(ctx))
	}
	defer func() { <-s.turn }()
	return fn()
}

func (s *Store) update(ctx context.Context, fn func(*Tx) error) error {
	// The statements are short: to interrupt one in the middle gains nothing
	// and costs a goroutine each. The context is asked before the commit.
	tx, err := s.write.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return explain("begin a transaction of the ledger", err)
	}
	t := &Tx{
		store: s, tx: tx, stmts: make(map[string]*sql.Stmt),
		heads: make(map[care.SiteID]*Head), moved: make(map[care.SiteID]bool),
	}
	defer func() {
		tx.Rollback() // after a commit it does nothing
		s.keepStatements(t)
	}()
	if err := fn(t); err != nil {
		return err
	}
	if err := t.finish(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit to the ledger: %w", context.Cause(ctx))
	}
	if err := tx.Commit(); err != nil {
		return explain("commit to the ledger", err)
	}
	t.publish()
	return nil
}

// finish writes what is known only at the end: the chain heads, and the feed,
// whose numbers are taken last so that they follow the order of commits.
func (t *Tx) finish(ctx context.Context) error {
	for site := range t.moved {
		h := t.heads[site]
		if err := t.exec(ctx, "write the head of the site log",
			`INSERT INTO site_head (site, number, hash) VALUES ($1, $2, $3)
			ON CONFLICT (site) DO UPDATE SET number = excluded.number, hash = excluded.hash`,
			string(site), h.Number, h.Hash[:]); err != nil {
			return err
		}
	}
	if len(t.feed) == 0 {
		return nil
	}
	var head uint64
	_, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&head) },
		`UPDATE feed_head SET number = number + $1 WHERE id = 1 RETURNING number`, len(t.feed))
	if err != nil {
		return explain("take numbers of the feed", err)
	}
	for i, r := range t.feed {
		number := head - uint64(len(t.feed)) + uint64(i) + 1
		if err := t.exec(ctx, "write the feed",
			`INSERT INTO feed (number, at, site, resident, kind, ref) VALUES ($1, $2, $3, $4, $5, $6)`,
			number, micros(r.At), string(r.Site), string(r.Resident), string(r.Kind), r.Ref); err != nil {
			return err
		}
	}
	return nil
}

// publish brings the picture in memory up to what was committed. The caller
// still has the turn, so that pictures follow the order of commits.
func (t *Tx) publish() {
	if t.revision == "" {
		return
	}
	next := *t.store.picture.Load()
	d := *next.directory
	if len(t.points) > 0 {
		d.Points = maps.Clone(d.Points)
	}
	for _, p := range t.points {
		d.Points[people.SitePoint{Site: p.Site, Point: p.ID}] = p
	}
	if len(t.residents) > 0 {
		d.Residents = maps.Clone(d.Residents)
	}
	for _, r := range t.residents {
		d.Residents[r.ID] = r
	}
	if len(t.users) > 0 {
		d.Users = maps.Clone(d.Users)
	}
	for _, u := range t.users {
		u.PasswordHash, u.PINHash, u.TOTPSecret = "", "", ""
		d.Users[u.ID] = u
	}
	next.directory = &d
	if !t.outdated {
		next.revision = t.revision
	}
	t.store.picture.Store(&next)
}

// registersChanged gives the registers a new revision, so that other processes
// notice.
func (t *Tx) registersChanged(ctx context.Context) error {
	if t.revision != "" {
		return nil
	}
	was, _, err := setting(ctx, t, revisionKey)
	if err != nil {
		return err
	}
	t.outdated = was != t.store.picture.Load().revision
	revision := care.NewID()
	if err := t.setSetting(ctx, revisionKey, revision); err != nil {
		return err
	}
	t.revision = revision
	return nil
}

// stmt returns a statement of the store, bound to the transaction.
func (t *Tx) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := t.stmts[query]; ok {
		return st, nil
	}
	t.store.write.mu.RLock()
	base, ok := t.store.write.stmts[query]
	t.store.write.mu.RUnlock()
	var st *sql.Stmt
	if ok {
		st = t.tx.StmtContext(ctx, base)
	} else {
		// The transaction has the one connection, so nothing can be prepared
		// for longer than it now; keepStatements does that after it.
		var err error
		if st, err = t.tx.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
	}
	t.stmts[query] = st
	return st, nil
}

// keepStatements prepares what a finished transaction used, for those to come.
func (s *Store) keepStatements(t *Tx) {
	for query := range t.stmts {
		// A failure shows again where the statement is used.
		_, _ = s.write.stmt(context.Background(), query)
	}
}

func (t *Tx) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx) // see Update
	st, err := t.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// exec runs a statement that returns nothing.
func (t *Tx) exec(ctx context.Context, doing, query string, args ...any) error {
	_, err := t.affect(ctx, doing, query, args...)
	return err
}

// affect is exec, and returns how many rows were written.
func (t *Tx) affect(ctx context.Context, doing, query string, args ...any) (int64, error) {
	ctx = context.WithoutCancel(ctx) // see Update
	st, err := t.stmt(ctx, query)
	if err != nil {
		return 0, explain(doing, err)
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, explain(doing, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, explain(doing, err)
	}
	return n, nil
}

// RecordEvent inserts the event. fresh is false when the (source, id) is in
// the ledger already; nothing is written then.
func (t *Tx) RecordEvent(ctx context.Context, e care.Received) (fresh bool, err error) {
	n, err := t.affect(ctx, "record event "+e.ID+" of "+e.Source(),
		`INSERT INTO event (source, id, site, point, class, phase, time, sent_time, clock, sequence, via, received_at, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (source, id) DO NOTHING`,
		e.Source(), e.ID, string(e.Site), string(e.Point), string(e.Class), string(e.Phase),
		micros(e.Time), micros(e.SentTime), string(e.Clock), int64(e.Sequence), e.Via, micros(e.ReceivedAt), nullJSON(e.Data))
	return n == 1, err
}

// RegisterPoint enters an unregistered point, so that its alarm has a place.
// It does nothing where the point exists.
func (t *Tx) RegisterPoint(ctx context.Context, p care.Point) error {
	n, err := t.affect(ctx, "register point "+string(p.ID)+" of site "+string(p.Site),
		`INSERT INTO point (site, id, edge, zone, name_zh, name_en, bed, resident, unregistered, kind, power, report_s)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (site, id) DO NOTHING`,
		string(p.Site), string(p.ID), string(p.Edge), string(p.Zone), p.Name.ZH, p.Name.EN, p.Bed, string(p.Resident),
		p.Unregistered, string(p.Kind), string(p.Power), p.ReportSeconds)
	if err != nil || n == 0 {
		return err
	}
	t.points = append(t.points, p)
	return t.registersChanged(ctx)
}

// PointState returns what is known of a class at a point; the zero value when
// nothing is.
func (t *Tx) PointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class) (alerts.PointState, error) {
	var (
		s        alerts.PointState
		sequence int64
		changed  int64
	)
	found, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&s.Active, &sequence, &changed) },
		`SELECT active, sequence, changed_at FROM point_state WHERE site = $1 AND point = $2 AND class = $3`,
		string(site), string(point), string(class))
	if err != nil || !found {
		return alerts.PointState{}, wrapIf("read the state of point "+string(point), err)
	}
	s.Sequence, s.ChangedAt = uint64(sequence), fromMicros(changed)
	return s, nil
}

// SavePointState inserts or replaces what is known of a class at a point.
func (t *Tx) SavePointState(ctx context.Context, site care.SiteID, point care.PointID, class care.Class, s alerts.PointState) error {
	return t.exec(ctx, "save the state of point "+string(point)+" of site "+string(site),
		`INSERT INTO point_state (site, point, class, active, sequence, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (site, point, class) DO UPDATE
		SET active = excluded.active, sequence = excluded.sequence, changed_at = excluded.changed_at`,
		string(site), string(point), string(class), s.Active, int64(s.Sequence), micros(s.ChangedAt))
}

// ActivePoints returns the points that are active in the class under an
// incident's key (care.IncidentKey): of the zone, or the one point.
func (t *Tx) ActivePoints(ctx context.Context, site care.SiteID, class care.Class, key string) ([]care.PointID, error) {
	kind, id, _ := strings.Cut(key, ":")
	query := `SELECT s.point FROM point_state s WHERE s.site = $1 AND s.class = $2 AND s.active AND s.point = $3`
	switch kind {
	case "point":
	case "zone":
		query = `SELECT s.point FROM point_state s JOIN point p ON p.site = s.site AND p.id = s.point
			WHERE s.site = $1 AND s.class = $2 AND s.active AND p.zone = $3 ORDER BY s.point`
	default:
		return nil, fmt.Errorf("the incident key %q is neither of a point nor of a zone", key)
	}
	points, err := all(ctx, t, func(r *sql.Rows) (care.PointID, error) {
		var p string
		err := r.Scan(&p)
		return care.PointID(p), err
	}, query, string(site), string(class), id)
	return points, wrapIf("find the active points of "+key, err)
}

// Feed appends a row to the feed; its Number is given at commit.
func (t *Tx) Feed(_ context.Context, r care.FeedRow) error {
	if r.At.IsZero() {
		r.At = time.Now()
	}
	t.feed = append(t.feed, r)
	return nil
}

// wrapIf explains err unless it is nil.
func wrapIf(doing string, err error) error {
	if err == nil {
		return nil
	}
	return explain(doing, err)
}

// nullJSON is a JSON value as a column takes it: text, or NULL for none.
func nullJSON(b json.RawMessage) any {
	if b == nil {
		return nil
	}
	return string(b)
}
