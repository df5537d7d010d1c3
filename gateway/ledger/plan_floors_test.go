package ledger

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// A carer whose floor no zone is on would see nothing that happens on any.
func TestFloorsOfAScopeAreThoseOfZones(t *testing.T) {
	old := &registers{
		sites: []siteRow{{ID: "songhe"}, {ID: "other"}},
		zones: []zoneRow{{Site: "songhe", ID: "203", Floor: "2"}, {Site: "songhe", ID: "yard"}, {Site: "other", ID: "901", Floor: "9"}},
	}
	carer := func(floors ...string) []people.User {
		return []people.User{{Login: "wang", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"songhe"}, Floors: floors}}}
	}
	for _, c := range []struct {
		name  string
		plan  Plan
		wrong bool
	}{
		{"as a zone names it", Plan{Users: carer("2")}, false},
		{"as nobody names it", Plan{Users: carer("2", "2F")}, true},
		{"without a name", Plan{Users: carer("")}, true},
		{"of another site", Plan{Users: carer("9")}, true},
		{"of a zone of the same plan", Plan{Users: carer("3"), Zones: []care.Zone{{Site: "songhe", ID: "301", Floor: "3"}}}, false},
		{"by its new name", Plan{Users: carer("2F"), Zones: []care.Zone{{Site: "songhe", ID: "203", Floor: "2F"}}}, false},
		{"by its old name", Plan{Users: carer("2"), Zones: []care.Zone{{Site: "songhe", ID: "203", Floor: "2F"}}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.plan.check(old)
			if !c.wrong {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wrong, ok := errors.AsType[*PlanError](err)
			if !ok {
				t.Fatalf("the plan is taken: %v", err)
			}
			var got []Mistake
			for _, m := range wrong.Mistakes {
				got = append(got, Mistake{Kind: m.Kind, ID: m.ID, Field: m.Field, Code: m.Code})
			}
			if diff := cmp.Diff([]Mistake{{Kind: "user", ID: "wang", Field: "floors", Code: MistakeUnknown}}, got); diff != "" {
				t.Errorf("the mistakes (-want +got):\n%s", diff)
			}
		})
	}
}
