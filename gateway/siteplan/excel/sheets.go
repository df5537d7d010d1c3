package excel

import (
	"slices"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// table is a register as a sheet.
type table[R any] struct {
	kind    string // as mistakes name it
	zh, en  string // the name of the sheet is both
	columns []column[R]
}

func (t table[R]) sheet() string { return t.zh + " " + t.en }

var regions = table[care.Region]{"region", "区划", "regions", slices.Concat([]column[care.Region]{
	text("id", "编号", "ID", 18, func(r *care.Region) *care.RegionID { return &r.ID }),
	text("parent", "上级编号", "Parent", 18, func(r *care.Region) *care.RegionID { return &r.Parent }),
	oneOf("level", "级别", "Level", func(r *care.Region) *string { return &r.Level },
		word{"city", "市"}, word{"district", "区县"}, word{"township", "街道/乡镇"}, word{"village", "社区/村"}),
}, names(func(r *care.Region) *care.Text { return &r.Name }))}

var sites = table[care.Site]{"site", "场所", "sites", slices.Concat([]column[care.Site]{
	text("id", "编号", "ID", 18, func(r *care.Site) *care.SiteID { return &r.ID }),
	oneOf("kind", "类型", "Kind", func(r *care.Site) *care.SiteKind { return &r.Kind },
		word{"nursing_home", "养老机构"}, word{"day_care", "日间照料中心"}, word{"private_home", "居家"}),
}, names(func(r *care.Site) *care.Text { return &r.Name }), []column[care.Site]{
	text("region", "区划编号", "Region", 18, func(r *care.Site) *care.RegionID { return &r.Region }),
	text("address_zh", "地址（中文）", "Address (Chinese)", 32, func(r *care.Site) *string { return &r.Address.ZH }),
	text("address_en", "地址（英文）", "Address (English)", 32, func(r *care.Site) *string { return &r.Address.EN }),
	text("time_zone", "时区", "Time zone", 18, func(r *care.Site) *string { return &r.TimeZone }),
	text("telephone", "电话", "Telephone", 18, func(r *care.Site) *string { return &r.Telephone }),
	whole("arrive_s", "到场时限（秒）", "Arrive within (s)", func(r *care.Site) *int { return &r.ArriveSeconds }),
	whole("cancel_s", "撤销时限（秒）", "Cancel within (s)", func(r *care.Site) *int { return &r.CancelSeconds }),
	degrees("longitude", "经度", "Longitude", func(r *care.Site) *float64 { return &r.Longitude }),
	degrees("latitude", "纬度", "Latitude", func(r *care.Site) *float64 { return &r.Latitude }),
})}

var zones = table[care.Zone]{"zone", "房间", "zones", slices.Concat([]column[care.Zone]{
	text("site", "场所编号", "Site", 18, func(r *care.Zone) *care.SiteID { return &r.Site }),
	text("id", "编号", "ID", 18, func(r *care.Zone) *care.ZoneID { return &r.ID }),
	text("floor", "楼层", "Floor", 10, func(r *care.Zone) *string { return &r.Floor }),
}, names(func(r *care.Zone) *care.Text { return &r.Name }), []column[care.Zone]{
	oneOf("kind", "用途", "Use", func(r *care.Zone) *care.ZoneKind { return &r.Kind },
		word{"bedroom", "居室"}, word{"bathroom", "卫生间"}, word{"corridor", "走廊"}, word{"kitchen", "厨房"}, word{"common", "公共活动区"}, word{"service", "设备/办公用房"}),
	text("shape", "平面轮廓（米）", "Outline (m)", 24, func(r *care.Zone) *string { return &r.Shape }),
})}

var edges = table[care.Edge]{"edge", "边缘终端", "edges", slices.Concat([]column[care.Edge]{
	text("site", "场所编号", "Site", 18, func(r *care.Edge) *care.SiteID { return &r.Site }),
	text("id", "编号", "ID", 18, func(r *care.Edge) *care.EdgeID { return &r.ID }),
}, names(func(r *care.Edge) *care.Text { return &r.Name }))}

var residents = table[people.Resident]{"resident", "住户", "residents", []column[people.Resident]{
	text("site", "场所编号", "Site", 18, func(r *people.Resident) *care.SiteID { return &r.Site }),
	text("id", "编号", "ID", 18, func(r *people.Resident) *care.ResidentID { return &r.ID }),
	text("name", "姓名", "Name", 16, func(r *people.Resident) *string { return &r.Name }),
	text("zone", "房间编号", "Room", 14, func(r *people.Resident) *care.ZoneID { return &r.Zone }),
	text("bed", "床位", "Bed", 10, func(r *people.Resident) *string { return &r.Bed }),
	oneOf("mobility", "行动能力", "Mobility", func(r *people.Resident) *people.Mobility { return &r.Mobility },
		word{"walks", "可自行行走"}, word{"helped", "需搀扶"}, word{"bedbound", "卧床"}),
	flag("oxygen", "吸氧", "Oxygen", func(r *people.Resident) *bool { return &r.Oxygen }),
	text("risk_zh", "风险提示（中文）", "Risk (Chinese)", 28, func(r *people.Resident) *string { return &r.Risk.ZH }),
	text("risk_en", "风险提示（英文）", "Risk (English)", 28, func(r *people.Resident) *string { return &r.Risk.EN }),
	flag("family_consent", "同意告知家属", "Family consent", func(r *people.Resident) *bool { return &r.FamilyConsent }),
	text("routine_zh", "日常作息（中文）", "Routine (Chinese)", 28, func(r *people.Resident) *string { return &r.Routine.ZH }),
	text("routine_en", "日常作息（英文）", "Routine (English)", 28, func(r *people.Resident) *string { return &r.Routine.EN }),
	flag("routine_consent", "同意告知作息", "Routine consent", func(r *people.Resident) *bool { return &r.RoutineConsent }),
	text("access_zh", "进门方式（中文）", "How to get in (Chinese)", 28, func(r *people.Resident) *string { return &r.Access.ZH }),
	text("access_en", "进门方式（英文）", "How to get in (English)", 28, func(r *people.Resident) *string { return &r.Access.EN }),
	contacts(func(r *people.Resident) *[]people.Contact { return &r.Contacts }),
}}

var points = table[care.Point]{"point", "点位", "points", slices.Concat([]column[care.Point]{
	text("site", "场所编号", "Site", 18, func(r *care.Point) *care.SiteID { return &r.Site }),
	text("id", "编号", "ID", 18, func(r *care.Point) *care.PointID { return &r.ID }),
}, names(func(r *care.Point) *care.Text { return &r.Name }), []column[care.Point]{
	text("edge", "边缘终端编号", "Edge", 18, func(r *care.Point) *care.EdgeID { return &r.Edge }),
	text("zone", "房间编号", "Room", 14, func(r *care.Point) *care.ZoneID { return &r.Zone }),
	text("bed", "床位", "Bed", 10, func(r *care.Point) *string { return &r.Bed }),
	text("resident", "住户编号", "Resident", 18, func(r *care.Point) *care.ResidentID { return &r.Resident }),
	oneOf("kind", "种类", "Kind", func(r *care.Point) *care.PointKind { return &r.Kind },
		word{"manual_call_point", "手动火灾报警按钮"}, word{"panel", "火灾报警控制器"}, word{"power_supply", "电源"}, word{"fire_detector", "火灾探测器"}, word{"gas_detector", "燃气探测器"}),
	oneOf("power", "供电", "Power", func(r *care.Point) *care.Power { return &r.Power }, word{"mains", "市电"}, word{"battery", "电池"}),
	whole("report_s", "上报间隔（秒）", "Reports every (s)", func(r *care.Point) *int { return &r.ReportSeconds }),
	flag("retired", "已停用", "Retired", func(r *care.Point) *bool { return &r.Retired }),
})}

var users = table[people.User]{"user", "用户", "users", []column[people.User]{
	text("login", "登录名", "Login", 18, func(r *people.User) *string { return &r.Login }),
	text("id", "编号（勿改）", "ID (leave as it is)", 18, func(r *people.User) *care.UserID { return &r.ID }),
	text("name", "姓名", "Name", 16, func(r *people.User) *string { return &r.Name }),
	oneOf("role", "角色", "Role", func(r *people.User) *people.Role { return &r.Role },
		word{"carer", "护理员"}, word{"leader", "班组长"}, word{"manager", "院长"}, word{"inspector", "监管人员"}, word{"family", "家属"}, word{"helper", "邻居/社区工作者"}, word{"operator", "系统管理员"}),
	list("sites", "场所编号", "Sites", func(r *people.User) *[]care.SiteID { return &r.Scope.Sites }),
	list("floors", "楼层", "Floors", func(r *people.User) *[]string { return &r.Scope.Floors }),
	list("regions", "区划编号", "Regions", func(r *people.User) *[]care.RegionID { return &r.Scope.Regions }),
	list("residents", "住户编号", "Residents", func(r *people.User) *[]care.ResidentID { return &r.Scope.Residents }),
	oneOf("relation", "与住户关系", "Relation", func(r *people.User) *people.Relation { return &r.Relation }, word{"neighbour", "邻居"}, word{"community", "社区工作者"}),
	flag("key_holder", "持有钥匙", "Holds a key", func(r *people.User) *bool { return &r.KeyHolder }),
	oneOf("authority", "监管部门", "Authority", func(r *people.User) *people.Authority { return &r.Authority }, word{"civil_affairs", "民政"}, word{"fire", "消防救援"}),
	oneOf("language", "语言", "Language", func(r *people.User) *string { return &r.Language }, word{"zh", "中文"}, word{"en", "英文"}),
	text("badge", "工牌", "Badge", 14, func(r *people.User) *string { return &r.Badge }),
	oneOf("station", "工作站", "Station", func(r *people.User) *people.Station { return &r.Station }, word{"station", "护理站"}, word{"wall", "墙面大屏"}),
	flag("disabled", "已禁用", "Disabled", func(r *people.User) *bool { return &r.Disabled }),
	contacts(func(r *people.User) *[]people.Contact { return &r.Contacts }),
}}
