// Package notifytest is the suite that every notification channel passes
// against a real local server which answers as the service does.
package notifytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
)

// Fault is a way in which a service misbehaves.
type Fault string

// The faults.
const (
	// Works is none.
	Works Fault = ""
	// ErrorInBody answers with the status of success and an error in the body,
	// as the service does when it refuses a message for good.
	ErrorInBody Fault = "error in body"
	// Broken answers as the service does when it is out of order.
	Broken Fault = "broken"
	// Busy answers as the service does when it was asked too often.
	Busy Fault = "busy"
	// WrongKey answers as the service does to wrong credentials or signatures.
	WrongKey Fault = "wrong key"
	// Garbage answers with success and a body that is not of the service.
	Garbage Fault = "garbage"
	// Hangs takes the request and never answers until its client gives up.
	Hangs Fault = "hangs"
)

// Got is a message as the service understood it.
type Got struct {
	To, Text string
	// Key is the idempotency key, where the service has such a field.
	Key string
}

// Service is a local server that answers as the service does. It checks
// signatures and refuses requests that the real one would refuse.
type Service interface {
	// Misbehave makes it misbehave from now on.
	Misbehave(Fault)
	// Got returns the messages that it took, in order.
	Got() []Got
	// Close stops it; from then on nobody answers.
	Close()
}

// Harness is one channel under test.
type Harness struct {
	// Start returns the channel and the service that it talks to.
	Start func(t *testing.T) (notify.Channel, Service)
	// To is an address that the service knows.
	To string
	// Best is the proof that the channel must declare.
	Best notify.Proof
	// Keyed says that the service has a field for the idempotency key.
	Keyed bool
	// Without lists faults that the service cannot have.
	Without []Fault
	// Says lists what the message must hold as the service shows it; when empty
	// it is the title and the link. Template services show parameters only.
	Says []string
	// Permanent are the faults after which trying again is no use.
	Permanent []Fault
	// Secrets are the keys of the channel; no failure may tell them.
	Secrets []string
}

// Message returns an alarm to an address.
func Message(to string) notify.Message {
	link := "https://gateway.example.org/a/Zm9vYmFy"
	return notify.Message{
		Key: "0199a1b2-0000-7000-8000-000000000001", To: to, Kind: notify.Alarm, Language: notify.ZH, Severity: care.Urgent,
		Title: "跌倒 2 楼 203 房 1 床", Text: "湖畔养老院 2 楼 203 房 1 床 03:12 跌倒，尚无人接警。",
		Params: map[string]string{
			notify.ParamSite: "湖畔养老院", notify.ParamPlace: "2 楼 203 房 1 床", notify.ParamClass: "跌倒", notify.ParamTime: "03:12",
			notify.ParamText: "湖畔养老院 2 楼 203 房 1 床 03:12 跌倒，尚无人接警。", notify.ParamLink: link, notify.ParamCode: "Zm9vYmFy",
		},
		Link: link, Time: time.Date(2026, 11, 24, 19, 12, 0, 0, time.UTC),
	}
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m := Message(h.To)

	t.Run("a message arrives once", func(t *testing.T) {
		ch, s := h.Start(t)
		sent, err := ch.Send(ctx, m)
		if err != nil {
			t.Fatalf("Send: %v", err)
		}
		if sent.Proof < notify.Taken || sent.Proof > h.Best {
			t.Errorf("the answer proves %v, not something from taken to %v", sent.Proof, h.Best)
		}
		if h.Best > sent.Proof && sent.ID == "" {
			t.Errorf("the channel promises a receipt, but there is no id to know it by")
		}
		got := s.Got()
		if len(got) != 1 {
			t.Fatalf("the service got %d messages: %+v", len(got), got)
		}
		if got[0].To != h.To {
			t.Errorf("it went to %q, not to %q", got[0].To, h.To)
		}
		says := h.Says
		if len(says) == 0 {
			says = []string{m.Title, m.Link}
		}
		for _, part := range says {
			if !strings.Contains(got[0].Text, part) {
				t.Errorf("the message lacks %q: %s", part, got[0].Text)
			}
		}
	})
	t.Run("the proof is declared", func(t *testing.T) {
		ch, _ := h.Start(t)
		if ch.Best() != h.Best {
			t.Errorf("Best is %v, not %v", ch.Best(), h.Best)
		}
	})
	if h.Keyed {
		t.Run("a second try has the same key", func(t *testing.T) {
			ch, s := h.Start(t)
			for range 2 {
				if _, err := ch.Send(ctx, m); err != nil {
					t.Fatalf("Send: %v", err)
				}
			}
			for i, g := range s.Got() {
				if g.Key != m.Key {
					t.Errorf("try %d has the key %q, not %q", i+1, g.Key, m.Key)
				}
			}
		})
	}
	for _, f := range []struct {
		fault  Fault
		reason notify.Reason // empty: any
	}{{ErrorInBody, ""}, {Broken, notify.Unreachable}, {Busy, notify.Throttled}, {WrongKey, notify.Misconfigured}, {Garbage, ""}} {
		if contains(h.Without, f.fault) {
			continue
		}
		t.Run("the service: "+string(f.fault), func(t *testing.T) {
			ch, s := h.Start(t)
			s.Misbehave(f.fault)
			_, err := ch.Send(ctx, m)
			failure := asFailure(t, err)
			if f.reason != "" && failure.Reason != f.reason {
				t.Errorf("the reason is %s, not %s (%s)", failure.Reason, f.reason, failure.Detail)
			}
			if want := contains(h.Permanent, f.fault); failure.Permanent != want {
				t.Errorf("permanent is %t, not %t (%v)", failure.Permanent, want, failure)
			}
			h.hides(t, failure)
			s.Misbehave(Works)
			if _, err := ch.Send(ctx, m); err != nil {
				t.Errorf("Send after the service recovered: %v", err)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		ch, s := h.Start(t)
		s.Close()
		_, err := ch.Send(ctx, m)
		if f := asFailure(t, err); f.Reason != notify.Unreachable || f.Permanent {
			t.Errorf("the failure is %+v, not a passing unreachable", f)
		} else {
			h.hides(t, f)
		}
	})
	if !contains(h.Without, Hangs) {
		t.Run("the service hangs and the time is up", func(t *testing.T) {
			ch, s := h.Start(t)
			s.Misbehave(Hangs)
			short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
			defer cancel()
			_, err := ch.Send(short, m)
			if f := asFailure(t, err); f.Reason != notify.Unreachable || f.Permanent {
				t.Errorf("the failure is %+v, not a passing unreachable", f)
			}
		})
	}
}

// hides demands that a failure tells neither address nor key.
func (h Harness) hides(t *testing.T, f *notify.Failure) {
	t.Helper()
	if h.To != "" && strings.Contains(f.Detail, h.To) {
		t.Errorf("the detail has the address of a person: %s", f.Detail)
	}
	for _, s := range h.Secrets {
		if strings.Contains(f.Detail, s) {
			t.Errorf("the detail has a key of the channel: %s", f.Detail)
		}
	}
}

func contains(list []Fault, f Fault) bool {
	return slices.Contains(list, f)
}

// asFailure demands that err tells why.
func asFailure(t *testing.T, err error) *notify.Failure {
	t.Helper()
	if err == nil {
		t.Fatal("Send says that the message was taken")
	}
	f, ok := errors.AsType[*notify.Failure](err)
	if !ok {
		t.Fatalf("the error has no failure in its chain: %v", err)
	}
	if f.Detail == "" {
		t.Errorf("the failure has no detail for an operator")
	}
	return f
}
