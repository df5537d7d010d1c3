package ledgertest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// notice returns a notice about an incident in which every field says
// something.
func notice(id, incident string) alerts.Notice {
	return alerts.Notice{
		ID: id, Incident: incident, Site: home, Resident: "r-1", Class: care.Fall, Phrase: alerts.PhraseHelp, Family: true,
		Owner: "u-son", Language: "zh", Policy: "home", Step: 2, Round: 3, Alarms: 4,
		Contacts: []people.Contact{{Channel: "sms", Address: "+8613800000001"}, {Channel: "voice", Address: "+8613800000002"}, {Channel: "mail", Address: "son@example.org"}},
		At:       1, State: alerts.NoticeSent, Proof: 2, ServiceID: "sid-" + id, Sent: "key-" + id, Tries: 5,
		CreatedAt: now, SentAt: now.Add(time.Second), Due: now.Add(time.Minute), Reason: "no_receipt", Detail: "+8613800000001: 线路忙",
	}
}

func testNoticeFields(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	full, bare := notice("n-full", "i-1"), alerts.Notice{ID: "n-bare", State: alerts.NoticeWaiting}
	changed := full
	changed.At, changed.State, changed.Due, changed.Contacts = 3, alerts.NoticeFailed, now.Add(time.Hour), nil
	for _, want := range []alerts.Notice{full, bare, changed} {
		update(t, s, func(tx *ledger.Tx) error {
			if err := tx.SaveNotice(ctx, want); err != nil {
				return err
			}
			got, err := tx.Notice(ctx, want.ID)
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", want.ID, diff)
			}
			return err
		})
	}
	err := s.Update(ctx, func(tx *ledger.Tx) error {
		if got, err := tx.Notice(ctx, "no such id"); got != nil || err != nil {
			t.Errorf("an unknown id gives %v, %v", got, err)
		}
		return tx.SaveNotice(ctx, alerts.Notice{ID: "n-lost", State: "lost"})
	})
	if _, refused := care.AsRefusal(err); !refused {
		t.Errorf("a notice in no state gives %v, want a refusal", err)
	}
}

func testNoticeLookUps(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	late, early := notice("n-1", "i-1"), notice("n-2", "i-1")
	late.CreatedAt = now.Add(time.Second)
	late.Sent, late.ServiceID = early.Sent, early.ServiceID // merged into one message
	waiting, other := notice("n-3", "i-2"), notice("n-4", "i-2")
	waiting.State, waiting.Sent, waiting.ServiceID = alerts.NoticeWaiting, "", ""
	other.State, other.Owner = alerts.NoticeWaiting, "u-chen"
	trial := notice("n-5", "")
	trial.Family = false
	update(t, s, func(tx *ledger.Tx) error {
		for _, n := range []alerts.Notice{late, early, waiting, other, trial} {
			if err := tx.SaveNotice(ctx, n); err != nil {
				return err
			}
		}
		for _, test := range []struct {
			name string
			find func() ([]alerts.Notice, error)
			want []alerts.Notice
		}{
			{"of an incident", func() ([]alerts.Notice, error) { return tx.IncidentNotices(ctx, "i-1") }, []alerts.Notice{early, late}},
			{"of no incident", func() ([]alerts.Notice, error) { return tx.IncidentNotices(ctx, "") }, []alerts.Notice{}},
			{"of a message", func() ([]alerts.Notice, error) { return tx.NoticesBySent(ctx, early.Sent) }, []alerts.Notice{early, late}},
			{"of no message", func() ([]alerts.Notice, error) { return tx.NoticesBySent(ctx, "") }, []alerts.Notice{}},
			{"of a service, tried now", func() ([]alerts.Notice, error) { return tx.NoticesByService(ctx, "voice", "sid-n-2") }, []alerts.Notice{early, late}},
			{"of a service, tried before", func() ([]alerts.Notice, error) { return tx.NoticesByService(ctx, "sms", "sid-n-2") }, []alerts.Notice{early, late}},
			{"of a service, not tried yet", func() ([]alerts.Notice, error) { return tx.NoticesByService(ctx, "mail", "sid-n-2") }, []alerts.Notice{}},
			{"of a service, no name", func() ([]alerts.Notice, error) { return tx.NoticesByService(ctx, "sms", "") }, []alerts.Notice{}},
			{"waiting for a person", func() ([]alerts.Notice, error) { return tx.WaitingNotices(ctx, "u-son") }, []alerts.Notice{waiting}},
		} {
			got, err := test.find()
			if err != nil {
				return err
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
		return nil
	})
	if diff := cmp.Diff([]alerts.Notice{early, late}, must[[]alerts.Notice](t)(s.IncidentNotices(ctx, "i-1"))); diff != "" {
		t.Errorf("outside of a transaction (-want +got):\n%s", diff)
	}
}

func testPruneNotices(t *testing.T, e Engine) {
	s := furnished(t, e)
	ctx := t.Context()
	const old = 450 // more than two transactions
	update(t, s, func(tx *ledger.Tx) error {
		finished := []alerts.NoticeState{alerts.NoticeDone, alerts.NoticeFailed, alerts.NoticeDropped}
		for n := range old {
			o := notice(fmt.Sprint("old-", n), "i-old")
			o.CreatedAt, o.State = now.Add(-time.Microsecond), finished[n%len(finished)]
			if err := tx.SaveNotice(ctx, o); err != nil {
				return err
			}
		}
		open, young := notice("open", "i-kept"), notice("young", "i-kept")
		open.CreatedAt = now.Add(-time.Hour)
		young.State = alerts.NoticeDone
		return errors.Join(tx.SaveNotice(ctx, open), tx.SaveNotice(ctx, young))
	})
	for _, want := range []int{old, 0} {
		if got := must[int](t)(s.PruneNotices(ctx, now)); got != want {
			t.Errorf("%d notices were deleted, want %d", got, want)
		}
	}
	if left := must[[]alerts.Notice](t)(s.IncidentNotices(ctx, "i-old")); len(left) != 0 {
		t.Errorf("%d old notices are left", len(left))
	}
	if left := must[[]alerts.Notice](t)(s.IncidentNotices(ctx, "i-kept")); len(left) != 2 {
		t.Errorf("%d of the two that are open or young are left", len(left))
	}
}
