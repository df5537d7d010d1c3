package chip

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// Settings of the ADS1115's configuration register by their codes (TI SBAS444E,
// table 8): full scale in volts and conversions a second.
var (
	adsFullScale = [8]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256}
	adsRate      = [8]int{8, 16, 32, 64, 128, 250, 475, 860}
)

const (
	adsConversion = iota
	adsConfig
	adsLoThresh
	adsHiThresh
)

const (
	adsOS     = 0x8000
	adsSingle = 0x0100
	adsWakeUp = 25 * time.Microsecond // from power-down to a running conversion
)

// ADS1115 models the four-channel 16-bit converter: input multiplexer,
// programmable gain, single-shot and continuous conversion in their proper
// time. The comparator is not modelled: its registers remember values and the
// ALERT pin does not exist.
//
// It is safe for concurrent use.
type ADS1115 struct {
	mu      sync.Mutex
	regs    [4]uint16
	pointer byte
	inputs  [4]func(time.Time) float64
	supply  float64

	start time.Time // of the conversion under way or of the continuous run; zero if idle
}

// NewADS1115 returns a converter after power-on, supplied with 3.3 V and with
// all inputs at 0 V.
func NewADS1115() *ADS1115 {
	a := &ADS1115{supply: 3.3}
	a.powerOn()
	return a
}

func (a *ADS1115) powerOn() {
	a.regs = [4]uint16{adsConfig: 0x8583, adsLoThresh: 0x8000, adsHiThresh: 0x7FFF}
	a.pointer, a.start = 0, time.Time{}
}

// PowerCycle is a brown-out: registers have their power-on values again.
func (a *ADS1115) PowerCycle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.powerOn()
}

// SetSupply sets VDD in volts (2.0 to 5.5). Inputs are clamped by the chip's
// protection diodes 0.3 V beyond ground and VDD, as on the real part.
func (a *ADS1115) SetSupply(volts float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.supply = volts
}

// SetChannel connects input n (0 to 3) to a voltage in volts as a function of
// time; nil is ground. The function is called with the chip locked and must not
// use it. An n outside 0 to 3 is an error.
func (a *ADS1115) SetChannel(n int, volts func(time.Time) float64) error {
	if n < 0 || n >= len(a.inputs) {
		return fmt.Errorf("connect an input of the ADS1115: there is no AIN%d, only AIN0 to AIN3", n)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.advance(time.Now()) // what was converted so far saw the old voltage
	a.inputs[n] = volts
	return nil
}

// Tx implements Device. One byte sets the register pointer, three write a
// register; reads return the register pointed at, most significant byte first.
func (a *ADS1115) Tx(w, r []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.advance(now)
	if len(w) > 0 {
		a.pointer = w[0] & 0x03
	}
	if len(w) >= 3 {
		a.write(uint16(w[1])<<8|uint16(w[2]), now)
	}
	v := a.regs[a.pointer]
	if a.pointer == adsConfig {
		v = v&^adsOS | a.idleBit()
	}
	for i := range r {
		r[i] = byte(v >> (8 * (1 - i%2)))
	}
	return nil
}

func (a *ADS1115) write(v uint16, now time.Time) {
	switch a.pointer {
	case adsConversion:
		return // read only
	case adsConfig:
		a.regs[adsConfig] = v
		switch {
		case v&adsSingle == 0: // continuous: runs from now on
			a.start = now
		case v&adsOS != 0:
			a.start = now.Add(adsWakeUp)
		default:
			a.start = time.Time{}
		}
	default:
		a.regs[a.pointer] = v
	}
}

// idleBit is OS as it is read: set while no single conversion is under way. In
// continuous mode the chip always converts.
func (a *ADS1115) idleBit() uint16 {
	if a.start.IsZero() {
		return adsOS
	}
	return 0
}

// advance finishes the conversions that ended up to now.
func (a *ADS1115) advance(now time.Time) {
	if a.start.IsZero() {
		return
	}
	period := time.Second / time.Duration(adsRate[a.regs[adsConfig]>>5&7])
	done := now.Sub(a.start) / period
	if done < 1 {
		return
	}
	if a.regs[adsConfig]&adsSingle != 0 {
		a.convert(a.start.Add(period))
		a.start = time.Time{}
		return
	}
	a.start = a.start.Add(done * period)
	a.convert(a.start)
}

// convert puts the voltage between the selected inputs at time t into the
// conversion register.
func (a *ADS1115) convert(t time.Time) {
	var v float64
	switch mux := a.regs[adsConfig] >> 12 & 7; mux {
	case 0:
		v = a.input(0, t) - a.input(1, t)
	case 1, 2, 3:
		v = a.input(int(mux)-1, t) - a.input(3, t)
	default:
		v = a.input(int(mux)-4, t)
	}
	code := math.Round(v / adsFullScale[a.regs[adsConfig]>>9&7] * (1 << 15))
	a.regs[adsConversion] = uint16(int16(max(-1<<15, min(1<<15-1, code))))
}

func (a *ADS1115) input(n int, t time.Time) float64 {
	if a.inputs[n] == nil {
		return 0
	}
	return max(-0.3, min(a.supply+0.3, a.inputs[n](t)))
}
