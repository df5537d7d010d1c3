package templated

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"text/template"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/phone"
)

// Data is what templates see.
type Data struct {
	// To is the address as it is; Digits is a telephone number without its plus
	// sign; Mainland is it as it is dialled in mainland China, such as
	// 13812345678, and like Digits elsewhere.
	To, Digits, Mainland string
	// Key is the idempotency key, a UUID. Kind is alarm, storm, news, warning or
	// trial; Language is zh or en; Severity is low to urgent.
	Key, Kind, Language, Severity string
	// Title is one line, Text the whole message without the link. Link may be
	// empty. Params are the same by parts: site, place, class, time, count,
	// text, link, code.
	Title, Text, Link string
	Params            map[string]string
	// Time is when it was decided to send the message; for a poll, when it was
	// sent. Now is one instant for the whole request. Both are in UTC.
	Time, Now time.Time
	// Nonce is 32 hexadecimal digits, other ones for each request.
	Nonce string
	// ID is the provider's name of the message; for a poll only.
	ID string
	// Body is the body as written; for url and headers. URL is the address as
	// written; for headers.
	Body, URL string

	sample string // what the data is an example of
}

func messageData(m notify.Message) Data {
	d := Data{
		Key: m.Key, Kind: string(m.Kind), Language: string(m.Language), Severity: m.Severity.String(),
		Title: m.Title, Text: m.Text, Link: m.Link, Params: m.Params, Time: m.Time.UTC(),
	}
	return d.fill(m.To)
}

func pollData(id, to string, at time.Time) Data {
	d := Data{ID: id, Time: at.UTC()}
	return d.fill(to)
}

// fill adds the forms of an address and what is new with each request.
func (d Data) fill(to string) Data {
	d.To, d.Digits, d.Mainland = to, phone.Digits(to), phone.Digits(to)
	if n, ok := phone.Mainland(to); ok {
		d.Mainland = n
	}
	d.Now = time.Now().UTC()
	var b [16]byte
	rand.Read(b[:]) // never fails, crypto/rand says
	d.Nonce = hex.EncodeToString(b[:])
	return d
}

// samples are messages of every kind and language, with texts that break JSON,
// URLs and headers in which they were not encoded.
func samples() []Data {
	nasty := "203 \"A\"\\ & 床?#%\r\n<二楼>"
	var all []Data
	for _, k := range notify.Kinds() {
		for _, l := range []notify.Language{notify.ZH, notify.EN} {
			m := notify.Message{
				Key: "0199a1b2-0000-7000-8000-000000000001", To: "+8613800000000", Kind: k, Language: l, Severity: care.Urgent,
				Title: nasty, Text: nasty, Params: map[string]string{notify.ParamPlace: nasty}, Time: time.Now(),
			}
			if k == notify.Alarm || k == notify.Storm {
				m.Link = "https://gateway.example.org/a/Zm9vYmFy"
			}
			d := messageData(m)
			d.sample = fmt.Sprintf("a message of the kind %s in %s", k, l)
			all = append(all, d)
		}
	}
	return all
}

func pollSamples() []Data {
	d := pollData(`1"2 &3`, "+8613800000000", time.Now())
	d.sample = "an id"
	return []Data{d}
}

// functions are those of templates.
func functions(secrets map[string]notify.Secret) template.FuncMap {
	return template.FuncMap{
		"json":       asJSON,
		"cut":        func(n int, s string) string { return notify.Cut(s, n) },
		"base64":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"hex":        func(s string) string { return hex.EncodeToString([]byte(s)) },
		"md5":        func(s string) string { h := md5.Sum([]byte(s)); return string(h[:]) },
		"sha1":       func(s string) string { h := sha1.Sum([]byte(s)); return string(h[:]) },
		"sha256":     func(s string) string { h := sha256.Sum256([]byte(s)); return string(h[:]) },
		"hmacSHA1":   func(k, s string) string { return mac(sha1.New, k, s) },
		"hmacSHA256": func(k, s string) string { return mac(sha256.New, k, s) },
		"secret": func(name string) (string, error) {
			s, ok := secrets[name]
			if !ok {
				return "", fmt.Errorf("there is no secret %q; add it to secrets", name)
			}
			return string(s), nil
		},
		"in": func(zone string, t time.Time) (time.Time, error) {
			l, err := time.LoadLocation(zone)
			if err != nil {
				return t, err
			}
			return t.In(l), nil
		},
	}
}

func asJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func mac(h func() hash.Hash, key, text string) string {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(text))
	return string(m.Sum(nil))
}
