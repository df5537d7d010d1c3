package detect

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The four full-scale flaming fires of NIST Technical Note 1455. Each optical
// density meter at the ceiling (SMx_1) stands for a chamber. Every one that sees
// smoke must alarm, and the earliest of a fire not much later than the median
// commercial alarm of the same test. Three of the 24 meters hardly show any smoke
// or a single spike; they are named in the log.
func TestSmokeOnNISTFires(t *testing.T) {
	t.Parallel()
	dir := shared(t, "nist_tn1455")
	commercial := activations(t, filepath.Join(dir, "activation_times.csv"))
	for _, test := range []string{"SDC02", "SDC07", "SDC33", "SDC38"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			times := commercial[test]
			slices.Sort(times)
			median := times[len(times)/2]
			var alarms []float64
			for name, curve := range densities(t, filepath.Join(dir, "NIST_Smoke_Alarms_"+test+".csv.gz")) {
				s, err := NewSmoke(SmokeOptions{})
				if err != nil {
					t.Fatal(err)
				}
				at := math.NaN()
				ignition := time.Unix(1_800_000_000, 0)
				for i := 1; i < len(curve) && math.IsNaN(at); i++ {
					// Once a second, as the agent samples, between the records.
					for sec := math.Ceil(curve[i-1][0]); sec < curve[i][0]; sec++ {
						part := (sec - curve[i-1][0]) / (curve[i][0] - curve[i-1][0])
						od := curve[i-1][1] + part*(curve[i][1]-curve[i-1][1])
						percent := 100 * (1 - math.Pow(10, -max(0, od)))
						if v, ok := s.Push(ignition.Add(time.Duration(sec*float64(time.Second))), percent); ok && v.Active {
							at = sec
							break
						}
					}
				}
				if math.IsNaN(at) {
					if most := sustained(curve); most >= 10 {
						t.Errorf("the chamber at %s never alarms, though it sees %.1f %%/m for three records", name, most)
					} else {
						t.Logf("the chamber at %s never alarms; the most it sees for three records is %.1f %%/m", name, most)
					}
					continue
				}
				alarms = append(alarms, at)
			}
			slices.Sort(alarms)
			if len(alarms) == 0 {
				t.Fatal("no chamber alarms")
			}
			t.Logf("%d chambers alarm %.0f … %.0f s after ignition (median %.0f); %d commercial alarms %.0f … %.0f s (median %.0f)",
				len(alarms), alarms[0], alarms[len(alarms)-1], alarms[len(alarms)/2], len(times), times[0], times[len(times)-1], median)
			if alarms[0] > median+30 {
				t.Errorf("the first chamber alarms at %.0f s, more than 30 s after the median commercial alarm at %.0f s", alarms[0], median)
			}
		})
	}
}

// sustained is the greatest obscuration in %/m that three records in turn reach.
func sustained(curve [][2]float64) float64 {
	most := 0.0
	for i := 2; i < len(curve); i++ {
		od := min(curve[i-2][1], curve[i-1][1], curve[i][1])
		most = max(most, 100*(1-math.Pow(10, -od)))
	}
	return most
}

func activations(t *testing.T, path string) map[string][]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, r := range rows[1:] {
		if s, err := strconv.ParseFloat(r[2], 64); err == nil {
			out[r[0]] = append(out[r[0]], s)
		}
	}
	return out
}

// densities returns time and optical density of each ceiling meter.
func densities(t *testing.T, path string) map[string][][2]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][][2]float64{}
	for col, name := range rows[0] {
		if !strings.HasPrefix(name, "SM") || !strings.HasSuffix(name, "_1") {
			continue
		}
		for _, row := range rows[1:] {
			if len(row) <= col {
				continue
			}
			at, err1 := strconv.ParseFloat(row[0], 64)
			od, err2 := strconv.ParseFloat(row[col], 64)
			if err1 == nil && err2 == nil {
				out[name] = append(out[name], [2]float64{at, od})
			}
		}
	}
	return out
}
