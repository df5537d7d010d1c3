package inspect

import "shouwang.care/shouwang/alerts/care"

// words says texts in the language of an Excel file.
type words struct{ english bool }

func (w words) of(t care.Text) string {
	if w.english {
		return t.EN
	}
	return t.ZH
}

// The orders in which meanings are sorted, the worst first.
var (
	states     = []care.IncidentState{care.Raised, care.Accepted, care.Arrived, care.Resolved}
	severities = []string{"urgent", "high", "medium", "low"}
	answers    = []Answer{Overdue, Waiting, Late, InTime, ""}
)

// The texts below are those of the pages (dashboards/shared/texts).
var (
	stateWords = map[care.IncidentState]care.Text{
		care.Raised: {ZH: "未接警", EN: "Not accepted"}, care.Accepted: {ZH: "已接手", EN: "Accepted"},
		care.Arrived: {ZH: "已到场", EN: "Arrived"}, care.Resolved: {ZH: "已处理", EN: "Resolved"},
	}
	severityWords = map[string]care.Text{
		"urgent": {ZH: "紧急", EN: "Urgent"}, "high": {ZH: "高", EN: "High"},
		"medium": {ZH: "中", EN: "Medium"}, "low": {ZH: "低", EN: "Low"},
	}
	causeWords = map[care.Cause]care.Text{
		care.CauseReal: {ZH: "真实", EN: "Real"}, care.CauseFalse: {ZH: "误报", EN: "False alarm"},
		care.CauseTest: {ZH: "测试", EN: "Test"}, care.CauseDrill: {ZH: "演练", EN: "Drill"},
		care.CausePending: {ZH: "原因待补", EN: "Cause to be told"},
	}
	reasonWords = map[string]care.Text{
		"toilet": {ZH: "如厕", EN: "Toilet"}, "water": {ZH: "喝水", EN: "Drink"}, "turned": {ZH: "翻身", EN: "Turned"},
		"comforted": {ZH: "安抚", EN: "Comforted"}, "first_aid": {ZH: "急救", EN: "First aid"}, "hospital": {ZH: "送医", EN: "To hospital"},
		"fire_service": {ZH: "消防到场", EN: "Fire service came"}, "cooking": {ZH: "做饭油烟", EN: "Cooking fumes"},
		"steam": {ZH: "水汽", EN: "Steam"}, "dust": {ZH: "灰尘", EN: "Dust"}, "pressed_by_mistake": {ZH: "误按", EN: "Pressed by mistake"},
		"sensor_moved": {ZH: "设备移位", EN: "Sensor moved"}, "device_broken": {ZH: "设备坏了", EN: "Device broken"}, "other": {ZH: "其他", EN: "Other"},
	}
	answerWords = map[Answer]care.Text{
		InTime: {ZH: "按时", EN: "In time"}, Late: {ZH: "超时", EN: "Too late"},
		Waiting: {ZH: "等待中", EN: "Waiting"}, Overdue: {ZH: "超时未接", EN: "Overdue"},
	}
)

// What an Excel file says besides its rows.
var (
	sheetName = care.Text{ZH: "报警记录", EN: "Incidents"}
	cutWords  = care.Text{
		ZH: "只含最近的 50000 条；更早的未列出，请缩短时间范围后再导出。",
		EN: "Only the latest 50,000 rows are here; older ones were left out. Choose a shorter time and export again.",
	}
)
