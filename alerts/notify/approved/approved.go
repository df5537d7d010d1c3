// Package approved fills the templates of services that send no other text
// than one that they have approved: text messages and calls in China, and
// WeChat. Which template has which number is in the settings; how values are
// written down for a service is left to its channel.
package approved

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// Template is one approved text.
type Template struct {
	// ID is its name at the service, such as SMS_154950909.
	ID string `yaml:"id"`
	// Fill says what stands for each of its variables, in their order: the
	// part of the message (site, place, class, time, count, text, title, code),
	// or variable=part where the variable has another name.
	Fill []string `yaml:"fill"`
}

// Value is one variable of a template and what stands for it.
type Value struct{ Name, Part, Text string }

// Templates has the template of each kind of message by the name of the kind
// (alarm, storm, news, warning, trial, code), and with ".en" after it the one for
// messages in English where there is another.
type Templates map[string]Template

// PartTitle is the title of a message; the other parts are notify.Param….
const PartTitle = "title"

var parts = []string{
	notify.ParamSite, notify.ParamPlace, notify.ParamClass, notify.ParamTime, notify.ParamCount,
	notify.ParamText, notify.ParamCode, PartTitle,
}

// Check notes what is wrong with the templates; where is their place in the
// settings. Of the parts, some are not allowed: a call cannot speak a code.
// There must be a template for alarms, since nothing else matters without it.
func (t Templates) Check(m *notify.Mistakes, where string, not ...string) {
	if _, ok := t[string(notify.Alarm)]; !ok {
		m.Add(where, "a template for the kind %s is needed", notify.Alarm)
	}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		at := where + "." + name
		kind, _ := strings.CutSuffix(name, "."+string(notify.EN))
		if !slices.Contains(notify.Kinds(), notify.Kind(kind)) {
			m.Add(at, "there is no kind of message %q; the kinds are %v, each also with .en", kind, notify.Kinds())
		}
		m.Need(at+".id", t[name].ID, "the id of the template at the service")
		for _, f := range t[name].Fill {
			variable, part := split(f)
			switch {
			case variable == "":
				m.Add(at+".fill", "%q names no variable; write variable=part", f)
			case part == notify.ParamLink:
				m.Add(at+".fill", "services refuse a whole address in a variable; put it into the template up to its last part, and fill that with %s", notify.ParamCode)
			case slices.Contains(not, part):
				m.Add(at+".fill", "%s cannot be used with this channel", part)
			case !slices.Contains(parts, part):
				m.Add(at+".fill", "there is no part %q; the parts are %s", part, strings.Join(parts, ", "))
			}
		}
	}
}

// For returns the template for a message. Without one, the error is a
// *notify.Failure that says what to set.
func (t Templates) For(m notify.Message) (Template, error) {
	if m.Language != notify.ZH {
		if found, ok := t[string(m.Kind)+"."+string(m.Language)]; ok {
			return found, nil
		}
	}
	if found, ok := t[string(m.Kind)]; ok {
		return found, nil
	}
	return Template{}, notify.Hopeless(notify.Misconfigured, "the channel has no template for messages of the kind %s; set templates.%s", m.Kind, m.Kind)
}

// Values returns the variables of a template and what stands for them. A text
// has at most limit characters; a code is never cut, because half of one opens
// nothing. A part that the message does not have is "-", because services
// refuse an empty variable.
func (t Template) Values(m notify.Message, limit int) []Value {
	values := make([]Value, 0, len(t.Fill))
	for _, f := range t.Fill {
		variable, part := split(f)
		text := oneLine(Part(m, part))
		if part != notify.ParamCode {
			text = notify.Cut(text, limit)
		}
		if text == "" {
			text = "-"
		}
		values = append(values, Value{variable, part, text})
	}
	return values
}

// Part returns a part of a message; empty when the message does not have it.
func Part(m notify.Message, part string) string {
	if v := m.Params[part]; v != "" {
		return v
	}
	switch part {
	case PartTitle:
		return m.Title
	case notify.ParamText:
		return m.Text
	case notify.ParamCode:
		if u, err := url.Parse(m.Link); err == nil && m.Link != "" {
			if last := path.Base(u.Path); last != "/" && last != "." {
				return last
			}
		}
	}
	return ""
}

// oneLine makes one line of a text. Brackets of the form 【】 mark the sender
// in a text message, and services refuse them elsewhere.
func oneLine(s string) string {
	s = strings.NewReplacer("【", "(", "】", ")").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func split(fill string) (variable, part string) {
	variable, part, ok := strings.Cut(fill, "=")
	if !ok {
		return fill, fill
	}
	return strings.TrimSpace(variable), strings.TrimSpace(part)
}
