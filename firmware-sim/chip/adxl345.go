package chip

import (
	"sync"
	"time"
)

// Registers of the ADXL345 that the model gives a meaning to (data sheet rev. E,
// table 19). All others between 0x1D and 0x2F only remember what was written.
const (
	adxlDEVID      = 0x00
	adxlOFSX       = 0x1E
	adxlBWRate     = 0x2C
	adxlPowerCtl   = 0x2D
	adxlIntSource  = 0x30
	adxlDataFormat = 0x31
	adxlDataX0     = 0x32
	adxlDataZ1     = 0x37
	adxlFIFOCtl    = 0x38
	adxlFIFOStatus = 0x39
	adxlRegisters  = 0x3A
)

const (
	adxlDepth  = 32                      // FIFO levels
	adxlWakeUp = 1100 * time.Microsecond // added to one period after standby, data sheet "turn-on time"
)

// ADXL345 models the accelerometer: register file, output data rate, 32-level
// FIFO (bypass, FIFO and stream mode; trigger mode behaves as stream mode,
// because no trigger pin is modelled), full resolution and 10-bit formats,
// offsets and self-test. Taps, activity, free-fall detection and the interrupt
// pins are not modelled: their registers remember values and do nothing.
//
// It is safe for concurrent use.
type ADXL345 struct {
	mu   sync.Mutex
	regs [adxlRegisters]byte

	source  Source
	resting *Rest
	seen    attitude
	seed    uint64

	next     time.Time // when the next sample is due; zero in standby
	rateErr  float64
	selfTest [3]int // shift in counts while SELF_TEST is set

	fifo    []Sample // formatted output words, oldest first
	latest  Sample   // the output registers in bypass mode
	fresh   bool     // bypass: latest has not been read
	overrun bool
}

// NewADXL345 returns a chip after power-on: in standby, resting at Standing with
// noise from seed.
func NewADXL345(seed uint64) *ADXL345 {
	a := &ADXL345{seed: seed, resting: NewRest(Standing, seed), selfTest: [3]int{300, -300, 450}}
	a.powerOn()
	return a
}

// powerOn sets the registers to the reset values of table 19 and forgets data.
func (a *ADXL345) powerOn() {
	a.regs = [adxlRegisters]byte{adxlDEVID: 0xE5, adxlBWRate: 0x0A}
	a.next = time.Time{}
	a.fifo, a.latest, a.fresh, a.overrun = nil, Sample{}, false, false
}

// PowerCycle is a brown-out: all settings and samples are lost and the chip is
// in standby again, answering politely and measuring nothing.
func (a *ADXL345) PowerCycle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.powerOn()
}

// SetSource starts src with the next sample. When it ends the chip rests in the
// attitude of its last third of a second. A nil src ends the present one at once.
func (a *ADXL345) SetSource(src Source) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now())
	if src == nil && a.source != nil {
		a.rest()
		return
	}
	a.source, a.seen = src, attitude{}
}

// Idle says whether the source given to SetSource has ended (or none was given).
func (a *ADXL345) Idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now())
	return a.source == nil
}

// SetRateError makes the chip's oscillator run fast (positive) or slow by the
// given fraction, for instance 0.02 for two per cent. It must be above -1.
func (a *ADXL345) SetRateError(fraction float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now())
	a.rateErr = fraction
}

// SetSelfTestShift sets by how many counts of 1/256 g the outputs move while
// SELF_TEST is set. The default, 300, -300 and 450, lies within the limits of
// the data sheet at 2.5 V and at 3.3 V; zero is a seized sensing element.
func (a *ADXL345) SetSelfTestShift(x, y, z int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now())
	a.selfTest = [3]int{x, y, z}
}

// Tx implements Device: the first byte written is the register, further ones go
// to it and its successors; reads start there and count upwards.
func (a *ADXL345) Tx(w, r []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now())
	if len(w) == 0 {
		if len(r) > 0 {
			return ErrNACK // the chip has no pointer that outlives a stop condition
		}
		return nil
	}
	reg := int(w[0])
	for i, v := range w[1:] {
		a.write(reg+i, v)
	}
	a.read(reg, r)
	return nil
}

func (a *ADXL345) write(reg int, v byte) {
	switch {
	case reg >= adxlRegisters, reg < 0x1D, reg == 0x2B, reg == adxlIntSource,
		reg >= adxlDataX0 && reg <= adxlDataZ1, reg == adxlFIFOStatus:
		return // reserved or read only: acknowledged and ignored
	}
	before := a.regs[reg]
	a.regs[reg] = v
	switch reg {
	case adxlPowerCtl:
		switch on := v&0x08 != 0; {
		case !on:
			a.next = time.Time{}
		case before&0x08 == 0:
			a.next = time.Now().Add(a.period() + adxlWakeUp)
		}
	case adxlBWRate:
		if !a.next.IsZero() && v != before {
			a.next = time.Now().Add(a.period())
		}
	case adxlFIFOCtl:
		if v>>6 == 0 { // bypass mode empties the FIFO
			a.fifo, a.overrun = nil, false
		}
	}
}

func (a *ADXL345) read(reg int, r []byte) {
	data := a.output()
	touched := false
	for i := range r {
		switch n := reg + i; {
		case n >= adxlRegisters:
			r[i] = 0
		case n == adxlIntSource:
			r[i] = a.intSource()
		case n == adxlFIFOStatus:
			r[i] = byte(len(a.fifo))
		case n >= adxlDataX0 && n <= adxlDataZ1:
			r[i], touched = data[n-adxlDataX0], true
		default:
			r[i] = a.regs[n]
		}
	}
	if !touched {
		return
	}
	// Any read of a data register, even of one byte, uses up the whole entry.
	a.fresh, a.overrun = false, false
	if len(a.fifo) > 0 {
		a.latest = a.fifo[0]
		a.fifo = a.fifo[1:]
	}
}

// output returns the six data registers as they would be read now.
func (a *ADXL345) output() [6]byte {
	s := a.latest
	if len(a.fifo) > 0 {
		s = a.fifo[0]
	}
	return [6]byte{
		byte(s.X), byte(uint16(s.X) >> 8),
		byte(s.Y), byte(uint16(s.Y) >> 8),
		byte(s.Z), byte(uint16(s.Z) >> 8),
	}
}

// intSource computes DATA_READY, watermark and overrun, which show whether or
// not the interrupts are enabled.
func (a *ADXL345) intSource() byte {
	var v byte
	if a.fresh || len(a.fifo) > 0 {
		v |= 0x80
	}
	if len(a.fifo) >= int(a.regs[adxlFIFOCtl]&0x1F) {
		v |= 0x02
	}
	if a.overrun {
		v |= 0x01
	}
	return v
}

// period is the time between two samples: 3200 Hz for rate code 15, halved for
// each code below.
func (a *ADXL345) period() time.Duration {
	code := a.regs[adxlBWRate] & 0x0F
	nominal := time.Second / 3200 << (15 - code)
	return max(1, time.Duration(float64(nominal)/(1+a.rateErr)))
}

// advance takes all samples that are due up to now.
func (a *ADXL345) advance(now time.Time) {
	if a.next.IsZero() {
		return
	}
	period := a.period()
	for !a.next.After(now) {
		a.take(a.format(a.sample()))
		a.next = a.next.Add(period)
	}
}

// sample asks the source, or rests when it has ended.
func (a *ADXL345) sample() Sample {
	if a.source != nil {
		if s, ok := a.source.Next(); ok {
			a.seen.add(s)
			return s
		}
		a.rest()
	}
	s, _ := a.resting.Next()
	return s
}

func (a *ADXL345) rest() {
	if at, ok := a.seen.mean(); ok {
		a.seed++
		a.resting = NewRest(at, a.seed)
	}
	a.source, a.seen = nil, attitude{}
}

// take puts one output word where the FIFO mode wants it.
func (a *ADXL345) take(s Sample) {
	switch mode := a.regs[adxlFIFOCtl] >> 6; {
	case mode == 0:
		a.overrun = a.overrun || a.fresh
		a.latest, a.fresh = s, true
		return
	case len(a.fifo) < adxlDepth:
		a.fifo = append(a.fifo, s)
	case mode == 1: // FIFO mode: full is full
	default: // stream mode: the oldest entry makes room
		a.fifo = append(a.fifo[1:], s)
	}
	// Data sheet, "overrun": in all modes but bypass the bit is set when the
	// FIFO is filled, which is one sample before the first one is lost.
	a.overrun = a.overrun || len(a.fifo) == adxlDepth
}

// format applies offset, self-test, range, resolution and justification.
func (a *ADXL345) format(s Sample) Sample {
	axis := func(v int16, i int) int16 {
		n := int(v) + 4*int(int8(a.regs[adxlOFSX+i])) // 15.6 mg/LSB is four counts
		f := a.regs[adxlDataFormat]
		if f&0x80 != 0 {
			n += a.selfTest[i]
		}
		rng := int(f & 0x03)
		bits := 10
		if f&0x08 != 0 {
			bits += rng // full resolution: always 1/256 g, more bits with range
		} else {
			n >>= rng
		}
		limit := 1 << (bits - 1)
		n = max(-limit, min(limit-1, n))
		if f&0x04 != 0 {
			n <<= 16 - bits // left justified
		}
		return int16(n)
	}
	return Sample{X: axis(s.X, 0), Y: axis(s.Y, 1), Z: axis(s.Z, 2)}
}
