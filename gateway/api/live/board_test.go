package live

import (
	"fmt"
	"slices"
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
	// Two thousand alarms come in parts, are one report and cost nobody a socket.
	busy := r.dial(t, "st3", fresh())
	busy.until(api.FrameSnapshot)
	whole := report
	whole.Alarms = nil
	for n := range 2000 {
		whole.Alarms = append(whole.Alarms, api.BoardAlarm{Incident: fmt.Sprintf("0190%032d", n), Alarms: 1, Sounding: true})
	}
	for part := range slices.Chunk(whole.Alarms, 200) {
		m := whole
		m.Alarms, m.More = part, part[len(part)-1] != whole.Alarms[1999]
		if err := busy.conn.WriteJSON(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := busy.conn.WriteJSON(report); err != nil { // the next one begins anew
		t.Fatal(err)
	}
	for _, want := range []api.BoardReport{whole, report} {
		select {
		case h := <-e:
			if diff := cmp.Diff(heard{"u-st3", want, false}, h, cmp.AllowUnexported(heard{})); diff != "" {
				t.Errorf("of many alarms (-want +got):\n%s", diff)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the hub has said nothing of a board with many alarms")
		}
	}

	change(t, s, lake, "i-2", care.EntryRaised)
	r.hub.Notify()
	person.until(api.FrameIncident)
}
