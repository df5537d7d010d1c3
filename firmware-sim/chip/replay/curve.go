package replay

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// ErrNoColumn means that a table is sound but does not hold the column asked for.
var ErrNoColumn = errors.New("no such column in the recording")

// Point is one value of a Curve.
type Point struct {
	At    time.Duration // since the beginning
	Value float64
}

// Curve is a quantity as a function of time, given by points in strictly rising
// order of time and straight lines between them. The empty curve is 0.
type Curve []Point

// At returns the value at d after the beginning; before the first point and after
// the last one it stays at theirs.
func (c Curve) At(d time.Duration) float64 {
	i := sort.Search(len(c), func(i int) bool { return c[i].At >= d })
	switch {
	case len(c) == 0:
		return 0
	case i == 0:
		return c[0].Value
	case i < len(c) && c[i].At == d: // to the last bit, which the line below may miss
		return c[i].Value
	case i == len(c):
		return c[i-1].Value
	}
	a, b := c[i-1], c[i]
	f := float64(d-a.At) / float64(b.At-a.At)
	return a.Value + f*(b.Value-a.Value)
}

// Duration returns the time of the last point.
func (c Curve) Duration() time.Duration {
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].At
}

// Map returns the curve with f applied to each value.
func (c Curve) Map(f func(float64) float64) Curve {
	out := slices.Clone(c)
	for i := range out {
		out[i].Value = f(out[i].Value)
	}
	return out
}

// LoadNIST reads one column, for instance SMC_1, of a gzip-compressed table of
// the NIST home smoke alarm tests as a function of the time since ignition.
// Columns SMx_n are optical densities in 1/m: see Obscuration. ErrNoColumn says
// that the table does not hold the column.
func LoadNIST(path, column string) (Curve, error) {
	var c Curve
	err := open(path, func(r io.Reader) (err error) {
		c, err = ReadNIST(r, column)
		return err
	})
	return c, err
}

// ReadNIST reads one column from the text of such a table: a header line of
// column names, TIME (in s) among them, then numbers. Empty cells are skipped;
// anything else that is no finite number, and time that does not rise, is an
// error that names the line.
func ReadNIST(r io.Reader, column string) (Curve, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read the header line: %w", err)
	}
	t, v := slices.Index(head, "TIME"), slices.Index(head, column)
	if t < 0 || v < 0 || t == v {
		return nil, fmt.Errorf("%w: TIME and %s", ErrNoColumn, column)
	}
	var c Curve
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(row[v]) == "" {
			continue
		}
		line, _ := rows.FieldPos(v)
		p, err := point(row[t], row[v])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if len(c) > 0 && p.At <= c.Duration() {
			return nil, fmt.Errorf("line %d: time %s does not come after %s", line, p.At, c.Duration())
		}
		c = append(c, p)
	}
	if len(c) == 0 {
		return nil, fmt.Errorf("column %s has no values", column)
	}
	return c, nil
}

// point parses a time in seconds and a value.
func point(at, value string) (Point, error) {
	s, err := number(at)
	if err != nil {
		return Point{}, err
	}
	if math.Abs(s) > 1e8 {
		return Point{}, fmt.Errorf("%q is no time of an experiment", at)
	}
	v, err := number(value)
	return Point{At: time.Duration(math.Round(s * float64(time.Second))), Value: v}, err
}

func number(s string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no finite number", s)
	}
	return v, nil
}
