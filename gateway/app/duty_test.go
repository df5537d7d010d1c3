package app

import (
	"path/filepath"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// songheRoster has a day carer, a night carer and a leader by day, and the
// manager on call round the clock, who answers no alarm. On the 25th the day
// carer is on leave; the leader stands in for her besides her own duty.
const songheRoster = `
duties:
  - id: carer
    name: {zh: 护理, en: Care}
    shifts:
      - {id: day, name: {zh: 白班, en: Day}, from: "07:00", to: "19:00"}
      - {id: night, name: {zh: 夜班, en: Night}, from: "19:00", to: "07:00"}
    rotations:
      - {start: 2026-11-23, weeks: [{day: [chen], night: [wu]}]}
  - id: leader
    name: {zh: 班长, en: Leader}
    shifts:
      - {id: day, name: {zh: 白班, en: Day}, from: "08:00", to: "16:00"}
    rotations:
      - {start: 2026-11-23, weeks: [{day: [lin]}]}
  - id: manager
    name: {zh: 院长, en: Manager}
    shifts:
      - {id: all, name: {zh: 全天, en: All day}, from: "00:00", to: "00:00"}
    rotations:
      - {start: 2026-11-23, weeks: [{all: [gao]}]}
overrides:
  - {duty: carer, from: "2026-11-25T07:00", to: "2026-11-25T19:00", who: chen, by: lin}
`

func TestCarerHoursOfARoster(t *testing.T) {
	ctx := t.Context()
	store, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	user := func(id care.UserID, role people.Role) people.User {
		return people.User{ID: id, Login: string(id), Name: string(id), Role: role, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}, PasswordHash: "none"}
	}
	name := care.Text{ZH: "松鹤", EN: "Songhe"}
	if _, err := store.ApplyPlan(ctx, ledger.Plan{
		Regions: []care.Region{{ID: "xihu", Level: "district", Name: name}},
		Sites:   []care.Site{{ID: "songhe", Kind: care.NursingHome, Name: name, Region: "xihu", TimeZone: "Asia/Shanghai"}},
		Users: []people.User{
			user("chen", people.Carer), user("wu", people.Carer), user("lin", people.Leader), user("gao", people.Manager),
		},
	}); err != nil {
		t.Fatal(err)
	}
	shanghai := time.FixedZone("Asia/Shanghai", 8*60*60)
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, shanghai) }
	r := rosters{store}
	if hours, known, err := r.CarerHours(ctx, "songhe", at(24, 0), at(25, 0)); known || hours != 0 || err != nil {
		t.Errorf("without a roster it is %v, %v, %v", hours, known, err)
	}
	err = store.Update(ctx, func(tx *ledger.Tx) error {
		_, err := tx.SaveDocument(ctx, alerts.Document{Site: "songhe", Kind: alerts.DocumentRoster, Body: []byte(songheRoster)},
			care.Act{By: "gao", Name: "gao", At: at(23, 0), Means: care.ByScreen})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		from, to time.Time
		hours    float64
	}{
		"a day, and the leader":             {at(24, 0), at(25, 0), 24 + 8},
		"an hour in the middle of a night":  {at(24, 2), at(24, 3), 1},
		"a leader in two places works once": {at(25, 7), at(25, 19), 12},
	} {
		t.Run(name, func(t *testing.T) {
			hours, known, err := r.CarerHours(ctx, "songhe", test.from, test.to)
			if hours != test.hours || !known || err != nil {
				t.Errorf("carers worked %v hours (%v, %v), want %v", hours, known, err, test.hours)
			}
		})
	}
}
