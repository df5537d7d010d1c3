package supervise

import (
	"time"

	"shouwang.care/shouwang/alerts/people"
)

const (
	// outagePoints is how many points make an outage that fall silent within
	// outageWindow.
	outagePoints = 5
	outageWindow = 10 * time.Minute
	// outageEdges is how many edges of a house must be lost for that to be one
	// outage; fewer have a card each.
	outageEdges = 3
	// outageRest is how many points of an outage may be left silent when it
	// ends.
	outageRest = 2
)

// loss is a point that cannot be heard.
type loss struct {
	key   people.SitePoint
	since time.Duration
	// ripe says that it is to be reported; of an edge that may be about to
	// reconnect it is not yet.
	ripe bool
}

// outage is many points that fell silent together.
type outage struct {
	members map[people.SitePoint]bool
	// latest is when the last of them fell silent.
	latest time.Duration
	// rest are those that were still silent when it ended. Until settled they
	// are taken to be on their way back.
	rest    map[people.SitePoint]bool
	settled time.Duration
	// count is how many there were since deadlines began.
	count int
	// again says that the latest one began while another one lasted, which the
	// book does not know yet.
	again bool
}

// has reports whether the outage, or its end, explains the silence of a point.
// A nil outage explains none.
func (o *outage) has(key people.SitePoint) bool { return o != nil && (o.members[key] || o.rest[key]) }

// on reports whether there is an outage.
func (o *outage) on() bool { return len(o.members) > 0 }

// among says by what the points of an outage are counted: how many different
// ones of them there must be at least.
type among struct {
	least int
	of    func(people.SitePoint) string
}

func bySite(key people.SitePoint) string { return string(key.Site) }

// update learns which points cannot be heard, and among how many sites or edges
// they must be to make an outage. One may begin while another lasts, when many
// more follow long after the first.
func (o *outage) update(up time.Duration, losses []loss, least among) {
	sortLosses(losses)
	if up >= o.settled {
		o.rest = nil
	}
	still := map[people.SitePoint]bool{}
	in := map[string]bool{}
	for _, l := range losses {
		if o.members[l.key] {
			still[l.key], in[least.of(l.key)] = true, true
		}
	}
	// An outage of several ends when it is one's alone.
	ended := o.on() && (len(still) <= outageRest || len(in) < min(least.least, 2))
	if o.members = still; ended {
		o.rest, o.settled = still, up+settleTime
		o.members, o.again = nil, false
	}
	if o.on() {
		losses = o.join(losses)
	}
	for i := range losses {
		j := i
		for j < len(losses) && losses[j].since-losses[i].since <= outageWindow {
			j++
		}
		if wave(losses[i:j], least) {
			if o.again = o.on(); !o.again {
				o.members = map[people.SitePoint]bool{}
			}
			o.latest, o.rest = losses[i].since, nil
			o.join(losses[i:])
			o.count++
			return
		}
	}
}

// join adds those that follow closely, and returns the others.
func (o *outage) join(losses []loss) (rest []loss) {
	for _, l := range losses {
		switch {
		case o.members[l.key]:
		case l.since <= o.latest+outageWindow:
			o.members[l.key] = true
			o.latest = max(o.latest, l.since)
		default:
			rest = append(rest, l)
		}
	}
	return rest
}

// wave reports whether points that fell silent within the window are an outage.
func wave(losses []loss, least among) bool {
	ripe := false
	in := map[string]bool{}
	for _, l := range losses {
		ripe = ripe || l.ripe
		in[least.of(l.key)] = true
	}
	return ripe && len(losses) >= outagePoints && len(in) >= least.least
}
