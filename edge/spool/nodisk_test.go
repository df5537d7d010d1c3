package spool

import (
	"errors"
	"testing"

	"shouwang.care/shouwang/alerts/care"
)

func TestWithoutADiskEventsWaitInMemoryAndReadingsAreLost(t *testing.T) {
	s, err := OpenFiles(NoDisk{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := care.Event{Site: "evergreen", Edge: "room-203", Device: "call", ID: "a", Class: care.Call, Phase: care.Active, Point: "p"}
	if _, err := s.PutEvent(e); !errors.Is(err, ErrNotDurable) {
		t.Errorf("an event is kept with %v, want %v", err, ErrNotDurable)
	}
	items := s.Events(0, 10)
	if len(items) != 1 || items[0].ID != "a" {
		t.Fatalf("%v wait, want the event", items)
	}
	if payload, ok, err := s.Event(items[0].Ref); err != nil || !ok || len(payload) == 0 {
		t.Errorf("the event cannot be read back: %q, %t, %v", payload, ok, err)
	}
	if err := s.PutReadings([]care.Reading{{Site: "evergreen", Point: "p", Quantity: care.Temperature}}); err == nil {
		t.Error("readings are kept")
	}
	if state := s.State(); state.Events != 1 || state.Shed != 1 {
		t.Errorf("the state is %+v, want the event, and the reading shed", state)
	}
	if _, err := s.Answered("a"); err != nil || s.State().Events != 0 {
		t.Errorf("the answered event is still there: %+v, %v", s.State(), err)
	}
}
