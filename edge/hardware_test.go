package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"periph.io/x/conn/v3/gpio"

	"shouwang.care/shouwang/firmware-sim/chip"
)

// gpiochip is a pin that waits for ever when its time-out is zero, as periph's
// pins of Linux' gpiochip devices do.
type gpiochip struct {
	*chip.Pin
	asked []time.Duration
}

func (p *gpiochip) WaitForEdge(timeout time.Duration) bool {
	p.asked = append(p.asked, timeout)
	return false
}

func TestAPinIsNeverWaitedForWithoutEnd(t *testing.T) {
	under := &gpiochip{Pin: chip.NewPin("GPIO5", 5)}
	var p gpio.PinIO = pin{under}
	p.WaitForEdge(0)
	p.WaitForEdge(50 * time.Millisecond)
	if diff := cmp.Diff([]time.Duration{time.Millisecond, 50 * time.Millisecond}, under.asked); diff != "" {
		t.Errorf("time-outs (-want +got):\n%s", diff)
	}
	if p.String() != "GPIO5" {
		t.Errorf("the pin shows itself as %q", p)
	}
}
