package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/live"
	"shouwang.care/shouwang/gateway/ingest"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/series/embedded"
	"shouwang.care/shouwang/gateway/watch"
	"shouwang.care/shouwang/gateway/watch/outbox"
	"shouwang.care/shouwang/gateway/watch/supervise"
)

// The types below put the real parts of the gateway behind the ports of the
// API, as the app does.
type (
	watchLedger struct{ *ledger.Store }
	rows        struct{ *ledger.Store }
	charts      struct{ r *rig }
	inlet       struct {
		*ledger.Store
		in *ingest.Ingest
	}
)

func (l watchLedger) Update(ctx context.Context, fn func(watch.Tx) error) error {
	return l.Store.Update(ctx, func(tx *ledger.Tx) error { return fn(tx) })
}

func (r rows) IncidentHistory(ctx context.Context, f api.HistoryFilter) ([]care.Incident, error) {
	return r.Store.IncidentHistory(ctx, ledger.IncidentFilter(f))
}

func (r rows) Quarantine(ctx context.Context, limit int, before uint64) ([]api.QuarantineRecord, error) {
	records, err := r.Store.Quarantine(ctx, limit, before)
	shown := make([]api.QuarantineRecord, len(records))
	for i, q := range records {
		shown[i] = api.QuarantineRecord(q)
	}
	return shown, err
}

func (r rows) AddQuarantine(ctx context.Context, messages []ingest.Quarantined) error {
	records := make([]ledger.QuarantineRecord, len(messages))
	for i, m := range messages {
		records[i] = ledger.QuarantineRecord{
			At: m.At, Site: care.SiteID(m.Site), Edge: care.EdgeID(m.Edge), Topic: m.Topic,
			Reason: m.Reason, Detail: m.Detail, Payload: m.Payload,
		}
	}
	return r.Store.AddQuarantine(ctx, records...)
}

func (r rows) EdgeStates(context.Context) ([]ingest.EdgeState, error)   { return nil, nil }
func (r rows) SaveEdgeStates(context.Context, []ingest.EdgeState) error { return nil }

func (c charts) Range(ctx context.Context, q api.SeriesQuery) ([]care.Sample, error) {
	return c.r.series.Range(ctx, series.Query(q))
}

func (c charts) Append(ctx context.Context, readings []care.Reading) error {
	return c.r.series.Append(ctx, readings)
}

func (i inlet) HTTPEvent(ctx context.Context, site care.SiteID, edge care.EdgeID, body []byte) (care.Receipt, error) {
	return i.in.HTTPEvent(ctx, site, edge, body)
}

// supervised are the rows of supervision, which does not run here.
type supervised struct{ *ledger.Store }

func (s supervised) EdgeStates(context.Context) ([]supervise.EdgeState, error) { return nil, nil }
func (s supervised) ActiveStates(context.Context) ([]supervise.Active, error)  { return nil, nil }

// noQueue is the queue of readings, none of which come by HTTP.
type noQueue struct{}

func (noQueue) Put(context.Context, []byte) error { return errors.New("no reading comes this way") }

// rig is the API on a real ledger, with the real watch, time series, live hub
// and the real way in behind it. There is no broker: what comes, comes by HTTP.
type rig struct {
	t        testing.TB
	store    *ledger.Store
	watch    *watch.Watch
	cover    *supervise.Supervisor
	series   *embedded.Store
	hub      *live.Hub
	registry *prometheus.Registry
	log      *logged
	api      *api.API
	url      string // of the server, once serve was called
	// transport reaches the API: without a server at first, so that a rig may
	// stand in a bubble, and through one after serve.
	transport http.RoundTripper
	sequence  uint64
	in        *ingest.Ingest
	outbox    *outbox.Outbox
	sms       *sms
}

// newRig returns a rig on which the plan of plan_test.go is registered. It may
// stand in a bubble of synctest.
func newRig(t testing.TB, change ...func(*api.Options)) *rig {
	t.Helper()
	r := &rig{t: t, registry: prometheus.NewRegistry(), log: &logged{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	var err error
	if r.store, err = ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	if _, err := r.store.ApplyPlan(t.Context(), plan()); err != nil {
		t.Fatal(err)
	}
	r.watch = watch.New(watchLedger{r.store}, log, r.registry, watch.Options{OpenIncidents: r.store.OpenIncidents, LinkSecret: []byte("0123456789abcdef")})
	in := r.ingest(log)
	if r.cover, err = supervise.New(t.Context(), supervise.Options{
		Book: r.watch, Active: supervised{r.store}, Rows: supervised{r.store}, Directory: r.store.Directory,
		Well: func() error { return nil }, Log: log,
	}); err != nil {
		t.Fatal(err)
	}
	o := api.Options{
		Accounts: r.store, Sessions: r.store.Sessions(), Book: r.store, Archive: rows{r.store}, Answerer: r.watch,
		Inlet: inlet{r.store, in}, Series: charts{r}, Coverage: r.cover, Quarantine: rows{r.store}, History: r.store,
		Health:  []api.HealthCheck{{Name: "ledger", Check: r.store.Ping}},
		Version: "1.2.3", Log: log, Registerer: r.registry, Gatherer: r.registry,
	}
	r.hub = live.New(r.store, r.store, log, r.registry)
	o.Live = r.hub
	o.Alerting = r.alerting()
	o.Trust = ownAuthority()
	o.Audit, o.Credentials = audit{r.store}, secrets{r.store}
	for _, c := range change {
		c(&o)
	}
	if r.api, err = api.New(o); err != nil {
		t.Fatal(err)
	}
	r.transport = direct{r.api, "192.0.2.7:4711"}
	return r
}

func (r *rig) ingest(log *slog.Logger) *ingest.Ingest {
	r.t.Helper()
	in, err := ingest.New(ingest.Options{
		Brokers:   []string{"tcp://127.0.0.1:1"}, // the broker is away
		ClientIDs: ingest.ClientIDs{Event: rand.Text(), Reading: rand.Text(), State: rand.Text()},
		Book:      r.watch, Series: charts{r}, Queue: noQueue{}, Quarantine: rows{r.store}, States: rows{r.store},
		Directory: r.store.Directory, Seen: func(care.SiteID, care.PointID, time.Time, care.Proof) {},
		Log: log, Registerer: r.registry,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.in = in
	return in
}

// run runs a part until the test ends.
func (r *rig) run(part func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- part(ctx) }()
	r.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			r.t.Error(err)
		}
	})
}

// serve puts the API on a port and starts what works behind it.
func (r *rig) serve() *rig {
	var err error
	if r.series, err = embedded.Open(filepath.Join(r.t.TempDir(), "series"), embedded.Options{}); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { r.series.Close() })
	r.run(r.in.Run)
	r.run(r.hub.Run)
	r.t.Cleanup(r.watch.Subscribe(r.hub.Notify))
	s := httptest.NewServer(r.api)
	r.t.Cleanup(s.Close)
	r.url, r.transport = s.URL, s.Client().Transport
	return r
}

// direct answers requests without a network, as if they came from an address.
type direct struct {
	handler http.Handler
	remote  string
}

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.RemoteAddr, req.RequestURI = d.remote, req.URL.RequestURI()
	if req.Body == nil {
		req.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, req)
	res := w.Result()
	res.Request = req
	return res, nil
}

// person is a browser.
type person struct {
	rig    *rig
	client *http.Client
	base   string
	login  string
}

// nobody is a browser that is not signed in.
func (r *rig) nobody() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	base := r.url
	if base == "" {
		base = "http://gateway.test"
	}
	return &person{r, &http.Client{
		Transport: r.transport, Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, base, ""}
}

// as returns the browser of somebody who has signed in.
func (r *rig) as(login string) *person {
	r.t.Helper()
	p := r.nobody()
	p.login = login
	if res := p.signIn(login, password); res.StatusCode != http.StatusOK {
		r.t.Fatalf("the sign-in of %s is answered %d: %s", login, res.StatusCode, res.body)
	}
	return p
}

// response is an answer with its whole body.
type response struct {
	*http.Response
	body []byte
}

// do sends a request. A body that is no string or bytes is sent as JSON.
func (p *person) do(method, path string, body any, header ...string) response {
	p.rig.t.Helper()
	res, err := p.try(method, path, body, header...)
	if err != nil {
		p.rig.t.Fatal(err)
	}
	return res
}

// try is do for other goroutines than that of the test.
func (p *person) try(method, path string, body any, header ...string) (response, error) {
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	case []byte:
		content = b
	default:
		var err error
		if content, err = json.Marshal(b); err != nil {
			return response{}, err
		}
	}
	req, err := http.NewRequestWithContext(p.rig.t.Context(), method, p.base+path, bytes.NewReader(content))
	if err != nil {
		return response{}, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := p.client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		return response{}, err
	}
	return response{res, b.Bytes()}, nil
}

func (p *person) get(path string) response { p.rig.t.Helper(); return p.do("GET", path, nil) }
func (p *person) post(path string, body any) response {
	p.rig.t.Helper()
	return p.do("POST", path, body)
}
func (p *person) signIn(login, password string) response {
	p.rig.t.Helper()
	return p.post("/api/session", map[string]string{"login": login, "password": password})
}

// expect checks the status of an answer.
func (r response) expect(t testing.TB, status int) response {
	t.Helper()
	if r.StatusCode != status {
		t.Fatalf("%s %s is answered %d, want %d: %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, status, r.body)
	}
	return r
}

// read is the body of a successful answer.
func read[T any](t testing.TB, r response) T {
	t.Helper()
	r.expect(t, http.StatusOK)
	return parse[T](t, r)
}

func parse[T any](t testing.TB, r response) T {
	t.Helper()
	v, err := decode[T](r)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func decode[T any](r response) (v T, err error) {
	if err := json.Unmarshal(r.body, &v); err != nil {
		return v, fmt.Errorf("%s %s is answered %q: %w", r.Request.Method, r.Request.URL.Path, r.body, err)
	}
	return v, nil
}

// problem is the body of an answer with an error status.
func (r response) problem(t testing.TB, status int, code string) api.Problem {
	t.Helper()
	r.expect(t, status)
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("the problem comes as %q", got)
	}
	p := parse[api.Problem](t, r)
	if p.Code != code || p.Status != status || p.Detail == "" || p.Type != "urn:shouwang:problem:"+code {
		t.Errorf("the problem is %s, want the code %s and the status %d", r.body, code, status)
	}
	return p
}

// event commits an event of a point, as it comes from ingest.
func (r *rig) event(site care.SiteID, point care.PointID, class care.Class, phase care.Phase) {
	r.t.Helper()
	r.send(site, point, class, phase, `{"value":7.5,"unit":"%"}`)
}

// send is event with evidence.
func (r *rig) send(site care.SiteID, point care.PointID, class care.Class, phase care.Phase, data string) {
	r.t.Helper()
	r.sequence++
	now := time.Now().UTC()
	receipts, err := r.watch.Commit(r.t.Context(), []care.Received{{
		Event: care.Event{
			Site: site, Edge: "floor-2", Device: "panel", ID: care.NewID(), Class: class, Phase: phase, Point: point,
			Time: now, Sequence: r.sequence, Data: json.RawMessage(data),
		},
		ReceivedAt: now, SentTime: now, Via: "mqtt",
	}})
	if err != nil || receipts[0].Status != care.ReceiptCommitted {
		r.t.Fatalf("the event is answered %v, %v", receipts, err)
	}
}

// raise raises an incident and returns its id.
func (r *rig) raise(site care.SiteID, point care.PointID, class care.Class) string {
	r.t.Helper()
	r.event(site, point, class, care.Active)
	open, err := r.store.OpenIncidents(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, i := range open {
		if i.Site == site && i.Point == point && i.Class == class {
			return i.ID
		}
	}
	r.t.Fatalf("the %s of %s is no open incident", class, point)
	return ""
}

// logged is what the gateway wrote of itself.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) has(parts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		all := true
		for _, p := range parts {
			all = all && strings.Contains(line, p)
		}
		if all {
			return true
		}
	}
	return false
}

// web sets the files of the web app.
func web(files fs.FS) func(*api.Options) { return func(o *api.Options) { o.Web = files } }
