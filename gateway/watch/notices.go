package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

const (
	// proofWait is how long the best proof of a channel is awaited before the
	// message counts as not delivered.
	proofWait = time.Minute
	// pollEvery is how often a service is asked for it.
	pollEvery = 10 * time.Second
	// retryAfter is how long after a passing failure the last way that a person
	// has is tried again, tryLast times in all.
	retryAfter = 10 * time.Second
	tryLast    = 3
	// lease is how long a message may take to be handed over before it is taken
	// for lost with whoever was sending it.
	lease = time.Minute
)

// ScreenChannel is the channel of those who look at a board: it is proved when
// the person has one open.
const ScreenChannel = "screen"

// tell puts a message into the outbox. It reports whether there is any way to
// the person.
func (t *turn) tell(ctx context.Context, n alerts.Notice) (bool, error) {
	n.ID = care.NewIDAt(t.now)
	n.CreatedAt, n.Due, n.State = t.now, t.now, alerts.NoticeWaiting
	if len(n.Contacts) == 0 {
		n.State, n.Reason = alerts.NoticeFailed, string(notify.NoContact)
		if err := t.logNotice(ctx, n, care.EntryUndelivered, "", n.Reason, ""); err != nil {
			return false, err
		}
		return false, t.saveNotice(ctx, n)
	}
	return true, t.saveNotice(ctx, n)
}

// saveNotice writes a row of the outbox and its timer.
func (t *turn) saveNotice(ctx context.Context, n alerts.Notice) error {
	if err := t.tx.SaveNotice(ctx, n); err != nil {
		return fmt.Errorf("save the message %s: %w", n.ID, err)
	}
	timer := alerts.Timer{Kind: alerts.TimerNotice, Ref: n.ID, Site: n.Site}
	if n.State == alerts.NoticeWaiting || n.State == alerts.NoticeSent {
		timer.Due = n.Due
	}
	return t.setTimer(ctx, timer)
}

// logNotice writes what became of a message into the log of the site.
func (t *turn) logNotice(ctx context.Context, n alerts.Notice, kind care.EntryKind, channel, reason, detail string) error {
	if n.Incident == "" {
		return nil // a trial
	}
	e := care.Entry{
		Kind: kind, Incident: n.Incident, Act: care.Act{At: t.now, Means: care.BySystem},
		To: n.Owner, Channel: channel, Reason: reason, Note: detail,
	}
	// The incident itself does not change by it, so its revision stays.
	if _, err := t.tx.Log(ctx, n.Site, e); err != nil {
		return fmt.Errorf("log the message %s: %w", n.ID, err)
	}
	return t.tx.Feed(ctx, care.FeedRow{At: t.now, Site: n.Site, Resident: n.Resident, Kind: kind, Ref: n.Incident})
}

// noticeDue is a message's timer: it is to be sent, or its proof is due.
func (t *turn) noticeDue(ctx context.Context, timer alerts.Timer) error {
	n, err := t.tx.Notice(ctx, timer.Ref)
	if err != nil || n == nil {
		return err
	}
	switch n.State {
	case alerts.NoticeWaiting:
		t.jobs = append(t.jobs, alerts.Job{Notice: n.ID})
		// Whoever sends it sets the time anew; should he die, this remains.
		timer.Due = t.now.Add(lease)
		return t.setTimer(ctx, timer)
	case alerts.NoticeSent:
		if !t.now.Before(n.Due) {
			c, _ := n.Contact()
			return t.fail(ctx, *n, notify.Failed(notify.Unproved, "no receipt of %s within %s", c.Channel, proofWait))
		}
		t.jobs = append(t.jobs, alerts.Job{Notice: n.ID, Poll: true})
		timer.Due = earlier(n.Due, t.now.Add(pollEvery))
		return t.setTimer(ctx, timer)
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// fail writes that a message was not delivered, and why, and goes on to the
// next way to the person, or to the next person.
func (t *turn) fail(ctx context.Context, n alerts.Notice, f *notify.Failure) error {
	c, _ := n.Contact()
	n.Reason, n.Detail = string(f.Reason), f.Detail
	if err := t.logNotice(ctx, n, care.EntryUndelivered, c.Channel, n.Reason, n.Detail); err != nil {
		return err
	}
	t.w.metrics.notices.WithLabelValues(c.Channel, n.Reason).Inc()
	last := n.At == len(n.Contacts)-1
	if last && !f.Permanent && n.Tries < tryLast {
		n.State, n.Due = alerts.NoticeWaiting, t.now.Add(max(retryAfter, f.RetryAfter))
		if f.Reason == notify.Unproved {
			n.Sent = "" // the service has that one; this is another message
		}
		return t.saveNotice(ctx, n)
	}
	n.At++
	n.Tries, n.Sent, n.ServiceID = 0, "", ""
	n.State, n.Due = alerts.NoticeWaiting, t.now
	if n.At >= len(n.Contacts) {
		n.State = alerts.NoticeFailed
	}
	if err := t.saveNotice(ctx, n); err != nil || n.State != alerts.NoticeFailed {
		return err
	}
	return t.unreached(ctx, n)
}

// unreached goes on when a person could not be told by any channel: when none
// of a step could, the next step is due at once, and when nobody at all could,
// the board says so.
func (t *turn) unreached(ctx context.Context, n alerts.Notice) error {
	if n.Phrase != alerts.PhraseAlarm {
		return nil
	}
	i, err := t.tx.Incident(ctx, n.Incident)
	if err != nil || i == nil || !i.Unattended() {
		return err
	}
	any, step, err := t.alive(ctx, *i, n)
	if err != nil {
		return err
	}
	if !any {
		told, err := t.tellSpared(ctx, *i, n.Step)
		if err == nil && !told {
			err = t.untold(ctx, *i)
		}
		if err != nil {
			return err
		}
	}
	if step {
		return nil
	}
	return t.hasten(ctx, *i, n)
}

// alive reports whether a message about the latest alarm of an incident is on
// its way or arrived, and whether one of the same step as n is. The telephone
// beside the resident does not count: whoever lies on the floor is not told of it
// by its ringing. Nor does what went to somebody who has been disabled since: nobody
// knows that she still looks at it, and she can no longer accept it.
func (t *turn) alive(ctx context.Context, i care.Incident, n alerts.Notice) (any, step bool, err error) {
	all, err := t.tx.IncidentNotices(ctx, i.ID)
	if err != nil {
		return false, false, fmt.Errorf("load the messages about incident %s: %w", i.ID, err)
	}
	d := t.w.ledger.Directory()
	for _, o := range all {
		if strings.HasPrefix(o.Owner, residentOwner) || disabled(d, o.Owner) {
			continue
		}
		if o.Phrase != alerts.PhraseAlarm || o.State == alerts.NoticeFailed || o.State == alerts.NoticeDropped {
			continue
		}
		any = any || o.Alarms == i.Alarms
		step = step || o.Policy == n.Policy && o.Step == n.Step && o.Round == n.Round && o.Alarms == n.Alarms
	}
	return any, step, nil
}

// untold marks an incident of which nobody could be told.
func (t *turn) untold(ctx context.Context, i care.Incident) error {
	if i.UntoldAt != nil {
		return nil
	}
	at := t.now
	i.UntoldAt = &at
	_, err := t.note(ctx, i, care.Entry{Kind: care.EntryUntold, Incident: i.ID, Point: i.Point, Act: care.Act{At: t.now, Means: care.BySystem}})
	return err
}

// note saves an incident with one more row of its log, and returns it as it is
// then.
func (t *turn) note(ctx context.Context, i care.Incident, e care.Entry) (care.Incident, error) {
	i.Revision++
	return i, t.write(ctx, placeOf(i), alerts.Decision{Incident: &i, Entries: []care.Entry{e}})
}

// told takes the mark away once somebody was.
func (t *turn) told(ctx context.Context, incident string) error {
	i, err := t.tx.Incident(ctx, incident)
	if err != nil || i == nil || i.UntoldAt == nil {
		return err
	}
	i.UntoldAt = nil
	return t.tx.SaveIncident(ctx, *i)
}

// contactsOf returns the ways to a user: his own, and for staff the board that
// he may be looking at.
func contactsOf(u people.User) []people.Contact {
	contacts := slices.Clone(u.Contacts)
	if u.Role.Staff() || u.Role == people.Inspector {
		contacts = append(contacts, people.Contact{Channel: ScreenChannel, Address: string(u.ID)})
	}
	return contacts
}

// userOf returns the user behind an owner, and false for a resident and for who
// was disabled.
func userOf(d *people.Directory, owner string) (people.User, bool) {
	if strings.HasPrefix(owner, residentOwner) {
		return people.User{}, false
	}
	u, ok := d.Users[care.UserID(owner)]
	return u, ok && !u.Disabled
}

// disabled reports whether an owner is a user who was disabled.
func disabled(d *people.Directory, owner string) bool {
	return !strings.HasPrefix(owner, residentOwner) && d.Users[care.UserID(owner)].Disabled
}

// residentOwner begins the name of a resident among those who are told.
const residentOwner = "resident:"
