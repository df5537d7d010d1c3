package spool

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// disk is a directory in memory that knows what is synced, of files and of
// itself, and can run out of room or become read-only. As in most file systems
// there is room for an empty file even then.
type disk struct {
	mu       sync.Mutex
	files    map[string]*diskFile
	room     int // bytes that may still be written; negative is without bound
	noSync   bool
	readOnly bool
	// Since the directory was synced: files that were created, and removed.
	created map[string]bool
	removed map[string]*diskFile
}

type diskFile struct {
	b      []byte
	synced int
}

var (
	errNoRoom   = errors.New("no space left on device")
	errReadOnly = errors.New("read-only file system")
)

func newDisk() *disk {
	return &disk{files: map[string]*diskFile{}, room: -1, created: map[string]bool{}, removed: map[string]*diskFile{}}
}

// crash returns the disk after a power failure at which keep of the bytes that
// were not synced had reached each file, and of the creation or removal of each
// file, the directory.
func (d *disk) crash(keep func(unsynced int) int) *disk {
	c := newDisk()
	survivors := maps.Clone(d.files)
	for name := range d.created {
		if keep(1) == 0 {
			delete(survivors, name)
		}
	}
	for name, f := range d.removed {
		if survivors[name] == nil && keep(1) == 0 {
			survivors[name] = f
		}
	}
	for name, f := range survivors {
		n := f.synced + keep(len(f.b)-f.synced)
		c.files[name] = &diskFile{b: slices.Clone(f.b[:n]), synced: n}
	}
	return c
}

func (d *disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.files)), nil
}

func (d *disk) Append(name string) (File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.readOnly {
		return nil, errReadOnly
	}
	if d.files[name] == nil {
		d.files[name] = &diskFile{}
		d.created[name] = true
	}
	return &handle{d, name}, nil
}

func (d *disk) file(name string) (*diskFile, error) {
	f := d.files[name]
	if f == nil {
		return nil, fmt.Errorf("%s does not exist", name)
	}
	return f, nil
}

func (d *disk) ReadAt(name string, b []byte, off int64) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.file(name)
	if err != nil {
		return 0, err
	}
	n := copy(b, f.b[min(int(off), len(f.b)):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (d *disk) Size(name string) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.file(name)
	if err != nil {
		return 0, err
	}
	return int64(len(f.b)), nil
}

func (d *disk) Truncate(name string, size int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.file(name)
	if err != nil {
		return err
	}
	if d.readOnly {
		return errReadOnly
	}
	f.b, f.synced = f.b[:size], int(size)
	return nil
}

func (d *disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.file(name)
	if err != nil {
		return err
	}
	if d.readOnly {
		return errReadOnly
	}
	if d.room >= 0 {
		d.room += len(f.b)
	}
	if !d.created[name] {
		d.removed[name] = f
	}
	delete(d.created, name)
	delete(d.files, name)
	return nil
}

func (d *disk) SyncDir() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.noSync || d.readOnly {
		return errors.New("input/output error")
	}
	clear(d.created)
	clear(d.removed)
	return nil
}

type handle struct {
	d    *disk
	name string
}

func (h *handle) Write(b []byte) (int, error) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	f, err := h.d.file(h.name)
	if err != nil {
		return 0, err
	}
	if h.d.readOnly {
		return 0, errReadOnly
	}
	n := len(b)
	if h.d.room >= 0 {
		n = min(n, h.d.room)
		h.d.room -= n
	}
	f.b = append(f.b, b[:n]...)
	if n < len(b) {
		return n, errNoRoom
	}
	return n, nil
}

func (h *handle) Sync() error {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.d.noSync || h.d.readOnly {
		return errors.New("input/output error")
	}
	if f := h.d.files[h.name]; f != nil {
		f.synced = len(f.b)
	}
	return nil
}

func (h *handle) Close() error { return nil }
