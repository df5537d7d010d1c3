package replay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"shouwang.care/shouwang/firmware-sim/chip"
)

// Rate is the rate in Hz at which SisFall was recorded and at which the
// synthetic movements are made; the chip must be set to it.
const Rate = 200

// ErrNoTrial means that a recording is sound but does not hold the activity and
// trial asked for.
var ErrNoTrial = errors.New("no such trial in the recording")

// Motion is a movement as raw counts of an ADXL345 in full resolution (1/256 g),
// Rate samples a second.
type Motion struct {
	// Activity is the code of what the person does, for instance F01 or D07;
	// synthetic movements have words instead.
	Activity string
	// Subject and Trial say who and which time; empty for synthetic movements.
	Subject, Trial string
	// Samples in order of time.
	Samples []chip.Sample
}

// Source returns the motion as input of one chip, from its beginning.
func (m Motion) Source() chip.Source { return &player{samples: m.Samples} }

// player hands out samples one by one.
type player struct {
	samples []chip.Sample
}

// Next implements chip.Source.
func (p *player) Next() (chip.Sample, bool) {
	if len(p.samples) == 0 {
		return chip.Sample{}, false
	}
	s := p.samples[0]
	p.samples = p.samples[1:]
	return s, true
}

// LoadSisFall reads one trial of one activity (for instance "F05", "R02") from a
// gzip-compressed file of one person. ErrNoTrial says that the file does not hold it.
func LoadSisFall(path, activity, trial string) (Motion, error) {
	var m Motion
	err := open(path, func(r io.Reader) (err error) {
		m, err = ReadSisFall(r, activity, trial)
		return err
	})
	return m, err
}

// ReadSisFall reads one trial from the text of such a file: for each trial a line
// "# activity subject trial n" and then n lines "x,y,z" of raw counts. Other
// trials are skipped by their line count. A damaged line in the trial asked for
// is an error that names the line.
func ReadSisFall(r io.Reader, activity, trial string) (Motion, error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		m, count, ok, err := header(lines.Text())
		switch {
		case err != nil:
			return Motion{}, fmt.Errorf("line %d: %w", n, err)
		case !ok || m.Activity != activity || m.Trial != trial:
			continue
		}
		for range count {
			n++
			if !lines.Scan() {
				return Motion{}, errors.Join(lines.Err(), fmt.Errorf("line %d: the trial ends after %d of %d samples", n, len(m.Samples), count))
			}
			s, err := sample(lines.Text())
			if err != nil {
				return Motion{}, fmt.Errorf("line %d: %w", n, err)
			}
			m.Samples = append(m.Samples, s)
		}
		return m, nil
	}
	if err := lines.Err(); err != nil {
		return Motion{}, err
	}
	return Motion{}, fmt.Errorf("%w: %s %s", ErrNoTrial, activity, trial)
}

// header parses the line before a trial; ok is false for lines of samples.
func header(line string) (m Motion, count int, ok bool, err error) {
	rest, ok := strings.CutPrefix(line, "#")
	if !ok {
		return Motion{}, 0, false, nil
	}
	f := strings.Fields(rest)
	if len(f) != 4 {
		return Motion{}, 0, false, fmt.Errorf("a header has activity, subject, trial and number of samples, not %q", line)
	}
	count, err = strconv.Atoi(f[3])
	if err != nil || count < 0 {
		return Motion{}, 0, false, fmt.Errorf("%q is no number of samples", f[3])
	}
	return Motion{Activity: f[0], Subject: f[1], Trial: f[2]}, count, true, nil
}

// sample parses "x,y,z".
func sample(line string) (chip.Sample, error) {
	f := strings.Split(line, ",")
	if len(f) != 3 {
		return chip.Sample{}, fmt.Errorf("a sample has three values, not %q", line)
	}
	var v [3]int16
	for i, s := range f {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 16)
		if err != nil {
			return chip.Sample{}, fmt.Errorf("%q is no 16-bit count", s)
		}
		v[i] = int16(n)
	}
	return chip.Sample{X: v[0], Y: v[1], Z: v[2]}, nil
}
