// Package post is what the channels that speak HTTP share: one request with
// bounded time and answer, whose troubles are told as failures of delivery.
// What a service's answer means is left to each channel.
package post

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// MaxAnswer is how much of an answer is read, in bytes.
const MaxAnswer = 1 << 20

// Timeout bounds one request, should its context not do so earlier.
const Timeout = 15 * time.Second

// NewClient returns a client for services. It follows no redirect, because
// what was signed for one address must not be sent to another one.
func NewClient() *http.Client {
	return &http.Client{
		Timeout: Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 10 * time.Second,
			MaxIdleConnsPerHost:   2,
			IdleConnTimeout:       time.Minute,
			ForceAttemptHTTP2:     true,
		},
	}
}

// Do sends a request and returns status and body of the answer. The error is a
// *notify.Failure: Unreachable when there was no answer or a status of 500 and
// above, Throttled at 429, Misconfigured at 401 and 403. Other answers, of
// whatever status, are the caller's to read.
func Do(ctx context.Context, client *http.Client, r *http.Request) (status int, body []byte, err error) {
	host := r.URL.Host
	resp, err := client.Do(r.WithContext(ctx))
	if err != nil {
		// The text of a *url.Error has the whole address, which may hold a key.
		if u, ok := err.(*url.Error); ok {
			err = u.Err
		}
		return 0, nil, notify.Failed(notify.Unreachable, "%s does not answer: %v", host, err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, MaxAnswer))
	if err != nil {
		return 0, nil, notify.Failed(notify.Unreachable, "the answer of %s broke off: %v", host, err)
	}
	said := fmt.Sprintf("%s answers %d: %.200s", host, resp.StatusCode, body)
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		f := notify.Failed(notify.Throttled, "%s", said)
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			f.RetryAfter = min(time.Duration(s)*time.Second, time.Hour)
		}
		return resp.StatusCode, body, f
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return resp.StatusCode, body, notify.Hopeless(notify.Misconfigured, "%s", said)
	case resp.StatusCode >= 500:
		return resp.StatusCode, body, notify.Failed(notify.Unreachable, "%s", said)
	}
	return resp.StatusCode, body, nil
}
