package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/admin"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// house is a running gateway with the people of scopePlan.
func house(t *testing.T) *app.App {
	t.Helper()
	c := settings(t)
	path := filepath.Join(t.TempDir(), "scope.yaml")
	if err := os.WriteFile(path, []byte(scopePlan), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plan := range []string{apptest.PlanFile(t, t.TempDir()), path} {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	return again(t, c)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// rows sends rows and returns what became of them.
func rows(t *testing.T, p *apptest.Person, want int, body any) admin.Outcome {
	t.Helper()
	var o admin.Outcome
	status, text := p.Text(http.MethodPost, "/api/admin/rows", asJSON(t, body))
	if status != want {
		t.Fatalf("%d, want %d: %s", status, want, text)
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

// codes lists mistakes as kind field code.
func codes(o admin.Outcome) []string {
	list := []string{}
	for _, m := range o.Mistakes {
		list = append(list, strings.TrimSpace(string(m.Kind)+" "+m.Field+" "+m.Code))
	}
	return list
}

func register(t *testing.T, p *apptest.Person, site string) admin.Register {
	t.Helper()
	var r admin.Register
	if status := p.Call(http.MethodGet, "/api/admin/register?site="+site, "", &r); status != http.StatusOK {
		t.Fatalf("the register answers %d", status)
	}
	return r
}

// A manager enters a room with a button; what is half right is not entered, and
// each mistake has its row and field.
func TestAManagerEntersARoom(t *testing.T) {
	a := house(t)
	manager := apptest.SignIn(t, a.Web(), "manager")
	zone := admin.ZoneForm{Zone: care.Zone{Site: "songhe", ID: "r301", Floor: "3", Name: care.Text{ZH: "301房", EN: "Room 301"}}}
	button := admin.PointForm{Point: care.Point{Site: "songhe", ID: "r301-call", Zone: "r310", Edge: "room-999", Name: care.Text{ZH: "按钮", EN: "Button"}}}
	o := rows(t, manager, 200, map[string]any{"zones": []any{zone}, "points": []any{button}})
	if diff := cmp.Diff([]string{"point zone not_registered", "point edge not_registered"}, codes(o)); o.Applied || diff != "" {
		t.Fatalf("applied: %v; mistakes (-want +got):\n%s", o.Applied, diff)
	}
	if r := register(t, manager, "songhe"); slices.ContainsFunc(r.Zones, func(z admin.ZoneForm) bool { return z.ID == "r301" }) {
		t.Error("the room was entered in spite of the mistakes of its button")
	}
	button.Zone, button.Edge = "r301", "room-203"
	o = rows(t, manager, 200, map[string]any{"zones": []any{zone}, "points": []any{button}})
	if !o.Applied || len(o.Rows) != 2 || o.Rows[0].State != "added" {
		t.Fatalf("corrected: %+v", o)
	}
	// A second time it is taken, and an old version is stale.
	o = rows(t, manager, 200, map[string]any{"zones": []any{zone}})
	if diff := cmp.Diff([]string{"zone id taken"}, codes(o)); diff != "" {
		t.Errorf("entered twice (-want +got):\n%s", diff)
	}
	r := register(t, manager, "songhe")
	saved := r.Zones[slices.IndexFunc(r.Zones, func(z admin.ZoneForm) bool { return z.ID == "r301" })]
	saved.Floor = "4"
	if o = rows(t, manager, 200, map[string]any{"zones": []any{saved}}); !o.Applied {
		t.Fatalf("changed: %+v", o)
	}
	saved.Floor = "5"
	if status, text := manager.Text(http.MethodPost, "/api/admin/rows", asJSON(t, map[string]any{"zones": []any{saved}})); status != 409 || !strings.Contains(text, `"stale"`) {
		t.Errorf("an old row is answered %d %s", status, text)
	}
}

// An operator enters a village and removes it again; a manager does neither.
func TestAnOperatorEntersARegion(t *testing.T) {
	a := house(t)
	operator, manager := apptest.SignIn(t, a.Web(), "operator"), apptest.SignIn(t, a.Web(), "manager")
	village := admin.RegionForm{Region: care.Region{ID: "songxia", Parent: "linqi", Level: "village", Name: care.Text{ZH: "松下村", EN: "Songxia"}}}
	send := func(p *apptest.Person) []string {
		return codes(rows(t, p, 200, map[string]any{"regions": []any{village}}))
	}
	if diff := cmp.Diff([]string{"region  not_allowed"}, send(manager)); diff != "" {
		t.Errorf("a manager (-want +got):\n%s", diff)
	}
	village.Level = "district"
	if diff := cmp.Diff([]string{"region level bad_level"}, send(operator)); diff != "" {
		t.Errorf("a district in a district (-want +got):\n%s", diff)
	}
	village.Level = "village"
	if diff := cmp.Diff([]string{}, send(operator)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	remove := func(p *apptest.Person, id string, want int) admin.Outcome {
		t.Helper()
		var o admin.Outcome
		if status := p.Call(http.MethodDelete, "/api/admin/regions/"+id, "", &o); status != want {
			t.Fatalf("to remove %s is answered %d, want %d", id, status, want)
		}
		return o
	}
	if o := remove(operator, "linqi", 200); o.Applied || !slices.Contains(codes(o), "region  in_use") {
		t.Errorf("a region with homes: %+v", o)
	}
	if o := remove(apptest.SignIn(t, a.Web(), "stranger-operator"), "songxia", 200); o.Applied || !cmp.Equal(codes(o), []string{"region  not_allowed"}) {
		t.Errorf("an operator of one site: %+v", o)
	}
	o := remove(operator, "songxia", 200)
	if diff := cmp.Diff([]admin.RowState{{Kind: admin.OfRegion, ID: "songxia", State: "removed"}}, o.Rows); diff != "" || !o.Applied {
		t.Errorf("the village (-want +got):\n%s", diff)
	}
	remove(operator, "songxia", 404)
	var log api.AuditView
	if status := operator.Call(http.MethodGet, "/api/audit", "", &log); status != 200 {
		t.Fatalf("the log is answered %d", status)
	}
	var got []string
	for _, r := range log.Rows {
		if r.About == "region:songxia" {
			got = append(got, r.Detail)
		}
	}
	if diff := cmp.Diff([]string{"removed: 1", "region: 1"}, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// Nobody gives what he has not.
func TestRightsOfWhoAdministers(t *testing.T) {
	a := house(t)
	manager, operator := apptest.SignIn(t, a.Web(), "manager"), apptest.SignIn(t, a.Web(), "operator")
	user := func(login, role string, scope map[string]any) map[string]any {
		return map[string]any{"login": login, "name": login, "role": role, "badge": "", "disabled": false, "scope": scope, "contacts": []any{}}
	}
	site := map[string]any{"sites": []string{"songhe"}}
	for name, test := range map[string]struct {
		row  map[string]any
		want []string
	}{
		"a carer":                 {user("new", "carer", site), []string{}},
		"a manager":               {user("new", "manager", site), []string{}},
		"an operator":             {user("new", "operator", map[string]any{}), []string{"user role scope_wider"}},
		"an inspector":            {user("new", "inspector", map[string]any{"regions": []string{"linqi"}}), []string{"user role scope_wider"}},
		"a carer elsewhere":       {user("new", "carer", map[string]any{"sites": []string{"hupan"}}), []string{"user role scope_wider"}},
		"a daughter":              {user("new", "family", map[string]any{"residents": []string{"res-203-1"}}), []string{}},
		"a daughter elsewhere":    {user("new", "family", map[string]any{"residents": []string{"res-hupan"}}), []string{"user role scope_wider"}},
		"a carer of nothing":      {user("new", "carer", map[string]any{}), []string{"user sites scope_empty"}},
		"the name of an overseer": {user("inspector", "carer", site), []string{"user login taken", "user login taken"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := rows(t, manager, 200, map[string]any{"dry_run": true, "users": []any{test.row}})
			if diff := cmp.Diff(test.want, codes(o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	r := register(t, manager, "")
	for _, u := range r.Users {
		if u.Role == "operator" || u.Role == "inspector" || strings.HasPrefix(u.Login, "stranger") {
			t.Errorf("the manager sees %s", u.Login)
		}
	}
	all := register(t, operator, "")
	for _, u := range all.Users {
		if u.Login == "operator" {
			u.Disabled = true
			got := codes(rows(t, operator, 200, map[string]any{"users": []any{u}}))
			if diff := cmp.Diff([]string{"user role yourself", "user role last_operator"}, got); diff != "" {
				t.Errorf("the last operator (-want +got):\n%s", diff)
			}
		}
		if u.Login == "inspector" {
			if status, _ := manager.Text(http.MethodPost, "/api/admin/users/"+string(u.ID)+"/password", `{}`); status != 404 {
				t.Errorf("the password of an inspector: %d, want 404", status)
			}
		}
		if u.Login == "carer" {
			checkNewPassword(t, a, manager, u)
		}
	}
}

// checkNewPassword has a manager give a carer a password, which ends her session.
func checkNewPassword(t *testing.T, a *app.App, manager *apptest.Person, u admin.UserForm) {
	t.Helper()
	carer := apptest.SignIn(t, a.Web(), "carer")
	var once admin.OnceView
	if status := manager.Call(http.MethodPost, "/api/admin/users/"+string(u.ID)+"/password", `{}`, &once); status != 200 || len(once.Secret) < 14 {
		t.Fatalf("a new password: %d %+v", status, once)
	}
	if status, _ := carer.Text(http.MethodGet, "/api/board", ""); status != 401 {
		t.Errorf("a session of the old password is answered %d, want 401", status)
	}
	if status, text := manager.Text(http.MethodPost, "/api/admin/users/"+string(u.ID)+"/pin", ""); status != 200 {
		t.Errorf("a new PIN: %d %s", status, text)
	}
}

// What is fixed to a bed stays, and what is worn goes with him.
func TestAResidentMovesAndLeaves(t *testing.T) {
	a := house(t)
	manager := apptest.SignIn(t, a.Web(), "manager")
	zone := admin.ZoneForm{Zone: care.Zone{Site: "songhe", ID: "r205", Floor: "2"}}
	point := func(id, zone, bed, resident string) admin.PointForm {
		return admin.PointForm{Point: care.Point{Site: "songhe", ID: care.PointID(id), Zone: care.ZoneID(zone), Bed: bed, Edge: "room-203", Resident: care.ResidentID(resident)}}
	}
	o := rows(t, manager, 200, map[string]any{"zones": []any{zone}, "points": []any{point("r205-2-call", "r205", "2", ""), point("pendant-7", "", "", "res-203-1")}})
	if !o.Applied {
		t.Fatalf("%+v", o)
	}
	watched := func() []string {
		var ids []string
		for _, p := range register(t, manager, "songhe").Points {
			if p.Resident == "res-203-1" {
				ids = append(ids, string(p.ID))
			}
		}
		return ids
	}
	var moved admin.Outcome
	if status := manager.Call(http.MethodPost, "/api/admin/residents/res-203-1/move", `{"zone":"r205","bed":"2"}`, &moved); status != 200 || !moved.Applied {
		t.Fatalf("moved: %d %+v", status, moved)
	}
	if diff := cmp.Diff([]string{"pendant-7", "r205-2-call"}, watched()); diff != "" {
		t.Errorf("watched in the new bed (-want +got):\n%s", diff)
	}
	if status := manager.Call(http.MethodPost, "/api/admin/residents/res-203-1/leave", "", &moved); status != 200 || !moved.Applied {
		t.Fatalf("left: %d %+v", status, moved)
	}
	if got := watched(); len(got) != 0 {
		t.Errorf("after he left he is watched by %v", got)
	}
	if status := manager.Call(http.MethodPost, "/api/admin/residents/res-203-1/return", "", &moved); status != 200 || !moved.Applied {
		t.Fatalf("returned: %d %+v", status, moved)
	}
}

// An export comes back unchanged; two slips are shown with their cells, and what
// is right is entered without a restart.
func TestAWorkbookGoesOutAndComesBack(t *testing.T) {
	a := house(t)
	for _, login := range []string{"manager", "operator"} {
		p := apptest.SignIn(t, a.Web(), login)
		for _, format := range []string{"xlsx", "yaml"} {
			status, file := p.Text(http.MethodGet, "/api/admin/export/"+format, "")
			if status != 200 || strings.Contains(file, "argon2id") || strings.Contains(file, apptest.Secret) {
				t.Fatalf("the export as %s: %d", format, status)
			}
			var o admin.Outcome
			if status := p.Call(http.MethodPost, "/api/admin/import/"+format, file, &o); status != 200 {
				t.Fatalf("the import as %s: %d", format, status)
			}
			if len(o.Mistakes) > 0 || slices.ContainsFunc(o.Rows, func(r admin.RowState) bool { return r.State != "unchanged" }) {
				t.Errorf("what %s got as %s comes back as %+v", login, format, o)
			}
		}
	}
	manager := apptest.SignIn(t, a.Web(), "manager")
	_, file := manager.Text(http.MethodGet, "/api/admin/export/xlsx?site=songhe", "")
	book, err := excelize.OpenReader(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	set := func(cells map[string]string) string {
		for at, value := range cells {
			if err := book.SetCellStr("点位 points", at, value); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := book.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	wrong := set(map[string]string{
		"A7": "songhe", "B7": "r203-2-call", "C7": "床头呼叫按钮", "E7": "room-203", "F7": "r230", "J7": "steam",
	})
	var o admin.Outcome
	manager.Call(http.MethodPost, "/api/admin/import/xlsx", wrong, &o)
	var got []string
	for _, m := range o.Mistakes {
		got = append(got, m.Cell+" "+m.Code)
	}
	if diff := cmp.Diff([]string{"点位 points!F7 not_registered", "点位 points!J7 bad_value"}, got); diff != "" || o.Applied {
		t.Fatalf("two slips (-want +got):\n%s", diff)
	}
	right := set(map[string]string{"F7": "r203", "J7": "电池"})
	manager.Call(http.MethodPost, "/api/admin/import/xlsx", right, &o)
	if len(o.Mistakes) > 0 || o.Applied {
		t.Fatalf("the trial: %+v", o)
	}
	manager.Call(http.MethodPost, "/api/admin/import/xlsx?apply=true&revision="+o.Revision, right, &o)
	if !o.Applied {
		t.Fatalf("applied: %+v", o)
	}
	commissioned := func() bool {
		for _, p := range register(t, manager, "songhe").Points {
			if p.ID == "r203-2-call" {
				return p.Commissioned != nil
			}
		}
		t.Fatal("the new button is not there")
		return false
	}
	if commissioned() {
		t.Error("a button that was never pressed is commissioned")
	}
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, "r203-2-call")
	d.Send(e)
	d.Answer(e.ID)
	if !commissioned() {
		t.Error("a button that was pressed is not commissioned")
	}
	var once admin.Outcome
	if status := manager.Call(http.MethodPost, "/api/admin/sites/songhe/points/r203-2-call/replace", `{}`, &once); status != 200 || !once.Applied {
		t.Fatalf("replaced: %d %+v", status, once)
	}
	if commissioned() {
		t.Error("its replacement is commissioned before it was pressed")
	}
}

// A walk test as a leader sees it on her phone.
func TestAWalkTestOnAPhone(t *testing.T) {
	a := house(t)
	leader, carer := apptest.SignIn(t, a.Web(), "leader"), apptest.SignIn(t, a.Web(), "carer")
	var w admin.WalkView
	if status := leader.Call(http.MethodPost, "/api/walk-tests", `{"site":"songhe","floor":"2","minutes":60}`, &w); status != 200 || w.By != "林静" {
		t.Fatalf("begun: %d %+v", status, w)
	}
	var list admin.WalksView
	carer.Call(http.MethodGet, "/api/walk-tests", "", &list)
	if len(list.Tests) != 1 || list.Tests[0].Floor != "2" || time.Until(list.Tests[0].Until) < 50*time.Minute {
		t.Errorf("a carer sees %+v", list)
	}
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Call)
	d.Send(e)
	d.Answer(e.ID)
	if n := len(carer.Board().Incidents); n != 0 {
		t.Errorf("%d incidents on the board, want none", n)
	}
	var sheet admin.SheetView
	leader.Call(http.MethodGet, "/api/walk-tests/"+w.ID, "", &sheet)
	ticked := 0
	for _, p := range sheet.Points {
		ticked += len(p.Ticks)
	}
	if len(sheet.Points) != 5 || ticked != 1 {
		t.Errorf("the sheet has %d points, %d of them ticked: %+v", len(sheet.Points), ticked, sheet)
	}
	var made admin.DisownedView
	if status := leader.Call(http.MethodPost, "/api/walk-tests/"+w.ID+"/alarm", `{"point":"r203-1-call","class":"sos"}`, &made); status != 200 {
		t.Fatalf("disowned: %d", status)
	}
	if board := carer.Board().Incidents; len(board) != 1 || board[0].ID != made.Incident {
		t.Errorf("the board has %+v, want %s", board, made.Incident)
	}
	if status, text := leader.Text(http.MethodPost, "/api/walk-tests/"+w.ID+"/end", ""); status != 200 {
		t.Errorf("ended: %d %s", status, text)
	}
	if status, text := leader.Text(http.MethodPost, "/api/walk-tests/"+w.ID+"/end", ""); status != 409 || !strings.Contains(text, "walk_over") {
		t.Errorf("ended twice: %d %s", status, text)
	}
}

// Whoever brings a file in says nothing of who somebody is at the identity
// provider: she could sign in as him. Nor does she choose the id of somebody new,
// such as resident:r-1, to be taken for somebody else.
func TestAFileSaysNothingOfWhoSomebodyIs(t *testing.T) {
	a := house(t)
	manager, operator := apptest.SignIn(t, a.Web(), "manager"), apptest.SignIn(t, a.Web(), "operator")
	_, file := operator.Text(http.MethodGet, "/api/admin/export/yaml", "")
	bring := func(p *apptest.Person, file string) admin.Outcome {
		t.Helper()
		var o admin.Outcome
		if status := p.Call(http.MethodPost, "/api/admin/import/yaml?apply=true", file, &o); status != 200 {
			t.Fatalf("the import is answered %d", status)
		}
		return o
	}
	tied := strings.Replace(file, "login: carer\n", "login: carer\n    subject: https://id.example.org mallory\n", 1)
	if tied == file {
		t.Fatalf("no carer is in the export:\n%s", file)
	}
	if o := bring(operator, tied); o.Applied || !cmp.Equal(codes(o), []string{"file  secret"}) || !strings.HasPrefix(o.Mistakes[0].Cell, "line ") {
		t.Errorf("a subject: %+v", o)
	}
	stranger := "users: [{id: \"resident:res-203-1\", login: new, name: new, role: carer, scope: {sites: [songhe]}}]\n"
	for _, p := range []*apptest.Person{manager, operator} {
		if o := bring(p, stranger); o.Applied || !cmp.Equal(codes(o), []string{"user id not_registered"}) {
			t.Errorf("a chosen id: %+v", o)
		}
	}
}

// The log says whose rights were changed, and which; not to what, which may be
// personal.
func TestTheLogSaysWhoWasChanged(t *testing.T) {
	a := house(t)
	operator := apptest.SignIn(t, a.Web(), "operator")
	ids := map[string]string{}
	var changed []any
	for _, u := range register(t, operator, "").Users {
		ids["user:"+string(u.ID)] = u.Login
		switch u.Login {
		case "carer":
			u.Role, u.Badge = people.Leader, "04ff01"
		case "leader":
			u.Disabled = true
		case "manager": // stays as he is
		default:
			continue
		}
		changed = append(changed, u)
	}
	fresh := admin.UserForm{Login: "new", Name: "周", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}, Contacts: []people.Contact{}}
	if o := rows(t, operator, 200, map[string]any{"users": append(changed, fresh)}); !o.Applied {
		t.Fatalf("%+v", o)
	}
	for _, u := range register(t, operator, "").Users {
		ids["user:"+string(u.ID)] = u.Login
	}
	var log api.AuditView
	if status := operator.Call(http.MethodGet, "/api/audit", "", &log); status != 200 {
		t.Fatalf("the log is answered %d", status)
	}
	got := map[string]string{}
	for _, r := range log.Rows {
		if r.Kind == care.AuditChanged {
			got[ids[r.About]] = r.Detail
		}
	}
	want := map[string]string{"carer": "badge, role", "leader": "disabled", "new": "new: login, name, role, scope"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}

// A screen in a house changes no password: with one that was made for it, it shows
// its board at once.
func TestAScreenShowsItsBoardAfterAReset(t *testing.T) {
	a := house(t)
	manager := apptest.SignIn(t, a.Web(), "manager")
	for _, kind := range []people.Station{people.AtStation, people.OnWall} {
		t.Run(string(kind), func(t *testing.T) {
			screen := admin.UserForm{
				Login: "screen-" + string(kind), Name: "二楼", Role: people.Carer, Station: kind,
				Scope: people.Scope{Sites: []care.SiteID{"songhe"}}, Contacts: []people.Contact{},
			}
			if o := rows(t, manager, 200, map[string]any{"users": []any{screen}}); !o.Applied {
				t.Fatalf("%+v", o)
			}
			made := func() admin.UserForm {
				users := register(t, manager, "songhe").Users
				return users[slices.IndexFunc(users, func(u admin.UserForm) bool { return u.Login == screen.Login })]
			}
			for _, when := range []string{"the first", "another"} {
				var once admin.OnceView
				if status := manager.Call(http.MethodPost, "/api/admin/users/"+string(made().ID)+"/password", `{}`, &once); status != 200 {
					t.Fatalf("%s password: %d", when, status)
				}
				if made().MustChange {
					t.Errorf("with %s password it has to set one of its own", when)
				}
				p := apptest.SignInWith(t, a.Web(), screen.Login, once.Secret)
				if status, text := p.Text(http.MethodGet, "/api/board", ""); status != 200 {
					t.Errorf("with %s password its board is answered %d %s", when, status, text)
				}
			}
		})
	}
}
