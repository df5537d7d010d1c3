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
)

const (
	// gather is how long messages to one person by one channel are kept apart,
	// so that a storm is one message that says how many.
	gather = 30 * time.Second
	// gatherUrgent is the same for an unaccepted fire, fall or SOS, which no
	// limit may mute: the first goes at once, and of a storm one each 3 s.
	gatherUrgent = 3 * time.Second
)

// Jobs are messages that are to be sent, or to be asked after.
func (w *Watch) Jobs() <-chan alerts.Job { return w.jobs }

// Take returns the message that a notice goes out in, together with others
// that wait for the same person at the same address; nil when there is nothing
// to send now. Has tells which channels there are.
func (w *Watch) Take(ctx context.Context, id string, has func(channel string) bool) (*alerts.Parcel, error) {
	var p *alerts.Parcel
	err := w.update(ctx, func(t *turn) (err error) {
		p, err = t.take(ctx, id, has)
		return err
	})
	return p, err
}

func (t *turn) take(ctx context.Context, id string, has func(string) bool) (*alerts.Parcel, error) {
	n, err := t.tx.Notice(ctx, id)
	if err != nil || n == nil || n.State != alerts.NoticeWaiting || n.Due.After(t.now) {
		return nil, err // somebody else is sending it, or has
	}
	if disabled(t.w.ledger.Directory(), n.Owner) {
		n.At = len(n.Contacts) - 1 // none of her other ways is tried either
		return nil, t.fail(ctx, *n, notify.Hopeless(notify.NoContact, "the user %s was disabled", n.Owner))
	}
	c, _ := n.Contact()
	if !has(c.Channel) {
		return nil, t.fail(ctx, *n, notify.Hopeless(notify.NoChannel, "this gateway has no channel %q", c.Channel))
	}
	group, err := t.group(ctx, *n)
	if err != nil {
		return nil, err
	}
	if at := t.w.rest(group, t.now); at.After(t.now) && n.Sent == "" {
		for _, o := range group {
			o.Due = at
			if err := t.saveNotice(ctx, o); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	p := &alerts.Parcel{Owner: n.Owner, Channel: c.Channel, Address: c.Address, Key: n.Sent}
	for _, o := range group {
		needed, i, err := t.needed(ctx, o)
		if err != nil {
			return nil, err
		}
		if !needed {
			continue
		}
		p.Notices = append(p.Notices, o)
		// One that alarmed again has two notices, and is one incident.
		if !slices.ContainsFunc(p.Incidents, func(known care.Incident) bool { return known.ID == i.ID }) {
			p.Incidents = append(p.Incidents, i)
		}
	}
	if len(p.Notices) == 0 {
		return nil, nil
	}
	if p.Key == "" {
		p.Key = care.NewIDAt(t.now)
	}
	for n := range p.Notices {
		o := &p.Notices[n]
		o.Sent, o.Due = p.Key, t.now.Add(lease)
		o.Tries++
		if err := t.saveNotice(ctx, *o); err != nil {
			return nil, err
		}
	}
	t.w.noteSending(*n, t.now)
	return p, nil
}

// group returns the notice with all that go out with it: those of the message
// that it was in before, or what waits for the same person at the same address.
func (t *turn) group(ctx context.Context, n alerts.Notice) ([]alerts.Notice, error) {
	if n.Sent != "" {
		all, err := t.tx.NoticesBySent(ctx, n.Sent)
		if err != nil {
			return nil, fmt.Errorf("load the message %s: %w", n.Sent, err)
		}
		return slices.DeleteFunc(all, func(o alerts.Notice) bool { return o.State != alerts.NoticeWaiting }), nil
	}
	waiting, err := t.tx.WaitingNotices(ctx, n.Owner)
	if err != nil {
		return nil, fmt.Errorf("load what waits for %s: %w", n.Owner, err)
	}
	want, _ := n.Contact()
	group := []alerts.Notice{n}
	for _, o := range waiting {
		c, ok := o.Contact()
		// Only calls for help are merged: "help was called" and "it is over" are
		// two things to a family.
		if o.ID == n.ID || !ok || c != want || o.Sent != "" || o.Phrase != alerts.PhraseAlarm || n.Phrase != alerts.PhraseAlarm {
			continue
		}
		group = append(group, o)
	}
	return group, nil
}

// needed reports whether a message still has to be sent, and drops it when it
// has not.
func (t *turn) needed(ctx context.Context, n alerts.Notice) (bool, care.Incident, error) {
	var i care.Incident
	if n.Incident != "" {
		found, err := t.tx.Incident(ctx, n.Incident)
		if err != nil {
			return false, i, fmt.Errorf("load incident %s: %w", n.Incident, err)
		}
		if found != nil {
			i = *found
		}
	}
	switch {
	case n.Phrase == alerts.PhraseAlarm && !i.Unattended():
		n.State = alerts.NoticeDropped
	case n.Family && !t.w.mayHear(n, i):
		n.State, n.Reason = alerts.NoticeDropped, string(notify.NoConsent)
		if err := t.logNotice(ctx, n, care.EntryUndelivered, "", n.Reason, ""); err != nil {
			return false, i, err
		}
	default:
		return true, i, nil
	}
	return false, i, t.saveNotice(ctx, n)
}

// mayHear reports whether a family may still be told of an incident: there is
// consent of its elder, also where the incident names none, as a fire in the
// kitchen of a couple.
func (w *Watch) mayHear(n alerts.Notice, i care.Incident) bool {
	d := w.ledger.Directory()
	u, known := userOf(d, n.Owner)
	return known && d.SeesIncident(u, i)
}

// rest returns when the next message may go to the person by this channel. The
// most urgent of what goes out together decides.
func (w *Watch) rest(group []alerts.Notice, now time.Time) time.Time {
	n := group[0]
	c, _ := n.Contact()
	if n.Phrase != alerts.PhraseAlarm || c.Channel == ScreenChannel {
		return now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := gather
	if slices.ContainsFunc(group, func(o alerts.Notice) bool { return o.Class.NeverMuted() }) {
		wait = gatherUrgent
	}
	return w.sentAt[n.Owner+" "+c.Channel].Add(wait)
}

// noteSending remembers when a person was sent something. It is a cache: after
// a restart a storm may be one message more.
func (w *Watch) noteSending(n alerts.Notice, now time.Time) {
	c, _ := n.Contact()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sentAt) > 10_000 {
		clear(w.sentAt)
	}
	w.sentAt[n.Owner+" "+c.Channel] = now
}

// Sent notes what became of handing a message over; best is the strongest
// proof that the channel gives.
func (w *Watch) Sent(ctx context.Context, p alerts.Parcel, sent notify.Sent, best notify.Proof, sendErr error) error {
	return w.update(ctx, func(t *turn) error {
		failure := notify.AsFailure(sendErr)
		for _, was := range p.Notices {
			n, err := t.tx.Notice(ctx, was.ID)
			if err != nil {
				return err
			}
			if n == nil || n.State != alerts.NoticeWaiting || n.Sent != p.Key {
				continue
			}
			if failure != nil {
				err = t.fail(ctx, *n, failure)
			} else {
				err = t.sent(ctx, *n, p, sent, best)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// sent notes that a service has the message.
func (t *turn) sent(ctx context.Context, n alerts.Notice, p alerts.Parcel, sent notify.Sent, best notify.Proof) error {
	n.State, n.ServiceID, n.Proof, n.SentAt = alerts.NoticeSent, sent.ID, int(sent.Proof), t.now
	n.Reason, n.Detail = "", ""
	n.Due = t.now.Add(proofWait)
	if sent.Proof >= best {
		n.State = alerts.NoticeDone
	}
	if err := t.saveNotice(ctx, n); err != nil {
		return err
	}
	if n.State == alerts.NoticeSent { // ask sooner than it is due
		if err := t.setTimer(ctx, alerts.Timer{Kind: alerts.TimerNotice, Ref: n.ID, Site: n.Site, Due: t.now.Add(pollEvery)}); err != nil {
			return err
		}
	}
	t.w.metrics.notices.WithLabelValues(p.Channel, "sent").Inc()
	if err := t.logNotice(ctx, n, care.EntryNotified, p.Channel, string(n.Phrase), ""); err != nil {
		return err
	}
	if n.Phrase == alerts.PhraseAlarm && !strings.HasPrefix(n.Owner, residentOwner) {
		return t.told(ctx, n.Incident)
	}
	return nil
}

// Asked returns the message that a notice went out in, so that its service can
// be asked; nil when there is nothing to ask.
func (w *Watch) Asked(ctx context.Context, id string) (n *alerts.Notice, err error) {
	err = w.update(ctx, func(t *turn) error {
		n, err = t.tx.Notice(ctx, id)
		if n != nil && n.State != alerts.NoticeSent {
			n = nil
		}
		return err
	})
	return n, err
}

// Receipt takes what a service says of a message. best is the strongest proof
// that its channel gives. A receipt of a message that is unknown, or over, does
// nothing.
func (w *Watch) Receipt(ctx context.Context, channel string, r notify.Receipt, best notify.Proof) error {
	return w.update(ctx, func(t *turn) error {
		var notices []alerts.Notice
		var err error
		if r.Key != "" {
			notices, err = t.tx.NoticesBySent(ctx, r.Key)
		}
		if err == nil && len(notices) == 0 && r.ID != "" {
			notices, err = t.tx.NoticesByService(ctx, channel, r.ID)
		}
		if err != nil {
			return fmt.Errorf("find the message of a receipt of %s: %w", channel, err)
		}
		for _, n := range notices {
			if c, _ := n.Contact(); c.Channel != channel {
				continue // it has gone on to another channel
			}
			if err := t.receipt(ctx, n, r, best); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *turn) receipt(ctx context.Context, n alerts.Notice, r notify.Receipt, best notify.Proof) error {
	if r.Failed != nil {
		if n.State != alerts.NoticeSent {
			return nil
		}
		return t.fail(ctx, n, r.Failed)
	}
	if int(r.Proof) > n.Proof && (n.State == alerts.NoticeSent || n.State == alerts.NoticeDone) {
		n.Proof = int(r.Proof)
		if r.Proof >= best {
			n.State = alerts.NoticeDone
		}
		if err := t.saveNotice(ctx, n); err != nil {
			return err
		}
	}
	if r.Proof == notify.Accepted && n.Phrase == alerts.PhraseAlarm {
		_, err := t.acceptNotice(ctx, n, care.ByPhone)
		return refusedIsFine(err)
	}
	return nil
}
