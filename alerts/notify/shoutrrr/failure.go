package shoutrrr

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/bark"
	"github.com/nicholas-fedor/shoutrrr/pkg/util/jsonclient"

	"shouwang.care/shouwang/alerts/notify"
)

// failure says what an error of the library means, in words that hold nothing
// of the service's URL.
func failure(ctx context.Context, address string, err error) *notify.Failure {
	hidden := secrets(address)
	if f, ok := errors.AsType[*notify.Failure](err); ok {
		return f.Hide(hidden...)
	}
	if ctx.Err() != nil {
		return notify.Failed(notify.Unreachable, "the service did not answer in time: %v", context.Cause(ctx))
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return notify.Failed(notify.Unreachable, "the service does not answer: %v", u.Err).Hide(hidden...)
	}
	said := addresses.ReplaceAllString(err.Error(), "(address)")
	if j, ok := errors.AsType[jsonclient.Error](err); ok && j.StatusCode >= 400 {
		return meaning(j.StatusCode, said).Hide(hidden...)
	}
	if b, ok := errors.AsType[*bark.APIResponse](err); ok {
		return meaning(int(b.Code), said).Hide(hidden...) // its words lack the code
	}
	return meaning(status(said), said).Hide(hidden...)
}

// addresses matches URLs, and hosts with a port, whose numbers are no codes.
var addresses = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://\S+|\[?[0-9A-Za-z_.:-]+\]?:[0-9]+\b`)

// codes matches a status of HTTP, and the codes of ntfy, which begin with one
// and have two more digits.
var codes = regexp.MustCompile(`\b([45][0-9]{2})(?:[0-9]{2})?\b`)

// status returns the status of HTTP that an error speaks of, 0 when it speaks
// of none.
func status(said string) int {
	m := codes.FindStringSubmatch(said)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func meaning(status int, said string) *notify.Failure {
	switch {
	case strings.Contains(said, "device token"):
		return notify.Hopeless(notify.BadAddress, "the service knows no such device: %s", said)
	case status == http.StatusTooManyRequests:
		return notify.Failed(notify.Throttled, "the service takes no more for now: %s", said)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return notify.Hopeless(notify.Misconfigured, "the service refuses the key or the place in its URL: %s", said)
	case status >= 500, status == 0:
		return notify.Failed(notify.Unreachable, "the service is out of order: %s", said)
	}
	return notify.Hopeless(notify.Refused, "the service refuses the message: %s", said)
}

// hosted lists the services whose URL names a server; in those of all others
// the host is a key too.
var hosted = []string{"bark", "gotify", "matrix", "mattermost", "ntfy", "rocketchat", "signal", "zulip"}

// secrets returns the parts of a service URL that no error may tell.
func secrets(address string) []string {
	u, err := url.Parse(address)
	if err != nil {
		return []string{address}
	}
	list := []string{address, u.Fragment}
	if password, ok := u.User.Password(); ok {
		list = append(list, password, url.QueryEscape(password), url.PathEscape(password))
	}
	list = append(list, u.User.Username())
	for part := range strings.SplitSeq(u.Path, "/") {
		list = append(list, part, url.PathEscape(part))
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= 8 { // shorter ones are words such as "high"
				list = append(list, v, url.QueryEscape(v))
			}
		}
	}
	if !slices.Contains(hosted, u.Scheme) {
		list = append(list, u.Host, u.Hostname())
	}
	// Longer ones first, so that none is left in part.
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}
