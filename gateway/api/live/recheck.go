package live

import (
	"context"
	"errors"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// recheck reads the session and the scope of every client again and again. It
// is apart from the rest, so that a slow answer delays no alarm.
func (h *Hub) recheck(ctx context.Context) {
	t := time.NewTicker(h.limits.recheck)
	defer t.Stop()
	for again := false; ; {
		if !again {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			case <-h.hurry:
			}
		}
		h.mu.Lock()
		all := make([]*client, 0, len(h.clients))
		for c := range h.clients {
			all = append(all, c)
		}
		h.mu.Unlock()
		var later []*client
		for _, c := range all {
			if ctx.Err() != nil {
				return
			}
			if c.recheck(ctx) {
				later = append(later, c)
			}
		}
		again = h.renewSlowly(ctx, later)
	}
}

// renewSlowly gives clients new pictures that differ only in names and places,
// with pauses in which alarms go on: a resident's new room must not make two
// thousand screens ask for everything at once. It returns true when scopes are
// to be read again before all have theirs; the rest is then found anew.
func (h *Hub) renewSlowly(ctx context.Context, clients []*client) (again bool) {
	t := time.NewTicker(h.limits.pace)
	defer t.Stop()
	for _, c := range clients {
		c.wantPicture()
		select {
		case <-ctx.Done():
			return false
		case <-h.hurry:
			return true
		case <-t.C:
		}
	}
	return false
}

// recheck ends the client when its session has ended, and asks for a new
// picture when what its viewer may see has changed. It returns true when only
// what is registered has, so that the picture can wait a little.
func (c *client) recheck(ctx context.Context) (renamed bool) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.hub.limits.write, errors.New("the session was not read in time"))
	defer cancel()
	u, ok, err := c.viewer.Check(ctx)
	switch {
	case err != nil:
		// A screen must not go dark because a table cannot be read.
		c.hub.log.WarnContext(ctx, "a session cannot be checked", "user", c.viewer.User.ID, "error", err)
	case !ok:
		c.end(byeSignedOut)
	case !same(u, *c.user.Load()):
		c.user.Store(&u)
		c.wantPicture()
	default:
		was, is := c.directory.Load(), c.hub.book.Directory()
		if was == is {
			return false
		}
		if api.ViewOf(was, u) == api.ViewOf(is, u) {
			return true
		}
		c.wantPicture()
	}
	return false
}

// wantPicture asks the writer for a new picture, without ever waiting.
func (c *client) wantPicture() {
	select {
	case c.renew <- struct{}{}:
	default:
	}
}

// same reports whether two readings of a user give the same view.
func same(a, b people.User) bool {
	return a.Role == b.Role && a.Authority == b.Authority && a.Station == b.Station && a.Disabled == b.Disabled &&
		slices.Equal(a.Scope.Floors, b.Scope.Floors) && slices.Equal(a.Scope.Sites, b.Scope.Sites) &&
		slices.Equal(a.Scope.Regions, b.Scope.Regions) && slices.Equal(a.Scope.Residents, b.Scope.Residents)
}
