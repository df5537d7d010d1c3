package ledgertest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/ledger"
)

func testShelves(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	by := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByScreen}
	repair := alerts.Shelf{
		Site: home, Point: "203-smoke-1", Class: care.Fire, Repair: true, Watch: "赵护士", By: by,
		Until: now.Add(time.Hour), Reason: "dust",
	}
	short := alerts.Shelf{Site: home, Point: "203-smoke-1", Class: care.Fault, By: by, Until: now.Add(time.Minute)}
	longer := short
	longer.Until, longer.Reason, longer.By.By = now.Add(12*time.Hour), "again", "u-zhao"
	update(t, s, func(tx *ledger.Tx) error {
		if got, err := tx.Shelf(ctx, home, "203-smoke-1", care.Fire); got != nil || err != nil {
			t.Errorf("before there is any: %v, %v", got, err)
		}
		if err := errors.Join(tx.SaveShelf(ctx, repair), tx.SaveShelf(ctx, short), tx.SaveShelf(ctx, longer)); err != nil {
			return err
		}
		got, err := tx.Shelf(ctx, home, "203-smoke-1", care.Fault)
		if diff := cmp.Diff(&longer, got); diff != "" {
			t.Errorf("the shelf that was made longer (-want +got):\n%s", diff)
		}
		return err
	})
	if diff := cmp.Diff([]alerts.Shelf{longer, repair}, must[[]alerts.Shelf](t)(s.Shelves(ctx))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.DropShelf(ctx, home, "203-smoke-1", care.Fault), tx.DropShelf(ctx, home, "203-smoke-1", care.Fault))
	})
	if diff := cmp.Diff([]alerts.Shelf{repair}, must[[]alerts.Shelf](t)(s.Shelves(ctx))); diff != "" {
		t.Errorf("after one was dropped (-want +got):\n%s", diff)
	}
}

func testPresence(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	update(t, s, func(tx *ledger.Tx) error {
		by := care.Act{By: "u-li", Name: "李护士", At: now, Means: care.ByTag}
		for _, step := range []struct {
			save bool
			zone care.ZoneID
			want time.Time
		}{
			{false, "203", time.Time{}},
			{true, "203", now.Add(20 * time.Minute)},
			{true, "203", now.Add(10 * time.Minute)}, // the last word counts
			{false, "204", time.Time{}},
		} {
			if step.save {
				if err := tx.SavePresence(ctx, home, step.zone, by, step.want); err != nil {
					return err
				}
			}
			got, err := tx.PresenceUntil(ctx, home, step.zone)
			if err != nil {
				return err
			}
			if !got.Equal(step.want) {
				t.Errorf("somebody is in room %s until %v, want %v", step.zone, got, step.want)
			}
		}
		return nil
	})
}

func testConditions(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	cold := ledger.ConditionRow{Rule: "cold", Site: home, Point: "203-call", Body: json.RawMessage(`{"since":1}`)}
	door := ledger.ConditionRow{Rule: "door", Site: home, Point: "203-call", Body: json.RawMessage(`null`)}
	update(t, s, func(tx *ledger.Tx) error {
		if got, err := tx.Condition(ctx, "cold", home, "203-call"); got != nil || err != nil {
			t.Errorf("before there is any: %s, %v", got, err)
		}
		for _, c := range []ledger.ConditionRow{{Rule: "cold", Site: home, Point: "203-call", Body: json.RawMessage(`{}`)}, door, cold} {
			if err := tx.SaveCondition(ctx, c.Rule, c.Site, c.Point, c.Body); err != nil {
				return err
			}
		}
		got, err := tx.Condition(ctx, "cold", home, "203-call")
		if string(got) != string(cold.Body) {
			t.Errorf("the condition is %s, want the last one, %s", got, cold.Body)
		}
		return err
	})
	if diff := cmp.Diff([]ledger.ConditionRow{cold, door}, must[[]ledger.ConditionRow](t)(s.Conditions(ctx))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	update(t, s, func(tx *ledger.Tx) error {
		return errors.Join(tx.DropCondition(ctx, "cold", home, "203-call"), tx.DropCondition(ctx, "cold", home, "203-call"))
	})
	if diff := cmp.Diff([]ledger.ConditionRow{door}, must[[]ledger.ConditionRow](t)(s.Conditions(ctx))); diff != "" {
		t.Errorf("after one was dropped (-want +got):\n%s", diff)
	}
}
