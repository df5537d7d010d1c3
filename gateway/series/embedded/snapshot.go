package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"shouwang.care/shouwang/gateway/series"
)

// Snapshot is what a store held at one moment, for reading. It is made beside a
// store that is in use, by this process or another one, as well as of one that
// is not, and changes nothing of it.
//
// The engine has a reader of its own for that, which leaves out what was
// written last when late samples came: it takes the end of the newest block for
// the end of what is in blocks, and with late samples that is not so.
type Snapshot struct {
	store *Store
	dir   string
}

const (
	snapshotPrefix = "series-snapshot-"
	// snapshotAge is after how long a snapshot must be that of a process which
	// was killed.
	snapshotAge = 24 * time.Hour
	// attempts bounds how often a snapshot is begun again because the store
	// has put its files in order in the meantime, which it does every two hours.
	attempts = 5

	ulidLength = 26
)

// OpenSnapshot takes a snapshot of the store in dir, whose files are linked, not
// copied, into a folder beside dir. What was appended before is in it. Close it,
// so that the folder goes away.
func OpenSnapshot(dir string, log *slog.Logger) (*Snapshot, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := removeOldSnapshots(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		s, err := openSnapshot(dir, log)
		switch {
		case err == nil:
			return s, nil
		case !errors.Is(err, fs.ErrNotExist) || n == attempts:
			return nil, fmt.Errorf("take a snapshot of the time series in %s (its owner must run this): %w", dir, err)
		}
		if _, missing := os.Stat(dir); missing != nil {
			return nil, fmt.Errorf("there is no time series in %s; it begins when the gateway runs for the first time: %w", dir, missing)
		}
	}
}

func openSnapshot(dir string, log *slog.Logger) (_ *Snapshot, err error) {
	to, err := os.MkdirTemp(filepath.Dir(dir), snapshotPrefix)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(to))
		}
	}()
	if err := linkStore(dir, to); err != nil {
		return nil, err
	}
	opts := engineOptions()
	opts.RetentionDuration = 0 // never removes anything
	// Half a record at the end of the log is what the other process is about to
	// write; the engine cuts it off, here only.
	db, err := tsdb.Open(to, log, nil, opts, tsdb.NewDBStats())
	if err != nil {
		return nil, err
	}
	db.DisableCompactions()
	return &Snapshot{&Store{db}, to}, nil
}

// linkStore fills a folder with the files of a store. The engine never changes
// a file that it has closed, and nothing but the last of a log is open. Blocks
// come last: a sample that moves from the log to a block meanwhile is in both,
// and not in neither.
func linkStore(from, to string) error {
	for _, name := range []string{"chunks_head", "wbl", "wal"} {
		if err := linkLog(filepath.Join(from, name), filepath.Join(to, name), name != "chunks_head"); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		// Blocks are named by a ULID; one in the making has a longer name.
		if !e.IsDir() || len(e.Name()) != ulidLength {
			continue
		}
		if err := linkTree(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// linkLog links the files of a folder, if there is one. The last segment of a
// log is copied, since it still grows.
func linkLog(from, to string, copyLast bool) error {
	entries, err := os.ReadDir(from) // by name, which is by age
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	files := slices.DeleteFunc(slices.Clone(entries), fs.DirEntry.IsDir)
	for _, e := range entries {
		src, dst := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		switch {
		case e.IsDir() && filepath.Ext(e.Name()) == ".tmp":
		case e.IsDir(): // a checkpoint
			err = linkTree(src, dst)
		case copyLast && e == files[len(files)-1]:
			err = copyFile(src, dst)
		default:
			err = os.Link(src, dst)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return os.Link(path, filepath.Join(to, rel))
	})
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// removeOldSnapshots removes what killed processes have left.
func removeOldSnapshots(parent string) error {
	left, err := filepath.Glob(filepath.Join(parent, snapshotPrefix+"*"))
	if err != nil {
		return fmt.Errorf("look for old snapshots of the time series: %w", err)
	}
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > snapshotAge {
			if err := os.RemoveAll(dir); err != nil {
				return fmt.Errorf("remove an old snapshot of the time series: %w", err)
			}
		}
	}
	return nil
}

// Each is like Store.Each.
func (s *Snapshot) Each(ctx context.Context, q series.Stretch, fn func(t time.Time, v float64) error) error {
	return s.store.Each(ctx, q, fn)
}

// Close removes the snapshot.
func (s *Snapshot) Close() error {
	err := s.store.Close()
	if gone := os.RemoveAll(s.dir); gone != nil {
		err = errors.Join(err, fmt.Errorf("remove the snapshot of the time series: %w", gone))
	}
	return err
}
