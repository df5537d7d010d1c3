package mail

import (
	"bytes"
	"html/template"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
)

// maxSubject is the longest subject in characters; more is not shown anyway.
const maxSubject = 100

// page is the message for mail programs that show HTML: styles stand in the
// elements, because most programs drop all others, and there are no pictures.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body style="font-family:sans-serif;font-size:18px;line-height:1.5;margin:16px">
<h1 style="font-size:24px;margin:0 0 12px">{{.Title}}</h1>
{{range .Lines}}<p style="margin:0 0 12px">{{.}}</p>
{{end}}{{with .Link}}<p style="margin:24px 0"><a href="{{.}}" style="display:block;padding:24px 16px;background:#b3261e;color:#ffffff;font-size:26px;font-weight:bold;text-align:center;text-decoration:none;border-radius:8px">{{$.Button}}</a></p>
<p style="font-size:14px;color:#555555;word-break:break-all">{{.}}</p>
{{end}}</body></html>
`))

// letter writes a message as an e-mail.
func (c *channel) letter(m notify.Message) (*gomail.Msg, error) {
	l := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	if err := l.FromFormat(c.from.Name, c.from.Address); err != nil {
		return l, notify.Hopeless(notify.Misconfigured, "the sender is not a mailbox")
	}
	if err := l.To(m.To); err != nil {
		return l, notify.Hopeless(notify.BadAddress, "the address is not a mailbox such as li@example.org")
	}
	l.Subject(notify.Cut(strings.Join(strings.Fields(m.Title), " "), maxSubject))
	l.SetMessageIDWithValue(m.Key + "@" + helo(c.from.Address))
	at := m.Time
	if at.IsZero() {
		at = time.Now()
	}
	l.SetDateWithValue(at)
	l.SetGenHeader("Auto-Submitted", "auto-generated") // no holiday notes, please
	l.SetGenHeader("Content-Language", string(m.Language))
	if (m.Kind == notify.Alarm || m.Kind == notify.Storm) && m.Severity >= care.High {
		l.SetImportance(gomail.ImportanceHigh)
	}
	text := m.Text
	if m.Link != "" {
		text += "\n\n" + m.Button() + "\n" + m.Link
	}
	l.SetBodyString(gomail.TypeTextPlain, text+"\n")
	var b bytes.Buffer
	if err := page.Execute(&b, struct {
		Lang, Title, Link, Button string
		Lines                     []string
	}{string(m.Language), m.Title, m.Link, m.Button(), strings.Split(m.Text, "\n")}); err != nil {
		return l, notify.Hopeless(notify.Refused, "the message cannot be written as HTML: %v", err)
	}
	l.AddAlternativeString(gomail.TypeTextHTML, b.String())
	return l, nil
}
