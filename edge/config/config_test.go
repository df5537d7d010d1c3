package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/edge/config"
)

const whole = `site: evergreen
edge: room-203
time_zone: Asia/Shanghai
gateway:
  mqtt: [tcp://127.0.0.1:1883, "tls://gw.example:8883"]
  https:
    - https://gw.example
  secret: s3cr3t
data: /var/lib/edge
spool: {max_readings_mib: 16}
devices:
  - id: waist
    driver: adxl345
    bus: "1"
    address: 0x1d
    points: {fall: r203-1-fall}
  - id: chamber
    driver: ads1115_smoke
    channel: 2
    chamber: {clean_volts: 0.5, volts_per_percent: 0.1, full_volts: 3}
    points:
      fire: r203-smoke
      obscuration: r203-smoke
  - id: button
    driver: contact
    pin: GPIO17
    hold: 3s
    points: {call: r203-1-call, sos: r203-1-call}
  - id: mat
    driver: contact
    pin: GPIO18
    absent: 20s
    hours: {from: "20:30", to: "06:00"}
    points: {bed_exit: r203-1-bed, occupancy: r203-1-bed}
  - id: horn
    driver: sounder
    pin: GPIO22
    classes: [fire]
`

func TestParseReadsEveryField(t *testing.T) {
	t.Parallel()
	got, err := config.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		Site: "evergreen", Edge: "room-203", TimeZone: "Asia/Shanghai", Data: "/var/lib/edge",
		Gateway: config.Gateway{
			MQTT: []string{"tcp://127.0.0.1:1883", "tls://gw.example:8883"}, HTTPS: []string{"https://gw.example"}, Secret: "s3cr3t",
		},
		Spool: config.Spool{MaxReadings: 16},
		Devices: []config.Device{
			{ID: "waist", Driver: config.ADXL345, Bus: "1", Address: 0x1d, Points: map[string]care.PointID{"fall": "r203-1-fall"}},
			{
				ID: "chamber", Driver: config.ADS1115Smoke, Channel: 2,
				Chamber: &config.Chamber{CleanVolts: 0.5, VoltsPerPercent: 0.1, FullVolts: 3},
				Points:  map[string]care.PointID{"fire": "r203-smoke", "obscuration": "r203-smoke"},
			},
			{
				ID: "button", Driver: config.Contact, Pin: "GPIO17", Hold: 3 * time.Second,
				Points: map[string]care.PointID{"call": "r203-1-call", "sos": "r203-1-call"},
			},
			{
				ID: "mat", Driver: config.Contact, Pin: "GPIO18", Absent: 20 * time.Second, Hours: &config.Hours{From: "20:30", To: "06:00"},
				Points: map[string]care.PointID{"bed_exit": "r203-1-bed", "occupancy": "r203-1-bed"},
			},
			{ID: "horn", Driver: config.Sounder, Pin: "GPIO22", Classes: []care.Class{care.Fire}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("configuration (-want +got):\n%s", d)
	}
}

// Each case changes the whole configuration in one place.
func TestParseNamesTheMistakeAndItsLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, old, new string
		line           int
		path, text     string
	}{
		{"unknown field", "pin: GPIO17", "pinn: GPIO17", 26, "devices[2].pinn", "not known here"},
		{"missing pin", "    pin: GPIO17\n", "", 24, "devices[2].pin", "the pin is missing"},
		{"wrong kind", "hold: 3s", "hold: soon", 27, "devices[2].hold", "a duration"},
		{"list wanted", "[fire]", "fire", 38, "devices[4].classes", "a list is wanted"},
		{"bad id", "edge: room-203", "edge: Room 203", 2, "edge", "a-z"},
		{"no secret", "  secret: s3cr3t\n", "", 4, "gateway", "exactly one of"},
		{"a certificate without its key", "  secret: s3cr3t\n", "  secret: s3cr3t\n  certificate_file: edge.crt\n", 4, "gateway", "belong together"},
		{"plain mqtt to another machine", "tcp://127.0.0.1:1883", "tcp://10.0.0.1:1883", 5, "gateway.mqtt[0]", "only for the machine itself"},
		{"unknown driver", "driver: sounder", "driver: siren", 36, "devices[4].driver", "no driver"},
		{"class of another driver", "{fall: r203-1-fall}", "{sos: r203-1-fall}", 16, "devices[0].points.sos", "cannot report"},
		{"same pin twice", "GPIO18", "GPIO17", 29, "devices[3]", "also used by devices[2]"},
		{"same id twice", "id: mat", "id: button", 29, "devices[3].id", "also the id of"},
		{"field of another driver", "    classes: [fire]", "    hold: 3s", 38, "devices[4].hold", "has no hold"},
		{"key given twice", "edge: room-203", "edge: room-203\nsite: other", 3, "", "already defined"},
		{"chamber saturates below alarm", "full_volts: 3", "full_volts: 1.2", 20, "devices[1].chamber", "saturates at 7.0"},
		{"address too great", "0x1d", "0x11d", 15, "devices[0].address", "no 7-bit"},
		{"address negative", "0x1d", "-1", 15, "devices[0].address", "whole number"},
		{"anchor", "time_zone: Asia/Shanghai", "time_zone: &z Asia/Shanghai", 3, "time_zone", "anchors"},
		{"a hold time that tells nothing apart", "{call: r203-1-call, sos: r203-1-call}", "{sos: r203-1-call}", 27, "devices[2].hold", "does not have both"},
		{"absent without a bed exit", "{bed_exit: r203-1-bed, occupancy: r203-1-bed}", "{wandering: r203-door}", 32, "devices[3].absent", "point bed_exit"},
		{"hours of a call", "    hold: 3s", `    hours: {from: "20:30", to: "06:00"}`, 27, "devices[2].hours", "bed_exit, wandering or intrusion"},
		{"a cancel that is no longer than an sos", "    hold: 3s", "    hold: 6s\n    cancel_hold: 5s", 28, "devices[2].cancel_hold", "could not tell them apart"},
		{"a cancel too short", "    hold: 3s", "    cancel_hold: 2s", 27, "devices[2].cancel_hold", "within 3s and 20s"},
		{"a cancel within too long", "    hold: 3s", "    cancel_within: 11m", 27, "devices[2].cancel_within", "within 10s and 10m"},
		{"a cancel of what cannot be cancelled", "    hold: 3s", "    no_cancel: true\n    cancel_hold: 7s", 27, "devices[2].no_cancel", "no meaning"},
		{"a cancel without sos", "    absent: 20s", "    no_cancel: true", 32, "devices[3].no_cancel", "point sos"},
		{"a presence button that is a call, too", "{call: r203-1-call, sos: r203-1-call}", "{call: r203-1-call, presence: r203-here}", 28, "devices[2].points.call", "presence only"},
		{"a bad point of the edge", "edge: room-203", "edge: room-203\npoint: Room", 3, "point", "a-z"},
		{"a deadline that each beat would miss", "edge: room-203", "edge: room-203\ncore_deadline: 20s", 3, "core_deadline", "every 30 s"},
		{"a device that is called as the edge calls itself", "devices:\n  - id: waist", "point: r203-edge\ndevices:\n  - id: edge", 13, "devices[0].id", "calls itself"},
		{"a battery without voltages", "driver: sounder\n    pin: GPIO22\n    classes: [fire]", "driver: ads1115_battery\n    points: {battery: b}", 35, "devices[4].cell", "empty_volts and full_volts"},
		{"a battery that is fuller when empty", "driver: sounder\n    pin: GPIO22\n    classes: [fire]", "driver: ads1115_battery\n    cell: {empty_volts: 3, full_volts: 2}\n    points: {battery: b}", 37, "devices[4].cell.full_volts", "above empty_volts"},
		{"a battery on the input of the smoke chamber", "driver: sounder\n    pin: GPIO22\n    classes: [fire]", "driver: ads1115_battery\n    channel: 2\n    cell: {empty_volts: 2, full_volts: 3}\n    points: {battery: b}", 35, "devices[4]", "also used by devices[1]"},
		{"time of day", `"20:30"`, `"25:30"`, 33, "devices[3].hours.from", "no time of day"},
		{"time zone", "Asia/Shanghai", "Asia/Atlantis", 3, "time_zone", "no IANA"},
		{"broken yaml", "site: evergreen", "site: [evergreen", 0, "", "cannot be read"},
		{"empty", whole, "# nothing\n", 0, "", "one YAML document"},
		{"two documents", "site: evergreen", "a: b\n---\nsite: evergreen", 0, "", "one YAML document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(whole, tt.old) {
				t.Fatalf("the case does not change anything: %q is not there", tt.old)
			}
			_, err := config.Parse([]byte(strings.Replace(whole, tt.old, tt.new, 1)))
			e, ok := errors.AsType[*config.Error](err)
			if !ok {
				t.Fatalf("error is %v, want a *config.Error", err)
			}
			for _, m := range e.Mistakes {
				if strings.Contains(m.Text, tt.text) && (tt.path == "" || m.Path == tt.path) && (tt.line == 0 || m.Line == tt.line) {
					return
				}
			}
			t.Errorf("no mistake %q at line %d of %q in:\n%v", tt.text, tt.line, tt.path, err)
		})
	}
}

func TestParseShowsAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	source := strings.NewReplacer("pin: GPIO17", "pinn: GPIO17", "hold: 3s", "hold: soon", "edge: room-203", "edge: Room").Replace(whole)
	_, err := config.Parse([]byte(source))
	want := `the configuration has 4 mistakes:
  line 2: edge: "Room" is not 1 to 40 of a-z, 0-9 and -
    | edge: Room
    | ^
  line 24: devices[2].pin: the pin is missing, such as GPIO17
    |   - id: button
    |       ^
  line 26: devices[2].pinn: "pinn" is not known here; known are id, driver, points, bus, address, channel, pin, interval, report, fault_after, chamber, cell, normally, wiring, external_pull, debounce, hold, cancel_hold, cancel_within, no_cancel, absent, hours, active_low, classes, sound_for
    |     pinn: GPIO17
    |     ^
  line 27: devices[2].hold: a duration such as 30s or 500ms is wanted here: time: invalid duration "soon"
    |     hold: soon
    |     ^`
	if d := cmp.Diff(want, err.Error()); d != "" {
		t.Errorf("error text (-want +got):\n%s", d)
	}
}

func TestSecretHidesItself(t *testing.T) {
	t.Parallel()
	g := config.Gateway{Secret: "open-sesame"}
	asJSON, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	_, mistake := config.Parse([]byte("gateway: {secret: open-sesame, secret_file: x}\n"))
	for _, s := range []string{fmt.Sprint(g), fmt.Sprintf("%+v", g), fmt.Sprintf("%#v", g), string(asJSON), mistake.Error()} {
		if strings.Contains(s, "open-sesame") {
			t.Errorf("the secret shows itself in %s", s)
		}
	}
}

func TestReadSecretFromFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Gateway{SecretFile: path}.ReadSecret()
	if got != "from-file" || err != nil {
		t.Errorf("secret is %q, %v", got, err)
	}
	if err := os.WriteFile(path, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (config.Gateway{SecretFile: path}).ReadSecret(); err == nil {
		t.Error("an empty secret file is taken as a secret")
	}
}

func TestHoursGoOverMidnight(t *testing.T) {
	t.Parallel()
	night := &config.Hours{From: "20:30", To: "06:00"}
	day := &config.Hours{From: "06:00", To: "20:30"}
	for _, tt := range []struct {
		at   string
		want bool
	}{{"20:29", false}, {"20:30", true}, {"00:00", true}, {"05:59", true}, {"06:00", false}, {"12:00", false}} {
		at, err := time.Parse("15:04", tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := night.Contains(at); got != tt.want {
			t.Errorf("night contains %s: got %v, want %v", tt.at, got, tt.want)
		}
		if got := day.Contains(at); got == tt.want {
			t.Errorf("day contains %s: got %v, want %v", tt.at, got, !tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("a: &x [*x]\n")
	f.Add("? {a: b}\n: c\n")
	f.Add("<<: {site: a}\n")
	f.Fuzz(func(t *testing.T, source string) {
		c, err := config.Parse([]byte(source))
		if err != nil {
			if _, ok := errors.AsType[*config.Error](err); !ok || err.Error() == "" {
				t.Fatalf("error %v is no *config.Error", err)
			}
			return
		}
		if err := c.Validate(); err != nil {
			t.Fatalf("Parse took what Validate refuses: %v", err)
		}
	})
}
