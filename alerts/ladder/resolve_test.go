package ladder_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
)

var _ ladder.Duty = roster.Roster{}

// duty is who is on duty, by duty and floor.
type duty map[[2]string][]care.UserID

func (d duty) Who(id, floor string, _ time.Time, _ *time.Location) []care.UserID {
	return d[[2]string{id, floor}]
}

func phone(number string) []people.Contact {
	return []people.Contact{{Channel: "voice", Address: number}, {Channel: "sms", Address: number}}
}

// town is a home of Mr and Mrs Li and a nursing home of Mrs Zhou and Mr Qian.
func town() *people.Directory {
	d := &people.Directory{
		Regions: map[care.RegionID]care.Region{
			"village": {ID: "village", Parent: "east", Level: "village"}, "east": {ID: "east", Parent: "district", Level: "township"},
			"west": {ID: "west", Parent: "district", Level: "township"}, "district": {ID: "district", Level: "district"},
		},
		Sites: map[care.SiteID]care.Site{"songhe": house, "home-li": home},
		Zones: map[people.SiteZone]care.Zone{{Site: "songhe", Zone: "203"}: {ID: "203", Floor: "2"}},
		Points: map[people.SitePoint]care.Point{
			{Site: "songhe", Point: "203-bed"}: {ID: "203-bed", Zone: "203"},
		},
		Residents: map[care.ResidentID]people.Resident{
			"r-li": {ID: "r-li", Site: "home-li", FamilyConsent: true, Contacts: phone("+861")}, "r-li-2": {ID: "r-li-2", Site: "home-li"},
			"r-zhou": {ID: "r-zhou", Site: "songhe", FamilyConsent: true}, "r-qian": {ID: "r-qian", Site: "songhe"},
		},
		Users: map[care.UserID]people.User{},
	}
	for _, u := range []people.User{
		{ID: "u-1-carer", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}, Contacts: phone("+862")},
		{ID: "u-2-carer", Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}},
		{ID: "u-3-leader", Role: people.Leader, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}, Contacts: phone("+863"), Language: "en"},
		{ID: "u-4-manager", Role: people.Manager, Scope: people.Scope{Sites: []care.SiteID{"other"}}, Contacts: phone("+864")},
		{ID: "u-5-east", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"east"}}, Contacts: phone("+865")},
		{ID: "u-6-west", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"west"}}, Contacts: phone("+866")},
		{ID: "u-7-district", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"district"}}, Contacts: phone("+867")},
		{ID: "u-8-family", Role: people.Family, Scope: people.Scope{Residents: []care.ResidentID{"r-zhou", "r-qian"}}, Contacts: phone("+868")},
		{ID: "u-9-family", Role: people.Family, Scope: people.Scope{Residents: []care.ResidentID{"r-li"}}, Contacts: phone("+869")},
		{ID: "u-a-neighbour", Role: people.Helper, Relation: people.Neighbour, Scope: people.Scope{Residents: []care.ResidentID{"r-li"}}, Contacts: phone("+86a")},
		{ID: "u-b-community", Role: people.Helper, Relation: people.Community, Scope: people.Scope{Residents: []care.ResidentID{"r-li-2"}}, Contacts: phone("+86b")},
	} {
		d.Users[u.ID] = u
	}
	return d
}

// TestResolve has whom each recipient is, to incidents in a house and a home.
func TestResolve(t *testing.T) {
	tonight := duty{
		{"carer", "2"}: {"u-2-carer", "u-gone"}, {"carer", ""}: {"u-1-carer", "u-2-carer"},
		{"odd", "2"}: {"u-8-family", "u-4-manager", "u-3-leader", "u-3-leader"},
	}
	of := func(c care.Class, r care.ResidentID) care.Incident {
		i := incident(c)
		i.Site, i.Zone, i.Resident = "songhe", "203", r
		if strings.HasPrefix(string(r), "r-li") {
			i.Site, i.Zone = "home-li", ""
		}
		return i
	}
	kitchen := incident(care.Fire)
	kitchen.Site = "home-li"
	bed := of(care.BedExit, "r-zhou")
	bed.Zone, bed.Point = "", "203-bed"
	for _, c := range []struct {
		name     string
		incident care.Incident
		to       string
		want     string
	}{
		{"carers of the floor, and nobody who has left", of(care.Fall, "r-zhou"), "duty:carer", "u-2-carer"},
		{"the floor of the point's room", bed, "duty:carer", "u-2-carer"},
		{"somebody of another house who helps out; never a family", of(care.Fall, "r-qian"), "duty:odd", "u-4-manager u-3-leader"},
		{"a duty without anybody", of(care.Fall, "r-zhou"), "duty:leader", ""},
		{"carers by role, as far as they can be reached", of(care.Fall, "r-zhou"), "role:carer", "u-1-carer"},
		{"managers of this house only", of(care.Fall, "r-zhou"), "role:manager", ""},
		{"inspectors who see the site", of(care.Fire, ""), "role:inspector", "u-5-east u-7-district"},
		{"the township's inspector", of(care.Fire, ""), "inspector:township", "u-5-east"},
		{"the district's", of(care.Fire, ""), "inspector:district", "u-7-district"},
		{"a level that there is not", of(care.Fire, ""), "inspector:city", ""},
		{"a level below the site's", of(care.Fire, ""), "inspector:village", ""},
		{"one user", of(care.Fire, ""), "user:u-3-leader", "u-3-leader"},
		{"one user who must not see it", of(care.Fall, "r-zhou"), "user:u-9-family", ""},
		{"each once, in order", of(care.Fire, ""), "role:leader user:u-1-carer role:carer role:leader", "u-3-leader u-1-carer"},
		{"a family", of(care.Fall, "r-zhou"), "family", "u-8-family"},
		{"no family without consent", of(care.Fall, "r-qian"), "family", ""},
		{"no family of a plain call", of(care.Call, "r-zhou"), "family", ""},
		{"no family of a battery", of(care.Battery, "r-zhou"), "family", ""},
		{"no family of a fire of nobody's own", of(care.Fire, ""), "family", ""},
		{"no resident of a house where none is concerned", of(care.Fire, ""), "resident", ""},
		{"a resident without a telephone", of(care.Fall, "r-zhou"), "resident", ""},
		{"a resident at home", of(care.Fall, "r-li"), "resident", "resident:r-li"},
		{"his neighbour", of(care.Fall, "r-li"), "helper:neighbour", "u-a-neighbour"},
		{"his wife's community worker is not his", of(care.Fall, "r-li"), "helper:community", ""},
		{"a fire in their kitchen is of both", kitchen, "resident family helper:neighbour helper:community", "resident:r-li u-9-family u-a-neighbour u-b-community"},
		{"the township above the village", kitchen, "inspector:township inspector:village", "u-5-east"},
		{"a recipient that Check refuses", kitchen, "everybody", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := town()
			in := ladder.Input{Site: d.Sites[c.incident.Site], Incident: c.incident, At: night, Directory: d, Duty: tonight}
			step := ladder.Step{}
			for r := range strings.FieldsSeq(c.to) {
				step.To = append(step.To, ladder.Recipient(r))
			}
			var got []string
			for _, target := range ladder.Resolve(step, in) {
				got = append(got, target.Owner)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("told are (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNobodyDisabledIsCalled: a step that calls everybody calls nobody whose
// account was disabled, also when the roster still has her on duty.
func TestNobodyDisabledIsCalled(t *testing.T) {
	d := town()
	for id, u := range d.Users {
		u.Disabled = true
		d.Users[id] = u
	}
	i := incident(care.Fall)
	i.Site, i.Resident = "home-li", "r-li"
	for _, c := range []struct {
		name string
		in   ladder.Input
		to   []ladder.Recipient
	}{
		{"on duty", ladder.Input{Site: house, Incident: care.Incident{Site: "songhe", Class: care.Fall}, Duty: duty{{"carer", ""}: {"u-1-carer", "u-2-carer"}}}, []ladder.Recipient{"duty:carer"}},
		{"of a role, and by name", ladder.Input{Site: house, Incident: care.Incident{Site: "songhe", Class: care.Fall}}, []ladder.Recipient{"role:carer", "user:u-3-leader", "inspector:township"}},
		{"family and helpers", ladder.Input{Site: home, Incident: i}, []ladder.Recipient{"family", "helper:neighbour", "helper:community"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.At, c.in.Directory, c.in.All = night, d, true
			if got := ladder.Resolve(ladder.Step{To: c.to}, c.in); len(got) > 0 {
				t.Errorf("called are %+v", got)
			}
		})
	}
}

// TestWhoMovedOutIsNotCalled: the kitchen of a couple of whom one has left.
func TestWhoMovedOutIsNotCalled(t *testing.T) {
	d := town()
	r := d.Residents["r-li"]
	gone := night.Add(-time.Hour)
	r.LeftAt = &gone
	d.Residents["r-li"] = r
	kitchen := incident(care.Fire)
	kitchen.Site = "home-li"
	got := ladder.Resolve(ladder.Step{To: []ladder.Recipient{"resident", "family", "helper:neighbour", "helper:community"}}, ladder.Input{
		Site: home, Incident: kitchen, At: night, Directory: d, All: true,
	})
	if len(got) != 1 || got[0].Owner != "u-b-community" {
		t.Errorf("told are %+v, want who helps the one who still lives there", got)
	}
}

// TestTargets has the languages and contacts of those on duty, with one who is
// told by the board alone.
func TestTargets(t *testing.T) {
	d := town()
	i := incident(care.Fall)
	i.Site = "songhe"
	in := ladder.Input{Site: house, Incident: i, At: night, Directory: d, Duty: duty{{"carer", ""}: {"u-2-carer", "u-3-leader"}}}
	got := ladder.Resolve(ladder.Step{To: []ladder.Recipient{"duty:carer"}, Channels: []string{"sms"}}, in)
	want := []ladder.Target{
		{Owner: "u-2-carer", Language: "zh"},
		{Owner: "u-3-leader", Language: "en", Contacts: []people.Contact{{Channel: "sms", Address: "+863"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	in.Duty = nil
	if got := ladder.Resolve(ladder.Step{To: []ladder.Recipient{"duty:carer"}}, in); got != nil {
		t.Errorf("without a roster %v are on duty", got)
	}
}

// TestOrderOfContacts has the order in which one person's contacts are tried.
func TestOrderOfContacts(t *testing.T) {
	for _, c := range []struct{ name, contacts, channels, want string }{
		{"her own order", "wecom:1 sms:1 voice:1", "", "wecom:1 sms:1 voice:1"},
		{"the order of the step, and no other channel", "wecom:1 sms:1 voice:1", "voice sms", "voice:1 sms:1"},
		{"two of one channel in her order", "sms:1 voice:1 sms:2", "sms", "sms:1 sms:2"},
		{"none of the step's channels: what there is", "wecom:1 sms:1", "voice", "wecom:1 sms:1"},
		{"web push is never alone and never first", "webpush:1 sms:1", "", "sms:1 webpush:1"},
		{"also where the step says so", "webpush:1 sms:1", "webpush sms", "sms:1 webpush:1"},
		{"of the step's only web push: what there is besides", "webpush:1 wecom:1", "voice webpush", "wecom:1 webpush:1"},
		{"nothing but web push", "webpush:1", "sms", "webpush:1"},
		{"the same twice", "sms:1 sms:1", "sms", "sms:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := town()
			u := d.Users["u-3-leader"]
			u.Contacts = nil
			for s := range strings.FieldsSeq(c.contacts) {
				channel, address, _ := strings.Cut(s, ":")
				u.Contacts = append(u.Contacts, people.Contact{Channel: channel, Address: address})
			}
			d.Users[u.ID] = u
			i := incident(care.Fall)
			i.Site = "songhe"
			step := ladder.Step{To: []ladder.Recipient{"role:leader"}, Channels: strings.Fields(c.channels)}
			var got []string
			for _, contact := range ladder.Resolve(step, ladder.Input{Site: house, Incident: i, At: night, Directory: d})[0].Contacts {
				got = append(got, contact.Channel+":"+contact.Address)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("tried are (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRegionsInACircle checks that broken data ends in an answer.
func TestRegionsInACircle(t *testing.T) {
	d := town()
	d.Regions["district"] = care.Region{ID: "district", Parent: "east", Level: "district"}
	i := incident(care.Fire)
	i.Site = "songhe"
	in := ladder.Input{Site: house, Incident: i, At: night, Directory: d}
	if got := ladder.Resolve(ladder.Step{To: []ladder.Recipient{"inspector:city"}}, in); got != nil {
		t.Errorf("told are %v", got)
	}
}

// TestAnyStep draws people, incidents and steps. Nobody is told twice, nobody
// who is not on duty and cannot be reached, and no family but that of somebody
// whom the incident concerns, with consent, and never of calls and equipment.
func TestAnyStep(t *testing.T) {
	recipients := []ladder.Recipient{
		"duty:carer", "duty:leader", "role:carer", "role:leader", "role:manager", "role:inspector", "inspector:village",
		"inspector:township", "inspector:district", "resident", "helper:neighbour", "helper:community", "family", "user:u-8-family", "user:u-3-leader",
	}
	rapid.Check(t, func(t *rapid.T) {
		d := town()
		for id, r := range d.Residents {
			r.FamilyConsent = rapid.Bool().Draw(t, "consent of "+string(id))
			d.Residents[id] = r
		}
		var ids []care.UserID
		for n := range rapid.IntRange(0, 12).Draw(t, "users") {
			u := people.User{
				ID:       care.UserID(fmt.Sprint("u-more-", n)),
				Role:     rapid.SampledFrom([]people.Role{people.Carer, people.Manager, people.Family, people.Helper, people.Inspector}).Draw(t, "role"),
				Relation: rapid.SampledFrom([]people.Relation{people.Neighbour, people.Community}).Draw(t, "relation"),
				Scope: people.Scope{
					Sites:     rapid.SliceOf(rapid.SampledFrom([]care.SiteID{"songhe", "home-li"})).Draw(t, "sites"),
					Residents: rapid.SliceOf(rapid.SampledFrom([]care.ResidentID{"r-li", "r-li-2", "r-zhou", "r-qian"})).Draw(t, "residents"),
					Regions:   rapid.SliceOf(rapid.SampledFrom([]care.RegionID{"village", "east", "west", "district"})).Draw(t, "regions"),
				},
			}
			if rapid.Bool().Draw(t, "reachable") {
				u.Contacts = phone("+86")
			}
			d.Users[u.ID] = u
			ids = append(ids, u.ID)
		}
		i := incident(rapid.SampledFrom(care.Classes()).Draw(t, "class"))
		i.Resident = rapid.SampledFrom([]care.ResidentID{"", "r-li", "r-li-2", "r-zhou", "r-qian"}).Draw(t, "resident")
		i.Site = rapid.SampledFrom([]care.SiteID{"songhe", "home-li"}).Draw(t, "site")
		if i.Resident != "" {
			i.Site = d.Residents[i.Resident].Site
		}
		onDuty := duty{}
		if len(ids) > 0 {
			onDuty[[2]string{"carer", ""}] = rapid.SliceOf(rapid.SampledFrom(ids)).Draw(t, "on duty")
		}
		step := ladder.Step{
			To:       rapid.SliceOf(rapid.SampledFrom(recipients)).Draw(t, "to"),
			Channels: rapid.SliceOf(rapid.SampledFrom([]string{"sms", "voice", "wecom"})).Draw(t, "channels"),
		}

		told := map[string]bool{}
		for _, target := range ladder.Resolve(step, ladder.Input{Site: d.Sites[i.Site], Incident: i, At: noon, Directory: d, Duty: onDuty}) {
			if told[target.Owner] {
				t.Fatalf("%s is told twice", target.Owner)
			}
			told[target.Owner] = true
			id, isResident := strings.CutPrefix(target.Owner, "resident:")
			if isResident {
				if r := d.Residents[care.ResidentID(id)]; r.Site != i.Site || i.Resident != "" && i.Resident != r.ID {
					t.Fatalf("%s is told of an incident of %q in %s", target.Owner, i.Resident, i.Site)
				}
				continue
			}
			u := d.Users[care.UserID(target.Owner)]
			if len(target.Contacts) == 0 && !slices.Contains(onDuty[[2]string{"carer", ""}], u.ID) {
				t.Fatalf("%s cannot be reached and is not on duty", u.ID)
			}
			if u.Role != people.Family && u.Role != people.Helper {
				continue
			}
			if i.Class.Equipment() || u.Role == people.Family && i.Class == care.Call {
				t.Fatalf("the %s %s is told of %s", u.Role, u.ID, i.Class)
			}
			if !slices.ContainsFunc(u.Scope.Residents, func(id care.ResidentID) bool {
				r := d.Residents[id]
				concerned := i.Resident == id || i.Resident == "" && i.Site == "home-li" && r.Site == "home-li"
				return concerned && (u.Role == people.Helper || r.FamilyConsent)
			}) {
				t.Fatalf("the %s %s of %v is told of an incident of %q in %s", u.Role, u.ID, u.Scope.Residents, i.Resident, i.Site)
			}
		}
	})
}
