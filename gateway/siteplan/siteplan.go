// Package siteplan reads site plans: strict YAML files in which an
// administrator says who and what is watched, by which edges, and who may sign
// in. It checks the form and the ids of a file and shows every mistake of one
// kind at once; whether what a plan names fits what is registered already is
// checked by the ledger, which also keeps it.
package siteplan

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/alerts/sheet"
)

// Plan is what a file holds. It adds and changes; what it does not name stays
// as it is.
type Plan struct {
	Regions []care.Region `yaml:"regions,omitempty"`
	Sites   []Site        `yaml:"sites,omitempty"`
	Users   []User        `yaml:"users,omitempty"`
}

// Site is a site with all that is in it.
type Site struct {
	care.Site `yaml:",inline"`
	Zones     []care.Zone       `yaml:"zones,omitempty"`
	Edges     []Edge            `yaml:"edges,omitempty"`
	Residents []people.Resident `yaml:"residents,omitempty"`
	Points    []care.Point      `yaml:"points,omitempty"`
}

// Edge is an edge agent with its secret in plain text. Without one the secret
// that is registered stays.
type Edge struct {
	care.Edge `yaml:",inline"`
	Secret    Secret `yaml:"secret,omitempty"`
}

// User is a person who signs in, or who is called. Without a password the one
// before stays, and so it is with the language and the contacts: he may have
// changed them himself.
type User struct {
	ID        care.UserID      `yaml:"id,omitempty"`
	Login     string           `yaml:"login"`
	Name      string           `yaml:"name"`
	Role      people.Role      `yaml:"role"`
	Relation  people.Relation  `yaml:"relation,omitempty"`   // of a helper to his residents
	KeyHolder bool             `yaml:"key_holder,omitempty"` // family and helpers: has a key to the home of his residents
	Authority people.Authority `yaml:"authority,omitempty"`  // of an inspector: civil_affairs, or fire
	Language  string           `yaml:"language,omitempty"`   // of messages: zh or en
	Contacts  []people.Contact `yaml:"contacts,omitempty"`   // in the order to try
	Badge     string           `yaml:"badge,omitempty"`      // what a reader says of it
	Station   people.Station   `yaml:"station,omitempty"`    // station or wall: a screen, not a person
	Disabled  bool             `yaml:"disabled,omitempty"`   // cannot sign in and is not called
	Subject   string           `yaml:"subject,omitempty"`    // issuer and subject of OpenID Connect
	PIN       Secret           `yaml:"pin,omitempty"`        // at stations
	Password  Secret           `yaml:"password,omitempty"`
	Scope     Scope            `yaml:"scope,omitempty"`
}

// Scope says where a user's role counts.
type Scope struct {
	Sites     []care.SiteID     `yaml:"sites,omitempty"`
	Regions   []care.RegionID   `yaml:"regions,omitempty"`
	Residents []care.ResidentID `yaml:"residents,omitempty"`
	Floors    []string          `yaml:"floors,omitempty"`
}

// Secret is a text that does not print itself.
type Secret string

// String hides the secret.
func (Secret) String() string { return "(secret)" }

// GoString hides the secret.
func (Secret) GoString() string { return "(secret)" }

// Bounds of secrets in bytes. The secret of an edge is made by a machine, so it
// can be long; a password must be typed at night.
const (
	MinSecret   = 16
	MinPassword = 8
	MaxSecret   = 256
)

// Load reads a file. The error shows what is wrong and where.
func Load(path string) (Plan, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Plan{}, fmt.Errorf("read the site plan: %w", err)
	}
	return Parse(path, b)
}

// Parse reads strict YAML; name stands in front of its mistakes. What would take
// too much to read is refused; the error has a *sheet.Refusal as its cause then.
func Parse(name string, source []byte) (p Plan, err error) {
	if err := sheet.Plain(source); err != nil {
		return Plan{}, fmt.Errorf("%s is no site plan: %w", name, err)
	}
	defer func() {
		// The YAML library has panicked on odd input before; a slip of the
		// keyboard must not end in a stack trace.
		if r := recover(); r != nil {
			p, err = Plan{}, fmt.Errorf("%s is no site plan: the YAML cannot be read: %v", name, r)
		}
	}()
	if err := yaml.UnmarshalWithOptions(source, &p, yaml.Strict()); err != nil {
		return Plan{}, fmt.Errorf("%s is no site plan:\n%s", name, redact(yaml.FormatError(err, false, true)))
	}
	if err := p.check(); err != nil {
		return Plan{}, fmt.Errorf("%s is no site plan:\n%w", name, err)
	}
	if len(p.Regions)+len(p.Sites)+len(p.Users) == 0 {
		return Plan{}, fmt.Errorf("%s is no site plan: it names no regions, sites or users", name)
	}
	return p, nil
}

// redact leaves out the lines of an error's excerpt that hold a secret.
func redact(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if before, _, found := strings.Cut(line, "secret:"); found {
			lines[i] = before + "secret: (not shown)"
		} else if before, _, found := strings.Cut(line, "password:"); found {
			lines[i] = before + "password: (not shown)"
		}
	}
	return strings.Join(lines, "\n")
}

// check looks at what only this package knows: the secrets.
func (p Plan) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("  "+format, args...)) }
	for _, s := range p.Sites {
		for _, e := range s.Edges {
			if n := len(e.Secret); n > 0 && (n < MinSecret || n > MaxSecret) {
				bad("edge %s of site %s: its secret has %d bytes, not %d to %d; take one of 128 random bits", e.ID, s.ID, n, MinSecret, MaxSecret)
			}
		}
	}
	for _, u := range p.Users {
		if n := len(u.Password); n > 0 && (n < MinPassword || n > MaxSecret) {
			bad("user %s: the password has %d bytes, not %d to %d", u.Login, n, MinPassword, MaxSecret)
		}
	}
	return errors.Join(errs...)
}
