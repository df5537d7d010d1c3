package roster_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/roster"
)

// TestEveryMistakeAtOnce reads a document with one mistake of each kind.
func TestEveryMistakeAtOnce(t *testing.T) {
	source, err := os.ReadFile("testdata/mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = roster.Parse(source, "Asia/Nowhere")
	joined, ok := errors.Unwrap(err).(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("the error is %v, want one that holds mistakes", err)
	}
	var got []string
	for _, e := range joined.Unwrap() {
		got = append(got, e.Error())
	}
	want := []string{
		`time_zone: "Asia/Nowhere" is no IANA time zone such as Asia/Shanghai; correct it at the site`,
		`duties[0].id: "Carer 3" is no id: 1 to 40 of a-z, 0-9 and - are needed`,
		`duties[0].name: a name is needed in both languages, zh and en`,
		`duties[0].floors[1]: floor 3 stands here twice`,
		`duties[0].floors[2]: "" is no floor; write it as the rooms of the site do`,
		`duties[0].needed[0].from: "24:00" is no time of day such as 07:00`,
		`duties[0].shifts[0].days[1]: "monday" is none of mon, tue, wed, thu, fri, sat and sun`,
		`duties[0].shifts[0].days[2]: mon stands here twice`,
		`duties[0].shifts[0].from: "7:00" is no time of day such as 07:00`,
		`duties[0].shifts[0].to: "25:00" is no time of day such as 15:00`,
		`duties[0].shifts[1].id: the duty has a shift early already`,
		`duties[0].rotations[0].start: "2026-02-30" is no day such as 2026-11-02`,
		`duties[0].rotations[0].every: 60 days are not 1 to 28`,
		`duties[0].rotations[0].order: weeks and order exclude each other; keep one`,
		`duties[0].rotations[0].order[1]: "Wang Fang" is no user's id`,
		`duties[0].rotations[0].weeks[0].early[1]: u-1 stands here twice`,
		`duties[0].rotations[0].weeks[0]: the duty has no shift "night"`,
		`duties[0].rotations[1]: nobody is in the rotation; give weeks, or order`,
		`duties[0].rotations[2].order: 1 people for 2 shifts would leave one empty; use weeks to say which`,
		`duties[0].rotations[2].start: another rotation of the duty begins on 2026-03-01 too`,
		`duties[1].shifts: at least one shift is needed`,
		`overrides[0].duty: there is no duty "cook"`,
		`overrides[0].from: "tomorrow" is no local time such as 2026-11-25T22:00`,
		`overrides[0]: say who is replaced (who), who comes (by), or both`,
		`overrides[1].to: "2026-11-25" is no local time such as 2026-11-26T06:00`,
		`overrides[1].duty: somebody in addition needs a duty`,
		`overrides[2].by: u-1 cannot replace herself or himself`,
		`overrides[3].floors: floors are for somebody in addition; who replaces somebody stands where that one would`,
		`overrides[4]: it takes back overrides[3]; for an exchange give each the hours of the shift that changes hands`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), `from: "7:00"`) || !strings.Contains(err.Error(), ">") {
		t.Errorf("the lines are not shown:\n%v", err)
	}
}

// TestBackwards has an override that ends before it begins. That takes a zone
// to see.
func TestBackwards(t *testing.T) {
	r := nights("u-wang")
	r.Overrides = []roster.Override{{From: "2026-11-26T06:00", To: "2026-11-25T22:00", Who: "u-wang"}}
	err := r.Check("Asia/Shanghai")
	if err == nil || err.Error() != "overrides[0].to: 2026-11-25T22:00 is not after 2026-11-26T06:00" {
		t.Errorf("the error is %v", err)
	}
}

// TestUnknownField finds a field that is misspelt, with its line.
func TestUnknownField(t *testing.T) {
	_, err := roster.Parse([]byte("duties:\n  - id: carer\n    flors: [\"3\"]\n"), "Asia/Shanghai")
	if err == nil || !strings.Contains(err.Error(), "flors") || !strings.Contains(err.Error(), "3 |") {
		t.Errorf("the error is %v", err)
	}
}

// TestTooMuch bounds what one question can cost.
func TestTooMuch(t *testing.T) {
	r := nights("u-wang")
	r.Duties = append(r.Duties, make([]roster.Duty, roster.MaxDuties)...)
	if err := r.Check("Asia/Shanghai"); err == nil || !strings.Contains(err.Error(), "duties: 201 are more than 200") {
		t.Errorf("the error is %v", err)
	}
	if _, err := roster.Parse(make([]byte, roster.MaxSource+1), "Asia/Shanghai"); err == nil {
		t.Error("a document of more than a MiB is read")
	}
}

// TestBothForms writes the home as JSON and as YAML and reads it again.
func TestBothForms(t *testing.T) {
	want := songhe(t)
	for name, marshal := range map[string]func(any) ([]byte, error){"JSON": json.Marshal, "YAML": yaml.Marshal} {
		source, err := marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := roster.Parse(source, "Asia/Shanghai")
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, source)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestUncheckedIsHarmless asks a roster that Check refuses.
func TestUncheckedIsHarmless(t *testing.T) {
	r := nights("u-wang")
	r.Duties[0].Shifts[0].From = "late"
	r.Overrides = []roster.Override{{Duty: "carer", From: "x", By: "u-li"}, {Who: "u-wang"}}
	loc := zone(t, "Asia/Shanghai")
	if got := r.Who("carer", "", local(t, "2026-11-02 23:00", loc), loc); got != nil {
		t.Errorf("on duty is %v, want nobody", got)
	}
	if got := (roster.Roster{}).Gaps(local(t, "2026-11-02 23:00", loc), local(t, "2026-11-03 23:00", loc), loc, nil); got != nil {
		t.Errorf("an empty roster has gaps: %v", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/songhe.yaml", "testdata/mistakes.yaml"} {
		source, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Add([]byte(`{"duties":[{"id":"a","shifts":[{"from":"00:00","to":"24:00"}],"rotations":[{"start":"1970-01-01","order":["u"]}]}]}`))
	loc := zone(f, "America/New_York")
	at := local(f, "2026-03-08 01:00", loc)
	f.Fuzz(func(t *testing.T, source []byte) {
		r, err := roster.Parse(source, "America/New_York")
		if err != nil {
			return
		}
		for _, turn := range r.On(at, loc) {
			if !turn.From.Before(turn.To) || at.Before(turn.From) || !at.Before(turn.To) || turn.User == care.UserID("") {
				t.Errorf("a turn at %s: %+v", at, turn)
			}
		}
		r.Gaps(at, at.Add(48*60*60e9), loc, nil)
	})
}
