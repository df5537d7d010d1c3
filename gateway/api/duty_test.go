package api_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

func dutyOf(t *testing.T, on []api.OnDutyView) (names []string) {
	t.Helper()
	for _, o := range on {
		names = append(names, o.Name.EN+" "+o.Person)
	}
	slices.Sort(names)
	return names
}

// TestWhoIsOnDuty by the roster, and by everybody's role where there is none.
func TestWhoIsOnDuty(t *testing.T) {
	r := newRig(t)
	lin := r.as("lin")
	v := read[api.DutyView](t, lin.get("/api/sites/songhe/duty"))
	if diff := cmp.Diff([]string{"carer 陈静", "manager 高院长", "shift leader 林芳"}, dutyOf(t, v.On)); diff != "" || v.Roster {
		t.Errorf("without a roster (-want +got):\n%s", diff)
	}
	// The night shift of the second week is Chen's; nobody is planned before.
	lin.do("PUT", "/api/sites/songhe/roster", save(rosterText, 0)).expect(t, 200)
	v = read[api.DutyView](t, lin.get("/api/sites/songhe/duty?at=2026-11-10T03:00:00%2B08:00"))
	if len(v.On) != 1 || v.On[0].Person != "陈静" || v.On[0].Shift == nil || v.On[0].Shift.EN != "Night" || len(v.Gaps) != 0 || !v.Roster {
		t.Errorf("at three in the night there are %+v, gaps %+v", v.On, v.Gaps)
	}
	v = read[api.DutyView](t, lin.get("/api/sites/songhe/duty?at=2026-10-30T12:00:00%2B08:00"))
	end := time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC) // 07:00 in Shanghai
	if len(v.On) != 0 || len(v.Gaps) != 1 || !v.Gaps[0].To.Equal(end) || v.Gaps[0].Name.ZH != "护理" || !slices.Equal(v.Gaps[0].Floors, []string{"2"}) {
		t.Errorf("before the roster begins there are %+v, gaps %+v", v.On, v.Gaps)
	}
	lin.get("/api/sites/qinghe/duty").problem(t, 404, api.CodeNotFound)
}

// TestATelephoneSubscribesToTheTurns by an address that only its owner was
// told, and that ends with his password.
func TestATelephoneSubscribesToTheTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		lin, phone := r.as("lin"), r.nobody()
		lin.do("PUT", "/api/sites/songhe/roster", save(strings.ReplaceAll(rosterText, "2026-11-02", "2000-01-03"), 0)).expect(t, 200)
		calendars := read[api.CalendarsView](t, r.as("chen").get("/api/me/calendar")).Calendars
		if len(calendars) != 1 || calendars[0].Site.ID != songhe {
			t.Fatalf("the calendars are %+v", calendars)
		}
		path, ok := strings.CutPrefix(calendars[0].URL, "https://care.example.org")
		if !ok {
			t.Errorf("the address is %q", calendars[0].URL)
		}
		res := phone.get(path).expect(t, 200)
		mine := string(res.body)
		if got := res.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
			t.Errorf("it comes as %q", got)
		}
		if !strings.HasPrefix(mine, "BEGIN:VCALENDAR\r\n") || !strings.Contains(mine, "SUMMARY:白班 护理 2楼\r\n") || strings.Contains(mine, "林芳") {
			t.Errorf("her calendar is\n%.600s", mine)
		}
		all := string(lin.get("/api/sites/songhe/duty.ics").expect(t, 200).body)
		if !strings.Contains(all, "陈静") || !strings.Contains(all, "林芳") || strings.Count(all, "BEGIN:VEVENT") <= strings.Count(mine, "BEGIN:VEVENT") {
			t.Errorf("everybody's calendar is\n%.600s", all)
		}
		u, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(q url.Values){
			"somebody else's turns": func(q url.Values) { q.Set("user", "u-lin") },
			"everybody's":           func(q url.Values) { q.Del("user") },
			"a made-up token":       func(q url.Values) { q.Set("token", "AAAAAAAAAAAAAAAAAAAAAA") },
			"no token":              func(q url.Values) { q.Del("token") },
		} {
			q := u.Query()
			change(q)
			if res := phone.get(u.Path + "?" + q.Encode()); res.StatusCode != 401 {
				t.Errorf("%s is answered %d", name, res.StatusCode)
			}
		}
		phone.get(strings.Replace(path, "songhe", "qinghe", 1)).problem(t, 404, api.CodeNotFound)

		changed := plan().Users[0]
		changed.PasswordHash = hashed() + "x"
		if _, err := r.store.ApplyPlan(t.Context(), ledger.Plan{Users: []people.User{changed}}); err != nil {
			t.Fatal(err)
		}
		phone.get(path).problem(t, 401, api.CodeSignedOut)
	})
}
