// Package sht3x drives the Sensirion SHT30, SHT31 and SHT35 temperature and
// humidity sensors over I²C, single shot with high repeatability and without
// clock stretching (which the Raspberry Pi's controller does not do reliably).
//
// Data sheet: SHT3x-DIS version 5, sections 4.3 (single shot), 4.9 (reset), 4.11
// (status), 4.12 (checksum) and 4.13 (conversion). Typical accuracy: SHT30
// ±0.2 °C and ±2 % RH, SHT31 ±0.2 °C and ±2 % RH, SHT35 ±0.1 °C and ±1.5 % RH.
// Measured more often than once a second the sensor warms itself.
package sht3x

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
)

// Addresses of the chip: ADDR pin low (the usual breakout board) or high.
const (
	Addr    = 0x44
	AddrAlt = 0x45
)

// Commands.
const (
	cmdMeasure     = 0x2400 // single shot, high repeatability, no clock stretching
	cmdClearStatus = 0x3041
	cmdSoftReset   = 0x30A2
	cmdReadStatus  = 0xF32D
)

const (
	measureTime = 15500 * time.Microsecond // longest, at the lowest supply voltage
	resetTime   = 2 * time.Millisecond     // 1.5 ms at most, plus reserve
	pollTime    = 2 * time.Millisecond
	polls       = 5 // reads after the first one before the sensor counts as dead
)

// ErrChecksum means that bytes were damaged on the bus: the measurement is
// dropped, the sensor may be sound.
var ErrChecksum = errors.New("the checksum is wrong")

// Measurement is one pair of values.
type Measurement struct {
	// Temperature in °C, -45 to 130; specified from -40 to 125.
	Temperature float64
	// Humidity is relative, in %, 0 to 100.
	Humidity float64
}

// Status is the status register.
type Status uint16

// AlertPending says that at least one alert is pending; it is set after power-on.
func (s Status) AlertPending() bool { return s&(1<<15) != 0 }

// HeaterOn says that the heater is on, which falsifies both values.
func (s Status) HeaterOn() bool { return s&(1<<13) != 0 }

// ResetDetected says that the sensor was reset since the status was cleared,
// which New and Reset do: the supply failed in between.
func (s Status) ResetDetected() bool { return s&(1<<4) != 0 }

// CommandFailed says that the last command was not carried out.
func (s Status) CommandFailed() bool { return s&(1<<1) != 0 }

// Dev is one SHT3x. Its methods may be called from several goroutines; they wait
// for each other.
type Dev struct {
	dev i2c.Dev
	mu  sync.Mutex
}

// New resets the sensor at addr (0 means Addr, 0x44) and checks that it answers
// with a sound checksum. It takes about 2 ms.
func New(ctx context.Context, bus i2c.Bus, addr uint16) (*Dev, error) {
	if addr == 0 {
		addr = Addr
	}
	d := &Dev{dev: i2c.Dev{Bus: bus, Addr: addr}}
	if err := d.Reset(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// String names the chip and where it is.
func (d *Dev) String() string { return fmt.Sprintf("SHT3x at i2c address 0x%02x", d.dev.Addr) }

// Reset makes a soft reset and clears the status register. It also ends a
// periodic measurement that other software may have started.
func (d *Dev) Reset(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.command(cmdSoftReset); err != nil {
		return err
	}
	if err := pause(ctx, resetTime); err != nil {
		return err
	}
	if _, err := d.status(); err != nil {
		return err
	}
	return d.command(cmdClearStatus)
}

// Sense measures once; it takes about 16 ms and ends early with ctx. Bytes
// damaged on the bus give ErrChecksum; a sensor that does not answer gives the
// error of the bus.
func (d *Dev) Sense(ctx context.Context) (Measurement, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Measurement{}, fmt.Errorf("sht3x: %w", context.Cause(ctx))
	}
	if err := d.command(cmdMeasure); err != nil {
		return Measurement{}, err
	}
	var b [6]byte
	if err := d.await(ctx, b[:]); err != nil {
		return Measurement{}, err
	}
	t, err := d.word(cmdMeasure, b[:3])
	if err != nil {
		return Measurement{}, err
	}
	h, err := d.word(cmdMeasure, b[3:])
	if err != nil {
		return Measurement{}, err
	}
	return Measurement{
		Temperature: -45 + 175*float64(t)/65535,
		Humidity:    100 * float64(h) / 65535,
	}, nil
}

// await reads the result as soon as the sensor acknowledges: it keeps silent
// while it measures.
func (d *Dev) await(ctx context.Context, b []byte) error {
	wait, last := measureTime, error(nil)
	for range 1 + polls {
		if err := pause(ctx, wait); err != nil {
			return err
		}
		if last = d.dev.Tx(nil, b); last == nil {
			return nil
		}
		wait = pollTime
	}
	return d.fail(cmdMeasure, fmt.Errorf("no measurement to read: %w", last))
}

// Status reads the status register.
func (d *Dev) Status(ctx context.Context) (Status, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("sht3x: %w", context.Cause(ctx))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status()
}

func (d *Dev) status() (Status, error) {
	var b [3]byte
	if err := d.dev.Tx([]byte{cmdReadStatus >> 8, cmdReadStatus & 0xFF}, b[:]); err != nil {
		return 0, d.fail(cmdReadStatus, err)
	}
	v, err := d.word(cmdReadStatus, b[:])
	return Status(v), err
}

func (d *Dev) command(c uint16) error {
	if err := d.dev.Tx([]byte{byte(c >> 8), byte(c)}, nil); err != nil {
		return d.fail(c, err)
	}
	return nil
}

// word checks and returns a word: high byte, low byte, checksum.
func (d *Dev) word(cmd uint16, b []byte) (uint16, error) {
	if got := crc8(b[:2]); got != b[2] {
		return 0, d.fail(cmd, fmt.Errorf("%w: it reads 0x%02x and should be 0x%02x; check cable length and pull-up resistors if this repeats", ErrChecksum, b[2], got))
	}
	return uint16(b[0])<<8 | uint16(b[1]), nil
}

// fail names the place of an error.
func (d *Dev) fail(cmd uint16, err error) error {
	return fmt.Errorf("sht3x at i2c address 0x%02x, command 0x%04x: %w", d.dev.Addr, cmd, err)
}

// crc8 is the checksum of section 4.12: polynomial x⁸+x⁵+x⁴+1, start value 0xFF.
func crc8(b []byte) byte {
	crc := byte(0xFF)
	for _, v := range b {
		crc ^= v
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 0x31
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("sht3x: waiting for the sensor: %w", context.Cause(ctx))
	case <-t.C:
		return nil
	}
}
