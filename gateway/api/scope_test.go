package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

// open to whom; the values of TestEveryRouteOfEveryRole.
const (
	toAll      = "nobody carer leader manager inspector family operator helper"
	toSignedIn = "carer leader manager inspector family operator helper"
	toStaff    = "carer leader manager"
	notFamily  = "carer leader manager inspector operator"
	toJudges   = "leader manager inspector operator"
	toOperator = "operator"
	toNobody   = "" // an edge needs no person
)

// route is a request that somebody sends, and who may.
type route struct {
	path string
	body any
	open string
}

// TestEveryRouteOfEveryRole fails, too, for a route that it does not know: who
// adds one has to say here who may use it.
func TestEveryRouteOfEveryRole(t *testing.T) {
	r := newRig(t)
	r.run(r.hub.Run)
	id := r.raise(songhe, "203-1-cord", care.SOS)
	table := map[string]route{
		"POST /api/session":                {"/api/session", map[string]string{"login": "chen", "password": password}, toAll},
		"GET /api/me":                      {"/api/me", nil, toSignedIn},
		"DELETE /api/session":              {"/api/session", nil, toSignedIn},
		"PUT /api/me/password":             {"/api/me/password", map[string]string{"current": password, "new": "short"}, toSignedIn},
		"POST /api/me/second-step":         {"/api/me/second-step", map[string]string{}, toSignedIn},
		"PUT /api/me/second-step":          {"/api/me/second-step", map[string]string{"code": "short"}, toSignedIn}, // answers that it is no code
		"DELETE /api/me/second-step":       {"/api/me/second-step", map[string]string{}, toSignedIn},                // answers that the password is missing
		"GET /api/audit":                   {"/api/audit", nil, toOperator},
		"GET /api/board":                   {"/api/board", nil, toSignedIn},
		"GET /api/incidents":               {"/api/incidents", nil, toSignedIn},
		"GET /api/incidents/{id}":          {"/api/incidents/" + id, nil, toSignedIn},
		"POST /api/incidents/{id}/accept":  {"/api/incidents/" + id + "/accept", nil, toStaff},
		"POST /api/incidents/{id}/arrive":  {"/api/incidents/" + id + "/arrive", nil, toStaff},
		"POST /api/incidents/{id}/resolve": {"/api/incidents/" + id + "/resolve", map[string]string{"cause": "real"}, toStaff},
		"POST /api/incidents/{id}/explain": {"/api/incidents/" + id + "/explain", map[string]string{"cause": "real"}, toStaff},
		"POST /api/incidents/{id}/note":    {"/api/incidents/" + id + "/note", map[string]string{"note": "n"}, toStaff},
		"GET /api/points":                  {"/api/points", nil, notFamily},
		"GET /api/edges":                   {"/api/edges", nil, notFamily},
		"GET /api/series":                  {"/api/series?site=songhe&point=203-smoke&quantity=temperature&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", nil, notFamily},
		"GET /api/alarm-health":            {"/api/alarm-health?from=" + time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), nil, toJudges},
		"GET /api/quarantine":              {"/api/quarantine", nil, toOperator},
		"POST /api/events":                 {"/api/events", "{}", toNobody},
		"GET /api/live":                    {"/api/live", nil, toSignedIn}, // answers that an upgrade is needed
		"GET /healthz":                     {"/healthz", nil, toAll},
		"GET /metrics":                     {"/metrics", nil, toOperator},
		"GET /openapi.json":                {"/openapi.json", nil, toAll},
		"/api/":                            {"/api/nothing", nil, toAll}, // answers that there is no such thing
		"/":                                {"/", nil, toAll},
	}
	maps.Copy(table, alertingRoutes())
	if diff := cmp.Diff(slices.Sorted(maps.Keys(table)), slices.Sorted(slices.Values(r.api.Routes()))); diff != "" {
		t.Errorf("the routes (-this table +the API):\n%s", diff)
	}
	strangers := r.strangers()
	browsers := map[string]*person{"nobody": r.nobody()}
	for role, login := range map[string]string{
		"carer": "chen", "leader": "lin", "manager": "gao", "inspector": "zhou", "family": "daughter", "operator": "ops", "helper": "neighbour",
	} {
		browsers[role] = r.as(login)
	}
	for pattern, test := range table {
		t.Run(pattern, func(t *testing.T) {
			method, _, found := strings.Cut(pattern, " ")
			if !found {
				method = "GET"
			}
			request, _ := json.Marshal(test.body)
			if names := regexp.MustCompile("songhe|r-li|" + id); names.MatchString(test.path + string(request)) {
				for role, p := range strangers {
					if strings.Contains(" "+test.open+" ", " "+role+" ") {
						p.do(method, test.path, test.body).expect(t, 404)
					}
				}
			}
			for role, p := range browsers {
				switch { // who signs in or out is another one afterwards
				case !strings.HasSuffix(pattern, "/api/session"):
				case role == "nobody":
					p = r.nobody()
				default:
					p = r.as(p.login)
				}
				res := p.do(method, test.path, test.body)
				open := strings.Contains(" "+test.open+" ", " "+role+" ")
				switch {
				case open && (res.StatusCode == 401 || res.StatusCode == 403 || res.StatusCode >= 500 ||
					res.StatusCode == 404 && !leadsNowhere(pattern)):
					t.Errorf("%s is answered %d: %s", role, res.StatusCode, res.body)
				case !open && (role == "nobody" || test.open == toNobody):
					res.expect(t, 401)
				case !open:
					res.problem(t, 403, api.CodeNotAllowed)
				}
			}
		})
	}
}

// leadsNowhere reports whether the request of the table for a route has an
// address that holds no valid secret, or of which there is nothing.
func leadsNowhere(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return strings.HasSuffix(path, "/{secret}") || strings.HasSuffix(path, "/{code}") || strings.HasSuffix(path, "/{token}") ||
		pattern == "POST /api/presence" || pattern == "/api/" || pattern == "/"
}

// strangers returns somebody of each role who has nothing to do with the home
// Songhe: whatever names it, or anybody in it, is to be unknown to him.
func (r *rig) strangers() map[string]*person {
	r.t.Helper()
	user := func(login string, role people.Role, scope people.Scope) people.User {
		return people.User{ID: care.UserID("u-" + login), Login: login, Name: login, Role: role, Scope: scope, PasswordHash: hashed()}
	}
	if _, err := r.store.ApplyPlan(r.t.Context(), ledger.Plan{Users: []people.User{
		user("leader-of-xu", people.Leader, people.Scope{Sites: []care.SiteID{qinghe}}),
		user("manager-of-xu", people.Manager, people.Scope{Sites: []care.SiteID{qinghe}}),
		user("daughter-of-xu", people.Family, people.Scope{Residents: []care.ResidentID{"r-xu"}}),
		user("neighbour-of-xu", people.Helper, people.Scope{Residents: []care.ResidentID{"r-xu"}}),
	}}); err != nil {
		r.t.Fatal(err)
	}
	all := map[string]*person{}
	for role, login := range map[string]string{
		"carer": "wu", "leader": "leader-of-xu", "manager": "manager-of-xu", "inspector": "ma",
		"family": "daughter-of-xu", "operator": "ops-qinghe", "helper": "neighbour-of-xu",
	} {
		all[role] = r.as(login)
	}
	return all
}

// scene raises an incident of each kind, and returns their ids by name.
func scene(r *rig) map[string]string {
	return map[string]string{
		"li-sos":   r.raise(songhe, "203-1-cord", care.SOS),
		"li-call":  r.raise(songhe, "203-1-cord", care.Call),
		"zhao-sos": r.raise(songhe, "203-2-cord", care.SOS),
		"fire":     r.raise(songhe, "203-smoke", care.Fire),
		"fault":    r.raise(songhe, "203-smoke", care.Fault),
		"xu-fall":  r.raise(qinghe, "watch", care.Fall),
	}
}

var atSonghe = []string{"fault", "fire", "li-call", "li-sos", "zhao-sos"}

// sees is who sees which incidents of the scene.
var sees = map[string][]string{
	"chen": atSonghe, "lin": atSonghe, "zhou": atSonghe,
	"gao": {"fault", "fire", "li-call", "li-sos", "xu-fall", "zhao-sos"},
	"ops": {"fault", "fire", "li-call", "li-sos", "xu-fall", "zhao-sos"},
	"wu":  {"xu-fall"}, "ma": {"xu-fall"}, "ops-qinghe": {"xu-fall"},
	"yan":       {"fault", "fire"},     // the fire service: nothing about people
	"neighbour": {"li-call", "li-sos"}, // those of whom she helps
	"daughter":  {"li-sos"},            // no plain call, no equipment, nobody else
	"son":       nil,                   // without consent
}

func names(ids map[string]string, incidents []api.IncidentView) []string {
	var all []string
	for _, i := range incidents {
		for name, id := range ids {
			if id == i.ID {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestEverybodySeesHisScopeOnly(t *testing.T) {
	r := newRig(t)
	ids := scene(r)
	for login, want := range sees {
		t.Run(login, func(t *testing.T) {
			p := r.as(login)
			if diff := cmp.Diff(want, names(ids, read[api.Board](t, p.get("/api/board")).Incidents)); diff != "" {
				t.Errorf("board (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, names(ids, read[api.History](t, p.get("/api/incidents")).Incidents)); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			absent := p.get("/api/incidents/" + care.NewID())
			absent.problem(t, 404, api.CodeNotFound)
			for name, id := range ids {
				res := p.get("/api/incidents/" + id)
				if slices.Contains(want, name) {
					if got := read[api.IncidentDetail](t, res); got.Incident.ID != id {
						t.Errorf("%s is %s", name, got.Incident.ID)
					}
				} else if string(res.body) != string(absent.body) || res.StatusCode != 404 {
					t.Errorf("%s is answered %d %s, which tells that it exists", name, res.StatusCode, res.body)
				}
			}
		})
	}
}

func TestNobodyActsOutOfHisScope(t *testing.T) {
	r := newRig(t)
	ids := scene(r)
	before, err := r.store.FeedHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for login, status := range map[string]int{"wu": 404, "zhou": 403, "daughter": 403, "ops": 403, "ma": 403, "": 401} {
		t.Run(login, func(t *testing.T) {
			p := r.nobody()
			if login != "" {
				p = r.as(login)
			}
			for act, body := range map[string]any{
				"accept": nil, "arrive": nil, "resolve": map[string]string{"cause": "real"}, "explain": map[string]string{"cause": "real"}, "note": map[string]string{"note": "n"},
			} {
				p.post("/api/incidents/"+ids["li-sos"]+"/"+act, body).expect(t, status)
			}
		})
	}
	if after, err := r.store.FeedHead(t.Context()); err != nil || after != before {
		t.Errorf("something was done: the feed went from %d to %d (%v)", before, after, err)
	}
}

func TestConsentCanBeWithdrawnAndGiven(t *testing.T) {
	r := newRig(t)
	ids := scene(r)
	daughter, son := r.as("daughter"), r.as("son")
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Residents: []people.Resident{
		{ID: "r-li", Site: songhe, Name: "李秀兰", FamilyConsent: false},
		{ID: "r-zhao", Site: songhe, Name: "赵国强", FamilyConsent: true},
	}}); err != nil {
		t.Fatal(err)
	}
	if got := names(ids, read[api.Board](t, daughter.get("/api/board")).Incidents); got != nil {
		t.Errorf("the daughter still sees %v", got)
	}
	daughter.get("/api/incidents/"+ids["li-sos"]).problem(t, 404, api.CodeNotFound)
	if got := names(ids, read[api.Board](t, son.get("/api/board")).Incidents); !slices.Equal(got, []string{"zhao-sos"}) {
		t.Errorf("the son sees %v", got)
	}
}

func TestPointsAndSitesOfTheScope(t *testing.T) {
	r := newRig(t)
	for login, want := range map[string][]care.SiteID{
		"chen": {songhe}, "gao": {qinghe, songhe}, "wu": {qinghe}, "zhou": {songhe}, "ma": {qinghe}, "ops": {qinghe, songhe}, "ops-qinghe": {qinghe},
	} {
		t.Run(login, func(t *testing.T) {
			p := r.as(login)
			var got, edges, me []care.SiteID
			for _, point := range read[api.CoverageView](t, p.get("/api/points")).Points {
				got = append(got, point.Site)
			}
			withPoints := want
			if login == "ma" {
				withPoints = nil // an inspector is shown detectors, and that home has none
			}
			if diff := cmp.Diff(withPoints, slices.Compact(got)); diff != "" {
				t.Errorf("sites of the points (-want +got):\n%s", diff)
			}
			for _, edge := range read[api.EdgesView](t, p.get("/api/edges")).Edges {
				edges = append(edges, edge.Site)
			}
			if diff := cmp.Diff(want, slices.Compact(edges)); diff != "" {
				t.Errorf("sites of the edges (-want +got):\n%s", diff)
			}
			for _, s := range read[api.Me](t, p.get("/api/me")).Sites {
				me = append(me, s.ID)
			}
			if diff := cmp.Diff(want, me); diff != "" {
				t.Errorf("sites of /api/me (-want +got):\n%s", diff)
			}
			for _, site := range []care.SiteID{songhe, qinghe, "nowhere"} {
				status := 404
				if slices.Contains(want, site) {
					status = 200
				}
				p.get("/api/points?site="+string(site)).expect(t, status)
				p.get("/api/edges?site="+string(site)).expect(t, status)
				p.get("/api/incidents?site="+string(site)).expect(t, status)
			}
		})
	}
}

// TestAFireOfficerLearnsNothingOfPeople looks at all lists about equipment: no
// point of a bed is in any of them.
func TestAFireOfficerLearnsNothingOfPeople(t *testing.T) {
	r := newRig(t)
	at := time.Now().UTC()
	r.cover.Edge(supervise.EdgeState{Site: songhe, Edge: "floor-2", ReceivedAt: at, State: care.State{Online: true, Boot: "b", Devices: []care.DeviceState{
		{ID: "board", Model: "ADS1115", Fault: "no answer", Points: []care.PointID{"203-smoke", "203-1-cord"}},
		{ID: "cord", Model: "contact", Fault: "broken", Points: []care.PointID{"203-2-cord"}},
	}}}, true)
	lin, yan := r.as("lin"), r.as("yan")
	shelve := func(point, class, watch string) {
		lin.post("/api/shelves", map[string]any{"site": songhe, "point": point, "class": class, "minutes": 60, "reason": "r", "watch": watch}).expect(t, 200)
	}
	shelve("203-smoke", "fire", "u-chen")
	shelve("203-1-cord", "fault", "")
	r.raise(songhe, "203-2-cord", care.SOS)
	for path, finds := range map[string]string{
		"/api/points": "203-smoke", "/api/edges": "203-smoke", "/api/shelves": "203-smoke", "/api/board": "incidents", "/api/incidents": "incidents",
		"/api/alarm-health?from=" + at.Add(-time.Hour).Format(time.RFC3339): "songhe",
	} {
		body := string(yan.get(path).body)
		if !strings.Contains(body, finds) {
			t.Errorf("%s lacks %s: %s", path, finds, body)
		}
		for _, hidden := range []string{"cord", `"sos"`} {
			if strings.Contains(body, hidden) {
				t.Errorf("%s tells of %s: %s", path, hidden, body)
			}
		}
	}
	// A range without a length tells whether the point is known, and reads nothing.
	const course = "&quantity=battery_level&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"
	yan.get("/api/series?site=songhe&point=203-smoke"+course).problem(t, 422, api.CodeInvalid)
	yan.get("/api/series?site=songhe&point=203-1-cord"+course).problem(t, 404, api.CodeNotFound)
}

// TestThePagesOfAHistoryTellNothingOfWhatIsHidden: the fire officer has one fire
// among twenty calls for help, and no id of those comes to him.
func TestThePagesOfAHistoryTellNothingOfWhatIsHidden(t *testing.T) {
	r := newRig(t)
	fire := r.raise(songhe, "203-smoke", care.Fire)
	for n := range 20 {
		r.raise(songhe, care.PointID(fmt.Sprint("pendant-", n)), care.SOS)
	}
	h := read[api.History](t, r.as("yan").get("/api/incidents?limit=2"))
	if len(h.Incidents) != 1 || h.Incidents[0].ID != fire || h.Next != "" {
		t.Errorf("the page has %d incidents and goes on after %q, want the fire alone", len(h.Incidents), h.Next)
	}
	if h := read[api.History](t, r.as("yan").get("/api/incidents?limit=1")); len(h.Incidents) != 1 || h.Next != fire {
		t.Errorf("a page of one has %d and goes on after %q, want the fire and its id", len(h.Incidents), h.Next)
	}
}

// TestWhoWasToldOpensIt: the ladder has called a carer of the third floor to the
// second. She opens what she was called to, and nothing else of that floor, until an
// hour after its end.
func TestWhoWasToldOpensIt(t *testing.T) {
	r := newRig(t)
	called, other := r.raise(songhe, "203-1-cord", care.SOS), r.raise(songhe, "203-1-cord", care.Fall)
	var chen people.User
	for _, u := range r.store.Directory().Users {
		if u.Login == "chen" {
			chen = u
		}
	}
	chen.Scope.Floors = []string{"9"}
	if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{
		Zones: []care.Zone{{Site: songhe, ID: "attic", Floor: "9", Name: care.Text{ZH: "阁楼", EN: "Attic"}}}, Users: []people.User{chen},
	}); err != nil {
		t.Fatal(err)
	}
	p := r.as("chen")
	board := func(what string, want ...string) {
		t.Helper()
		for name, list := range map[string][]api.IncidentView{
			"board": read[api.Board](t, p.get("/api/board")).Incidents, "history": read[api.History](t, p.get("/api/incidents")).Incidents,
		} {
			var got []string
			for _, i := range list {
				got = append(got, i.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the %s (-want +got):\n%s", what, name, diff)
			}
		}
	}
	board("before she is told")
	p.post("/api/incidents/"+called+"/accept", nil).expect(t, 404)

	told := func(owner string) {
		t.Helper()
		if err := r.store.Update(t.Context(), func(tx *ledger.Tx) error {
			return tx.SaveNotice(t.Context(), alerts.Notice{
				ID: care.NewID(), Incident: called, Site: songhe, Class: care.SOS, Phrase: alerts.PhraseAlarm, Owner: owner,
				State: alerts.NoticeDone, CreatedAt: time.Now(),
			})
		}); err != nil {
			t.Fatal(err)
		}
	}
	told("somebody else")
	board("when another was told")
	told(string(chen.ID))
	told(string(chen.ID)) // once more changes nothing
	board("once she is told", called)
	if got := read[api.IncidentDetail](t, p.get("/api/incidents/"+called)); got.Incident.ID != called {
		t.Errorf("it is %s", got.Incident.ID)
	}
	for act, body := range map[string]any{"accept": nil, "arrive": nil, "note": map[string]string{"note": "n"}} {
		p.post("/api/incidents/"+other+"/"+act, body).expect(t, 404)
	}
	for _, act := range []struct {
		name string
		body any
	}{{"accept", nil}, {"arrive", nil}, {"note", map[string]string{"note": "n"}}, {"resolve", map[string]string{"cause": "real"}}} {
		p.post("/api/incidents/"+called+"/"+act.name, act.body).expect(t, 200)
	}
	board("within the hour", called)

	if err := r.store.Update(t.Context(), func(tx *ledger.Tx) error {
		i, err := tx.Incident(t.Context(), called)
		if err != nil {
			return err
		}
		i.Resolved.At = time.Now().Add(-61 * time.Minute)
		return tx.SaveIncident(t.Context(), *i)
	}); err != nil {
		t.Fatal(err)
	}
	board("after the hour")
	p.get("/api/incidents/"+called).expect(t, 404)
	p.post("/api/incidents/"+called+"/note", map[string]string{"note": "n"}).expect(t, 404)
}
