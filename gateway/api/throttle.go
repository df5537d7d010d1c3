package api

import (
	"math"
	"sync"
	"time"
)

// throttle slows the guessing of passwords down. An attempt takes a token of
// three buckets: of the login from that address, of the address, and of the
// login from anywhere; only a success gives them back. The last bucket is deep,
// so that a stranger who fails on purpose does not lock a carer out for long.
type throttle struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	limit  limit
	tokens float64
	at     time.Time
}

// limit is a token bucket: how many attempts at once, and how long one takes to
// come back.
type limit struct {
	burst float64
	every time.Duration
}

var (
	limitPair   = limit{5, 20 * time.Second}
	limitRemote = limit{30, 2 * time.Second}
	limitLogin  = limit{60, 5 * time.Second}
)

// maxBuckets bounds the memory: at about 200 B each some 4 MB.
const maxBuckets = 20_000

func newThrottle() *throttle { return &throttle{buckets: map[string]*bucket{}} }

// take spends an attempt, or says how long to wait for one. refund gives it
// back.
func (t *throttle) take(login, remote string) (refund func(), wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	return t.spend([]*bucket{
		t.bucket("pair "+remote+" "+login, limitPair, now),
		t.bucket("remote "+remote, limitRemote, now),
		t.bucket("login "+login, limitLogin, now),
	})
}

// takeRemote is take for guessing of another kind, of which one address alone
// is slowed down: a stranger must not keep others from opening what they were
// sent.
func (t *throttle) takeRemote(kind, remote string) (refund func(), wait time.Duration) {
	return t.takeOne(kind+" "+remote, limitRemote)
}

// takeOne spends an attempt of a single bucket.
func (t *throttle) takeOne(key string, l limit) (refund func(), wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.spend([]*bucket{t.bucket(key, l, time.Now())})
}

// spend takes a token of each bucket, or of none; t is locked.
func (t *throttle) spend(all []*bucket) (refund func(), wait time.Duration) {
	for _, b := range all {
		if b.tokens < 1 {
			wait = max(wait, time.Duration(math.Ceil((1-b.tokens)*float64(b.limit.every))))
		}
	}
	if wait > 0 {
		return nil, wait
	}
	for _, b := range all {
		b.tokens--
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, b := range all {
			b.tokens = min(b.limit.burst, b.tokens+1)
		}
	}, 0
}

// bucket returns the bucket of a key, filled up to now.
func (t *throttle) bucket(key string, l limit, now time.Time) *bucket {
	b, ok := t.buckets[key]
	if !ok {
		if len(t.buckets) >= maxBuckets {
			t.shrink(now)
		}
		b = &bucket{l, l.burst, now}
		t.buckets[key] = b
	}
	b.fill(now)
	return b
}

func (b *bucket) fill(now time.Time) {
	b.tokens = min(b.limit.burst, b.tokens+float64(now.Sub(b.at))/float64(b.limit.every))
	b.at = now
}

// shrink drops the buckets that are full again, which say nothing. Where that
// is not enough, because somebody makes up logins, it drops others by chance:
// the address that does it stays slowed by its own bucket at the latest after
// as many more attempts.
func (t *throttle) shrink(now time.Time) {
	for key, b := range t.buckets {
		if b.fill(now); b.tokens >= b.limit.burst {
			delete(t.buckets, key)
		}
	}
	for key := range t.buckets {
		if len(t.buckets) <= maxBuckets*3/4 {
			return
		}
		delete(t.buckets, key)
	}
}

// seconds rounds a wait up to whole seconds, as Retry-After wants it.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
