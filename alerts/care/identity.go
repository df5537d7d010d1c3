package care

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// EdgeProtocol is an application protocol (ALPN, RFC 7301) that an edge with a
// certificate offers besides its others when it connects by HTTPS: only then is it
// asked for the certificate. Browsers are never asked, since some of them show
// people a question that they cannot answer, and others drop their WebSockets.
const EdgeProtocol = "shouwang-edge"

// edgePrefix is how the URI in a certificate of an edge begins. It has a host,
// because crypto/x509 refuses a URI without one below an authority with
// constraints of any kind.
const edgePrefix = "shouwang://edge/"

// EdgeURI is the URI by which a certificate names an edge.
func EdgeURI(site SiteID, edge EdgeID) string {
	return edgePrefix + string(site) + "/" + string(edge)
}

// ErrNoEdge is wrapped where a certificate names no edge at all.
var ErrNoEdge = errors.New("it is of no edge")

// CheckEdgeURIs returns nil when one of the URIs of a certificate names the edge.
// The error continues a sentence that begins with the certificate; it wraps
// ErrNoEdge when none of them names any edge.
func CheckEdgeURIs(uris []*url.URL, site SiteID, edge EdgeID) error {
	var of []string
	for _, u := range uris {
		if u.String() == EdgeURI(site, edge) {
			return nil
		}
		if name, ok := strings.CutPrefix(u.String(), edgePrefix); ok {
			of = append(of, name)
		}
	}
	if len(of) == 0 {
		return fmt.Errorf("%w: it lacks the URI %s", ErrNoEdge, EdgeURI(site, edge))
	}
	return fmt.Errorf("it is of %.100q and not of %s/%s", strings.Join(of, ", "), site, edge)
}
