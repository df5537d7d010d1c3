package ledgertest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// gone is when the data of the suite is old, and admin who erases it by hand.
var (
	gone  = now.Add(1000 * time.Hour)
	admin = care.Act{By: "u-admin", Name: "院长", At: gone, Means: care.ByScreen}
)

// measured is an event with values at a point.
func measured(id string, class care.Class, point care.PointID, at time.Time) care.Received {
	e := event(id)
	e.Class, e.Point, e.Time, e.ReceivedAt = class, point, at, at.Add(time.Second)
	return e
}

// record enters events.
func record(t *testing.T, s *ledger.Store, events ...care.Received) {
	t.Helper()
	update(t, s, func(tx *ledger.Tx) error {
		for _, e := range events {
			if _, err := tx.RecordEvent(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
}

// valuesLeft is how many events still have their values; it erases them.
func valuesLeft(t *testing.T, s *ledger.Store) int {
	t.Helper()
	return must[ledger.Erased](t)(s.EraseOld(t.Context(), ledger.Retention{Events: gone}, care.Act{At: gone, Means: care.BySystem}))["event_values"]
}

// verified fails where a log does not verify, with heads that somebody kept.
func verified(t *testing.T, s *ledger.Store, heads []ledger.SignedHead) {
	t.Helper()
	if err := must[ledger.Report](t)(s.Verify(t.Context(), ledger.WithHeads(heads...))).Err(); err != nil {
		t.Error(err)
	}
}

// testEraseUntied: her bed was given to somebody else before she is erased, so
// that no point leads to her any more. What the sensors said of her goes, and
// what they say of who lies there now stays.
func testEraseUntied(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	fall, later := now.Add(time.Hour), now.Add(48*time.Hour)
	i := raised("i-1", care.Fall, "point:203-call")
	i.HappenedAt, i.RaisedAt = fall, fall.Add(time.Minute)
	resolve(&i, fall.Add(time.Hour))
	confirmed := care.Entry{Kind: care.EntryConfirmed, Incident: "i-1", Point: "203-smoke-1", Event: "e-2", Act: care.Act{At: i.RaisedAt, Means: care.BySensor}}
	late := measured("e-3", care.Fall, "203-call", fall.Add(-10*time.Hour)) // an edge was away
	late.ReceivedAt = fall.Add(30 * time.Minute)
	record(t, s, measured("e-1", care.Fall, "203-call", fall), measured("e-2", care.Fall, "203-smoke-1", fall.Add(time.Minute)), late,
		measured("next", care.Fall, "203-call", later))
	remember := func(tx *ledger.Tx, point care.PointID) error {
		return tx.SaveCondition(ctx, "warm", home, point, json.RawMessage(`{"last_value":31}`))
	}
	update(t, s, func(tx *ledger.Tx) error {
		_, err := tx.Log(ctx, home, confirmed)
		return errors.Join(err, tx.SaveIncident(ctx, i), remember(tx, "203-call"), remember(tx, "203-smoke-2"))
	})
	// The texts are gone already, as after incident_texts: the values are not.
	must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Texts: gone}, care.Act{At: gone, Means: care.BySystem}))
	p := plan()
	p.Points[0].Resident = ""
	must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, gone))

	if err := s.ErasePerson(ctx, "r-1", admin, "left"); err != nil {
		t.Fatal(err)
	}
	if left := valuesLeft(t, s); left != 1 {
		t.Errorf("%d events have their values, want the one of after her time", left)
	}
	var rules []care.PointID
	for _, c := range must[[]ledger.ConditionRow](t)(s.Conditions(ctx)) {
		rules = append(rules, c.Point)
	}
	if diff := cmp.Diff([]care.PointID{"203-smoke-2"}, rules); diff != "" {
		t.Errorf("rules remember values of the points (-want +got):\n%s", diff)
	}
	verified(t, s, heads)
}

// testEraseMoved: she lived in the home, then moved to another house, and is
// erased there. The home forgets her, too.
func testEraseMoved(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	lived(t, s)
	p := plan()
	p.Points[0].Resident, p.Residents[0].Site = "", "qiutao"
	must[ledger.Summary](t)(s.ApplyPlan(ctx, p))
	update(t, s, func(tx *ledger.Tx) error {
		_, err := tx.SaveDocument(ctx, alerts.Document{Site: "qiutao", Kind: alerts.DocumentCare, Name: "r-1", Body: []byte(`{"new":1}`)}, admin)
		return errors.Join(err, tx.SetConsent(ctx, "r-1", true, admin, "书面"))
	})
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, gone))
	record := must[ledger.PersonRecord](t)(s.Person(ctx, "r-1"))
	var said []string
	for _, row := range record.Entries {
		if row.Kind == care.EntryConsented {
			said = append(said, row.Note)
		}
	}
	if diff := cmp.Diff([]string{"书面", "王奶奶本人口头"}, said); diff != "" {
		t.Errorf("she gets the notes (-want +got):\n%s", diff)
	}
	if string(record.CarePlan) != `{"new":1}` || len(record.FormerPlans) != 1 || string(record.FormerPlans[0]) != `{}` {
		t.Errorf("she gets the care rules %s and %s", record.CarePlan, record.FormerPlans)
	}

	if err := s.ErasePerson(ctx, "r-1", admin, "left"); err != nil {
		t.Fatal(err)
	}
	after := kept(t, s)
	for _, secret := range []string{"王奶奶", "口头", "书面", "起床", "扶起"} {
		if strings.Contains(after, secret) {
			t.Errorf("%s is still kept: %s", secret, after)
		}
	}
	for _, row := range must[[]care.Entry](t)(s.SiteLog(ctx, home, 0, 100)) {
		if row.Kind == care.EntryConsented && row.Note != "" {
			t.Errorf("the log of the home says %s", row.Note)
		}
	}
	for _, site := range both {
		if doc, found, err := s.Document(ctx, site, alerts.DocumentCare, "r-1"); found || err != nil {
			t.Errorf("%s has the care rules %s, %v", site, doc.Body, err)
		}
	}
	if left := valuesLeft(t, s); left != 0 {
		t.Errorf("%d events of hers have their values", left)
	}
	verified(t, s, heads)
}

// couple registers a private home in which two people live.
func couple(t *testing.T, s *ledger.Store) {
	t.Helper()
	must[ledger.Summary](t)(s.ApplyPlan(t.Context(), ledger.Plan{
		Sites: []care.Site{{ID: "jia", Kind: care.PrivateHome, Name: care.Text{ZH: "王家", EN: "The Wangs"}, Region: "beishan", TimeZone: "Asia/Shanghai"}},
		Residents: []people.Resident{
			{ID: "r-he", Site: "jia", Name: "王爷爷"}, {ID: "r-she", Site: "jia", Name: "李奶奶"},
		},
		Points: []care.Point{{Site: "jia", ID: "kitchen", Kind: care.ManualCallPoint}},
	}))
}

// inKitchen is an incident of the home that has no resident.
func inKitchen(id string, class care.Class) care.Incident {
	i := raised(id, class, "point:kitchen-"+id)
	i.Site, i.Point, i.Zone, i.Resident = "jia", "kitchen", "", ""
	return i
}

// testErasePrivateHome: a fire in the kitchen of a couple is about both. It is
// kept as long as one of them lives there, and goes with the last one.
func testErasePrivateHome(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	couple(t, s)
	fire, old := inKitchen("i-fire", care.Fire), inKitchen("i-old", care.Silent)
	fire.Note = "锅烧干了，王爷爷手烫伤"
	old.Note = "电池在李奶奶抽屉里"
	resolve(&fire, now.Add(time.Hour))
	resolve(&old, now.Add(time.Hour))
	smoke := measured("e-fire", care.Fire, "kitchen", now)
	smoke.Site = "jia"
	record(t, s, smoke)
	update(t, s, func(tx *ledger.Tx) error {
		_, err := tx.Log(ctx, "jia", care.Entry{Kind: care.EntryNoted, Incident: "i-fire", Note: fire.Note})
		return errors.Join(err, tx.SaveIncident(ctx, fire), tx.SaveIncident(ctx, old))
	})
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, gone))
	for _, id := range []care.ResidentID{"r-he", "r-she"} {
		rec := must[ledger.PersonRecord](t)(s.Person(ctx, id))
		if len(rec.Incidents) != 2 || len(rec.Entries) != 1 || rec.Entries[0].Note != fire.Note {
			t.Errorf("%s gets the incidents %+v and the rows %+v", id, rec.Incidents, rec.Entries)
		}
	}
	note := func() string { return must[*care.Incident](t)(s.Incident(ctx, "i-fire")).Note }
	if err := s.ErasePerson(ctx, "r-he", admin, "died"); err != nil {
		t.Fatal(err)
	}
	if note() != fire.Note {
		t.Error("the fire was erased while she lives there")
	}

	// An alarm of the kitchen that is open is about her; that a device is not
	// heard any more, in a home that is given up, is not.
	open, silent := inKitchen("i-open", care.Gas), inKitchen("i-silent", care.Silent)
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.SaveIncident(ctx, open), tx.SaveIncident(ctx, silent))
	})
	if err := s.ErasePerson(ctx, "r-she", admin, "left"); !errors.Is(err, ledger.ErrOpen) {
		t.Errorf("with gas in the kitchen it gives %v", err)
	}
	if note() != fire.Note {
		t.Error("the fire was erased although the erasure was refused")
	}
	resolve(&open, now.Add(2*time.Hour))
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, open) })
	if err := s.ErasePerson(ctx, "r-she", admin, "left"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"i-fire", "i-old"} {
		if i := must[*care.Incident](t)(s.Incident(ctx, id)); i.Note != "" || i.Resolved.Name != "" {
			t.Errorf("after the last one left %s says %s, %s", id, i.Note, i.Resolved.Name)
		}
	}
	if rows := must[[]care.Entry](t)(s.Entries(ctx, "i-fire")); rows[0].Note != "" {
		t.Errorf("its log says %s", rows[0].Note)
	}
	if left := valuesLeft(t, s); left != 0 {
		t.Errorf("%d events of the kitchen have their values", left)
	}
	verified(t, s, heads)
}

// testEraseLeftOthers: somebody who left a home where an alarm is open waits; the
// next one does not wait for him.
func testEraseLeftOthers(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	couple(t, s)
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, inKitchen("i-open", care.Gas)) })
	left := ledger.Plan{By: care.Act{By: "u-admin", At: now, Means: care.ByScreen}, Left: map[care.ResidentID]bool{"r-1": true, "r-he": true, "r-she": true}}
	left.Residents = []people.Resident{{ID: "r-1", Site: home, Name: "王奶奶"}, {ID: "r-he", Site: "jia", Name: "王爷爷"}, {ID: "r-she", Site: "jia", Name: "李奶奶"}}
	must[ledger.Summary](t)(s.ApplyPlan(ctx, left))
	done := must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Left: gone}, care.Act{At: gone, Means: care.BySystem}))
	if diff := cmp.Diff(ledger.Erased{"residents": 1}, done); diff != "" {
		t.Errorf("erased was (-want +got):\n%s", diff)
	}
	if r := s.Directory().Residents["r-1"]; r.Name != "" {
		t.Errorf("who left the other house is still called %s", r.Name)
	}
}
