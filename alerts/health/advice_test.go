package health_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/health"
)

func TestFalseAlarmsByResidentAndWeek(t *testing.T) {
	in := night(
		resolved(raised(care.Fall, "201-radar", 0), time.Minute, care.CauseFalse),
		resolved(again(raised(care.Fall, "202-radar", 0), time.Hour), time.Minute, care.CauseFalse), // two
		resolved(raised(care.Fall, "203-radar", 0), time.Minute, care.CauseReal),
		raised(care.Fall, "204-radar", 0), // nobody knows yet
		resolved(raised(care.Call, "205-bell", 0), time.Minute, care.CauseReal),
	)
	in.To = in.From.AddDate(0, 0, 14)
	want := []health.FalseAlarms{
		{Class: care.Fall, Alarms: 5, False: 3, PerResidentWeek: 3. / 10 / 2, Reference: 0.17},
		{Class: care.Call, Alarms: 1},
	}
	if diff := cmp.Diff(want, health.Assess(in).FalseAlarms); diff != "" {
		t.Errorf("false alarms (-want +got):\n%s", diff)
	}
	in.Sites[0].Residents = 0
	if f := health.Assess(in).FalseAlarms[0]; f.PerResidentWeek != 0 || f.False != 3 {
		t.Errorf("without residents it is %+v", f)
	}
}

func TestOffers(t *testing.T) {
	for _, class := range care.Classes() {
		if got := health.Offers(class, 2); got != nil {
			t.Errorf("two false alarms of %s offer %v", class, got)
		}
	}
	for name, test := range map[string]struct {
		classes []care.Class
		want    []health.Offer
	}{
		"hazards are never made quieter":    {[]care.Class{care.Fire, care.Gas, care.CarbonMonoxide}, []health.Offer{health.OfferUnderRepair}},
		"only care has delays":              {[]care.Class{care.BedExit, care.Wandering, care.Inactivity, care.Vital}, []health.Offer{health.OfferDelay, health.OfferMove, health.OfferRepair, health.OfferShelve}},
		"a call is not delayed":             {[]care.Class{care.SOS, care.Call, care.Fall, care.WaterLeak, care.Intrusion}, []health.Offer{health.OfferMove, health.OfferRepair, health.OfferShelve}},
		"a fault is where its equipment is": {[]care.Class{care.Silent, care.Fault, care.Tamper, care.Battery}, []health.Offer{health.OfferRepair, health.OfferShelve}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, class := range test.classes {
				if diff := cmp.Diff(test.want, health.Offers(class, 3)); diff != "" {
					t.Errorf("three false alarms of %s offer (-want +got):\n%s", class, diff)
				}
			}
		})
	}
}

// The mat of room 203 cries wolf three times in the night of the 24th, before
// and after midnight, and four times in the evening after it.
func TestAdvice(t *testing.T) {
	wolf := func(class care.Class, point care.PointID, hours ...float64) (list []care.Incident) {
		for _, h := range hours {
			list = append(list, resolved(raised(class, point, time.Duration(h*float64(time.Hour))), time.Minute, care.CauseFalse))
		}
		return list
	}
	var incidents []care.Incident
	incidents = append(incidents, wolf(care.BedExit, "203-mat", 0.5, 2, 7, 17, 18, 19, 20)...)
	incidents = append(incidents, wolf(care.Fire, "203-smoke", 1, 2, 3)...)
	incidents = append(incidents, wolf(care.Call, "204-bell", 7, 7.5, 8)...) // the third is the next shift's
	incidents = append(incidents, wolf(care.Call, "205-bell", 1, 2)...)
	incidents = append(incidents, wolf(care.SOS, "206-cord", 9, 9.5, 10, 17, 18, 19)...) // two shifts of one day
	incidents = append(incidents, resolved(raised(care.Call, "205-bell", 3*time.Hour), time.Minute, care.CauseReal))
	in := night(incidents...)
	in.To = at(24 * time.Hour)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	want := []health.Advice{
		{
			Where: where(care.BedExit, "203-mat"), Shift: "evening", Day: day(25), FalseAlarms: 4, Turns: 2,
			Offers: []health.Offer{health.OfferDelay, health.OfferMove, health.OfferRepair, health.OfferShelve},
		},
		{
			Where: where(care.SOS, "206-cord"), Shift: "evening", Day: day(25), FalseAlarms: 3, Turns: 2,
			Offers: []health.Offer{health.OfferMove, health.OfferRepair, health.OfferShelve},
		},
		{
			Where: where(care.Fire, "203-smoke"), Shift: "night", Day: day(24), FalseAlarms: 3, Turns: 1,
			Offers: []health.Offer{health.OfferUnderRepair},
		},
	}
	if diff := cmp.Diff(want, health.Assess(in).Advice); diff != "" {
		t.Errorf("advice (-want +got):\n%s", diff)
	}
}
