package chip

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// Commands of the SHT3x that the model understands (Sensirion data sheet SHT3x-DIS
// version 5, tables 9 and 13 to 19).
const (
	shtClearStatus = 0x3041
	shtHeaterOff   = 0x3066
	shtHeaterOn    = 0x306D
	shtBreak       = 0x3093
	shtSoftReset   = 0x30A2
	shtReadStatus  = 0xF32D
)

// shtDuration gives the longest measurement time of each single-shot command
// without clock stretching (data sheet, table 4).
var shtDuration = map[uint16]time.Duration{
	0x2400: 15 * time.Millisecond, // high repeatability
	0x240B: 6 * time.Millisecond,  // medium
	0x2416: 4 * time.Millisecond,  // low
}

// Bits of the status register.
const (
	shtAlertPending  = 1 << 15
	shtHeater        = 1 << 13
	shtResetDetected = 1 << 4
	shtCommandFailed = 1 << 1
)

const shtResetTime = 1500 * time.Microsecond

// SHT3x models the temperature and humidity sensor: single-shot measurements
// without clock stretching, during which it does not acknowledge, checksums on
// every word, heater bit, soft reset and status register. Clock stretching,
// periodic measurement and alert limits are not modelled: such commands are not
// acknowledged and set the command bit of the status register.
//
// It is safe for concurrent use.
type SHT3x struct {
	mu     sync.Mutex
	air    func(time.Time) (celsius, percent float64)
	status uint16
	busy   time.Time // until when nothing is acknowledged
	reply  []byte    // what the next read returns; empty: not acknowledged
	sensed bool      // the reply still has to be computed, for the time busy
}

// NewSHT3x returns a sensor after power-on, in air of 22 °C and 50 % relative
// humidity.
func NewSHT3x() *SHT3x {
	return &SHT3x{
		air:    func(time.Time) (float64, float64) { return 22, 50 },
		status: shtAlertPending | shtResetDetected,
	}
}

// PowerCycle is a brown-out: a measurement under way is lost, and the status
// register says that there was a reset.
func (s *SHT3x) PowerCycle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = shtAlertPending | shtResetDetected
	s.busy, s.reply, s.sensed = time.Time{}, nil, false
}

// SetAir sets temperature in °C and relative humidity in % as functions of
// time. Values beyond what the output words can carry (-45 to 130 °C, 0 to
// 100 %) saturate. The function is called with the chip locked and must not use it.
func (s *SHT3x) SetAir(air func(time.Time) (celsius, percent float64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.air = air
}

// Tx implements Device.
func (s *SHT3x) Tx(w, r []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Before(s.busy) {
		return fmt.Errorf("SHT3x is busy: %w", ErrNACK)
	}
	switch {
	case len(w) >= 2:
		if err := s.command(uint16(w[0])<<8|uint16(w[1]), now); err != nil {
			return err
		}
	case len(w) == 1:
		s.status |= shtCommandFailed
		return fmt.Errorf("SHT3x got half a command: %w", ErrNACK)
	}
	if len(r) == 0 {
		return nil
	}
	if now.Before(s.busy) {
		return fmt.Errorf("SHT3x is busy: %w", ErrNACK)
	}
	if s.sensed {
		s.reply, s.sensed = s.measurement(s.busy), false
	}
	if len(s.reply) == 0 {
		return fmt.Errorf("SHT3x has nothing to read: %w", ErrNACK)
	}
	for i := range r {
		r[i] = 0xFF // beyond the last byte nobody pulls the line down
	}
	copy(r, s.reply)
	s.reply = nil
	return nil
}

func (s *SHT3x) command(c uint16, now time.Time) error {
	s.reply, s.sensed = nil, false
	if d, ok := shtDuration[c]; ok {
		s.status &^= shtCommandFailed
		s.busy, s.sensed = now.Add(d), true
		return nil
	}
	switch c {
	case shtReadStatus: // shows how the command before it went
		s.reply = append(s.reply, word(s.status)...)
		return nil
	case shtClearStatus:
		s.status &^= shtAlertPending | shtResetDetected | 1<<11 | 1<<10
	case shtHeaterOn:
		s.status |= shtHeater
	case shtHeaterOff:
		s.status &^= shtHeater
	case shtBreak:
	case shtSoftReset:
		s.status = shtAlertPending | shtResetDetected
		s.busy = now.Add(shtResetTime)
	default:
		s.status |= shtCommandFailed
		return fmt.Errorf("SHT3x does not know command 0x%04x: %w", c, ErrNACK)
	}
	s.status &^= shtCommandFailed
	return nil
}

// measurement returns temperature, checksum, humidity, checksum.
func (s *SHT3x) measurement(t time.Time) []byte {
	celsius, percent := s.air(t)
	return append(word(ticks((celsius+45)/175)), word(ticks(percent/100))...)
}

// ticks scales 0 to 1 to a 16-bit word.
func ticks(f float64) uint16 {
	return uint16(math.Round(max(0, min(1, f)) * 65535))
}

// word returns a 16-bit word as it goes over the bus: high byte, low byte,
// checksum. The checksum is CRC-8 with polynomial 0x31 and start value 0xFF
// (data sheet, table 20); a shift register here, so that the driver's own
// computation is checked by another one.
func word(v uint16) []byte {
	crc := uint16(0xFF) << 8
	crc ^= v & 0xFF00
	for i := range 16 {
		if i == 8 {
			crc ^= v << 8
		}
		carry := crc&0x8000 != 0
		crc <<= 1
		if carry {
			crc ^= 0x3100
		}
	}
	return []byte{byte(v >> 8), byte(v), byte(crc >> 8)}
}
