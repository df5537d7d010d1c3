package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

type auditRequest struct {
	Before uint64 `query:"before" doc:"number of the last row of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// AuditRowView is a row of the log of the gateway itself.
type AuditRowView struct {
	Number uint64         `json:"number"`
	At     time.Time      `json:"at"`
	Kind   care.EntryKind `json:"kind" enum:"audit.signed_in,audit.sign_in_refused,audit.signed_out,audit.looked,audit.changed,audit.exported,audit.erased,audit.tried"`
	By     care.UserID    `json:"by,omitempty" doc:"absent for what nobody did who is known"`
	Name   string         `json:"name,omitempty"`
	About  string         `json:"about,omitempty" doc:"site:ID, region:ID, resident:ID, user:ID, channel:NAME"`
	// AboutName is how people call it, where it is still registered.
	AboutName string `json:"about_name,omitempty"`
	Detail    string `json:"detail,omitempty"`
}

// AuditView is a page of it, the newest row first.
type AuditView struct {
	Rows []AuditRowView `json:"rows"`
	Next uint64         `json:"next,omitempty" doc:"before of the next page"`
}

func (a *API) registerAudit() {
	Viewed(a, huma.Operation{
		OperationID: "audit", Method: http.MethodGet, Path: "/api/audit", Tags: []string{"audit"},
		Summary: "Sign-ins, looks and changes, the newest first",
	}, []people.Role{people.Operator}, a.audit)
}

// audit shows the log of the whole gateway, so an operator of single sites is
// not shown it: it names people of others.
func (a *API) audit(ctx context.Context, u people.User, in *auditRequest) (AuditView, error) {
	if len(u.Scope.Sites) > 0 {
		return AuditView{}, NewProblem(http.StatusForbidden, CodeNotAllowed, "the log of the gateway is shown to operators of the whole gateway only")
	}
	rows, err := a.Audit.Rows(ctx, in.Before, in.Limit)
	if err != nil {
		return AuditView{}, err
	}
	d := a.Book.Directory()
	v := AuditView{Rows: []AuditRowView{}}
	for _, r := range rows {
		v.Rows = append(v.Rows, AuditRowView{
			Number: r.Number, At: r.Act.At, Kind: r.Kind, By: r.Act.By, Name: r.Act.Name,
			About: r.To, AboutName: aboutName(d, r.To), Detail: r.Reason,
		})
	}
	if len(rows) == in.Limit && rows[len(rows)-1].Number > 1 {
		v.Next = rows[len(rows)-1].Number
	}
	return v, nil
}

// aboutName names what a row is about.
func aboutName(d *people.Directory, about string) string {
	kind, id, _ := strings.Cut(about, ":")
	switch kind {
	case "user":
		return d.Users[care.UserID(id)].Name
	case "resident":
		return d.Residents[care.ResidentID(id)].Name
	case "region":
		name := d.Regions[care.RegionID(id)].Name
		return cmp.Or(name.ZH, name.EN)
	case "site":
		name := d.Sites[care.SiteID(id)].Name
		return cmp.Or(name.ZH, name.EN)
	}
	return ""
}
