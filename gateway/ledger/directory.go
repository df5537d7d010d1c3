package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// revisionKey is the setting that changes whenever a register does, so that
// another process on the same ledger can tell.
const revisionKey = "directory.revision"

// Directory returns the current picture of what is registered: a cached value
// that is replaced, never changed. It is never nil.
func (s *Store) Directory() *people.Directory { return s.picture.Load().directory }

// Picture returns the directory with the revision that Plan.Revision takes.
func (s *Store) Picture() (*people.Directory, string) {
	p := s.picture.Load()
	return p.directory, p.revision
}

// Refresh reads the registers again when another process changed them, such as
// an import beside a running gateway. changed says whether it did.
func (s *Store) Refresh(ctx context.Context) (changed bool, err error) {
	revision, _, err := s.Setting(ctx, revisionKey)
	if err != nil || revision == s.picture.Load().revision {
		return false, err
	}
	return true, s.withTurn(ctx, func() error { return s.reload(ctx) })
}

// reload replaces the picture by what the ledger holds. The caller has the
// turn, or is the only user of the store.
func (s *Store) reload(ctx context.Context) error {
	tx, err := s.read.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return explain("read the registers", err)
	}
	defer tx.Rollback()
	reg, err := s.readRegisters(ctx, s.readQ, tx)
	if err != nil {
		return explain("read the registers", err)
	}
	revision, _, err := setting(ctx, txReader{tx}, revisionKey)
	if err != nil {
		return err
	}
	p := reg.picture()
	p.revision = revision
	s.picture.Store(p)
	return nil
}

// picture makes the value that the store caches.
func (r *registers) picture() *picture {
	d := &people.Directory{
		Regions: make(map[care.RegionID]care.Region), Sites: make(map[care.SiteID]care.Site),
		Zones: make(map[people.SiteZone]care.Zone), Points: make(map[people.SitePoint]care.Point),
		Edges: make(map[people.SiteEdge]care.Edge), Residents: make(map[care.ResidentID]people.Resident),
		Users: make(map[care.UserID]people.User),
	}
	secrets := make(map[people.SiteEdge][]byte)
	for _, v := range r.regions {
		d.Regions[v.ID] = v.care()
	}
	for _, v := range r.sites {
		d.Sites[v.ID] = v.care()
	}
	for _, v := range r.zones {
		d.Zones[people.SiteZone{Site: v.Site, Zone: v.ID}] = v.care()
	}
	for _, v := range r.points {
		d.Points[people.SitePoint{Site: v.Site, Point: v.ID}] = v.care()
	}
	for _, v := range r.edges {
		key := people.SiteEdge{Site: v.Site, Edge: v.ID}
		d.Edges[key] = v.care()
		secrets[key] = v.SecretHash
	}
	for _, v := range r.residents {
		d.Residents[v.ID] = v.people()
	}
	for _, v := range r.users {
		// One damaged row must not keep the gateway from its alarms, and an
		// empty scope may mean everything: who has one is left out.
		if u, err := v.people(); err == nil {
			u.PasswordHash, u.PINHash, u.TOTPSecret = "", "", ""
			d.Users[u.ID] = u
		}
	}
	return &picture{directory: d, secrets: secrets}
}

// NewSecret returns a secret of 128 random bits for an edge, as text.
func NewSecret() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// HashSecret returns what the ledger keeps of an edge's secret: its SHA-256. A
// slow hash would add nothing, since the secret has 128 random bits.
func HashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// CheckEdge reports whether the edge is registered and the secret is its. It
// compares in constant time and reads no row, so a fleet may sign in at once.
// The error is nil: the registers are in memory.
func (s *Store) CheckEdge(_ context.Context, site care.SiteID, edge care.EdgeID, secret string) (bool, error) {
	want := s.picture.Load().secrets[people.SiteEdge{Site: site, Edge: edge}]
	return subtle.ConstantTimeCompare(HashSecret(secret), want) == 1, nil
}

const userColumns = `SELECT id, login, name, role, scope, password_hash, relation, authority, language, contacts, badge, station, disabled, must_change, subject, pin_hash, totp_secret, wants, key_holder FROM "user" `

// UserByLogin returns the user of a login name; found is false when there is
// none.
func (s *Store) UserByLogin(ctx context.Context, login string) (u people.User, found bool, err error) {
	return s.oneUser(ctx, userColumns+`WHERE login = $1`, login)
}

// UserBySubject returns the user who is tied to a person at an identity provider;
// found is false when there is none.
func (s *Store) UserBySubject(ctx context.Context, subject string) (u people.User, found bool, err error) {
	if subject == "" {
		return people.User{}, false, nil
	}
	return s.oneUser(ctx, userColumns+`WHERE subject = $1`, subject)
}

// User returns a user by id; found is false when there is none.
func (s *Store) User(ctx context.Context, id care.UserID) (u people.User, found bool, err error) {
	return s.oneUser(ctx, userColumns+`WHERE id = $1`, string(id))
}

func (s *Store) oneUser(ctx context.Context, query, arg string) (u people.User, found bool, err error) {
	u, found, err = oneUser(ctx, s.read, query, arg)
	return u, found, wrapIf("read the user", err)
}

func oneUser(ctx context.Context, q querier, query, arg string) (u people.User, found bool, err error) {
	var row userRow
	found, err = first(ctx, q, func(r *sql.Rows) error {
		return r.Scan(&row.ID, &row.Login, &row.Name, &row.Role, &row.Scope, &row.PasswordHash,
			&row.Relation, &row.Authority, &row.Language, &row.Contacts, &row.Badge,
			&row.Station, &row.Disabled, &row.MustChange, &row.Subject, &row.PINHash, &row.TOTPSecret, &row.Wants, &row.KeyHolder)
	}, query, arg)
	if err != nil || !found {
		return people.User{}, false, err
	}
	u, err = row.people()
	return u, err == nil, err
}
