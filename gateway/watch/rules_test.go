package watch_test

import (
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// reads has a reading arrive now.
func (n *night) reads(point care.PointID, quantity care.Quantity, value float64) {
	n.t.Helper()
	r := care.Reading{Site: "songhe", Point: point, Quantity: quantity, Time: time.Now().UTC(), Value: value}
	if err := n.watch.Observe(n.t.Context(), []care.Reading{r}); err != nil {
		n.t.Fatal(err)
	}
}

// configures saves a document, as the API does.
func (n *night) configures(kind alerts.DocumentKind, name, body string) {
	n.t.Helper()
	by := care.Act{By: "chen", Name: "Chen", At: time.Now(), Means: care.ByScreen}
	was, _, err := n.store.Document(n.t.Context(), "songhe", kind, name)
	if err != nil {
		n.t.Fatal(err)
	}
	err = n.store.Update(n.t.Context(), saveDocument(alerts.Document{Site: "songhe", Kind: kind, Name: name, Body: []byte(body), Revision: was.Revision}, by))
	if err != nil {
		n.t.Fatal(err)
	}
	n.waits(10 * time.Second)
}

const coldRoom = `
rules:
  - id: cold
    name: {zh: 房间过冷, en: Room too cold}
    class: vital
    quantity: temperature
    when: value < 16.0
    until: value >= 17.0
    for: 30m
`

func TestColdRoom(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentRules, "", coldRoom)
		for range 5 {
			n.reads("203-1-bed", care.Temperature, 15)
			n.waits(5 * time.Minute)
		}
		n.hears()
		n.dies(2 * time.Minute) // neither forgets nor begins anew
		n.reads("203-1-bed", care.Temperature, 15)
		n.waits(3 * time.Minute)
		n.hears("sms wang: Vital sign")
		n.reads("203-1-bed", care.Temperature, 16.5)
		if i := n.only(); !i.Active {
			t.Error("it ended within its hysteresis")
		}
		n.reads("203-1-bed", care.Temperature, 17)
		if i := n.only(); i.Active || i.ClearedAt == nil {
			t.Errorf("warm again, and it says %+v", i)
		}
		n.does(alerts.Resolve, "wang")
	})
}

func TestDoorOpenAtNight(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentRules, "", `
rules:
  - id: door
    name: {zh: 夜间外门敞开, en: Door open at night}
    class: wandering
    quantity: contact
    when: value == 1.0
    for: 5m
    hours: 22:00-06:00
`)
		// The bubble begins at 08:00 in Shanghai.
		n.waits(13*time.Hour + 50*time.Minute - 10*time.Second) // 21:50
		n.reads("203-1-bed", care.Contact, 1)
		n.waits(15*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second) // 22:05, without any further reading
		n.hears("sms wang: Wandering")
		n.reads("203-1-bed", care.Contact, 0)
		n.does(alerts.Resolve, "wang")
	})
}

func TestOutOfBedByHerOwnRules(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentCare, "r-li", `{"rules":[{"class":"bed_exit","on":true,"hours":"22:00-06:00","delay_s":900}]}`)
		n.sends("203-1-bed", care.BedExit, care.Active, "") // 08:00: nobody minds
		n.hears()
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
		n.waits(13*time.Hour + 50*time.Minute - 10*time.Second)
		n.sends("203-1-bed", care.BedExit, care.Active, "") // 21:50
		n.waits(25*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second) // 22:15
		n.hears("sms wang: Bed exit")
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

// TestHeldBackStaysWhatItWas: what the rules for somebody's care hold back is as
// severe afterwards as the rule of the house made it, and of the same person.
func TestHeldBackStaysWhatItWas(t *testing.T) {
	t.Run("as severe as its rule", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			n.configures(alerts.DocumentRules, "", `
rules:
  - id: out
    name: {zh: 夜间外出, en: Out at night}
    class: wandering
    severity: urgent
    quantity: contact
    when: value == 1.0
`)
			n.configures(alerts.DocumentCare, "r-li", `{"rules":[{"class":"wandering","on":true,"delay_s":600}]}`)
			n.reads("203-1-bed", care.Contact, 1)
			n.waits(time.Minute)
			if open := n.open(); len(open) > 0 {
				t.Fatalf("it was not held back: %+v", open)
			}
			n.waits(10 * time.Minute)
			if i := n.only(); i.Severity != care.Urgent {
				t.Errorf("it is %s, want urgent", i.Severity)
			}
			n.quiet()
		})
	})
	t.Run("of who lives there alone", func(t *testing.T) {
		atNight(t, func(t *testing.T, n *night) {
			if _, err := n.store.ApplyPlan(t.Context(), ledger.Plan{
				Sites:     []care.Site{{ID: "cabin", Kind: care.PrivateHome, Region: "village", TimeZone: "Asia/Shanghai"}},
				Residents: []people.Resident{{ID: "r-he", Site: "cabin", Name: "He"}},
				Points:    []care.Point{{Site: "cabin", ID: "door"}},
			}); err != nil {
				t.Fatal(err)
			}
			by := care.Act{By: "chen", Means: care.ByScreen}
			rules := alerts.Document{Site: "cabin", Kind: alerts.DocumentCare, Name: "r-he", Body: []byte(`{"rules":[{"class":"wandering","on":true,"delay_s":600}]}`)}
			if err := n.store.Update(t.Context(), saveDocument(rules, by)); err != nil {
				t.Fatal(err)
			}
			n.waits(10 * time.Second)
			e := n.event("door", care.Wandering, care.Active)
			e.Site, e.Edge = "cabin", ""
			n.commits(e)
			n.waits(11 * time.Minute)
			if i := n.only(); i.Resident != "r-he" {
				t.Errorf("it is of %q, want r-he", i.Resident)
			}
			n.quiet()
		})
	})
}

func TestAway(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentCare, "r-li", `{"away":[{"from":"1999-12-31T00:00:00Z","to":"2000-01-03T00:00:00Z","reason":"hospital"}]}`)
		n.sends("203-1-bed", care.BedExit, care.Active, "")
		n.sends("203-1-cord", care.SOS, care.Active, "") // whoever pulls it needs help
		n.hears("sms wang: SOS")
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

// TestGapOfSomebodyWhoLeft: the roster still names whoever takes the nights, but she
// has no account any more, or was moved to another house. That is a gap like any
// other, until somebody is there again.
func TestGapOfSomebodyWhoLeft(t *testing.T) {
	for name, leaves := range map[string]func(*people.User){
		"disabled":               func(u *people.User) { u.Disabled = true },
		"moved to another house": func(u *people.User) { u.Scope.Sites = []care.SiteID{"flat"} },
	} {
		t.Run(name, func(t *testing.T) {
			atNight(t, func(t *testing.T, n *night) {
				was := n.store.Directory().Users["wang"]
				account := func(change func(*people.User)) {
					u := was
					change(&u)
					if _, err := n.store.ApplyPlan(t.Context(), ledger.Plan{Users: []people.User{u}}); err != nil {
						t.Fatal(err)
					}
					n.waits(11 * time.Minute)
				}
				n.configures(alerts.DocumentRoster, "", `{"duties":[
					{"id":"carer","name":{"zh":"护理","en":"Carer"},"shifts":[{"id":"all","name":{"zh":"全天","en":"All day"},"from":"00:00","to":"24:00"}],
					 "rotations":[{"start":"1999-12-25","every":28,"weeks":[{"all":["wang"]}]}]},
					{"id":"leader","name":{"zh":"班组长","en":"Leader"},"shifts":[{"id":"all","name":{"zh":"全天","en":"All day"},"from":"00:00","to":"24:00"}],
					 "rotations":[{"start":"1999-12-25","every":28,"weeks":[{"all":["chen"]}]}]}]}`)
				n.waits(11 * time.Minute)
				n.hears()
				account(leaves)
				n.hears("sms chen: Fault")
				i := n.only()
				if i.Point != care.RosterPoint("carer") || i.Class != care.Fault || !i.Active {
					t.Fatalf("the warning is %+v", i)
				}
				account(func(*people.User) {})
				if i = n.only(); i.Active {
					t.Errorf("she is back, and the gap is still there: %+v", i)
				}
				n.does(alerts.Resolve, "chen")
				n.sms.forget()
			})
		})
	}
}

// TestGapInTheRoster: nobody stands for the night of the second day. The
// leader is warned a day before, and an alarm in the gap goes to her at once.
func TestGapInTheRoster(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.configures(alerts.DocumentRoster, "", `{"duties":[
			{"id":"carer","name":{"zh":"护理","en":"Carer"},"shifts":[
				{"id":"day","name":{"zh":"白班","en":"Day"},"from":"07:00","to":"19:00"},
				{"id":"night","name":{"zh":"夜班","en":"Night"},"from":"19:00","to":"07:00"}],
			 "rotations":[{"start":"1999-12-25","every":28,"weeks":[{"day":["wang"],"night":["wang"]}]}]},
			{"id":"leader","name":{"zh":"班组长","en":"Leader"},"shifts":[{"id":"all","name":{"zh":"全天","en":"All day"},"from":"00:00","to":"24:00"}],
			 "rotations":[{"start":"1999-12-25","every":28,"weeks":[{"all":["chen"]}]}]}],
			"overrides":[{"who":"wang","from":"2000-01-02T19:00","to":"2000-01-03T07:00"}]}`)
		n.waits(11*time.Hour - 10*time.Second - time.Second) // just before 19:00 of the day before
		n.hears()
		n.waits(11 * time.Minute)
		n.hears("sms chen: Fault")
		if i := n.only(); i.Point != care.RosterPoint("carer") || i.Class != care.Fault {
			t.Fatalf("the warning is %+v", i)
		}
		n.does(alerts.Accept, "chen")
		n.does(alerts.Arrive, "chen")
		n.waits(25 * time.Hour)

		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms chen: Fall") // at once, and not after the minute of the carers
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "chen")
			a.Cause, a.Reason = care.CauseFalse, "other"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	})
}
