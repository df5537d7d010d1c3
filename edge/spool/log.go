package spool

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// seglog is one log of numbered segment files. It is not safe for concurrent
// use: Spool's lock guards it.
type seglog struct {
	files  Files
	prefix string
	limit  int64 // size at which a segment is full
	log    *slog.Logger

	segments []*segment // by number; the last one may be appended to
	entries  map[uint64]entry
	order    []uint64 // refs in ascending order; dead ones are weeded out at times
	last     uint64   // greatest ref ever given out
	shed     uint64

	active File // nil: the next append opens a segment
	fresh  bool // and it opens a new one, since the last has no clean end
	named  bool // the directory has been synced since active was opened
}

type segment struct {
	number  uint64
	size    int64
	records int   // whole records behind the head
	live    int   // entries that live here
	bytes   int64 // and their size
}

// entry says where the record of a live ref is.
type entry struct {
	segment *segment
	off     int64
	size    int64
}

func (s *seglog) name(number uint64) string { return fmt.Sprintf("%s-%016x.log", s.prefix, number) }

// open reads all segments. Each undamaged put that was not dropped is handed to
// live, in the order of the log; a ref may come twice with the same body.
func (s *seglog) open(live func(r record), dead func(ref uint64)) error {
	s.entries = map[uint64]entry{}
	names, err := s.files.List()
	if err != nil {
		return fmt.Errorf("list the spool directory: %w", err)
	}
	for _, name := range names {
		var number uint64
		if n, _ := fmt.Sscanf(name, s.prefix+"-%16x.log", &number); n == 1 && s.name(number) == name {
			s.segments = append(s.segments, &segment{number: number})
		}
	}
	slices.SortFunc(s.segments, func(a, b *segment) int { return cmp.Compare(a.number, b.number) })
	for i, seg := range s.segments {
		b, err := readAll(s.files, s.name(seg.number))
		if err != nil {
			return fmt.Errorf("open the spool: %w", err)
		}
		end, damaged := scan(b, func(off int64, r record) { s.replay(seg, off, r, live, dead) })
		seg.size = int64(len(b))
		if damaged > 0 {
			s.log.Error("a part of the spool is damaged and was skipped: check the disk", "file", s.name(seg.number), "bytes", damaged)
		}
		if end == seg.size {
			continue
		}
		s.log.Warn("the spool was cut off while writing; the incomplete end is dropped", "file", s.name(seg.number), "bytes", seg.size-end)
		if i == len(s.segments)-1 {
			if err := s.files.Truncate(s.name(seg.number), end); err != nil {
				s.log.Error("the incomplete end of the spool cannot be cut off; a new file is begun", "err", err)
				s.fresh = true
				continue
			}
			seg.size = end
		}
	}
	for ref := range s.entries {
		s.order = append(s.order, ref)
	}
	slices.Sort(s.order)
	if err := s.trim(); err != nil {
		// A disk that has become read-only must not keep what waits on it from
		// being sent.
		s.log.Error("the spool takes more room than it needs", "err", err)
	}
	return nil
}

func (s *seglog) replay(seg *segment, off int64, r record, live func(record), dead func(uint64)) {
	s.last = max(s.last, r.ref)
	seg.records++
	switch r.kind {
	case put:
		s.forget(r.ref)
		s.keep(r.ref, entry{seg, off, r.size()})
		live(r)
	case drop:
		if s.forget(r.ref) {
			dead(r.ref)
		}
	case head:
		if len(r.body) == 8 {
			s.shed = max(s.shed, binary.BigEndian.Uint64(r.body))
		}
	}
}

func (s *seglog) keep(ref uint64, e entry) {
	s.entries[ref] = e
	e.segment.live++
	e.segment.bytes += e.size
}

func (s *seglog) forget(ref uint64) bool {
	e, ok := s.entries[ref]
	if ok {
		e.segment.live--
		e.segment.bytes -= e.size
		delete(s.entries, ref)
	}
	return ok
}

// put appends the body of a ref and, with sync, waits until it is on the disk.
// After an error nothing is known to be kept; the caller may try again.
func (s *seglog) put(ref uint64, body []byte, sync bool) error {
	s.last = max(s.last, ref) // before append: a new segment's head names it
	off, seg, err := s.append(record{put, ref, body}, sync)
	if err != nil {
		return err
	}
	known := s.forget(ref)
	s.keep(ref, entry{seg, off, headerSize + int64(len(body))})
	if !known {
		s.insert(ref)
	}
	return nil
}

func (s *seglog) insert(ref uint64) {
	i, found := slices.BinarySearch(s.order, ref)
	if !found { // a dead ref may still be in the order
		s.order = slices.Insert(s.order, i, ref)
	}
}

// drop forgets a ref. Its mark is not synced: after a power failure the record
// may come back, which is a repeat and harmless.
func (s *seglog) drop(ref uint64) error {
	if !s.forget(ref) {
		return nil
	}
	if len(s.order) > 2*len(s.entries)+64 {
		s.order = slices.DeleteFunc(s.order, func(r uint64) bool { _, live := s.entries[r]; return !live })
	}
	_, _, err := s.append(record{kind: drop, ref: ref}, false)
	return errors.Join(err, s.trim())
}

// refs returns up to n live refs above after, ascending.
func (s *seglog) refs(after uint64, n int) []uint64 {
	i, found := slices.BinarySearch(s.order, after)
	if found {
		i++
	}
	var out []uint64
	for ; i < len(s.order) && len(out) < n; i++ {
		if _, live := s.entries[s.order[i]]; live {
			out = append(out, s.order[i])
		}
	}
	return out
}

var errDamaged = errors.New("the record is damaged: check the disk")

// get reads the body of a live ref; ok is false for a dead one. The error is
// errDamaged when the bytes are no longer what was written.
func (s *seglog) get(ref uint64) (body []byte, ok bool, err error) {
	e, ok := s.entries[ref]
	if !ok {
		return nil, false, nil
	}
	b := make([]byte, e.size)
	if _, err := s.files.ReadAt(s.name(e.segment.number), b, e.off); err != nil && !errors.Is(err, io.EOF) {
		return nil, true, fmt.Errorf("read %s: %w", s.name(e.segment.number), err)
	}
	r, whole := parseRecord(b)
	if !whole || r.ref != ref || r.kind != put {
		return nil, true, fmt.Errorf("%s at byte %d: %w", s.name(e.segment.number), e.off, errDamaged)
	}
	return r.body, true, nil
}

// append writes one record behind the last one.
func (s *seglog) append(r record, sync bool) (off int64, seg *segment, err error) {
	if err := s.ready(); err != nil {
		return 0, nil, err
	}
	seg = s.segments[len(s.segments)-1]
	off = seg.size
	if err := s.write(seg, r); err != nil {
		return 0, nil, err
	}
	if sync {
		if err := s.sync(); err != nil {
			return 0, nil, err
		}
	}
	seg.records++
	return off, seg, nil
}

// sync returns when the active segment and its name in the directory are on the
// disk.
func (s *seglog) sync() error {
	name := s.name(s.segments[len(s.segments)-1].number)
	if err := s.active.Sync(); err != nil {
		s.abandon()
		return fmt.Errorf("sync %s: %w", name, err)
	}
	if s.named {
		return nil
	}
	if err := s.files.SyncDir(); err != nil {
		s.abandon()
		return fmt.Errorf("sync the spool directory: %w", err)
	}
	s.named = true
	return nil
}

func (s *seglog) write(seg *segment, r record) error {
	n, err := s.active.Write(r.appendTo(nil))
	seg.size += int64(n)
	if err != nil {
		s.abandon()
		return fmt.Errorf("write %s: %w", s.name(seg.number), err)
	}
	return nil
}

// abandon closes a segment that failed. What a failed sync has left on the disk
// is unknown, so it is never appended to again. One that never held a record goes,
// or a disk that fails for weeks would be filled with the beginnings of files.
func (s *seglog) abandon() {
	if s.active == nil {
		return
	}
	s.active.Close() // its own failure is the news already
	s.active, s.fresh = nil, true
	last := len(s.segments) - 1
	if last >= 0 && s.segments[last].records == 0 && s.files.Remove(s.name(s.segments[last].number)) == nil {
		s.segments = s.segments[:last]
	}
}

// ready sees to an open segment with room.
func (s *seglog) ready() error {
	full := len(s.segments) > 0 && s.segments[len(s.segments)-1].size >= s.limit
	if s.active != nil && !full {
		return nil
	}
	if full || s.fresh || len(s.segments) == 0 {
		return s.rotate()
	}
	f, err := s.files.Append(s.name(s.segments[len(s.segments)-1].number))
	if err != nil {
		return fmt.Errorf("open the spool for writing: %w", err)
	}
	s.active, s.named = f, false
	return nil
}

// rotate begins a new segment. Its head carries what must outlive the segments
// before it.
func (s *seglog) rotate() error {
	if s.active != nil {
		if err := s.sync(); err != nil {
			return fmt.Errorf("before the next spool file is begun: %w", err)
		}
		s.active.Close() // all is synced
		s.active = nil
	}
	number := uint64(1)
	if n := len(s.segments); n > 0 {
		number = s.segments[n-1].number + 1
	}
	f, err := s.files.Append(s.name(number))
	if err != nil {
		return fmt.Errorf("begin a spool file: %w", err)
	}
	seg := &segment{number: number}
	s.segments = append(s.segments, seg)
	s.active, s.fresh, s.named = f, false, false
	return s.write(seg, s.head())
}

func (s *seglog) head() record {
	return record{head, s.last, binary.BigEndian.AppendUint64(nil, s.shed)}
}

// trim removes the oldest segments that hold nothing live. Only the oldest go:
// a segment may hold the drop of a record in an earlier one.
func (s *seglog) trim() error {
	for len(s.segments) > 1 && s.segments[0].live == 0 {
		if err := s.files.Remove(s.name(s.segments[0].number)); err != nil {
			return fmt.Errorf("remove a spool file that is done with: %w", err)
		}
		s.segments = s.segments[1:]
	}
	return nil
}

// size is the space that all segments take.
func (s *seglog) size() (total, live int64) {
	for _, seg := range s.segments {
		total += seg.size
		live += seg.bytes
	}
	return total, live
}

// clean copies what lives in the oldest segment to the end, so that one record
// that is never answered does not hold on to all the segments after it.
func (s *seglog) clean() error {
	if total, live := s.size(); len(s.segments) < 4 || live*2 > total {
		return nil
	}
	oldest := s.segments[0]
	copies := map[uint64]entry{}
	for _, ref := range slices.Clone(s.order) {
		e, live := s.entries[ref]
		if !live || e.segment != oldest {
			continue
		}
		body, _, err := s.get(ref)
		if errors.Is(err, errDamaged) {
			s.log.Error("a record of the spool is lost", "ref", ref, "err", err)
			s.forget(ref)
			continue
		}
		if err != nil {
			return err
		}
		off, seg, err := s.append(record{put, ref, body}, false)
		if err != nil {
			return err
		}
		copies[ref] = entry{seg, off, e.size}
	}
	// All copies are on the disk before the originals count no more.
	if s.active != nil {
		if err := s.sync(); err != nil {
			return fmt.Errorf("while cleaning up: %w", err)
		}
	}
	for ref, e := range copies {
		s.forget(ref)
		s.keep(ref, e)
	}
	return s.trim()
}

// shedOldest removes the oldest segment with all that lives in it and returns
// the bodies' refs. With one segment only it begins a new one first.
func (s *seglog) shedOldest() (refs []uint64, err error) {
	if len(s.segments) == 0 {
		return nil, nil
	}
	if len(s.segments) == 1 {
		if err := s.rotate(); err != nil {
			// No room even for that: the space of the oldest must be freed first.
			s.log.Warn("no new spool file could be begun before the oldest was removed", "err", err)
		}
		if len(s.segments) == 0 { // it held nothing and has gone by its failure
			return nil, nil
		}
	}
	oldest := s.segments[0]
	if err := s.files.Remove(s.name(oldest.number)); err != nil {
		return nil, fmt.Errorf("shed the oldest spool file: %w", err)
	}
	for _, ref := range s.order {
		if e, live := s.entries[ref]; live && e.segment == oldest {
			refs = append(refs, ref)
			s.forget(ref)
		}
	}
	if s.segments = s.segments[1:]; len(s.segments) == 0 {
		s.abandon()
	}
	return refs, nil
}

func (s *seglog) close() error {
	if s.active == nil {
		return nil
	}
	err := errors.Join(s.active.Sync(), s.active.Close())
	s.active = nil
	return err
}
