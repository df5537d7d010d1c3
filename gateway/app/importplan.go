package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/config"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/siteplan"
)

// importerName is who stands in the log of a site behind an import.
const importerName = "gateway import"

// Import registers what a site plan names. It works beside a running gateway,
// which takes the change up within seconds, and without one.
func Import(ctx context.Context, c config.Config, path string) (sum ledger.Summary, err error) {
	p, err := siteplan.Load(path)
	if err != nil {
		return sum, err
	}
	store, err := ledger.Open(ctx, LedgerFile(c))
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	plan, err := ledgerPlan(ctx, store, p)
	if err != nil {
		return sum, err
	}
	return store.ApplyPlan(ctx, plan)
}

// ledgerPlan turns a file into rows. Secrets and passwords become hashes here;
// the hash of an unchanged password is taken over, so that an import that
// changes nothing writes nothing and signs nobody out.
func ledgerPlan(ctx context.Context, store *ledger.Store, p siteplan.Plan) (ledger.Plan, error) {
	plan := ledger.Plan{
		Regions: p.Regions,
		By:      care.Act{Name: importerName, At: time.Now(), Means: care.BySystem},
	}
	for _, s := range p.Sites {
		plan.Sites = append(plan.Sites, s.Site)
		for _, z := range s.Zones {
			z.Site = s.ID
			plan.Zones = append(plan.Zones, z)
		}
		for _, e := range s.Edges {
			e.Site = s.ID
			edge := ledger.PlanEdge{Edge: e.Edge}
			if e.Secret != "" {
				edge.SecretHash = ledger.HashSecret(string(e.Secret))
			}
			plan.Edges = append(plan.Edges, edge)
		}
		for _, r := range s.Residents {
			r.Site = s.ID
			plan.Residents = append(plan.Residents, r)
		}
		for _, v := range s.Points {
			v.Site = s.ID
			plan.Points = append(plan.Points, v)
		}
	}
	for _, u := range p.Users {
		hash, err := passwordHash(ctx, store, u)
		if err != nil {
			return ledger.Plan{}, err
		}
		pin, err := pinHash(ctx, store, u)
		if err != nil {
			return ledger.Plan{}, err
		}
		plan.Users = append(plan.Users, people.User{
			ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, PasswordHash: hash, Scope: people.Scope(u.Scope),
			Relation: u.Relation, KeyHolder: u.KeyHolder, Authority: u.Authority, Language: u.Language, Contacts: u.Contacts, Badge: u.Badge,
			Station: u.Station, Disabled: u.Disabled, Subject: u.Subject, PINHash: pin,
		})
	}
	return plan, nil
}

func passwordHash(ctx context.Context, store *ledger.Store, u siteplan.User) (string, error) {
	if u.Password == "" {
		return "", nil
	}
	was, _, err := store.UserByLogin(ctx, u.Login)
	if err != nil {
		return "", err
	}
	return hashOf(u.Login, u.Password, was.PasswordHash)
}

func pinHash(ctx context.Context, store *ledger.Store, u siteplan.User) (string, error) {
	if u.PIN == "" {
		return "", nil
	}
	was, _, err := store.UserByLogin(ctx, u.Login)
	if err != nil {
		return "", err
	}
	return hashOf(u.Login, u.PIN, was.PINHash)
}

// hashOf returns the hash before while the secret is the same, or a new one.
func hashOf(login string, secret siteplan.Secret, was string) (string, error) {
	if was != "" {
		// A hash that cannot be read is replaced.
		if same, err := api.CheckPassword(string(secret), was); err == nil && same {
			return was, nil
		}
	}
	hash, err := api.HashPassword(string(secret))
	if err != nil {
		return "", fmt.Errorf("import user %s: %w", login, err)
	}
	return hash, nil
}
