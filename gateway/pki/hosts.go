package pki

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// privateNames are the domains that no one else owns: RFC 6762 (local), RFC 8375
// (home.arpa), RFC 6761 (localhost), and lan, which home routers use.
var privateNames = []string{"local", "lan", "home.arpa", "localhost"}

// privateRanges are the addresses that are not reached from elsewhere: RFC 1918,
// RFC 4193, RFC 3927, RFC 4291.
var privateRanges = func() []*net.IPNet {
	var all []*net.IPNet
	for _, cidr := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128",
	} {
		_, n, err := net.ParseCIDR(cidr)
		if err != nil {
			panic(err) // it is built in
		}
		all = append(all, n)
	}
	return all
}()

// host is a name or an address; one of them is set.
type host struct {
	name string
	ip   net.IP
}

// String is the host as people write it.
func (h host) String() string {
	if h.ip != nil {
		return h.ip.String()
	}
	return h.name
}

// parseHost reads a name or an address without a port. Names are made small; those
// with other letters must be given in their ASCII form (xn--…).
func parseHost(text string) (host, error) {
	s := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	if ip := net.ParseIP(s); ip != nil {
		if ip.IsUnspecified() || ip.IsMulticast() {
			return host{}, fmt.Errorf("%q is no address that a browser can open", text)
		}
		if v4 := ip.To4(); v4 != nil {
			ip = v4
		}
		return host{ip: ip}, nil
	}
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if _, _, err := net.SplitHostPort(text); err == nil || strings.Contains(text, "/") {
		return host{}, fmt.Errorf("%q is more than a host; give the name or the address alone", text)
	}
	if len(name) > 253 {
		return host{}, fmt.Errorf("%.60q… is longer than 253 letters, the most that a name may have", text)
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !validLabel(label) {
			return host{}, fmt.Errorf("%q is neither an address nor a name of letters, digits, hyphens and dots", text)
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return host{}, fmt.Errorf("%q looks like an address and is none", text)
	}
	return host{name: name}, nil
}

func validLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// parseHosts reads several and drops doubles; the error names the first that is
// none.
func parseHosts(texts []string) ([]host, error) {
	var all []host
	for _, t := range texts {
		h, err := parseHost(t)
		if err != nil {
			return nil, err
		}
		all = add(all, h)
	}
	return all, nil
}

// add appends the hosts that are not in the list yet.
func add(list []host, more ...host) []host {
	for _, h := range more {
		if !slices.ContainsFunc(list, func(o host) bool { return o.String() == h.String() }) {
			list = append(list, h)
		}
	}
	return list
}

// permits reports whether an authority may sign for a host.
func permits(ca *x509.Certificate, h host) bool {
	if h.ip != nil {
		return slices.ContainsFunc(ca.PermittedIPRanges, func(n *net.IPNet) bool { return n.Contains(h.ip) })
	}
	return slices.ContainsFunc(ca.PermittedDNSDomains, func(d string) bool {
		return h.name == d || strings.HasSuffix(h.name, "."+d)
	})
}

// constrain limits an authority to what is private, and to the hosts.
func constrain(ca *x509.Certificate, hosts []host) {
	ca.PermittedDNSDomainsCritical = true
	ca.PermittedDNSDomains = slices.Clone(privateNames)
	ca.PermittedIPRanges = slices.Clone(privateRanges)
	for _, h := range hosts {
		switch {
		case permits(ca, h):
		case h.ip != nil:
			bits := 8 * len(h.ip)
			ca.PermittedIPRanges = append(ca.PermittedIPRanges, &net.IPNet{IP: h.ip, Mask: net.CIDRMask(bits, bits)})
		default:
			ca.PermittedDNSDomains = append(ca.PermittedDNSDomains, h.name)
		}
	}
}

// ThisMachine returns the private names and addresses of this machine: its own
// name, also below .local, and the IPv4 addresses of its networks. Addresses of
// IPv6 are left out, because machines change them every day.
func ThisMachine() []string {
	var all []string
	if name, err := os.Hostname(); err == nil {
		first, _, _ := strings.Cut(strings.ToLower(name), ".")
		if validLabel(first) {
			all = append(all, first, first+".local")
		}
	}
	all = append(all, "localhost", "127.0.0.1", "::1")
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return all // what is missing is found at the next look
	}
	var private []string
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsPrivate() {
			private = append(private, n.IP.String())
		}
	}
	slices.SortFunc(private, func(a, b string) int { return cmp.Compare(a, b) })
	return append(all, slices.Compact(private)...)
}
