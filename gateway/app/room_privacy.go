package app

import (
	"context"
	"errors"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/privacy"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
)

// privacyRoom is the part of the API about people's data.
func (a *App) privacyRoom() api.Room {
	keep := a.opts.Config.Retention
	return &privacy.Room{
		Records: personRecords{apiPapers{a.store, a.watch.Changed}},
		Kept: []privacy.Kept{
			{Class: "readings", Days: int(a.opts.Config.Series.Retention / (24 * time.Hour))},
			{Class: "messages", Days: keep.Messages}, {Class: "incident_texts", Days: keep.IncidentTexts}, {Class: "hand_overs", Days: keep.HandOvers},
			{Class: "measured_values", Days: keep.MeasuredValues}, {Class: "refused_messages", Days: keep.RefusedMessages},
			{Class: "audit_names", Days: keep.AuditNames}, {Class: "residents_who_left", Days: keep.ResidentsWhoLeft},
			{Class: "photos", Days: int(care.PhotoKept / (24 * time.Hour))},
		},
	}
}

// personRecords are what the ledger keeps of people.
type personRecords struct{ papers apiPapers }

// Person returns what is kept of a resident.
func (r personRecords) Person(ctx context.Context, id care.ResidentID) (privacy.Record, error) {
	rec, err := r.papers.Person(ctx, id)
	return privacy.Record(rec), personError(err)
}

// ErasePerson erases it.
func (r personRecords) ErasePerson(ctx context.Context, id care.ResidentID, by care.Act, reason string) error {
	err := r.papers.ErasePerson(ctx, id, by, reason)
	if err == nil {
		r.papers.changed() // his care rules are gone
	}
	return personError(err)
}

// OwnerNotices returns the messages to a user.
func (r personRecords) OwnerNotices(ctx context.Context, owner string) ([]alerts.Notice, error) {
	return r.papers.OwnerNotices(ctx, owner)
}

func personError(err error) error {
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return privacy.ErrNobody
	case errors.Is(err, ledger.ErrOpen):
		return privacy.ErrOpen
	}
	return err
}

// presenceKept is how long it is kept who was last in a room, which counts for
// minutes only, and who ticked whom off while a house was cleared: the log of the
// site has that, too.
const presenceKept = 24 * time.Hour

// eraseOld erases what was kept as long as the settings say.
func (a *App) eraseOld(ctx context.Context, now time.Time) error {
	keep := a.opts.Config.Retention
	if before := config.Before(now, keep.Messages); !before.IsZero() {
		if _, err := a.store.PruneNotices(ctx, before); err != nil {
			return err
		}
	}
	done, err := a.store.EraseOld(ctx, ledger.Retention{
		Texts: config.Before(now, keep.IncidentTexts), HandOvers: config.Before(now, keep.HandOvers), Events: config.Before(now, keep.MeasuredValues),
		Quarantine: config.Before(now, keep.RefusedMessages), Presence: now.Add(-presenceKept),
		Audit: config.Before(now, keep.AuditNames), Left: config.Before(now, keep.ResidentsWhoLeft), Expired: now,
	}, care.Act{At: now, Means: care.BySystem})
	if len(done) > 0 {
		a.opts.Log.Info("what was kept long enough is erased", "counts", done)
	}
	if done["residents"] > 0 {
		a.watch.Changed()
	}
	return err
}
