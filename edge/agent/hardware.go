package agent

import (
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"shouwang.care/shouwang/edge/config"
)

// Config is the configuration of an agent.
type Config = config.Config

// Hardware is where an agent finds its buses and pins: a board, real or
// simulated. It may be asked again for the same name after a failure, and the
// answers for one name share the hardware. What it returns is used from several
// goroutines.
type Hardware interface {
	// Bus returns the I²C bus of a name; the empty name is the first bus. The
	// error says what is missing and what an operator can do.
	Bus(name string) (i2c.Bus, error)
	// Pin returns the GPIO pin of a name.
	Pin(name string) (gpio.PinIO, error)
}
