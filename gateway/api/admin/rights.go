package admin

import (
	"encoding/json"
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// unrestricted reports whether a user administers everything.
func unrestricted(u people.User) bool { return u.Role == people.Operator && len(u.Scope.Sites) == 0 }

// grants reports whether u may make somebody of a role with a scope. site tells
// at which site a resident lives, empty for one that nobody knows.
func grants(u people.User, role people.Role, s people.Scope, site func(care.ResidentID) care.SiteID) bool {
	if unrestricted(u) {
		return true
	}
	own := func(id care.SiteID) bool { return slices.Contains(u.Scope.Sites, id) }
	switch {
	case u.Role != people.Manager && u.Role != people.Operator:
		return false
	case role == people.Operator:
		return u.Role == people.Operator && len(s.Sites) > 0 && all(s.Sites, own)
	case role.Staff():
		return all(s.Sites, own)
	case role == people.Family || role == people.Helper:
		return all(s.Residents, func(id care.ResidentID) bool { return own(site(id)) })
	}
	return false
}

func all[T any](list []T, ok func(T) bool) bool {
	return !slices.ContainsFunc(list, func(v T) bool { return !ok(v) })
}

// sees reports whether u sees another user at all: somebody whose work or family
// has to do with his sites, and nobody who supervises them.
func sees(d *people.Directory, u, other people.User) bool {
	if unrestricted(u) || u.ID == other.ID {
		return true
	}
	switch {
	case other.Role == people.Operator:
		return u.Role == people.Operator && edits(d, u, other)
	case other.Role.Staff():
		return slices.ContainsFunc(other.Scope.Sites, func(id care.SiteID) bool { return slices.Contains(u.Scope.Sites, id) })
	case other.Role == people.Family || other.Role == people.Helper:
		return slices.ContainsFunc(other.Scope.Residents, func(id care.ResidentID) bool { return slices.Contains(u.Scope.Sites, d.Residents[id].Site) })
	}
	return false
}

// edits reports whether u may change another user: nobody who can do more than
// he can himself. Who works elsewhere, too, is another's to change.
func edits(d *people.Directory, u, other people.User) bool {
	return grants(u, other.Role, other.Scope, func(id care.ResidentID) care.SiteID { return d.Residents[id].Site })
}

// judge holds a change against the rights of a user.
type judge struct {
	d        *people.Directory
	u        people.User
	c        *Change
	mistakes []RowMistake
}

// rights returns what of a change the user may not do. The error is the answer
// to a request about what he does not see at all. Rows that change nothing are
// nobody's business: a whole file may be brought back by whoever may change a
// part of it only.
func rights(d *people.Directory, u people.User, c *Change) ([]RowMistake, error) {
	j := judge{d: d, u: u, c: c}
	for n, r := range c.Regions {
		j.must(unrestricted(u) || same(r, d.Regions[r.ID]), OfRegion, n, string(r.ID), "", CodeNotAllowed, "only an operator of the whole gateway changes regions")
	}
	for n, id := range c.Removed {
		j.must(unrestricted(u), OfRegion, n, string(id), "", CodeNotAllowed, "only an operator of the whole gateway removes regions")
	}
	for n, s := range c.Sites {
		was, known := d.Sites[s.ID]
		if known && !d.SeesSite(u, s.ID) {
			return nil, api.ErrNotFound("site")
		}
		may := unrestricted(u) || u.Role == people.Operator && known || known && same(s, was)
		j.must(may, OfSite, n, string(s.ID), "", CodeNotAllowed, "a role %s may not enter or change this site", u.Role)
	}
	for n, z := range c.Zones {
		if err := j.inScope(z.Site); err != nil {
			return nil, err
		}
		_ = n
	}
	for n, e := range c.Edges {
		if err := j.inScope(e.Site); err != nil {
			return nil, err
		}
		may := u.Role == people.Operator || same(e, d.Edges[people.SiteEdge{Site: e.Site, Edge: e.ID}])
		j.must(may, OfEdge, n, string(e.Site)+"/"+string(e.ID), "", CodeNotAllowed, "only an operator changes edges")
	}
	for _, p := range c.Points {
		if err := j.inScope(p.Site); err != nil {
			return nil, err
		}
	}
	for n, r := range c.Residents {
		if err := j.inScope(r.Site); err != nil {
			return nil, err
		}
		was, known := d.Residents[r.ID]
		j.must(!known || d.SeesSite(u, was.Site), OfResident, n, string(r.ID), "id", CodeTaken, "the id belongs to somebody else")
	}
	for n, v := range c.Users {
		j.user(n, v)
	}
	j.lastOperator()
	return j.mistakes, nil
}

func (j *judge) must(ok bool, k Kind, row int, id, field, code, format string, args ...any) {
	if !ok {
		j.mistakes = append(j.mistakes, RowMistake{Kind: k, Row: row, ID: id, Field: field, Code: code, Text: fmt.Sprintf(format, args...)})
	}
}

// inScope returns an error for a site that the user does not see. One that the
// change enters itself is seen by whoever may enter it.
func (j *judge) inScope(id care.SiteID) error {
	if unrestricted(j.u) {
		return nil // one that does not exist is a mistake of the row
	}
	if _, known := j.d.Sites[id]; !known || !j.d.SeesSite(j.u, id) {
		return api.ErrNotFound("site")
	}
	return nil
}

// siteOf returns where a resident will live after the change.
func (j *judge) siteOf(id care.ResidentID) care.SiteID {
	for _, r := range j.c.Residents {
		if r.ID == id {
			return r.Site
		}
	}
	return j.d.Residents[id].Site
}

// found returns the user that a row of the change is about.
func found(d *people.Directory, v people.User) (people.User, bool) {
	if v.ID != "" {
		u, ok := d.Users[v.ID]
		return u, ok
	}
	for _, u := range d.Users {
		if u.Login == v.Login {
			return u, true
		}
	}
	return people.User{}, false
}

func (j *judge) user(n int, v people.User) {
	was, known := found(j.d, v)
	must := func(ok bool, field, code, format string, args ...any) {
		j.must(ok, OfUser, n, v.Login, field, code, format, args...)
	}
	// Ids are the gateway's to make: a chosen one could be taken for something else.
	must(known || v.ID == "", "id", CodeUnknown, "nobody has this id; leave it empty for somebody new")
	if known {
		v.ID = was.ID
	}
	if known && !sees(j.d, j.u, was) {
		must(false, "login", CodeTaken, "the login belongs to somebody else")
		return
	}
	if known && same(userRow(j.d, v), userRow(j.d, was)) {
		return
	}
	must(!known || edits(j.d, j.u, was), "", CodeScopeWider, "this user can do more than you, or works elsewhere, too")
	must(grants(j.u, v.Role, v.Scope, j.siteOf), "role", CodeScopeWider, "a role or a scope that you do not have yourself")
	if v.ID == j.u.ID {
		still := v.Role == was.Role && v.Disabled == was.Disabled && v.Station == was.Station && same(v.Scope, was.Scope)
		must(still, "role", CodeYourself, "nobody changes his own role, scope or state")
	}
	staff, relative := v.Role.Staff(), v.Role == people.Family || v.Role == people.Helper
	must(len(v.Scope.Sites) == 0 || staff || v.Role == people.Operator, "sites", CodeNotOfRole, "a %s has no sites", v.Role)
	must(len(v.Scope.Regions) == 0 || v.Role == people.Inspector, "regions", CodeNotOfRole, "a %s has no regions", v.Role)
	must(len(v.Scope.Residents) == 0 || relative, "residents", CodeNotOfRole, "a %s has no residents", v.Role)
	must(!staff || len(v.Scope.Sites) > 0, "sites", CodeScopeEmpty, "he would see no site")
	must(v.Role != people.Inspector || len(v.Scope.Regions) > 0, "regions", CodeScopeEmpty, "he would see no region")
	must(!relative || len(v.Scope.Residents) > 0, "residents", CodeScopeEmpty, "he would see nobody")
}

// lastOperator notes when nobody could administer the gateway after the change.
func (j *judge) lastOperator() {
	counts := func(u people.User) bool { return unrestricted(u) && !u.Disabled }
	left := map[care.UserID]bool{}
	for id, u := range j.d.Users {
		if counts(u) {
			left[id] = true
		}
	}
	if len(left) == 0 {
		return
	}
	last, login := -1, ""
	for n, v := range j.c.Users {
		was, known := found(j.d, v)
		switch {
		case counts(v):
			left[was.ID] = true // a new one has no id yet, and counts as one
		case known && left[was.ID]:
			delete(left, was.ID)
			last, login = n, v.Login
		}
	}
	j.must(len(left) > 0, OfUser, max(last, 0), login, "role", CodeLastOperator, "nobody could administer the gateway any more")
}

// same compares two rows as they are shown.
func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}
