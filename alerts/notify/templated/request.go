package templated

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/post"
)

// request is a Request that can be written.
type request struct {
	method        string
	body, address *template.Template
	names         []string
	headers       map[string]*template.Template
}

// compile parses the templates and tries them with samples.
func (r Request) compile(m *notify.Mistakes, at string, o Options, samples []Data) *request {
	q := &request{method: r.Method, headers: map[string]*template.Template{}, names: slices.Sorted(maps.Keys(r.Headers))}
	if q.method == "" {
		q.method = http.MethodPost
	}
	if !slices.Contains(methods, q.method) {
		m.Add(at+".method", "%q is none of %v", r.Method, methods)
	}
	if q.method == http.MethodGet && r.Body != "" {
		m.Add(at+".body", "a GET has none; put it into the url")
	}
	m.Need(at+".url", r.URL, "the address of the provider")
	good := r.URL != ""
	parse := func(where, text string) *template.Template {
		t, err := template.New(where).Option("missingkey=zero").Funcs(functions(o.Secrets)).Parse(text)
		if err != nil {
			m.Add(at+"."+where, "%v", err)
			good = false
		}
		return t
	}
	q.body, q.address = parse("body", r.Body), parse("url", r.URL)
	for _, name := range q.names {
		q.headers[name] = parse("headers."+name, r.Headers[name])
	}
	if !good {
		return q
	}
	for _, d := range samples {
		if _, err := q.write(d, o.Plain); err != nil {
			m.Add(at, "tried with %s: %v", d.sample, err)
			break // the next ones would mostly fail alike
		}
	}
	return q
}

// write writes the request. The error does not repeat what was written, which
// may hold keys and addresses.
func (q *request) write(d Data, plain bool) (*http.Request, error) {
	body, err := run(q.body, d)
	if err != nil {
		return nil, err
	}
	d.Body = body
	address, err := run(q.address, d)
	if err != nil {
		return nil, err
	}
	if err := post.CheckURL(address, plain); err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	r, err := http.NewRequest(q.method, address, strings.NewReader(body))
	if err != nil {
		return nil, errors.New("url: this is not a URL")
	}
	d.URL = address
	for _, name := range q.names {
		value, err := run(q.headers[name], d)
		if err != nil {
			return nil, err
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return nil, fmt.Errorf("headers.%s: the value has a line break or another control character; encode it", name)
		}
		if strings.EqualFold(name, "Host") {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	kind := strings.ToLower(r.Header.Get("Content-Type"))
	if strings.Contains(kind, "json") && !json.Valid([]byte(body)) {
		return nil, errors.New("body: it is not JSON; write texts as {{json .Text}}, without quotes around it")
	}
	if strings.Contains(kind, "x-www-form-urlencoded") {
		if _, err := url.ParseQuery(body); err != nil {
			return nil, errors.New("body: it is no form; write texts as {{urlquery .Text}}")
		}
	}
	return r, nil
}

// maxWritten is the greatest part of a request in bytes.
const maxWritten = 64 << 10

func run(t *template.Template, d Data) (string, error) {
	var w strings.Builder
	if err := t.Execute(limited{&w}, d); err != nil {
		return "", err
	}
	if !utf8.ValidString(w.String()) {
		return "", fmt.Errorf("%s: it has bytes that are no text; put hex or base64 behind a digest", t.Name())
	}
	return w.String(), nil
}

// limited writes at most maxWritten bytes.
type limited struct{ w *strings.Builder }

func (l limited) Write(b []byte) (int, error) {
	if l.w.Len()+len(b) > maxWritten {
		return 0, fmt.Errorf("it is longer than %d bytes", maxWritten)
	}
	return l.w.Write(b)
}
