package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/photo"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// kitchenPlan gives the home of apptest a kitchen with a smoke detector, and says
// that room 203 is a bedroom; a lodger lives in a flat elsewhere.
const kitchenPlan = `
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤养老院, en: Songhe Care Home}
    region: linqi
    address: {zh: 棠湖路18号, en: 18 Tanghu Road}
    time_zone: Asia/Shanghai
    zones:
      - {id: r203, floor: "2", name: {zh: 203房, en: Room 203}, kind: bedroom}
      - {id: kitchen, floor: "1", name: {zh: 厨房, en: Kitchen}, kind: kitchen}
      - {id: attic, floor: "3", name: {zh: 阁楼, en: Attic}}
    points:
      - {id: r203-cord, edge: room-203, zone: r203, name: {zh: 卫生间紧急拉绳, en: Bathroom cord}}
      - {id: r203-smoke, edge: room-203, zone: kitchen, name: {zh: 烟雾探测器, en: Smoke detector}}
      - {id: r203-air, edge: room-203, zone: attic, name: {zh: 漏水, en: Leak}}
users:
  - {login: leader, name: 林静, role: leader, password: correct horse, scope: {sites: [songhe]}}
  - {login: manager, name: 高建国, role: manager, password: correct horse, scope: {sites: [songhe]}}
`

// withKitchen starts a gateway with it.
func withKitchen(t *testing.T) *app.App {
	t.Helper()
	c := settings(t)
	path := filepath.Join(t.TempDir(), "kitchen.yaml")
	if err := os.WriteFile(path, []byte(kitchenPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plan := range []string{apptest.PlanFile(t, t.TempDir()), path} {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	return again(t, c)
}

// shot is a file of a telephone, with where it was taken behind the picture.
func shot(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 2500, 100)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String() + "GPS 30.2741N"
}

// TestALeaderShowsTheKitchen: she adds photos where there is smoke, her manager
// looks at them, and nobody else; in a bedroom and in a room of which nothing is
// known she is told why not.
func TestALeaderShowsTheKitchen(t *testing.T) {
	a := withKitchen(t)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	for _, e := range []care.Event{
		edge.Event(care.Fire, care.Active, apptest.Smoke), edge.Event(care.SOS, care.Active, apptest.Cord), edge.Event(care.WaterLeak, care.Active, apptest.Air),
	} {
		edge.Send(e)
		edge.Answer(e.ID)
	}
	leader, manager, carer := apptest.SignIn(t, a.Web(), "leader"), apptest.SignIn(t, a.Web(), "manager"), apptest.SignIn(t, a.Web(), "carer")
	of, rules := map[care.Class]string{}, map[care.Class]care.PhotoRule{}
	for _, i := range leader.Board().Incidents {
		of[i.Class], rules[i.Class] = "/api/incidents/"+i.ID+"/photos", i.Photos
	}
	for class, want := range map[care.Class]care.PhotoRule{care.Fire: care.PhotoAllowed, care.SOS: care.PhotoPrivate, care.WaterLeak: care.PhotoUnknown} {
		if rules[class] != want {
			t.Errorf("of %s the board says %q, want %s", class, rules[class], want)
		}
	}
	refused := func(who *apptest.Person, at, body string, status int, code string) {
		t.Helper()
		var p api.Problem
		if got := who.Call(http.MethodPost, at, body, &p); got != status || p.Code != code {
			t.Errorf("POST %s is answered %d %s, want %d %s", at, got, p.Code, status, code)
		}
	}
	refused(leader, of[care.SOS], shot(t), 409, photo.CodePrivateRoom)
	refused(leader, of[care.WaterLeak], shot(t), 409, photo.CodeUnknownRoom)
	refused(leader, of[care.Fire], "<svg onload='alert(1)'/>", 422, photo.CodeNoPicture)
	refused(leader, of[care.Fire], shot(t)+strings.Repeat(" ", 8<<20), 413, api.CodeTooLarge)
	refused(carer, of[care.Fire], shot(t), 403, api.CodeNotAllowed)

	var added photo.PhotoView
	if status := leader.Call(http.MethodPost, of[care.Fire], shot(t), &added); status != 200 || added.Width != 2048 || added.By.Name != "林静" {
		t.Fatalf("adding is answered %d %+v", status, added)
	}
	var list photo.PhotoList
	if status := manager.Call(http.MethodGet, of[care.Fire], "", &list); status != 200 || len(list.Photos) != 1 || list.Photos[0].ID != added.ID {
		t.Errorf("the list is answered %d %+v", status, list)
	}
	status, header, text := manager.Whole(http.MethodGet, of[care.Fire]+"/"+added.ID)
	sum := sha256.Sum256([]byte(text))
	if status != 200 || hex.EncodeToString(sum[:]) != added.Digest || strings.Contains(text, "GPS") {
		t.Errorf("the picture is answered %d, %d bytes", status, len(text))
	}
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "Content-Disposition": "inline",
	} {
		if got := header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("its %s is %q, want %q", name, got, want)
		}
	}
	if status, _ := carer.Text(http.MethodGet, of[care.Fire]+"/"+added.ID, ""); status != 403 {
		t.Errorf("a carer is shown it: %d", status)
	}
	if status, _ := manager.Text(http.MethodGet, of[care.SOS]+"/"+added.ID, ""); status != 404 {
		t.Errorf("another incident shows it: %d", status)
	}

	// The history names it, and the log of the gateway who looked, once.
	var detail api.IncidentDetail
	manager.Call(http.MethodGet, strings.TrimSuffix(of[care.Fire], "/photos"), "", &detail)
	last := detail.Entries[len(detail.Entries)-1]
	if last.Kind != care.EntryPhotographed || last.Photo != added.ID || last.Act.Name != "林静" {
		t.Errorf("the history ends with %+v", last)
	}
	manager.Text(http.MethodGet, of[care.Fire]+"/"+added.ID, "")
	_, log := apptest.SignIn(t, a.Web(), "operator").Text(http.MethodGet, "/api/audit", "")
	about := fmt.Sprintf("%q", "photos:"+detail.Incident.ID)
	if got := strings.Count(log, about); got != 1 {
		t.Errorf("the log of the gateway has %d looks, want 1: %s", got, log)
	}

	for n := 1; n < care.MaxPhotos; n++ {
		if status := leader.Call(http.MethodPost, of[care.Fire], shot(t), nil); status != 200 {
			t.Fatalf("photo %d is answered %d", n+1, status)
		}
	}
	refused(leader, of[care.Fire], shot(t), 409, photo.CodeTooMany)
}
