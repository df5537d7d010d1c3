package live

import (
	"testing"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// TestAuthorityChanges enters an inspector as one of the fire service: the call
// for help that stood on her screen goes at once, and no later one comes.
func TestAuthorityChanges(t *testing.T) {
	s := book(t)
	change(t, s, lake, "i-1", care.EntryRaised)
	r := start(t, s, quick())
	zhou := people.User{ID: "u-zhou", Role: people.Inspector, Scope: people.Scope{Regions: []care.RegionID{"district"}}}
	r.sessions.set("zhou", zhou)
	c := r.dial(t, "zhou", fresh())
	if f := c.read(); len(f.Incidents) != 1 {
		t.Fatalf("civil affairs sees %+v, want i-1", f)
	}
	zhou.Authority = people.FireRescue
	r.sessions.set("zhou", zhou)
	frames := c.until(api.FrameSnapshot)
	if f := frames[len(frames)-1]; len(f.Incidents) != 0 {
		t.Errorf("the fire service sees %+v", f.Incidents)
	}
	change(t, s, lake, "i-2", care.EntryRaised)
	r.hub.Notify()
	for n := uint64(0); n < planned+2; {
		f, err := c.next()
		if err != nil || f.Incident != nil {
			t.Fatalf("it is told %+v (%v)", f.Incident, err)
		}
		n = f.Number
	}
}
