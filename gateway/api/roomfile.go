package api

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/people"
)

// File is an answer that a browser saves, or shows as it is.
type File struct {
	Name string // in ASCII, such as incidents.xlsx
	Type string // its media type
	// Inline says that pages show it rather than that it is saved: then nothing in
	// it runs, whatever it is, and no other site may show it.
	Inline bool
	// Write writes it; what goes wrong then is logged and cuts the answer off.
	Write func(w io.Writer) error
}

// Filed registers an operation like Viewed that answers with a file of a media
// type. All that can be refused is to be refused before do returns.
func Filed[I any](a *API, op huma.Operation, media string, roles []people.Role, do func(ctx context.Context, u people.User, in *I) (File, error)) {
	op.BodyReadTimeout = requestTime
	op.Security = []map[string][]string{{"session": {}}}
	op.Middlewares = huma.Middlewares{a.withSession, a.require(roles)}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		f, err := do(ctx, userOf(ctx), in)
		if err != nil {
			return nil, a.explain(ctx, op.OperationID, err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			hc.SetHeader("Content-Type", f.Type)
			hc.SetHeader("Content-Disposition", `attachment; filename="`+f.Name+`"`)
			hc.SetHeader("Cache-Control", "no-store")
			if f.Inline {
				hc.SetHeader("Content-Disposition", "inline")
				hc.SetHeader("Cache-Control", "private, no-store")
				hc.SetHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
				hc.SetHeader("Cross-Origin-Resource-Policy", "same-origin")
			}
			if err := f.Write(hc.BodyWriter()); err != nil {
				a.Log.WarnContext(ctx, "a file could not be sent whole", "operation", op.OperationID, "error", err)
			}
		}}, nil
	})
}

// SessionOf names the session of a request in a handler of Viewed or Filed; nobody
// can sign in with the name.
func (a *API) SessionOf(ctx context.Context) string { return digest(a.sessions.Token(ctx))[:16] }
