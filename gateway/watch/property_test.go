package watch_test

import (
	"flag"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
)

// TestAnyNightInTheLedger drives random sequences of events, acts, crashes and
// leaps of time against the real ledger, and checks after each what must hold
// of every night: at most one open incident of a key and class, an unbroken
// chain, feed numbers without gaps, and nothing open that has neither an owner
// nor a next due step.
func TestAnyNightInTheLedger(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long")
	}
	nights := 8
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() != f.DefValue {
		fmt.Sscan(f.Value.String(), &nights)
	} else {
		_ = flag.Set("rapid.checks", fmt.Sprint(nights))
		defer flag.Set("rapid.checks", f.DefValue)
	}
	rapid.Check(t, func(rt *rapid.T) {
		// One bubble a night: what is drawn decides all, so a failure repeats.
		script := rapid.SliceOfN(rapid.Custom(drawStep), 20, 60).Draw(rt, "night")
		var failure string
		synctest.Test(t, func(t *testing.T) { failure = play(t, script) })
		if failure != "" {
			rt.Fatal(failure)
		}
	})
}

// aStep is one thing that happens.
type aStep struct {
	What  string
	Point care.PointID
	Class care.Class
	Phase care.Phase
	Kind  alerts.ActionKind
	N     int
	Cause care.Cause
}

func drawStep(t *rapid.T) aStep {
	s := aStep{What: rapid.SampledFrom([]string{"event", "event", "event", "event", "act", "act", "act", "act", "act", "wait", "wait", "die", "power", "lost", "shelve", "presence", "cancel"}).Draw(t, "what")}
	switch s.What {
	case "event", "power", "lost":
		p := rapid.SampledFrom([]struct {
			id    care.PointID
			class care.Class
		}{
			{"203-smoke-a", care.Fire}, {"203-smoke-b", care.Fire}, {"corridor-glass", care.Fire}, {"203-1-cord", care.SOS}, {"203-1-bed", care.BedExit},
			{"203-1-fall", care.Fall}, {"203-1-bed", care.Silent}, {"203-smoke-a", care.Silent}, {care.EdgePoint("floor-2", ""), care.Silent},
			{care.EdgePoint("floor-2", ""), care.Silent},
		}).Draw(t, "point")
		s.Point, s.Class = p.id, p.class
		s.Phase = rapid.SampledFrom([]care.Phase{care.Active, care.Active, care.Clear}).Draw(t, "phase")
	case "act":
		s.Kind = rapid.SampledFrom([]alerts.ActionKind{alerts.Accept, alerts.Accept, alerts.Arrive, alerts.Arrive, alerts.Resolve, alerts.Resolve, alerts.AddNote, alerts.LogCall, alerts.Explain}).Draw(t, "kind")
		s.Cause = rapid.SampledFrom([]care.Cause{care.CauseReal, care.CauseFalse, care.CauseFalse, care.CausePending}).Draw(t, "cause")
		s.N = rapid.IntRange(0, 5).Draw(t, "which")
	case "wait", "die":
		s.N = rapid.SampledFrom([]int{1, 2, 59, 61, 180, 400, 3600}).Draw(t, "seconds")
		if s.What == "wait" {
			s.N = min(s.N, 400)
		}
	case "shelve":
		s.N = rapid.IntRange(1, 20).Draw(t, "minutes")
	}
	return s
}

// play plays a night and returns what was wrong.
func play(t *testing.T, script []aStep) (failure string) {
	n := &night{home: newHome(t), sms: newPhones(notify.Delivered), voice: newPhones(notify.Accepted)}
	if _, err := n.store.ApplyPlan(t.Context(), nightPlan()); err != nil {
		t.Fatal(err)
	}
	n.sms.fail("chen", &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
	n.goes()
	defer func() { n.stop() }()
	by := care.Act{By: "chen", Name: "Chen", Means: care.ByScreen}
	for at, s := range script {
		switch s.What {
		case "event":
			n.sends(s.Point, s.Class, s.Phase, "")
		case "power", "lost":
			e := n.event(s.Point, s.Class, s.Phase)
			n.faults.mu.Lock()
			n.faults.faults = []fault{notDurable}
			if s.What == "lost" {
				n.faults.faults = []fault{answerLost}
			}
			n.faults.mu.Unlock()
			_, _ = n.watch.Commit(t.Context(), []care.Received{e})
			n.commits(e) // ingest offers it again until it is answered
		case "act":
			if open := n.open(); len(open) > 0 {
				i := open[s.N%len(open)]
				a := act(s.Kind, i.ID, "wang")
				a.Cause, a.Note, a.To, a.Outcome = s.Cause, "a note", "resident:r-wang", care.CallNoAnswer
				if s.Cause == care.CauseFalse {
					a.Reason = "other"
				}
				_, _ = n.watch.Act(t.Context(), a) // much of it is not allowed
			}
		case "wait":
			n.waits(time.Duration(s.N) * time.Second)
		case "die":
			n.dies(time.Duration(s.N) * time.Second)
		case "shelve":
			_, _ = n.watch.Shelve(t.Context(), alerts.Shelf{Site: "songhe", Point: "203-1-bed", Class: care.BedExit, By: by,
				Until: time.Now().Add(time.Duration(s.N) * time.Minute), Reason: "new mat"})
		case "presence":
			n.sends("203-presence", care.Presence, care.Active, `{"means":"button"}`)
		case "cancel":
			n.sends("203-1-cord", care.SOS, care.Clear, `{"cancel":true}`)
		}
		synctest.Wait()
		if wrong := n.wrong(); wrong != "" {
			return fmt.Sprintf("after step %d (%+v) of %+v: %s", at+1, s, script, wrong)
		}
	}
	return ""
}

// wrong says what does not hold of the ledger.
func (n *night) wrong() string {
	ctx := n.t.Context()
	open := n.open()
	seen := map[string]string{}
	ids := map[string]bool{}
	for _, i := range open {
		ids[i.ID] = true
	}
	for _, i := range open {
		key := fmt.Sprint(i.Site, i.Class, i.Key)
		if seen[key] != "" {
			return fmt.Sprintf("%s and %s are open at the same key", seen[key], i.ID)
		}
		seen[key] = i.ID
		if i.Under != "" && !ids[i.Under] {
			return fmt.Sprintf("%s is under %s, which is not open", i.ID, i.Under)
		}
	}
	timers := map[alerts.TimerKind]map[string]time.Time{}
	for _, kind := range []alerts.TimerKind{alerts.TimerLadder, alerts.TimerArrival} {
		timers[kind] = map[string]time.Time{}
		all, err := n.store.TimersOf(ctx, kind)
		if err != nil {
			return err.Error()
		}
		for _, t := range all {
			timers[kind][t.Ref] = t.Due
			if !ids[t.Ref] {
				return fmt.Sprintf("there is a timer %s of %s, which is not open", kind, t.Ref)
			}
		}
	}
	for _, i := range open {
		_, climbs := timers[alerts.TimerLadder][i.ID]
		_, arrives := timers[alerts.TimerArrival][i.ID]
		if climbs != i.Unattended() {
			return fmt.Sprintf("%s is %s under %q; it has a next step of its ladder: %t", i.ID, i.State, i.Under, climbs)
		}
		if arrives != (i.State == care.Accepted) {
			return fmt.Sprintf("%s is %s; it has a time to arrive: %t", i.ID, i.State, arrives)
		}
	}
	report, err := n.store.Verify(ctx)
	if err != nil {
		return err.Error()
	}
	if err := report.Err(); err != nil {
		return err.Error()
	}
	rows, err := n.store.FeedAfter(ctx, 0, 1_000_000)
	if err != nil {
		return err.Error()
	}
	for at, r := range rows {
		if r.Number != uint64(at+1) {
			return fmt.Sprintf("row %d of the feed has the number %d", at+1, r.Number)
		}
	}
	return ""
}
