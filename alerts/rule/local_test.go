package rule

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestTextsOfHoursAndSeasons(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"22:00-06:00", "22:00-06:00"},
		{"00:00-24:00", "an error"},
		{"13:00-24:00", "13:00-24:00"},
		{"13:00-00:00", "13:00-24:00"},
		{"", ""},
		{"22:00", "an error"},
		{"22:00-22:00", "an error"},
		{"24:00-06:00", "an error"},
		{"7:00-08:00", "an error"},
		{"22:00-06:00-07:00", "an error"},
		{"22:00–06:00", "an error"},
	} {
		h, err := ParseHours(c.text)
		got := h.String()
		if err != nil {
			got = "an error"
		}
		if got != c.want {
			t.Errorf("the hours %q are %q, want %q", c.text, got, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"11-15..03-15", "11-15..03-15"},
		{"02-29..02-29", "02-29..02-29"},
		{"", ""},
		{"11-15", "an error"},
		{"02-30..03-15", "an error"},
		{"11-15..13-01", "an error"},
		{"11-15..3-15", "an error"},
		{"11-15...03-15", "an error"},
	} {
		s, err := ParseSeason(c.text)
		got := s.String()
		if err != nil {
			got = "an error"
		}
		if got != c.want {
			t.Errorf("the season %q is %q, want %q", c.text, got, c.want)
		}
	}
}

// TestWhenTheClockShowsATime has the times that clocks skip and show twice.
func TestWhenTheClockShowsATime(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		m          time.Month
		d, y, min  int
		want       string
	}{
		{"an ordinary evening", "Asia/Shanghai", 7, 1, 2026, 22 * 60, "2026-07-01T14:00:00Z"},
		{"summer", "Europe/Berlin", 7, 1, 2026, 22 * 60, "2026-07-01T20:00:00Z"},
		{"skipped", "Europe/Berlin", 3, 29, 2026, 150, "2026-03-29T01:00:00Z"},
		{"shown twice", "Europe/Berlin", 10, 25, 2026, 150, "2026-10-25T00:30:00Z"},
		{"just after it was shown twice", "Europe/Berlin", 10, 25, 2026, 180, "2026-10-25T02:00:00Z"},
		{"skipped in New York", "America/New_York", 3, 8, 2026, 150, "2026-03-08T07:00:00Z"},
		{"shown twice in New York", "America/New_York", 11, 1, 2026, 90, "2026-11-01T05:30:00Z"},
		{"a day that was skipped", "Pacific/Apia", 12, 30, 2011, 12 * 60, "2011-12-30T10:00:00Z"},
		{"minutes beyond the day", "Asia/Shanghai", 7, 1, 2026, 30 * 60, "2026-07-01T22:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wall(c.y, c.m, c.d, c.min, zone(t, c.zone)).Format(time.RFC3339); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
		})
	}
}

func TestSeasonsInWhichDaysAreMissing(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	leap, _ := ParseSeason("02-29..02-29")
	winter, _ := ParseSeason("11-15..03-15")
	for _, c := range []struct {
		name, at string
		season   Season
		want     bool
	}{
		{"the 29th of a leap year", "2028-02-29 12:00", leap, true},
		{"the 28th of a leap year", "2028-02-28 12:00", leap, false},
		{"the 28th of another", "2027-02-28 23:59", leap, true},
		{"the 1st of March of another", "2027-03-01 00:00", leap, false},
		{"the first moment of winter", "2026-11-15 00:00", winter, true},
		{"the moment before", "2026-11-14 23:59", winter, false},
		{"the turn of the year", "2026-12-31 23:59", winter, true},
		{"the last day", "2027-03-15 23:59", winter, true},
		{"the day after", "2027-03-16 00:00", winter, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.ParseInLocation("2006-01-02 15:04", c.at, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := c.season.at(at, shanghai); got != c.want {
				t.Errorf("it is %t, want %t", got, c.want)
			}
		})
	}
}

// TestNothingChangesBeforeNext looks at many moments up to the one that is said
// to be the next at which something changes.
func TestNothingChangesBeforeNext(t *testing.T) {
	season, _ := ParseSeason("10-26..03-28")
	rapid.Check(t, func(r *rapid.T) {
		loc := zone(t, rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"}).Draw(r, "zone"))
		from := rapid.IntRange(0, minutesOfDay-1).Draw(r, "from")
		c := &compiled{Rule: Rule{Hours: Hours{from, from + rapid.IntRange(1, minutesOfDay-1).Draw(r, "length")}}}
		if rapid.Bool().Draw(r, "with a season") {
			c.Season = season
		}
		c.clock = rapid.Bool().Draw(r, "with the hour")
		around := rapid.SampledFrom([]string{"2026-03-28", "2026-10-24", "2026-10-31", "2026-04-04", "2026-10-03", "2011-12-29"}).Draw(r, "around")
		day, _ := time.Parse(time.DateOnly, around)
		at := day.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(r, "at")))

		in, next := c.window(at, loc)
		if !next.After(at) {
			r.Fatalf("next is %s, not after %s", next, at)
		}
		hour := at.In(loc).Hour()
		for range 50 {
			m := at.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(at))-1).Draw(r, "between")))
			again, later := c.window(m, loc)
			if again != in || !later.Equal(next) {
				r.Fatalf("at %s it is %t until %s, at %s %t until %s", at, in, next, m, again, later)
			}
			if c.clock && m.In(loc).Hour() != hour {
				r.Fatalf("at %s the clock shows another hour than at %s", m.In(loc), at.In(loc))
			}
		}
	})
}
