package ledger

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// ledgerOfFirstSchema makes a ledger as the first night watch left it: a home,
// its people, an open incident, and one row of the log whose bytes were written
// by the program of then.
func ledgerOfFirstSchema(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ledger.db")
	db, err := sql.Open("sqlite", dsn(path, "_pragma=journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	row := []byte(`{"v":1,"site":"s","number":1,"at":"2026-01-02T03:04:05Z","kind":"incident.raised","incident":"i","point":"p"}`)
	hash := link(Digest{}, row)
	for _, q := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO region VALUES ('r', '', 'district', '区', 'R')`, nil},
		{`INSERT INTO site VALUES ('s', 'private_home', '家', 'Home', 'r', '', '', 'Asia/Shanghai')`, nil},
		{`INSERT INTO point VALUES ('s', 'p', '', '', '', '', '', 'res', FALSE)`, nil},
		{`INSERT INTO resident VALUES ('res', 's', '王奶奶', '', '', TRUE)`, nil},
		{`INSERT INTO "user" VALUES ('u', 'li', '李', 'carer', '{"sites":["s"]}', 'h')`, nil},
		{`INSERT INTO incident VALUES ('i', 's', 'sos', 'point:p', 'p', '', 'res', 4, 'raised', FALSE, 1, 2, 3, 1, NULL,
			NULL, '', '', '', NULL, '', '', '', NULL, '', '', '', '', '', '', FALSE, '', NULL, 1)`, nil},
		{`INSERT INTO site_log VALUES ('s', 1, 1767323045000000, 'incident.raised', 'i', $1, $2, $3)`, []any{row, make([]byte, 32), hash[:]}},
		{`INSERT INTO site_head VALUES ('s', 1, $1)`, []any{hash[:]}},
	} {
		if _, err := db.ExecContext(t.Context(), q.text, q.args...); err != nil {
			t.Fatalf("%s: %v", q.text, err)
		}
	}
	return path
}

func TestLedgerOfTheFirstSchema(t *testing.T) {
	path := ledgerOfFirstSchema(t)
	ctx := t.Context()
	report, err := VerifyFile(ctx, path)
	if err != nil || report.Err() != nil || report.Rows != 1 {
		t.Errorf("before the upgrade it verifies as %+v, %v", report, err)
	}
	if heads, err := SignedHeadsOfFile(ctx, path, "", fromMicros(0)); err != nil || len(heads) != 0 {
		t.Errorf("before the upgrade it has the signed heads %v, %v, want none", heads, err)
	}

	s := openAt(t, path)
	d := s.Directory()
	for _, diff := range []string{
		cmp.Diff(care.Site{ID: "s", Kind: care.PrivateHome, Name: care.Text{ZH: "家", EN: "Home"}, Region: "r", TimeZone: "Asia/Shanghai"}, d.Sites["s"]),
		cmp.Diff(care.Point{Site: "s", ID: "p", Resident: "res"}, d.Points[people.SitePoint{Site: "s", Point: "p"}]),
		cmp.Diff(people.Resident{ID: "res", Site: "s", Name: "王奶奶", FamilyConsent: true}, d.Residents["res"]),
		cmp.Diff(people.User{ID: "u", Login: "li", Name: "李", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"s"}}}, d.Users["u"]),
	} {
		if diff != "" {
			t.Errorf("the directory (-want +got):\n%s", diff)
		}
	}
	open, err := s.OpenIncidents(ctx)
	want := care.Incident{
		ID: "i", Site: "s", Class: care.SOS, Key: "point:p", Point: "p", Resident: "res", Severity: care.Urgent, State: care.Raised,
		HappenedAt: fromMicros(1), RaisedAt: fromMicros(2), AlarmedAt: fromMicros(3), Alarms: 1, Revision: 1,
	}
	if diff := cmp.Diff([]care.Incident{want}, open); diff != "" || err != nil {
		t.Errorf("the open incidents (%v; -want +got):\n%s", err, diff)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		_, err := tx.Log(ctx, "s", care.Entry{Kind: care.EntryAccepted, Incident: "i"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	report, err = s.Verify(ctx)
	if err != nil || report.Err() != nil || report.Rows != 2 {
		t.Errorf("after the upgrade and a row it verifies as %+v, %v", report, err)
	}
}

// A user whose scope cannot be read is left out of the directory: for an
// operator no scope would mean every site.
func TestDamagedScopeGivesNoRights(t *testing.T) {
	s := openAt(t, ledgerOfFirstSchema(t))
	ctx := t.Context()
	if _, err := s.write.db.ExecContext(ctx, `INSERT INTO "user" (id, login, name, role, scope, password_hash) VALUES ('op', 'op', '', 'operator', '{"sites":["s"', '')`); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(ctx, revisionKey, "changed"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if u, found := s.Directory().Users["op"]; found || len(s.Directory().Users) != 1 {
		t.Errorf("the directory has %+v", u)
	}
	if _, found, err := s.User(ctx, "op"); found || err == nil {
		t.Errorf("asked for by id: %v, %v", found, err)
	}
}
