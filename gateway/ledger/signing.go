package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// signingKeyKey is the setting with the seed of the gateway's signing key.
const signingKeyKey = "ledger.signing_key"

// SigningKey returns the key that signs heads; it is made at its first use and
// kept in the ledger. Who can write the ledger has it, too: it is the copies
// of heads that others keep that prove something to them.
func (s *Store) SigningKey(ctx context.Context) (ed25519.PrivateKey, error) {
	text, err := s.EnsureSetting(ctx, signingKeyKey, func() string {
		seed := make([]byte, ed25519.SeedSize)
		rand.Read(seed) // never fails
		return base64.StdEncoding.EncodeToString(seed)
	})
	if err != nil {
		return nil, err
	}
	seed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the signing key in the ledger is damaged, restore a copy of the ledger")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// SignHeads signs the head of each site's log that has grown since its last
// signed head, keeps what it signed, and returns it in order of sites.
func (s *Store) SignHeads(ctx context.Context, at time.Time) ([]SignedHead, error) {
	key, err := s.SigningKey(ctx)
	if err != nil {
		return nil, err
	}
	signed := []SignedHead{}
	err = s.Update(ctx, func(t *Tx) error {
		heads, err := readHeads(ctx, t)
		if err != nil {
			return explain("read the heads of the site logs", err)
		}
		for _, h := range heads {
			var last uint64
			if _, err := first(ctx, t, func(r *sql.Rows) error { return r.Scan(&last) },
				`SELECT COALESCE(MAX(number), 0) FROM signed_head WHERE site = $1`, string(h.Site)); err != nil {
				return explain("read the signed heads", err)
			}
			if h.Number <= last {
				continue
			}
			n := h.sign(key, at)
			if err := t.exec(ctx, "keep the signed head of site "+string(h.Site),
				`INSERT INTO signed_head (site, number, hash, at, public_key, signature) VALUES ($1, $2, $3, $4, $5, $6)`,
				string(n.Site), n.Number, n.Hash[:], micros(n.At), []byte(n.Key), n.Signature); err != nil {
				return err
			}
			signed = append(signed, n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return signed, nil
}

// SignedHeads returns the heads of a site, or of all for an empty site, that
// were signed at or after since, in order of site and number.
func (s *Store) SignedHeads(ctx context.Context, site care.SiteID, since time.Time) ([]SignedHead, error) {
	heads, err := signedHeads(ctx, s.read, site, since)
	return heads, wrapIf("read the signed heads", err)
}

// SignedHeadsOfFile is SignedHeads for a ledger file that is only read, such as
// a copy.
func SignedHeadsOfFile(ctx context.Context, path string, site care.SiteID, since time.Time) ([]SignedHead, error) {
	db, err := openToRead(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("read the signed heads of ledger %s: %w", path, err)
	}
	pool := newPrepared(db)
	heads, err := keptHeads(ctx, pool, site, since)
	return heads, errors.Join(wrapIf("read the signed heads of ledger "+path, err), pool.close())
}

// keptHeads is signedHeads for a ledger of any schema: the first had none.
func keptHeads(ctx context.Context, q querier, site care.SiteID, since time.Time) ([]SignedHead, error) {
	version, err := schemaVersion(ctx, q)
	if err != nil {
		return nil, err
	}
	if version < 2 {
		return []SignedHead{}, nil
	}
	return signedHeads(ctx, q, site, since)
}

// schemaVersion is the number of the latest migration that a ledger has.
func schemaVersion(ctx context.Context, q querier) (version int, err error) {
	_, err = first(ctx, q, func(r *sql.Rows) error { return r.Scan(&version) }, `SELECT MAX(version_id) FROM goose_db_version`)
	return version, err
}

func signedHeads(ctx context.Context, q querier, site care.SiteID, since time.Time) ([]SignedHead, error) {
	return all(ctx, q, func(r *sql.Rows) (SignedHead, error) {
		var (
			h         SignedHead
			hash, key []byte
			at        int64
		)
		err := r.Scan(&h.Site, &h.Number, &hash, &at, &key, &h.Signature)
		copy(h.Hash[:], hash) // a damaged one is not the one that was signed
		h.At, h.Key = fromMicros(at), key
		return h, err
	}, `SELECT site, number, hash, at, public_key, signature FROM signed_head
		WHERE ($1 = '' OR site = $1) AND at >= $2 ORDER BY site, number`, string(site), micros(since))
}
