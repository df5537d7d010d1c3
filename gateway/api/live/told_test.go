package live

import (
	"context"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ledger"
)

// TestACalledCarerSeesWhatSheIsCalledTo: a carer of the third floor has her board
// open while the second has an SOS. Nothing of it comes to her until the ladder calls
// her; then it does, by the row that says that she was told, and nothing else of that
// floor does. What was kept from her is no loss: her picture goes on by its number.
func TestACalledCarerSeesWhatSheIsCalledTo(t *testing.T) {
	s := book(t)
	if _, err := s.ApplyPlan(t.Context(), ledger.Plan{
		Zones:  []care.Zone{{Site: lake, ID: "r203", Floor: "2", Name: care.Text{ZH: "203房", EN: "Room 203"}}},
		Edges:  []ledger.PlanEdge{{Edge: care.Edge{Site: lake, ID: "e", Name: care.Text{ZH: "终端", EN: "Edge"}}, SecretHash: ledger.HashSecret("0123456789abcdef")}},
		Points: []care.Point{{Site: lake, ID: "i-1", Edge: "e", Zone: "r203"}, {Site: lake, ID: "i-2", Edge: "e", Zone: "r203"}},
	}); err != nil {
		t.Fatal(err)
	}
	r := start(t, s, quick())
	third := carer
	third.ID, third.Scope.Floors = "u-third", []string{"3"}
	r.sessions.set("third", third)
	c := r.dial(t, "third", fresh())
	if f := c.read(); len(f.Incidents) != 0 {
		t.Fatalf("at first she sees %+v", f.Incidents)
	}
	change(t, s, lake, "i-1", care.EntryRaised)
	change(t, s, lake, "i-2", care.EntryRaised)
	r.hub.Notify()
	head := func() uint64 {
		n, err := s.FeedHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	nothing := func(when string, upto uint64) { // until her picture is as new as that
		for n := uint64(0); n < upto; {
			f, err := c.next()
			if err != nil || f.Type != api.FrameUpto {
				t.Fatalf("%s she is sent %+v (%v)", when, f, err)
			}
			n = f.Number
		}
	}
	nothing("before she is told", head())
	if err := s.Update(context.Background(), func(tx *ledger.Tx) error {
		return tx.SaveNotice(context.Background(), alerts.Notice{
			ID: "n-1", Incident: "i-1", Site: lake, Class: care.SOS, Phrase: alerts.PhraseAlarm, Owner: string(third.ID),
			State: alerts.NoticeSent, CreatedAt: time.Now(),
		})
	}); err != nil {
		t.Fatal(err)
	}
	change(t, s, lake, "i-1", care.EntryNotified)
	change(t, s, lake, "i-2", care.EntryNotified)
	r.hub.Notify()
	frames := c.until(api.FrameIncident)
	f := frames[len(frames)-1]
	if f.Incident == nil || f.Incident.ID != "i-1" || f.Kind != care.EntryNotified {
		t.Fatalf("she is told %+v", f)
	}
	nothing("of the other", head())

	// Whoever opens her board afterwards, or comes back, has it too.
	late := r.dial(t, "third", fresh())
	if f := late.read(); len(f.Incidents) != 1 || f.Incidents[0].ID != "i-1" {
		t.Errorf("a new board shows %+v", f.Incidents)
	}
}
