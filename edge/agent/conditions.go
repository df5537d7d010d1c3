package agent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"shouwang.care/shouwang/alerts/care"
)

// condition is something that lasts until it is reported clear: a fire, a leak,
// a fault.
type condition struct {
	Device string       `json:"device"`
	Class  care.Class   `json:"class"`
	Point  care.PointID `json:"point"`
}

// conditions knows what was last reported active. It is kept over a restart, so
// that the end of a fire is reported even if the power failed in between.
type conditions struct {
	mu     sync.Mutex
	active map[condition]bool
	dirty  bool // differs from the file
}

const conditionsFile = "conditions.json"

func newConditions() *conditions { return &conditions{active: map[condition]bool{}} }

// load takes over what was active at the end of the last run. A missing file is
// none.
func (c *conditions) load(own *data) error {
	if !own.usable() {
		return nil
	}
	b, err := os.ReadFile(own.path(conditionsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what was active: %w", err)
	}
	list, err := parseConditions(b)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range list {
		c.active[k] = true
	}
	return nil
}

func parseConditions(b []byte) ([]condition, error) {
	var list []condition
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", conditionsFile, err)
	}
	return list, nil
}

// save writes the file if something has changed.
func (c *conditions) save(own *data) error {
	list, dirty := c.list()
	if !dirty {
		return nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("encode what is active: %w", err)
	}
	return own.write(conditionsFile, append(b, '\n'))
}

// list returns what is active, sorted, and whether that is news since the last
// call.
func (c *conditions) list() (list []condition, dirty bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.active {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b condition) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Point, b.Point))
	})
	dirty, c.dirty = c.dirty, false
	return list, dirty
}

// begin notes that a condition is active.
func (c *conditions) begin(k condition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dirty = c.dirty || !c.active[k]
	c.active[k] = true
}

// end notes that a condition is over and reports whether it was active.
func (c *conditions) end(k condition) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.active[k] {
		return false
	}
	delete(c.active, k)
	c.dirty = true
	return true
}

// has reports whether a condition is active.
func (c *conditions) has(k condition) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.active[k]
}
