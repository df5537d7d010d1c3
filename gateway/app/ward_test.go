package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/ward"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// floorPlanOf adds a floor to the home of apptest: a corridor, a room beside 203
// and one at its end, with people of every need, and a screen on the wall.
const floorPlanOf = `
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤养老院, en: Songhe Care Home}
    region: linqi
    address: {zh: 棠湖路18号, en: 18 Tanghu Road}
    time_zone: Asia/Shanghai
    zones:
      - {id: r203, floor: "2", name: {zh: 203房, en: Room 203}, kind: bedroom, shape: "0,0 4,0 4,5 0,5"}
      - {id: r204, floor: "2", name: {zh: 204房, en: Room 204}, kind: bedroom, shape: "4,0 8,0 8,5 4,5"}
      - {id: r208, floor: "2", name: {zh: 208房, en: Room 208}, kind: bedroom, shape: "20,0 24,0 24,5 20,5"}
    residents:
      - {id: res-203-1, name: 张秀英, risk: {zh: 高跌倒风险, en: High risk of falling}, zone: r203, bed: "1", mobility: walks, routine: {zh: 六点起床, en: Up at six}}
      - {id: res-203-2, name: 赵桂兰, zone: r203, bed: "2", mobility: bedbound}
      - {id: res-204-1, name: 孙福生, zone: r204, bed: "1"}
      - {id: res-208-1, name: 钱玉珍, zone: r208, bed: "1", mobility: bedbound}
      - {id: res-208-2, name: 李国强, zone: r208, bed: "2", mobility: walks, oxygen: true}
users:
  - {login: manager, name: 高建国, role: manager, password: correct horse, scope: {sites: [songhe]}}
  - {login: wall, name: 二楼大屏, role: carer, station: wall, password: correct horse, scope: {sites: [songhe]}}
`

// floored starts a gateway with that floor.
func floored(t *testing.T) *app.App {
	t.Helper()
	c := settings(t)
	path := filepath.Join(t.TempDir(), "floor.yaml")
	if err := os.WriteFile(path, []byte(floorPlanOf), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plan := range []string{apptest.PlanFile(t, t.TempDir()), path} {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	return again(t, c)
}

// want calls and fails on any other answer.
func want(t *testing.T, p *apptest.Person, status int, method, path, body string, out any) {
	t.Helper()
	if got := p.Call(method, path, body, out); got != status {
		t.Fatalf("%s %s is answered %d, want %d", method, path, got, status)
	}
}

// TestAFloorDuringAFire follows one fire on the plan of its floor and on the list
// of who has to be brought out, from two tablets of which one was offline.
func TestAFloorDuringAFire(t *testing.T) {
	a := floored(t)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	carer, other, wall := apptest.SignIn(t, a.Web(), "carer"), apptest.SignIn(t, a.Web(), "other"), apptest.SignIn(t, a.Web(), "wall")

	room := func(p *apptest.Person, id care.ZoneID) ward.PlanZone {
		var plan ward.FloorPlan
		want(t, p, 200, "GET", "/api/floor-plan?site=songhe", "", &plan)
		for _, z := range plan.Floors[0].Zones {
			if z.ID == id {
				return z
			}
		}
		t.Fatalf("the plan has no room %s: %+v", id, plan)
		return ward.PlanZone{}
	}
	if z := room(carer, "r204"); z.State != ward.Calm || !slices.Equal(z.Beds, []ward.PlanBed{{Bed: "1", State: ward.Calm}}) {
		t.Errorf("before anything happens room 204 is %+v", z)
	}
	for _, e := range []care.Event{edge.Event(care.Fire, care.Active, apptest.Smoke), edge.Event(care.SOS, care.Active, apptest.Call)} {
		edge.Send(e)
		edge.Answer(e.ID)
	}
	var fire string
	for _, i := range carer.Board().Incidents {
		if i.Class == care.Fire {
			fire = i.ID
		}
	}
	burning := room(wall, "r203")
	beds := []ward.PlanBed{{Bed: "1", State: ward.Alarm}, {Bed: "2", State: ward.Calm}}
	if burning.State != ward.Alarm || len(burning.Signs) != 2 {
		t.Errorf("the burning room is %+v", burning)
	}
	for n, b := range beds[:len(burning.Beds)] {
		if burning.Beds[n] != b && b.Bed == "1" {
			t.Errorf("bed %s is %s, want %s", b.Bed, burning.Beds[n].State, b.State)
		}
	}
	if _, text := wall.Text("GET", "/api/floor-plan?site=songhe", ""); strings.Contains(text, "张秀英") {
		t.Error("the screen on the wall is told a name")
	}
	want(t, wall, 403, "GET", "/api/evacuation?site=songhe", "", nil)
	want(t, carer, 200, "POST", "/api/incidents/"+fire+"/accept", "", nil)
	for _, s := range room(carer, "r203").Signs {
		if s.Incident == fire && s.State != ward.Accepted {
			t.Errorf("the fire that she has taken is %s", s.State)
		}
	}

	var list ward.Evacuation
	want(t, carer, 200, "PUT", "/api/residents/res-204-1/away", `{"away":true}`, nil)
	want(t, carer, 200, "GET", "/api/evacuation?site=songhe&incident="+fire, "", &list)
	var order []string
	for _, p := range list.Floors[0].People {
		order = append(order, p.Name)
	}
	if diff := cmp.Diff([]string{"赵桂兰", "李国强", "钱玉珍", "张秀英", "孙福生"}, order); diff != "" || !list.Floors[0].Fire {
		t.Errorf("they are brought out in this order (-want +got):\n%s", diff)
	}
	tick := func(p *apptest.Person, id string, out bool, at time.Time) ward.Evacuee {
		body := `{"incident":"` + fire + `","ticks":[{"id":"` + id + `","resident":"res-203-2","out":` + map[bool]string{true: "true", false: "false"}[out] +
			`,"at":"` + at.UTC().Format(time.RFC3339Nano) + `"}]}`
		var list ward.Evacuation
		want(t, p, 200, "POST", "/api/evacuation", body, &list)
		return list.Floors[0].People[0]
	}
	now := time.Now()
	if e := tick(carer, "tick-0001", true, now.Add(-time.Minute)); !e.Out || e.By.Name != "李文娟" {
		t.Errorf("after the first tick: %+v", e)
	}
	if e := tick(other, "tick-0002", false, now.Add(-30*time.Second)); e.Out || e.By.Name != "王芳" {
		t.Errorf("inside after all: %+v", e)
	}
	// A tablet that was offline comes back with what it had before.
	if e := tick(carer, "tick-0003", true, now.Add(-45*time.Second)); e.Out {
		t.Errorf("an older tick has won: %+v", e)
	}
	if e := tick(carer, "tick-0001", true, now); e.Out {
		t.Errorf("a tick that was sent twice has won: %+v", e)
	}
	var detail api.IncidentDetail
	want(t, carer, 200, "GET", "/api/incidents/"+fire, "", &detail)
	ticks := 0
	for _, e := range detail.Entries {
		if e.Kind == care.EntryOut || e.Kind == care.EntryInside {
			ticks++
		}
	}
	if ticks != 3 {
		t.Errorf("the history of the fire has %d ticks, want 3", ticks)
	}
	want(t, carer, 404, "POST", "/api/evacuation", `{"incident":"`+fire+`","ticks":[{"id":"tick-0009","resident":"nobody","out":true,"at":"2026-01-01T00:00:00Z"}]}`, nil)
}

// TestADrawingOfAFloor is brought by the manager, cleaned, seen, and removed.
func TestADrawingOfAFloor(t *testing.T) {
	a := floored(t)
	manager, wall := apptest.SignIn(t, a.Web(), "manager"), apptest.SignIn(t, a.Web(), "wall")
	const at = "/api/floor-drawing?site=songhe&floor=2"
	put := func(svg string) string {
		return `{"site":"songhe","floor":"2","svg":"` + svg + `"}`
	}
	want(t, manager, 404, "GET", at, "", nil)
	want(t, manager, 422, "PUT", "/api/floor-drawing", put("<html/>"), nil)
	want(t, manager, 200, "PUT", "/api/floor-drawing", put("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><script>alert(1)</script><rect id='r203' width='4'/></svg>"), nil)
	var d ward.DrawingView
	want(t, wall, 200, "GET", at, "", &d)
	if clean := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect data-zone="r203" width="4"></rect></svg>`; d.SVG != clean {
		t.Errorf("the drawing is %s", d.SVG)
	}
	var plan ward.FloorPlan
	want(t, wall, 200, "GET", "/api/floor-plan?site=songhe", "", &plan)
	if plan.Floors[0].Drawing != d.Digest || d.Digest == "" {
		t.Errorf("the plan names the drawing %q, want %q", plan.Floors[0].Drawing, d.Digest)
	}
	want(t, manager, 404, "PUT", "/api/floor-drawing", strings.Replace(put(""), `"2"`, `"9"`, 1), nil)
	want(t, manager, 200, "PUT", "/api/floor-drawing", put(""), nil)
	want(t, wall, 404, "GET", at, "", nil)
}

// TestAShiftIsHandedOn, once signed by both at one screen, once by each at her
// own.
func TestAShiftIsHandedOn(t *testing.T) {
	a := floored(t)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	carer, other := apptest.SignIn(t, a.Web(), "carer"), apptest.SignIn(t, a.Web(), "other")
	e := edge.Event(care.SOS, care.Active, apptest.Call)
	edge.Send(e)
	edge.Answer(e.ID)
	var page ward.HandoverPage
	read := func() string {
		want(t, carer, 200, "GET", "/api/handover?site=songhe", "", &page)
		return page.Digest
	}
	stale := read()
	if len(page.Page.Incidents) != 1 || len(page.Page.Points) == 0 || len(page.Partners) != 2 {
		t.Errorf("the page holds %d incidents, %d points and %d colleagues", len(page.Page.Incidents), len(page.Page.Points), len(page.Partners))
	}
	want(t, carer, 200, "POST", "/api/incidents/"+page.Page.Incidents[0].ID+"/accept", "", nil)
	sign := func(digest, with string) string {
		return `{"site":"songhe","digest":"` + digest + `","note":"204 发热"` + with + `}`
	}
	want(t, carer, 409, "POST", "/api/handover", sign(stale, ""), nil)
	var id care.UserID
	for _, p := range page.Partners {
		if p.Name == "王芳" {
			id = p.ID
		}
	}
	with := func(secret string) string { return `,"with":{"user":"` + string(id) + `","secret":"` + secret + `"}` }
	want(t, carer, 403, "POST", "/api/handover", sign(read(), with("wrong")), nil)
	var first, second, signed ward.HandoverView
	want(t, carer, 200, "POST", "/api/handover", sign(read(), with(apptest.Password)), &first)
	if first.Outgoing.Name != "李文娟" || first.Incoming == nil || first.Incoming.Name != "王芳" || first.Note != "204 发热" {
		t.Errorf("signed by both: %+v", first)
	}
	want(t, other, 409, "POST", "/api/handovers/"+first.ID+"/sign", "", nil)

	want(t, carer, 200, "POST", "/api/handover", sign(read(), ""), &second)
	if page.From != first.To {
		t.Errorf("the next page begins at %v, want %v", page.From, first.To)
	}
	read()
	if page.Waiting == nil || page.Waiting.ID != second.ID {
		t.Errorf("what waits for a signature is %+v", page.Waiting)
	}
	want(t, carer, 409, "POST", "/api/handovers/"+second.ID+"/sign", "", nil)
	want(t, other, 200, "POST", "/api/handovers/"+second.ID+"/sign", "", &signed)
	var list ward.HandoverList
	want(t, carer, 200, "GET", "/api/handovers?site=songhe", "", &list)
	if len(list.Handovers) != 2 || list.Handovers[0].ID != second.ID || list.Handovers[0].Incoming == nil {
		t.Errorf("the list is %+v", list)
	}
	var detail ward.HandoverDetail
	want(t, other, 200, "GET", "/api/handovers/"+first.ID, "", &detail)
	if len(detail.Page.Incidents) != 1 || detail.Page.Incidents[0].State != care.Accepted {
		t.Errorf("what both had before them was %+v", detail.Page.Incidents)
	}
}

// TestThePageOfAResident tells what is known of her, with the readings around her
// incident, and the look is logged.
func TestThePageOfAResident(t *testing.T) {
	a := floored(t)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	carer := apptest.SignIn(t, a.Web(), "carer")
	e := edge.Event(care.SOS, care.Active, apptest.Call)
	edge.Send(e)
	edge.Answer(e.ID)
	var page ward.ResidentPage
	want(t, carer, 200, "GET", "/api/residents/res-203-1", "", &page)
	if page.Name != "张秀英" || page.Routine.ZH != "六点起床" || page.Mobility != people.Walks || page.Floor != "2" ||
		len(page.Incidents) != 1 || len(page.Points) == 0 {
		t.Errorf("the page is %+v", page)
	}
	roles := []string{}
	for _, c := range page.Contacts {
		roles = append(roles, c.Role+" "+c.Name)
	}
	if diff := cmp.Diff([]string{"resident 张秀英", "family 王晓梅"}, roles); diff != "" {
		t.Errorf("whom to call (-want +got):\n%s", diff)
	}
	var charts ward.ResidentCharts
	want(t, carer, http.StatusOK, "GET", "/api/residents/res-203-1/charts?incident="+page.Incidents[0].ID, "", &charts)
	if got := charts.To.Sub(charts.From); got != 40*time.Minute {
		t.Errorf("the charts are %s long", got)
	}
	want(t, carer, 404, "GET", "/api/residents/res-203-2/charts?incident="+page.Incidents[0].ID, "", nil)
	want(t, carer, 404, "GET", "/api/residents/nobody", "", nil)
}

// TestTheThresholdsOfAChart draws what the rules of the site say of the air of her
// room: those that are built in, and then her home's own.
func TestTheThresholdsOfAChart(t *testing.T) {
	a := floored(t)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	carer, manager := apptest.SignIn(t, a.Web(), "carer"), apptest.SignIn(t, a.Web(), "manager")
	pack, err := care.EncodePack([]care.Reading{
		{Site: apptest.Site, Point: apptest.Air, Quantity: care.COLevel, Time: time.Now(), Value: 3},
		{Site: apptest.Site, Point: apptest.Air, Quantity: care.Humidity, Time: time.Now(), Value: 50},
	})
	if err != nil {
		t.Fatal(err)
	}
	edge.Publish(care.Topic(apptest.Site, apptest.Edge, care.KindReading), pack)
	e := edge.Event(care.SOS, care.Active, apptest.Call)
	edge.Send(e)
	edge.Answer(e.ID)
	var page ward.ResidentPage
	want(t, carer, 200, "GET", "/api/residents/res-203-1", "", &page)
	drawn := func() map[care.Quantity][]string {
		var charts ward.ResidentCharts
		for deadline := time.Now().Add(apptest.Patience); len(charts.ResidentCharts) < 2 && time.Now().Before(deadline); {
			want(t, carer, 200, "GET", "/api/residents/res-203-1/charts?incident="+page.Incidents[0].ID, "", &charts)
		}
		got := map[care.Quantity][]string{}
		for _, c := range charts.ResidentCharts {
			got[c.Quantity] = []string{}
			for _, th := range c.Thresholds {
				got[c.Quantity] = append(got[c.Quantity], fmt.Sprint(th.Name.ZH, " ", th.Side, " ", th.Value, " ", th.For))
			}
		}
		return got
	}
	builtIn := map[care.Quantity][]string{
		care.COLevel: {
			"一氧化碳浓度超过 50 ppm 达 60 分钟 at_least 50 3600", "一氧化碳浓度超过 100 ppm 达 10 分钟 at_least 100 600", "一氧化碳浓度危险 at_least 300 0",
		},
		care.Humidity: {},
	}
	if diff := cmp.Diff(builtIn, drawn()); diff != "" {
		t.Errorf("by the rules that are built in (-want +got):\n%s", diff)
	}
	own := "rules:\n  - {id: dry, name: {zh: 干燥, en: Dry}, class: vital, quantity: humidity, when: value < 30.0, for: 30m}\n"
	body, err := json.Marshal(map[string]any{"text": own, "revision": 0})
	if err != nil {
		t.Fatal(err)
	}
	want(t, manager, 200, "PUT", "/api/sites/songhe/rules", string(body), nil)
	if diff := cmp.Diff(map[care.Quantity][]string{care.COLevel: {}, care.Humidity: {"干燥 below 30 1800"}}, drawn()); diff != "" {
		t.Errorf("by the home's own (-want +got):\n%s", diff)
	}
}
