package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/rule"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/embedded"
	"shouwang.care/shouwang/gateway/series/influx"
)

// Trial says over what rules are tried.
type Trial struct {
	Since, Until Moment
	Site         care.SiteID // empty for every site
	Now          time.Time   // nothing after it is looked at
}

// warmUp is how much is read before the beginning, besides the time that a
// condition must hold: what has begun by then is known, so that a cold night
// does not count from the moment at which somebody begins to look.
const warmUp = 24 * time.Hour

// history is a time series of either engine, for reading.
type history interface {
	Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) error
	Close() error
}

// openHistory opens what is stored; it may be in use by a running gateway.
func openHistory(c config.Config, log *slog.Logger) (history, error) {
	if c.Series.Engine == "influx" {
		i := c.Series.Influx
		return influx.Open(influx.Options{URL: i.URL, Token: string(i.Token), Org: i.Org, Bucket: i.Bucket})
	}
	return embedded.OpenSnapshot(filepath.Join(c.Data, "series"), quieter(log))
}

// registered reads what is registered, beside a running gateway or without one.
func registered(ctx context.Context, c config.Config) (d *people.Directory, err error) {
	path := LedgerFile(c)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // Open would make a new one
		return nil, fmt.Errorf("nothing is registered in %s yet: import a site plan first, or name the settings of your gateway with --config: %w", c.Data, err)
	}
	store, err := ledger.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return store.Directory(), store.Close()
}

// TryRules says what rules would have raised by the readings that are stored of
// every registered point. It changes nothing, and works while the gateway runs
// and while it does not. Care rules of residents, absences and shelved points
// are not looked at.
func TryRules(ctx context.Context, c config.Config, set *rule.Set, t Trial, log *slog.Logger) (r RulesReport, err error) {
	d, err := registered(ctx, c)
	if err != nil {
		return r, fmt.Errorf("try the rules: %w", err)
	}
	r = newRulesReport(set)
	for _, id := range slices.Sorted(maps.Keys(d.Sites)) {
		if t.Site != "" && t.Site != id {
			continue
		}
		s, err := t.site(d.Sites[id])
		if err != nil {
			return r, err
		}
		r.Sites = append(r.Sites, s)
	}
	if len(r.Sites) == 0 {
		if t.Site == "" {
			return r, fmt.Errorf("try the rules: there is no site in %s yet; import a site plan first", c.Data)
		}
		ids := slices.Sorted(maps.Keys(d.Sites))
		return r, fmt.Errorf("try the rules: there is no site %q; registered are %v", t.Site, ids)
	}
	h, err := openHistory(c, log)
	if err != nil {
		return r, fmt.Errorf("try the rules: %w", err)
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	points := slices.SortedFunc(maps.Values(d.Points), func(a, b care.Point) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.ID, b.ID))
	})
	for n := range r.Sites {
		for _, p := range points {
			if p.Site != r.Sites[n].ID {
				continue
			}
			r.Sites[n].Points++
			place := rule.Place{Site: d.Sites[p.Site], Zone: d.Zones[people.SiteZone{Site: p.Site, Zone: p.Zone}], Point: p}
			if err := r.try(ctx, h, set, r.Sites[n], place); err != nil {
				return r, fmt.Errorf("try the rules at point %s of %s: %w", p.ID, p.Site, err)
			}
		}
	}
	r.finish()
	return r, nil
}

// site is the stretch of the trial by the clock of a site.
func (t Trial) site(s care.Site) (TriedSite, error) {
	loc := s.Location()
	out := TriedSite{ID: s.ID, Name: s.Name, TimeZone: loc.String(), Since: t.Since.In(loc), Until: t.Until.In(loc)}
	if out.Until.After(t.Now) {
		out.Until = t.Now.In(loc)
	}
	if !out.Since.Before(out.Until) {
		return out, fmt.Errorf("try the rules: the time begins at %s and ends at %s, so there is nothing in it; give an earlier --since or a later --until", stamp(out.Since), stamp(out.Until))
	}
	return out, nil
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04") }

// try runs the rules over all that is stored of a place.
func (r *RulesReport) try(ctx context.Context, h history, set *rule.Set, s TriedSite, place rule.Place) error {
	longest := map[care.Quantity]time.Duration{}
	for _, v := range set.Rules() {
		longest[v.Quantity] = max(longest[v.Quantity], v.For)
	}
	for _, q := range slices.Sorted(maps.Keys(longest)) {
		ids := rulesFor(set, place, q, s.Since)
		if len(ids) == 0 {
			continue
		}
		read := 0
		var failed error
		readings := func(yield func(care.Reading) bool) {
			enough := errors.New("no more is wanted")
			stretch := series.Stretch{Site: s.ID, Point: place.Point.ID, Quantity: q, From: s.Since.Add(-longest[q] - warmUp), To: s.Until}
			failed = h.Each(ctx, stretch, func(at time.Time, v float64) error {
				if !at.Before(s.Since) {
					read++
				}
				if !yield(care.Reading{Site: s.ID, Point: place.Point.ID, Quantity: q, Time: at, Value: v}) {
					return enough
				}
				return nil
			})
			if failed == enough {
				failed = nil
			}
		}
		raised := set.Replay(place, iter.Seq[care.Reading](readings), s.Until)
		if failed != nil {
			return failed
		}
		r.take(place, ids, read, raised, s)
	}
	return nil
}

// rulesFor returns the ids of the rules that look at a quantity of a place: those
// that have something to keep of a reading.
func rulesFor(set *rule.Set, place rule.Place, q care.Quantity, at time.Time) []string {
	none := func(string) (rule.Condition, bool) { return rule.Condition{}, false }
	var ids []string
	for _, ch := range set.Observe(at, place, none, care.Reading{Site: place.Site.ID, Point: place.Point.ID, Quantity: q, Time: at}) {
		if !slices.Contains(ids, ch.Condition.Rule) {
			ids = append(ids, ch.Condition.Rule)
		}
	}
	return ids
}

// inWords says where a place is, without its site.
func inWords(p rule.Place) care.Text {
	word := func(zone, bed, point string) string {
		if point == "" {
			point = string(p.Point.ID)
		}
		parts := slices.DeleteFunc([]string{zone, bed, point}, func(s string) bool { return s == "" })
		return strings.Join(parts, ", ")
	}
	var zh, en string
	if p.Point.Bed != "" {
		zh, en = p.Point.Bed+"床", "bed "+p.Point.Bed
	}
	return care.Text{
		ZH: word(cmp.Or(p.Zone.Name.ZH, p.Zone.Name.EN), zh, cmp.Or(p.Point.Name.ZH, p.Point.Name.EN)),
		EN: word(cmp.Or(p.Zone.Name.EN, p.Zone.Name.ZH), en, cmp.Or(p.Point.Name.EN, p.Point.Name.ZH)),
	}
}
