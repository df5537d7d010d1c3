package api

import (
	"fmt"
	"net/http"
	"time"
)

// Slow spends one of a number of attempts under a key, of which one comes back
// each time that every has passed. The error is the answer to who has none
// left; refund gives the attempt back.
func (a *API) Slow(key string, attempts int, every time.Duration) (refund func(), err error) {
	refund, wait := a.throttle.takeOne(key, limit{float64(attempts), every})
	if wait > 0 {
		return nil, retryAfter(NewProblem(http.StatusTooManyRequests, CodeThrottled,
			fmt.Sprintf("too many attempts; try again in %d s", seconds(wait))), wait)
	}
	return refund, nil
}

// AddressOf returns the address of a path as people outside reach it, and its QR
// code as an SVG; the path alone and no code where that is not known.
func (a *API) AddressOf(path string) (address, svg string, err error) {
	address = a.publicURL(path)
	if a.PublicURL == "" { // a telephone cannot open a path alone
		return address, "", nil
	}
	svg, err = qrCode(address)
	return address, svg, err
}
