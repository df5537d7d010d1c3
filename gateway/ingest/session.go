package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"shouwang.care/shouwang/alerts/care"
)

// session is one MQTT session of the core with one subscription, for the
// messages of one kind. The subscriptions of a session share its window of
// unacknowledged messages, so events have a session of their own.
type session struct {
	kind   care.Kind
	client paho.Client
	log    *slog.Logger
	// up is told of each connection.
	up chan struct{}
	// granted is true while the subscription is known to hold.
	granted atomic.Bool
	// first is called when the subscription is granted for the first time.
	first func()
	// since is when the connection came up after which messages may come that
	// waited in the broker, in Unix nanoseconds; 0 when none can.
	since atomic.Int64
}

// suback is how long a broker may take to grant a subscription.
const suback = 10 * time.Second

func newSession(o Options, kind care.Kind, clientID string, box *inbox, redelivered func(), first func()) *session {
	s := &session{kind: kind, log: o.Log.With("session", string(kind)), up: make(chan struct{}, 1), first: first}
	p := paho.NewClientOptions()
	for _, url := range o.Brokers {
		p.AddBroker(url)
	}
	if o.TLS != nil {
		p.SetTLSConfig(o.TLS)
	}
	p.SetClientID(clientID).SetUsername(o.Username).SetPassword(o.Password).
		SetProtocolVersion(4).SetCleanSession(false).
		SetAutoAckDisabled(true).SetOrderMatters(true).
		SetConnectRetry(true).SetConnectRetryInterval(500 * time.Millisecond).
		SetAutoReconnect(true).SetMaxReconnectInterval(2 * time.Second).
		SetConnectTimeout(3 * time.Second).SetKeepAlive(10 * time.Second).
		SetPingTimeout(5 * time.Second).SetWriteTimeout(5 * time.Second)
	// Messages of the session may come before any subscription is made, and one
	// without a handler would stay unacknowledged. The handler must not block:
	// the client answers no ping meanwhile.
	p.SetDefaultPublishHandler(func(_ paho.Client, pm paho.Message) {
		m := newMessage(pm.Topic(), pm.Payload(), "mqtt")
		m.retained = pm.Retained()
		if !box.put(m, pm.MessageID(), pm.Ack) {
			redelivered()
		}
	})
	p.SetOnConnectHandler(func(paho.Client) {
		s.since.Store(time.Now().UnixNano())
		select {
		case s.up <- struct{}{}:
		default:
		}
	})
	p.SetConnectionLostHandler(func(_ paho.Client, err error) {
		s.granted.Store(false)
		s.log.Warn("the connection to the broker was lost, trying again", "err", err)
	})
	s.client = paho.NewClient(p)
	return s
}

// run keeps the session until ctx ends.
func (s *session) run(ctx context.Context) {
	connect := s.client.Connect()
	defer s.client.Disconnect(250)
	var again <-chan time.Time
	pause := time.Second
	fresh := true
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.up:
			if fresh {
				// The token says whether the broker knew the session.
				select {
				case <-connect.Done():
				case <-ctx.Done():
					return
				}
				if t, ok := connect.(*paho.ConnectToken); ok && t.Error() == nil && !t.SessionPresent() {
					s.since.Store(0)
				}
				fresh = false
			}
			pause = time.Second
		case <-again:
		}
		again = nil
		// Each time, since a broker that lost the session stays silent else.
		if err := s.subscribe(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the broker does not let the core subscribe, trying again", "next_try", pause, "err", err)
			again = time.After(pause)
			pause = min(2*pause, 30*time.Second)
		}
	}
}

// subscribe makes the subscription and checks that it was granted: the token
// of the client has no error when the broker refused.
func (s *session) subscribe(ctx context.Context) error {
	if !s.client.IsConnectionOpen() {
		return nil // the next connection subscribes
	}
	filter := care.AnyTopic(s.kind)
	token := s.client.Subscribe(filter, 1, nil)
	t := time.NewTimer(suback)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return fmt.Errorf("subscribe to %s: no answer within %s", filter, suback)
	case <-token.Done():
	}
	if err := token.Error(); err != nil {
		return fmt.Errorf("subscribe to %s: %w", filter, err)
	}
	sub, ok := token.(*paho.SubscribeToken)
	if !ok {
		return fmt.Errorf("subscribe to %s: the MQTT client gave a %T", filter, token)
	}
	if code, ok := sub.Result()[filter]; !ok || code != 1 {
		return fmt.Errorf("subscribe to %s: the broker answered 0x%02x instead of granting QoS 1: check what the user of the core may do there", filter, code)
	}
	s.granted.Store(true)
	s.log.Info("subscribed", "filter", filter)
	s.first()
	return nil
}

// publish sends at QoS 0. It does not wait for the network.
func (s *session) publish(topic string, payload []byte) error {
	if !s.client.IsConnectionOpen() {
		return errors.New("the core is not connected to the broker")
	}
	token := s.client.Publish(topic, 0, false, payload)
	select {
	case <-token.Done():
		return token.Error()
	default:
		return nil
	}
}

// catchingUp reports whether a message that came at received may have waited
// in the broker while the core was away.
func (s *session) catchingUp(received time.Time) bool {
	since := s.since.Load()
	return since != 0 && received.Sub(time.Unix(0, since)) < catchUp
}

// check returns nil while the session works.
func (s *session) check() error {
	switch {
	case !s.client.IsConnectionOpen():
		return fmt.Errorf("no connection to the broker for messages of kind %s", s.kind)
	case !s.granted.Load():
		return fmt.Errorf("the broker has not granted the subscription for messages of kind %s", s.kind)
	}
	return nil
}
