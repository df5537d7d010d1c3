package board

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"periph.io/x/conn/v3/gpio"

	"shouwang.care/shouwang/firmware-sim/chip"
	"shouwang.care/shouwang/firmware-sim/chip/replay"
	"shouwang.care/shouwang/firmware-sim/scenario"
)

// device is one thing at a place that a scenario can speak of.
type device interface {
	about() identity
	// can says whether the action is one for this device.
	can(scenario.Action) bool
	// perform lets the action begin; the board is locked.
	perform(*Board, scenario.Action) error
}

// identity is who a device is and where.
type identity struct{ id, place string }

func (i identity) about() identity { return i }

// input is a button, cord, mat, door or dry contact on a pin.
type input struct {
	identity
	kind   Kind
	pin    *chip.Pin
	active gpio.Level // what the pin reads while pressed, occupied, open
}

// inputVerbs says which verbs make each kind active (true) or normal (false).
var inputVerbs = map[Kind]map[scenario.Verb]bool{
	Button:     {scenario.Press: true, scenario.Cancel: true, scenario.Release: false},
	Cord:       {scenario.Pull: true, scenario.Cancel: true, scenario.Release: false},
	Presence:   {scenario.Presence: true, scenario.Release: false},
	DryContact: {scenario.Trip: true, scenario.Release: false},
	Mat:        {scenario.ReturnBed: true, scenario.LeaveBed: false},
	Door:       {scenario.OpenDoor: true, scenario.CloseDoor: false},
}

// released is the word by which a release names each kind.
var released = map[Kind]string{
	Button: scenario.Button, Cord: scenario.Cord, DryContact: scenario.DryContact, Presence: scenario.Attendance,
}

func (c *input) can(a scenario.Action) bool {
	if _, ok := inputVerbs[c.kind][a.Verb]; !ok {
		return false
	}
	switch a.Verb {
	case scenario.Cancel:
		return a.What == released[c.kind]
	case scenario.Release:
		// A presence button is let go by its name only: beside a call button it
		// would make the word alone ambiguous.
		return a.What == released[c.kind] || a.What == "" && c.kind != Presence
	}
	return true
}

func (c *input) perform(b *Board, a scenario.Action) error {
	level := c.active
	if !inputVerbs[c.kind][a.Verb] {
		level = !level
	}
	if c.pin.Read() != level { // a door that is open opens without a bounce
		c.pin.Bounce(level, 3, 4*time.Millisecond, b.seed)
	}
	return nil
}

// addPin wires a pin. The level at rest is driven, as by a pull resistor on the
// board, so that it does not depend on what the agent asks of the pin.
func (b *Board) addPin(number int, s PinSpec) {
	pin := chip.NewPin(s.Name, number)
	b.pins[s.Name] = pin
	if s.Kind == Sounder {
		b.devices = append(b.devices, sounder{identity{s.ID, s.Place}})
		return
	}
	closed := gpio.Level(s.Wiring == "supply")
	c := &input{identity{s.ID, s.Place}, s.Kind, pin, closed}
	if s.Normally == "closed" {
		c.active = !closed
	}
	if s.Kind == Mat && !s.Empty {
		pin.Drive(c.active)
	} else {
		pin.Drive(!c.active)
	}
	b.devices = append(b.devices, c)
}

// sounder is an output: nothing happens to it.
type sounder struct{ identity }

func (sounder) can(scenario.Action) bool              { return false }
func (sounder) perform(*Board, scenario.Action) error { return nil }

// addChip makes a chip, plugs it in, and adds what it carries.
func (b *Board) addChip(bus *chip.Bus, s ChipSpec) error {
	p := plug{identity: identity{s.ID, s.Place}, model: s.Model, bus: bus, address: s.Address}
	if p.address == 0 {
		p.address = defaultAddress[s.Model]
	}
	b.seed++
	switch s.Model {
	case ADXL345:
		c := chip.NewADXL345(b.seed)
		p.chip = c
		b.devices = append(b.devices, &wearer{p.identity, c})
	case SHT3x:
		c := chip.NewSHT3x()
		p.chip = c
		if s.Celsius == 0 && s.Percent == 0 {
			s.Celsius, s.Percent = 22, 50
		}
		a := &air{identity: p.identity, chip: c, celsius: s.Celsius, percent: s.Percent, phase: b.seed}
		a.set(time.Now(), nil, nil)
		b.devices = append(b.devices, a)
	case ADS1115:
		c := chip.NewADS1115()
		p.chip = c
		for _, ch := range s.Chambers {
			if err := b.addChamber(c, ch, s.Place); err != nil {
				return err
			}
		}
		for _, cell := range s.Batteries {
			if err := b.addBattery(c, cell, s.Place); err != nil {
				return err
			}
		}
	}
	p.noisy = &noisy{chip: p.chip, rng: rand.New(rand.NewPCG(b.seed, 0x0153))}
	b.devices = append(b.devices, &p)
	return bus.Attach(p.address, p.noisy)
}

// plug is the connection of a chip to its bus.
type plug struct {
	identity
	model   Model
	bus     *chip.Bus
	address uint16
	chip    chip.Device
	noisy   *noisy
}

func (p *plug) can(a scenario.Action) bool {
	verbs := []scenario.Verb{scenario.Unplug, scenario.Plug, scenario.Noise, scenario.Quiet}
	return slices.Contains(verbs, a.Verb) && Model(a.What) == p.model
}

func (p *plug) perform(_ *Board, a scenario.Action) error {
	switch a.Verb {
	case scenario.Noise, scenario.Quiet:
		p.noisy.on.Store(a.Verb == scenario.Noise)
	case scenario.Unplug:
		p.bus.Detach(p.address)
	case scenario.Plug:
		p.bus.Detach(p.address) // plugging in twice is no mistake
		if c, ok := p.chip.(interface{ PowerCycle() }); ok {
			c.PowerCycle()
		}
		return p.bus.Attach(p.address, p.noisy)
	}
	return nil
}

// noisy is a chip at the end of wires that pick up noise: one bit of whatever is
// read is wrong while it is on.
type noisy struct {
	chip chip.Device
	on   atomic.Bool
	rng  *rand.Rand // used by Tx only, which the bus calls one at a time
}

// Tx implements chip.Device.
func (n *noisy) Tx(w, r []byte) error {
	err := n.chip.Tx(w, r)
	if err == nil && n.on.Load() && len(r) > 0 {
		bit := n.rng.IntN(8 * len(r))
		r[bit/8] ^= 0x80 >> (bit % 8)
	}
	return err
}

// wearer is a person with a fall sensor on the belt.
type wearer struct {
	identity
	chip *chip.ADXL345
}

// stillness is for how long a movement without a length of its own is drawn out
// at its end; the chip then rests in the same attitude.
const stillness = 5 * time.Second

func (w *wearer) can(a scenario.Action) bool {
	switch a.Verb {
	case scenario.Fall, scenario.Walk, scenario.SitDown, scenario.LieDown, scenario.Stand:
		return true
	}
	return a.Verb == scenario.Replay && a.What == scenario.SisFall
}

func (w *wearer) perform(b *Board, a scenario.Action) error {
	var m replay.Motion
	length := max(a.For, stillness)
	switch a.Verb {
	case scenario.Fall:
		m = replay.Fall(length, b.seed)
	case scenario.Walk:
		m = replay.Walk(a.For, b.seed)
	case scenario.SitDown:
		m = replay.SitDownHard(length, b.seed)
	case scenario.LieDown:
		m = replay.LieDown(length, b.seed)
	case scenario.Stand:
		m = replay.Stand(length, b.seed)
	default:
		m = b.motions[recordingOf(a)]
	}
	w.chip.SetSource(m.Source())
	return nil
}
