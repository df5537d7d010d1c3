package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/community"
	"shouwang.care/shouwang/gateway/app"
	"shouwang.care/shouwang/gateway/app/apptest"
)

// homesOf makes the home of apptest a private one in a village, with neighbours of
// whom one has a key, and adds two more homes, of which one is elsewhere.
const homesOf = `
regions:
  - {id: songxia, level: village, parent: linqi, name: {zh: 松下村, en: Songxia Village}}
  - {id: beishan, level: village, name: {zh: 北山村, en: Beishan Village}}
sites:
  - id: songhe
    kind: private_home
    name: {zh: 王桂兰家, en: Home of Wang Guilan}
    region: songxia
    address: {zh: 松下村12号, en: 12 Songxia Village}
    time_zone: Asia/Shanghai
    residents:
      - id: res-203-1
        name: 王桂兰
        risk: {zh: 吸氧, en: On oxygen}
        family_consent: true
        mobility: helped
        oxygen: true
        access: {zh: 钥匙盒在门后，密码问邻居, en: "Key box behind the door, the neighbour has its code"}
        contacts: [{channel: voice, address: "+860000000112"}, {channel: mail, address: wang@example.org}]
  - id: songxia-9
    kind: private_home
    name: {zh: 李长贵家, en: Home of Li Changgui}
    region: songxia
    address: {zh: 松下村9号, en: 9 Songxia Village}
    time_zone: Asia/Shanghai
    residents: [{id: res-li, name: 李长贵}]
  - id: beishan-1
    kind: private_home
    name: {zh: 沈德福家, en: Home of Shen Defu}
    region: beishan
    address: {zh: 北山村1号, en: 1 Beishan Village}
    time_zone: Asia/Shanghai
users:
  - {login: worker, name: 陈志远, role: carer, password: correct horse, scope: {sites: [songhe, songxia-9]}, contacts: [{channel: sms, address: "+860000000900"}]}
  - {login: both, name: 高建国, role: manager, password: correct horse, scope: {sites: [songhe, evergreen]}}
  - {login: next-door, name: 赵大江, role: helper, relation: neighbour, scope: {residents: [res-203-1]}, contacts: [{channel: sms, address: "+860000000201"}, {channel: voice, address: "+860000000201"}]}
  - {login: opposite, name: 周玉梅, role: helper, relation: neighbour, key_holder: true, password: correct horse, scope: {residents: [res-203-1]}, contacts: [{channel: sms, address: "+860000000202"}]}
  - {login: visitor, name: 何惠芳, role: helper, relation: community, scope: {residents: [res-203-1]}, contacts: [{channel: mail, address: he@example.org}]}
  - {login: son, name: 王建国, role: family, key_holder: true, scope: {residents: [res-203-1]}, contacts: [{channel: sms, address: "+860000000302"}]}
  - {login: former, name: 吴, role: helper, disabled: true, scope: {residents: [res-203-1]}, contacts: [{channel: sms, address: "+860000000203"}]}
`

// evergreenPlan is a nursing home beside them.
const evergreenPlan = `
sites:
  - {id: evergreen, kind: nursing_home, name: {zh: 常青养老院, en: Evergreen}, region: linqi, address: {zh: 一号, en: No. 1}, time_zone: Asia/Shanghai}
`

// villageOf starts a gateway with those homes and an incident in one.
func villageOf(t *testing.T) (a *app.App, incident string) {
	t.Helper()
	c := settings(t)
	plans := []string{apptest.PlanFile(t, t.TempDir())}
	for n, text := range []string{evergreenPlan, homesOf} {
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.yaml", n))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		plans = append(plans, path)
	}
	for _, plan := range plans {
		if _, err := app.Import(t.Context(), c, plan); err != nil {
			t.Fatal(err)
		}
	}
	a = again(t, c)
	edge := apptest.Connect(t, a.MQTT(), apptest.Edge)
	e := edge.Event(care.SOS, care.Active, apptest.Call)
	edge.Send(e)
	edge.Answer(e.ID)
	return a, apptest.SignIn(t, a.Web(), "worker").Board().Incidents[0].ID
}

func TestTheHomesOfAVillage(t *testing.T) {
	a, incident := villageOf(t)
	worker := apptest.SignIn(t, a.Web(), "worker")
	homes := func(p *apptest.Person) []string {
		t.Helper()
		var v community.Homes
		want(t, p, 200, "GET", "/api/homes", "", &v)
		list := []string{}
		for _, village := range v.Villages {
			names := []string{}
			for _, name := range village.Path {
				names = append(names, name.ZH)
			}
			list = append(list, strings.Join(names, "/"))
			for _, h := range village.Homes {
				var who strings.Builder
				for _, r := range h.Residents {
					who.WriteString(r.Name + r.Risk.ZH)
				}
				list = append(list, fmt.Sprintf("%s %s %s %t %d", h.ID, who.String(), h.State, h.Since != nil, len(h.Incidents)))
			}
		}
		return list
	}
	at := func(state string) []string {
		return []string{"临栖区/松下村", "songxia-9 李长贵 calm false 0", "songhe 王桂兰吸氧 " + state + " true 1"}
	}
	if diff := cmp.Diff(at("raised"), homes(worker)); diff != "" {
		t.Errorf("an SOS (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"临栖区/松下村", "songhe 王桂兰吸氧 raised true 1"}, homes(apptest.SignIn(t, a.Web(), "both"))); diff != "" {
		t.Errorf("who works in a house, too (-want +got):\n%s", diff)
	}
	for _, act := range []string{"accept", "arrive"} {
		want(t, worker, 200, "POST", "/api/incidents/"+incident+"/"+act, "", nil)
		if diff := cmp.Diff(at(act[:len(act)-1]+map[string]string{"accept": "ted", "arrive": "ed"}[act]), homes(worker)); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", act, diff)
		}
	}
}

// TestACallInTheNight follows somebody who tries one after the other, and what
// others learn of it.
func TestACallInTheNight(t *testing.T) {
	a, incident := villageOf(t)
	worker := apptest.SignIn(t, a.Web(), "worker")
	path := "/api/incidents/" + incident + "/calls"
	var v community.Calls
	want(t, worker, 200, "GET", path, "", &v)
	whom := []string{}
	ref := map[string]string{}
	for _, w := range v.Whom {
		whom = append(whom, fmt.Sprintf("%s %s key:%t %s", w.Role, w.Name, w.Key, strings.Join(w.Numbers, ",")))
		ref[w.Name] = w.To
	}
	if diff := cmp.Diff([]string{
		"resident 王桂兰 key:false +860000000112",
		"neighbour 周玉梅 key:true +860000000202",
		"neighbour 赵大江 key:false +860000000201",
		"family 王建国 key:true +860000000302",
		"community 何惠芳 key:false ",
		"family 王晓梅 key:false ",
	}, whom); diff != "" {
		t.Errorf("whom to call (-want +got):\n%s", diff)
	}
	if len(v.Elders) != 1 || v.Elders[0].Access.ZH != "钥匙盒在门后，密码问邻居" || !v.Elders[0].Oxygen || v.Site.Address.ZH != "松下村12号" {
		t.Errorf("where to go, and to whom: %+v of %+v", v.Elders, v.Site)
	}
	if diff := cmp.Diff([]string{"120", "119"}, v.Emergency); diff != "" || v.Mine != "+860000000900" || len(v.Tries) > 0 {
		t.Errorf("emergency, call back %q, tries %v (-want +got):\n%s", v.Mine, v.Tries, diff)
	}

	try := func(to, outcome string) string { return fmt.Sprintf(`{"to":%q,"outcome":%q}`, to, outcome) }
	for _, c := range []struct {
		name, body string
		status     int
	}{
		{"herself", try(ref["王桂兰"], "no_answer"), 200},
		{"a neighbour", try(ref["周玉梅"], "wrong_number"), 200},
		{"the other one", try(ref["赵大江"], "reached"), 200},
		{"an ambulance", try("120", "called"), 200},
		{"a person is not just called", try(ref["赵大江"], "called"), 409},
		{"an ambulance is called, and no more", try("120", "busy"), 409},
		{"somebody who is no longer called", try("u-former", "reached"), 404},
		{"a number", try("+860000000202", "reached"), 404},
		{"police", try("110", "called"), 404},
		{"an outcome that is none", try(ref["赵大江"], "asleep"), 422},
	} {
		if status, text := worker.Text("POST", path, c.body); status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, status, text, c.status)
		}
	}
	want(t, worker, 200, "GET", path, "", &v)
	tries := []string{}
	for _, one := range v.Tries {
		tries = append(tries, one.Name+" "+string(one.Outcome)+" by "+one.By.Name)
	}
	if diff := cmp.Diff([]string{"王桂兰 no_answer by 陈志远", "周玉梅 wrong_number by 陈志远", "赵大江 reached by 陈志远", "120 called by 陈志远"}, tries); diff != "" {
		t.Errorf("what was tried (-want +got):\n%s", diff)
	}

	// It rings on: who calls others has not said that he goes.
	if i := worker.Board().Incidents[0]; i.State != care.Raised {
		t.Errorf("after the calls it is %s", i.State)
	}
	rows := func(login string) (list []string) {
		t.Helper()
		status, text := apptest.SignIn(t, a.Web(), login).Text("GET", "/api/incidents/"+incident, "")
		if status != 200 {
			t.Fatalf("%s is answered %d: %s", login, status, text)
		}
		if strings.Contains(text, "0000000") {
			t.Errorf("%s reads a telephone number in %s", login, text)
		}
		var detail api.IncidentDetail
		want(t, apptest.SignIn(t, a.Web(), login), 200, "GET", "/api/incidents/"+incident, "", &detail)
		for _, e := range detail.Entries {
			if e.Kind == care.EntryCalled {
				list = append(list, e.To+" "+e.Reason)
			}
		}
		return list
	}
	if diff := cmp.Diff([]string{"王桂兰 no_answer", "周玉梅 wrong_number", "赵大江 reached", "120 called"}, rows("worker")); diff != "" {
		t.Errorf("the trail (-want +got):\n%s", diff)
	}
	for _, login := range []string{"inspector", "daughter", "opposite", "operator"} {
		if got := rows(login); len(got) > 0 {
			t.Errorf("%s learns who was called: %v", login, got)
		}
	}
	var log struct{ Entries []care.Entry }
	_, text := apptest.SignIn(t, a.Web(), "operator").Text("GET", "/api/audit", "")
	if n := strings.Count(text, "resident:res-203-1"); n != 1 {
		t.Errorf("the look at whom to call stands %d times in the log of the gateway: %s %v", n, text, log)
	}
}

// TestCallsHaveAnEnd also where a telephone presses by itself.
func TestCallsHaveAnEnd(t *testing.T) {
	a, incident := villageOf(t)
	worker := apptest.SignIn(t, a.Web(), "worker")
	path := "/api/incidents/" + incident + "/calls"
	for range alerts.MaxCalls {
		want(t, worker, 200, "POST", path, `{"to":"120","outcome":"called"}`, nil)
	}
	var p api.Problem
	want(t, worker, 409, "POST", path, `{"to":"120","outcome":"called"}`, &p)
	if p.Code != string(alerts.CodeTooManyCalls) {
		t.Errorf("the refusal is %+v", p)
	}
}
