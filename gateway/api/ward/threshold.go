package ward

import (
	"context"
	"fmt"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/rule"
)

// ResidentThreshold is a value at which a rule of the site begins to hold.
type ResidentThreshold struct {
	Name  care.Text `json:"name" doc:"of the rule"`
	Value float64   `json:"value" doc:"in the unit of the chart"`
	Side  rule.Side `json:"side" enum:"above,at_least,below,at_most" doc:"where the rule holds"`
	For   int       `json:"for_s" doc:"seconds for which it must have held; 0 raises at once"`
}

// rules returns the rules for the readings of a site: its own, or those that are
// built in.
func (w room) rules(ctx context.Context, site care.SiteID) (*rule.Set, error) {
	saved, found, err := w.Documents.Document(ctx, site, alerts.DocumentRules, "")
	if err != nil {
		return nil, err
	}
	if !found {
		return rule.Default(), nil
	}
	set, err := rule.Parse("rules of "+string(site), saved.Body)
	if err != nil {
		return nil, fmt.Errorf("read the rules of site %s: %w", site, err)
	}
	return set, nil
}

// thresholds returns what rules say of a quantity of a point when an incident
// happened.
func thresholds(d *people.Directory, rules *rule.Set, p care.Point, q care.Quantity, i care.Incident) []ResidentThreshold {
	place := rule.Place{Site: d.Sites[p.Site], Zone: d.Zones[people.SiteZone{Site: p.Site, Zone: p.Zone}], Point: p}
	list := []ResidentThreshold{}
	for _, t := range rules.Thresholds(place, q, i.HappenedAt) {
		list = append(list, ResidentThreshold{Name: t.Rule.Name, Value: t.Value, Side: t.Side, For: int(t.Rule.For.Seconds())})
	}
	return list
}
