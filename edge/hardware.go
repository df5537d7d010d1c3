package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/host/v3"

	"shouwang.care/shouwang/edge/agent"
	"shouwang.care/shouwang/edge/config"
	"shouwang.care/shouwang/firmware-sim/board"
)

// openHardware returns what the flag --hardware names. play runs what happens on
// a simulated board and returns at once elsewhere.
func openHardware(flag string, cfg config.Config, log *slog.Logger) (hw agent.Hardware, play func(context.Context) error, err error) {
	file, simulated := strings.CutPrefix(flag, "sim:")
	switch {
	case simulated && file == "":
		return nil, nil, usageError{errors.New("--hardware sim: needs the file of a board: sim:FILE")}
	case simulated:
		b, err := board.Load(file, log)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil, fmt.Errorf("%w: give the file of a simulated board, such as those that \"firmware-sim demo-init\" makes", err)
		}
		if err != nil {
			return nil, nil, err
		}
		return b, b.Run, nil
	case flag != "periph":
		return nil, nil, usageError{fmt.Errorf("--hardware %q is neither periph nor sim:FILE", flag)}
	}
	if _, err := host.Init(); err != nil {
		return nil, nil, fmt.Errorf("find the hardware of this machine: %w; without hardware use --hardware sim:FILE", err)
	}
	p := &machine{buses: map[string]i2c.Bus{}}
	if err := p.check(cfg, log); err != nil {
		return nil, nil, err
	}
	return p, func(context.Context) error { return nil }, nil
}

// machine is the machine's own buses and pins, by way of periph.
type machine struct {
	mu    sync.Mutex
	buses map[string]i2c.Bus
}

// check looks for all that the configuration needs. What is missing is logged,
// and reported later as a fault; the error is that nothing at all is there.
func (m *machine) check(cfg config.Config, log *slog.Logger) error {
	var errs []error
	for _, d := range cfg.Devices {
		var err error
		switch d.Driver {
		case config.Contact, config.Sounder:
			_, err = m.Pin(d.Pin)
		default:
			_, err = m.Bus(d.Bus)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", d.ID, err))
		}
	}
	if len(errs) > 0 && len(errs) == len(cfg.Devices) {
		return fmt.Errorf("none of the devices can work on this machine; without hardware use --hardware sim:FILE:\n%w", errors.Join(errs...))
	}
	for _, err := range errs {
		log.Error("a device has no hardware; the others keep watch", "err", err)
	}
	return nil
}

// Bus implements agent.Hardware.
func (m *machine) Bus(name string) (i2c.Bus, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b := m.buses[name]; b != nil {
		return b, nil
	}
	b, err := i2creg.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the I²C bus %q: %w; there are %v: enable I²C (raspi-config on a Raspberry Pi), let this user read and write /dev/i2c-*, or correct the device's bus", name, err, busNames())
	}
	m.buses[name] = b
	return b, nil
}

func busNames() []string {
	names := []string{}
	for _, r := range i2creg.All() {
		names = append(names, r.Name)
	}
	return names
}

// Pin implements agent.Hardware.
func (m *machine) Pin(name string) (gpio.PinIO, error) {
	p := gpioreg.ByName(name)
	if p == nil {
		return nil, fmt.Errorf("there is no GPIO pin %q, of %d on this machine: let this user read and write /dev/gpiochip*, or correct the device's pin (GPIO17 is a name on a Raspberry Pi)", name, len(gpioreg.All()))
	}
	return pin{p}, nil
}

// pin evens out what periph's pins do differently.
type pin struct{ gpio.PinIO }

// WaitForEdge implements gpio.PinIn. For the pins of Linux' gpiochip devices a
// time-out of zero is for ever (periph host v3.8.5, gpioioctl): a press would
// wait for the next edge to be seen.
func (p pin) WaitForEdge(timeout time.Duration) bool {
	if timeout == 0 {
		timeout = time.Millisecond
	}
	return p.PinIO.WaitForEdge(timeout)
}

// String returns the name only; some of periph's pins show themselves as JSON.
func (p pin) String() string { return p.Name() }
