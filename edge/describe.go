package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"shouwang.care/shouwang/edge/config"
)

// describe prints what was understood of a configuration, and when the edge's
// certificate ends if it has one.
func describe(w io.Writer, c *config.Config, ends time.Time) {
	zone := c.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	https := "none: events have MQTT only"
	if len(c.Gateway.HTTPS) > 0 {
		https = strings.Join(c.Gateway.HTTPS, ", ")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "edge\t%s of site %s\n", c.Edge, c.Site)
	fmt.Fprintf(t, "brokers\t%s\n", strings.Join(c.Gateway.MQTT, ", "))
	fmt.Fprintf(t, "second way\t%s\n", https)
	if c.Gateway.CertificateFile != "" {
		fmt.Fprintf(t, "certificate\t%s, ends on %s\n", c.Gateway.CertificateFile, ends.Format(time.DateOnly))
	}
	fmt.Fprintf(t, "data\t%s\n", c.Data)
	fmt.Fprintf(t, "time zone\t%s\n", zone)
	if c.Point != "" {
		fmt.Fprintf(t, "own point\t%s\n", c.Point)
	}
	fmt.Fprintf(t, "devices\t%d\n", len(c.Devices))
	t.Flush()
	for _, d := range c.Devices {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", d.ID, d.Driver, where(d), says(d))
	}
	t.Flush()
	fmt.Fprintln(w, "The configuration is right.")
}

// where says how a device is wired.
func where(d config.Device) string {
	switch d.Driver {
	case config.Contact:
		return fmt.Sprintf("pin %s, normally %s", d.Pin, orDefault(d.Normally, "open"))
	case config.Sounder:
		return "pin " + d.Pin
	}
	s := "first bus"
	if d.Bus != "" {
		s = "bus " + d.Bus
	}
	if d.Address != 0 {
		s += fmt.Sprintf(", address 0x%02x", d.Address)
	}
	if d.Driver == config.ADS1115Smoke || d.Driver == config.ADS1115Battery {
		s += fmt.Sprintf(", channel %d", d.Channel)
	}
	return s
}

// says lists what a device reports: "call and sos of r203-1-call".
func says(d config.Device) string {
	if d.Driver == config.Sounder {
		if len(d.Classes) == 0 {
			return "sounds for the usual classes"
		}
		return fmt.Sprintf("sounds for %v", d.Classes)
	}
	keys := map[string][]string{}
	for _, k := range slices.Sorted(maps.Keys(d.Points)) {
		keys[string(d.Points[k])] = append(keys[string(d.Points[k])], k)
	}
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(keys)) {
		parts = append(parts, strings.Join(keys[p], " and ")+" of "+p)
	}
	s := strings.Join(parts, ", ")
	if d.Hours != nil {
		s += fmt.Sprintf(", from %s to %s", d.Hours.From, d.Hours.To)
	}
	return s
}

func orDefault(v, def string) string {
	if v == "" {
		return def
	}
	return v
}
