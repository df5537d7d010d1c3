package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/people"
)

const noticeColumns = `id, incident, site, resident, class, phrase, family, owner, language,
	policy, step, round, alarms, contacts, contact_at, state, proof, service_id, sent, tries,
	created_at, sent_at, due, reason, detail`

const selectNotices = `SELECT ` + noticeColumns + ` FROM notice `

func scanNotice(r *sql.Rows) (alerts.Notice, error) {
	var (
		n                  alerts.Notice
		contacts           string
		created, sent, due int64
	)
	err := r.Scan(&n.ID, &n.Incident, &n.Site, &n.Resident, &n.Class, &n.Phrase, &n.Family, &n.Owner, &n.Language,
		&n.Policy, &n.Step, &n.Round, &n.Alarms, &contacts, &n.At, &n.State, &n.Proof, &n.ServiceID, &n.Sent, &n.Tries,
		&created, &sent, &due, &n.Reason, &n.Detail)
	n.Contacts = readContacts(contacts)
	n.CreatedAt, n.SentAt, n.Due = fromMicros(created), fromMicros(sent), fromMicros(due)
	return n, err
}

// SaveNotice inserts the notice, or replaces the one of its ID. A state that is
// none of alerts is refused. Contacts are kept here alone, and until
// PruneNotices or EraseIncident.
func (t *Tx) SaveNotice(ctx context.Context, n alerts.Notice) error {
	contacts := contactsColumn(n.Contacts)
	if contacts == "" {
		contacts = noContacts
	}
	return t.exec(ctx, "save notice "+n.ID,
		`INSERT INTO notice (`+noticeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
			$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
		ON CONFLICT (id) DO UPDATE SET
			incident = excluded.incident, site = excluded.site, resident = excluded.resident, class = excluded.class,
			phrase = excluded.phrase, family = excluded.family, owner = excluded.owner, language = excluded.language,
			policy = excluded.policy, step = excluded.step, round = excluded.round, alarms = excluded.alarms,
			contacts = excluded.contacts, contact_at = excluded.contact_at, state = excluded.state,
			proof = excluded.proof, service_id = excluded.service_id, sent = excluded.sent, tries = excluded.tries,
			created_at = excluded.created_at, sent_at = excluded.sent_at, due = excluded.due,
			reason = excluded.reason, detail = excluded.detail`,
		n.ID, n.Incident, string(n.Site), string(n.Resident), string(n.Class), string(n.Phrase), n.Family, n.Owner, n.Language,
		n.Policy, n.Step, n.Round, n.Alarms, contacts, n.At, string(n.State), n.Proof, n.ServiceID, n.Sent, n.Tries,
		micros(n.CreatedAt), micros(n.SentAt), micros(n.Due), n.Reason, n.Detail)
}

// Notice returns a notice by id, nil when there is none.
func (t *Tx) Notice(ctx context.Context, id string) (*alerts.Notice, error) {
	var n alerts.Notice
	found, err := first(ctx, t, func(r *sql.Rows) (err error) {
		n, err = scanNotice(r)
		return err
	}, selectNotices+`WHERE id = $1`, id)
	if err != nil || !found {
		return nil, wrapIf("read notice "+id, err)
	}
	return &n, nil
}

// IncidentNotices returns the notices of an incident in the order in which they
// were made; none for an empty id.
func (t *Tx) IncidentNotices(ctx context.Context, incident string) ([]alerts.Notice, error) {
	return incidentNotices(ctx, t, incident)
}

// IncidentNotices returns the notices of an incident in the order in which they
// were made.
func (s *Store) IncidentNotices(ctx context.Context, incident string) ([]alerts.Notice, error) {
	return incidentNotices(ctx, s.read, incident)
}

// Here and below the literals let the planner use the partial indexes.
func incidentNotices(ctx context.Context, q querier, incident string) ([]alerts.Notice, error) {
	found, err := all(ctx, q, scanNotice, selectNotices+`WHERE incident = $1 AND incident <> '' ORDER BY created_at, id`, incident)
	return found, wrapIf("read the notices of incident "+incident, err)
}

// NoticesBySent returns the notices that went in the message of an idempotency
// key.
func (t *Tx) NoticesBySent(ctx context.Context, sent string) ([]alerts.Notice, error) {
	found, err := all(ctx, t, scanNotice, selectNotices+`WHERE sent = $1 AND sent <> '' ORDER BY created_at, id`, sent)
	return found, wrapIf("find the notices of message "+sent, err)
}

// NoticesByService returns the notices of a message by the name that the
// service of a channel gave it. Services name their messages independently, so
// the channel must be one that was tried.
func (t *Tx) NoticesByService(ctx context.Context, channel, serviceID string) ([]alerts.Notice, error) {
	found, err := all(ctx, t, scanNotice, selectNotices+`WHERE service_id = $1 AND service_id <> '' ORDER BY created_at, id`, serviceID)
	if err != nil {
		return nil, explain("find the notices of message "+serviceID+" of "+channel, err)
	}
	return slices.DeleteFunc(found, func(n alerts.Notice) bool {
		tried := n.Contacts[:min(n.At+1, len(n.Contacts))]
		return !slices.ContainsFunc(tried, func(c people.Contact) bool { return c.Channel == channel })
	}), nil
}

// WaitingNotices returns all notices to a person that wait to be sent, in the
// order in which they were made.
func (t *Tx) WaitingNotices(ctx context.Context, owner string) ([]alerts.Notice, error) {
	found, err := all(ctx, t, scanNotice, selectNotices+`WHERE owner = $1 AND state = 'waiting' ORDER BY created_at, id`, owner)
	return found, wrapIf("find the notices that wait for "+owner, err)
}

// pruneChunk bounds the rows of one transaction of PruneNotices, so that an
// alarm that comes meanwhile waits a few milliseconds at most.
const pruneChunk = 200

// PruneNotices deletes notices that are finished and were made before a time,
// and returns how many: the contacts in them are personal data. It works in
// several transactions; after an error a part may be deleted.
func (s *Store) PruneNotices(ctx context.Context, before time.Time) (deleted int, err error) {
	for {
		var n int64
		err := s.Update(ctx, func(t *Tx) (err error) {
			n, err = t.affect(ctx, "delete old notices",
				`DELETE FROM notice WHERE id IN (SELECT id FROM notice
					WHERE created_at < $1 AND state IN ('done', 'failed', 'dropped') ORDER BY created_at LIMIT $2)`,
				micros(before), pruneChunk)
			return err
		})
		if err != nil {
			return deleted, fmt.Errorf("after %d notices: %w", deleted, err)
		}
		deleted += int(n)
		if n < pruneChunk {
			return deleted, nil
		}
	}
}

// eraseNotices erases the ways to people from the notices of an incident, and
// what services said of them.
func (t *Tx) eraseNotices(ctx context.Context, incident string) error {
	return t.exec(ctx, "erase the contacts in the notices of incident "+incident,
		`UPDATE notice SET contacts = '`+noContacts+`', detail = '' WHERE incident = $1 AND incident <> ''`, incident)
}
