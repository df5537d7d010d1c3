package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/rule"
)

// ruleBook is the part of the plans that is about rules.
type ruleBook struct {
	sets map[care.SiteID]*rule.Set
	care map[care.ResidentID]rule.CareRules
}

func newRuleBook() ruleBook {
	return ruleBook{sets: map[care.SiteID]*rule.Set{}, care: map[care.ResidentID]rule.CareRules{}}
}

func (b ruleBook) takeCare(d alerts.Document) error { return keep(d, b.care, care.ResidentID(d.Name)) }

func (b ruleBook) takeSet(d alerts.Document) error {
	set, err := rule.Parse("rules of "+string(d.Site), d.Body)
	if err == nil {
		b.sets[d.Site] = set
	}
	return err
}

// set returns the rules of a site: its own, or those that are built in.
func (p *plans) set(site care.SiteID) *rule.Set {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if set, ok := p.rules.sets[site]; ok {
		return set
	}
	return rule.Default()
}

// hold says what the rules for the care of the resident at a point have to say
// of an activation that began when the event happened.
func (p *plans) hold(site care.Site, at care.Point, e care.Received, now time.Time) alerts.Hold {
	p.mu.RLock()
	rules, ok := p.rules.care[at.Resident]
	p.mu.RUnlock()
	if !ok || at.Resident == "" {
		return alerts.Hold{}
	}
	v := rules.Decide(e.Class, e.Time, now, site.Location())
	if v.Raise {
		return alerts.Hold{}
	}
	return alerts.Hold{Reason: v.Reason, Until: v.Again}
}

// conditionKey names the condition of a rule at a point.
type conditionKey struct {
	rule  string
	site  care.SiteID
	point care.PointID
}

func keyOf(c rule.Condition) conditionKey { return conditionKey{c.Rule, c.Site, c.Point} }

func (k conditionKey) ref() string {
	return k.rule + "/" + string(k.site) + "/" + string(k.point)
}

// maxAgain bounds the readings that wait for a ledger which does not answer.
const maxAgain = 10_000

// Observe has the rules look at readings, which may come in any order and more
// than once. What they raise is in the ledger when it returns. An error says
// that the ledger failed; the same readings are looked at again by Run.
func (w *Watch) Observe(ctx context.Context, readings []care.Reading) error {
	w.rules.Lock()
	defer w.rules.Unlock()
	if err := w.loadConditions(ctx); err != nil {
		w.lookAgain(readings)
		return err
	}
	now := timeNow()
	next := map[conditionKey]rule.Condition{}
	var changes []rule.Change
	d := w.ledger.Directory()
	for _, r := range readings {
		place, ok := placeAt(d, r.Site, r.Point)
		if !ok {
			continue
		}
		before := func(id string) (rule.Condition, bool) {
			key := conditionKey{id, r.Site, r.Point}
			if c, ok := next[key]; ok {
				return c, true
			}
			c, ok := w.conditions[key]
			return c, ok
		}
		for _, ch := range w.plans.set(r.Site).Observe(now, place, before, r) {
			next[keyOf(ch.Condition)] = ch.Condition
			changes = append(changes, ch)
		}
	}
	if err := w.applyChanges(ctx, changes); err != nil {
		w.lookAgain(readings)
		return err
	}
	return nil
}

// lookAgain keeps readings that could not be looked at. A door that was opened
// says so once.
func (w *Watch) lookAgain(readings []care.Reading) {
	w.again = append(w.again, readings...)
	if over := len(w.again) - maxAgain; over > 0 {
		w.again = slices.Delete(w.again, 0, over)
	}
}

// observeAgain looks at what could not be looked at before.
func (w *Watch) observeAgain(ctx context.Context) {
	w.rules.Lock()
	again := w.again
	w.again = nil
	w.rules.Unlock()
	if len(again) > 0 {
		if err := w.Observe(ctx, again); err != nil && ctx.Err() == nil {
			w.log.Error("readings could not be looked at by the rules, trying again", "readings", len(again), "error", err)
		}
	}
}

// loadConditions reads what was known before this process.
func (w *Watch) loadConditions(ctx context.Context) error {
	if w.conditions != nil {
		return nil
	}
	loaded := map[conditionKey]rule.Condition{}
	if w.opts.Conditions != nil {
		bodies, err := w.opts.Conditions(ctx)
		if err != nil {
			return fmt.Errorf("load the conditions of rules: %w", err)
		}
		for _, body := range bodies {
			var c rule.Condition
			if err := json.Unmarshal(body, &c); err != nil {
				w.log.Error("a condition of a rule is damaged and begins anew", "error", err)
				continue
			}
			loaded[keyOf(c)] = c
		}
	}
	w.conditions = loaded
	return nil
}

// applyChanges keeps what has changed and raises or clears what follows from
// it. Only then do the conditions in memory move. The caller has the lock of
// the rules.
func (w *Watch) applyChanges(ctx context.Context, changes []rule.Change) error {
	if slices.ContainsFunc(changes, func(c rule.Change) bool { return c.Save }) {
		if err := w.update(ctx, func(t *turn) error { return t.changes(ctx, changes) }); err != nil {
			return err
		}
	}
	for _, ch := range changes {
		if ch.Drop {
			delete(w.conditions, keyOf(ch.Condition))
		} else {
			w.conditions[keyOf(ch.Condition)] = ch.Condition
		}
	}
	return nil
}

// changes writes changes of conditions, in their order.
func (t *turn) changes(ctx context.Context, changes []rule.Change) error {
	after := maps.Clone(t.w.conditions)
	for _, ch := range changes {
		c := ch.Condition
		key := keyOf(c)
		after[key] = c
		if !ch.Save {
			continue
		}
		timer := alerts.Timer{Kind: alerts.TimerRule, Ref: key.ref(), Site: c.Site, Due: c.Due}
		if ch.Drop {
			timer.Due = time.Time{}
			if err := t.tx.DropCondition(ctx, c.Rule, c.Site, c.Point); err != nil {
				return fmt.Errorf("forget the condition of rule %s at point %s: %w", c.Rule, c.Point, err)
			}
			delete(after, key)
		} else {
			body, err := json.Marshal(c)
			if err != nil {
				return fmt.Errorf("keep the condition of rule %s at point %s: %w", c.Rule, c.Point, err)
			}
			if err := t.tx.SaveCondition(ctx, c.Rule, c.Site, c.Point, body); err != nil {
				return fmt.Errorf("keep the condition of rule %s at point %s: %w", c.Rule, c.Point, err)
			}
		}
		if err := t.setTimer(ctx, timer); err != nil {
			return err
		}
		if err := t.ruleEvent(ctx, ch, after); err != nil {
			return err
		}
	}
	return nil
}

// ruleEvent enters what a rule raises or ends, as an event of the core.
func (t *turn) ruleEvent(ctx context.Context, ch rule.Change, after map[conditionKey]rule.Condition) error {
	c := ch.Condition
	phase := care.Active
	switch {
	case ch.Fire:
	case ch.Clear:
		phase = care.Clear
		for key, o := range after {
			if key.site == c.Site && key.point == c.Point && key.rule != c.Rule && o.Class == c.Class && o.State == rule.Active {
				return nil // another rule still says so
			}
		}
	default:
		return nil
	}
	p, _ := t.w.ledger.Directory().Point(c.Site, c.Point)
	e := care.Received{
		Event: care.Event{
			Site: c.Site, Edge: p.Edge, Device: "rule-" + c.Rule, ID: care.NewIDAt(t.now),
			Class: c.Class, Phase: phase, Point: c.Point, Time: ch.At, Data: ch.Evidence,
		},
		ReceivedAt: t.now, SentTime: ch.At, Via: ViaCore,
	}
	_, err := t.commitSevere(ctx, e, ch.Severity)
	return err
}

// ViaCore marks events that the core itself makes.
const ViaCore = care.ViaCore

// ruleDue is the timer of a condition. It is worked on after the transaction,
// because the conditions in memory are locked before the ledger.
func (t *turn) ruleDue(ctx context.Context, timer alerts.Timer) error {
	t.conditions = append(t.conditions, timer.Ref)
	timer.Due = t.now.Add(lease)
	return t.setTimer(ctx, timer)
}

// conditionDue carries out what the passing of time changes in a condition.
func (w *Watch) conditionDue(ctx context.Context, ref string) error {
	parts := strings.Split(ref, "/")
	if len(parts) != 3 {
		return fmt.Errorf("%q is not rule/site/point", ref)
	}
	w.rules.Lock()
	defer w.rules.Unlock()
	if err := w.loadConditions(ctx); err != nil {
		return err
	}
	c, ok := w.conditions[conditionKey{parts[0], care.SiteID(parts[1]), care.PointID(parts[2])}]
	place, known := placeAt(w.ledger.Directory(), c.Site, c.Point)
	if !ok || !known {
		return w.update(ctx, func(t *turn) error { return t.tx.DropTimer(ctx, alerts.TimerRule, ref) })
	}
	changes := w.plans.set(c.Site).Due(timeNow(), c, place)
	if len(changes) == 0 { // it moved in the meantime
		changes = []rule.Change{{Condition: c, Save: true}}
	}
	return w.applyChanges(ctx, changes)
}

// revise brings the conditions in line with rules that were saved anew.
func (w *Watch) revise(ctx context.Context) error {
	w.rules.Lock()
	defer w.rules.Unlock()
	if err := w.loadConditions(ctx); err != nil {
		return err
	}
	bySite := map[care.SiteID][]rule.Condition{}
	for _, c := range w.conditions {
		bySite[c.Site] = append(bySite[c.Site], c)
	}
	var errs []error
	d := w.ledger.Directory()
	for site, old := range bySite {
		changes := w.plans.set(site).Revise(timeNow(), old, func(c rule.Condition) (rule.Place, bool) { return placeAt(d, c.Site, c.Point) })
		errs = append(errs, w.applyChanges(ctx, changes))
	}
	return errors.Join(errs...)
}

// placeAt returns the point with what it stands in.
func placeAt(d *people.Directory, site care.SiteID, point care.PointID) (rule.Place, bool) {
	p, ok := d.Point(site, point)
	if !ok {
		return rule.Place{}, false
	}
	return rule.Place{Site: d.Sites[site], Zone: d.Zones[people.SiteZone{Site: site, Zone: p.Zone}], Point: p}, true
}
