package privacy

import (
	"html/template"
	"time"

	"shouwang.care/shouwang/alerts/care"
)

// style is that of the pages in the zip, which are read without any gateway.
const style = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #8888;padding:.3rem .5rem;text-align:left;vertical-align:top}</style>`

// residentPage is record.html of a resident.
var residentPage = template.Must(template.New("resident").Parse(`<!doctype html><html lang="zh-CN"><title>个人数据 Personal data</title>` + style + `
<h1>{{.File.Resident.Name}}</h1>
<p>以下是守望保存的关于您的全部数据，导出于 {{.Made}}。完整内容见 record.json。<br>
This is what Shouwang keeps of you, as of {{.Made}}. All of it is in record.json.</p>
<h2>登记 Register</h2>
<table>
<tr><th>风险 Risk<td>{{.File.Resident.Risk.ZH}} {{.File.Resident.Risk.EN}}
<tr><th>进门方式 How to get in<td>{{.File.Resident.Access.ZH}} {{.File.Resident.Access.EN}}
<tr><th>日常 Routine<td>{{.File.Resident.Routine.ZH}} {{.File.Resident.Routine.EN}}
<tr><th>床位 Bed<td>{{.File.Resident.Zone}} {{.File.Resident.Bed}}
<tr><th>同意告知家属 Family may be told<td>{{if .File.Resident.FamilyConsent}}是 yes{{else}}否 no{{end}}
{{range .File.Contacts}}<tr><th>{{.Channel}}<td>{{.Address}}
{{end}}{{range .File.Seen}}<tr><th>能看到您的人 Sees you<td>{{.Name}} ({{.Role}} {{.Relation}})
{{end}}{{range .File.Points}}<tr><th>设备 Device<td>{{.Name.ZH}} {{.Name.EN}} ({{.ID}})
{{end}}</table>
<h2>事件 Incidents</h2>
<table><tr><th>时间 Time<th>类别 Class<th>到场 Somebody there<th>结束 Over<th>备注 Note
{{range .Incidents}}<tr><td>{{.At}}<td>{{.ClassZH}} {{.ClassEN}}<td>{{.Arrived}}<td>{{.Resolved}}<td>{{.Note}}
{{else}}<tr><td colspan="5">没有 none
{{end}}</table>
<h2>消息 Messages</h2>
<p>{{len .File.Messages}}</p></html>`))

// mePage is record.html of a user.
var mePage = template.Must(template.New("me").Parse(`<!doctype html><html lang="zh-CN"><title>个人数据 Personal data</title>` + style + `
<h1>{{.User.Name}}</h1>
<p>以下是守望保存的关于您的数据。完整内容见 record.json。<br>This is what Shouwang keeps of you. All of it is in record.json.</p>
<table>
<tr><th>登录名 Login<td>{{.User.Login}}
<tr><th>角色 Role<td>{{.User.Role}}
<tr><th>语言 Language<td>{{.User.Language}}
{{range .Contacts}}<tr><th>{{.Channel}}<td>{{.Address}}
{{end}}<tr><th>消息 Messages<td>{{len .Messages}}
<tr><th>记录 Log<td>{{len .Log}}
</table></html>`))

type reading struct {
	File      residentFile
	Made      string
	Incidents []incidentLine
}

type incidentLine struct{ At, ClassZH, ClassEN, Arrived, Resolved, Note string }

// residentReading puts a record into what a page shows.
func residentReading(f residentFile, loc *time.Location) reading {
	const layout = "2006-01-02 15:04"
	at := func(a *care.Act) string {
		if a == nil {
			return ""
		}
		return a.At.In(loc).Format(layout)
	}
	r := reading{File: f, Made: f.MadeAt.In(loc).Format(layout)}
	for _, i := range f.Incidents {
		w := i.Class.Words()
		r.Incidents = append(r.Incidents, incidentLine{i.HappenedAt.In(loc).Format(layout), w.ZH, w.EN, at(i.Arrived), at(i.Resolved), i.Note})
	}
	return r
}
