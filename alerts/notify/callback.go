package notify

import (
	"context"
	"net/http"
	"net/url"
)

// Request is a request by which a service reports receipts.
type Request struct {
	Method string
	Query  url.Values
	Header http.Header
	// Body is at most MaxCallback bytes.
	Body []byte
}

// MaxCallback is the greatest body of a callback in bytes.
const MaxCallback = 1 << 20

// Answer is what the service wants to hear, so that it does not report again.
type Answer struct {
	Status      int // 200 when zero
	ContentType string
	Body        []byte
}

// Receiver is a channel whose service calls back. The gateway serves it under
// /api/callbacks/{channel}/{secret}, where the secret is 128 random bits that
// only the service was told: many services sign nothing.
type Receiver interface {
	// Receive reads one request. An error means that it was not understood or
	// is not of the service; nothing of it counts then, and the answer is 400.
	Receive(ctx context.Context, r Request) ([]Receipt, Answer, error)
}
