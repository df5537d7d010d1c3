package live_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// check compares what each screen got with what it was to get, and reports the
// latencies of each phase. It returns how many changes were delivered in each.
func (r *crowded) check(done answer) map[string]int {
	b := r.b
	took := map[string][]time.Duration{}
	frames := map[string]int{}
	pictures := map[string]uint64{}
	n, bad, byFrame, slowBack := 0, 0, 0, 0
	for _, a := range r.crowd.accounts {
		for s := range a.sockets {
			rec := done.Screens[n]
			n++
			slow := s < a.slow
			problem := r.compare(a, rec, pictures, func(w row, at int64, picture bool) {
				if slow || w.phase == "before" {
					return
				}
				frames[w.phase]++
				if !picture {
					byFrame++
				}
				took[w.phase] = append(took[w.phase], time.Duration(at-w.at)*time.Microsecond)
			})
			if problem == "" && slow != (len(rec.Byes) > 0) {
				problem = fmt.Sprintf("the socket ended with %q", rec.Byes)
			}
			if slow && len(rec.Byes) > 0 {
				slowBack++
			}
			if problem != "" {
				if bad++; bad <= 5 {
					b.Errorf("screen %d of %s: %s", s, a.user.ID, problem)
				}
			}
		}
	}
	if bad > 0 {
		b.Errorf("%d of %d screens did not get what is theirs", bad, n)
	}
	for _, phase := range []string{"steady", "stalled", "back", "consent"} {
		d := took[phase]
		if len(d) == 0 {
			b.Fatalf("nobody was told anything in the phase %s", phase)
		}
		slices.Sort(d)
		q := func(q float64) float64 {
			return float64(d[min(len(d)-1, int(q*float64(len(d))))].Microseconds()) / 1000
		}
		b.ReportMetric(q(0.5), phase+"-p50-ms")
		b.ReportMetric(q(0.99), phase+"-p99-ms")
		b.ReportMetric(q(1), phase+"-max-ms")
	}
	b.Logf("%d changes were delivered as frames; %d slow screens were closed and have caught up", byFrame, slowBack)
	return frames
}

// compare says what is wrong with what one screen got, and calls had for each
// change of its scope with the moment from which it had it, by a frame or in a
// picture.
func (r *crowded) compare(a account, rec record, pictures map[string]uint64, had func(w row, at int64, picture bool)) string {
	if len(rec.Wrong) > 0 {
		return strings.Join(rec.Wrong, "; ")
	}
	var problem bytes.Buffer
	mine := 0
	next := func() *row { // the next change of the scope that the screen does not have
		for mine < len(r.rows) && !a.sees(r.rows[mine]) {
			mine++
		}
		if mine == len(r.rows) {
			return nil
		}
		return &r.rows[mine]
	}
	for _, g := range rec.Got {
		if g.Picture {
			for w := next(); w != nil && w.number <= g.Number; w = next() {
				had(*w, g.At, true)
				mine++
			}
			key := fmt.Sprint(a.user.ID, " ", g.Number)
			want, ok := pictures[key]
			if !ok {
				want = digestIDs(a.seen(r.rows, g.Number))
				pictures[key] = want
			}
			if want != g.IDs {
				fmt.Fprintf(&problem, "the picture at row %d has other incidents than those of its scope; ", g.Number)
			}
			continue
		}
		w := next()
		if w == nil || w.number != g.Number || w.incident != g.Incident {
			return fmt.Sprintf("got row %d (%s) where %+v was to come", g.Number, g.Incident, cmp.Or(w, &row{}))
		}
		had(*w, g.At, false)
		mine++
	}
	if w := next(); w != nil {
		fmt.Fprintf(&problem, "row %d (%s) never came", w.number, w.incident)
	}
	return problem.String()
}
