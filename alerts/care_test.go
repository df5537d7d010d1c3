package alerts_test

import (
	"cmp"
	"encoding/json"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// house and flat are the two kinds of sites that differ.
var (
	house = care.Site{ID: "songhe", Kind: care.NursingHome}
	flat  = care.Site{ID: "wangjia", Kind: care.PrivateHome}
)

// press is a press of the SOS button, or with cancel its long hold afterwards.
func press(b *book, sequence uint64, cancel bool, after time.Duration) alerts.Decision {
	b.now = b.now.Add(after)
	phase := care.Active
	if cancel {
		phase = care.Clear
	}
	in := b.situation("203-sos", phase, sequence, 0)
	in.Event.Data = nil
	if cancel {
		in.Event.Data = json.RawMessage(`{"cancel":true,"held_s":5}`)
	}
	return b.event(in)
}

func TestCancelAtOrigin(t *testing.T) {
	t.Run("within the time it is cancelled and stays open", func(t *testing.T) {
		b := newBook(care.SOS)
		press(b, 1, false, 0)
		d := press(b, 2, true, 30*time.Second)
		i := b.last()
		if !d.Has(care.EntryCancelled) || i.CancelledAt == nil || i.State != care.Raised || i.Severity != care.Medium {
			t.Errorf("after a cancel in time: %+v", i)
		}
	})
	t.Run("too late it is noted only", func(t *testing.T) {
		b := newBook(care.SOS)
		press(b, 1, false, 0)
		d := press(b, 2, true, 121*time.Second)
		if i := b.last(); !d.Has(care.EntryCancelLate) || i.CancelledAt != nil || i.Severity != care.Urgent {
			t.Errorf("after a late cancel: %+v", i)
		}
	})
	t.Run("a press after it alarms as before", func(t *testing.T) {
		b := newBook(care.SOS)
		press(b, 1, false, 0)
		press(b, 2, true, 10*time.Second)
		d := press(b, 3, false, 10*time.Second)
		if i := b.last(); !d.Alarms() || i.CancelledAt != nil || i.Severity != care.Urgent || i.Alarms != 2 {
			t.Errorf("after a press that followed a cancel: %+v", i)
		}
	})
	t.Run("one that was overtaken by a newer press does not count", func(t *testing.T) {
		b := newBook(care.SOS)
		press(b, 1, false, 0)
		press(b, 3, false, 10*time.Second)
		if d := press(b, 2, true, 0); d.Incident != nil {
			t.Errorf("an older cancel changed the incident: %+v", d)
		}
	})
	t.Run("a button that is let go cancels nothing", func(t *testing.T) {
		b := newBook(care.SOS)
		press(b, 1, false, 0)
		in := b.situation("203-sos", care.Clear, 2, 0)
		in.Event.Data = json.RawMessage(`{"reason":"released"}`)
		if d := b.event(in); d.Incident != nil {
			t.Errorf("a release changed the incident: %+v", d)
		}
	})
}

func TestCareHeldBack(t *testing.T) {
	exit := func(b *book, hold alerts.Hold, attended time.Duration) alerts.Decision {
		in := b.situation("203-bed", care.Active, 1, 0)
		in.Hold = hold
		if attended > 0 {
			in.Attended = b.now.Add(attended)
		}
		return b.event(in)
	}
	t.Run("a delay that passes raises, with the time of the exit", func(t *testing.T) {
		b := newBook(care.BedExit)
		d := exit(b, alerts.Hold{Reason: care.SuppressedDelayed, Until: evening.Add(15 * time.Minute)}, 0)
		if !d.Has(care.EntrySuppressed) || b.open() != nil {
			t.Fatalf("at first: %+v", d)
		}
		b.later(15 * time.Minute)
		i := b.open()
		if i == nil || !i.HappenedAt.Equal(evening) || i.Late {
			t.Errorf("after the delay the incident is %+v", i)
		}
	})
	t.Run("back in bed within the delay raises nothing", func(t *testing.T) {
		b := newBook(care.BedExit)
		exit(b, alerts.Hold{Reason: care.SuppressedDelayed, Until: evening.Add(15 * time.Minute)}, 0)
		b.now = b.now.Add(5 * time.Minute)
		b.event(b.situation("203-bed", care.Clear, 2, 0))
		b.later(20 * time.Minute)
		if len(b.incidents) != 0 || len(b.held) != 0 {
			t.Errorf("incidents %v, held %v", b.incidents, b.held)
		}
	})
	t.Run("a carer in the room quiets it, and it is looked at when she left", func(t *testing.T) {
		b := newBook(care.BedExit)
		exit(b, alerts.Hold{}, 20*time.Minute)
		if b.open() != nil {
			t.Fatal("it alarmed although a carer is there")
		}
		b.later(20 * time.Minute)
		if b.open() == nil {
			t.Error("it is still going on, and nobody was told after the carer left")
		}
	})
	t.Run("a fall is never held back", func(t *testing.T) {
		b := newBook(care.Fall)
		if d := exit(b, alerts.Hold{Reason: "away"}, time.Hour); !d.Alarms() {
			t.Errorf("a fall was held back: %+v", d)
		}
	})
}

func TestConfirmedOnce(t *testing.T) {
	b := newBook(care.Fire)
	for n, p := range []care.PointID{"203-smoke-a", "203-smoke-b", "203-heat"} {
		b.event(b.situation(p, care.Active, uint64(n+1), 0))
	}
	i := b.last()
	if len(b.incidents) != 1 || i.ConfirmedAt == nil || i.ConfirmedBy != "203-smoke-b" || i.Alarms != 3 {
		t.Errorf("three detectors of a zone gave %d incidents, the last %+v", len(b.incidents), i)
	}
}

func TestArrivalDue(t *testing.T) {
	i := incident(care.Accepted)
	i.Accepted = &care.Act{By: "u-wang", Name: "Wang Fang", At: evening, Means: care.ByScreen}
	for _, c := range []struct {
		name    string
		class   care.Class
		site    care.Site
		after   time.Duration
		returns bool
	}{
		{"a house, just before", "", house, 3*time.Minute - time.Second, false},
		{"a house, in time", "", house, 3 * time.Minute, true},
		{"a private home has longer", "", flat, 29 * time.Minute, false},
		{"a private home, in time", "", flat, 30 * time.Minute, true},
		{"as the site says", "", care.Site{ArriveSeconds: 60}, time.Minute, true},
		{"nobody runs for a battery", care.Battery, house, 23 * time.Hour, false},
		{"but it is not forgotten", care.Battery, house, 24 * time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := i
			i.Class = cmp.Or(c.class, care.Fall)
			d := alerts.OnArrivalDue(evening.Add(c.after), c.site, i)
			if got := d.Has(care.EntryReturned); got != c.returns {
				t.Fatalf("it returns: %t, want %t", got, c.returns)
			}
			if c.returns && (d.Incident.State != care.Raised || d.Incident.Accepted != nil || !d.Alarms()) {
				t.Errorf("it returned as %+v", d.Incident)
			}
		})
	}
}

func TestPresence(t *testing.T) {
	button := care.Act{At: evening, Means: care.ByButton}
	badge := care.Act{By: "u-zhao", Name: "Zhao Min", At: evening, Means: care.ByTag}
	for _, c := range []struct {
		name  string
		state care.IncidentState
		class care.Class
		by    care.Act
		who   care.UserID
		moves bool
	}{
		{"the button of who accepted", care.Accepted, care.Fall, button, "u-wang", true},
		{"the button of nobody in particular", care.Raised, care.Fall, button, "", true},
		{"a badge tells who", care.Raised, care.Fall, badge, "u-zhao", true},
		{"somebody was there before", care.Arrived, care.Fall, badge, "u-zhao", false},
		{"it was resolved", care.Resolved, care.Fall, badge, "u-wang", false},
		{"equipment is not looked after by being there", care.Raised, care.Fault, badge, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := incident(c.state)
			i.Class = c.class
			if i.Accepted != nil {
				i.Accepted = &care.Act{By: "u-wang", Name: "Wang Fang", At: evening}
			}
			d := alerts.OnPresence(i, c.by, "event-7")
			if (d.Incident != nil) != c.moves {
				t.Fatalf("it moves: %t, want %t", d.Incident != nil, c.moves)
			}
			if c.moves && (d.Incident.State != care.Arrived || d.Incident.Arrived.By != c.who || d.Incident.Accepted == nil) {
				t.Errorf("it is %s, arrived %+v, accepted %+v", d.Incident.State, d.Incident.Arrived, d.Incident.Accepted)
			}
		})
	}
}

func TestExplained(t *testing.T) {
	silent := incident(care.Raised)
	silent.Class, silent.Active = care.Silent, true
	d := alerts.OnMerge(evening, silent, "outage")
	if d.Incident == nil || d.Incident.Under != "outage" || d.Incident.Unattended() {
		t.Fatalf("merged: %+v", d.Incident)
	}
	fire := incident(care.Raised)
	fire.Class = care.Fire
	if d := alerts.OnMerge(evening, fire, "outage"); d.Incident != nil {
		t.Errorf("a fire was put under an outage")
	}
	under := *d.Incident
	outage := incident(care.Resolved)
	outage.ID, outage.Cause, outage.Reason = "outage", care.CauseReal, "other"

	if d := alerts.OnExplainerGone(evening, under, outage); !d.Has(care.EntrySurfaced) || !d.Incident.Unattended() {
		t.Errorf("one that lasts does not stand for itself: %+v", d)
	}
	under.Active = false
	d = alerts.OnExplainerGone(evening, under, outage)
	if !d.Has(care.EntryResolved) || d.Incident.Cause != care.CauseReal || d.Incident.Resolved.By != "u-wang" {
		t.Errorf("one that is over is not resolved with its outage: %+v", d)
	}
}

func TestShelves(t *testing.T) {
	leader := care.Act{By: "u-chen", Name: "Chen Li", At: evening, Means: care.ByScreen}
	shelf := func(class care.Class, length time.Duration, watch string) alerts.Shelf {
		return alerts.Shelf{Site: "songhe", Point: "203-x", Class: class, By: leader, Until: evening.Add(length), Watch: watch, Reason: "new battery"}
	}
	open := incident(care.Raised)
	for _, c := range []struct {
		name  string
		shelf alerts.Shelf
		open  *care.Incident
		code  alerts.Code
	}{
		{"a bed mat for a night", shelf(care.BedExit, 12*time.Hour, ""), nil, ""},
		{"not longer", shelf(care.BedExit, 12*time.Hour+time.Second, ""), nil, alerts.CodeShelfTooLong},
		{"not into the past", shelf(care.BedExit, -time.Second, ""), nil, alerts.CodeShelfTooLong},
		{"a smoke detector without a watch", shelf(care.Fire, time.Hour, ""), nil, alerts.CodeWatchNeeded},
		{"a smoke detector under repair", shelf(care.Fire, time.Hour, "Chen Li"), nil, ""},
		{"while somebody is needed", shelf(care.BedExit, time.Hour, ""), &open, alerts.CodeOpenIncident},
		{"without a reason", alerts.Shelf{Class: care.BedExit, By: leader, Until: evening.Add(time.Hour)}, nil, alerts.CodeReasonNeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := alerts.PutUp(c.shelf, c.open)
			if c.code != "" {
				wantCode(t, err, &alerts.IllegalError{Code: c.code, Kind: alerts.Shelve, At: atOf(c.open)})
				return
			}
			if err != nil || d.Shelf == nil || len(d.Timers) != 1 {
				t.Fatalf("%+v, %v", d, err)
			}
			if d.Shelf.Repair != c.shelf.Class.LifeSafety() {
				t.Errorf("it is a repair: %t", d.Shelf.Repair)
			}
		})
	}
}

func atOf(i *care.Incident) time.Time {
	if i == nil {
		return time.Time{}
	}
	return i.AlarmedAt
}

func TestPendingCause(t *testing.T) {
	b := newBook(care.Call)
	b.event(b.situation("203-call", care.Active, 1, 0))
	wang := alerts.Action{By: "u-wang", Name: "Wang Fang", Means: care.ByScreen}
	do := func(a alerts.Action) error {
		a.By, a.Name, a.Means = wang.By, wang.Name, wang.Means
		return b.act(a)
	}
	if err := do(alerts.Action{Kind: alerts.Explain, Cause: care.CauseReal}); err == nil {
		t.Error("the cause of an open incident was explained")
	}
	if err := do(alerts.Action{Kind: alerts.Resolve, Cause: care.CausePending}); err != nil {
		t.Fatal(err)
	}
	if err := do(alerts.Action{Kind: alerts.Explain, Cause: care.CausePending}); err == nil {
		t.Error("a pending cause was explained as pending")
	}
	if err := do(alerts.Action{Kind: alerts.Explain, Cause: care.CauseReal, Reason: "toilet"}); err != nil {
		t.Fatal(err)
	}
	if i := b.last(); i.Cause != care.CauseReal || i.Reason != "toilet" {
		t.Errorf("explained: %+v", i)
	}
	if err := do(alerts.Action{Kind: alerts.Explain, Cause: care.CauseReal}); err == nil {
		t.Error("a cause was told twice")
	}
}

// TestFamilyHears tells what reaches a family, and in which kind of home.
func TestFamilyHears(t *testing.T) {
	at := func(kind care.EntryKind, class care.Class) alerts.Decision {
		return alerts.Decision{Incident: &care.Incident{Class: class, Resident: "r-li"}, Entries: []care.Entry{{Kind: kind}}}
	}
	for _, c := range []struct {
		name  string
		site  care.Site
		kind  care.EntryKind
		class care.Class
		told  bool
		want  alerts.Phrase
	}{
		{"a flat: help is called", flat, care.EntryRaised, care.SOS, false, alerts.PhraseHelp},
		{"a flat: accepted", flat, care.EntryAccepted, care.SOS, true, alerts.PhraseAccepted},
		{"a flat: arrived", flat, care.EntryArrived, care.SOS, true, alerts.PhraseArrived},
		{"a flat: over", flat, care.EntryResolved, care.SOS, true, alerts.PhraseOver},
		{"a flat: a plain call is nobody's business", flat, care.EntryRaised, care.Call, false, ""},
		{"a flat: nor is a battery", flat, care.EntryRaised, care.Battery, false, ""},
		{"a house: raised", house, care.EntryRaised, care.Fall, false, ""},
		{"a house: arrived", house, care.EntryArrived, care.Fall, false, alerts.PhraseArrived},
		{"a house: arrived, after the message that nobody had", house, care.EntryArrived, care.Fall, true, ""},
		{"a house: over", house, care.EntryResolved, care.Fall, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := alerts.FamilyPhrase(c.site, at(c.kind, c.class), c.told); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
