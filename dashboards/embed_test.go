package dashboards

import (
	"errors"
	"io/fs"
	"regexp"
	"testing"
)

// TestPagesObeyTheContentSecurityPolicy reads the built pages as a browser
// would: every script is a file of the app, and nothing runs inline.
func TestPagesObeyTheContentSecurityPolicy(t *testing.T) {
	files, err := Files()
	if errors.Is(err, ErrNotBuilt) {
		t.Skip("the web app is not built: run `make web`")
	}
	if err != nil {
		t.Fatal(err)
	}
	var (
		inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>\s*[^<\s]|<style|\sstyle=|\son[a-z]+=`)
		source = regexp.MustCompile(`(?:src|href)="([^"]+)"`)
	)
	for _, page := range []string{"index.html", "ward/index.html", "inspect/index.html", "family/index.html", "admin/index.html"} {
		t.Run(page, func(t *testing.T) {
			html, err := fs.ReadFile(files, page)
			if err != nil {
				t.Fatal(err)
			}
			if found := inline.Find(html); found != nil {
				t.Errorf("inline script or style, which the policy blocks: %q", found)
			}
			scripts := 0
			for _, m := range source.FindAllSubmatch(html, -1) {
				name := string(m[1])
				if name[0] != '/' {
					t.Errorf("%s is not a path of this host", name)
					continue
				}
				if _, err := fs.Stat(files, name[1:]); err != nil {
					t.Errorf("the page needs %s: %v", name, err)
				}
				scripts++
			}
			if scripts == 0 {
				t.Error("the page loads nothing")
			}
		})
	}
}
