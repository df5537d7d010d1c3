package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/admin"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch"
)

// adminRoom is the part of the API in which people enter who and what is watched.
func (a *App) adminRoom() api.Room {
	return admin.Room{
		Registers: adminRegisters{a.store}, Credentials: adminCredentials{a.store},
		Commissioning: adminCommissioning{a}, Walks: adminWalks{a}, Files: adminFiles{}, Hash: api.HashPassword,
	}
}

// adminRegisters changes what is registered.
type adminRegisters struct{ store *ledger.Store }

// Picture returns what is registered with its revision.
func (r adminRegisters) Picture() (*people.Directory, string) { return r.store.Picture() }

// Apply carries a change out, or tries it.
func (r adminRegisters) Apply(ctx context.Context, c admin.Change) ([]admin.RowState, []admin.RowMistake, error) {
	p := ledger.Plan{
		Regions: c.Regions, Sites: c.Sites, Zones: c.Zones, Residents: c.Residents, Points: c.Points, Left: c.Left, Removed: c.Removed,
		By: c.By, Revision: c.Revision, DryRun: c.DryRun,
	}
	for _, e := range c.Edges {
		p.Edges = append(p.Edges, ledger.PlanEdge{Edge: e})
	}
	for _, u := range c.Users {
		// Who somebody is proved by is never a change of rows.
		u.PasswordHash, u.PINHash, u.TOTPSecret, u.Subject, u.MustChange = "", "", "", "", false
		p.Users = append(p.Users, u)
	}
	for _, l := range c.Audit {
		p.Audit = append(p.Audit, auditEntry(l))
	}
	sum, err := r.store.ApplyPlan(ctx, p)
	if errors.Is(err, ledger.ErrStale) {
		// Another process may have changed it: read it at once, not in seconds.
		_, err := r.store.Refresh(ctx)
		return nil, nil, cmpErr(err, admin.ErrStale)
	}
	if wrong, ok := errors.AsType[*ledger.PlanError](err); ok {
		mistakes := make([]admin.RowMistake, len(wrong.Mistakes))
		for n, m := range wrong.Mistakes {
			mistakes[n] = admin.RowMistake{Kind: admin.Kind(m.Kind), Row: m.Row, ID: m.ID, Field: m.Field, Code: string(m.Code), Text: m.Text}
		}
		return nil, mistakes, nil
	}
	if err != nil {
		return nil, nil, err
	}
	rows := make([]admin.RowState, len(sum.Rows))
	for n, row := range sum.Rows {
		kind := admin.Kind(row.Kind)
		id := c.ID(kind, row.Row)
		if row.State == ledger.RowRemoved {
			id = string(c.Removed[row.Row])
		}
		rows[n] = admin.RowState{Kind: kind, Row: row.Row, ID: id, State: string(row.State)}
	}
	return rows, nil, nil
}

func cmpErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// auditEntry is a row of the log of the gateway itself.
func auditEntry(r api.Record) care.Entry {
	return care.Entry{Kind: r.Kind, Act: r.By, To: r.About, Reason: r.Detail}
}

// adminCredentials changes what proves who somebody is, with its row of the log.
type adminCredentials struct{ store *ledger.Store }

func (c adminCredentials) logged(ctx context.Context, log api.Record, change func(tx *ledger.Tx) error) error {
	return c.store.Update(ctx, func(tx *ledger.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		_, err := tx.Log(ctx, ledger.AuditLog, auditEntry(log))
		return err
	})
}

// SetPassword gives a user a password for one sign-in.
func (c adminCredentials) SetPassword(ctx context.Context, user care.UserID, hash string, endSecondStep bool, log api.Record) error {
	return c.logged(ctx, log, func(tx *ledger.Tx) error {
		if err := tx.SetPassword(ctx, user, hash, true); err != nil || !endSecondStep {
			return err
		}
		return tx.SetSecondStep(ctx, user, "")
	})
}

// SetPIN replaces a PIN.
func (c adminCredentials) SetPIN(ctx context.Context, user care.UserID, hash string, log api.Record) error {
	return c.logged(ctx, log, func(tx *ledger.Tx) error { return tx.SetPIN(ctx, user, hash) })
}

// SetEdgeSecret gives an edge a new secret.
func (c adminCredentials) SetEdgeSecret(ctx context.Context, edge care.Edge, log api.Record) (string, error) {
	secret := ledger.NewSecret()
	_, err := c.store.ApplyPlan(ctx, ledger.Plan{
		Edges: []ledger.PlanEdge{{Edge: edge, SecretHash: ledger.HashSecret(secret)}},
		By:    log.By, Audit: []care.Entry{auditEntry(log)},
	})
	if err != nil {
		return "", fmt.Errorf("give the edge %s a new secret: %w", edge.ID, err)
	}
	return secret, nil
}

// adminCommissioning knows which points have proved themselves.
type adminCommissioning struct{ app *App }

// Commissioned returns when each point did. Supervision knows it at once, the
// ledger after a restart.
func (c adminCommissioning) Commissioned(ctx context.Context) (map[people.SitePoint]time.Time, error) {
	all, err := c.app.store.Commissioned(ctx)
	if err != nil {
		return nil, err
	}
	for key, p := range c.app.coverage.Points() {
		if _, known := all[key]; !known && !p.Commissioned.IsZero() {
			all[key] = p.Commissioned
		}
	}
	return all, nil
}

// Replaced has a point prove itself again.
func (c adminCommissioning) Replaced(ctx context.Context, site care.SiteID, point care.PointID) error {
	c.app.coverage.Replaced(site, point)
	return c.app.store.Update(ctx, func(tx *ledger.Tx) error { return tx.Decommission(ctx, site, point) })
}

// adminWalks are walk tests: what runs is the watch's, what was is the ledger's.
type adminWalks struct{ app *App }

func (w adminWalks) watch() *watch.Watch { return w.app.watch }

// StartWalk begins a test.
func (w adminWalks) StartWalk(ctx context.Context, t alerts.WalkTest) (alerts.WalkTest, error) {
	return w.watch().StartWalk(ctx, t)
}

// EndWalk ends one.
func (w adminWalks) EndWalk(ctx context.Context, id string, by care.Act) error {
	return w.watch().EndWalk(ctx, id, by)
}

// WalkAlarm makes an alarm of a trigger.
func (w adminWalks) WalkAlarm(ctx context.Context, id string, point care.PointID, class care.Class, by care.Act) (care.Incident, error) {
	return w.watch().WalkAlarm(ctx, id, point, class, by)
}

// SheetFetched says that somebody watches the sheet of a test.
func (w adminWalks) SheetFetched(id string, at time.Time) { w.watch().SheetFetched(id, at) }

// Walk returns a test.
func (w adminWalks) Walk(ctx context.Context, id string) (*alerts.WalkTest, error) {
	return w.app.store.Walk(ctx, id)
}

// Walks returns tests, the latest first.
func (w adminWalks) Walks(ctx context.Context, since time.Time) ([]alerts.WalkTest, error) {
	return w.app.store.Walks(ctx, since)
}

// Ticks returns what was triggered in one.
func (w adminWalks) Ticks(ctx context.Context, test string) ([]alerts.Tick, error) {
	return w.app.store.Ticks(ctx, test)
}
