package api

import (
	"context"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// Notices are the messages of the outbox.
type Notices interface {
	// IncidentNotices returns the messages about an incident in the order in
	// which they were made.
	IncidentNotices(ctx context.Context, incident string) ([]alerts.Notice, error)
}

// NoticeView is one message to one person. Addresses never leave the outbox.
type NoticeView struct {
	Name      string             `json:"name,omitempty" doc:"to whom; staff only"`
	Role      string             `json:"role,omitempty" enum:"carer,leader,manager,inspector,family,operator,helper,resident" doc:"what the person is; absent when he is no longer registered"`
	Phrase    alerts.Phrase      `json:"phrase" enum:"alarm,taken,help,accepted,arrived,waiting,over,trial" doc:"what it says"`
	Channel   string             `json:"channel,omitempty" doc:"the way that is tried, that worked, or that failed last"`
	State     alerts.NoticeState `json:"state" enum:"waiting,sent,done,failed,dropped"`
	Proof     string             `json:"proof" enum:"nothing,taken,delivered,read,accepted" doc:"what is known of its arrival"`
	Reason    string             `json:"reason,omitempty" doc:"not delivered, because: of the last failure"`
	Detail    string             `json:"detail,omitempty" doc:"what the service said; staff and operators"`
	Step      int                `json:"step" doc:"step of the ladder, from 0"`
	Round     int                `json:"round" doc:"how often the step was taken before"`
	CreatedAt time.Time          `json:"created_at"`
	SentAt    *time.Time         `json:"sent_at,omitempty" doc:"when a service took it last"`
	Due       *time.Time         `json:"due,omitempty" doc:"when it is sent, or its proof must be here"`
}

// residentOwner begins the name of a resident among those who are told.
const residentOwner = "resident:"

// renderNotices returns the messages about an incident in a form.
func renderNotices(d *people.Directory, f Form, notices []alerts.Notice) []NoticeView {
	views := make([]NoticeView, 0, len(notices))
	for _, n := range notices {
		v := NoticeView{
			Role: ownerRole(d, n.Owner), Phrase: n.Phrase, State: n.State, Proof: notify.Proof(n.Proof).String(),
			Reason: n.Reason, Step: n.Step, Round: n.Round, CreatedAt: n.CreatedAt,
		}
		if last := len(n.Contacts) - 1; last >= 0 {
			v.Channel = n.Contacts[min(n.At, last)].Channel
		}
		if !n.SentAt.IsZero() {
			v.SentAt = &n.SentAt
		}
		if n.State == alerts.NoticeWaiting || n.State == alerts.NoticeSent {
			v.Due = &n.Due
		}
		if f == FormStaff {
			v.Name = OwnerName(d, n.Owner)
		}
		if f == FormStaff || f == FormOperator {
			v.Detail = n.Detail
		}
		views = append(views, v)
	}
	return views
}

// OwnerName names who is told, as staff knows him; empty for nobody, and for
// somebody who is no longer registered.
func OwnerName(d *people.Directory, owner string) string {
	if care.IsEmergencyNumber(owner) {
		return owner
	}
	if id, ok := strings.CutPrefix(owner, residentOwner); ok {
		return d.Residents[care.ResidentID(id)].Name
	}
	return d.Users[care.UserID(owner)].Name
}

func ownerRole(d *people.Directory, owner string) string {
	if strings.HasPrefix(owner, residentOwner) {
		return "resident"
	}
	return string(d.Users[care.UserID(owner)].Role)
}
