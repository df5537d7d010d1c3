package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// checker gathers mistakes.
type checker struct{ found []Mistake }

func (c *checker) require(ok bool, path, format string, args ...any) {
	if !ok {
		c.found = append(c.found, Mistake{Path: path, Text: fmt.Sprintf(format, args...)})
	}
}

const idRule = "%q is not 1 to 40 of a-z, 0-9 and -"

// mistakes returns all that is wrong with c.
func (c *Config) mistakes() []Mistake {
	var k checker
	k.require(care.ValidID(string(c.Site)), "site", idRule, c.Site)
	k.require(care.ValidID(string(c.Edge)), "edge", idRule, c.Edge)
	k.require(c.Data != "", "data", "a directory is needed for what waits on disk")
	_, err := c.Location()
	k.require(err == nil, "time_zone", "%q is no IANA time zone such as Asia/Shanghai", c.TimeZone)
	for name, v := range map[string]int{"spool.max_readings_mib": c.Spool.MaxReadings, "spool.max_events_mib": c.Spool.MaxEvents} {
		k.require(v >= 0 && v <= 10_000, name, "%d is not 1 to 10000 MiB, or 0 for the default", v)
	}
	k.require(c.Point == "" || care.ValidID(string(c.Point)), "point", idRule, c.Point)
	k.require(c.CoreDeadline == 0 || c.CoreDeadline >= time.Minute && c.CoreDeadline <= 24*time.Hour,
		"core_deadline", "%s is not within 1m and 24h: the core is heard every 30 s at best", c.CoreDeadline)
	k.gateway(c.Gateway)
	ids := map[string]int{}
	users := map[string]int{} // who uses a bus address or a pin
	for i, dev := range c.Devices {
		path := fmt.Sprintf("devices[%d]", i)
		k.require(care.ValidID(dev.ID), path+".id", idRule, dev.ID)
		if j, twice := ids[dev.ID]; twice {
			k.require(false, path+".id", "%q is also the id of devices[%d]", dev.ID, j)
		}
		ids[dev.ID] = i
		k.require(c.Point == "" || dev.ID != Self, path+".id", "%q is what the edge calls itself where it has a point of its own: choose another", Self)
		k.device(path, dev)
		place := dev.place()
		if place == "" {
			continue
		}
		if j, twice := users[place]; twice {
			k.require(false, path, "%s is also used by devices[%d]", place, j)
		}
		users[place] = i
	}
	return k.found
}

// place names what only one device can use; empty where sharing is right.
func (d Device) place() string {
	switch d.Driver {
	case Contact, Sounder:
		return "pin " + d.Pin
	case ADS1115Smoke, ADS1115Battery:
		return fmt.Sprintf("bus %q address 0x%02x channel %d", d.Bus, orDefault(d.Address, 0x48), d.Channel)
	case ADXL345:
		return fmt.Sprintf("bus %q address 0x%02x", d.Bus, orDefault(d.Address, 0x53))
	case SHT3x:
		return fmt.Sprintf("bus %q address 0x%02x", d.Bus, orDefault(d.Address, 0x44))
	}
	return ""
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

func (k *checker) gateway(g Gateway) {
	k.require(len(g.MQTT) > 0, "gateway.mqtt", "at least one broker address is needed, such as tls://gateway.example:8883")
	for i, a := range g.MQTT {
		k.address(fmt.Sprintf("gateway.mqtt[%d]", i), a, "tcp", "tls", "ssl", "mqtts")
	}
	for i, a := range g.HTTPS {
		k.address(fmt.Sprintf("gateway.https[%d]", i), a, "http", "https")
	}
	k.require((g.Secret == "") != (g.SecretFile == ""), "gateway", "exactly one of secret and secret_file is needed, from the edge's enrolment")
	k.require((g.CertificateFile == "") == (g.KeyFile == ""), "gateway", "certificate_file and key_file belong together: \"gateway pki edge\" makes both")
}

// address checks an address whose first scheme is plain and so only for the
// machine itself: beyond it passwords and residents' data would be readable.
func (k *checker) address(path, a, plain string, encrypted ...string) {
	u, err := url.Parse(a)
	if err != nil || u.Hostname() == "" || (u.Scheme != plain && !slices.Contains(encrypted, u.Scheme)) {
		k.require(false, path, "%q is not %s://host:port or %s://host:port", a, encrypted[0], plain)
		return
	}
	k.require(u.User == nil, path, "the address must not carry a user or password")
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	k.require(u.Scheme != plain || local, path, "%s:// is only for the machine itself: use %s:// to %s", plain, encrypted[0], u.Hostname())
}

// reports says which classes and quantities each driver can report.
var reports = map[Driver][]string{
	ADXL345:        {"fall", "acceleration"},
	ADS1115Smoke:   {"fire", "obscuration"},
	ADS1115Battery: {"battery_level", "battery"},
	SHT3x:          {"temperature", "humidity", "fire"},
	Contact:        {"call", "sos", "fall", "fire", "gas", "carbon_monoxide", "water_leak", "wandering", "intrusion", "tamper", "battery", "bed_exit", "occupancy", "contact", "presence"},
	Sounder:        {},
}

func (k *checker) device(path string, d Device) {
	known, ok := reports[d.Driver]
	if !ok {
		names := slices.Sorted(maps.Keys(reports))
		k.require(false, path+".driver", "%q is no driver; there are %v", d.Driver, names)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(d.Points)) {
		p := fmt.Sprintf("%s.points.%s", path, key)
		k.require(slices.Contains(known, key), p, "a device of driver %s cannot report %q; it can report %s", d.Driver, key, strings.Join(known, ", "))
		k.require(care.ValidID(string(d.Points[key])), p, idRule, d.Points[key])
	}
	if d.Driver != Sounder {
		k.require(len(d.Points) > 0, path+".points", "the device reports nothing: name a point for one of %s", strings.Join(known, ", "))
	}
	k.foreign(path, d)
	k.require(d.FaultAfter >= 0 && d.FaultAfter <= 10*time.Minute, path+".fault_after", "%s is not within 0s and 10m", d.FaultAfter)
	k.require(d.Report == 0 || d.Report >= time.Second && d.Report <= time.Hour, path+".report", "%s is not within 1s and 1h", d.Report)
	k.require(d.Address < 0x80, path+".address", "0x%02x is no 7-bit address", d.Address)
	interval := func(lo, hi time.Duration) {
		k.require(d.Interval == 0 || d.Interval >= lo && d.Interval <= hi, path+".interval", "%s is not within %s and %s", d.Interval, lo, hi)
	}
	switch d.Driver {
	case ADXL345:
		// 32 samples fill the FIFO in 160 ms at 200 Hz.
		interval(50*time.Millisecond, 150*time.Millisecond)
	case ADS1115Smoke:
		interval(200*time.Millisecond, 10*time.Second)
		k.require(d.Channel >= 0 && d.Channel <= 3, path+".channel", "%d is not 0 to 3", d.Channel)
		k.chamber(path+".chamber", d.Chamber)
	case ADS1115Battery:
		interval(time.Second, 5*time.Minute)
		k.require(d.Channel >= 0 && d.Channel <= 3, path+".channel", "%d is not 0 to 3", d.Channel)
		k.cell(path+".cell", d.Cell)
	case SHT3x:
		interval(time.Second, 5*time.Minute)
	case Contact:
		k.contact(path, d)
	case Sounder:
		k.require(d.Pin != "", path+".pin", "the pin is missing, such as GPIO22")
		k.require(d.SoundFor >= 0 && d.SoundFor <= time.Hour, path+".sound_for", "%s is not within 0s and 1h", d.SoundFor)
		for i, c := range d.Classes {
			k.require(c.Valid(), fmt.Sprintf("%s.classes[%d]", path, i), "%q is no class", c)
		}
	}
}

// foreign reports fields that the driver does not have.
func (k *checker) foreign(path string, d Device) {
	i2c := []Driver{ADXL345, ADS1115Smoke, ADS1115Battery, SHT3x}
	for _, f := range []struct {
		name string
		set  bool
		of   []Driver
	}{
		{"bus", d.Bus != "", i2c},
		{"address", d.Address != 0, i2c},
		{"interval", d.Interval != 0, i2c},
		{"channel", d.Channel != 0, []Driver{ADS1115Smoke, ADS1115Battery}},
		{"cell", d.Cell != nil, []Driver{ADS1115Battery}},
		{"chamber", d.Chamber != nil, []Driver{ADS1115Smoke}},
		{"pin", d.Pin != "", []Driver{Contact, Sounder}},
		{"normally", d.Normally != "", []Driver{Contact}},
		{"wiring", d.Wiring != "", []Driver{Contact}},
		{"external_pull", d.ExternalPull, []Driver{Contact}},
		{"debounce", d.Debounce != 0, []Driver{Contact}},
		{"hold", d.Hold != 0, []Driver{Contact}},
		{"cancel_hold", d.CancelHold != 0, []Driver{Contact}},
		{"cancel_within", d.CancelWithin != 0, []Driver{Contact}},
		{"no_cancel", d.NoCancel, []Driver{Contact}},
		{"absent", d.Absent != 0, []Driver{Contact}},
		{"hours", d.Hours != nil, []Driver{Contact}},
		{"active_low", d.ActiveLow, []Driver{Sounder}},
		{"classes", len(d.Classes) > 0, []Driver{Sounder}},
		{"sound_for", d.SoundFor != 0, []Driver{Sounder}},
	} {
		k.require(!f.set || slices.Contains(f.of, d.Driver), path+"."+f.name, "a device of driver %s has no %s", d.Driver, f.name)
	}
}

func (k *checker) chamber(path string, c *Chamber) {
	if c == nil {
		k.require(false, path, "the calibration is missing: clean_volts, volts_per_percent and full_volts from the chamber's data sheet")
		return
	}
	k.require(c.CleanVolts > 0 && c.CleanVolts < 6, path+".clean_volts", "%g V is not within 0 and 6", c.CleanVolts)
	k.require(c.VoltsPerPercent > 0 && c.VoltsPerPercent < 6, path+".volts_per_percent", "%g V is not within 0 and 6", c.VoltsPerPercent)
	k.require(c.FullVolts > c.CleanVolts && c.FullVolts <= 6.144, path+".full_volts", "%g V is not above clean_volts and at most 6.144", c.FullVolts)
	k.require(c.AlarmPercent == 0 || c.AlarmPercent >= 2 && c.AlarmPercent <= 20, path+".alarm_percent", "%g is not within 2 and 20 %%/m", c.AlarmPercent)
	alarm := orDefault(c.AlarmPercent, 8)
	k.require(c.VoltsPerPercent <= 0 || c.FullVolts <= c.CleanVolts || (c.FullVolts-c.CleanVolts)/c.VoltsPerPercent > alarm+2, path,
		"the chamber saturates at %.1f %%/m, too near its alarm at %g: it could never alarm after some soiling", (c.FullVolts-c.CleanVolts)/c.VoltsPerPercent, alarm)
}

func (k *checker) cell(path string, c *Cell) {
	if c == nil {
		k.require(false, path, "what the voltage means is missing: empty_volts and full_volts, as they are at the input")
		return
	}
	k.require(c.EmptyVolts > 0 && c.EmptyVolts < 6, path+".empty_volts", "%g V is not within 0 and 6", c.EmptyVolts)
	k.require(c.FullVolts > c.EmptyVolts && c.FullVolts <= 5.5, path+".full_volts", "%g V is not above empty_volts and at most 5.5; a greater voltage needs a divider", c.FullVolts)
}

func (k *checker) contact(path string, d Device) {
	k.require(d.Pin != "", path+".pin", "the pin is missing, such as GPIO17")
	k.require(slices.Contains([]string{"", "open", "closed"}, d.Normally), path+".normally", "%q is neither open nor closed", d.Normally)
	k.require(slices.Contains([]string{"", "ground", "supply"}, d.Wiring), path+".wiring", "%q is neither ground nor supply", d.Wiring)
	k.require(d.Debounce >= 0 && d.Debounce <= time.Second, path+".debounce", "%s is not within 0s and 1s", d.Debounce)
	k.require(d.Hold == 0 || d.Hold >= time.Second && d.Hold <= time.Minute, path+".hold", "%s is not within 1s and 1m", d.Hold)
	k.require(d.Absent >= 0 && d.Absent <= time.Hour, path+".absent", "%s is not within 0s and 1h", d.Absent)
	_, exit := d.Points["bed_exit"]
	k.require(exit || d.Absent == 0, path+".absent", "absent belongs to a point bed_exit, which the device does not have")
	_, wandering := d.Points["wandering"]
	_, intrusion := d.Points["intrusion"]
	k.require(exit || wandering || intrusion || d.Hours == nil, path+".hours", "hours belong to a point bed_exit, wandering or intrusion, which the device does not have")
	_, call := d.Points["call"]
	_, sos := d.Points["sos"]
	k.require(call && sos || d.Hold == 0, path+".hold", "hold tells a call from an sos; the device does not have both points")
	k.cancel(path, d, sos)
	if d.Hours != nil {
		for name, v := range map[string]string{"from": d.Hours.From, "to": d.Hours.To} {
			_, err := time.Parse("15:04", v)
			k.require(err == nil, path+".hours."+name, "%q is no time of day such as 20:30", v)
		}
	}
	if _, mat := d.Points["occupancy"]; mat || exit {
		for key := range d.Points {
			k.require(key == "occupancy" || key == "bed_exit", path+".points."+key, "a bed mat reports occupancy and bed_exit only")
		}
	}
	if _, presence := d.Points["presence"]; presence {
		for key := range d.Points {
			k.require(key == "presence", path+".points."+key, "a carer's presence button reports presence only: a press must not be a call too")
		}
	}
}

// cancel checks how an sos is taken back.
func (k *checker) cancel(path string, d Device, sos bool) {
	for name, set := range map[string]bool{"cancel_hold": d.CancelHold != 0, "cancel_within": d.CancelWithin != 0, "no_cancel": d.NoCancel} {
		k.require(sos || !set, path+"."+name, "%s belongs to a point sos, which the device does not have", name)
	}
	k.require(d.CancelHold == 0 || d.CancelHold >= 3*time.Second && d.CancelHold <= 20*time.Second, path+".cancel_hold", "%s is not within 3s and 20s", d.CancelHold)
	k.require(d.CancelWithin == 0 || d.CancelWithin >= 10*time.Second && d.CancelWithin <= 10*time.Minute, path+".cancel_within", "%s is not within 10s and 10m", d.CancelWithin)
	if _, call := d.Points["call"]; call && d.CancelHold != 0 {
		hold := orDefault(d.Hold, 3*time.Second)
		k.require(d.CancelHold > hold, path+".cancel_hold", "%s is not longer than the hold of an sos, %s: a resident could not tell them apart", d.CancelHold, hold)
	}
	k.require(!d.NoCancel || d.CancelHold == 0 && d.CancelWithin == 0, path+".no_cancel", "cancel_hold and cancel_within have no meaning with no_cancel")
}
