package pki

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"

	"shouwang.care/shouwang/alerts/care"
)

// EdgeProtocol is an application protocol (ALPN, RFC 7301) that an edge with a
// certificate offers besides its others when it connects by HTTPS: only then is it
// asked for the certificate. Browsers are never asked, since some of them show
// people a question that they cannot answer, and others drop their WebSockets.
const EdgeProtocol = "shouwang-edge"

// OffersEdge reports whether a client offers EdgeProtocol.
func OffersEdge(hello *tls.ClientHelloInfo) bool {
	return slices.Contains(hello.SupportedProtos, EdgeProtocol)
}

// edgePrefix is how the URI in a certificate of an edge begins. It has a host,
// because crypto/x509 refuses a URI without one below an authority with
// constraints of any kind.
const edgePrefix = "shouwang://edge/"

// edgeName is the URI by which a certificate names an edge.
func edgeName(site care.SiteID, edge care.EdgeID) string {
	return edgePrefix + string(site) + "/" + string(edge)
}

// CheckEdge returns nil when a connection was made with a certificate of the edge
// that says to be behind it. Whether the certificate holds was checked by TLS,
// which must have been told of the authority. The error is a sentence for operators.
func CheckEdge(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error {
	if s == nil || len(s.VerifiedChains) == 0 || len(s.PeerCertificates) == 0 {
		return errors.New("the edge shows no certificate, which mqtt.client_ca demands: \"gateway pki edge\" makes one")
	}
	var of []string
	for _, u := range s.PeerCertificates[0].URIs {
		if u.String() == edgeName(site, edge) {
			return nil
		}
		if name, ok := strings.CutPrefix(u.String(), edgePrefix); ok {
			of = append(of, name)
		}
	}
	if len(of) == 0 {
		return fmt.Errorf("the certificate that the edge shows is of no edge: it lacks the URI %s", edgeName(site, edge))
	}
	return fmt.Errorf("the certificate that the edge shows is of %.100q and not its own", strings.Join(of, ", "))
}
