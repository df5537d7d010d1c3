package post

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"shouwang.care/shouwang/alerts/notify"
)

// JSON posts a value as JSON and returns what Do returns.
func JSON(ctx context.Context, client *http.Client, address string, value any) (status int, body []byte, err error) {
	b, err := json.Marshal(value)
	if err != nil {
		return 0, nil, notify.Hopeless(notify.Refused, "the message cannot be written as JSON: %v", err)
	}
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(b))
	if err != nil {
		// The text of err has the address, which may hold a key.
		return 0, nil, notify.Hopeless(notify.Misconfigured, "the address of the service is not a URL")
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	return Do(ctx, client, r)
}

// CheckURL says what is wrong with the address of a service. It must be
// https; http only does to this machine, or where plain allows it. The error
// does not repeat the address, because many hold a key.
func CheckURL(address string, plain bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("this is not a URL such as https://example.org/path")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return fmt.Errorf("the URL begins with %s and not with https", u.Scheme)
	}
	ip := net.ParseIP(u.Hostname())
	if plain || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("http would send the message and its key in the clear; use https")
}
