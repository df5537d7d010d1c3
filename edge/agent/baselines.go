package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"sync"
)

// baselineStep is the least change, in %/m, that is worth a write: a chamber
// soils by a few %/m in years.
const baselineStep = 0.1

const baselinesFile = "baselines.json"

// baselines knows how soiled each smoke chamber is, in %/m. It is kept over a
// restart, after which a soiled chamber would otherwise alarm early for hours.
// The book writes it, so that no chamber waits for the disk.
type baselines struct {
	mu    sync.Mutex
	of    map[string]float64 // by device id
	dirty bool
}

func newBaselines() *baselines { return &baselines{of: map[string]float64{}} }

// load takes over what was known at the end of the last run. A missing file is
// nothing.
func (b *baselines) load(own *data) error {
	if !own.usable() {
		return nil
	}
	raw, err := os.ReadFile(own.path(baselinesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read how soiled the chambers are: %w", err)
	}
	of, err := parseBaselines(raw)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of = of
	return nil
}

// parseBaselines reads the file; what no chamber can have is an error.
func parseBaselines(raw []byte) (map[string]float64, error) {
	of := map[string]float64{}
	if err := json.Unmarshal(raw, &of); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", baselinesFile, err)
	}
	if of == nil { // null
		of = map[string]float64{}
	}
	for id, v := range of {
		if !(v >= 0 && v <= 4) {
			return nil, fmt.Errorf("%s is damaged: the chamber %q cannot have %g %%/m", baselinesFile, id, v)
		}
	}
	return of, nil
}

// get returns what is known of a chamber, or 0.
func (b *baselines) get(id string) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of[id]
}

// set notes what is known now, if that differs by enough.
func (b *baselines) set(id string, v float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if math.Abs(v-b.of[id]) >= baselineStep {
		b.of[id], b.dirty = v, true
	}
}

// save writes the file if something has changed.
func (b *baselines) save(own *data) error {
	b.mu.Lock()
	raw, err := json.Marshal(b.of)
	dirty := b.dirty
	b.dirty = false
	b.mu.Unlock()
	if err != nil || !dirty {
		return err
	}
	return own.write(baselinesFile, append(raw, '\n'))
}
