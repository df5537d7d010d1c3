package mail

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	gomail "github.com/wneessen/go-mail"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/notifytest"
)

func (s *server) options() Options {
	return Options{
		Host: "127.0.0.1", Port: s.port(), Encryption: s.encryption, CA: s.ca,
		Username: username, Password: password, From: "守望 值班 <" + sender + ">",
	}
}

func channelOf(t *testing.T, o Options) notify.Channel {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAMailServerPassesTheSuite(t *testing.T) {
	for _, c := range []struct{ encryption, mechanism string }{
		{StartTLS, "PLAIN"}, {StartTLS, "LOGIN"}, {TLS, "PLAIN"}, {TLS, "LOGIN"}, {None, "PLAIN"},
	} {
		t.Run(c.encryption+" "+c.mechanism, func(t *testing.T) {
			notifytest.Run(t, notifytest.Harness{
				Start: func(t *testing.T) (notify.Channel, notifytest.Service) {
					s := newServer(t, c.encryption, c.mechanism)
					return channelOf(t, s.options()), s
				},
				To: mailbox, Best: notify.Taken, Keyed: true, Secrets: []string{password},
				Permanent: []notifytest.Fault{notifytest.ErrorInBody, notifytest.WrongKey},
			})
		})
	}
}

func TestALetterIsReadableInEveryProgram(t *testing.T) {
	s := newServer(t, StartTLS, "PLAIN")
	m := notifytest.Message(mailbox)
	m.Title = "跌倒 <2 楼> & 203"
	m.Text = "第一行\n.以点开头\n..\n.\n" + strings.Repeat("很长的一行，", 200) + "\n=3D 结束"
	if _, err := channelOf(t, s.options()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	l := s.letter(t)
	if want, got := m.Text+"\n\n打开并接警\n"+m.Link+"\n", strings.ReplaceAll(l.text, "\r\n", "\n"); got != want {
		t.Errorf("the text changed on the way (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, want := range []string{`<html lang="zh">`, "跌倒 &lt;2 楼&gt; &amp; 203", `<a href="` + m.Link + `"`, ">打开并接警</a>", "..</p>"} {
		if !strings.Contains(l.html, want) {
			t.Errorf("the page lacks %q:\n%s", want, l.html)
		}
	}
	from, err := mail.ParseAddress(l.header.Get("From"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&mail.Address{Name: "守望 值班", Address: sender}, from); diff != "" {
		t.Errorf("the sender (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "zh", "Importance": "high", "Message-Id": "<" + m.Key + "@example.org>",
	} {
		if got := l.header.Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

func TestNewsHaveNoButtonAndAreNotUrgent(t *testing.T) {
	s := newServer(t, TLS, "PLAIN")
	m := notifytest.Message(mailbox)
	m.Kind, m.Language, m.Link, m.Text = notify.News, notify.EN, "", "Somebody is with her."
	if _, err := channelOf(t, s.options()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	l := s.letter(t)
	if strings.Contains(l.html, "<a ") || l.header.Get("Importance") != "" || !strings.Contains(l.html, `lang="en"`) {
		t.Errorf("the page has a link, or the wrong language, or is urgent (%q):\n%s", l.header.Get("Importance"), l.html)
	}
}

func TestWhatRefusalsMean(t *testing.T) {
	s := newServer(t, TLS, "PLAIN")
	stranger := s.options()
	stranger.From = "somebody@example.org"
	untrusted := s.options()
	_, untrusted.CA = certificate(t)
	noTLS := newServer(t, None, "PLAIN").options()
	noTLS.Encryption = StartTLS
	plainPort := newServer(t, None, "PLAIN").options()
	plainPort.Encryption = TLS
	unsigned := s.options()
	unsigned.Username, unsigned.Password = "", ""
	for _, c := range []struct {
		name      string
		o         Options
		to        string
		reason    notify.Reason
		permanent bool
	}{
		{"no such mailbox", s.options(), "nobody@example.org", notify.BadAddress, true},
		{"not a mailbox", s.options(), "nobody", notify.BadAddress, true},
		{"two mailboxes", s.options(), mailbox + ", " + sender, notify.BadAddress, true},
		{"a second command", s.options(), mailbox + "\r\nDATA", notify.BadAddress, true},
		{"a full mailbox", s.options(), "full@example.org", notify.Refused, true},
		{"a grey list", s.options(), "grey@example.org", notify.Throttled, false},
		{"no relay", s.options(), "relay@example.org", notify.Misconfigured, true},
		{"somebody else's name", stranger, mailbox, notify.Misconfigured, true},
		{"no sign-in", unsigned, mailbox, notify.Misconfigured, true},
		{"a certificate of somebody else", untrusted, mailbox, notify.Misconfigured, true},
		{"no STARTTLS", noTLS, mailbox, notify.Misconfigured, true},
		{"a port without TLS", plainPort, mailbox, notify.Unreachable, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := channelOf(t, c.o).Send(t.Context(), notifytest.Message(c.to))
			f := notify.AsFailure(err)
			if f == nil || f.Reason != c.reason || f.Permanent != c.permanent {
				t.Fatalf("%+v, want %s, permanent %t", f, c.reason, c.permanent)
			}
			if strings.Contains(f.Detail, c.to) || strings.Contains(f.Detail, password) {
				t.Errorf("the detail has address or password: %s", f.Detail)
			}
		})
	}
}

func TestMistakesInSettingsAreShownAtOnce(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want []string // none: right
	}{
		{"empty", Options{}, []string{"host", "from"}},
		{"all wrong", Options{Host: "smtp.example.org:25", Port: 70000, Encryption: "ssl", Username: "a", From: "nobody", CA: "no-such-file"},
			[]string{"host", "port", "encryption", "username", "from", "ca: read the certificates"}},
		{"in the clear", Options{Host: "smtp.example.org", Encryption: None, From: sender}, []string{"this machine only"}},
		{"a file without certificates", Options{Host: "smtp.example.org", From: sender, CA: "mail_test.go"}, []string{"no certificate"}},
		{"right", Options{Host: "smtp.example.org", Username: "a", Password: "b", From: "守望 <alarm@example.org>"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := New(c.o)
			notifytest.Mistakes(t, err, c.want)
		})
	}
}

func TestPortsFollowTheEncryption(t *testing.T) {
	got := map[string]int{}
	for _, e := range []string{"", StartTLS, TLS, None} {
		got[e] = Options{Encryption: e}.port()
	}
	if diff := cmp.Diff(map[string]int{"": 465, StartTLS: 587, TLS: 465, None: 25}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(int(gomail.ErrSMTPRcptTo), 550, "5.1.1")
	f.Add(int(gomail.ErrSMTPData), 451, "4")
	f.Fuzz(func(t *testing.T, step, code int, enhanced string) {
		if got := answer(gomail.SendErrReason(step), code, enhanced, "?"); got.Permanent != (code >= 500) {
			t.Errorf("%d %s at step %d: %+v", code, enhanced, step, got)
		}
	})
}
