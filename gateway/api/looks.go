package api

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// LookLasts is for how long a look at a site goes on: a page that asks again each
// half minute is one look and one row of the log.
const LookLasts = 10 * time.Minute

// looks remembers which sessions are looking at what. It is forgotten when the
// gateway stops, and another gateway has its own: then a row more is written.
type looks struct {
	mu    sync.Mutex
	began map[look]time.Time
}

// look is a session, the person in whose name it looks (at a station several have
// one session), and what at, as the audit log names it.
type look struct {
	session string
	person  care.UserID
	about   string
}

func newLooks() *looks { return &looks{began: map[look]time.Time{}} }

// known reports whether a look is going on, and forgets those that are over.
func (l *looks) known(one look, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k, began := range l.began {
		if now.Sub(began) >= LookLasts {
			delete(l.began, k)
		}
	}
	_, going := l.began[one]
	return going
}

func (l *looks) begin(one look, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.began[one] = now
}

// Looked logs that somebody looks at a site, a region, a resident or the photos of
// an incident, once in LookLasts. The error is that it cannot be logged; then
// nothing may be shown.
func (a *API) Looked(ctx context.Context, u people.User, about string) error {
	one, now := look{a.SessionOf(ctx), u.ID, about}, time.Now()
	if a.looks.known(one, now) {
		return nil
	}
	if err := a.Record(ctx, u, care.AuditLooked, about, ""); err != nil {
		return err
	}
	a.looks.begin(one, now)
	return nil
}

// lookAt logs the look of a request of an inspector, or of an
// operator on his pages, that names a site, a township
// or a region, whichever operation it is for. What is out of his scope is no look:
// he is not shown it.
func (a *API) lookAt(ctx huma.Context, u people.User) error {
	if u.Role != people.Inspector && (u.Role != people.Operator || !strings.HasPrefix(ctx.Operation().Path, "/api/inspect/")) {
		return nil
	}
	d := a.Book.Directory()
	for _, site := range []string{ctx.Param("site"), ctx.Query("site")} {
		if id := care.SiteID(site); site != "" && d.SeesSite(u, id) {
			return a.Looked(ctx.Context(), u, "site:"+site)
		}
	}
	for _, name := range []string{"township", "region"} {
		region := care.RegionID(ctx.Query(name))
		if region == "" || slices.Contains(u.Scope.Regions, region) || !d.Within(region, u.Scope.Regions) {
			continue // his whole region is his list, and no look at anything
		}
		return a.Looked(ctx.Context(), u, "region:"+string(region))
	}
	return nil
}
