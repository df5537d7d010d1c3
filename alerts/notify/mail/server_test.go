package mail

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts/notify/notifytest"
)

const username, password, sender, mailbox = "alarm@example.org", "code-0123456789", "alarm@example.org", "li@example.org"

// server is a mail server that takes messages for mailbox from sender, once
// signed in and, unless it speaks none, over TLS.
type server struct {
	listener   net.Listener
	encryption string
	tls        *tls.Config
	ca         string // file
	mechanism  string // PLAIN or LOGIN
	running    sync.WaitGroup

	mu      sync.Mutex
	fault   notifytest.Fault
	conns   map[net.Conn]bool
	letters []letter
	got     []notifytest.Got
	closed  bool
}

// letter is an e-mail as a mail program reads it.
type letter struct {
	header     netmail.Header
	text, html string
}

func newServer(t *testing.T, encryption, mechanism string) *server {
	s := &server{encryption: encryption, mechanism: mechanism, conns: map[net.Conn]bool{}}
	s.tls, s.ca = certificate(t)
	var err error
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.running.Add(1)
	go s.accept()
	t.Cleanup(s.Close)
	return s
}

// certificate makes one for 127.0.0.1 that has signed itself.
func certificate(t *testing.T) (*tls.Config, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

func (s *server) accept() {
	defer s.running.Done()
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			conn.Close()
			return
		}
		s.conns[conn] = true
		s.running.Add(1)
		s.mu.Unlock()
		go func() {
			defer s.running.Done()
			s.serve(conn)
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		}()
	}
}

func (s *server) serve(conn net.Conn) {
	switch s.misbehaviour() {
	case notifytest.Hangs:
		io.Copy(io.Discard, conn) // until the client gives up
		return
	case notifytest.Garbage:
		fmt.Fprint(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
		return
	}
	if s.encryption == TLS {
		conn = tls.Server(conn, s.tls)
	}
	d := dialogue{server: s, conn: conn, text: textproto.NewConn(conn), secure: s.encryption == TLS}
	if s.misbehaviour() == notifytest.Broken {
		d.say("421 4.3.2 system shutting down")
		return
	}
	d.say("220 mail.example.org ESMTP")
	for {
		line, err := d.text.ReadLine()
		if err != nil || !d.answer(line) {
			return
		}
	}
}

// dialogue is one connection.
type dialogue struct {
	*server
	conn             net.Conn
	text             *textproto.Conn
	secure, signedIn bool
	from, to         string
}

func (d *dialogue) say(line string) { d.text.PrintfLine("%s", line) }

func (d *dialogue) answer(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	fault := d.misbehaviour()
	switch strings.ToUpper(verb) {
	case "EHLO":
		d.say("250-mail.example.org")
		d.say("250-ENHANCEDSTATUSCODES")
		if d.encryption == StartTLS && !d.secure {
			d.say("250-STARTTLS")
		}
		if d.secure || d.encryption == None {
			d.say("250-AUTH " + d.mechanism)
		}
		d.say("250 8BITMIME")
	case "STARTTLS":
		d.say("220 go on")
		d.conn = tls.Server(d.conn, d.tls)
		d.text, d.secure = textproto.NewConn(d.conn), true
	case "AUTH":
		d.signedIn = d.credentials(rest) && fault != notifytest.WrongKey
		if d.signedIn {
			d.say("235 2.7.0 welcome")
		} else {
			d.say("535 5.7.8 authentication failed for " + username + " with " + password)
		}
	case "NOOP", "RSET":
		d.say("250 2.0.0 ok")
	case "MAIL":
		switch d.from = between(rest); {
		case !d.signedIn:
			d.say("530 5.7.0 authentication required")
		case fault == notifytest.Busy:
			d.say("451 4.7.1 too many messages")
		case d.from != sender:
			d.say("553 5.7.1 mail from " + d.from + " is not you")
		default:
			d.say("250 2.1.0 ok")
		}
	case "RCPT":
		switch d.to = between(rest); d.to {
		case mailbox:
			d.say("250 2.1.5 ok")
		case "full@example.org":
			d.say("552 5.2.2 mailbox " + d.to + " is full")
		case "grey@example.org":
			d.say("450 4.2.0 grey list")
		case "relay@example.org":
			d.say("554 5.7.1 relay access denied")
		default:
			d.say("550 5.1.1 no mailbox " + d.to)
		}
	case "DATA":
		d.say("354 go on")
		return d.data(fault)
	case "QUIT":
		d.say("221 2.0.0 bye")
		return false
	default:
		d.say("500 5.5.2 what?")
	}
	return true
}

// credentials reads a sign-in of either mechanism.
func (d *dialogue) credentials(rest string) bool {
	ask := func(prompt string) string {
		d.say("334 " + base64.StdEncoding.EncodeToString([]byte(prompt)))
		line, _ := d.text.ReadLine()
		b, _ := base64.StdEncoding.DecodeString(line)
		return string(b)
	}
	if !d.secure && d.encryption != None {
		return false
	}
	if d.mechanism == "LOGIN" {
		return rest == "LOGIN" && ask("Username:") == username && ask("Password:") == password
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
	return err == nil && string(b) == "\x00"+username+"\x00"+password
}

func (d *dialogue) data(fault notifytest.Fault) bool {
	raw, err := io.ReadAll(d.text.DotReader())
	if err != nil {
		return false
	}
	l, err := read(raw)
	if err != nil {
		d.say("554 5.6.0 " + err.Error())
		return true
	}
	if fault == notifytest.ErrorInBody {
		d.say("554 5.7.1 content for " + d.to + " rejected")
		return true
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(l.header.Get("Subject"))
	if err != nil {
		d.say("554 5.6.0 " + err.Error())
		return true
	}
	key, _, _ := strings.Cut(strings.Trim(l.header.Get("Message-Id"), "<>"), "@")
	d.mu.Lock()
	d.letters = append(d.letters, l)
	d.got = append(d.got, notifytest.Got{To: d.to, Text: subject + "\n" + l.text + "\n" + l.html, Key: key})
	d.mu.Unlock()
	d.say("250 2.0.0 queued")
	return true
}

// read reads an e-mail of a text and a page.
func read(raw []byte) (letter, error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return letter{}, err
	}
	l := letter{header: m.Header}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return letter{}, fmt.Errorf("the message is %s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return letter{}, err
		}
		body := io.Reader(p)
		switch p.Header.Get("Content-Transfer-Encoding") {
		case "quoted-printable":
			body = quotedprintable.NewReader(p)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, p)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			return letter{}, err
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "text/plain":
			l.text = string(b)
		case "text/html":
			l.html = string(b)
		}
	}
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

func (s *server) misbehaviour() notifytest.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

func (s *server) Misbehave(f notifytest.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

func (s *server) Got() []notifytest.Got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]notifytest.Got(nil), s.got...)
}

// letter returns the only e-mail.
func (s *server) letter(t *testing.T) letter {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.letters) != 1 {
		t.Fatalf("there are %d e-mails", len(s.letters))
	}
	return s.letters[0]
}

// Close stops it and waits for its connections.
func (s *server) Close() {
	s.mu.Lock()
	s.closed = true
	s.listener.Close()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
}
