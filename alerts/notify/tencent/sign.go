package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// algorithm is the third version of Tencent Cloud's signature,
// https://www.tencentcloud.com/document/product/267/37447.
const algorithm = "TC3-HMAC-SHA256"

// signedHeaders are those that must be signed.
const signedHeaders = "content-type;host"

// sign puts the time and the signature onto a request without a query. A
// signature holds for 5 minutes.
func sign(r *http.Request, a Account, service string, payload []byte, now time.Time) {
	stamp, date := strconv.FormatInt(now.Unix(), 10), now.UTC().Format(time.DateOnly)
	canonical := r.Method + "\n/\n\n" +
		"content-type:" + r.Header.Get("Content-Type") + "\nhost:" + r.URL.Host + "\n\n" +
		signedHeaders + "\n" + sum(payload)
	scope := date + "/" + service + "/tc3_request"
	text := algorithm + "\n" + stamp + "\n" + scope + "\n" + sum([]byte(canonical))

	key := mac(mac(mac([]byte("TC3"+string(a.SecretKey)), date), service), "tc3_request")
	r.Header.Set("X-TC-Timestamp", stamp)
	r.Header.Set("Authorization", algorithm+" Credential="+a.SecretID+"/"+scope+", SignedHeaders="+signedHeaders+", Signature="+hex.EncodeToString(mac(key, text)))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
