package app_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// open to whom; the values of roomRoute.open.
const (
	toAll      = "nobody carer leader manager inspector family operator helper"
	toSignedIn = "carer leader manager inspector family operator helper"
	toStaff    = "carer leader manager"
	toOperator = "operator"
)

// roomRoute is a request that somebody sends to a room of the API, and who may.
// In path and body {incident} stands for an open incident of songhe.
type roomRoute struct {
	path string
	body string
	open string
	// nowhere says that the request leads to nothing even for those who may, so
	// that they are answered 404.
	nowhere bool
}

// roomTables has one table for each room; its file adds it.
var roomTables []map[string]roomRoute

// scopePlan adds to the plan of apptest one person of every role, and another
// home in another district with one of every role, the strangers.
const scopePlan = `
regions:
  - {id: jianghe, level: district, name: {zh: 江河区, en: Jianghe District}}
sites:
  - id: hupan
    kind: nursing_home
    name: {zh: 湖畔养老院, en: Hupan Care Home}
    region: jianghe
    address: {zh: 湖滨路1号, en: 1 Hubin Road}
    time_zone: Asia/Shanghai
    residents:
      - {id: res-hupan, name: 沈桂英, family_consent: true}
users:
  - {login: leader, name: 林静, role: leader, password: correct horse, scope: {sites: [songhe]}}
  - {login: manager, name: 高建国, role: manager, password: correct horse, scope: {sites: [songhe]}}
  - {login: helper, name: 老赵, role: helper, relation: neighbour, password: correct horse, scope: {residents: [res-203-1]}}
  - {login: stranger-carer, name: 甲, role: carer, password: correct horse, scope: {sites: [hupan]}}
  - {login: stranger-leader, name: 乙, role: leader, password: correct horse, scope: {sites: [hupan]}}
  - {login: stranger-manager, name: 丙, role: manager, password: correct horse, scope: {sites: [hupan]}}
  - {login: stranger-inspector, name: 丁, role: inspector, password: correct horse, scope: {regions: [jianghe]}}
  - {login: stranger-family, name: 戊, role: family, password: correct horse, scope: {residents: [res-hupan]}}
  - {login: stranger-operator, name: 己, role: operator, password: correct horse, scope: {sites: [hupan]}}
  - {login: stranger-helper, name: 庚, role: helper, relation: neighbour, password: correct horse, scope: {residents: [res-hupan]}}
`

// loginOf has a user of songhe for each role.
var loginOf = map[string]string{
	"carer": "carer", "leader": "leader", "manager": "manager", "inspector": "inspector",
	"family": "daughter", "operator": "operator", "helper": "helper",
}

// TestEveryRouteOfEveryRoom fails, too, for a route that no table knows: who
// adds one has to say who may use it. Strangers, of the same role but elsewhere,
// are told that there is no such thing.
func TestEveryRouteOfEveryRoom(t *testing.T) {
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
	a := again(t, c)
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Call)
	d.Send(e)
	d.Answer(e.ID)
	incident := apptest.SignIn(t, a.Web(), "manager").Board().Incidents[0].ID

	table := map[string]roomRoute{}
	for _, room := range roomTables {
		maps.Copy(table, room)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(table)), a.RoomRoutes(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the routes of the rooms (-these tables +the API):\n%s", diff)
	}
	// One session each: sign-ins are slow on purpose.
	people, strangers := map[string]*apptest.Person{"nobody": apptest.Nobody(t, a.Web())}, map[string]*apptest.Person{}
	for role, login := range loginOf {
		people[role] = apptest.SignIn(t, a.Web(), login)
		strangers[role] = apptest.SignIn(t, a.Web(), "stranger-"+role)
	}
	names := regexp.MustCompile("songhe|res-203-1|{incident}|r203")
	for pattern, test := range table {
		t.Run(pattern, func(t *testing.T) {
			method, _, _ := strings.Cut(pattern, " ")
			at := strings.ReplaceAll(test.path, "{incident}", incident)
			body := strings.ReplaceAll(test.body, "{incident}", incident)
			open := func(role string) bool { return strings.Contains(" "+test.open+" ", " "+role+" ") }
			for role, p := range strangers {
				if !open(role) || !names.MatchString(test.path+test.body) {
					continue
				}
				if status, text := p.Text(method, at, body); status != http.StatusNotFound {
					t.Errorf("a stranger who is %s is answered %d %s, want 404", role, status, text)
				}
			}
			for role, p := range people {
				status, text := p.Text(method, at, body)
				var problem api.Problem
				_ = json.Unmarshal([]byte(text), &problem) // what is no problem has no code
				switch {
				case open(role) && (status == 401 || status == 403 || status >= 500 || status == 404 && !test.nowhere):
					t.Errorf("%s is answered %d: %s", role, status, text)
				case open(role):
				case role == "nobody" && status != 401:
					t.Errorf("nobody is answered %d, want 401", status)
				case role != "nobody" && (status != 403 || problem.Code != api.CodeNotAllowed):
					t.Errorf("%s is answered %d %s, want 403", role, status, text)
				}
			}
		})
	}
}
