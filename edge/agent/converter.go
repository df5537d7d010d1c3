package agent

import (
	"context"
	"fmt"
	"sync"

	"periph.io/x/conn/v3/i2c"

	"shouwang.care/shouwang/edge/driver/ads1115"
)

// converters are the ADS1115 in use. Several chambers share the one converter
// inside a chip, so they have to share its driver and take turns.
type converters struct {
	mu   sync.Mutex
	devs map[place]*converter
}

type place struct {
	bus  i2c.Bus
	addr uint16
}

// converter is one ADS1115 for several users.
type converter struct {
	dev *ads1115.Dev
	// turn holds a token while somebody measures. It is a channel, so that who
	// waits for the turn sees the end of ctx.
	turn chan struct{}
}

// get returns a converter that answers, or did once: whether it still does, its
// user finds out.
func (c *converters) get(bus i2c.Bus, addr uint16) (*converter, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := place{bus, addr}
	if known := c.devs[key]; known != nil {
		return known, nil
	}
	d, err := ads1115.New(bus, ads1115.Options{Addr: addr})
	if err != nil {
		return nil, err
	}
	if c.devs == nil {
		c.devs = map[place]*converter{}
	}
	c.devs[key] = &converter{d, make(chan struct{}, 1)}
	return c.devs[key], nil
}

// input returns one input of the converter.
func (c *converter) input(number int, r ads1115.Range) (*channel, error) {
	in, err := c.dev.Input(number, r)
	if err != nil {
		return nil, err
	}
	return &channel{c, in}, nil
}

// channel is one of the inputs of a converter. It implements
// smokechamber.Voltmeter.
type channel struct {
	of *converter
	in *ads1115.Input
}

// Sense measures when it is its turn.
func (i *channel) Sense(ctx context.Context) (volts float64, err error) {
	select {
	case i.of.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, fmt.Errorf("%s: waiting for the converter: %w", i.in, context.Cause(ctx))
	}
	defer func() { <-i.of.turn }()
	return i.in.Sense(ctx)
}
