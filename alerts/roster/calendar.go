package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"shouwang.care/shouwang/alerts/care"
)

// Calendar returns turns as an iCalendar (RFC 5545), which any calendar can
// subscribe to. Times are in UTC, so that no calendar has to know the rules of
// the site's time zone. A turn keeps its UID as long as it is the same person's
// on the same duty at the same time. Summary names a turn in the reader's
// language, such as "Night, third floor: Wang Fang"; at is the time of writing.
func Calendar(site care.SiteID, name string, turns []Turn, summary func(Turn) string, at time.Time) string {
	c := ics.NewCalendarFor("Shouwang")
	c.SetMethod(ics.MethodPublish)
	c.SetName(line(name)) // of RFC 7986, and the older X-WR-CALNAME
	// A swap an hour before the shift should be seen before it.
	c.SetRefreshInterval("PT15M", ics.WithValue("DURATION"))
	c.SetXPublishedTTL("PT15M")
	for _, t := range turns {
		e := c.AddEvent(uid(site, t))
		e.SetDtStampTime(at)
		e.SetStartAt(t.From)
		e.SetEndAt(t.To)
		e.SetSummary(line(summary(t)))
	}
	// The library ends lines as the operating system does; the standard says how.
	return c.Serialize(ics.WithNewLineWindows)
}

// line makes a text one line: the library escapes line feeds, but would let a
// carriage return in a name begin a property of its own.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// uid names a turn for all time.
func uid(site care.SiteID, t Turn) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		string(site), t.Duty, t.Shift, strings.Join(t.Floors, "\x01"), string(t.User), t.From.UTC().Format(time.RFC3339),
	}, "\x00")))
	return hex.EncodeToString(sum[:16]) + "@shouwang.care"
}
