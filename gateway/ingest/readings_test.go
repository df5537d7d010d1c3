package ingest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// errAway is what a series says that cannot be reached.
var errAway = errors.New("connection refused")

// sendReadings publishes n packs of one reading each and returns the readings.
func (d *device) sendReadings(n int) []care.Reading {
	d.t.Helper()
	began := time.Now().Add(-time.Hour)
	readings := make([]care.Reading, n)
	for i := range readings {
		readings[i] = d.temperature(began.Add(time.Duration(i)*time.Second), 20+float64(i%10)/10)
		d.send(care.KindReading, pack(d.t, readings[i]))
	}
	return readings
}

func (r *rig) allStored(readings []care.Reading) func() bool {
	return func() bool {
		for _, x := range readings {
			if !r.series.has(x) {
				return false
			}
		}
		return true
	}
}

func TestReadingsReachTheSeries(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	sent := d.sendReadings(20)
	eventually(t, "all readings in the series", r.allStored(sent))
	if got := next(t, r.seen, "the sign of life"); got.point != "room-203-air" || !got.at.Equal(sent[0].Time) {
		t.Errorf("seen %+v, want room-203-air at the time of its reading", got)
	} else if got.proof != care.ProofReport {
		t.Errorf("a temperature proves %q", got.proof)
	}
	if got := next(t, r.observed, "a reading that is shown as it comes"); got != sent[0] {
		t.Errorf("observed %+v, want %+v", got, sent[0])
	}
	eventually(t, "an empty in-flight window", func() bool {
		return counted(t, r.in.opts, "shouwang_messages_in_flight", "kind=reading") == 0
	})
}

func TestABatteryLevelIsAGreetingOnly(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	level := d.temperature(time.Now(), 80)
	level.Quantity = care.BatteryLevel
	d.send(care.KindReading, pack(t, level))
	if got := next(t, r.seen, "the sign of life"); got.proof != care.ProofHello {
		t.Errorf("it proves %q", got.proof)
	}
}

// TestReadingsWaitInTheQueueWhileTheSeriesIsAway takes the series away, sees
// that nothing stays in the broker, and brings it back.
func TestReadingsWaitInTheQueueWhileTheSeriesIsAway(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.series.setFail(func([]care.Reading) error { return errAway })
	sent := d.sendReadings(50)
	eventually(t, "all readings in the queue", func() bool {
		return counted(t, r.in.opts, "shouwang_readings_total", "result=queued") == float64(len(sent))
	})
	eventually(t, "no reading unacknowledged in the broker", func() bool {
		return counted(t, r.in.opts, "shouwang_messages_in_flight", "kind=reading") == 0
	})
	d.mustCommit(r) // events do not notice

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.broker.Queue().Run(ctx, r.in.AppendQueued) }()
	defer func() {
		cancel()
		if err := next(t, ended, "the end of the queue"); err != nil {
			t.Error(err)
		}
	}()
	r.series.setFail(nil)
	eventually(t, "all readings in the series", r.allStored(sent))
	eventually(t, "an empty queue", func() bool { return r.broker.Queue().Waiting(t.Context()) == 0 })
	if n := r.broker.Queue().Dropped(t.Context()); n != 0 {
		t.Errorf("%d payloads were dropped", n)
	}
	nothing(t, r.quarantine, "a refusal")
}

// TestAFullQueueDropsTheOldest sends more than the queue of the rig (1 MiB)
// holds.
func TestAFullQueueDropsTheOldest(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.series.setFail(func([]care.Reading) error { return errAway })
	const packs, each = 24, 1000 // about 70 bytes a reading in the queue
	now := time.Now()
	for p := range packs {
		readings := make([]care.Reading, each)
		for i := range readings {
			readings[i] = d.temperature(now.Add(-time.Duration(p*each+i)*time.Second), 20)
		}
		d.send(care.KindReading, pack(t, readings...))
	}
	eventually(t, "all readings in the queue", func() bool {
		return counted(t, r.in.opts, "shouwang_readings_total", "result=queued") == packs*each
	})
	if n := r.broker.Queue().Dropped(t.Context()); n == 0 {
		t.Error("nothing was counted as dropped")
	}
	d.mustCommit(r)
}

func TestWhatTheSeriesRejectsIsReportedOnceAndAcknowledged(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.series.setFail(func([]care.Reading) error { return errors.Join(errors.New("append"), partialError(1)) })
	d.sendReadings(1)
	row := next(t, r.quarantine, "the row in quarantine")
	if row.Reason != care.ReasonSeries || !strings.Contains(row.Detail, "beyond retention") {
		t.Errorf("quarantine has %s: %s", row.Reason, row.Detail)
	}
	eventually(t, "an empty in-flight window", func() bool {
		return counted(t, r.in.opts, "shouwang_messages_in_flight", "kind=reading") == 0
	})
	r.series.setFail(nil)
	eventually(t, "the next readings", r.allStored(d.sendReadings(3)))
	nothing(t, r.quarantine, "a second report")
	if n := counted(t, r.in.opts, "shouwang_readings_total", "result=queued"); n != 0 {
		t.Errorf("%g rejected readings went to the queue", n)
	}
}

// brokenQueue takes nothing.
type brokenQueue struct{}

func (brokenQueue) Put(context.Context, []byte) error { return errors.New("no space left on device") }

// TestReadingsThatNobodyTakesAreGivenUp lets series and queue fail: readings
// must not fill the store that events share.
func TestReadingsThatNobodyTakesAreGivenUp(t *testing.T) {
	r := newRig(t)
	r.stop()
	o := r.options()
	o.Queue = brokenQueue{}
	in, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.in = in
	runIngest(t, in)
	next(t, in.Ready(), "the subscriptions")
	r.series.setFail(func([]care.Reading) error { return errAway })
	d := r.device("evergreen", "room-203")
	d.sendReadings(1)
	row := next(t, r.quarantine, "the report")
	if row.Reason != care.ReasonQueueFull || !strings.Contains(row.Detail, "no space left") || !strings.Contains(row.Detail, "connection refused") {
		t.Errorf("quarantine has %s: %s; want both causes", row.Reason, row.Detail)
	}
	eventually(t, "an empty in-flight window", func() bool {
		return counted(t, in.opts, "shouwang_messages_in_flight", "kind=reading") == 0
	})
	d.mustCommit(r)
}

func TestQueuedPayloadsThatCannotBeReadAreGivenUp(t *testing.T) {
	r := newRig(t)
	if err := r.in.AppendQueued(t.Context(), []byte("not ours")); err != nil {
		t.Errorf("it would be tried for ever: %v", err)
	}
	if row := next(t, r.quarantine, "the report"); row.Reason != care.ReasonMalformed {
		t.Errorf("quarantine has %s", row.Reason)
	}
	r.series.setFail(func([]care.Reading) error { return errAway })
	if err := r.in.AppendQueued(t.Context(), []byte(`[{"s":"evergreen","p":"room-203-air","q":"temperature","t":0,"v":1}]`)); !errors.Is(err, errAway) {
		t.Errorf("the error is %v, want that of the series, so that it is tried again", err)
	}
}
