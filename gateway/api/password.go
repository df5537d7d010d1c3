package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"shouwang.care/shouwang/alerts/care"
)

// passwordParams are the first choice for argon2id of the OWASP Password
// Storage Cheat Sheet: 19 MiB, two passes, one lane. A Raspberry Pi bears them.
var passwordParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// HashPassword returns the argon2id hash by which sign-in knows a password.
func HashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, passwordParams)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// OneTimePassword returns a password of 60 random bits that can be read out on the
// telephone: twelve letters and digits without 0, 1, 8 and 9, in groups of four.
func OneTimePassword() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	text := strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))[:12]
	return text[:4] + "-" + text[4:8] + "-" + text[8:]
}

// CheckPassword reports whether the hash is of the password.
func CheckPassword(password, hash string) (bool, error) {
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check a password: its stored hash is not argon2id, set the password anew: %w", err)
	}
	return ok, nil
}

// gate lets few passwords be checked at once, since each takes 19 MiB and a
// good part of a core, which alarms need too.
type gate struct {
	slots chan struct{}
	decoy string // the hash that stands in for unknown logins
}

const (
	gateSlots = 2
	gateWait  = 5 * time.Second
)

var errGateBusy = errors.New("too many people sign in at once")

func newGate() (*gate, error) {
	decoy, err := HashPassword(care.NewID())
	if err != nil {
		return nil, err
	}
	return &gate{make(chan struct{}, gateSlots), decoy}, nil
}

// check reports whether the hash is of the password. An empty hash, of nobody,
// takes as long as any other.
func (g *gate) check(ctx context.Context, password, hash string) (bool, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, gateWait, errGateBusy)
	defer cancel()
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if hash == "" {
		CheckPassword(password, g.decoy)
		return false, nil
	}
	return CheckPassword(password, hash)
}
