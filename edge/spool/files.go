package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Files is the directory that a spool lives in. Names have no slashes.
type Files interface {
	// List returns the names of all files, in any order.
	List() ([]string, error)
	// Append opens a file for appending and creates it if need be; a file created
	// is still there after a power failure once SyncDir has returned.
	Append(name string) (File, error)
	// ReadAt reads up to len(b) bytes from an offset, as io.ReaderAt does.
	ReadAt(name string, b []byte, off int64) (int, error)
	// Size returns the length of a file.
	Size(name string) (int64, error)
	// Truncate cuts a file to a length and syncs it.
	Truncate(name string, size int64) error
	// Remove deletes a file.
	Remove(name string) error
	// SyncDir makes creations and removals durable.
	SyncDir() error
}

// File is one open segment.
type File interface {
	io.Writer
	// Sync returns when all that was written is on the disk.
	Sync() error
	Close() error
}

// Dir is a directory of the operating system.
type Dir string

// List implements Files.
func (d Dir) List() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Append implements Files.
func (d Dir) Append(name string) (File, error) {
	return os.OpenFile(filepath.Join(string(d), name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// ReadAt implements Files.
func (d Dir) ReadAt(name string, b []byte, off int64) (int, error) {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, off)
}

// Size implements Files.
func (d Dir) Size(name string) (int64, error) {
	info, err := os.Stat(filepath.Join(string(d), name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Truncate implements Files.
func (d Dir) Truncate(name string, size int64) error {
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		return err
	}
	return f.Sync()
}

// Remove implements Files.
func (d Dir) Remove(name string) error { return os.Remove(filepath.Join(string(d), name)) }

// SyncDir implements Files.
func (d Dir) SyncDir() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// readAll reads a whole file; segments are small.
func readAll(files Files, name string) ([]byte, error) {
	size, err := files.Size(name)
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", name, err)
	}
	b := make([]byte, size)
	n, err := files.ReadAt(name, b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return b[:n], nil
}
