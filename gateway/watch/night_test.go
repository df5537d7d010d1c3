package watch_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/watch/outbox"
)

// phones is a channel that ends in everybody's hand: it keeps what arrives.
type phones struct {
	best notify.Proof

	mu     sync.Mutex
	got    []notify.Message
	fails  map[string]*notify.Failure // by address
	silent map[string]bool            // taken, and no receipt ever
}

func (p *phones) Best() notify.Proof { return p.best }

func (p *phones) Send(_ context.Context, m notify.Message) (notify.Sent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.fails[m.To]; f != nil {
		return notify.Sent{}, f
	}
	p.got = append(p.got, m)
	if p.silent[m.To] {
		return notify.Sent{ID: m.Key, Proof: notify.Taken}, nil
	}
	return notify.Sent{ID: m.Key, Proof: p.best}, nil
}

// night is a home at night with everybody's telephone.
type night struct {
	*home
	sms, voice *phones
	stop       func()
	page       func() // ends whoever reads the sheet of a walk test; nil while nobody does
}

func user(id care.UserID, role people.Role, contacts ...string) people.User {
	u := people.User{ID: id, Login: string(id), Name: strings.ToUpper(string(id[:1])) + string(id[1:]), Role: role, Language: "en"}
	u.Scope.Sites = []care.SiteID{"songhe"}
	for _, c := range contacts {
		u.Contacts = append(u.Contacts, people.Contact{Channel: c, Address: string(id)})
	}
	return u
}

// nightPlan is songhe with its staff, and a flat with those who help there.
func nightPlan() ledger.Plan {
	p := songhe()
	p.Regions = append(p.Regions, care.Region{ID: "village", Parent: "east", Level: "village"})
	p.Sites = append(p.Sites, care.Site{ID: "flat", Kind: care.PrivateHome, Region: "village", TimeZone: "Asia/Shanghai", Name: care.Text{EN: "Wang's flat"}})
	p.Residents[0].FamilyConsent = true
	p.Residents = append(p.Residents, people.Resident{ID: "r-wang", Site: "flat", Name: "Wang Jun", FamilyConsent: true,
		Contacts: []people.Contact{{Channel: "sms", Address: "r-wang"}}})
	p.Edges = append(p.Edges, ledger.PlanEdge{Edge: care.Edge{Site: "flat", ID: "hub"}})
	p.Zones = append(p.Zones, care.Zone{Site: "songhe", ID: "corridor", Floor: "2"}, care.Zone{Site: "songhe", ID: "room-301", Floor: "3"})
	for _, id := range []care.PointID{"203-1-call", "203-1-fall", "203-presence"} {
		p.Points = append(p.Points, care.Point{Site: "songhe", ID: id, Edge: "floor-2", Zone: "room-203", Resident: "r-li"})
	}
	p.Points = append(p.Points,
		care.Point{Site: "songhe", ID: "corridor-glass", Edge: "floor-2", Zone: "corridor", Kind: care.ManualCallPoint},
		care.Point{Site: "songhe", ID: "301-smoke", Edge: "floor-2", Zone: "room-301"},
		care.Point{Site: "flat", ID: "pendant", Edge: "hub", Resident: "r-wang"},
		care.Point{Site: "flat", ID: "kitchen", Edge: "hub"})
	// A couple, so that what happens in the kitchen is nobody's alone.
	p.Residents = append(p.Residents, people.Resident{ID: "r-wu", Site: "flat", Name: "Wu Lan"})
	p.Users = []people.User{
		user("wang", people.Carer, "sms", "voice"), user("chen", people.Leader, "sms"), user("sun", people.Manager, "sms"),
		user("town", people.Inspector, "sms"), user("daughter", people.Family, "sms"),
		user("next", people.Helper, "sms"), user("cadre", people.Helper, "sms"), user("son", people.Family, "sms"),
	}
	for n := range p.Users {
		u := &p.Users[n]
		switch u.ID {
		case "town":
			u.Scope = people.Scope{Regions: []care.RegionID{"east"}}
		case "daughter":
			u.Scope = people.Scope{Residents: []care.ResidentID{"r-li"}}
		case "son", "next", "cadre":
			u.Scope = people.Scope{Residents: []care.ResidentID{"r-wang"}}
		}
		switch u.ID {
		case "next":
			u.Relation = people.Neighbour
		case "cadre":
			u.Relation = people.Community
		}
	}
	return p
}

// atNight runs a story in virtual time; a message that nobody expected fails
// it.
func atNight(t *testing.T, story func(t *testing.T, n *night)) {
	synctest.Test(t, func(t *testing.T) {
		n := &night{home: newHome(t), sms: newPhones(notify.Delivered), voice: newPhones(notify.Accepted)}
		if _, err := n.store.ApplyPlan(t.Context(), nightPlan()); err != nil {
			t.Fatal(err)
		}
		n.goes()
		defer func() { n.leaves(); n.stop() }() // a story that fails ends too
		story(t, n)
		n.leaves()
		n.stop()
		n.hears()
	})
}

// leaves has whoever reads the sheet of a walk test put it away.
func (n *night) leaves() {
	if n.page != nil {
		n.page()
	}
}

// fail has messages to an address fail from now on; nil mends it.
func (p *phones) fail(to string, f *notify.Failure) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f == nil {
		delete(p.fails, to)
	} else {
		p.fails[to] = f
	}
}

// mute has messages to an address taken without any receipt.
func (p *phones) mute(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent[to] = true
}

// first returns the first message that nobody asked for yet.
func (p *phones) first() (m notify.Message, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) == 0 {
		return m, false
	}
	return p.got[0], true
}

// forget forgets what has arrived.
func (p *phones) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = nil
}

func newPhones(best notify.Proof) *phones {
	return &phones{best: best, fails: map[string]*notify.Failure{}, silent: map[string]bool{}}
}

// goes has the gateway carry out what is due and send what is to be sent.
func (n *night) goes() {
	n.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	box, err := outbox.New(outbox.Options{
		Book: n.watch, Channels: map[string]notify.Channel{"sms": n.sms, "voice": n.voice},
		Directory: n.store.Directory, BaseURL: "https://care.example.org", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		n.t.Fatal(err)
	}
	all.Go(func() { _ = box.Run(ctx) })
	all.Go(func() { _ = n.watch.Run(ctx) })
	n.stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	synctest.Wait()
}

// dies is a gateway that goes down and comes back after a time.
func (n *night) dies(away time.Duration) {
	n.leaves()
	n.stop()
	n.home.stop()
	time.Sleep(away)
	n.home.start()
	n.goes()
}

// waits lets time pass.
func (n *night) waits(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// sends has an event arrive now.
func (n *night) sends(point care.PointID, class care.Class, phase care.Phase, data string) {
	n.t.Helper()
	e := n.event(point, class, phase)
	if _, in := n.store.Directory().Point("flat", point); in {
		e.Site, e.Edge = "flat", "hub"
	}
	if data != "" {
		e.Data = json.RawMessage(data)
	}
	n.commits(e)
	synctest.Wait()
}

// hears demands that exactly these messages have arrived since it was last
// asked, each as "channel person: a part of the text", in any order.
func (n *night) hears(want ...string) {
	n.t.Helper()
	synctest.Wait()
	var got []string
	for name, p := range map[string]*phones{"sms": n.sms, "voice": n.voice} {
		p.mu.Lock()
		for _, m := range p.got {
			got = append(got, name+" "+m.To+": "+m.Title+" — "+m.Text)
		}
		p.got = nil
		p.mu.Unlock()
	}
	for _, w := range want {
		who, part, _ := strings.Cut(w, ": ")
		at := slices.IndexFunc(got, func(g string) bool { return strings.HasPrefix(g, who+": ") && strings.Contains(g, part) })
		if at < 0 {
			n.t.Fatalf("%s: nobody told %q; there is %q", time.Now().Format("15:04:05"), w, got)
		}
		got = slices.Delete(got, at, at+1)
	}
	if len(got) > 0 {
		n.t.Fatalf("%s: unexpected messages: %q", time.Now().Format("15:04:05"), got)
	}
}

// does is an act of a person on the only open incident.
func (n *night) does(kind alerts.ActionKind, by care.UserID) {
	n.t.Helper()
	i := n.only()
	a := act(kind, i.ID, by)
	if kind == alerts.Resolve {
		a.Cause = care.CauseReal
		if i.Active {
			a.Cause, a.Reason = care.CauseFalse, "other"
		}
	}
	if _, err := n.watch.Act(n.t.Context(), a); err != nil {
		n.t.Fatalf("%s: %v", kind, err)
	}
	synctest.Wait()
}
