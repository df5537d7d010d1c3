// Package adxl345 drives the Analog Devices ADXL345 three-axis accelerometer
// over I²C, as a worn or wall-mounted fall sensor uses it: full resolution,
// ±16 g, a fixed output data rate, samples through the 32-level FIFO.
//
// Data sheet: ADXL345 rev. E, sections "FIFO", "Register definitions" and
// "Self-test". Accuracy: sensitivity 230 to 282 LSB/g (256 typical), zero-g
// offset ±150 mg on X and Y and ±250 mg on Z, noise about 1 LSB at 100 Hz. The
// I²C bus should run at 400 kHz: at 100 kHz, 200 samples a second take a third
// of it.
//
// The package delivers raw counts, each sample once and in order, and says when
// some may be missing. It leaves to edge/detect what a movement means, and to
// edge/agent when to poll and what to do with a sensor that fails.
package adxl345

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Addresses of the chip: ALT ADDRESS pin low (the usual breakout board) or high.
const (
	Addr    = 0x53
	AddrAlt = 0x1D
)

// Scale is the value of one count in g: full resolution gives 256 LSB/g at any
// range (data sheet table 1, typical).
const Scale = 1.0 / 256

// DefaultRate is the output data rate, in Hz, that the fall detector was
// developed with.
const DefaultRate = 200

// Depth is how many samples the chip can hold until they are read: 32 in the
// FIFO and one in the output filter.
const Depth = 33

const fifoLevels = 32

// Registers used, data sheet table 19.
const (
	regDEVID      = 0x00
	regBWRate     = 0x2C
	regPowerCtl   = 0x2D
	regIntEnable  = 0x2E
	regIntSource  = 0x30
	regDataFormat = 0x31
	regDataX0     = 0x32
	regFIFOCtl    = 0x38
	regFIFOStatus = 0x39
)

const (
	deviceID       = 0xE5
	measure        = 0x08 // POWER_CTL
	fullRes16g     = 0x0B // DATA_FORMAT: full resolution, ±16 g, right justified
	selfTestBit    = 0x80 // DATA_FORMAT
	fifoBypass     = 0x00 // FIFO_CTL
	fifoStream     = 0x80 // FIFO_CTL, the low five bits are the watermark
	intOverrun     = 0x01 // INT_SOURCE
	fifoStatusMask = 0x3F
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrWrongDevice means that something answers at the address but is no
	// ADXL345, or that the bus returns garbage.
	ErrWrongDevice = errors.New("the device is no ADXL345")
	// ErrStopped means that the chip answers but has produced no sample for
	// longer than it possibly can while it measures: it has lost its settings
	// (a brown-out) or is broken. Start sets it up again.
	ErrStopped = errors.New("the accelerometer has stopped measuring")
	// ErrSelfTest means that the sensing element does not move as it should.
	ErrSelfTest = errors.New("the accelerometer failed its self-test")
)

// rateCodes are the output data rates, in Hz, that a 400 kHz I²C bus can follow
// (data sheet table 7 and section "I²C": at most 800 Hz) with their BW_RATE codes.
var rateCodes = map[int]byte{25: 0x08, 50: 0x09, 100: 0x0A, 200: 0x0B, 400: 0x0C, 800: 0x0D}

// Options are the settings of a Dev; the zero value gives the defaults.
type Options struct {
	// Addr is the 7-bit bus address; 0 means Addr (0x53).
	Addr uint16
	// Rate is the output data rate in Hz: 25, 50, 100, 200, 400 or 800; 0 means
	// DefaultRate.
	Rate int
	// Watermark is the FIFO level, 1 to 31 samples, at which the chip's
	// watermark bit (and interrupt, if a later board uses it) is set; 0 means 16.
	Watermark int
	// Supply is V_S in volts, 2.0 to 3.6, on which the limits of the self-test
	// depend; 0 means 3.3.
	Supply float64
}

// Sample is one acceleration in counts; multiply by Scale for g.
type Sample struct {
	X, Y, Z int16
}

// Dev is one ADXL345. Its methods may be called from several goroutines; they
// wait for each other.
type Dev struct {
	dev    i2c.Dev
	opts   Options
	period time.Duration

	mu sync.Mutex
	// The chip shows an overrun only until the FIFO is read, so a loss during a
	// slow drain would go unseen. The driver therefore keeps an estimate of the
	// fill level: it was fill at the time at and grows by one each period.
	fill float64
	at   time.Time
	gap  bool      // samples may be missing before the next one
	last time.Time // when the chip last had a sample, or measuring began
	lost uint64
}

// New checks that the chip is there, sets it up and starts it. Errors name bus
// address and register; ErrWrongDevice says that another chip answered.
func New(bus i2c.Bus, opts Options) (*Dev, error) {
	if opts.Addr == 0 {
		opts.Addr = Addr
	}
	if opts.Rate == 0 {
		opts.Rate = DefaultRate
	}
	if opts.Watermark == 0 {
		opts.Watermark = 16
	}
	if opts.Supply == 0 {
		opts.Supply = 3.3
	}
	if _, ok := rateCodes[opts.Rate]; !ok {
		return nil, fmt.Errorf("adxl345: a rate of %d Hz is not one of 25, 50, 100, 200, 400, 800", opts.Rate)
	}
	if opts.Watermark < 1 || opts.Watermark > 31 {
		return nil, fmt.Errorf("adxl345: a watermark of %d is not within 1 to 31", opts.Watermark)
	}
	if opts.Supply < 2.0 || opts.Supply > 3.6 {
		return nil, fmt.Errorf("adxl345: a supply of %g V is not within 2.0 to 3.6", opts.Supply)
	}
	d := &Dev{
		dev:    i2c.Dev{Bus: bus, Addr: opts.Addr},
		opts:   opts,
		period: time.Second / time.Duration(opts.Rate),
	}
	if err := d.Start(); err != nil {
		return nil, err
	}
	return d, nil
}

// Start sets the chip up and starts measuring afresh; samples in the FIFO are
// dropped. New has done it once: call it again after ErrStopped, or when a chip
// that was unplugged answers again. The next ReadFIFO reports a gap then.
func (d *Dev) Start() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.at.IsZero() {
		d.gap = true
	}
	id, err := d.read(regDEVID)
	if err != nil {
		return err
	}
	if id != deviceID {
		return d.fail(regDEVID, fmt.Errorf("%w (DEVID is 0x%02x, not 0xe5); check address and wiring", ErrWrongDevice, id))
	}
	// The data sheet wants standby while settings change; bypass empties the FIFO.
	for _, s := range []struct{ reg, value byte }{
		{regPowerCtl, 0},
		{regIntEnable, 0},
		{regBWRate, rateCodes[d.opts.Rate]},
		{regDataFormat, fullRes16g},
		{regFIFOCtl, fifoBypass},
		{regFIFOCtl, fifoStream | byte(d.opts.Watermark)},
		{regPowerCtl, measure},
	} {
		if err := d.write(s.reg, s.value); err != nil {
			return err
		}
	}
	d.fill, d.at = 0, time.Now()
	d.last = d.at
	return nil
}

// ReadFIFO returns the samples that have gathered since the last call, oldest
// first: none, or up to Depth. Poll it at least each 100 ms at 200 Hz.
//
// overrun says that samples may be missing between those of the call before and
// the last of those returned: the FIFO was full, the host was too slow while it
// drained it, a transfer failed, or the chip was started again. Lost counts them.
//
// With an error the samples read before it are returned too: they are gone from
// the chip. ErrStopped means that the chip must be started again. A ctx that has
// ended is reported before the bus is touched; a drain once begun is finished.
func (d *Dev) ReadFIFO(ctx context.Context) (samples []Sample, overrun bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, fmt.Errorf("adxl345: %w", context.Cause(ctx))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	samples, err = d.drain()
	if len(samples) > 0 { // a gap lies before a sample: without one it is still to come
		overrun, d.gap = d.gap, false
	}
	if err != nil {
		d.gap = true
	}
	return samples, overrun, err
}

// drain reads the entries that FIFO_STATUS announces.
func (d *Dev) drain() ([]Sample, error) {
	// The level counts from before it is asked for: a bus or a host so slow that
	// samples come in until the answer is here must not hide them.
	asked := time.Now()
	status, err := d.read(regFIFOStatus)
	if err != nil {
		return nil, err
	}
	n := int(status & fifoStatusMask)
	if n > Depth {
		return nil, d.fail(regFIFOStatus, fmt.Errorf("a fill level of %d samples is impossible, the FIFO holds 33; check wiring and pull-up resistors", n))
	}
	// Read after the level: a loss between the two reads is seen here, one
	// before the first burst is seen by the estimate.
	source, err := d.read(regIntSource)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, d.checkAlive(asked)
	}
	d.resync(n, source&intOverrun != 0, asked)
	d.last = asked // it measures, even if the bus does not let its samples through
	samples := make([]Sample, 0, n)
	for range n {
		s, err := d.burst()
		if err != nil {
			return samples, err
		}
		samples = append(samples, s)
		d.popped()
	}
	d.last = time.Now()
	return samples, nil
}

// checkAlive judges a FIFO that was empty at a time. Two periods and 50 ms cover the
// turn-on time and the tolerance of the chip's oscillator many times over.
func (d *Dev) checkAlive(now time.Time) error {
	d.fill, d.at = 0, now
	silent := now.Sub(d.last)
	if silent <= 2*d.period+50*time.Millisecond {
		return nil
	}
	return d.fail(regFIFOStatus, fmt.Errorf("%w: no sample for %s; start it again, and check its supply if this repeats", ErrStopped, silent.Round(time.Millisecond)))
}

// resync takes the fill level that the chip had at a time and counts what was lost
// if the FIFO has been full since.
func (d *Dev) resync(n int, overrun bool, now time.Time) {
	d.grow(now)
	if overrun {
		d.gap = true
		if missing := int(d.fill+0.5) - n; missing > 0 {
			d.lost += uint64(missing)
		}
	}
	d.fill = float64(n)
}

// popped accounts for one entry read and notices a host so slow that the FIFO
// filled up while it was being drained.
func (d *Dev) popped() {
	d.grow(time.Now())
	if d.fill > fifoLevels {
		d.gap = true
		d.lost += uint64(d.fill) - fifoLevels
		d.fill = fifoLevels
	}
	d.fill = max(0, d.fill-1)
}

func (d *Dev) grow(now time.Time) {
	d.fill += float64(now.Sub(d.at)) / float64(d.period)
	d.at = now
}

// Lost returns how many samples went missing since New by the driver's best
// estimate, which rests on the nominal rate: an oscillator two per cent off makes
// it two per cent wrong.
func (d *Dev) Lost() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// Rate returns the output data rate in Hz.
func (d *Dev) Rate() int { return d.opts.Rate }

// String names the chip and where it is.
func (d *Dev) String() string { return fmt.Sprintf("ADXL345 at i2c address 0x%02x", d.dev.Addr) }

// Halt puts the chip into standby. Start wakes it.
func (d *Dev) Halt() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.write(regPowerCtl, 0)
}

// burst reads one FIFO entry. All six bytes must come in one transaction:
// whatever part is read, the chip drops the whole entry. The 5 µs that the data
// sheet asks for between two entries pass while the next address goes over the bus.
func (d *Dev) burst() (Sample, error) {
	var b [6]byte
	if err := d.dev.Tx([]byte{regDataX0}, b[:]); err != nil {
		return Sample{}, d.fail(regDataX0, err)
	}
	return Sample{
		X: int16(uint16(b[1])<<8 | uint16(b[0])),
		Y: int16(uint16(b[3])<<8 | uint16(b[2])),
		Z: int16(uint16(b[5])<<8 | uint16(b[4])),
	}, nil
}

func (d *Dev) read(reg byte) (byte, error) {
	var b [1]byte
	if err := d.dev.Tx([]byte{reg}, b[:]); err != nil {
		return 0, d.fail(reg, err)
	}
	return b[0], nil
}

func (d *Dev) write(reg, value byte) error {
	if err := d.dev.Tx([]byte{reg, value}, nil); err != nil {
		return d.fail(reg, err)
	}
	return nil
}

// fail names the place of an error.
func (d *Dev) fail(reg byte, err error) error {
	return fmt.Errorf("adxl345 at i2c address 0x%02x, register 0x%02x: %w", d.dev.Addr, reg, err)
}
