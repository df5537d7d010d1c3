package mail

import (
	"context"
	"crypto/tls"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"shouwang.care/shouwang/alerts/notify"
)

// timeout bounds one step of the dialogue with a server.
const timeout = 15 * time.Second

type channel struct {
	o    Options
	from *netmail.Address
	tls  *tls.Config
}

// New returns the channel of a mail server. Its addresses are mailboxes, such
// as li@example.org. The error is that of Check.
//
// The Message-ID holds the idempotency key, by which most mailboxes show a
// message once that was sent again after an answer got lost.
func New(o Options) (notify.Channel, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, err
	}
	roots, err := o.roots()
	if err != nil {
		return nil, err
	}
	return &channel{o: o, from: from, tls: &tls.Config{ServerName: o.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}}, nil
}

// Best is Taken: what becomes of the message after the server took it, nobody
// tells.
func (c *channel) Best() notify.Proof { return notify.Taken }

// Send hands one message to the server.
func (c *channel) Send(ctx context.Context, m notify.Message) (notify.Sent, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Address != m.To {
		return notify.Sent{}, notify.Hopeless(notify.BadAddress, "the address is not a mailbox such as li@example.org")
	}
	letter, err := c.letter(m)
	if err == nil {
		err = c.hand(ctx, letter)
	}
	if err != nil && !letter.IsDelivered() {
		// Once the server took the message, trouble in saying good-bye counts no
		// more; to send it again would be a second message.
		f := failure(ctx, err).Hide(m.To, m.Key, string(c.o.Password))
		if c.o.Username != c.from.Address {
			f = f.Hide(c.o.Username)
		}
		return notify.Sent{}, f
	}
	return notify.Sent{Proof: notify.Taken}, nil
}

// hand brings a letter to the server, over a connection of its own: alarms are
// rare, and servers hang up on idle clients.
func (c *channel) hand(ctx context.Context, letter *gomail.Msg) error {
	var release func() bool
	defer func() {
		if release != nil {
			release()
		}
	}()
	options := []gomail.Option{
		gomail.WithPort(c.o.port()),
		gomail.WithTimeout(timeout),
		gomail.WithTLSConfig(c.tls),
		gomail.WithHELO(helo(c.from.Address)),
		gomail.WithDialContextFunc(func(dial context.Context, network, address string) (net.Conn, error) {
			conn, err := c.dial(dial, network, address)
			if err == nil {
				// The library heeds a context while it dials only; afterwards
				// nothing but a closed connection ends its waiting.
				release = context.AfterFunc(ctx, func() { conn.Close() })
			}
			return conn, err
		}),
	}
	switch c.o.encryption() {
	case TLS:
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.o.Username != "" {
		// PLAIN and LOGIN go over TLS or within this machine only; Check saw to it.
		options = append(options, gomail.WithUsername(c.o.Username), gomail.WithPassword(string(c.o.Password)),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	client, err := gomail.NewClient(c.o.Host, options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, letter)
}

// dial connects, with TLS from the first byte where the settings say so.
func (c *channel) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.o.encryption() == TLS {
		return (&tls.Dialer{Config: c.tls}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// helo is the name by which the channel introduces itself: the domain of the
// sender, since the name of a home's machine means nothing outside.
func helo(from string) string {
	if _, domain, ok := strings.Cut(from, "@"); ok {
		return domain
	}
	return "localhost"
}
