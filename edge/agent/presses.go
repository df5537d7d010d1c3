package agent

import (
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

const (
	defaultCancelHold   = 5 * time.Second
	defaultCancelWithin = time.Minute
	// stuckAfter is how many times as long as it has to be a press may be to take
	// an SOS back. One that is longer is a cord that is caught, or somebody who
	// lies on the button.
	stuckAfter = 3
	// answerAfter is for how long the answer to a hand that holds long enough
	// waits, so that a press let go just before is known to be over.
	answerAfter = 100 * time.Millisecond
)

// presses decides what the presses of one emergency button or cord mean: an SOS,
// a call, or that an SOS is taken back. It is a pure state machine: time comes in
// with each call.
//
// An SOS is taken back by a press of its own: it begins within cancelWithin of
// the latest SOS, is held for cancelHold or longer, and is let go before
// stuckAfter times that. So the press that raised an SOS never takes it back,
// nor does one that is stuck, one found when the agent starts or the pin is set
// up again, or a contact that does not keep still. Every other press in that
// time means what it always means, but it is said only when it is let go, since
// it may still become the other.
type presses struct {
	// decides says that the length of the press tells a call from an SOS; else
	// each press is an SOS at once.
	decides bool
	// cancelWithin is 0 for a button whose SOS cannot be taken back.
	cancelHold, cancelWithin time.Duration

	sent    time.Time // of the latest SOS; zero when it was taken back
	down    time.Time // when a press began whose meaning is open; zero: none
	initial bool      // it was found at the start
	may     bool      // it may become a cancel
	long    time.Time // when it became long enough for an SOS; zero: not yet
	told    bool      // its holder was told that it is long enough
}

// meaning is one thing that presses have come to mean.
type meaning struct {
	what    meant
	at      time.Time
	since   time.Time // when the press began, if that is not at
	initial bool
	held    time.Duration // of a cancel
	why     string        // instead of the usual reason
}

type meant uint8

const (
	meantCall   meant = iota + 1
	meantSOS          // an SOS, or another one
	meantCancel       // the resident takes the SOS back
	meantEnough       // the press has been held for long enough: let go now
)

// begin takes the beginning of a press.
func (p *presses) begin(at time.Time, initial, unsteady bool) []meaning {
	p.told, p.long, p.initial = false, time.Time{}, initial
	p.may = p.cancelWithin > 0 && !p.sent.IsZero() && at.Sub(p.sent) <= p.cancelWithin && !initial && !unsteady
	if p.may || p.decides {
		p.down = at
		return nil
	}
	return p.sos(meaning{at: at, initial: initial})
}

// held takes that the press has become long enough for an SOS.
func (p *presses) held(at time.Time) []meaning {
	switch {
	case p.down.IsZero() || !p.decides:
		return nil
	case p.may:
		p.long = at
		return nil
	}
	return p.sos(meaning{at: at, since: p.down, initial: p.initial})
}

// end takes the end of a press. unseen says that nobody knows when it was let go.
func (p *presses) end(at time.Time, unseen bool) []meaning {
	if p.down.IsZero() {
		return nil
	}
	if held := at.Sub(p.down); p.may && !unseen && held >= p.cancelHold && held <= stuckAfter*p.cancelHold {
		m := meaning{what: meantCancel, at: at, since: p.down, held: held}
		p.down, p.sent = time.Time{}, time.Time{}
		return []meaning{m}
	}
	return p.plain("")
}

// stop takes that nobody watches the button any more.
func (p *presses) stop() []meaning {
	if p.down.IsZero() {
		return nil
	}
	return p.plain("the agent was stopped while the button was pressed")
}

// plain gives the open press the meaning that it has when nothing is taken back.
func (p *presses) plain(why string) []meaning {
	switch {
	case p.decides && p.long.IsZero():
		m := meaning{what: meantCall, at: p.down, initial: p.initial, why: why}
		p.down = time.Time{}
		return []meaning{m}
	case p.decides:
		return p.sos(meaning{at: p.long, since: p.down, why: why})
	}
	return p.sos(meaning{at: p.down, why: why})
}

func (p *presses) sos(m meaning) []meaning {
	p.down, p.sent = time.Time{}, m.at
	m.what = meantSOS
	return []meaning{m}
}

// check does what time brings.
func (p *presses) check(now time.Time) []meaning {
	if p.down.IsZero() || !p.may {
		return nil
	}
	if end := p.down.Add(stuckAfter * p.cancelHold); now.After(end) {
		return p.sos(meaning{at: end, since: p.down, why: "the button or cord is held or stuck after an SOS"})
	}
	if !p.told && !now.Before(p.down.Add(p.cancelHold+answerAfter)) {
		p.told = true
		return []meaning{{what: meantEnough, at: now}}
	}
	return nil
}

// due is when check has something to do, if the press lasts.
func (p *presses) due() (time.Time, bool) {
	switch {
	case p.down.IsZero() || !p.may:
		return time.Time{}, false
	case p.told:
		return p.down.Add(stuckAfter*p.cancelHold + time.Nanosecond), true
	}
	return p.down.Add(p.cancelHold + answerAfter), true
}

// cancelled is the evidence of an SOS that was taken back.
type cancelled struct {
	Reason string `json:"reason"`
	// Cancel is what the core knows the event by.
	Cancel bool    `json:"cancel"`
	Held   float64 `json:"held_s"`
}

func cancelEvidence(held time.Duration) cancelled {
	return cancelled{
		Reason: fmt.Sprintf("the resident takes the SOS back: the button or cord was held again for %.1f s", held.Seconds()),
		Cancel: true, Held: held.Round(100 * time.Millisecond).Seconds(),
	}
}

// pressed reports what presses have come to mean, and answers the hand.
func (in *input) pressed(list []meaning) {
	for _, m := range list {
		e := evidence{Reason: m.why, Initial: m.initial}
		if !m.since.IsZero() {
			e.Since = &m.since
		}
		switch m.what {
		case meantCall:
			e.Reason = orDefault(e.Reason, reasons[care.Call].active)
			in.d.raise(care.Call, m.at, e)
		case meantSOS:
			usual := reasons[care.SOS].active
			if in.presses.decides {
				usual = fmt.Sprintf("the button has been held for %s", in.cfg.Hold)
			}
			e.Reason = orDefault(e.Reason, usual)
			in.d.raise(care.SOS, m.at, e)
		case meantCancel:
			in.d.say(care.SOS, care.Clear, in.d.cfg.Points[string(care.SOS)], m.at, cancelEvidence(m.held))
			in.d.agent.answer(true)
		case meantEnough:
			in.d.agent.answer(false)
		}
	}
}
