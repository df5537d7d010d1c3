package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const (
	testID     = "LTAI5tExample"
	testSecret = "hush-hush-secret"
)

// cloud answers as Alibaba Cloud does, and refuses requests with a wrong
// signature, an old date or a nonce that it has seen.
type cloud struct {
	secret string
	nonces map[string]bool
	// details is the answer to a query of what became of a message.
	details func(v url.Values) string
	asked   []url.Values
}

func newCloud(t *testing.T) (*cloud, *notifytest.Server) {
	c := &cloud{secret: testSecret, nonces: map[string]bool{}}
	return c, notifytest.NewServer(t, c.handle)
}

func (c *cloud) handle(f notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	if code, message := c.verify(f, r, body); code != "" {
		return refusal(http.StatusBadRequest, code, message)
	}
	v := r.URL.Query()
	switch f {
	case notifytest.ErrorInBody:
		return refusal(http.StatusOK, "isv.MOBILE_NUMBER_ILLEGAL", v.Get("PhoneNumbers")+v.Get("CalledNumber")+" invalid mobile number")
	case notifytest.Broken:
		return refusal(http.StatusServiceUnavailable, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
	case notifytest.Busy:
		return refusal(http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control.")
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>Sign in to the hotel's Wi-Fi</html>"}
	}
	// Numbers of the mainland come as they are dialled there.
	e164 := func(n string) string { return "+86" + strings.TrimPrefix(n, "0") }
	switch r.Header.Get("x-acs-action") + " " + r.Header.Get("x-acs-version") {
	case "SendSms 2017-05-25":
		var params map[string]string
		if err := json.Unmarshal([]byte(v.Get("TemplateParam")), &params); err != nil {
			return refusal(http.StatusOK, "isv.INVALID_JSON_PARAM", err.Error())
		}
		return notifytest.Reply{
			Body: `{"RequestId":"8906582E-6722","Code":"OK","Message":"OK","BizId":"134523^4351232"}`,
			Took: &notifytest.Got{To: e164(v.Get("PhoneNumbers")), Text: said(v.Get("SignName"), v.Get("TemplateCode"), params), Key: v.Get("OutId")},
		}
	case "IvrCall 2017-05-25":
		var params map[string]string
		if err := json.Unmarshal([]byte(v.Get("StartTtsParams")), &params); err != nil {
			return refusal(http.StatusOK, "isv.INVALID_JSON_PARAM", err.Error())
		}
		if v.Get("MenuKeyMap.1.Key") == "" || v.Get("CalledShowNumber") == "" {
			return refusal(http.StatusOK, "isv.INVALID_PARAMETERS", "MenuKeyMap or CalledShowNumber is missing")
		}
		return notifytest.Reply{
			Body: `{"RequestId":"4ABF7FB6-449C","Code":"OK","Message":"OK","CallId":"118720962490^10551812"}`,
			Took: &notifytest.Got{To: e164(v.Get("CalledNumber")), Text: said("", v.Get("StartCode"), params)},
		}
	case "QuerySendDetails 2017-05-25", "QueryCallDetailByCallId 2017-05-25":
		c.asked = append(c.asked, v)
		return notifytest.Reply{Body: c.details(v)}
	}
	return refusal(http.StatusNotFound, "InvalidAction.NotFound", "The specified action is not found.")
}

// said puts a template together so that a test can look for its parts.
func said(sign, code string, params map[string]string) string {
	var text strings.Builder
	text.WriteString("【" + sign + "】" + code)
	for k, v := range params {
		text.WriteString(" " + k + ":" + v)
	}
	return text.String()
}

func refusal(status int, code, message string) notifytest.Reply {
	b, _ := json.Marshal(map[string]string{"Code": code, "Message": message, "RequestId": "8906582E-6722", "HostId": "dysmsapi.aliyuncs.com"})
	return notifytest.Reply{Status: status, Body: string(b)}
}

// verify recomputes a signature from what came over the wire, by the steps of
// the documentation, and shares no code with the signer.
func (c *cloud) verify(f notifytest.Fault, r *http.Request, body []byte) (code, message string) {
	var id, signed, signature string
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "ACS3-HMAC-SHA256 ")
	if !ok {
		return "IncompleteSignature", "no Authorization"
	}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "Credential":
			id = v
		case "SignedHeaders":
			signed = v
		case "Signature":
			signature = v
		}
	}
	if id != testID {
		return "InvalidAccessKeyId.NotFound", "Specified access key is not found."
	}
	date, err := time.Parse(time.RFC3339, r.Header.Get("x-acs-date"))
	if err != nil || time.Until(date).Abs() > 15*time.Minute {
		return "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."
	}
	if n := r.Header.Get("x-acs-signature-nonce"); n == "" || c.nonces[n] {
		return "SignatureNonceUsed", "Specified signature nonce was used already."
	} else {
		c.nonces[n] = true
	}
	hash := sha256.Sum256(body)
	if want := fmt.Sprintf("%x", hash); r.Header.Get("x-acs-content-sha256") != want {
		return "InvalidContent", "x-acs-content-sha256 is not " + want
	}
	pairs := strings.Split(r.URL.RawQuery, "&")
	sort.Strings(pairs)
	canonical := []string{r.Method, "/", strings.Join(pairs, "&")}
	for name := range strings.SplitSeq(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical = append(canonical, name+":"+strings.TrimSpace(value))
	}
	canonical = append(canonical, "", signed, r.Header.Get("x-acs-content-sha256"))
	text := strings.Join(canonical, "\n")
	secret := c.secret
	if f == notifytest.WrongKey {
		secret = "another secret"
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(text)))
	if want := fmt.Sprintf("%x", mac.Sum(nil)); want != signature {
		return "SignatureDoesNotMatch", "Specified signature is not matched with our calculation. server string to sign is:" + text
	}
	for _, name := range []string{"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"} {
		if !strings.Contains(";"+signed+";", ";"+name+";") {
			return "IncompleteSignature", name + " is not signed"
		}
	}
	return "", ""
}
