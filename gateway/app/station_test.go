package app_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/station"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// stationPlan adds to the plan of apptest a station and a screen on the wall of
// floor 2, and people with and without a PIN.
const stationPlan = `
regions: []
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤养老院, en: Songhe Care Home}
    region: linqi
    address: {zh: 棠湖路18号, en: 18 Tanghu Road}
    time_zone: Asia/Shanghai
    zones:
      - {id: r501, floor: "5", name: {zh: 501房, en: Room 501}}
users:
  - {id: u-st2, login: st2, name: 2楼护理站, role: carer, station: station, password: correct horse, scope: {sites: [songhe], floors: ["2"]}}
  - {id: u-st5, login: st5, name: 5楼护理站, role: carer, station: station, password: correct horse, scope: {sites: [songhe], floors: ["5"]}}
  - {id: u-wall, login: wall, name: 大屏, role: carer, station: wall, password: correct horse, scope: {sites: [songhe]}}
  - {id: u-zhao, login: zhao, name: 赵敏, role: carer, password: correct horse, pin: "4071", badge: "0007788990", scope: {sites: [songhe], floors: ["2"]}}
  - {id: u-qian, login: qian, name: 钱进, role: manager, password: correct horse, pin: "2580", scope: {sites: [songhe]}}
  - {id: u-wu, login: wu, name: 吴用, role: carer, password: correct horse, scope: {sites: [songhe], floors: ["5"]}}
`

// withStations starts a gateway with stations and an incident, whose id it
// returns.
func withStations(t *testing.T) (a *app.App, incident string) {
	t.Helper()
	c := settings(t)
	path := filepath.Join(t.TempDir(), "stations.yaml")
	if err := os.WriteFile(path, []byte(stationPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plan := range []string{apptest.PlanFile(t, t.TempDir()), path} {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	a = again(t, c)
	d := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := d.Event(care.SOS, care.Active, apptest.Call)
	d.Send(e)
	d.Answer(e.ID)
	return a, apptest.SignIn(t, a.Web(), "carer").Board().Incidents[0].ID
}

func problem(t *testing.T, p *apptest.Person, method, path, body string) (status int, code string) {
	t.Helper()
	status, text := p.Text(method, path, body)
	var v api.Problem
	_ = json.Unmarshal([]byte(text), &v) // an answer that is no problem has no code
	return status, v.Code
}

// TestAStationActsInThePersonsName: the tile and four digits, and it is she who
// has accepted. When she is done, the station is nobody again.
func TestAStationActsInThePersonsName(t *testing.T) {
	t.Parallel()
	a, incident := withStations(t)
	st := apptest.SignIn(t, a.Web(), "st2")

	var tiles station.PeopleView
	st.Call(http.MethodGet, "/api/station/people", "", &tiles)
	var names []string
	for _, p := range tiles.People {
		names = append(names, p.Name)
		if want := p.Name == "赵敏" || p.Name == "钱进"; p.PIN != want {
			t.Errorf("%s has a PIN: %t, want %t", p.Name, p.PIN, want)
		}
	}
	if slices.Contains(names, "吴用") || slices.Contains(names, "2楼护理站") || !slices.Contains(names, "赵敏") || !slices.Contains(names, "李文娟") {
		t.Errorf("the tiles are %v", names)
	}

	accept := "/api/incidents/" + incident + "/accept"
	if status, code := problem(t, st, http.MethodPost, accept, ""); status != 403 || code != api.CodeNeedsHand {
		t.Errorf("a station alone is answered %d %s", status, code)
	}
	var hand station.HandView
	if status := st.Call(http.MethodPost, "/api/station/hand", `{"user":"u-zhao","pin":"4071"}`, &hand); status != 200 || hand.Name != "赵敏" || hand.Token == "" {
		t.Fatalf("the hand: %d %+v", status, hand)
	}
	other := apptest.SignIn(t, a.Web(), "st2").WithHand(hand.Token)
	if status, code := problem(t, other, http.MethodPost, accept, ""); status != 403 || code != api.CodeNeedsHand {
		t.Errorf("with the token of another tablet it is answered %d %s", status, code)
	}
	var v api.IncidentView
	if status := st.WithHand(hand.Token).Call(http.MethodPost, accept, "", &v); status != 200 || v.Accepted == nil || v.Accepted.By != "u-zhao" || v.Accepted.Means != care.ByScreen {
		t.Errorf("accepted: %d %+v", status, v.Accepted)
	}
	var detail api.IncidentDetail
	st.Call(http.MethodGet, "/api/incidents/"+incident, "", &detail)
	for _, e := range detail.Entries {
		if strings.Contains(e.Act.Name, "护理站") {
			t.Errorf("the trail names the station: %+v", e)
		}
	}
	st.Call(http.MethodDelete, "/api/station/hand", "", nil)
	if status, code := problem(t, st.WithHand(hand.Token), http.MethodPost, "/api/incidents/"+incident+"/arrive", ""); status != 403 || code != api.CodeNeedsHand {
		t.Errorf("after she was done it is answered %d %s", status, code)
	}
	if status := st.Call(http.MethodPost, "/api/station/hand", `{"badge":"0007788990"}`, &hand); status != 200 || hand.User != "u-zhao" {
		t.Errorf("by badge: %d %+v", status, hand)
	}
	if status := st.WithHand(hand.Token).Call(http.MethodPost, "/api/incidents/"+incident+"/arrive", "", &v); status != 200 {
		t.Errorf("arrived: %d", status)
	}
}

func TestWrongPINs(t *testing.T) {
	t.Parallel()
	a, _ := withStations(t)
	st := apptest.SignIn(t, a.Web(), "st2")
	take := func(body string) (int, string) {
		t.Helper()
		return problem(t, st, http.MethodPost, "/api/station/hand", body)
	}
	for _, test := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"of another floor", `{"user":"u-wu","pin":"4071"}`, 404, api.CodeNotFound},
		{"a station itself", `{"user":"u-st5","pin":"4071"}`, 404, api.CodeNotFound},
		{"nothing", `{}`, 422, api.CodeInvalid},
		{"an unknown badge", `{"badge":"123"}`, 403, api.CodeBadPIN},
		{"somebody else's PIN", `{"user":"u-zhao","pin":"2580"}`, 403, api.CodeBadPIN},
	} {
		if status, code := take(test.body); status != test.status || code != test.code {
			t.Errorf("%s: %d %s, want %d %s", test.name, status, code, test.status, test.code)
		}
	}
	for range 4 {
		take(`{"user":"u-zhao","pin":"0000"}`)
	}
	if status, code := take(`{"user":"u-zhao","pin":"4071"}`); status != 429 || code != api.CodeThrottled {
		t.Errorf("after five wrong ones her tile answers %d %s", status, code)
	}
	if status, _ := take(`{"user":"u-qian","pin":"2580"}`); status != 200 {
		t.Errorf("the tile of a colleague is locked, too: %d", status)
	}
	var log struct {
		Rows []struct {
			Kind string `json:"kind"`
		} `json:"rows"`
	}
	_, text := apptest.SignIn(t, a.Web(), "operator").Text(http.MethodGet, "/api/audit", "")
	if n := strings.Count(text, string(care.AuditRefused)); n < 6 {
		t.Errorf("the audit log has %d refusals of 6: %s %v", n, text, log)
	}
}

// TestAPersonSetsHerPIN in a session of her own, with her password.
func TestAPersonSetsHerPIN(t *testing.T) {
	t.Parallel()
	a, incident := withStations(t)
	carer, st := apptest.SignIn(t, a.Web(), "carer"), apptest.SignIn(t, a.Web(), "st2")
	var tiles station.PeopleView
	st.Call(http.MethodGet, "/api/station/people", "", &tiles)
	n := slices.IndexFunc(tiles.People, func(p station.TileView) bool { return p.Name == "李文娟" })
	tile := string(tiles.People[n].ID)
	take := func() (int, string) {
		return problem(t, st, http.MethodPost, "/api/station/hand", `{"user":"`+tile+`","pin":"7305"}`)
	}
	if status, code := take(); status != 409 || code != api.CodeNoPIN {
		t.Errorf("before there is any: %d %s", status, code)
	}
	for _, weak := range []string{"1234", "0000", "98", "12a4", "1212", "1987"} {
		if status, code := problem(t, carer, http.MethodPut, "/api/me/pin", `{"password":"correct horse","pin":"`+weak+`"}`); status != 422 || code != api.CodeWeak {
			t.Errorf("%s: %d %s", weak, status, code)
		}
	}
	if status, code := problem(t, carer, http.MethodPut, "/api/me/pin", `{"password":"wrong","pin":"7305"}`); status != 403 || code != api.CodeBadCredentials {
		t.Errorf("with a wrong password: %d %s", status, code)
	}
	if status, code := problem(t, carer, http.MethodPut, "/api/me/pin", `{"password":"correct horse","pin":"7305"}`); status != 200 {
		t.Errorf("set: %d %s", status, code)
	}
	if status, code := take(); status != 200 {
		t.Errorf("then: %d %s", status, code)
	}
	if status, code := problem(t, st, http.MethodPut, "/api/me/pin", `{"password":"correct horse","pin":"7305"}`); status != 403 || code != api.CodeNotAllowed {
		t.Errorf("a station sets a PIN: %d %s", status, code)
	}
	_ = incident
}

// TestQuietOnceForAnAlarm: without a name once, then with one; the incident stays.
func TestQuietOnceForAnAlarm(t *testing.T) {
	t.Parallel()
	a, incident := withStations(t)
	st, idle := apptest.SignIn(t, a.Web(), "st2"), apptest.SignIn(t, a.Web(), "st5")
	const quiet = "/api/station/quiet"
	if status, code := problem(t, idle, http.MethodPost, quiet, ""); status != 409 || code != api.CodeStale {
		t.Errorf("where nothing sounds: %d %s", status, code)
	}
	if status, code := problem(t, st, http.MethodPost, quiet, ""); status != 200 {
		t.Errorf("the first time: %d %s", status, code)
	}
	if status, code := problem(t, st, http.MethodPost, quiet, ""); status != 403 || code != api.CodeNeedsHand {
		t.Errorf("the second time: %d %s", status, code)
	}
	var hand station.HandView
	st.Call(http.MethodPost, "/api/station/hand", `{"user":"u-zhao","pin":"4071"}`, &hand)
	if status, code := problem(t, st.WithHand(hand.Token), http.MethodPost, quiet, ""); status != 200 {
		t.Errorf("with a name: %d %s", status, code)
	}
	var detail api.IncidentDetail
	st.Call(http.MethodGet, "/api/incidents/"+incident, "", &detail)
	var by []string
	for _, e := range detail.Entries {
		if e.Kind == care.EntryQuieted {
			by = append(by, e.Act.By+"→"+e.To)
		}
	}
	if want := []string{"→2楼护理站", "u-zhao→2楼护理站"}; !slices.Equal(by, want) || detail.Incident.State != care.Raised {
		t.Errorf("the trail says %v and %s, want %v and raised", by, detail.Incident.State, want)
	}
}

// TestEveryActOfAStationNeedsAHand goes through the document of the whole API, so
// that an act which is added some day is in it.
func TestEveryActOfAStationNeedsAHand(t *testing.T) {
	t.Parallel()
	a, _ := withStations(t)
	st, wall := apptest.SignIn(t, a.Web(), "st2"), apptest.SignIn(t, a.Web(), "wall")
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string                `json:"operationId"`
			Security    []map[string][]string `json:"security"`
		} `json:"paths"`
	}
	if st.Call(http.MethodGet, "/openapi.json", "", &doc); len(doc.Paths) < 30 {
		t.Fatalf("the document has %d paths", len(doc.Paths))
	}
	own := []string{"take-hand", "drop-hand", "quiet-station"}
	ofPeople := []string{"series", "handover-page", "handover"}
	// Whoever hung it up may sign it out; the rest has no names. An upgrade that is
	// none is answered otherwise.
	onWall := []string{"me", "sign-out", "board", "floor-plan", "floor-drawing", "live"}
	parameter := regexp.MustCompile(`\{[a-z]+\}`)
	acts := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if len(op.Security) == 0 || op.Security[0]["session"] == nil {
				continue
			}
			at := parameter.ReplaceAllString(path, "x")
			if !slices.Contains(onWall, op.OperationID) {
				if status, _ := problem(t, wall, strings.ToUpper(method), at, ""); status != 403 {
					t.Errorf("%s %s: a screen on the wall is answered %d, want 403", method, path, status)
				}
			}
			personal := strings.HasPrefix(path, "/api/residents") || strings.HasPrefix(path, "/api/me/") || slices.Contains(ofPeople, op.OperationID)
			if method == "get" && !personal || slices.Contains(own, op.OperationID) {
				continue
			}
			acts++
			want := []string{api.CodeNeedsHand}
			if strings.HasPrefix(path, "/api/me/") {
				want = []string{api.CodeNotAllowed}
			}
			if status, code := problem(t, st, strings.ToUpper(method), at, ""); status != 403 || !slices.Contains(want, code) {
				t.Errorf("%s %s: a station without a hand is answered %d %s, want 403 %v", method, path, status, code, want)
			}
		}
	}
	if acts < 15 {
		t.Errorf("only %d acts were tried", acts)
	}
}
