package approved

import (
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// DefaultLimit is the greatest length of a variable in characters where the
// settings name none: what Alibaba Cloud allows in notifications
// (https://help.aliyun.com/document_detail/463270.html), and about half of what
// one text message holds.
const DefaultLimit = 35

// Text is what services of text messages have in common.
type Text struct {
	// SignName is the approved signature that stands before the text, such as
	// 湖畔养老院, without brackets.
	SignName string `yaml:"sign_name"`
	// Templates are the approved templates for each kind of message.
	Templates Templates `yaml:"templates"`
	// Limit is the greatest length of a variable in characters; 0 is
	// DefaultLimit. Longer texts are cut.
	Limit int `yaml:"limit"`
}

// Check notes what is wrong with the settings.
func (t Text) Check(m *notify.Mistakes) {
	m.Need("sign_name", t.SignName, "the approved signature")
	if strings.ContainsAny(t.SignName, "【】") {
		m.Add("sign_name", "the service puts the brackets; leave them out")
	}
	t.Templates.Check(m, "templates")
	checkLimit(m, t.Limit)
}

// Defaulted returns the settings with what holds where they say nothing.
func (t Text) Defaulted() Text {
	if t.Limit == 0 {
		t.Limit = DefaultLimit
	}
	return t
}

// Call is what services of spoken calls have in common.
type Call struct {
	// Templates are the approved speech templates for each kind of message.
	// Each must end by asking for the key, such as 确认请按 1.
	Templates Templates `yaml:"templates"`
	// Key is the key of the telephone that accepts an alarm, or says that other
	// news was heard; empty is "1".
	Key string `yaml:"key"`
	// Plays is how often the message is spoken, 1 to 3; 0 is 3.
	Plays int `yaml:"plays"`
	// Callback says that the service was given the address of the callbacks,
	// the only sure way to learn which key was pressed.
	Callback bool `yaml:"callback"`
	// Limit is the greatest length of a variable in characters; 0 is
	// DefaultLimit. Longer texts are cut.
	Limit int `yaml:"limit"`
}

// Check notes what is wrong with the settings.
func (c Call) Check(m *notify.Mistakes) {
	// A code in a link cannot be typed into a call.
	c.Templates.Check(m, "templates", notify.ParamCode)
	if c.Key != "" && (len(c.Key) != 1 || !strings.Contains("0123456789*#", c.Key)) {
		m.Add("key", "%q is not one key of a telephone", c.Key)
	}
	if c.Plays < 0 || c.Plays > 3 {
		m.Add("plays", "%d is not from 1 to 3", c.Plays)
	}
	checkLimit(m, c.Limit)
}

// Defaulted returns the settings with what holds where they say nothing.
func (c Call) Defaulted() Call {
	if c.Key == "" {
		c.Key = "1"
	}
	if c.Plays == 0 {
		c.Plays = 3
	}
	if c.Limit == 0 {
		c.Limit = DefaultLimit
	}
	return c
}

// Accepts reports whether the accepting key is among those that were pressed:
// people press twice, or another one first.
func (c Call) Accepts(pressed string) bool {
	return c.Key != "" && strings.Contains(pressed, c.Key)
}

func checkLimit(m *notify.Mistakes, limit int) {
	if limit < 0 {
		m.Add("limit", "%d is negative", limit)
	}
}
