package chip

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSHT3xChecksum(t *testing.T) {
	t.Parallel()
	for v, want := range map[uint16]byte{0xBEEF: 0x92, 0x8010: 0xE1, 0x0000: 0x81, 0xFFFF: 0xAC} {
		if got := word(v)[2]; got != want {
			t.Errorf("0x%04x has the checksum 0x%02x, want 0x%02x", v, got, want)
		}
	}
}

// tx sends a command, if there is one, and reads n bytes.
func tx(s *SHT3x, cmd uint16, n int) ([]byte, error) {
	r := make([]byte, n)
	if cmd == 0 {
		return r, s.Tx(nil, r)
	}
	return r, s.Tx([]byte{byte(cmd >> 8), byte(cmd)}, r)
}

func shtStatus(t testing.TB, s *SHT3x) uint16 {
	t.Helper()
	b, err := tx(s, 0xF32D, 3)
	if err != nil || b[2] != word(uint16(b[0])<<8 | uint16(b[1]))[2] {
		t.Fatalf("status % x, error %v", b, err)
	}
	return uint16(b[0])<<8 | uint16(b[1])
}

// While it measures the sensor acknowledges nothing; afterwards the result can be
// read once.
func TestSHT3xMeasurement(t *testing.T) {
	t.Parallel()
	for cmd, takes := range map[uint16]time.Duration{0x2400: 15 * time.Millisecond, 0x240B: 6 * time.Millisecond, 0x2416: 4 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := NewSHT3x()
			s.SetAir(func(time.Time) (float64, float64) { return 25, 50 })
			if _, err := tx(s, 0, 6); !errors.Is(err, ErrNACK) {
				t.Errorf("a read before any command: %v, want %v", err, ErrNACK)
			}
			if _, err := tx(s, cmd, 0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(takes - time.Microsecond)
			for _, c := range []uint16{0, cmd, 0xF32D, 0x30A2} {
				if _, err := tx(s, c, 3); !errors.Is(err, ErrNACK) {
					t.Errorf("0x%04x: command 0x%04x while it measures: %v, want %v", cmd, c, err, ErrNACK)
				}
			}
			time.Sleep(time.Microsecond)
			got, err := tx(s, 0, 8)
			// 25 °C is 70/175 of 65535, 50 % the half; beyond them the line is high.
			if d := cmp.Diff([]byte{0x66, 0x66, 0x93, 0x80, 0x00, 0xA2, 0xFF, 0xFF}, got); d != "" || err != nil {
				t.Errorf("0x%04x: the result (-want +got), error %v:\n%s", cmd, err, d)
			}
			if _, err := tx(s, 0, 6); !errors.Is(err, ErrNACK) {
				t.Errorf("0x%04x: the result read again: %v, want %v", cmd, err, ErrNACK)
			}
		})
	}
}

// The air is that of the end of the measurement, and what is beyond the words
// stays at their ends.
func TestSHT3xAir(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSHT3x()
		start := time.Now()
		s.SetAir(func(at time.Time) (float64, float64) {
			if at.Sub(start) < 15*time.Millisecond {
				return 0, 0
			}
			return 500, -3
		})
		if _, err := tx(s, 0x2400, 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		got, err := tx(s, 0, 6)
		if d := cmp.Diff([]byte{0xFF, 0xFF, 0xAC, 0x00, 0x00, 0x81}, got); d != "" || err != nil {
			t.Errorf("the result (-want +got), error %v:\n%s", err, d)
		}
	})
}

func TestSHT3xStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSHT3x()
		expect := func(when string, want uint16) {
			t.Helper()
			if got := shtStatus(t, s); got != want {
				t.Errorf("%s the status is 0x%04x, want 0x%04x", when, got, want)
			}
		}
		command := func(c uint16) {
			t.Helper()
			if _, err := tx(s, c, 0); err != nil {
				t.Fatalf("command 0x%04x: %v", c, err)
			}
		}
		expect("after power-on", 0x8010)
		command(0x3041)
		expect("cleared", 0x0000)
		command(0x306D)
		expect("heating", 0x2000)
		if _, err := tx(s, 0x2C06, 0); !errors.Is(err, ErrNACK) { // with clock stretching
			t.Errorf("an unknown command: %v, want %v", err, ErrNACK)
		}
		expect("after an unknown command", 0x2002)
		expect("asked again", 0x2002)
		command(0x3066)
		expect("after a command that is known", 0x0000)
		if err := s.Tx([]byte{0x24}, nil); !errors.Is(err, ErrNACK) {
			t.Errorf("half a command: %v, want %v", err, ErrNACK)
		}
		expect("after half a command", 0x0002)
		command(0x3093)
		command(0x30A2)
		if _, err := tx(s, 0xF32D, 3); !errors.Is(err, ErrNACK) {
			t.Errorf("asked while it resets: %v, want %v", err, ErrNACK)
		}
		time.Sleep(1500 * time.Microsecond)
		expect("after a reset", 0x8010)
		command(0x3041)
		command(0x2400)
		s.PowerCycle()
		expect("after a brown-out", 0x8010)
		if _, err := tx(s, 0, 6); !errors.Is(err, ErrNACK) {
			t.Errorf("the measurement that the brown-out ended: %v, want %v", err, ErrNACK)
		}
	})
}
