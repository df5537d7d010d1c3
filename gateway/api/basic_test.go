package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

func FuzzParseBasic(f *testing.F) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, seed := range []string{
		"", "Basic", "Basic ", "Bearer x", "Basic ###", basic("songhe/floor-2:secret"), basic("songhe/floor-2:a:b"),
		basic("songhe/floor-2"), basic(":"), basic("/:"), basic("songhe/floor-2/x:y"), "bAsIc " + basic("a/b:c")[6:], basic("Songhe/#:x"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		e, secret, ok := parseBasic(header)
		if !ok {
			if e != (edgeName{}) || secret != "" {
				t.Errorf("%q is refused and gives %v with a secret", header, e)
			}
			return
		}
		if !care.ValidID(string(e.site)) || !care.ValidID(string(e.edge)) {
			t.Errorf("%q gives the edge %v", header, e)
		}
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(string(e.site)+"/"+string(e.edge), secret)
		if again, same, ok := parseBasic(r.Header.Get("Authorization")); !ok || again != e || same != secret {
			t.Errorf("%q gives %v, which is read back as %v, %v", header, e, again, ok)
		}
	})
}

// What a stranger writes into a header names nobody else but an address.
func FuzzForwardedFor(f *testing.F) {
	for _, seed := range []string{"", "203.0.113.9", "10.0.0.1, 203.0.113.9", "unknown", "[2001:db8::1]", "2001:db8::1%eth0", ",", "203.0.113.9:80", "::ffff:127.0.0.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{"X-Forwarded-For": {header}}}
		if got := remote(r); got == "" || strings.ContainsAny(got, " ,\n\"") || len(got) > 64 {
			t.Errorf("%q is from %q", header, got)
		}
		if local(r) {
			t.Errorf("a proxy that asks for %q counts as this machine", header)
		}
		r.RemoteAddr = "192.0.2.1:1"
		if got := remote(r); got != "192.0.2.1" {
			t.Errorf("from elsewhere %q is believed: %q", header, got)
		}
	})
}

// Whatever a browser says it reads, it gets one of the two languages.
func FuzzAcceptedLang(f *testing.F) {
	for _, seed := range []string{"", "en", "zh-CN,zh;q=0.9,en;q=0.8", "fr;q=1, en;q=0.2", "en;q=0", "en;q=x", ";;,,", "EN-gb ; q=0.5", "zh;q=NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		l := acceptedLang(&http.Request{Header: http.Header{"Accept-Language": {header}}})
		if l.en && !strings.Contains(strings.ToLower(header), "en") {
			t.Errorf("%q reads English", header)
		}
	})
}

// Whatever somebody writes as a roster is saved, or is told with its line.
func FuzzReadSheet(f *testing.F) {
	for _, seed := range []string{
		"", "duties: []", "duties: [", "duties:\n  - id: carer\n    shifts: [{id: x}]\n", "holidays: 1", "!a &b c", "- a\n- b", "duties: &x [*x]", "a: b: c", "duties:\n\t- id",
		"duties: [{id: carer, name: {zh: 护, en: c}, shifts: [{id: d, name: {zh: 白, en: d}, from: \"07:00\", to: \"19:00\"}], rotations: [{start: 2026-11-02, order: [u]}]}]",
	} {
		f.Add(seed)
	}
	d := &people.Directory{Sites: map[care.SiteID]care.Site{"songhe": {ID: "songhe", TimeZone: "Asia/Shanghai"}}}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []alerts.DocumentKind{alerts.DocumentRoster, alerts.DocumentLadders, alerts.DocumentRules} {
			_, err := parseDocument(d, "songhe", kind, text)
			if err == nil {
				continue
			}
			p, ok := errors.AsType[*Problem](err)
			if !ok || len(p.Errors) == 0 {
				t.Fatalf("%q as %s is answered %v", text, kind, err)
			}
			lines := strings.Split(oneLineEnd.Replace(text), "\n")
			for _, m := range p.Errors {
				if m.Message == "" || m.Line < 0 || m.Line > 0 && m.Line <= len(lines) && m.Source != lines[m.Line-1] {
					t.Errorf("%q as %s has the mistake %+v", text, kind, m)
				}
			}
		}
	})
}
