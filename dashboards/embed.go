// Package dashboards embeds the built web app: the sign-in page, the ward
// board, and the pages of inspectors, families and operators.
//
// It serves nothing: headers, caching and sign-in are the job of gateway/api.
// The app is built with `make web`; a build of the gateway without it works
// and says so in the browser.
package dashboards

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// dist holds at least a placeholder, which keeps this package compiling before
// the first build of the app.
//
//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the gateway was compiled without the web app.
var ErrNotBuilt = errors.New("the web app is not part of this build: run `make web` and build the gateway again")

// Files returns the files of the app, with index.html, ward/index.html,
// inspect/index.html, family/index.html, admin/index.html and
// health/index.html at its root, with sw.js and app.webmanifest, and
// everything with a hash in its name below assets/. The error is ErrNotBuilt
// when the gateway was compiled without the app.
func Files() (fs.FS, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the embedded web app: %w", err)
	}
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil, ErrNotBuilt
	}
	return files, nil
}
