package templated

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

func TestSettingsAreReadFromAFile(t *testing.T) {
	const text = `
address: phone
secrets: {key: hush-hush}
send:
  url: https://sms.example.org/send?sign={{hmacSHA256 (secret "key") .Body | hex}}
  headers: {Content-Type: application/json}
  body: '{"to":{{json .Mainland}},"text":{{json .Text}},"link":{{json .Link}}}'
taken: {json: code, equals: ["0", "200"]}
id: {json: data.id}
error: {json: message}
failures:
  - when: {json: code, equals: ["42"]}
    reason: throttled
poll:
  method: GET
  url: https://sms.example.org/status?id={{urlquery .ID}}
  delivered: {regexp: '"state":"(\w+)"', equals: [DELIVRD]}
  failed:
    - when: {json: state, equals: [EMPTY]}
      reason: bad_address
      permanent: true
`
	var o Options
	if err := yaml.UnmarshalWithOptions([]byte(text), &o, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	if got := open(t, o).Best(); got != notify.Delivered {
		t.Errorf("the best proof is %v", got)
	}
}

func TestEveryMistakeIsFoundWhenTheSettingsAreRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *Options)
		want   string
	}{
		{"no test for success", func(o *Options) { o.Taken = Test{} }, "taken: a test is needed"},
		{"no address", func(o *Options) { o.Send.URL = "" }, "send.url: the address"},
		{"a key in the clear", func(o *Options) { o.Send.URL = "http://sms.example.org/send" }, "use https"},
		{"another method", func(o *Options) { o.Send.Method = "DELETE" }, "send.method"},
		{"a GET with a body", func(o *Options) { o.Send.Method = "GET" }, "send.body: a GET"},
		{"a template that does not parse", func(o *Options) { o.Send.Body = "{{.Text" }, "send.body: template: body:1"},
		{"a header that does not parse", func(o *Options) { o.Send.Headers = map[string]string{"X-A": "{{nope}}"} }, "send.headers.X-A"},
		{"a field that is none", func(o *Options) { o.Send.Body = "{{.Phone}}" }, "send: tried with"},
		{"a field in one language only", func(o *Options) { o.Send.Body = `{{if eq .Language "en"}}{{.Phone}}{{else}}{}{{end}}` }, "in en"},
		{"a secret that is not there", func(o *Options) { o.Secrets = nil }, `no secret "key"`},
		{"quotes by hand", func(o *Options) { o.Send.Body = `{"text":"{{.Text}}"}` }, "{{json .Text}}"},
		{"a form by hand", func(o *Options) {
			o.Send.Headers, o.Send.Body = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, "text={{.Text}}"
		}, "{{urlquery .Text}}"},
		{"a text in a header", func(o *Options) { o.Send.Headers = map[string]string{"X-Text": "{{.Text}}"} }, "headers.X-Text: the value has a line break"},
		{"a text in the address", func(o *Options) { o.Send.URL = "https://sms.example.org/?text={{.Text}}" }, "not a URL"},
		{"a digest in bytes", func(o *Options) { o.Send.URL = `https://sms.example.org/?s={{sha256 .Body}}` }, "put hex or base64"},
		{"a body without end", func(o *Options) { o.Send.Body = `{{range $i := 100000}}0123456789{{end}}` }, "longer than 65536"},
		{"a path that is none", func(o *Options) { o.ID.JSON = "data..id" }, "id.json"},
		{"an expression that is none", func(o *Options) { o.Error = Find{Regexp: "("} }, "error.regexp"},
		{"both ways", func(o *Options) { o.Error = Find{JSON: "a", Regexp: "b"} }, "error: json and regexp"},
		{"nothing to equal", func(o *Options) { o.Taken.Equals = nil }, "taken.equals"},
		{"a reason that is none", func(o *Options) { o.Failures[0].Reason = "no_consent" }, "failures[0].reason"},
		{"a rule without a test", func(o *Options) { o.Failures[0].When = Test{} }, "failures[0].when"},
		{"a poll without an id", func(o *Options) { o.ID = Find{} }, "id: without it"},
		{"a poll that finds nothing", func(o *Options) { o.Poll.Delivered = Test{} }, "poll.delivered: a test is needed"},
		{"a proof that is none", func(o *Options) { o.Best = "sure" }, "best:"},
		{"a proof that nothing finds", func(o *Options) { o.Best = "accepted" }, "best: accepted is more"},
		{"an address that is none", func(o *Options) { o.Address = "mail" }, "address:"},
		{"an empty secret", func(o *Options) { o.Secrets["more"] = "" }, "secrets.more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options("https://sms.example.org")
			c.change(&o)
			_, err := New(o, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, not one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), testKey) {
				t.Errorf("the error has a secret: %v", err)
			}
		})
	}
}

func TestAddressesOfOtherKindsArePassedOn(t *testing.T) {
	_, server := newProvider(t)
	c := open(t, options(server.URL))
	if _, err := c.Send(t.Context(), notifytest.Message("li@example.org")); notify.AsFailure(err) == nil || notify.AsFailure(err).Reason != notify.BadAddress {
		t.Errorf("an address that is no number: %v", err)
	}
	o := options(server.URL)
	o.Address = "any"
	if _, err := open(t, o).Send(t.Context(), notifytest.Message("li@example.org")); err != nil {
		t.Errorf("with any address: %v", err)
	}
}
