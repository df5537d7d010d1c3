package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// queuedReading is one reading in the queue on disk. Names are short because
// there are many; the time is in milliseconds since 1970.
type queuedReading struct {
	Site     care.SiteID   `json:"s"`
	Point    care.PointID  `json:"p"`
	Quantity care.Quantity `json:"q"`
	Time     int64         `json:"t"`
	Value    float64       `json:"v"`
}

// queuedChunk is how many readings make one payload of the queue, which stays
// under 1 MiB then: ids have at most 40 bytes.
const queuedChunk = 4000

// enqueue puts readings into the queue on disk.
func (in *Ingest) enqueue(ctx context.Context, readings []care.Reading) error {
	for chunk := range slices.Chunk(readings, queuedChunk) {
		rows := make([]queuedReading, len(chunk))
		for i, r := range chunk {
			rows[i] = queuedReading{r.Site, r.Point, r.Quantity, r.Time.UnixMilli(), r.Value}
		}
		payload, err := json.Marshal(rows)
		if err != nil {
			return fmt.Errorf("encode readings for the queue on disk: %w", err)
		}
		if err := in.opts.Queue.Put(ctx, payload); err != nil {
			return err
		}
	}
	return nil
}

// AppendQueued writes a payload that Queue.Put was given to the time series.
// An error means that it should be tried again later. What no further try
// could store is reported and is no error.
func (in *Ingest) AppendQueued(ctx context.Context, payload []byte) error {
	var rows []queuedReading
	if err := json.Unmarshal(payload, &rows); err != nil {
		in.report(care.KindReading, Quarantined{
			Topic: care.AnyTopic(care.KindReading), Reason: care.ReasonMalformed, Payload: payload,
			Detail: fmt.Sprintf("readings in the queue on disk cannot be read any more, and were given up: %v", err),
		})
		return nil
	}
	if len(rows) == 0 {
		return nil
	}
	readings := make([]care.Reading, len(rows))
	for i, r := range rows {
		readings[i] = care.Reading{Site: r.Site, Point: r.Point, Quantity: r.Quantity, Time: time.UnixMilli(r.Time).UTC(), Value: r.Value}
	}
	return in.append(ctx, readings)
}
