package aliyun

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// algorithm is the third version of Alibaba Cloud's signature,
// https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature.
const algorithm = "ACS3-HMAC-SHA256"

// sign puts the headers of an action without a body onto a request, and signs
// all of them. A signature holds for 15 minutes, and once for each nonce.
func sign(r *http.Request, a Account, action, version string, now time.Time, nonce string) {
	body := sum("")
	headers := map[string]string{
		"host":                  r.URL.Host,
		"x-acs-action":          action,
		"x-acs-content-sha256":  body,
		"x-acs-date":            now.UTC().Format("2006-01-02T15:04:05Z"),
		"x-acs-signature-nonce": nonce,
		"x-acs-version":         version,
	}
	names := make([]string, 0, len(headers))
	for name, value := range headers {
		names = append(names, name)
		if name != "host" { // net/http writes it
			r.Header.Set(name, value)
		}
	}
	slices.Sort(names)
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + r.URL.RawQuery + "\n")
	for _, name := range names {
		canonical.WriteString(name + ":" + headers[name] + "\n")
	}
	signed := strings.Join(names, ";")
	canonical.WriteString("\n" + signed + "\n" + body)

	mac := hmac.New(sha256.New, []byte(a.AccessKeySecret))
	mac.Write([]byte(algorithm + "\n" + sum(canonical.String())))
	r.Header.Set("Authorization", algorithm+" Credential="+a.AccessKeyID+",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// canonicalQuery encodes parameters as RFC 3986 does, in the order of their
// names: what is sent and what is signed are the same text.
func canonicalQuery(v url.Values) string {
	// url.Values.Encode sorts, and differs from RFC 3986 in the blank only.
	return strings.ReplaceAll(v.Encode(), "+", "%20")
}

func nonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, crypto/rand says
	return hex.EncodeToString(b[:])
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}
