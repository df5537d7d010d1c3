package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// eraseChunk bounds the rows of one transaction of an erasure, so that an alarm
// that comes meanwhile waits a few milliseconds at most.
const eraseChunk = 100

// holdsPersonal finds incidents i in which there is personal data.
const holdsPersonal = `i.note <> '' OR i.accepted_name <> '' OR i.arrived_name <> '' OR i.resolved_name <> '' OR i.evidence IS NOT NULL
	OR EXISTS (SELECT 1 FROM site_log l JOIN site_log_private p ON p.site = l.site AND p.number = l.number
		WHERE l.incident = i.id AND l.incident <> '')
	OR EXISTS (SELECT 1 FROM incident_photo f WHERE f.incident = i.id)`

// Retention says which data is old: what was finished before a time. The zero
// time erases nothing of its class.
type Retention struct {
	// Texts are names, notes and measured values of resolved incidents and of all
	// other rows of the site logs. The consents of residents are not among them:
	// they are needed as long as somebody relies on them.
	Texts time.Time
	// HandOvers are the pages and notes of hand-overs and the names of who signed.
	// The digest stays, by which the log of the site names the page.
	HandOvers time.Time
	// Events are the measured values of events, which no open incident needs.
	Events time.Time
	// Quarantine are refused messages, Presence who was in a room and who ticked
	// whom off in an evacuation that is over, Audit the names in the log of the
	// gateway, Left the residents who left.
	Quarantine, Presence, Audit, Left time.Time
	// Expired are sessions, links, codes and photos whose time was over: of photos
	// also those of open incidents, since their time was told when they were taken.
	Expired time.Time
}

// Erased counts what was erased, by the words that the audit log has.
type Erased map[string]int

// EraseOld erases what is old, in small transactions; nothing of an open
// incident is touched but its photos. It logs each resident and the counts of all others. After
// an error a part may be erased, and is counted.
func (s *Store) EraseOld(ctx context.Context, r Retention, by care.Act) (Erased, error) {
	if by.At.IsZero() {
		by.At = time.Now()
	}
	done := Erased{}
	err := s.eraseOld(ctx, r, by, done)
	if len(done) > 0 {
		err = joinUnless(err, s.logErased(context.WithoutCancel(ctx), done, by))
	}
	if len(done) > 0 {
		err = joinUnless(err, s.clearLog(context.WithoutCancel(ctx)))
	}
	return done, err
}

// joinUnless keeps the first error.
func joinUnless(err, next error) error {
	if err != nil {
		return err
	}
	return next
}

// old is one class of data: what is erased of it by a statement that takes a
// time and a number of rows.
type old struct {
	name   string
	before time.Time
	query  string
}

func (s *Store) eraseOld(ctx context.Context, r Retention, by care.Act, done Erased) error {
	if err := s.eraseOldIncidents(ctx, r.Texts, done); err != nil {
		return err
	}
	for _, c := range []old{
		{"log_texts", r.Texts, `DELETE FROM site_log_private WHERE (site, number) IN (SELECT l.site, l.number FROM site_log l
			JOIN site_log_private p ON p.site = l.site AND p.number = l.number
			WHERE l.at < $1 AND l.incident = '' AND l.site <> '` + string(AuditLog) + `' AND l.kind NOT IN ('resident.consented', 'resident.withdrawn')
			ORDER BY l.at LIMIT $2)`},
		{"hand_overs", r.HandOvers, `UPDATE handover SET note = '', page = '{}', out_name = '', in_name = '' WHERE id IN (SELECT h.id FROM handover h
			WHERE h.to_at < $1 AND (h.page <> '{}' OR h.note <> '' OR h.out_name <> '' OR h.in_name <> '') ORDER BY h.to_at LIMIT $2)`},
		{"evacuation_ticks", r.Presence, `DELETE FROM evacuation_tick WHERE id IN (SELECT e.id FROM evacuation_tick e
			LEFT JOIN incident i ON i.id = e.incident WHERE e.received_at < $1 AND (i.id IS NULL OR i.state = 'resolved') ORDER BY e.received_at LIMIT $2)`},
		{"event_values", r.Events, `UPDATE event SET data = NULL WHERE (source, id) IN (SELECT e.source, e.id FROM event e
			WHERE e.data IS NOT NULL AND e.received_at < $1 AND NOT EXISTS (SELECT 1 FROM incident i
				WHERE i.state <> 'resolved' AND i.site = e.site AND i.class = e.class AND i.point = e.point)
			ORDER BY e.received_at LIMIT $2)`},
		{"refused_messages", r.Quarantine, `DELETE FROM quarantine WHERE number IN (SELECT q.number FROM quarantine q WHERE q.at < $1 ORDER BY q.number LIMIT $2)`},
		{"presences", r.Presence, `DELETE FROM presence WHERE (site, zone) IN (SELECT p.site, p.zone FROM presence p WHERE p.ends_at < $1 LIMIT $2)`},
		{"audit_names", r.Audit, `DELETE FROM site_log_private WHERE (site, number) IN (SELECT l.site, l.number FROM site_log l
			JOIN site_log_private p ON p.site = l.site AND p.number = l.number
			WHERE l.at < $1 AND l.site = '` + string(AuditLog) + `' ORDER BY l.at LIMIT $2)`},
		{"sessions", r.Expired, `DELETE FROM session WHERE token_hash IN (SELECT x.token_hash FROM session x WHERE x.expires_at < $1 LIMIT $2)`},
		{"links", r.Expired, `DELETE FROM invitation WHERE "user" IN (SELECT x."user" FROM invitation x WHERE x.expires_at < $1 LIMIT $2)`},
		{"photos", r.Expired, `DELETE FROM incident_photo WHERE id IN (SELECT f.id FROM incident_photo f WHERE f.deletes_at < $1 ORDER BY f.deletes_at LIMIT $2)`},
		{"codes", r.Expired, `DELETE FROM entry_code WHERE challenge_hash IN (SELECT x.challenge_hash FROM entry_code x WHERE x.expires_at < $1 LIMIT $2)`},
	} {
		if err := s.eraseClass(ctx, c, done); err != nil {
			return err
		}
	}
	return s.eraseLeft(ctx, r.Left, by, done)
}

func (s *Store) eraseClass(ctx context.Context, c old, done Erased) error {
	if c.before.IsZero() {
		return nil
	}
	for {
		var n int64
		if err := s.Update(ctx, func(t *Tx) (err error) {
			n, err = t.affect(ctx, "erase old "+c.name, c.query, micros(c.before), eraseChunk)
			return err
		}); err != nil {
			return err
		}
		if n > 0 {
			done[c.name] += int(n)
		}
		if n == 0 {
			return nil
		}
	}
}

// eraseOldIncidents erases the personal data of incidents that were resolved
// before a time. The incidents stay, and their revision with them: nothing is
// new to a screen.
func (s *Store) eraseOldIncidents(ctx context.Context, before time.Time, done Erased) error {
	if before.IsZero() {
		return nil
	}
	for {
		n := 0
		if err := s.Update(ctx, func(t *Tx) error {
			some, err := all(ctx, t, scanIncident, `SELECT `+incidentColumns+` FROM incident i
				WHERE i.state = 'resolved' AND i.resolved_at < $1 AND (`+holdsPersonal+`) ORDER BY i.resolved_at, i.id LIMIT $2`, micros(before), eraseChunk)
			if err != nil {
				return explain("find old incidents", err)
			}
			for _, i := range some {
				if err := t.eraseIncident(ctx, i); err != nil {
					return err
				}
			}
			n = len(some)
			return nil
		}); err != nil {
			return err
		}
		if n > 0 {
			done["incidents"] += n
		}
		if n < eraseChunk {
			return nil
		}
	}
}

// eraseLeft erases residents who left before a time and are not erased yet. One
// with an open incident waits for the next time.
func (s *Store) eraseLeft(ctx context.Context, before time.Time, by care.Act, done Erased) error {
	if before.IsZero() {
		return nil
	}
	left, err := all(ctx, s.read, func(r *sql.Rows) (id care.ResidentID, err error) {
		err = r.Scan(&id)
		return id, err
	}, `SELECT r.id FROM resident r WHERE r.left_at IS NOT NULL AND r.left_at < $1 AND r.name <> ''
		AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.resident = r.id AND i.state <> 'resolved') ORDER BY r.id`, micros(before))
	if err != nil {
		return explain("find residents who left", err)
	}
	for _, id := range left {
		switch err := s.ErasePerson(ctx, id, by, "kept long enough"); {
		case errors.Is(err, ErrOpen): // in his home, or it came just now
			continue
		case err != nil:
			return err
		}
		done["residents"]++
	}
	return nil
}

// logErased writes how much of what was erased.
func (s *Store) logErased(ctx context.Context, done Erased, by care.Act) error {
	return s.Update(ctx, func(t *Tx) error {
		for _, name := range done.Names() {
			if _, err := t.Log(ctx, AuditLog, care.Entry{Kind: care.AuditErased, Act: by, To: "old:" + name, Reason: fmt.Sprint(done[name])}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Names lists what was erased, in order.
func (e Erased) Names() []string { return slices.Sorted(maps.Keys(e)) }
