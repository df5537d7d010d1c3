package rule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
)

const (
	coldBedroom = `
rules:
  - id: cold
    name: {zh: 卧室过冷, en: Bedroom too cold}
    class: vital
    quantity: temperature
    where: zone.name.zh.contains("卧室")
    when: value < 16.0
    until: value >= 17.0
    for: 30m
    season: 11-15..03-15
`
	gasAtOnce = `
rules:
  - id: gas
    name: {zh: 燃气, en: Gas}
    class: gas
    quantity: gas_level
    when: value > 10.0
    until: value < 5.0
`
	nightDoor = `
rules:
  - id: door
    name: {zh: 夜间门开, en: Door open at night}
    class: wandering
    quantity: contact
    when: value == 1.0
    for: 5m
    hours: 22:00-06:00
`
)

// bedroom is a place of each quantity, in a zone.
func bedroom(zone string) rule.Place {
	return rule.Place{
		Site:  care.Site{ID: "home-1", Kind: care.PrivateHome, TimeZone: zone},
		Zone:  care.Zone{Site: "home-1", ID: "bed", Name: care.Text{ZH: "主卧室", EN: "Bedroom"}},
		Point: care.Point{Site: "home-1", ID: "bed-air", Name: care.Text{ZH: "温度", EN: "Temperature"}},
	}
}

// story plays readings and the passing of time against rules and writes down
// what happens. It keeps what has to be kept, and after a crash nothing else.
type story struct {
	t     testing.TB
	set   *rule.Set
	place rule.Place
	loc   *time.Location
	now   time.Time

	memory, disk map[string]rule.Condition
	told         []string
	saves        int
}

func play(t testing.TB, source, zone, start string) *story {
	t.Helper()
	s := &story{t: t, set: parse(t, source), place: bedroom(zone), memory: map[string]rule.Condition{}, disk: map[string]rule.Condition{}}
	s.loc = s.place.Site.Location()
	s.now = s.local(start)
	return s
}

func (s *story) local(at string) time.Time {
	s.t.Helper()
	at0, err := time.ParseInLocation("2006-01-02 15:04", at, s.loc)
	if err != nil {
		s.t.Fatal(err)
	}
	return at0
}

// wait lets time pass; dues come to the second.
func (s *story) wait(d time.Duration) *story {
	end := s.now.Add(d)
	for {
		var next rule.Condition
		for _, c := range s.memory {
			if !c.Due.IsZero() && !c.Due.After(end) && (next.Due.IsZero() || c.Due.Before(next.Due)) {
				next = c
			}
		}
		if next.Due.IsZero() {
			s.now = end
			return s
		}
		if next.Due.After(s.now) {
			s.now = next.Due
		}
		s.apply(s.set.Due(s.now, next, s.place))
	}
}

// until waits for a time.
func (s *story) until(at string) *story {
	s.t.Helper()
	return s.wait(s.local(at).Sub(s.now))
}

// away lets time pass while nobody asks.
func (s *story) away(d time.Duration) *story {
	s.now = s.now.Add(d)
	return s
}

// due asks for what has come due in the meantime.
func (s *story) due() *story { return s.wait(0) }

// read has a reading arrive, of now.
func (s *story) read(q care.Quantity, v float64) *story { return s.readOf(q, v, 0) }

// readOf has a reading arrive, of some time ago.
func (s *story) readOf(q care.Quantity, v float64, ago time.Duration) *story {
	r := care.Reading{Site: "home-1", Point: "bed-air", Quantity: q, Time: s.now.Add(-ago), Value: v}
	s.apply(s.set.Observe(s.now, s.place, func(id string) (rule.Condition, bool) {
		c, ok := s.memory[id]
		return c, ok
	}, r))
	return s
}

func (s *story) apply(changes []rule.Change) {
	for _, ch := range changes {
		c := ch.Condition
		switch {
		case ch.Drop:
			delete(s.memory, c.Rule)
			delete(s.disk, c.Rule)
		default:
			s.memory[c.Rule] = c
			if ch.Save {
				s.saves++
				s.disk[c.Rule] = c
			}
		}
		if !ch.Fire && !ch.Clear {
			continue
		}
		line := ch.At.In(s.loc).Format("01-02 15:04") + " " + c.Rule
		if ch.Clear {
			line += " ends"
		}
		if told := s.now.In(s.loc).Format("01-02 15:04"); told != line[:len(told)] {
			line += " (told " + told + ")"
		}
		s.told = append(s.told, line)
	}
}

// crash leaves only what was kept, as it was written.
func (s *story) crash() *story {
	s.t.Helper()
	s.memory = map[string]rule.Condition{}
	for id, c := range s.disk {
		b, err := json.Marshal(c)
		if err != nil {
			s.t.Fatal(err)
		}
		var back rule.Condition
		if err := json.Unmarshal(b, &back); err != nil {
			s.t.Fatal(err)
		}
		s.memory[id] = back
	}
	return s
}

// expect compares what was told since the last time.
func (s *story) expect(want ...string) *story {
	s.t.Helper()
	if diff := cmp.Diff(want, s.told); diff != "" {
		s.t.Errorf("at %s, what was told (-want +got):\n%s", s.now.In(s.loc).Format(time.DateTime), diff)
	}
	s.told = nil
	return s
}

func TestABedroomThatGrowsCold(t *testing.T) {
	s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
	for range 6 {
		s.read(care.Temperature, 15.5).wait(5 * time.Minute)
	}
	s.expect("12-01 20:30 cold")
	// Neither cold nor warm enough, for an hour.
	for range 12 {
		s.read(care.Temperature, 16.5).wait(5 * time.Minute)
	}
	s.expect()
	s.read(care.Temperature, 17)
	s.expect("12-01 21:30 cold ends")
	// One reading that is not cold, and the half hour begins again.
	s.read(care.Temperature, 15).wait(10*time.Minute).read(care.Temperature, 15).wait(10*time.Minute).
		read(care.Temperature, 16.1).wait(10*time.Minute).read(care.Temperature, 15).wait(10 * time.Minute).expect()
}

func TestABedroomThatIsColdInSummer(t *testing.T) {
	s := play(t, coldBedroom, "Asia/Shanghai", "2026-11-14 22:00")
	for range 36 {
		s.read(care.Temperature, 12).wait(5 * time.Minute)
	}
	s.expect("11-15 00:30 cold")
	s = play(t, coldBedroom, "Asia/Shanghai", "2027-03-15 22:00")
	for range 36 {
		s.read(care.Temperature, 12).wait(5 * time.Minute)
	}
	s.expect("03-15 22:30 cold", "03-16 00:00 cold ends")
}

func TestOtherRoomsMayBeCold(t *testing.T) {
	s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
	s.place.Zone.Name.ZH = "阳台"
	for range 12 {
		s.read(care.Temperature, 3).wait(5 * time.Minute)
	}
	s.expect()
	if len(s.memory) > 0 {
		t.Errorf("there are conditions for a place that the rule is not for: %v", s.memory)
	}
}

func TestGasIsRaisedAtOnce(t *testing.T) {
	s := play(t, gasAtOnce, "Asia/Shanghai", "2026-07-01 11:00")
	s.read(care.GasLevel, 0).wait(time.Minute).read(care.GasLevel, 12).expect("07-01 11:01 gas")
	s.wait(time.Minute).read(care.GasLevel, 40).wait(time.Minute).read(care.GasLevel, 7).expect()
	s.wait(time.Minute).read(care.GasLevel, 4).expect("07-01 11:04 gas ends")
	s.wait(time.Minute).read(care.GasLevel, 11).expect("07-01 11:05 gas")
}

func TestADoorThatIsOpenAtNight(t *testing.T) {
	const evening, morning = "2026-07-01 21:50", "2026-07-02 06:00"
	for _, c := range []struct {
		name string
		act  func(s *story)
		want []string
	}{
		{"opened before the hours begin", func(s *story) { s.read(care.Contact, 1).until(morning) },
			[]string{"07-01 22:05 door", "07-02 06:00 door ends"}},
		{"opened and closed before", func(s *story) {
			s.read(care.Contact, 1).wait(9*time.Minute).read(care.Contact, 0).until(morning)
		}, nil},
		{"opened for a moment", func(s *story) {
			s.until("2026-07-01 23:00").read(care.Contact, 1).wait(4*time.Minute).read(care.Contact, 0).until(morning)
		}, nil},
		{"opened in the night", func(s *story) {
			s.until("2026-07-01 23:00").read(care.Contact, 1).wait(20*time.Minute).read(care.Contact, 0).until(morning)
		}, []string{"07-01 23:05 door", "07-01 23:20 door ends"}},
		{"said again every minute", func(s *story) {
			for range 30 {
				s.read(care.Contact, 1).wait(time.Minute)
			}
		}, []string{"07-01 22:05 door"}},
		{"opened at the very end", func(s *story) {
			s.until("2026-07-02 05:57").read(care.Contact, 1).until("2026-07-02 12:00")
		}, nil},
		{"open for two nights", func(s *story) { s.read(care.Contact, 1).until("2026-07-03 12:00") },
			[]string{"07-01 22:05 door", "07-02 06:00 door ends", "07-02 22:05 door", "07-03 06:00 door ends"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, nightDoor, "Asia/Shanghai", evening)
			c.act(s)
			s.expect(c.want...)
		})
	}
}

// TestADoorInNightsInWhichClocksChange opens it at 21:50 and lets it stand.
func TestADoorInNightsInWhichClocksChange(t *testing.T) {
	for _, c := range []struct {
		name, zone, evening, morning string
		hours                        time.Duration
	}{
		{"Berlin goes forward", "Europe/Berlin", "2026-03-28", "2026-03-29", 7},
		{"Berlin goes back", "Europe/Berlin", "2026-10-24", "2026-10-25", 9},
		{"New York goes forward", "America/New_York", "2026-03-07", "2026-03-08", 7},
		{"New York goes back", "America/New_York", "2026-10-31", "2026-11-01", 9},
		{"Shanghai never", "Asia/Shanghai", "2026-03-28", "2026-03-29", 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, nightDoor, c.zone, c.evening+" 21:50")
			s.read(care.Contact, 1).wait(15 * time.Minute).expect(c.evening[5:] + " 22:05 door")
			s.wait((c.hours*60 - 6) * time.Minute).expect()
			s.wait(time.Minute).expect(c.morning[5:] + " 06:00 door ends")
		})
	}
}

// TestAReadingThatComesTwice is what an edge does that heard no answer.
func TestAReadingThatComesTwice(t *testing.T) {
	s := play(t, gasAtOnce, "Asia/Shanghai", "2026-07-01 11:00")
	s.read(care.GasLevel, 50).read(care.GasLevel, 50).crash().read(care.GasLevel, 50).expect("07-01 11:00 gas")
	if s.saves != 1 {
		t.Errorf("%d rows were written, want 1", s.saves)
	}
}

// TestOrdinaryReadingsWriteNothing has a day of a room that is warm enough.
func TestOrdinaryReadingsWriteNothing(t *testing.T) {
	s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
	for range 24 * 60 {
		s.read(care.Temperature, 21).wait(time.Minute)
	}
	s.expect()
	if s.saves != 0 {
		t.Errorf("%d rows were written, want none", s.saves)
	}
}

// TestAColdDayWritesNothing has a room that is too cold for the night, by day:
// only what may matter when the night begins is written.
func TestAColdDayWritesNothing(t *testing.T) {
	s := play(t, one("class: vital", "quantity: temperature", "when: value < 16.0", "for: 10m", "hours: 22:00-06:00"), "Asia/Shanghai", "2026-12-01 09:00")
	for range 12*60 + 44 {
		s.read(care.Temperature, 15).wait(time.Minute)
	}
	if s.saves != 0 {
		t.Errorf("by 21:44 %d rows were written, want none", s.saves)
	}
	for range 30 {
		s.read(care.Temperature, 15).wait(time.Minute)
	}
	s.expect("12-01 22:10 r")
}

// TestASensorThatFallsSilent has a room that was cold when it was last heard of:
// the hours that pass do not make it cold for half an hour.
func TestASensorThatFallsSilent(t *testing.T) {
	s := play(t, one("class: vital", "quantity: temperature", "when: value < 16.0 && hour < 25", "for: 30m"), "Asia/Shanghai", "2026-12-01 20:00")
	s.read(care.Temperature, 15).wait(14*time.Minute).read(care.Temperature, 15).wait(12 * time.Hour).expect()
	s.read(care.Temperature, 15).wait(14*time.Minute).read(care.Temperature, 15).wait(14*time.Minute).
		read(care.Temperature, 15).expect().wait(2 * time.Minute).expect("12-02 08:44 r")
}

// TestAnHourInACondition asks for the hour in the condition itself.
func TestAnHourInACondition(t *testing.T) {
	s := play(t, one("class: wandering", "quantity: contact", `when: value == 1.0 && (hour >= 22 || hour < 6) && weekday != "sun"`), "Asia/Shanghai", "2026-07-01 21:50")
	s.read(care.Contact, 1).until("2026-07-02 12:00").expect("07-01 22:00 r", "07-02 06:00 r ends")
	s.until("2026-07-06 12:00").expect("07-02 22:00 r", "07-03 06:00 r ends", "07-03 22:00 r", "07-04 06:00 r ends",
		"07-04 22:00 r", "07-05 00:00 r ends", "07-06 00:00 r", "07-06 06:00 r ends")
}

func TestEvidence(t *testing.T) {
	s := play(t, coldBedroom, "Asia/Shanghai", "2026-12-01 20:00")
	var got []rule.Evidence
	observe := func(v float64) {
		r := care.Reading{Site: "home-1", Point: "bed-air", Quantity: care.Temperature, Time: s.now, Value: v}
		for _, ch := range s.set.Observe(s.now, s.place, func(id string) (rule.Condition, bool) { c, ok := s.memory[id]; return c, ok }, r) {
			s.memory[ch.Condition.Rule] = ch.Condition
			if ch.Evidence != nil {
				var e rule.Evidence
				if err := json.Unmarshal(ch.Evidence, &e); err != nil {
					t.Fatal(err)
				}
				got = append(got, e)
			}
		}
		s.now = s.now.Add(10 * time.Minute)
	}
	for _, v := range []float64{15, 14.5, 14.25, 14, 18} {
		observe(v)
	}
	name := care.Text{ZH: "卧室过冷", EN: "Bedroom too cold"}
	start := s.local("2026-12-01 20:00").UTC()
	want := []rule.Evidence{
		{Rule: "cold", Name: name, Quantity: care.Temperature, Value: 14.25, Unit: "Cel", ReadAt: start.Add(20 * time.Minute), Since: start, When: "value < 16.0", ForSeconds: 1800, Season: "11-15..03-15"},
		{Rule: "cold", Name: name, Quantity: care.Temperature, Value: 18, Unit: "Cel", ReadAt: start.Add(40 * time.Minute), Since: start, When: "value < 16.0", ForSeconds: 1800, Season: "11-15..03-15", Ended: rule.EndedByValue},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}
