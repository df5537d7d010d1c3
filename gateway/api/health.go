package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shouwang.care/shouwang/alerts/people"
)

// HealthView says whether the gateway can do its work.
type HealthView struct {
	OK      bool     `json:"ok"`
	Version string   `json:"version"`
	Reasons []string `json:"reasons" doc:"what does not work, a sentence each"`
}

type healthAnswer struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Body         HealthView
}

const healthTime = 3 * time.Second

func (a *API) registerHealth() {
	huma.Register(a.huma, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/healthz", Tags: []string{"operation"},
		Summary: "Whether the gateway takes and keeps events; 503 with the reasons when it does not",
		Responses: map[string]*huma.Response{"503": {
			Description: "something does not work",
			Content: map[string]*huma.MediaType{"application/json": {
				Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[HealthView](), true, "HealthView"),
			}},
		}},
	}, func(ctx context.Context, _ *struct{}) (*healthAnswer, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, healthTime, errHealthTime)
		defer cancel()
		v := HealthView{OK: true, Version: a.Version, Reasons: []string{}}
		for _, c := range a.Health {
			if err := c.Check(ctx); err != nil {
				v.OK = false
				v.Reasons = append(v.Reasons, c.Name+": "+err.Error())
			}
		}
		status := http.StatusOK
		if !v.OK {
			status = http.StatusServiceUnavailable
		}
		return &healthAnswer{status, "no-store", v}, nil
	})
}

var errHealthTime = errors.New("no answer within " + healthTime.String())

// serveMetrics answers the monitor on this machine, who has the token, and
// operators: how often alarms ring is nobody else's business.
func (a *API) serveMetrics(w http.ResponseWriter, r *http.Request) {
	if !local(r) && !a.hasMetricsToken(r) {
		v, ok, err := a.viewer(r)
		switch {
		case err != nil:
			a.ledgerTrouble(w, r, err)
			return
		case !ok:
			writeProblem(w, NewProblem(http.StatusUnauthorized, CodeSignedOut, "the metrics need the metrics token, or an operator who is signed in"))
			return
		case v.User.Role != people.Operator:
			writeProblem(w, NewProblem(http.StatusForbidden, CodeNotAllowed, "only operators see the metrics"))
			return
		}
	}
	promhttp.HandlerFor(a.Gatherer, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

func (a *API) hasMetricsToken(r *http.Request) bool {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found || a.MetricsToken == "" {
		return false
	}
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(a.MetricsToken))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
