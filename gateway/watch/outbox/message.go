package outbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// message puts a parcel into words. Names of residents go to their families
// only: a text message may be read by whoever finds the telephone.
func (o *Outbox) message(p alerts.Parcel, now time.Time) notify.Message {
	n, i := p.Notices[0], p.Incidents[0]
	d := o.opts.Directory()
	w := wordsOf(n.Language)
	m := notify.Message{Key: p.Key, To: p.Address, Kind: notify.Alarm, Language: w.language, Severity: i.Severity, Time: now}
	m.Params = map[string]string{
		notify.ParamSite:  w.text(d.Sites[i.Site].Name),
		notify.ParamPlace: w.place(d, i),
		notify.ParamClass: w.text(i.Class.Words()),
		notify.ParamTime:  i.HappenedAt.In(d.Sites[i.Site].Location()).Format("15:04"),
		notify.ParamCount: strconv.Itoa(len(p.Incidents)),
	}
	switch {
	case n.Phrase == alerts.PhraseAlarm && len(p.Incidents) > 1:
		m.Kind = notify.Storm
		m.Title, m.Text = w.storm(d, p)
		for _, o := range p.Incidents {
			m.Severity = max(m.Severity, o.Severity)
		}
	case n.Phrase == alerts.PhraseAlarm && strings.HasPrefix(n.Owner, "resident:"):
		m.Title, m.Text = w.askResident(m.Params)
	case n.Phrase == alerts.PhraseAlarm:
		m.Title, m.Text = w.alarm(m.Params, i, now)
	default:
		m.Kind = notify.News
		m.Title, m.Text = w.news(d, n, i, m.Params)
	}
	if token, err := o.opts.Book.LinkToken(n.ID, now); err == nil && o.opts.BaseURL != "" && n.Phrase == alerts.PhraseAlarm {
		m.Link = strings.TrimSuffix(o.opts.BaseURL, "/") + "/a/" + token
		m.Params[notify.ParamLink], m.Params[notify.ParamCode] = m.Link, token
	}
	m.Params[notify.ParamText] = m.Text
	return m
}

// words are the texts of one language.
type words struct {
	language              notify.Language
	trialTitle, trialText string
}

func wordsOf(language string) words {
	if language == string(notify.EN) {
		return words{notify.EN, "Shouwang: a trial", "This is a trial. You can be reached this way; nothing has happened."}
	}
	return words{notify.ZH, "守望：试发", "这是一条测试消息，说明可以联系到您，目前没有任何报警。"}
}

func (w words) zh() bool { return w.language == notify.ZH }

func (w words) text(t care.Text) string {
	if w.zh() {
		return cmp.Or(t.ZH, t.EN)
	}
	return cmp.Or(t.EN, t.ZH)
}

// say returns the text of the language.
func (w words) say(zh, en string) string {
	if w.zh() {
		return zh
	}
	return en
}

// place says where an incident is: floor, room and bed.
func (w words) place(d *people.Directory, i care.Incident) string {
	point, _ := d.Point(i.Site, i.Point)
	zone := d.Zones[people.SiteZone{Site: i.Site, Zone: i.Zone}]
	var parts []string
	if zone.Floor != "" {
		parts = append(parts, w.say(zone.Floor+"楼", "floor "+zone.Floor))
	}
	if name := w.text(zone.Name); name != "" {
		parts = append(parts, name)
	}
	if point.Bed != "" {
		parts = append(parts, w.say(point.Bed+"床", "bed "+point.Bed))
	}
	if len(parts) == 0 {
		switch s := care.ParseSubject(i.Point); s.Kind {
		case care.SubjectEdge:
			parts = append(parts, cmp.Or(w.text(d.Edges[people.SiteEdge{Site: i.Site, Edge: care.EdgeID(s.ID)}].Name), s.ID))
		case care.SubjectSite:
			parts = append(parts, w.say("多个边缘终端", "several edges"))
		case care.SubjectRegion:
			parts = append(parts, cmp.Or(w.text(d.Regions[care.RegionID(s.ID)].Name), s.ID)+w.say("多户", ", several homes"))
		case care.SubjectRoster:
			parts = append(parts, w.say("值班 "+s.ID, "duty "+s.ID))
		case care.SubjectBoard:
			if s.ID != "" {
				parts = append(parts, w.say(s.ID+"楼", "floor "+s.ID))
			}
			parts = append(parts, w.say("护理站看板", "the station's board"))
		default:
			parts = append(parts, cmp.Or(w.text(point.Name), string(i.Point)))
		}
	}
	return strings.Join(parts, w.say(" ", ", "))
}

// alarm calls for help.
func (w words) alarm(p map[string]string, i care.Incident, now time.Time) (title, text string) {
	class := p[notify.ParamClass]
	switch {
	case i.ConfirmedAt != nil:
		class = w.say("已确认"+class, "Confirmed "+strings.ToLower(class))
	case i.CancelledAt != nil:
		class = w.say(class+"（本人已取消，仍需查看）", class+" (taken back by the resident, needs a look)")
	}
	title = class + w.say(" ", ": ") + p[notify.ParamPlace]
	text = w.say(
		fmt.Sprintf("%s %s %s %s，尚无人接警", p[notify.ParamSite], p[notify.ParamPlace], p[notify.ParamTime], class),
		fmt.Sprintf("%s at %s, %s, at %s. Nobody has accepted it yet", class, p[notify.ParamSite], p[notify.ParamPlace], p[notify.ParamTime]))
	if waited := int(now.Sub(i.AlarmedAt).Minutes()); waited >= 1 {
		text += w.say(fmt.Sprintf("，已等待 %d 分钟", waited), fmt.Sprintf(", for %d min", waited))
	}
	return title, text + w.say("。", ".")
}

// askResident asks the resident himself, who may have pressed by mistake.
func (w words) askResident(p map[string]string) (title, text string) {
	return w.say("您按了"+p[notify.ParamClass]+"吗？", "Did you call for help?"),
		w.say("您好，"+p[notify.ParamTime]+"收到您的"+p[notify.ParamClass]+"。如果没事，请确认；否则请稍等，我们正在联系人员。",
			"We received your "+strings.ToLower(p[notify.ParamClass])+" at "+p[notify.ParamTime]+". If all is well, please confirm; if not, help is being called.")
}

// storm says how many incidents wait, by class, the most urgent first.
func (w words) storm(d *people.Directory, p alerts.Parcel) (title, text string) {
	count := map[care.Class]int{}
	first := p.Incidents[0]
	sites := map[care.SiteID]bool{}
	for _, i := range p.Incidents {
		count[i.Class]++
		sites[i.Site] = true
		if i.HappenedAt.Before(first.HappenedAt) {
			first = i
		}
	}
	classes := slices.SortedFunc(maps.Keys(count), func(a, b care.Class) int {
		return cmp.Or(cmp.Compare(b.Severity(), a.Severity()), cmp.Compare(a, b))
	})
	parts := make([]string, len(classes))
	for n, c := range classes {
		parts[n] = fmt.Sprintf("%s %d", w.text(c.Words()), count[c])
	}
	where := w.text(d.Sites[first.Site].Name)
	if len(sites) > 1 {
		where = w.say(fmt.Sprintf("%d 处", len(sites)), fmt.Sprintf("%d sites", len(sites)))
	}
	list := strings.Join(parts, w.say("、", ", "))
	since := first.HappenedAt.In(d.Sites[first.Site].Location()).Format("15:04")
	n := len(p.Incidents)
	return w.say(fmt.Sprintf("%d 起报警无人接警", n), fmt.Sprintf("%d alarms without anybody", n)),
		w.say(fmt.Sprintf("%s 共 %d 起报警尚无人接警：%s；最早 %s。", where, n, list, since),
			fmt.Sprintf("%s: %d alarms that nobody has accepted: %s; the first at %s.", where, n, list, since))
}

// news tells how an incident goes on. To families these phrases are all that is
// ever said; nothing that staff wrote is in them.
func (w words) news(d *people.Directory, n alerts.Notice, i care.Incident, p map[string]string) (title, text string) {
	who := d.Residents[n.Resident].Name
	if !n.Family || who == "" {
		who = p[notify.ParamPlace]
	}
	class, at := p[notify.ParamClass], p[notify.ParamTime]
	switch n.Phrase {
	case alerts.PhraseTaken:
		name := ""
		if i.Accepted != nil {
			name = i.Accepted.Name
		}
		return w.say("已有人接警", "It has been taken"),
			w.say(fmt.Sprintf("%s %s（%s）已由%s接警，您无需前往。", class, who, at, cmp.Or(name, "他人")),
				fmt.Sprintf("%s at %s (%s) was taken by %s. You need not go.", class, who, at, cmp.Or(name, "somebody else")))
	case alerts.PhraseHelp:
		return w.say("已呼叫帮助", "Help was called"),
			w.say(fmt.Sprintf("%s于 %s 触发%s，已呼叫帮助。", who, at, class),
				fmt.Sprintf("Help was called for %s at %s (%s).", who, at, strings.ToLower(class)))
	case alerts.PhraseAccepted:
		return w.say("已有人前往", "Somebody is on the way"),
			w.say(fmt.Sprintf("%s（%s %s）：已有人接警，正在前往。", who, at, class),
				fmt.Sprintf("Somebody is on the way to %s (%s at %s).", who, strings.ToLower(class), at))
	case alerts.PhraseArrived:
		return w.say("人员已到场", "Somebody is there"),
			w.say(fmt.Sprintf("%s（%s %s）：人员已到身边。", who, at, class),
				fmt.Sprintf("Somebody is with %s (%s at %s).", who, strings.ToLower(class), at))
	case alerts.PhraseWaiting:
		return w.say("正在处理", "It is being seen to"),
			w.say(fmt.Sprintf("%s于 %s 触发%s，尚未确认人员到场，仍在处理，到场情况请联系机构。", who, at, class),
				fmt.Sprintf("%s had a %s at %s. That somebody is there is not yet confirmed; it is being seen to. Please call the home to learn more.", who, strings.ToLower(class), at))
	}
	return w.say("已结束", "It is over"), w.over(who, class, at, i)
}

// over says how it ended.
func (w words) over(who, class, at string, i care.Incident) string {
	why := w.say("已处理完毕", "it has been seen to")
	switch {
	case i.Cause == care.CauseFalse:
		why = w.say("已确认无事", "all is well, it was a false alarm")
	case i.Cause == care.CauseTest:
		why = w.say("这是一次测试", "it was a test")
	case i.Cause == care.CauseDrill:
		why = w.say("这是一次演练", "it was a drill")
	case i.Reason == "hospital":
		why = w.say("已送医，请与我们联系", "was taken to hospital; please call us")
	case i.Reason == "fire_service":
		why = w.say("消防已到场处理，请与我们联系", "the fire service came; please call us")
	case i.Reason == "first_aid":
		why = w.say("已现场处理", "first aid was given")
	}
	return w.say(fmt.Sprintf("%s（%s %s）：%s。", who, at, class, why), fmt.Sprintf("%s (%s at %s): %s.", who, strings.ToLower(class), at, why))
}
