// Package outbox hands messages over to the channels that reach people, and
// asks services what became of them. It puts them into words, too.
//
// What is to be sent, to whom, and what follows from a failure is decided and
// kept by gateway/watch; how a service is spoken to is the job of each channel
// under alerts/notify.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// Book is the outbox in the ledger; gateway/watch keeps it.
type Book interface {
	// Jobs are the messages that are to be sent or asked after.
	Jobs() <-chan alerts.Job
	// Take returns the message in which a notice goes out, nil when there is
	// nothing to send now.
	Take(ctx context.Context, notice string, has func(channel string) bool) (*alerts.Parcel, error)
	// Sent notes what became of handing it over.
	Sent(ctx context.Context, p alerts.Parcel, sent notify.Sent, best notify.Proof, err error) error
	// Asked returns a notice whose service may know more, nil when there is
	// nothing to ask.
	Asked(ctx context.Context, notice string) (*alerts.Notice, error)
	// Receipt takes what a service says of a message.
	Receipt(ctx context.Context, channel string, r notify.Receipt, best notify.Proof) error
	// LinkToken returns what stands for a notice in a link.
	LinkToken(notice string, now time.Time) (string, error)
}

// Options are what an Outbox works with. All are needed but BaseURL.
type Options struct {
	Book      Book
	Channels  map[string]notify.Channel // by the name that contacts use
	Directory func() *people.Directory
	// BaseURL is where people reach the gateway, such as
	// https://care.example.org; without it messages have no link.
	BaseURL string
	Log     *slog.Logger
}

const (
	// senders is how many messages are handed over at the same time. A service
	// that hangs holds one of them up for sendTime.
	senders = 16
	// sendTime bounds one hand-over.
	sendTime = 20 * time.Second
	// tryTime bounds a trial, for which a person waits.
	tryTime = 15 * time.Second
)

// Outbox sends. Make one with New and run it with Run.
type Outbox struct {
	opts Options

	mu   sync.Mutex
	last map[string]Last // by channel
}

// Last is what became of the last message by a channel.
type Last struct {
	At      time.Time
	Failure *notify.Failure // nil when the service took it
}

// New prepares an Outbox.
func New(o Options) (*Outbox, error) {
	if o.Book == nil || o.Directory == nil || o.Log == nil {
		return nil, errors.New("make the outbox: one of its parts is not given")
	}
	o.Channels = maps.Clone(o.Channels)
	return &Outbox{opts: o, last: make(map[string]Last)}, nil
}

// Last returns what became of the last message by a channel since the outbox was
// made; false while there was none.
func (o *Outbox) Last(channel string) (Last, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	l, ok := o.last[channel]
	return l, ok
}

// noteLast keeps what became of a message. That one address is wrong says nothing
// of the channel.
func (o *Outbox) noteLast(channel string, f *notify.Failure) {
	if f != nil && f.Reason == notify.BadAddress {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last[channel] = Last{time.Now(), f}
}

// Channels returns the names of the channels there are, in order.
func (o *Outbox) Channels() []string { return slices.Sorted(maps.Keys(o.opts.Channels)) }

// Has reports whether there is a channel of the name.
func (o *Outbox) Has(channel string) bool {
	_, ok := o.opts.Channels[channel]
	return ok
}

// Run sends until ctx ends, and returns when what is being handed over is done.
func (o *Outbox) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case job := <-o.opts.Book.Jobs():
					o.do(ctx, job)
				}
			}
		})
	}
	all.Wait()
	return nil
}

// do carries out one job. What fails here comes back by its timer.
func (o *Outbox) do(ctx context.Context, job alerts.Job) {
	work := o.send
	if job.Poll {
		work = o.poll
	}
	if err := work(ctx, job.Notice); err != nil && ctx.Err() == nil {
		o.opts.Log.Error("a message could not be worked on, it comes back", "notice", job.Notice, "error", err)
	}
}

func (o *Outbox) send(ctx context.Context, notice string) error {
	p, err := o.opts.Book.Take(ctx, notice, o.Has)
	if err != nil || p == nil {
		return err
	}
	channel := o.opts.Channels[p.Channel]
	m := o.message(*p, time.Now())
	// A stop of the gateway does not break off what is on the wire: the answer
	// tells whether somebody was reached.
	try, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer cancel()
	sent, sendErr := channel.Send(try, m)
	o.noteLast(p.Channel, notify.AsFailure(sendErr))
	if sendErr != nil {
		f := notify.AsFailure(sendErr)
		o.opts.Log.Warn("a message was not delivered", "channel", p.Channel, "to", p.Owner, "reason", f.Reason, "detail", f.Detail, "permanent", f.Permanent)
	}
	if err := o.opts.Book.Sent(context.WithoutCancel(ctx), *p, sent, channel.Best(), sendErr); err != nil {
		return fmt.Errorf("note what became of a message by %s: %w", p.Channel, err)
	}
	return nil
}

func (o *Outbox) poll(ctx context.Context, notice string) error {
	n, err := o.opts.Book.Asked(ctx, notice)
	if err != nil || n == nil {
		return err
	}
	c, _ := n.Contact()
	poller, ok := o.opts.Channels[c.Channel].(notify.Poller)
	if !ok {
		return nil
	}
	try, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	r, err := poller.Poll(try, n.ServiceID, c.Address, n.SentAt)
	if err != nil {
		// The message is with the service; only the question failed.
		o.opts.Log.Warn("what became of a message could not be asked", "channel", c.Channel, "error", err)
		return nil
	}
	if r == nil {
		return nil
	}
	return o.opts.Book.Receipt(ctx, c.Channel, *r, o.opts.Channels[c.Channel].Best())
}

// ErrNoReceipts says that no service reports to a channel of the name.
var ErrNoReceipts = errors.New("no service reports to a channel of this name")

// ErrReport says that a report was not understood, or is not of the service.
var ErrReport = errors.New("the report was not understood")

// Callback takes a report of a service. The error is ErrNoReceipts, or has
// ErrReport in its chain; any other is the ledger's, and the service may report
// again.
func (o *Outbox) Callback(ctx context.Context, channel string, r notify.Request) (notify.Answer, error) {
	c := o.opts.Channels[channel]
	receiver, ok := c.(notify.Receiver)
	if !ok {
		return notify.Answer{}, ErrNoReceipts
	}
	receipts, answer, err := receiver.Receive(ctx, r)
	if err != nil {
		return answer, fmt.Errorf("%w: %w", ErrReport, err)
	}
	for _, receipt := range receipts {
		if err := o.opts.Book.Receipt(ctx, channel, receipt, c.Best()); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// Try sends a person a message by each of his contacts that says only that it
// arrived, and returns what became of each.
func (o *Outbox) Try(ctx context.Context, u people.User) []Tried {
	tried := make([]Tried, len(u.Contacts))
	var all sync.WaitGroup
	for n, c := range u.Contacts {
		// At the same time: one service that hangs must not cost the others.
		all.Go(func() { tried[n] = o.TryContact(ctx, c, u.Language) })
	}
	all.Wait()
	return tried
}

// TryContact sends such a message to one address.
func (o *Outbox) TryContact(ctx context.Context, c people.Contact, language string) Tried {
	channel, ok := o.opts.Channels[c.Channel]
	if !ok {
		return Tried{Channel: c.Channel, Failure: notify.Hopeless(notify.NoChannel, "this gateway has no channel %q", c.Channel)}
	}
	w := wordsOf(language)
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	sent, err := channel.Send(ctx, notify.Message{
		Key: care.NewID(), To: c.Address, Kind: notify.Trial, Language: w.language, Severity: care.Low,
		Title: w.trialTitle, Text: w.trialText, Time: time.Now(),
		Params: map[string]string{notify.ParamText: w.trialText},
	})
	failure := notify.AsFailure(err)
	o.noteLast(c.Channel, failure)
	return Tried{c.Channel, sent.Proof, failure, sent.ID}
}

// Tried is what became of one trial.
type Tried struct {
	Channel string
	Proof   notify.Proof
	Failure *notify.Failure // nil when the service took it
	ID      string          // the service's name of the message; empty where it gives none
}
