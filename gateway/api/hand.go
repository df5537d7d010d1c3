package api

import (
	"crypto/rand"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

const (
	// handLife is how long a hand is kept that does nothing: long enough for the
	// form that ends an incident, short enough for whoever walks away.
	handLife = 2 * time.Minute
	// handsMost bounds the memory; a house has a few stations.
	handsMost = 1000
)

// Hand is a person at work at a station, for a short time.
type Hand struct {
	Person care.UserID
	Until  time.Time
}

// hands are the people who are at work at stations now. Each session has one hand
// at most. They are in memory only: after a restart people enter their PIN once
// more. Tokens are kept as their SHA-256.
type hands struct {
	mu        sync.Mutex
	bySession map[string]heldHand
}

type heldHand struct {
	Hand
	token string
}

func newHands() *hands { return &hands{bySession: map[string]heldHand{}} }

// take gives a session a hand instead of the one that it had, and returns its
// token, which is told once.
func (h *hands) take(now time.Time, session string, person care.UserID) (string, Hand) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.bySession) >= handsMost {
		for s, held := range h.bySession {
			if !now.Before(held.Until) {
				delete(h.bySession, s)
			}
		}
	}
	token := rand.Text()
	hand := Hand{person, now.Add(handLife)}
	h.bySession[session] = heldHand{hand, digest(token)}
	return token, hand
}

// use returns the hand of a session by its token, and lets it begin anew.
func (h *hands) use(now time.Time, session, token string) (Hand, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held, ok := h.bySession[session]
	if !ok || token == "" || held.token != digest(token) {
		return Hand{}, false
	}
	if !now.Before(held.Until) {
		delete(h.bySession, session)
		return Hand{}, false
	}
	held.Until = now.Add(handLife)
	h.bySession[session] = held
	return held.Hand, true
}

// drop takes the hand of a session away; there need not be one.
func (h *hands) drop(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.bySession, session)
}
