package api_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/gateway/api"
)

var script = strings.Repeat("console.log('守望');\n", 100)

func app() fstest.MapFS {
	return fstest.MapFS{
		"index.html":              {Data: []byte("<title>登录</title>")},
		"ward/index.html":         {Data: []byte("<title>病区</title>")},
		"sw.js":                   {Data: []byte(script)},
		"assets/ward-D3adB33f.js": {Data: []byte(script)},
		"assets/bell-1234.woff2":  {Data: []byte{0, 1, 2, 3}},
		"manifest.webmanifest":    {Data: []byte("{}")},
	}
}

func TestWebsite(t *testing.T) {
	r := newRig(t, web(app()))
	for name, test := range map[string]struct {
		path, mime, cache, body string
		status                  int
		location                string
	}{
		"sign-in page":     {"/", "text/html; charset=utf-8", "no-cache", "<title>登录</title>", 200, ""},
		"page of a folder": {"/ward/", "text/html; charset=utf-8", "no-cache", "<title>病区</title>", 200, ""},
		"folder":           {"/ward", "", "", "", 301, "/ward/"},
		"named page":       {"/ward/index.html", "text/html; charset=utf-8", "no-cache", "<title>病区</title>", 200, ""},
		"service worker":   {"/sw.js", "text/javascript; charset=utf-8", "no-cache", script, 200, ""},
		"asset":            {"/assets/ward-D3adB33f.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", script, 200, ""},
		"font":             {"/assets/bell-1234.woff2", "font/woff2", "public, max-age=31536000, immutable", "\x00\x01\x02\x03", 200, ""},
		"manifest":         {"/manifest.webmanifest", "application/manifest+json", "no-cache", "{}", 200, ""},
		"no such page":     {"/nothing", "text/plain; charset=utf-8", "no-store", "没有此页面。\nThere is no such page.\n", 404, ""},
		"no such folder":   {"/nothing/", "text/plain; charset=utf-8", "no-store", "没有此页面。\nThere is no such page.\n", 404, ""},
		"an old asset":     {"/assets/ward-0ld.js", "text/plain; charset=utf-8", "no-store", "没有此页面。\nThere is no such page.\n", 404, ""},
		"folder of assets": {"/assets/", "text/plain; charset=utf-8", "no-store", "没有此页面。\nThere is no such page.\n", 404, ""},
		"out of the files": {"/ward/%2e%2e/%2e%2e/etc/passwd", "text/plain; charset=utf-8", "no-store", "没有此页面。\nThere is no such page.\n", 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			res := r.nobody().get(test.path).expect(t, test.status)
			if got := res.Header.Get("Location"); got != test.location {
				t.Errorf("it leads to %q, want %q", got, test.location)
			}
			if test.status == 301 {
				return
			}
			if got := res.Header.Get("Content-Type"); got != test.mime {
				t.Errorf("it is %q, want %q", got, test.mime)
			}
			if got := res.Header.Get("Cache-Control"); got != test.cache {
				t.Errorf("Cache-Control is %q, want %q", got, test.cache)
			}
			if got := string(res.body); got != test.body {
				t.Errorf("the body is %q, want %q", got, test.body)
			}
		})
	}
}

func TestTheRootLeadsToThePageOfTheRole(t *testing.T) {
	r := newRig(t, web(app()))
	for login, want := range map[string]string{
		"chen": "/ward/", "lin": "/ward/", "gao": "/ward/", "zhou": "/inspect/", "daughter": "/family/", "ops": "/admin/",
	} {
		res := r.as(login).get("/").expect(t, 303)
		if got := res.Header.Get("Location"); got != want {
			t.Errorf("%s is led to %s, want %s", login, got, want)
		}
		if res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("the redirect of %s may be kept for somebody else: %v", login, res.Header)
		}
	}
	chen := r.as("chen")
	r.store.Close()
	if res := chen.get("/").expect(t, 200); !strings.Contains(string(res.body), "登录") {
		t.Errorf("without a ledger the root is %s, want the sign-in page", res.body)
	}
}

func TestWebsiteIsPacked(t *testing.T) {
	r := newRig(t, web(app()))
	for accept, packed := range map[string]bool{
		"gzip": true, "br, GZIP;q=0.5": true, "deflate, gzip ; q=1.0": true, "gzip;q=0.001": true,
		"": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "identity": false,
	} {
		t.Run(accept, func(t *testing.T) {
			res := r.nobody().do("GET", "/sw.js", nil, "Accept-Encoding", accept).expect(t, 200)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != packed {
				t.Fatalf("it is packed: %v, want %v", got, packed)
			}
			if res.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("Vary is %q", res.Header.Get("Vary"))
			}
			body := io.Reader(bytes.NewReader(res.body))
			if packed {
				var err error
				if body, err = gzip.NewReader(body); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != script {
				t.Errorf("the body is %q, %v", got, err)
			}
		})
	}
	small := r.nobody().do("GET", "/manifest.webmanifest", nil, "Accept-Encoding", "gzip").expect(t, 200)
	if small.Header.Get("Content-Encoding") != "" {
		t.Error("what does not get smaller is packed")
	}
}

func TestWebsiteIsNotSentTwice(t *testing.T) {
	r := newRig(t, web(app()))
	get := func(accept, tag string) response {
		return r.nobody().do("GET", "/sw.js", nil, "Accept-Encoding", accept, "If-None-Match", tag)
	}
	plain := get("identity", "").expect(t, 200).Header.Get("ETag")
	packed := get("gzip", "").expect(t, 200).Header.Get("ETag")
	if plain == "" || plain == packed {
		t.Fatalf("the tags are %s and, packed, %s", plain, packed)
	}
	for name, test := range map[string]struct {
		accept, tag string
		status      int
	}{
		"the same":             {"identity", plain, 304},
		"the same, packed":     {"gzip", packed, 304},
		"made weak by a proxy": {"gzip", "W/" + packed, 304},
		"one of several":       {"gzip", `"old",` + packed, 304},
		"an old one":           {"gzip", `"old"`, 200},
		"plain, wanted packed": {"gzip", plain, 200},
	} {
		t.Run(name, func(t *testing.T) {
			res := get(test.accept, test.tag).expect(t, test.status)
			if test.status == 304 && (len(res.body) > 0 || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("ETag") == "") {
				t.Errorf("the answer has the headers %v and %d bytes", res.Header, len(res.body))
			}
		})
	}
}

func TestWebsiteIsReadOnly(t *testing.T) {
	r := newRig(t, web(app())).serve()
	head := r.nobody().do("HEAD", "/sw.js", nil, "Accept-Encoding", "identity").expect(t, 200)
	if len(head.body) > 0 || head.ContentLength != int64(len(script)) {
		t.Errorf("HEAD is answered with %d bytes of %d", len(head.body), head.ContentLength)
	}
	res := r.nobody().post("/ward/", "x")
	res.problem(t, 405, api.CodeInvalid)
	if res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow is %q", res.Header.Get("Allow"))
	}
}

func TestABuildWithoutPagesSaysSo(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/", "/ward/"} {
		res := r.nobody().get(path).expect(t, 404)
		if !strings.Contains(string(res.body), "make web") || !strings.Contains(string(res.body), "本网关未包含网页") {
			t.Errorf("%s says %q", path, res.body)
		}
	}
}

// brokenFiles lists a file that cannot be read.
type brokenFiles struct{ fstest.MapFS }

var errDisk = errors.New("the disk failed")

func (b brokenFiles) ReadFile(string) ([]byte, error) { return nil, errDisk }

func TestAWebsiteThatCannotBeReadIsToldAtTheStart(t *testing.T) {
	reg := prometheus.NewRegistry()
	var files fs.FS = brokenFiles{app()}
	if _, err := api.New(api.Options{Web: files, Registerer: reg, Gatherer: reg, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, errDisk) {
		t.Errorf("the error is %v, want %v", err, errDisk)
	}
}
