// Package config holds the settings of one edge agent: which site and edge it
// is, how it reaches the gateway, and which devices are wired to it. It reads
// them from strict YAML and shows every mistake at once with its line.
//
// It touches no hardware and opens no connection: whether a chip answers and
// whether the gateway knows the edge is found out by edge/agent.
package config

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Config is the whole configuration of one edge agent.
type Config struct {
	Site    care.SiteID `yaml:"site"`
	Edge    care.EdgeID `yaml:"edge"`
	Gateway Gateway     `yaml:"gateway"`
	// Data is the directory of the spool and of the client id. One agent owns it
	// at a time.
	Data  string `yaml:"data"`
	Spool Spool  `yaml:"spool,omitempty"`
	// TimeZone is an IANA name such as Asia/Shanghai. It matters only where a
	// device has Hours; empty is UTC.
	TimeZone string `yaml:"time_zone,omitempty"`
	// Point is the point that stands for the edge itself, for what is wrong with
	// it and not with a device. Without one such faults are shown by the local
	// sounder and the log only.
	Point care.PointID `yaml:"point,omitempty"`
	// CoreDeadline is for how long the core may be unheard until the edge says so:
	// by a reminder on its sounders and, at Point, by a fault. 1 min to 24 h;
	// default 200 s. The core beats every 30 s.
	CoreDeadline time.Duration `yaml:"core_deadline,omitempty"`
	Devices      []Device      `yaml:"devices,omitempty"`
}

// Gateway says where the gateway is and how the edge proves who it is.
type Gateway struct {
	// MQTT are broker addresses, tried in order: tcp://host:1883 on the machine
	// itself only, else tls://host:8883.
	MQTT []string `yaml:"mqtt"`
	// HTTPS are base addresses of gateways that take events when MQTT brings no
	// answer: http://host:port on the machine itself only, else https://…
	HTTPS []string `yaml:"https,omitempty"`
	// Secret is the edge's password from its enrolment; SecretFile holds it
	// instead. Exactly one of them is given.
	Secret     Secret `yaml:"secret,omitempty"`
	SecretFile string `yaml:"secret_file,omitempty"`
	// CAFile is a PEM file with the certificates to trust instead of the
	// system's.
	CAFile string `yaml:"ca_file,omitempty"`
	// CertificateFile and KeyFile are PEM files with the edge's own certificate,
	// which brokers and gateways may demand besides the secret, and its key: both or
	// neither, and for encrypted addresses only. They are read again at each
	// connection, so that they can be renewed while the agent runs.
	CertificateFile string `yaml:"certificate_file,omitempty"`
	KeyFile         string `yaml:"key_file,omitempty"`
}

// Spool bounds what waits on disk. The zero value gives the defaults.
type Spool struct {
	// MaxReadings is the greatest size in MiB of waiting readings, 1 to 10,000;
	// 0 means 64. Beyond it the oldest are shed.
	MaxReadings int `yaml:"max_readings_mib,omitempty"`
	// MaxEvents is the greatest size in MiB of waiting events, 1 to 10,000; 0
	// means 64. Events are never shed: see package spool.
	MaxEvents int `yaml:"max_events_mib,omitempty"`
}

// Secret is a password. It hides itself when printed or logged; only written as
// YAML it is itself, because a written configuration has to work.
type Secret string

// String returns a placeholder.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "<secret>"
}

// GoString returns a placeholder.
func (s Secret) GoString() string { return s.String() }

// LogValue returns a placeholder.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON returns a placeholder.
func (s Secret) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", s.String()), nil }

// ReadSecret returns the secret itself, from the file if it is given as one. An
// empty or unreadable file is an error.
func (g Gateway) ReadSecret() (string, error) {
	if g.SecretFile == "" {
		return string(g.Secret), nil
	}
	b, err := os.ReadFile(g.SecretFile)
	if err != nil {
		return "", fmt.Errorf("read gateway.secret_file: %w", err)
	}
	s := strings.TrimSpace(string(b))
	if s == "" {
		return "", fmt.Errorf("gateway.secret_file %s is empty: put the secret from the enrolment into it", g.SecretFile)
	}
	return s, nil
}

// Driver names the kind of a device.
type Driver string

// Self is the device id under which the edge reports of itself, at its Point.
const Self = "edge"

// The drivers.
const (
	ADXL345        Driver = "adxl345"         // accelerometer: points fall, acceleration
	ADS1115Smoke   Driver = "ads1115_smoke"   // analogue smoke chamber on an ADC: points fire, obscuration
	ADS1115Battery Driver = "ads1115_battery" // battery on an ADC: points battery_level, battery
	SHT3x          Driver = "sht3x"           // points temperature, humidity, fire (heat)
	Contact        Driver = "contact"         // GPIO input; the points say what it means
	Sounder        Driver = "sounder"         // GPIO output; no points
)

// Device is one device that is wired to the edge. Fields that do not belong to
// its driver must be left out.
type Device struct {
	// ID is the last level of the CloudEvents source, 1 to 40 of [a-z0-9-].
	ID     string `yaml:"id"`
	Driver Driver `yaml:"driver"`
	// Points gives the point of each class (sos, call, fire, fall, bed_exit …)
	// and quantity (temperature, occupancy, contact …) that the device reports.
	// What is not named is not reported. For contacts the classes decide the
	// meaning: with call and sos a short press is a call and a long one an SOS;
	// with bed_exit or occupancy it is a mat, active while somebody lies on it;
	// with presence it is the button by which a carer says that she is in the room.
	Points map[string]care.PointID `yaml:"points,omitempty"`

	// Bus is the I²C bus, for instance "1"; empty is the first one.
	Bus string `yaml:"bus,omitempty"`
	// Address is the 7-bit I²C address; 0 is the chip's default.
	Address uint16 `yaml:"address,omitempty"`
	// Channel is the input of an ADS1115, 0 to 3.
	Channel int `yaml:"channel,omitempty"`
	// Pin is the GPIO pin of a contact or a sounder, for instance GPIO17.
	Pin string `yaml:"pin,omitempty"`

	// Interval is the time between two measurements: 50 ms to 150 ms for the
	// FIFO of an accelerometer (default 120 ms), 200 ms to 10 s for a smoke
	// chamber (default 1 s), 1 s to 5 min for SHT3x and batteries (default 10 s).
	Interval time.Duration `yaml:"interval,omitempty"`
	// Report is the time between two readings, 1 s to 1 h; default 60 s, for an
	// accelerometer 10 min. Contacts also report each change; an accelerometer
	// reports the greatest magnitude since the reading before.
	Report time.Duration `yaml:"report,omitempty"`
	// FaultAfter is for how long a device must fail without pause to be reported
	// as a fault, and must work to be well again; default 5 s.
	FaultAfter time.Duration `yaml:"fault_after,omitempty"`

	// Chamber is the calibration of a smoke chamber; it is required for one.
	Chamber *Chamber `yaml:"chamber,omitempty"`

	// Cell is what the voltage of a battery means; it is required for one.
	Cell *Cell `yaml:"cell,omitempty"`
	// Normally is "open" (default) or "closed": the state of a contact while
	// nothing happens.
	Normally string `yaml:"normally,omitempty"`
	// Wiring is "ground" (default: the contact connects the pin to ground) or
	// "supply".
	Wiring string `yaml:"wiring,omitempty"`
	// ExternalPull says that the board has a pull resistor of its own.
	ExternalPull bool `yaml:"external_pull,omitempty"`
	// Debounce is for how long a contact must keep still; default 30 ms.
	Debounce time.Duration `yaml:"debounce,omitempty"`
	// Hold is the length of a long press, for a button that is both call and sos;
	// default 3 s.
	Hold time.Duration `yaml:"hold,omitempty"`
	// CancelHold is for how long a resident holds the button of an sos again, or
	// pulls its cord, to take the sos back; one beep of the sounder says that it
	// is long enough, three that it is done. The press must be let go before three
	// times that, or it is another sos. 3 s to 20 s; default 5 s, for a button that
	// is both call and sos at least 2 s more than Hold.
	CancelHold time.Duration `yaml:"cancel_hold,omitempty"`
	// CancelWithin is for how long after an sos that can begin, 10 s to 10 min;
	// default 60 s. The site has a limit of its own (cancel_s, 2 min), which
	// counts until the button is let go.
	CancelWithin time.Duration `yaml:"cancel_within,omitempty"`
	// NoCancel says that an sos of this button or cord cannot be taken back.
	NoCancel bool `yaml:"no_cancel,omitempty"`
	// Absent is for how long a mat must be empty to be a bed exit; default 10 s.
	Absent time.Duration `yaml:"absent,omitempty"`
	// Hours, if given, is when a bed exit or the opening of a door (wandering,
	// intrusion) is an event, local time.
	Hours *Hours `yaml:"hours,omitempty"`

	// ActiveLow is for sounders that sound at the low level.
	ActiveLow bool `yaml:"active_low,omitempty"`
	// Classes are what a sounder sounds for; default fire, gas, carbon_monoxide,
	// sos and fall.
	Classes []care.Class `yaml:"classes,omitempty"`
	// SoundFor is for how long it sounds after an sos or a fall, which have no
	// end of their own; default 30 s.
	SoundFor time.Duration `yaml:"sound_for,omitempty"`
}

// Chamber is the calibration of an analogue smoke chamber; volts at the input
// of the ADC.
type Chamber struct {
	CleanVolts      float64 `yaml:"clean_volts"`
	VoltsPerPercent float64 `yaml:"volts_per_percent"` // rise for 1 %/m of obscuration
	FullVolts       float64 `yaml:"full_volts"`        // where the amplifier saturates
	// AlarmPercent is the obscuration in %/m that is a fire, 2 to 20; 0 means 8.
	AlarmPercent float64 `yaml:"alarm_percent,omitempty"`
}

// Cell is what the voltage of a battery means; volts at the input of the ADC,
// which is behind a divider for batteries of more than 6 V. Between them the level
// goes in a straight line: that is rough in the middle, and right where it
// matters.
type Cell struct {
	EmptyVolts float64 `yaml:"empty_volts"` // at 0 %
	FullVolts  float64 `yaml:"full_volts"`  // at 100 %
}

// Hours is a daily span of local time, "HH:MM"; it may go over midnight.
type Hours struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Contains reports whether the local time of t is in the span. From belongs to
// it, To does not; equal ends mean the whole day.
func (h *Hours) Contains(t time.Time) bool {
	from, err1 := time.Parse("15:04", h.From)
	to, err2 := time.Parse("15:04", h.To)
	if err1 != nil || err2 != nil {
		return true // never silent because of a mistake; Validate reports it
	}
	minute := func(t time.Time) int { return t.Hour()*60 + t.Minute() }
	a, b, now := minute(from), minute(to), minute(t)
	if a < b {
		return a <= now && now < b
	}
	return now >= a || now < b
}

// Location returns the time zone; UTC if none is set.
func (c *Config) Location() (*time.Location, error) { return time.LoadLocation(c.TimeZone) }
