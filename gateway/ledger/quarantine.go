package ledger

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// Bounds of the quarantine: how many records are kept, the newest, and how
// many bytes of each payload and text.
const (
	QuarantineLimit   = 10_000
	QuarantinePayload = 1 << 10
	quarantineText    = 1 << 10
)

// QuarantineRecord is one message that was refused.
type QuarantineRecord struct {
	// Number is given by the ledger; later records have higher ones.
	Number  uint64
	At      time.Time
	Site    care.SiteID
	Edge    care.EdgeID
	Topic   string
	Reason  care.Reason
	Detail  string
	Payload []byte // the first QuarantinePayload bytes
}

// AddQuarantine keeps refused messages, cut to the bounds above, and drops the
// oldest records over the limit. A record without At gets the present time.
func (s *Store) AddQuarantine(ctx context.Context, records ...QuarantineRecord) error {
	if len(records) == 0 {
		return nil
	}
	return s.Update(ctx, func(t *Tx) error {
		for _, q := range records {
			if q.At.IsZero() {
				q.At = time.Now()
			}
			payload := q.Payload[:min(len(q.Payload), QuarantinePayload)]
			if payload == nil {
				payload = []byte{} // the column is never NULL
			}
			if err := t.exec(ctx, "keep a refused message",
				`INSERT INTO quarantine (number, at, site, edge, topic, reason, detail, payload)
				VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM quarantine), $1, $2, $3, $4, $5, $6, $7)`,
				micros(q.At), cut(string(q.Site)), cut(string(q.Edge)), cut(q.Topic), cut(string(q.Reason)), cut(q.Detail), payload); err != nil {
				return err
			}
		}
		return t.exec(ctx, "bound the quarantine",
			`DELETE FROM quarantine WHERE number <= (SELECT MAX(number) FROM quarantine) - $1`, QuarantineLimit)
	})
}

// cut bounds a text and makes it valid UTF-8: it may be what a stranger sent.
func cut(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), quarantineText)], "\uFFFD")
}

// Quarantine returns refused messages, the newest first, and not more than
// limit. With before above 0 it returns those with lower numbers only, for the
// next page.
func (s *Store) Quarantine(ctx context.Context, limit int, before uint64) ([]QuarantineRecord, error) {
	if before == 0 || before > 1<<62 {
		before = 1 << 62
	}
	records, err := all(ctx, s.read, func(r *sql.Rows) (QuarantineRecord, error) {
		var (
			q  QuarantineRecord
			at int64
		)
		err := r.Scan(&q.Number, &at, &q.Site, &q.Edge, &q.Topic, &q.Reason, &q.Detail, &q.Payload)
		q.At = fromMicros(at)
		return q, err
	}, `SELECT number, at, site, edge, topic, reason, detail, payload FROM quarantine
		WHERE number < $1 ORDER BY number DESC LIMIT $2`, int64(before), limit)
	return records, wrapIf("read the quarantine", err)
}
