package pki

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"

	"shouwang.care/shouwang/alerts/care"
)

// OffersEdge reports whether a client offers care.EdgeProtocol.
func OffersEdge(hello *tls.ClientHelloInfo) bool {
	return slices.Contains(hello.SupportedProtos, care.EdgeProtocol)
}

// CheckEdge returns nil when a connection was made with a certificate of the edge
// that says to be behind it. Whether the certificate holds was checked by TLS,
// which must have been told of the authority. The error is a sentence for operators.
func CheckEdge(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error {
	if s == nil || len(s.VerifiedChains) == 0 || len(s.PeerCertificates) == 0 {
		return errors.New("the edge shows no certificate, which mqtt.client_ca demands: \"gateway pki edge\" makes one")
	}
	if err := care.CheckEdgeURIs(s.PeerCertificates[0].URIs, site, edge); err != nil {
		return fmt.Errorf("the certificate that the edge shows is not its own: %w", err)
	}
	return nil
}
