package board

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"shouwang.care/shouwang/alerts/care"
)

// Spec describes a board: what is wired to it and where it stands.
type Spec struct {
	// Buses are the I²C buses; the first one also answers to the empty name.
	Buses []BusSpec `yaml:"buses,omitempty"`
	// Pins are the GPIO pins in use.
	Pins []PinSpec `yaml:"pins,omitempty"`
	// Scenario is a file of firmware-sim/scenario that Run plays; a relative path
	// counts from the board's file. Empty is a night in which nothing happens.
	Scenario string `yaml:"scenario,omitempty"`
	// Seed makes noise and bouncing repeatable.
	Seed uint64 `yaml:"seed,omitempty"`
}

// BusSpec is one I²C bus.
type BusSpec struct {
	Name  string     `yaml:"name"`
	Chips []ChipSpec `yaml:"chips,omitempty"`
}

// Model names a chip.
type Model string

// The models that can be simulated.
const (
	ADXL345 Model = "adxl345"
	ADS1115 Model = "ads1115"
	SHT3x   Model = "sht3x"
)

// defaultAddress gives the address of each model with its address pin low.
var defaultAddress = map[Model]uint16{ADXL345: 0x53, ADS1115: 0x48, SHT3x: 0x44}

// ChipSpec is one chip on a bus. Fields of other models must be left out.
type ChipSpec struct {
	// ID is unique on the board, 1 to 40 of [a-z0-9-].
	ID    string `yaml:"id"`
	Model Model  `yaml:"model"`
	// Address is the 7-bit address; 0 is the chip's default.
	Address uint16 `yaml:"address,omitempty"`
	// Place is the label by which a scenario speaks of it, such as 203-1.
	Place string `yaml:"place"`
	// Chambers are the smoke chambers on an ADS1115's inputs.
	Chambers []ChamberSpec `yaml:"chambers,omitempty"`
	// Batteries are those on an ADS1115's inputs.
	Batteries []BatterySpec `yaml:"batteries,omitempty"`
	// Celsius and Percent are the climate around an SHT3x; 0 and 0 is 22 °C and
	// 50 %RH.
	Celsius float64 `yaml:"celsius,omitempty"`
	Percent float64 `yaml:"percent,omitempty"`
}

// ChamberSpec is an analogue smoke chamber. Its place is its converter's.
type ChamberSpec struct {
	ID      string `yaml:"id"`
	Channel int    `yaml:"channel,omitempty"`
	// CleanVolts is the voltage in clean air, VoltsPerPercent its rise for 1 %/m
	// of obscuration, FullVolts where the amplifier saturates; all 0 is a chamber
	// of 0.6 V, 0.12 V and 3.0 V.
	CleanVolts      float64 `yaml:"clean_volts,omitempty"`
	VoltsPerPercent float64 `yaml:"volts_per_percent,omitempty"`
	FullVolts       float64 `yaml:"full_volts,omitempty"`
}

// BatterySpec is a battery, full at the beginning. Its place is its converter's.
type BatterySpec struct {
	ID      string `yaml:"id"`
	Channel int    `yaml:"channel,omitempty"`
	// EmptyVolts and FullVolts are at the input at 0 % and at 100 %.
	EmptyVolts float64 `yaml:"empty_volts"`
	FullVolts  float64 `yaml:"full_volts"`
}

// Kind says what is wired to a pin.
type Kind string

// The kinds of things on pins.
const (
	Button     Kind = "button"
	Cord       Kind = "cord"
	Presence   Kind = "presence" // a carer's button
	Mat        Kind = "mat"
	Door       Kind = "door"
	DryContact Kind = "dry_contact"
	Sounder    Kind = "sounder"
)

// PinSpec is one GPIO pin and what is wired to it.
type PinSpec struct {
	// ID is unique on the board; Name is how the agent asks for the pin, such as
	// GPIO17.
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	Kind  Kind   `yaml:"kind"`
	Place string `yaml:"place"`
	// Normally is "open" (default) or "closed", Wiring "ground" (default) or
	// "supply"; they mean what they mean to the agent.
	Normally string `yaml:"normally,omitempty"`
	Wiring   string `yaml:"wiring,omitempty"`
	// Empty says that nobody lies on a mat at the beginning; otherwise somebody
	// does.
	Empty bool `yaml:"empty,omitempty"`
}

// mistake is one thing wrong with a spec, at a path such as $.pins[2].name.
type mistake struct{ path, text string }

// Error is the error of a board description with mistakes; it holds all of
// them, each with its line where the description came from a file.
type Error struct {
	// Name is the file, or "board".
	Name string
	// Mistakes are sentences.
	Mistakes []string
}

// Error shows one mistake a line.
func (e *Error) Error() string {
	return fmt.Sprintf("%s describes no board that can be simulated:\n  %s", e.Name, strings.Join(e.Mistakes, "\n  "))
}

// Read reads and checks a board's file. The error is an *Error when the file
// could be read but is not right.
func Read(path string) (Spec, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, fmt.Errorf("read the board: %w", err)
	}
	return Parse(path, b)
}

// Parse checks strict YAML; name stands in front of its mistakes.
func Parse(name string, source []byte) (s Spec, err error) {
	fail := func(text string) (Spec, error) { return Spec{}, &Error{name, []string{text}} }
	defer func() {
		// The YAML library has panicked on odd input before; a slip of the
		// keyboard must not end in a stack trace.
		if p := recover(); p != nil {
			s, err = fail(fmt.Sprintf("the YAML cannot be read: %v", p))
		}
	}()
	if err := yaml.UnmarshalWithOptions(source, &s, yaml.Strict()); err != nil {
		return fail(strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	found := s.check()
	if len(found) == 0 {
		return s, nil
	}
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		return fail(err.Error())
	}
	texts := make([]string, len(found))
	for i, m := range found {
		texts[i] = strings.TrimPrefix(m.path, "$.") + ": " + m.text
		if p, err := yaml.PathString(m.path); err == nil {
			if node, err := p.FilterFile(file); err == nil && node.GetToken() != nil {
				texts[i] = fmt.Sprintf("line %d: %s", node.GetToken().Position.Line, texts[i])
			}
		}
	}
	return Spec{}, &Error{name, texts}
}

// checker gathers mistakes.
type checker struct {
	found []mistake
	ids   map[string]bool
}

func (c *checker) require(ok bool, path, format string, args ...any) {
	if !ok {
		c.found = append(c.found, mistake{path, fmt.Sprintf(format, args...)})
	}
}

func (c *checker) id(path, id string) {
	c.require(care.ValidID(id), path, "an id is 1 to 40 of a-z, 0-9 and -, not %q", id)
	c.require(!c.ids[id], path, "the id %q is given twice", id)
	c.ids[id] = true
}

func (c *checker) place(path, place string) {
	c.require(care.ValidID(place), path, "a place is 1 to 40 of a-z, 0-9 and -, not %q", place)
}

// check returns all that is wrong with s.
func (s *Spec) check() []mistake {
	c := &checker{ids: map[string]bool{}}
	names := map[string]bool{}
	for i, b := range s.Buses {
		path := fmt.Sprintf("$.buses[%d]", i)
		c.require(b.Name != "" && !names[b.Name], path, "a bus needs a name of its own, not %q", b.Name)
		names[b.Name] = true
		taken := map[uint16]bool{}
		for j, chip := range b.Chips {
			c.chip(fmt.Sprintf("%s.chips[%d]", path, j), chip, taken)
		}
	}
	pins := map[string]bool{}
	kinds := []Kind{Button, Cord, Presence, Mat, Door, DryContact, Sounder}
	for i, p := range s.Pins {
		path := fmt.Sprintf("$.pins[%d]", i)
		c.id(path+".id", p.ID)
		c.place(path+".place", p.Place)
		c.require(p.Name != "" && !pins[p.Name], path, "a pin needs a name of its own, not %q", p.Name)
		pins[p.Name] = true
		c.require(slices.Contains(kinds, p.Kind), path+".kind", "%q is none of %v", p.Kind, kinds)
		c.require(slices.Contains([]string{"", "open", "closed"}, p.Normally), path+".normally", "%q is neither open nor closed", p.Normally)
		c.require(slices.Contains([]string{"", "ground", "supply"}, p.Wiring), path+".wiring", "%q is neither ground nor supply", p.Wiring)
		c.require(!p.Empty || p.Kind == Mat, path+".empty", "only a mat can be empty")
	}
	return c.found
}

func (c *checker) chip(path string, s ChipSpec, taken map[uint16]bool) {
	c.id(path+".id", s.ID)
	c.place(path+".place", s.Place)
	address, known := defaultAddress[s.Model]
	c.require(known, path+".model", "%q is none of adxl345, ads1115, sht3x", s.Model)
	if s.Address != 0 {
		address = s.Address
	}
	c.require(!known || address >= 0x08 && address <= 0x77, path+".address", "0x%02x is not within 0x08 and 0x77", address)
	c.require(!known || !taken[address], path, "the address 0x%02x is taken on this bus", address)
	taken[address] = true
	c.require(s.Model == ADS1115 || len(s.Chambers) == 0, path+".chambers", "only an ads1115 carries smoke chambers")
	c.require(s.Model == ADS1115 || len(s.Batteries) == 0, path+".batteries", "only an ads1115 measures batteries")
	c.require(s.Model == SHT3x || s.Celsius == 0 && s.Percent == 0, path, "only an sht3x has a climate")
	c.require(s.Celsius >= -40 && s.Celsius <= 60, path+".celsius", "%g °C is not within -40 and 60", s.Celsius)
	c.require(s.Percent >= 0 && s.Percent <= 100, path+".percent", "%g %%RH is not within 0 and 100", s.Percent)
	channels := map[int]bool{}
	for i, ch := range s.Chambers {
		path := fmt.Sprintf("%s.chambers[%d]", path, i)
		c.id(path+".id", ch.ID)
		c.require(ch.Channel >= 0 && ch.Channel <= 3, path+".channel", "%d is not 0 to 3", ch.Channel)
		c.require(!channels[ch.Channel], path, "channel %d is taken", ch.Channel)
		channels[ch.Channel] = true
		unset := ch.CleanVolts == 0 && ch.VoltsPerPercent == 0 && ch.FullVolts == 0
		c.require(unset || ch.CleanVolts > 0 && ch.VoltsPerPercent > 0 && ch.FullVolts > ch.CleanVolts && ch.FullVolts <= 6.144,
			path, "a calibration needs clean_volts and volts_per_percent above 0 and full_volts above clean_volts, at most 6.144")
	}
	for i, b := range s.Batteries {
		path := fmt.Sprintf("%s.batteries[%d]", path, i)
		c.id(path+".id", b.ID)
		c.require(b.Channel >= 0 && b.Channel <= 3, path+".channel", "%d is not 0 to 3", b.Channel)
		c.require(!channels[b.Channel], path, "channel %d is taken", b.Channel)
		channels[b.Channel] = true
		c.require(b.EmptyVolts > 0 && b.FullVolts > b.EmptyVolts && b.FullVolts <= 3.3, path, "a battery needs empty_volts above 0 and full_volts above it, at most the 3.3 V of the converter's supply")
	}
}
