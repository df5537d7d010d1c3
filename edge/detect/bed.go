package detect

import (
	"fmt"
	"time"
)

// Bed turns the states of a bed mat into exits and returns. People turn over and
// lift themselves: only an absence that lasts is an exit, and only somebody who
// has lain for a while can leave. It is not safe for concurrent use.
type Bed struct {
	absent time.Duration

	known    bool
	occupied bool
	changed  time.Time
	settled  bool // somebody lay for long enough to leave
	out      bool // an exit was reported
}

// Times of a bed.
const (
	bedSettle = 30 * time.Second // lying for so long counts as being in bed
	bedReturn = 3 * time.Second  // lying for so long counts as being back
)

// BedVerdict says that somebody left the bed or came back. It is the evidence of
// a bed exit event.
type BedVerdict struct {
	Active bool   `json:"-"`
	Reason string `json:"reason"`
	// Since is when the mat changed.
	Since time.Time `json:"since"`
}

// NewBed returns a detector that waits for so long before an empty bed is an
// exit; 0 means 10 s.
func NewBed(absent time.Duration) (*Bed, error) {
	if absent < 0 {
		return nil, fmt.Errorf("bed detector: a time of %s is negative", absent)
	}
	if absent == 0 {
		absent = 10 * time.Second
	}
	return &Bed{absent: absent}, nil
}

// Set takes the debounced state of the mat at a time. Whoever lies there when
// the detector starts counts as in bed.
func (b *Bed) Set(at time.Time, occupied bool) {
	if !b.known {
		b.known, b.occupied, b.changed, b.settled = true, occupied, at, occupied
		return
	}
	if occupied == b.occupied {
		return
	}
	if b.occupied && at.Sub(b.changed) >= bedSettle {
		b.settled = true
	}
	b.occupied, b.changed = occupied, at
}

// Due returns when Check can next have news; ok is false when only Set can bring
// any.
func (b *Bed) Due() (at time.Time, ok bool) {
	switch {
	case b.known && b.occupied && b.out:
		return b.changed.Add(bedReturn), true
	case b.known && !b.occupied && b.settled && !b.out:
		return b.changed.Add(b.absent), true
	}
	return time.Time{}, false
}

// Check returns what has become certain by now; ok says that it is news.
func (b *Bed) Check(now time.Time) (v BedVerdict, ok bool) {
	due, waits := b.Due()
	if !waits || now.Before(due) {
		return v, false
	}
	b.out = !b.out
	v = BedVerdict{Active: b.out, Since: b.changed}
	if b.out {
		b.settled = false
		v.Reason = fmt.Sprintf("the bed has been empty for %s", b.absent)
	} else {
		b.settled = true
		v.Reason = "back in bed"
	}
	return v, true
}
