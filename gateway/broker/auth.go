package broker

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"shouwang.care/shouwang/alerts/care"
)

// The users that are no edges: the core over MQTT, and the queue's connection
// within the process.
const (
	coreUser  = "core"
	queueUser = "queue"
)

// edgeName is the edge behind a connection.
type edgeName struct{ site, edge string }

// signedIn is an edge behind a connection, and the secret by which it came in.
type signedIn struct {
	edgeName
	secret string
}

// doorkeeper signs clients in. It is the server.Authentication of the broker.
type doorkeeper struct {
	auth Authenticator
	// certified judges the certificate of an edge; nil demands none.
	certified func(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error
	log       *slog.Logger
	tell      func(kind string, d Denial)
	// open is false until devices may sign in.
	open                        atomic.Bool
	corePassword, queuePassword string

	// alive reports whether a connection still exists. NATS tells nobody when
	// one has gone, so names of the dead are swept when the map has doubled.
	alive func(id uint64) bool
	mu    sync.Mutex
	names map[uint64]signedIn
	sweep int // size at which to sweep
}

const firstSweep = 1024

func newDoorkeeper(auth Authenticator, log *slog.Logger, tell func(string, Denial)) *doorkeeper {
	return &doorkeeper{
		auth: auth, log: log, tell: tell,
		corePassword: rand.Text(), queuePassword: rand.Text(),
		names: map[uint64]signedIn{}, sweep: firstSweep,
	}
}

// Check decides whether a client may sign in, and gives it its permissions.
func (d *doorkeeper) Check(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	switch o.Username {
	case coreUser:
		if !same(o.Password, d.corePassword) {
			return d.refuse(c, edgeName{}, "somebody tried to sign in as the core with a wrong password")
		}
		c.RegisterUser(&server.User{Username: coreUser, Permissions: corePermissions()})
		return true
	case queueUser:
		if !same(o.Password, d.queuePassword) {
			return d.refuse(c, edgeName{}, "somebody tried to sign in as the queue with a wrong password")
		}
		c.RegisterUser(&server.User{Username: queueUser})
		return true
	}
	if !d.open.Load() {
		// Not a denial: the core is about to be ready and devices try again.
		d.log.Debug("a device is too early", "user", o.Username)
		return false
	}
	site, edge, ok := strings.Cut(o.Username, "/")
	name := edgeName{site, edge}
	if !ok || !care.ValidID(site) || !care.ValidID(edge) {
		return d.refuse(c, edgeName{}, fmt.Sprintf("the user name %.100q is not {site}/{edge}", o.Username))
	}
	if d.certified != nil {
		if err := d.certified(c.GetTLSConnectionState(), care.SiteID(site), care.EdgeID(edge)); err != nil {
			return d.refuse(c, name, err.Error())
		}
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), signInTimeout, errors.New("the secret could not be checked within 5 s"))
	defer cancel()
	known, err := d.auth.CheckEdge(ctx, care.SiteID(site), care.EdgeID(edge), o.Password)
	if err != nil {
		d.log.Error("cannot check the secret of an edge, which is refused for now", "site", site, "edge", edge, "err", err)
		return false
	}
	if !known {
		return d.refuse(c, name, "the edge is not registered or its secret is wrong: enrol it again")
	}
	c.RegisterUser(&server.User{Username: o.Username, Permissions: edgePermissions(site, edge)})
	d.remember(c.GetID(), signedIn{name, o.Password})
	return true
}

func (d *doorkeeper) refuse(c server.ClientAuthentication, n edgeName, detail string) bool {
	from := "unknown address"
	if a := c.RemoteAddress(); a != nil {
		from = a.String()
	}
	d.log.Warn("a sign-in at the broker was refused", "site", n.site, "edge", n.edge, "from", from, "detail", detail)
	d.tell("sign_in", Denial{Site: n.site, Edge: n.edge, Detail: detail + " (from " + from + ")"})
	return false
}

func (d *doorkeeper) remember(id uint64, n signedIn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.names) >= d.sweep {
		for id := range d.names {
			if !d.alive(id) {
				delete(d.names, id)
			}
		}
		d.sweep = max(firstSweep, 2*len(d.names))
	}
	d.names[id] = n
}

// edgeOf returns the edge that signed in over a connection.
func (d *doorkeeper) edgeOf(id uint64) (edgeName, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.names[id]
	return n.edgeName, ok
}

// recheckEvery is how soon the connection of an edge whose secret was changed, or
// which was retired, is ended.
const recheckEvery = 2 * time.Second

// keepChecking ends the connections of edges that would not be let in any more,
// until ctx ends. An edge is told why when it comes back.
func (d *doorkeeper) keepChecking(ctx context.Context, end func(id uint64) error) {
	tick := time.NewTicker(recheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.mu.Lock()
		names := maps.Clone(d.names)
		d.mu.Unlock()
		for id, n := range names {
			known, err := d.auth.CheckEdge(ctx, care.SiteID(n.site), care.EdgeID(n.edge), n.secret)
			if known || err != nil { // what cannot be checked now stays
				continue
			}
			d.mu.Lock()
			delete(d.names, id)
			d.mu.Unlock()
			if !d.alive(id) {
				continue
			}
			if err := end(id); err != nil {
				d.log.Error("the connection of an edge that is let in no more could not be ended", "site", n.site, "edge", n.edge, "err", err)
				continue
			}
			d.log.Warn("the connection of an edge was ended: its secret was changed, or it was retired", "site", n.site, "edge", n.edge)
		}
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// subject is the NATS subject of an MQTT topic that has no dots in it.
func subject(topic string) string { return strings.ReplaceAll(topic, "/", ".") }

// edgePermissions confines an edge to its own topics. The contract has edges
// subscribe at QoS 0 only, since each subscription of QoS 1 is a stored
// consumer of which there is a limited number; the server cannot be made to
// refuse one. The core's own consumers exist before any edge signs in.
func edgePermissions(site, edge string) *server.Permissions {
	own := func(kinds ...care.Kind) (subjects []string) {
		for _, k := range kinds {
			subjects = append(subjects, subject(care.Topic(care.SiteID(site), care.EdgeID(edge), k)))
		}
		return subjects
	}
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: own(care.KindEvent, care.KindReading, care.KindState)},
		Subscribe: &server.SubjectPermission{Allow: append(own(care.KindCommitted, care.KindConfig), subject(care.CoreTopic))},
	}
}

// corePermissions let the core hear every edge and answer each.
func corePermissions() *server.Permissions {
	all := func(k care.Kind) string { return strings.ReplaceAll(subject(care.AnyTopic(k)), "+", "*") }
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{all(care.KindCommitted), all(care.KindConfig), subject(care.CoreTopic)}},
		Subscribe: &server.SubjectPermission{Allow: []string{all(care.KindEvent), all(care.KindReading), all(care.KindState)}},
	}
}
