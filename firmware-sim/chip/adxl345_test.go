package chip

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// numbered is a source whose n-th sample has X n, Y -n and Z 2n.
type numbered struct{ n, last int16 }

func (s *numbered) Next() (Sample, bool) {
	if s.last > 0 && s.n == s.last {
		return Sample{}, false
	}
	s.n++
	return Sample{X: s.n, Y: -s.n, Z: 2 * s.n}, true
}

func send(t testing.TB, d Device, w ...byte) {
	t.Helper()
	if err := d.Tx(w, nil); err != nil {
		t.Fatalf("write % x: %v", w, err)
	}
}

func get(t testing.TB, d Device, reg byte, n int) []byte {
	t.Helper()
	r := make([]byte, n)
	if err := d.Tx([]byte{reg}, r); err != nil {
		t.Fatalf("read %d bytes at 0x%02x: %v", n, reg, err)
	}
	return r
}

// measuring is a chip that takes numbered samples at 200 Hz in full resolution; the
// first is due after 6.1 ms.
func measuring(t testing.TB, fifoCtl byte) *ADXL345 {
	t.Helper()
	a := NewADXL345(1)
	a.SetSource(&numbered{})
	send(t, a, 0x2C, 0x0B)
	send(t, a, 0x31, 0x0B)
	send(t, a, 0x38, fifoCtl)
	send(t, a, 0x2D, 0x08)
	return a
}

func xyz(b []byte) Sample {
	return Sample{int16(uint16(b[0]) | uint16(b[1])<<8), int16(uint16(b[2]) | uint16(b[3])<<8), int16(uint16(b[4]) | uint16(b[5])<<8)}
}

func TestADXL345ResetValues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		want := make([]byte, 0x3A)
		want[0x00], want[0x2C], want[0x30] = 0xE5, 0x0A, 0x02
		a := NewADXL345(1)
		if d := cmp.Diff(want, get(t, a, 0, 0x3A)); d != "" {
			t.Errorf("registers after power-on (-want +got):\n%s", d)
		}
		a = measuring(t, 0x9F)
		time.Sleep(time.Second)
		a.PowerCycle()
		time.Sleep(time.Second)
		if d := cmp.Diff(want, get(t, a, 0, 0x3A)); d != "" {
			t.Errorf("registers after a brown-out, and a second later (-want +got):\n%s", d)
		}
		if b := get(t, a, 0x38, 4); b[2] != 0 || b[3] != 0 {
			t.Errorf("beyond the last register there is % x", b[2:])
		}
	})
}

// Table 19: what is reserved or read only takes no value, all else does.
func TestADXL345WhatCanBeWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for reg := range 0x3A {
			a := NewADXL345(1)
			before := get(t, a, byte(reg), 1)[0]
			send(t, a, byte(reg), 0x15)
			after := get(t, a, byte(reg), 1)[0]
			fixed := reg < 0x1D || reg == 0x2B || reg == 0x30 || reg >= 0x32 && reg <= 0x37 || reg == 0x39
			if want := map[bool]byte{true: before, false: 0x15}[fixed]; after != want {
				t.Errorf("register 0x%02x reads 0x%02x after 0x15 was written, want 0x%02x", reg, after, want)
			}
		}
		a := NewADXL345(1)
		send(t, a, 0x2C, 0x0F, 0x04, 0xFF) // three registers in one go
		if d := cmp.Diff([]byte{0x0F, 0x04, 0xFF}, get(t, a, 0x2C, 3)); d != "" {
			t.Errorf("written in a row (-want +got):\n%s", d)
		}
		send(t, a, 0x39, 1, 2, 3) // runs over the end
		if err := a.Tx(nil, make([]byte, 1)); !errors.Is(err, ErrNACK) {
			t.Errorf("a read without a register gives %v, want %v", err, ErrNACK)
		}
	})
}

func TestADXL345OneEntryForEachReadOfData(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := measuring(t, 0x80)
		time.Sleep(58 * time.Millisecond) // 11 samples
		level := func() int { return int(get(t, a, 0x39, 1)[0]) }
		if n := level(); n != 11 {
			t.Fatalf("the level is %d after 58 ms, want 11", n)
		}
		if n := level(); n != 11 {
			t.Errorf("reading the level changes it to %d", n)
		}
		for n := int16(1); n <= 3; n++ {
			if got, want := xyz(get(t, a, 0x32, 6)), (Sample{n, -n, 2 * n}); got != want {
				t.Errorf("entry %d is %v, want %v", n, got, want)
			}
		}
		for i, b := range []struct{ reg, want byte }{{0x32, 4}, {0x33, 0}, {0x34, 0xFA}, {0x35, 0xFF}, {0x36, 16}, {0x37, 0}} {
			if got := get(t, a, b.reg, 1)[0]; got != b.want {
				t.Errorf("single byte 0x%02x of entry %d is 0x%02x, want 0x%02x", b.reg, 4+i, got, b.want)
			}
		}
		if n := level(); n != 2 {
			t.Errorf("after three whole and six single reads the level is %d, want 2", n)
		}
		// A read that runs past the data shows the level before it took its entry.
		if b := get(t, a, 0x32, 8); b[6] != 0x80 || b[7] != 2 {
			t.Errorf("FIFO_CTL and FIFO_STATUS behind the data are % x, want 80 02", b[6:])
		}
		get(t, a, 0x32, 6)
		if got, want := xyz(get(t, a, 0x32, 6)), (Sample{11, -11, 22}); got != want || level() != 0 {
			t.Errorf("an empty FIFO reads %v, level %d, want the last entry %v again", got, level(), want)
		}
	})
}

// Stream mode keeps the newest 32, FIFO mode the oldest; both say overrun as soon as
// they are full, until data is read.
func TestADXL345Overrun(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ctl   byte
		first int16
	}{"stream": {0x80, 19}, "FIFO": {0x40, 1}, "trigger as stream": {0xC0, 19}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := measuring(t, tt.ctl|0x10)
				source := func() byte { return get(t, a, 0x30, 1)[0] }
				if s := source(); s != 0x00 {
					t.Errorf("INT_SOURCE is 0x%02x at the start, want 0", s)
				}
				time.Sleep(8 * time.Millisecond)
				if s := source(); s != 0x80 {
					t.Errorf("INT_SOURCE is 0x%02x with a sample, want DATA_READY 0x80", s)
				}
				time.Sleep(75 * time.Millisecond) // 16
				if s := source(); s != 0x82 {
					t.Errorf("INT_SOURCE is 0x%02x at the watermark, want 0x82", s)
				}
				time.Sleep(75 * time.Millisecond) // 31
				if s := source(); s != 0x82 {
					t.Errorf("INT_SOURCE is 0x%02x with 31, want 0x82", s)
				}
				time.Sleep(5 * time.Millisecond) // 32
				if s := source(); s != 0x83 {
					t.Errorf("INT_SOURCE is 0x%02x when full, want 0x83", s)
				}
				time.Sleep(90 * time.Millisecond) // 50
				if s, n := source(), get(t, a, 0x39, 1)[0]; s != 0x83 || n != 32 {
					t.Errorf("INT_SOURCE is 0x%02x and the level %d with 50, want 0x83 and 32", s, n)
				}
				if got := xyz(get(t, a, 0x32, 6)); got.X != tt.first {
					t.Errorf("the oldest entry is number %d, want %d", got.X, tt.first)
				}
				if s := source(); s != 0x82 {
					t.Errorf("INT_SOURCE is 0x%02x after a read, want 0x82", s)
				}
				send(t, a, 0x38, 0x00)
				if n := get(t, a, 0x39, 1)[0]; n != 0 {
					t.Errorf("bypass leaves %d entries", n)
				}
			})
		})
	}
}

func TestADXL345Bypass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := measuring(t, 0x00)
		time.Sleep(8 * time.Millisecond)
		if s := get(t, a, 0x30, 1)[0]; s != 0x82 {
			t.Errorf("INT_SOURCE is 0x%02x with one sample, want 0x82", s)
		}
		time.Sleep(5 * time.Millisecond)
		if s := get(t, a, 0x30, 1)[0]; s != 0x83 {
			t.Errorf("INT_SOURCE is 0x%02x when one was missed, want 0x83", s)
		}
		if got := xyz(get(t, a, 0x32, 6)); got.X != 2 {
			t.Errorf("the newest sample is %d, want 2", got.X)
		}
		if s := get(t, a, 0x30, 1)[0]; s != 0x02 {
			t.Errorf("INT_SOURCE is 0x%02x after it was read, want 0x02", s)
		}
		if got := xyz(get(t, a, 0x32, 6)); got.X != 2 {
			t.Errorf("read again it is %d, want 2", got.X)
		}
	})
}

// 3200 Hz for code 15, half of it for each code below; standby takes no sample.
func TestADXL345Rates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for code := byte(6); code <= 15; code++ {
			a, s := NewADXL345(1), &numbered{}
			a.SetSource(s)
			send(t, a, 0x2C, code)
			time.Sleep(time.Second)
			a.Idle() // brings the model up to now
			if s.n != 0 {
				t.Errorf("in standby it took %d samples", s.n)
			}
			send(t, a, 0x2D, 0x08)
			time.Sleep(4 * time.Second)
			a.Idle()
			if want := int16(4 * 3200 >> (15 - code)); s.n < want-4 || s.n > want {
				t.Errorf("code %d takes %d samples in 4 s, want %d", code, s.n, want)
			}
			n := s.n
			send(t, a, 0x2D, 0x00)
			time.Sleep(time.Second)
			a.Idle()
			if s.n != n {
				t.Errorf("in standby again it took %d samples", s.n-n)
			}
		}
		a, s := measuring(t, 0x80), &numbered{}
		a.SetSource(s)
		a.SetRateError(0.02)
		time.Sleep(10 * time.Second)
		a.Idle()
		if s.n < 2037 || s.n > 2041 {
			t.Errorf("two per cent fast it takes %d samples in 10 s, want about 2040", s.n)
		}
	})
}

// What 1.5 g, 20 g and -20 g are in each range, with 256 counts to the g.
func TestADXL345Formats(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		format byte
		want   Sample
	}{
		{"2 g", 0x00, Sample{384, 511, -512}},
		{"4 g", 0x01, Sample{192, 511, -512}},
		{"8 g", 0x02, Sample{96, 511, -512}},
		{"16 g", 0x03, Sample{48, 511, -512}},
		{"2 g, full resolution", 0x08, Sample{384, 511, -512}},
		{"4 g, full resolution", 0x09, Sample{384, 1023, -1024}},
		{"8 g, full resolution", 0x0A, Sample{384, 2047, -2048}},
		{"16 g, full resolution", 0x0B, Sample{384, 4095, -4096}},
		{"16 g, full resolution, left", 0x0F, Sample{384 << 3, 4095 << 3, -4096 << 3}},
		{"4 g, left", 0x05, Sample{192 << 6, 511 << 6, -512 << 6}},
		{"16 g, full resolution, self-test", 0x8B, Sample{384 + 300, 4095, -4096}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := NewADXL345(1)
				a.SetSource(constant{384, 5120, -5120})
				send(t, a, 0x31, tt.format)
				send(t, a, 0x2D, 0x08)
				time.Sleep(time.Second)
				if got := xyz(get(t, a, 0x32, 6)); got != tt.want {
					t.Errorf("it reads %v, want %v", got, tt.want)
				}
			})
		})
	}
	t.Run("offsets of 15.6 mg", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			a := NewADXL345(1)
			a.SetSource(constant{0, 0, 256})
			send(t, a, 0x1E, 1, 0xFF, 0x80)
			send(t, a, 0x31, 0x0B)
			send(t, a, 0x2D, 0x08)
			time.Sleep(time.Second)
			if got, want := xyz(get(t, a, 0x32, 6)), (Sample{4, -4, 256 - 512}); got != want {
				t.Errorf("it reads %v, want %v", got, want)
			}
		})
	})
}

type constant Sample

func (c constant) Next() (Sample, bool) { return Sample(c), true }

// When a source ends the body stays as it lay.
func TestADXL345RestsWhereTheSourceEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := measuring(t, 0x80)
		a.SetSource(&numbered{n: 100, last: 200})
		if a.Idle() {
			t.Error("it is idle before the source has ended")
		}
		time.Sleep(2 * time.Second)
		if !a.Idle() {
			t.Error("it is not idle after the source has ended")
		}
		// The mean of the last 64 samples, 137 to 200.
		for range 32 {
			got := xyz(get(t, a, 0x32, 6))
			for _, v := range []struct{ got, want int16 }{{got.X, 168}, {got.Y, -168}, {got.Z, 337}} {
				if v.got < v.want-6 || v.got > v.want+6 {
					t.Fatalf("it rests at %v, want about 168, -168, 337", got)
				}
			}
		}
		a.SetSource(constant{Y: 256})
		time.Sleep(time.Second)
		a.SetSource(nil)
		time.Sleep(time.Second)
		if got := xyz(get(t, a, 0x32, 6)); !a.Idle() || got.Y < 250 || got.Y > 262 {
			t.Errorf("its source taken away it reads %v, idle %v, want to rest at Y 256", got, a.Idle())
		}
	})
}

// bubble hides the deadline of a test from rapid, which has no place in a bubble.
type bubble struct{ rapid.TB }

// Whatever is read whenever: the entries come out in the order of the source, and
// none is missing but where the FIFO was full.
func TestADXL345EntriesComeInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubble{t}, func(rt *rapid.T) {
			a := measuring(t, rapid.SampledFrom([]byte{0x80, 0x9F}).Draw(rt, "FIFO_CTL"))
			last := int16(0)
			for range rapid.IntRange(1, 30).Draw(rt, "visits") {
				time.Sleep(time.Duration(rapid.IntRange(0, 250).Draw(rt, "ms")) * time.Millisecond)
				status := get(t, a, 0x30, 1)[0]
				level := int(get(t, a, 0x39, 1)[0])
				if full := status&1 != 0; full != (level == 32) {
					rt.Fatalf("the level is %d and overrun %v", level, full)
				}
				for i := range rapid.IntRange(0, level).Draw(rt, "entries") {
					s := xyz(get(t, a, 0x32, 6))
					if s.X != -s.Y || s.Z != 2*s.X {
						rt.Fatalf("the axes of %v belong to different samples", s)
					}
					if missing := s.X - last - 1; missing < 0 || missing > 0 && (level < 32 || i > 0) {
						rt.Fatalf("entry %d comes after %d, at level %d", s.X, last, level)
					}
					last = s.X
				}
			}
		})
	})
}
