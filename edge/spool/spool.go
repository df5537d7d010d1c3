package spool

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotDurable means that an event could not be written to the disk. It is
	// kept in memory and will be sent; it is written when the disk allows.
	ErrNotDurable = errors.New("the event is in memory only")
	// ErrFull means that an event could not be kept at all.
	ErrFull = errors.New("the spool is full of events that the gateway has not answered")
)

// Options are the bounds of a spool.
type Options struct {
	// MaxEvents and MaxReadings bound what lives on disk, in bytes; 0 means
	// 64 MiB each.
	MaxEvents, MaxReadings int64
	Log                    *slog.Logger
}

const (
	defaultMax = 64 << 20
	// segmentSize keeps the time of a clean-up short and the shedding in small
	// steps.
	segmentSize = 1 << 20
	// maxMemory is how many events are kept in memory while they cannot be
	// written.
	maxMemory = 4096
)

// Spool is the disk queue of one edge. Its methods may be called from several
// goroutines.
type Spool struct {
	opts Options

	mu       sync.Mutex
	events   seglog
	readings seglog
	ids      map[string]uint64 // event id → ref
	names    map[uint64]string // ref → event id
	memory   map[uint64][]byte // events that are not on the disk yet
	counts   map[uint64]int    // readings in each pack
	waiting  int               // readings in all packs
}

// Open opens the spool in a directory of the operating system and creates the
// directory if need be. The directory must belong to one process.
func Open(dir string, opts Options) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the spool directory: %w", err)
	}
	return OpenFiles(Dir(dir), opts)
}

// OpenFiles opens the spool in any directory. Damage is logged and costs only
// what it hits; the error is of the directory itself.
func OpenFiles(files Files, opts Options) (*Spool, error) {
	if opts.MaxEvents == 0 {
		opts.MaxEvents = defaultMax
	}
	if opts.MaxReadings == 0 {
		opts.MaxReadings = defaultMax
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Spool{
		opts:     opts,
		events:   seglog{files: files, prefix: "events", limit: min(segmentSize, max(1, opts.MaxEvents/8)), log: opts.Log},
		readings: seglog{files: files, prefix: "readings", limit: min(segmentSize, max(1, opts.MaxReadings/8)), log: opts.Log},
		ids:      map[string]uint64{},
		names:    map[uint64]string{},
		memory:   map[uint64][]byte{},
		counts:   map[uint64]int{},
	}
	if err := s.events.open(s.eventFound, s.eventGone); err != nil {
		return nil, err
	}
	if err := s.readings.open(s.packFound, s.packGone); err != nil {
		return nil, err
	}
	return s, nil
}

// An event's body is the length of its id (one byte), the id, the CloudEvents
// JSON. A pack's body is the number of readings (two bytes) and the SenML JSON.

func eventBody(id string, payload []byte) []byte {
	b := append([]byte{byte(len(id))}, id...)
	return append(b, payload...)
}

func splitEvent(body []byte) (id string, payload []byte, ok bool) {
	if len(body) < 1 || len(body) < 1+int(body[0]) {
		return "", nil, false
	}
	n := 1 + int(body[0])
	return string(body[1:n]), body[n:], true
}

func (s *Spool) eventFound(r record) {
	if id, _, ok := splitEvent(r.body); ok {
		s.ids[id], s.names[r.ref] = r.ref, id
	}
}

func (s *Spool) eventGone(ref uint64) {
	delete(s.ids, s.names[ref])
	delete(s.names, ref)
}

func (s *Spool) packFound(r record) {
	s.packGone(r.ref)
	if len(r.body) >= 2 {
		n := int(binary.BigEndian.Uint16(r.body))
		s.counts[r.ref] = n
		s.waiting += n
	}
}

func (s *Spool) packGone(ref uint64) {
	s.waiting -= s.counts[ref]
	delete(s.counts, ref)
}

// PutEvent gives e the next sequence number and returns it when it is on the
// disk. Sequence numbers rise over restarts, and over the loss of the disk too,
// because they are never below the microseconds since 1970.
//
// With ErrNotDurable the event is queued all the same. With ErrFull it is not;
// the caller has the event with its number in hand and may still send it.
// Evidence that is no JSON or too large for a packet is left out with a note: an
// event is never lost for it.
func (s *Spool) PutEvent(e care.Event) (care.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := max(s.events.last+1, uint64(max(0, time.Now().UnixMicro())))
	if ref > math.MaxInt64 { // the wire ends at 2^63-1; a damaged clock cannot get there
		return e, fmt.Errorf("the sequence numbers of the edge are used up: set its clock and empty its data directory")
	}
	e.Sequence = ref
	payload, err := e.Encode()
	if err != nil || len(payload) > care.MaxPacket {
		note := "the evidence was too large and was left out"
		if err != nil {
			note = "the evidence was no JSON and was left out"
		}
		s.opts.Log.Error("an event goes without its evidence", "id", e.ID, "why", note)
		e.Data = json.RawMessage(fmt.Sprintf(`{"reason":%q}`, note))
		if payload, err = e.Encode(); err != nil {
			return e, err
		}
	}
	if len(e.ID) == 0 || len(e.ID) > 128 {
		return e, fmt.Errorf("an event id of %d bytes cannot be kept, 1 to 128 can", len(e.ID))
	}
	body := eventBody(e.ID, payload)
	err = s.write(ref, body)
	if err != nil {
		s.events.last = ref // the number is used, whatever became of it
		if len(s.memory) >= maxMemory {
			return e, fmt.Errorf("keep event %s: %w", e.ID, errors.Join(ErrFull, err))
		}
		s.memory[ref] = body
		err = fmt.Errorf("keep event %s: %w", e.ID, errors.Join(ErrNotDurable, err))
	}
	s.ids[e.ID], s.names[ref] = ref, e.ID
	return e, err
}

// write puts an event on the disk, and sheds readings if that takes it.
func (s *Spool) write(ref uint64, body []byte) error {
	if _, live := s.events.size(); live+int64(len(body)) > s.opts.MaxEvents {
		return fmt.Errorf("%d bytes of unanswered events are the most that is kept on disk; see that the gateway can be reached", s.opts.MaxEvents)
	}
	err := s.events.put(ref, body, true)
	if err != nil {
		s.opts.Log.Error("an event could not be written; readings are shed to make room", "err", err)
		err = errors.Join(s.shedReadings(0), s.events.put(ref, body, true))
	}
	if err == nil {
		// The event is safe; housekeeping must not make it look lost.
		if cerr := s.events.clean(); cerr != nil {
			s.opts.Log.Error("the spool could not be cleaned up", "err", cerr)
		}
	}
	return err
}

// Item is one event that waits for its answer.
type Item struct {
	Ref uint64 // its sequence number
	ID  string
}

// Events returns up to n events with a sequence above after, oldest first.
func (s *Spool) Events(after uint64, n int) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []Item
	for _, ref := range s.events.refs(after, n) {
		items = append(items, Item{ref, s.names[ref]})
	}
	for ref := range s.memory {
		if ref > after {
			items = append(items, Item{ref, s.names[ref]})
		}
	}
	if len(s.memory) > 0 {
		slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(a.Ref, b.Ref) })
		items = items[:min(n, len(items))]
	}
	return items
}

// Event returns the CloudEvents JSON of an event that waits; ok is false when it
// does not wait any more. A damaged one is given up with an error.
func (s *Spool) Event(ref uint64) (payload []byte, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := s.memory[ref]
	if !ok {
		body, ok, err = s.events.get(ref)
	}
	if errors.Is(err, errDamaged) {
		id := s.names[ref]
		s.eventGone(ref)
		return nil, false, errors.Join(fmt.Errorf("event %s is lost: %w", id, err), s.events.drop(ref))
	}
	if !ok || err != nil {
		return nil, ok, err
	}
	_, payload, _ = splitEvent(body)
	return payload, true, nil
}

// Answered removes the events of the given ids: they are in the ledger or will
// never be. Unknown ids are passed over. It returns the refs that were removed.
func (s *Spool) Answered(ids ...string) (refs []uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, id := range ids {
		ref, ok := s.ids[id]
		if !ok {
			continue
		}
		refs = append(refs, ref)
		s.eventGone(ref)
		if _, inMemory := s.memory[ref]; inMemory {
			delete(s.memory, ref)
			continue
		}
		errs = append(errs, s.events.drop(ref))
	}
	return refs, errors.Join(errs...)
}

// PutReadings queues one SenML pack of the readings, which are at least one and
// of one site. Beyond the bound the oldest packs are shed and counted.
func (s *Spool) PutReadings(readings []care.Reading) error {
	if len(readings) == 0 || len(readings) > math.MaxUint16 {
		return fmt.Errorf("a pack of %d readings cannot be kept, 1 to %d can", len(readings), math.MaxUint16)
	}
	payload, err := care.EncodePack(readings)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body := binary.BigEndian.AppendUint16(nil, uint16(len(readings)))
	body = append(body, payload...)
	ref := s.readings.last + 1
	if err := s.readings.put(ref, body, false); err != nil {
		s.readings.shed += uint64(len(readings))
		return fmt.Errorf("keep %d readings: %w", len(readings), err)
	}
	s.packFound(record{put, ref, body})
	return s.shedReadings(s.opts.MaxReadings)
}

// shedReadings removes the oldest packs until all take at most limit bytes.
func (s *Spool) shedReadings(limit int64) error {
	for {
		if total, _ := s.readings.size(); total <= max(limit, 2*headerSize) {
			return nil
		}
		refs, err := s.readings.shedOldest()
		if err != nil {
			return err
		}
		before := s.readings.shed
		for _, ref := range refs {
			s.readings.shed += uint64(s.counts[ref])
			s.packGone(ref)
		}
		if s.readings.shed == before {
			continue
		}
		s.opts.Log.Warn("old readings were shed because the spool is full", "readings", s.readings.shed-before)
		if limit > 0 {
			// The head keeps the count over a restart.
			if _, _, err := s.readings.append(s.readings.head(), false); err != nil {
				return err
			}
		}
	}
}

// Packs returns the refs of up to n packs above after, oldest first.
func (s *Spool) Packs(after uint64, n int) []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readings.refs(after, n)
}

// Pack returns the SenML JSON of a pack; ok is false when it does not wait any
// more. A damaged one is given up with an error.
func (s *Spool) Pack(ref uint64) (payload []byte, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok, err := s.readings.get(ref)
	if errors.Is(err, errDamaged) || ok && err == nil && len(body) < 2 {
		s.packGone(ref)
		return nil, false, errors.Join(fmt.Errorf("a pack of readings is lost: %w", errDamaged), s.readings.drop(ref))
	}
	if !ok || err != nil {
		return nil, ok, err
	}
	return body[2:], true, nil
}

// DropPack removes a pack that the broker has taken.
func (s *Spool) DropPack(ref uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packGone(ref)
	return s.readings.drop(ref)
}

// State says how much waits and how many readings were shed.
func (s *Spool) State() care.SpoolState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return care.SpoolState{Events: len(s.ids), Readings: s.waiting, Shed: s.readings.shed}
}

// Flush tries again to write the events that are in memory only. It returns nil
// when there is none left.
func (s *Spool) Flush() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref, body := range s.memory {
		if err := s.write(ref, body); err != nil {
			return fmt.Errorf("%d events are in memory only: %w", len(s.memory), err)
		}
		delete(s.memory, ref)
	}
	return nil
}

// Close writes what is in memory, syncs and closes the files.
func (s *Spool) Close() error {
	err := s.Flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(err, s.events.close(), s.readings.close())
}
