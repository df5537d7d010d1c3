package watch

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// tellOn tells those who wait for it what a decision has changed: the family
// of the resident, and who was called before.
func (t *turn) tellOn(ctx context.Context, site care.Site, d alerts.Decision) error {
	i := *d.Incident
	phrase := alerts.FamilyPhrase(site, d, false)
	accepted := d.Has(care.EntryAccepted)
	if phrase == "" && !accepted {
		return nil
	}
	var before []alerts.Notice
	if !d.Has(care.EntryRaised) {
		var err error
		if before, err = t.tx.IncidentNotices(ctx, i.ID); err != nil {
			return fmt.Errorf("load the messages about incident %s: %w", i.ID, err)
		}
	}
	told := slices.ContainsFunc(before, func(n alerts.Notice) bool { return n.Family })
	if phrase = alerts.FamilyPhrase(site, d, told); phrase != "" {
		if err := t.tellFamily(ctx, i, phrase, before); err != nil {
			return err
		}
	}
	if accepted {
		return t.tellTaken(ctx, i, before)
	}
	return nil
}

// tellFamily writes to everybody of a resident's family, while there is consent,
// as far as each asks to be told. before are the messages so far: who was called
// for help hears how it goes on.
func (t *turn) tellFamily(ctx context.Context, i care.Incident, phrase alerts.Phrase, before []alerts.Notice) error {
	d := t.w.ledger.Directory()
	local := t.now.In(t.w.site(i.Site).Location())
	if !d.Residents[i.Resident].FamilyConsent {
		return nil
	}
	for _, u := range sortedUsers(d) {
		if u.Disabled || u.Role != people.Family || !slices.Contains(u.Scope.Residents, i.Resident) || len(u.Contacts) == 0 {
			continue
		}
		called := slices.ContainsFunc(before, func(n alerts.Notice) bool {
			return n.Owner == string(u.ID) && n.Phrase == alerts.PhraseAlarm
		})
		if !called && !u.Wants.Hears(i.Class, i.Severity, false, local) {
			continue
		}
		n := about(i, phrase, u)
		n.Family = true
		if _, err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// tellTaken tells those who were called by a message that somebody has taken
// it, so that they can lie down again.
func (t *turn) tellTaken(ctx context.Context, i care.Incident, before []alerts.Notice) error {
	d := t.w.ledger.Directory()
	done := map[string]bool{string(i.Accepted.By): true}
	for _, n := range before {
		// What was on its way when its sender died may have arrived.
		reached := n.State == alerts.NoticeSent || n.State == alerts.NoticeDone || n.State == alerts.NoticeWaiting && n.Sent != ""
		c, ok := n.Contact()
		if n.Phrase != alerts.PhraseAlarm || n.Alarms != i.Alarms || !reached || !ok || c.Channel == ScreenChannel || done[n.Owner] {
			continue
		}
		u, known := userOf(d, n.Owner)
		if !known {
			continue
		}
		done[n.Owner] = true
		next := about(i, alerts.PhraseTaken, u)
		next.Contacts = []people.Contact{c} // the way that worked
		if _, err := t.tell(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// familyWaits tells the family of somebody in a house that nobody has arrived
// yet.
func (t *turn) familyWaits(ctx context.Context, timer alerts.Timer) error {
	i, err := t.tx.Incident(ctx, timer.Ref)
	if err != nil || i == nil || !i.Open() || i.Arrived != nil {
		return err
	}
	before, err := t.tx.IncidentNotices(ctx, i.ID)
	if err != nil {
		return fmt.Errorf("load the messages about incident %s: %w", i.ID, err)
	}
	return t.tellFamily(ctx, *i, alerts.PhraseWaiting, before)
}

// about is a message about an incident to a user.
func about(i care.Incident, phrase alerts.Phrase, u people.User) alerts.Notice {
	return alerts.Notice{
		Incident: i.ID, Site: i.Site, Resident: i.Resident, Class: i.Class, Phrase: phrase, Alarms: i.Alarms,
		Owner: string(u.ID), Language: u.Language, Contacts: slices.Clone(u.Contacts),
	}
}

// sortedUsers returns the users in an order that stays.
func sortedUsers(d *people.Directory) []people.User {
	users := make([]people.User, 0, len(d.Users))
	for _, u := range d.Users {
		users = append(users, u)
	}
	slices.SortFunc(users, func(a, b people.User) int { return cmp.Compare(a.ID, b.ID) })
	return users
}
