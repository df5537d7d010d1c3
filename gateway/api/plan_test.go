package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// password is everybody's.
const password = "看护 correct horse"

// hashed is a quick hash, since the tests sign people in hundreds of times. How
// it is made is said in the hash itself.
var hashed = sync.OnceValue(func() string {
	h, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		panic(err)
	}
	return h
})

// The two sites: a nursing home in Xihu district and a private home in
// Binjiang.
const (
	songhe care.SiteID = "songhe"
	qinghe care.SiteID = "qinghe"
)

// edgeSecret is the secret of songhe/floor-2.
const edgeSecret = "s3cr3t:with-colon"

func text(zh, en string) care.Text { return care.Text{ZH: zh, EN: en} }

// plan is what is registered: two sites and somebody of every role.
func plan() ledger.Plan {
	user := func(login, name string, role people.Role, scope people.Scope) people.User {
		return people.User{ID: care.UserID("u-" + login), Login: login, Name: name, Role: role, Scope: scope, PasswordHash: hashed()}
	}
	sites := func(ids ...care.SiteID) people.Scope { return people.Scope{Sites: ids} }
	regions := func(ids ...care.RegionID) people.Scope { return people.Scope{Regions: ids} }
	residents := func(ids ...care.ResidentID) people.Scope { return people.Scope{Residents: ids} }
	fireOfficer := user("yan", "严参谋", people.Inspector, regions("xihu"))
	fireOfficer.Authority = people.FireRescue
	return ledger.Plan{
		Regions: []care.Region{
			{ID: "hangzhou", Level: "city", Name: text("杭州市", "Hangzhou")},
			{ID: "xihu", Parent: "hangzhou", Level: "district", Name: text("西湖区", "Xihu")},
			{ID: "beishan", Parent: "xihu", Level: "township", Name: text("北山街道", "Beishan")},
			{ID: "binjiang", Parent: "hangzhou", Level: "district", Name: text("滨江区", "Binjiang")},
		},
		Sites: []care.Site{
			{ID: songhe, Kind: care.NursingHome, Name: text("松鹤养老院", "Songhe Home"), Region: "beishan", Address: text("北山路 8 号", "8 Beishan Rd"), TimeZone: "Asia/Shanghai"},
			{ID: qinghe, Kind: care.PrivateHome, Name: text("徐宅", "Xu's home"), Region: "binjiang", TimeZone: "Asia/Shanghai"},
		},
		Zones: []care.Zone{
			{Site: songhe, ID: "room-203", Floor: "2", Name: text("203 房", "Room 203")},
			{Site: qinghe, ID: "home", Floor: "1", Name: text("客厅", "Living room")},
		},
		Edges: []ledger.PlanEdge{
			{Edge: care.Edge{Site: songhe, ID: "floor-2", Name: text("二楼", "Floor 2")}, SecretHash: ledger.HashSecret(edgeSecret)},
			{Edge: care.Edge{Site: qinghe, ID: "floor-2", Name: text("网关", "Hub")}, SecretHash: ledger.HashSecret("another")},
		},
		Residents: []people.Resident{
			{ID: "r-li", Site: songhe, Name: "李秀兰", Risk: text("高跌倒风险", "High risk of falls"), FamilyConsent: true},
			{ID: "r-zhao", Site: songhe, Name: "赵国强"},
			{ID: "r-xu", Site: qinghe, Name: "徐美珍", FamilyConsent: true},
		},
		Points: []care.Point{
			{Site: songhe, ID: "203-1-cord", Edge: "floor-2", Zone: "room-203", Name: text("1 床拉绳", "Cord of bed 1"), Bed: "1", Resident: "r-li"},
			{Site: songhe, ID: "203-2-cord", Edge: "floor-2", Zone: "room-203", Name: text("2 床拉绳", "Cord of bed 2"), Bed: "2", Resident: "r-zhao"},
			{Site: songhe, ID: "203-smoke", Edge: "floor-2", Zone: "room-203", Name: text("烟感", "Smoke detector"), Kind: care.FireDetector},
			{Site: qinghe, ID: "watch", Edge: "floor-2", Zone: "home", Name: text("手表", "Watch"), Resident: "r-xu"},
		},
		Users: []people.User{
			user("chen", "陈静", people.Carer, sites(songhe)),
			user("lin", "林芳", people.Leader, sites(songhe)),
			user("gao", "高院长", people.Manager, sites(songhe, qinghe)),
			user("wu", "吴芳", people.Carer, sites(qinghe)),
			user("zhou", "周检查员", people.Inspector, regions("xihu")),
			user("ma", "马检查员", people.Inspector, regions("binjiang")),
			fireOfficer,
			user("neighbour", "陈阿姨", people.Helper, residents("r-li")),
			user("daughter", "李女士", people.Family, residents("r-li")),
			user("son", "赵先生", people.Family, residents("r-zhao")), // without consent
			user("ops", "系统管理员", people.Operator, people.Scope{}),
			user("ops-qinghe", "徐宅管理员", people.Operator, sites(qinghe)),
		},
	}
}

var update = flag.Bool("update", false, "write the golden files in testdata anew")

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// golden compares got with a file in testdata. Ids are made up at each run, so
// each is named by its first appearance.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	names := map[string]string{}
	got = uuids.ReplaceAllFunc(got, func(id []byte) []byte {
		if names[string(id)] == "" {
			names[string(id)] = "id-" + string(rune('a'+len(names)))
		}
		return []byte(names[string(id)])
	})
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to make it", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s (-want +got); run the test with -update if this is meant:\n%s", path, diff)
	}
}
