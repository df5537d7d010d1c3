package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/rule"
	"shouwang.care/shouwang/gateway/app"
)

// A report for people lists no more of a rule than this; the JSON has all.
const (
	maxListed = 50
	maxPoints = 10
)

// ruleInWords is a rule in one line.
func ruleInWords(r rule.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "raises %s (%s) ", r.Class, r.Severe())
	if r.For > 0 {
		fmt.Fprintf(&b, "when %s has met %q for %s", quantity(r.Quantity), oneLine(r.When), lasting(r.For))
	} else {
		fmt.Fprintf(&b, "as soon as %s meets %q", quantity(r.Quantity), oneLine(r.When))
	}
	if h := r.Hours.String(); h != "" {
		fmt.Fprintf(&b, ", at %s", h)
	}
	if s := r.Season.String(); s != "" {
		from, to, _ := strings.Cut(s, "..")
		fmt.Fprintf(&b, ", from %s to %s", dayOfYear(from), dayOfYear(to))
	}
	if r.Until != "" {
		fmt.Fprintf(&b, ", until %q", oneLine(r.Until))
	}
	if r.Where != "" {
		fmt.Fprintf(&b, "; only where %s", oneLine(r.Where))
	}
	return b.String()
}

// oneLine joins the lines of a condition.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// dayOfYear is 11-15 as 15 November.
func dayOfYear(s string) string {
	if t, err := time.Parse(time.DateOnly, "2024-"+s); err == nil { // a leap year has every day
		return t.Format("2 January")
	}
	return s
}

// quantity is a quantity with its unit.
func quantity(q care.Quantity) string {
	if u := unit(q); u != "" {
		return string(q) + " (" + u + ")"
	}
	return string(q)
}

// unit is that of a quantity as people write it; empty where there is none.
func unit(q care.Quantity) string {
	u, _ := care.UnitOf(q)
	switch u {
	case "Cel":
		return "°C"
	case "%RH", "%EL":
		return "%"
	case "m/s2":
		return "m/s²"
	case "/":
		return ""
	}
	return u
}

// reading is a value as people say it.
func reading(q care.Quantity, v float64) string {
	said := map[care.Quantity][2]string{
		care.Contact: {"closed", "open"}, care.Occupancy: {"empty", "occupied"}, care.Motion: {"still", "moving"},
	}[q]
	if (v == 0 || v == 1) && said[0] != "" {
		return said[int(v)]
	}
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", v, unit(q)))
}

// lasting is a time such as 4 h 20 min, in whole seconds.
func lasting(d time.Duration) string {
	var parts []string
	rest := d.Round(time.Second)
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := rest / u.length; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			rest -= n * u.length
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

const (
	timeOfDay = "Mon 2006-01-02 15:04"
	timeSpan  = "2006-01-02 15:04"
)

// rulesReport is the report for people.
func rulesReport(file string, set *rule.Set, r app.RulesReport) string {
	var b strings.Builder
	sites := map[care.SiteID]string{}
	fmt.Fprintf(&b, "What the rules of %s would have raised\n", file)
	for _, s := range r.Sites {
		sites[s.ID] = cmp.Or(s.Name.EN, s.Name.ZH, string(s.ID))
		fmt.Fprintf(&b, "  %s (%s): %s to %s (%s), %s\n", sites[s.ID], s.ID,
			s.Since.Format(timeSpan), s.Until.Format(timeSpan), s.TimeZone, count(s.Points, "registered point"))
	}
	where := func(site care.SiteID, place care.Text) string {
		if len(sites) > 1 {
			return sites[site] + ", " + place.EN
		}
		return place.EN
	}
	alarms, night := 0, 0
	for n, t := range r.Rules {
		alarms, night = alarms+t.Alarms, night+t.Night
		fmt.Fprintf(&b, "\n%s: %s\n  %s\n", t.Rule, cmp.Or(t.Name.EN, t.Name.ZH), ruleInWords(set.Rules()[n]))
		writeTried(&b, t, where)
	}
	fmt.Fprintf(&b, "\nAll together %s, %s. Care rules of residents, absences and shelved points\n", count(alarms, "alarm"), atNight(alarms, night))
	b.WriteString("are not looked at, and an alarm while another of its class is open at the point joins that one.\n")
	return b.String()
}

// writeTried writes what came of one rule.
func writeTried(b *strings.Builder, t app.TriedRule, where func(care.SiteID, care.Text) string) {
	switch {
	case t.Points == 0:
		b.WriteString("  Not tried: it is for none of the registered points; look at its \"where\".\n")
		return
	case t.WithHistory == 0:
		fmt.Fprintf(b, "  Not tried: no %s is stored in this time of any of the %s that it is for.\n", t.Quantity, count(t.Points, "point"))
		return
	}
	fmt.Fprintf(b, "  Tried on %s of %d of %s that it is for.\n", count(t.Readings, "reading"), t.WithHistory, count(t.Points, "point"))
	if t.Alarms == 0 {
		b.WriteString("  It would have raised no alarm.\n")
		return
	}
	fmt.Fprintf(b, "  It would have raised %s, %s; the first on %s, the last on %s.\n",
		count(t.Alarms, "alarm"), atNight(t.Alarms, t.Night), t.First.Format(timeOfDay), t.Last.Format(timeOfDay))
	b.WriteString("  In the week from Monday\n")
	for _, w := range t.Weeks {
		fmt.Fprintf(b, "    %s  %5d\n", w.Monday, w.Alarms)
	}
	b.WriteString("  Most at\n")
	for n, p := range t.Most {
		if n == maxPoints {
			fmt.Fprintf(b, "    and at %s; --json shows all\n", count(len(t.Most)-n, "other point"))
			break
		}
		fmt.Fprintf(b, "    %5d  %s\n", p.Alarms, where(p.Site, p.Place))
	}
	b.WriteString("  Each\n")
	for n, w := range t.Raised {
		if n == maxListed {
			fmt.Fprintf(b, "    and %s later; --json shows all\n", count(len(t.Raised)-n, "alarm"))
			break
		}
		lasted := "to the end"
		if !w.Until.IsZero() {
			lasted = "for " + lasting(w.Until.Sub(w.At))
		}
		fmt.Fprintf(b, "    %s  %-10s  %-20s  %s\n", w.At.Format(timeOfDay), reading(t.Quantity, w.Value), lasted, where(w.Site, w.Place))
	}
}

// count is a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func atNight(alarms, night int) string {
	switch {
	case night == 0:
		return "none at night (22:00 to 06:00)"
	case night == alarms:
		return "all at night (22:00 to 06:00)"
	}
	return fmt.Sprintf("%d at night (22:00 to 06:00)", night)
}
