package ledgertest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// noRows leaves out what testPlanTried looks at.
var noRows = cmpopts.IgnoreFields(ledger.Summary{}, "Rows")

func testPlanTwice(t *testing.T, e Engine) {
	s := e.Open(t)
	ctx := t.Context()
	added := func(n int) ledger.Count { return ledger.Count{Added: n} }
	sum := must[ledger.Summary](t)(s.ApplyPlan(ctx, plan()))
	if diff := cmp.Diff(ledger.Summary{
		Regions: added(2), Sites: added(2), Zones: added(1), Points: added(3), Edges: added(1), Residents: added(1), Users: added(3),
		ChangedSites: []care.SiteID{home, "qiutao"},
	}, sum, noRows); diff != "" {
		t.Errorf("the first time (-want +got):\n%s", diff)
	}
	p, d := plan(), s.Directory()
	wantDirectory := &people.Directory{
		Regions:   map[care.RegionID]care.Region{"xihu": p.Regions[0], "beishan": p.Regions[1]},
		Sites:     map[care.SiteID]care.Site{home: p.Sites[0], "qiutao": p.Sites[1]},
		Zones:     map[people.SiteZone]care.Zone{{Site: home, Zone: "203"}: p.Zones[0]},
		Points:    map[people.SitePoint]care.Point{{Site: home, Point: "203-call"}: p.Points[0], {Site: home, Point: "203-smoke-1"}: p.Points[1], {Site: home, Point: "203-smoke-2"}: p.Points[2]},
		Edges:     map[people.SiteEdge]care.Edge{{Site: home, Edge: "floor-2"}: p.Edges[0].Edge},
		Residents: map[care.ResidentID]people.Resident{"r-1": p.Residents[0]},
		Users:     make(map[care.UserID]people.User),
	}
	for _, u := range p.Users {
		u.PasswordHash = "" // it never leaves the ledger's readers of one user
		wantDirectory.Users[u.ID] = u
	}
	if diff := cmp.Diff(wantDirectory, d); diff != "" {
		t.Errorf("the directory (-want +got):\n%s", diff)
	}
	head, heads := must[uint64](t)(s.FeedHead(ctx)), must[[]ledger.Head](t)(s.Heads(ctx))
	if head != 2 || len(heads) != 2 {
		t.Errorf("the feed is at %d and %d sites have a log, want 2 and 2", head, len(heads))
	}

	same := func(n int) ledger.Count { return ledger.Count{Unchanged: n} }
	again := plan()
	// Who does not know the secrets and passwords leaves them as they are.
	again.Edges[0].SecretHash = nil
	again.Users[0].PasswordHash = ""
	again.Users[1].ID = "" // known by his login
	again.Users[2].Contacts, again.Users[2].Language = nil, ""
	again.Residents[0].Contacts = nil
	sum = must[ledger.Summary](t)(s.ApplyPlan(ctx, again))
	if diff := cmp.Diff(ledger.Summary{
		Regions: same(2), Sites: same(2), Zones: same(1), Points: same(3), Edges: same(1), Residents: same(1), Users: same(3),
	}, sum, noRows); diff != "" {
		t.Errorf("the second time (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantDirectory, s.Directory()); diff != "" {
		t.Errorf("the directory after the second time (-want +got):\n%s", diff)
	}
	if got := must[uint64](t)(s.FeedHead(ctx)); got != head {
		t.Errorf("the second time went into the feed, to %d", got)
	}
	if ok := must[bool](t)(s.CheckEdge(ctx, home, "floor-2", "correct horse")); !ok {
		t.Error("the edge cannot sign in any more")
	}
	if u, _, _ := s.User(ctx, "u-li"); u.PasswordHash != "$argon2id$1" {
		t.Errorf("the password hash became %q", u.PasswordHash)
	}
}

func testPlanChanges(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		return tx.RegisterPoint(ctx, care.Point{Site: home, ID: "stranger", Edge: "floor-2", Unregistered: true})
	})
	p := ledger.Plan{
		Zones:  []care.Zone{{Site: home, ID: "204", Floor: "2"}},
		Points: []care.Point{{Site: home, ID: "stranger", Edge: "floor-2", Zone: "204", Unregistered: true}},
		Edges:  []ledger.PlanEdge{{Edge: care.Edge{Site: home, ID: "floor-2"}, SecretHash: ledger.HashSecret("new")}},
		Users: []people.User{{Login: "sun", Name: "孙科长", Role: people.Inspector, Authority: people.FireRescue, Scope: people.Scope{Regions: []care.RegionID{"xihu"}}, PasswordHash: "h"},
			// The neighbour hands her badge on and cannot be reached any more.
			{Login: "next-door", Name: "陈阿姨", Role: people.Helper, Badge: "04a1b2", Contacts: []people.Contact{}},
			{Login: "li", Name: "李护士", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{home}}}},
		By: care.Act{By: "u-admin", Name: "管理员", At: now, Means: care.ByScreen},
	}
	sum := must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	if diff := cmp.Diff(ledger.Summary{
		Zones: ledger.Count{Added: 1}, Points: ledger.Count{Changed: 1}, Edges: ledger.Count{Changed: 1}, Users: ledger.Count{Added: 1, Changed: 2},
		ChangedSites: []care.SiteID{home},
	}, sum, noRows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d := s.Directory()
	if got, _ := d.Point(home, "stranger"); got.Unregistered || got.Zone != "204" {
		t.Errorf("the point that is entered now is %+v", got)
	}
	if len(d.Points) != 4 || len(d.Sites) != 2 {
		t.Errorf("what the plan does not name was changed: %d points, %d sites", len(d.Points), len(d.Sites))
	}
	if must[bool](t)(s.CheckEdge(ctx, home, "floor-2", "correct horse")) || !must[bool](t)(s.CheckEdge(ctx, home, "floor-2", "new")) {
		t.Error("the old secret still opens, or the new one does not")
	}
	if u := d.Users["u-chen"]; u.Contacts != nil || u.Badge != "04a1b2" || u.Language != "en" {
		t.Errorf("the neighbour is %+v, want her with the badge, her language and no contacts", u)
	}
	u, found, err := s.UserByLogin(ctx, "sun")
	if err != nil || !found || u.ID == "" {
		t.Errorf("the new user is %+v (%v), want one with an id", u, err)
	}
}

func testPlanMistakes(t *testing.T, e Engine) {
	s := furnished(t, e)
	before := s.Directory()
	bad := ledger.Plan{
		Regions: []care.Region{{ID: "a", Parent: "b"}, {ID: "b", Parent: "a"}, {ID: "c", Parent: "none"}, {}},
		Sites: []care.Site{
			{ID: "Bad Id", Kind: care.NursingHome, Region: "xihu", TimeZone: "Asia/Shanghai"},
			{ID: "s-1", Kind: "castle", Region: "xihu", TimeZone: "Asia/Shanghai"},
			{ID: "s-2", Kind: care.DayCare, Region: "moon", TimeZone: "Mars/Olympus", ArriveSeconds: 86401, CancelSeconds: -1},
		},
		Zones: []care.Zone{{Site: "nowhere", ID: "1"}, {Site: home, ID: "9"}, {Site: home, ID: "9"}},
		Points: []care.Point{
			{Site: home, ID: "p-1", Zone: "cellar"}, {Site: home, ID: "p-2", Edge: "gone"}, {Site: "qiutao", ID: "p-3", Resident: "r-1"},
			{Site: home, ID: "p-4", Kind: "siren", Power: "steam", ReportSeconds: 604801},
		},
		Residents: []people.Resident{{ID: "r-2", Site: home, Contacts: []people.Contact{{Channel: "SMS", Address: " "}}}},
		Edges:     []ledger.PlanEdge{{Edge: care.Edge{Site: home, ID: "e"}, SecretHash: []byte("short")}},
		Users: []people.User{
			{Login: "x", Role: "king"}, {ID: "u-other", Login: "li", Role: people.Carer},
			{Login: "z", Role: people.Carer, Relation: people.Neighbour, KeyHolder: true, Language: "de", Badge: "04a1b2",
				Contacts: []people.Contact{{Channel: "sms", Address: strings.Repeat("1", 513)}}},
			{Login: "v", Role: people.Helper, Relation: "friend", Authority: people.FireRescue, Badge: "b", Contacts: make([]people.Contact, 17)},
			{Login: "w", Role: people.Helper, Badge: "b"},
			{Login: "y", Role: people.Family, Scope: people.Scope{Sites: []care.SiteID{"s-9"}, Regions: []care.RegionID{"r-9"}, Residents: []care.ResidentID{"r-9"}}},
		},
	}
	_, err := s.ApplyPlan(t.Context(), bad)
	if err == nil {
		t.Fatal("the plan was applied")
	}
	for _, want := range []string{
		`region "a": its parents lead round`, `region "c": its parent "none"`, `region "": the id must`,
		`site "Bad Id": the id must`, `"castle"`, `"moon"`, `"Mars/Olympus"`,
		`"nowhere/1": the site`, `zone "hupan/9": is in the plan twice`,
		`zone "cellar"`, `edge "gone"`, `resident "r-1" is not registered at the site`, `not a SHA-256`,
		`role "king"`, `user "li": the login belongs to another`, `site "s-2": arrive_s is 86401, not 0 to 86400`, `cancel_s is -1, not 0 to 3600`,
		`point "hupan/p-4": the kind "siren"`, `the power "steam"`, `report_s is 604801`,
		`resident "r-2": the channel "SMS" of contact 1`, `the address of contact 1 has 1 bytes`,
		`user "z": the relation "neighbour"`, `user "z": only family and helpers hold the key`, `the language "de"`, `user "z": the badge is that of user "li"`, `user "w": the badge is that of user "v"`,
		`the address of contact 1 has 513 bytes, not 1 to 512`, `user "v": the relation "friend"`, `user "v": the authority "fire"`, `there are 17 contacts, not at most 16`,
		`site "s-9"`, `region "r-9"`, `resident "r-9"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s", want)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
	if s.Directory() != before {
		t.Error("the directory was replaced")
	}
}

func testRefresh(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	if changed := must[bool](t)(s.Refresh(ctx)); changed {
		t.Error("Refresh found a change where there was none")
	}
	e.Tamper(t, s, `INSERT INTO zone (site, id, floor, name_zh, name_en) VALUES ('hupan', '301', '3', '', '')`)
	e.Tamper(t, s, `UPDATE setting SET value = 'of another process' WHERE key = 'directory.revision'`)
	// A change of its own meanwhile must not cover up the other.
	stranger := care.Point{Site: home, ID: "stranger", Unregistered: true}
	update(t, s, func(tx *ledger.Tx) error { return tx.RegisterPoint(ctx, stranger) })
	if p, ok := s.Directory().Point(home, "stranger"); !ok {
		t.Errorf("the directory has %v, want the point that was just registered", p)
	}
	if changed := must[bool](t)(s.Refresh(ctx)); !changed {
		t.Error("Refresh did not see the change of another process")
	}
	if changed := must[bool](t)(s.Refresh(ctx)); changed {
		t.Error("Refresh saw it twice")
	}
	if _, ok := s.Directory().Point(home, "stranger"); !ok {
		t.Error("the point that was registered meanwhile is gone")
	}
	got := slices.Sorted(func(yield func(string) bool) {
		for z := range maps.Keys(s.Directory().Zones) {
			if !yield(string(z.Zone)) {
				return
			}
		}
	})
	if diff := cmp.Diff([]string{"203", "301"}, got); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
}

func testCheckEdge(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	if _, err := s.ApplyPlan(ctx, ledger.Plan{Edges: []ledger.PlanEdge{{Edge: care.Edge{Site: home, ID: "no-secret"}}}}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		site   care.SiteID
		edge   care.EdgeID
		secret string
		want   bool
	}{
		{"its own", home, "floor-2", "correct horse", true},
		{"wrong", home, "floor-2", "battery staple", false},
		{"empty", home, "floor-2", "", false},
		{"unknown edge", home, "floor-9", "correct horse", false},
		{"another site", "qiutao", "floor-2", "correct horse", false},
		{"edge without a secret", home, "no-secret", "", false},
	} {
		if got := must[bool](t)(s.CheckEdge(ctx, test.site, test.edge, test.secret)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if a, b := ledger.NewSecret(), ledger.NewSecret(); a == b || len(a) != 22 {
		t.Errorf("two new secrets are %q and %q, want two of 128 bits", a, b)
	}
}

func testUsers(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	want := plan().Users[2]
	for name, look := range map[string]func() (people.User, bool, error){
		"by login": func() (people.User, bool, error) { return s.UserByLogin(ctx, "next-door") },
		"by id":    func() (people.User, bool, error) { return s.User(ctx, "u-chen") },
	} {
		got, found, err := look()
		if err != nil || !found {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, login := range []string{"", "SON", "x' OR '1'='1", "\x00"} {
		if u, found, err := s.UserByLogin(ctx, login); found || err != nil {
			t.Errorf("the login %q gives %v, %v, %v", login, u, found, err)
		}
	}
}
