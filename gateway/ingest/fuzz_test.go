package ingest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// bare returns an Ingest that is connected to nothing.
func bare(t testing.TB) *Ingest {
	t.Helper()
	in, err := New(Options{
		Brokers: []string{"tcp://127.0.0.1:1"}, ClientIDs: ClientIDs{"a", "b", "c"},
		Book: newBook(), Series: &seriesInMemory{values: map[care.Reading]bool{}}, Queue: brokenQueue{},
		Quarantine: make(quarantineRows, 4096), States: &statesInMemory{saved: map[people.SiteEdge]EdgeState{}},
		Directory: sync.OnceValue(home), Seen: func(care.SiteID, care.PointID, time.Time, care.Proof) {},
		Log: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func FuzzAdmit(f *testing.F) {
	f.Add("shouwang/v1/evergreen/room-203/event", cloudEvent("e", "/evergreen/room-203/s", "care.shouwang.fire.active", "p", ""))
	f.Add("shouwang/v1/evergreen/room-203/event", []byte("{}"))
	f.Add("shouwang/v1/a b/../event", []byte(nil))
	in := bare(f)
	f.Fuzz(func(t *testing.T, topic string, payload []byte) {
		e, err := in.admit(newMessage(topic, payload, "mqtt"))
		if err != nil {
			if r, ok := care.AsRefusal(err); !ok || r.Reason == "" || r.Detail == "" {
				t.Errorf("the error is no refusal with reason and detail: %v", err)
			}
			return
		}
		if site, edge, _, err := care.ParseTopic(topic); err != nil || e.Site != site || e.Edge != edge {
			t.Errorf("an event of %s was admitted on %s", e.Source(), topic)
		}
		if e.ID == "" || !e.Class.Valid() || e.Time.IsZero() {
			t.Errorf("an incomplete event was admitted: %+v", e)
		}
	})
}

func FuzzAppendQueued(f *testing.F) {
	f.Add([]byte(`[{"s":"evergreen","p":"room-203-air","q":"temperature","t":1,"v":1}]`))
	f.Add([]byte(`[{}]`))
	f.Add([]byte(`null`))
	in := bare(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		// The series takes all, so an error would be a payload that blocks the
		// queue for ever.
		if err := in.AppendQueued(context.Background(), payload); err != nil {
			t.Error(err)
		}
	})
}

func TestQueuedReadingsComeBackAsTheyWere(t *testing.T) {
	in := bare(t)
	var kept [][]byte
	in.opts.Queue = keepingQueue{&kept}
	var want []care.Reading
	for i := range queuedChunk + 1 {
		want = append(want, care.Reading{Site: "evergreen", Point: "room-203-air", Quantity: care.Temperature, Time: noon.Add(time.Duration(i) * time.Millisecond), Value: float64(i) / 7})
	}
	if err := in.enqueue(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 2 || len(kept[0]) > 1<<20 {
		t.Errorf("%d payloads, the first of %d bytes; want two under 1 MiB", len(kept), len(kept[0]))
	}
	for _, payload := range kept {
		if err := in.AppendQueued(t.Context(), payload); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range want {
		if !in.opts.Series.(*seriesInMemory).has(r) {
			t.Fatalf("%+v did not come back", r)
		}
	}
}

// keepingQueue keeps what it is given.
type keepingQueue struct{ payloads *[][]byte }

func (q keepingQueue) Put(_ context.Context, payload []byte) error {
	*q.payloads = append(*q.payloads, payload)
	return nil
}
