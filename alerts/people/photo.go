package people

import (
	"cmp"

	"shouwang.care/shouwang/alerts/care"
)

// PhotoRule says whether photos may be taken for an incident: by what is
// registered of its zone, of its point, and of who lives there now.
func (d *Directory) PhotoRule(i care.Incident) care.PhotoRule {
	p, _ := d.Point(i.Site, i.Point)
	id := cmp.Or(i.Zone, p.Zone)
	zone := d.Zones[SiteZone{i.Site, id}]
	lived := p.Bed != ""
	for _, r := range d.Residents {
		lived = lived || id != "" && r.Site == i.Site && r.Zone == id && r.LeftAt == nil
	}
	for _, other := range d.Points {
		lived = lived || id != "" && other.Site == i.Site && other.Zone == id && other.Bed != "" && !other.Retired
	}
	return care.PhotoRuleOf(d.Sites[i.Site].Kind, zone.Kind, lived)
}
