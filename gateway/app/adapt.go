package app

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/ingest"
	"shouwang.care/shouwang/gateway/ledger"
	"shouwang.care/shouwang/gateway/series"
	"shouwang.care/shouwang/gateway/watch"
)

// The types below make what one part of the gateway has what another one asks
// for. They convert and do nothing else.

// watchLedger is the ledger that the watch decides upon.
type watchLedger struct{ *ledger.Store }

// Update runs fn in one transaction.
func (l watchLedger) Update(ctx context.Context, fn func(watch.Tx) error) error {
	return l.Store.Update(ctx, func(tx *ledger.Tx) error { return fn(tx) })
}

// ingestRows are the rows that ingest keeps: quarantine and states of edges.
type ingestRows struct{ store *ledger.Store }

// AddQuarantine keeps refused messages.
func (r ingestRows) AddQuarantine(ctx context.Context, messages []ingest.Quarantined) error {
	records := make([]ledger.QuarantineRecord, len(messages))
	for i, m := range messages {
		records[i] = ledger.QuarantineRecord{
			At: m.At, Site: care.SiteID(m.Site), Edge: care.EdgeID(m.Edge), Topic: m.Topic,
			Reason: m.Reason, Detail: m.Detail, Payload: m.Payload,
		}
	}
	return r.store.AddQuarantine(ctx, records...)
}

// EdgeStates returns the last state of each edge.
func (r ingestRows) EdgeStates(ctx context.Context) ([]ingest.EdgeState, error) {
	saved, err := r.store.EdgeStates(ctx)
	states := make([]ingest.EdgeState, len(saved))
	for i, s := range saved {
		states[i] = ingest.EdgeState(s)
	}
	return states, err
}

// SaveEdgeStates replaces the states of these edges.
func (r ingestRows) SaveEdgeStates(ctx context.Context, states []ingest.EdgeState) error {
	saved := make([]ledger.EdgeState, len(states))
	for i, s := range states {
		saved[i] = ledger.EdgeState(s)
	}
	return r.store.SaveEdgeState(ctx, saved...)
}

// apiRows are the rows that pages show besides the book itself.
type apiRows struct{ store *ledger.Store }

// IncidentHistory returns incidents, the latest raised first.
func (r apiRows) IncidentHistory(ctx context.Context, f api.HistoryFilter) ([]care.Incident, error) {
	return r.store.IncidentHistory(ctx, ledger.IncidentFilter(f))
}

// Quarantine returns refused messages, the newest first.
func (r apiRows) Quarantine(ctx context.Context, limit int, before uint64) ([]api.QuarantineRecord, error) {
	records, err := r.store.Quarantine(ctx, limit, before)
	shown := make([]api.QuarantineRecord, len(records))
	for i, q := range records {
		shown[i] = api.QuarantineRecord(q)
	}
	return shown, err
}

// apiSeries answers the questions of charts.
type apiSeries struct{ store seriesStore }

// Range returns the down-sampled values of one quantity.
func (s apiSeries) Range(ctx context.Context, q api.SeriesQuery) ([]care.Sample, error) {
	return s.store.Range(ctx, series.Query(q))
}

// inlet takes events of edges over HTTPS.
type inlet struct {
	*ledger.Store // CheckEdge
	in            *ingest.Ingest
}

// HTTPEvent commits one event.
func (i inlet) HTTPEvent(ctx context.Context, site care.SiteID, edge care.EdgeID, body []byte) (care.Receipt, error) {
	return i.in.HTTPEvent(ctx, site, edge, body)
}
