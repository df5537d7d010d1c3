package inspect

import (
	"context"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// LookLasts is for how long a look at a site goes on: a page that asks again each
// half minute is one look and one row of the log.
const LookLasts = 10 * time.Minute

// looks remembers which sessions are looking at which sites. It is forgotten when
// the gateway stops, and another gateway has its own: then a row more is written.
type looks struct {
	mu    sync.Mutex
	began map[look]time.Time
}

type look struct {
	session string
	site    care.SiteID
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

// looked logs that somebody looks at a site. The error is that it cannot be logged;
// then nothing may be shown.
func (r *Room) looked(ctx context.Context, u people.User, site care.SiteID) error {
	one, now := look{r.api.SessionOf(ctx), site}, time.Now()
	if site == "" || r.looks.known(one, now) {
		return nil
	}
	if err := r.api.Record(ctx, u, care.AuditLooked, "site:"+string(site), ""); err != nil {
		return err
	}
	r.looks.begin(one, now)
	return nil
}
