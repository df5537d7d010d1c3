package api

import (
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// secondSteps checks codes of RFC 6238 (TOTP): six digits, SHA-1, 30 s, as every
// authenticator app makes them, one step early or late for clocks that are off.
// A code is good once (section 5.2): the last step of each person is kept in
// memory, so that a code seen over somebody's shoulder is of no use. A restart
// forgets it, for at most 90 s.
type secondSteps struct {
	mu   sync.Mutex
	last map[care.UserID]int64
}

const (
	stepTime  = 30 // seconds
	stepSlack = 1  // steps early or late
)

func newSecondSteps() *secondSteps { return &secondSteps{last: map[care.UserID]int64{}} }

// check reports whether the code is the user's now, and uses it up.
func (s *secondSteps) check(u people.User, code string) bool {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Unix() / stepTime
	for step := now - stepSlack; step <= now+stepSlack; step++ {
		ok, err := totp.ValidateCustom(code, u.TOTPSecret, time.Unix(step*stepTime, 0), totp.ValidateOpts{
			Period: stepTime, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err != nil || !ok {
			continue
		}
		if last, used := s.last[u.ID]; used && step <= last {
			return false
		}
		s.last[u.ID] = step
		return true
	}
	return false
}

// CheckSecondStep reports whether a code is that of the second step of a user now,
// and uses it up, for rooms that let people in by another first step than the
// password. u is as Accounts has him, with the secret; without one no code is right.
func (a *API) CheckSecondStep(u people.User, code string) bool {
	return u.TOTPSecret != "" && a.steps.check(u, code)
}

// newSecondStep returns a fresh secret of 160 bits in base 32 and the address
// that authenticator apps read from a QR code.
func newSecondStep(u people.User, issuer string) (secret, address string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: u.Login, Period: stepTime, SecretSize: 20})
	if err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}
