package live

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

// heard is what the hub says of boards, in order.
type heard struct {
	station care.UserID
	report  api.BoardReport
	gone    bool
}

type ear chan heard

func (e ear) Board(_ string, station care.UserID, r api.BoardReport) { e <- heard{station, r, false} }
func (e ear) Gone(string)                                            { e <- heard{gone: true} }

// TestBoardsOfStationsAreHeard: what is no report, or comes from a person's own
// screen, is not, and costs nobody his live view.
func TestBoardsOfStationsAreHeard(t *testing.T) {
	s := book(t)
	r := start(t, s, never())
	e := make(ear, 16)
	r.hub.OnBoard(e)
	station := people.User{ID: "u-st3", Role: people.Carer, Station: people.AtStation, Scope: people.Scope{Sites: []care.SiteID{lake}}}
	r.sessions.set("st3", station)

	report := api.BoardReport{Type: "board", Visible: true, Audible: true, Alarms: []api.BoardAlarm{{Incident: "i-1", Alarms: 2, Sounding: true}}}
	person := r.dial(t, "chen", fresh())
	person.until(api.FrameSnapshot)
	if err := person.conn.WriteJSON(report); err != nil {
		t.Fatal(err)
	}
	screen := r.dial(t, "st3", fresh())
	screen.until(api.FrameSnapshot)
	for _, m := range []any{"nonsense", map[string]any{"type": "hello"}, map[string]any{"type": "board", "alarms": 7}, report} {
		if err := screen.conn.WriteJSON(m); err != nil {
			t.Fatal(err)
		}
	}
	screen.conn.Close()
	var got []heard
	for len(got) < 2 {
		select {
		case h := <-e:
			got = append(got, h)
		case <-time.After(10 * time.Second):
			t.Fatalf("the hub has said only %+v", got)
		}
	}
	want := []heard{{"u-st3", report, false}, {gone: true}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(heard{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	change(t, s, lake, "i-2", care.EntryRaised)
	r.hub.Notify()
	person.until(api.FrameIncident)
}
