package ladder_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
)

// TestWhatFamiliesAskForEmptiesNoStep draws families with any wishes, beside
// any others, and any step. Whoever is spared is of a family and of an incident
// that is no emergency; a step that reaches anybody reaches somebody who is not
// the resident himself with the wishes, too, unless it did not without them.
func TestWhatFamiliesAskForEmptiesNoStep(t *testing.T) {
	comes := func(t ladder.Target) bool { return len(t.Contacts) > 0 && !strings.HasPrefix(t.Owner, "resident:") }
	rapid.Check(t, func(t *rapid.T) {
		d := town()
		for _, id := range []care.UserID{"u-8-family", "u-9-family", "u-c-family"} {
			u := d.Users[id]
			u.ID, u.Role, u.Scope.Residents, u.Contacts = id, people.Family, []care.ResidentID{"r-li", "r-zhou"}, phone("+86c")
			u.Wants.UrgentOnly = rapid.Bool().Draw(t, "urgent only")
			if rapid.Bool().Draw(t, "sleeps") {
				for day := 1; day <= 7; day++ {
					u.Wants.Quiet = append(u.Wants.Quiet, people.Quiet{Day: day, From: "00:00", To: "00:00"})
				}
			}
			d.Users[id] = u
		}
		i := incident(rapid.SampledFrom(care.Classes()).Draw(t, "class"))
		i.Resident = rapid.SampledFrom([]care.ResidentID{"r-li", "r-zhou"}).Draw(t, "resident")
		i.Site = d.Residents[i.Resident].Site
		step := ladder.Step{To: rapid.SliceOf(rapid.SampledFrom([]ladder.Recipient{
			"resident", "family", "helper:neighbour", "duty:carer", "role:leader", "inspector:township", "user:u-9-family",
		})).Draw(t, "to")}
		in := ladder.Input{Site: d.Sites[i.Site], Incident: i, At: night, Directory: d, Duty: duty{{"carer", ""}: {"u-2-carer"}}}
		with := ladder.Resolve(step, in)
		in.All = true
		without := ladder.Resolve(step, in)

		for _, target := range without {
			if slices.ContainsFunc(with, func(o ladder.Target) bool { return o.Owner == target.Owner }) {
				continue
			}
			if d.Users[care.UserID(target.Owner)].Role != people.Family || i.Class.Severity() == care.Urgent {
				t.Fatalf("%s is not told of %s", target.Owner, i.Class)
			}
		}
		if slices.ContainsFunc(without, comes) != slices.ContainsFunc(with, comes) {
			t.Fatalf("with what families ask for the step tells %v, without it %v", with, without)
		}
	})
}

func TestAFamilyIsSparedBesideOthersOnly(t *testing.T) {
	d := town()
	u := d.Users["u-9-family"]
	u.Wants = people.Wants{UrgentOnly: true}
	d.Users[u.ID] = u
	i := incident(care.Wandering)
	i.Site, i.Resident = "home-li", "r-li"
	for to, want := range map[string]string{
		"family":                           "u-9-family",
		"resident family":                  "resident:r-li u-9-family",
		"resident family helper:neighbour": "resident:r-li u-a-neighbour",
	} {
		step := ladder.Step{}
		for r := range strings.FieldsSeq(to) {
			step.To = append(step.To, ladder.Recipient(r))
		}
		var got []string
		for _, target := range ladder.Resolve(step, ladder.Input{Site: home, Incident: i, At: noon, Directory: d}) {
			got = append(got, target.Owner)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at the step %q told are %v, want %s", to, got, want)
		}
	}
	i.Severity = care.Urgent // by a rule of the house
	beside := ladder.Step{To: []ladder.Recipient{"helper:neighbour", "family"}}
	if got := ladder.Resolve(beside, ladder.Input{Site: home, Incident: i, At: noon, Directory: d}); len(got) != 2 {
		t.Errorf("of what a rule calls urgent told are %v, want the family, too", got)
	}
}
