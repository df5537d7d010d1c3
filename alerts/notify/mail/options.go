// Package mail sends messages as e-mail over SMTP, in plain text and as a page
// with one large button.
//
// A mail server takes a message long before anybody reads it, and may still
// give it up; returned mail is not read here. So the best proof is that the
// server took it, and no ladder should wait long for an e-mail. Whom to send to
// and when is decided by gateway/watch.
package mail

import (
	"crypto/x509"
	"fmt"
	"net"
	netmail "net/mail"
	"os"
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// How the connection is encrypted.
const (
	StartTLS = "starttls" // begins in the clear and must turn to TLS; port 587
	TLS      = "tls"      // TLS from the first byte; port 465
	None     = "none"     // in the clear, to a server on this machine only; port 25
)

// Options is the settings of a mail server.
type Options struct {
	// Host is the name of the server, such as smtp.exmail.qq.com.
	Host string `yaml:"host"`
	// Port is 465, 587 or 25 by Encryption when 0.
	Port int `yaml:"port"`
	// Encryption is starttls, tls or none; tls when empty.
	Encryption string `yaml:"encryption"`
	// Username and Password sign in; without a username there is no sign-in.
	// Many services in China want an authorisation code (授权码) in place of the
	// password of the mailbox.
	Username string        `yaml:"username"`
	Password notify.Secret `yaml:"password"`
	// From is the sender, such as 守望 <alarm@example.org>. Most servers want it
	// to be the mailbox that signs in.
	From string `yaml:"from"`
	// CA is a file of certificates in PEM, by which the server's is checked in
	// place of the system's, for a server with a certificate of its own.
	CA string `yaml:"ca"`
}

func (o Options) encryption() string {
	if o.Encryption == "" {
		return TLS
	}
	return o.Encryption
}

func (o Options) port() int {
	switch {
	case o.Port != 0:
		return o.Port
	case o.encryption() == StartTLS:
		return 587
	case o.encryption() == None:
		return 25
	}
	return 465
}

// Check returns every mistake in the settings.
func (o Options) Check() error {
	var m notify.Mistakes
	m.Need("host", o.Host, "the name of the mail server")
	if strings.ContainsAny(o.Host, ":/ ") && net.ParseIP(o.Host) == nil {
		m.Add("host", "%q is not the name of a server; the port has a setting of its own", o.Host)
	}
	if o.Port < 0 || o.Port > 65535 {
		m.Add("port", "%d is not a port", o.Port)
	}
	switch o.encryption() {
	case StartTLS, TLS:
	case None:
		if ip := net.ParseIP(o.Host); o.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			m.Add("encryption", "none is for a server on this machine only; use tls or starttls")
		}
	default:
		m.Add("encryption", "%q is none of starttls, tls and none", o.Encryption)
	}
	if (o.Username == "") != (o.Password == "") {
		m.Add("username", "username and password belong together; one is missing")
	}
	if _, err := netmail.ParseAddress(o.From); err != nil {
		m.Add("from", "%q is not a sender such as 守望 <alarm@example.org>", o.From)
	}
	if _, err := o.roots(); err != nil {
		m.Add("ca", "%v", err)
	}
	return m.Err()
}

// roots returns the certificates of CA; nil, the system's, when there is none.
func (o Options) roots() (*x509.CertPool, error) {
	if o.CA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(o.CA)
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("there is no certificate in PEM in %s", o.CA)
	}
	return pool, nil
}
