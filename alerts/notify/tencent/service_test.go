package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const (
	testID  = "AKIDexample"
	testKey = "hush-hush-key"
)

// cloud answers as Tencent Cloud does, and refuses requests with a wrong
// signature or an old time.
type cloud struct {
	// statuses is what it knows of text messages, the list PullSmsSendStatusSet.
	statuses string
	asked    []map[string]any
}

func newCloud(t *testing.T) (*cloud, *notifytest.Server) {
	c := &cloud{}
	return c, notifytest.NewServer(t, c.handle)
}

func (c *cloud) handle(f notifytest.Fault, r *http.Request, body []byte) notifytest.Reply {
	if code := verify(f, r, body); code != "" {
		return refusal(code, "the request was refused")
	}
	var p struct {
		PhoneNumberSet, TemplateParamSet                  []string
		SmsSdkAppID, VoiceSdkAppid, CalledNumber          string
		TemplateID, SignName, SessionContext, PhoneNumber string
	}
	var all map[string]any
	if json.Unmarshal(body, &p) != nil || json.Unmarshal(body, &all) != nil {
		return refusal("InvalidParameter", "no JSON")
	}
	if p.SmsSdkAppID+p.VoiceSdkAppid != "1400006666" {
		return refusal("InvalidParameterValue.SdkAppIdNotExist", "no such application")
	}
	switch f {
	case notifytest.Broken:
		return refusal("InternalError.Timeout", "timeout")
	case notifytest.Busy:
		return refusal("RequestLimitExceeded", "too many requests of "+p.CalledNumber)
	case notifytest.Garbage:
		return notifytest.Reply{Body: "<html>Sign in to the hotel's Wi-Fi</html>"}
	}
	switch r.Header.Get("X-TC-Action") + " " + r.Header.Get("X-TC-Version") {
	case "SendSms 2021-01-11":
		if len(p.PhoneNumberSet) != 1 {
			return refusal("InvalidParameter", "one number")
		}
		status := map[string]any{"SerialNo": "2028:f825e6b16e23f73f4123", "PhoneNumber": p.PhoneNumberSet[0], "Fee": 1, "SessionContext": p.SessionContext, "Code": "Ok", "Message": "send success", "IsoCode": "CN"}
		took := &notifytest.Got{To: p.PhoneNumberSet[0], Text: "【" + p.SignName + "】" + p.TemplateID + " " + strings.Join(p.TemplateParamSet, "|"), Key: p.SessionContext}
		if f == notifytest.ErrorInBody {
			status["SerialNo"], status["Code"], status["Message"], took = "", "InvalidParameterValue.IncorrectPhoneNumber", p.PhoneNumberSet[0]+" is no number", nil
		}
		return answer(map[string]any{"SendStatusSet": []any{status}}, took)
	case "SendTtsVoice 2020-09-02":
		if f == notifytest.ErrorInBody {
			return refusal("InvalidParameterValue.CalledNumberVerifyError", p.CalledNumber+" is no number")
		}
		return answer(map[string]any{"SendStatus": map[string]any{"CallId": "12582bce-403c-11eb-96b8-525400476c37", "SessionContext": p.SessionContext}},
			&notifytest.Got{To: p.CalledNumber, Text: p.TemplateID + " " + strings.Join(p.TemplateParamSet, "|"), Key: p.SessionContext})
	case "PullSmsSendStatusByPhoneNumber 2021-01-11":
		c.asked = append(c.asked, all)
		return answer(map[string]any{"PullSmsSendStatusSet": json.RawMessage(c.statuses)}, nil)
	}
	return refusal("InvalidAction", "no such action")
}

func answer(response map[string]any, took *notifytest.Got) notifytest.Reply {
	response["RequestId"] = "a0aabda6-cf91-4f3e-a81f-9198114a2279"
	b, err := json.Marshal(map[string]any{"Response": response})
	if err != nil {
		panic(err)
	}
	return notifytest.Reply{Body: string(b), Took: took}
}

// refusal has the status 200, as those of the service have.
func refusal(code, message string) notifytest.Reply {
	return answer(map[string]any{"Error": map[string]string{"Code": code, "Message": message}}, nil)
}

var authorization = regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/(\w+)/tc3_request, SignedHeaders=([a-z;-]+), Signature=([0-9a-f]{64})$`)

// verify recomputes a signature from what came over the wire, by the steps of
// the documentation, and shares no code with the signer.
func verify(f notifytest.Fault, r *http.Request, body []byte) string {
	a := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if a == nil {
		return "AuthFailure.InvalidAuthorization"
	}
	id, date, service, signed, signature := a[1], a[2], a[3], a[4], a[5]
	if id != testID {
		return "AuthFailure.SecretIdNotFound"
	}
	stamp, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	if at := time.Unix(stamp, 0); err != nil || time.Since(at).Abs() > 5*time.Minute || at.UTC().Format("2006-01-02") != date {
		return "AuthFailure.SignatureExpire"
	}
	if !strings.Contains(signed, "content-type") || !strings.Contains(signed, "host") {
		return "AuthFailure.InvalidAuthorization"
	}
	lines := []string{r.Method, r.URL.Path, r.URL.RawQuery}
	for name := range strings.SplitSeq(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		lines = append(lines, name+":"+strings.ToLower(value))
	}
	lines = append(lines, "", signed, fmt.Sprintf("%x", sha256.Sum256(body)))
	request := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	key := "TC3" + testKey
	if f == notifytest.WrongKey {
		key = "TC3another"
	}
	for _, step := range []string{date, service, "tc3_request", fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s/%s/tc3_request\n%x", stamp, date, service, request)} {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(step))
		key = string(h.Sum(nil))
	}
	if fmt.Sprintf("%x", key) != signature {
		return "AuthFailure.SignatureFailure"
	}
	return ""
}
