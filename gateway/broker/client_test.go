package broker

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// patience is how long a test waits for what has to happen. It is a bound for
// failures, not a measure.
const patience = 20 * time.Second

// signIn is how a test client signs in.
type signIn struct {
	user, password string
	id             string // random when empty
	keep           bool   // the session outlives the connection
	tls            *tls.Config
	will           string // topic of the will
	manual         bool   // messages are acknowledged by the test
}

// mqttClient is a paho client that hands each message to the test.
type mqttClient struct {
	paho.Client
	messages chan paho.Message
}

func client(t *testing.T, b *Broker, s signIn) *mqttClient {
	t.Helper()
	if s.id == "" {
		s.id = rand.Text()
	}
	c := &mqttClient{messages: make(chan paho.Message, 4096)}
	scheme := "tcp://"
	o := paho.NewClientOptions()
	if s.tls != nil {
		scheme = "ssl://"
		o.SetTLSConfig(s.tls)
	}
	if s.will != "" {
		o.SetWill(s.will, "will", 1, true)
	}
	o.AddBroker(scheme + b.Addr()).SetClientID(s.id).SetUsername(s.user).SetPassword(s.password).
		SetProtocolVersion(4).SetCleanSession(!s.keep).SetAutoReconnect(false).SetConnectTimeout(5 * time.Second).
		SetAutoAckDisabled(s.manual).
		SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { c.messages <- m })
	c.Client = paho.NewClient(o)
	t.Cleanup(func() { c.Disconnect(50) })
	return c
}

// core signs the core in.
func core(t *testing.T, b *Broker, s signIn) *mqttClient {
	t.Helper()
	s.user, s.password = b.CoreCredentials()
	c := client(t, b, s)
	if err := c.connect(); err != nil {
		t.Fatalf("the core could not sign in: %v", err)
	}
	return c
}

var errLate = errors.New("no answer in time")

func done(token paho.Token) error {
	if !token.WaitTimeout(patience) {
		return errLate
	}
	return token.Error()
}

func (c *mqttClient) connect() error { return done(c.Connect()) }

// subscribe returns the code that the broker granted.
func (c *mqttClient) subscribe(t *testing.T, topic string, qos byte) byte {
	t.Helper()
	token := c.Subscribe(topic, qos, nil)
	if err := done(token); err != nil {
		t.Fatalf("subscribe to %s: %v", topic, err)
	}
	return token.(*paho.SubscribeToken).Result()[topic]
}

// publish sends at QoS 1 and waits for the PUBACK.
func (c *mqttClient) publish(t *testing.T, topic, payload string) {
	t.Helper()
	if err := done(c.Publish(topic, 1, false, payload)); err != nil {
		t.Fatalf("publish to %s: %v", topic, err)
	}
}

// next returns the next message.
func (c *mqttClient) next(t *testing.T) paho.Message {
	t.Helper()
	select {
	case m := <-c.messages:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		return nil
	}
}
