package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"shouwang.care/shouwang/alerts/notify"
)

// finish is the event of the documentation,
// https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html.
func finish(status string) string {
	return `<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oia2TjuEGTNoeX76QEjQNrcURxG8]]></FromUserName>
	<CreateTime>1395658920</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>
	<MsgID>3487542469355618313</MsgID><Status><![CDATA[` + status + `]]></Status></xml>`
}

// signature is written down anew from the documentation.
func signature(parts ...string) string {
	sort.Strings(parts)
	return fmt.Sprintf("%x", sha1.Sum([]byte(strings.Join(parts, ""))))
}

func query() url.Values {
	return url.Values{"timestamp": {"1714036504"}, "nonce": {"1514711492"}, "signature": {signature("AAAAA", "1714036504", "1514711492")}, "openid": {follower}}
}

func TestWeChatReportsWhatBecameOfAMessage(t *testing.T) {
	c := open(t, options(""))
	for status, want := range map[string]notify.Receipt{
		"success":               {Proof: notify.Delivered},
		"failed:user block":     {Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Refused, Permanent: true}},
		"failed: system failed": {Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Undelivered}},
		"failed:freq limit":     {Proof: notify.Taken, Failed: &notify.Failure{Reason: notify.Throttled}},
	} {
		t.Run(status, func(t *testing.T) {
			want.ID, want.At = "3487542469355618313", time.Unix(1395658920, 0)
			got, answer, err := c.Receive(t.Context(), notify.Request{Method: http.MethodPost, Query: query(), Body: []byte(finish(status))})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]notify.Receipt{want}, got, cmpopts.IgnoreFields(notify.Failure{}, "Detail")); diff != "" {
				t.Errorf("receipts (-want +got):\n%s", diff)
			}
			if string(answer.Body) != "success" {
				t.Errorf("the answer is %s", answer.Body)
			}
		})
	}
}

func TestOtherEventsAreAnsweredAndGiveNothing(t *testing.T) {
	c := open(t, options(""))
	body := `<xml><CreateTime>1395658920</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event></xml>`
	got, answer, err := c.Receive(t.Context(), notify.Request{Method: http.MethodPost, Query: query(), Body: []byte(body)})
	if err != nil || len(got) != 0 || string(answer.Body) != "success" {
		t.Errorf("%v, %s, %v", got, answer.Body, err)
	}
}

// The request is the example of
// https://developers.weixin.qq.com/minigame/dev/guide/base-ability/message-push.html.
func TestWeChatVerifiesTheAddress(t *testing.T) {
	c := open(t, options(""))
	q, err := url.ParseQuery("signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249&timestamp=1714036504&nonce=1514711492")
	if err != nil {
		t.Fatal(err)
	}
	got, answer, err := c.Receive(t.Context(), notify.Request{Method: http.MethodGet, Query: q})
	if err != nil || got != nil || string(answer.Body) != "4375120948345356249" {
		t.Errorf("%v, %q, %v", got, answer.Body, err)
	}
}

const encodingKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// encrypt writes an event as WeChat does in the safe mode.
func encrypt(t testing.TB, key, app, plain string) string {
	t.Helper()
	raw, err := base64.RawStdEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	b := []byte("0123456789abcdef")
	b = binary.BigEndian.AppendUint32(b, uint32(len(plain)))
	b = append(append(b, plain...), app...)
	fill := 32 - len(b)%32
	b = append(b, bytes.Repeat([]byte{byte(fill)}, fill)...)
	block, err := aes.NewCipher(raw)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCEncrypter(block, raw[:16]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func encrypted(t *testing.T, key, app string) notify.Request {
	e := encrypt(t, key, app, finish("success"))
	q := query()
	q.Set("msg_signature", signature("AAAAA", "1714036504", "1514711492", e))
	q.Set("encrypt_type", "aes")
	return notify.Request{Method: http.MethodPost, Query: q, Body: []byte("<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[" + e + "]]></Encrypt></xml>")}
}

func TestEncryptedEventsAreUnderstood(t *testing.T) {
	o := options("")
	o.AESKey = encodingKey
	got, _, err := open(t, o).Receive(t.Context(), encrypted(t, encodingKey, "wx1"))
	if err != nil {
		t.Fatal(err)
	}
	want := []notify.Receipt{{ID: "3487542469355618313", Proof: notify.Delivered, At: time.Unix(1395658920, 0)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}

func TestAnEventThatIsNotOfWeChatCountsForNothing(t *testing.T) {
	plain := options("")
	safe := options("")
	safe.AESKey = encodingKey
	deaf := options("")
	deaf.Token = ""
	forged := query()
	forged.Set("signature", signature("another token", "1714036504", "1514711492"))
	inTheClear := encrypted(t, encodingKey, "wx1")
	inTheClear.Body = []byte(finish("success"))
	changed := encrypted(t, encodingKey, "wx1")
	changed.Query.Set("msg_signature", signature("AAAAA", "1714036504", "1514711492", "another text"))
	for _, c := range []struct {
		name string
		o    Options
		r    notify.Request
		want string
	}{
		{"another token", plain, notify.Request{Method: "POST", Query: forged, Body: []byte(finish("success"))}, "check token"},
		{"no signature", plain, notify.Request{Method: "POST", Body: []byte(finish("success"))}, "check token"},
		{"a question with another token", plain, notify.Request{Method: "GET", Query: forged}, "check token"},
		{"no XML", plain, notify.Request{Method: "POST", Query: query(), Body: []byte(`{"Event":"TEMPLATESENDJOBFINISH"}`)}, "read an event"},
		{"no token set", deaf, notify.Request{Method: "POST", Query: query(), Body: []byte(finish("success"))}, "set token"},
		{"encrypted without a key set", plain, encrypted(t, encodingKey, "wx1"), "set aes_key"},
		{"in the clear where events are encrypted", safe, inTheClear, "check token"},
		{"an encrypted text with another signature", safe, changed, "check token"},
		{"encrypted for another account", safe, encrypted(t, encodingKey, "wx2"), "check app_id"},
		{"encrypted with another key", safe, encrypted(t, strings.Repeat("B", 43), "wx1"), "check"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := open(t, c.o).Receive(t.Context(), c.r)
			if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %v; want an error with %q", got, err, c.want)
			}
		})
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(finish("success")))
	f.Add([]byte("<xml><Encrypt>AAAA</Encrypt></xml>"))
	f.Add([]byte("<xml>"))
	c := &Channel{o: Options{AppID: "wx1", Token: "AAAAA"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, _, err := c.Receive(t.Context(), notify.Request{Method: "POST", Query: query(), Body: body})
		if err != nil && got != nil {
			t.Errorf("receipts beside the error %v", err)
		}
		for _, r := range got {
			if r.ID == "" || r.At.IsZero() || r.Failed != nil && r.Proof > notify.Taken {
				t.Errorf("%+v", r)
			}
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef"))
	f.Add([]byte{})
	c := &Channel{o: Options{AppID: "wx1", AESKey: encodingKey}}
	f.Fuzz(func(t *testing.T, b []byte) {
		// What is behind the encryption: any blocks at all.
		raw, _ := aesKey(encodingKey)
		b = append(b, make([]byte, (16-len(b)%16)%16)...)
		block, err := aes.NewCipher(raw)
		if err != nil {
			t.Fatal(err)
		}
		cipher.NewCBCEncrypter(block, raw[:16]).CryptBlocks(b, b)
		c.decrypt(base64.StdEncoding.EncodeToString(b))
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"errcode":0,"errmsg":"ok","msgid":1}`), "thing1")
	f.Add([]byte(`{"access_token":"a","expires_in":7200}`), "")
	f.Fuzz(func(t *testing.T, body []byte, name string) {
		var a answer
		if json.Unmarshal(body, &a) == nil && a.failure() == nil && a.stale() {
			t.Errorf("a stale token is no failure: %s", body)
		}
		limit(name)
	})
}
