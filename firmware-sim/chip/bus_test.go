package chip

import (
	"errors"
	"strings"
	"testing"

	"periph.io/x/conn/v3/physic"
)

// echo answers each read with 0x0F and counts.
type echo struct{ heard int }

func (e *echo) Tx(_, r []byte) error {
	e.heard++
	for i := range r {
		r[i] = 0x0F
	}
	return nil
}

func TestBusAddresses(t *testing.T) {
	t.Parallel()
	var b Bus
	for _, addr := range []uint16{0x00, 0x07, 0x78, 0x7F, 0x153} {
		if err := b.Attach(addr, &echo{}); err == nil {
			t.Errorf("address 0x%02x is no error", addr)
		}
	}
	for _, addr := range []uint16{0x08, 0x77} {
		if err := b.Attach(addr, &echo{}); err != nil {
			t.Error(err)
		}
	}
	if err := b.Attach(0x08, &echo{}); err == nil || !strings.Contains(err.Error(), "taken") {
		t.Errorf("the same address twice: %v", err)
	}
	b.Detach(0x08)
	b.Detach(0x09)
	if err := b.Tx(0x08, []byte{1}, nil); !errors.Is(err, ErrNACK) || !strings.Contains(err.Error(), "0x08") {
		t.Errorf("nobody there: %v, want %v with the address", err, ErrNACK)
	}
	if err := b.Attach(0x08, &echo{}); err != nil {
		t.Error(err)
	}
	if n := b.Transactions(); n != 1 {
		t.Errorf("%d transactions, want 1", n)
	}
}

// Faults hit their address only, in order, and each one transaction.
func TestBusFaults(t *testing.T) {
	t.Parallel()
	var b Bus
	one, two := &echo{}, &echo{}
	if err := errors.Join(b.Attach(0x10, one), b.Attach(0x20, two)); err != nil {
		t.Fatal(err)
	}
	lost := errors.New("arbitration lost")
	b.FailNext(0x10, 2, lost)
	b.FailNext(0x10, 1, nil)
	b.FlipNext(0x10, 1, 8)
	b.FlipNext(0x10, 1, 99) // beyond what is read
	read := func(addr uint16) (byte, byte, error) {
		var r [2]byte
		err := b.Tx(addr, []byte{0}, r[:])
		return r[0], r[1], err
	}
	for _, want := range []error{lost, lost, ErrNACK} {
		if _, _, err := read(0x10); !errors.Is(err, want) {
			t.Errorf("the error is %v, want %v", err, want)
		}
	}
	if one.heard != 0 {
		t.Errorf("the device heard %d transactions that failed", one.heard)
	}
	if _, _, err := read(0x20); err != nil {
		t.Errorf("the other address: %v", err)
	}
	if err := b.Tx(0x10, []byte{1}, nil); err != nil { // only writes: no bit to flip
		t.Error(err)
	}
	for i, want := range [][2]byte{{0x0F, 0x8F}, {0x0F, 0x0F}, {0x0F, 0x0F}} {
		if x, y, err := read(0x10); err != nil || x != want[0] || y != want[1] {
			t.Errorf("read %d gives %02x %02x, error %v, want %02x", i, x, y, err, want)
		}
	}
}

func TestBusSpeed(t *testing.T) {
	t.Parallel()
	var b Bus
	for f, ok := range map[physic.Frequency]bool{
		0: false, -1: false, 100 * physic.KiloHertz: true, 400 * physic.KiloHertz: true, physic.MegaHertz: true, 2 * physic.MegaHertz: false,
	} {
		if err := b.SetSpeed(f); (err == nil) != ok {
			t.Errorf("%s: error %v, want it to be taken: %v", f, err, ok)
		}
	}
}
