package inspect

import "shouwang.care/shouwang/alerts/care"

// words says texts in the language of an Excel file.
type words struct{ english bool }

func wordsOf(language string) words { return words{english: language == "en"} }

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
	gapOrder   = []Gap{GapDetector, GapSilent, GapTest, GapEdge, GapUnproven}
	whats      = []string{"detector", "care", "edge"}
	standings  = []Standing{InHazard, InDelay, OutOfCall, WithGaps, Busy, Calm}
	kinds      = []care.SiteKind{care.NursingHome, care.DayCare, care.PrivateHome}
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
	whatWords = map[string]care.Text{
		"detector": {ZH: "消防探测器", EN: "Fire detector"}, "care": {ZH: "照护设备", EN: "Care device"}, "edge": {ZH: "网关盒", EN: "Edge"},
	}
	gapWords = map[Gap]care.Text{
		GapSilent: {ZH: "失联", EN: "Silent"}, GapUnproven: {ZH: "未证实", EN: "Unproven"}, GapDetector: {ZH: "消防探测器未证实", EN: "Fire detector unproven"},
		GapTest: {ZH: "测试逾期", EN: "Test overdue"}, GapEdge: {ZH: "网关盒离线", EN: "Edge offline"},
	}
	doubtWords = map[care.Doubt]care.Text{
		care.DoubtNever:   {ZH: "登记以来从未有消息", EN: "Never heard since it was registered"},
		care.DoubtHello:   {ZH: "设备在线，但本身从未上报；请测试一次", EN: "Its device answers but never reported by itself; test it once"},
		care.DoubtStart:   {ZH: "网关启动或恢复后还没有消息", EN: "Not yet heard since the gateway started or came back"},
		care.DoubtEdge:    {ZH: "网关盒离线", EN: "Its edge is offline"},
		care.DoubtOutage:  {ZH: "与其他点位一起失联，合并为一个报警", EN: "Silent together with others, under one alarm"},
		care.DoubtWaiting: {ZH: "网关盒也没有消息，稍后判断", EN: "Its edge is late too; wait a moment"},
	}
	neverWords    = care.Text{ZH: "从未", EN: "Never"}
	standingWords = map[Standing]care.Text{
		InHazard: {ZH: "火警/燃气", EN: "Fire or gas"}, InDelay: {ZH: "超时未接", EN: "Overdue"}, OutOfCall: {ZH: "失联", EN: "Out of contact"},
		WithGaps: {ZH: "设备缺口", EN: "Coverage gaps"}, Busy: {ZH: "处理中", EN: "Being attended"}, Calm: {ZH: "正常", EN: "Calm"},
	}
	kindWords = map[care.SiteKind]care.Text{
		care.NursingHome: {ZH: "养老机构", EN: "Nursing home"}, care.DayCare: {ZH: "日间照料中心", EN: "Day care"}, care.PrivateHome: {ZH: "居家", EN: "Private home"},
	}
	groupWords = map[Group]care.Text{
		Hazard: {ZH: "火警与燃气", EN: "Fire and gas"}, Care: {ZH: "照护", EN: "Care"}, Equipment: {ZH: "设备", EN: "Equipment"},
	}
)

// What an Excel file says besides its rows.
var (
	sheetNames = struct{ incidents, gaps, sites care.Text }{
		incidents: care.Text{ZH: "报警记录", EN: "Incidents"}, gaps: care.Text{ZH: "设备缺口", EN: "Gaps"}, sites: care.Text{ZH: "机构", EN: "Sites"},
	}
	totalWords  = care.Text{ZH: "合计", EN: "Total"}
	reportNames = map[string]care.Text{
		"classes": {ZH: "按类别", EN: "By class"}, "townships": {ZH: "按乡镇街道", EN: "By township"}, "by_site": {ZH: "按机构", EN: "By site"},
		"months": {ZH: "按月", EN: "By month"}, "coverage": {ZH: "设备覆盖", EN: "Coverage"},
	}
	cutWords = care.Text{
		ZH: "只含最近的 50000 条；更早的未列出，请缩短时间范围后再导出。",
		EN: "Only the latest 50,000 rows are here; older ones were left out. Choose a shorter time and export again.",
	}
	cutGapWords = care.Text{
		ZH: "只含前 5000 条；其余未列出，请选择较小的区域或一种缺口后再导出。",
		EN: "Only the first 5,000 rows are here; the others were left out. Choose a smaller region or one kind of gap and export again.",
	}
	cutReportWords = care.Text{
		ZH: "记录超过 50000 条，只统计了最近的；请缩短时间范围。",
		EN: "There are more than 50,000 records; only the latest were counted. Choose a shorter time.",
	}
)
