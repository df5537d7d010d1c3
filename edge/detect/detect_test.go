package detect

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stage is a part of a made-up movement: an acceleration in the frame of somebody
// upright (x to the front, y down the body is -1, z to the side) for so long.
type stage struct {
	seconds float64
	at      Vec
}

var (
	standing = Vec{0, -1, 0}
	lying    = Vec{1, 0, 0}
)

// fallStages is a fall: standing, dropping, hitting the floor, lying.
var fallStages = []stage{{4, standing}, {0.3, Vec{0.1, -0.3, 0}}, {0.06, Vec{4, -2, 0}}, {0.2, Vec{1.5, -0.2, 0.5}}, {5, lying}}

func play(f *Fall, rate float64, stages []stage) []FallVerdict {
	var out []FallVerdict
	for _, s := range stages {
		for range int(s.seconds * rate) {
			if v, ok := f.Push(s.at); ok {
				out = append(out, v)
			}
		}
	}
	return out
}

func newFall(t testing.TB, o FallOptions) *Fall {
	t.Helper()
	f, err := NewFall(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFallIsFoundAtAnyRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{50, 100, 200, 400, 800} {
		got := play(newFall(t, FallOptions{Rate: rate}), rate, fallStages)
		if len(got) != 1 {
			t.Errorf("at %g Hz there are %d verdicts, want one", rate, len(got))
			continue
		}
		if got[0].Ago < 2900*time.Millisecond || got[0].Ago > 4*time.Second {
			t.Errorf("at %g Hz the fall is decided %s after the impact, want 3 to 4 s", rate, got[0].Ago)
		}
	}
}

func TestWhatIsNoFall(t *testing.T) {
	t.Parallel()
	for name, stages := range map[string][]stage{
		"standing":                        {{20, standing}},
		"sitting down hard":               {{4, standing}, {0.3, Vec{0, -0.5, 0}}, {0.06, Vec{0.3, -2.8, 0}}, {6, Vec{0.3, -0.95, 0}}},
		"lying down gently":               {{4, standing}, {1, Vec{0.5, -0.85, 0}}, {1, Vec{0.85, -0.5, 0}}, {6, lying}},
		"turning over in bed with a jolt": {{6, lying}, {0.1, Vec{0, 0, 2.2}}, {6, Vec{0, 0, 1}}},
		"stumbling without falling":       {{4, standing}, {0.06, Vec{3, -2, 0}}, {6, standing}},
		"a knock on the device":           {{4, standing}, {0.01, Vec{8, 0, 0}}, {6, standing}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := play(newFall(t, FallOptions{Rate: 200}), 200, stages); len(got) > 0 {
				t.Errorf("a fall is seen: %s", got[0].Reason)
			}
		})
	}
}

func TestFallEvidence(t *testing.T) {
	t.Parallel()
	got := play(newFall(t, FallOptions{Rate: 200}), 200, fallStages)
	if len(got) != 1 {
		t.Fatalf("%d verdicts, want one", len(got))
	}
	v := got[0]
	if want := "impact of 4.5 g with a sideways throw of 1.06 g; trunk 0° from upright before and 90° after, lying still"; v.Reason != want {
		t.Errorf("reason is %q, want %q", v.Reason, want)
	}
	if n := len(v.Window.X); n != 251 || len(v.Window.Y) != n || len(v.Window.Z) != n || v.Window.Rate != 50 || v.Window.Start != -2 {
		t.Errorf("the window has %d samples at %g Hz from %g s, want 251 at 50 from -2", n, v.Window.Rate, v.Window.Start)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 20<<10 {
		t.Errorf("the evidence takes %d bytes, want at most 20 KiB", len(b))
	}
	// The impact is where the window says that it is.
	at := int(math.Round(-v.Window.Start * v.Window.Rate))
	peak := 0
	for i := range v.Window.X {
		if math.Hypot(v.Window.X[i], v.Window.Y[i]) > math.Hypot(v.Window.X[peak], v.Window.Y[peak]) {
			peak = i
		}
	}
	if peak < at-3 || peak > at+3 {
		t.Errorf("the greatest sample of the window is number %d, want about %d", peak, at)
	}
}

func TestFallOfASensorMountedOtherwise(t *testing.T) {
	t.Parallel()
	var turned []stage
	for _, s := range fallStages {
		turned = append(turned, stage{s.seconds, Vec{s.at[2], s.at[0], -s.at[1]}})
	}
	if got := play(newFall(t, FallOptions{Rate: 200, Upright: Vec{0, 0, 1}}), 200, turned); len(got) != 1 {
		t.Errorf("%d verdicts, want one", len(got))
	}
}

func TestFallRightAfterTheStart(t *testing.T) {
	t.Parallel()
	stages := append([]stage{{0.1, standing}}, fallStages[1:]...)
	if got := play(newFall(t, FallOptions{Rate: 200}), 200, stages); len(got) != 1 {
		t.Errorf("%d verdicts, want one", len(got))
	}
}

func TestSecondFallIsFoundToo(t *testing.T) {
	t.Parallel()
	f := newFall(t, FallOptions{Rate: 200})
	stages := append(append([]stage{}, fallStages...), fallStages...)
	stages[4].seconds = 10
	if got := play(f, 200, stages); len(got) != 2 {
		t.Errorf("%d verdicts, want two", len(got))
	}
	f.Reset()
	if got := play(f, 200, fallStages); len(got) != 1 {
		t.Errorf("after a reset %d verdicts, want one", len(got))
	}
}

// Whatever a broken sensor sends, the detector neither stops nor says what is not
// in its own conditions.
func TestFallTakesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, err := NewFall(FallOptions{Rate: 50})
		if err != nil {
			t.Fatal(err)
		}
		value := rapid.OneOf(rapid.Float64Range(-16, 16), rapid.Float64(), rapid.Just(math.NaN()))
		for range rapid.IntRange(0, 60).Draw(t, "stages") {
			v := Vec{value.Draw(t, "x"), value.Draw(t, "y"), value.Draw(t, "z")}
			for range rapid.IntRange(1, 40).Draw(t, "samples") {
				if got, ok := f.Push(v); ok && !(got.Peak >= 2 && got.TiltAfter >= 50 && got.Throw >= 0.4) {
					t.Fatalf("a fall without its conditions: %+v", got)
				}
			}
		}
	})
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

type smokeNews struct {
	Second int
	Active bool
}

// smoke samples a curve once a second and returns the verdicts.
func smoke(t *testing.T, seconds int, curve func(s int) float64) (news []smokeNews, last SmokeVerdict, s *Smoke) {
	t.Helper()
	s, err := NewSmoke(SmokeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for sec := range seconds {
		if v, ok := s.Push(noon.Add(time.Duration(sec)*time.Second), curve(sec)); ok {
			news, last = append(news, smokeNews{sec, v.Active}), v
		}
	}
	return news, last, s
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	const hour = 3600
	for _, tt := range []struct {
		name    string
		seconds int
		curve   func(s int) float64
		want    []smokeNews
	}{
		{"clean air", hour, func(int) float64 { return 0.1 }, nil},
		{"a puff of steam for three seconds", 600, func(s int) float64 { return cond(s >= 100 && s < 103, 30, 0) }, nil},
		{"smoke for a minute, then clean air", 600, func(s int) float64 { return cond(s >= 100 && s < 160, 10, 0) }, []smokeNews{{104, true}, {220, false}}},
		{"smoke that thins does not end", 400, func(s int) float64 { return cond(s >= 100, cond(s%50 < 25, 9, 5), 0) }, []smokeNews{{104, true}}},
		{"a fire that smoulders for two hours", 3 * hour, func(s int) float64 { return float64(s) / 600 }, []smokeNews{{5108, true}}},
		{"no number", 600, func(int) float64 { return math.NaN() }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, _ := smoke(t, tt.seconds, tt.curve)
			if tt.name == "a fire that smoulders for two hours" {
				// 8 %/m comes after 80 min; the baseline may not have followed by
				// more than a quarter of a per cent an hour.
				if len(got) != 1 || got[0].Second < 4800 || got[0].Second > 4800+300 {
					t.Errorf("news is %v, want one alarm within 5 min after second 4800", got)
				}
				return
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("news (-want +got):\n%s", d)
			}
		})
	}
}

func cond(is bool, a, b float64) float64 {
	if is {
		return a
	}
	return b
}

func TestAFallIsUnderWayFromItsImpactToTheVerdict(t *testing.T) {
	t.Parallel()
	f := newFall(t, FallOptions{Rate: 200})
	play(f, 200, []stage{{10, standing}})
	if f.UnderWay() {
		t.Error("standing is a fall under way")
	}
	for range 2 { // an impact, averaged or not
		f.Push(Vec{0, -3, 0})
		if !f.UnderWay() {
			t.Error("an impact is none")
		}
	}
	play(f, 200, []stage{{4, standing}})
	if f.UnderWay() {
		t.Error("it is still under way after the time for a verdict")
	}
}

func TestDustIsFollowedAndThenReported(t *testing.T) {
	t.Parallel()
	days := func(s int) float64 { return 4.5 * min(1, float64(s)/(36*3600)) }
	news, _, s := smoke(t, 48*3600, days)
	if len(news) > 0 {
		t.Errorf("dust raises %v", news)
	}
	if !s.Soiled() {
		t.Error("a chamber with 4.5 %/m of dust does not count as soiled")
	}
	if _, ok := s.Push(noon.Add(48*time.Hour), 11); ok {
		t.Error("one sample is a fire")
	}
}

// What was known of the dust before a restart counts from the first sample on,
// unless that shows that the dust is gone.
func TestDustIsRememberedUnlessItIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, fire float64
		alarms      bool
	}{
		"10 %/m over 3 of dust are no fire yet": {3, 10, false},
		"11 %/m over 3 of dust are one":         {3, 11, true},
		"of a chamber that was cleaned, 8.5":    {0.2, 8.5, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewSmoke(SmokeOptions{Baseline: 3})
			if err != nil {
				t.Fatal(err)
			}
			alarms := false
			for i := range 30 {
				v := c.first
				if i > 10 {
					v = c.fire
				}
				_, ok := s.Push(noon.Add(time.Duration(i)*time.Second), v)
				alarms = alarms || ok
			}
			if alarms != c.alarms {
				t.Errorf("it alarms: %t, want %t", alarms, c.alarms)
			}
		})
	}
}

func TestSamplesFarApartDoNotAddUp(t *testing.T) {
	t.Parallel()
	s, err := NewSmoke(SmokeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if v, ok := s.Push(noon.Add(time.Duration(i)*time.Minute), 30); ok {
			t.Fatalf("samples a minute apart raise %+v", v)
		}
	}
}

func TestSmokeEvidence(t *testing.T) {
	t.Parallel()
	_, v, _ := smoke(t, 105, func(s int) float64 { return cond(s >= 100, 12.0, 0) })
	if want := "smoke: 12.0 %/m obscuration, above the limit of 8 for 4s; +12.0 %/m in the last minute"; v.Reason != want {
		t.Errorf("reason is %q, want %q", v.Reason, want)
	}
	if n := len(v.Trace.Values); n != 105 || v.Trace.Seconds[n-1] != 0 || v.Trace.Values[n-1] != 12 || v.Trace.Unit != "%/m" {
		t.Errorf("the window has %d values ending in %v at %v", n, v.Trace.Values[n-1], v.Trace.Seconds[n-1])
	}
}

func TestHeat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		curve  func(s int) float64
		want   []smokeNews
		reason string
	}{
		{"a summer day", func(s int) float64 { return 38 + 3*math.Sin(float64(s)/600) }, nil, ""},
		{"a heater in a cold room", func(s int) float64 { return min(24, 5+float64(s)/4) }, nil, ""},
		{"a fire", func(s int) float64 { return 22 + float64(max(0, s-100))/2 }, []smokeNews{{140, true}}, "risen by"},
		{"slowly hot, then cool", func(s int) float64 { return cond(s < 400, 22+float64(s)/10, 30.0) }, []smokeNews{{350, true}, {460, false}}, "above 57"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var h Heat
			var got []smokeNews
			var reason string
			for s := 0; s < 1000; s += 10 {
				if v, ok := h.Push(noon.Add(time.Duration(s)*time.Second), tt.curve(s)); ok {
					got = append(got, smokeNews{s, v.Active})
					if v.Active {
						reason = v.Reason
					}
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("news (-want +got):\n%s", d)
			}
			if !strings.Contains(reason, tt.reason) {
				t.Errorf("reason is %q, want %q in it", reason, tt.reason)
			}
		})
	}
}

func TestBed(t *testing.T) {
	t.Parallel()
	type set struct {
		second   int
		occupied bool
	}
	for _, tt := range []struct {
		name string
		sets []set
		want []smokeNews
	}{
		{"leaves and returns", []set{{0, true}, {100, false}, {300, true}}, []smokeNews{{110, true}, {303, false}}},
		{"turns over", []set{{0, true}, {100, false}, {105, true}}, nil},
		{"sits down for a moment only", []set{{0, false}, {100, true}, {110, false}}, nil},
		{"goes to bed, then leaves", []set{{0, false}, {100, true}, {200, false}}, []smokeNews{{210, true}}},
		{"touches the bed on the way", []set{{0, true}, {100, false}, {200, true}, {202, false}}, []smokeNews{{110, true}}},
		{"empty from the start", []set{{0, false}}, nil},
		{"leaves twice", []set{{0, true}, {100, false}, {200, true}, {210, false}}, []smokeNews{{110, true}, {203, false}, {220, true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := NewBed(10 * time.Second)
			if err != nil {
				t.Fatal(err)
			}
			var got []smokeNews
			for s := range 400 {
				at := noon.Add(time.Duration(s) * time.Second)
				for _, set := range tt.sets {
					if set.second == s {
						b.Set(at, set.occupied)
					}
				}
				due, waits := b.Due()
				v, ok := b.Check(at)
				if ok && (!waits || due.After(at)) {
					t.Errorf("news at second %d though Due says %v, %v", s, due, waits)
				}
				if ok {
					got = append(got, smokeNews{s, v.Active})
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("news (-want +got):\n%s", d)
			}
		})
	}
}

func BenchmarkFallPush(b *testing.B) {
	f := newFall(b, FallOptions{Rate: 200})
	for b.Loop() {
		f.Push(standing)
	}
}
