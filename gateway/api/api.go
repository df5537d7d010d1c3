package api

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// Options are the parts that the API stands on. All are needed but those that
// say otherwise.
type Options struct {
	Accounts   Accounts
	Sessions   scs.Store
	Book       Book
	Archive    Archive
	Answerer   Answerer
	Inlet      Inlet
	Series     Series
	Coverage   Coverage
	Quarantine Quarantine
	History    AlarmHistory
	// Duty may be nil: then nobody knows how many carers were there.
	Duty   Duty
	Live   Live
	Health []HealthCheck
	Alerting
	Audit       Audit
	Credentials Credentials
	// Rooms are the parts of the API that live in packages of their own.
	Rooms []Room
	// Web are the files of the built web app; nil serves a page that says how
	// to build it.
	Web     fs.FS
	Version string
	// TLS says that people reach the gateway by HTTPS, so that the cookie of
	// the session is never sent without it.
	TLS bool
	// Trust is the gateway's own authority, nil where its certificate is another's.
	Trust *Trust
	// EdgeCertificate says of an edge that posts events whether it shows its own
	// certificate, as broker.Options has it; nil where it needs none.
	EdgeCertificate func(s *tls.ConnectionState, site care.SiteID, edge care.EdgeID) error
	// Origins are further origins that pages may come from, such as
	// https://care.example.org of a proxy that does not pass the host on.
	Origins []string
	// MetricsToken lets whoever sends it as a bearer token read the metrics
	// from beyond the machine; empty lets nobody but signed-in operators.
	MetricsToken string
	Log          *slog.Logger
	Registerer   prometheus.Registerer
	Gatherer     prometheus.Gatherer
}

// API answers the HTTP requests of people, edges and monitors.
type API struct {
	Options
	routes   *routes
	huma     huma.API
	openAPI  func() ([]byte, error) // made when it is first asked for
	sessions *scs.SessionManager
	gate     *gate
	throttle *throttle
	hands    *hands
	looks    *looks
	steps    *secondSteps
	metrics  *metrics
	site     *website
	handler  http.Handler
	// roomRoutes are the patterns that the rooms have entered.
	roomRoutes []string
}

// New returns the API. The error says what of the web app could not be read, or
// which of the origins is none.
func New(o Options) (*API, error) {
	a := &API{Options: o, metrics: newMetrics(o.Registerer), throttle: newThrottle(), hands: newHands(), looks: newLooks(), steps: newSecondSteps()}
	a.routes = newRoutes(a.metrics)
	a.sessions = newSessions(o.Sessions, o.TLS, a.ledgerTrouble)
	var err error
	if a.gate, err = newGate(); err != nil {
		return nil, err
	}
	if a.site, err = newWebsite(o.Web); err != nil {
		return nil, err
	}
	a.register()
	a.openAPI = sync.OnceValues(a.document)
	if a.handler, err = secure(a.routes, o.Origins); err != nil {
		return nil, err
	}
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Routes returns the patterns of all routes, as http.ServeMux takes them.
func (a *API) Routes() []string { return a.routes.patterns() }

// RoomRoutes returns those of them that rooms have entered, in order.
func (a *API) RoomRoutes() []string { return a.roomRoutes }

// register enters every route. It must work without any of the options, since
// the OpenAPI document is made so.
func (a *API) register() {
	a.huma = humago.New(a.routes, humaConfig(a.versionOr("dev")))
	a.registerSession()
	a.registerAccount()
	a.registerAudit()
	a.registerIncidents()
	a.registerPoints()
	a.registerAlarmHealth()
	a.registerQuarantine()
	a.registerEvents()
	a.registerHealth()
	a.describeLive()
	a.registerAlerting()
	a.registerTrust()
	core := a.Routes()
	for _, room := range a.Rooms {
		room.Register(a)
	}
	a.roomRoutes = slices.DeleteFunc(slices.Sorted(slices.Values(a.Routes())), func(r string) bool { return slices.Contains(core, r) })
	a.routes.HandleFunc("GET /api/live", a.live)
	a.routes.HandleFunc("GET /metrics", a.serveMetrics)
	a.routes.HandleFunc("GET /openapi.json", a.serveOpenAPI)
	a.routes.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, NewProblem(http.StatusNotFound, CodeNotFound, "the API has no "+r.Method+" "+r.URL.Path))
	})
	a.routes.HandleFunc("/", a.serveWeb)
}

func (a *API) versionOr(other string) string {
	if a.Version == "" {
		return other
	}
	return a.Version
}

func (a *API) serveOpenAPI(w http.ResponseWriter, r *http.Request) {
	document, err := a.openAPI()
	if err != nil {
		a.Log.ErrorContext(r.Context(), "the OpenAPI document cannot be made", "error", err)
		writeProblem(w, NewProblem(http.StatusInternalServerError, CodeInternal, "the gateway cannot describe its API; see its log"))
		return
	}
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	w.Write(document)
}

// requestTime bounds the work of one request, but for live sockets. It is also
// how long a body may take: the deadline stays set while the handler works, and
// net/http cancels the request when it passes.
const requestTime = 20 * time.Second

// body is the answer of an operation.
type body[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}

// answer wraps what a handler returns. Nothing about people is kept by caches.
func answer[T any](v T) *body[T] { return &body[T]{CacheControl: "no-store", Body: v} }

// Viewed registers an operation for signed-in people of the roles; with none
// named, for all of them. The person is checked before the request is read.
func Viewed[I, O any](a *API, op huma.Operation, roles []people.Role, do func(ctx context.Context, u people.User, in *I) (O, error)) {
	op.BodyReadTimeout = requestTime
	op.Security = []map[string][]string{{"session": {}}}
	op.Middlewares = huma.Middlewares{a.withSession, a.require(roles)}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusServiceUnavailable)
	if len(roles) > 0 {
		op.Errors = append(op.Errors, http.StatusForbidden)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*body[O], error) {
		out, err := do(ctx, userOf(ctx), in)
		if err != nil {
			return nil, a.explain(ctx, op.OperationID, err)
		}
		return answer(out), nil
	})
}

// explain lets problems pass and turns every other error into one that says
// nothing of the inside, which goes to the log.
func (a *API) explain(ctx context.Context, operation string, err error) error {
	if _, ok := err.(huma.StatusError); ok {
		return err
	}
	if _, ok := err.(huma.HeadersError); ok {
		return err
	}
	a.Log.ErrorContext(ctx, "a request failed", "operation", operation, "error", err)
	return retryAfter(NewProblem(http.StatusServiceUnavailable, CodeUnavailable,
		"the gateway cannot do this now; try again in some seconds"), 2*time.Second)
}

// writeProblem answers with a problem outside of huma's handlers.
func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}
