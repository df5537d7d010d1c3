package alerts_test

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// A cord is pulled, and a carer who stands in the room says so. The caller
// loads what OnEvent needs and saves what both decide.
func Example() {
	now := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	cord := care.Point{Site: "songhe", ID: "203-1-cord", Zone: "room-203", Resident: "r-li"}
	raised := alerts.OnEvent(alerts.Situation{
		Now: now, ID: care.NewIDAt(now), Point: cord,
		Event: care.Received{Event: care.Event{
			Site: "songhe", Edge: "floor-2", Device: "cord", ID: "e-1",
			Class: care.SOS, Phase: care.Active, Point: cord.ID, Time: now,
		}},
	})
	fmt.Println(raised.Incident.State, raised.Incident.Severity)

	came, err := alerts.OnAction(now.Add(time.Minute), *raised.Incident, alerts.Action{
		Kind: alerts.Arrive, Incident: raised.Incident.ID, By: "u-wang", Name: "Wang Fang", Means: care.ByScreen,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range came.Entries {
		fmt.Println(e.Kind, e.Act.Name)
	}
	// Output:
	// raised urgent
	// incident.accepted Wang Fang
	// incident.arrived Wang Fang
}
