package inspect

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

// column is one column of the table of incidents, as it is sorted and exported.
type column struct {
	key   string
	head  care.Text
	width float64 // of the Excel column, in characters
	// value is a text, a time of the site's own clock, a number, or nil.
	value func(w words, r *IncidentRow) any
	// order returns what the column is sorted by where that is not the value: of
	// words the meaning counts and not the spelling.
	order func(r *IncidentRow) int
}

// columns are all of them, in the order in which a table shows them at first.
var columns = []column{
	{key: "raised", head: care.Text{ZH: "发生时间", EN: "Raised"}, width: 20, value: func(_ words, r *IncidentRow) any { return local(r, &r.Incident.RaisedAt) }},
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

// columnsOf returns the columns of the keys in the order of the keys, all where
// there is none.
func columnsOf(keys []string) []column {
	if len(keys) == 0 {
		return columns
	}
	var chosen []column
	for _, key := range keys {
		if n := slices.IndexFunc(columns, func(c column) bool { return c.key == key }); n >= 0 {
			chosen = append(chosen, columns[n])
		}
	}
	return chosen
}

// sort sorts rows; what is missing comes last in both orders, as spreadsheets have
// it. What a row is sorted by is computed once and not at each comparison.
func (o Order) sort(rows []IncidentRow) []IncidentRow {
	c := columnsOf([]string{o.Sort})[0]
	w := words{english: o.Language == "en"}
	texts := collate.New(language.Chinese)
	if w.english {
		texts = collate.New(language.English)
	}
	turn := 1
	if o.Order == "desc" {
		turn = -1
	}
	type keyed struct {
		key any
		row int
	}
	keys := make([]keyed, len(rows))
	for n := range rows {
		keys[n] = keyed{c.value(w, &rows[n]), n}
		if c.order != nil {
			keys[n].key = c.order(&rows[n])
		}
	}
	slices.SortStableFunc(keys, func(x, y keyed) int {
		if none(x.key) || none(y.key) {
			return cmp.Compare(number(none(x.key)), number(none(y.key)))
		}
		return turn * compareValues(texts, x.key, y.key)
	})
	sorted := make([]IncidentRow, len(rows))
	for n, k := range keys {
		sorted[n] = rows[k.row]
	}
	return sorted
}

func compareValues(texts *collate.Collator, a, b any) int {
	switch a := a.(type) {
	case time.Time:
		return a.Compare(b.(time.Time))
	case int:
		return cmp.Compare(a, b.(int))
	}
	return texts.CompareString(a.(string), b.(string))
}

func none(v any) bool { return v == nil || v == "" }

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// local returns a time on the clock of the row's site.
func local(r *IncidentRow, at *time.Time) any {
	if at == nil {
		return nil
	}
	return at.In(care.Site{TimeZone: r.Incident.Site.TimeZone}.Location()).Truncate(time.Second)
}

func actTime(r *IncidentRow, a *api.ActView) any {
	if a == nil {
		return nil
	}
	return local(r, &a.At)
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
