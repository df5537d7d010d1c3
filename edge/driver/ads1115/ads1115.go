// Package ads1115 drives the Texas Instruments ADS1115 four-channel 16-bit
// analogue-to-digital converter over I²C, single-ended, one conversion at a time
// or continuously.
//
// Data sheet: TI SBAS444E, sections 9.3 (operation) and 9.6 (registers).
// Accuracy: gain error 0.01 % typical and 0.15 % at most, offset ±3 LSB, data
// rate ±10 %. An input must stay between ground and VDD + 0.3 V whatever the
// range: a range above VDD measures no more than VDD.
//
// The package delivers volts. What they mean is left to the driver of what is
// connected (edge/driver/smokechamber).
package ads1115

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Addr is the bus address with the ADDR pin at ground; VDD, SDA and SCL give the
// three after it.
const Addr = 0x48

// Registers, data sheet table 7.
const (
	regConversion = 0x00
	regConfig     = 0x01
)

const (
	bitOS     = 0x8000
	bitSingle = 0x0100
	noCompare = 0x0003 // COMP_QUE: comparator off
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrSaturated means that the voltage is at or beyond the end of the range.
	// The reading that comes with it is that end.
	ErrSaturated = errors.New("the input is beyond the range")
	// ErrTimeout means that the chip did not finish a conversion in time.
	ErrTimeout = errors.New("the conversion did not finish")
	// ErrReset means that the chip no longer has the settings written to it: it
	// was reset, for instance by a brown-out. The next conversion sets it up again.
	ErrReset = errors.New("the converter has lost its settings")
)

// Range is a full scale of the programmable gain amplifier.
type Range uint8

// The ranges, by full scale in volts. The zero value is the widest.
const (
	Range6V144 Range = iota
	Range4V096
	Range2V048
	Range1V024
	Range0V512
	Range0V256
)

var fullScale = [...]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256}

// Volts returns the full scale in volts, 0 for an unknown range.
func (r Range) Volts() float64 {
	if int(r) >= len(fullScale) {
		return 0
	}
	return fullScale[r]
}

// rateCodes are the conversions a second with their DR codes.
var rateCodes = map[int]uint16{8: 0, 16: 1, 32: 2, 64: 3, 128: 4, 250: 5, 475: 6, 860: 7}

// DefaultRate, in conversions a second, averages out mains hum better than the
// fast ones and still samples four channels 30 times a second.
const DefaultRate = 128

// Options are the settings of a Dev; the zero value gives the defaults.
type Options struct {
	// Addr is the 7-bit bus address, 0x48 to 0x4B; 0 means Addr (0x48).
	Addr uint16
	// Rate is the data rate in conversions a second: 8, 16, 32, 64, 128, 250,
	// 475 or 860; 0 means DefaultRate.
	Rate int
}

// Dev is one ADS1115. Its methods may be called from several goroutines: the one
// converter inside is used by one conversion after the other.
type Dev struct {
	dev    i2c.Dev
	rate   uint16 // DR bits
	period time.Duration

	mu      sync.Mutex
	running uint16    // configuration of the continuous conversion; 0: none
	ready   time.Time // when its first result is there
}

// New checks that a device answers at the address and returns a driver for it.
// The chip has no identity register: another chip there shows only as ErrReset.
func New(bus i2c.Bus, opts Options) (*Dev, error) {
	if opts.Addr == 0 {
		opts.Addr = Addr
	}
	if opts.Rate == 0 {
		opts.Rate = DefaultRate
	}
	if opts.Addr < 0x48 || opts.Addr > 0x4B {
		return nil, fmt.Errorf("ads1115: address 0x%02x is not within 0x48 to 0x4b", opts.Addr)
	}
	code, ok := rateCodes[opts.Rate]
	if !ok {
		return nil, fmt.Errorf("ads1115: a rate of %d is not one of 8, 16, 32, 64, 128, 250, 475, 860 conversions a second", opts.Rate)
	}
	d := &Dev{
		dev:    i2c.Dev{Bus: bus, Addr: opts.Addr},
		rate:   code << 5,
		period: time.Second / time.Duration(opts.Rate),
	}
	if _, err := d.read(regConfig); err != nil {
		return nil, err
	}
	return d, nil
}

// Input is one single-ended channel with its range: what a driver of an analogue
// sensor measures through.
type Input struct {
	dev     *Dev
	channel int
	config  uint16
	rng     Range
}

// Input returns channel AIN0 to AIN3 (0 to 3) measured against ground in the
// given range. An unknown channel or range is an error.
func (d *Dev) Input(channel int, r Range) (*Input, error) {
	if channel < 0 || channel > 3 {
		return nil, fmt.Errorf("ads1115: there is no channel %d, only 0 to 3", channel)
	}
	if r.Volts() == 0 {
		return nil, fmt.Errorf("ads1115: there is no range number %d", r)
	}
	return &Input{
		dev:     d,
		channel: channel,
		config:  uint16(4+channel)<<12 | uint16(r)<<9 | d.rate | noCompare,
		rng:     r,
	}, nil
}

// String names chip and channel.
func (in *Input) String() string {
	return fmt.Sprintf("ADS1115 at i2c address 0x%02x, AIN%d", in.dev.dev.Addr, in.channel)
}

// Sense makes one conversion and returns volts; the chip sleeps afterwards. It
// takes one period of the data rate, and ends early with ctx. It stops a
// continuous conversion of the same chip. ErrSaturated comes with the end of the
// range as reading.
func (in *Input) Sense(ctx context.Context) (volts float64, err error) {
	d := in.dev
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = 0
	config := in.config | bitSingle
	if err := d.write(config | bitOS); err != nil {
		return 0, err
	}
	if err := d.await(ctx, config); err != nil {
		return 0, err
	}
	return in.result()
}

// await lets a conversion finish: the nominal time and the 10 % by which the
// chip may be slow, then a few polls more.
func (d *Dev) await(ctx context.Context, config uint16) error {
	wait := d.period + d.period/10 + 50*time.Microsecond
	for range 8 {
		if err := pause(ctx, wait); err != nil {
			return err
		}
		v, err := d.read(regConfig)
		if err != nil {
			return err
		}
		if v&^bitOS != config {
			return d.fail(regConfig, fmt.Errorf("%w (reads 0x%04x, wrote 0x%04x); check the supply if this repeats", ErrReset, v&^bitOS, config))
		}
		if v&bitOS != 0 {
			return nil
		}
		wait = d.period/4 + 500*time.Microsecond
	}
	return d.fail(regConfig, fmt.Errorf("%w after three times its time; replace the converter if this repeats", ErrTimeout))
}

// Start begins to convert this input continuously, for SenseContinuous. It ends
// any other continuous conversion of the chip.
func (in *Input) Start() error {
	in.dev.mu.Lock()
	defer in.dev.mu.Unlock()
	return in.start()
}

func (in *Input) start() error {
	d := in.dev
	d.running = 0
	if err := d.write(in.config); err != nil {
		return err
	}
	// A conversion under way is finished with the old settings first.
	d.running, d.ready = in.config, time.Now().Add(2*(d.period+d.period/10))
	return nil
}

// SenseContinuous returns the newest result, in volts, of the conversion that
// Start began, and starts it if another input has taken the converter since. It
// waits only until the first result is there. Errors are those of Sense.
func (in *Input) SenseContinuous(ctx context.Context) (volts float64, err error) {
	d := in.dev
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running != in.config {
		if err := in.start(); err != nil {
			return 0, err
		}
	}
	if err := pause(ctx, time.Until(d.ready)); err != nil {
		return 0, err
	}
	v, err := d.read(regConfig)
	if err != nil {
		return 0, err
	}
	if v&^bitOS != in.config {
		d.running = 0
		return 0, d.fail(regConfig, fmt.Errorf("%w (reads 0x%04x, wrote 0x%04x); check the supply if this repeats", ErrReset, v&^bitOS, in.config))
	}
	return in.result()
}

// Halt ends a continuous conversion: the chip sleeps.
func (d *Dev) Halt() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = 0
	return d.write(bitSingle | d.rate | noCompare)
}

// result reads the conversion register and scales it.
func (in *Input) result() (float64, error) {
	v, err := in.dev.read(regConversion)
	if err != nil {
		return 0, err
	}
	code := int16(v)
	volts := float64(code) * in.rng.Volts() / (1 << 15)
	if code == 1<<15-1 || code == -1<<15 {
		return volts, in.dev.fail(regConversion, fmt.Errorf("%w of %g V on AIN%d", ErrSaturated, in.rng.Volts(), in.channel))
	}
	return volts, nil
}

func (d *Dev) read(reg byte) (uint16, error) {
	var b [2]byte
	if err := d.dev.Tx([]byte{reg}, b[:]); err != nil {
		return 0, d.fail(reg, err)
	}
	return uint16(b[0])<<8 | uint16(b[1]), nil
}

// write writes the configuration register, the only one this driver writes.
func (d *Dev) write(config uint16) error {
	if err := d.dev.Tx([]byte{regConfig, byte(config >> 8), byte(config)}, nil); err != nil {
		return d.fail(regConfig, err)
	}
	return nil
}

// fail names the place of an error.
func (d *Dev) fail(reg byte, err error) error {
	return fmt.Errorf("ads1115 at i2c address 0x%02x, register 0x%02x: %w", d.dev.Addr, reg, err)
}

// pause waits for d (not at all if it is not positive) or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("ads1115: waiting for a conversion: %w", context.Cause(ctx))
	case <-t.C:
		return nil
	}
}
