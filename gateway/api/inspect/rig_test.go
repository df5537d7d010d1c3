package inspect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/inspect"
	"shouwang.care/shouwang/gateway/ledger"
)

// The private texts that nobody of an authority may find anywhere, planted where
// staff enters such.
var private = []string{
	"沈桂芳", "Risk-of-Shen", "r-shen", "一号病床密语", "203 房", "Room 203", "bed-mat-203", "留言不外传", "heart_rate", "李护士", "u-li", "hospital", "comforted",
}

func text(zh, en string) care.Text { return care.Text{ZH: zh, EN: en} }

// rig is the API with the room of inspectors on a real ledger.
type rig struct {
	t     testing.TB
	store *ledger.Store
	api   *api.API
}

type archive struct{ *ledger.Store }

func (a archive) IncidentHistory(ctx context.Context, f api.HistoryFilter) ([]care.Incident, error) {
	return a.Store.IncidentHistory(ctx, ledger.IncidentFilter(f))
}

// log keeps the audit log as the app does.
type log struct{ *ledger.Store }

func (l log) Record(ctx context.Context, r api.Record) error {
	return l.Update(ctx, func(tx *ledger.Tx) error {
		_, err := tx.Log(ctx, ledger.AuditLog, care.Entry{Kind: r.Kind, Act: r.By, To: r.About, Reason: r.Detail})
		return err
	})
}

func (l log) Rows(ctx context.Context, before uint64, limit int) ([]care.Entry, error) {
	return l.SiteLog(ctx, ledger.AuditLog, before, limit)
}

// covered is what supervision says of the points of the plan.
type covered struct{ store *ledger.Store }

func (c covered) Points() map[people.SitePoint]care.PointProof {
	proofs := map[people.SitePoint]care.PointProof{}
	for key, p := range c.store.Directory().Points {
		proof := care.PointProof{LastSeen: time.Now().Add(-time.Minute), Proof: care.ProofReport, Coverage: care.Proved}
		switch {
		case strings.HasPrefix(string(p.ID), "bed"):
			proof.Coverage = care.Unheard
		case strings.HasPrefix(string(p.ID), "smoke-2"):
			proof.Coverage, proof.Doubt = care.Unproven, care.DoubtNever
		}
		proofs[key] = proof
	}
	return proofs
}

func (covered) Edges() map[people.SiteEdge]care.EdgeHealth {
	return map[people.SiteEdge]care.EdgeHealth{{Site: "songhe", Edge: "floor-2"}: {Online: true, StateAt: time.Now()}}
}

// plan is a district with two townships and a home that lies in none, and another
// district. Its texts about people are those of private.
func plan() ledger.Plan {
	hash, err := argon2id.CreateHash("correct horse", &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		panic(err)
	}
	user := func(login string, role people.Role, scope people.Scope) people.User {
		return people.User{ID: care.UserID("u-" + login), Login: login, Name: "用户" + login, Role: role, Scope: scope, PasswordHash: hash}
	}
	region := func(ids ...care.RegionID) people.Scope { return people.Scope{Regions: ids} }
	fire := user("fire", people.Inspector, region("xihu"))
	fire.Authority = people.FireRescue
	p := ledger.Plan{
		Regions: []care.Region{
			{ID: "hangzhou", Level: "city", Name: text("杭州市", "Hangzhou")},
			{ID: "xihu", Parent: "hangzhou", Level: "district", Name: text("西湖区", "Xihu")},
			{ID: "beishan", Parent: "xihu", Level: "township", Name: text("北山街道", "Beishan")},
			{ID: "beishan-v1", Parent: "beishan", Level: "village", Name: text("宝石社区", "Baoshi")},
			{ID: "sandun", Parent: "xihu", Level: "township", Name: text("三墩镇", "Sandun")},
			{ID: "binjiang", Parent: "hangzhou", Level: "district", Name: text("滨江区", "Binjiang")},
		},
		Users: []people.User{
			user("inspector", people.Inspector, region("xihu")), user("elsewhere", people.Inspector, region("binjiang")), fire,
		},
		Residents: []people.Resident{{ID: "r-shen", Site: "songhe", Name: "沈桂芳", Risk: text("Risk-of-Shen", "Risk-of-Shen")}},
	}
	for _, s := range []struct {
		id     care.SiteID
		region care.RegionID
		name   care.Text
	}{
		{"songhe", "beishan-v1", text("松鹤养老院", "Songhe Home")}, {"lotus", "sandun", text("荷花养老院", "Lotus Home")},
		{"lake", "xihu", text("=湖心养老院", "=Lake Home")}, {"river", "binjiang", text("江边养老院", "River Home")},
	} {
		p.Sites = append(p.Sites, care.Site{
			ID: s.id, Kind: care.NursingHome, Name: s.name, Region: s.region, TimeZone: "Asia/Shanghai", Telephone: "+8657187000000",
			Longitude: 120.1, Latitude: 30.3,
		})
		p.Edges = append(p.Edges, ledger.PlanEdge{Edge: care.Edge{Site: s.id, ID: "floor-2", Name: text("二楼", "Floor 2")}, SecretHash: ledger.HashSecret("0123456789abcdef0123456789abcdef")})
		p.Zones = append(p.Zones, care.Zone{Site: s.id, ID: "203", Floor: "2", Name: text("203 房", "Room 203")}, care.Zone{Site: s.id, ID: "hall", Floor: "1", Name: text("门厅", "Hall")})
		p.Points = append(p.Points,
			care.Point{Site: s.id, ID: "bed-mat-203", Edge: "floor-2", Zone: "203", Name: text("一号病床密语", "一号病床密语"), Bed: "1"},
			care.Point{Site: s.id, ID: "smoke-1", Edge: "floor-2", Zone: "hall", Name: text("烟感一", "Smoke 1"), Kind: care.FireDetector},
			care.Point{Site: s.id, ID: "smoke-2", Edge: "floor-2", Zone: "hall", Name: text("烟感二", "Smoke 2"), Kind: care.FireDetector},
		)
	}
	p.Points[0].Resident = "r-shen"
	return p
}

func newRig(t testing.TB, change ...func(*inspect.Room)) *rig {
	t.Helper()
	r := &rig{t: t}
	var err error
	if r.store, err = ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	if _, err := r.store.ApplyPlan(t.Context(), plan()); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	room := inspect.New(r.store)
	for _, c := range change {
		c(room)
	}
	if r.api, err = api.New(api.Options{
		Accounts: r.store, Sessions: r.store.Sessions(), Book: r.store, Archive: archive{r.store}, Coverage: covered{r.store},
		Audit: log{r.store}, Log: slog.New(slog.DiscardHandler), Registerer: registry, Gatherer: registry,
		Rooms: []api.Room{room},
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

// save enters incidents.
func (r *rig) save(incidents ...care.Incident) {
	r.t.Helper()
	if err := r.store.Update(r.t.Context(), func(tx *ledger.Tx) error {
		for _, i := range incidents {
			if err := tx.SaveIncident(r.t.Context(), i); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		r.t.Fatal(err)
	}
}

// incident returns one that was resolved, with everything that is private.
func incident(n int, site care.SiteID, class care.Class, at time.Time, waited time.Duration, cause care.Cause) care.Incident {
	i := care.Incident{
		ID: fmt.Sprintf("i-%06d", n), Site: site, Class: class, Key: fmt.Sprint("point:", n), Point: "smoke-1", Zone: "hall",
		Severity: class.Severity(), State: care.Raised, HappenedAt: at, RaisedAt: at, AlarmedAt: at, Alarms: 1, Revision: 1,
	}
	act := care.Act{By: "u-wei", Name: "魏主管", At: at.Add(waited), Means: care.ByScreen}
	if !class.LifeSafety() && !class.Equipment() {
		i.Point, i.Zone, i.Resident = "bed-mat-203", "203", "r-shen"
		i.Evidence = json.RawMessage(`{"heart_rate":31}`)
		act.By, act.Name = "u-li", "李护士"
	}
	if waited > 0 {
		i.Accepted, i.State = &act, care.Accepted
	}
	if cause != "" {
		end := act
		end.At = end.At.Add(time.Minute)
		i.Arrived, i.Resolved, i.State, i.Cause, i.Note = &act, &end, care.Resolved, cause, "留言不外传"
		if cause == care.CauseReal && i.Resident != "" {
			i.Reason = "comforted"
		}
	}
	return i
}

// person is a browser of somebody who has signed in.
type person struct {
	rig    *rig
	cookie *http.Cookie
}

func (r *rig) as(login string) *person {
	r.t.Helper()
	p := &person{rig: r}
	w := p.send(http.MethodPost, "/api/session", fmt.Sprintf(`{"login":%q,"password":"correct horse"}`, login))
	if w.Code != http.StatusOK {
		r.t.Fatalf("the sign-in of %s is answered %d %s", login, w.Code, w.Body)
	}
	p.cookie = w.Result().Cookies()[0]
	return p
}

func (p *person) send(method, path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(p.rig.t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if p.cookie != nil {
		req.AddCookie(p.cookie)
	}
	w := httptest.NewRecorder()
	p.rig.api.ServeHTTP(w, req)
	return w
}

// get decodes an answer into out and returns it as it is.
func (p *person) get(path string, out any) []byte {
	p.rig.t.Helper()
	w := p.send(http.MethodGet, path, "")
	b, err := io.ReadAll(w.Body)
	if err != nil {
		p.rig.t.Fatal(err)
	}
	if w.Code != http.StatusOK {
		p.rig.t.Fatalf("GET %s is answered %d %s", path, w.Code, b)
	}
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			p.rig.t.Fatalf("GET %s: %v", path, err)
		}
	}
	return b
}

// audit returns the rows of the log of a kind, as what they are about.
func (r *rig) audit(kind care.EntryKind) (about []string) {
	r.t.Helper()
	rows, err := r.store.SiteLog(r.t.Context(), ledger.AuditLog, 0, 500)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range rows {
		if e.Kind == kind {
			about = append(about, strings.TrimSpace(e.To+" "+e.Reason))
		}
	}
	return about
}
