package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"shouwang.care/shouwang/alerts/care"
)

type eventRequest struct {
	RawBody []byte `contentType:"application/cloudevents+json"`
}

const (
	// maxEventBody is above care.MaxPacket, so that an event that is too large is
	// refused by ingest, which keeps and counts it, and its edge stops sending it.
	// Of a larger one ingest gets as much.
	maxEventBody = 4 * care.MaxPacket
	// maxEventRest is how much more is read and thrown away: an edge that is cut
	// off while it sends would not hear why.
	maxEventRest = 64 << 20
)

func (a *API) registerEvents() {
	huma.Register(a.huma, huma.Operation{
		OperationID: "event", Method: http.MethodPost, Path: "/api/events", Tags: []string{"edges"},
		Summary: "Take one event of an edge",
		Description: "The way round a broker that is away. The body is a CloudEvents 1.0 JSON event; the answer says that it is " +
			"committed, was so before (duplicate), or never will be (refused). With 503 the edge sends it again.",
		Security:     []map[string][]string{{"edge": {}}},
		MaxBodyBytes: -1, BodyReadTimeout: requestTime, // cutLong bounds it
		Middlewares: huma.Middlewares{a.requireEdge, cutLong},
		Errors:      []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusServiceUnavailable},
	}, func(ctx context.Context, in *eventRequest) (*body[care.Receipt], error) {
		e := ctx.Value(edgeKey{}).(edgeName)
		// huma takes the buffer of RawBody back when this returns, and ingest may
		// still hold the event then.
		receipt, err := a.Inlet.HTTPEvent(ctx, e.site, e.edge, bytes.Clone(in.RawBody))
		if err != nil {
			return nil, a.explain(ctx, "event", err)
		}
		return answer(receipt), nil
	})
}

type edgeKey struct{}

type edgeName struct {
	site care.SiteID
	edge care.EdgeID
}

// requireEdge lets registered edges in, before the body is read.
func (a *API) requireEdge(ctx huma.Context, next func(huma.Context)) {
	e, secret, ok := parseBasic(ctx.Header("Authorization"))
	ok = ok && a.certified(request(ctx), e)
	if ok {
		var err error
		if ok, err = a.Inlet.CheckEdge(ctx.Context(), e.site, e.edge, secret); err != nil {
			a.Log.ErrorContext(ctx.Context(), "an edge cannot be checked", "error", err)
			ctx.SetHeader("Retry-After", "2")
			huma.WriteErr(a.huma, ctx, http.StatusServiceUnavailable, "the gateway cannot read its edges now; try again in some seconds")
			return
		}
	}
	if !ok {
		a.Log.WarnContext(ctx.Context(), "an edge was turned away", "site", e.site, "edge", e.edge, "remote", remote(request(ctx)))
		ctx.SetHeader("WWW-Authenticate", `Basic realm="shouwang edge", charset="UTF-8"`)
		_, w := humago.Unwrap(ctx)
		writeProblem(w, NewProblem(http.StatusUnauthorized, CodeBadCredentials, "the edge or its secret is not known here: enrol the edge again"))
		return
	}
	next(huma.WithValue(ctx, edgeKey{}, e))
}

// cutLong hands on the beginning of a body that is too large.
func cutLong(ctx huma.Context, next func(huma.Context)) {
	r := request(ctx)
	whole := r.Body
	r.Body = io.NopCloser(io.LimitReader(whole, maxEventBody))
	next(ctx)
	// What was answered is what counts; an edge that is gone is no news.
	_, _ = io.CopyN(io.Discard, whole, maxEventRest)
}

// parseBasic reads {site}/{edge} and a secret of an Authorization header.
func parseBasic(header string) (e edgeName, secret string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return edgeName{}, "", false
	}
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return edgeName{}, "", false
	}
	name, secret, _ := strings.Cut(string(text), ":")
	site, edge, _ := strings.Cut(name, "/")
	if !care.ValidID(site) || !care.ValidID(edge) {
		return edgeName{}, "", false
	}
	return edgeName{care.SiteID(site), care.EdgeID(edge)}, secret, true
}
