package inspect

import (
	"slices"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// incidentColumns are those of incidents, in the order in which a table shows them
// at first.
var incidentColumns = []column[IncidentRow]{
	{key: "raised", head: care.Text{ZH: "发生时间", EN: "Raised"}, width: 20, value: func(_ words, r *IncidentRow) any { return local(r.Incident.Site, &r.Incident.RaisedAt) }},
	{key: "state", head: care.Text{ZH: "状态", EN: "State"}, width: 10, value: func(w words, r *IncidentRow) any { return w.of(stateWords[r.Incident.State]) },
		order: func(r *IncidentRow) int { return slices.Index(states, r.Incident.State) }},
	{key: "class", head: care.Text{ZH: "类别", EN: "Class"}, width: 14, value: func(w words, r *IncidentRow) any { return w.of(r.Incident.Class.Words()) },
		order: func(r *IncidentRow) int { return slices.Index(care.Classes(), r.Incident.Class) }},
	{key: "severity", head: care.Text{ZH: "级别", EN: "Severity"}, width: 10, value: func(w words, r *IncidentRow) any { return w.of(severityWords[r.Incident.Severity]) },
		order: func(r *IncidentRow) int { return slices.Index(severities, r.Incident.Severity) }},
	{key: "township", head: care.Text{ZH: "乡镇/街道", EN: "Township"}, width: 16, value: func(w words, r *IncidentRow) any { return w.of(r.Township) }},
	{key: "site", head: care.Text{ZH: "机构", EN: "Site"}, width: 26, value: func(w words, r *IncidentRow) any { return w.of(r.Incident.Site.Name) }},
	{key: "place", head: care.Text{ZH: "位置", EN: "Place"}, width: 26, value: func(w words, r *IncidentRow) any { return placeText(w, r.Incident.Place) }},
	{key: "accepted", head: care.Text{ZH: "接受时间", EN: "Accepted"}, width: 20, value: func(_ words, r *IncidentRow) any { return actTime(r, r.Incident.Accepted) }},
	{key: "accepted_by", head: care.Text{ZH: "接受人", EN: "Accepted by"}, width: 14, value: func(_ words, r *IncidentRow) any { return actName(r.Incident.Accepted) }},
	{key: "arrived", head: care.Text{ZH: "到场时间", EN: "Arrived"}, width: 20, value: func(_ words, r *IncidentRow) any { return actTime(r, r.Incident.Arrived) }},
	{key: "resolved", head: care.Text{ZH: "处理完毕", EN: "Resolved"}, width: 20, value: func(_ words, r *IncidentRow) any { return actTime(r, r.Incident.Resolved) }},
	{key: "cause", head: care.Text{ZH: "原因", EN: "Cause"}, width: 18, value: causeText},
	{key: "answer", head: care.Text{ZH: "响应", EN: "Answer"}, width: 14, value: func(w words, r *IncidentRow) any { return w.of(answerWords[r.Answer]) },
		order: func(r *IncidentRow) int { return slices.Index(answers, r.Answer) }},
	{key: "wait", head: care.Text{ZH: "响应用时（秒）", EN: "Answered after (s)"}, width: 16, value: func(_ words, r *IncidentRow) any {
		if r.Answer == "" {
			return nil
		}
		return int(r.Wait + 0.5)
	}},
}

// local returns a time on the clock of a site.
func local(site api.SiteView, at *time.Time) any {
	if at == nil {
		return nil
	}
	return at.In(care.Site{TimeZone: site.TimeZone}.Location()).Truncate(time.Second)
}

func actTime(r *IncidentRow, a *api.ActView) any {
	if a == nil {
		return nil
	}
	return local(r.Incident.Site, &a.At)
}

func actName(a *api.ActView) any {
	if a == nil {
		return ""
	}
	return a.Name
}

func placeText(w words, p api.PlaceView) string {
	var parts []string
	if p.Floor != "" {
		parts = append(parts, w.of(care.Text{ZH: p.Floor + "楼", EN: "Floor " + p.Floor}))
	}
	if p.Zone != nil {
		parts = append(parts, w.of(*p.Zone))
	}
	if p.Point != nil {
		parts = append(parts, w.of(*p.Point))
	}
	return strings.Join(parts, " ")
}

func causeText(w words, r *IncidentRow) any {
	cause := w.of(causeWords[r.Incident.Cause])
	if reason := w.of(reasonWords[r.Incident.Reason]); cause != "" && reason != "" {
		return cause + w.of(care.Text{ZH: "，", EN: ", "}) + reason
	}
	return cause
}
