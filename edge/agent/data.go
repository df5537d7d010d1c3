package agent

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// errUnusable means that the data directory cannot be written to.
var errUnusable = errors.New("the data directory cannot be used")

// errHeld means that somebody else has the lock.
var errHeld = errors.New("the lock is held")

// data is the data directory, owned by this agent until close. The zero value
// stands for one that cannot be used.
type data struct {
	dir  string
	lock *os.File
}

// openData makes the directory and takes its lock. The error is errUnusable, or
// that another agent owns it.
func openData(dir string) (*data, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnusable, err)
	}
	path := filepath.Join(dir, "lock")
	f, err := lockFile(path)
	if errors.Is(err, errHeld) {
		return nil, fmt.Errorf("another agent owns the data directory %s: end it first, or give this one a directory of its own", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: lock %s: %w", errUnusable, path, err)
	}
	return &data{dir, f}, nil
}

func (d *data) usable() bool { return d.dir != "" }

func (d *data) path(name string) string { return filepath.Join(d.dir, name) }

// close gives the directory up. The file stays: removing it would let two
// agents hold locks of two files with one name.
func (d *data) close() error {
	if d.lock == nil {
		return nil
	}
	return d.lock.Close()
}

// clientID returns the MQTT client id of the edge: 128 random bits, made at the
// first start and kept, because whoever knows it can cut the edge off. With an
// error the id is a new one that is not kept.
func (d *data) clientID() (string, error) {
	const file = "client-id"
	if d.usable() {
		b, err := os.ReadFile(d.path(file))
		id := strings.TrimSpace(string(b))
		if raw, herr := hex.DecodeString(id); err == nil && herr == nil && len(raw) == 16 {
			return id, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return newSecret(), fmt.Errorf("read the client id: %w", err)
		}
	}
	id := newSecret()
	return id, d.write(file, []byte(id+"\n"))
}

func newSecret() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// write replaces a file of the directory as a whole and durably.
func (d *data) write(name string, b []byte) (err error) {
	if !d.usable() {
		return errUnusable
	}
	f, err := os.CreateTemp(d.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), d.path(name))
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what counts is that the file is as before
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
