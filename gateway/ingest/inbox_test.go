package ingest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A model of what a broker may do: it delivers, often what it delivered before,
// while the core takes and is done. Every delivery must be acknowledged in the
// end, and no two pending messages be the same.
func TestInboxAcknowledgesEveryDelivery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		box := newInbox()
		owed := map[uint16]bool{}
		var packet uint16
		var taken []*message
		deliver := func(t *rapid.T) {
			m := newMessage("topic", fmt.Appendf(nil, "payload %d", rapid.IntRange(0, 5).Draw(t, "payload")), "mqtt")
			packet++
			p := packet
			owed[p] = true
			box.put(m, p, func() { delete(owed, p) })
		}
		t.Repeat(map[string]func(*rapid.T){
			"deliver": deliver,
			"take": func(t *rapid.T) {
				if len(box.queue) > 0 {
					taken = append(taken, box.take(ctx, rapid.IntRange(1, 3).Draw(t, "limit"))...)
				}
			},
			"done": func(t *rapid.T) {
				n := rapid.IntRange(0, len(taken)).Draw(t, "n")
				box.done(taken[:n]...)
				taken = taken[n:]
			},
			"": func(t *rapid.T) {
				if box.size() != len(box.queue)+len(taken) {
					t.Fatalf("%d are pending, but %d are queued and %d taken", box.size(), len(box.queue), len(taken))
				}
			},
		})
		for len(box.queue) > 0 {
			taken = append(taken, box.take(ctx, batchLimit)...)
		}
		box.done(taken...)
		if len(owed) > 0 || box.size() > 0 {
			t.Fatalf("%d deliveries were never acknowledged, %d are pending", len(owed), box.size())
		}
	})
}

func TestInboxKeepsOrderAndLimits(t *testing.T) {
	box := newInbox()
	for i := range 5 {
		box.put(newMessage("t", fmt.Append(nil, i), "mqtt"), uint16(i), func() {})
	}
	var got []string
	for _, limit := range []int{2, 3} {
		for _, m := range box.take(t.Context(), limit) {
			got = append(got, string(m.payload))
		}
	}
	if want := []string{"0", "1", "2", "3", "4"}; !slices.Equal(got, want) {
		t.Errorf("taken %v, want %v", got, want)
	}
}

func TestInboxTakeEndsWithItsContext(t *testing.T) {
	box := newInbox()
	box.put(newMessage("t", nil, "mqtt"), 1, func() {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := box.take(ctx, 1); got != nil {
		t.Errorf("took %d messages after the end", len(got))
	}
}

func TestRetainedAndLiveAreDifferentMessages(t *testing.T) {
	box := newInbox()
	live, retained := newMessage("t", []byte("s"), "mqtt"), newMessage("t", []byte("s"), "mqtt")
	retained.retained = true
	box.put(live, 1, func() {})
	if !box.put(retained, 2, func() {}) {
		t.Error("the retained message was taken for the live one")
	}
}
