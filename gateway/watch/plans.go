package watch

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/roster"
)

// plans is what people have configured, read from the ledger's documents and
// kept until a document changes. A document that cannot be read counts as none,
// so that what is built in applies; it was checked when it was saved.
type plans struct {
	mu       sync.RWMutex
	revision string
	rosters  map[care.SiteID]roster.Roster
	ladders  map[care.SiteID]ladder.Book
	rules    ruleBook
}

// refreshPlans reads the documents again when one has changed.
func (w *Watch) refreshPlans(ctx context.Context) {
	revision, err := w.ledger.DocumentsRevision(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.log.Error("whether a plan has changed could not be read", "error", err)
		}
		return
	}
	w.plans.mu.RLock()
	same := revision == w.plans.revision && w.plans.rosters != nil
	w.plans.mu.RUnlock()
	if same {
		return
	}
	next := plans{
		rosters: map[care.SiteID]roster.Roster{}, ladders: map[care.SiteID]ladder.Book{}, rules: newRuleBook(),
	}
	for kind, take := range map[alerts.DocumentKind]func(alerts.Document) error{
		alerts.DocumentRoster:  func(d alerts.Document) error { return keep(d, next.rosters, d.Site) },
		alerts.DocumentLadders: func(d alerts.Document) error { return keep(d, next.ladders, d.Site) },
		alerts.DocumentCare:    next.rules.takeCare,
		alerts.DocumentRules:   next.rules.takeSet,
	} {
		documents, err := w.ledger.Documents(ctx, kind)
		if err != nil {
			if ctx.Err() == nil {
				w.log.Error("a changed plan could not be read, the one before stays", "kind", kind, "error", err)
			}
			return
		}
		for _, d := range documents {
			if err := take(d); err != nil {
				w.log.Error("a plan cannot be read; what is built in applies until it is saved anew", "kind", kind, "site", d.Site, "name", d.Name, "error", err)
			}
		}
	}
	w.plans.take(revision, &next)
	if err := w.revise(ctx); err != nil && ctx.Err() == nil {
		w.log.Error("conditions could not be brought in line with changed rules; the next readings do", "error", err)
	}
}

// take puts newer plans in place of those before.
func (p *plans) take(revision string, next *plans) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revision = revision
	p.rosters, p.ladders, p.rules = next.rosters, next.ladders, next.rules
}

// keep reads a JSON document into a map.
func keep[K comparable, V any](d alerts.Document, into map[K]V, key K) error {
	var v V
	if err := json.Unmarshal(d.Body, &v); err != nil {
		return err
	}
	into[key] = v
	return nil
}

// duty returns who is on duty at a site. Where nobody has entered a roster,
// everybody of a role counts as on duty: to wake one too many is better than
// none.
func (p *plans) duty(site care.SiteID, d *people.Directory) ladder.Duty {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if r, ok := p.rosters[site]; ok {
		return r
	}
	return everybody{d, site}
}

// everybody stands in for a roster: a duty is taken by the role of its name.
type everybody struct {
	directory *people.Directory
	site      care.SiteID
}

// Who lists the staff of the site in the role that the duty is named after.
func (e everybody) Who(duty, _ string, _ time.Time, _ *time.Location) []care.UserID {
	var all []care.UserID
	for _, u := range sortedUsers(e.directory) {
		if string(u.Role) == duty && e.directory.Acts(u, e.site) {
			all = append(all, u.ID)
		}
	}
	return all
}

func (p *plans) ladder(site care.SiteID) ladder.Book {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.ladders[site]
}

// allRosters returns the rosters that people have entered.
func (p *plans) allRosters() map[care.SiteID]roster.Roster {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.rosters // replaced as a whole, never changed
}
