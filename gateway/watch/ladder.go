package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
)

// climb carries out the step of an incident's ladder that is due, and sets the
// time of the next one. A step at which nobody is there to be told, because
// the roster has a gap or nobody is registered, is passed at once.
func (t *turn) climb(ctx context.Context, timer alerts.Timer) error {
	found, err := t.tx.Incident(ctx, timer.Ref)
	if err != nil || found == nil || !found.Unattended() {
		return err
	}
	i := *found
	site := t.w.site(i.Site)
	policy, at := t.ladderOf(i, site, timer.Data)
	if due := policy.Due(t.now, site.Location()); due.After(t.now) {
		return t.setClimb(ctx, i, at, due)
	}
	for range len(policy.Steps) {
		told, err := t.step(ctx, i, site, policy, at)
		if err != nil {
			return err
		}
		if told {
			next, wait := ladder.Next(policy, at)
			return t.setClimb(ctx, i, next, t.now.Add(wait))
		}
		e := care.Entry{
			Kind: care.EntryStepEmpty, Incident: i.ID, Point: i.Point, Reason: fmt.Sprintf("%s/%d", policy.ID, at.Step+1),
			Act: care.Act{At: t.now, Means: care.BySystem},
		}
		if i, err = t.note(ctx, i, e); err != nil {
			return err
		}
		next, wait := ladder.Skip(policy, at)
		if wait > 0 { // that was the last step
			if err := t.nobody(ctx, i.ID); err != nil {
				return err
			}
			return t.setClimb(ctx, i, next, t.now.Add(wait))
		}
		at = next
	}
	return t.setClimb(ctx, i, at, t.now.Add(time.Minute)) // a policy that was edited just now
}

// ladderOf returns the policy that an incident climbs and the step that is due.
// It stays with the policy that it began with, as long as that exists.
func (t *turn) ladderOf(i care.Incident, site care.Site, data json.RawMessage) (ladder.Policy, ladder.Position) {
	book := t.w.plans.ladder(i.Site)
	var at ladder.Position
	if len(data) > 0 && json.Unmarshal(data, &at) == nil {
		if p, ok := book.Policy(at.Policy); ok {
			at.Step = min(max(at.Step, 0), len(p.Steps)-1)
			return p, at
		}
	}
	p := book.Find(site, asCalled(i), t.now)
	return p, ladder.First(p)
}

// nobody marks an incident when no message about it is on its way or arrived.
func (t *turn) nobody(ctx context.Context, incident string) error {
	i, err := t.tx.Incident(ctx, incident)
	if err != nil || i == nil {
		return err
	}
	any, _, err := t.alive(ctx, *i, alerts.Notice{})
	if err != nil || any {
		return err
	}
	if told, err := t.tellSpared(ctx, *i, math.MaxInt32); err != nil || told {
		return err
	}
	return t.untold(ctx, *i)
}

// asCalled is the incident as ladders look at it: what the resident took back
// is a plain call.
func asCalled(i care.Incident) care.Incident {
	if i.CancelledAt != nil {
		i.Class, i.Severity = care.Call, care.Medium
	}
	return i
}

// setClimb sets the time of the next step.
func (t *turn) setClimb(ctx context.Context, i care.Incident, at ladder.Position, due time.Time) error {
	data, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("keep the place on the ladder of incident %s: %w", i.ID, err)
	}
	return t.setTimer(ctx, alerts.Timer{Kind: alerts.TimerLadder, Ref: i.ID, Site: i.Site, Due: due, Data: data})
}

// step tells those whom a step names. It reports whether there was any way to
// one of them.
func (t *turn) step(ctx context.Context, i care.Incident, site care.Site, policy ladder.Policy, at ladder.Position) (bool, error) {
	d := t.w.ledger.Directory()
	targets := ladder.Resolve(policy.Step(at), ladder.Input{
		Site: site, Incident: asCalled(i), At: t.now, Directory: d, Duty: t.w.plans.duty(i.Site, d),
	})
	return t.tellTargets(ctx, i, targets, policy, at)
}

// tellTargets tells people at a step. It reports whether there was any way to
// one of them.
func (t *turn) tellTargets(ctx context.Context, i care.Incident, targets []ladder.Target, policy ladder.Policy, at ladder.Position) (bool, error) {
	d := t.w.ledger.Directory()
	// What her board shows because she is called tells her nothing by itself: the
	// call may fail.
	unasked := i
	unasked.Told = nil
	any := false
	for _, target := range targets {
		n := alerts.Notice{
			Incident: i.ID, Site: i.Site, Resident: i.Resident, Class: asCalled(i).Class, Phrase: alerts.PhraseAlarm, Alarms: i.Alarms,
			Owner: target.Owner, Language: target.Language, Contacts: slices.Clone(target.Contacts),
			Policy: policy.ID, Step: at.Step, Round: at.Round,
		}
		if u, ok := userOf(d, target.Owner); ok {
			n.Family = u.Role == people.Family
			// A board that hides the incident from her tells her nothing.
			if board := contactsOf(u); len(board) > len(u.Contacts) && d.SeesIncident(u, unasked) {
				n.Contacts = append(n.Contacts, board[len(board)-1])
			}
		}
		told, err := t.tell(ctx, n)
		if err != nil {
			return false, err
		}
		any = any || told
	}
	return any, nil
}

// tellSpared tells the families who were spared so far, because they asked not
// to be told of such an incident now, once nobody else could be told: the last
// one who can be told is told, whatever she asked for. Steps above the given one
// have their turn yet. It reports whether there was any way to one of them.
func (t *turn) tellSpared(ctx context.Context, i care.Incident, step int) (bool, error) {
	timer, err := t.tx.Timer(ctx, alerts.TimerLadder, i.ID)
	if err != nil {
		return false, err
	}
	if timer == nil {
		timer = &alerts.Timer{}
	}
	before, err := t.tx.IncidentNotices(ctx, i.ID)
	if err != nil {
		return false, fmt.Errorf("load the messages about incident %s: %w", i.ID, err)
	}
	site, d := t.w.site(i.Site), t.w.ledger.Directory()
	policy, at := t.ladderOf(i, site, timer.Data)
	for n := range min(step, len(policy.Steps)-1) + 1 {
		in := ladder.Input{Site: site, Incident: asCalled(i), At: t.now, Directory: d, Duty: t.w.plans.duty(i.Site, d), All: true}
		targets := slices.DeleteFunc(ladder.Resolve(policy.Steps[n], in), func(target ladder.Target) bool {
			u, ok := userOf(d, target.Owner)
			return !ok || u.Role != people.Family || slices.ContainsFunc(before, func(o alerts.Notice) bool {
				return o.Owner == target.Owner && o.Phrase == alerts.PhraseAlarm && o.Alarms == i.Alarms
			})
		})
		if told, err := t.tellTargets(ctx, i, targets, policy, at); err != nil || told {
			return told, err
		}
	}
	return false, nil
}

// hasten makes the next step of a ladder due at once, after nobody of the step
// of n could be told. After the last step there is none, and it comes again
// when it would have: a gateway without a line does not run in circles.
func (t *turn) hasten(ctx context.Context, i care.Incident, n alerts.Notice) error {
	timer, err := t.tx.Timer(ctx, alerts.TimerLadder, n.Incident)
	if err != nil || timer == nil {
		return err
	}
	policy, at := t.ladderOf(i, t.w.site(i.Site), timer.Data)
	// It has gone on already, or a new alarm has begun it anew.
	if at.Policy != n.Policy || at.Step != n.Step && at.Step != n.Step+1 {
		return nil
	}
	next, wait := ladder.Skip(policy, ladder.Position{Policy: n.Policy, Step: n.Step, Round: n.Round})
	if wait > 0 {
		return nil
	}
	return t.setClimb(ctx, i, next, t.now)
}
