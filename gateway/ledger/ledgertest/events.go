package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func testEventOnce(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	other := event("1")
	other.Device = "pendant"
	for _, step := range []struct {
		name  string
		event care.Received
		fresh bool
	}{
		{"the first copy", event("1"), true},
		{"a repeat in the same transaction", event("1"), false},
		{"another event", event("2"), true},
		{"the same id of another source", other, true},
	} {
		update(t, s, func(tx *ledger.Tx) error {
			fresh, err := tx.RecordEvent(ctx, step.event)
			if fresh != step.fresh {
				t.Errorf("%s: fresh is %v, want %v", step.name, fresh, step.fresh)
			}
			return err
		})
	}
}

func testEventUnknownSite(t *testing.T, e Engine) {
	s := furnished(t, e)
	stranger := event("1")
	stranger.Site = "nowhere"
	err := s.Update(t.Context(), func(tx *ledger.Tx) error {
		_, err := tx.RecordEvent(t.Context(), stranger)
		return err
	})
	// The event can never be taken: the sender must be told, not retried.
	if r, ok := care.AsRefusal(err); !ok || r.Reason != care.ReasonLedger {
		t.Errorf("the error is %v, want a refusal of reason %s", err, care.ReasonLedger)
	}
}

func testRollBack(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	head := must[uint64](t)(s.FeedHead(ctx))
	heads := must[[]ledger.Head](t)(s.Heads(ctx))
	boom := errors.New("boom")
	err := s.Update(ctx, func(tx *ledger.Tx) error {
		return errors.Join(
			second(tx.RecordEvent(ctx, event("1"))),
			tx.RegisterPoint(ctx, care.Point{Site: home, ID: "new", Unregistered: true}),
			tx.SaveIncident(ctx, raised("i-1", care.SOS, "point:203-call")),
			second(tx.Log(ctx, home, care.Entry{Kind: care.EntryRaised, Incident: "i-1"})),
			tx.Feed(ctx, care.FeedRow{Site: home, Kind: care.EntryRaised, Ref: "i-1"}),
			boom,
		)
	})
	if !errors.Is(err, boom) {
		t.Fatalf("the error is %v, want that of the function", err)
	}
	if got := must[uint64](t)(s.FeedHead(ctx)); got != head {
		t.Errorf("the feed went from %d to %d", head, got)
	}
	if diff := cmp.Diff(heads, must[[]ledger.Head](t)(s.Heads(ctx))); diff != "" {
		t.Errorf("the heads of the logs changed (-before +after):\n%s", diff)
	}
	if i := must[*care.Incident](t)(s.Incident(ctx, "i-1")); i != nil {
		t.Errorf("there is an incident: %v", i)
	}
	if p, ok := s.Directory().Point(home, "new"); ok {
		t.Errorf("the directory has the point: %v", p)
	}
	update(t, s, func(tx *ledger.Tx) error {
		fresh, err := tx.RecordEvent(ctx, event("1"))
		if !fresh {
			t.Error("the event of the failed transaction is in the ledger")
		}
		return err
	})
}

// second drops the value of a pair.
func second[T any](_ T, err error) error { return err }

func testRegisterPoint(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	stranger := care.Point{Site: home, ID: "stranger", Edge: "floor-2", Unregistered: true}
	known, _ := s.Directory().Point(home, "203-call")
	before := s.Directory()
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(
			tx.RegisterPoint(ctx, stranger),
			tx.RegisterPoint(ctx, stranger),
			tx.RegisterPoint(ctx, care.Point{Site: home, ID: "203-call", Unregistered: true}),
		)
	})
	if got, _ := s.Directory().Point(home, "stranger"); got != stranger {
		t.Errorf("the directory has %v, want %v", got, stranger)
	}
	if got, _ := s.Directory().Point(home, "203-call"); got != known {
		t.Errorf("a registered point became %v, want %v", got, known)
	}
	if _, ok := before.Points[people.SitePoint{Site: home, Point: "stranger"}]; ok {
		t.Error("a directory that was handed out was changed")
	}
	if changed, err := s.Refresh(ctx); changed || err != nil {
		t.Errorf("Refresh says %v, %v after a change of its own, want false, nil", changed, err)
	}
}

func testPointState(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	check := func(name string, class care.Class, want alerts.PointState) {
		t.Helper()
		update(t, s, func(tx *ledger.Tx) error {
			got, err := tx.PointState(ctx, home, "203-smoke-1", class)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return err
		})
	}
	save := func(p alerts.PointState) {
		t.Helper()
		update(t, s, func(tx *ledger.Tx) error {
			return tx.SavePointState(ctx, home, "203-smoke-1", care.Fire, p)
		})
	}
	check("before any event", care.Fire, alerts.PointState{})
	active := alerts.PointState{Active: true, Sequence: 1 << 62, ChangedAt: now}
	save(active)
	check("active", care.Fire, active)
	check("another class", care.Fault, alerts.PointState{})
	cleared := alerts.PointState{Sequence: 1<<62 + 1, ChangedAt: now.Add(time.Minute)}
	save(cleared)
	check("cleared", care.Fire, cleared)
	save(alerts.PointState{})
	check("the zero value survives", care.Fire, alerts.PointState{})
}

func testActivePoints(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(
			tx.SavePointState(ctx, home, "203-smoke-1", care.Fire, alerts.PointState{Active: true}),
			tx.SavePointState(ctx, home, "203-smoke-2", care.Fire, alerts.PointState{Active: true}),
			tx.SavePointState(ctx, home, "203-call", care.Fire, alerts.PointState{Active: false}),
			tx.SavePointState(ctx, home, "203-call", care.Fault, alerts.PointState{Active: true}),
		)
	})
	for _, test := range []struct {
		class care.Class
		key   string
		want  []care.PointID
	}{
		{care.Fire, "zone:203", []care.PointID{"203-smoke-1", "203-smoke-2"}},
		{care.Fire, "zone:204", []care.PointID{}},
		{care.Fire, "point:203-smoke-2", []care.PointID{"203-smoke-2"}},
		{care.Fire, "point:203-call", []care.PointID{}},
		{care.Fault, "point:203-call", []care.PointID{"203-call"}},
	} {
		update(t, s, func(tx *ledger.Tx) error {
			got, err := tx.ActivePoints(ctx, home, test.class, test.key)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s under %s (-want +got):\n%s", test.class, test.key, diff)
			}
			return err
		})
	}
	err := s.Update(ctx, func(tx *ledger.Tx) error {
		_, err := tx.ActivePoints(ctx, home, care.Fire, "203")
		return err
	})
	if err == nil {
		t.Error("a key of neither a point nor a zone was taken")
	}
}

func testPointStates(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(
			tx.SavePointState(ctx, home, "203-smoke-2", care.Fire, alerts.PointState{Active: true, ChangedAt: now}),
			tx.SavePointState(ctx, home, "203-call", care.Fault, alerts.PointState{Active: true, ChangedAt: now.Add(time.Second)}),
			tx.SavePointState(ctx, home, "203-call", care.Battery, alerts.PointState{ChangedAt: now}),
			tx.SavePointState(ctx, "qiutao", "p", care.Fault, alerts.PointState{Active: true}),
		)
	})
	fault := ledger.ActiveState{Site: home, Point: "203-call", Class: care.Fault, ChangedAt: now.Add(time.Second)}
	fire := ledger.ActiveState{Site: home, Point: "203-smoke-2", Class: care.Fire, ChangedAt: now}
	far := ledger.ActiveState{Site: "qiutao", Point: "p", Class: care.Fault, ChangedAt: time.Time{}}
	for _, test := range []struct {
		name    string
		classes []care.Class
		want    []ledger.ActiveState
	}{
		{"all", nil, []ledger.ActiveState{fault, fire, far}},
		{"of two classes", []care.Class{care.Fault, care.Battery}, []ledger.ActiveState{fault, far}},
		{"of one that is nowhere", []care.Class{care.Tamper}, []ledger.ActiveState{}},
	} {
		if diff := cmp.Diff(test.want, must[[]ledger.ActiveState](t)(s.PointStates(ctx, test.classes...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
