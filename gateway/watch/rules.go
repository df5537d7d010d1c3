package watch

import (
	"context"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
)

type ruleBook struct{}

func newRuleBook() ruleBook { return ruleBook{} }

func (ruleBook) takeCare(alerts.Document) error { return nil }
func (ruleBook) takeSet(alerts.Document) error  { return nil }

func (p *plans) hold(care.Site, care.Point, care.Received, time.Time) alerts.Hold {
	return alerts.Hold{}
}

func (t *turn) ruleDue(context.Context, alerts.Timer) error { return nil }
