package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Heads are the signed heads of the logs. Whoever keeps one can prove later that
// no row before it was removed or rewritten.
type Heads interface {
	// SignedHeads signs the heads of what has grown, and returns those that were
	// signed at or after since; of all sites for an empty one.
	SignedHeads(ctx context.Context, site care.SiteID, since time.Time) ([]SignedHead, error)
}

// SignedHead is a signed head as one line of JSON.
type SignedHead struct {
	Site care.SiteID
	Line []byte
}

// headRoles keep heads: those who judge, and who answers for the site.
var headRoles = []people.Role{people.Inspector, people.Manager, people.Operator}

func (a *API) registerHeads() {
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "heads", Method: http.MethodGet, Path: "/api/heads", Tags: []string{"configuration"},
		Summary:     "Signed heads of the site logs, to be kept outside",
		Description: "One JSON object on each line. gateway verify-ledger --head FILE proves with them that nothing was removed or rewritten.",
		Security:    []map[string][]string{{"session": {}}},
		Parameters: []*huma.Param{
			{Name: "site", In: "query", Description: "one site; without it every site within scope", Schema: &huma.Schema{Type: "string"}},
			{Name: "since", In: "query", Description: "signed at or after; all when it is absent", Schema: &huma.Schema{Type: "string", Format: "date-time"}},
		},
		Responses: map[string]*huma.Response{
			"200": {Description: "signed heads", Content: map[string]*huma.MediaType{"application/x-ndjson": {}}},
			"401": {Description: "no session"}, "403": {Description: "not of the roles"}, "404": {Description: "no such site within scope"},
			"422": {Description: "since is no time"}, "503": {Description: "not now"},
		},
	})
	a.routes.HandleFunc("GET /api/heads", a.heads)
}

func (a *API) heads(w http.ResponseWriter, r *http.Request) {
	v, ok, err := a.viewer(r)
	site, since := care.SiteID(r.URL.Query().Get("site")), time.Time{}
	d := a.Book.Directory()
	if text := r.URL.Query().Get("since"); text != "" && err == nil {
		var bad error
		if since, bad = time.Parse(time.RFC3339, text); bad != nil && ok {
			writeProblem(w, NewProblem(http.StatusUnprocessableEntity, CodeInvalid, "since is no time such as 2026-11-25T00:00:00Z"))
			return
		}
	}
	switch {
	case err != nil:
		a.ledgerTrouble(w, r, err)
		return
	case !ok:
		writeProblem(w, NewProblem(http.StatusUnauthorized, CodeSignedOut, "sign in first"))
		return
	case !slices.Contains(headRoles, v.User.Role):
		writeProblem(w, NewProblem(http.StatusForbidden, CodeNotAllowed, "the role "+string(v.User.Role)+" may not do this"))
		return
	case site != "" && !d.SeesSite(v.User, site):
		writeProblem(w, NewProblem(http.StatusNotFound, CodeNotFound, "there is no such site within your scope"))
		return
	}
	heads, err := a.Heads.SignedHeads(r.Context(), site, since)
	if err != nil {
		a.ledgerTrouble(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="heads.jsonl"`)
	for _, h := range heads {
		if !d.SeesSite(v.User, h.Site) {
			continue
		}
		if _, err := w.Write(append(h.Line, '\n')); err != nil {
			return // whoever asked is gone
		}
	}
}
