package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// website is the built web app in memory, each file with its digest. Its
// compressed form, because the first picture on a slow network counts, is made
// when it is first asked for: a gateway that starts has alarms to take.
type website struct{ files map[string]webFile }

type webFile struct {
	content    []byte
	zipped     func() []byte // nil where it would not be smaller
	mime, etag string
}

// contentTypes do not depend on what the machine has in /etc/mime.types.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml",
	".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
	".map": "application/json", ".mp3": "audio/mpeg", ".webp": "image/webp",
}

func newWebsite(files fs.FS) (*website, error) {
	s := &website{map[string]webFile{}}
	if files == nil {
		return s, nil
	}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		s.files[name] = newWebFile(name, content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the files of the web app: %w", err)
	}
	return s, nil
}

func newWebFile(name string, content []byte) webFile {
	f := webFile{content: content, mime: contentTypes[path.Ext(name)], zipped: sync.OnceValue(func() []byte { return zip(content) })}
	if f.mime == "" {
		f.mime = mime.TypeByExtension(path.Ext(name))
	}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	sum := sha256.Sum256(content)
	f.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	return f
}

// zip returns the content compressed, or nil where that would not be smaller.
func zip(content []byte) []byte {
	var zipped bytes.Buffer
	// Neither the level nor memory can fail.
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	z.Write(content)
	z.Close()
	if zipped.Len() >= len(content)*9/10 {
		return nil
	}
	return zipped.Bytes()
}

// homes are the pages of the roles.
var homes = map[people.Role]string{
	people.Carer: "/ward/", people.Leader: "/ward/", people.Manager: "/ward/",
	people.Inspector: "/inspect/", people.Family: "/family/", people.Helper: "/family/", people.Operator: "/admin/",
}

// homeOf is the page on which somebody begins: that of his role, but for staff
// who watches private homes and nothing else.
func homeOf(d *people.Directory, u people.User) string {
	elsewhere := func(id care.SiteID) bool { return d.Sites[id].Kind != care.PrivateHome }
	if u.Role.Staff() && u.Station == "" && len(u.Scope.Sites) > 0 && !slices.ContainsFunc(u.Scope.Sites, elsewhere) {
		return "/community/"
	}
	return homes[u.Role]
}

// serveWeb serves the files of the web app. The root leads who is signed in to
// the page of his role and is the sign-in page for everybody else.
func (a *API) serveWeb(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, NewProblem(http.StatusMethodNotAllowed, CodeInvalid, "pages can only be read"))
		return
	}
	if r.URL.Path == "/" {
		w.Header().Set("Vary", "Cookie")
		// A ledger that does not answer is no reason to hide the sign-in page.
		if v, ok, err := a.viewer(r); err == nil && ok {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, homeOf(a.Book.Directory(), v.User), http.StatusSeeOther)
			return
		}
	}
	a.site.serve(w, r)
}

func (s *website) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	f, ok := s.files[name]
	if _, folder := s.files[path.Join(name, "index.html")]; !ok && folder {
		http.Redirect(w, r, "/"+name+"/", http.StatusMovedPermanently)
		return
	}
	if !ok {
		s.absent(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("ETag", f.etag)
	// Names below assets hold a hash of the content; all others change in place.
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := f.content
	if zipped := f.zipped(); zipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			h.Set("ETag", strings.TrimSuffix(f.etag, `"`)+`-gz"`)
			body = zipped
		}
	}
	if hasTag(r, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body)
	}
}

// hasTag reports whether the browser has the file of a tag. A proxy that packs
// files makes tags weak (RFC 9110, section 13.1.2: the comparison is).
func hasTag(r *http.Request, tag string) bool {
	for t := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
			return true
		}
	}
	return false
}

// acceptsGzip reads Accept-Encoding as far as browsers use it.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, given := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}

func (s *website) absent(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	if len(s.files) == 0 {
		fmt.Fprintln(w, "本网关未包含网页。请运行 make web 后重新构建。\nThis gateway was built without its web pages: run `make web` and build it again.")
		return
	}
	fmt.Fprintln(w, "没有此页面。\nThere is no such page.")
}
