package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Room is a part of the API in a package of its own: the operations of one kind
// of work, with the ports that they need.
type Room interface {
	// Register enters the operations with Viewed. It must work without any port,
	// since the OpenAPI document is made so.
	Register(a *API)
}

// Audit is the log of what people did with the gateway itself: sign-ins, looks
// and changes. It is chained like the log of a site.
type Audit interface {
	Record(ctx context.Context, r Record) error
	// Rows returns rows, the newest first, at most limit; with before above 0 only
	// those with lower numbers.
	Rows(ctx context.Context, before uint64, limit int) ([]care.Entry, error)
}

// Record is one row of the audit log.
type Record struct {
	Kind care.EntryKind // one of care.AuditKinds
	By   care.Act
	// About names what it is about, without personal data: site:ID, resident:ID,
	// user:ID, and so on.
	About string
	// Detail says more in a few words of a machine, such as the name of a field;
	// no personal data either.
	Detail string
}

// Record writes a row of the audit log for a person at a screen. What cannot be
// logged must not happen, so callers end with the error.
func (a *API) Record(ctx context.Context, u people.User, kind care.EntryKind, about, detail string) error {
	return a.Audit.Record(ctx, Record{Kind: kind, By: ActOf(u), About: about, Detail: detail})
}

// ActOf is the present act of a person at a screen.
func ActOf(u people.User) care.Act {
	return care.Act{By: u.ID, Name: u.Name, At: time.Now(), Means: care.ByScreen}
}

// Huma is where rooms enter operations that Viewed does not fit, such as those
// that answer with a file.
func (a *API) Huma() huma.API { return a.huma }

// InScope returns a registered site that the user sees; the error is the answer
// to his request.
func (a *API) InScope(u people.User, site care.SiteID) (care.Site, error) {
	d := a.Book.Directory()
	s, known := d.Sites[site]
	if !known || !d.SeesSite(u, site) {
		return care.Site{}, ErrNotFound("site")
	}
	return s, nil
}
