package wechat

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/notify"
)

// Receive reads an event, and answers the question by which WeChat verifies
// the address when it is entered. Each is signed with the token,
// https://developers.weixin.qq.com/doc/service/guide/dev/push. Events of other
// matters give no receipt; WeChat must hear "success" of them all the same.
func (c *Channel) Receive(_ context.Context, r notify.Request) ([]notify.Receipt, notify.Answer, error) {
	if c.o.Token == "" {
		return nil, notify.Answer{}, errors.New("WeChat reports an event, but no token is set to check it with; set token")
	}
	q := r.Query
	if !c.signed(q.Get("signature"), q.Get("timestamp"), q.Get("nonce")) {
		return nil, notify.Answer{}, errors.New("an event has not the signature of WeChat; check token")
	}
	if r.Method == http.MethodGet {
		return nil, text(q.Get("echostr")), nil
	}
	e, err := parse(r.Body)
	if err != nil {
		return nil, notify.Answer{}, err
	}
	if c.o.AESKey != "" {
		// In the mode that is compatible there is a text in the clear beside
		// the encrypted one, signed by nothing: it is not looked at.
		if !c.signed(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), e.Encrypt) {
			return nil, notify.Answer{}, errors.New("an encrypted event has not the signature of WeChat; check token")
		}
		plain, err := c.decrypt(e.Encrypt)
		if err != nil {
			return nil, notify.Answer{}, fmt.Errorf("decrypt an event of WeChat: %w", err)
		}
		if e, err = parse(plain); err != nil {
			return nil, notify.Answer{}, err
		}
	} else if e.Event == "" && e.Encrypt != "" {
		return nil, notify.Answer{}, errors.New("the event of WeChat is encrypted; set aes_key, or choose the mode without encryption (明文模式)")
	}
	receipt, ok := e.receipt()
	if !ok {
		return nil, text("success"), nil
	}
	return []notify.Receipt{receipt}, text("success"), nil
}

func text(s string) notify.Answer {
	return notify.Answer{ContentType: "text/plain; charset=utf-8", Body: []byte(s)}
}

// event is what WeChat sends.
type event struct {
	Created int64 `xml:"CreateTime"` // seconds of Unix time
	Event   string
	MsgID   string
	Status  string
	Encrypt string
}

func parse(body []byte) (event, error) {
	var e event
	if err := xml.Unmarshal(body, &e); err != nil {
		return event{}, fmt.Errorf("read an event of WeChat: %w", err)
	}
	return e, nil
}

// receipt says what became of a message; false for other events.
func (e event) receipt() (notify.Receipt, bool) {
	if e.Event != "TEMPLATESENDJOBFINISH" || e.MsgID == "" {
		return notify.Receipt{}, false
	}
	r := notify.Receipt{ID: e.MsgID, Proof: notify.Taken, At: time.Now()}
	if e.Created > 0 {
		r.At = time.Unix(e.Created, 0)
	}
	switch e.Status {
	case "success":
		r.Proof = notify.Delivered
	case "failed:user block", "failed: user block":
		r.Failed = notify.Hopeless(notify.Refused, "the person blocks messages of the service account")
	case "failed:freq limit":
		r.Failed = notify.Failed(notify.Throttled, "WeChat delivers no more messages to this person for now")
	default: // "failed: system failed"
		r.Failed = notify.Failed(notify.Undelivered, "WeChat reports %s", notify.Cut(e.Status, 80))
	}
	return r, true
}

// signed reports whether a signature is that of the parts and the token.
func (c *Channel) signed(signature string, parts ...string) bool {
	parts = append(parts, string(c.o.Token))
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return subtle.ConstantTimeCompare([]byte(signature), []byte(hex.EncodeToString(sum[:]))) == 1
}

// aesKey reads an EncodingAESKey, base64 without its last sign.
func aesKey(s notify.Secret) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(string(s) + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("this is not an EncodingAESKey of 43 letters and digits")
	}
	return key, nil
}

// decrypt opens an encrypted event: AES-256-CBC of 16 random bytes, the length
// in four bytes, the text and the AppID,
// https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.
func (c *Channel) decrypt(encrypted string) ([]byte, error) {
	key, err := aesKey(c.o.AESKey)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%d bytes are not whole blocks", len(b))
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(b, b)
	// The filling is up to 32 bytes, each of them their number.
	n := int(b[len(b)-1])
	if n < 1 || n > 32 || n > len(b) {
		return nil, errors.New("the filling is wrong; check aes_key")
	}
	b = b[:len(b)-n]
	if len(b) < 20 {
		return nil, errors.New("it is too short; check aes_key")
	}
	length := int64(binary.BigEndian.Uint32(b[16:20]))
	if b = b[20:]; length > int64(len(b)) {
		return nil, errors.New("it is shorter than it says; check aes_key")
	}
	if app := string(b[length:]); app != c.o.AppID {
		return nil, errors.New("it is for another account; check app_id")
	}
	return b[:length], nil
}
