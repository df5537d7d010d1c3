// Package codes reads the codes with which services refuse messages: a table
// for each service says what a code means for delivery and what an operator
// can do about it. Which codes there are is in the table of each channel.
package codes

import (
	"strings"

	"shouwang.care/shouwang/alerts/notify"
)

// Code is what one code means.
type Code struct {
	// Name is the code. One that ends in "*" stands for all that begin so.
	Name   string
	Reason notify.Reason
	// Permanent says that the same message would be refused again.
	Permanent bool
	// Hint is what an operator should look at; it may be empty.
	Hint string
}

// Passing is a code after which the same message may be sent again.
func Passing(name string, r notify.Reason, hint string) Code { return Code{name, r, false, hint} }

// Lasting is a code after which trying again is no use.
func Lasting(name string, r notify.Reason, hint string) Code { return Code{name, r, true, hint} }

// Table is the codes of a service. Of those that fit the first counts.
type Table []Code

// Failure says what a code means. The message is the service's own, and is cut
// when long. A code that is not in the table is a refusal of this once: not to
// try again would be the greater mistake.
func (t Table) Failure(service, code, message string) *notify.Failure {
	c := Code{Reason: notify.Refused}
	for _, known := range t {
		prefix, isPrefix := strings.CutSuffix(known.Name, "*")
		if code == known.Name || isPrefix && strings.HasPrefix(code, prefix) {
			c = known
			break
		}
	}
	detail := service + " answers " + notify.Cut(code, 80)
	if message != "" && message != code {
		detail += " (" + notify.Cut(message, 160) + ")"
	}
	if c.Hint != "" {
		detail += ": " + c.Hint
	}
	return &notify.Failure{Reason: c.Reason, Permanent: c.Permanent, Detail: detail}
}
