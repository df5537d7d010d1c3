// Package ledgertest is the suite that the ledger passes on every engine. It
// says what gateway/ledger promises; the engine's own tests (files, crashes)
// stand beside the engine.
package ledgertest

import (
	"encoding/json"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// Engine is one way to keep a ledger.
type Engine struct {
	// Open returns an empty ledger that the test closes at its end.
	Open func(t testing.TB) *ledger.Store
	// Tamper changes rows behind the back of the ledger, as a forger with
	// access to the database would.
	Tamper func(t testing.TB, s *ledger.Store, query string, args ...any)
}

// Run runs the whole suite.
func Run(t *testing.T, e Engine) {
	for name, test := range map[string]func(*testing.T, Engine){
		"event/once":                      testEventOnce,
		"event/of an unknown site":        testEventUnknownSite,
		"event/roll-back":                 testRollBack,
		"point/registered by its alarm":   testRegisterPoint,
		"point/state":                     testPointState,
		"point/active under a key":        testActivePoints,
		"incident/every field comes back": testIncidentFields,
		"incident/one open of a key":      testOneOpen,
		"incident/raced by many":          testRaisedByMany,
		"incident/lists":                  testIncidentLists,
		"incident/history":                testIncidentHistory,
		"feed/gapless":                    testFeedGapless,
		"feed/pages":                      testFeedPages,
		"log/entries":                     testEntries,
		"log/tampered":                    testTampered,
		"log/personal data erased":        testErased,
		"statistics/incidents":            testIncidentsBetween,
		"statistics/events":               testEventsBetween,
		"statistics/suppressed":           testSuppressedBetween,
		"statistics/last tests":           testLastTests,
		"log/signed heads":                testSignHeads,
		"log/forged within the chain":     testForgedWithinTheChain,
		"invariants":                      testInvariants,
		"plan/applied twice":              testPlanTwice,
		"plan/changes":                    testPlanChanges,
		"plan/regions":                    testPlanRegions,
		"plan/region removed":             testPlanRegionRemoved,
		"plan/mistakes":                   testPlanMistakes,
		"plan/mistakes by field":          testPlanMistakesByField,
		"plan/tried, applied, stale":      testPlanTried,
		"point/commissioned":              testCommissioned,
		"walk test/rows":                  testWalkTests,
		"plan/seen by another gateway":    testRefresh,
		"edge/secret":                     testCheckEdge,
		"edge/state":                      testEdgeState,
		"user/look-up":                    testUsers,
		"user/contacts":                   testUserContacts,
		"resident/consent":                testConsent,
		"family/what it wants":            testWants,
		"family/invitation":               testInvitation,
		"family/code":                     testEntryCode,
		"family/what staff vouches for":   testStaffContacts,
		"privacy/a person erased":         testErasePerson,
		"privacy/not while it is open":    testErasePersonOpen,
		"privacy/old data erased":         testEraseOld,
		"privacy/who left is erased":      testEraseLeft,
		"privacy/old hand-overs":          testEraseHandovers,
		"privacy/hand-over of the erased": testEraseHandoverOfErased,
		"privacy/no point leads to her":   testEraseUntied,
		"privacy/she moved before":        testEraseMoved,
		"privacy/a private home":          testErasePrivateHome,
		"privacy/who left waits alone":    testEraseLeftOthers,
		"incident/under another":          testIncidentsOfASite,
		"timer/due":                       testTimers,
		"timer/rolled back":               testTimersRolledBack,
		"notice/every field comes back":   testNoticeFields,
		"notice/look-ups":                 testNoticeLookUps,
		"notice/pruned":                   testPruneNotices,
		"shelf":                           testShelves,
		"presence":                        testPresence,
		"boards":                          testBoards,
		"condition":                       testConditions,
		"document/revisions":              testDocuments,
		"document/raced by many":          testDocumentRaced,
		"point/active everywhere":         testPointStates,
		"setting":                         testSettings,
		"quarantine/bounded":              testQuarantine,
		"seen/flush":                      testLastSeen,
		"session":                         testSessions,
		"ward/drawings":                   testDrawings,
		"ward/ticks":                      testTicks,
		"ward/away":                       testAway,
		"ward/hand-overs":                 testHandovers,
		"photo/kept and logged":           testPhotos,
		"photo/refused":                   testPhotosRefused,
		"photo/changed behind its back":   testPhotosChanged,
		"photo/gone after 30 days":        testPhotosExpire,
		"photo/gone with a resident":      testPhotosErased,
	} {
		t.Run(name, func(t *testing.T) { test(t, e) })
	}
}

// home is the site of the suite: a room with a bed, its button and two smoke
// detectors, and somebody who lives there.
const home care.SiteID = "hupan"

// now is a time as the ledger keeps it: UTC, whole microseconds.
var now = time.Date(2026, 11, 23, 22, 14, 0, 123456000, time.UTC)

// plan registers the home and a second, empty site.
func plan() ledger.Plan {
	return ledger.Plan{
		Regions: []care.Region{
			{ID: "xihu", Level: "district", Name: care.Text{ZH: "西湖区", EN: "Xihu"}},
			{ID: "beishan", Parent: "xihu", Level: "township", Name: care.Text{ZH: "北山街道", EN: "Beishan"}},
		},
		Sites: []care.Site{
			{ID: home, Kind: care.NursingHome, Name: care.Text{ZH: "湖畔养老院", EN: "Lakeside Home"}, Region: "beishan", TimeZone: "Asia/Shanghai", ArriveSeconds: 240, CancelSeconds: 60},
			{ID: "qiutao", Kind: care.DayCare, Name: care.Text{ZH: "秋涛日间照料中心", EN: "Qiutao Day Care"}, Region: "beishan", TimeZone: "Asia/Shanghai"},
		},
		Zones: []care.Zone{{Site: home, ID: "203", Floor: "2", Name: care.Text{ZH: "203 房", EN: "Room 203"}}},
		Edges: []ledger.PlanEdge{{
			Edge:       care.Edge{Site: home, ID: "floor-2", Name: care.Text{ZH: "二楼", EN: "Floor 2"}},
			SecretHash: ledger.HashSecret("correct horse"),
		}},
		Residents: []people.Resident{{
			ID: "r-1", Site: home, Name: "王奶奶", Risk: care.Text{ZH: "高跌倒风险", EN: "High risk of falls"}, FamilyConsent: true, Access: care.Text{ZH: "钥匙盒", EN: "Key box"},
			Contacts: []people.Contact{{Channel: "voice", Address: "+8657100000000"}},
		}},
		Points: []care.Point{
			{Site: home, ID: "203-call", Edge: "floor-2", Zone: "203", Name: care.Text{ZH: "床头呼叫", EN: "Bedside button"}, Bed: "1", Resident: "r-1"},
			{Site: home, ID: "203-smoke-1", Edge: "floor-2", Zone: "203", Kind: care.ManualCallPoint, Power: care.BatteryPower, ReportSeconds: 600},
			{Site: home, ID: "203-smoke-2", Edge: "floor-2", Zone: "203"},
		},
		Users: []people.User{
			{ID: "u-li", Login: "li", Name: "李护士", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{home}}, PasswordHash: "$argon2id$1", Badge: "04a1b2"},
			{ID: "u-son", Login: "son", Name: "王先生", Role: people.Family, Scope: people.Scope{Residents: []care.ResidentID{"r-1"}}, PasswordHash: "$argon2id$2"},
			{
				ID: "u-chen", Login: "next-door", Name: "陈阿姨", Role: people.Helper, Relation: people.Neighbour, KeyHolder: true, Language: "en",
				Scope:    people.Scope{Residents: []care.ResidentID{"r-1"}},
				Contacts: []people.Contact{{Channel: "sms", Address: "+8613800000001"}, {Channel: "mail", Address: "chen@example.org"}},
			},
		},
	}
}

// furnished returns a ledger with the plan in it.
func furnished(t *testing.T, e Engine) *ledger.Store {
	t.Helper()
	s := e.Open(t)
	if _, err := s.ApplyPlan(t.Context(), plan()); err != nil {
		t.Fatal(err)
	}
	return s
}

// event returns an event of the bedside button.
func event(id string) care.Received {
	return care.Received{
		Event: care.Event{
			Site: home, Edge: "floor-2", Device: "panel", ID: id, Class: care.SOS, Phase: care.Active,
			Point: "203-call", Time: now, Sequence: 7, Data: json.RawMessage(`{"held_ms":1200}`),
		},
		ReceivedAt: now.Add(time.Second), SentTime: now.Add(-time.Hour), Clock: care.ClockOffset, Via: "mqtt",
	}
}

// raised returns a new incident of a class at a key.
func raised(id string, class care.Class, key string) care.Incident {
	return care.Incident{
		ID: id, Site: home, Class: class, Key: key, Point: "203-call", Zone: "203", Resident: "r-1",
		Severity: class.Severity(), State: care.Raised, HappenedAt: now, RaisedAt: now, AlarmedAt: now, Alarms: 1, Revision: 1,
	}
}

// resolve closes an incident at a time.
func resolve(i *care.Incident, at time.Time) {
	i.State, i.Cause = care.Resolved, care.CauseReal
	i.Resolved = &care.Act{By: "u-li", Name: "李护士", At: at, Means: care.ByScreen}
}

// update runs fn in a transaction that must commit.
func update(t testing.TB, s *ledger.Store, fn func(*ledger.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// must returns v, or ends the test.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
