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
		care.Point{Site: "flat", ID: "pendant", Edge: "hub", Resident: "r-wang"})
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
		defer func() { n.stop() }() // a story that fails ends too
		story(t, n)
		n.stop()
		n.hears()
	})
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

func TestNobodyComes(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		n.waits(59 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Nobody has accepted it yet")
		n.waits(time.Minute)
		n.hears("sms wang: Fall", "sms chen: Fall")
		n.waits(90 * time.Second)
		n.hears("sms chen: for 3 min", "sms sun: Fall")
		n.waits(2 * time.Minute)
		n.hears("sms wang: Fall", "sms chen: Fall", "sms sun: Fall")
		n.does(alerts.Accept, "sun")
		n.hears("sms wang: was taken by", "sms chen: You need not go")
		n.waits(2 * time.Minute)
		n.does(alerts.Arrive, "sun")
		n.hears("sms daughter: Somebody is with Li Xiulan")
		n.waits(time.Hour)
	})
}

func TestAcceptedAndNobodyArrives(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.does(alerts.Accept, "wang")
		n.waits(3*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: SOS") // it begins anew
		if i := n.only(); i.State != care.Raised {
			t.Errorf("it is %s", i.State)
		}
		n.does(alerts.Arrive, "wang")
		n.hears("sms daughter: Somebody is with Li Xiulan")
	})
}

func TestFamilyOfAHouseHearsOfDelay(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.does(alerts.Accept, "chen")
		n.hears("sms wang: Fall", "sms wang: was taken by")
		n.waits(170 * time.Second)
		n.does(alerts.Arrive, "chen")
		n.hears("sms daughter: Somebody is with")
		n.does(alerts.Resolve, "chen")
		n.waits(time.Hour)
		n.hears()

		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("voice wang: Fall") // no text message reaches her
		n.does(alerts.Accept, "wang")
		n.waits(3 * time.Minute)
		n.hears("voice wang: Fall")
		n.waits(7*time.Minute - time.Second)
		n.sms.forget()
		n.voice.forget()
		n.waits(time.Second)
		n.hears("sms daughter: not yet confirmed")
		n.does(alerts.Resolve, "wang")
	})
}

func TestNextChannelThenNextPerson(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sms.mute("wang") // the service takes it and reports nothing
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(time.Minute) // no receipt, and the step again
		n.hears("voice wang: SOS", "sms wang: SOS")
		n.does(alerts.Resolve, "chen")
		n.hears("voice wang: was taken by") // the way that had reached her
		n.sms.fail("wang", &notify.Failure{Reason: notify.BadAddress, Detail: "no such number", Permanent: true})
		n.voice.fail("wang", &notify.Failure{Reason: notify.BadAddress, Detail: "no such number", Permanent: true})

		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.waits(3 * time.Second)
		n.hears("sms chen: SOS") // not after a minute: nobody of the step can be told
		kinds := n.history(n.only().ID)
		if c := count(kinds, care.EntryUndelivered); c < 3 {
			t.Errorf("%d failures are in the log: %v", c, kinds)
		}
		n.does(alerts.Resolve, "chen")
	})
}

func TestNobodyCouldBeTold(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
			n.voice.fail(who, &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.waits(2 * time.Minute)
		i := n.only()
		if i.UntoldAt == nil {
			t.Fatalf("nobody could be told and the incident does not say so: %v", n.history(i.ID))
		}
		rows := len(n.history(i.ID))
		n.waits(time.Minute)
		if more := len(n.history(i.ID)) - rows; more > 40 {
			t.Errorf("it runs in circles: %d rows in a minute", more)
		}
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, nil)
		}
		n.waits(4 * time.Minute)
		if i := n.only(); i.UntoldAt != nil {
			t.Error("somebody was told, and it still says that nobody was")
		}
		n.sms.forget()
		n.does(alerts.Resolve, "chen")
		n.sms.forget()
	})
}

// TestABoardIsOpened: of what nobody could be told, whoever opens a board is
// told at once, and the incident no longer says that nobody was.
func TestABoardIsOpened(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
			n.voice.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.waits(time.Minute)
		if n.only().UntoldAt == nil {
			t.Fatal("nobody could be told, and the incident does not say so")
		}
		n.sms.fail("chen", nil) // stands for the board that she opens
		n.watch.Joined(people.User{ID: "chen", Role: people.Leader, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}})
		n.hears("sms chen: Fall")
		if n.only().UntoldAt != nil {
			t.Error("somebody was told, and it still says that nobody was")
		}
		n.does(alerts.Resolve, "chen")
	})
}

func TestGatewayWasDown(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		n.waits(30 * time.Second)
		n.dies(10 * time.Minute)
		n.hears("sms wang: Fall", "sms daughter: not yet confirmed") // once, though two steps fell due
		n.waits(59 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Fall", "sms chen: Fall")
		n.does(alerts.Resolve, "chen")
		n.hears("sms wang: taken")
	})
}

func TestPrivateHome(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("pendant", care.SOS, care.Active, "")
		n.hears("sms r-wang: 您按了紧急呼叫吗", "sms son: Help was called for Wang Jun")
		n.waits(time.Minute)
		n.hears("sms next: SOS")
		n.waits(90 * time.Second)
		n.hears("sms cadre: SOS")
		n.does(alerts.Accept, "cadre")
		n.hears("sms next: was taken by", "sms son: on the way")
		n.waits(29 * time.Minute)
		n.does(alerts.Arrive, "cadre")
		n.hears("sms son: Somebody is with Wang Jun")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms son: it has been seen to")
	})
}

func TestConsentWithdrawnAtOnce(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("pendant", care.SOS, care.Active, "")
		n.hears("sms r-wang: 您按了", "sms son: Help was called")
		by := care.Act{By: "chen", Name: "Chen", At: time.Now(), Means: care.ByScreen}
		if err := n.store.Update(t.Context(), func(tx *ledger.Tx) error {
			return tx.SetConsent(t.Context(), "r-wang", false, by, "he said so himself")
		}); err != nil {
			t.Fatal(err)
		}
		n.does(alerts.Arrive, "cadre")
		n.does(alerts.Resolve, "cadre")
		n.hears()
	})
}

func TestStormIsOneMessage(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		var events []care.Received
		for _, p := range []care.PointID{"203-1-bed", "203-1-call", "203-1-cord", "203-1-fall"} {
			class := map[care.PointID]care.Class{"203-1-bed": care.WaterLeak, "203-1-call": care.Vital, "203-1-cord": care.SOS, "203-1-fall": care.Fall}[p]
			events = append(events, n.event(p, class, care.Active))
		}
		n.commits(events...)
		n.hears("sms wang: 4 alarms that nobody has accepted: Fall 1, SOS 1, Vital sign 1, Water leak 1")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "chen")
			a.Cause, a.Reason = care.CauseFalse, "other"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		n.waits(time.Minute)
		n.sms.forget() // that they were taken
	})
}

func TestAcceptByLink(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		synctest.Wait()
		message, _ := n.sms.first()
		link := message.Link
		token, found := strings.CutPrefix(link, "https://care.example.org/a/")
		if !found {
			t.Fatalf("the link is %q", link)
		}
		n.hears("sms wang: Fall")
		if l, err := n.watch.Linked(t.Context(), token); err != nil || len(l.Incidents) != 1 || l.Incidents[0].State != care.Raised {
			t.Fatalf("to look at the link changed or told nothing: %+v, %v", l, err)
		}
		if _, err := n.watch.AcceptLink(t.Context(), token+"x", ""); err == nil {
			t.Error("a damaged link was taken")
		}
		if _, err := n.watch.AcceptLink(t.Context(), token, ""); err != nil {
			t.Fatal(err)
		}
		if i := n.only(); i.State != care.Accepted || i.Accepted.By != "wang" || i.Accepted.Means != care.ByLink {
			t.Errorf("accepted: %+v", i.Accepted)
		}
		n.does(alerts.Resolve, "wang")
		n.waits(13 * time.Hour)
		if _, err := n.watch.Linked(t.Context(), token); err == nil {
			t.Error("an old link is still valid")
		}
	})
}

func TestAcceptByKey(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sms.fail("wang", &notify.Failure{Reason: notify.Refused, Permanent: true})
		n.voice.mute("wang")
		n.sends("203-1-fall", care.Fall, care.Active, "")
		synctest.Wait()
		message, _ := n.voice.first()
		key := message.Key
		n.hears("voice wang: Fall")
		n.waits(20 * time.Second)
		if err := n.watch.Receipt(t.Context(), "voice", notify.Receipt{ID: key, Proof: notify.Accepted, At: time.Now()}, notify.Accepted); err != nil {
			t.Fatal(err)
		}
		if i := n.only(); i.State != care.Accepted || i.Accepted.Means != care.ByPhone {
			t.Errorf("the incident is %s, accepted %+v", i.State, i.Accepted)
		}
		n.does(alerts.Resolve, "wang")
	})
}

func TestConfirmedByTheGlassInTheCorridor(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		n.hears("sms wang: Fire")
		n.sends("corridor-glass", care.Fire, care.Active, "")
		n.waits(3 * time.Second)
		if i := n.only(); i.ConfirmedAt == nil || i.ConfirmedBy != "corridor-glass" {
			t.Errorf("the fire is not confirmed: %+v", i)
		}
		n.hears("sms wang: Confirmed fire", "sms chen: Confirmed", "sms sun: Confirmed", "sms town: Confirmed")
		n.sends("301-smoke", care.Fire, care.Active, "")
		if open := n.open(); len(open) != 2 {
			t.Errorf("a fire on another floor was taken for the same: %d open", len(open))
		}
		n.waits(3 * time.Second)
		n.hears("sms wang: Fire")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "chen")
			a.Cause, a.Reason = care.CauseFalse, "cooking"
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		n.waits(3 * time.Second)
		n.sms.forget()
		n.sends("203-smoke-a", care.Fire, care.Clear, "")
		n.sends("corridor-glass", care.Fire, care.Clear, "")
		n.sends("301-smoke", care.Fire, care.Clear, "")
	})
}

func TestPresenceButton(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.does(alerts.Accept, "wang")
		n.sends("203-presence", care.Presence, care.Active, `{"means":"button"}`)
		if i := n.only(); i.State != care.Arrived || i.Arrived.By != "wang" || i.Arrived.Means != care.ByButton {
			t.Errorf("the incident is %s, arrived %+v", i.State, i.Arrived)
		}
		n.hears("sms daughter: Somebody is with")
		n.does(alerts.Resolve, "wang")

		n.sends("203-1-bed", care.BedExit, care.Active, "")
		if open := n.open(); len(open) != 0 {
			t.Fatalf("a bed exit beside a carer alarmed: %+v", open)
		}
		n.waits(20*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Bed exit") // she has gone, and the bed is still empty
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

func TestCancelledByTheResident(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(10 * time.Second)
		n.sends("203-1-cord", care.SOS, care.Clear, `{"cancel":true}`)
		i := n.only()
		if i.CancelledAt == nil || i.State != care.Raised || i.Severity != care.Medium {
			t.Fatalf("cancelled: %+v", i)
		}
		n.waits(30 * time.Second)
		n.hears("sms wang: taken back by the resident")
		n.does(alerts.Resolve, "wang")
	})
}

func TestShelvedPoint(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		s := alerts.Shelf{Site: "songhe", Point: "203-1-bed", Class: care.BedExit, Until: time.Now().Add(2 * time.Hour), Reason: "new mat",
			By: care.Act{By: "chen", Name: "Chen", Means: care.ByScreen}}
		if _, err := n.watch.Shelve(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		n.sends("203-1-bed", care.BedExit, care.Active, "")
		n.waits(time.Hour)
		n.hears()
		n.dies(time.Minute)
		n.waits(59 * time.Minute)
		n.hears("sms wang: Bed exit")
		n.does(alerts.Resolve, "wang")
		n.sends("203-1-bed", care.BedExit, care.Clear, "")
	})
}

func TestOutageTakesWhatItExplains(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		edge := n.event(care.EdgePoint("floor-2", ""), care.Silent, care.Active)
		n.sends("203-1-bed", care.Silent, care.Active, "")
		n.commits(edge)
		n.sends("203-1-cord", care.Silent, care.Active, "")
		n.sends("203-smoke-a", care.Fire, care.Active, "")
		var top []care.Incident
		for _, i := range n.open() {
			if i.Under == "" {
				top = append(top, i)
			}
		}
		if len(top) != 2 {
			t.Fatalf("%d incidents stand for themselves, not the outage and the fire: %+v", len(top), top)
		}
		n.hears("sms wang: Fire", "sms chen: Silent")
	})
}

// TestSenderDies: a message whose sender died on the way goes out again, with
// the key that it had, so that a service which knows keys delivers it once.
func TestSenderDies(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.stop()
		ctx, cancel := context.WithCancel(t.Context())
		var looking sync.WaitGroup
		looking.Go(func() { _ = n.watch.Run(ctx) })
		n.commits(n.event("203-1-fall", care.Fall, care.Active))
		job := <-n.watch.Jobs()
		p, err := n.watch.Take(t.Context(), job.Notice, func(string) bool { return true })
		if err != nil || p == nil {
			t.Fatalf("there is nothing to send: %v", err)
		}
		cancel()
		looking.Wait()
		n.goes() // the sender is gone; nobody knows whether the service has it
		n.waits(55 * time.Second)
		n.hears()
		n.waits(10 * time.Second)
		if m, ok := n.sms.first(); !ok || m.Key != p.Key {
			t.Fatalf("it did not go out again with the key %s: %+v", p.Key, m)
		}
		n.sms.forget()
		n.does(alerts.Resolve, "wang")
		n.sms.forget()
	})
}

// TestNoLimitMutesAnSOS: whoever is called by many is called for each person
// who needs help within seconds, while a full bin may wait.
func TestNoLimitMutesAnSOS(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(time.Second)
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears()
		n.waits(2 * time.Second)
		n.hears("sms wang: Fall")
		n.sends("203-1-call", care.Call, care.Active, "")
		n.waits(29 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Call")
		for _, i := range n.open() {
			a := act(alerts.Resolve, i.ID, "wang")
			a.Cause = care.CauseReal
			if _, err := n.watch.Act(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func count(kinds []care.EntryKind, kind care.EntryKind) int {
	n := 0
	for _, k := range kinds {
		if k == kind {
			n++
		}
	}
	return n
}
