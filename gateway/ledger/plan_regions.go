package ledger

import (
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// regionRows notes what is wrong with the regions of a plan, and with those that
// it removes.
func (c *checker) regionRows(p Plan, old *registers) {
	all := make(map[care.RegionID]care.Region)
	for _, r := range old.regions {
		all[r.ID] = r.care()
	}
	for _, r := range p.Regions {
		all[r.ID] = r
	}
	for n, r := range p.Regions {
		id := string(r.ID)
		c.at("region", n, id)
		c.must(id != "" && len(id) <= maxOpaqueID, "id", MistakeID, "the id must have 1 to %d bytes", maxOpaqueID)
		c.must(r.Parent == "" || c.regions[r.Parent], "parent", MistakeUnknown, "its parent %q is not registered", r.Parent)
		// Regions of old ledgers may have none, which says nothing of their order.
		c.must(r.Level == "" || depth(r.Level) >= 0, "level", MistakeValue, "the level %q is none of city, district, township and village", r.Level)
		if inItself(all, r.ID) {
			c.must(false, "parent", MistakeCircle, "its parents lead round in a circle")
			continue // which of them is too wide cannot be said
		}
		if parent, known := all[r.Parent]; known && depth(r.Level) >= 0 {
			c.must(depth(parent.Level) < depth(r.Level), "level", MistakeLevel, "a %s cannot lie in a %s", r.Level, parent.Level)
		}
	}
	c.childrenBelow(p, old, all)
	for n, id := range p.Removed {
		c.removed(n, id, p, old)
	}
}

// depth is the place of a level from the widest, -1 for one that is none.
func depth(level string) int { return slices.Index(care.RegionLevels(), level) }

// inItself reports whether the parents of a region lead round in a circle: such a
// one would have no top, and its inspectors would see nothing.
func inItself(all map[care.RegionID]care.Region, id care.RegionID) bool {
	at := id
	for range len(all) {
		at = all[at].Parent
	}
	return at != ""
}

// childrenBelow notes where a region that the plan changes is no longer wider than
// one that lies in it and that the plan does not name.
func (c *checker) childrenBelow(p Plan, old *registers, all map[care.RegionID]care.Region) {
	place := make(map[care.RegionID]int)
	for n, r := range p.Regions {
		place[r.ID] = n
	}
	for _, child := range old.regions {
		n, changed := place[child.Parent]
		if _, named := place[child.ID]; named || !changed || slices.Contains(p.Removed, child.ID) || depth(child.Level) < 0 {
			continue
		}
		parent := all[child.Parent]
		c.kind, c.row, c.id = "region", n, string(parent.ID)
		c.must(depth(parent.Level) < depth(child.Level), "level", MistakeLevel, "the %s %q lies in it and would not be below it", child.Level, child.ID)
	}
}

// removed notes what still stands in a region that is to be removed. What the plan
// itself puts there is a mistake of that row.
func (c *checker) removed(n int, id care.RegionID, p Plan, old *registers) {
	c.at("region", n, string(id))
	c.must(slices.ContainsFunc(old.regions, func(r regionRow) bool { return r.ID == id }), "id", MistakeUnknown, "there is no region of this id")
	for _, r := range old.regions {
		moved := slices.ContainsFunc(p.Regions, func(is care.Region) bool { return is.ID == r.ID })
		c.must(r.Parent != id || moved || slices.Contains(p.Removed, r.ID), "", MistakeInUse, "the region %q lies in it: move or remove that first", r.ID)
	}
	for _, s := range old.sites {
		moved := slices.ContainsFunc(p.Sites, func(is care.Site) bool { return is.ID == s.ID })
		c.must(s.Region != id || moved, "", MistakeInUse, "the site %q lies in it: give that another region first", s.ID)
	}
	for _, u := range old.users {
		changed := slices.ContainsFunc(p.Users, func(is people.User) bool { return is.ID == u.ID || is.Login == u.Login })
		c.must(!slices.Contains(u.named().Regions, id) || changed, "", MistakeInUse, "the user %q supervises it: change his scope first", u.Login)
	}
}

// remove deletes regions, in which nothing stands.
func (a application) remove(regions []care.RegionID, sum *Summary) error {
	for n, id := range regions {
		if _, err := a.db.NewDelete().Conn(a.tx.tx).Model((*regionRow)(nil)).Where("id = ?", id).Exec(a.ctx); err != nil {
			return explain(fmt.Sprintf("remove the region %s", id), err)
		}
		*a.rows = append(*a.rows, PlanRow{"region", n, RowRemoved})
		sum.Removed++
	}
	return nil
}
