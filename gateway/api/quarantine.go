package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// QuarantinePage is one page of refused messages, the newest first.
type QuarantinePage struct {
	Messages []QuarantineView `json:"messages"`
	Next     uint64           `json:"next,omitempty" doc:"the value of before for the next page; absent on the last"`
}

// QuarantineView is one message that was refused, and why.
type QuarantineView struct {
	Number  uint64      `json:"number"`
	At      time.Time   `json:"at"`
	Site    care.SiteID `json:"site,omitempty"`
	Edge    care.EdgeID `json:"edge,omitempty"`
	Topic   string      `json:"topic,omitempty"`
	Reason  care.Reason `json:"reason" doc:"stable name of why"`
	Detail  string      `json:"detail" doc:"a sentence for operators"`
	Payload string      `json:"payload,omitempty" doc:"the beginning of the message as text; bytes that are none show as U+FFFD"`
}

type quarantineRequest struct {
	Before uint64 `query:"before" doc:"only messages with lower numbers"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

func (a *API) registerQuarantine() {
	Viewed(a, huma.Operation{
		OperationID: "quarantine", Method: http.MethodGet, Path: "/api/quarantine", Tags: []string{"points"},
		Summary: "Messages that were refused",
	}, []people.Role{people.Operator}, a.quarantine)
}

func (a *API) quarantine(ctx context.Context, u people.User, in *quarantineRequest) (QuarantinePage, error) {
	records, err := a.Quarantine.Quarantine(ctx, in.Limit, in.Before)
	if err != nil {
		return QuarantinePage{}, err
	}
	page := QuarantinePage{Messages: []QuarantineView{}}
	if len(records) == in.Limit {
		page.Next = records[len(records)-1].Number
	}
	for _, r := range records {
		// What names no site belongs to those who see all of them.
		if len(u.Scope.Sites) > 0 && !slices.Contains(u.Scope.Sites, r.Site) {
			continue
		}
		page.Messages = append(page.Messages, QuarantineView{
			Number: r.Number, At: r.At, Site: r.Site, Edge: r.Edge, Topic: r.Topic,
			Reason: r.Reason, Detail: r.Detail, Payload: strings.ToValidUTF8(string(r.Payload), "\uFFFD"),
		})
	}
	return page, nil
}
