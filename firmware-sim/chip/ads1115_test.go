package chip

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func word16(t testing.TB, d Device, reg byte) uint16 {
	t.Helper()
	b := get(t, d, reg, 2)
	return uint16(b[0])<<8 | uint16(b[1])
}

func TestADS1115ResetValues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		want := map[byte]uint16{0: 0x0000, 1: 0x8583, 2: 0x8000, 3: 0x7FFF}
		a := NewADS1115()
		for reg, v := range want {
			if got := word16(t, a, reg); got != v {
				t.Errorf("register %d reads 0x%04x, want 0x%04x", reg, got, v)
			}
		}
		send(t, a, 1, 0xC2, 0x83)
		send(t, a, 2, 0x12, 0x34)
		send(t, a, 3, 0x56, 0x78)
		send(t, a, 0, 0x9A, 0xBC) // read only
		if lo, hi, c := word16(t, a, 2), word16(t, a, 3), word16(t, a, 0); lo != 0x1234 || hi != 0x5678 || c != 0 {
			t.Errorf("thresholds 0x%04x and 0x%04x, conversion 0x%04x; want what was written and 0", lo, hi, c)
		}
		time.Sleep(time.Second)
		a.PowerCycle()
		for reg, v := range want {
			if got := word16(t, a, reg); got != v {
				t.Errorf("after a brown-out register %d reads 0x%04x, want 0x%04x", reg, got, v)
			}
		}
	})
}

// The pointer stays where the last write has put it; only its two low bits count,
// and bytes are most significant first however few or many are read.
func TestADS1115Pointer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewADS1115()
		send(t, a, 0x03)
		for range 2 {
			r := make([]byte, 5)
			if err := a.Tx(nil, r); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]byte{0x7F, 0xFF, 0x7F, 0xFF, 0x7F}, r); d != "" {
				t.Errorf("five bytes of Hi_thresh (-want +got):\n%s", d)
			}
		}
		if b := get(t, a, 0x01, 1); b[0] != 0x85 {
			t.Errorf("one byte of Config is 0x%02x, want 0x85", b[0])
		}
		if got := word16(t, a, 0xFD); got != 0x8583 {
			t.Errorf("pointer 0xFD reads 0x%04x, want Config", got)
		}
		send(t, a, 0x02, 0x12) // half a word is none
		if got := word16(t, a, 0x02); got != 0x8000 {
			t.Errorf("after half a write Lo_thresh is 0x%04x, want 0x8000", got)
		}
	})
}

// A single conversion takes the time of its rate, shows it in OS, and is of the
// voltage at its end.
func TestADS1115SingleConversion(t *testing.T) {
	t.Parallel()
	for code, rate := range []int{8, 16, 32, 64, 128, 250, 475, 860} {
		synctest.Test(t, func(t *testing.T) {
			a := NewADS1115()
			start := time.Now()
			if err := a.SetChannel(0, func(at time.Time) float64 { return at.Sub(start).Seconds() }); err != nil {
				t.Fatal(err)
			}
			config := 0xC303 | uint16(code)<<5
			send(t, a, 1, byte(config>>8), byte(config))
			period := time.Second / time.Duration(rate)
			time.Sleep(period)
			if got := word16(t, a, 1); got != config&^0x8000 {
				t.Errorf("%d a second: after %s Config is 0x%04x, want 0x%04x", rate, period, got, config&^0x8000)
			}
			if got := word16(t, a, 0); got != 0 {
				t.Errorf("%d a second: the result is there too early", rate)
			}
			time.Sleep(25 * time.Microsecond)
			if got := word16(t, a, 1); got != config {
				t.Errorf("%d a second: after %s and the wake-up Config is 0x%04x, want 0x%04x", rate, period, got, config)
			}
			time.Sleep(time.Second)
			volts := float64(word16(t, a, 0)) * 4.096 / 32768
			if want := period.Seconds() + 25e-6; math.Abs(volts-want) > 0.0001 {
				t.Errorf("%d a second: the result is of %.4f s after the start, want %.4f", rate, volts, want)
			}
		})
	}
}

func TestADS1115Continuous(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewADS1115()
		start := time.Now()
		if err := a.SetChannel(3, func(at time.Time) float64 { return at.Sub(start).Seconds() }); err != nil {
			t.Fatal(err)
		}
		send(t, a, 1, 0x72, 0x83) // AIN3, 4.096 V, continuous, 128 a second
		for _, s := range []float64{0.1, 0.5, 1, 2.5} {
			time.Sleep(time.Duration(s*float64(time.Second)) - time.Since(start))
			age := s - float64(word16(t, a, 0))*4.096/32768
			if age < 0 || age > 1.0/128+0.0001 {
				t.Errorf("after %g s the result is %.4f s old, want at most one conversion", s, age)
			}
			if got := word16(t, a, 1); got != 0x7283 {
				t.Errorf("Config reads 0x%04x, want 0x7283: it always converts", got)
			}
		}
		send(t, a, 1, 0x73, 0x83) // power down without a conversion
		last := word16(t, a, 0)
		time.Sleep(time.Second)
		if got := word16(t, a, 0); got != last {
			t.Error("it converts while it is powered down")
		}
	})
}

// All eight settings of the multiplexer with four different voltages.
func TestADS1115Inputs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewADS1115()
		for n, v := range []float64{0.5, 1.0, 2.0, 3.0} {
			if err := a.SetChannel(n, func(time.Time) float64 { return v }); err != nil {
				t.Fatal(err)
			}
		}
		convert := func(config uint16) int16 {
			send(t, a, 1, byte(config>>8), byte(config))
			time.Sleep(10 * time.Millisecond)
			return int16(word16(t, a, 0))
		}
		for mux, want := range []int16{-4000, -20000, -16000, -8000, 4000, 8000, 16000, 24000} {
			if got := convert(0x8383 | uint16(mux)<<12); got != want {
				t.Errorf("multiplexer %d gives %d, want %d", mux, got, want)
			}
		}
		for pga, want := range []int16{2667, 4000, 8000, 16000, 32000, 32767, 32767, 32767} {
			if got := convert(0xC183 | uint16(pga)<<9); got != want {
				t.Errorf("0.5 V with gain %d gives %d, want %d", pga, got, want)
			}
		}
		if got := convert(0x8B83); got != -32000-768 {
			t.Errorf("AIN0 minus AIN1 beyond the range gives %d, want -32768", got)
		}
		a.SetSupply(2.5)
		if got := convert(0xF383); got != 22400 { // 2.8 V
			t.Errorf("3 V on a chip of 2.5 V gives %d, want 22400, the clamp 0.3 V above", got)
		}
		if a.SetChannel(4, nil) == nil || a.SetChannel(-1, nil) == nil {
			t.Error("a fifth input is no error")
		}
	})
}
