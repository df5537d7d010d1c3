package spool

import (
	"errors"
	"io/fs"
)

// errNoDisk is why nothing can be written to NoDisk.
var errNoDisk = errors.New("there is no usable disk")

// NoDisk is a directory that takes nothing: a spool on it keeps events in memory
// only. It is for an edge that has to watch on though its disk has died.
type NoDisk struct{}

// List implements Files: there is nothing.
func (NoDisk) List() ([]string, error) { return nil, nil }

// Append implements Files and fails.
func (NoDisk) Append(string) (File, error) { return nil, errNoDisk }

// ReadAt implements Files and fails.
func (NoDisk) ReadAt(string, []byte, int64) (int, error) { return 0, fs.ErrNotExist }

// Size implements Files and fails.
func (NoDisk) Size(string) (int64, error) { return 0, fs.ErrNotExist }

// Truncate implements Files and fails.
func (NoDisk) Truncate(string, int64) error { return errNoDisk }

// Remove implements Files and fails.
func (NoDisk) Remove(string) error { return fs.ErrNotExist }

// SyncDir implements Files: nothing is unsynced.
func (NoDisk) SyncDir() error { return nil }
