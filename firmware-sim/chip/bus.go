// Package chip models the sensors of a room at register level, behind periph's
// i2c.Bus and gpio.PinIO, so that the edge's real drivers run against them
// unchanged.
//
// The models know what a data sheet says (registers, power-on values,
// conversion times, FIFO, checksums) and take their input from the simulation:
// a Source of acceleration, a voltage or an air condition as a function of
// time, a level on a pin. They compute what happened since the last access from
// plain wall time, own no goroutine, and so run inside a testing/synctest
// bubble as well as in a demonstration.
//
// What a person, a fire or a scenario does is left to the sub-package replay
// and to firmware-sim/scenario; what a reading means is left to the drivers.
package chip

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// ErrNACK is what the bus reports when no device acknowledges: none has the
// address, it is unplugged, or it is busy and says so by silence (SHT3x while
// it measures). Linux reports the same as "remote I/O error".
var ErrNACK = errors.New("no acknowledge (NACK)")

// Device is one chip on the bus. Tx is one I²C transaction: w is what follows
// the write address (may be empty), r what the host reads after it (may be
// empty). It is called by one goroutine at a time, because a bus carries one
// transaction at a time. A device that does not answer returns ErrNACK, perhaps
// wrapped.
type Device interface {
	Tx(w, r []byte) error
}

// Bus is an I²C bus with simulated devices on it. It implements i2c.Bus and is
// safe for concurrent use. The zero value is an empty bus on which every
// address fails with ErrNACK.
type Bus struct {
	mu      sync.Mutex
	devices map[uint16]Device
	faults  map[uint16][]fault
	speed   physic.Frequency
	count   int
}

// fault is one injected failure, applied to one transaction.
type fault struct {
	err error // if not nil the transaction fails and the device sees nothing
	bit int   // otherwise this bit of the bytes read is inverted
}

var _ i2c.Bus = (*Bus)(nil)

// Attach plugs a device in at a 7-bit address (0x08 to 0x77, the range that the
// I²C specification leaves to devices). It fails if the address is reserved or
// taken.
func (b *Bus) Attach(addr uint16, d Device) error {
	if addr < 0x08 || addr > 0x77 {
		return fmt.Errorf("attach a device: address 0x%02x is outside 0x08 to 0x77", addr)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.devices[addr] != nil {
		return fmt.Errorf("attach a device: address 0x%02x is taken, detach the other one first", addr)
	}
	if b.devices == nil {
		b.devices = make(map[uint16]Device)
	}
	b.devices[addr] = d
	return nil
}

// Detach unplugs the device at addr: from now on the address fails with ErrNACK
// until something is attached there again. Detaching nothing is no error.
func (b *Bus) Detach(addr uint16) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.devices, addr)
}

// FailNext makes the next n transactions with addr fail with err (ErrNACK if
// err is nil). The device does not see them, as when noise hits the address.
func (b *Bus) FailNext(addr uint16, n int, err error) {
	if err == nil {
		err = ErrNACK
	}
	b.inject(addr, n, fault{err: err})
}

// FlipNext inverts one bit of the bytes that the next n reading transactions
// with addr return; bit 0 is the most significant bit of the first byte. A bit
// beyond the last byte read changes nothing. Transactions that only write are
// neither changed nor counted.
func (b *Bus) FlipNext(addr uint16, n, bit int) {
	b.inject(addr, n, fault{bit: bit})
}

func (b *Bus) inject(addr uint16, n int, f fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.faults == nil {
		b.faults = make(map[uint16][]fault)
	}
	b.faults[addr] = append(b.faults[addr], slices.Repeat([]fault{f}, n)...)
}

// Tx implements i2c.Bus. Failures name the address and wrap the cause.
func (b *Bus) Tx(addr uint16, w, r []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	f, faulty := b.take(addr, len(r) > 0)
	if faulty && f.err != nil {
		return fmt.Errorf("i2c address 0x%02x: %w", addr, f.err)
	}
	d := b.devices[addr]
	if d == nil {
		return fmt.Errorf("i2c address 0x%02x: %w", addr, ErrNACK)
	}
	if err := d.Tx(w, r); err != nil {
		return fmt.Errorf("i2c address 0x%02x: %w", addr, err)
	}
	if faulty && f.bit >= 0 && f.bit/8 < len(r) {
		r[f.bit/8] ^= 0x80 >> (f.bit % 8)
	}
	return nil
}

// take removes the fault that applies to this transaction, if there is one.
func (b *Bus) take(addr uint16, reads bool) (fault, bool) {
	queue := b.faults[addr]
	if len(queue) == 0 || (queue[0].err == nil && !reads) {
		return fault{}, false
	}
	b.faults[addr] = queue[1:]
	return queue[0], true
}

// Transactions returns how many transactions the bus has carried, failed ones
// included.
func (b *Bus) Transactions() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}

// SetSpeed implements i2c.Bus. Standard, fast and fast-plus mode are taken (up
// to 1 MHz); the speed has no effect on the models, which answer at once.
func (b *Bus) SetSpeed(f physic.Frequency) error {
	if f <= 0 || f > physic.MegaHertz {
		return fmt.Errorf("set the speed of the simulated i2c bus: %s is not within 1 Hz to 1 MHz", f)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.speed = f
	return nil
}

// String implements i2c.Bus.
func (b *Bus) String() string { return "simulated i2c bus" }
