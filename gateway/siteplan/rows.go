package siteplan

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/sheet"
)

// Rows is a plan as lists of rows, one list a register, without secrets.
type Rows struct {
	Regions   []care.Region
	Sites     []care.Site
	Zones     []care.Zone
	Edges     []care.Edge
	Residents []people.Resident
	Points    []care.Point
	Users     []people.User
}

// Rows returns the rows of a plan, those of a site behind each other, and where
// each stands in the file, by register and row. Secrets says where the file brings
// a secret, which rows do not, or the subject by which an identity provider knows
// somebody.
func (p Plan) Rows() (r Rows, places map[string][]string, secrets []string) {
	r.Regions = p.Regions
	places = map[string][]string{}
	at := func(register, format string, args ...any) {
		places[register] = append(places[register], fmt.Sprintf(format, args...))
	}
	secret := func(is Secret, path string) {
		if is != "" {
			secrets = append(secrets, path)
		}
	}
	for n := range p.Regions {
		at("region", "$.regions[%d]", n)
	}
	for n, s := range p.Sites {
		r.Sites = append(r.Sites, s.Site)
		at("site", "$.sites[%d]", n)
		for k, z := range s.Zones {
			z.Site = s.ID
			r.Zones = append(r.Zones, z)
			at("zone", "$.sites[%d].zones[%d]", n, k)
		}
		for k, e := range s.Edges {
			e.Edge.Site = s.ID
			r.Edges = append(r.Edges, e.Edge)
			at("edge", "$.sites[%d].edges[%d]", n, k)
			secret(e.Secret, fmt.Sprintf("$.sites[%d].edges[%d].secret", n, k))
		}
		for k, v := range s.Residents {
			v.Site = s.ID
			r.Residents = append(r.Residents, v)
			at("resident", "$.sites[%d].residents[%d]", n, k)
		}
		for k, v := range s.Points {
			v.Site = s.ID
			r.Points = append(r.Points, v)
			at("point", "$.sites[%d].points[%d]", n, k)
		}
	}
	for n, u := range p.Users {
		r.Users = append(r.Users, people.User{
			ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Scope: people.Scope(u.Scope), Relation: u.Relation, KeyHolder: u.KeyHolder,
			Authority: u.Authority, Language: u.Language, Contacts: u.Contacts, Badge: u.Badge, Station: u.Station,
			Disabled: u.Disabled, Subject: u.Subject,
		})
		at("user", "$.users[%d]", n)
		secret(u.Password, fmt.Sprintf("$.users[%d].password", n))
		secret(u.PIN, fmt.Sprintf("$.users[%d].pin", n))
		secret(Secret(u.Subject), fmt.Sprintf("$.users[%d].subject", n))
	}
	return r, places, secrets
}

// Plan is the way back. A row of a site that is not among the sites is left out.
func (r Rows) Plan() Plan {
	p := Plan{Regions: r.Regions}
	place := map[care.SiteID]int{}
	for n, s := range r.Sites {
		p.Sites = append(p.Sites, Site{Site: s})
		place[s.ID] = n
	}
	within := func(id care.SiteID, add func(s *Site)) {
		if n, known := place[id]; known {
			add(&p.Sites[n])
		}
	}
	for _, v := range r.Zones {
		within(v.Site, func(s *Site) { s.Zones = append(s.Zones, v) })
	}
	for _, v := range r.Edges {
		within(v.Site, func(s *Site) { s.Edges = append(s.Edges, Edge{Edge: v}) })
	}
	for _, v := range r.Residents {
		within(v.Site, func(s *Site) { s.Residents = append(s.Residents, v) })
	}
	for _, v := range r.Points {
		within(v.Site, func(s *Site) { s.Points = append(s.Points, v) })
	}
	for _, u := range r.Users {
		p.Users = append(p.Users, User{
			ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Scope: Scope(u.Scope), Relation: u.Relation, KeyHolder: u.KeyHolder,
			Authority: u.Authority, Language: u.Language, Contacts: u.Contacts, Badge: u.Badge, Station: u.Station,
			Disabled: u.Disabled, Subject: u.Subject,
		})
	}
	return p
}

// Format writes a plan that Parse reads.
func Format(p Plan) ([]byte, error) {
	b, err := yaml.MarshalWithOptions(p, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write a site plan: %w", err)
	}
	return b, nil
}

// Lines returns where things stand in a file: the line, from 1, of a path such as
// $.sites[0].zones[2].floor, or of what it lies in; 0 where nothing is found, and
// of a file that would take too much to read.
func Lines(source []byte) func(path string) int {
	var root ast.Node
	if sheet.Plain(source) != nil {
		return func(string) int { return 0 }
	}
	if f, err := parser.ParseBytes(source, 0); err == nil && len(f.Docs) > 0 {
		root = f.Docs[0].Body
	}
	return func(path string) int {
		for root != nil && path != "" && path != "$" {
			if line := lineOf(root, path); line > 0 {
				return line
			}
			path = path[:max(strings.LastIndexAny(path, ".["), 0)]
		}
		return 0
	}
}

func lineOf(root ast.Node, path string) (line int) {
	defer func() {
		if recover() != nil { // of odd input; the line is a help only
			line = 0
		}
	}()
	p, err := yaml.PathString(path)
	if err != nil {
		return 0
	}
	n, err := p.FilterNode(root)
	if err != nil || n == nil {
		return 0
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	return n.GetToken().Position.Line
}
