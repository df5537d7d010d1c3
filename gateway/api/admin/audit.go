package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// audit returns the rows of the log of a change: how many rows of which registers,
// and of each user who changes, what of him does, without what it is. It gives new
// users their ids, so that the log can name them. What has no rows but users, some
// of whom change, is told by those alone.
func audit(d *people.Directory, c *Change, about string) []api.Record {
	row := func(about, detail string) api.Record {
		return api.Record{Kind: care.AuditChanged, By: c.By, About: about, Detail: detail}
	}
	var users []api.Record
	c.Users = slices.Clone(c.Users) // the next try begins anew
	for n := range c.Users {
		u := &c.Users[n]
		was, known := found(d, *u)
		fresh := ""
		if known {
			u.ID = was.ID
		} else {
			u.ID, fresh = care.UserID(care.NewID()), "new: "
		}
		if fields := differ(userRow(d, was), userRow(d, *u)); len(fields) > 0 {
			users = append(users, row("user:"+string(u.ID), fresh+strings.Join(fields, ", ")))
		}
	}
	rest := *c
	rest.Users = nil
	if len(users) > 0 && rest.sizes() == "" {
		return users
	}
	return append([]api.Record{row(about, c.sizes())}, users...)
}

// differ names the fields, but the id, in which two users differ, in order.
func differ(was, is UserForm) []string {
	a, b := fieldsOf(was), fieldsOf(is)
	var names []string
	for name := range maps.Keys(b) {
		if string(a[name]) != string(b[name]) {
			names = append(names, name)
		}
	}
	for name := range maps.Keys(a) {
		if _, still := b[name]; !still {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func fieldsOf(u UserForm) map[string]json.RawMessage {
	u.ID = ""
	b, _ := json.Marshal(u) // a row always has a JSON form
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(b, &fields)
	return fields
}
