package ladder_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/ladder"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	source, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// TestEveryMistakeAtOnce reads a document with one mistake of each kind.
func TestEveryMistakeAtOnce(t *testing.T) {
	_, err := ladder.Parse(read(t, "mistakes.yaml"))
	joined, ok := errors.Unwrap(err).(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("the error is %v, want one that holds mistakes", err)
	}
	var got []string
	for _, e := range joined.Unwrap() {
		got = append(got, e.Error())
	}
	want := []string{
		`policies[0].id: "Night Fall" is no id: 1 to 40 of a-z, 0-9 and - are needed`,
		`policies[0].name: a name is needed in both languages, zh and en`,
		`policies[0].for.classes[1]: "stumble" is no class of incidents`,
		`policies[0].for.classes[2]: fall stands here twice`,
		`policies[0].for.classes[3]: "presence" is no class of incidents`,
		`policies[0].for.severity: 5 is not 1 (low) to 4 (urgent)`,
		`policies[0].for.site_kinds[0]: "hotel" is none of nursing_home, day_care and private_home`,
		`policies[0].for.hours: "22:00-22:00" are no hours such as 22:00-06:00; leave them empty for the whole day`,
		`policies[0].quiet: "21-7" are no hours such as 22:00-06:00; leave them empty for the whole day`,
		`policies[0].quiet: only incidents of the equipment can wait; name their classes in for: fault, tamper, battery, silent`,
		`policies[0].steps[0].to: at least one recipient is needed`,
		`policies[0].steps[0].wait_s: 5 seconds are not 10 to 86400`,
		`policies[0].steps[1].to[0]: "nobody" is no recipient: it is none of duty:ID, role:ROLE, inspector:LEVEL, user:ID, resident, helper:RELATION and family`,
		`policies[0].steps[1].to[1]: "duty:Night Shift" is no recipient: after duty: comes the id of a duty of the roster, such as carer`,
		`policies[0].steps[1].to[2]: "role:family" is no recipient: after role: comes one of carer, leader, manager, inspector`,
		`policies[0].steps[1].to[3]: "inspector:street" is no recipient: after inspector: comes one of village, township, district, city`,
		`policies[0].steps[1].to[4]: "helper:friend" is no recipient: after helper: comes one of neighbour, community`,
		`policies[0].steps[1].to[5]: "family:all" is no recipient: family stands alone; whose is decided by the incident`,
		`policies[0].steps[1].to[6]: "user:" is no recipient: after user: comes the id of a user`,
		`policies[0].steps[1].to[8]: resident stands here twice`,
		`policies[0].steps[1].channels: no step may rest on web push alone, which most telephones in mainland China never get; add another channel`,
		`policies[0].steps[1].repeat: 21 times are not 0 to 20`,
		`policies[0].steps[1].wait_s: 90000 seconds are not 10 to 86400`,
		`policies[0].steps[2].channels[1]: sms stands here twice`,
		`policies[0].steps[2].channels[2]: " " is no name of a channel`,
		`policies[0].steps[2].wait_s: 0 seconds are not 10 to 86400`,
		`policies[0].again_s: 30 seconds are not 60 to 86400; the last step must come again`,
		`policies[1].steps[0].to[1]: "duty: carer" is no recipient: after duty: comes the id of a duty of the roster, such as carer`,
		`policies[1].steps[0].to[0]: families are never told of calls and of the equipment`,
		`policies[3].steps: at least one step is needed`,
		`policies[3].again_s: 90000 seconds are not 60 to 86400; the last step must come again`,
		`policies[3].id: there is a policy call already`,
		`policies[3]: no incident ever comes here: policies[2] takes them all`,
		`policies[4].id: any is the id of a policy that is built in; take another, and yours comes first`,
		`policies[4]: no incident ever comes here: policies[2] takes them all`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if !strings.Contains(err.Error(), `> 11 |       - {to: [], wait_s: 5}`) {
		t.Errorf("the lines are not shown:\n%v", err)
	}
}

// TestUnknownField finds a field that is misspelt, with its line.
func TestUnknownField(t *testing.T) {
	_, err := ladder.Parse([]byte("policies:\n  - id: a\n    again: 5m\n"))
	if err == nil || !strings.Contains(err.Error(), "again") || !strings.Contains(err.Error(), "3 |") {
		t.Errorf("the error is %v", err)
	}
}

// TestTooMuch bounds what one document can cost.
func TestTooMuch(t *testing.T) {
	b := ladder.Book{Policies: make([]ladder.Policy, ladder.MaxPolicies+1)}
	if err := b.Check(); err == nil || !strings.Contains(err.Error(), "policies: 201 are more than 200") {
		t.Errorf("the error is %v", err)
	}
	if _, err := ladder.Parse(make([]byte, ladder.MaxSource+1)); err == nil {
		t.Error("a document of more than a MiB is read")
	}
}

// TestBothForms writes a book, and the policies that are built in, as JSON and
// as YAML and reads them again.
func TestBothForms(t *testing.T) {
	own, err := ladder.Parse(read(t, "book.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	copied := ladder.Book{Policies: ladder.Defaults()}
	for n := range copied.Policies {
		copied.Policies[n].ID = "our-" + copied.Policies[n].ID
	}
	for _, want := range []ladder.Book{own, copied} {
		for name, marshal := range map[string]func(any) ([]byte, error){"JSON": json.Marshal, "YAML": yaml.Marshal} {
			source, err := marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ladder.Parse(source)
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, source)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// TestDefaultsAreACopy: what a caller does to them changes nothing here.
func TestDefaultsAreACopy(t *testing.T) {
	ladder.Defaults()[0].Steps[0].To[0] = "user:u-nobody"
	p, _ := ladder.Book{}.Policy(ladder.Defaults()[0].ID)
	if got := p.Steps[0].To[0]; got == "user:u-nobody" {
		t.Errorf("the first recipient is %s now", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(read(f, "book.yaml"))
	f.Add(read(f, "mistakes.yaml"))
	f.Add([]byte(`{"policies":[{"id":"a","name":{"zh":"甲","en":"A"},"steps":[{"to":["duty:a"]}],"again_s":60}]}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		b, err := ladder.Parse(source)
		if err != nil {
			return
		}
		for _, p := range b.Policies {
			if table := ladder.Timetable(p); len(table) < len(p.Steps)+1 {
				t.Errorf("%d steps have a timetable of %d lines", len(p.Steps), len(table))
			}
			p.Due(noon, noon.Location())
		}
	})
}
