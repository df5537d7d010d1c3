package ingest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
)

func TestAnEventIsCommittedAndItsSenderTold(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	e := d.raise()
	got := next(t, r.book.commits, "the commit")
	want := care.Received{Event: e, ReceivedAt: got.ReceivedAt, SentTime: e.Time, Via: "mqtt"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("committed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(care.Committed{IDs: []string{e.ID}}, next(t, d.answers, "the answer")); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sign{e.Point, e.Time, care.ProofReport}, next(t, r.seen, "the sign of life"), cmp.AllowUnexported(sign{})); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if n := counted(t, r.in.opts, "shouwang_messages_accepted_total", "kind=event"); n != 1 {
		t.Errorf("%g events count as accepted, want 1", n)
	}
}

// That a point is silent is said of it by others, and a battery is not its
// alarm channel.
func TestWhatEventsProveOfTheirPoint(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	for _, class := range []care.Class{care.Silent, care.Fault, care.Battery, care.SOS} {
		e := d.event()
		e.Class = class
		d.send(care.KindEvent, encode(t, e))
		next(t, d.answers, "the answer")
	}
	for _, want := range []care.Proof{care.ProofHello, care.ProofReport} {
		if got := next(t, r.seen, "a sign of life"); got.proof != want {
			t.Errorf("it proves %q, want %q", got.proof, want)
		}
	}
	nothing(t, r.seen, "another sign of life")
}

func TestADuplicateIsAnsweredLikeTheFirst(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	e := d.event()
	for range 2 {
		d.send(care.KindEvent, encode(t, e))
		if diff := cmp.Diff(care.Committed{IDs: []string{e.ID}}, next(t, d.answers, "the answer")); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	}
}

func TestAnswersGoToTheEdgeThatAskedOnly(t *testing.T) {
	r := newRig(t)
	a, b := r.device("evergreen", "room-203"), r.device("evergreen", "room-204")
	one, other := a.raise(), b.raise()
	if got := next(t, a.answers, "the answer to room-203").IDs; !cmp.Equal(got, []string{one.ID}) {
		t.Errorf("room-203 was told %v", got)
	}
	if got := next(t, b.answers, "the answer to room-204").IDs; !cmp.Equal(got, []string{other.ID}) {
		t.Errorf("room-204 was told %v", got)
	}
}

func TestABookThatFailsIsAskedAgainUntilItKeeps(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.book.setAnswer(func(try int, events []care.Received) ([]care.Receipt, error) {
		nothing(t, d.answers, "an answer before the event was kept")
		if n := counted(t, r.in.opts, "shouwang_messages_in_flight", "kind=event"); n != 1 {
			t.Errorf("%g events are in flight during try %d, want 1: acknowledged before it was kept", n, try)
		}
		switch try {
		case 1:
			return nil, errors.New("the disk is full")
		case 2:
			return []care.Receipt{}, nil // a book that forgets to answer has failed too
		}
		return nil, nil
	})
	e := d.raise()
	if got := next(t, r.book.commits, "the commit"); got.ID != e.ID {
		t.Errorf("committed %s, want %s", got.ID, e.ID)
	}
	next(t, d.answers, "the answer")
	if len(r.book.tried) != 3 {
		t.Errorf("the book was tried %d times, want 3", len(r.book.tried))
	}
}

func TestTheLedgersRefusalReachesTheSender(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.book.setAnswer(func(_ int, events []care.Received) ([]care.Receipt, error) {
		return []care.Receipt{{ID: events[0].ID, Status: care.ReceiptRefused, Reason: care.ReasonLedger, Detail: "the point is too long"}}, nil
	})
	e := d.raise()
	want := care.Committed{Refused: []care.RefusedEvent{{ID: e.ID, Reason: "ledger_rejected: the point is too long"}}}
	if diff := cmp.Diff(want, next(t, d.answers, "the answer")); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if row := next(t, r.quarantine, "the row in quarantine"); row.Reason != care.ReasonLedger {
		t.Errorf("quarantine has %s", row.Reason)
	}
}

// TestUnacknowledgedEventsOutliveTheCore stops the core while the book fails,
// with events taken and none kept, and starts another.
func TestUnacknowledgedEventsOutliveTheCore(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	r.book.setAnswer(func(int, []care.Received) ([]care.Receipt, error) { return nil, errors.New("the ledger is away") })
	want := map[string]bool{}
	for range 5 {
		want[d.raise().ID] = true
	}
	next(t, r.book.tried, "a try")
	r.stop()
	nothing(t, r.book.commits, "a commit")

	r.book.setAnswer(nil)
	r.startIngest()
	for len(want) > 0 {
		delete(want, next(t, r.book.commits, "the redelivered events").ID)
	}
	for _, n := range r.book.kept {
		if n != 1 {
			t.Errorf("an event was kept %d times", n)
		}
	}
}

// TestEventsOutliveTheBroker restarts the broker on its store while the core
// holds events that it could not keep yet.
func TestEventsOutliveTheBroker(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	addr := r.broker.Addr()
	r.book.setAnswer(func(int, []care.Received) ([]care.Receipt, error) { return nil, errors.New("the ledger is away") })
	want := map[string]bool{d.raise().ID: true, d.raise().ID: true}
	next(t, r.book.tried, "a try")
	r.stop() // the password of the core is another after the restart
	r.broker.Close()

	r.book.setAnswer(nil)
	r.startBroker(addr)
	r.startIngest()
	for len(want) > 0 {
		delete(want, next(t, r.book.commits, "the redelivered events").ID)
	}
	d2 := r.device("evergreen", "room-203")
	d2.mustCommit(r)
}

// TestARedeliveryJoinsTheEventThatIsPending waits for the broker's AckWait.
func TestARedeliveryJoinsTheEventThatIsPending(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	release := make(chan struct{})
	r.book.setAnswer(func(int, []care.Received) ([]care.Receipt, error) {
		<-release
		return nil, nil
	})
	e := d.raise()
	eventually(t, "the redelivery", func() bool {
		return counted(t, r.in.opts, "shouwang_messages_redelivered_total", "kind=event") > 0
	})
	close(release)
	next(t, d.answers, "the answer")
	d.mustCommit(r)
	if n := r.book.kept[e.Source()+" "+e.ID]; n != 1 {
		t.Errorf("the event was offered %d times, want once", n)
	}
}

func TestACoreThatMayNotSubscribeIsNotReady(t *testing.T) {
	r := newRig(t)
	o := r.options()
	o.Username, o.Password = "evergreen/room-203", "room-203"
	o.ClientIDs = ClientIDs{"a", "b", "c"}
	in, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	runIngest(t, in)
	eventually(t, "a refusal that Check tells", func() bool {
		err := in.Check()
		return err != nil && strings.Contains(err.Error(), "not granted")
	})
	nothing(t, in.Ready(), "readiness without a subscription")
	if err := r.in.Check(); err != nil {
		t.Errorf("the core that may subscribe is not well: %v", err)
	}
}

func TestTheCoreSaysThatItIsAlive(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203")
	// The first beat is sent when the core is ready; a device that was there
	// before hears it.
	r.stop()
	r.startIngest()
	if b := next(t, d.beats, "the heartbeat"); b.Time.IsZero() {
		t.Error("the heartbeat has no time")
	}
}

func TestEventsOverHTTPSGoTheSameWay(t *testing.T) {
	r := newRig(t)
	d := r.device("evergreen", "room-203") // for its events only
	e := d.event()
	post := func(body []byte) (care.Receipt, error) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		return r.in.HTTPEvent(ctx, "evergreen", "room-203", body)
	}
	for _, test := range []struct {
		name string
		body []byte
		want care.Receipt
	}{
		{"a new event", encode(t, e), care.Receipt{ID: e.ID, Status: care.ReceiptCommitted}},
		{"the same again", encode(t, e), care.Receipt{ID: e.ID, Status: care.ReceiptDuplicate}},
		{"not JSON", []byte("fire!"), care.Receipt{Status: care.ReceiptRefused, Reason: care.ReasonMalformed}},
		{"in the name of another edge", cloudEvent("x1", "/evergreen/room-204/s", "care.shouwang.fire.active", "p", ""), care.Receipt{ID: "x1", Status: care.ReceiptRefused, Reason: care.ReasonForeignSource}},
		{"too large", cloudEvent("x2", "/evergreen/room-203/s", "care.shouwang.fire.active", "p", `,"data":`+filled(1<<20)), care.Receipt{ID: "x2", Status: care.ReceiptRefused, Reason: care.ReasonTooLarge}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := post(test.body)
			if err != nil {
				t.Fatal(err)
			}
			if test.want.Reason != "" && got.Detail == "" {
				t.Error("the refusal has no detail")
			}
			got.Detail = ""
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
		})
	}
	if got := next(t, r.book.commits, "the commit"); got.Via != "https" {
		t.Errorf("the event came via %q", got.Via)
	}

	r.book.setAnswer(func(int, []care.Received) ([]care.Receipt, error) { return nil, errors.New("the ledger is away") })
	if _, err := post(encode(t, d.event())); !errors.Is(err, ErrUnavailable) {
		t.Errorf("while the ledger is away the answer is %v, want ErrUnavailable", err)
	}
	r.stop()
	if _, err := post(encode(t, d.event())); !errors.Is(err, ErrUnavailable) {
		t.Errorf("after the end the answer is %v, want ErrUnavailable", err)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		name  string
		spoil func(*Options)
		want  string
	}{
		{"no broker", func(o *Options) { o.Brokers = nil }, "no broker"},
		{"no client id", func(o *Options) { o.ClientIDs.State = "" }, "client ids"},
		{"one client id twice", func(o *Options) { o.ClientIDs.State = o.ClientIDs.Event }, "client ids"},
		{"no book", func(o *Options) { o.Book = nil }, "parts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := r.options()
			test.spoil(&o)
			if _, err := New(o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error does not say %q: %v", test.want, err)
			}
		})
	}
}

// BenchmarkEvent measures one event at a time from the edge's publication to
// the answer on its topic, through the broker, without the cost of a ledger.
func BenchmarkEvent(b *testing.B) {
	r := newRig(b)
	d := r.device("evergreen", "room-203")
	for b.Loop() {
		d.send(care.KindEvent, encode(b, d.event()))
		<-d.answers
		<-r.book.commits
		<-r.book.tried
		<-r.seen
	}
}
