package health

import (
	"cmp"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// FalseAlarms is how often alarms of a class were false.
type FalseAlarms struct {
	Class  care.Class
	Alarms int // all of the class
	False  int // of incidents that were resolved as false
	// PerResidentWeek is False by resident and week; 0 when no resident is known.
	PerResidentWeek float64
	// Reference is a published figure for the class; 0 where we know of none.
	Reference float64
}

// FallReference is the false alarms a resident and week that a worn fall
// detector reached among 20 people of 86 years at high risk: Scheurer, Koch,
// Kucera and others, "Optimization and Technical Validation of the AIDE-MOI
// Fall Detection Algorithm in a Real-Life Setting with Older Adults", Sensors
// 2019, 19(6), 1357 (before optimising, 0.43). It found 80 % of the falls: a
// figure below it is good only when falls are found.
const FallReference = 0.17

// falseAlarms returns the classes that alarmed.
func falseAlarms(in Input, residents int, alarms []alarm) []FalseAlarms {
	weeks := in.To.Sub(in.From).Hours() / (7 * 24)
	var found []FalseAlarms
	for _, class := range care.Classes() {
		f := FalseAlarms{Class: class}
		for _, a := range alarms {
			if a.of.Class != class {
				continue
			}
			f.Alarms++
			if a.of.Cause == care.CauseFalse {
				f.False++
			}
		}
		if f.Alarms == 0 {
			continue
		}
		if residents > 0 {
			f.PerResidentWeek = float64(f.False) / float64(residents) / weeks
		}
		if class == care.Fall {
			f.Reference = FallReference
		}
		found = append(found, f)
	}
	return found
}

// Offer is one thing that can be done about a point that cries wolf.
type Offer string

// The offers. None of them is ever carried out by the system itself.
const (
	OfferDelay       Offer = "delay"        // a longer delay in the rules of the resident's care
	OfferMove        Offer = "move"         // put the sensor elsewhere
	OfferRepair      Offer = "repair"       // clean, repair or replace it
	OfferShelve      Offer = "shelve"       // for at most 12 h
	OfferUnderRepair Offer = "under_repair" // 检修中, with a named person who keeps watch
)

// FalseAlarmsOffer is from how many false alarms of a point in one turn of a
// shift on something is offered.
const FalseAlarmsOffer = 3

// Offers returns what to offer for so many false alarms of a class at a point
// in one turn of a shift; nothing below FalseAlarmsOffer. A detector of fire,
// gas or carbon monoxide is never merely made quieter: somebody keeps watch in
// its place until it is repaired.
func Offers(class care.Class, falseAlarms int) []Offer {
	switch {
	case falseAlarms < FalseAlarmsOffer:
		return nil
	case class.LifeSafety():
		return []Offer{OfferUnderRepair}
	case class.Equipment():
		return []Offer{OfferRepair, OfferShelve}
	case class.Care():
		return []Offer{OfferDelay, OfferMove, OfferRepair, OfferShelve}
	}
	return []Offer{OfferMove, OfferRepair, OfferShelve}
}

// Advice is about a point with too many false alarms in one turn of a shift.
type Advice struct {
	Where
	// Shift and Day are the latest such turn: the name of the shift and the local
	// day on which it began, as midnight UTC of that date.
	Shift       string
	Day         time.Time
	FalseAlarms int // in that turn
	Turns       int // how many such turns the interval had
	Offers      []Offer
}

// advise returns the points with too many false alarms, those with the latest
// such turn first.
func advise(sites map[care.SiteID]Site, alarms []alarm) []Advice {
	type turn struct {
		Where
		shift string
		day   time.Time
	}
	counts := map[turn]int{}
	for _, a := range alarms {
		if a.of.Cause != care.CauseFalse {
			continue
		}
		site := sites[a.of.Site]
		t := turn{Where: whereOf(a.of)}
		t.shift, t.day = Turn(site.Shifts, a.at, site.Location)
		counts[t]++
	}
	latest := map[Where]Advice{}
	for t, n := range counts {
		offers := Offers(t.Class, n)
		if offers == nil {
			continue
		}
		a, ok := latest[t.Where]
		turns := a.Turns + 1
		if !ok || t.day.After(a.Day) || t.day.Equal(a.Day) && later(sites[t.Site].Shifts, t.shift, a.Shift) {
			a = Advice{Where: t.Where, Shift: t.shift, Day: t.day, FalseAlarms: n, Offers: offers}
		}
		a.Turns = turns
		latest[t.Where] = a
	}
	var list []Advice
	for _, a := range latest {
		list = append(list, a)
	}
	slices.SortFunc(list, func(x, y Advice) int {
		return cmp.Or(y.Day.Compare(x.Day), cmp.Compare(y.FalseAlarms, x.FalseAlarms), x.Where.compare(y.Where))
	})
	return list
}

// later reports whether one shift of a day begins after another one; the time
// in no shift comes first.
func later(shifts []Shift, one, other string) bool {
	begins := func(name string) int {
		for _, s := range shifts {
			if s.Name == name {
				return s.From
			}
		}
		return -1
	}
	return begins(one) > begins(other)
}
