package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// remote names who sent a request, for throttling and for the log: the
// address, of IPv6 the network of 64 bits, since one machine commands all of it.
// Of a proxy on this machine it is the one for whom the proxy asks; nobody else
// is believed what he says of himself.
func remote(r *http.Request) string {
	ip, ok := sender(r)
	if !ok {
		return r.RemoteAddr
	}
	if ip.IsLoopback() {
		if asks, ok := forwardedFor(r); ok {
			ip = asks
		}
	}
	if ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// sender is the address at the other end of the connection.
func sender(r *http.Request) (netip.Addr, bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	ip, err := netip.ParseAddr(host)
	return ip.Unmap(), err == nil
}

// forwardedFor reads the last address of X-Forwarded-For: it is the one that
// the proxy wrote, those before it came with the request.
func forwardedFor(r *http.Request) (netip.Addr, bool) {
	all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	ip, err := netip.ParseAddr(strings.TrimSpace(all[len(all)-1]))
	return ip.Unmap(), err == nil
}

// local reports whether a request was made on this machine, and not for
// somebody else by a proxy that runs here.
func local(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	ip, ok := sender(r)
	return ok && ip.IsLoopback()
}

// request is the HTTP request of an operation.
func request(ctx huma.Context) *http.Request {
	r, _ := humago.Unwrap(ctx)
	return r
}
