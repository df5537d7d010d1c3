package watch

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

// LinkLife is how long the link of a message can be used.
const LinkLife = 12 * time.Hour

// macSize is the length of the signature of a link in bytes: 80 bits, which
// nobody guesses within LinkLife.
const macSize = 10

// ErrLink says that a link is damaged, was not made by this gateway, or is too
// old.
var ErrLink = errors.New("the link is not valid, or no longer")

// LinkToken returns the part of a link that stands for a notice: its id, when
// it expires, and an HMAC-SHA256 of both.
func (w *Watch) LinkToken(notice string, now time.Time) (string, error) {
	id, err := uuid.Parse(notice)
	if err != nil {
		return "", fmt.Errorf("make a link for %q: %w", notice, err)
	}
	b := binary.BigEndian.AppendUint32(id[:], uint32(now.Add(LinkLife).Unix()/60))
	return base64.RawURLEncoding.EncodeToString(append(b, w.mac(b)...)), nil
}

func (w *Watch) mac(b []byte) []byte {
	m := hmac.New(sha256.New, w.opts.LinkSecret)
	m.Write(b)
	return m.Sum(nil)[:macSize]
}

// parseLink returns the notice of a link.
func (w *Watch) parseLink(token string, now time.Time) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 16+4+macSize || !hmac.Equal(w.mac(b[:20]), b[20:]) {
		return "", ErrLink
	}
	if time.Unix(int64(binary.BigEndian.Uint32(b[16:20]))*60, 0).Before(now) {
		return "", ErrLink
	}
	return uuid.UUID(b[:16]).String(), nil
}

// Linked is what the page behind a link shows.
type Linked struct {
	Notice alerts.Notice
	// Incidents are those of the message, the one of the notice first.
	Incidents []care.Incident
}

// Linked returns what a link leads to. The error is ErrLink when it is not
// valid.
func (w *Watch) Linked(ctx context.Context, token string) (l Linked, err error) {
	id, err := w.parseLink(token, time.Now())
	if err != nil {
		return l, err
	}
	err = w.update(ctx, func(t *turn) error {
		l = Linked{}
		notices, err := t.linked(ctx, id)
		if err != nil {
			return err
		}
		l.Notice = notices[0]
		for _, n := range notices {
			i, err := t.tx.Incident(ctx, n.Incident)
			if err != nil {
				return err
			}
			if i != nil && !slices.ContainsFunc(l.Incidents, func(known care.Incident) bool { return known.ID == i.ID }) {
				l.Incidents = append(l.Incidents, *i)
			}
		}
		return nil
	})
	return l, err
}

// linked returns the notices of the message that a notice went out in, that
// notice first.
func (t *turn) linked(ctx context.Context, id string) ([]alerts.Notice, error) {
	n, err := t.tx.Notice(ctx, id)
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, ErrLink
	}
	all := []alerts.Notice{*n}
	if n.Sent == "" {
		return all, nil
	}
	others, err := t.tx.NoticesBySent(ctx, n.Sent)
	for _, o := range others {
		if o.ID != id {
			all = append(all, o)
		}
	}
	return all, err
}

// AcceptLink accepts the incidents of the message behind a link, or the one
// given, for the person to whom it was sent. The error is ErrLink, or an
// *alerts.IllegalError when the only incident was accepted by somebody else.
func (w *Watch) AcceptLink(ctx context.Context, token, incident string) ([]care.Incident, error) {
	id, err := w.parseLink(token, time.Now())
	if err != nil {
		return nil, err
	}
	var accepted []care.Incident
	err = w.update(ctx, func(t *turn) error {
		accepted = nil
		notices, err := t.linked(ctx, id)
		if err != nil {
			return err
		}
		var refused error
		for _, n := range notices {
			if incident != "" && n.Incident != incident {
				continue
			}
			i, err := t.acceptNotice(ctx, n, care.ByLink)
			if err := refusedIsFine(err); err != nil {
				return err
			}
			if err != nil {
				refused = err
				continue
			}
			accepted = append(accepted, i)
		}
		if len(accepted) == 0 {
			return refused
		}
		return nil
	})
	return accepted, err
}

// acceptNotice accepts an incident for the person who was told of it. When a
// resident answers for himself, that takes his call back, as the button does.
func (t *turn) acceptNotice(ctx context.Context, n alerts.Notice, means care.Means) (care.Incident, error) {
	i, err := t.tx.Incident(ctx, n.Incident)
	if err != nil {
		return care.Incident{}, err
	}
	if i == nil {
		return care.Incident{}, &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: alerts.Accept}
	}
	var d alerts.Decision
	if strings.HasPrefix(n.Owner, residentOwner) {
		d = alerts.OnAllWell(t.now, *i, means)
	} else {
		u, known := userOf(t.w.ledger.Directory(), n.Owner)
		if !known {
			return *i, &alerts.IllegalError{Code: alerts.CodeNotFound, Kind: alerts.Accept}
		}
		if d, err = alerts.OnAction(t.now, *i, alerts.Action{Kind: alerts.Accept, Incident: i.ID, By: u.ID, Name: u.Name, Means: means}); err != nil {
			return *i, err
		}
	}
	if d.Incident == nil {
		return *i, nil
	}
	return *d.Incident, t.enter(ctx, placeOf(*i), i, d)
}

// refusedIsFine lets go of what the incident forbids: somebody was faster.
func refusedIsFine(err error) error {
	if _, ok := errors.AsType[*alerts.IllegalError](err); ok {
		return nil
	}
	return err
}
