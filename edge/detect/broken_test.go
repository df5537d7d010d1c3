package detect

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"
	"time"
)

// What a sensor that breaks makes of its wearer is no fall: nobody lies under
// four times the weight of the earth, or under none.
func TestAStuckSensorIsNoFall(t *testing.T) {
	t.Parallel()
	for name, stuck := range map[string]Vec{
		"at the end of its range": {16, 0, 0},
		"at four g":               {4, 0, 0},
		"at two ends":             {-16, 16, 16},
		"at zero after a knock":   {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, rate := range []float64{25, 200, 1000} {
				stages := []stage{{4, standing}, {0.1, Vec{4, 0, 0}}, {20, stuck}}
				if got := play(newFall(t, FallOptions{Rate: rate}), rate, stages); len(got) > 0 {
					t.Errorf("at %g Hz a fall is seen: %s", rate, got[0].Reason)
				}
			}
		})
	}
}

func TestFallAtTheEndsOfWhatRatesThereAre(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{25, 26.3, 49, 51, 99, 101, 149, 999, 1000} {
		if got := play(newFall(t, FallOptions{Rate: rate}), rate, fallStages); len(got) != 1 {
			t.Errorf("at %g Hz there are %d verdicts, want one", rate, len(got))
		}
	}
}

func TestFallOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]FallOptions{
		"no rate":           {},
		"rate too low":      {Rate: 24.9},
		"rate too high":     {Rate: 1000.1},
		"rate no number":    {Rate: math.NaN()},
		"rate infinite":     {Rate: math.Inf(1)},
		"impact negative":   {Rate: 200, Impact: -1},
		"throw no number":   {Rate: 200, Throw: math.NaN()},
		"lying upside down": {Rate: 200, Lying: 180},
		"standing infinite": {Rate: 200, Standing: math.Inf(1)},
		"upright is tiny":   {Rate: 200, Upright: Vec{0, 0.05, 0}},
		"upright no number": {Rate: 200, Upright: Vec{math.NaN(), 1, 0}},
		"upright infinite":  {Rate: 200, Upright: Vec{math.Inf(1), 1, 0}},
	} {
		if _, err := NewFall(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Samples that are no numbers are as good as absent: a fall among them is found.
func TestFallAmongSamplesThatAreNoNumbers(t *testing.T) {
	t.Parallel()
	f := newFall(t, FallOptions{Rate: 200})
	verdicts := 0
	for _, s := range fallStages {
		for range int(s.seconds * 200) {
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64} {
				for k := range 3 {
					v := s.at
					v[k] = bad
					if _, ok := f.Push(v); ok {
						t.Fatal("a sample that is no number decides a fall")
					}
				}
			}
			if _, ok := f.Push(s.at); ok {
				verdicts++
			}
		}
	}
	if verdicts != 1 {
		t.Errorf("%d verdicts, want one", verdicts)
	}
}

// A sensor runs for years. On the 32-bit Raspberry Pi a counter of 50 Hz is full
// after 497 days.
func TestFallAfterYearsWithoutARestart(t *testing.T) {
	t.Parallel()
	f := newFall(t, FallOptions{Rate: 200})
	play(f, 200, []stage{{20, standing}})
	skip := (math.MaxInt - 300 - f.n) / len(f.acc) * len(f.acc) // to the same place in the rings
	f.n += skip
	f.quiet += skip
	if got := play(f, 200, append(append([]stage{}, fallStages...), stage{10, lying})); len(got) != 1 {
		t.Errorf("%d verdicts, want one", len(got))
	}
}

func TestSmokeOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]SmokeOptions{
		"limit too low":      {Alarm: 1.9},
		"limit too high":     {Alarm: 20.1},
		"limit no number":    {Alarm: math.NaN()},
		"persist negative":   {Persist: -1},
		"clear negative":     {ClearAfter: -1},
		"baseline too high":  {Baseline: 4.1},
		"baseline no number": {Baseline: math.NaN()},
	} {
		if _, err := NewSmoke(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewBed(-1); err == nil {
		t.Error("a bed with a negative time: no error")
	}
}

// A Raspberry Pi has no clock of its own: it starts years ago and jumps to now
// when the network comes, forwards or backwards.
func TestSmokeWhileTheClockJumps(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"forwards": 50 * 365 * 24 * time.Hour, "backwards": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := NewSmoke(SmokeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			at := noon
			for i := range 60 {
				at = at.Add(time.Second)
				if i == 33 {
					at = at.Add(jump)
				}
				v, ok := s.Push(at, cond(i >= 30, 12, 0))
				if want := i == 37; ok != want {
					t.Errorf("second %d: news %v, %+v", i, ok, v)
				}
			}
		})
	}
}

func TestHeatAfterANightWithoutSensor(t *testing.T) {
	t.Parallel()
	var h Heat
	h.Push(noon, 22)
	for i := range 5 {
		if v, ok := h.Push(noon.Add(10*time.Hour+time.Duration(i)*10*time.Second), 39); ok {
			t.Fatalf("a hot day after a cold night is a fire: %s", v.Reason)
		}
	}
}

func TestHeatOfASensorThatIsAskedRarely(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		every time.Duration
		to    float64
		want  bool
	}{
		{2 * time.Minute, 44, true}, // 11 K in a minute
		{5 * time.Minute, 44, false},
		{30 * time.Second, 44, true},
		{30 * time.Second, 31, false},
	} {
		var h Heat
		h.Push(noon, 22)
		if v, ok := h.Push(noon.Add(tt.every), tt.to); ok != tt.want {
			t.Errorf("from 22 to %g °C in %s: a fire is %v, want %v (%s)", tt.to, tt.every, ok, tt.want, v.Reason)
		}
	}
}

// encodable fails if the evidence cannot go into an event.
func encodable(t *testing.T, v any) {
	t.Helper()
	if _, err := json.Marshal(v); err != nil {
		t.Fatalf("the evidence is no JSON: %v", err)
	}
}

// numbers cuts bytes into floats.
func numbers(b []byte) []float64 {
	var out []float64
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return out
}

func bytesOf(values ...float64) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// Whatever the rate and the samples, each held for a while: no panic, and a
// verdict has its conditions and can be sent.
func FuzzFall(f *testing.F) {
	f.Add(200.0, uint8(200), bytesOf(0, -1, 0, 0.1, -0.3, 0, 4, -2, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0))
	f.Add(25.0, uint8(1), bytesOf(math.MaxFloat64, 1, 1, math.NaN(), 1, 1, 1e-308, 0, 0))
	f.Add(1000.0, uint8(255), bytesOf(16, 16, 16, -16, -16, -16, 0, 0, 0, 1000, 1000, 1000))
	f.Fuzz(func(t *testing.T, rate float64, hold uint8, b []byte) {
		d, err := NewFall(FallOptions{Rate: rate})
		if err != nil {
			return
		}
		values := numbers(b)
		for ; len(values) >= 3; values = values[3:] {
			for range int(hold) + 1 {
				v, ok := d.Push(Vec{values[0], values[1], values[2]})
				if !ok {
					continue
				}
				if !(v.Peak >= 2 && v.Throw >= 0.4 && v.TiltAfter >= 50 && v.TiltBefore <= 60) {
					t.Fatalf("a fall without its conditions: %+v", v)
				}
				encodable(t, v)
			}
		}
	})
}

// Whatever is measured at whatever time: news alternates and can be sent.
func FuzzSmokeAndHeat(f *testing.F) {
	f.Add(bytesOf(0, 0, 1, 12, 1, 12, 1, 12, 1, 12, 1, 12, 1, 12, 60, 0, 10, 0, 55, 0))
	f.Add(bytesOf(1, math.MaxFloat64, 1, math.MaxFloat64, 5, math.MaxFloat64, -1e9, -math.MaxFloat64, 1e9, 60))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := NewSmoke(SmokeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var h Heat
		at, smoking, hot := noon, false, false
		values := numbers(b)
		for ; len(values) >= 2; values = values[2:] {
			step := values[0]
			if !(math.Abs(step) < 1e9) {
				continue
			}
			at = at.Add(time.Duration(step * float64(time.Second)))
			if v, ok := s.Push(at, values[1]); ok {
				if v.Active == smoking || v.Active != s.Active() {
					t.Fatalf("news of smoke is no news: %+v", v)
				}
				smoking = v.Active
				encodable(t, v)
			}
			if v, ok := h.Push(at, values[1]); ok {
				if v.Active == hot {
					t.Fatalf("news of heat is no news: %+v", v)
				}
				hot = v.Active
				encodable(t, v)
			}
		}
	})
}
