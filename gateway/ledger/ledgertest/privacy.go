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

// lived is what a ledger knows of 王奶奶 after a year: an incident with notes and
// measured values, a message to her son, a consent, care rules, and a hand-over
// that names her. The incident is as it was saved.
func lived(t *testing.T, s *ledger.Store) care.Incident {
	t.Helper()
	ctx := t.Context()
	story(t, s)
	i := raised("i-1", care.SOS, "point:203-call")
	i.Note, i.Evidence = "扶起", json.RawMessage(`{"held_ms":1200}`)
	i.Accepted = &care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	resolve(&i, now)
	by := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	update(t, s, func(tx *ledger.Tx) error {
		_, recorded := tx.RecordEvent(ctx, event("e-1"))
		_, plan := tx.SaveDocument(ctx, alerts.Document{Site: home, Kind: alerts.DocumentCare, Name: "r-1", Body: []byte(`{}`)}, by)
		return errors.Join(
			tx.SaveIncident(ctx, i), tx.SaveNotice(ctx, notice("n-1", "i-1")), recorded, plan,
			tx.SetConsent(ctx, "r-1", true, by, "王奶奶本人口头"),
			tx.AddHandover(ctx, care.Handover{ID: "h-1", Site: home, From: now.Add(-time.Hour), To: now, Note: "王奶奶夜里起床两次", Page: `{"residents":["r-1"]}`, Outgoing: by}),
			tx.Invite(ctx, "u-son", "link", now.Add(72*time.Hour)),
		)
	})
	return i
}

// kept searches everything that a person's record and the registers hold.
func kept(t *testing.T, s *ledger.Store) string {
	t.Helper()
	record := must[ledger.PersonRecord](t)(s.Person(t.Context(), "r-1"))
	son, _, err := s.User(t.Context(), "u-son")
	if err != nil {
		t.Fatal(err)
	}
	handover := must[*care.Handover](t)(s.Handover(t.Context(), "h-1"))
	b, err := json.Marshal([]any{record, record.Resident.Contacts, record.Notices, string(record.CarePlan), son, son.Contacts, handover})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func testErasePerson(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	was := lived(t, s)
	secrets := []string{"王奶奶", "王先生", "扶起", "held_ms", "+86", "高跌倒风险", "口头", "起床"}
	before := kept(t, s)
	for _, secret := range secrets {
		if !strings.Contains(before, secret) {
			t.Fatalf("the record does not have %s: %s", secret, before)
		}
	}
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, now))

	by := care.Act{By: "u-admin", Name: "院长", At: now.Add(time.Hour), Means: care.ByScreen}
	if err := s.ErasePerson(ctx, "r-1", by, "left"); err != nil {
		t.Fatal(err)
	}
	after := kept(t, s)
	for _, secret := range secrets {
		if strings.Contains(after, secret) {
			t.Errorf("%s is still kept: %s", secret, after)
		}
	}
	i := must[*care.Incident](t)(s.Incident(ctx, "i-1"))
	if i.Class != was.Class || !i.RaisedAt.Equal(was.RaisedAt) || !i.Resolved.At.Equal(was.Resolved.At) || i.Resolved.By != was.Resolved.By || i.Resolved.Name != "" {
		t.Errorf("class, times and ids of the incident became %+v", i)
	}
	d := s.Directory()
	r := d.Residents["r-1"]
	if r.Name != "" || r.LeftAt == nil || r.FamilyConsent || d.Points[people.SitePoint{Site: home, Point: "203-call"}].Resident != "" {
		t.Errorf("the register still has %+v", r)
	}
	if son := d.Users["u-son"]; !son.Disabled || len(son.Scope.Residents) > 0 {
		t.Errorf("her son is still %+v", son)
	}
	if _, found, _ := s.Invited(ctx, "link"); found {
		t.Error("his link is still good")
	}
	report := must[ledger.Report](t)(s.Verify(ctx, ledger.WithHeads(heads...)))
	if err := report.Err(); err != nil || report.Erased == 0 || report.Signed == 0 {
		t.Errorf("the chain with %d erased data and %d signed heads says %v", report.Erased, report.Signed, err)
	}
	// With her go the accounts of those who saw nobody else, the latest row first.
	rows := must[[]care.Entry](t)(s.SiteLog(ctx, ledger.AuditLog, 0, 10))
	want := []care.Entry{
		{Number: 3, Kind: care.AuditErased, Act: by, To: "resident:r-1", Reason: "left"},
		{Number: 2, Kind: care.AuditErased, Act: by, To: "user:u-son", Reason: "left"},
		{Number: 1, Kind: care.AuditErased, Act: by, To: "user:u-chen", Reason: "left"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("the log of the gateway (-want +got):\n%s", diff)
	}
	// Once more is no harm.
	if err := s.ErasePerson(ctx, "r-1", by, "left"); err != nil {
		t.Error(err)
	}
	if err := s.ErasePerson(ctx, "r-9", by, "left"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a stranger gives %v", err)
	}
}

func testErasePersonOpen(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	lived(t, s)
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, raised("i-2", care.Fall, "point:203-call")) })
	before := kept(t, s)
	if err := s.ErasePerson(ctx, "r-1", care.Act{By: "u-admin"}, "left"); !errors.Is(err, ledger.ErrOpen) {
		t.Errorf("with an open incident it gives %v", err)
	}
	if diff := cmp.Diff(before, kept(t, s)); diff != "" {
		t.Errorf("something was erased (-before +after):\n%s", diff)
	}
}

func testEraseOld(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	lived(t, s)
	open := raised("i-2", care.Fall, "point:203-call")
	open.Note, open.Evidence = "还在处理", json.RawMessage(`{"g":3}`)
	update(t, s, func(tx *ledger.Tx) error {
		fall := event("e-2")
		fall.Class = care.Fall
		_, err := tx.RecordEvent(ctx, fall)
		_, logged := tx.Log(ctx, home, care.Entry{Kind: care.EntryNoted, Incident: "i-2", Act: care.Act{By: "u-li", Name: "李护士", At: now}, Note: "还在处理"})
		return errors.Join(err, logged, tx.SaveIncident(ctx, open), tx.SavePresence(ctx, home, "203", care.Act{By: "u-li", Name: "李护士", At: now}, now))
	})
	if err := s.AddQuarantine(ctx, ledger.QuarantineRecord{At: now, Topic: "x", Payload: []byte("王奶奶")}); err != nil {
		t.Fatal(err)
	}
	by := care.Act{By: "", At: now.Add(48 * time.Hour), Means: care.BySystem}

	// Nothing is old yet, and a class without a time is kept for ever.
	for _, at := range []ledger.Retention{{}, {Texts: now, HandOvers: now, Events: now, Quarantine: now, Presence: now, Left: now}} {
		if done := must[ledger.Erased](t)(s.EraseOld(ctx, at, by)); len(done) != 0 {
			t.Errorf("%v was erased, and nothing is old", done)
		}
	}
	late := now.Add(time.Hour)
	done := must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Texts: late, HandOvers: late, Events: late, Quarantine: late, Presence: late, Audit: late, Left: late}, by))
	want := ledger.Erased{"incidents": 1, "hand_overs": 1, "log_texts": done["log_texts"], "event_values": 1, "refused_messages": 1, "presences": 1}
	if diff := cmp.Diff(want, done); diff != "" || done["log_texts"] == 0 {
		t.Errorf("erased was (-want +got):\n%s", diff)
	}
	if i := must[*care.Incident](t)(s.Incident(ctx, "i-2")); i.Note == "" || i.Evidence == nil {
		t.Errorf("the open incident lost its %+v", i)
	}
	if entries := must[[]care.Entry](t)(s.Entries(ctx, "i-2")); entries[0].Note != "还在处理" || entries[0].Act.Name != "李护士" {
		t.Errorf("its log lost %+v", entries)
	}
	if i := must[*care.Incident](t)(s.Incident(ctx, "i-1")); i.Note != "" || i.Evidence != nil || i.Resolved.Name != "" {
		t.Errorf("the old incident still has %+v", i)
	}
	if !strings.Contains(kept(t, s), "口头") {
		t.Error("the consent on which the family's messages rest is erased")
	}
	if done := must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Texts: late, HandOvers: late, Events: late}, by)); len(done) != 0 {
		t.Errorf("the second time erased %v", done)
	}
	rows := must[[]care.Entry](t)(s.SiteLog(ctx, ledger.AuditLog, 0, 100))
	if len(rows) != len(want) || rows[0].Kind != care.AuditErased {
		t.Errorf("the log of the gateway has %v", rows)
	}
	if err := must[ledger.Report](t)(s.Verify(ctx)).Err(); err != nil {
		t.Error(err)
	}
}

// testEraseLeft has a resident who left long ago, and comes to rest when her
// last incident is resolved.
func testEraseLeft(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	p := plan()
	p.Left = map[care.ResidentID]bool{"r-1": true}
	p.By = care.Act{By: "u-admin", At: now.Add(-48 * time.Hour), Means: care.ByScreen}
	if _, err := s.ApplyPlan(ctx, p); err != nil {
		t.Fatal(err)
	}
	left := s.Directory().Residents["r-1"].LeftAt
	if left == nil {
		t.Fatal("she has not left")
	}
	i := raised("i-1", care.Fall, "point:203-call")
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, i) })
	erase := func(before time.Time) ledger.Erased {
		t.Helper()
		return must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Left: before}, care.Act{Means: care.BySystem}))
	}
	if done := erase(left.Add(time.Second)); len(done) != 0 {
		t.Errorf("with an open incident %v was erased", done)
	}
	resolve(&i, now)
	update(t, s, func(tx *ledger.Tx) error { return tx.SaveIncident(ctx, i) })
	if done := erase(*left); len(done) != 0 {
		t.Errorf("before her time %v was erased", done)
	}
	if diff := cmp.Diff(ledger.Erased{"residents": 1}, erase(left.Add(time.Second))); diff != "" {
		t.Errorf("erased was (-want +got):\n%s", diff)
	}
	if name := s.Directory().Residents["r-1"].Name; name != "" {
		t.Errorf("she is still called %s", name)
	}
	if done := erase(left.Add(time.Second)); len(done) != 0 {
		t.Errorf("she was erased again: %v", done)
	}
}

// testEraseHandovers: they have a time of their own. The log goes on naming the
// page that is gone, by its digest, and ticks of an evacuation last as long as it
// does.
func testEraseHandovers(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	h := care.Handover{
		ID: "h-1", Site: home, From: now.Add(-12 * time.Hour), To: now, Note: "王奶奶发热", Page: `{"away":["r-1"]}`, Digest: "d1",
		Outgoing: li(now), Incoming: zhao(now.Add(time.Minute)),
	}
	other := h
	other.ID, other.Note, other.Page = "h-2", "", `{"away":["r-9"]}`
	fire, drill := raised("i-fire", care.Fire, "zone:203"), raised("i-drill", care.Fire, "zone:204")
	resolve(&drill, now)
	update(t, s, func(tx *ledger.Tx) error {
		errs := []error{tx.AddHandover(ctx, h), tx.AddHandover(ctx, other), tx.SaveIncident(ctx, fire), tx.SaveIncident(ctx, drill)}
		for _, incident := range []string{"i-fire", "i-drill"} {
			_, err := tx.AddEvacuationTick(ctx, care.Tick{ID: "k-" + incident, Incident: incident, Site: home, Resident: "r-1", Out: true, By: li(now), ReceivedAt: now})
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
	by := care.Act{At: gone, Means: care.BySystem}
	if err := s.ErasePerson(ctx, "r-1", admin, "left"); !errors.Is(err, ledger.ErrOpen) {
		t.Fatal(err)
	}
	heads := must[[]ledger.SignedHead](t)(s.SignHeads(ctx, gone))
	late := now.Add(time.Hour)
	if diff := cmp.Diff(ledger.Erased{"incidents": 1, "log_texts": 4}, must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Texts: late}, by))); diff != "" {
		t.Errorf("of texts was erased (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ledger.Erased{"hand_overs": 2}, must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{HandOvers: late}, by))); diff != "" {
		t.Errorf("of hand-overs was erased (-want +got):\n%s", diff)
	}
	got := must[*care.Handover](t)(s.Handover(ctx, "h-1"))
	h.Note, h.Page, h.Outgoing.Name, h.Incoming.Name = "", "{}", "", ""
	if diff := cmp.Diff(&h, got); diff != "" {
		t.Errorf("the hand-over (-want +got):\n%s", diff)
	}
	named := 0
	for _, row := range must[[]care.Entry](t)(s.SiteLog(ctx, home, 0, 100)) {
		if row.Kind == care.EntryHandover && row.To == "h-1" && row.Digest == got.Digest {
			named++
		}
	}
	if named != 2 {
		t.Errorf("%d rows of the log name the page by its digest, want both signatures", named)
	}
	if diff := cmp.Diff(ledger.Erased{"evacuation_ticks": 1}, must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{Presence: late}, by))); diff != "" {
		t.Errorf("with presences was erased (-want +got):\n%s", diff)
	}
	if ticks := must[[]care.Tick](t)(s.EvacuationTicks(ctx, "i-fire")); len(ticks) != 1 {
		t.Errorf("the fire that goes on has the ticks %v", ticks)
	}
	verified(t, s, heads)
}

// testEraseHandoverOfErased: the page went with a resident, and the names of who
// signed it go when they are old.
func testEraseHandoverOfErased(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	lived(t, s)
	if err := s.ErasePerson(ctx, "r-1", admin, "left"); err != nil {
		t.Fatal(err)
	}
	must[ledger.Erased](t)(s.EraseOld(ctx, ledger.Retention{HandOvers: gone}, care.Act{At: gone, Means: care.BySystem}))
	if h := must[*care.Handover](t)(s.Handover(ctx, "h-1")); h.Outgoing.Name != "" {
		t.Errorf("it is still signed by %s", h.Outgoing.Name)
	}
}
