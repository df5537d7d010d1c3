package api

import (
	"fmt"
	"net/http"
	"strings"
)

// contentPolicy lets pages load from the gateway only. Sounds are synthesised,
// hence blob and data for media; there are no inline scripts.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; media-src 'self' blob: data:; worker-src 'self'; manifest-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// secure adds what every answer needs against the attacks of other pages.
func secure(next http.Handler, origins []string) (http.Handler, error) {
	origin := http.NewCrossOriginProtection()
	for _, o := range origins {
		if err := origin.AddTrustedOrigin(o); err != nil {
			return nil, fmt.Errorf("%q is no origin such as https://care.example.org: %w", o, err)
		}
	}
	// What is in these addresses is the secret: whoever sends them needs no
	// session, so that no page of another origin can abuse one. The browsers of
	// other apps send forms with the origin "null".
	origin.AddInsecureBypassPattern("POST /a/{token}")
	origin.AddInsecureBypassPattern("POST /api/callbacks/{channel}/{secret}")
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, NewProblem(http.StatusForbidden, CodeCrossOrigin, "a page of another origin may not do this"))
	}))
	next = origin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store") // of errors, too
		}
		next.ServeHTTP(w, r)
	}), nil
}
