package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// seal returns 128 bits that only this gateway can make, as text for an
// address: the code of a room's tag, of a service's reports, of a calendar.
// What it is made for is part of it, so that none serves for another.
func (a *API) seal(purpose string, parts ...string) string {
	m := hmac.New(sha256.New, a.Secret)
	m.Write([]byte(purpose + "\x00" + strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// sealed reports whether a code is the one of seal, in a time that tells
// nothing. Without a secret none is.
func (a *API) sealed(code, purpose string, parts ...string) bool {
	return len(a.Secret) > 0 && hmac.Equal([]byte(code), []byte(a.seal(purpose, parts...)))
}

// publicURL returns the address of a path as it is reached from outside; the path
// alone where that is not known.
func (a *API) publicURL(path string) string { return strings.TrimSuffix(a.PublicURL, "/") + path }
