package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api/admin"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/siteplan/excel"
)

// What proves who somebody is stays, whatever a change of rows says.
func TestRowsProveNothing(t *testing.T) {
	ctx := t.Context()
	store, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	by := care.Act{Name: "test", At: time.Now(), Means: care.BySystem}
	wang := people.User{Login: "wang", Name: "王", Role: people.Operator, PasswordHash: "of her own", PINHash: "hers", Subject: "https://id.example.org wang"}
	if _, err := store.ApplyPlan(ctx, ledger.Plan{Users: []people.User{wang}, By: by}); err != nil {
		t.Fatal(err)
	}
	was, _, err := store.UserByLogin(ctx, "wang")
	if err != nil {
		t.Fatal(err)
	}
	row := was
	row.Name, row.Subject, row.PasswordHash, row.PINHash, row.MustChange = "王芳", "https://id.example.org mallory", "another", "another", true
	if _, wrong, err := (adminRegisters{store}).Apply(ctx, admin.Change{Users: []people.User{row}, By: by}); err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	is, _, err := store.UserByLogin(ctx, "wang")
	if err != nil {
		t.Fatal(err)
	}
	if is.Name != "王芳" || is.Subject != was.Subject || is.PasswordHash != was.PasswordHash || is.PINHash != was.PINHash || is.MustChange {
		t.Errorf("after a change of her name she is %+v", is)
	}
}

// A file of YAML has no more rows than a workbook, which are counted before anything
// else looks at them.
func TestAFileHasSoManyRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("sites:\n  - id: songhe\n    zones:\n")
	for n := range excel.MaxRows + 1 {
		fmt.Fprintf(&b, "      - {id: r%d, floor: \"2\"}\n", n)
	}
	s := readYAML([]byte(b.String()))
	if len(s.Mistakes) != 1 || s.Mistakes[0].Kind != admin.OfZone || s.Mistakes[0].Code != admin.CodeTooMany || len(s.Zones) > 0 {
		t.Fatalf("%d rows and the mistakes %+v", len(s.Zones), s.Mistakes)
	}
	if cell := s.Cell(admin.OfZone, s.Mistakes[0].Row, ""); cell != fmt.Sprintf("line %d", excel.MaxRows+4) {
		t.Errorf("it is too much from %s on", cell)
	}
}
